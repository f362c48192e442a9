//! What the line editor and the module `readline` share: the history, how words are completed, the line itself.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::thread;

/// What ends a word.
const DELIMITERS: &[u8] = b" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?";

/// Text is in the encoding of the terminal.
#[derive(Debug)]
pub struct Editing {
    /// The oldest entry first.
    pub history: Vec<Vec<u8>>,
    /// How many entries are kept; the oldest go.
    pub most_entries: Option<usize>,
    /// Lines that are read become entries.
    pub keeps_lines: bool,
    pub delimiters: Vec<u8>,
    /// The line as far as it goes. What a hook puts here before a line is read is the line's beginning.
    pub line: Vec<u8>,
    /// The word that is being completed: from where to where in the line, in characters.
    pub scope: (usize, usize),
    /// The key that asked for completion, as a number; 0 before there was any.
    pub completion_type: i64,
    /// The tabulator completes words.
    pub tab_completes: bool,
    /// The keys are those of `vi`.
    pub is_vi: bool,
}

static EDITING: Mutex<Editing> = Mutex::new(Editing {
    history: Vec::new(),
    most_entries: None,
    keeps_lines: true,
    delimiters: Vec::new(),
    line: Vec::new(),
    scope: (0, 0),
    completion_type: 0,
    tab_completes: false,
    is_vi: false,
});

/// Works on it. The work runs no Python code.
pub fn with<R>(work: impl FnOnce(&mut Editing) -> R) -> R {
    let mut editing = EDITING.lock().unwrap_or_else(PoisonError::into_inner);
    if editing.delimiters.is_empty() {
        editing.delimiters = DELIMITERS.to_vec();
    }
    work(&mut editing)
}

impl Editing {
    pub fn remember(&mut self, entry: &[u8]) {
        self.history.push(entry.to_vec());
        let excess = self.most_entries.map_or(0, |most| self.history.len().saturating_sub(most));
        self.history.drain(..excess);
    }
}

/// What Python code does for the editor; called with the GIL.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// A line is about to be read.
    pub before_line: fn(),
    /// What a word may be the beginning of.
    pub completions: fn(word: &[u8]) -> Vec<Vec<u8>>,
}

static HOOKS: OnceLock<Hooks> = OnceLock::new();

/// Installs what `readline` does for the editor; the first one counts.
pub fn install(hooks: Hooks) {
    let _ = HOOKS.set(hooks);
}

/// Has a hook run, for the editor, which reads a line without the GIL.
pub fn call<R>(hook: impl FnOnce(&Hooks) -> R) -> Option<R> {
    let hooks = HOOKS.get()?;
    thread::acquire_gil(thread::own_state());
    let answer = hook(hooks);
    thread::release_gil();
    Some(answer)
}
