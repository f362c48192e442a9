//! Reading rows.

use std::cell::Cell;
use std::mem::offset_of;
use std::sync::atomic::{AtomicI64, Ordering};

use objects::prelude::*;
use objects::str::{Points, StrBuilder, Unit};
use objects::with_units;

use super::ERROR;
use super::dialect::{Dialect, QUOTE_NONNUMERIC};

/// The most characters that a field may have.
static FIELD_LIMIT: AtomicI64 = AtomicI64::new(128 * 1024);

pub fn field_limit() -> i64 {
    FIELD_LIMIT.load(Ordering::Relaxed)
}

pub fn set_field_limit(limit: i64) {
    FIELD_LIMIT.store(limit, Ordering::Relaxed);
}

/// Where in a record the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    Field,
    QuotedField,
    EscapedInQuotedField,
    QuoteInQuotedField,
    /// Behind the end of a line, in the same piece of input.
    LineEnd,
    AfterEscapedLineEnd,
}

/// A record being read.
struct Record {
    state: State,
    fields: Ref<List>,
    field: StrBuilder,
    /// Whether the field is a number.
    is_numeric: bool,
}

/// `ReaderObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Reader {
    base: Object,
    lines: Field,
    dialect: Field<Dialect>,
    #[trace(skip)]
    line_number: Cell<u64>,
}

/// What ends a line, or the piece of input: that is character 0.
fn is_line_end(point: u32) -> bool {
    matches!(point, 0x0a | 0x0d)
}

const END: u32 = 0;

impl Record {
    fn new() -> Record {
        Record { state: State::StartRecord, fields: List::new(), field: StrBuilder::new(), is_numeric: false }
    }

    /// Adds characters to the field. `Error` for more than there may be.
    fn push(&mut self, points: Points<'_>) -> Result<()> {
        let limit = field_limit();
        if (self.field.len() + points.len()) as i64 > limit {
            return Err(ERROR.raise(&format!("field larger than field limit ({limit})")));
        }
        self.field.push_points(points);
        Ok(())
    }

    fn push_point(&mut self, point: u32) -> Result<()> {
        self.push(Points::Four(&[point]))
    }

    /// The field is complete.
    fn save(&mut self) -> Result<()> {
        let field = std::mem::take(&mut self.field).finish()?;
        match std::mem::take(&mut self.is_numeric) {
            true => self.fields.push(field.as_object().float()?.into_object()),
            false => self.fields.push(field.into_object()),
        }
    }

    /// The line or the piece of input is at its end, and so is the field.
    fn save_last(&mut self, point: u32) -> Result<()> {
        self.save()?;
        self.state = if point == END { State::StartRecord } else { State::LineEnd };
        Ok(())
    }

    /// Reads a piece of input, which is a line as a rule.
    fn read<U: Unit>(&mut self, dialect: &Dialect, units: &[U]) -> Result<()> {
        let mut rest = units;
        loop {
            rest = &rest[self.read_run(dialect, rest)?..];
            let Some((&unit, behind)) = rest.split_first() else { break };
            if unit.into() == END {
                return Err(ERROR.raise("line contains NUL"));
            }
            self.step(dialect, unit.into())?;
            rest = behind;
        }
        self.step(dialect, END)
    }

    /// Reads characters that mean nothing but themselves; how many they were.
    #[inline(always)]
    fn read_run<U: Unit>(&mut self, dialect: &Dialect, units: &[U]) -> Result<usize> {
        let (end, other) = match self.state {
            State::Field => (dialect.delimiter, dialect.escapechar),
            State::QuotedField => (dialect.quotechar, dialect.escapechar),
            _ => return Ok(0),
        };
        let is_quoted = self.state == State::QuotedField;
        let means_more = |unit: &U| {
            let point: u32 = (*unit).into();
            point == end || point == other || point == END || !is_quoted && is_line_end(point)
        };
        let length = units.iter().position(means_more).unwrap_or(units.len());
        if length > 0 {
            self.push(U::points(&units[..length]))?;
        }
        Ok(length)
    }

    /// Reads one character.
    fn step(&mut self, dialect: &Dialect, point: u32) -> Result<()> {
        let ends_line = point == END || is_line_end(point);
        let is_quote = point == dialect.quotechar && dialect.has_quotes();
        match self.state {
            State::StartRecord if point == END => {}
            State::StartRecord if ends_line => self.state = State::LineEnd,
            State::StartRecord | State::StartField => {
                self.state = State::StartField;
                if ends_line {
                    self.save_last(point)?;
                } else if is_quote {
                    self.state = State::QuotedField;
                } else if point == dialect.escapechar {
                    self.state = State::Escaped;
                } else if point == u32::from(b' ') && dialect.skipinitialspace {
                } else if point == dialect.delimiter {
                    self.save()?;
                } else {
                    self.is_numeric = dialect.quoting == QUOTE_NONNUMERIC;
                    self.push_point(point)?;
                    self.state = State::Field;
                }
            }
            State::Escaped => {
                self.push_point(if point == END { 0x0a } else { point })?;
                self.state = if is_line_end(point) { State::AfterEscapedLineEnd } else { State::Field };
            }
            State::AfterEscapedLineEnd if point == END => {}
            // The record then goes on over the end of this line as well, whatever stands in it.
            State::AfterEscapedLineEnd | State::Field => {
                if ends_line {
                    self.save_last(point)?;
                } else if point == dialect.escapechar {
                    self.state = State::Escaped;
                } else if point == dialect.delimiter {
                    self.save()?;
                    self.state = State::StartField;
                } else {
                    self.push_point(point)?;
                }
            }
            State::QuotedField => {
                if point == END {
                } else if point == dialect.escapechar {
                    self.state = State::EscapedInQuotedField;
                } else if is_quote {
                    self.state = if dialect.doublequote { State::QuoteInQuotedField } else { State::Field };
                } else {
                    self.push_point(point)?;
                }
            }
            State::EscapedInQuotedField => {
                self.push_point(if point == END { 0x0a } else { point })?;
                self.state = State::QuotedField;
            }
            State::QuoteInQuotedField => {
                if is_quote {
                    self.push_point(point)?;
                    self.state = State::QuotedField;
                } else if point == dialect.delimiter {
                    self.save()?;
                    self.state = State::StartField;
                } else if ends_line {
                    self.save_last(point)?;
                } else if !dialect.strict {
                    self.push_point(point)?;
                    self.state = State::Field;
                } else {
                    let shown = |point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
                    let (delimiter, quote) = (shown(dialect.delimiter), shown(dialect.quotechar));
                    return Err(ERROR.raise(&format!("'{delimiter}' expected after '{quote}'")));
                }
            }
            State::LineEnd if point == END => self.state = State::StartRecord,
            State::LineEnd if ends_line => {}
            State::LineEnd => {
                return Err(ERROR.raise(
                    "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?",
                ));
            }
        }
        Ok(())
    }
}

impl Reader {
    pub fn new(lines: Ref, dialect: Ref<Dialect>) -> Ref<Reader> {
        Ref::new(Reader {
            base: Object::header(),
            lines: Field::new(Some(lines)),
            dialect: Field::new(Some(dialect)),
            line_number: Cell::new(0),
        })
    }
}

/// CSV reader
///
/// Reader objects give the rows of their input, as lists of strings. A field is a float
/// where it is not quoted and QUOTE_NONNUMERIC is set.
#[class(name = "reader", module = "_csv", flags = BASETYPE)]
impl Reader {
    #[slot(tp_iter)]
    fn iterate(&self) -> &Reader {
        self
    }

    #[slot(tp_iternext)]
    fn next_row(&self) -> Result<Option<Ref<List>>> {
        let (Some(lines), Some(dialect)) = (self.lines.get(), self.dialect.get()) else { return Ok(None) };
        let mut record = Record::new();
        loop {
            let Some(line) = lines.next()? else {
                if record.field.is_empty() && record.state != State::QuotedField {
                    return Ok(None);
                }
                if dialect.strict {
                    return Err(ERROR.raise("unexpected end of data"));
                }
                record.save()?;
                break;
            };
            let Some(line) = line.downcast::<Str>() else {
                return Err(ERROR.raise(&format!(
                    "iterator should return strings, not {} (did you open the file in text mode?)",
                    line.class().name()
                )));
            };
            self.line_number.set(self.line_number.get() + 1);
            with_units!(line.points(), units => record.read(&dialect, units))?;
            if record.state == State::StartRecord {
                break;
            }
        }
        Ok(Some(record.fields))
    }

    #[member(OBJECT, readonly)]
    const dialect: usize = offset_of!(Reader, dialect);
    #[member(ULONG, readonly)]
    const line_num: usize = offset_of!(Reader, line_number);
}
