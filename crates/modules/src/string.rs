//! `_string`: what `string.Formatter` needs of `str.format`.

use objects::prelude::*;

/// string helper module
#[module(name = "_string")]
pub mod _string {
    use super::*;

    /// take the name of a replacement field apart: a pair of what it begins with, and an
    /// iterator of (is_attribute, name) for each attribute or index that follows
    #[function("(string, /)", no_text_signature)]
    fn formatter_field_name_split(string: &Object) -> Result<Ref<Tuple>> {
        objects::str::template::split_field_name(expect_str(string)?)
    }

    /// iterate over a string for str.format() as tuples (literal text, field name, format
    /// specification, conversion), whose last three are None where only text is left
    #[function("(string, /)", no_text_signature)]
    fn formatter_parser(string: &Object) -> Result<Ref> {
        objects::str::template::parse(expect_str(string)?)
    }

    fn expect_str(value: &Object) -> Result<&Str> {
        value.downcast::<Str>().ok_or_else(|| raise!(TypeError, "expected str, got {}", value.class().name()))
    }
}
