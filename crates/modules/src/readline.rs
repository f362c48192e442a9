//! `readline`: the line editor's history, completion and hooks.

use std::path::PathBuf;

use objects::prelude::*;
use objects::services;
use vm::editing::{self, Hooks};

use crate::module_state::ModuleState;

pub use module::{DEFINITION, initialize};

/// The functions that a program has set; null where there is none.
#[repr(C)]
#[derive(Trace)]
pub struct Functions {
    base: Object,
    completer: Field,
    startup: Field,
    pre_input: Field,
}

#[class(name = "state", module = "readline")]
impl Functions {}

static FUNCTIONS_STATE: ModuleState<Functions> = ModuleState::new(|| {
    Ok(Ref::new(Functions {
        base: Object::header(),
        completer: Field::null(),
        startup: Field::null(),
        pre_input: Field::null(),
    }))
});

/// Sets or removes a function.
fn set(place: &Field, name: &str, function: Option<&Object>) -> Result<()> {
    let function = function.filter(|function| !function.is_none());
    if function.is_some_and(|function| !function.is_callable()) {
        bail!(TypeError, "{name}(func): argument not callable");
    }
    place.set(function.map(Object::to_ref));
    Ok(())
}

/// Runs the hooks that come before a line. Nobody could take what they raise.
fn before_line() {
    let run = || -> Result<()> {
        let functions = FUNCTIONS_STATE.get()?;
        for hook in [functions.startup.get(), functions.pre_input.get()].into_iter().flatten() {
            hook.call0()?;
        }
        Ok(())
    };
    if let Err(raised) = run() {
        raised.clear();
    }
}

/// Asks the completer for one candidate after the other. What it raises ends them.
fn completions(word: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut ask = || -> Result<()> {
        let Some(completer) = FUNCTIONS_STATE.get()?.completer.get() else { return Ok(()) };
        let word = decode(word)?;
        loop {
            let state = Int::from_usize(found.len());
            let candidate = completer.call(&[&*word, &*state])?;
            let Some(candidate) = candidate.downcast::<Str>() else { return Ok(()) };
            found.push(encode(candidate)?);
        }
    };
    if let Err(raised) = ask() {
        raised.clear();
    }
    found
}

/// Text as the terminal has it.
fn encode(text: &Str) -> Result<Vec<u8>> {
    let bytes = objects::codecs::encode_text(text, Some("utf-8"), Some("surrogateescape"))?;
    if bytes.as_bytes().contains(&0) {
        bail!(ValueError, "embedded null character");
    }
    Ok(bytes.as_bytes().to_vec())
}

fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    objects::codecs::decode_text(bytes, Some("utf-8"), Some("surrogateescape"))
}

/// An argument as the terminal would have it.
fn encoded(value: &Object) -> Result<Vec<u8>> {
    match value.downcast::<Str>() {
        Some(text) => encode(text),
        None => Err(raise!(TypeError, "bad argument type for built-in operation")),
    }
}

/// The file that is named, or one in the home directory.
fn path(filename: Option<&Object>, otherwise: &str) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let Some(filename) = filename.filter(|filename| !filename.is_none()) else {
        let home = std::env::var_os("HOME").unwrap_or_default();
        return Ok(PathBuf::from(home).join(otherwise));
    };
    let encoded = services::import("os")?.call_method(intern!("fsencode"), &[filename])?;
    let Some(bytes) = encoded.downcast::<Bytes>() else {
        bail!(TypeError, "fsencode() gave no bytes");
    };
    if bytes.as_bytes().contains(&0) {
        bail!(ValueError, "embedded null byte");
    }
    Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes.as_bytes().to_vec())))
}

fn failed(error: std::io::Error) -> Raised {
    exceptions::raise_errno(error.raw_os_error().unwrap_or(libc::EIO), None, None)
}

/// Some entries as lines.
fn lines<'e>(entries: impl IntoIterator<Item = &'e Vec<u8>>) -> Vec<u8> {
    entries.into_iter().flat_map(|entry| [&entry[..], b"\n"].concat()).collect()
}

/// Cuts a file down to its last lines.
fn truncate(path: &PathBuf, most: i64) -> std::io::Result<()> {
    let Ok(most) = usize::try_from(most) else { return Ok(()) };
    let content = std::fs::read(path)?;
    let all: Vec<&[u8]> = content.split_inclusive(|&byte| byte == b'\n').collect();
    if all.len() > most {
        std::fs::write(path, all[all.len() - most..].concat())?;
    }
    Ok(())
}

/// A line of a configuration. Whether it says something that the editor can do.
fn configure(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return true;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    if let ["set", name, rest @ ..] = &words[..] {
        match (*name, rest.first().copied()) {
            ("editing-mode", Some(mode @ ("vi" | "emacs"))) => {
                editing::with(|editing| editing.is_vi = mode == "vi");
            }
            ("history-size", Some(size)) => {
                let most = size.parse::<usize>().ok();
                editing::with(|editing| {
                    editing.most_entries = most;
                    let excess = most.map_or(0, |most| editing.history.len().saturating_sub(most));
                    editing.history.drain(..excess);
                });
            }
            // The editor has no such thing, or no other way: then there is nothing to be done.
            ("enable-bracketed-paste" | "bell-style" | "show-all-if-ambiguous", Some(_)) => {}
            _ => return false,
        }
        return true;
    }
    let Some((key, function)) = line.split_once(':') else { return false };
    let key = key.trim().trim_matches('"').to_ascii_lowercase();
    if !matches!(&key[..], "tab" | "\\t" | "control-i" | "\\c-i") {
        return false;
    }
    match function.trim() {
        "complete" | "menu-complete" => editing::with(|editing| editing.tab_completes = true),
        "tab-insert" | "self-insert" => editing::with(|editing| editing.tab_completes = false),
        _ => return false,
    }
    true
}

/// Does what the lines of a configuration file say; what the editor cannot do is passed over.
fn read_configuration(filename: Option<&Object>) -> Result<()> {
    let named = std::env::var_os("INPUTRC").filter(|_| filename.is_none_or(|name| name.is_none()));
    let path = match named {
        Some(named) => PathBuf::from(named),
        None => path(filename, ".inputrc")?,
    };
    let content = std::fs::read(path).map_err(failed)?;
    // Lines between `$if` and `$endif` are for those whom they name.
    let mut conditions = 0;
    for line in content.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
        match line {
            [b'$', b'i', b'f', ..] => conditions += 1,
            b"$endif" => conditions = (conditions - 1).max(0),
            line if conditions == 0 => drop(configure(line)),
            _ => {}
        }
    }
    Ok(())
}

/// Editing of lines at a terminal: history, completion, hooks.
#[module(name = "readline")]
pub mod module {
    use std::sync::atomic::{AtomicI64, Ordering};

    use objects::module::Module;
    use objects::prelude::*;

    use super::*;

    /// How many lines a history file is to have; negative for any number.
    static FILE_LENGTH: AtomicI64 = AtomicI64::new(-1);

    /// Adds an entry to the history.
    #[function("(string, /)", no_text_signature)]
    fn add_history(string: &Object) -> Result<()> {
        let entry = encoded(string)?;
        editing::with(|editing| editing.remember(&entry));
        Ok(())
    }

    /// Empties the history.
    #[function(no_text_signature)]
    fn clear_history() {
        editing::with(|editing| editing.history.clear());
    }

    /// How many entries the history has.
    #[function(no_text_signature)]
    fn get_current_history_length() -> usize {
        editing::with(|editing| editing.history.len())
    }

    /// The entry at an index that counts from 1; None where there is none.
    #[function("(index, /)", getargs)]
    fn get_history_item(index: i32) -> Result<Option<Ref<Str>>> {
        let entry = usize::try_from(index).ok().and_then(|index| index.checked_sub(1));
        let entry = editing::with(|editing| entry.and_then(|index| editing.history.get(index).cloned()));
        entry.map(|entry| decode(&entry)).transpose()
    }

    /// The index of an entry, counted from 0.
    fn place(position: i32) -> Result<usize> {
        let Ok(place) = usize::try_from(position) else {
            bail!(ValueError, "History index cannot be negative");
        };
        match place < editing::with(|editing| editing.history.len()) {
            true => Ok(place),
            false => Err(raise!(ValueError, "No history item at position {position}")),
        }
    }

    /// Takes the entry at a position out; the first one is at 0.
    #[function("(pos, /)", getargs)]
    fn remove_history_item(pos: i32) -> Result<()> {
        let place = place(pos)?;
        editing::with(|editing| drop(editing.history.remove(place)));
        Ok(())
    }

    /// Puts a line in the place of the entry at a position; the first one is at 0.
    #[function("(pos, line, /)", getargs)]
    fn replace_history_item(pos: i32, line: &Str) -> Result<()> {
        let line = encode(line)?;
        let place = place(pos)?;
        editing::with(|editing| editing.history[place] = line);
        Ok(())
    }

    /// Adds the lines of a file to the history; without a name, those of ~/.history.
    #[function("(filename=None, /)", getargs)]
    fn read_history_file(filename: Option<&Object>) -> Result<()> {
        let content = std::fs::read(path(filename, ".history")?).map_err(failed)?;
        editing::with(|editing| {
            let lines = content.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            lines.for_each(|line| editing.remember(line));
        });
        Ok(())
    }

    /// Writes the history to a file; without a name, to ~/.history.
    #[function("(filename=None, /)", getargs)]
    fn write_history_file(filename: Option<&Object>) -> Result<()> {
        let path = path(filename, ".history")?;
        let content = editing::with(|editing| lines(&editing.history));
        std::fs::write(&path, content)
            .and_then(|()| truncate(&path, FILE_LENGTH.load(Ordering::Relaxed)))
            .map_err(failed)
    }

    /// Adds the last entries of the history to a file that is there; without a name, to ~/.history.
    #[function("(nelements, filename=None, /)", getargs)]
    fn append_history_file(nelements: i32, filename: Option<&Object>) -> Result<()> {
        use std::io::Write;
        let path = path(filename, ".history")?;
        let count = usize::try_from(nelements).unwrap_or(0);
        let content =
            editing::with(|editing| lines(&editing.history[editing.history.len().saturating_sub(count)..]));
        let append = || {
            std::fs::OpenOptions::new().append(true).open(&path)?.write_all(&content)?;
            truncate(&path, FILE_LENGTH.load(Ordering::Relaxed))
        };
        append().map_err(failed)
    }

    /// Sets how many lines a history file is to have; a negative number is none.
    #[function("(length, /)", getargs)]
    fn set_history_length(length: i32) {
        FILE_LENGTH.store(length.into(), Ordering::Relaxed);
    }

    /// How many lines a history file is to have.
    #[function(no_text_signature)]
    fn get_history_length() -> i64 {
        FILE_LENGTH.load(Ordering::Relaxed)
    }

    /// Says whether lines that are read become entries of the history.
    #[function("(enabled, /)", getargs)]
    fn set_auto_history(enabled: bool) {
        editing::with(|editing| editing.keeps_lines = enabled);
    }

    /// Sets the function that completes words; None or nothing removes it.
    ///
    /// It is called as function(text, state) with the states 0, 1, 2 and so
    /// on, and answers with a completion of the text each time, or at the
    /// end with something that is no string.
    #[function("(function=None, /)", getargs)]
    fn set_completer(function: Option<&Object>) -> Result<()> {
        set(&FUNCTIONS_STATE.get()?.completer, "set_completer", function)
    }

    /// The function that completes words, or None.
    #[function(no_text_signature)]
    fn get_completer() -> Result<Option<Ref>> {
        Ok(FUNCTIONS_STATE.get()?.completer.get())
    }

    /// Sets the characters that end a word.
    #[function("(string, /)", no_text_signature)]
    fn set_completer_delims(string: &Object) -> Result<()> {
        let delimiters = encoded(string)?;
        editing::with(|editing| editing.delimiters = delimiters);
        Ok(())
    }

    /// The characters that end a word.
    #[function(no_text_signature)]
    fn get_completer_delims() -> Result<Ref<Str>> {
        decode(&editing::with(|editing| editing.delimiters.clone()))
    }

    /// Where the word that is being completed begins in the line.
    #[function(no_text_signature)]
    fn get_begidx() -> usize {
        editing::with(|editing| editing.scope.0)
    }

    /// Where the word that is being completed ends in the line.
    #[function(no_text_signature)]
    fn get_endidx() -> usize {
        editing::with(|editing| editing.scope.1)
    }

    /// The kind of the completion that is asked for, as a number.
    #[function(no_text_signature)]
    fn get_completion_type() -> i64 {
        editing::with(|editing| editing.completion_type)
    }

    /// The line as far as it is known.
    #[function(no_text_signature)]
    fn get_line_buffer() -> Result<Ref<Str>> {
        decode(&editing::with(|editing| editing.line.clone()))
    }

    /// Adds text to the line; in a hook before a line, the line begins with it.
    #[function("(string, /)", no_text_signature)]
    fn insert_text(string: &Object) -> Result<()> {
        let text = encoded(string)?;
        editing::with(|editing| editing.line.extend_from_slice(&text));
        Ok(())
    }

    /// Has the line shown as it is. The editor does so by itself behind each hook.
    #[function(no_text_signature)]
    fn redisplay() {}

    /// Sets the function that is called before a line's prompt is shown; None or nothing removes it.
    #[function("(function=None, /)", getargs)]
    fn set_startup_hook(function: Option<&Object>) -> Result<()> {
        set(&FUNCTIONS_STATE.get()?.startup, "set_startup_hook", function)
    }

    /// Sets the function that is called before a line is read; None or nothing removes it.
    #[function("(function=None, /)", getargs)]
    fn set_pre_input_hook(function: Option<&Object>) -> Result<()> {
        set(&FUNCTIONS_STATE.get()?.pre_input, "set_pre_input_hook", function)
    }

    /// Removes the function that shows completions: None or nothing is all that can be set.
    #[function("(function=None, /)", getargs)]
    fn set_completion_display_matches_hook(function: Option<&Object>) -> Result<()> {
        let Some(function) = function.filter(|function| !function.is_none()) else { return Ok(()) };
        if !function.is_callable() {
            bail!(TypeError, "set_completion_display_matches_hook(func): argument not callable");
        }
        bail!(
            NotImplementedError,
            "set_completion_display_matches_hook(): the editor shows completions itself"
        );
    }

    /// Does what a line of a configuration says.
    ///
    /// The editor can be told what the tabulator does, which editing-mode and
    /// which history-size there is. Anything else raises NotImplementedError.
    #[function("(string, /)", no_text_signature)]
    fn parse_and_bind(string: &Object) -> Result<()> {
        let line = encoded(string)?;
        match configure(&line) {
            true => Ok(()),
            false => {
                let line = String::from_utf8_lossy(&line).into_owned();
                Err(raise!(NotImplementedError, "parse_and_bind(): the editor cannot do '{line}'"))
            }
        }
    }

    /// Does what the lines of a file say; without a name, those of $INPUTRC or ~/.inputrc.
    ///
    /// The file is written for programs of all kinds: what the editor cannot
    /// do is passed over.
    #[function("(filename=None, /)", getargs)]
    fn read_init_file(filename: Option<&Object>) -> Result<()> {
        read_configuration(filename)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        editing::install(Hooks { before_line, completions });
        FUNCTIONS_STATE.get()?;
        // The user's file counts for every program; most users have none.
        if let Err(raised) = read_configuration(None) {
            raised.clear();
        }
        // The release of GNU readline whose functions there are.
        module.add("_READLINE_VERSION", 0x802_i64)?;
        module.add("_READLINE_RUNTIME_VERSION", 0x802_i64)?;
        module.add("_READLINE_LIBRARY_VERSION", Str::new("8.2"))
    }
}
