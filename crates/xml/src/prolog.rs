//! Tokens of the prolog and of DTDs.

use crate::chars::*;
use crate::scan::{Instruction, Scanned, Stop, comment, instruction, name_rest, name_start, need, run};

/// What a token is. Names tell with what they end, for content models are read by tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no text.
    None,
    /// Blanks.
    Space,
    /// The mark at the start of the text that tells the encoding.
    ByteOrderMark,
    /// `<?xml ... ?>`
    Declaration,
    Instruction,
    Comment,
    /// `<!NAME`
    Open,
    /// `>`
    Close,
    Name,
    /// A name with a prefix.
    PrefixedName,
    NameOptional,
    NameRepeated,
    NamePlus,
    /// A word that is no name: it begins with a digit, for example.
    NameToken,
    /// `#NAME`
    PoundName,
    /// Between quotes.
    Literal,
    Percent,
    ParameterReference,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    CloseParenOptional,
    CloseParenRepeated,
    CloseParenPlus,
    Or,
    Comma,
    /// `<![`
    SectionOpen,
    /// `]]>`
    SectionClose,
    /// `<` of the document's element, which is left where it is.
    Instance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub end: usize,
    /// Where an instruction's target ends.
    pub target_end: usize,
    /// The text ends with the token, and it may be longer than that.
    pub may_go_on: bool,
}

impl Token {
    pub fn new(kind: Kind, end: usize) -> Token {
        Token { kind, end, target_end: 0, may_go_on: false }
    }

    fn at_end(kind: Kind, text: &[u8]) -> Token {
        Token { may_go_on: true, ..Token::new(kind, text.len()) }
    }
}

/// The token at a place. What is known of a long one to have no end is passed over.
pub fn token(text: &[u8], at: usize, namespaces: bool, known: &mut usize) -> Scanned<Token> {
    let Some(&first) = text.get(at) else { return Ok(Token::new(Kind::None, at)) };
    let one = |kind| Ok(Token::new(kind, at + 1));
    match first {
        b'"' | b'\'' => literal(text, at, first, known),
        b'<' => markup(text, at, namespaces, known),
        b' ' | b'\t' | b'\r' | b'\n' => Ok(space(text, at)),
        b'%' => percent(text, at + 1, namespaces),
        b',' => one(Kind::Comma),
        b'[' => one(Kind::OpenBracket),
        b']' => match text.get(at + 1) {
            None => Ok(Token::at_end(Kind::CloseBracket, text)),
            Some(b']') => match need(text, at + 2)? {
                b'>' => Ok(Token::new(Kind::SectionClose, at + 3)),
                _ => one(Kind::CloseBracket),
            },
            Some(_) => one(Kind::CloseBracket),
        },
        b'(' => one(Kind::OpenParen),
        b')' => match text.get(at + 1) {
            None => Ok(Token::at_end(Kind::CloseParen, text)),
            Some(b'*') => Ok(Token::new(Kind::CloseParenRepeated, at + 2)),
            Some(b'?') => Ok(Token::new(Kind::CloseParenOptional, at + 2)),
            Some(b'+') => Ok(Token::new(Kind::CloseParenPlus, at + 2)),
            Some(b'>' | b',' | b'|' | b')' | b' ' | b'\t' | b'\r' | b'\n') => one(Kind::CloseParen),
            Some(_) => Err(Stop::Invalid(at + 1)),
        },
        b'|' => one(Kind::Or),
        b'>' => one(Kind::Close),
        b'#' => pound_name(text, at + 1, namespaces),
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
            let kind = if is_declaration { Kind::Declaration } else { Kind::Instruction };
            Ok(Token { target_end, ..Token::new(kind, end) })
        }
        b'!' => match need(text, at + 2)? {
            b'-' => Ok(Token::new(Kind::Comment, comment(text, at + 3, known)?)),
            b'[' => Ok(Token::new(Kind::SectionOpen, at + 3)),
            byte if class(byte) & NAME_START != 0 => declaration(text, at + 3),
            _ => Err(Stop::Invalid(at + 2)),
        },
        // Whether it is a name's character is for the element to say.
        byte if class(byte) & (NAME_START | WIDE) != 0 && byte < 0xf5 => Ok(Token::new(Kind::Instance, at)),
        _ => Err(Stop::Invalid(at + 1)),
    }
}

/// The keyword behind `<!`, of which one letter is read.
fn declaration(text: &[u8], mut at: usize) -> Scanned<Token> {
    loop {
        match need(text, at)? {
            byte if class(byte) & NAME_START != 0 => at += 1,
            byte if is_space(byte) => return Ok(Token::new(Kind::Open, at)),
            // `<!ENTITY% name` has the sign that belongs behind a blank.
            b'%' => match text.get(at + 1) {
                None => return Err(Stop::Partial),
                Some(&next) if is_space(next) || next == b'%' => return Err(Stop::Invalid(at)),
                Some(_) => return Ok(Token::new(Kind::Open, at)),
            },
            _ => return Err(Stop::Invalid(at)),
        }
    }
}

pub fn percent(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let first = need(text, at)?;
    if is_space(first) || first == b'%' {
        return Ok(Token::new(Kind::Percent, at));
    }
    let end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    match need(text, end)? {
        b';' => Ok(Token::new(Kind::ParameterReference, end + 1)),
        _ => Err(Stop::Invalid(end)),
    }
}

fn pound_name(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let end = name_rest(text, name_start(text, at, namespaces)?, namespaces)?;
    match text.get(end) {
        None => Ok(Token::at_end(Kind::PoundName, text)),
        Some(b' ' | b'\t' | b'\r' | b'\n' | b')' | b'>' | b'%' | b'|') => {
            Ok(Token::new(Kind::PoundName, end))
        }
        Some(_) => Err(Stop::Invalid(end)),
    }
}

fn name(text: &[u8], at: usize, namespaces: bool) -> Scanned<Token> {
    let class = class(text[at]);
    let (mut kind, start) = if class & NAME_START != 0 || (class & COLON != 0 && !namespaces) {
        (Kind::Name, at + 1)
    } else if class & (NAME | COLON) != 0 {
        (Kind::NameToken, at + 1)
    } else if class & WIDE != 0 {
        let (length, point) = wide(text, at)?;
        match (is_wide_name_start(point), is_wide_name_char(point)) {
            (true, _) => (Kind::Name, at + length),
            (_, true) => (Kind::NameToken, at + length),
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
            kind = if end > next { Kind::PrefixedName } else { Kind::NameToken };
        } else {
            kind = Kind::NameToken;
            end = name_rest(text, next, true)?;
        }
    }
    let suffixed = |suffixed_kind| match kind {
        Kind::NameToken => Err(Stop::Invalid(end)),
        _ => Ok(Token::new(suffixed_kind, end + 1)),
    };
    match text.get(end) {
        None => Ok(Token::at_end(kind, text)),
        Some(b'>' | b')' | b',' | b'|' | b'[' | b'%' | b' ' | b'\t' | b'\r' | b'\n') => {
            Ok(Token::new(kind, end))
        }
        Some(b'+') => suffixed(Kind::NamePlus),
        Some(b'*') => suffixed(Kind::NameRepeated),
        Some(b'?') => suffixed(Kind::NameOptional),
        Some(_) => Err(Stop::Invalid(end)),
    }
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
