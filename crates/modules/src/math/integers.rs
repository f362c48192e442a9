//! Functions of integers.

use objects::int::{arithmetic, digits};
use objects::prelude::*;

/// The product of `start, start + 1 ..= end`, halved until the halves are small.
fn product_of_range(start: u64, end: u64) -> Result<Ref<Int>> {
    if start > end {
        return Ok(Int::one());
    }
    if end - start < 8 {
        let mut product = Int::from_u64(start);
        for factor in start + 1..=end {
            product = arithmetic::multiply(&product, &Int::from_u64(factor))?;
        }
        return Ok(product);
    }
    let middle = start + (end - start) / 2;
    arithmetic::multiply(&*product_of_range(start, middle)?, &*product_of_range(middle + 1, end)?)
}

/// `n!`.
pub fn factorial(n: u64) -> Result<Ref<Int>> {
    product_of_range(2, n)
}

/// The number of ways to choose `k` of `n` things in order.
pub fn permutations(n: &Int, k: &Int) -> Result<Ref<Int>> {
    check(n, k)?;
    if n.compare_int(k).is_lt() {
        return Ok(Int::zero());
    }
    let Some(count) = k.to_i64() else {
        bail!(OverflowError, "k must not exceed {}", i64::MAX);
    };
    falling(n, count as u64)
}

/// The number of ways to choose `k` of `n` things without order.
pub fn combinations(n: &Int, k: &Int) -> Result<Ref<Int>> {
    check(n, k)?;
    if n.compare_int(k).is_lt() {
        return Ok(Int::zero());
    }
    let others = arithmetic::subtract(n, k)?;
    let fewer = if others.compare_int(k).is_lt() { others } else { k.to_ref() };
    let Some(count) = fewer.to_i64() else {
        bail!(OverflowError, "min(n - k, k) must not exceed {}", i64::MAX);
    };
    if let Some(n) = n.to_i64() {
        return combinations_of(n as u64, count as u64);
    }
    arithmetic::floor_divide(&*falling(n, count as u64)?, &*factorial(count as u64)?)
}

/// The binomial coefficient by its smaller parts: `C(n, k) = C(n, j) * C(n - j, k - j) / C(k, j)`.
fn combinations_of(n: u64, k: u64) -> Result<Ref<Int>> {
    if k <= 20 {
        let mut result = Int::one();
        for index in 0..k {
            result = arithmetic::multiply(&result, &Int::from_u64(n - index))?;
            result = arithmetic::floor_divide(&result, &Int::from_u64(index + 1))?;
        }
        return Ok(result);
    }
    let half = k / 2;
    let product = arithmetic::multiply(&*combinations_of(n, half)?, &*combinations_of(n - half, k - half)?)?;
    arithmetic::floor_divide(&product, &*combinations_of(k, half)?)
}

/// `n * (n - 1) * ...`, so many factors.
fn falling(n: &Int, count: u64) -> Result<Ref<Int>> {
    if count == 0 {
        return Ok(Int::one());
    }
    if let Some(n) = n.to_u64() {
        return product_of_range(n - count + 1, n);
    }
    let mut product = n.to_exact()?;
    let mut factor = n.to_exact()?;
    for _ in 1..count {
        factor = arithmetic::subtract(&factor, &Int::one())?;
        product = arithmetic::multiply(&product, &factor)?;
    }
    Ok(product)
}

fn check(n: &Int, k: &Int) -> Result<()> {
    if n.is_negative() {
        bail!(ValueError, "n must be a non-negative integer");
    }
    if k.is_negative() {
        bail!(ValueError, "k must be a non-negative integer");
    }
    Ok(())
}

/// The integer part of the square root.
pub fn square_root(n: &Int) -> Result<Ref<Int>> {
    if n.is_negative() {
        bail!(ValueError, "isqrt() argument must be nonnegative");
    }
    if let Some(n) = n.to_u64() {
        return Ok(Int::from_u64(n.isqrt()));
    }
    let root = digits::square_root(n.digits());
    Int::from_digits(&root, false)
}

/// The least common multiple.
pub fn least_multiple(a: &Int, b: &Int) -> Result<Ref<Int>> {
    if a.is_zero() || b.is_zero() {
        return Ok(Int::zero());
    }
    let divisor = arithmetic::gcd(a, b)?;
    let product = arithmetic::multiply(&*arithmetic::floor_divide(a, &divisor)?, b)?;
    arithmetic::absolute(&product)
}
