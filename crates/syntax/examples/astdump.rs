//! Prints trees as `ast.dump(tree, include_attributes=True)` does, or what is wrong with a source.
//!
//! `astdump FILE` dumps one file. `astdump --digest LIST` prints, for each file named in LIST, a
//! checksum and the length of its dump. `astdump --cases FILE` does so for each case in FILE: a line with
//! the mode (`exec`, `eval`, `single`; `str-` before it where the source is text) and the source's length,
//! then the source. `astdump --time LIST` only says how long parsing the files takes.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufWriter, Write};
use support::{describe_failure, digest, dump, parse};

/// Enough to dump any tree that the parser lets through.
const STACK: usize = 1 << 30;

fn main() -> std::io::Result<()> {
    let work = std::thread::Builder::new().stack_size(STACK).spawn(run)?;
    work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn run() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--digest", list] => {
            for path in std::fs::read_to_string(list)?.lines() {
                writeln!(out, "{path}\t{}", digest("exec", &std::fs::read(path)?))?;
            }
        }
        ["--time", list] => {
            let paths = std::fs::read_to_string(list)?;
            let sources = paths.lines().map(std::fs::read).collect::<std::io::Result<Vec<_>>>()?;
            let bytes: usize = sources.iter().map(Vec::len).sum();
            let start = std::time::Instant::now();
            let valid = sources.iter().filter(|source| parse("exec", source).is_ok()).count();
            let seconds = start.elapsed().as_secs_f64();
            writeln!(out, "{valid} of {} valid, {bytes} bytes in {seconds:.3} s", sources.len())?;
        }
        ["--cases", cases] => {
            for (mode, source) in read_cases(&std::fs::read(cases)?) {
                writeln!(out, "{}", digest(&mode, &source))?;
            }
        }
        [path] => match parse("exec", &std::fs::read(path)?) {
            Ok(parsed) => writeln!(out, "{}", dump(&parsed))?,
            Err(failure) => writeln!(out, "{}", describe_failure(&failure))?,
        },
        _ => writeln!(out, "usage: astdump FILE | --digest LIST | --cases FILE | --time LIST")?,
    }
    Ok(())
}

/// The cases of a file: mode and source.
fn read_cases(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut cases = Vec::new();
    while let Some(newline) = bytes.iter().position(|&byte| byte == b'\n') {
        let header = String::from_utf8_lossy(&bytes[..newline]).into_owned();
        let (mode, length) = header.split_once(' ').expect("a case starts with its mode and length");
        let length: usize = length.parse().expect("the length of a case is a number");
        cases.push((mode.to_owned(), bytes[newline + 1..][..length].to_vec()));
        bytes = &bytes[newline + 1 + length..];
    }
    cases
}
