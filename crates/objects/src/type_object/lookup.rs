//! Looking names up along the MRO, with a cache that version tags keep true.

use std::cell::Cell;
use std::ptr;

use crate::prelude::*;

/// How many entries the cache has: a power of two.
const ENTRIES: usize = 1 << 12;
/// Longer names are rare and not worth an entry.
const LONGEST_NAME: usize = 100;

/// A past lookup. It holds no reference: the version changes before the attribute can go.
struct Entry {
    version: Cell<u32>,
    name: Cell<*const Str>,
    value: Cell<*const Object>,
}

struct Cache([Entry; ENTRIES]);

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for Cache {}

static CACHE: Cache = Cache(
    [const { Entry { version: Cell::new(0), name: Cell::new(ptr::null()), value: Cell::new(ptr::null()) } };
        ENTRIES],
);

struct NextVersion(Cell<u32>);

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for NextVersion {}

static NEXT_VERSION: NextVersion = NextVersion(Cell::new(1));

impl Type {
    /// The attribute of this name along the MRO, as it stands in the type's dictionary
    /// (no descriptor is called); none where there is none (`_PyType_Lookup`).
    #[inline]
    pub fn lookup(&self, name: &Str) -> Option<Ref> {
        let slot = match self.ensure_version() {
            Some(version) if crate::str::is_interned(name) && name.len() <= LONGEST_NAME => {
                let index = (version as usize) ^ (ptr::from_ref(name) as usize >> 4);
                let entry = &CACHE.0[index & (ENTRIES - 1)];
                if entry.version.get() == version && ptr::eq(entry.name.get(), name) {
                    // SAFETY: the type owns the attribute as long as its version holds.
                    return unsafe { entry.value.get().as_ref() }.map(Object::to_ref);
                }
                Some((entry, version))
            }
            _ => None,
        };
        let found = self.lookup_uncached(name);
        if let Some((entry, version)) = slot
            && self.version() == Some(version)
        {
            entry.version.set(version);
            entry.value.set(found.as_deref().map_or(ptr::null(), ptr::from_ref));
            if !ptr::eq(entry.name.get(), name) {
                // The name stays alive: an interned string may go, and its address come again.
                let old = entry.name.replace(name.to_ref().into_raw());
                if !old.is_null() {
                    // SAFETY: the entry owned it.
                    drop(unsafe { Ref::from_raw(old.cast_mut()) });
                }
            }
        }
        found
    }

    fn lookup_uncached(&self, name: &Str) -> Option<Ref> {
        // Extension modules use static types that nobody has made ready.
        if self.tp_mro.is_null()
            && let Err(raised) = super::ready::ready(self)
        {
            raised.clear();
        }
        let mro = self.tp_mro.get()?;
        mro.items().iter().find_map(|class| class.downcast::<Type>()?.tp_dict.get()?.get_str(name))
    }

    /// The version tag, if the type has a valid one.
    #[inline(always)]
    pub fn version(&self) -> Option<u32> {
        self.has_flags(flags::VALID_VERSION_TAG).then(|| self.tp_version_tag.get())
    }

    /// The version tag: while it is the same, every lookup on the type gives what it gave.
    /// None where the type cannot have one.
    #[inline(always)]
    pub fn ensure_version(&self) -> Option<u32> {
        if self.has_flags(flags::VALID_VERSION_TAG) {
            return Some(self.tp_version_tag.get());
        }
        self.assign_version()
    }

    #[cold]
    fn assign_version(&self) -> Option<u32> {
        if !self.has_flags(flags::HAVE_VERSION_TAG) || !self.has_flags(flags::READY) {
            return None;
        }
        let bases = self.tp_bases.get();
        for base in bases.iter().flat_map(|bases| bases.items()) {
            base.downcast::<Type>()?.ensure_version()?;
        }
        let version = NEXT_VERSION.0.get();
        // Once the numbers are used up, types go without.
        NEXT_VERSION.0.set(version.checked_add(1)?);
        self.tp_version_tag.set(version);
        self.add_flags(flags::VALID_VERSION_TAG);
        Some(version)
    }

    /// Puts a constant into the type's dictionary.
    pub fn set_constant(&self, name: &Str, value: Ref) -> Result<()> {
        let Some(dict) = self.tp_dict.get() else { bail!(SystemError, "a type without its dictionary") };
        dict.set(name, &value)?;
        self.modified();
        Ok(())
    }

    /// Says that lookups on the type and on all that derive from it may now give something else
    /// (`PyType_Modified`).
    pub fn modified(&self) {
        if !self.has_flags(flags::VALID_VERSION_TAG) {
            return;
        }
        self.for_each_subclass(|class| {
            class.modified();
            Ok(())
        })
        .ok();
        self.remove_flags(flags::VALID_VERSION_TAG);
        // The loop's inline caches compare the tag alone.
        self.tp_version_tag.set(0);
    }
}

/// Empties the cache, as at the end of an interpreter.
pub fn clear_cache() {
    for entry in &CACHE.0 {
        entry.version.set(0);
        entry.value.set(ptr::null());
        let name = entry.name.replace(ptr::null());
        if !name.is_null() {
            // SAFETY: the entry owned it.
            drop(unsafe { Ref::from_raw(name.cast_mut()) });
        }
    }
}
