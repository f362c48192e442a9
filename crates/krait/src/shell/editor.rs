//! Editing at a terminal: what is typed, called back and completed.

use std::sync::{Mutex, PoisonError};

use objects::prelude::*;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use vm::console::{Line, Reading};
use vm::thread;

use super::history;

/// The editor, once something was read with it, and what was typed since the start.
struct Session {
    editor: Editor<Python, MemHistory>,
    typed: Vec<String>,
}

static SESSION: Mutex<Option<Session>> = Mutex::new(None);

/// Reads a line from the terminal.
pub fn read_line(prompt: &str, reading: Reading) -> Line {
    let mut session = SESSION.lock().unwrap_or_else(PoisonError::into_inner);
    let session = match &mut *session {
        Some(session) => session,
        none => match Session::new() {
            Ok(new) => none.insert(new),
            Err(_) => return Line::End,
        },
    };
    if let Some(python) = session.editor.helper_mut() {
        python.0 = reading;
    }
    match session.editor.readline(prompt) {
        Ok(text) => {
            if reading == Reading::Input {
                session.remember(&text);
            }
            Line::Text((text + "\n").into_bytes())
        }
        Err(ReadlineError::Interrupted) => Line::Interrupted,
        Err(_) => Line::End,
    }
}

/// Keeps a statement for the history.
pub fn remember(statement: &[u8]) {
    if let Some(session) = &mut *SESSION.lock().unwrap_or_else(PoisonError::into_inner) {
        session.remember(String::from_utf8_lossy(statement).trim_end_matches('\n'));
    }
}

/// Writes the history, at the end of the program.
pub fn save_history() {
    if let Some(session) = &mut *SESSION.lock().unwrap_or_else(PoisonError::into_inner) {
        history::append(&std::mem::take(&mut session.typed));
    }
}

impl Session {
    fn new() -> rustyline::Result<Session> {
        let config =
            Config::builder().completion_type(CompletionType::List).max_history_size(history::MOST)?.build();
        let mut editor = {
            let history = MemHistory::with_config(&config);
            Editor::with_history(config, history)?
        };
        editor.set_helper(Some(Python(Reading::Input)));
        for entry in history::load() {
            editor.add_history_entry(entry)?;
        }
        Ok(Session { editor, typed: Vec::new() })
    }

    fn remember(&mut self, entry: &str) {
        if !entry.is_empty() && self.editor.add_history_entry(entry).unwrap_or(false) {
            self.typed.push(entry.to_owned());
        }
    }
}

/// What the editor knows of Python: where a statement ends, and the names that can be completed.
struct Python(Reading);

impl Helper for Python {}
impl Hinter for Python {
    type Hint = String;
}
impl Highlighter for Python {}

impl Validator for Python {
    /// Enter goes on within a statement of several lines that was called back; one that is typed anew comes
    /// line by line, each behind its prompt.
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        let unfinished = self.0 == Reading::Statement
            && text.contains('\n')
            && syntax::goes_on(format!("{text}\n").as_bytes(), &syntax::Options::default());
        Ok(if unfinished { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// What ends a word, as `readline` has it for Python.
const DELIMITERS: &str = " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";

impl Completer for Python {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let start = line[..position].rfind(|c| DELIMITERS.contains(c)).map_or(0, |at| at + 1);
        let word = &line[start..position];
        if word.is_empty() {
            return Ok((start, vec!["\t".to_owned()]));
        }
        // The line is read without the GIL.
        thread::acquire_gil(thread::own_state());
        let names = names(word).unwrap_or_else(|raised| {
            raised.clear();
            Vec::new()
        });
        thread::release_gil();
        Ok((start, names))
    }
}

/// The names that the word may be the beginning of, by `rlcompleter`.
fn names(word: &str) -> Result<Vec<String>> {
    let completer = vm::import::import_by_name("rlcompleter")?.get_attr(intern!("Completer"))?.call0()?;
    let mut names = Vec::new();
    loop {
        let state = Int::new(names.len() as i64);
        let name = completer.call_method(intern!("complete"), &[&*Str::new(word), &*state])?;
        let Some(name) = name.downcast::<Str>() else { return Ok(names) };
        names.push(name.to_string_lossy().into_owned());
    }
}
