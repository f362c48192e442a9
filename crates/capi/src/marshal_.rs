//! `marshal.h`: serialised objects and numbers in C's files.

use std::ffi::{c_int, c_long};

use objects::prelude::*;
use vm::marshal;

/// Reads exactly so many bytes.
///
/// # Safety
/// The file is open.
unsafe fn read_exactly(file: *mut libc::FILE, count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    // SAFETY: the caller's promise; the buffer has room for the count.
    match unsafe { libc::fread(bytes.as_mut_ptr().cast(), 1, count, file) } {
        read if read == count => Ok(bytes),
        _ => Err(raise!(EOFError, "EOF read where data expected")),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_ReadObjectFromFile(file: *mut libc::FILE) -> Result<Ref> {
    // SAFETY: the caller's promise.
    marshal::load_with(&|count| unsafe { read_exactly(file, count) })
}

/// The same: that nothing of interest follows is no reason to read on.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_ReadLastObjectFromFile(file: *mut libc::FILE) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { PyMarshal_ReadObjectFromFile(file) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_ReadShortFromFile(file: *mut libc::FILE) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { read_exactly(file, 2) } {
        Ok(bytes) => c_int::from(i16::from_le_bytes([bytes[0], bytes[1]])),
        Err(_) => -1,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_ReadLongFromFile(file: *mut libc::FILE) -> c_long {
    // SAFETY: the caller's promise.
    match unsafe { read_exactly(file, 4) } {
        Ok(bytes) => c_long::from(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        Err(_) => -1,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_ReadObjectFromString(start: *const u8, size: isize) -> Result<Ref> {
    // SAFETY: the caller's promise.
    marshal::load_all(unsafe { memory::slice_or_empty(start, size.max(0) as usize) })
}

/// As CPython's, failures of the file are left to whoever closes it.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_WriteLongToFile(number: c_long, file: *mut libc::FILE, _version: c_int) {
    let bytes = (number as i32).to_le_bytes();
    // SAFETY: the caller's open file.
    unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file) };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMarshal_WriteObjectToFile(object: &Object, file: *mut libc::FILE, version: c_int) {
    if let Ok(bytes) = marshal::dump(object, version) {
        // SAFETY: the caller's open file.
        unsafe { libc::fwrite(bytes.as_ptr().cast(), 1, bytes.len(), file) };
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyMarshal_WriteObjectToString(object: &Object, version: c_int) -> Result<Ref<Bytes>> {
    Ok(Bytes::new(&marshal::dump(object, version)?))
}
