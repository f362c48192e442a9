//! What a format specification makes of ints, floats, complex numbers and strings.

use crate::error::FormatError;
use crate::field::Field;
use crate::float::{self, Options, Style};
use crate::grouping::Separators;
use crate::spec::{Align, Grouping, Sign, Spec};

/// What an int's presentation type asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntStyle {
    /// The character of that code point; see [`Spec::char_field`].
    Char,
    /// Digits in this base; see [`Spec::int_field`].
    Digits(u32),
    /// The int as a float; see [`Spec::float_field`].
    Float,
}

/// Where text stands in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextField {
    pub fill: u32,
    pub left: usize,
    /// How many characters of the text are kept.
    pub kept: usize,
    pub right: usize,
}

/// Digits that a float's presentation has where no precision is given.
const DEFAULT_PRECISION: usize = 6;

impl Spec {
    /// Of a string with so many characters.
    pub fn text_field(&self, length: usize, type_name: &str) -> Result<TextField, FormatError> {
        if self.kind_code() != u32::from('s') {
            return Err(self.unknown(type_name));
        }
        let refuse =
            |what: &str| Err(FormatError::value(format!("{what} not allowed in string format specifier")));
        match self.sign {
            Some(Sign::Space) => return refuse("Space"),
            Some(_) => return refuse("Sign"),
            None => {}
        }
        if self.alternate {
            return refuse("Alternate form (#)");
        }
        if self.align == Align::Inner {
            return refuse("'=' alignment");
        }
        let kept = self.precision.map_or(length, |precision| precision.min(length));
        Ok(self.text_padding(kept))
    }

    fn text_padding(&self, kept: usize) -> TextField {
        let (left, inner, right) = self.padding(kept);
        TextField { fill: self.fill, left: left + inner, kept, right }
    }

    /// What the fill makes up for: before, within, and after.
    fn padding(&self, length: usize) -> (usize, usize, usize) {
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        match self.align {
            Align::Left => (0, 0, missing),
            Align::Right => (missing, 0, 0),
            Align::Center => (missing / 2, 0, missing - missing / 2),
            Align::Inner => (0, missing, 0),
        }
    }

    fn separators<'a>(&self, locale: &'a Separators, own: &'a mut Separators) -> &'a Separators {
        *own = match self.grouping {
            _ if self.kind == Some('n') => return locale,
            Grouping::None => Separators::none(),
            Grouping::Comma => Separators::every(3, ","),
            Grouping::Underscore => Separators::every(3, "_"),
            Grouping::UnderscoreFour => Separators::every(4, "_"),
        };
        own
    }

    /// What is to be done with an int.
    pub fn int_style(&self, type_name: &str) -> Result<IntStyle, FormatError> {
        let style = match self.kind {
            _ if self.unknown_kind.is_some() => return Err(self.unknown(type_name)),
            Some('b') => IntStyle::Digits(2),
            Some('o') => IntStyle::Digits(8),
            Some('d' | 'n') => IntStyle::Digits(10),
            Some('x' | 'X') => IntStyle::Digits(16),
            Some('c') => IntStyle::Char,
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return Ok(IntStyle::Float),
            _ => return Err(self.unknown(type_name)),
        };
        if self.precision.is_some() {
            return Err(FormatError::value("Precision not allowed in integer format specifier"));
        }
        if style == IntStyle::Char {
            self.check_char()?;
        }
        Ok(style)
    }

    fn check_char(&self) -> Result<(), FormatError> {
        let refuse = |what: &str| {
            Err(FormatError::value(format!("{what} not allowed with integer format specifier 'c'")))
        };
        if self.sign.is_some() {
            return refuse("Sign");
        }
        if self.alternate {
            return refuse("Alternate form (#)");
        }
        Ok(())
    }

    /// Of the character that an int is the code point of.
    pub fn char_field(&self) -> TextField {
        self.text_padding(1)
    }

    /// Of an int whose magnitude has these digits, lower case, in the base of its style.
    pub fn int_field(&self, negative: bool, digits: &str, locale: &Separators) -> Field {
        let prefix = match self.kind {
            _ if !self.alternate => "",
            Some('b') => "0b",
            Some('o') => "0o",
            Some('x') => "0x",
            Some('X') => "0X",
            _ => "",
        };
        let head = [self.sign_text(negative), prefix].concat();
        let own = &mut Separators::none();
        let separators = self.separators(locale, own);
        if self.kind == Some('X') {
            return self.number_field(head, &digits.to_ascii_uppercase(), "", separators);
        }
        self.number_field(head, digits, "", separators)
    }

    fn sign_text(&self, negative: bool) -> &'static str {
        match self.sign {
            _ if negative => "-",
            Some(Sign::Plus) => "+",
            Some(Sign::Space) => " ",
            _ => "",
        }
    }

    /// Digits in groups, with what follows them, padded.
    fn number_field(&self, head: String, digits: &str, rest: &str, separators: &Separators) -> Field {
        let fixed = head.chars().count() + rest.chars().count();
        let zero_filled = self.fill == u32::from('0') && self.align == Align::Inner;
        let least = if zero_filled { self.width.unwrap_or(0).saturating_sub(fixed) } else { 0 };
        let mut body = match digits {
            "" => String::new(),
            digits => separators.group(digits, least),
        };
        body.push_str(rest);
        let (left, inner, right) = self.padding(head.chars().count() + body.chars().count());
        Field { fill: self.fill, left, head, inner, body, right }
    }

    /// Of a float.
    pub fn float_field(
        &self,
        value: f64,
        type_name: &str,
        locale: &Separators,
    ) -> Result<Field, FormatError> {
        let percent = self.kind == Some('%');
        let mut text = self.float_text(if percent { value * 100.0 } else { value }, true, type_name)?;
        if percent {
            text.push('%');
        }
        let own = &mut Separators::none();
        let separators = self.separators(locale, own);
        let (negative, digits, rest) = float_parts(&text, separators);
        Ok(self.number_field(self.sign_text(negative).to_owned(), digits, &rest, separators))
    }

    /// The digits of a float as the presentation type, precision and alternate form say.
    fn float_text(&self, value: f64, add_dot_0: bool, type_name: &str) -> Result<String, FormatError> {
        if self.precision.is_some_and(|precision| precision > i32::MAX as usize) {
            return Err(FormatError::value("precision too big"));
        }
        let mut options = Options { alternate: self.alternate, ..Options::default() };
        let style = match self.kind {
            _ if self.unknown_kind.is_some() => return Err(self.unknown(type_name)),
            None => {
                options.add_dot_0 = add_dot_0;
                if self.precision.is_none() { Style::Repr } else { Style::General }
            }
            Some('e' | 'E') => Style::Exponent,
            Some('f' | 'F' | '%') => Style::Fixed,
            Some('g' | 'G' | 'n') => Style::General,
            Some(_) => return Err(self.unknown(type_name)),
        };
        options.upper = matches!(self.kind, Some('E' | 'F' | 'G'));
        Ok(float::format(value, style, self.precision.unwrap_or(DEFAULT_PRECISION), options))
    }

    /// Of a complex number.
    pub fn complex_field(
        &self,
        (real, imag): (f64, f64),
        type_name: &str,
        locale: &Separators,
    ) -> Result<Field, FormatError> {
        let refuse = |what: &str| Err(FormatError::value(format!("{what} in complex format specifier")));
        if self.precision.is_some_and(|precision| precision > i32::MAX as usize) {
            return Err(FormatError::value("precision too big"));
        }
        if self.kind == Some('%') {
            return Err(self.unknown(type_name));
        }
        let real_text = self.float_text(real, false, type_name)?;
        let imag_text = self.float_text(imag, false, type_name)?;
        if self.fill == u32::from('0') {
            return refuse("Zero padding is not allowed");
        }
        if self.align == Align::Inner {
            return refuse("'=' alignment flag is not allowed");
        }
        let own = &mut Separators::none();
        let separators = self.separators(locale, own);
        let part = |text: &str, spec: &Spec| {
            let (negative, digits, rest) = float_parts(text, separators);
            let field = spec.number_field(spec.sign_text(negative).to_owned(), digits, &rest, separators);
            field.head + &field.body
        };
        let bare = Spec { width: None, ..self.clone() };
        let signed = Spec { sign: Some(Sign::Plus), ..bare.clone() };
        let body = match self.kind {
            None if real.to_bits() == 0 => format!("{}j", part(&imag_text, &bare)),
            None => format!("({}{}j)", part(&real_text, &bare), part(&imag_text, &signed)),
            Some(_) => format!("{}{}j", part(&real_text, &bare), part(&imag_text, &signed)),
        };
        let (left, _, right) = self.padding(body.chars().count());
        Ok(Field { fill: self.fill, left, head: String::new(), inner: 0, body, right })
    }
}

/// Sign, digits before the point, and the rest with the point of the locale.
fn float_parts<'a>(text: &'a str, separators: &Separators) -> (bool, &'a str, String) {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => [separators.decimal_point.as_str(), fraction].concat(),
        None => rest.to_owned(),
    };
    (negative, digits, rest)
}
