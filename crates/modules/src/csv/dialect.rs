//! `Dialect`: the settings of readers and writers, checked.

use std::mem::offset_of;

use objects::prelude::*;

use super::ERROR;

/// Only what would be misread is quoted.
pub const QUOTE_MINIMAL: i32 = 0;
/// Everything is quoted.
pub const QUOTE_ALL: i32 = 1;
/// What is no number is quoted; what is not quoted is a number.
pub const QUOTE_NONNUMERIC: i32 = 2;
/// Nothing is quoted.
pub const QUOTE_NONE: i32 = 3;

/// `DialectObj`. A character that is not set is 0.
#[repr(C)]
pub struct Dialect {
    base: Object,
    pub doublequote: bool,
    pub skipinitialspace: bool,
    pub strict: bool,
    pub quoting: i32,
    pub delimiter: u32,
    pub quotechar: u32,
    pub escapechar: u32,
    lineterminator: Field<Str>,
}

/// The dialects by their names.
pub fn registry() -> Result<Ref<Dict>> {
    let dialects = objects::services::import("_csv")?.get_attr(intern!("_dialects"))?;
    dialects.into_type::<Dict>().map_err(|_| raise!(TypeError, "_csv._dialects must be a dict"))
}

/// The dialect of a name.
pub fn registered(name: &Object) -> Result<Ref> {
    registry()?.get(name)?.ok_or_else(|| ERROR.raise("unknown dialect"))
}

/// A setting: what was given for it, else the attribute of the dialect that it is based on.
struct Settings<'a> {
    base: Option<&'a Object>,
}

impl Settings<'_> {
    fn get(&self, given: Option<&Object>, name: &Str) -> Option<Ref> {
        if let Some(given) = given {
            return Some(given.to_ref());
        }
        match self.base?.get_attr(name) {
            Ok(value) => Some(value),
            Err(raised) => {
                raised.clear();
                None
            }
        }
    }
}

/// A setting that is a character. A required one cannot be None.
fn character(value: Option<Ref>, name: &str, default: char, is_required: bool) -> Result<u32> {
    let Some(value) = value else { return Ok(default.into()) };
    if value.is_none() && !is_required {
        return Ok(0);
    }
    let Some(text) = value.downcast::<Str>() else {
        let nothing = if is_required { "" } else { " or None" };
        bail!(TypeError, "\"{name}\" must be string{nothing}, not {}", value.class().name());
    };
    match text.len() {
        0 => Ok(0),
        1 => Ok(text.code_point(0)),
        _ => Err(raise!(TypeError, "\"{name}\" must be a 1-character string")),
    }
}

fn truth(value: Option<Ref>, default: bool) -> Result<bool> {
    value.map_or(Ok(default), |value| value.is_true())
}

impl Dialect {
    /// The dialect that a reader's or a writer's arguments ask for.
    pub fn of(dialect: Option<&Object>, settings: Option<&Dict>) -> Result<Ref<Dialect>> {
        let arguments = Tuple::new(dialect.map(Object::to_ref))?;
        let made = DIALECT.as_object().call_dict(&arguments, settings)?;
        made.into_type::<Dialect>()
            .map_err(|other| raise!(TypeError, "{} is no dialect", other.class().name()))
    }

    pub fn lineterminator(&self) -> Ref<Str> {
        self.lineterminator.get().unwrap_or_else(Str::empty)
    }

    /// Whether quotes have a meaning.
    pub fn has_quotes(&self) -> bool {
        self.quoting != QUOTE_NONE
    }
}

/// A setting that is a character, as a string.
fn shown(point: u32) -> Result<Option<Ref<Str>>> {
    match point {
        0 => Ok(None),
        point => Str::from_point(point).map(Some),
    }
}

/// How one kind of CSV text is written: the delimiter, the quoting and the other options.
///
/// Each option is a read-only attribute, checked when the dialect is made.
#[class(name = "Dialect", module = "_csv", flags = BASETYPE)]
impl Dialect {
    #[slot(
        tp_new,
        "(dialect='', delimiter=',', doublequote=True, escapechar=None, lineterminator='', quotechar='', quoting=0, skipinitialspace=False, strict=False)",
        nameless
    )]
    fn make(
        class: &Type,
        dialect: Option<&Object>,
        delimiter: Option<&Object>,
        doublequote: Option<&Object>,
        escapechar: Option<&Object>,
        lineterminator: Option<&Object>,
        quotechar: Option<&Object>,
        quoting: Option<&Object>,
        skipinitialspace: Option<&Object>,
        strict: Option<&Object>,
    ) -> Result<Ref> {
        let base = match dialect {
            Some(name) if name.downcast::<Str>().is_some() => Some(registered(name)?),
            other => other.map(Object::to_ref),
        };
        let given = [
            delimiter,
            doublequote,
            escapechar,
            lineterminator,
            quotechar,
            quoting,
            skipinitialspace,
            strict,
        ];
        if let Some(base) = base.as_ref().filter(|base| base.downcast::<Dialect>().is_some())
            && given.iter().all(Option::is_none)
        {
            return Ok(base.clone());
        }
        let settings = Settings { base: base.as_deref() };
        let delimiter = settings.get(delimiter, intern!("delimiter"));
        let doublequote = settings.get(doublequote, intern!("doublequote"));
        let escapechar = settings.get(escapechar, intern!("escapechar"));
        let lineterminator = settings.get(lineterminator, intern!("lineterminator"));
        let quotechar = settings.get(quotechar, intern!("quotechar"));
        let quoting = settings.get(quoting, intern!("quoting"));
        let skipinitialspace = settings.get(skipinitialspace, intern!("skipinitialspace"));
        let strict = settings.get(strict, intern!("strict"));

        let no_quotes = quoting.is_none() && quotechar.as_ref().is_some_and(|quote| quote.is_none());
        let delimiter = character(delimiter, "delimiter", ',', true)?;
        let doublequote = truth(doublequote, true)?;
        let escapechar = character(escapechar, "escapechar", '\0', false)?;
        let lineterminator = match lineterminator {
            None => Some(Str::new("\r\n")),
            Some(value) if value.is_none() => None,
            Some(value) => match value.into_type::<Str>() {
                Ok(text) => Some(text),
                Err(_) => bail!(TypeError, "\"lineterminator\" must be a string"),
            },
        };
        let quotechar = character(quotechar, "quotechar", '"', false)?;
        let mut quoting = match quoting {
            None => QUOTE_MINIMAL,
            Some(value) => match value.downcast_exact::<Int>() {
                Some(number) => match number.to_i64().map(i32::try_from) {
                    Some(Ok(number)) => number,
                    _ => bail!(OverflowError, "Python int too large to convert to C int"),
                },
                None => bail!(TypeError, "\"quoting\" must be an integer"),
            },
        };
        let skipinitialspace = truth(skipinitialspace, false)?;
        let strict = truth(strict, false)?;

        if !(QUOTE_MINIMAL..=QUOTE_NONE).contains(&quoting) {
            bail!(TypeError, "bad \"quoting\" value");
        }
        if delimiter == 0 {
            bail!(TypeError, "\"delimiter\" must be a 1-character string");
        }
        if no_quotes {
            quoting = QUOTE_NONE;
        }
        if quoting != QUOTE_NONE && quotechar == 0 {
            bail!(TypeError, "quotechar must be set if quoting enabled");
        }
        if lineterminator.is_none() {
            bail!(TypeError, "lineterminator must be set");
        }
        let made = Dialect {
            base: Object::header(),
            doublequote,
            skipinitialspace,
            strict,
            quoting,
            delimiter,
            quotechar,
            escapechar,
            lineterminator: Field::new(lineterminator),
        };
        Ok(Ref::new_in(class, made)?.into_object())
    }

    #[member(BOOL, readonly)]
    const skipinitialspace: usize = offset_of!(Dialect, skipinitialspace);
    #[member(BOOL, readonly)]
    const doublequote: usize = offset_of!(Dialect, doublequote);
    #[member(BOOL, readonly)]
    const strict: usize = offset_of!(Dialect, strict);

    #[getter(name = "delimiter")]
    fn get_delimiter(&self) -> Result<Option<Ref<Str>>> {
        shown(self.delimiter)
    }

    #[getter(name = "escapechar")]
    fn get_escapechar(&self) -> Result<Option<Ref<Str>>> {
        shown(self.escapechar)
    }

    #[getter(name = "lineterminator")]
    fn get_lineterminator(&self) -> Ref<Str> {
        self.lineterminator()
    }

    #[getter(name = "quotechar")]
    fn get_quotechar(&self) -> Result<Option<Ref<Str>>> {
        shown(self.quotechar)
    }

    #[getter(name = "quoting")]
    fn get_quoting(&self) -> i32 {
        self.quoting
    }
}
