//! The input of a parser: its text, and what place in the input a place in the text is.

use std::cell::Cell;

use memchr::{memchr_iter, memrchr2};

use crate::chars::is_continuation;
use crate::encoding::{Detected, Encoding, detect, torn};
use crate::scan::Stop;

/// A line and a column, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    line: u64,
    column: u64,
    /// In the text.
    at: usize,
}

#[derive(Debug, Default)]
pub struct Source {
    /// The text that is not done with; a token in the making is whole in it.
    pub text: Vec<u8>,
    /// The next token's place.
    pub at: usize,
    /// The place of the current event.
    pub event: Option<usize>,
    pub is_final: bool,
    /// None until it is known.
    encoding: Option<Encoding>,
    /// Input that is no text yet.
    undecoded: Vec<u8>,
    /// The input that the text was made of, where that is not the text itself.
    input: Vec<u8>,
    /// How much input lies before the text.
    before: u64,
    known: Cell<Position>,
}

impl Source {
    pub fn encoding(&self) -> Option<&Encoding> {
        self.encoding.as_ref()
    }

    /// Text comes to the caller in small pieces.
    pub fn comes_in_pieces(&self) -> bool {
        self.encoding.as_ref().is_some_and(Encoding::comes_in_pieces)
    }

    /// Takes the next piece of input; the text that is done with goes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let done = self.at;
        if done > 0 {
            self.settle(done);
            let length = self.input_length(done);
            self.before += length as u64;
            if !self.is_input() {
                self.input.drain(..length);
            }
            self.text.drain(..done);
            self.known.set(Position { at: 0, ..self.known.get() });
            self.at = 0;
        }
        self.event = None;
        if self.encoding.is_none() || !self.undecoded.is_empty() {
            self.undecoded.extend_from_slice(bytes);
            if self.encoding.is_some() {
                let waiting = std::mem::take(&mut self.undecoded);
                self.decode(&waiting);
            }
        } else {
            self.decode(bytes);
        }
    }

    fn is_input(&self) -> bool {
        self.encoding.as_ref().is_none_or(Encoding::is_utf8)
    }

    fn decode(&mut self, bytes: &[u8]) {
        let Some(encoding) = &self.encoding else { return };
        let rest = encoding.decode(bytes, &mut self.text);
        if !encoding.is_utf8() {
            self.input.extend_from_slice(&bytes[..bytes.len() - rest.len()]);
        }
        self.undecoded.extend_from_slice(rest);
    }

    /// Finds out the encoding, if that is possible by now. Whether there is text to read then.
    pub fn detect(&mut self, named: Option<(&Encoding, bool)>, is_content: bool) -> bool {
        if self.encoding.is_some() {
            return true;
        }
        match detect(&self.undecoded, named, is_content) {
            Detected::NotYet => false,
            Detected::Encoding(encoding, mark) => {
                self.begin(encoding, mark);
                true
            }
        }
    }

    fn begin(&mut self, encoding: Encoding, mark: usize) {
        self.encoding = Some(encoding);
        self.before = mark as u64;
        // The mark is a character of the first line.
        self.known.set(Position { column: u64::from(mark > 0), ..Position::default() });
        let waiting = std::mem::take(&mut self.undecoded);
        self.decode(&waiting[mark..]);
    }

    /// Reads the text behind the place anew, in an encoding that was declared just before.
    pub fn recode(&mut self, encoding: Encoding) {
        if self.encoding.as_ref() == Some(&encoding) {
            return;
        }
        let waiting = self.text.split_off(self.at);
        self.input = self.text.clone();
        self.encoding = Some(encoding);
        self.decode(&waiting);
    }

    /// The input ends within a character.
    pub fn torn(&self) -> Option<Stop> {
        torn(&self.undecoded).filter(|_| self.encoding.is_some())
    }

    /// Nothing was fed at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.undecoded.is_empty() && self.before == 0
    }

    fn input_length(&self, end: usize) -> usize {
        self.encoding.as_ref().map_or(end, |encoding| encoding.input_length(&self.text[..end]))
    }

    /// Where the current event is in the input.
    pub fn byte_index(&self) -> Option<u64> {
        self.event.map(|event| self.before + self.input_length(event) as u64)
    }

    /// The input from the current event on.
    pub fn context(&self) -> Option<&[u8]> {
        let event = self.event?;
        match self.is_input() {
            true => self.text.get(event..),
            false => self.input.get(self.input_length(event)..),
        }
    }

    /// The line and the column of the current event, counted from 0.
    pub fn line_column(&self) -> (u64, u64) {
        if let Some(event) = self.event {
            self.settle(event);
        }
        let Position { line, column, .. } = self.known.get();
        (line, column)
    }

    /// Counts lines and columns up to a place in the text.
    pub fn settle(&self, at: usize) {
        let Position { mut line, mut column, at: known } = self.known.get();
        let Some(text) = self.text.get(known..at) else { return };
        // Both signs together end one line.
        let is_alone = |&place: &usize| text.get(place + 1) != Some(&b'\n');
        let ends = memchr_iter(b'\n', text).count() + memchr_iter(b'\r', text).filter(is_alone).count();
        let last_line = match memrchr2(b'\n', b'\r', text) {
            Some(end) => {
                column = 0;
                &text[end + 1..]
            }
            None => text,
        };
        line += ends as u64;
        column += last_line.iter().filter(|&&byte| !is_continuation(byte)).count() as u64;
        self.known.set(Position { line, column, at });
    }
}
