//! Python signatures, as attributes spell them: `(iterable, key=None, /, *, reverse=False)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, LitStr, Result};

/// A parameter's place in the signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    PositionalOnly,
    Normal,
    KeywordOnly,
    VarPositional,
    VarKeyword,
}

/// One parameter of a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub kind: Kind,
    pub default: Option<String>,
}

impl Parameter {
    /// Whether it takes exactly one argument, by position or by name.
    pub fn is_single(&self) -> bool {
        !matches!(self.kind, Kind::VarPositional | Kind::VarKeyword)
    }

    /// The default as a Rust expression, where Rust has one for it.
    pub fn rust_default(&self) -> Option<TokenStream> {
        let text = self.default.as_deref()?;
        let special = match text {
            "True" => Some(quote!(true)),
            "False" => Some(quote!(false)),
            "None" => Some(quote!(::objects::arguments::NoneOr(::core::option::Option::None))),
            "sys.maxsize" => Some(quote!(::core::primitive::isize::MAX)),
            _ => None,
        };
        if special.is_some() {
            return special;
        }
        if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
            return (!inner.contains('\\')).then(|| quote!(#inner));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 'e');
        is_number.then(|| text.parse().ok()).flatten()
    }
}

/// What a function's first, implied parameter is called in its text signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Implied {
    Instance,
    Type,
    Module,
    Nothing,
}

impl Implied {
    fn marker(self) -> Option<&'static str> {
        match self {
            Implied::Instance => Some("$self"),
            Implied::Type => Some("$type"),
            Implied::Module => Some("$module"),
            Implied::Nothing => None,
        }
    }
}

/// A parsed signature.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
}

impl Signature {
    /// Parses the text of an attribute; errors point at it.
    pub fn parse(text: &LitStr) -> Result<Signature> {
        parse(&text.value()).map_err(|message| Error::new(text.span(), message))
    }

    /// The parameters that take exactly one argument each, in the order of their slots.
    pub fn singles(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.is_single())
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.parameters.iter().any(|parameter| parameter.kind == kind)
    }

    /// Whether no argument can be given by name.
    pub fn is_positional_only(&self) -> bool {
        !self.parameters.iter().any(|p| matches!(p.kind, Kind::Normal | Kind::KeywordOnly | Kind::VarKeyword))
    }

    pub fn count(&self, wanted: impl Fn(&Parameter) -> bool) -> usize {
        self.singles().filter(|parameter| wanted(parameter)).count()
    }

    /// The signature as `__text_signature__` has it, without the function's name.
    pub fn text(&self, implied: Implied) -> String {
        let mut parts: Vec<String> = Vec::new();
        let has_positional_only = self.has(Kind::PositionalOnly);
        if let Some(marker) = implied.marker() {
            parts.push(marker.into());
            if !has_positional_only {
                parts.push("/".into());
            }
        }
        let mut previous = Kind::PositionalOnly;
        for parameter in &self.parameters {
            if previous == Kind::PositionalOnly && parameter.kind != previous && has_positional_only {
                parts.push("/".into());
            }
            if parameter.kind == Kind::KeywordOnly
                && !matches!(previous, Kind::KeywordOnly | Kind::VarPositional)
            {
                parts.push("*".into());
            }
            previous = parameter.kind;
            parts.push(render(parameter));
        }
        if previous == Kind::PositionalOnly && has_positional_only {
            parts.push("/".into());
        }
        format!("({})", parts.join(", "))
    }
}

fn render(parameter: &Parameter) -> String {
    let Parameter { name, default, .. } = parameter;
    match (parameter.kind, default) {
        (Kind::VarPositional, _) => format!("*{name}"),
        (Kind::VarKeyword, _) => format!("**{name}"),
        (_, Some(default)) => format!("{name}={default}"),
        (_, None) => name.clone(),
    }
}

fn parse(text: &str) -> core::result::Result<Signature, String> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .ok_or("a signature stands in parentheses, as in \"(iterable, /, start=0)\"")?;
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut kind = Kind::Normal;
    let mut has_default = false;
    for part in split(inner) {
        let part = part.trim();
        match part {
            "" if inner.trim().is_empty() => break,
            "" => return Err("a parameter is missing between commas".into()),
            "/" => {
                if parameters.is_empty() || parameters.iter().any(|p| p.kind != Kind::Normal) {
                    return Err("`/` follows the positional-only parameters".into());
                }
                parameters.iter_mut().for_each(|p| p.kind = Kind::PositionalOnly);
            }
            "*" => kind = Kind::KeywordOnly,
            _ if part.starts_with("**") => {
                parameters.push(Parameter { name: part[2..].into(), kind: Kind::VarKeyword, default: None });
            }
            _ if part.starts_with('*') => {
                parameters.push(Parameter {
                    name: part[1..].into(),
                    kind: Kind::VarPositional,
                    default: None,
                });
                kind = Kind::KeywordOnly;
            }
            _ => {
                let (name, default) = match part.split_once('=') {
                    Some((name, default)) => (name.trim(), Some(default.trim().to_owned())),
                    None => (part, None),
                };
                if default.is_none() && has_default && kind != Kind::KeywordOnly {
                    return Err(format!("`{name}` has no default, but a parameter before it has one"));
                }
                has_default |= default.is_some();
                parameters.push(Parameter { name: name.into(), kind, default });
            }
        }
    }
    let is_name = |name: &str| syn::parse_str::<syn::Ident>(&format!("r_{name}")).is_ok();
    match parameters.iter().find(|parameter| !is_name(&parameter.name)) {
        Some(parameter) => Err(format!("`{}` is not a parameter's name", parameter.name)),
        None => Ok(Signature { parameters }),
    }
}

/// Splits at the commas that stand outside brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    let mut quote = None;
    for (index, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_signatures() {
        for (source, implied, expected) in [
            ("()", Implied::Instance, "($self, /)"),
            ("()", Implied::Nothing, "()"),
            ("(x, /)", Implied::Module, "($module, x, /)"),
            ("(index=-1, /)", Implied::Instance, "($self, index=-1, /)"),
            (
                "(length, byteorder, *, signed=False)",
                Implied::Instance,
                "($self, /, length, byteorder, *, signed=False)",
            ),
            ("(iterable=(), /)", Implied::Nothing, "(iterable=(), /)"),
            ("(a, /, b=',', *c, d, **e)", Implied::Type, "($type, a, /, b=',', *c, d, **e)"),
            ("(*, key=None)", Implied::Instance, "($self, /, *, key=None)"),
        ] {
            assert_eq!(parse(source).unwrap().text(implied), expected);
        }
    }

    #[test]
    fn mistakes() {
        for (source, message) in [
            ("x, y", "a signature stands in parentheses, as in \"(iterable, /, start=0)\""),
            ("(a=1, b)", "`b` has no default, but a parameter before it has one"),
            ("(/, a)", "`/` follows the positional-only parameters"),
            ("(a, , b)", "a parameter is missing between commas"),
            ("(a-b)", "`a-b` is not a parameter's name"),
        ] {
            assert_eq!(parse(source).unwrap_err(), message);
        }
    }
}
