//! The cycle collector proper: finds groups of objects that only refer to each other, runs their
//! finalisers, and takes them apart (PEP 442).
//!
//! A collection works on one list: the generation with all younger ones. Every object's count of references
//! less those that come from the list itself leaves the ones from outside; what has any, and what can be
//! reached from there, stays. The rest is garbage.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr;

use super::gc::{self, COLLECTING, COLLECTOR, FINALIZED, GcHead};
use crate::prelude::*;
use crate::tuple::TUPLE;
use crate::weakref;

/// What `gc.set_debug` turns on.
pub mod debug {
    use std::ffi::c_int;
    pub const STATS: c_int = 1;
    pub const COLLECTABLE: c_int = 2;
    pub const UNCOLLECTABLE: c_int = 4;
    pub const SAVE_ALL: c_int = 32;
    pub const LEAK: c_int = COLLECTABLE | UNCOLLECTABLE | SAVE_ALL;
}

/// What has become of a generation's collections: `gc.get_stats()`.
#[derive(Default)]
pub struct Statistics {
    pub collections: Cell<usize>,
    pub collected: Cell<usize>,
    pub uncollectable: Cell<usize>,
}

impl Statistics {
    pub const fn new() -> Statistics {
        Statistics { collections: Cell::new(0), collected: Cell::new(0), uncollectable: Cell::new(0) }
    }
}

const OLDEST: usize = 2;

/// Called when an allocation takes the youngest generation past its threshold: collects the oldest
/// generation that is due.
#[cold]
pub fn collect_due() {
    let due = (0..=OLDEST).rev().find(|&number| {
        let generation = &COLLECTOR.generations[number];
        generation.count.get() > generation.threshold.get()
            // A full collection has to be worth it: where most of what there is has survived one, the
            // cost of collecting whenever some more is there would grow with the square of it.
            && (number < OLDEST || COLLECTOR.survivors_pending.get() >= COLLECTOR.survivors.get() / 4)
    });
    if let Some(number) = due {
        collect_generation(number);
    }
}

/// `gc.collect(generation)`: the number of unreachable objects found. Nothing while a collection runs.
pub fn collect(generation: usize) -> usize {
    match COLLECTOR.collecting.get() {
        true => 0,
        false => collect_generation(generation),
    }
}

fn collect_generation(number: usize) -> usize {
    COLLECTOR.collecting.set(true);
    let pending = raise::fetch();
    call_back("start", number, 0, 0);
    let (collected, uncollectable) = run(number);
    call_back("stop", number, collected, uncollectable);
    if let Some(pending) = pending {
        let _ = pending.restore();
    }
    COLLECTOR.collecting.set(false);
    collected + uncollectable
}

/// Tells the functions in `gc.callbacks`.
fn call_back(phase: &str, generation: usize, collected: usize, uncollectable: usize) {
    let Some(callbacks) = COLLECTOR.callbacks.get().filter(|callbacks| !callbacks.is_empty()) else { return };
    let info = Dict::new();
    let number = |value: usize| Int::from_usize(value);
    let filled = info
        .set(intern!("generation"), &number(generation))
        .and_then(|()| info.set(intern!("collected"), &number(collected)))
        .and_then(|()| info.set(intern!("uncollectable"), &number(uncollectable)));
    if let Err(raised) = filled {
        return raised.write_unraisable(None);
    }
    let phase = Str::new(phase);
    for callback in callbacks.to_vec() {
        if let Err(raised) = callback.call(&[&phase, &info]) {
            raised.write_unraisable(Some(&callback));
        }
    }
}

/// One collection; how many objects were collected, and how many could not be.
fn run(number: usize) -> (usize, usize) {
    let started = std::time::Instant::now();
    if has_debug(debug::STATS) {
        report_start(number);
    }
    if let Some(older) = COLLECTOR.generations.get(number + 1) {
        older.count.set(older.count.get() + 1);
    }
    for generation in &COLLECTOR.generations[..=number] {
        generation.count.set(0);
    }
    let young = COLLECTOR.generations[number].list();
    for younger in &COLLECTOR.generations[..number] {
        young.absorb(younger.list());
    }
    let unreachable = GcHead::UNTRACKED;
    unreachable.make_empty();
    split_unreachable(young, &unreachable, 0);
    untrack_tuples(young);
    settle_survivors(young, number);

    let legacy = GcHead::UNTRACKED;
    legacy.make_empty();
    move_legacy_finalizers(&unreachable, &legacy);
    if has_debug(debug::COLLECTABLE) {
        each(&unreachable, |head| report_object("collectable", head));
    }
    let old = COLLECTOR.generations[(number + 1).min(OLDEST)].list();
    let collected = dismantle(&unreachable, old);
    let uncollectable = keep_legacy_garbage(&legacy, old);
    if raise::occurred() {
        raise::already_set().write_unraisable(Some(&Str::new("garbage collection")));
    }
    if has_debug(debug::STATS) {
        let seconds = started.elapsed().as_secs_f64();
        let unreachable = collected + uncollectable;
        write(&format!(
            "gc: done, {unreachable} unreachable, {uncollectable} uncollectable, {seconds:.4}s elapsed\n"
        ));
    }
    let statistics = &COLLECTOR.statistics[number];
    statistics.collections.set(statistics.collections.get() + 1);
    statistics.collected.set(statistics.collected.get() + collected);
    statistics.uncollectable.set(statistics.uncollectable.get() + uncollectable);
    (collected, uncollectable)
}

/// The survivors of a collection grow older.
fn settle_survivors(young: &GcHead, number: usize) {
    if number == OLDEST {
        each(young, |head| {
            // SAFETY: a head in a list belongs to a live object.
            let object = unsafe { &*head.object() };
            if object.downcast_exact::<Dict>().is_some_and(Dict::is_untrackable) {
                head.unlink();
            }
        });
        COLLECTOR.survivors_pending.set(0);
        COLLECTOR.survivors.set(length(young));
        return;
    }
    if number + 1 == OLDEST {
        COLLECTOR.survivors_pending.set(COLLECTOR.survivors_pending.get() + length(young));
    }
    COLLECTOR.generations[number + 1].list().absorb(young);
}

/// Visits the heads of a list; the one visited may be taken out.
fn each(list: &GcHead, mut visit: impl FnMut(&GcHead)) {
    let mut head = list.next();
    while !ptr::eq(head, list) {
        let next = head.next();
        visit(head);
        head = next;
    }
}

/// How many objects are in a list.
pub fn length(list: &GcHead) -> usize {
    let mut length = 0;
    each(list, |_| length += 1);
    length
}

/// Shows a visitor what an object refers to.
#[allow(clippy::not_unsafe_ptr_arg_deref)] // The argument is the visitor's own: nothing here reads it.
pub fn traverse(object: &Object, visit: VisitProc, argument: *mut c_void) -> c_int {
    match object.class().tp_traverse.get() {
        // SAFETY: the type's own function, on its live object.
        Some(traverse) => unsafe { traverse(object.as_ptr(), visit, argument) },
        None => 0,
    }
}

/// The objects that an object refers to, as its type tells the collector.
pub fn referents(object: &Object) -> Vec<Ref> {
    unsafe extern "C" fn visit(object: *mut Object, found: *mut c_void) -> c_int {
        // SAFETY: a traversal visits live objects; the argument is the vector below.
        unsafe { (*found.cast::<Vec<Ref>>()).push((*object).to_ref()) };
        0
    }
    let mut found: Vec<Ref> = Vec::new();
    if gc::is_gc(object) {
        traverse(object, visit, ptr::from_mut(&mut found).cast());
    }
    found
}

/// The head of an object that is in the list being collected and not yet found to be reachable.
unsafe fn candidate<'a>(object: *mut Object) -> Option<&'a GcHead> {
    // SAFETY: a traversal visits live objects; one that is collected has its head.
    unsafe {
        let object = &*object;
        if !gc::is_gc(object) {
            return None;
        }
        Some(GcHead::of(object)).filter(|head| head.has_flag(COLLECTING))
    }
}

unsafe extern "C" fn subtract_reference(object: *mut Object, _: *mut c_void) -> c_int {
    // SAFETY: called by a traversal.
    if let Some(head) = unsafe { candidate(object) } {
        if cfg!(checked_references) && head.pending_references() <= 0 {
            // SAFETY: as above.
            unsafe { &*object }.report_miscounted("referred to more often than it counts");
        }
        head.set_pending_references(head.pending_references() - 1);
    }
    0
}

unsafe extern "C" fn mark_reachable(object: *mut Object, marked: *mut c_void) -> c_int {
    // SAFETY: called by a traversal; the argument is the stack in `split_unreachable`.
    unsafe {
        if let Some(head) = candidate(object) {
            head.clear_flag(COLLECTING);
            (*marked.cast::<Vec<*const GcHead>>()).push(head);
        }
    }
    0
}

/// Moves what cannot be reached from outside of a list to another one, where it keeps the flag
/// [`COLLECTING`]. `held` is the number of references to each object that do not count.
fn split_unreachable(list: &GcHead, unreachable: &GcHead, held: isize) {
    // From here to the relinking, `prev` holds counts; nothing runs that could ask for a neighbour.
    each(list, |head| {
        // SAFETY: a head in a list belongs to a live object.
        let references = unsafe { (*head.object()).refcnt() } - held;
        head.set_flag(COLLECTING);
        head.set_pending_references(references);
    });
    // SAFETY: as above.
    each(list, |head| _ = traverse(unsafe { &*head.object() }, subtract_reference, ptr::null_mut()));
    let mut marked: Vec<*const GcHead> = Vec::new();
    each(list, |head| {
        if !head.has_flag(COLLECTING) || head.pending_references() <= 0 {
            return;
        }
        head.clear_flag(COLLECTING);
        marked.push(head);
        while let Some(reachable) = marked.pop() {
            // SAFETY: as above.
            let object = unsafe { &*(*reachable).object() };
            traverse(object, mark_reachable, ptr::from_mut(&mut marked).cast());
        }
    });
    let mut head = list.next();
    let end: *const GcHead = list;
    list.make_empty();
    while !ptr::eq(head, end) {
        let next = head.next();
        match head.has_flag(COLLECTING) {
            true => unreachable.append(head),
            false => list.append(head),
        }
        head = next;
    }
}

/// Takes tuples that cannot be part of a cycle out of the collector's sight.
fn untrack_tuples(list: &GcHead) {
    each(list, |head| {
        // SAFETY: a head in a list belongs to a live object.
        let object = unsafe { &*head.object() };
        if object.class().is(&TUPLE) && object.downcast_exact::<Tuple>().is_some_and(Tuple::is_untrackable) {
            head.unlink();
        }
    });
}

/// Objects with a `tp_del`, and what they refer to, are not taken apart: there is no safe order.
fn move_legacy_finalizers(unreachable: &GcHead, legacy: &GcHead) {
    unsafe extern "C" fn claim(object: *mut Object, claimed: *mut c_void) -> c_int {
        // SAFETY: called by a traversal; the argument is the stack below.
        unsafe {
            if let Some(head) = candidate(object) {
                head.clear_flag(COLLECTING);
                (*claimed.cast::<Vec<*const GcHead>>()).push(head);
            }
        }
        0
    }
    let mut claimed: Vec<*const GcHead> = Vec::new();
    each(unreachable, |head| {
        // SAFETY: a head in a list belongs to a live object.
        if unsafe { &*head.object() }.class().tp_del.get().is_some() {
            head.clear_flag(COLLECTING);
            claimed.push(head);
        }
    });
    while let Some(head) = claimed.pop() {
        // SAFETY: as above.
        let head = unsafe { &*head };
        head.prev().set_next(head.next());
        head.next().set_prev(head.prev());
        legacy.append(head);
        // SAFETY: as above.
        traverse(unsafe { &*head.object() }, claim, ptr::from_mut(&mut claimed).cast());
    }
}

/// Ends the garbage in a list; how much there was. What finalisers have brought back to life goes to `old`.
fn dismantle(unreachable: &GcHead, old: &GcHead) -> usize {
    if unreachable.is_empty_list() {
        return 0;
    }
    clear_weak_references(unreachable);
    // Holding the objects keeps the list's members in place while Python code runs.
    let mut held = Vec::new();
    // SAFETY: a head in a list belongs to a live object.
    each(unreachable, |head| held.push(unsafe { (*head.object()).to_ref() }));
    finalize(&held);
    let garbage = GcHead::UNTRACKED;
    garbage.make_empty();
    split_unreachable(unreachable, &garbage, 1);
    // Those that are left here are reachable again.
    old.absorb(unreachable);
    let collected = length(&garbage);
    let save = has_debug(debug::SAVE_ALL);
    for object in held {
        // SAFETY: an object in the list had a head.
        let head = unsafe { GcHead::of(&object) };
        if !head.is_tracked() || !head.has_flag(COLLECTING) {
            continue;
        }
        match save {
            true => add_garbage(&object),
            false => clear(&object),
        }
    }
    each(&garbage, |head| head.clear_flag(COLLECTING));
    old.absorb(&garbage);
    collected
}

fn clear(object: &Object) {
    let Some(clear) = object.class().tp_clear.get() else { return };
    // SAFETY: the type's own function, on its live object.
    unsafe { clear(object.as_ptr()) };
    if raise::occurred() {
        raise::already_set().write_unraisable(Some(object));
    }
}

/// Ends the weak references to garbage before any of it runs code, so that nobody gets at it through
/// them; then calls the callbacks of those that are not garbage themselves.
fn clear_weak_references(unreachable: &GcHead) {
    let mut calls = Vec::new();
    each(unreachable, |head| {
        // SAFETY: a head in a list belongs to a live object.
        let object = unsafe { &*head.object() };
        // A weak reference that is garbage may refer to something that is not, and must not call back.
        if let Some(reference) = weakref::as_reference(object) {
            reference.forget_referent();
        }
        calls.extend(weakref::detach_all(object).into_iter().filter_map(|(reference, callback)| {
            // SAFETY: references are collected objects.
            let is_garbage = unsafe { GcHead::of(&reference) }.has_flag(COLLECTING);
            Some((reference, callback?, is_garbage))
        }));
    });
    // Dropping a callback may run code: all of them go when nothing walks a list any more.
    for (reference, callback, is_garbage) in calls {
        if !is_garbage {
            weakref::call_back(&callback, &reference);
        }
    }
}

fn finalize(objects: &[Ref]) {
    for object in objects {
        // SAFETY: the objects come from a list of heads.
        let head = unsafe { GcHead::of(object) };
        if let Some(finalize) = object.class().tp_finalize.get()
            && !head.has_flag(FINALIZED)
        {
            head.set_flag(FINALIZED);
            // SAFETY: the type's own function, on its live object.
            unsafe { finalize(object.as_ptr()) };
        }
    }
}

fn keep_legacy_garbage(legacy: &GcHead, old: &GcHead) -> usize {
    let mut uncollectable = 0;
    each(legacy, |head| {
        uncollectable += 1;
        if has_debug(debug::UNCOLLECTABLE) {
            report_object("uncollectable", head);
        }
        // SAFETY: a head in a list belongs to a live object.
        let object = unsafe { &*head.object() };
        if has_debug(debug::SAVE_ALL) || object.class().tp_del.get().is_some() {
            add_garbage(object);
        }
    });
    old.absorb(legacy);
    uncollectable
}

/// `gc.garbage`, made when first asked for.
pub fn garbage() -> Ref<List> {
    list_in(&COLLECTOR.garbage)
}

/// `gc.callbacks`, made when first asked for.
pub fn callbacks() -> Ref<List> {
    list_in(&COLLECTOR.callbacks)
}

fn list_in(field: &Field<List>) -> Ref<List> {
    if let Some(list) = field.get() {
        return list;
    }
    let list = List::new();
    field.set(Some(list.clone()));
    list
}

fn add_garbage(object: &Object) {
    if let Err(raised) = garbage().push(object.to_ref()) {
        raised.clear();
    }
}

/// The objects that the collector knows: of one generation, or all.
pub fn objects(generation: Option<usize>) -> Vec<Ref> {
    let lists = COLLECTOR.generations.iter().enumerate();
    let mut objects = Vec::new();
    for (_, list) in lists.filter(|(number, _)| generation.is_none_or(|wanted| wanted == *number)) {
        // SAFETY: a head in a list belongs to a live object.
        each(list.list(), |head| objects.push(unsafe { (*head.object()).to_ref() }));
    }
    objects
}

/// The objects, but for `besides`, that refer directly to one of those given.
pub fn referrers(wanted: &Tuple, besides: &Object) -> Vec<Ref> {
    unsafe extern "C" fn compare(object: *mut Object, wanted: *mut c_void) -> c_int {
        // SAFETY: a traversal visits live objects; the argument is the tuple.
        unsafe { (*wanted.cast::<Tuple>()).items().iter().any(|item| item.is(&*object)) }.into()
    }
    let mut found = Vec::new();
    for generation in &COLLECTOR.generations {
        each(generation.list(), |head| {
            // SAFETY: a head in a list belongs to a live object.
            let object = unsafe { &*head.object() };
            if !object.is(wanted)
                && !object.is(besides)
                && traverse(object, compare, ptr::from_ref(wanted).cast_mut().cast()) != 0
            {
                found.push(object.to_ref());
            }
        });
    }
    found
}

/// `gc.freeze()`: puts all objects out of the collector's reach.
pub fn freeze() {
    for generation in &COLLECTOR.generations {
        COLLECTOR.permanent.list().absorb(generation.list());
        generation.count.set(0);
    }
}

/// `gc.unfreeze()`.
pub fn unfreeze() {
    COLLECTOR.generations[OLDEST].list().absorb(COLLECTOR.permanent.list());
}

/// Whether `gc.set_debug` has set a flag.
pub fn has_debug(flag: c_int) -> bool {
    COLLECTOR.debug.get() & flag != 0
}

fn report_start(number: usize) {
    let lengths = COLLECTOR.generations.iter().map(|generation| format!(" {}", length(generation.list())));
    write(&format!(
        "gc: collecting generation {number}...\ngc: objects in each generation:{}\ngc: objects in permanent generation: {}\n",
        lengths.collect::<String>(),
        length(COLLECTOR.permanent.list())
    ));
}

fn report_object(what: &str, head: &GcHead) {
    // SAFETY: a head in a list belongs to a live object.
    let object = unsafe { &*head.object() };
    write(&format!("gc: {what} <{} {object:p}>\n", object.class().name()));
}

/// Writes to `sys.stderr`, or where that cannot be, to the process's.
fn write(text: &str) {
    let stderr = (crate::services::get().sys_get)("stderr").filter(|stderr| !stderr.is_none());
    let Some(stderr) = stderr else { return eprint!("{text}") };
    if let Err(raised) = stderr.call_method(intern!("write"), &[&Str::new(text)]) {
        raised.clear();
    }
}
