//! Compiles the sources named on standard input and writes what came of them, for `tools/parity.py`.
//!
//! A request is a line `QUESTION TAB PATH TAB LENGTH`, and then so many bytes of UTF-8 to take for the
//! file's content, if it is in an encoding that takes a codec to read. The answer is a line with its
//! length in bytes, and then warnings and the code unit's dump (or the symbols), or the error.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{self, BufRead, Read, Write};

use support::{Question, STACK, describe};

fn main() -> io::Result<()> {
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(answer_requests)?;
    worker.join().unwrap_or_else(|_| Err(io::Error::other("the compiler panicked")))
}

fn answer_requests() -> io::Result<()> {
    let (mut requests, mut out) = (io::stdin().lock(), io::stdout().lock());
    let mut request = String::new();
    while requests.read_line(&mut request)? > 0 {
        let mut parts = request.trim_end().split('\t');
        let question = parts.next().and_then(Question::named).unwrap_or(Question::Code(0));
        let path = parts.next().unwrap_or_default();
        let length: usize = parts.next().and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut decoded = vec![0; length];
        requests.read_exact(&mut decoded)?;
        let answer = match decoded.is_empty() {
            true => describe(question, path, &std::fs::read(path)?, false),
            false => describe(question, path, &decoded, true),
        };
        writeln!(out, "{}", answer.len())?;
        out.write_all(answer.as_bytes())?;
        out.flush()?;
        request.clear();
    }
    Ok(())
}
