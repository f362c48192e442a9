//! The history as the editor sees it: entries that the module `readline` may change at any time.

use std::borrow::Cow;
use std::path::Path;

use rustyline::Result;
use rustyline::error::ReadlineError;
use rustyline::history::{History, SearchDirection, SearchResult};
use vm::editing;

/// The entries that `vm::editing` holds.
pub struct Shared;

fn entry(index: usize) -> Option<String> {
    editing::with(|editing| {
        editing.history.get(index).map(|entry| String::from_utf8_lossy(entry).into_owned())
    })
}

/// The nearest entry from an index on in which something is found, and where in it.
fn nearest(
    start: usize,
    direction: SearchDirection,
    find: impl Fn(&str) -> Option<usize>,
) -> Option<SearchResult<'static>> {
    let length = Shared.len();
    let found = |idx| {
        let entry = entry(idx)?;
        let pos = find(&entry)?;
        Some(SearchResult { entry: Cow::Owned(entry), idx, pos })
    };
    match direction {
        SearchDirection::Forward => (start..length).find_map(found),
        SearchDirection::Reverse => (0..length.min(start + 1)).rev().find_map(found),
    }
}

/// Files are the business of `readline`'s own functions.
fn unsupported() -> ReadlineError {
    ReadlineError::Io(std::io::ErrorKind::Unsupported.into())
}

impl History for Shared {
    fn get(&self, index: usize, _direction: SearchDirection) -> Result<Option<SearchResult<'_>>> {
        Ok(entry(index).map(|entry| SearchResult { entry: Cow::Owned(entry), idx: index, pos: 0 }))
    }

    fn add(&mut self, line: &str) -> Result<bool> {
        editing::with(|editing| editing.remember(line.as_bytes()));
        Ok(true)
    }

    fn add_owned(&mut self, line: String) -> Result<bool> {
        self.add(&line)
    }

    fn len(&self) -> usize {
        editing::with(|editing| editing.history.len())
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn set_max_len(&mut self, len: usize) -> Result<()> {
        editing::with(|editing| editing.most_entries = Some(len));
        Ok(())
    }

    fn ignore_dups(&mut self, _yes: bool) -> Result<()> {
        Ok(())
    }

    fn ignore_space(&mut self, _yes: bool) {}

    fn save(&mut self, _path: &Path) -> Result<()> {
        Err(unsupported())
    }

    fn append(&mut self, _path: &Path) -> Result<()> {
        Err(unsupported())
    }

    fn load(&mut self, _path: &Path) -> Result<()> {
        Err(unsupported())
    }

    fn clear(&mut self) -> Result<()> {
        editing::with(|editing| editing.history.clear());
        Ok(())
    }

    fn search(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        Ok(nearest(start, direction, |entry| entry.find(term)).filter(|_| !term.is_empty()))
    }

    fn starts_with(
        &self,
        term: &str,
        start: usize,
        direction: SearchDirection,
    ) -> Result<Option<SearchResult<'_>>> {
        let found = nearest(start, direction, |entry| entry.starts_with(term).then_some(term.len()));
        Ok(found.filter(|_| !term.is_empty()))
    }
}
