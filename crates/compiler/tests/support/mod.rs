//! What comes of a source, as text: the same that `tools/parity.py` writes of CPython.

use std::fmt::Write;

use compiler::{Options, Recursion};
use literals::Text;
use syntax::Mode;

/// A native stack that is enough for what CPython's own limits allow.
pub const STACK: usize = 256 << 20;

/// Compiles a source and writes what came of it: warnings and code unit, or the error.
pub fn describe(optimize: u8, path: &str, source: &[u8], ignore_cookie: bool) -> String {
    let mut out = String::new();
    let reading = syntax::Options { ignore_cookie, ..syntax::Options::default() };
    let mut parsed = match syntax::parse(source, Mode::Exec, &reading) {
        Ok(parsed) => parsed,
        Err(failure) => {
            for warning in &failure.warnings {
                push_warning(&mut out, &warning.message, warning.place.lineno);
            }
            let place = failure.place.as_ref().map(|place| (place.lineno, place.offset));
            push_error(&mut out, failure.class.name(), &failure.message, place);
            return out;
        }
    };
    for warning in &parsed.warnings {
        push_warning(&mut out, &warning.message, warning.place.lineno);
    }
    let recursion = Recursion { stack: STACK / 2, ..Recursion::default() };
    let options = Options { optimize, recursion, ..Options::default() };
    match compiler::compile(&mut parsed.module, &Text::from(path), &options) {
        Ok((unit, warnings)) => {
            warnings
                .iter()
                .for_each(|warning| push_warning(&mut out, &warning.message, warning.position.line));
            out.push_str(&unit.dump());
        }
        Err(failure) => {
            let place = failure.position.map(|position| (position.line, position.offset.into()));
            for warning in &failure.warnings {
                push_warning(&mut out, &warning.message, warning.position.line);
            }
            push_error(&mut out, &format!("{:?}", failure.exception), &failure.message, place);
        }
    }
    out
}

fn push_warning(out: &mut String, message: &str, line: u32) {
    let _ = writeln!(out, "warning {line} {message}");
}

fn push_error(out: &mut String, class: &str, message: &str, place: Option<(u32, i64)>) {
    let _ = match place {
        Some((line, offset)) => writeln!(out, "error {class} {line} {offset} {message}"),
        None => writeln!(out, "error {class} {message}"),
    };
}
