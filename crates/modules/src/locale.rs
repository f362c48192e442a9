//! `_locale`: the conventions of the process's locale.

use std::cell::OnceCell;
use std::ffi::{CStr, CString, c_char, c_int};

use objects::prelude::*;

use system::path;

/// A class made at run time, which lives as long as the process.
struct ClassCell(OnceCell<Ref>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for ClassCell {}

static ERROR: ClassCell = ClassCell(OnceCell::new());

/// `locale.Error`.
fn error_class() -> Result<Ref> {
    if let Some(class) = ERROR.0.get() {
        return Ok(class.clone());
    }
    let bases = Tuple::new([exceptions::Exception.to_ref().into_object()])?;
    let namespace = Dict::new();
    namespace.set_str(intern!("__module__"), &Str::new("locale"))?;
    let class = TYPE.as_object().call(&[&Str::new("Error"), &bases, &namespace])?;
    Ok(ERROR.0.get_or_init(|| class).clone())
}

#[cold]
fn error(message: &str) -> Raised {
    match error_class().and_then(|class| class.call1(&Str::new(message))) {
        Ok(instance) => raise::set_instance(instance),
        Err(raised) => raised,
    }
}

/// A string of the C library as text; nothing for a null pointer.
fn text(pointer: *const c_char) -> Result<Ref<Str>> {
    match pointer.is_null() {
        true => Ok(Str::empty()),
        // SAFETY: the library's strings end with NUL and live until its next call, which the GIL excludes.
        false => path::text_of(unsafe { CStr::from_ptr(pointer) }),
    }
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// Sizes of groups as a list, as `lconv` has them: its end is 0, or 127 for no more groups.
fn grouping(pointer: *const c_char) -> Result<Ref<List>> {
    let sizes = List::new();
    if pointer.is_null() {
        return Ok(sizes);
    }
    // SAFETY: the array ends with NUL.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
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

unsafe extern "C" {
    fn gettext(message: *const c_char) -> *mut c_char;
    fn dgettext(domain: *const c_char, message: *const c_char) -> *mut c_char;
    fn dcgettext(domain: *const c_char, message: *const c_char, category: c_int) -> *mut c_char;
    fn textdomain(domain: *const c_char) -> *mut c_char;
    fn bindtextdomain(domain: *const c_char, directory: *const c_char) -> *mut c_char;
    fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *mut c_char;
    fn strcoll(left: *const c_char, right: *const c_char) -> c_int;
    fn strxfrm(target: *mut c_char, source: *const c_char, size: usize) -> usize;
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
        module.add("Error", error_class()?)
    }

    /// (integer,string=None) -> string. Activates/queries locale processing.
    #[function("(category, locale=None, /)", no_text_signature)]
    fn setlocale(category: i32, locale: Option<NoneOr<&str>>) -> Result<Ref<Str>> {
        let wanted = locale.and_then(|locale| locale.0).map(c_string).transpose()?;
        let pointer = wanted.as_ref().map_or(std::ptr::null(), |wanted| wanted.as_ptr());
        if !(0..=12).contains(&category) {
            return Err(error("invalid locale category"));
        }
        // SAFETY: the name is null or ends with NUL; the GIL excludes other calls of ours.
        let set = unsafe { libc::setlocale(category, pointer) };
        match (set.is_null(), wanted.is_some()) {
            (false, _) => text(set),
            (true, true) => Err(error("unsupported locale setting")),
            (true, false) => Err(error("locale query failed")),
        }
    }

    /// () -> dict. Returns numeric and monetary locale-specific parameters.
    #[function("()", no_text_signature)]
    fn localeconv() -> Result<Ref<Dict>> {
        // SAFETY: what it gives is valid until the next call, which the GIL excludes.
        let conventions = unsafe { &*libc::localeconv() };
        let table = Dict::new();
        let strings = [
            ("decimal_point", conventions.decimal_point),
            ("thousands_sep", conventions.thousands_sep),
            ("int_curr_symbol", conventions.int_curr_symbol),
            ("currency_symbol", conventions.currency_symbol),
            ("mon_decimal_point", conventions.mon_decimal_point),
            ("mon_thousands_sep", conventions.mon_thousands_sep),
            ("positive_sign", conventions.positive_sign),
            ("negative_sign", conventions.negative_sign),
        ];
        for (name, value) in strings {
            table.set(&Str::new(name), &*text(value)?)?;
        }
        let numbers = [
            ("int_frac_digits", conventions.int_frac_digits),
            ("frac_digits", conventions.frac_digits),
            ("p_cs_precedes", conventions.p_cs_precedes),
            ("p_sep_by_space", conventions.p_sep_by_space),
            ("n_cs_precedes", conventions.n_cs_precedes),
            ("n_sep_by_space", conventions.n_sep_by_space),
            ("p_sign_posn", conventions.p_sign_posn),
            ("n_sign_posn", conventions.n_sign_posn),
        ];
        for (name, value) in numbers {
            table.set(&Str::new(name), &Int::new(value.into()))?;
        }
        table.set(&Str::new("grouping"), &*grouping(conventions.grouping)?)?;
        table.set(&Str::new("mon_grouping"), &*grouping(conventions.mon_grouping)?)?;
        Ok(table)
    }

    /// nl_langinfo(key) -> string
    ///
    /// Return the value for the locale information associated with key.
    #[function("(key, /)", no_text_signature)]
    fn nl_langinfo(key: i32) -> Result<Ref<Str>> {
        if !ITEMS.iter().any(|&(_, item)| item == key) {
            bail!(ValueError, "unsupported langinfo constant");
        }
        // SAFETY: the call takes any number of the table.
        text(unsafe { libc::nl_langinfo(key) })
    }

    /// string,string -> int. Compares two strings according to the locale.
    #[function("(os1, os2, /)", name = "strcoll", no_text_signature)]
    fn compare(os1: &str, os2: &str) -> Result<i32> {
        let (left, right) = (c_string(os1)?, c_string(os2)?);
        // SAFETY: both end with NUL.
        Ok(unsafe { strcoll(left.as_ptr(), right.as_ptr()) })
    }

    /// strxfrm(string) -> string.
    ///
    /// Return a string that can be used as a key for locale-aware comparisons.
    #[function("(string, /)", name = "strxfrm", no_text_signature)]
    fn transform(string: &str) -> Result<Ref<Str>> {
        let source = c_string(string)?;
        // SAFETY: a null target of size 0 asks for the size; the second call has that and a NUL's room.
        let key = unsafe {
            let size = strxfrm(std::ptr::null_mut(), source.as_ptr(), 0);
            let mut key = vec![0u8; size + 1];
            strxfrm(key.as_mut_ptr().cast(), source.as_ptr(), key.len());
            key.truncate(size);
            key
        };
        Ok(objects::codecs::utf8::decode(&key, "surrogateescape", true)?.0)
    }

    /// gettext(msg) -> string
    /// Return translation of msg.
    #[function("(msg, /)", name = "gettext", no_text_signature)]
    fn translate(msg: &str) -> Result<Ref<Str>> {
        let message = c_string(msg)?;
        // SAFETY: the message ends with NUL; what is given back is it, or lives as long as the catalog.
        text(unsafe { gettext(message.as_ptr()) })
    }

    /// dgettext(domain, msg) -> string
    /// Return translation of msg in domain.
    #[function("(domain, msg, /)", name = "dgettext", no_text_signature)]
    fn translate_in(domain: NoneOr<&str>, msg: &str) -> Result<Ref<Str>> {
        let (domain, message) = (domain.0.map(c_string).transpose()?, c_string(msg)?);
        let domain = domain.as_ref().map_or(std::ptr::null(), |domain| domain.as_ptr());
        // SAFETY: as above.
        text(unsafe { dgettext(domain, message.as_ptr()) })
    }

    /// dcgettext(domain, msg, category) -> string
    /// Return translation of msg in domain and category.
    #[function("(domain, msg, category, /)", name = "dcgettext", no_text_signature)]
    fn translate_category(domain: NoneOr<&str>, msg: &str, category: i32) -> Result<Ref<Str>> {
        let (domain, message) = (domain.0.map(c_string).transpose()?, c_string(msg)?);
        let domain = domain.as_ref().map_or(std::ptr::null(), |domain| domain.as_ptr());
        // SAFETY: as above.
        text(unsafe { dcgettext(domain, message.as_ptr(), category) })
    }

    /// textdomain(domain) -> string
    /// Set the C library's textdmain to domain, returning the new domain.
    #[function("(domain, /)", name = "textdomain", no_text_signature)]
    fn set_domain(domain: NoneOr<&str>) -> Result<Ref<Str>> {
        let domain = domain.0.map(c_string).transpose()?;
        let domain = domain.as_ref().map_or(std::ptr::null(), |domain| domain.as_ptr());
        // SAFETY: the name is null or ends with NUL.
        text(unsafe { textdomain(domain) })
    }

    /// bindtextdomain(domain, dir) -> string
    /// Bind the C library's domain to dir.
    #[function("(domain, dir, /)", name = "bindtextdomain", no_text_signature)]
    fn bind_domain(domain: &str, dir: &Object) -> Result<Ref> {
        if domain.is_empty() {
            return Err(error("domain must be a non-empty string"));
        }
        let domain = c_string(domain)?;
        let directory = if dir.is_none() { None } else { Some(path::converted(dir)?) };
        let directory = directory.as_ref().map_or(std::ptr::null(), |directory| directory.as_ptr());
        // SAFETY: the domain ends with NUL, the directory is null or does.
        let bound = unsafe { bindtextdomain(domain.as_ptr(), directory) };
        match bound.is_null() {
            true => Ok(none()),
            false => text(bound).map(Ref::into_object),
        }
    }

    /// bind_textdomain_codeset(domain, codeset) -> string
    /// Bind the C library's domain to codeset.
    #[function("(domain, codeset, /)", name = "bind_textdomain_codeset", no_text_signature)]
    fn bind_codeset(domain: &str, codeset: NoneOr<&str>) -> Result<Ref> {
        let (domain, codeset) = (c_string(domain)?, codeset.0.map(c_string).transpose()?);
        let codeset = codeset.as_ref().map_or(std::ptr::null(), |codeset| codeset.as_ptr());
        // SAFETY: the domain ends with NUL, the name is null or does.
        let bound = unsafe { bind_textdomain_codeset(domain.as_ptr(), codeset) };
        match bound.is_null() {
            true => Ok(none()),
            false => text(bound).map(Ref::into_object),
        }
    }
}
