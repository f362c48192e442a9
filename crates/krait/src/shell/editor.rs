//! Editing at a terminal: what is typed, called back and completed. The module `readline` says how.

use std::sync::{Mutex, PoisonError};

use rustyline::completion::Completer;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, EditMode, Editor, Helper};
use vm::console::{Line, Reading};
use vm::editing;

use super::history::Shared;

/// The editor, once something was read with it.
static EDITOR: Mutex<Option<Editor<Python, Shared>>> = Mutex::new(None);

/// Reads a line from the terminal.
pub fn read_line(prompt: &str, reading: Reading) -> Line {
    let mut editor = EDITOR.lock().unwrap_or_else(PoisonError::into_inner);
    let editor = match &mut *editor {
        Some(editor) => editor,
        none => match new_editor() {
            Ok(new) => none.insert(new),
            Err(_) => return Line::End,
        },
    };
    if let Some(python) = editor.helper_mut() {
        python.0 = reading;
    }
    editing::with(|editing| editing.line.clear());
    editing::call(|hooks| (hooks.before_line)());
    let (beginning, is_vi) =
        editing::with(|editing| (String::from_utf8_lossy(&editing.line).into_owned(), editing.is_vi));
    editor.set_edit_mode(if is_vi { EditMode::Vi } else { EditMode::Emacs });
    match editor.readline_with_initial(prompt, (&beginning, "")) {
        Ok(text) => {
            editing::with(|editing| editing.line = text.as_bytes().to_vec());
            if reading == Reading::Input {
                keep(&text);
            }
            Line::Text((text + "\n").into_bytes())
        }
        Err(ReadlineError::Interrupted) => Line::Interrupted,
        Err(_) => Line::End,
    }
}

/// Keeps a statement for the history.
pub fn remember(statement: &[u8]) {
    if vm::console::is_terminal() {
        keep(String::from_utf8_lossy(statement).trim_end_matches('\n'));
    }
}

/// Keeps an entry that is not empty and not the same as the one before.
fn keep(entry: &str) {
    editing::with(|editing| {
        let is_new = editing.history.last().is_none_or(|last| last != entry.as_bytes());
        if editing.keeps_lines && !entry.is_empty() && is_new {
            editing.remember(entry.as_bytes());
        }
    });
}

fn new_editor() -> rustyline::Result<Editor<Python, Shared>> {
    let config = Config::builder().completion_type(CompletionType::List).build();
    let mut editor = Editor::with_history(config, Shared)?;
    editor.set_helper(Some(Python(Reading::Input)));
    Ok(editor)
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

/// The number of the tabulator, which is the kind of completion that it asks for.
const TAB: i64 = 9;

impl Completer for Python {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _context: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..position];
        let start = editing::with(|editing| {
            let is_delimiter = |byte: &u8| editing.delimiters.contains(byte);
            let start = before.as_bytes().iter().rposition(is_delimiter).map_or(0, |at| at + 1);
            let start = (start..=position).find(|&at| line.is_char_boundary(at)).unwrap_or(position);
            editing.line = line.as_bytes().to_vec();
            editing.scope = (line[..start].chars().count(), before.chars().count());
            editing.completion_type = TAB;
            editing.tab_completes.then_some(start)
        });
        let Some(start) = start else { return Ok((position, vec!["\t".to_owned()])) };
        let word = &before[start..];
        let found = editing::call(|hooks| (hooks.completions)(word.as_bytes())).unwrap_or_default();
        Ok((start, found.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()))
    }
}
