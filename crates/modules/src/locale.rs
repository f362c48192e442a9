//! `_locale`: the conventions of the process's locale.

use std::ffi::{CString, c_int};

use objects::prelude::*;

use system::{locale, path};

use crate::exception_class::ExceptionClass;

/// `locale.Error`.
static ERROR: ExceptionClass = ExceptionClass::new("locale", "Error", &exceptions::Exception);

/// A string of the C library's as text; empty where there is none.
fn text(string: Option<CString>) -> Result<Ref<Str>> {
    string.map_or_else(|| Ok(Str::empty()), |string| path::text_of(&string))
}

/// The same, but `None` where there is none.
fn text_or_none(string: Option<CString>) -> Result<Ref> {
    match string {
        None => Ok(none()),
        string => text(string).map(Ref::into_object),
    }
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// Sizes of groups as a list, as `lconv` has them: its end is 0, or 127 for no more groups.
fn grouping(groups: Option<CString>) -> Result<Ref<List>> {
    let sizes = List::new();
    let groups = groups.unwrap_or_default();
    let bytes = groups.as_bytes();
    if bytes.is_empty() {
        return Ok(sizes);
    }
    for &size in bytes {
        sizes.push(Int::new(size.into()).into_object())?;
        if size == 127 {
            return Ok(sizes);
        }
    }
    sizes.push(Int::new(0).into_object())?;
    Ok(sizes)
}

/// The constants of `nl_langinfo` and the categories of `setlocale`.
const CONSTANTS: &[(&str, c_int)] = &[
    ("LC_CTYPE", libc::LC_CTYPE),
    ("LC_TIME", libc::LC_TIME),
    ("LC_COLLATE", libc::LC_COLLATE),
    ("LC_MONETARY", libc::LC_MONETARY),
    ("LC_MESSAGES", libc::LC_MESSAGES),
    ("LC_NUMERIC", libc::LC_NUMERIC),
    ("LC_ALL", libc::LC_ALL),
    ("CHAR_MAX", 127),
];

const ITEMS: &[(&str, libc::nl_item)] = &[
    ("DAY_1", libc::DAY_1),
    ("DAY_2", libc::DAY_2),
    ("DAY_3", libc::DAY_3),
    ("DAY_4", libc::DAY_4),
    ("DAY_5", libc::DAY_5),
    ("DAY_6", libc::DAY_6),
    ("DAY_7", libc::DAY_7),
    ("ABDAY_1", libc::ABDAY_1),
    ("ABDAY_2", libc::ABDAY_2),
    ("ABDAY_3", libc::ABDAY_3),
    ("ABDAY_4", libc::ABDAY_4),
    ("ABDAY_5", libc::ABDAY_5),
    ("ABDAY_6", libc::ABDAY_6),
    ("ABDAY_7", libc::ABDAY_7),
    ("MON_1", libc::MON_1),
    ("MON_2", libc::MON_2),
    ("MON_3", libc::MON_3),
    ("MON_4", libc::MON_4),
    ("MON_5", libc::MON_5),
    ("MON_6", libc::MON_6),
    ("MON_7", libc::MON_7),
    ("MON_8", libc::MON_8),
    ("MON_9", libc::MON_9),
    ("MON_10", libc::MON_10),
    ("MON_11", libc::MON_11),
    ("MON_12", libc::MON_12),
    ("ABMON_1", libc::ABMON_1),
    ("ABMON_2", libc::ABMON_2),
    ("ABMON_3", libc::ABMON_3),
    ("ABMON_4", libc::ABMON_4),
    ("ABMON_5", libc::ABMON_5),
    ("ABMON_6", libc::ABMON_6),
    ("ABMON_7", libc::ABMON_7),
    ("ABMON_8", libc::ABMON_8),
    ("ABMON_9", libc::ABMON_9),
    ("ABMON_10", libc::ABMON_10),
    ("ABMON_11", libc::ABMON_11),
    ("ABMON_12", libc::ABMON_12),
    ("RADIXCHAR", libc::RADIXCHAR),
    ("THOUSEP", libc::THOUSEP),
    ("YESEXPR", libc::YESEXPR),
    ("NOEXPR", libc::NOEXPR),
    ("CRNCYSTR", libc::CRNCYSTR),
    ("D_FMT", libc::D_FMT),
    ("D_T_FMT", libc::D_T_FMT),
    ("T_FMT", libc::T_FMT),
    ("AM_STR", libc::AM_STR),
    ("PM_STR", libc::PM_STR),
    ("CODESET", libc::CODESET),
    ("T_FMT_AMPM", libc::T_FMT_AMPM),
    ("ERA", libc::ERA),
    ("ERA_D_FMT", libc::ERA_D_FMT),
    ("ERA_D_T_FMT", libc::ERA_D_T_FMT),
    ("ERA_T_FMT", libc::ERA_T_FMT),
    ("ALT_DIGITS", libc::ALT_DIGITS),
    // glibc's extension, which its headers do not name for C programs in general.
    ("_DATE_FMT", 131_180),
];

/// Support for POSIX locales.
#[module(name = "_locale")]
pub mod _locale {
    use super::*;

    #[exec]
    fn exec(module: &objects::module::Module) -> Result<()> {
        for &(name, value) in CONSTANTS.iter().chain(ITEMS) {
            module.add(name, i64::from(value))?;
        }
        module.add("Error", ERROR.get()?)
    }

    /// (integer,string=None) -> string. Activates/queries locale processing.
    #[function("(category, locale=None, /)", getargs)]
    fn setlocale(category: i32, locale: Option<NoneOr<&str>>) -> Result<Ref<Str>> {
        let wanted = locale.and_then(|locale| locale.0).map(c_string).transpose()?;
        if !(0..=12).contains(&category) {
            return Err(ERROR.raise("invalid locale category"));
        }
        match (locale::set(category, wanted.as_deref()), wanted) {
            (Some(set), _) => text(Some(set)),
            (None, Some(_)) => Err(ERROR.raise("unsupported locale setting")),
            (None, None) => Err(ERROR.raise("locale query failed")),
        }
    }

    /// () -> dict. Returns numeric and monetary locale-specific parameters.
    #[function("()", no_text_signature)]
    fn localeconv() -> Result<Ref<Dict>> {
        let conventions = locale::conventions();
        let table = Dict::new();
        for (name, value) in conventions.texts {
            table.set(&Str::new(name), &*text(value)?)?;
        }
        for (name, value) in conventions.numbers {
            table.set(&Str::new(name), &Int::new(value.into()))?;
        }
        for (name, value) in conventions.groupings {
            table.set(&Str::new(name), &*grouping(value)?)?;
        }
        Ok(table)
    }

    /// nl_langinfo(key) -> string
    ///
    /// Ask the current locale for one of its texts, such as the name of a month or the radix character.
    #[function("(key, /)", getargs)]
    fn nl_langinfo(key: i32) -> Result<Ref<Str>> {
        if !ITEMS.iter().any(|&(_, item)| item == key) {
            bail!(ValueError, "unsupported langinfo constant");
        }
        text(locale::item(key))
    }

    /// string,string -> int. Compares two strings according to the locale.
    #[function("(os1, os2, /)", name = "strcoll", getargs)]
    fn compare(os1: &str, os2: &str) -> Result<i32> {
        Ok(locale::compare(&*c_string(os1)?, &*c_string(os2)?))
    }

    /// strxfrm(string) -> string.
    ///
    /// Convert a string so that comparing two results gives the order strcoll() finds for the originals.
    #[function("(string, /)", name = "strxfrm", getargs)]
    fn transform(string: &str) -> Result<Ref<Str>> {
        let key = locale::sort_key(&*c_string(string)?);
        Ok(objects::codecs::utf8::decode(&key, "surrogateescape", true)?.0)
    }

    /// gettext(msg) -> string
    /// Return translation of msg.
    #[function("(msg, /)", name = "gettext", getargs, nameless)]
    fn translate(msg: &str) -> Result<Ref<Str>> {
        text(locale::translation(&*c_string(msg)?))
    }

    /// dgettext(domain, msg) -> string
    /// Look msg up in the catalogue of a domain; without a translation it comes back unchanged.
    #[function("(domain, msg, /)", name = "dgettext", getargs, nameless)]
    fn translate_in(domain: NoneOr<&str>, msg: &str) -> Result<Ref<Str>> {
        let (domain, message) = (domain.0.map(c_string).transpose()?, c_string(msg)?);
        text(locale::translation_in(domain.as_deref(), &message, None))
    }

    /// dcgettext(domain, msg, category) -> string
    /// Like dgettext(), with the locale that is set for category deciding about the language.
    #[function("(domain, msg, category, /)", name = "dcgettext", getargs, nameless)]
    fn translate_category(domain: NoneOr<&str>, msg: &str, category: i32) -> Result<Ref<Str>> {
        let (domain, message) = (domain.0.map(c_string).transpose()?, c_string(msg)?);
        text(locale::translation_in(domain.as_deref(), &message, Some(category)))
    }

    /// textdomain(domain) -> string
    /// Choose which domain gettext() uses; None changes nothing. Gives the one that now holds.
    #[function("(domain, /)", name = "textdomain", getargs, nameless)]
    fn set_domain(domain: NoneOr<&str>) -> Result<Ref<Str>> {
        let domain = domain.0.map(c_string).transpose()?;
        text(locale::text_domain(domain.as_deref()))
    }

    /// bindtextdomain(domain, dir) -> string
    /// Tell the C library in which directory the catalogues of a domain are; None only asks.
    #[function("(domain, dir, /)", name = "bindtextdomain", getargs, nameless)]
    fn bind_domain(domain: &str, dir: &Object) -> Result<Ref> {
        if domain.is_empty() {
            return Err(ERROR.raise("domain must be a non-empty string"));
        }
        let domain = c_string(domain)?;
        let directory = if dir.is_none() { None } else { Some(path::converted(dir)?) };
        text_or_none(locale::bind_text_domain(&domain, directory.as_deref()))
    }

    /// bind_textdomain_codeset(domain, codeset) -> string
    /// Tell the C library in which encoding to give messages of a domain; None only asks.
    #[function("(domain, codeset, /)", name = "bind_textdomain_codeset", getargs, nameless)]
    fn bind_codeset(domain: &str, codeset: NoneOr<&str>) -> Result<Ref> {
        let (domain, codeset) = (c_string(domain)?, codeset.0.map(c_string).transpose()?);
        text_or_none(locale::bind_text_domain_codeset(&domain, codeset.as_deref()))
    }
}
