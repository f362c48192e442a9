//! Objects seen from below: reference counts, sizes, interning.

use objects::prelude::*;

#[functions(OBJECTS)]
pub mod functions {
    use super::*;

    /// Give how many references there are to the object.
    ///
    /// One more than may be expected: for the time of the call the argument is a
    /// reference of its own.
    #[function("(object, /)")]
    fn getrefcount(object: &Object) -> isize {
        object.refcnt()
    }

    /// getsizeof(object [, default]) -> int
    ///
    /// Give how many bytes of memory the object occupies, not counting what it refers to.
    /// The default is given, in place of a TypeError, if the object cannot tell.
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

    /// Give the one string that stands for all interned strings of these characters.
    ///
    /// It is the argument itself if there was none so far. Interned strings that are equal
    /// are the same object, so that looking them up in a dictionary can do without a
    /// comparison of their characters.
    #[function("(string, /)")]
    fn intern(string: &Str) -> Result<Ref<Str>> {
        match string.is_exact() {
            true => Ok(Str::intern(string.to_ref())),
            false => Err(raise!(TypeError, "can't intern {}", string.class().name())),
        }
    }

    /// Count the blocks of memory that the interpreter's allocator has given out.
    #[function("()")]
    fn getallocatedblocks() -> usize {
        memory::heap::allocated_blocks()
    }

    /// Empty the cache that remembers in which class an attribute was found.
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
