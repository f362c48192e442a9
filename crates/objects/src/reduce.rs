//! How objects without a method of their own for it pickle: `object.__reduce_ex__` (PEP 307).

use crate::prelude::*;

fn copyreg(name: &'static Str) -> Result<Ref> {
    (crate::services::get().import)("copyreg")?.get_attr(name)
}

/// Below protocol 2 `copyreg` does it; from there on, a call of `copyreg.__newobj__`.
pub fn reduce(object: &Object, protocol: i32) -> Result<Ref> {
    if protocol < 2 {
        return copyreg(intern!("_reduce_ex"))?.call(&[object, &*Int::new(i64::from(protocol))]);
    }
    let class = object.class();
    if class.tp_new.get().is_none() {
        bail!(TypeError, "cannot pickle '{}' object", class.name());
    }
    let (arguments, keywords) = constructor_arguments(object)?;
    let has_arguments = arguments.is_some();
    let (function, arguments) = match keywords.filter(|keywords| keywords.len() > 0) {
        None => {
            let mut all = vec![class.to_ref().into_object()];
            all.extend(arguments.iter().flat_map(|arguments| arguments.items().iter().cloned()));
            (copyreg(intern!("__newobj__"))?, Tuple::new(all)?)
        }
        Some(keywords) => {
            let Some(arguments) = arguments else {
                bail!(SystemError, "bad internal call");
            };
            let all = [class.to_ref().into_object(), arguments.into_object(), keywords.into_object()];
            (copyreg(intern!("__newobj_ex__"))?, Tuple::new(all)?)
        }
    };
    let is_list = object.downcast::<List>().is_some();
    let is_dict = object.downcast::<Dict>().is_some();
    let state = state_of(object, !(has_arguments || is_list || is_dict))?;
    let list_items = if is_list { object.iter()? } else { none() };
    let dict_items = match is_dict {
        true => object.call_method(intern!("items"), &[])?.iter()?,
        false => none(),
    };
    Tuple::new([function, arguments.into_object(), state, list_items, dict_items]).map(Ref::into_object)
}

type Arguments = (Option<Ref<Tuple>>, Option<Ref<Dict>>);

/// What `__getnewargs_ex__` or `__getnewargs__` gives for `__new__`.
fn constructor_arguments(object: &Object) -> Result<Arguments> {
    if let Some(method) = object.lookup_special(intern!("__getnewargs_ex__"))? {
        let both = method.call0()?;
        let Some(both) = both.downcast::<Tuple>() else {
            bail!(TypeError, "__getnewargs_ex__ should return a tuple, not '{}'", both.class().name());
        };
        let [arguments, keywords] = both.items() else {
            bail!(
                ValueError,
                "__getnewargs_ex__ should return a tuple of length 2, not {}",
                both.items().len()
            );
        };
        let Ok(arguments) = arguments.clone().into_type::<Tuple>() else {
            bail!(
                TypeError,
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'",
                arguments.class().name()
            );
        };
        let Ok(keywords) = keywords.clone().into_type::<Dict>() else {
            bail!(
                TypeError,
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'",
                keywords.class().name()
            );
        };
        return Ok((Some(arguments), Some(keywords)));
    }
    let Some(method) = object.lookup_special(intern!("__getnewargs__"))? else { return Ok((None, None)) };
    match method.call0()?.into_type::<Tuple>() {
        Ok(arguments) => Ok((Some(arguments), None)),
        Err(other) => {
            Err(raise!(TypeError, "__getnewargs__ should return a tuple, not '{}'", other.class().name()))
        }
    }
}

/// `__getstate__()`, or the instance's dictionary, with the `__slots__` that have values beside it.
/// `required`: the state is all there is, so a native layout without a way to say it is refused.
fn state_of(object: &Object, required: bool) -> Result<Ref> {
    if let Some(method) = object.get_attr_opt(intern!("__getstate__"))? {
        return method.call0();
    }
    let class = object.class();
    if required && class.tp_itemsize.get() != 0 {
        bail!(TypeError, "cannot pickle '{}' object", class.name());
    }
    // An instance without attributes is the same whether its dictionary was made already or not.
    let dict = object.dict_field().and_then(Field::get).filter(|dict| !dict.is_empty());
    let state = dict.map_or_else(none, Ref::into_object);
    let slot_names = slot_names(class)?;
    if required {
        check_size(class, slot_names.as_deref())?;
    }
    let Some(slot_names) = slot_names.filter(|names| names.len() > 0) else { return Ok(state) };
    let values = Dict::new();
    for name in slot_names.to_vec() {
        let Some(name) = name.downcast::<Str>() else { continue };
        if let Some(value) = object.get_attr_opt(name)? {
            values.set(name, &value)?;
        }
    }
    if values.len() == 0 {
        return Ok(state);
    }
    Tuple::new([state, values.into_object()]).map(Ref::into_object)
}

/// The names of `__slots__` of a class and its bases, kept in `__slotnames__` by `copyreg`.
fn slot_names(class: &Type) -> Result<Option<Ref<List>>> {
    let kept = class.tp_dict.get().and_then(|dict| dict.get_str(intern!("__slotnames__")));
    let names = match kept {
        Some(names) => names,
        None => copyreg(intern!("_slotnames"))?.call1(class)?,
    };
    if names.is_none() {
        return Ok(None);
    }
    match names.into_type::<List>() {
        Ok(names) => Ok(Some(names)),
        Err(other) => Err(raise!(
            TypeError,
            "copyreg._slotnames didn't return a list or None, not '{}'",
            other.class().name()
        )),
    }
}

/// An instance must be no larger than what is saved of it.
fn check_size(class: &Type, slot_names: Option<&List>) -> Result<()> {
    let word = size_of::<usize>() as isize;
    let mut expected = crate::object::OBJECT.tp_basicsize.get();
    if class.tp_dictoffset.get() != 0 {
        expected += word;
    }
    if class.tp_weaklistoffset.get() != 0 {
        expected += word;
    }
    expected += word * slot_names.map_or(0, |names| names.len() as isize);
    if class.tp_basicsize.get() > expected {
        bail!(TypeError, "cannot pickle '{}' object", class.name());
    }
    Ok(())
}
