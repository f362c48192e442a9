//! The cycle collector's lists: the head in front of every container, tracking, generations.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use super::FreeList;
use super::allocate::{raw_allocate, raw_free, raw_reallocate};
use super::collector::{self, Statistics};
use super::domains::{self, Domain};
use crate::prelude::*;

/// `PyGC_Head`: two words in front of an object that the collector knows.
///
/// `prev` carries two flags in its low bits, and during a collection the count of references
/// that do not come from the generation being collected.
#[repr(C)]
pub struct GcHead {
    next: Cell<*const GcHead>,
    prev: Cell<usize>,
}

/// The flag in `prev`: the finaliser has run (PEP 442).
pub const FINALIZED: usize = 1;
/// The flag in `prev`: the object is in the generation being collected.
pub const COLLECTING: usize = 2;
/// How far the flags shift what else `prev` holds.
const FLAG_BITS: usize = 2;

/// A generation: a circular list of heads, a count, and the threshold that starts a collection.
#[repr(C)]
pub struct Generation {
    head: GcHead,
    pub threshold: Cell<i32>,
    /// Generation 0: allocations less deallocations; others: collections of the next younger one.
    pub count: Cell<i32>,
}

/// The collector's state: one for the process, guarded by the GIL.
pub struct Collector {
    pub generations: [Generation; 3],
    /// Objects that `gc.freeze()` has put out of reach.
    pub permanent: Generation,
    pub enabled: Cell<bool>,
    pub collecting: Cell<bool>,
    /// What `gc.set_debug` has turned on.
    pub debug: Cell<i32>,
    /// `gc.garbage` and `gc.callbacks`.
    pub garbage: Field<List>,
    pub callbacks: Field<List>,
    /// How many objects survived the last full collection, and how many came to the oldest generation since.
    pub survivors: Cell<usize>,
    pub survivors_pending: Cell<usize>,
    pub statistics: [Statistics; 3],
}

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for Collector {}

impl Generation {
    const fn new(threshold: i32) -> Generation {
        Generation { head: GcHead::UNTRACKED, threshold: Cell::new(threshold), count: Cell::new(0) }
    }

    /// The list's own head, linked to itself when first seen.
    pub fn list(&self) -> &GcHead {
        if self.head.next.get().is_null() {
            self.head.make_empty();
        }
        &self.head
    }
}

pub static COLLECTOR: Collector = Collector {
    generations: [Generation::new(700), Generation::new(10), Generation::new(10)],
    permanent: Generation::new(0),
    enabled: Cell::new(true),
    collecting: Cell::new(false),
    debug: Cell::new(0),
    garbage: Field::null(),
    callbacks: Field::null(),
    survivors: Cell::new(0),
    survivors_pending: Cell::new(0),
    statistics: [const { Statistics::new() }; 3],
};

impl GcHead {
    pub const UNTRACKED: GcHead = GcHead { next: Cell::new(ptr::null()), prev: Cell::new(0) };

    /// Makes this head an empty list.
    pub fn make_empty(&self) {
        self.next.set(self);
        self.prev.set(ptr::from_ref(self) as usize);
    }

    /// The head in front of an object.
    ///
    /// # Safety
    /// The object was allocated with one: its type says so, and `tp_is_gc` where there is one.
    #[inline(always)]
    pub unsafe fn of(object: &Object) -> &GcHead {
        // SAFETY: the caller's promise.
        unsafe { &*ptr::from_ref(object).cast::<GcHead>().sub(1) }
    }

    /// The object behind this head, which is not a list's own.
    #[inline(always)]
    pub fn object(&self) -> *mut Object {
        ptr::from_ref(self).wrapping_add(1).cast_mut().cast()
    }

    #[inline(always)]
    pub fn next(&self) -> &GcHead {
        // SAFETY: a linked head has a neighbour.
        unsafe { &*self.next.get() }
    }

    #[inline(always)]
    pub fn prev(&self) -> &GcHead {
        // SAFETY: a linked head has a neighbour; outside of a collection `prev` is its address with flags.
        unsafe { &*((self.prev.get() & !((1 << FLAG_BITS) - 1)) as *const GcHead) }
    }

    /// Sets the neighbour and keeps the flags.
    #[inline(always)]
    pub fn set_prev(&self, prev: &GcHead) {
        self.prev.set(self.prev.get() & ((1 << FLAG_BITS) - 1) | ptr::from_ref(prev) as usize);
    }

    #[inline(always)]
    pub fn set_next(&self, next: &GcHead) {
        self.next.set(next);
    }

    #[inline(always)]
    pub fn is_tracked(&self) -> bool {
        !self.next.get().is_null()
    }

    #[inline(always)]
    pub fn has_flag(&self, flag: usize) -> bool {
        self.prev.get() & flag != 0
    }

    pub fn set_flag(&self, flag: usize) {
        self.prev.set(self.prev.get() | flag);
    }

    pub fn clear_flag(&self, flag: usize) {
        self.prev.set(self.prev.get() & !flag);
    }

    /// During a collection: the references not accounted for yet.
    #[inline(always)]
    pub fn pending_references(&self) -> isize {
        (self.prev.get() >> FLAG_BITS) as isize
    }

    #[inline(always)]
    pub fn set_pending_references(&self, count: isize) {
        self.prev.set(self.prev.get() & ((1 << FLAG_BITS) - 1) | (count as usize) << FLAG_BITS);
    }

    pub fn is_empty_list(&self) -> bool {
        ptr::eq(self.next.get(), self)
    }

    /// Links a head in at the end of this list.
    #[inline(always)]
    pub fn append(&self, head: &GcHead) {
        let last = self.prev();
        last.set_next(head);
        head.set_prev(last);
        head.set_next(self);
        self.set_prev(head);
    }

    /// Takes this head out of its list; flags stay but for [`COLLECTING`].
    #[inline(always)]
    pub fn unlink(&self) {
        let (prev, next) = (self.prev(), self.next());
        prev.set_next(next);
        next.set_prev(prev);
        self.next.set(ptr::null());
        self.prev.set(self.prev.get() & FINALIZED);
    }

    /// Moves all of another list to the end of this one.
    pub fn absorb(&self, other: &GcHead) {
        if other.is_empty_list() {
            return;
        }
        let (first, last) = (other.next(), other.prev());
        let end = self.prev();
        end.set_next(first);
        first.set_prev(end);
        last.set_next(self);
        self.set_prev(last);
        other.make_empty();
    }
}

/// Whether the object has a collector's head.
#[inline(always)]
pub fn is_gc(object: &Object) -> bool {
    let class = object.class();
    class.has_flags(flags::HAVE_GC) && class.tp_is_gc.get().is_none_or(|is_gc| is_gc(object) != 0)
}

/// Whether the collector looks at the object.
pub fn is_tracked(object: &Object) -> bool {
    // SAFETY: checked that there is a head.
    is_gc(object) && unsafe { GcHead::of(object) }.is_tracked()
}

/// Whether the object is, or may come to be, in the collector's sight: a tuple that was taken
/// out of it stays out.
#[inline(always)]
pub fn may_be_tracked(object: &Object) -> bool {
    is_gc(object) && (!object.class().is(Tuple::class()) || is_tracked(object))
}

/// Puts a container, now filled, into the youngest generation.
#[inline(always)]
pub fn track(object: &Object) {
    // SAFETY: callers pass objects of types with a head.
    let head = unsafe { GcHead::of(object) };
    if !head.is_tracked() {
        COLLECTOR.generations[0].list().append(head);
    }
}

/// Tracks an instance, now filled, if its class is one that the collector knows: a subclass of a type
/// that it does not know may be.
pub fn track_instance(object: &Object) {
    if object.class().has_flags(flags::HAVE_GC) {
        track(object);
    }
}

/// Takes an object out of the collector's sight.
#[inline(always)]
pub fn untrack(object: &Object) {
    if !is_gc(object) {
        return;
    }
    // SAFETY: just checked that there is a head.
    let head = unsafe { GcHead::of(object) };
    if head.is_tracked() {
        head.unlink();
    }
}

/// Memory for a collector's head and `bytes` of object; may collect. Raises `MemoryError`.
pub fn allocate(bytes: usize) -> Result<*mut Object> {
    let pointer = raw_allocate(bytes + size_of::<GcHead>()).cast::<GcHead>();
    if pointer.is_null() {
        bail!(MemoryError);
    }
    // SAFETY: fresh memory with room for a head.
    Ok(unsafe { begin(pointer) })
}

/// The same, the object all zeros.
pub fn allocate_zeroed(bytes: usize) -> Result<*mut Object> {
    let pointer = domains::allocate_zeroed(Domain::Object, 1, bytes + size_of::<GcHead>()).cast::<GcHead>();
    if pointer.is_null() {
        bail!(MemoryError);
    }
    // SAFETY: fresh memory with room for a head.
    Ok(unsafe { begin(pointer) })
}

/// As [`allocate`], with a block that the list has kept, if there is one.
#[inline]
pub fn allocate_from<const KEPT: usize>(list: &FreeList<KEPT>, bytes: usize) -> Result<*mut Object> {
    match list.take_kept() {
        // SAFETY: what the list keeps was such a block.
        Some(block) => Ok(unsafe { begin(block.as_ptr().cast()) }),
        None => allocate(bytes),
    }
}

/// # Safety
/// The memory is the caller's, with room for a head.
#[inline]
unsafe fn begin(pointer: *mut GcHead) -> *mut Object {
    // SAFETY: the caller's promise.
    let object = unsafe {
        pointer.write(GcHead::UNTRACKED);
        (*pointer).object()
    };
    let young = &COLLECTOR.generations[0];
    young.count.set(young.count.get() + 1);
    if young.count.get() > young.threshold.get()
        && young.threshold.get() != 0
        && COLLECTOR.enabled.get()
        && !COLLECTOR.collecting.get()
        && !crate::raise::occurred()
    {
        collector::collect_due();
    }
    object
}

/// Another size for an untracked object: `PyObject_GC_Resize`. Null where there is no memory.
///
/// # Safety
/// The object came from [`allocate`], is untracked, and nobody else holds it.
pub unsafe fn reallocate(object: *mut Object, bytes: usize) -> *mut Object {
    // SAFETY: the caller's promise.
    unsafe {
        let head = object.cast::<GcHead>().sub(1);
        let head = raw_reallocate(head.cast::<c_void>(), bytes + size_of::<GcHead>()).cast::<GcHead>();
        match head.is_null() {
            true => ptr::null_mut(),
            false => (*head).object(),
        }
    }
}

/// # Safety
/// The object came from [`allocate`] and is not used afterwards.
pub unsafe fn free(object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe { raw_free(end(object).cast()) }
}

/// The same for a block that the list may keep.
///
/// # Safety
/// As above; the block is of the list's size.
pub unsafe fn free_to<const KEPT: usize>(list: &FreeList<KEPT>, object: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe {
        let head = end(object);
        if !list.put(head.cast()) {
            raw_free(head.cast());
        }
    }
}

/// Takes an object out of what the collector knows: its block.
///
/// # Safety
/// The object came from [`allocate`].
unsafe fn end(object: *mut Object) -> *mut GcHead {
    // SAFETY: the caller's promise.
    unsafe {
        let head = object.cast::<GcHead>().sub(1);
        if (*head).is_tracked() {
            (*head).unlink();
        }
        let young = &COLLECTOR.generations[0];
        if young.count.get() > 0 {
            young.count.set(young.count.get() - 1);
        }
        head
    }
}

/// Whether the collector has run the object's finalizer.
pub fn is_finalized(object: &Object) -> bool {
    // SAFETY: an object of the collector's has a header.
    is_gc(object) && unsafe { GcHead::of(object) }.has_flag(FINALIZED)
}
