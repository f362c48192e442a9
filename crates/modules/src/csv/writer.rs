//! Writing rows.

use std::mem::offset_of;

use objects::prelude::*;
use objects::str::StrBuilder;

use super::ERROR;
use super::dialect::{Dialect, QUOTE_ALL, QUOTE_NONE, QUOTE_NONNUMERIC};

/// `WriterObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Writer {
    base: Object,
    write: Field,
    dialect: Field<Dialect>,
}

/// A row being written.
struct Row<'a> {
    dialect: &'a Dialect,
    terminator: Ref<Str>,
    text: StrBuilder,
    fields: usize,
}

impl Row<'_> {
    /// Adds a field, and quotes it if that is asked for or needed.
    fn push(&mut self, field: Option<&Str>, quoted: bool) -> Result<()> {
        if self.fields > 0 {
            self.text.push(self.dialect.delimiter);
        }
        self.fields += 1;
        let Some(field) = field else {
            if quoted {
                self.text.push(self.dialect.quotechar);
                self.text.push(self.dialect.quotechar);
            }
            return Ok(());
        };
        let is_plain = field.points().iter().all(|point| !self.is_special(point));
        let quoted = quoted || !is_plain && self.needs_quotes(field);
        if quoted {
            self.text.push(self.dialect.quotechar);
        }
        match is_plain {
            true => self.text.push_points(field.points()),
            false => self.push_escaped(field)?,
        }
        if quoted {
            self.text.push(self.dialect.quotechar);
        }
        Ok(())
    }

    fn is_special(&self, point: u32) -> bool {
        let Dialect { delimiter, escapechar, quotechar, .. } = *self.dialect;
        point == delimiter
            || point == escapechar
            || point == quotechar
            || self.terminator.points().iter().any(|end| end == point)
    }

    /// Whether a special character takes an escape character before it, rather than quotes around the field.
    fn wants_escape(&self, point: u32) -> bool {
        self.dialect.quoting == QUOTE_NONE || point == self.dialect.quotechar && !self.dialect.doublequote
    }

    fn needs_quotes(&self, field: &Str) -> bool {
        field.points().iter().any(|point| self.is_special(point) && !self.wants_escape(point))
    }

    fn push_escaped(&mut self, field: &Str) -> Result<()> {
        for point in field.points().iter() {
            if self.is_special(point) {
                if self.wants_escape(point) {
                    if self.dialect.escapechar == 0 {
                        return Err(ERROR.raise("need to escape, but no escapechar set"));
                    }
                    self.text.push(self.dialect.escapechar);
                } else if point == self.dialect.quotechar {
                    self.text.push(point);
                }
            }
            self.text.push(point);
        }
        Ok(())
    }
}

impl Writer {
    pub fn new(write: Ref, dialect: Ref<Dialect>) -> Ref<Writer> {
        Ref::new(Writer {
            base: Object::header(),
            write: Field::new(Some(write)),
            dialect: Field::new(Some(dialect)),
        })
    }

    /// The text of a row, with its end.
    fn line(dialect: &Dialect, fields: &Object) -> Result<Ref<Str>> {
        let fields = fields.iter().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => {
                raised.clear();
                ERROR.raise(&format!("iterable expected, not {}", fields.class().name()))
            }
            false => raised,
        })?;
        let mut row =
            Row { dialect, terminator: dialect.lineterminator(), text: StrBuilder::new(), fields: 0 };
        while let Some(field) = fields.next()? {
            let quoted = match dialect.quoting {
                QUOTE_NONNUMERIC => !field.is_number(),
                quoting => quoting == QUOTE_ALL,
            };
            match field.downcast::<Str>() {
                Some(text) => row.push(Some(text), quoted)?,
                None if field.is_none() => row.push(None, quoted)?,
                None => {
                    let text = field.str()?;
                    row.push(Some(&text), quoted)?;
                }
            }
        }
        // Without quotes, one empty field would be read as none.
        if row.fields > 0 && row.text.is_empty() {
            if dialect.quoting == QUOTE_NONE {
                return Err(ERROR.raise("single empty field record must be quoted"));
            }
            row.fields -= 1;
            row.push(None, true)?;
        }
        row.text.push_points(row.terminator.points());
        row.text.finish()
    }
}

/// CSV writer
///
/// Writer objects write rows, whose fields may be any objects, to what they were made with.
#[class(name = "writer", module = "_csv", flags = BASETYPE)]
impl Writer {
    /// writerow(iterable)
    ///
    /// Construct and write a CSV record from an iterable of fields.  Non-string
    /// elements will be converted to string.
    #[method("(iterable, /)", no_text_signature)]
    fn writerow(&self, iterable: &Object) -> Result<Ref> {
        let (Some(write), Some(dialect)) = (self.write.get(), self.dialect.get()) else {
            bail!(ValueError, "the writer has been cleared");
        };
        let line = Writer::line(&dialect, iterable)?;
        write.call1(&line)
    }

    /// writerows(iterable of iterables)
    ///
    /// Construct and write a series of iterables to a csv file.  Non-string
    /// elements will be converted to string.
    #[method("(iterables, /)", no_text_signature)]
    fn writerows(&self, iterables: &Object) -> Result<()> {
        iterables.for_each(|row| self.writerow(&row).map(drop))
    }

    #[member(OBJECT, readonly)]
    const dialect: usize = offset_of!(Writer, dialect);
}
