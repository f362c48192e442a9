//! The declaration of XML or of text at the start of an entity.

use std::ops::Range;

use crate::chars::is_space;

/// What a declaration says, as places in the text.
#[derive(Clone, Debug, Default)]
pub struct XmlDeclaration {
    pub version: Option<Range<usize>>,
    pub encoding: Option<Range<usize>>,
    pub standalone: Option<bool>,
}

/// `name = "value"`, and the place behind it. `Err` is the place at which there is something else.
fn pseudo_attribute(text: &[u8], at: usize) -> Result<Option<(Range<usize>, Range<usize>, usize)>, usize> {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let blanks = |mut at: usize| {
        while is_space(byte(at)) {
            at += 1;
        }
        at
    };
    if at == text.len() {
        return Ok(None);
    }
    let start = blanks(at);
    if start == at {
        return Err(at);
    }
    if start == text.len() {
        return Ok(None);
    }
    let mut name_end = start;
    while !matches!(byte(name_end), b'=' | 0 | 0x80..) && !is_space(byte(name_end)) {
        name_end += 1;
    }
    let equals = blanks(name_end);
    if byte(equals) != b'=' || name_end == start {
        return Err(equals);
    }
    let open = blanks(equals + 1);
    let quote = byte(open);
    if quote != b'"' && quote != b'\'' {
        return Err(open);
    }
    let mut end = open + 1;
    while byte(end) != quote {
        if !(byte(end).is_ascii_alphanumeric() || matches!(byte(end), b'.' | b'-' | b'_')) {
            return Err(end);
        }
        end += 1;
    }
    Ok(Some((start..name_end, open + 1..end, end + 1)))
}

/// Reads a declaration of which the range is the whole, `<?xml` and `?>` included. `Err` is the place of what is wrong.
pub fn parse(text: &[u8], range: Range<usize>, is_text: bool) -> Result<XmlDeclaration, usize> {
    let text = &text[..range.end - b"?>".len()];
    let mut declaration = XmlDeclaration::default();
    let mut at = range.start + b"<?xml".len();
    let mut next = pseudo_attribute(text, at)?;
    match &next {
        None => return Err(text.len()),
        Some((name, value, end)) if &text[name.clone()] == b"version" => {
            declaration.version = Some(value.clone());
            at = *end;
            next = pseudo_attribute(text, at)?;
            if next.is_none() {
                // A text declaration has to tell the encoding.
                return if is_text { Err(text.len()) } else { Ok(declaration) };
            }
        }
        Some((name, ..)) if !is_text => return Err(name.start),
        Some(_) => {}
    }
    if let Some((name, value, end)) = &next
        && &text[name.clone()] == b"encoding"
    {
        if !text.get(value.start).is_some_and(u8::is_ascii_alphabetic) {
            return Err(value.start);
        }
        declaration.encoding = Some(value.clone());
        at = *end;
        next = pseudo_attribute(text, at)?;
    }
    let Some((name, value, end)) = next else { return Ok(declaration) };
    if &text[name.clone()] != b"standalone" || is_text {
        return Err(name.start);
    }
    declaration.standalone = match &text[value.clone()] {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => return Err(value.start),
    };
    match text[end..].iter().position(|&byte| !is_space(byte)) {
        Some(behind) => Err(end + behind),
        None => Ok(declaration),
    }
}
