//! `PyArg_Parse...`: arguments into C variables by a format string.

use std::ffi::{CStr, c_char, c_int, c_void};

use objects::buffer::BufferView;
use objects::memory::domains::{self, Domain};
use objects::prelude::*;

use crate::va_list::{Sizes, VaList, VaListTag};

/// What the formats end with: how messages name the function, or the whole message.
struct Naming<'a> {
    function: Option<&'a str>,
    message: Option<&'a str>,
}

/// A format string, taken apart at its `:` or `;`.
fn split(format: &CStr) -> (&[u8], Naming<'_>) {
    let bytes = format.to_bytes();
    let text = |bytes| std::str::from_utf8(bytes).ok();
    match bytes.iter().position(|byte| matches!(byte, b':' | b';')) {
        Some(end) if bytes[end] == b':' => {
            (&bytes[..end], Naming { function: text(&bytes[end + 1..]), message: None })
        }
        Some(end) => (&bytes[..end], Naming { function: None, message: text(&bytes[end + 1..]) }),
        None => (bytes, Naming { function: None, message: None }),
    }
}

impl Naming<'_> {
    fn with_parentheses(&self) -> String {
        self.function.map_or("function".into(), |function| format!("{function}()"))
    }

    /// "f() argument 2 must be str, not int", or the format's own message.
    fn wrong_argument(&self, index: usize, expected: &str, got: &Object) -> Raised {
        if let Some(message) = self.message {
            return raise!(TypeError, "{message}");
        }
        let function = self.function.map_or(String::new(), |function| format!("{function}() "));
        let place = if index == 0 { "argument".to_owned() } else { format!("argument {index}") };
        let got = if got.is_none() { "None" } else { got.class().name() };
        raise!(TypeError, "{function}{place} must be {expected}, not {got}")
    }
}

/// The length of one unit of the format, and how many C variables it fills or reads.
fn unit(format: &[u8]) -> (usize, usize) {
    match format {
        [b'e', _, b'#', ..] => (3, 3),
        [b'e', _, ..] => (2, 2),
        [b'O', b'!' | b'&', ..] => (2, 2),
        [b's' | b'y' | b'z' | b'u' | b'Z', b'#', ..] => (2, 2),
        [b's' | b'y' | b'z' | b'w', b'*', ..] => (2, 1),
        [b'(', ..] => {
            let (mut length, mut count) = (1, 0);
            while length < format.len() && format[length] != b')' {
                let (step, variables) = unit(&format[length..]);
                length += step;
                count += variables;
            }
            (length + 1, count)
        }
        [] => (0, 0),
        _ => (1, 1),
    }
}

/// Skips the variables of a unit whose argument is absent.
///
/// # Safety
/// The variables are as the format says.
unsafe fn skip(format: &[u8], variables: &mut VaList) -> usize {
    let (length, count) = unit(format);
    for _ in 0..count {
        // SAFETY: every variable is a pointer.
        unsafe { variables.pointer::<c_void>() };
    }
    length
}

fn integer(value: &Object) -> Result<Ref<Int>> {
    if value.downcast::<Float>().is_some() {
        bail!(TypeError, "integer argument expected, got float");
    }
    match value.has_index() {
        true => value.index(),
        // Objects with `__int__` alone are converted with a warning, as C's functions do.
        false => value.as_integer(),
    }
}

fn bounded(value: &Object, least: i64, most: i64, low: &str, high: &str) -> Result<i64> {
    let number = integer(value)?;
    let Some(number) = number.to_i64() else {
        bail!(OverflowError, "Python int too large to convert to C long");
    };
    if number < least {
        bail!(OverflowError, "{low}");
    }
    if number > most {
        bail!(OverflowError, "{high}");
    }
    Ok(number)
}

/// Converts one argument; the rest of the format.
///
/// # Safety
/// The variables are as the format says, and writable.
unsafe fn convert<'a>(
    value: &Object,
    format: &'a [u8],
    variables: &mut VaList,
    naming: &Naming<'_>,
    index: usize,
) -> Result<&'a [u8]> {
    let (length, _) = unit(format);
    let rest = &format[length..];
    // SAFETY: the caller's promise, for each variable below.
    unsafe {
        match format {
            [b'(', ..] => {
                let inner = &format[1..length - 1];
                let tuple = match value.downcast::<Str>() {
                    None if value.is_sequence() => value.collect_tuple()?,
                    _ => return Err(naming.wrong_argument(index, "sequence", value)),
                };
                let mut expected = 0;
                let mut remaining = inner;
                while !remaining.is_empty() {
                    remaining = &remaining[unit(remaining).0..];
                    expected += 1;
                }
                if tuple.len() != expected {
                    bail!(TypeError, "must be sequence of length {expected}, not {}", tuple.len());
                }
                let mut inner = inner;
                for item in tuple.items() {
                    // The caller's argument keeps the items alive, as C's parser assumes too.
                    inner = convert(item, inner, variables, naming, index)?;
                }
            }
            [b'b', ..] => {
                let number = bounded(
                    value,
                    0,
                    255,
                    "unsigned byte integer is less than minimum",
                    "unsigned byte integer is greater than maximum",
                )?;
                variables.pointer::<u8>().write(number as u8);
            }
            [b'B', ..] => variables.pointer::<u8>().write(integer(value)?.low_u64() as u8),
            [b'h', ..] => {
                let number = bounded(
                    value,
                    i16::MIN.into(),
                    i16::MAX.into(),
                    "signed short integer is less than minimum",
                    "signed short integer is greater than maximum",
                )?;
                variables.pointer::<i16>().write(number as i16);
            }
            [b'H', ..] => variables.pointer::<u16>().write(integer(value)?.low_u64() as u16),
            [b'i', ..] => {
                let number = bounded(
                    value,
                    i32::MIN.into(),
                    i32::MAX.into(),
                    "signed integer is less than minimum",
                    "signed integer is greater than maximum",
                )?;
                variables.pointer::<i32>().write(number as i32);
            }
            [b'I', ..] => variables.pointer::<u32>().write(integer(value)?.low_u64() as u32),
            [b'l' | b'L', ..] => {
                let Some(number) = integer(value)?.to_i64() else {
                    bail!(OverflowError, "Python int too large to convert to C long");
                };
                variables.pointer::<i64>().write(number);
            }
            [b'k' | b'K', ..] => {
                let Some(number) = value.downcast::<Int>() else {
                    return Err(naming.wrong_argument(index, "int", value));
                };
                variables.pointer::<u64>().write(number.low_u64());
            }
            [b'n', ..] => variables.pointer::<isize>().write(value.as_isize()?),
            [b'f', ..] => variables.pointer::<f32>().write(value.as_f64()? as f32),
            [b'd', ..] => variables.pointer::<f64>().write(value.as_f64()?),
            [b'D', ..] => {
                let (real, imaginary) = crate::float_::complex_parts(value)?;
                variables.pointer::<[f64; 2]>().write([real, imaginary]);
            }
            [b'p', ..] => variables.pointer::<c_int>().write(c_int::from(value.is_true()?)),
            [b'c', ..] => {
                let byte = match value.downcast::<Bytes>() {
                    Some(bytes) if bytes.len() == 1 => bytes.as_bytes()[0],
                    _ => match value.downcast::<objects::bytearray::ByteArray>() {
                        Some(bytes) if bytes.len() == 1 => bytes.to_vec()[0],
                        _ => return Err(naming.wrong_argument(index, "a byte string of length 1", value)),
                    },
                };
                variables.pointer::<u8>().write(byte);
            }
            [b'C', ..] => match value.downcast::<Str>() {
                Some(text) if text.len() == 1 => {
                    variables.pointer::<c_int>().write(text.code_point(0) as c_int)
                }
                _ => return Err(naming.wrong_argument(index, "a unicode character", value)),
            },
            [b's' | b'z' | b'y' | b'w', b'*', ..] => {
                let view = variables.pointer::<BufferView>();
                fill_view(value, format[0], view, naming, index)?;
            }
            [kind @ (b'u' | b'Z'), after @ ..] => {
                let has_size = after.first() == Some(&b'#');
                let (start, size) = match value.downcast::<Str>() {
                    Some(text) => (text.wide_form()?, text.len()),
                    None if *kind == b'Z' && value.is_none() => (std::ptr::null_mut(), 0),
                    None => {
                        let expected = if *kind == b'Z' { "str or None" } else { "str" };
                        return Err(naming.wrong_argument(index, expected, value));
                    }
                };
                if !has_size
                    && value.downcast::<Str>().is_some_and(|text| text.points().iter().any(|p| p == 0))
                {
                    bail!(ValueError, "embedded null character");
                }
                variables.pointer::<*const u32>().write(start);
                if has_size {
                    variables.size_place()?.set(size)?;
                }
            }
            [kind @ (b's' | b'z' | b'y'), b'#', ..] => {
                let place = variables.pointer::<*const c_char>();
                let size_place = variables.size_place()?;
                let (start, size) = bytes_of(value, *kind, naming, index)?;
                place.write(start);
                size_place.set(size as usize)?;
            }
            [kind @ (b's' | b'z' | b'y'), ..] => {
                let (start, size) = match (*kind, value.downcast::<Bytes>()) {
                    (b'y', None) => return Err(naming.wrong_argument(index, "bytes", value)),
                    (b's', _) if value.downcast::<Str>().is_none() => {
                        return Err(naming.wrong_argument(index, "str", value));
                    }
                    (b'z', _) if value.downcast::<Str>().is_none() && !value.is_none() => {
                        return Err(naming.wrong_argument(index, "str or None", value));
                    }
                    _ => bytes_of(value, *kind, naming, index)?,
                };
                if !start.is_null() && CStr::from_ptr(start).to_bytes().len() as isize != size {
                    match *kind {
                        b'y' => bail!(ValueError, "embedded null byte"),
                        _ => bail!(ValueError, "embedded null character"),
                    }
                }
                variables.pointer::<*const c_char>().write(start);
            }
            [b'e', ..] => encoded(value, format, variables, naming, index)?,
            [b'S', ..] => store::<Bytes>(value, variables, naming, index, "bytes")?,
            [b'Y', ..] => {
                store::<objects::bytearray::ByteArray>(value, variables, naming, index, "bytearray")?
            }
            [b'U', ..] => store::<Str>(value, variables, naming, index, "str")?,
            [b'O', b'!', ..] => {
                let class = &*variables.pointer::<Type>();
                let place = variables.pointer::<*mut Object>();
                if !value.class().is_subtype(class) {
                    return Err(naming.wrong_argument(index, class.name(), value));
                }
                place.write(value.as_ptr());
            }
            [b'O', b'&', ..] => {
                type Converter = unsafe extern "C" fn(&Object, *mut c_void) -> c_int;
                let converter: Converter = std::mem::transmute(variables.pointer::<c_void>());
                if converter(value, variables.pointer()) == 0 {
                    return Err(match raise::occurred() {
                        true => raise::already_set(),
                        false => naming.wrong_argument(index, "(unspecified)", value),
                    });
                }
            }
            [b'O', ..] => variables.pointer::<*mut Object>().write(value.as_ptr()),
            _ => bail!(SystemError, "impossible<bad format char>"),
        }
    }
    Ok(rest)
}

/// # Safety
/// The next variable is a pointer to an object pointer.
unsafe fn store<T: Layout>(
    value: &Object,
    variables: &mut VaList,
    naming: &Naming<'_>,
    index: usize,
    expected: &str,
) -> Result<()> {
    if value.downcast::<T>().is_none() {
        return Err(naming.wrong_argument(index, expected, value));
    }
    // SAFETY: the caller's promise.
    unsafe { variables.pointer::<*mut Object>().write(value.as_ptr()) };
    Ok(())
}

/// The UTF-8 of a string or the memory of a bytes-like object, which the argument keeps alive.
fn bytes_of(value: &Object, kind: u8, naming: &Naming<'_>, index: usize) -> Result<(*const c_char, isize)> {
    if kind == b'z' && value.is_none() {
        return Ok((std::ptr::null(), 0));
    }
    if kind != b'y'
        && let Some(text) = value.downcast::<Str>()
    {
        let text = text.as_utf8()?;
        return Ok((text.as_ptr().cast(), text.len() as isize));
    }
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok((bytes.as_bytes().as_ptr().cast(), bytes.len() as isize));
    }
    let expected = match kind {
        b'z' => "str, bytes-like object or None",
        b's' => "str or bytes-like object",
        _ => "read-only bytes-like object",
    };
    let procedures = value.class().tp_as_buffer.get();
    if procedures.is_some_and(|procedures| procedures.bf_releasebuffer.get().is_some()) {
        return Err(naming.wrong_argument(index, "read-only bytes-like object", value));
    }
    if !value.has_buffer() {
        return Err(naming.wrong_argument(
            index,
            if kind == b'y' { "a bytes-like object" } else { expected },
            value,
        ));
    }
    let buffer = value.get_buffer(objects::buffer::request::SIMPLE)?;
    let view = buffer.view();
    Ok((view.buf.cast(), view.len))
}

/// # Safety
/// The view is writable.
unsafe fn fill_view(
    value: &Object,
    kind: u8,
    view: *mut BufferView,
    naming: &Naming<'_>,
    index: usize,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe {
        if kind == b'z' && value.is_none() {
            return crate::buffer::fill_info(view, None, std::ptr::null_mut(), 0, true, 0);
        }
        if (kind == b's' || kind == b'z')
            && let Some(text) = value.downcast::<Str>()
        {
            let text = text.as_utf8()?;
            return crate::buffer::fill_info(
                view,
                Some(value),
                text.as_ptr().cast_mut().cast(),
                text.len() as isize,
                true,
                0,
            );
        }
        let flags = match kind {
            b'w' => objects::buffer::request::WRITABLE,
            _ => objects::buffer::request::SIMPLE,
        };
        let expected = match kind {
            b'w' => "read-write bytes-like object",
            b's' => "str or bytes-like object",
            b'z' => "str, bytes-like object or None",
            _ => "a bytes-like object",
        };
        if !value.has_buffer() {
            // "a bytes-like object is required" is what the buffer protocol says itself.
            return Err(match kind {
                b'y' => raise!(TypeError, "a bytes-like object is required, not '{}'", value.class().name()),
                _ => naming.wrong_argument(index, expected, value),
            });
        }
        if crate::buffer::PyObject_GetBuffer(value, view, flags) != 0 {
            return Err(match kind {
                b'w' => {
                    raise::clear();
                    naming.wrong_argument(index, expected, value)
                }
                _ => raise::already_set(),
            });
        }
        Ok(())
    }
}

/// `es`, `et`, `es#`, `et#`: a string in an encoding, in memory that the caller frees or lends.
///
/// # Safety
/// The variables are as the format says.
unsafe fn encoded(
    value: &Object,
    format: &[u8],
    variables: &mut VaList,
    naming: &Naming<'_>,
    index: usize,
) -> Result<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let encoding = variables.pointer::<c_char>();
        let encoding = if encoding.is_null() { None } else { CStr::from_ptr(encoding).to_str().ok() };
        let place = variables.pointer::<*mut u8>();
        let size = match format.get(2) {
            Some(b'#') => Some(variables.size_place()?),
            _ => None,
        };
        let recodes = format[1] == b's';
        let bytes = match (value.downcast::<Str>(), value.downcast::<Bytes>()) {
            (Some(text), _) => objects::codecs::encode_text(text, encoding, None)?,
            (None, Some(bytes)) if !recodes => bytes.to_ref(),
            _ => {
                let expected = if recodes { "str" } else { "str, bytes or bytearray" };
                return Err(naming.wrong_argument(index, expected, value));
            }
        };
        let bytes = bytes.as_bytes();
        match size {
            Some(ref size) if !(*place).is_null() => {
                if bytes.len() as isize + 1 > size.get() {
                    bail!(
                        ValueError,
                        "encoded string too long ({}, maximum length {})",
                        bytes.len(),
                        size.get() - 1
                    );
                }
            }
            _ => {
                if size.is_none() && bytes.contains(&0) {
                    bail!(ValueError, "embedded null character");
                }
                let copy = domains::allocate(Domain::Memory, bytes.len() + 1).cast::<u8>();
                if copy.is_null() {
                    bail!(MemoryError);
                }
                place.write(copy);
            }
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), *place, bytes.len());
        (*place).add(bytes.len()).write(0);
        if let Some(size) = size {
            size.set(bytes.len())?;
        }
        Ok(())
    }
}

/// How many arguments the format takes: at least, at most, and the number of positional ones.
fn counts(format: &[u8]) -> (usize, usize, usize) {
    let (mut least, mut most, mut positional) = (None, 0, None);
    let mut rest = format;
    while let Some(&first) = rest.first() {
        match first {
            b'|' => {
                least = Some(most);
                rest = &rest[1..];
            }
            b'$' => {
                positional = Some(most);
                rest = &rest[1..];
            }
            _ => {
                rest = &rest[unit(rest).0..];
                most += 1;
            }
        }
    }
    (least.unwrap_or(most), most, positional.unwrap_or(most))
}

/// # Safety
/// The variables are as the format says.
unsafe fn parse_positional(given: &[&Object], format: &CStr, variables: &mut VaList) -> Result<()> {
    let (mut rest, naming) = split(format);
    let (least, most, _) = counts(rest);
    if given.len() < least || given.len() > most {
        if let Some(message) = naming.message {
            bail!(TypeError, "{message}");
        }
        let bound = match (least == most, given.len() < least) {
            (true, _) => "exactly",
            (false, true) => "at least",
            (false, false) => "at most",
        };
        let expected = if given.len() < least { least } else { most };
        if most == 0 {
            bail!(TypeError, "{} takes no arguments", naming.with_parentheses());
        }
        bail!(
            TypeError,
            "{} takes {bound} {expected} argument{} ({} given)",
            naming.with_parentheses(),
            if expected == 1 { "" } else { "s" },
            given.len()
        );
    }
    for (index, value) in given.iter().enumerate() {
        if rest.first() == Some(&b'|') {
            rest = &rest[1..];
        }
        // SAFETY: the caller's promise.
        rest = unsafe { convert(value, rest, variables, &naming, index + 1)? };
    }
    Ok(())
}

fn succeeded(result: Result<()>) -> c_int {
    c_int::from(result.is_ok())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyArg_VaParse(
    given: &Object,
    format: *const c_char,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { parse_tuple(given, format, variables, Sizes::Int) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_VaParse_SizeT(
    given: &Object,
    format: *const c_char,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { parse_tuple(given, format, variables, Sizes::Wide) }
}

/// # Safety
/// The variables are as the format says.
unsafe fn parse_tuple(
    given: &Object,
    format: *const c_char,
    variables: *mut VaListTag,
    sizes: Sizes,
) -> c_int {
    let Some(tuple) = given.downcast::<Tuple>() else {
        let _ = raise!(SystemError, "new style getargs format but argument is not a tuple");
        return 0;
    };
    // SAFETY: the caller's promise.
    succeeded(unsafe {
        let variables = &mut VaList::with_sizes(variables, sizes);
        parse_positional(tuple.as_slice(), CStr::from_ptr(format), variables)
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ArgParseV(
    given: &Object,
    format: *const c_char,
    sizes_are_int: c_int,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let (units, naming) = split(CStr::from_ptr(format));
        let variables = &mut VaList::with_sizes(variables, Sizes::said(sizes_are_int));
        succeeded(convert(given, units, variables, &naming, 0).map(drop))
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ArgParseStackV(
    given: *const &Object,
    count: isize,
    format: *const c_char,
    sizes_are_int: c_int,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let given = memory::slice_or_empty(given, count as usize);
        let variables = &mut VaList::with_sizes(variables, Sizes::said(sizes_are_int));
        succeeded(parse_positional(given, CStr::from_ptr(format), variables))
    }
}

/// Parses positional and keyword arguments; `value_of` finds a keyword's value.
///
/// # Safety
/// The variables are as the format says.
unsafe fn parse_keywords(
    given: &[&Object],
    keyword_count: usize,
    names: &[&CStr],
    value_of: &dyn Fn(&CStr) -> Result<Option<Ref>>,
    unknown: &dyn Fn(&dyn Fn(&Str) -> bool) -> Result<Option<Ref<Str>>>,
    format: &CStr,
    variables: &mut VaList,
) -> Result<()> {
    let (mut rest, naming) = split(format);
    let (least, most, positional) = counts(rest);
    let total = given.len() + keyword_count;
    if total > most || given.len() > positional {
        let (limit, count, kind) = match given.len() > positional && total <= most {
            true => (positional, given.len(), "positional "),
            false => (most, total, if keyword_count == 0 { "" } else { "keyword " }),
        };
        let kind = if given.is_empty() || kind == "positional " { kind } else { "" };
        let bound = if least < limit || positional < most { "at most" } else { "exactly" };
        if limit == 0 {
            bail!(TypeError, "{} takes no positional arguments", naming.with_parentheses());
        }
        bail!(
            TypeError,
            "{} takes {bound} {limit} {kind}argument{} ({count} given)",
            naming.with_parentheses(),
            if limit == 1 { "" } else { "s" }
        );
    }
    let mut used = 0;
    let mut optional = false;
    let mut kept: Vec<Ref> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        while let Some(b'|' | b'$') = rest.first() {
            optional |= rest[0] == b'|';
            rest = &rest[1..];
        }
        if rest.is_empty() {
            bail!(
                SystemError,
                "More keyword list entries ({}) than format specifiers ({index})",
                names.len()
            );
        }
        let by_keyword = match name.to_bytes().is_empty() || keyword_count == used {
            true => None,
            false => value_of(name)?,
        };
        let shown = name.to_string_lossy();
        // SAFETY: the caller's promise.
        unsafe {
            if let Some(value) = given.get(index) {
                if by_keyword.is_some() {
                    bail!(
                        TypeError,
                        "argument for {} given by name ('{shown}') and position ({})",
                        naming.with_parentheses(),
                        index + 1
                    );
                }
                rest = convert(value, rest, variables, &naming, index + 1)?;
            } else if let Some(value) = by_keyword {
                used += 1;
                rest = convert(&value, rest, variables, &naming, index + 1)?;
                kept.push(value);
            } else if !optional && index < least {
                if name.to_bytes().is_empty() {
                    bail!(
                        TypeError,
                        "{} takes {} {least} positional argument{} ({} given)",
                        naming.with_parentheses(),
                        if least < positional { "at least" } else { "exactly" },
                        if least == 1 { "" } else { "s" },
                        given.len()
                    );
                }
                bail!(
                    TypeError,
                    "{} missing required argument '{shown}' (pos {})",
                    naming.with_parentheses(),
                    index + 1
                );
            } else {
                rest = &rest[skip(rest, variables)..];
            }
        }
    }
    if used < keyword_count {
        let is_known = |keyword: &Str| names.iter().any(|name| keyword.equals_text(&name.to_string_lossy()));
        let function = naming.function.map_or("this function".to_owned(), |function| format!("{function}()"));
        if let Some(keyword) = unknown(&is_known)? {
            bail!(TypeError, "'{keyword}' is an invalid keyword argument for {function}");
        }
    }
    Ok(())
}

/// # Safety
/// The array ends with a null.
unsafe fn name_list<'a>(names: *const *const c_char) -> Vec<&'a CStr> {
    let mut list = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        while !(*names.add(list.len())).is_null() {
            list.push(CStr::from_ptr(*names.add(list.len())));
        }
    }
    list
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_VaParseTupleAndKeywords_SizeT(
    given: &Tuple,
    keywords: Option<&Dict>,
    format: *const c_char,
    names: *const *const c_char,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { parse_tuple_and_keywords(given, keywords, format, names, variables, Sizes::Wide) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyArg_VaParseTupleAndKeywords(
    given: &Tuple,
    keywords: Option<&Dict>,
    format: *const c_char,
    names: *const *const c_char,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { parse_tuple_and_keywords(given, keywords, format, names, variables, Sizes::Int) }
}

/// # Safety
/// The variables are as the format says, and the names end with a null.
unsafe fn parse_tuple_and_keywords(
    given: &Tuple,
    keywords: Option<&Dict>,
    format: *const c_char,
    names: *const *const c_char,
    variables: *mut VaListTag,
    sizes: Sizes,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let names = name_list(names);
        let value_of = |name: &CStr| match keywords {
            Some(keywords) => keywords.get(&Str::new(&name.to_string_lossy())),
            None => Ok(None),
        };
        let unknown = |is_known: &dyn Fn(&Str) -> bool| {
            for name in keywords.iter().flat_map(|keywords| keywords.keys_vec()) {
                match name.downcast::<Str>() {
                    None => bail!(TypeError, "keywords must be strings"),
                    Some(name) if !is_known(name) => return Ok(Some(name.to_ref())),
                    Some(_) => {}
                }
            }
            Ok(None)
        };
        let count = keywords.map_or(0, Dict::len);
        succeeded(parse_keywords(
            given.as_slice(),
            count,
            &names,
            &value_of,
            &unknown,
            CStr::from_ptr(format),
            &mut VaList::with_sizes(variables, sizes),
        ))
    }
}

/// `_PyArg_Parser`: what Argument Clinic prepares for a function.
#[repr(C)]
pub struct Parser {
    format: *const c_char,
    keywords: *const *const c_char,
    function: *const c_char,
    custom: *const c_char,
    positional: c_int,
    least: c_int,
    most: c_int,
    tuple: *mut Object,
    next: *mut Parser,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ArgParseFastV(
    given: *const &Object,
    count: isize,
    keyword_names: Option<&Tuple>,
    parser: &Parser,
    sizes_are_int: c_int,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let names = name_list(parser.keywords);
        let keyword_count = keyword_names.map_or(0, Tuple::len);
        let all: &[&Object] = match count as usize + keyword_count {
            0 => &[],
            all => memory::slice_or_empty(given, all),
        };
        let (given, values) = all.split_at(count as usize);
        let value_of = |name: &CStr| {
            let found = keyword_names.iter().flat_map(|names| names.items()).position(|keyword| {
                keyword.downcast::<Str>().is_some_and(|keyword| keyword.equals_text(&name.to_string_lossy()))
            });
            Ok(found.map(|index| values[index].to_ref()))
        };
        let unknown = |is_known: &dyn Fn(&Str) -> bool| {
            let names = keyword_names.iter().flat_map(|names| names.items());
            Ok(names
                .filter_map(|name| name.downcast::<Str>())
                .find(|name| !is_known(name))
                .map(|name| name.to_ref()))
        };
        succeeded(parse_keywords(
            given,
            keyword_count,
            &names,
            &value_of,
            &unknown,
            CStr::from_ptr(parser.format),
            &mut VaList::with_sizes(variables, Sizes::said(sizes_are_int)),
        ))
    }
}

/// Fills `out` with the arguments of a function whose parser is of the keyword-list kind.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_UnpackKeywords(
    given: *const &Object,
    count: isize,
    keywords: Option<&Dict>,
    keyword_names: Option<&Tuple>,
    parser: &Parser,
    least: c_int,
    most: c_int,
    minimum_keyword: c_int,
    out: *mut *const Object,
) -> *const *const Object {
    // SAFETY: the caller's promise: `out` has room for every parameter.
    match unsafe {
        unpack_keywords(given, count, keywords, keyword_names, parser, least, most, minimum_keyword, out)
    } {
        Ok(()) => out.cast_const(),
        Err(_) => std::ptr::null(),
    }
}

#[allow(clippy::too_many_arguments)]
unsafe fn unpack_keywords(
    given: *const &Object,
    count: isize,
    keywords: Option<&Dict>,
    keyword_names: Option<&Tuple>,
    parser: &Parser,
    least: c_int,
    most: c_int,
    minimum_keyword: c_int,
    out: *mut *const Object,
) -> Result<()> {
    let (least, most, minimum_keyword) = (least as usize, most as usize, minimum_keyword.max(0) as usize);
    // SAFETY: the caller's promise.
    unsafe {
        let names = name_list(parser.keywords);
        let function = match parser.function.is_null() {
            true => None,
            false => Some(CStr::from_ptr(parser.function).to_string_lossy().into_owned()),
        };
        let shown = function.as_ref().map_or("function".to_owned(), |name| format!("{name}()"));
        let count = count as usize;
        let stack_keywords = keyword_names.map_or(0, Tuple::len);
        let keyword_count = keywords.map_or(stack_keywords, Dict::len);
        let all: &[&Object] = match count + stack_keywords {
            0 => &[],
            all => memory::slice_or_empty(given, all),
        };
        let (given, values) = all.split_at(count);
        let positional_only = names.iter().take_while(|name| name.to_bytes().is_empty()).count();
        let total = count + keyword_count;
        if total > names.len() {
            let kind = if count == 0 { "keyword " } else { "" };
            bail!(
                TypeError,
                "{shown} takes at most {} {kind}argument{} ({total} given)",
                names.len(),
                if names.len() == 1 { "" } else { "s" }
            );
        }
        if count > most {
            if most == 0 {
                bail!(TypeError, "{shown} takes no positional arguments");
            }
            bail!(
                TypeError,
                "{shown} takes {} {most} positional argument{} ({count} given)",
                if least < names.len() { "at most" } else { "exactly" },
                if most == 1 { "" } else { "s" }
            );
        }
        if count < positional_only.min(least) {
            let bound = if positional_only.min(least) < most { "at least" } else { "exactly" };
            bail!(
                TypeError,
                "{shown} takes {bound} {} positional argument{} ({count} given)",
                positional_only.min(least),
                if positional_only.min(least) == 1 { "" } else { "s" }
            );
        }
        let mut used = 0;
        for (index, name) in names.iter().enumerate() {
            let by_keyword: Option<*const Object> = match name.to_bytes().is_empty() || used == keyword_count
            {
                true => None,
                false => {
                    let text = name.to_string_lossy();
                    match keywords {
                        // The dictionary keeps the value alive for the call.
                        Some(keywords) => {
                            keywords.get(&Str::new(&text))?.map(|value| std::ptr::from_ref(&*value))
                        }
                        None => keyword_names
                            .iter()
                            .flat_map(|names| names.items())
                            .position(|keyword| {
                                keyword.downcast::<Str>().is_some_and(|k| k.equals_text(&text))
                            })
                            .map(|position| std::ptr::from_ref(values[position])),
                    }
                }
            };
            let by_position = given.get(index).map(|value| std::ptr::from_ref(*value));
            if by_keyword.is_some() {
                used += 1;
            }
            match (by_position, by_keyword) {
                (Some(_), Some(_)) => bail!(
                    TypeError,
                    "argument for {shown} given by name ('{}') and position ({})",
                    name.to_string_lossy(),
                    index + 1
                ),
                (Some(value), None) | (None, Some(value)) => out.add(index).write(value),
                (None, None) => {
                    let required = index < least || (index >= most && index < most + minimum_keyword);
                    if required {
                        bail!(
                            TypeError,
                            "{shown} missing required argument '{}' (pos {})",
                            name.to_string_lossy(),
                            index + 1
                        );
                    }
                    out.add(index).write(std::ptr::null());
                }
            }
        }
        if used < keyword_count {
            let keys = keywords.map_or_else(Vec::new, Dict::keys_vec);
            let all_names = keyword_names.map_or_else(Vec::new, |names| names.items().to_vec());
            for keyword in keys.iter().chain(&all_names) {
                let Some(keyword) = keyword.downcast::<Str>() else {
                    bail!(TypeError, "keywords must be strings");
                };
                if !names.iter().any(|name| keyword.equals_text(&name.to_string_lossy())) {
                    let function = function.map_or("this function".to_owned(), |name| format!("{name}()"));
                    bail!(TypeError, "'{keyword}' is an invalid keyword argument for {function}");
                }
            }
        }
        Ok(())
    }
}

/// # Safety
/// As many variables as `most` follow, pointers to object pointers.
unsafe fn unpack(
    given: &[&Object],
    name: *const c_char,
    least: isize,
    most: isize,
    variables: &mut VaList,
) -> Result<()> {
    // SAFETY: the name is null or a C string.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy());
    check_positional(name.as_deref(), given.len() as isize, least, most)?;
    for value in given {
        // SAFETY: the caller's promise.
        unsafe { variables.pointer::<*mut Object>().write(value.as_ptr()) };
    }
    Ok(())
}

fn check_positional(name: Option<&str>, count: isize, least: isize, most: isize) -> Result<()> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    let (bound, limit) = if count < least { ("at least ", least) } else { ("at most ", most) };
    let bound = if least == most { "" } else { bound };
    let plural = if limit == 1 { "" } else { "s" };
    match name {
        Some(name) => Err(raise!(TypeError, "{name} expected {bound}{limit} argument{plural}, got {count}")),
        None => Err(raise!(
            TypeError,
            "unpacked tuple should have {bound}{limit} element{plural}, but has {count}"
        )),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ArgUnpackTupleV(
    given: &Object,
    name: *const c_char,
    least: isize,
    most: isize,
    variables: *mut VaListTag,
) -> c_int {
    let Some(given) = given.downcast::<Tuple>() else {
        let _ = raise!(SystemError, "PyArg_UnpackTuple() argument list is not a tuple");
        return 0;
    };
    // SAFETY: the caller's promise.
    succeeded(unsafe { unpack(given.as_slice(), name, least, most, &mut VaList::new(variables)) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn krait_ArgUnpackStackV(
    given: *const &Object,
    count: isize,
    name: *const c_char,
    least: isize,
    most: isize,
    variables: *mut VaListTag,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        let given = memory::slice_or_empty(given, count as usize);
        succeeded(unpack(given, name, least, most, &mut VaList::new(variables)))
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_CheckPositional(
    name: *const c_char,
    count: isize,
    least: isize,
    most: isize,
) -> c_int {
    // SAFETY: the name is null or a C string.
    let name = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy());
    succeeded(check_positional(name.as_deref(), count, least, most))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_BadArgument(
    function: *const c_char,
    place: *const c_char,
    expected: *const c_char,
    got: &Object,
) {
    // SAFETY: C strings all.
    let text = |text: *const c_char| unsafe { CStr::from_ptr(text) }.to_string_lossy();
    let got = if got.is_none() { "None" } else { got.class().name() };
    let _ = raise!(TypeError, "{}() {} must be {}, not {got}", text(function), text(place), text(expected));
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_NoKeywords(function: *const c_char, keywords: Option<&Object>) -> c_int {
    let Some(keywords) = keywords else { return 1 };
    match keywords.downcast::<Dict>() {
        Some(keywords) if keywords.is_empty() => 1,
        Some(_) => {
            let _ = raise!(
                TypeError,
                "{}() takes no keyword arguments",
                // SAFETY: a C string.
                unsafe { CStr::from_ptr(function) }.to_string_lossy()
            );
            0
        }
        None => {
            let _ = raise!(SystemError, "bad argument to internal function");
            0
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_NoKwnames(function: *const c_char, names: Option<&Tuple>) -> c_int {
    if names.is_none_or(|names| names.is_empty()) {
        return 1;
    }
    let _ = raise!(
        TypeError,
        "{}() takes no keyword arguments",
        // SAFETY: a C string.
        unsafe { CStr::from_ptr(function) }.to_string_lossy()
    );
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyArg_NoPositional(function: *const c_char, given: Option<&Tuple>) -> c_int {
    if given.is_none_or(|given| given.is_empty()) {
        return 1;
    }
    let _ = raise!(
        TypeError,
        "{}() takes no positional arguments",
        // SAFETY: a C string.
        unsafe { CStr::from_ptr(function) }.to_string_lossy()
    );
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyArg_ValidateKeywordArguments(keywords: &Object) -> c_int {
    let Some(keywords) = keywords.downcast::<Dict>() else {
        let _ = raise!(SystemError, "bad argument to internal function");
        return 0;
    };
    if keywords.keys_vec().iter().all(|key| key.downcast::<Str>().is_some()) {
        return 1;
    }
    let _ = raise!(TypeError, "keywords must be strings");
    0
}
