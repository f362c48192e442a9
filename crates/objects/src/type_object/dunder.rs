//! The slots of classes written in Python: each calls the special method of its name.

use std::ffi::{c_int, c_void};

use crate::prelude::*;
use crate::protocol::{CompareOp, generic_getattro};

/// Calls a special method, looked up on the type; `AttributeError` where there is none.
pub fn call_special(object: &Object, name: &'static Str, arguments: &[&Object]) -> Result<Ref> {
    match call_special_opt(object, name, arguments)? {
        Some(result) => Ok(result),
        None => Err(raise::set_object(&exceptions::AttributeError, name.to_ref().into_object())),
    }
}

/// Calls a special method, looked up on the type; nothing where there is none.
pub fn call_special_opt(object: &Object, name: &'static Str, arguments: &[&Object]) -> Result<Option<Ref>> {
    match find_special(object, name)? {
        Some(Special::Function(function)) => call_with_receiver(&function, object, arguments).map(Some),
        Some(Special::Bound(method)) => method.call(arguments).map(Some),
        None => Ok(None),
    }
}

/// A special method as its type has it.
enum Special {
    /// To be called with the receiver before the other arguments.
    Function(Ref),
    Bound(Ref),
}

/// Looks a special method up on the type; binding it may run Python code.
fn find_special(object: &Object, name: &'static Str) -> Result<Option<Special>> {
    let class = object.class();
    let Some(method) = class.lookup(name) else { return Ok(None) };
    let kind = method.class();
    if kind.has_flags(flags::METHOD_DESCRIPTOR) {
        return Ok(Some(Special::Function(method)));
    }
    Ok(Some(Special::Bound(match kind.tp_descr_get.get() {
        Some(get) => get(&method, Some(object), Some(class))?,
        None => method,
    })))
}

fn call_with_receiver(method: &Object, receiver: &Object, arguments: &[&Object]) -> Result<Ref> {
    match *arguments {
        [] => method.call(&[receiver]),
        [a] => method.call(&[receiver, a]),
        [a, b] => method.call(&[receiver, a, b]),
        _ => {
            let mut all = vec![receiver];
            all.extend_from_slice(arguments);
            method.call(&all)
        }
    }
}

macro_rules! unary {
    ($($function:ident = $name:literal;)*) => {
        $(pub extern "C" fn $function(object: &Object) -> Result<Ref> {
            call_special(object, intern!($name), &[])
        })*
    };
}

unary! {
    negative = "__neg__";
    positive = "__pos__";
    absolute = "__abs__";
    invert = "__invert__";
    int = "__int__";
    float = "__float__";
    index = "__index__";
}

/// A binary operator: the left operand's method, and the right one's reflected method, which goes
/// first where the right type derives from the left one's and says something else.
fn binary(
    left: &Object,
    right: &Object,
    has_slot: fn(&Type) -> bool,
    name: &'static Str,
    reflected: &'static Str,
) -> Result<Ref> {
    let (left_class, right_class) = (left.class(), right.class());
    let differ = !std::ptr::eq(left_class, right_class);
    let mut try_right = differ && has_slot(right_class);
    if has_slot(left_class) {
        if try_right && right_class.is_subtype(left_class) && overrides(left, right, reflected)? {
            let result = maybe(right, reflected, left)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
            try_right = false;
        }
        let result = maybe(left, name, right)?;
        if !result.is_not_implemented() || !differ {
            return Ok(result);
        }
    }
    if try_right { maybe(right, reflected, left) } else { Ok(not_implemented()) }
}

/// Whether the right operand's type gives the reflected method another meaning than the left one's.
fn overrides(left: &Object, right: &Object, name: &'static Str) -> Result<bool> {
    let Some(theirs) = right.class().get_attr_opt(name)? else { return Ok(false) };
    let Some(ours) = left.class().get_attr_opt(name)? else { return Ok(true) };
    theirs.compare_bool(&ours, CompareOp::Ne)
}

fn maybe(object: &Object, name: &'static Str, argument: &Object) -> Result<Ref> {
    Ok(call_special_opt(object, name, &[argument])?.unwrap_or_else(not_implemented))
}

macro_rules! operators {
    ($($function:ident = $slot:ident, $name:literal, $reflected:literal;)*) => {
        $(pub extern "C" fn $function(left: &Object, right: &Object) -> Result<Ref> {
            fn has_slot(class: &Type) -> bool {
                let function = class.tp_as_number.get().and_then(|suite| suite.$slot.get());
                function.is_some_and(|function| std::ptr::fn_addr_eq(function, $function as BinaryFunc))
            }
            binary(left, right, has_slot, intern!($name), intern!($reflected))
        })*
    };
}

operators! {
    add = nb_add, "__add__", "__radd__";
    subtract = nb_subtract, "__sub__", "__rsub__";
    multiply = nb_multiply, "__mul__", "__rmul__";
    remainder = nb_remainder, "__mod__", "__rmod__";
    divmod = nb_divmod, "__divmod__", "__rdivmod__";
    lshift = nb_lshift, "__lshift__", "__rlshift__";
    rshift = nb_rshift, "__rshift__", "__rrshift__";
    and = nb_and, "__and__", "__rand__";
    xor = nb_xor, "__xor__", "__rxor__";
    or = nb_or, "__or__", "__ror__";
    floor_divide = nb_floor_divide, "__floordiv__", "__rfloordiv__";
    true_divide = nb_true_divide, "__truediv__", "__rtruediv__";
    matrix_multiply = nb_matrix_multiply, "__matmul__", "__rmatmul__";
}

pub extern "C" fn power(left: &Object, right: &Object, modulus: &Object) -> Result<Ref> {
    fn has_slot(class: &Type) -> bool {
        let function = class.tp_as_number.get().and_then(|suite| suite.nb_power.get());
        function.is_some_and(|function| std::ptr::fn_addr_eq(function, power as TernaryFunc))
    }
    if modulus.is_none() {
        return binary(left, right, has_slot, intern!("__pow__"), intern!("__rpow__"));
    }
    // The three-argument form has no reflected method, and goes by the left operand alone.
    if has_slot(left.class()) {
        return Ok(
            call_special_opt(left, intern!("__pow__"), &[right, modulus])?.unwrap_or_else(not_implemented)
        );
    }
    Ok(not_implemented())
}

macro_rules! inplace {
    ($($function:ident = $name:literal;)*) => {
        $(pub extern "C" fn $function(object: &Object, argument: &Object) -> Result<Ref> {
            call_special(object, intern!($name), &[argument])
        })*
    };
}

inplace! {
    inplace_add = "__iadd__";
    inplace_subtract = "__isub__";
    inplace_multiply = "__imul__";
    inplace_remainder = "__imod__";
    inplace_lshift = "__ilshift__";
    inplace_rshift = "__irshift__";
    inplace_and = "__iand__";
    inplace_xor = "__ixor__";
    inplace_or = "__ior__";
    inplace_floor_divide = "__ifloordiv__";
    inplace_true_divide = "__itruediv__";
    inplace_matrix_multiply = "__imatmul__";
    subscript = "__getitem__";
}

pub extern "C" fn inplace_power(object: &Object, argument: &Object, _modulus: &Object) -> Result<Ref> {
    call_special(object, intern!("__ipow__"), &[argument])
}

pub extern "C" fn bool(object: &Object) -> c_int {
    fn truth(object: &Object) -> Result<bool> {
        if let Some(answer) = call_special_opt(object, intern!("__bool__"), &[])? {
            if std::ptr::eq(answer.class(), &crate::bool::BOOL) {
                return Ok(answer.is_true_object());
            }
            bail!(TypeError, "__bool__ should return bool, returned {}", answer.class().name());
        }
        match call_special_opt(object, intern!("__len__"), &[])? {
            Some(length) => Ok(check_length(&length)? != 0),
            None => Ok(true),
        }
    }
    predicate(truth(object))
}

fn predicate(answer: Result<bool>) -> c_int {
    answer.map_or(-1, c_int::from)
}

fn check_length(length: &Object) -> Result<isize> {
    let length = length.index()?;
    if length.sign() < 0 {
        bail!(ValueError, "__len__() should return >= 0");
    }
    length.as_isize()
}

pub extern "C" fn length(object: &Object) -> isize {
    call_special(object, intern!("__len__"), &[]).and_then(|length| check_length(&length)).unwrap_or(-1)
}

pub extern "C" fn item(object: &Object, index: isize) -> Result<Ref> {
    call_special(object, intern!("__getitem__"), &[&Int::new(index as i64)])
}

pub extern "C" fn assign_item(object: &Object, index: isize, value: Option<&Object>) -> c_int {
    assign_subscript(object, &Int::new(index as i64), value)
}

pub extern "C" fn assign_subscript(object: &Object, key: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => call_special(object, intern!("__setitem__"), &[key, value]),
        None => call_special(object, intern!("__delitem__"), &[key]),
    };
    raise::status(result.map(drop))
}

pub extern "C" fn contains(object: &Object, item: &Object) -> c_int {
    fn search(object: &Object, item: &Object) -> Result<bool> {
        if object.class().lookup(intern!("__contains__")).is_some_and(|method| method.is_none()) {
            bail!(TypeError, "'{}' object is not a container", object.class().name());
        }
        if let Some(answer) = call_special_opt(object, intern!("__contains__"), &[item])? {
            return answer.is_true();
        }
        let iterator = object.iter().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => raise!(TypeError, "argument of type '{}' is not iterable", object.class().name()),
            false => raised,
        })?;
        while let Some(candidate) = iterator.next()? {
            if candidate.equals(item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
    predicate(search(object, item))
}

pub extern "C" fn repr(object: &Object) -> Result<Ref> {
    match call_special_opt(object, intern!("__repr__"), &[])? {
        Some(text) => Ok(text),
        None => Ok(object.default_repr().into_object()),
    }
}

pub extern "C" fn str(object: &Object) -> Result<Ref> {
    call_special(object, intern!("__str__"), &[])
}

pub extern "C" fn hash(object: &Object) -> isize {
    fn value(object: &Object) -> Result<isize> {
        let method = object.class().lookup(intern!("__hash__")).filter(|method| !method.is_none());
        if method.is_none() {
            bail!(TypeError, "unhashable type: '{}'", object.class().name());
        }
        let value = call_special(object, intern!("__hash__"), &[])?;
        match value.downcast::<Int>() {
            // An integer out of range is hashed again, so that the method may return any.
            Some(value) => Ok(value.to_isize().unwrap_or_else(|| value.hash_value())),
            None => Err(raise!(TypeError, "__hash__ method should return an integer")),
        }
    }
    match value(object) {
        Ok(-1) => -2,
        Ok(hash) => hash,
        Err(_) => -1,
    }
}

pub extern "C" fn call(object: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    match object.lookup_special(intern!("__call__"))? {
        Some(method) => method.call_dict(arguments, keywords),
        None => {
            Err(raise::set_object(&exceptions::AttributeError, intern!("__call__").to_ref().into_object()))
        }
    }
}

pub extern "C" fn getattribute(object: &Object, name: &Object) -> Result<Ref> {
    call_special(object, intern!("__getattribute__"), &[name])
}

/// The slot of a class with a `__getattr__`: what `__getattribute__` does not find goes there.
pub extern "C" fn getattr(object: &Object, name: &Object) -> Result<Ref> {
    let class = object.class();
    if class.lookup(intern!("__getattr__")).is_none() {
        class.tp_getattro.set(Some(getattribute));
        return getattribute(object, name);
    }
    let is_default = class
        .lookup(intern!("__getattribute__"))
        .is_none_or(|method| super::slots::wraps(&method, generic_getattro as BinaryFunc as *const c_void));
    let found = match is_default {
        true => generic_getattro(object, name),
        false => call_special(object, intern!("__getattribute__"), &[name]),
    };
    match found {
        Err(raised) if raised.matches(&exceptions::AttributeError) => {
            raised.clear();
            call_special(object, intern!("__getattr__"), &[name])
        }
        found => found,
    }
}

pub extern "C" fn setattr(object: &Object, name: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => call_special(object, intern!("__setattr__"), &[name, value]),
        None => call_special(object, intern!("__delattr__"), &[name]),
    };
    raise::status(result.map(drop))
}

pub extern "C" fn richcompare(object: &Object, other: &Object, op: c_int) -> Result<Ref> {
    let name = match CompareOp::from_c(op) {
        Some(CompareOp::Lt) => intern!("__lt__"),
        Some(CompareOp::Le) => intern!("__le__"),
        Some(CompareOp::Eq) => intern!("__eq__"),
        Some(CompareOp::Ne) => intern!("__ne__"),
        Some(CompareOp::Gt) => intern!("__gt__"),
        Some(CompareOp::Ge) => intern!("__ge__"),
        None => return Ok(not_implemented()),
    };
    match find_special(object, name) {
        Ok(Some(Special::Function(function))) => function.call(&[object, other]),
        Ok(Some(Special::Bound(method))) => method.call(&[other]),
        Ok(None) => Ok(not_implemented()),
        // What goes wrong in finding the method hides it, as the reference implementation has it.
        Err(raised) => {
            raised.clear();
            Ok(not_implemented())
        }
    }
}

pub extern "C" fn iter(object: &Object) -> Result<Ref> {
    let class = object.class();
    match class.lookup(intern!("__iter__")) {
        Some(method) if method.is_none() => {
            Err(raise!(TypeError, "'{}' object is not iterable", class.name()))
        }
        Some(_) => call_special(object, intern!("__iter__"), &[]),
        None if class.lookup(intern!("__getitem__")).is_some() => crate::iterators::sequence_iterator(object),
        None => Err(raise!(TypeError, "'{}' object is not iterable", class.name())),
    }
}

pub extern "C" fn next(object: &Object) -> Option<Ref> {
    call_special(object, intern!("__next__"), &[]).ok()
}

pub extern "C" fn descr_get(
    object: &Object,
    instance: Option<&Object>,
    owner: Option<&Object>,
) -> Result<Ref> {
    let class = object.class();
    let Some(get) = class.lookup(intern!("__get__")) else {
        class.tp_descr_get.set(None);
        return Ok(object.to_ref());
    };
    get.call(&[object, instance.unwrap_or(none_object()), owner.unwrap_or(none_object())])
}

pub extern "C" fn descr_set(object: &Object, instance: &Object, value: Option<&Object>) -> c_int {
    let result = match value {
        Some(value) => call_special(object, intern!("__set__"), &[instance, value]),
        None => call_special(object, intern!("__delete__"), &[instance]),
    };
    raise::status(result.map(drop))
}

pub extern "C" fn init(object: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> c_int {
    fn run(object: &Object, arguments: &Tuple, keywords: Option<&Dict>) -> Result<()> {
        let Some(method) = object.lookup_special(intern!("__init__"))? else {
            return Err(raise::set_object(
                &exceptions::AttributeError,
                intern!("__init__").to_ref().into_object(),
            ));
        };
        let result = method.call_dict(arguments, keywords)?;
        if !result.is_none() {
            bail!(TypeError, "__init__() should return None, not '{}'", result.class().name());
        }
        Ok(())
    }
    raise::status(run(object, arguments, keywords))
}

pub extern "C" fn new(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    let function = class.get_attr(intern!("__new__"))?;
    let mut all = Vec::with_capacity(arguments.items().len() + 1);
    all.push(class.to_ref().into_object());
    all.extend_from_slice(arguments.items());
    function.call_dict(&*Tuple::new(all)?, keywords)
}

/// `tp_finalize`: runs `__del__` and reports what it raises; the exception being raised is kept.
pub unsafe extern "C" fn finalize(object: *mut Object) {
    // SAFETY: called by deallocation and the collector with an object that is alive.
    let object = unsafe { &*object };
    let saved = raise::fetch();
    match object.lookup_special(intern!("__del__")) {
        Ok(Some(method)) => {
            if let Err(raised) = method.call0() {
                raised.write_unraisable(Some(&method));
            }
        }
        Ok(None) => {}
        Err(raised) => raised.write_unraisable(Some(object)),
    }
    if let Some(saved) = saved {
        let _ = saved.restore();
    }
}

macro_rules! awaits {
    ($($function:ident = $name:literal, $message:literal;)*) => {
        $(pub extern "C" fn $function(object: &Object) -> Result<Ref> {
            match call_special_opt(object, intern!($name), &[])? {
                Some(result) => Ok(result),
                None => Err(raise!(AttributeError, "object {} does not have {} method", object.class().name(), $message)),
            }
        })*
    };
}

awaits! {
    r#await = "__await__", "__await__";
    aiter = "__aiter__", "__aiter__";
    anext = "__anext__", "__anext__";
}
