//! `print` and `input`.

use objects::prelude::*;

use crate::console::{self, Line, Reading};
use crate::interpreter::Interpreter;

/// A standard stream of `sys`; none where it is `None`.
fn stream(name: &'static Str) -> Result<Option<Ref>> {
    match Interpreter::current().sys_get(name) {
        Some(stream) => Ok(Some(stream).filter(|stream| !stream.is_none())),
        None => Err(raise!(RuntimeError, "lost sys.{name}")),
    }
}

fn separator<'a>(value: Option<&'a Object>, name: &str) -> Result<Option<&'a Str>> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => match value.downcast::<Str>() {
            Some(text) => Ok(Some(text)),
            None => Err(raise!(TypeError, "{name} must be None or a string, not {}", value.class().name())),
        },
    }
}

/// Writes an object's text to a file.
fn write(file: &Object, value: &Object) -> Result<()> {
    let text = value.str()?;
    file.call_method(intern!("write"), &[&*text]).map(|_| ())
}

/// The number of a stream's file, if it is that of the process and a terminal.
fn is_terminal(stream: &Object, number: i64) -> Result<bool> {
    let own = match stream.call_method(intern!("fileno"), &[]) {
        Ok(own) => own.index()?.to_i64(),
        Err(raised) => {
            raised.clear();
            return Ok(false);
        }
    };
    if own != Some(number) {
        return Ok(false);
    }
    use std::io::IsTerminal;
    Ok(match number {
        0 => std::io::stdin().is_terminal(),
        _ => std::io::stdout().is_terminal(),
    })
}

fn flush(stream: &Object) -> Result<()> {
    match stream.call_method(intern!("flush"), &[]) {
        Ok(_) => Ok(()),
        Err(raised) => {
            raised.clear();
            Ok(())
        }
    }
}

/// Reads a line as text streams do: `EOFError` at the end, the newline cut off.
fn line_from(stdin: &Object) -> Result<Ref> {
    let line = stdin.call_method(intern!("readline"), &[])?;
    let Some(text) = line.downcast::<Str>() else {
        bail!(TypeError, "object.readline() returned non-string");
    };
    let length = text.len();
    if length == 0 {
        bail!(EOFError, "EOF when reading a line");
    }
    Ok(match text.code_point(length - 1) == u32::from(b'\n') {
        true => text.substring(0, length - 1)?.into_object(),
        false => line,
    })
}

/// Reads a line from the terminal, decoded as the streams are.
fn line_from_terminal(stdin: &Object, stdout: &Object, prompt: Option<&Object>) -> Result<Ref> {
    let attribute = |stream: &Object, name: &'static Str| -> Result<Ref<Str>> {
        match stream.get_attr(name)?.into_type::<Str>() {
            Ok(text) => Ok(text),
            Err(_) => Err(raise!(TypeError, "a stream's {name} must be a string")),
        }
    };
    let prompt = match prompt {
        Some(prompt) => {
            let encoding = attribute(stdout, intern!("encoding"))?;
            let errors = attribute(stdout, intern!("errors"))?;
            objects::codecs::encode_text(&*prompt.str()?, Some(encoding.as_utf8()?), Some(errors.as_utf8()?))?
        }
        None => Bytes::new(b""),
    };
    let Line::Text(mut line) = console::read_line(prompt.as_bytes(), Reading::Input)? else {
        bail!(EOFError);
    };
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    let encoding = attribute(stdin, intern!("encoding"))?;
    let errors = attribute(stdin, intern!("errors"))?;
    Ok(objects::codecs::decode_text(&line, Some(encoding.as_utf8()?), Some(errors.as_utf8()?))?.into_object())
}

#[functions(CONSOLE)]
pub mod functions {
    use super::*;

    /// print(value, ..., sep=' ', end='\n', file=sys.stdout, flush=False)
    ///
    /// Write the values as text, each converted by str(), with sep between two of them and
    /// end behind the last. The text goes to file, which needs a write(string) method; by
    /// default it is what sys.stdout is at that time. If flush is true, the file is flushed
    /// at the end.
    #[function("(*args, sep=None, end=None, file=None, flush=None)", no_text_signature)]
    fn print(
        args: &[&Object],
        sep: Option<&Object>,
        end: Option<&Object>,
        file: Option<&Object>,
        flush: Option<&Object>,
    ) -> Result<()> {
        let file = match file.filter(|file| !file.is_none()) {
            Some(file) => file.to_ref(),
            None => match stream(intern!("stdout"))? {
                Some(file) => file,
                None => return Ok(()),
            },
        };
        let sep = separator(sep, "sep")?;
        let end = separator(end, "end")?;
        for (index, value) in args.iter().enumerate() {
            if index > 0 {
                write(&file, sep.unwrap_or(intern!(" ")))?;
            }
            write(&file, value)?;
        }
        write(&file, end.unwrap_or(intern!("\n")))?;
        if let Some(flush) = flush
            && flush.is_true()?
        {
            file.call_method(intern!("flush"), &[])?;
        }
        Ok(())
    }

    /// Ask for one line of standard input, and give it without its newline.
    ///
    /// The prompt, if there is one, is written to standard output first, and no newline
    /// behind it. At a terminal the line can be edited where the readline module is loaded.
    /// EOFError is raised if the input ends before anything was read.
    #[function("(prompt=None, /)")]
    fn input(prompt: Option<&Object>) -> Result<Ref> {
        let present = |name: &'static Str| -> Result<Ref> {
            match Interpreter::current().sys_get(name).filter(|stream| !stream.is_none()) {
                Some(stream) => Ok(stream),
                None => Err(raise!(RuntimeError, "input(): lost sys.{name}")),
            }
        };
        let (stdin, stdout, stderr) =
            (present(intern!("stdin"))?, present(intern!("stdout"))?, present(intern!("stderr"))?);
        let shown = prompt.unwrap_or(none_object());
        (objects::services::get().audit)("builtins.input", &[shown])?;
        super::flush(&stderr)?;
        let line = if is_terminal(&stdin, 0)? && is_terminal(&stdout, 1)? {
            super::flush(&stdout)?;
            line_from_terminal(&stdin, &stdout, prompt)?
        } else {
            if let Some(prompt) = prompt {
                write(&stdout, prompt)?;
            }
            super::flush(&stdout)?;
            line_from(&stdin)?
        };
        (objects::services::get().audit)("builtins.input/result", &[&*line])?;
        Ok(line)
    }
}
