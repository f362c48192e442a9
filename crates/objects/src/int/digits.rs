//! Arithmetic on magnitudes: slices of 30-bit digits, the least significant first.
//!
//! Pure functions, without objects. "Normal" means: the last digit is not zero; zero has no digits.
//! Schoolbook methods up to measured sizes, dashu's sub-quadratic ones beyond.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::DivRem;

/// Bits in a digit: `PyLong_SHIFT`.
pub const SHIFT: u32 = 30;
/// The bits of a digit: `PyLong_MASK`.
pub const MASK: u32 = (1 << SHIFT) - 1;
const MASK64: u64 = MASK as u64;

/// From this many digits of the shorter operand, multiplication through dashu pays for the conversion.
const BIG_MULTIPLY: usize = 24;
/// From this many digits of divisor and quotient, division through dashu pays for the conversion.
const BIG_DIVIDE: usize = 24;

/// The length without leading zeros.
pub fn normal_length(digits: &[u32]) -> usize {
    digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1)
}

/// The slice without leading zeros.
pub fn normal(digits: &[u32]) -> &[u32] {
    &digits[..normal_length(digits)]
}

/// Cuts leading zeros off.
pub fn normalize(digits: &mut Vec<u32>) {
    digits.truncate(normal_length(digits));
}

/// The number of bits of a normal magnitude.
pub fn bit_length(digits: &[u32]) -> u64 {
    match digits.last() {
        None => 0,
        Some(last) => (digits.len() as u64 - 1) * u64::from(SHIFT) + u64::from(32 - last.leading_zeros()),
    }
}

/// Compares normal magnitudes.
pub fn compare(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// The digits of a machine integer.
pub fn from_u128(mut value: u128) -> ([u32; 5], usize) {
    let mut digits = [0; 5];
    let mut count = 0;
    while value != 0 {
        digits[count] = value as u32 & MASK;
        value >>= SHIFT;
        count += 1;
    }
    (digits, count)
}

/// The magnitude as a machine integer, if it fits.
pub fn to_u128(digits: &[u32]) -> Option<u128> {
    if bit_length(digits) > 128 {
        return None;
    }
    Some(digits.iter().rev().fold(0, |value, &digit| value << SHIFT | u128::from(digit)))
}

/// `out = a + b`, where `out` has one digit more than the longer operand.
pub fn add_into(out: &mut [u32], a: &[u32], b: &[u32]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut carry = 0;
    for ((out, &x), &y) in out.iter_mut().zip(long).zip(short) {
        carry += x + y;
        *out = carry & MASK;
        carry >>= SHIFT;
    }
    for (out, &x) in out[short.len()..].iter_mut().zip(&long[short.len()..]) {
        carry += x;
        *out = carry & MASK;
        carry >>= SHIFT;
    }
    out[long.len()] = carry;
}

/// `out = a - b`, where `a >= b`, and `out` is as long as `a`.
pub fn subtract_into(out: &mut [u32], a: &[u32], b: &[u32]) {
    let mut borrow = 0i32;
    for ((out, &x), &y) in out.iter_mut().zip(a).zip(b) {
        borrow += x as i32 - y as i32;
        *out = borrow as u32 & MASK;
        borrow >>= SHIFT;
    }
    for (out, &x) in out[b.len()..].iter_mut().zip(&a[b.len()..]) {
        borrow += x as i32;
        *out = borrow as u32 & MASK;
        borrow >>= SHIFT;
    }
    debug_assert_eq!(borrow, 0);
}

/// `out = a * b`, where `out` has as many digits as both together.
pub fn multiply_into(out: &mut [u32], a: &[u32], b: &[u32]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if short.len() >= BIG_MULTIPLY {
        let product = match std::ptr::eq(long, short) {
            true => to_ubig(long).sqr(),
            false => to_ubig(long) * to_ubig(short),
        };
        return from_words_into(out, product.as_words());
    }
    out.fill(0);
    for (index, &factor) in short.iter().enumerate() {
        let factor = u64::from(factor);
        let mut carry = 0u64;
        for (out, &digit) in out[index..].iter_mut().zip(long) {
            carry += u64::from(*out) + u64::from(digit) * factor;
            *out = (carry & MASK64) as u32;
            carry >>= SHIFT;
        }
        out[index + long.len()] = carry as u32;
    }
}

/// Divides by one digit: `out` is the quotient, as long as `a`; gives the remainder.
pub fn divide_by_digit_into(out: &mut [u32], a: &[u32], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let mut rest = 0u64;
    for (out, &digit) in out.iter_mut().zip(a).rev() {
        rest = rest << SHIFT | u64::from(digit);
        *out = (rest / divisor) as u32;
        rest %= divisor;
    }
    rest as u32
}

/// The remainder by one digit.
pub fn remainder_by_digit(a: &[u32], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    a.iter().rev().fold(0u64, |rest, &digit| (rest << SHIFT | u64::from(digit)) % divisor) as u32
}

/// Quotient and remainder of normal magnitudes, both normal; the divisor is not zero.
pub fn divide(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    if compare(a, b) == Ordering::Less {
        return (Vec::new(), a.to_vec());
    }
    let (mut quotient, mut remainder) = match b {
        &[digit] => {
            let mut quotient = vec![0; a.len()];
            let remainder = divide_by_digit_into(&mut quotient, a, digit);
            (quotient, vec![remainder])
        }
        _ if b.len() >= BIG_DIVIDE && a.len() - b.len() >= BIG_DIVIDE => {
            let (quotient, remainder) = to_ubig(a).div_rem(to_ubig(b));
            (from_ubig(&quotient), from_ubig(&remainder))
        }
        _ => divide_schoolbook(a, b),
    };
    normalize(&mut quotient);
    normalize(&mut remainder);
    (quotient, remainder)
}

/// Knuth's algorithm D: the divisor has at least two digits, the dividend as many or more.
fn divide_schoolbook(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let shift = b[b.len() - 1].leading_zeros() - (32 - SHIFT);
    let mut rest = vec![0; a.len() + 1];
    let mut divisor = vec![0; b.len()];
    shift_left_small(&mut divisor, b, shift);
    rest[a.len()] = shift_left_small(&mut rest[..a.len()], a, shift);
    let count = divisor.len();
    let (first, second) = (u64::from(divisor[count - 1]), u64::from(divisor[count - 2]));
    let mut quotient = vec![0; a.len() - count + 1];
    for place in (0..quotient.len()).rev() {
        let window = &mut rest[place..=place + count];
        let top = u64::from(window[count]) << SHIFT | u64::from(window[count - 1]);
        let mut digit = top / first;
        let mut left = top % first;
        while digit > MASK64 || digit * second > (left << SHIFT | u64::from(window[count - 2])) {
            digit -= 1;
            left += first;
            if left > MASK64 {
                break;
            }
        }
        if subtract_product(window, &divisor, digit) {
            digit -= 1;
            add_back(window, &divisor);
        }
        quotient[place] = digit as u32;
    }
    let mut remainder = vec![0; count];
    shift_right_small(&mut remainder, &rest[..count], shift);
    (quotient, remainder)
}

/// `window -= divisor * digit`; whether that went below zero.
#[inline]
fn subtract_product(window: &mut [u32], divisor: &[u32], digit: u64) -> bool {
    let mut carry = 0i64;
    for (place, &part) in window.iter_mut().zip(divisor) {
        carry += i64::from(*place) - (digit * u64::from(part)) as i64;
        *place = carry as u32 & MASK;
        carry >>= SHIFT;
    }
    let last = &mut window[divisor.len()];
    carry += i64::from(*last);
    *last = carry as u32 & MASK;
    carry < 0
}

/// `window += divisor`, the carry out of it dropped.
#[cold]
fn add_back(window: &mut [u32], divisor: &[u32]) {
    let mut carry = 0;
    for (place, &part) in window.iter_mut().zip(divisor) {
        carry += *place + part;
        *place = carry & MASK;
        carry >>= SHIFT;
    }
    let last = &mut window[divisor.len()];
    *last = (*last + carry) & MASK;
}

/// `out = a << shift` for less than a digit's bits; gives what is shifted out.
fn shift_left_small(out: &mut [u32], a: &[u32], shift: u32) -> u32 {
    let mut carry = 0u64;
    for (out, &digit) in out.iter_mut().zip(a) {
        carry |= u64::from(digit) << shift;
        *out = (carry & MASK64) as u32;
        carry >>= SHIFT;
    }
    carry as u32
}

/// `out = a >> shift` for less than a digit's bits.
fn shift_right_small(out: &mut [u32], a: &[u32], shift: u32) {
    let mut high = 0u64;
    for (out, &digit) in out.iter_mut().zip(a).rev() {
        high = high << SHIFT | u64::from(digit);
        *out = (high >> shift) as u32 & MASK;
        high = u64::from(digit);
    }
}

/// `out = a << (words digits and bits)`, where `out` has `a.len() + words + 1` digits.
pub fn shift_left_into(out: &mut [u32], a: &[u32], words: usize, bits: u32) {
    out[..words].fill(0);
    let end = words + a.len();
    out[end] = shift_left_small(&mut out[words..end], a, bits);
}

/// `out = a >> bits`, where `a` is what remains once whole digits are dropped.
pub fn shift_right_into(out: &mut [u32], a: &[u32], bits: u32) {
    shift_right_small(out, a, bits);
}

/// `a << shift`, normal where `a` is.
pub fn shift_left(a: &[u32], shift: u64) -> Vec<u32> {
    let (words, bits) = ((shift / u64::from(SHIFT)) as usize, (shift % u64::from(SHIFT)) as u32);
    let mut out = vec![0; a.len() + words + 1];
    shift_left_into(&mut out, a, words, bits);
    normalize(&mut out);
    out
}

/// `a >> shift`, and whether a bit that is one was shifted out.
pub fn shift_right(a: &[u32], shift: u64) -> (Vec<u32>, bool) {
    let (words, bits) = ((shift / u64::from(SHIFT)) as usize, (shift % u64::from(SHIFT)) as u32);
    if words >= a.len() {
        return (Vec::new(), !a.is_empty());
    }
    let mut out = vec![0; a.len() - words];
    shift_right_small(&mut out, &a[words..], bits);
    normalize(&mut out);
    let lost = a[..words].iter().any(|&digit| digit != 0) || a[words] & ((1 << bits) - 1) != 0;
    (out, lost)
}

/// The integer part of the square root.
pub fn square_root(a: &[u32]) -> Vec<u32> {
    from_ubig(&dashu_int::ops::SquareRoot::sqrt(&to_ubig(a)))
}

/// The magnitude in dashu's 64-bit words.
pub fn to_ubig(digits: &[u32]) -> UBig {
    let mut words = Vec::with_capacity(digits.len() / 2 + 1);
    let (mut pending, mut bits) = (0u128, 0);
    for &digit in digits {
        pending |= u128::from(digit) << bits;
        bits += SHIFT;
        if bits >= 64 {
            words.push(pending as u64);
            pending >>= 64;
            bits -= 64;
        }
    }
    words.push(pending as u64);
    UBig::from_words(&words)
}

/// A magnitude from dashu, as normal digits.
pub fn from_ubig(value: &UBig) -> Vec<u32> {
    let words = value.as_words();
    let mut digits = vec![0; words_to_digits(words.len())];
    from_words_into(&mut digits, words);
    normalize(&mut digits);
    digits
}

/// How many digits hold so many 64-bit words.
pub fn words_to_digits(words: usize) -> usize {
    (words * 64).div_ceil(SHIFT as usize)
}

/// Spreads 64-bit words over digits; what does not fit is zero.
pub fn from_words_into(out: &mut [u32], words: &[u64]) {
    let (mut pending, mut bits) = (0u128, 0);
    let mut words = words.iter();
    for digit in out {
        if bits < SHIFT
            && let Some(&word) = words.next()
        {
            pending |= u128::from(word) << bits;
            bits += 64;
        }
        *digit = pending as u32 & MASK;
        pending >>= SHIFT;
        bits = bits.saturating_sub(SHIFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cheap generator of digits with long runs of ones and zeros, where carries break.
    fn samples() -> Vec<Vec<u32>> {
        let mut state = 1u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32
        };
        (0..200)
            .map(|index| {
                let mut digits: Vec<u32> = (0..index % 67)
                    .map(|_| match next() % 4 {
                        0 => 0,
                        1 => MASK,
                        _ => next() & MASK,
                    })
                    .collect();
                normalize(&mut digits);
                digits
            })
            .collect()
    }

    #[test]
    fn agrees_with_dashu() {
        let samples = samples();
        for a in &samples {
            assert_eq!(&from_ubig(&to_ubig(a)), a);
            for b in &samples {
                let (x, y) = (to_ubig(a), to_ubig(b));
                assert_eq!(compare(a, b), x.cmp(&y));
                let mut sum = vec![0; a.len().max(b.len()) + 1];
                add_into(&mut sum, a, b);
                assert_eq!(normal(&sum), from_ubig(&(&x + &y)));
                let mut product = vec![0; a.len() + b.len()];
                multiply_into(&mut product, a, b);
                assert_eq!(normal(&product), from_ubig(&(&x * &y)));
                if x >= y {
                    let mut difference = vec![0; a.len()];
                    subtract_into(&mut difference, a, b);
                    assert_eq!(normal(&difference), from_ubig(&(&x - &y)));
                }
                if !b.is_empty() {
                    let (quotient, remainder) = divide(a, b);
                    let expected = (&x).div_rem(&y);
                    assert_eq!((quotient, remainder), (from_ubig(&expected.0), from_ubig(&expected.1)));
                }
            }
        }
    }

    #[test]
    fn shifts_agree_with_dashu() {
        for a in samples() {
            for shift in [0, 1, 29, 30, 31, 60, 64, 95] {
                let x = to_ubig(&a);
                assert_eq!(shift_left(&a, shift), from_ubig(&(&x << shift as usize)));
                let shifted = &x >> shift as usize;
                let lost = &shifted << shift as usize != x;
                assert_eq!(shift_right(&a, shift), (from_ubig(&shifted), lost));
            }
        }
    }
}
