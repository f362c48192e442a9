//! Encoding and decoding whole pieces, with error handlers.

use objects::codecs::errors::{ErrorMode, Input, Replacement, raise_encode};
use objects::prelude::*;
use objects::str::StrBuilder;

use super::codec::{Codec, State, Stop};
use super::decoded::Decoded;

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// Decodes bytes; gives the text and the bytes at the end that are part of something, of which there are none if they
/// are the last ones.
pub fn decode(
    codec: &Codec,
    state: &mut State,
    bytes: &[u8],
    errors: &str,
    is_last: bool,
) -> Result<(StrBuilder, Vec<u8>)> {
    let mut mode = ErrorMode::wrapping(errors);
    let mut input = Input::new(bytes);
    let mut text = Decoded::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        let (end, reason) = match codec.decode(state, input.bytes(), &mut at, &mut text) {
            Ok(()) => return Ok((text.finish(), Vec::new())),
            Err(Stop::Incomplete) if !is_last => return Ok((text.finish(), input.bytes()[at..].to_vec())),
            Err(Stop::Incomplete) => (input.bytes().len(), INCOMPLETE),
            Err(Stop::Illegal(count)) => ((at + count).min(input.bytes().len()), ILLEGAL),
        };
        at = mode.decode(codec.name, &mut input, at, end, reason, text.text())?;
    }
}

/// Encodes text; gives the bytes and how many code points were used, which are all of them if they are the last ones.
pub fn encode(
    codec: &Codec,
    state: &mut State,
    string: &Str,
    errors: &str,
    is_last: bool,
) -> Result<(Vec<u8>, usize)> {
    let mut mode = ErrorMode::wrapping(errors);
    let mut bytes = Vec::with_capacity(2 * string.len());
    let mut at = 0;
    loop {
        let count = match codec.encode(state, string.points(), &mut at, &mut bytes, is_last) {
            Ok(()) => break,
            Err(Stop::Incomplete) if !is_last => break,
            Err(Stop::Incomplete) => 1,
            Err(Stop::Illegal(count)) => count,
        };
        let (replacement, next) = mode.encode(codec.name, string, at, at + count, ILLEGAL)?;
        match replacement {
            Replacement::Bytes(replacement) => bytes.extend(replacement),
            Replacement::Text(text) => {
                let mut place = 0;
                if codec.encode(state, text.points(), &mut place, &mut bytes, true).is_err() {
                    return Err(raise_encode(codec.name, &text, place, place + 1, ILLEGAL));
                }
            }
        }
        at = next;
    }
    if is_last {
        codec.reset_encoding(state, &mut bytes);
    }
    Ok((bytes, at))
}
