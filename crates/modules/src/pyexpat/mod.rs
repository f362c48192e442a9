//! `pyexpat`: the event interface of the XML parser, as Python has it from expat.

mod arguments;
mod constants;
mod handlers;
mod parser;

pub use module::{DEFINITION, initialize};

use objects::prelude::*;
use xml::Code;

use crate::exception_class::ExceptionClass;

static ERROR: ExceptionClass = ExceptionClass::new("xml.parsers.expat", "ExpatError", &exceptions::Exception);

/// The exception for an error at a place; the line counts from 1, the column from 0.
fn error(code: Code, (line, column): (u64, u64)) -> Raised {
    let line = line + 1;
    let made = || -> Result<Ref> {
        let message = Str::new(&format!("{}: line {line}, column {column}", code.message()));
        let error = ERROR.get()?.call1(&message)?;
        error.set_attr(intern!("code"), &Int::new(code as i64))?;
        error.set_attr(intern!("offset"), &Int::from_u64(column))?;
        error.set_attr(intern!("lineno"), &Int::from_u64(line))?;
        Ok(error)
    };
    match made() {
        Ok(error) => raise::set_instance(error),
        Err(raised) => raised,
    }
}

/// The release of expat whose behaviour there is, as `Expat 1.2.3`.
pub fn release() -> Ref<Str> {
    let [major, minor, micro] = constants::RELEASE;
    Str::new(&format!("Expat {major}.{minor}.{micro}"))
}

/// Finds out what the bytes of an encoding mean by decoding all of them: code points, and -1 for none.
pub fn encoding_map(name: &[u8]) -> Result<[i32; 256]> {
    let name = String::from_utf8_lossy(name);
    let bytes: [u8; 256] = std::array::from_fn(|byte| byte as u8);
    let decoded = objects::codecs::decode_text(&bytes, Some(&name), Some("replace"))?;
    if decoded.len() != 256 {
        bail!(ValueError, "multi-byte encodings are not supported");
    }
    Ok(std::array::from_fn(|byte| match decoded.code_point(byte) {
        0xfffd => -1,
        point => point as i32,
    }))
}

/// Events of XML documents, as expat gives them.
#[module(name = "pyexpat")]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;
    use xml::Code;

    use super::parser::{XML_PARSER, XmlParser};
    use super::{ERROR, constants};

    /// Makes a parser.
    #[function("(encoding=None, namespace_separator=None, intern=<unrepresentable>)")]
    fn ParserCreate(
        encoding: Option<&Object>,
        namespace_separator: Option<&Object>,
        intern: Option<&Object>,
    ) -> Result<Ref<XmlParser>> {
        let encoding = optional_text(encoding, "encoding")?;
        let separator = optional_text(namespace_separator, "namespace_separator")?;
        if separator.is_some_and(|separator| separator.len() > 1) {
            bail!(ValueError, "namespace_separator must be at most one character, omitted, or None");
        }
        let intern = match intern {
            None => Some(Dict::new()),
            Some(none) if none.is_none() => None,
            Some(dict) => match dict.downcast::<Dict>() {
                Some(dict) => Some(dict.to_ref()),
                None => bail!(TypeError, "intern must be a dictionary"),
            },
        };
        let separator = separator.map(|separator| separator.chars().next().unwrap_or('\0'));
        let options = xml::Options { encoding: encoding.map(|name| name.as_bytes().to_vec()), separator };
        XmlParser::make(xml::Parser::new(options), intern)
    }

    fn optional_text<'a>(value: Option<&'a Object>, name: &str) -> Result<Option<&'a str>> {
        let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
        let Some(text) = value.downcast::<Str>() else {
            let class = value.class().name();
            bail!(TypeError, "ParserCreate() argument '{name}' must be str or None, not {class}");
        };
        let text = text.as_utf8()?;
        if text.contains('\0') {
            bail!(ValueError, "embedded null character");
        }
        Ok(Some(text))
    }

    /// What is said of the error with a number; None of a number that is no error's.
    #[function("(code, /)")]
    fn ErrorString(code: i64) -> Option<Ref<Str>> {
        let known = Code::ALL.iter().find(|known| **known as i64 == code);
        known.map(|code| Str::new(code.message()))
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let error = ERROR.get()?;
        module.add("ExpatError", error.clone())?;
        module.add("error", error)?;
        objects::type_object::ready(&XML_PARSER)?;
        module.add("XMLParserType", &XML_PARSER)?;
        constants::add(module)
    }
}
