//! `_json`: reading and writing JSON, behind the module `json`.

mod decoder;
mod encoder;
mod escape;
mod keys;
mod string;

pub use _json::{DEFINITION, initialize};

/// json speedups
#[module(name = "_json")]
pub mod _json {
    use objects::arguments::check_parsed_count;
    use objects::module::Module;
    use objects::prelude::*;
    use objects::type_object::ready;

    use super::encoder::ENCODER;
    use super::{decoder, escape, string};

    /// What is to be a string: `TypeError` for anything else.
    fn text(object: &Object) -> Result<&Str> {
        object.downcast::<Str>().ok_or_else(|| {
            raise!(TypeError, "first argument must be a string, not {}", object.class().name())
        })
    }

    /// scanstring(string, end, strict=True) -> (string, end)
    ///
    /// Read the JSON string whose opening quote stands just before the index end: a tuple of the string
    /// that it denotes and the index behind its closing quote. Bad escapes and an absent quote raise
    /// ValueError, and so do control characters unless strict is False.
    #[function(varargs, no_text_signature)]
    fn scanstring(args: &Tuple) -> Result<(Ref<Str>, usize)> {
        let args = args.as_slice();
        check_parsed_count("scanstring", args.len(), 2, 3)?;
        let end = args[1].as_isize()?;
        let strict = args.get(2).map_or(Ok(true), |strict| strict.is_true())?;
        string::scan_from(text(args[0])?, end, strict)
    }

    /// encode_basestring_ascii(string) -> string
    ///
    /// Write string as a JSON string, quotes included, in which everything that is
    /// not ASCII is escaped.
    #[function("(string, /)", no_text_signature)]
    pub fn encode_basestring_ascii(string: &Object) -> Result<Ref<Str>> {
        escape::quoted(text(string)?, escape::Style::Ascii)
    }

    /// encode_basestring(string) -> string
    ///
    /// Write string as a JSON string, quotes included; only quotes, backslashes and
    /// control characters are escaped.
    #[function("(string, /)", no_text_signature)]
    pub fn encode_basestring(string: &Object) -> Result<Ref<Str>> {
        escape::quoted(text(string)?, escape::Style::Plain)
    }

    #[exec]
    fn add_types(module: &Module) -> Result<()> {
        ready(&decoder::SCANNER)?;
        ready(&ENCODER)?;
        module.add("make_scanner", decoder::SCANNER.to_ref())?;
        module.add("make_encoder", ENCODER.to_ref())
    }
}
