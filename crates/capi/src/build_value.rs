//! `Py_BuildValue`: objects from C values by a format string.

use std::ffi::{CStr, c_char, c_void};

use objects::prelude::*;

use crate::va_list::{Sizes, VaList, VaListTag};

/// Reads a format from front to back.
struct Builder<'a> {
    rest: &'a [u8],
    values: VaList,
}

impl Builder<'_> {
    fn skip_separators(&mut self) {
        while let Some(b',' | b':' | b' ' | b'\t') = self.rest.first() {
            self.rest = &self.rest[1..];
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// The values up to the closing bracket or the format's end.
    ///
    /// # Safety
    /// The values match the format.
    unsafe fn sequence(&mut self, close: Option<u8>) -> Result<Vec<Ref>> {
        let mut items = Vec::new();
        let mut failure = None;
        loop {
            self.skip_separators();
            match (self.rest.first(), close) {
                (None, None) => break,
                (None, Some(_)) => bail!(SystemError, "unmatched paren in format"),
                (Some(&byte), Some(close)) if byte == close => {
                    self.rest = &self.rest[1..];
                    break;
                }
                _ => {}
            }
            // All values are read even after a failure: those handed over with `N` must be given back.
            // SAFETY: the caller's promise.
            match unsafe { self.value() } {
                Ok(item) => items.push(item),
                Err(raised) => failure = Some(failure.unwrap_or_else(|| raised.fetch())),
            }
        }
        match failure {
            Some(failure) => Err(failure.restore()),
            None => Ok(items),
        }
    }

    /// The next value.
    ///
    /// # Safety
    /// The values match the format.
    unsafe fn value(&mut self) -> Result<Ref> {
        let Some((&kind, rest)) = self.rest.split_first() else {
            bail!(SystemError, "bad format char passed to Py_BuildValue");
        };
        self.rest = rest;
        // SAFETY: the caller's promise, for each value below.
        unsafe {
            Ok(match kind {
                b'(' => Tuple::new(self.sequence(Some(b')'))?)?.into_object(),
                b'[' => List::from_vec(self.sequence(Some(b']'))?).into_object(),
                b'{' => {
                    let items = self.sequence(Some(b'}'))?;
                    let dict = Dict::new();
                    for pair in items.chunks_exact(2) {
                        dict.set(&pair[0], &pair[1])?;
                    }
                    dict.into_object()
                }
                b'b' | b'B' | b'h' | b'i' => Int::new(self.values.int().into()).into_object(),
                b'H' => Int::new((self.values.int() as u16).into()).into_object(),
                b'I' => Int::new((self.values.int() as u32).into()).into_object(),
                b'n' | b'l' | b'L' => Int::new(self.values.long()).into_object(),
                b'k' | b'K' => Int::from_u64(self.values.long() as u64).into_object(),
                b'f' | b'd' => Float::new(self.values.double()).into_object(),
                b'D' => {
                    let parts = self.values.pointer::<[f64; 2]>().read();
                    crate::float_::PyComplex_FromDoubles(parts[0], parts[1])?
                }
                b'c' => Bytes::new(&[self.values.int() as u8]).into_object(),
                b'C' => match u32::try_from(self.values.int()) {
                    Ok(point) if point < 0x11_0000 => Str::from_point(point)?.into_object(),
                    _ => bail!(ValueError, "chr() arg not in range(0x110000)"),
                },
                b'p' => bool_object(self.values.int() != 0),
                b's' | b'z' | b'U' => self.text(false)?,
                b'y' => self.text(true)?,
                b'u' => {
                    let text = self.values.pointer::<i32>();
                    let size = if self.take(b'#') { self.values.size()? } else { -1 };
                    match text.is_null() {
                        true => none(),
                        false => crate::unicode_::PyUnicode_FromWideChar(text, size)?.into_object(),
                    }
                }
                b'N' | b'S' | b'O' => {
                    if self.take(b'&') {
                        type Converter = unsafe extern "C" fn(*mut c_void) -> Result<Ref>;
                        let convert: Converter = std::mem::transmute(self.values.pointer::<c_void>());
                        return convert(self.values.pointer());
                    }
                    let object = self.values.pointer::<Object>();
                    if object.is_null() {
                        return Err(match raise::occurred() {
                            true => raise::already_set(),
                            false => raise!(SystemError, "NULL object passed to Py_BuildValue"),
                        });
                    }
                    if kind == b'N' { Ref::from_raw(object) } else { (*object).to_ref() }
                }
                _ => bail!(SystemError, "bad format char passed to Py_BuildValue"),
            })
        }
    }

    /// A C string, perhaps with its size: `None` for null.
    ///
    /// # Safety
    /// The values match the format.
    unsafe fn text(&mut self, as_bytes: bool) -> Result<Ref> {
        // SAFETY: the caller's promise.
        unsafe {
            let start = self.values.pointer::<c_char>();
            let size = if self.take(b'#') { Some(self.values.size()? as usize) } else { None };
            if start.is_null() {
                return Ok(none());
            }
            let bytes = match size {
                Some(size) => memory::slice_or_empty(start.cast::<u8>(), size),
                None => CStr::from_ptr(start).to_bytes(),
            };
            match as_bytes {
                true => Bytes::try_new(bytes).map(Ref::into_object),
                false => objects::codecs::decode_text(bytes, Some("utf-8"), None).map(Ref::into_object),
            }
        }
    }
}

/// # Safety
/// The format ends with a NUL, and the values match it.
pub unsafe fn values(format: *const c_char, list: *mut VaListTag, sizes: Sizes) -> Result<Vec<Ref>> {
    if format.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the caller's promise.
    unsafe {
        let values = VaList::with_sizes(list, sizes);
        let mut builder = Builder { rest: CStr::from_ptr(format).to_bytes(), values };
        builder.sequence(None)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn Py_VaBuildValue(format: *const c_char, list: *mut VaListTag) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { build(format, list, Sizes::Int) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_VaBuildValue_SizeT(format: *const c_char, list: *mut VaListTag) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { build(format, list, Sizes::Wide) }
}

/// # Safety
/// The format ends with a NUL, and the values match it.
unsafe fn build(format: *const c_char, list: *mut VaListTag, sizes: Sizes) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let mut items = unsafe { values(format, list, sizes) }?;
    match items.len() {
        0 => Ok(none()),
        1 => Ok(items.remove(0)),
        _ => Tuple::new(items).map(Ref::into_object),
    }
}
