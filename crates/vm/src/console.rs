//! Lines from the standard input, below Python's streams: for the interactive shell, and for `input()` at a
//! terminal.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use objects::prelude::*;
use objects::thread_state::allow_threads;

/// What came of reading a line.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// The line with its newline, which the last line may lack.
    Text(Vec<u8>),
    End,
    /// A signal came, or Ctrl-C where the editor reads the terminal by itself.
    Interrupted,
}

/// Reads a line that the user edits, after a prompt. It runs without the GIL.
pub type Editor = fn(prompt: &str, reading: Reading) -> Line;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The first line of a statement, or a whole one that is called back from the history.
    Statement,
    /// A further line of a statement.
    Continuation,
    /// An answer to `input()`.
    Input,
}

static EDITOR: OnceLock<Editor> = OnceLock::new();

/// Lets an editor read what is typed at a terminal; the first one counts.
pub fn install_editor(editor: Editor) {
    let _ = EDITOR.set(editor);
}

/// Whether somebody sits at the terminal.
pub fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Reads a line after a prompt, which goes to the standard error unless an editor shows it. Other threads
/// run meanwhile. Raises what the handler of a signal raises.
pub fn read_line(prompt: &[u8], reading: Reading) -> Result<Line> {
    let editor = EDITOR.get().filter(|_| is_terminal());
    loop {
        let line = allow_threads(|| match editor {
            Some(editor) => editor(&String::from_utf8_lossy(prompt), reading),
            None => {
                let mut stderr = std::io::stderr().lock();
                let _ = stderr.write_all(prompt).and_then(|()| stderr.flush());
                read_plainly()
            }
        });
        if line != Line::Interrupted {
            return Ok(line);
        }
        if editor.is_some() {
            // A terminal that is being edited sends no signal for Ctrl-C.
            crate::signals::trip(libc::SIGINT as usize);
        }
        (objects::services::get().check_signals)()?;
    }
}

/// What has been read from descriptor 0 beyond the line asked for.
static AHEAD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Reads a line from descriptor 0. `std::io::stdin` would go on after a signal.
fn read_plainly() -> Line {
    let mut ahead = AHEAD.lock().unwrap_or_else(PoisonError::into_inner);
    let mut seen = 0;
    loop {
        if let Some(newline) = ahead[seen..].iter().position(|&byte| byte == b'\n') {
            return Line::Text(ahead.drain(..=seen + newline).collect());
        }
        seen = ahead.len();
        let mut chunk = [0; 4096];
        // SAFETY: the buffer has this size.
        match unsafe { libc::read(0, chunk.as_mut_ptr().cast(), chunk.len()) } {
            count @ 1.. => ahead.extend_from_slice(&chunk[..count as usize]),
            -1 if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {
                return Line::Interrupted;
            }
            _ if ahead.is_empty() => return Line::End,
            _ => return Line::Text(std::mem::take(&mut *ahead)),
        }
    }
}
