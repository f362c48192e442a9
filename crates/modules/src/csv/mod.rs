//! `_csv`: reading and writing files of comma-separated values, behind the module `csv`.

mod dialect;
mod reader;
mod writer;

use crate::exception_class::ExceptionClass;
use objects::prelude::*;

pub use module::{DEFINITION, initialize};

static ERROR: ExceptionClass = ExceptionClass::new("_csv", "Error", &exceptions::Exception);

/// The arguments of a function that takes a thing and perhaps a dialect by position.
fn thing_and_dialect(args: &Tuple) -> Result<(&Object, Option<&Object>)> {
    let args = args.as_slice();
    objects::arguments::check_count("", args.len(), 1, 2)?;
    Ok((args[0], args.get(1).copied()))
}

/// CSV parsing and writing.
///
/// This module reads and writes files of comma-separated values, by the interface of PEP 305. There are
/// three parts: readers, writers, and a registry of dialects.
///
/// DIALECTS:
///
/// Readers and writers take a dialect, a group of settings: the name of a registered one, or a class or
/// an instance with the settings as attributes. Settings may also be given as keyword arguments.
///
///     class excel:
///         delimiter = ','
///         quotechar = '"'
///         escapechar = None
///         doublequote = True
///         skipinitialspace = False
///         lineterminator = '\r\n'
///         quoting = QUOTE_MINIMAL
///
/// SETTINGS:
///
///     * delimiter - the character between fields, ',' by default.
///     * quotechar - the character around quoted fields, '"' by default.
///     * escapechar - the character that takes the special meaning from the next one; None by default.
///     * doublequote - whether a quote inside a quoted field is written as two.
///     * skipinitialspace - whether blanks behind a delimiter are left out.
///     * lineterminator - what ends a row.
///     * quoting - which fields a writer quotes:
///         csv.QUOTE_MINIMAL those that would otherwise be misread,
///         csv.QUOTE_ALL all,
///         csv.QUOTE_NONNUMERIC those that are no numbers,
///         csv.QUOTE_NONE none.
#[module(name = "_csv", classes = [super::dialect::DIALECT])]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::type_object::ready;

    use super::dialect::{self, DIALECT, Dialect};
    use super::reader::{self, READER, Reader};
    use super::writer::{WRITER, Writer};
    use super::{ERROR, thing_and_dialect};

    #[constant]
    const QUOTE_MINIMAL: i32 = dialect::QUOTE_MINIMAL;
    #[constant]
    const QUOTE_ALL: i32 = dialect::QUOTE_ALL;
    #[constant]
    const QUOTE_NONNUMERIC: i32 = dialect::QUOTE_NONNUMERIC;
    #[constant]
    const QUOTE_NONE: i32 = dialect::QUOTE_NONE;
    #[constant]
    const __version__: &str = "1.0";

    ///     csv_reader = reader(iterable [, dialect='excel']
    ///                         [optional keyword args])
    ///     for row in csv_reader:
    ///         process(row)
    ///
    /// The iterable gives lines, as a file object or a list does. Each iteration of the reader gives a row
    /// as a list of strings; a row may take several lines. Keyword arguments override the dialect's settings.
    #[function(varargs, no_text_signature, name = "reader")]
    fn make_reader(args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Reader>> {
        let (iterable, dialect) = thing_and_dialect(args)?;
        let lines = iterable.iter()?;
        Ok(Reader::new(lines, Dialect::of(dialect, kwargs)?))
    }

    ///     csv_writer = csv.writer(fileobj [, dialect='excel']
    ///                             [optional keyword args])
    ///     for row in sequence:
    ///         csv_writer.writerow(row)
    ///
    ///     [or]
    ///
    ///     csv_writer = csv.writer(fileobj [, dialect='excel']
    ///                             [optional keyword args])
    ///     csv_writer.writerows(rows)
    ///
    /// fileobj is any object with a write() method.
    #[function(varargs, no_text_signature, name = "writer")]
    fn make_writer(args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Writer>> {
        let (file, dialect) = thing_and_dialect(args)?;
        match file.get_attr_opt(intern!("write"))?.filter(|write| write.is_callable()) {
            Some(write) => Ok(Writer::new(write, Dialect::of(dialect, kwargs)?)),
            None => Err(raise!(TypeError, "argument 1 must have a \"write\" method")),
        }
    }

    /// Return a list of all known dialect names.
    ///     names = csv.list_dialects()
    #[function(no_text_signature)]
    fn list_dialects() -> Result<Ref<List>> {
        Ok(dialect::registry()?.keys_list())
    }

    /// Let readers and writers find a dialect by name. It is made of a class, an
    /// instance or another dialect's name, and of single options by keyword:
    ///     dialect = csv.register_dialect(name[, dialect[, **fmtparams]])
    #[function(varargs, no_text_signature)]
    fn register_dialect(args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let (name, dialect) = thing_and_dialect(args)?;
        if name.downcast::<Str>().is_none() {
            bail!(TypeError, "dialect name must be a string");
        }
        let dialect = Dialect::of(dialect, kwargs)?;
        dialect::registry()?.set(name, &dialect)
    }

    /// Forget the dialect that was registered under name; an unknown name raises csv.Error:
    ///     csv.unregister_dialect(name)
    #[function("(name, /)", no_text_signature)]
    fn unregister_dialect(name: &Object) -> Result<()> {
        match dialect::registry()?.remove(name)? {
            true => Ok(()),
            false => Err(ERROR.raise("unknown dialect")),
        }
    }

    /// Look up the dialect that was registered under name; an unknown name raises csv.Error:
    ///     dialect = csv.get_dialect(name)
    #[function("(name, /)", no_text_signature)]
    fn get_dialect(name: &Object) -> Result<Ref> {
        dialect::registered(name)
    }

    /// How many characters a parsed field may have: the limit as it was before the call.
    ///     csv.field_size_limit([limit])
    ///
    /// With an argument, that becomes the limit from now on. A reader that meets
    /// a longer field raises csv.Error.
    #[function("(limit=None, /)", no_text_signature, takes_tuple)]
    fn field_size_limit(limit: Option<&Object>) -> Result<i64> {
        let old = reader::field_limit();
        if let Some(limit) = limit {
            let Some(limit) = limit.downcast_exact::<Int>() else {
                bail!(TypeError, "limit must be an integer");
            };
            match limit.to_i64() {
                Some(limit) => reader::set_field_limit(limit),
                None => bail!(OverflowError, "Python int too large to convert to C long"),
            }
        }
        Ok(old)
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        for class in [&READER, &WRITER, &DIALECT] {
            ready(class)?;
        }
        module.add("_dialects", Dict::new())?;
        module.add("Error", ERROR.get()?)
    }
}
