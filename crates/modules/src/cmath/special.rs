//! What the functions give where a part of the argument is infinite or not a number.
//!
//! Each table has a line for each class of real parts and a column for each class of imaginary parts: minus
//! infinity, negative, -0, 0, positive, infinity, not a number. An entry is the two parts of the result:
//! `I` infinity, `N` not a number, `Z` 0, `O` 1, `Q` pi/4, `H` pi/2, `T` 3pi/4, `P` pi; `E` is a domain error,
//! and `.` what is computed.

use objects::complex::{Failure, Pair};

pub type Table = [&'static str; 7];

pub static ACOS: Table = [
    "T,I P,I P,I P,-I P,-I T,-I N,I",
    "H,I . . . . H,-I N,N",
    "H,I . . . . H,-I H,N",
    "H,I . . . . H,-I H,N",
    "H,I . . . . H,-I N,N",
    "Q,I Z,I Z,I Z,-I Z,-I Q,-I N,I",
    "N,I N,N N,N N,N N,N N,-I N,N",
];

pub static ACOSH: Table = [
    "I,-T I,-P I,-P I,P I,P I,T I,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-Q I,-Z I,-Z I,Z I,Z I,Q I,N",
    "I,N N,N N,N N,N N,N I,N N,N",
];

pub static ASINH: Table = [
    "-I,-Q -I,-Z -I,-Z -I,Z -I,Z -I,Q -I,N",
    "-I,-H . . . . -I,H N,N",
    "-I,-H . . . . -I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-Q I,-Z I,-Z I,Z I,Z I,Q I,N",
    "I,N N,N N,-Z N,Z N,N I,N N,N",
];

pub static ATANH: Table = [
    "-Z,-H -Z,-H -Z,-H -Z,H -Z,H -Z,H -Z,N",
    "-Z,-H . . . . -Z,H N,N",
    "-Z,-H . . . . -Z,H -Z,N",
    "Z,-H . . . . Z,H Z,N",
    "Z,-H . . . . Z,H N,N",
    "Z,-H Z,-H Z,-H Z,H Z,H Z,H Z,N",
    "Z,-H N,N N,N N,N N,N Z,H N,N",
];

pub static COSH: Table = [
    "E I,I I,Z I,-Z I,-I E I,N",
    "E . . . . E N,N",
    "E . . . . E N,Z",
    "E . . . . E N,Z",
    "E . . . . E N,N",
    "E I,-I I,-Z I,Z I,I E I,N",
    "N,N N,N N,Z N,Z N,N N,N N,N",
];

pub static EXP: Table = [
    "Z,Z Z,-Z Z,-Z Z,Z Z,Z Z,Z Z,Z",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "E I,-I I,-Z I,Z I,I E I,N",
    "N,N N,N N,-Z N,Z N,N N,N N,N",
];

pub static LOG: Table = [
    "I,-T I,-P I,-P I,P I,P I,T I,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-H . . . . I,H N,N",
    "I,-Q I,-Z I,-Z I,Z I,Z I,Q I,N",
    "I,N N,N N,N N,N N,N I,N N,N",
];

pub static SINH: Table = [
    "E -I,-I -I,-Z -I,Z -I,I E I,N",
    "E . . . . E N,N",
    "E . . . . E Z,N",
    "E . . . . E Z,N",
    "E . . . . E N,N",
    "E I,-I I,-Z I,Z I,I E I,N",
    "N,N N,N N,-Z N,Z N,N N,N N,N",
];

pub static SQRT: Table = [
    "I,-I Z,-I Z,-I Z,I Z,I I,I N,I",
    "I,-I . . . . I,I N,N",
    "I,-I . . . . I,I N,N",
    "I,-I . . . . I,I N,N",
    "I,-I . . . . I,I N,N",
    "I,-I I,-Z I,-Z I,Z I,Z I,I I,N",
    "I,-I N,N N,N N,N N,N I,I N,N",
];

pub static TANH: Table = [
    "-O,Z -O,-Z -O,-Z -O,Z -O,Z -O,Z -O,Z",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "E . . . . E N,N",
    "O,Z O,-Z O,-Z O,Z O,Z O,Z O,Z",
    "N,N N,N N,-Z N,Z N,N N,N N,N",
];

pub static RECT: Table = [
    "E -I,I -I,Z -I,-Z -I,-I E I,N",
    "E . . . . E N,N",
    "Z,Z . . . . Z,Z Z,Z",
    "Z,Z . . . . Z,Z Z,Z",
    "E . . . . E N,N",
    "E I,-I I,-Z I,Z I,I E I,N",
    "N,N N,N N,Z N,Z N,N N,N N,N",
];

/// The line or column of a part.
fn class(part: f64) -> usize {
    match part {
        f64::NEG_INFINITY => 0,
        f64::INFINITY => 5,
        _ if part.is_nan() => 6,
        0.0 if part.is_sign_negative() => 2,
        0.0 => 3,
        _ if part < 0.0 => 1,
        _ => 4,
    }
}

fn part(text: &str) -> f64 {
    let (sign, letter) = match text.strip_prefix('-') {
        Some(letter) => (-1.0, letter),
        None => (1.0, text),
    };
    sign * match letter {
        "I" => f64::INFINITY,
        "Z" => 0.0,
        "O" => 1.0,
        "Q" => std::f64::consts::FRAC_PI_4,
        "H" => std::f64::consts::FRAC_PI_2,
        "T" => 3.0 * std::f64::consts::FRAC_PI_4,
        "P" => std::f64::consts::PI,
        _ => f64::NAN,
    }
}

/// The result for an argument that is not finite; nothing for one that is.
pub fn value(table: &Table, z: Pair) -> Option<Result<Pair, Failure>> {
    if z.real.is_finite() && z.imag.is_finite() {
        return None;
    }
    let entry = table[class(z.real)].split(' ').nth(class(z.imag))?;
    match entry.split_once(',') {
        Some((real, imag)) => Some(Ok(Pair::new(part(real), part(imag)))),
        None => Some(Err(Failure::Domain)),
    }
}
