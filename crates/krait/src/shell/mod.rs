//! The interactive shell: reads a statement, runs it, shows what came of it, and again.

pub mod editor;
mod history;

use objects::prelude::*;
use syntax::Mode;
use vm::compile::{self, Request};
use vm::console::{self, Line, Reading};
use vm::interpreter::Interpreter;
use vm::{report, start};

/// After so many failures in a row for want of memory there is no use in going on.
const MOST_MEMORY_ERRORS: u32 = 16;

/// Runs the shell to the end of its input; an error is shown and does not end it. `SystemExit` does.
pub fn run() -> Result<()> {
    let Some(sysdict) = Interpreter::current().sysdict.get() else {
        bail!(RuntimeError, "lost sys");
    };
    for (name, prompt) in [(intern!("ps1"), ">>> "), (intern!("ps2"), "... ")] {
        if sysdict.get_str(name).is_none() {
            sysdict.set(name, &Str::new(prompt))?;
        }
    }
    let mut shell = Shell::default();
    let mut memory_errors = 0;
    while !shell.ended {
        match shell.step() {
            Ok(()) => memory_errors = 0,
            Err(raised) if raised.matches(&exceptions::SystemExit) => return Err(raised),
            Err(raised) => {
                memory_errors = match raised.matches(&exceptions::MemoryError) {
                    true => memory_errors + 1,
                    false => 0,
                };
                report::print_exception(raised.fetch(), true);
                if memory_errors > MOST_MEMORY_ERRORS {
                    return Err(raise::set_object(&exceptions::SystemExit, Int::new(1).into_object()));
                }
            }
        }
        flush();
    }
    Ok(())
}

#[derive(Default)]
struct Shell {
    /// The `__future__` features of the statements so far.
    features: u32,
    /// Whether the input is at its end.
    ended: bool,
}

impl Shell {
    /// Reads and runs one statement.
    fn step(&mut self) -> Result<()> {
        let prompts = (prompt(intern!("ps1"))?, prompt(intern!("ps2"))?);
        let Some(source) = self.read_statement(&prompts)? else { return Ok(()) };
        let filename = Str::new("<stdin>");
        let request =
            Request { flags: self.features, prompted: true, ..Request::new(&filename, Mode::Single) };
        let code = compile::compile(&source, &request)?;
        self.features |= code.flags as u32 & bytecode::flags::FUTURE_MASK;
        let namespace = start::main_namespace()?;
        vm::builtins::run_code(&code, &namespace, &namespace).map(drop)
    }

    /// The lines of a statement; none at the end of the input.
    fn read_statement(&mut self, prompts: &(Vec<u8>, Vec<u8>)) -> Result<Option<Vec<u8>>> {
        let mut source = Vec::new();
        loop {
            let (prompt, reading) = match source.is_empty() {
                true => (&prompts.0, Reading::Statement),
                false => (&prompts.1, Reading::Continuation),
            };
            let line = match console::read_line(prompt, reading)? {
                Line::Text(line) => line,
                Line::End | Line::Interrupted => {
                    eprintln!();
                    if !source.is_empty() {
                        return Ok(Some(source));
                    }
                    self.ended = true;
                    return Ok(None);
                }
            };
            source.extend_from_slice(&line);
            let is_last = source.last() != Some(&b'\n');
            if is_last {
                source.push(b'\n');
            }
            if !syntax::goes_on(&source, &syntax::Options::default()) {
                editor::remember(&source);
                return Ok(Some(source));
            }
        }
    }
}

/// A prompt as it is now: any object, by its `str()`. Nothing where that fails, unless for want of memory.
fn prompt(name: &'static Str) -> Result<Vec<u8>> {
    let Some(prompt) = Interpreter::current().sys_get(name) else { return Ok(Vec::new()) };
    let text = prompt
        .str()
        .and_then(|text| objects::codecs::encode_text(&text, Some("utf-8"), Some("surrogateescape")));
    match text {
        Ok(bytes) => Ok(bytes.as_bytes().to_vec()),
        Err(raised) if raised.matches(&exceptions::MemoryError) => Err(raised),
        Err(raised) => {
            raised.clear();
            Ok(Vec::new())
        }
    }
}

/// Flushes what the statement has written.
pub fn flush() {
    for name in [intern!("stderr"), intern!("stdout")] {
        if let Some(stream) = Interpreter::current().sys_get(name)
            && let Err(raised) = stream.call_method(intern!("flush"), &[])
        {
            raised.clear();
        }
    }
}
