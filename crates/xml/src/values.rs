//! Values of attributes: references replaced, blanks made spaces.

use std::ops::Range;

use crate::accounting::{Account, Origin};
use crate::chars;
use crate::code::Code;
use crate::dtd::{Dtd, Text, predefined};
use crate::scan::{Reference, Stop, reference};

/// What is wrong with a value, and where in the outermost text.
pub type Wrong = (Code, Option<usize>);

/// How references to entities are judged.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    pub namespaces: bool,
    /// An entity that is not declared, or not in the document itself, is an error.
    pub must_be_declared: bool,
}

/// A text that is being read within another.
struct Frame {
    text: Text,
    entity: usize,
    at: usize,
}

/// Adds the value of an attribute that is written in a range of the text.
pub fn attribute_value(
    dtd: &mut Dtd,
    account: &Account,
    text: &[u8],
    range: Range<usize>,
    is_cdata: bool,
    judgement: Judgement,
    value: &mut Vec<u8>,
) -> Result<(), Wrong> {
    let start = value.len();
    let mut frames: Vec<Frame> = Vec::new();
    let outcome = expand(dtd, account, text, range, is_cdata, judgement, value, &mut frames);
    frames.iter().for_each(|frame| dtd.general[frame.entity].is_open = false);
    outcome?;
    if !is_cdata && value.len() > start && value.last() == Some(&b' ') {
        value.pop();
    }
    Ok(())
}

fn expand(
    dtd: &mut Dtd,
    account: &Account,
    text: &[u8],
    range: Range<usize>,
    is_cdata: bool,
    judgement: Judgement,
    value: &mut Vec<u8>,
    frames: &mut Vec<Frame>,
) -> Result<(), Wrong> {
    let start = value.len();
    let mut outer = range.start;
    let mut inner: Option<Text> = None;
    loop {
        let (text, at) = match (&inner, frames.last()) {
            (Some(inner), Some(frame)) => (&inner[..], frame.at),
            _ => (&text[..range.end], outer),
        };
        let is_outer = frames.is_empty();
        let place = |at: usize| Some(at).filter(|_| is_outer);
        let Some(&first) = text.get(at) else {
            let Some(frame) = frames.pop() else { return Ok(()) };
            dtd.general[frame.entity].is_open = false;
            inner = frames.last().map(|frame| frame.text.clone());
            continue;
        };
        let space = |value: &mut Vec<u8>| {
            if is_cdata || (value.len() > start && value.last() != Some(&b' ')) {
                value.push(b' ');
            }
        };
        let mut entered = None;
        let end = match first {
            b' ' | b'\t' | b'\n' => {
                space(value);
                at + 1
            }
            b'\r' => {
                space(value);
                at + 1 + usize::from(text.get(at + 1) == Some(&b'\n'))
            }
            b'<' => return Err((Code::InvalidToken, place(at))),
            b'&' => {
                let (reference, end) =
                    reference(text, at + 1, judgement.namespaces).map_err(|stop| match stop {
                        Stop::Invalid(at) => (Code::InvalidToken, place(at)),
                        _ => (Code::InvalidToken, place(at)),
                    })?;
                match reference {
                    Reference::Char(None) => return Err((Code::BadCharRef, place(at))),
                    Reference::Char(Some(0x20)) => space(value),
                    Reference::Char(Some(point)) => chars::push(value, point),
                    Reference::Entity => {
                        let name = &text[at + 1..end - 1];
                        match predefined(name) {
                            Some(byte) => value.push(byte),
                            None => entered = entity(dtd, name, judgement, place(at))?,
                        }
                    }
                }
                end
            }
            _ => {
                let rest = &text[at..];
                let length = rest
                    .iter()
                    .position(|&byte| {
                        chars::class(byte) & (chars::SPACE | chars::AMPERSAND | chars::LESS) != 0
                    })
                    .unwrap_or(rest.len());
                value.extend_from_slice(&rest[..length]);
                at + length
            }
        };
        match frames.last_mut() {
            Some(frame) => {
                account.add(Origin::Entity, end - at).map_err(|code| (code, None))?;
                frame.at = end;
            }
            None => outer = end,
        }
        if let Some((entity, text)) = entered {
            dtd.general[entity].is_open = true;
            inner = Some(text.clone());
            frames.push(Frame { text, entity, at: 0 });
        }
    }
}

/// The entity that a reference in a value is to; none that is not known and need not be.
fn entity(
    dtd: &Dtd,
    name: &[u8],
    judgement: Judgement,
    place: Option<usize>,
) -> Result<Option<(usize, Text)>, Wrong> {
    let found = dtd.general.find(name);
    let Some(number) = found else {
        return if judgement.must_be_declared { Err((Code::UndefinedEntity, None)) } else { Ok(None) };
    };
    let entity = &dtd.general[number];
    if judgement.must_be_declared && !entity.is_internal {
        return Err((Code::EntityDeclaredInPe, None));
    }
    if entity.is_open {
        return Err((Code::RecursiveEntityRef, place));
    }
    if entity.notation.is_some() {
        return Err((Code::BinaryEntityRef, place));
    }
    match &entity.text {
        Some(text) => Ok(Some((number, text.clone()))),
        None => Err((Code::AttributeExternalEntityRef, place)),
    }
}
