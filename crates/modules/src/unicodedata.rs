//! `unicodedata`: the Unicode character database, in two versions.

use std::borrow::Cow;

use ::unicode::{Database, Form, Named, UNICODE_3_2, UNICODE_13};
use objects::arguments::Place;
use objects::buffer::request;
use objects::module::Module;
use objects::prelude::*;

/// No name is longer.
const NAME_LIMIT: usize = 256;

/// A string of one code point, as an argument.
pub struct Point(u32);

impl<'a> FromArgument<'a> for Point {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        match value.downcast::<Str>() {
            Some(text) if text.len() == 1 => Ok(Point(text.code_point(0))),
            _ => Err(place.bad_argument("a unicode character", value)),
        }
    }
}

/// A version of the database, as an object: `ucd_3_2_0` is the only one.
#[repr(C)]
pub struct Ucd {
    base: Object,
    database: &'static Database,
    unidata_version: Field<Str>,
}

#[class(name = "UCD", module = "unicodedata", generic_getattro, include = [QUERY_METHODS])]
impl Ucd {
    #[member(OBJECT, readonly)]
    const unidata_version: usize = std::mem::offset_of!(Ucd, unidata_version);
}

/// Functions of the module, on the current version, which are methods of `UCD`, too.
macro_rules! queries {
    ($($(#[$attribute:meta])* $name:ident $signature:literal ($($argument:ident: [$($kind:tt)+]),*) -> [$($result:tt)+];)*) => {
        #[functions(QUERY_FUNCTIONS)]
        pub mod functions {
            use super::*;
            $(
                $(#[$attribute])*
                #[function($signature)]
                fn $name($($argument: $($kind)+),*) -> Result<$($result)+> {
                    super::query::$name(&UNICODE_13, $($argument),*)
                }
            )*
        }

        #[methods(QUERY_METHODS)]
        impl Ucd {
            $(
                $(#[$attribute])*
                #[method($signature)]
                fn $name(&self, $($argument: $($kind)+),*) -> Result<$($result)+> {
                    query::$name(self.database, $($argument),*)
                }
            )*
        }
    };
}

queries! {
    /// The value of a character that is a decimal digit, as an int.
    ///
    /// Without such a value, default is returned, or ValueError raised where there is none.
    decimal "(chr, default=<unrepresentable>, /)" (chr: [Point], default: [Option<&Object>]) -> [Ref];
    /// The value of a character that is a digit of any form, such as a superscript, as an int.
    ///
    /// Without such a value, default is returned, or ValueError raised where there is none.
    digit "(chr, default=<unrepresentable>, /)" (chr: [Point], default: [Option<&Object>]) -> [Ref];
    /// The value of a character that is a number, such as a fraction, as a float.
    ///
    /// Without such a value, default is returned, or ValueError raised where there is none.
    numeric "(chr, default=<unrepresentable>, /)" (chr: [Point], default: [Option<&Object>]) -> [Ref];
    /// What sort of character chr is, in two letters: 'Lu' for a letter of upper case, and so on.
    category "(chr, /)" (chr: [Point]) -> [&'static str];
    /// How chr behaves in text of both directions, as in 'L' and 'R'; '' where nothing is said.
    bidirectional "(chr, /)" (chr: [Point]) -> [&'static str];
    /// The class by which marks on one letter are ordered; 0 for a character that is no mark.
    combining "(chr, /)" (chr: [Point]) -> [u8];
    /// 1 if the character chr is mirrored in bidirectional text, else 0.
    mirrored "(chr, /)" (chr: [Point]) -> [u8];
    /// How wide chr is in East Asian text: 'W', 'F', 'Na', 'H', 'A' or 'N'.
    east_asian_width "(chr, /)" (chr: [Point]) -> [&'static str];
    /// The decomposition mapping of the character chr; an empty string where it has none.
    decomposition "(chr, /)" (chr: [Point]) -> [String];
    /// The name of the character chr.
    ///
    /// Without a name, default is returned, or ValueError raised where there is none.
    name "(chr, default=<unrepresentable>, /)" (chr: [Point], default: [Option<&Object>]) -> [Ref];
    /// The character, or sequence of characters, with a name. KeyError where there is none.
    lookup "(name, /)" (name: [&Object]) -> [Ref];
    /// Whether normalize() by the form 'NFC', 'NFKC', 'NFD' or 'NFKD' would leave a string as it is.
    is_normalized "(form, unistr, /)" (form: [&Str], unistr: [&Str]) -> [bool];
    /// The string unistr in the normal form 'form': 'NFC', 'NFKC', 'NFD' or 'NFKD'.
    normalize "(form, unistr, /)" (form: [&Str], unistr: [&Str]) -> [Ref<Str>];
}

/// What the functions and methods answer.
mod query {
    use super::*;

    fn value_or(value: Option<impl IntoObject>, default: Option<&Object>, message: &str) -> Result<Ref> {
        match (value, default) {
            (Some(value), _) => value.into_object(),
            (None, Some(default)) => Ok(default.to_ref()),
            (None, None) => Err(raise!(ValueError, "{message}")),
        }
    }

    pub fn decimal(database: &Database, chr: Point, default: Option<&Object>) -> Result<Ref> {
        value_or(database.decimal(chr.0), default, "not a decimal")
    }

    pub fn digit(_: &Database, chr: Point, default: Option<&Object>) -> Result<Ref> {
        value_or(::unicode::to_digit(chr.0), default, "not a digit")
    }

    pub fn numeric(database: &Database, chr: Point, default: Option<&Object>) -> Result<Ref> {
        value_or(database.numeric(chr.0), default, "not a numeric character")
    }

    pub fn category(database: &Database, chr: Point) -> Result<&'static str> {
        Ok(database.category(chr.0))
    }

    pub fn bidirectional(database: &Database, chr: Point) -> Result<&'static str> {
        Ok(database.bidirectional(chr.0))
    }

    pub fn combining(database: &Database, chr: Point) -> Result<u8> {
        Ok(database.combining(chr.0))
    }

    pub fn mirrored(database: &Database, chr: Point) -> Result<u8> {
        Ok(database.mirrored(chr.0).into())
    }

    pub fn east_asian_width(database: &Database, chr: Point) -> Result<&'static str> {
        Ok(database.east_asian_width(chr.0))
    }

    pub fn decomposition(database: &Database, chr: Point) -> Result<String> {
        Ok(database.decomposition(chr.0).map_or_else(String::new, |mapping| mapping.to_string()))
    }

    pub fn name(database: &Database, chr: Point, default: Option<&Object>) -> Result<Ref> {
        value_or(database.name(chr.0), default, "no such name")
    }

    pub fn lookup(database: &Database, name: &Object) -> Result<Ref> {
        let check = |length| match length > NAME_LIMIT {
            true => Err(raise!(KeyError, "name too long")),
            false => Ok(()),
        };
        let name = match name.downcast::<Str>() {
            Some(text) => {
                let text = text.as_utf8()?;
                check(text.len())?;
                Cow::Borrowed(text)
            }
            None => {
                let buffer = name.get_buffer(request::SIMPLE)?;
                check(buffer.len())?;
                Cow::Owned(String::from_utf8_lossy(buffer.bytes()).into_owned())
            }
        };
        let found = match ::unicode::lookup(&name) {
            Some(Named::Character(point)) => Str::from_point(point)?,
            // Aliases and sequences came after 3.2.
            Some(Named::Alias(point)) if std::ptr::eq(database, &UNICODE_13) => Str::from_point(point)?,
            Some(Named::Sequence(points)) if std::ptr::eq(database, &UNICODE_13) => Str::from_u32(points)?,
            _ => bail!(KeyError, "undefined character name '{name}'"),
        };
        Ok(found.into_object())
    }

    fn form_of(form: &Str) -> Result<Form> {
        let known = form.as_ascii().and_then(Form::from_name);
        known.ok_or_else(|| raise!(ValueError, "invalid normalization form"))
    }

    pub fn is_normalized(database: &Database, form: &Str, unistr: &Str) -> Result<bool> {
        if unistr.is_empty() {
            return Ok(true);
        }
        let form = form_of(form)?;
        let points: Vec<u32> = unistr.points().iter().collect();
        Ok(database.is_normalized(form, &points))
    }

    pub fn normalize(database: &Database, form: &Str, unistr: &Str) -> Result<Ref<Str>> {
        if unistr.is_empty() {
            return Ok(unistr.to_ref());
        }
        let form = form_of(form)?;
        if unistr.is_ascii() {
            return Ok(unistr.to_ref());
        }
        let points: Vec<u32> = unistr.points().iter().collect();
        let normal = database.normalize(form, &points);
        if normal == points { Ok(unistr.to_ref()) } else { Str::from_u32(&normal) }
    }
}

/// This module provides access to the Unicode Character Database: the properties of all
/// characters of Unicode, version 13.0.0.
///
/// Names and symbols are those of the UnicodeData File Format 13.0.0.
#[module(name = "unicodedata", classes = [UCD], include = [functions::QUERY_FUNCTIONS])]
pub mod module {
    use super::*;

    #[exec]
    fn fill(module: &Module) -> Result<()> {
        module.add("unidata_version", UNICODE_13.version())?;
        let old = Ref::new(Ucd {
            base: Object::header(),
            database: &UNICODE_3_2,
            unidata_version: Field::new(Some(Str::new(UNICODE_3_2.version()))),
        });
        module.add("ucd_3_2_0", old)
    }
}
