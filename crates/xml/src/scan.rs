//! What tokens of content and of the prolog have in common: names, references, comments, instructions.

use crate::chars::*;

/// Why no token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The text ends within the token.
    Partial,
    /// The text ends within a character.
    PartialChar,
    /// The character at this place cannot be there.
    Invalid(usize),
}

pub type Scanned<T> = Result<T, Stop>;

/// The byte at a place, which the token needs.
#[inline(always)]
pub fn need(text: &[u8], at: usize) -> Scanned<u8> {
    text.get(at).copied().ok_or(Stop::Partial)
}

/// The end of the name character at a place: no progress where there is none of ASCII.
#[inline]
fn name_char(text: &[u8], at: usize, namespaces: bool) -> Scanned<usize> {
    let class = class(text[at]);
    if class & NAME != 0 || (class & COLON != 0 && !namespaces) {
        return Ok(at + 1);
    }
    if class & WIDE == 0 {
        return Ok(at);
    }
    let (length, point) = wide(text, at)?;
    if is_wide_name_char(point) { Ok(at + length) } else { Err(Stop::Invalid(at)) }
}

/// Behind the first character of a name, which has to be there.
#[inline]
pub fn name_start(text: &[u8], at: usize, namespaces: bool) -> Scanned<usize> {
    let class = class(need(text, at)?);
    if class & NAME_START != 0 || (class & COLON != 0 && !namespaces) {
        return Ok(at + 1);
    }
    if class & WIDE == 0 {
        return Err(Stop::Invalid(at));
    }
    let (length, point) = wide(text, at)?;
    if is_wide_name_start(point) { Ok(at + length) } else { Err(Stop::Invalid(at)) }
}

/// Behind the characters of a name, which may be none: at another character of ASCII, or at the end of the text.
#[inline]
pub fn name_rest(text: &[u8], mut at: usize, namespaces: bool) -> Scanned<usize> {
    loop {
        while text.get(at).is_some_and(|&byte| class(byte) & NAME != 0) {
            at += 1;
        }
        if at == text.len() {
            return Ok(at);
        }
        match name_char(text, at, namespaces)? {
            same if same == at => return Ok(at),
            next => at = next,
        }
    }
}

/// Behind characters of which none has one of the classes, at one that has or at the end of the text.
#[inline]
pub fn run(text: &[u8], mut at: usize, stop: Class) -> Scanned<usize> {
    loop {
        while let Some(&byte) = text.get(at)
            && class(byte) & (stop | BAD | WIDE) == 0
        {
            at += 1;
        }
        match text.get(at) {
            None => return Ok(at),
            Some(&byte) if class(byte) & stop != 0 => return Ok(at),
            Some(&byte) if class(byte) & BAD != 0 => return Err(Stop::Invalid(at)),
            Some(_) => at += wide(text, at)?.0,
        }
    }
}

/// A reference found behind an ampersand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// To an entity whose name ends before the semicolon.
    Entity,
    /// To a character, by number; none for a number that is no character's.
    Char(Option<u32>),
}

/// A reference whose ampersand stands before the place, and what is behind it.
pub fn reference(text: &[u8], at: usize, namespaces: bool) -> Scanned<(Reference, usize)> {
    if need(text, at)? == b'#' {
        return char_reference(text, at + 1);
    }
    let end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    match need(text, end)? {
        b';' => Ok((Reference::Entity, end + 1)),
        _ => Err(Stop::Invalid(end)),
    }
}

fn char_reference(text: &[u8], at: usize) -> Scanned<(Reference, usize)> {
    let (radix, start) = match need(text, at)? {
        b'x' => (16, at + 1),
        _ => (10, at),
    };
    let mut point = 0_u32;
    let mut at = start;
    loop {
        let byte = need(text, at)?;
        match char::from(byte).to_digit(radix) {
            // Beyond the last code point it stays so.
            Some(digit) => point = (point * radix + digit).min(0x110000),
            None if byte == b';' && at > start => break,
            None => return Err(Stop::Invalid(at)),
        }
        at += 1;
    }
    Ok((Reference::Char(Some(point).filter(|&point| is_char(point))), at + 1))
}

/// Behind a comment of which `<!-` is read. What is known to have no end is passed over (`known`, from the place on).
pub fn comment(text: &[u8], at: usize, known: &mut usize) -> Scanned<usize> {
    if need(text, at)? != b'-' {
        return Err(Stop::Invalid(at));
    }
    let mut place = at + 1 + *known;
    loop {
        place = run(text, place, MINUS)?;
        *known = place - at - 1;
        need(text, place)?;
        if need(text, place + 1)? != b'-' {
            place += 1;
            continue;
        }
        return match need(text, place + 2)? {
            b'>' => Ok(place + 3),
            _ => Err(Stop::Invalid(place + 2)),
        };
    }
}

/// A processing instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub target_end: usize,
    pub end: usize,
    /// Its target is `xml`: a declaration of XML or text.
    pub is_declaration: bool,
}

/// An instruction of which `<?` is read.
pub fn instruction(text: &[u8], at: usize, namespaces: bool, known: &mut usize) -> Scanned<Instruction> {
    let target_end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    let next = need(text, target_end)?;
    if !is_space(next) && next != b'?' {
        return Err(Stop::Invalid(target_end));
    }
    let target = &text[at..target_end];
    let is_declaration = target == b"xml";
    if !is_declaration && target.eq_ignore_ascii_case(b"xml") {
        return Err(Stop::Invalid(target_end));
    }
    if next == b'?' {
        return match need(text, target_end + 1)? {
            b'>' => Ok(Instruction { target_end, end: target_end + 2, is_declaration }),
            _ => Err(Stop::Invalid(target_end + 1)),
        };
    }
    let mut place = target_end + 1 + *known;
    loop {
        place = run(text, place, QUESTION)?;
        *known = place - target_end - 1;
        need(text, place)?;
        if need(text, place + 1)? == b'>' {
            return Ok(Instruction { target_end, end: place + 2, is_declaration });
        }
        place += 1;
    }
}
