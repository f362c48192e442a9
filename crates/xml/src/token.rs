//! Tokens of the prolog and of DTDs.

use crate::chars::*;
use crate::model::Quantifier;
use crate::scan::{Instruction, Scanned, Stop, comment, instruction, name_rest, name_start, need, run};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no text.
    End,
    /// Blanks.
    Space,
    /// `<?xml ... ?>`
    XmlDeclaration,
    Instruction,
    Comment,
    /// `<!NAME`
    Declaration,
    Name,
    /// A name with a prefix.
    QName,
    /// A word that is no name: it begins with a digit, for example.
    Nmtoken,
    /// `#NAME`
    Keyword,
    /// Between quotes.
    Literal,
    ParameterReference,
    /// One of `>[](),|%`.
    Sign(u8),
    /// `<![`
    SectionStart,
    /// `]]>`
    SectionEnd,
    /// `<` of the document's element, which is left where it is.
    Element,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// Of a name or the end of a group: what stands behind it, as in `name*`.
    pub occurrence: Quantifier,
    pub end: usize,
    /// Where an instruction's target ends.
    pub target_end: usize,
    /// The text ends with the token, and it may be longer than that.
    pub may_go_on: bool,
}

impl Token {
    pub fn new(kind: Kind, end: usize) -> Token {
        Token { kind, occurrence: Quantifier::Once, end, target_end: 0, may_go_on: false }
    }

    fn at_end(kind: Kind, text: &[u8]) -> Token {
        Token { may_go_on: true, ..Token::new(kind, text.len()) }
    }
}

/// The token at a place. What is known of a long one to have no end is passed over.
pub fn token(text: &[u8], at: usize, namespaces: bool, known: &mut usize) -> Scanned<Token> {
    let Some(&first) = text.get(at) else { return Ok(Token::new(Kind::End, at)) };
    let one = |kind| Ok(Token::new(kind, at + 1));
    match first {
        b'"' | b'\'' => literal(text, at, first, known),
        b'<' => markup(text, at, namespaces, known),
        b' ' | b'\t' | b'\r' | b'\n' => Ok(space(text, at)),
        b'%' => percent(text, at + 1, namespaces),
        b',' | b'[' | b'(' | b'|' | b'>' => one(Kind::Sign(first)),
        b']' => match text.get(at + 1) {
            None => Ok(Token::at_end(Kind::Sign(first), text)),
            Some(b']') => match need(text, at + 2)? {
                b'>' => Ok(Token::new(Kind::SectionEnd, at + 3)),
                _ => one(Kind::Sign(first)),
            },
            Some(_) => one(Kind::Sign(first)),
        },
        b')' => match text.get(at + 1) {
            None => Ok(Token::at_end(Kind::Sign(first), text)),
            Some(b'>' | b',' | b'|' | b')' | b' ' | b'\t' | b'\r' | b'\n') => one(Kind::Sign(first)),
            Some(&next) => occurrence(Kind::Sign(first), next, at + 1),
        },
        b'#' => keyword(text, at + 1, namespaces),
        _ => name(text, at, namespaces),
    }
}

fn space(text: &[u8], at: usize) -> Token {
    let mut end = at;
    while end < text.len() && is_space(text[end]) {
        // A line feed may belong to a carriage return that ends the text.
        if text[end] == b'\r' && end + 1 == text.len() {
            return match end == at {
                true => Token::at_end(Kind::Space, text),
                false => Token::new(Kind::Space, end),
            };
        }
        end += 1;
    }
    Token::new(Kind::Space, end)
}

fn literal(text: &[u8], at: usize, quote: u8, known: &mut usize) -> Scanned<Token> {
    let stop = if quote == b'"' { DOUBLE_QUOTE } else { SINGLE_QUOTE };
    let end = run(text, at + 1 + *known, stop)?;
    *known = end - at - 1;
    need(text, end)?;
    match text.get(end + 1) {
        None => Ok(Token::at_end(Kind::Literal, text)),
        Some(b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'%' | b'[') => Ok(Token::new(Kind::Literal, end + 1)),
        Some(_) => Err(Stop::Invalid(end + 1)),
    }
}

fn markup(text: &[u8], at: usize, namespaces: bool, known: &mut usize) -> Scanned<Token> {
    match need(text, at + 1)? {
        b'?' => {
            let Instruction { target_end, end, is_declaration } =
                instruction(text, at + 2, namespaces, known)?;
            let kind = if is_declaration { Kind::XmlDeclaration } else { Kind::Instruction };
            Ok(Token { target_end, ..Token::new(kind, end) })
        }
        b'!' => match need(text, at + 2)? {
            b'-' => Ok(Token::new(Kind::Comment, comment(text, at + 3, known)?)),
            b'[' => Ok(Token::new(Kind::SectionStart, at + 3)),
            byte if is_ascii_name_start(byte, namespaces) => declaration(text, at + 3, namespaces),
            _ => Err(Stop::Invalid(at + 2)),
        },
        // Whether it is a name's character is for the element to say.
        byte if is_ascii_name_start(byte, namespaces) || matches!(byte, 0x80..0xf5) => {
            Ok(Token::new(Kind::Element, at))
        }
        _ => Err(Stop::Invalid(at + 1)),
    }
}

fn is_ascii_name_start(byte: u8, namespaces: bool) -> bool {
    class(byte) & NAME_START != 0 || (byte == b':' && !namespaces)
}

/// The keyword behind `<!`, of which one letter is read.
fn declaration(text: &[u8], mut at: usize, namespaces: bool) -> Scanned<Token> {
    loop {
        match need(text, at)? {
            byte if is_ascii_name_start(byte, namespaces) => at += 1,
            byte if is_space(byte) => return Ok(Token::new(Kind::Declaration, at)),
            // `<!ENTITY% name` has the sign that belongs behind a blank.
            b'%' => match text.get(at + 1) {
                None => return Err(Stop::Partial),
                Some(&next) if is_space(next) || next == b'%' => return Err(Stop::Invalid(at)),
                Some(_) => return Ok(Token::new(Kind::Declaration, at)),
            },
            _ => return Err(Stop::Invalid(at)),
        }
    }
}

pub fn percent(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let first = need(text, at)?;
    if is_space(first) || first == b'%' {
        return Ok(Token::new(Kind::Sign(b'%'), at));
    }
    let end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    match need(text, end)? {
        b';' => Ok(Token::new(Kind::ParameterReference, end + 1)),
        _ => Err(Stop::Invalid(end)),
    }
}

fn keyword(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    match text.get(end) {
        None => Ok(Token::at_end(Kind::Keyword, text)),
        Some(b' ' | b'\t' | b'\r' | b'\n' | b')' | b'>' | b'%' | b'|') => Ok(Token::new(Kind::Keyword, end)),
        Some(_) => Err(Stop::Invalid(end)),
    }
}

fn name(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let class = class(text[at]);
    let (mut kind, start) = if class & NAME_START != 0 || (class & COLON != 0 && !namespaces) {
        (Kind::Name, at + 1)
    } else if class & (NAME | COLON) != 0 {
        (Kind::Nmtoken, at + 1)
    } else if class & WIDE != 0 {
        let (length, point) = wide(text, at)?;
        match (is_wide_name_start(point), is_wide_name_char(point)) {
            (true, _) => (Kind::Name, at + length),
            (_, true) => (Kind::Nmtoken, at + length),
            _ => return Err(Stop::Invalid(at)),
        }
    } else {
        return Err(Stop::Invalid(at));
    };
    let mut end = name_rest(text, start, namespaces)?;
    while namespaces && text.get(end) == Some(&b':') {
        let next = end + 1;
        if kind == Kind::Name {
            need(text, next)?;
            end = name_rest(text, next, true)?;
            kind = if end > next { Kind::QName } else { Kind::Nmtoken };
        } else {
            kind = Kind::Nmtoken;
            end = name_rest(text, next, true)?;
        }
    }
    match text.get(end) {
        None => Ok(Token::at_end(kind, text)),
        Some(b'>' | b')' | b',' | b'|' | b'[' | b'%' | b' ' | b'\t' | b'\r' | b'\n') => {
            Ok(Token::new(kind, end))
        }
        Some(_) if kind == Kind::Nmtoken => Err(Stop::Invalid(end)),
        Some(&next) => occurrence(kind, next, end),
    }
}

/// A token behind which something says how often it may be there.
fn occurrence(kind: Kind, sign: u8, at: usize) -> Scanned<Token> {
    let occurrence = match sign {
        b'?' => Quantifier::Optional,
        b'*' => Quantifier::Repeated,
        b'+' => Quantifier::Plus,
        _ => return Err(Stop::Invalid(at)),
    };
    Ok(Token { occurrence, ..Token::new(kind, at + 1) })
}

/// Behind an ignored section of which `<![IGNORE[` is read.
pub fn ignored(text: &[u8], mut at: usize) -> Scanned<usize> {
    let mut depth = 0_usize;
    loop {
        at = run(text, at, LESS | RIGHT_BRACKET)?;
        let open = need(text, at)? == b'<';
        at += 1;
        if open {
            if need(text, at)? == b'!' && need(text, at + 1)? == b'[' {
                depth += 1;
                at += 2;
            }
        } else if need(text, at)? == b']' && need(text, at + 1)? == b'>' {
            at += 2;
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Ok(at),
            }
        }
    }
}

/// The place of the first character of a public identifier, given without its quotes, that cannot be in one.
pub fn bad_in_public_id(identifier: &[u8]) -> Option<usize> {
    identifier.iter().position(|&byte| {
        !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'\r' | b'\n')
            && !b"-'()+,./:=?;!*#@$_%".contains(&byte)
    })
}

/// A public identifier with its blanks made single spaces, and none at the ends.
pub fn normalized_public_id(identifier: &[u8]) -> Vec<u8> {
    let words = identifier.split(|byte| matches!(byte, b' ' | b'\r' | b'\n')).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}
