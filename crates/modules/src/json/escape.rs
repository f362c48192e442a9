//! Writing JSON strings, and the text that they are part of.

use objects::prelude::*;
use objects::str::{Kind, Points, StrBuilder, Unit};
use objects::with_units;

use super::string::{below, equal, is_special, plain_run, run_of_bytes};

/// Which characters are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Those that cannot stand for themselves, and all that are not printable ASCII.
    Ascii,
    /// Those that cannot stand for themselves.
    Plain,
}

/// Text being written. The end of it that is ASCII is not in the builder yet.
#[derive(Default)]
pub struct Output {
    wide: StrBuilder,
    ascii: Vec<u8>,
}

/// A string in quotes.
pub fn quoted(text: &Str, style: Style) -> Result<Ref<Str>> {
    let mut output = Output { wide: StrBuilder::new(), ascii: Vec::with_capacity(text.len() + 2) };
    output.push_quoted(text, style);
    output.finish()
}

impl Output {
    /// Adds ASCII text.
    #[inline(always)]
    pub fn push_ascii(&mut self, text: &[u8]) {
        debug_assert!(text.is_ascii());
        self.ascii.extend_from_slice(text);
    }

    /// Adds a string.
    pub fn push(&mut self, text: &Str) {
        match text.as_ascii() {
            Some(text) => self.push_ascii(text.as_bytes()),
            None => self.push_wide(text.points()),
        }
    }

    fn push_wide(&mut self, points: Points<'_>) {
        self.wide.push_points(Points::One(&self.ascii));
        self.ascii.clear();
        self.wide.push_points(points);
    }

    /// Adds a string in quotes.
    #[inline]
    pub fn push_quoted(&mut self, text: &Str, style: Style) {
        self.ascii.push(b'"');
        match (text.points(), style) {
            (Points::One(bytes), Style::Ascii) => self.escape_to_ascii(bytes),
            (Points::One(bytes), Style::Plain) if text.is_ascii() => self.escape_ascii(bytes),
            (points, Style::Ascii) => with_units!(points, units => self.escape_to_ascii(units)),
            (points, Style::Plain) => with_units!(points, units => self.escape_plainly(units)),
        }
        self.ascii.push(b'"');
    }

    /// ASCII text, in which only what cannot stand for itself is escaped.
    fn escape_ascii(&mut self, mut rest: &[u8]) {
        loop {
            let (run, behind) = rest.split_at(plain_run(rest));
            self.push_ascii(run);
            let Some((&special, behind)) = behind.split_first() else { return };
            self.push_escape(special.into());
            rest = behind;
        }
    }

    fn escape_plainly<U: Unit>(&mut self, mut rest: &[U]) {
        loop {
            let (run, behind) = rest.split_at(plain_run(rest));
            self.push_wide(U::points(run));
            let Some((&special, behind)) = behind.split_first() else { return };
            self.push_escape(special.into());
            rest = behind;
        }
    }

    #[inline(always)]
    fn escape_to_ascii<U: Unit>(&mut self, mut rest: &[U]) {
        loop {
            let (run, behind) = rest.split_at(printable_run(rest));
            self.ascii.extend(run.iter().map(|&unit| unit.into() as u8));
            let Some((&special, behind)) = behind.split_first() else { return };
            self.push_escape(special.into());
            rest = behind;
        }
    }

    /// Adds the escape for a character.
    fn push_escape(&mut self, point: u32) {
        let short = match point {
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0x22 => b'"',
            0x5c => b'\\',
            0x10000.. => {
                let offset = point - 0x10000;
                self.push_hexadecimal(0xd800 | offset >> 10);
                self.push_hexadecimal(0xdc00 | offset & 0x3ff);
                return;
            }
            _ => return self.push_hexadecimal(point),
        };
        self.push_ascii(&[b'\\', short]);
    }

    fn push_hexadecimal(&mut self, unit: u32) {
        let digit = |shift: u32| b"0123456789abcdef"[(unit >> shift & 0xf) as usize];
        self.push_ascii(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
    }

    /// The text. Raises `MemoryError`.
    pub fn finish(mut self) -> Result<Ref<Str>> {
        if self.wide.is_empty() {
            return Str::from_latin1(&self.ascii);
        }
        self.wide.push_points(Points::One(&self.ascii));
        self.wide.finish()
    }
}

/// Whether a character is escaped where the text is to be printable ASCII.
fn is_escaped(point: u32) -> bool {
    is_special(point) || point > 0x7e
}

/// The number of characters before the first that is escaped in ASCII.
#[inline(always)]
fn printable_run<U: Unit>(units: &[U]) -> usize {
    match U::KIND {
        Kind::One => run_of_bytes(
            bytemuck::cast_slice(units),
            |word| {
                let beyond = word & 0x8080_8080_8080_8080 | equal(word, 0x7f);
                beyond | below(word, 0x20) | equal(word, b'"') | equal(word, b'\\')
            },
            |byte| is_escaped(byte.into()),
        ),
        _ => units.iter().position(|&unit| is_escaped(unit.into())).unwrap_or(units.len()),
    }
}
