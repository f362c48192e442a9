//! `context.h`: contexts and their variables.

use std::ffi::{c_char, c_int};

use objects::context::{Context, ContextVar, Token};
use objects::hamt::Hamt;
use objects::prelude::*;

use crate::errors::text;

/// The object as what the function wants; `TypeError` if it is something else.
fn expect<'a, T: Layout>(object: &'a Object, name: &str) -> Result<&'a T> {
    object.downcast_exact::<T>().ok_or_else(|| raise!(TypeError, "an instance of {name} was expected"))
}

#[unsafe(no_mangle)]
extern "C" fn PyContext_New() -> Ref<Context> {
    Context::new()
}

#[unsafe(no_mangle)]
extern "C" fn PyContext_Copy(context: &Object) -> Result<Ref<Context>> {
    Ok(expect::<Context>(context, "Context")?.duplicate())
}

#[unsafe(no_mangle)]
extern "C" fn PyContext_CopyCurrent() -> Ref<Context> {
    Context::current().duplicate()
}

#[unsafe(no_mangle)]
extern "C" fn PyContext_Enter(context: &Object) -> c_int {
    raise::status(expect::<Context>(context, "Context").and_then(Context::enter))
}

#[unsafe(no_mangle)]
extern "C" fn PyContext_Exit(context: &Object) -> c_int {
    raise::status(expect::<Context>(context, "Context").and_then(Context::exit))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyContextVar_New(
    name: *const c_char,
    default: Option<&Object>,
) -> Result<Ref<ContextVar>> {
    // SAFETY: the caller's promise.
    ContextVar::new(&Str::new(&unsafe { text(name) }), default)
}

/// 0 and the value, or null where there is none; -1 for an error.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyContextVar_Get(
    variable: &Object,
    default: Option<&Object>,
    place: *mut Option<Ref>,
) -> c_int {
    let value = expect::<ContextVar>(variable, "ContextVar").and_then(|variable| variable.value(default));
    let status = if value.is_ok() { 0 } else { -1 };
    // SAFETY: the caller's place, which holds nothing yet.
    unsafe { place.write(value.unwrap_or(None)) };
    status
}

#[unsafe(no_mangle)]
extern "C" fn PyContextVar_Set(variable: &Object, value: &Object) -> Result<Ref<Token>> {
    expect::<ContextVar>(variable, "ContextVar")?.assign(value)
}

#[unsafe(no_mangle)]
extern "C" fn PyContextVar_Reset(variable: &Object, token: &Object) -> c_int {
    let reset = || expect::<ContextVar>(variable, "ContextVar")?.restore(expect(token, "Token")?);
    raise::status(reset())
}

#[unsafe(no_mangle)]
extern "C" fn _PyContext_NewHamtForTests() -> Ref<Hamt> {
    Hamt::new()
}
