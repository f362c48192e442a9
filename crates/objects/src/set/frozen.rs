//! The type `frozenset`.

use super::class::COMMON;
use super::*;

/// A set that does not change once it is made.
#[repr(C)]
#[derive(Trace)]
pub struct FrozenSet {
    base: Set,
}

/// The frozen set without elements, of which there is one.
struct Empty(Field<Set>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Empty {}

static EMPTY: Empty = Empty(Field::null());

pub(super) fn allocate(class: &Type, value: Set) -> Result<Ref<FrozenSet>> {
    Ref::new_in(class, FrozenSet { base: value })
}

/// The one empty `frozenset`.
pub fn empty() -> Result<Ref<Set>> {
    if let Some(empty) = EMPTY.0.get() {
        return Ok(empty);
    }
    let empty = Set::new_in(&FROZENSET)?;
    EMPTY.0.set(Some(empty.clone()));
    Ok(empty)
}

impl Set {
    /// A hash that does not depend on the order of the elements.
    pub fn frozen_hash(&self) -> isize {
        if self.hash.get() != -1 {
            return self.hash.get();
        }
        // Hashes that are close to each other are spread before they are combined.
        let spread = |hash: u64| ((hash ^ 89869747) ^ (hash << 16)).wrapping_mul(3644798167);
        let mut hash = 0u64;
        let mut position = 0;
        while let Some((_, element)) = self.next(&mut position) {
            hash ^= spread(element as u64);
        }
        hash ^= (self.len() as u64 + 1).wrapping_mul(1927868237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69069).wrapping_add(907133923);
        let hash = if hash == u64::MAX { 590923713 } else { hash as isize };
        self.hash.set(hash);
        hash
    }
}

/// frozenset() -> empty frozenset object
/// frozenset(iterable) -> frozenset object
///
/// A set that cannot be changed once it is made, and so has a hash: it can be a key
/// of a dictionary, or an element of another set.
#[class(
    name = "frozenset",
    static_ = FROZENSET,
    symbol = "PyFrozenSet_Type",
    layout = Set,
    flags = BASETYPE,
    weaklist_offset = std::mem::offset_of!(Set, weak_references),
    generic_getattro,
    include = [COMMON]
)]
impl FrozenSet {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        if class.is(&FROZENSET) && kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "frozenset() takes no keyword arguments");
        }
        if args.len() > 1 {
            bail!(TypeError, "{} expected at most 1 argument, got {}", class.name(), args.len());
        }
        let iterable = args.as_slice().first().copied();
        if !class.is(&FROZENSET) {
            let set = Set::new_in(class)?;
            iterable.map_or(Ok(()), |iterable| set.update(iterable))?;
            return Ok(set.into_object());
        }
        let set = match iterable {
            None => return empty().map(Ref::into_object),
            Some(iterable) if iterable.class().is(&FROZENSET) => return Ok(iterable.to_ref()),
            Some(iterable) => Set::collect_in(&FROZENSET, iterable)?,
        };
        Ok(if set.is_empty() { empty()? } else { set }.into_object())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        self.frozen_hash()
    }

    /// Give a frozenset of the same elements: as it cannot change, this very object will do.
    #[method(name = "copy", no_text_signature)]
    fn copy(&self) -> Result<Ref> {
        match self.class().is(&FROZENSET) {
            true => Ok(self.as_object().to_ref()),
            false => self.base.copy().map(Ref::into_object),
        }
    }
}
