//! Compiles the sources named on standard input and writes what came of them, for `tools/parity.py`.
//!
//! A request is a line `LEVEL TAB PATH TAB LENGTH`, and then so many bytes of UTF-8 to take for the
//! file's content, if it is in an encoding that takes a codec to read. The answer is a line with its
//! length in bytes, and then warnings and the code unit's dump, or the error.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};

use compiler::{Options, Recursion};
use literals::Text;
use syntax::Mode;

/// Enough for what CPython's own limits allow.
const STACK: usize = 256 << 20;

fn main() -> io::Result<()> {
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(answer_requests)?;
    worker.join().unwrap_or_else(|_| Err(io::Error::other("the compiler panicked")))
}

fn answer_requests() -> io::Result<()> {
    let (mut requests, mut out) = (io::stdin().lock(), io::stdout().lock());
    let mut request = String::new();
    while requests.read_line(&mut request)? > 0 {
        let mut parts = request.trim_end().split('\t');
        let level = parts.next().and_then(|level| level.parse().ok()).unwrap_or(0);
        let path = parts.next().unwrap_or_default();
        let length: usize = parts.next().and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut decoded = vec![0; length];
        requests.read_exact(&mut decoded)?;
        let answer = match decoded.is_empty() {
            true => describe(level, path, &std::fs::read(path)?, false),
            false => describe(level, path, &decoded, true),
        };
        writeln!(out, "{}", answer.len())?;
        out.write_all(answer.as_bytes())?;
        out.flush()?;
        request.clear();
    }
    Ok(())
}

fn describe(optimize: u8, path: &str, source: &[u8], ignore_cookie: bool) -> String {
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
