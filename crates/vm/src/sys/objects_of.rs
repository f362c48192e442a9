//! Objects seen from below: reference counts, sizes, interning.

use objects::prelude::*;

#[functions(OBJECTS)]
pub mod functions {
    use super::*;

    /// Return the reference count of object.
    ///
    /// The count returned is generally one higher than you might expect,
    /// because it includes the (temporary) reference as an argument to
    /// getrefcount().
    #[function("(object, /)")]
    fn getrefcount(object: &Object) -> isize {
        object.refcnt()
    }

    /// getsizeof(object [, default]) -> int
    ///
    /// Return the size of object in bytes.
    #[function("(object, default=None)", no_text_signature)]
    fn getsizeof(object: &Object, default: Option<&Object>) -> Result<Ref> {
        match size_of_object(object) {
            Ok(size) => Ok(Int::from_usize(size).into_object()),
            Err(raised) => match default {
                Some(default) if raised.matches(&exceptions::TypeError) => {
                    raised.clear();
                    Ok(default.to_ref())
                }
                _ => Err(raised),
            },
        }
    }

    fn size_of_object(object: &Object) -> Result<usize> {
        let Some(method) = object.lookup_special(intern!("__sizeof__"))? else {
            bail!(TypeError, "Type {} doesn't define __sizeof__", object.class().name());
        };
        let Ok(size) = usize::try_from(method.call0()?.as_isize()?) else {
            bail!(ValueError, "__sizeof__() should return >= 0");
        };
        let head = if gc::is_gc(object) { size_of::<gc::GcHead>() } else { 0 };
        Ok(size + head)
    }

    /// ``Intern'' the given string.
    ///
    /// This enters the string in the (global) table of interned strings whose
    /// purpose is to speed up dictionary lookups. Return the string itself or
    /// the previously interned string object with the same value.
    #[function("(string, /)")]
    fn intern(string: &Str) -> Result<Ref<Str>> {
        match string.is_exact() {
            true => Ok(Str::intern(string.to_ref())),
            false => Err(raise!(TypeError, "can't intern {}", string.class().name())),
        }
    }

    /// Return the number of memory blocks currently allocated.
    #[function("()")]
    fn getallocatedblocks() -> usize {
        memory::heap::allocated_blocks()
    }

    /// Clear the internal type lookup cache.
    #[function("()")]
    fn _clear_type_cache() {
        objects::type_object::lookup::clear_cache();
    }

    /// Print debug info to stderr about the state of the memory allocator.
    #[function("()")]
    fn _debugmallocstats() {
        // Dictionaries have no list of their own.
        let show = |kind: &str, count: usize, size: usize| {
            let what = format!("{count} free {kind}s * {size} bytes each");
            eprintln!("{what:>48} = {:>20}", count * size);
        };
        show("PyDictObject", 0, size_of::<Dict>());
        for (kind, count, size) in [objects::float::free_list(), objects::int::free_list()] {
            show(kind, count, size);
        }
        for (length, count, size) in objects::tuple::free_lists() {
            show(&format!("{length}-sized PyTupleObject"), count, size);
        }
    }
}
