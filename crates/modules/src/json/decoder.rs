//! Reading a JSON document: `make_scanner`.

use std::mem::offset_of;

use objects::float::{self, FLOAT};
use objects::int::INT;
use objects::prelude::*;
use objects::protocol::enter_call;
use objects::str::Unit;
use objects::with_units;

use super::keys::Keys;
use super::string::{self, malformed};

/// The settings of a `JSONDecoder`.
#[repr(C)]
#[derive(Trace)]
pub struct Scanner {
    base: Object,
    #[trace(skip)]
    strict: bool,
    object_hook: Field,
    object_pairs_hook: Field,
    parse_float: Field,
    parse_int: Field,
    parse_constant: Field,
}

/// JSON scanner object
#[class(name = "Scanner", module = "_json")]
impl Scanner {
    #[slot(tp_new, "(context)", name = "make_scanner")]
    fn make(class: &Type, context: &Object) -> Result<Ref<Scanner>> {
        let field = |name: &Str| context.get_attr(name).map(|value| Field::new(Some(value)));
        let strict = context.get_attr(intern!("strict"))?.is_true()?;
        Ref::new_in(
            class,
            Scanner {
                base: Object::header(),
                strict,
                object_hook: field(intern!("object_hook"))?,
                object_pairs_hook: field(intern!("object_pairs_hook"))?,
                parse_float: field(intern!("parse_float"))?,
                parse_int: field(intern!("parse_int"))?,
                parse_constant: field(intern!("parse_constant"))?,
            },
        )
    }

    #[slot(tp_call, "(string, idx)", name = "scan_once")]
    fn scan_once(&self, string: &Object, idx: isize) -> Result<(Ref, usize)> {
        let Some(document) = string.downcast::<Str>() else {
            bail!(TypeError, "first argument must be a string, not {}", string.class().name());
        };
        let Ok(start) = usize::try_from(idx) else { bail!(ValueError, "idx cannot be negative") };
        with_units!(document.points(), units => {
            let mut decoder = Decoder {
                document,
                units,
                at: start,
                strict: self.strict,
                object_hook: unless(&self.object_hook, none_object()),
                pairs_hook: unless(&self.object_pairs_hook, none_object()),
                parse_float: unless(&self.parse_float, &FLOAT),
                parse_int: unless(&self.parse_int, &INT),
                scanner: self,
                keys: Keys::new(),
            };
            let value = decoder.value()?;
            Ok((value, decoder.at))
        })
    }

    /// strict
    #[member(BOOL, readonly)]
    const strict: usize = offset_of!(Scanner, strict);
    /// object_hook
    #[member(OBJECT, readonly)]
    const object_hook: usize = offset_of!(Scanner, object_hook);
    #[member(OBJECT, readonly)]
    const object_pairs_hook: usize = offset_of!(Scanner, object_pairs_hook);
    /// parse_float
    #[member(OBJECT, readonly)]
    const parse_float: usize = offset_of!(Scanner, parse_float);
    /// parse_int
    #[member(OBJECT, readonly)]
    const parse_int: usize = offset_of!(Scanner, parse_int);
    /// parse_constant
    #[member(OBJECT, readonly)]
    const parse_constant: usize = offset_of!(Scanner, parse_constant);
}

/// What a setting asks to be called; nothing where it is the default.
fn unless(field: &Field, default: &Object) -> Option<Ref> {
    field.get().filter(|setting| !setting.is(default))
}

/// A document being read, at a place.
struct Decoder<'a, U: Unit> {
    document: &'a Str,
    units: &'a [U],
    at: usize,
    strict: bool,
    object_hook: Option<Ref>,
    pairs_hook: Option<Ref>,
    parse_float: Option<Ref>,
    parse_int: Option<Ref>,
    scanner: &'a Scanner,
    keys: Keys,
}

/// What an object's pairs go into.
enum Pairs {
    Dict(Ref<Dict>),
    List(Ref<List>),
}

/// `StopIteration` with the index at which a value was expected.
#[cold]
fn no_value(index: usize) -> Raised {
    raise::set_object(&exceptions::StopIteration, Int::from_usize(index).into_object())
}

impl<U: Unit> Decoder<'_, U> {
    /// The character at the place, 0 for the end and for what is not ASCII.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.ascii_at(self.at)
    }

    #[inline(always)]
    fn ascii_at(&self, index: usize) -> u8 {
        match self.units.get(index) {
            Some(&unit) => u8::try_from(unit.into()).unwrap_or(0),
            None => 0,
        }
    }

    #[inline(always)]
    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn malformed(&self, message: &str) -> Raised {
        malformed(message, self.document, self.at as isize)
    }

    fn value(&mut self) -> Result<Ref> {
        match self.peek() {
            b'"' => {
                self.at += 1;
                string::scan(self.document, self.units, &mut self.at, self.strict).map(Ref::into_object)
            }
            b'{' => {
                let _guard = enter_call(" while decoding a JSON object from a unicode string")?;
                self.at += 1;
                self.object()
            }
            b'[' => {
                let _guard = enter_call(" while decoding a JSON array from a unicode string")?;
                self.at += 1;
                self.array()
            }
            b'n' if self.take("null") => Ok(none()),
            b't' if self.take("true") => Ok(true_()),
            b'f' if self.take("false") => Ok(false_()),
            b'N' if self.take("NaN") => self.constant("NaN"),
            b'I' if self.take("Infinity") => self.constant("Infinity"),
            b'-' if self.take("-Infinity") => self.constant("-Infinity"),
            _ => self.number(),
        }
    }

    /// Whether the word stands here; the place is then moved behind it.
    #[inline(always)]
    fn take(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let found = self.units.get(self.at..end).is_some_and(|units| {
            units.iter().zip(word.bytes()).all(|(&unit, byte)| unit.into() == u32::from(byte))
        });
        if found {
            self.at = end;
        }
        found
    }

    fn constant(&self, name: &str) -> Result<Ref> {
        let parse = self.scanner.parse_constant.get().unwrap_or_else(none);
        parse.call1(&Str::intern(Str::new(name)))
    }

    fn object(&mut self) -> Result<Ref> {
        let pairs = match self.pairs_hook {
            Some(_) => Pairs::List(List::new()),
            None => Pairs::Dict(Dict::new()),
        };
        self.skip_blanks();
        if self.peek() != b'}' {
            self.pairs(&pairs)?;
        }
        self.at += 1;
        match (pairs, &self.pairs_hook, &self.object_hook) {
            (Pairs::List(pairs), Some(hook), _) => hook.call1(&pairs),
            (Pairs::Dict(dict), _, Some(hook)) => hook.call1(&dict),
            (Pairs::List(pairs), ..) => Ok(pairs.into_object()),
            (Pairs::Dict(dict), ..) => Ok(dict.into_object()),
        }
    }

    /// The pairs of an object up to its brace.
    fn pairs(&mut self, pairs: &Pairs) -> Result<()> {
        loop {
            if self.peek() != b'"' {
                return Err(self.malformed("Expecting property name enclosed in double quotes"));
            }
            self.at += 1;
            let key = self.keys.scan(self.document, self.units, &mut self.at, self.strict)?;
            self.skip_blanks();
            if self.peek() != b':' {
                return Err(self.malformed("Expecting ':' delimiter"));
            }
            self.at += 1;
            self.skip_blanks();
            let value = self.value()?;
            match pairs {
                Pairs::Dict(dict) => dict.set(&key, &value)?,
                Pairs::List(list) => list.push(Tuple::new([key.into_object(), value])?.into_object())?,
            }
            if self.is_last(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(&mut self) -> Result<Ref> {
        let items = List::new();
        self.skip_blanks();
        if self.peek() != b']' {
            loop {
                let item = self.value()?;
                items.push(item)?;
                if self.is_last(b']')? {
                    break;
                }
            }
        }
        self.at += 1;
        Ok(items.into_object())
    }

    /// Whether the container ends here, and not with a comma: the place is then moved to what follows that.
    #[inline(always)]
    fn is_last(&mut self, end: u8) -> Result<bool> {
        self.skip_blanks();
        match self.peek() {
            found if found == end => Ok(true),
            b',' => {
                self.at += 1;
                self.skip_blanks();
                Ok(false)
            }
            _ => Err(self.malformed("Expecting ',' delimiter")),
        }
    }

    /// The index behind the digits that stand at one.
    #[inline(always)]
    fn skip_digits(&self, mut index: usize) -> usize {
        while self.ascii_at(index).is_ascii_digit() {
            index += 1;
        }
        index
    }

    fn number(&mut self) -> Result<Ref> {
        let start = self.at;
        let negative = self.peek() == b'-';
        let digits = start + usize::from(negative);
        let mut end = match self.ascii_at(digits) {
            b'1'..=b'9' => self.skip_digits(digits + 1),
            b'0' => digits + 1,
            _ => return Err(no_value(start)),
        };
        let integral = end;
        if self.ascii_at(end) == b'.' && self.ascii_at(end + 1).is_ascii_digit() {
            end = self.skip_digits(end + 2);
        }
        if matches!(self.ascii_at(end), b'e' | b'E') {
            let signed = matches!(self.ascii_at(end + 1), b'-' | b'+');
            let exponent = end + 1 + usize::from(signed);
            let behind = self.skip_digits(exponent);
            if behind > exponent {
                end = behind;
            }
        }
        self.at = end;
        let units = &self.units[start..end];
        let parse = if end == integral { &self.parse_int } else { &self.parse_float };
        if let Some(parse) = parse {
            let text = Str::from_points(U::points(units))?;
            return parse.call1(&text);
        }
        // What follows from the characters that were read: they are ASCII.
        let bytes = units.iter().map(|&unit| unit.into() as u8);
        match (end == integral, units.len()) {
            (true, ..=18) => {
                let digits = bytes.skip(usize::from(negative));
                let magnitude = digits.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
                Ok(Int::new(if negative { -magnitude } else { magnitude }).into_object())
            }
            (true, _) => Int::parse_bytes(&bytes.collect::<Vec<u8>>(), 10).map(Ref::into_object),
            (false, _) => {
                let mut room = [0; 32];
                let value = match room.get_mut(..units.len()) {
                    Some(room) => {
                        room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
                        float::text::parse(room)
                    }
                    None => float::text::parse(&bytes.collect::<Vec<u8>>()),
                };
                // Every number of JSON is one of Python's.
                Ok(Float::new(value.unwrap_or(f64::NAN)).into_object())
            }
        }
    }
}
