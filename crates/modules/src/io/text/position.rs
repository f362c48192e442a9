//! Where a text stream is: finding a position of bytes from which the decoder comes to a character.

use objects::prelude::*;

use super::cookie::Cookie;
use super::decoder::Decoder;

/// The input of the last chunk, and the decoder's state before it.
#[derive(Clone, Default)]
pub struct Snapshot {
    pub flags: u64,
    pub input: Vec<u8>,
}

/// The cookie for a position `chars` characters behind the start of the snapshot's input, which is at
/// `position`. `ratio` is how many bytes a character takes on average. The decoder's state is as before afterwards.
pub fn locate(
    decoder: &Decoder,
    snapshot: &Snapshot,
    position: u64,
    chars: usize,
    ratio: f64,
) -> Result<Cookie> {
    if chars == 0 {
        return Ok(Cookie { position, flags: snapshot.flags, ..Cookie::default() });
    }
    let saved = decoder.state()?;
    let found = search(decoder, snapshot, position, chars, ratio);
    match (found, decoder.set_state(&saved)) {
        (Ok(cookie), Ok(())) => Ok(cookie),
        (Err(raised), Ok(())) => Err(raised),
        (_, Err(raised)) => Err(raised),
    }
}

fn at_flags(decoder: &Decoder, flags: u64) -> Result<()> {
    decoder.set_state(&(Bytes::new(b"").into_object(), flags))
}

/// The bytes that a decoder keeps, and its flags.
fn kept(decoder: &Decoder) -> Result<(usize, u64)> {
    let (buffer, flags) = decoder.state()?;
    Ok((buffer.length()? as usize, flags))
}

fn search(decoder: &Decoder, snapshot: &Snapshot, position: u64, chars: usize, ratio: f64) -> Result<Cookie> {
    let input = &snapshot.input[..];
    let mut flags = snapshot.flags;
    let mut to_skip = chars;
    // First a safe point as near as can be, by the average.
    let mut skip = ((ratio * chars as f64) as usize).min(input.len());
    let mut back = 1;
    loop {
        at_flags(decoder, flags)?;
        if skip == 0 {
            break;
        }
        let count = decoder.decode(&input[..skip], false)?.len();
        if count <= to_skip {
            let (buffered, now) = kept(decoder)?;
            if buffered == 0 {
                flags = now;
                to_skip -= count;
                break;
            }
            skip -= buffered.min(skip);
            back = 1;
        } else {
            skip -= back.min(skip);
            back *= 2;
        }
    }
    let mut start = Cookie { position: position + skip as u64, flags, ..Cookie::default() };
    if to_skip == 0 {
        return Ok(start);
    }
    // Then byte by byte, every point where the decoder keeps nothing being a safe one.
    let (mut fed, mut decoded) = (0, 0);
    for byte in &input[skip..] {
        fed += 1;
        decoded += decoder.decode(&[*byte], false)?.len();
        let (buffered, now) = kept(decoder)?;
        if buffered == 0 && decoded <= to_skip {
            start.position += fed;
            to_skip -= decoded;
            start.flags = now;
            (fed, decoded) = (0, 0);
        }
        if decoded >= to_skip {
            return Ok(Cookie { bytes_to_feed: fed, chars_to_skip: to_skip as u64, ..start });
        }
    }
    decoded += decoder.decode(b"", true)?.len();
    if decoded < to_skip {
        bail!(OSError, "can't reconstruct logical file position");
    }
    Ok(Cookie { bytes_to_feed: fed, chars_to_skip: to_skip as u64, at_end: true, ..start })
}
