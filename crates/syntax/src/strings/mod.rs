//! String and bytes literals, and their concatenation.

mod escapes;
mod fstring;

use crate::ast::{Expr, ExprKind, Span};
use crate::failure::SyntaxFailure;
use crate::options::Options;
use crate::parser::Parser;
use crate::token::Token;
use crate::tokenizer::{self, TokenizerOptions};
use fstring::JoinedString;
use literals::{Constant, Text};

/// What is wrong with a literal.
#[derive(Debug)]
pub(crate) enum LiteralError {
    /// A `SyntaxError` where the parser stands.
    Message(String),
    /// The expression of a replacement field is invalid, for a reason of no interest here.
    Field,
    /// The expression of a replacement field fails by itself.
    FieldFailure(Box<SyntaxFailure>),
}

/// A backslash before a character that it does nothing to: a `DeprecationWarning`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PendingEscape {
    pub(crate) character: u8,
    /// Where the literal is.
    pub(crate) span: Span,
}

/// Where the expression of a replacement field stands in the enclosing source.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FieldPlace {
    /// How far its first line and column are from those of the enclosing source.
    pub(crate) first_line: u32,
    pub(crate) first_column: u32,
    /// The column of the literal it is in, from which errors in it count.
    pub(crate) literal_column: u32,
}

/// Parses the expressions of replacement fields.
pub(crate) trait FieldParser {
    /// The expression of `source`.
    fn parse_field(
        &mut self,
        source: Vec<u8>,
        place: FieldPlace,
        options: &Options<'_>,
        escapes: &mut Vec<PendingEscape>,
    ) -> Result<Expr, LiteralError>;
}

/// Parses replacement fields for a parser that has no use for the reason of a failure.
pub(crate) struct Reject;

impl FieldParser for Reject {
    fn parse_field(
        &mut self,
        source: Vec<u8>,
        place: FieldPlace,
        options: &Options<'_>,
        escapes: &mut Vec<PendingEscape>,
    ) -> Result<Expr, LiteralError> {
        let (tokens, _) = tokenizer::tokens(&source, TokenizerOptions::for_field(place, options));
        let mut parser = Parser::new(&source, &tokens, options, options.max_depth);
        let field = parser.replacement_field().map_err(|_| LiteralError::Field)?;
        escapes.append(&mut parser.escapes);
        Ok(field)
    }
}

/// A literal's parts: its flags and what stands between the quotes.
struct Literal<'s> {
    token: &'s Token,
    body: &'s [u8],
    /// Where the body starts, in bytes from the literal's first.
    body_start: usize,
    bytes: bool,
    raw: bool,
    format: bool,
}

impl<'s> Literal<'s> {
    fn new(source: &'s [u8], token: &'s Token) -> Literal<'s> {
        let spelling = &source[token.start as usize..token.end as usize];
        let prefix = spelling.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let has = |letter: u8| spelling[..prefix].iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let quoted = &spelling[prefix..];
        let quotes =
            if quoted.len() >= 6 && quoted[1] == quoted[0] && quoted[2] == quoted[0] { 3 } else { 1 };
        Literal {
            token,
            body: &quoted[quotes..quoted.len() - quotes],
            body_start: prefix + quotes,
            bytes: has(b'b'),
            raw: has(b'r'),
            format: has(b'f'),
        }
    }

    fn warn(&self, character: Option<u8>, escapes: &mut Vec<PendingEscape>) {
        if let Some(character) = character {
            escapes.push(PendingEscape { character, span: self.token.span });
        }
    }

    /// The text of a stretch of the body.
    fn decode(&self, body: &[u8], escapes: &mut Vec<PendingEscape>) -> Result<Text, LiteralError> {
        if self.raw || !body.contains(&b'\\') {
            return utf8(body).map(Text::from);
        }
        let (text, invalid) = escapes::decode_text(utf8(body)?).map_err(LiteralError::Message)?;
        self.warn(invalid, escapes);
        Ok(text)
    }

    fn decode_bytes(&self, escapes: &mut Vec<PendingEscape>) -> Result<Vec<u8>, LiteralError> {
        if !self.body.is_ascii() {
            return Err(message("bytes can only contain ASCII literal characters."));
        }
        if self.raw || !self.body.contains(&b'\\') {
            return Ok(self.body.to_vec());
        }
        let (bytes, invalid) = escapes::decode_bytes(self.body).map_err(LiteralError::Message)?;
        self.warn(invalid, escapes);
        Ok(bytes)
    }
}

fn message(text: &str) -> LiteralError {
    LiteralError::Message(text.to_owned())
}

fn utf8(bytes: &[u8]) -> Result<&str, LiteralError> {
    std::str::from_utf8(bytes)
        .map_err(|_| LiteralError::Message(format!("(unicode error) {}", crate::source::utf8_error(bytes))))
}

/// The value of adjacent literals, at `span`.
pub(crate) fn concatenated(
    source: &[u8],
    tokens: &[Token],
    span: Span,
    options: &Options<'_>,
    fields: &mut dyn FieldParser,
    escapes: &mut Vec<PendingEscape>,
) -> Result<Expr, LiteralError> {
    let kind = (source[tokens[0].start as usize] == b'u').then(|| Text::from("u"));
    let mut bytes = Vec::new();
    let mut text = JoinedString::new(span, kind.clone());
    let is_bytes = Literal::new(source, &tokens[0]).bytes;
    if let [token] = tokens
        && let Some(value) = plain_constant(&Literal::new(source, token), escapes)?
    {
        return Ok(Expr { span, kind: ExprKind::Constant { value, kind } });
    }
    for token in tokens {
        let literal = Literal::new(source, token);
        let decoded = if literal.bytes { Some(literal.decode_bytes(escapes)?) } else { None };
        let plain = match decoded.is_none() && !literal.format {
            true => Some(literal.decode(literal.body, escapes)?),
            false => None,
        };
        if literal.bytes != is_bytes {
            return Err(message("cannot mix bytes and nonbytes literals"));
        }
        match (decoded, plain) {
            (Some(decoded), _) => bytes.extend(decoded),
            (None, Some(plain)) => text.push_text(&plain),
            (None, None) => {
                if options.feature_version < 6 {
                    return Err(message("Format strings are only supported in Python 3.6 and greater"));
                }
                text.push_fstring(&literal, &mut fstring::Context { options, fields, escapes })?;
            }
        }
    }
    if is_bytes {
        let value = Constant::Bytes(bytes.into());
        return Ok(Expr { span, kind: ExprKind::Constant { value, kind } });
    }
    Ok(text.finish())
}

/// The value of a literal that is no f-string.
fn plain_constant(
    literal: &Literal<'_>,
    escapes: &mut Vec<PendingEscape>,
) -> Result<Option<Constant>, LiteralError> {
    if literal.format {
        return Ok(None);
    }
    Ok(Some(match literal.bytes {
        true => Constant::Bytes(literal.decode_bytes(escapes)?.into()),
        false => Constant::Str(literal.decode(literal.body, escapes)?),
    }))
}
