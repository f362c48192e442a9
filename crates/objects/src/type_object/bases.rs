//! Which base decides the layout, and which metatype a class gets (language reference 3.3.3).

use crate::prelude::*;

/// The nearest type along the bases that gives the layout its own fields.
pub fn solid_base(class: &Type) -> &Type {
    let base = class.base().map_or(&crate::object::OBJECT, solid_base);
    if extends_layout(class, base) { class } else { base }
}

/// Whether a type's instances have more than the base's and a `__dict__` or `__weakref__` behind it.
fn extends_layout(class: &Type, base: &Type) -> bool {
    if class.tp_itemsize.get() != 0 || base.tp_itemsize.get() != 0 {
        return class.tp_basicsize.get() != base.tp_basicsize.get()
            || class.tp_itemsize.get() != base.tp_itemsize.get();
    }
    let word = size_of::<usize>() as isize;
    let mut size = class.tp_basicsize.get();
    if class.has_flags(flags::HEAPTYPE) {
        let weak = class.tp_weaklistoffset.get();
        if weak != 0 && base.tp_weaklistoffset.get() == 0 && weak + word == size {
            size -= word;
        }
        let dict = class.tp_dictoffset.get();
        if dict != 0 && base.tp_dictoffset.get() == 0 && dict + word == size {
            size -= word;
        }
        // The two may stand in the other order.
        if weak != 0 && base.tp_weaklistoffset.get() == 0 && weak + word == size {
            size -= word;
        }
    }
    size != base.tp_basicsize.get()
}

/// The base whose layout the new type extends. `TypeError` where two bases' layouts do not go together.
pub fn best_base(bases: &Tuple) -> Result<Ref<Type>> {
    let mut best: Option<(&Type, &Type)> = None;
    for base in bases.items() {
        let Some(base) = base.downcast::<Type>() else {
            bail!(TypeError, "bases must be types");
        };
        if !base.has_flags(flags::READY) {
            super::ready::ready(base)?;
        }
        if !base.has_flags(flags::BASETYPE) {
            bail!(TypeError, "type '{}' is not an acceptable base type", base.name());
        }
        let candidate = solid_base(base);
        match best {
            None => best = Some((base, candidate)),
            Some((_, winner)) if winner.is_subtype(candidate) => {}
            Some((_, winner)) if candidate.is_subtype(winner) => best = Some((base, candidate)),
            Some(_) => bail!(TypeError, "multiple bases have instance lay-out conflict"),
        }
    }
    match best {
        Some((base, _)) => Ok(base.to_ref()),
        None => Err(raise!(TypeError, "a new-style class can't have only classic bases")),
    }
}

/// The most derived metatype among the given one and those of the bases.
pub fn metaclass<'a>(metatype: &'a Type, bases: &'a Tuple) -> Result<&'a Type> {
    let mut winner = metatype;
    for base in bases.items() {
        let candidate = base.class();
        if winner.is_subtype(candidate) {
            continue;
        }
        if candidate.is_subtype(winner) {
            winner = candidate;
            continue;
        }
        bail!(
            TypeError,
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
             metaclasses of all its bases"
        );
    }
    Ok(winner)
}
