//! Tokens of content: tags, character data, references.

use std::ops::Range;

use crate::chars::*;
use crate::scan::{Instruction, Reference, Scanned, Stop, comment, instruction, name_rest, name_start, need};
use crate::scan::{reference, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// There is no text.
    None,
    /// The attributes are in the [`Tag`].
    StartTag {
        name_end: usize,
        empty: bool,
        end: usize,
    },
    EndTag {
        name_end: usize,
        end: usize,
    },
    /// Characters without a line end.
    Data(usize),
    /// One line end, of one or two characters.
    LineEnd(usize),
    /// A carriage return at the end of the text: a line feed may follow.
    TrailingReturn,
    /// Brackets at the end of the text, which may begin `]]>`.
    TrailingBrackets(usize),
    Reference(Reference, usize),
    CdataStart(usize),
    CdataEnd(usize),
    Comment(usize),
    Instruction(Instruction),
}

/// An attribute as it stands in a tag.
#[derive(Clone, Debug)]
pub struct RawAttribute {
    pub name: Range<usize>,
    /// Between the quotes.
    pub value: Range<usize>,
    /// The value as written is the value, if it is of type `CDATA`.
    pub is_plain: bool,
    /// It has no spaces either that another type would take away.
    pub is_token: bool,
}

/// A start tag in the making: how much of it was read when the text ended, relative to its start.
#[derive(Debug, Default)]
pub struct Tag {
    /// Where names and values are counted from the tag's start.
    pub attributes: Vec<RawAttribute>,
    name_end: usize,
    /// Behind the last complete attribute and the blank after it; 0 where none is.
    resume: usize,
    /// Characters of the open value that are known to be fine.
    value: usize,
    /// Of a comment or an instruction: characters without an end.
    pub known: usize,
}

impl Tag {
    /// Begins the next token.
    #[inline]
    pub fn reset(&mut self) {
        self.attributes.clear();
        self.resume = 0;
        self.value = 0;
        self.known = 0;
    }
}

/// The token at a place.
#[inline]
pub fn token(text: &[u8], at: usize, namespaces: bool, tag: &mut Tag) -> Scanned<Token> {
    let Some(&first) = text.get(at) else { return Ok(Token::None) };
    match first {
        b'<' => markup(text, at, namespaces, tag),
        b'&' => {
            let (reference, end) = reference(text, at + 1, namespaces)?;
            Ok(Token::Reference(reference, end))
        }
        b'\n' => Ok(Token::LineEnd(at + 1)),
        b'\r' => Ok(match text.get(at + 1) {
            None => Token::TrailingReturn,
            Some(b'\n') => Token::LineEnd(at + 2),
            Some(_) => Token::LineEnd(at + 1),
        }),
        b']' => match (text.get(at + 1), text.get(at + 2)) {
            (None, _) => Ok(Token::TrailingBrackets(at + 1)),
            (Some(b']'), None) => Ok(Token::TrailingBrackets(at + 2)),
            (Some(b']'), Some(b'>')) => Err(Stop::Invalid(at + 2)),
            _ => data(text, at + 1),
        },
        _ => {
            let length = match class(first) {
                class if class & BAD != 0 => return Err(Stop::Invalid(at)),
                class if class & WIDE != 0 => wide(text, at)?.0,
                _ => 1,
            };
            data(text, at + length)
        }
    }
}

/// Character data of which the first character is read.
fn data(text: &[u8], mut at: usize) -> Scanned<Token> {
    loop {
        at = plain_run(text, at);
        let Some(&byte) = text.get(at) else { return Ok(Token::Data(at)) };
        match byte {
            b']' => match (text.get(at + 1), text.get(at + 2)) {
                (Some(b']'), Some(b'>')) => return Err(Stop::Invalid(at + 2)),
                (None, _) | (Some(b']'), None) => return Ok(Token::Data(at)),
                _ => at += 1,
            },
            0x80.. => match wide(text, at) {
                Ok((length, _)) => at += length,
                Err(_) => return Ok(Token::Data(at)),
            },
            _ => return Ok(Token::Data(at)),
        }
    }
}

/// Behind characters of ASCII that are nothing but data.
#[inline]
fn plain_run(text: &[u8], mut at: usize) -> usize {
    const STOP: Class = LESS | AMPERSAND | RIGHT_BRACKET | LINE_END | BAD | WIDE;
    // Simple enough a test for the compiler to do it for all bytes at once.
    let is_special =
        |byte: u8| !(0x20..0x80).contains(&byte) | (byte == b'<') | (byte == b'&') | (byte == b']');
    loop {
        while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<16>())
            && !chunk.iter().fold(false, |any, &byte| any | is_special(byte))
        {
            at += 16;
        }
        let limit = text.len().min(at + 16);
        while at < limit && class(text[at]) & STOP == 0 {
            at += 1;
        }
        // A tab is special above, and data here.
        if at < limit || at == text.len() {
            return at;
        }
    }
}

/// The token of a CDATA section at a place.
pub fn cdata(text: &[u8], at: usize) -> Scanned<Token> {
    let Some(&first) = text.get(at) else { return Ok(Token::None) };
    let mut place = match first {
        b']' => {
            if need(text, at + 1)? == b']' && need(text, at + 2)? == b'>' {
                return Ok(Token::CdataEnd(at + 3));
            }
            at + 1
        }
        b'\r' => {
            let end = at + 1 + usize::from(need(text, at + 1)? == b'\n');
            return Ok(Token::LineEnd(end));
        }
        b'\n' => return Ok(Token::LineEnd(at + 1)),
        byte if class(byte) & BAD != 0 => return Err(Stop::Invalid(at)),
        byte if class(byte) & WIDE != 0 => at + wide(text, at)?.0,
        _ => at + 1,
    };
    loop {
        match run(text, place, RIGHT_BRACKET | LINE_END | BAD | WIDE)? {
            end if text.get(end).is_some_and(|&byte| class(byte) & WIDE != 0) => match wide(text, end) {
                Ok((length, _)) => place = end + length,
                Err(_) => return Ok(Token::Data(end)),
            },
            end => return Ok(Token::Data(end)),
        }
    }
}

fn markup(text: &[u8], at: usize, namespaces: bool, tag: &mut Tag) -> Scanned<Token> {
    match need(text, at + 1)? {
        b'/' => end_tag(text, at + 2, namespaces),
        b'?' => instruction(text, at + 2, namespaces, &mut tag.known).map(Token::Instruction),
        b'!' => match need(text, at + 2)? {
            b'-' => comment(text, at + 3, &mut tag.known).map(Token::Comment),
            b'[' => cdata_start(text, at + 3),
            _ => Err(Stop::Invalid(at + 2)),
        },
        _ => start_tag(text, at, namespaces, tag),
    }
}

fn cdata_start(text: &[u8], at: usize) -> Scanned<Token> {
    const REST: &[u8] = b"CDATA[";
    let there = text.get(at..at + REST.len()).ok_or(Stop::Partial)?;
    match REST.iter().zip(there).position(|(expected, byte)| expected != byte) {
        Some(other) => Err(Stop::Invalid(at + other)),
        None => Ok(Token::CdataStart(at + REST.len())),
    }
}

fn end_tag(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let name_end = name_rest(text, name_start(text, at, namespaces)?, false)?;
    let end = skip_spaces(text, name_end);
    match need(text, end)? {
        b'>' => Ok(Token::EndTag { name_end, end: end + 1 }),
        _ => Err(Stop::Invalid(end)),
    }
}

#[inline]
fn skip_spaces(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    at
}

/// The rest of a name that begins before the place and may have one prefix.
#[inline]
fn qualified_rest(text: &[u8], at: usize, namespaces: bool) -> Scanned<usize> {
    let end = name_rest(text, at, namespaces)?;
    if !namespaces || text.get(end) != Some(&b':') {
        return Ok(end);
    }
    let end = name_rest(text, name_start(text, end + 1, true)?, true)?;
    match text.get(end) {
        Some(b':') => Err(Stop::Invalid(end)),
        _ => Ok(end),
    }
}

fn start_tag(text: &[u8], start: usize, namespaces: bool, tag: &mut Tag) -> Scanned<Token> {
    let mut at = match tag.resume {
        0 => {
            tag.attributes.clear();
            let name_end = qualified_rest(text, name_start(text, start + 1, namespaces)?, namespaces)?;
            tag.name_end = name_end - start;
            match need(text, name_end)? {
                byte if is_space(byte) => skip_spaces(text, name_end),
                b'>' | b'/' => name_end,
                _ => return Err(Stop::Invalid(name_end)),
            }
        }
        resume => start + resume,
    };
    let name_end = start + tag.name_end;
    loop {
        match need(text, at)? {
            b'>' => return Ok(Token::StartTag { name_end, empty: false, end: at + 1 }),
            b'/' => {
                return match need(text, at + 1)? {
                    b'>' => Ok(Token::StartTag { name_end, empty: true, end: at + 2 }),
                    _ => Err(Stop::Invalid(at + 1)),
                };
            }
            _ => {}
        }
        let end = attribute(text, start, at, namespaces, tag)?;
        match need(text, end)? {
            byte if is_space(byte) => at = skip_spaces(text, end),
            b'>' | b'/' => at = end,
            _ => return Err(Stop::Invalid(end)),
        }
        tag.resume = at - start;
        tag.value = 0;
    }
}

/// Reads an attribute, and gives the place behind it. It is kept only if something follows, so that the tag
/// can be read on from here.
fn attribute(text: &[u8], start: usize, at: usize, namespaces: bool, tag: &mut Tag) -> Scanned<usize> {
    let name_end = qualified_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    let equals = match need(text, name_end)? {
        byte if is_space(byte) => skip_spaces(text, name_end),
        _ => name_end,
    };
    if need(text, equals)? != b'=' {
        return Err(Stop::Invalid(equals));
    }
    let open = skip_spaces(text, equals + 1);
    let (quote, quote_class) = match need(text, open)? {
        b'"' => (b'"', DOUBLE_QUOTE),
        b'\'' => (b'\'', SINGLE_QUOTE),
        _ => return Err(Stop::Invalid(open)),
    };
    let value_start = open + 1;
    let mut place = value_start + tag.value;
    loop {
        place = run(text, place, quote_class | LESS | AMPERSAND)?;
        tag.value = place - value_start;
        match need(text, place)? {
            b'&' => place = reference(text, place + 1, namespaces)?.1,
            b'<' => return Err(Stop::Invalid(place)),
            byte => {
                debug_assert_eq!(byte, quote);
                break;
            }
        }
    }
    need(text, place + 1)?;
    let value = &text[value_start..place];
    let mut seen = 0;
    let (mut before, mut doubled) = (b' ', false);
    for &byte in value {
        seen |= class(byte) & AMPERSAND | if byte < b' ' { LINE_END } else { 0 };
        doubled |= byte == b' ' && before == b' ';
        before = byte;
    }
    tag.attributes.push(RawAttribute {
        name: at - start..name_end - start,
        value: value_start - start..place - start,
        is_plain: seen == 0,
        is_token: seen == 0 && !doubled && (before != b' ' || value.is_empty()),
    });
    Ok(place + 1)
}
