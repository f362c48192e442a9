//! The locale of the process: its conventions, its order of text, its messages.
//!
//! The C library's answers stand in memory of its own until its next call: they are copied while the GIL keeps others
//! away.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;

mod library {
    use std::ffi::{c_char, c_int};

    unsafe extern "C" {
        pub fn gettext(message: *const c_char) -> *mut c_char;
        pub fn dgettext(domain: *const c_char, message: *const c_char) -> *mut c_char;
        pub fn dcgettext(domain: *const c_char, message: *const c_char, category: c_int) -> *mut c_char;
        pub fn textdomain(domain: *const c_char) -> *mut c_char;
        pub fn bindtextdomain(domain: *const c_char, directory: *const c_char) -> *mut c_char;
        pub fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *mut c_char;
        pub fn strcoll(left: *const c_char, right: *const c_char) -> c_int;
        pub fn strxfrm(target: *mut c_char, source: *const c_char, size: usize) -> usize;
        pub safe fn tolower(byte: c_int) -> c_int;
        pub safe fn toupper(byte: c_int) -> c_int;
        pub safe fn isalnum(byte: c_int) -> c_int;
    }
}

/// A copy of a string of the C library's; nothing for a null pointer.
///
/// # Safety
/// The string ends with NUL.
unsafe fn copied(text: *const c_char) -> Option<CString> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_owned())
}

/// A pointer to the string, null for none.
fn pointer(text: Option<&CStr>) -> *const c_char {
    text.map_or(ptr::null(), CStr::as_ptr)
}

/// Sets the locale of a category, or asks for it; nothing where there is no such locale.
pub fn set(category: c_int, locale: Option<&CStr>) -> Option<CString> {
    // SAFETY: null or a string that ends with NUL; so does the answer.
    unsafe { copied(libc::setlocale(category, pointer(locale))) }
}

/// How numbers and sums of money are written: names are those of C's `lconv`.
pub struct Conventions {
    pub texts: [(&'static str, Option<CString>); 8],
    pub numbers: [(&'static str, c_char); 8],
    /// The sizes of groups of digits.
    pub groupings: [(&'static str, Option<CString>); 2],
}

pub fn conventions() -> Conventions {
    macro_rules! fields {
        ($table:ident: $($name:ident),*) => {
            [$((stringify!($name), $table.$name)),*]
        };
        (copies of $table:ident: $($name:ident),*) => {
            // SAFETY: the strings of the table end with NUL.
            unsafe { [$((stringify!($name), copied($table.$name))),*] }
        };
    }
    // SAFETY: the table stays as it is until the next call.
    let table = unsafe { &*libc::localeconv() };
    Conventions {
        texts: fields![
            copies of table:
            decimal_point,
            thousands_sep,
            int_curr_symbol,
            currency_symbol,
            mon_decimal_point,
            mon_thousands_sep,
            positive_sign,
            negative_sign
        ],
        numbers: fields![
            table:
            int_frac_digits,
            frac_digits,
            p_cs_precedes,
            p_sep_by_space,
            n_cs_precedes,
            n_sep_by_space,
            p_sign_posn,
            n_sign_posn
        ],
        groupings: fields![copies of table: grouping, mon_grouping],
    }
}

/// What the locale has for an item of `<langinfo.h>`.
pub fn item(item: libc::nl_item) -> Option<CString> {
    // SAFETY: for a number that is no item the call gives an empty string; all end with NUL.
    unsafe { copied(libc::nl_langinfo(item)) }
}

/// Compares by the order of the locale: negative, zero or positive.
pub fn compare(left: &CStr, right: &CStr) -> c_int {
    // SAFETY: both end with NUL.
    unsafe { library::strcoll(left.as_ptr(), right.as_ptr()) }
}

/// Bytes that compare as the text does by the order of the locale.
pub fn sort_key(text: &CStr) -> Vec<u8> {
    // SAFETY: a null target of size 0 asks for the size; the second call has that and a NUL's room.
    unsafe {
        let size = library::strxfrm(ptr::null_mut(), text.as_ptr(), 0);
        let mut key = vec![0u8; size + 1];
        library::strxfrm(key.as_mut_ptr().cast(), text.as_ptr(), key.len());
        key.truncate(size);
        key
    }
}

/// The translation of a message, or the message itself.
pub fn translation(message: &CStr) -> Option<CString> {
    // SAFETY: the message ends with NUL; what is given is it, or lives as long as the catalog.
    unsafe { copied(library::gettext(message.as_ptr())) }
}

/// The translation in a domain, for the locale of messages or of a category.
pub fn translation_in(domain: Option<&CStr>, message: &CStr, category: Option<c_int>) -> Option<CString> {
    let (domain, message) = (pointer(domain), message.as_ptr());
    // SAFETY: as above; the domain is null or ends with NUL.
    unsafe {
        copied(match category {
            None => library::dgettext(domain, message),
            Some(category) => library::dcgettext(domain, message, category),
        })
    }
}

/// Sets the domain of translations, or asks for it.
pub fn text_domain(domain: Option<&CStr>) -> Option<CString> {
    // SAFETY: null or a string that ends with NUL; so does the answer.
    unsafe { copied(library::textdomain(pointer(domain))) }
}

/// Sets the directory with a domain's catalogs, or asks for it.
pub fn bind_text_domain(domain: &CStr, directory: Option<&CStr>) -> Option<CString> {
    // SAFETY: as above.
    unsafe { copied(library::bindtextdomain(domain.as_ptr(), pointer(directory))) }
}

/// Sets the encoding in which a domain's translations are given, or asks for it.
pub fn bind_text_domain_codeset(domain: &CStr, codeset: Option<&CStr>) -> Option<CString> {
    // SAFETY: as above.
    unsafe { copied(library::bind_textdomain_codeset(domain.as_ptr(), pointer(codeset))) }
}

/// The small letter of a byte.
pub fn to_lower(byte: u8) -> u8 {
    library::tolower(byte.into()) as u8
}

/// The capital letter of a byte.
pub fn to_upper(byte: u8) -> u8 {
    library::toupper(byte.into()) as u8
}

/// Whether a byte is a letter or a digit.
pub fn is_alphanumeric(byte: u8) -> bool {
    library::isalnum(byte.into()) != 0
}
