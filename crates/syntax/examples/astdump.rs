//! Prints trees as `ast.dump(tree, include_attributes=True)` does, or what is wrong with a source.
//!
//! `astdump FILE` dumps one file. `astdump --digest LIST` prints, for each file named in LIST, a
//! checksum and the length of its dump. `astdump --cases FILE` does so for each case in FILE: a line with
//! the mode (`exec`, `eval`, `single`; `str-` before it where the source is text) and the source's length,
//! then the source.

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufWriter, Write};
use support::{describe, digest, read_cases};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--digest", list] => {
            for path in std::fs::read_to_string(list)?.lines() {
                writeln!(out, "{path}\t{}", digest("exec", &std::fs::read(path)?))?;
            }
        }
        ["--cases", cases] => {
            for (mode, source) in read_cases(&std::fs::read(cases)?) {
                writeln!(out, "{}", digest(&mode, &source))?;
            }
        }
        [path] => writeln!(out, "{}", describe("exec", &std::fs::read(path)?))?,
        _ => writeln!(out, "usage: astdump FILE | --digest LIST | --cases FILE")?,
    }
    Ok(())
}
