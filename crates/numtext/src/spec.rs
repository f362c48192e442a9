//! The format specification: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.

use crate::digits::number;
use crate::error::{FormatError, shown};

/// Where the value stands in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
    /// The fill stands between sign and digits.
    Inner,
}

impl Align {
    fn from_code(code: u32) -> Option<Align> {
        Some(match char::from_u32(code)? {
            '<' => Align::Left,
            '>' => Align::Right,
            '^' => Align::Center,
            '=' => Align::Inner,
            _ => return None,
        })
    }
}

/// What stands before a number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Minus,
    Plus,
    Space,
}

/// What separates groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    None,
    Comma,
    Underscore,
    /// An underscore after every four digits.
    UnderscoreFour,
}

/// A format specification, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub fill: u32,
    pub align: Align,
    /// `None` where it is not given, which is as `Minus`.
    pub sign: Option<Sign>,
    pub alternate: bool,
    pub width: Option<usize>,
    pub grouping: Grouping,
    pub precision: Option<usize>,
    /// The presentation type; the default one where it is not given.
    pub kind: Option<char>,
    /// The presentation type, where it is no character of ASCII.
    pub unknown_kind: Option<u32>,
}

impl Spec {
    /// Reads all of a specification.
    pub fn parse(
        text: &[u32],
        default_kind: Option<char>,
        default_align: Align,
    ) -> Result<Spec, FormatError> {
        let mut reader = Reader { text, at: 0 };
        let mut spec = Spec {
            fill: ' '.into(),
            align: default_align,
            sign: None,
            alternate: false,
            width: None,
            grouping: Grouping::None,
            precision: None,
            kind: default_kind,
            unknown_kind: None,
        };
        reader.fill_and_align(&mut spec);
        reader.width_and_grouping(&mut spec)?;
        reader.precision(&mut spec)?;
        reader.kind(&mut spec)?;
        spec.check_grouping()?;
        Ok(spec)
    }

    /// The presentation type as a code point; 0 for none.
    pub fn kind_code(&self) -> u32 {
        self.unknown_kind.or(self.kind.map(u32::from)).unwrap_or(0)
    }

    /// The error of an unknown presentation type.
    pub fn unknown(&self, type_name: &str) -> FormatError {
        FormatError::unknown_code(self.kind_code(), type_name)
    }

    fn check_grouping(&mut self) -> Result<(), FormatError> {
        let separator = match self.grouping {
            Grouping::None => return Ok(()),
            Grouping::Comma => ',',
            _ => '_',
        };
        match (self.unknown_kind, self.kind) {
            (None, None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F')) => Ok(()),
            (None, Some('b' | 'o' | 'x' | 'X')) if separator == '_' => {
                self.grouping = Grouping::UnderscoreFour;
                Ok(())
            }
            _ => {
                let kind = shown(self.kind_code());
                Err(FormatError::value(format!("Cannot specify '{separator}' with '{kind}'.")))
            }
        }
    }
}

struct Reader<'a> {
    text: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u32> {
        self.text.get(self.at + ahead).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek(0) == Some(wanted.into());
        self.at += usize::from(found);
        found
    }

    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let (value, end) = number(self.text, self.at)?;
        self.at = end;
        Ok(value)
    }

    fn fill_and_align(&mut self, spec: &mut Spec) {
        let (mut has_fill, mut has_align) = (false, true);
        if let (Some(fill), Some(align)) = (self.peek(0), self.peek(1).and_then(Align::from_code)) {
            (spec.fill, spec.align) = (fill, align);
            has_fill = true;
            self.at += 2;
        } else if let Some(align) = self.peek(0).and_then(Align::from_code) {
            spec.align = align;
            self.at += 1;
        } else {
            has_align = false;
        }
        spec.sign = match self.peek(0).and_then(char::from_u32) {
            Some('+') => Some(Sign::Plus),
            Some('-') => Some(Sign::Minus),
            Some(' ') => Some(Sign::Space),
            _ => None,
        };
        self.at += usize::from(spec.sign.is_some());
        spec.alternate = self.take('#');
        if !has_fill && self.take('0') {
            spec.fill = '0'.into();
            if !has_align {
                spec.align = Align::Inner;
            }
        }
    }

    fn width_and_grouping(&mut self, spec: &mut Spec) -> Result<(), FormatError> {
        let both = || Err(FormatError::value("Cannot specify both ',' and '_'."));
        spec.width = self.number()?;
        if self.take(',') {
            spec.grouping = Grouping::Comma;
        }
        if self.take('_') {
            if spec.grouping != Grouping::None {
                return both();
            }
            spec.grouping = Grouping::Underscore;
        }
        if spec.grouping == Grouping::Underscore && self.peek(0) == Some(','.into()) {
            return both();
        }
        Ok(())
    }

    fn precision(&mut self, spec: &mut Spec) -> Result<(), FormatError> {
        if !self.take('.') {
            return Ok(());
        }
        spec.precision = self.number()?;
        match spec.precision {
            Some(_) => Ok(()),
            None => Err(FormatError::value("Format specifier missing precision")),
        }
    }

    fn kind(&mut self, spec: &mut Spec) -> Result<(), FormatError> {
        match self.text[self.at..] {
            [] => {}
            [code] => match u8::try_from(code) {
                Ok(byte) if byte.is_ascii() => spec.kind = Some(byte.into()),
                _ => spec.unknown_kind = Some(code),
            },
            _ => return Err(FormatError::value("Invalid format specifier")),
        }
        Ok(())
    }
}
