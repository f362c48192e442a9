//! `weakref.proxy`: an object that passes everything on to one that it refers to weakly.

use super::*;

/// A proxy has a reference's structure, though it is no instance of its type.
#[repr(C)]
#[derive(Trace)]
pub struct Proxy {
    base: Reference,
}

/// A proxy of an object that can be called.
#[repr(C)]
#[derive(Trace)]
pub struct CallableProxy {
    base: Reference,
}

/// What a proxy stands for; any other object stands for itself.
fn unwrap(object: &Object) -> Result<Ref> {
    let class = object.class();
    if !class.is(&PROXY) && !class.is(&CALLABLE_PROXY) {
        return Ok(object.to_ref());
    }
    match referent(object) {
        Some(object) => Ok(object),
        None => Err(raise!(ReferenceError, "weakly-referenced object no longer exists")),
    }
}

fn binary(left: &Object, right: &Object, operation: fn(&Object, &Object) -> Result<Ref>) -> Result<Ref> {
    operation(&*unwrap(left)?, &*unwrap(right)?)
}

#[methods(FORWARDING)]
impl Proxy {
    #[slot(tp_repr)]
    fn repr(object: &Object) -> Result<Ref<Str>> {
        let target = referent(object).unwrap_or_else(none);
        crate::format_str!("<weakproxy at {object:p} to {} at {:p}>", target.class().name(), target.as_ptr())
    }

    #[slot(tp_str)]
    fn str(object: &Object) -> Result<Ref<Str>> {
        unwrap(object)?.str()
    }

    #[slot(tp_getattro)]
    fn get_attribute(object: &Object, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        unwrap(object)?.get_attr(name)
    }

    #[slot(tp_setattro)]
    fn set_attribute(object: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
        let object = unwrap(object)?;
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        match value {
            Some(value) => object.set_attr(name, value),
            None => object.del_attr(name),
        }
    }

    #[slot(tp_richcompare)]
    fn rich_compare(object: &Object, other: &Object, op: CompareOp) -> Result<Ref> {
        unwrap(object)?.compare(&*unwrap(other)?, op)
    }

    #[slot(tp_iter)]
    fn iterate(object: &Object) -> Result<Ref> {
        unwrap(object)?.iter()
    }

    #[slot(tp_iternext)]
    fn next_item(object: &Object) -> Result<Option<Ref>> {
        let object = unwrap(object)?;
        if !object.is_iterator() {
            bail!(TypeError, "Weakref proxy referenced a non-iterator '{}' object", object.class().name());
        }
        object.next()
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(object: &Object) -> Result<isize> {
        unwrap(object)?.length()
    }

    #[slot(sq_contains)]
    fn contains(object: &Object, item: &Object) -> Result<bool> {
        unwrap(object)?.contains(item)
    }

    #[slot(mp_subscript)]
    fn get_item(object: &Object, key: &Object) -> Result<Ref> {
        binary(object, key, |object, key| object.get_item(key))
    }

    #[slot(mp_ass_subscript)]
    fn assign_item(object: &Object, key: &Object, value: Option<&Object>) -> Result<()> {
        let object = unwrap(object)?;
        match value {
            Some(value) => object.set_item(key, value),
            None => object.del_item(key),
        }
    }

    #[slot(nb_bool)]
    fn truth(object: &Object) -> Result<bool> {
        unwrap(object)?.is_true()
    }

    #[slot(nb_negative)]
    fn negative(object: &Object) -> Result<Ref> {
        unwrap(object)?.negative()
    }

    #[slot(nb_positive)]
    fn positive(object: &Object) -> Result<Ref> {
        unwrap(object)?.positive()
    }

    #[slot(nb_absolute)]
    fn absolute(object: &Object) -> Result<Ref> {
        unwrap(object)?.absolute()
    }

    #[slot(nb_invert)]
    fn invert(object: &Object) -> Result<Ref> {
        unwrap(object)?.invert()
    }

    #[slot(nb_int)]
    fn int(object: &Object) -> Result<Ref<Int>> {
        unwrap(object)?.int()
    }

    #[slot(nb_float)]
    fn float(object: &Object) -> Result<Ref<Float>> {
        unwrap(object)?.float()
    }

    #[slot(nb_index)]
    fn index(object: &Object) -> Result<Ref<Int>> {
        unwrap(object)?.index()
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::add)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::subtract)
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::multiply)
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::floor_divide)
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::true_divide)
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::remainder)
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::divmod)
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        unwrap(base)?.power(&*unwrap(exponent)?, &*unwrap(modulus)?)
    }

    #[slot(nb_lshift)]
    fn left_shift(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::lshift)
    }

    #[slot(nb_rshift)]
    fn right_shift(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::rshift)
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::and)
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::xor)
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::or)
    }

    #[slot(nb_matrix_multiply)]
    fn matrix_multiply(left: &Object, right: &Object) -> Result<Ref> {
        binary(left, right, Object::matrix_multiply)
    }

    #[slot(nb_inplace_add)]
    fn inplace_add(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_add)
    }

    #[slot(nb_inplace_subtract)]
    fn inplace_subtract(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_subtract)
    }

    #[slot(nb_inplace_multiply)]
    fn inplace_multiply(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_multiply)
    }

    #[slot(nb_inplace_floor_divide)]
    fn inplace_floor_divide(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_floor_divide)
    }

    #[slot(nb_inplace_true_divide)]
    fn inplace_true_divide(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_true_divide)
    }

    #[slot(nb_inplace_remainder)]
    fn inplace_remainder(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_remainder)
    }

    #[slot(nb_inplace_power)]
    fn inplace_power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        unwrap(base)?.inplace_power(&*unwrap(exponent)?, &*unwrap(modulus)?)
    }

    #[slot(nb_inplace_lshift)]
    fn inplace_left_shift(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_lshift)
    }

    #[slot(nb_inplace_rshift)]
    fn inplace_right_shift(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_rshift)
    }

    #[slot(nb_inplace_and)]
    fn inplace_and(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_and)
    }

    #[slot(nb_inplace_xor)]
    fn inplace_xor(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_xor)
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_or)
    }

    #[slot(nb_inplace_matrix_multiply)]
    fn inplace_matrix_multiply(object: &Object, other: &Object) -> Result<Ref> {
        binary(object, other, Object::inplace_matrix_multiply)
    }
}

#[class(name = "weakproxy", symbol = "_PyWeakref_ProxyType", layout = Reference, include = [FORWARDING])]
impl Proxy {
    #[method(name = "__bytes__")]
    fn bytes(&self) -> Result<Ref> {
        unwrap(self)?.call_method(intern!("__bytes__"), &[])
    }

    #[method(name = "__reversed__")]
    fn reversed(&self) -> Result<Ref> {
        unwrap(self)?.call_method(intern!("__reversed__"), &[])
    }
}

#[class(
    name = "weakcallableproxy",
    static_ = CALLABLE_PROXY,
    symbol = "_PyWeakref_CallableProxyType",
    layout = Reference,
    include = [FORWARDING]
)]
impl CallableProxy {
    #[slot(tp_call)]
    fn call(object: &Object, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        unwrap(object)?.call_dict(args, kwargs)
    }
}
