//! The values of numeric literals.

use literals::{Constant, IBig};

/// The value of a spelling that the tokenizer found valid.
pub(crate) fn value(spelling: &str) -> Constant {
    if spelling.contains('_') {
        return plain_value(&spelling.replace('_', ""));
    }
    plain_value(spelling)
}

/// How many digits a decimal integer has; none for other numbers.
pub(crate) fn decimal_digits(spelling: &str) -> Option<usize> {
    let is_decimal = spelling.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    is_decimal.then(|| spelling.bytes().filter(u8::is_ascii_digit).count())
}

fn plain_value(spelling: &str) -> Constant {
    let radix = match spelling.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        [digits @ .., b'j' | b'J'] => return Constant::Complex(0.0, float(&spelling[..digits.len()])),
        _ if spelling.contains(['.', 'e', 'E']) => return Constant::Float(float(spelling)),
        _ => return Constant::Int(integer(spelling, 10)),
    };
    Constant::Int(integer(&spelling[2..], radix))
}

fn float(spelling: &str) -> f64 {
    spelling.parse().expect("the tokenizer lets only decimal floats through")
}

fn integer(digits: &str, radix: u32) -> IBig {
    match u64::from_str_radix(digits, radix) {
        Ok(small) => IBig::from(small),
        Err(_) => IBig::from_str_radix(digits, radix).expect("the tokenizer lets only digits through"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_have_their_values() {
        let table = [
            ("0", Constant::Int(IBig::ZERO)),
            ("0x_ff", Constant::Int(IBig::from(255))),
            ("0o17", Constant::Int(IBig::from(15))),
            ("0b1_0", Constant::Int(IBig::from(2))),
            ("1_000", Constant::Int(IBig::from(1000))),
            ("18446744073709551616", Constant::Int(IBig::from(1u128 << 64))),
            ("1.", Constant::Float(1.0)),
            (".5e-1", Constant::Float(0.05)),
            ("1e999", Constant::Float(f64::INFINITY)),
            ("0_7.5", Constant::Float(7.5)),
            ("2.5J", Constant::Complex(0.0, 2.5)),
            ("0e0j", Constant::Complex(0.0, 0.0)),
        ];
        for (spelling, expected) in table {
            assert_eq!(value(spelling), expected, "{spelling}");
        }
    }
}
