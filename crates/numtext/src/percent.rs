//! `template % values`: the conversion specifiers `%[(key)][flags][width][.precision][length]type`.

use crate::error::FormatError;
use crate::field::Field;
use crate::float::{self, Options, Style};

/// A star stands for the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Star {
    Width,
    Precision,
}

/// The template's code points.
pub trait Template {
    /// The one at a place, if the template is so long.
    fn point(&self, at: usize) -> Option<u32>;
}

impl<T: Copy + Into<u32>> Template for [T] {
    fn point(&self, at: usize) -> Option<u32> {
        self.get(at).map(|&point| point.into())
    }
}

/// Where the values come from, asked in the order of the template.
pub trait Values {
    type Error: From<FormatError>;

    /// A key opens: `format requires a mapping` if there is none.
    fn begin_key(&mut self) -> Result<(), Self::Error>;

    /// Looks a key up, for the conversion that follows.
    fn key(&mut self, key: &[u32]) -> Result<(), Self::Error>;

    /// The next value, an int.
    fn star(&mut self, star: Star) -> Result<isize, Self::Error>;
}

/// A conversion specifier, read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    pub left: bool,
    pub sign: bool,
    pub blank: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
    /// The conversion type.
    pub kind: u32,
    /// Where that stands in the template.
    pub at: usize,
}

impl Conversion {
    /// Reads what follows a `%`; the conversion, and the place behind it.
    pub fn parse<V: Values>(
        template: &(impl Template + ?Sized),
        at: usize,
        values: &mut V,
    ) -> Result<(Conversion, usize), V::Error> {
        let mut reader = Reader { template, at };
        let mut conversion = Conversion::default();
        reader.key(values)?;
        reader.flags(&mut conversion);
        reader.width(&mut conversion, values)?;
        reader.precision(&mut conversion, values)?;
        reader.skip_length();
        conversion.at = reader.at;
        match reader.peek() {
            Some(kind) => conversion.kind = kind,
            None => return Err(FormatError::value("incomplete format").into()),
        }
        Ok((conversion, reader.at + 1))
    }

    /// The type as a character, if it is one of ASCII.
    pub fn kind_char(&self) -> Option<char> {
        u8::try_from(self.kind).ok().filter(u8::is_ascii).map(char::from)
    }

    /// The error of a type that is none.
    pub fn unsupported(&self) -> FormatError {
        let shown = match self.kind {
            31..=126 => self.kind_char().unwrap_or('?'),
            _ => '?',
        };
        FormatError::value(format!(
            "unsupported format character '{shown}' (0x{:x}) at index {}",
            self.kind, self.at
        ))
    }

    /// How text of so many characters is cut and padded: (left, kept, right).
    pub fn text_padding(&self, length: usize) -> (usize, usize, usize) {
        let kept = self.precision.map_or(length, |precision| precision.min(length));
        let missing = self.width.saturating_sub(kept);
        if self.left { (0, kept, missing) } else { (missing, kept, 0) }
    }

    /// An int whose magnitude has these digits, lower case, in the base of the type.
    pub fn int_field(&self, negative: bool, digits: String) -> Field {
        let prefix = match self.kind_char() {
            _ if !self.alternate => "",
            Some('o') => "0o",
            Some('x') => "0x",
            Some('X') => "0X",
            _ => "",
        };
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let mut body = if zeros == 0 { digits } else { "0".repeat(zeros) + &digits };
        if self.kind_char() == Some('X') {
            body.make_ascii_uppercase();
        }
        self.number_field(negative, prefix, body)
    }

    /// A float.
    pub fn float_field(&self, value: f64) -> Field {
        let kind = self.kind_char().unwrap_or('g');
        let style = match kind.to_ascii_lowercase() {
            'e' => Style::Exponent,
            'f' => Style::Fixed,
            _ => Style::General,
        };
        let precision = self.precision.unwrap_or(6);
        let options =
            Options { alternate: self.alternate, upper: kind.is_ascii_uppercase(), ..Options::default() };
        let text = float::format(value, style, precision, options);
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, text),
        };
        self.number_field(negative, "", text)
    }

    fn number_field(&self, negative: bool, prefix: &str, body: String) -> Field {
        let sign = match () {
            () if negative => "-",
            () if self.sign => "+",
            () if self.blank => " ",
            () => "",
        };
        let mut head = String::from(sign);
        head.push_str(prefix);
        let missing = self.width.saturating_sub(head.len() + body.len());
        let zero = self.zero && !self.left;
        let fill = if zero { '0' } else { ' ' }.into();
        let (left, inner, right) = match () {
            () if self.left => (0, 0, missing),
            () if zero => (0, missing, 0),
            () => (missing, 0, 0),
        };
        Field { fill, left, head, inner, body, right }
    }
}

struct Reader<'a, T: Template + ?Sized> {
    template: &'a T,
    at: usize,
}

impl<T: Template + ?Sized> Reader<'_, T> {
    fn peek(&self) -> Option<u32> {
        self.template.point(self.at)
    }

    fn peek_char(&self) -> Option<char> {
        self.peek().and_then(char::from_u32)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted.into());
        self.at += usize::from(found);
        found
    }

    fn key<V: Values>(&mut self, values: &mut V) -> Result<(), V::Error> {
        if !self.take('(') {
            return Ok(());
        }
        values.begin_key()?;
        let start = self.at;
        let mut open = 1;
        while open > 0 {
            match self.peek_char() {
                Some('(') => open += 1,
                Some(')') => open -= 1,
                None if self.peek().is_none() => {
                    return Err(FormatError::value("incomplete format key").into());
                }
                _ => {}
            }
            self.at += 1;
        }
        let key: Vec<u32> = (start..self.at - 1).filter_map(|at| self.template.point(at)).collect();
        values.key(&key)
    }

    fn flags(&mut self, conversion: &mut Conversion) {
        loop {
            match self.peek_char() {
                Some('-') => conversion.left = true,
                Some('+') => conversion.sign = true,
                Some(' ') => conversion.blank = true,
                Some('#') => conversion.alternate = true,
                Some('0') => conversion.zero = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn width<V: Values>(&mut self, conversion: &mut Conversion, values: &mut V) -> Result<(), V::Error> {
        if self.take('*') {
            let width = values.star(Star::Width)?;
            conversion.left |= width < 0;
            conversion.width = width.unsigned_abs();
            return Ok(());
        }
        if let Some(width) = self.number(isize::MAX as usize, "width too big")? {
            conversion.width = width;
        }
        Ok(())
    }

    fn precision<V: Values>(&mut self, conversion: &mut Conversion, values: &mut V) -> Result<(), V::Error> {
        if !self.take('.') {
            return Ok(());
        }
        conversion.precision = if self.take('*') {
            Some(values.star(Star::Precision)?.max(0) as usize)
        } else {
            Some(self.number(i32::MAX as usize, "precision too big")?.unwrap_or(0))
        };
        Ok(())
    }

    /// Digits of ASCII only, unlike in the other format languages.
    fn number(&mut self, limit: usize, too_big: &str) -> Result<Option<usize>, FormatError> {
        let start = self.at;
        let mut value: usize = 0;
        while let Some(digit) = self.peek_char().and_then(|digit| digit.to_digit(10)) {
            let grown = value.checked_mul(10).and_then(|value| value.checked_add(digit as usize));
            value = grown.filter(|&value| value <= limit).ok_or_else(|| FormatError::value(too_big))?;
            self.at += 1;
        }
        Ok((self.at > start).then_some(value))
    }

    fn skip_length(&mut self) {
        if matches!(self.peek_char(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
    }
}
