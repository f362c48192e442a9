//! `_string`: what `string.Formatter` needs of `str.format`.

use objects::prelude::*;

/// string helper module
#[module(name = "_string")]
pub mod _string {
    use super::*;

    /// split the argument as a field name
    #[function("(string, /)", no_text_signature)]
    fn formatter_field_name_split(string: &Object) -> Result<Ref<Tuple>> {
        objects::str::template::split_field_name(expect_str(string)?)
    }

    /// parse the argument as a format string
    #[function("(string, /)", no_text_signature)]
    fn formatter_parser(string: &Object) -> Result<Ref> {
        objects::str::template::parse(expect_str(string)?)
    }

    fn expect_str(value: &Object) -> Result<&Str> {
        value.downcast::<Str>().ok_or_else(|| raise!(TypeError, "expected str, got {}", value.class().name()))
    }
}
