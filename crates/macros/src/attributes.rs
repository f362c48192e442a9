//! The attributes of items, and their options.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Meta, Result, Token};

/// One option of an attribute: `"(signature)"`, `flag`, `name = value`, `name(list)`.
pub enum Option_ {
    Text(LitStr),
    Flag(Ident),
    Value(Ident, Expr),
}

impl Parse for Option_ {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Option_::Text);
        }
        let name: Ident = input.parse()?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Option_::Value(name, input.parse()?));
        }
        Ok(Option_::Flag(name))
    }
}

/// The options of one attribute. What is taken out is understood; [`Options::finish`] refuses the rest.
pub struct Options {
    span: proc_macro2::Span,
    items: Vec<Option_>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> Result<Self> {
        let span = input.span();
        let items = Punctuated::<Option_, Token![,]>::parse_terminated(input)?;
        Ok(Options { span, items: items.into_iter().collect() })
    }
}

impl Options {
    /// The options of an item's attribute, which may have none.
    pub fn of(attribute: &Attribute) -> Result<Options> {
        match &attribute.meta {
            Meta::Path(path) => Ok(Options { span: path.span(), items: Vec::new() }),
            Meta::List(list) => {
                let mut options: Options = list.parse_args()?;
                options.span = list.path.span();
                Ok(options)
            }
            Meta::NameValue(pair) => Err(Error::new(pair.span(), "options stand in parentheses")),
        }
    }

    pub fn span(&self) -> proc_macro2::Span {
        self.span
    }

    /// The next string without a name: a signature.
    pub fn text(&mut self) -> Option<LitStr> {
        let index = self.items.iter().position(|item| matches!(item, Option_::Text(_)))?;
        match self.items.remove(index) {
            Option_::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the flag is there.
    pub fn flag(&mut self, wanted: &str) -> bool {
        let index = self.items.iter().position(|item| matches!(item, Option_::Flag(name) if name == wanted));
        index.map(|index| self.items.remove(index)).is_some()
    }

    /// The first flag of any name.
    pub fn any_flag(&mut self) -> Option<Ident> {
        let index = self.items.iter().position(|item| matches!(item, Option_::Flag(_)))?;
        match self.items.remove(index) {
            Option_::Flag(name) => Some(name),
            _ => None,
        }
    }

    pub fn value(&mut self, wanted: &str) -> Option<Expr> {
        let index =
            self.items.iter().position(|item| matches!(item, Option_::Value(name, _) if name == wanted))?;
        match self.items.remove(index) {
            Option_::Value(_, value) => Some(value),
            _ => None,
        }
    }

    pub fn string(&mut self, wanted: &str) -> Result<Option<LitStr>> {
        match self.value(wanted) {
            None => Ok(None),
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok(Some(text)),
            Some(other) => Err(Error::new(other.span(), format!("`{wanted}` is a string"))),
        }
    }

    /// The expressions in brackets, none where the option is absent.
    pub fn list(&mut self, wanted: &str) -> Result<Vec<Expr>> {
        match self.value(wanted) {
            None => Ok(Vec::new()),
            Some(Expr::Array(array)) => Ok(array.elems.into_iter().collect()),
            Some(other) => Err(Error::new(other.span(), format!("`{wanted}` is a list in brackets"))),
        }
    }

    /// Refuses what no one asked for.
    pub fn finish(self, known: &str) -> Result<()> {
        match self.items.into_iter().next() {
            None => Ok(()),
            Some(Option_::Text(text)) => {
                Err(Error::new(text.span(), format!("unexpected string; known here: {known}")))
            }
            Some(Option_::Flag(name) | Option_::Value(name, _)) => {
                Err(Error::new(name.span(), format!("unknown option `{name}`; known here: {known}")))
            }
        }
    }
}

/// The doc comment of an item: its lines, each without the blank after `///`, and no blank lines around.
pub fn documentation(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| line.strip_prefix(' ').map(str::to_owned).unwrap_or(line))
        .collect();
    let text = lines.join("\n");
    let text = text.trim_matches('\n').trim_end();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Takes the first attribute with one of the names out of an item.
pub fn take(attributes: &mut Vec<Attribute>, names: &[&str]) -> Option<Attribute> {
    let index =
        attributes.iter().position(|attribute| names.iter().any(|name| attribute.path().is_ident(name)))?;
    Some(attributes.remove(index))
}

/// Takes the doc comment off an item: it is Python's `__doc__`, not Markdown for Rust's documentation.
pub fn drop_documentation(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
}
