//! Changing what exists: `__bases__` of a class, `__class__` of an object.

use super::ready::{self, Replaced};
use super::{bases, slots};
use crate::prelude::*;

/// Whether instances of one type can become instances of the other: the same fields at the same places.
fn check_compatible(new: &Type, old: &Type, attribute: &str) -> Result<()> {
    let (new_solid, old_solid) = (nearest_layout(new), nearest_layout(old));
    let dealloc = |class: &Type| class.tp_dealloc.get().map(|dealloc| dealloc as usize);
    let free = |class: &Type| class.tp_free.get().map(|free| free as usize);
    if free(new) != free(old) {
        bail!(
            TypeError,
            "{attribute} assignment: '{}' deallocator differs from '{}'",
            new.name(),
            old.name()
        );
    }
    let same = std::ptr::eq(new_solid, old_solid)
        || (same_size(new_solid, old_solid)
            && dealloc(new_solid) == dealloc(old_solid)
            && new_solid.base().map(|base| base.as_ptr()) == old_solid.base().map(|base| base.as_ptr())
            && same_slots(new_solid, old_solid));
    if !same {
        bail!(
            TypeError,
            "{attribute} assignment: '{}' object layout differs from '{}'",
            new.name(),
            old.name()
        );
    }
    Ok(())
}

fn same_size(a: &Type, b: &Type) -> bool {
    a.tp_basicsize.get() == b.tp_basicsize.get()
        && a.tp_itemsize.get() == b.tp_itemsize.get()
        && a.tp_dictoffset.get() == b.tp_dictoffset.get()
        && a.tp_weaklistoffset.get() == b.tp_weaklistoffset.get()
        && a.has_flags(flags::HAVE_GC) == b.has_flags(flags::HAVE_GC)
}

/// The class along the bases that last changed the layout.
fn nearest_layout(class: &Type) -> &Type {
    let mut class = class;
    while let Some(base) = class.base()
        && same_size(class, base)
    {
        class = base;
    }
    class
}

/// Two classes that each add the same `__slots__` to the same base are alike.
fn same_slots(a: &Type, b: &Type) -> bool {
    let names = |class: &Type| -> Vec<String> {
        super::heap::slot_members(class)
            .iter()
            .filter(|member| !member.name.is_null())
            // SAFETY: a table's names are NUL-terminated.
            .map(|member| unsafe { std::ffi::CStr::from_ptr(member.name) }.to_string_lossy().into_owned())
            .collect()
    };
    a.has_flags(flags::HEAPTYPE) && b.has_flags(flags::HEAPTYPE) && names(a) == names(b)
}

/// `object.__class__ = value`.
pub fn set_class(object: &Object, value: Option<&Object>) -> Result<()> {
    let Some(value) = value else {
        bail!(TypeError, "can't delete __class__ attribute");
    };
    let Some(new) = value.downcast::<Type>() else {
        bail!(TypeError, "__class__ must be set to a class, not '{}' object", value.class().name());
    };
    (crate::services::get().audit)("object.__setattr__", &[object, intern!("__class__"), value])?;
    let old = object.class().to_ref();
    let both_modules =
        new.is_subtype(crate::module::Module::class()) && old.is_subtype(crate::module::Module::class());
    let both_heap = new.has_flags(flags::HEAPTYPE) && old.has_flags(flags::HEAPTYPE);
    if !both_modules && !both_heap {
        bail!(TypeError, "__class__ assignment only supported for heap types or ModuleType subclasses");
    }
    check_compatible(new, &old, "__class__")?;
    if new.has_flags(flags::HEAPTYPE) {
        new.incref();
    }
    object.set_class(new);
    if old.has_flags(flags::HEAPTYPE) {
        // SAFETY: the instance's own reference to its former class; `old` still holds another.
        unsafe { old.decref() };
    }
    Ok(())
}

/// `class.__bases__ = value`; all or nothing.
pub fn set_bases(class: &Type, value: &Object) -> Result<()> {
    let Some(new_bases) = value.downcast::<Tuple>() else {
        bail!(TypeError, "can only assign tuple to {}.__bases__, not {}", class.name(), value.class().name());
    };
    if new_bases.items().is_empty() {
        bail!(TypeError, "can only assign non-empty tuple to {}.__bases__, not ()", class.name());
    }
    for base in new_bases.items() {
        let Some(base) = base.downcast::<Type>() else {
            bail!(
                TypeError,
                "{}.__bases__ must be tuple of classes, not '{}'",
                class.name(),
                base.class().name()
            );
        };
        if base.is_subtype(class) || is_below(base, class) {
            bail!(TypeError, "a __bases__ item causes an inheritance cycle");
        }
    }
    let new_base = bases::best_base(new_bases)?;
    let Some(old_base) = class.base().map(Type::to_ref) else {
        bail!(TypeError, "can't set {}.__bases__", class.name());
    };
    check_compatible(&new_base, &old_base, "__bases__")?;
    let old_bases = class.tp_bases.replace(Some(new_bases.to_ref()));
    class.tp_base.set(new_base.clone().into_raw());
    let mut changed = Vec::new();
    let outcome = relinearize(class, &mut changed);
    // Some metatype's `mro()` may have assigned the bases as well: then that assignment has seen to the rest.
    let is_current = class.tp_bases.get().is_some_and(|bases| bases.is(new_bases));
    if let Err(raised) = outcome {
        for (class, Replaced { old, new }) in changed {
            if class.tp_mro.get().is_some_and(|order| order.is(&new)) {
                class.tp_mro.set(old);
                class.modified();
            }
        }
        if is_current {
            class.tp_bases.set(old_bases);
            let replaced = class.tp_base.replace(old_base.into_raw());
            // SAFETY: `tp_base` held a reference to the base that it is now without.
            unsafe { (*replaced).decref() };
        }
        return Err(raised);
    }
    // SAFETY: the type's former reference to its base; `old_base` still holds another.
    unsafe { old_base.decref() };
    if is_current {
        if let Some(old_bases) = old_bases {
            class.leave_subclass_lists(&old_bases);
        }
        class.enter_subclass_lists()?;
        refill(class);
    }
    Ok(())
}

/// Whether a class derives from another along `tp_base`, which is assigned before an MRO is worked out.
fn is_below(class: &Type, other: &Type) -> bool {
    std::iter::successors(Some(class), |class| class.base()).any(|class| std::ptr::eq(class, other))
}

type Changed = Vec<(Ref<Type>, Replaced)>;

/// Works out the MRO of a class and of all that derive from it.
fn relinearize(class: &Type, changed: &mut Changed) -> Result<()> {
    let Some(replaced) = ready::recompute_mro(class)? else { return Ok(()) };
    changed.push((class.to_ref(), replaced));
    class.for_each_subclass(|subclass| relinearize(subclass, changed))
}

fn refill(class: &Type) {
    slots::fill_slots(class);
    for subclass in class.subclasses() {
        refill(&subclass);
    }
}
