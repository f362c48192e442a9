//! `PyUnicode_FromFormat` and what formats messages by it.

use std::ffi::{CStr, c_char, c_int};

use objects::prelude::*;
use objects::str::StrBuilder;

use crate::va_list::{VaList, VaListTag};

/// A conversion: `%[0][-][width][.precision][h|l|ll|z|t|j]type`.
#[derive(Default)]
struct Conversion {
    zero: bool,
    width: usize,
    precision: Option<usize>,
    long: bool,
    kind: u8,
}

impl Conversion {
    /// Parses what follows a `%`; the rest of the format.
    ///
    /// # Safety
    /// The arguments match the format.
    unsafe fn parse<'a>(mut rest: &'a [u8], arguments: &mut VaList) -> (Conversion, &'a [u8]) {
        let mut conversion = Conversion::default();
        while let Some((&byte, tail)) = rest.split_first() {
            match byte {
                b'0' if conversion.width == 0 => conversion.zero = true,
                b'-' => {}
                b'0'..=b'9' => conversion.width = conversion.width * 10 + usize::from(byte - b'0'),
                // SAFETY: the caller's promise.
                b'*' => conversion.width = unsafe { arguments.int() }.max(0) as usize,
                _ => break,
            }
            rest = tail;
        }
        if let Some((b'.', tail)) = rest.split_first() {
            rest = tail;
            let mut precision = 0;
            while let Some((&byte, tail)) = rest.split_first() {
                match byte {
                    b'0'..=b'9' => precision = precision * 10 + usize::from(byte - b'0'),
                    // SAFETY: the caller's promise.
                    b'*' => precision = unsafe { arguments.int() }.max(0) as usize,
                    _ => break,
                }
                rest = tail;
            }
            conversion.precision = Some(precision);
        }
        while let Some((b'l' | b'z' | b't' | b'j', tail)) = rest.split_first() {
            conversion.long = true;
            rest = tail;
        }
        if let Some((&kind, tail)) = rest.split_first() {
            conversion.kind = kind;
            rest = tail;
        }
        (conversion, rest)
    }

    /// The digits of a number, for the conversions of numbers.
    ///
    /// # Safety
    /// The arguments match the format.
    unsafe fn digits(&self, arguments: &mut VaList) -> Option<String> {
        // SAFETY: the caller's promise.
        let value = |arguments: &mut VaList| unsafe {
            if self.long { arguments.long() } else { i64::from(arguments.int()) }
        };
        let unsigned = |value: i64| if self.long { value as u64 } else { u64::from(value as u32) };
        Some(match self.kind {
            b'd' | b'i' => value(arguments).to_string(),
            b'u' => unsigned(value(arguments)).to_string(),
            b'x' => format!("{:x}", unsigned(value(arguments))),
            _ => return None,
        })
    }

    fn push_number(&self, out: &mut StrBuilder, digits: &str) {
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", digits),
        };
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let length = sign.len() + zeros + digits.len();
        let padding = self.width.saturating_sub(length);
        if !self.zero {
            out.push_repeated(b' '.into(), padding);
        }
        out.push_str(sign);
        out.push_repeated(b'0'.into(), zeros + if self.zero { padding } else { 0 });
        out.push_str(digits);
    }

    fn push_text(&self, out: &mut StrBuilder, text: &Str) -> Result<()> {
        let shown = match self.precision {
            Some(precision) if precision < text.len() => text.substring(0, precision)?,
            _ => text.to_ref(),
        };
        out.push_repeated(b' '.into(), self.width.saturating_sub(shown.len()));
        out.push_string(&shown);
        Ok(())
    }
}

/// A C string, cut at the precision.
///
/// # Safety
/// The pointer is null, or to a string that ends with a NUL or has `precision` bytes, and that stays.
unsafe fn c_bytes<'a>(text: *const c_char, precision: Option<usize>) -> &'a [u8] {
    if text.is_null() {
        return b"(null)";
    }
    let mut length = 0;
    // SAFETY: the caller's promise.
    unsafe {
        while precision.is_none_or(|precision| length < precision) && *text.add(length) != 0 {
            length += 1;
        }
        memory::slice_or_empty(text.cast::<u8>(), length)
    }
}

/// A C string of a message, cut at the precision, as text; what is no UTF-8 is replaced.
///
/// # Safety
/// As for [`c_bytes`].
unsafe fn c_text(text: *const c_char, precision: Option<usize>) -> Ref<Str> {
    // SAFETY: the caller's promise.
    Str::new(&String::from_utf8_lossy(unsafe { c_bytes(text, precision) }))
}

/// Formats as `PyBytes_FromFormatV`, which looks at no width. What it does not know, it copies with all behind it.
///
/// # Safety
/// The format ends with a NUL, and the arguments match it.
unsafe fn format_bytes(format: *const c_char, arguments: &mut VaList) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: the caller's promise, for every argument below too.
    unsafe {
        let mut rest = CStr::from_ptr(format).to_bytes();
        while let Some(plain) = rest.iter().position(|&byte| byte == b'%') {
            let (before, start) = rest.split_at(plain);
            out.extend_from_slice(before);
            let (conversion, tail) = Conversion::parse(&start[1..], arguments);
            rest = tail;
            match conversion.kind {
                b'%' => out.push(b'%'),
                b'c' => match u8::try_from(arguments.int()) {
                    Ok(byte) => out.push(byte),
                    Err(_) => bail!(
                        OverflowError,
                        "PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]"
                    ),
                },
                b's' => out.extend_from_slice(c_bytes(arguments.pointer(), conversion.precision)),
                b'p' => out.extend_from_slice(format!("{:p}", arguments.pointer::<u8>()).as_bytes()),
                _ => match conversion.digits(arguments) {
                    Some(digits) => out.extend_from_slice(digits.as_bytes()),
                    None => {
                        rest = start;
                        break;
                    }
                },
            }
        }
        out.extend_from_slice(rest);
    }
    Ok(out)
}

/// Formats as `PyUnicode_FromFormatV`. `SystemError` for a conversion that it does not know.
///
/// # Safety
/// The format ends with a NUL, and the arguments match it.
pub unsafe fn format(format: *const c_char, arguments: &mut VaList) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise, for every argument below too.
    unsafe {
        let mut rest = CStr::from_ptr(format).to_bytes();
        let mut out = StrBuilder::with_capacity(rest.len() + 64);
        while !rest.is_empty() {
            let plain = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            match std::str::from_utf8(&rest[..plain]) {
                Ok(text) if text.is_ascii() => out.push_str(text),
                _ => {
                    let byte = rest.iter().find(|byte| !byte.is_ascii()).unwrap_or(&0);
                    bail!(
                        ValueError,
                        "PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: {byte:#04x}"
                    );
                }
            }
            rest = &rest[plain..];
            if rest.is_empty() {
                break;
            }
            let (mut conversion, tail) = Conversion::parse(&rest[1..], arguments);
            let start = rest;
            rest = tail;
            match conversion.kind {
                // With a precision it is no conversion that is known.
                b'%' if conversion.precision.is_none() => out.push(b'%'.into()),
                b'c' => {
                    let point = arguments.int();
                    if !(0..=0x10_ffff).contains(&point) {
                        bail!(OverflowError, "character argument not in range(0x110000)");
                    }
                    out.push(point as u32);
                }
                b'p' => {
                    let value = arguments.pointer::<u8>();
                    out.push_str(&format!("{value:p}"));
                }
                b's' => {
                    let text = c_text(arguments.pointer(), conversion.precision);
                    conversion.precision = None;
                    conversion.push_text(&mut out, &text)?;
                }
                b'U' => conversion.push_text(&mut out, &*arguments.pointer::<Str>())?,
                b'V' => {
                    let object = arguments.pointer::<Str>();
                    let fallback = arguments.pointer::<c_char>();
                    match object.as_ref() {
                        Some(text) => conversion.push_text(&mut out, text)?,
                        None => {
                            let text = c_text(fallback, conversion.precision);
                            conversion.precision = None;
                            conversion.push_text(&mut out, &text)?;
                        }
                    }
                }
                b'S' => conversion.push_text(&mut out, &*(*arguments.pointer::<Object>()).str()?)?,
                b'R' => conversion.push_text(&mut out, &*(*arguments.pointer::<Object>()).repr()?)?,
                b'A' => {
                    let text = (*arguments.pointer::<Object>()).repr()?;
                    let ascii = objects::codecs::encode_text(&text, Some("ascii"), Some("backslashreplace"))?;
                    conversion.push_text(&mut out, &*Str::from_latin1(ascii.as_bytes())?)?;
                }
                _ => match conversion.digits(arguments) {
                    Some(digits) => conversion.push_number(&mut out, &digits),
                    None => {
                        // The rest of a format that is not understood is copied as it stands.
                        out.push_str(&String::from_utf8_lossy(start));
                        break;
                    }
                },
            }
        }
        out.finish()
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyUnicode_FromFormatV(
    text: *const c_char,
    arguments: *mut VaListTag,
) -> Result<Ref<Str>> {
    // SAFETY: the caller's promise.
    unsafe { format(text, &mut VaList::new(arguments)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyBytes_FromFormatV(
    text: *const c_char,
    arguments: *mut VaListTag,
) -> Result<Ref<Bytes>> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { format_bytes(text, &mut VaList::new(arguments)) }?;
    Bytes::try_new(&bytes)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyErr_FormatV(
    class: &Object,
    text: *const c_char,
    arguments: *mut VaListTag,
) -> Result<Ref> {
    raise::clear();
    // SAFETY: the caller's promise.
    let message = unsafe { format(text, &mut VaList::new(arguments)) }?;
    Err(raise::set(class, Some(message.into_object())))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ErrFormatFromCauseV(
    class: &Object,
    text: *const c_char,
    arguments: *mut VaListTag,
) -> Result<Ref> {
    let cause = raise::fetch().map(raise::Fetched::normalize).and_then(|cause| cause.value);
    // SAFETY: the caller's promise.
    let message = unsafe { format(text, &mut VaList::new(arguments)) }?;
    let raised = raise::set(class, Some(message.into_object()));
    Err(exceptions::set_cause_and_context(raised, cause))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_WarnFormatV(
    category: Option<&Object>,
    level: isize,
    source: Option<&Object>,
    text: *const c_char,
    arguments: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    let message = unsafe { format(text, &mut VaList::new(arguments)) };
    raise::status(message.and_then(|message| crate::errors::warn(category, &message, level, source)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_SysWriteV(stream: c_int, text: *const c_char, arguments: *mut VaListTag) {
    let saved = raise::fetch();
    // SAFETY: the caller's promise.
    let message = unsafe { format(text, &mut VaList::new(arguments)) };
    let name = if stream == 1 { "stdout" } else { "stderr" };
    let written = message.and_then(|message| match (objects::services::get().sys_get)(name) {
        Some(file) => file.call_method(intern!("write"), &[&message]).map(drop),
        None => Ok(()),
    });
    if let Err(raised) = written {
        raised.clear();
    }
    if let Some(saved) = saved {
        let _ = saved.restore();
    }
}
