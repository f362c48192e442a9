//! Calling a slot's function as the special method that it stands for.
//!
//! Each wrapper knows the function's signature from the slot it is for; the table in `slots` pairs them.

use std::ffi::{c_int, c_void};
use std::mem::transmute;

use crate::prelude::*;
use crate::protocol::CompareOp;

/// Checks the number of positional arguments. Where they are unpacked rather than counted, the message
/// begins with a space: the name of the function, which is to stand in front of it, is not known.
fn arguments<const N: usize>(arguments: &Tuple, are_unpacked: bool) -> Result<[&Object; N]> {
    let given = arguments.as_slice();
    given.try_into().map_err(|_| {
        let (space, plural) = (if are_unpacked { " " } else { "" }, if N == 1 { "" } else { "s" });
        raise!(TypeError, "{space}expected {N} argument{plural}, got {}", given.len())
    })
}

macro_rules! wrapper {
    ($($name:ident($kind:ty $(, $unpacked:ident)?): |$function:ident, $this:ident, [$($argument:ident),*]| $body:expr;)*) => {
        $(pub fn $name(
            $this: &Object,
            given: &Tuple,
            _keywords: Option<&Dict>,
            function: *const c_void,
        ) -> Result<Ref> {
            let marks: &[&str] = &[$(stringify!($unpacked))?];
            let [$($argument),*] = arguments(given, !marks.is_empty())?;
            // SAFETY: the slot that the table pairs this wrapper with holds such a function.
            let $function = unsafe { transmute::<*const c_void, $kind>(function) };
            $body
        })*
    };
}

wrapper! {
    unary(UnaryFunc): |function, this, []| function(this);
    binary(BinaryFunc): |function, this, [other]| function(this, other);
    binary_number(BinaryFunc): |function, this, [other]| function(this, other);
    reflected(BinaryFunc): |function, this, [other]| function(other, this);
    inquiry(Inquiry): |function, this, []| raise::check_bool(function(this)).map(bool_object);
    length(LenFunc): |function, this, []| raise::check_size(function(this)).map(|n| Int::new(n as i64).into_object());
    hash(HashFunc): |function, this, []| raise::check_size(function(this)).map(|n| Int::new(n as i64).into_object());
    next(IterNextFunc): |function, this, []| match function(this) {
        Some(item) => Ok(item),
        None if raise::occurred() => Err(raise::already_set()),
        None => Err(raise!(StopIteration)),
    };
    contains(ObjObjProc): |function, this, [item]| raise::check_bool(function(this, item)).map(bool_object);
    repeat(SsizeArgFunc, unpacked): |function, this, [count]| function(this, count.as_index_or(&exceptions::OverflowError)?);
    item(SsizeArgFunc): |function, this, [index]| function(this, from_start(this, index)?);
    set_item(SsizeObjArgProc, unpacked): |function, this, [index, value]| done(function(this, from_start(this, index)?, Some(value)));
    delete_item(SsizeObjArgProc): |function, this, [index]| done(function(this, from_start(this, index)?, None));
    set_subscript(ObjObjArgProc, unpacked): |function, this, [key, value]| done(function(this, key, Some(value)));
    delete_subscript(ObjObjArgProc): |function, this, [key]| done(function(this, key, None));
    descr_set(ObjObjArgProc, unpacked): |function, this, [instance, value]| done(function(this, instance, Some(value)));
    descr_delete(ObjObjArgProc): |function, this, [instance]| done(function(this, instance, None));
    setattr(ObjObjArgProc, unpacked): |function, this, [name, value]| {
        check_not_bypassed(this, function, "__setattr__")?;
        done(function(this, name, Some(value)))
    };
    delattr(ObjObjArgProc): |function, this, [name]| {
        check_not_bypassed(this, function, "__delattr__")?;
        done(function(this, name, None))
    };
    lt(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Lt as c_int);
    le(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Le as c_int);
    eq(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Eq as c_int);
    ne(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Ne as c_int);
    gt(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Gt as c_int);
    ge(RichCompareFunc): |function, this, [other]| function(this, other, CompareOp::Ge as c_int);
    del(Destructor): |function, this, []| {
        // SAFETY: a finaliser takes a live object.
        unsafe { function(this.as_ptr()) };
        Ok(none())
    };
}

fn done(status: c_int) -> Result<Ref> {
    raise::check_status(status).map(|()| none())
}

/// A sequence's index as the slot wants it: from the start.
fn from_start(sequence: &Object, index: &Object) -> Result<isize> {
    let index = index.as_index_or(&exceptions::OverflowError)?;
    match sequence.class().tp_as_sequence.get().and_then(|suite| suite.sq_length.get()) {
        Some(length) if index < 0 => Ok(index + raise::check_size(length(sequence))?),
        _ => Ok(index),
    }
}

/// `object.__setattr__(some_class, …)` must not get round what the class's own metatype checks.
fn check_not_bypassed(object: &Object, function: ObjObjArgProc, name: &str) -> Result<()> {
    let mut class = object.class();
    // The nearest type in C's or Rust's hands decides.
    while class.has_flags(flags::HEAPTYPE)
        && let Some(base) = class.base()
    {
        class = base;
    }
    let own = class.tp_setattro.get();
    if own.is_none_or(|own| std::ptr::fn_addr_eq(own, function)) {
        return Ok(());
    }
    Err(raise!(TypeError, "can't apply this {name} to {} object", class.name()))
}

/// `pow` with an optional third argument.
pub fn power(this: &Object, given: &Tuple, _: Option<&Dict>, function: *const c_void) -> Result<Ref> {
    let (other, modulus) = one_or_two(given)?;
    // SAFETY: the slot is nb_power.
    let function = unsafe { transmute::<*const c_void, TernaryFunc>(function) };
    function(this, other, modulus)
}

/// `pow` from the right operand's side.
pub fn reflected_power(
    this: &Object,
    given: &Tuple,
    _: Option<&Dict>,
    function: *const c_void,
) -> Result<Ref> {
    let (other, modulus) = one_or_two(given)?;
    // SAFETY: the slot is nb_power.
    let function = unsafe { transmute::<*const c_void, TernaryFunc>(function) };
    function(other, this, modulus)
}

/// One argument or two, `None` standing for the one left out.
fn one_or_two(given: &Tuple) -> Result<(&Object, &Object)> {
    match *given.as_slice() {
        [first] => Ok((first, none_object())),
        [first, second] => Ok((first, second)),
        ref all => {
            let bound = if all.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
            Err(raise!(TypeError, " expected {bound}, got {}", all.len()))
        }
    }
}

/// Calls through `tp_call`.
pub fn call(this: &Object, given: &Tuple, keywords: Option<&Dict>, function: *const c_void) -> Result<Ref> {
    // SAFETY: the slot is tp_call.
    let function = unsafe { transmute::<*const c_void, CallFunc>(function) };
    function(this, given, keywords)
}

/// Initialises through `tp_init`.
pub fn init(this: &Object, given: &Tuple, keywords: Option<&Dict>, function: *const c_void) -> Result<Ref> {
    // SAFETY: the slot is tp_init.
    let function = unsafe { transmute::<*const c_void, InitProc>(function) };
    done(function(this, given, keywords))
}

/// `__get__(instance, owner=None)`; `None` stands for nothing, but not for both.
pub fn descr_get(this: &Object, given: &Tuple, _: Option<&Dict>, function: *const c_void) -> Result<Ref> {
    let (instance, owner) = one_or_two(given)?;
    let some = |object: &'_ Object| !object.is_none();
    if !some(instance) && !some(owner) {
        bail!(TypeError, "__get__(None, None) is invalid");
    }
    // SAFETY: the slot is tp_descr_get.
    let function = unsafe { transmute::<*const c_void, DescrGetFunc>(function) };
    function(this, Some(instance).filter(|o| some(o)), Some(owner).filter(|o| some(o)))
}

/// For methods that no slot alone stands for.
pub fn unreachable(this: &Object, _: &Tuple, _: Option<&Dict>, _: *const c_void) -> Result<Ref> {
    Err(raise!(SystemError, "a wrapper of '{}' objects that nothing makes was called", this.class().name()))
}
