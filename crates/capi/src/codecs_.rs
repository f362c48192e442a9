//! `codecs.h`: the registry of codecs and its error handlers.

use std::ffi::{c_char, c_int};

use objects::codecs::handlers::{self, Builtin};
use objects::codecs::registry;
use objects::prelude::*;

use crate::errors::text;

/// # Safety
/// The pointer is null or to a C string.
unsafe fn optional(string: *const c_char) -> Option<Ref<Str>> {
    // SAFETY: the caller's promise.
    (!string.is_null()).then(|| Str::new(&unsafe { text(string) }))
}

/// One of the four functions of a codec.
///
/// # Safety
/// The pointer is to a C string.
unsafe fn function(encoding: *const c_char, index: usize) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let codec = registry::lookup(&unsafe { text(encoding) })?;
    codec
        .items()
        .get(index)
        .cloned()
        .ok_or_else(|| raise!(TypeError, "codec search functions must return 4-tuples"))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_Encoder(encoding: *const c_char) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { function(encoding, 0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_Decoder(encoding: *const c_char) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { function(encoding, 1) }
}

/// An object that a codec's factory makes.
///
/// # Safety
/// The pointers are to C strings, the second may be null.
unsafe fn made(encoding: *const c_char, factory: &Str, errors: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let (codec, errors) = unsafe { (registry::lookup(&text(encoding))?, optional(errors)) };
    let factory = codec.get_attr(factory)?;
    match errors {
        Some(errors) => factory.call1(&errors),
        None => factory.call0(),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_IncrementalEncoder(
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { made(encoding, intern!("incrementalencoder"), errors) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_IncrementalDecoder(
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { made(encoding, intern!("incrementaldecoder"), errors) }
}

macro_rules! stream_makers {
    ($($name:ident = $index:literal;)*) => {
        $(#[unsafe(no_mangle)]
        unsafe extern "C" fn $name(encoding: *const c_char, stream: &Object, errors: *const c_char) -> Result<Ref> {
            // SAFETY: the caller's promise.
            let (factory, errors) = unsafe { (function(encoding, $index)?, optional(errors)) };
            match errors {
                Some(errors) => factory.call(&[stream, &errors]),
                None => factory.call1(stream),
            }
        })*
    };
}

stream_makers! {
    PyCodec_StreamReader = 2;
    PyCodec_StreamWriter = 3;
}

#[unsafe(no_mangle)]
extern "C" fn PyCodec_Register(search: &Object) -> c_int {
    raise::status(registry::register(search))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_KnownEncoding(encoding: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    match registry::lookup(&unsafe { text(encoding) }) {
        Ok(_) => 1,
        Err(raised) => {
            raised.clear();
            0
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_Encode(
    object: &Object,
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let (encoding, errors) = unsafe { (text(encoding), optional(errors)) };
    objects::codecs::encode_any(object, &encoding, errors.map(|errors| errors.to_string()).as_deref())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_Decode(
    object: &Object,
    encoding: *const c_char,
    errors: *const c_char,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let (encoding, errors) = unsafe { (text(encoding), optional(errors)) };
    objects::codecs::decode_any(object, &encoding, errors.map(|errors| errors.to_string()).as_deref())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_RegisterError(name: *const c_char, handler: &Object) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(registry::register_error(&unsafe { text(name) }, handler))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyCodec_LookupError(name: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    match unsafe { optional(name) } {
        Some(name) => registry::lookup_error(&name.to_string()),
        None => registry::lookup_error("strict"),
    }
}

macro_rules! error_handlers {
    ($($name:ident = $handler:ident;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(exception: &Object) -> Result<Ref> {
            handlers::call(Builtin::$handler, exception)
        })*
    };
}

error_handlers! {
    PyCodec_StrictErrors = Strict;
    PyCodec_IgnoreErrors = Ignore;
    PyCodec_ReplaceErrors = Replace;
    PyCodec_XMLCharRefReplaceErrors = XmlCharRefReplace;
    PyCodec_BackslashReplaceErrors = BackslashReplace;
    PyCodec_NameReplaceErrors = NameReplace;
}
