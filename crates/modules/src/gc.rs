//! `gc`: the cycle collector's controls.

pub use gc::{DEFINITION, initialize};

/// This module provides access to the garbage collector for reference cycles.
///
/// enable() -- Enable automatic garbage collection.
/// disable() -- Disable automatic garbage collection.
/// isenabled() -- Returns true if automatic collection is enabled.
/// collect() -- Do a full collection right now.
/// get_count() -- Return the current collection counts.
/// get_stats() -- Return list of dictionaries containing per-generation stats.
/// set_debug() -- Set debugging flags.
/// get_debug() -- Get debugging flags.
/// set_threshold() -- Set the collection thresholds.
/// get_threshold() -- Return the current the collection thresholds.
/// get_objects() -- Return a list of all objects tracked by the collector.
/// is_tracked() -- Returns true if a given object is tracked.
/// is_finalized() -- Returns true if a given object has been already finalized.
/// get_referrers() -- Return the list of objects that refer to an object.
/// get_referents() -- Return the list of objects that an object refers to.
/// freeze() -- Freeze all tracked objects and ignore them for future collections.
/// unfreeze() -- Unfreeze all objects in the permanent generation.
/// get_freeze_count() -- Return the number of objects in the permanent generation.
#[module(name = "gc")]
pub mod gc {
    use std::ffi::c_int;

    use objects::memory::collector::{self, debug};
    use objects::memory::gc::{COLLECTOR, is_finalized as finalized, is_tracked as tracks};
    use objects::module::Module;
    use objects::prelude::*;

    /// Enable automatic garbage collection.
    #[function]
    fn enable() {
        COLLECTOR.enabled.set(true);
    }

    /// Disable automatic garbage collection.
    #[function]
    fn disable() {
        COLLECTOR.enabled.set(false);
    }

    /// Returns true if automatic garbage collection is enabled.
    #[function]
    fn isenabled() -> bool {
        COLLECTOR.enabled.get()
    }

    /// Set the garbage collection debugging flags.
    ///
    ///   flags
    ///     An integer of these bits:
    ///       DEBUG_STATS - Tell about each collection.
    ///       DEBUG_COLLECTABLE - Name the objects that can be collected.
    ///       DEBUG_UNCOLLECTABLE - Name the objects that cannot.
    ///       DEBUG_SAVEALL - Put objects into gc.garbage, instead of freeing them.
    ///       DEBUG_LEAK - All of these but STATS.
    ///
    /// What they print goes to sys.stderr.
    #[function("(flags, /)")]
    fn set_debug(flags: i32) {
        COLLECTOR.debug.set(flags);
    }

    /// Get the garbage collection debugging flags.
    #[function]
    fn get_debug() -> i32 {
        COLLECTOR.debug.get()
    }

    fn three(numbers: impl Fn(usize) -> i32) -> Result<Ref<Tuple>> {
        Tuple::new([0, 1, 2].map(|index| Int::new(numbers(index).into()).into_object()))
    }

    /// Return a three-tuple of the current collection counts.
    #[function]
    fn get_count() -> Result<Ref<Tuple>> {
        three(|index| COLLECTOR.generations[index].count.get())
    }

    /// set_threshold(threshold0, [threshold1, threshold2]) -> None
    ///
    /// Sets the collection thresholds.  Setting threshold0 to zero disables
    /// collection.
    #[function(varargs, no_text_signature)]
    fn set_threshold(args: &Tuple) -> Result<()> {
        match args.len() {
            0 => bail!(TypeError, "set_threshold() takes at least 1 argument (0 given)"),
            1..=3 => {}
            given => bail!(TypeError, "set_threshold() takes at most 3 arguments ({given} given)"),
        }
        for (generation, threshold) in COLLECTOR.generations.iter().zip(args.items()) {
            let threshold = threshold.as_isize()?;
            match c_int::try_from(threshold) {
                Ok(threshold) => generation.threshold.set(threshold),
                Err(_) => bail!(OverflowError, "signed integer is greater than maximum"),
            }
        }
        Ok(())
    }

    /// Return the current collection thresholds.
    #[function]
    fn get_threshold() -> Result<Ref<Tuple>> {
        three(|index| COLLECTOR.generations[index].threshold.get())
    }

    /// Run the garbage collector.
    ///
    /// Without an argument it is a full collection. The argument is the number of
    /// the generation to collect; ValueError if there is no such generation.
    ///
    /// The number of unreachable objects is returned.
    #[function("(generation=2)")]
    fn collect(generation: i32) -> Result<usize> {
        match usize::try_from(generation) {
            Ok(generation @ 0..=2) => Ok(collector::collect(generation)),
            _ => Err(raise!(ValueError, "invalid generation")),
        }
    }

    /// Return a list of objects tracked by the collector (excluding the list returned).
    ///
    ///   generation
    ///     Generation to extract the objects from.
    ///
    /// If generation is not None, return only the objects tracked by the collector
    /// that are in that generation.
    #[function("(generation=None)")]
    fn get_objects(generation: NoneOr<isize>) -> Result<Ref<List>> {
        let asked = Int::from_isize(generation.0.unwrap_or(-1));
        (objects::services::get().audit)("gc.get_objects", &[&asked])?;
        let generation = match generation.0 {
            None => None,
            Some(3..) => bail!(
                ValueError,
                "generation parameter must be less than the number of available generations (3)"
            ),
            Some(generation) => match usize::try_from(generation) {
                Ok(generation) => Some(generation),
                Err(_) => bail!(ValueError, "generation parameter cannot be negative"),
            },
        };
        Ok(List::from_vec(collector::objects(generation)))
    }

    /// Return a list of dictionaries containing per-generation statistics.
    #[function]
    fn get_stats() -> Result<Ref<List>> {
        let all = COLLECTOR.statistics.iter().map(|statistics| {
            let dict = Dict::new();
            dict.set(intern!("collections"), &Int::from_usize(statistics.collections.get()))?;
            dict.set(intern!("collected"), &Int::from_usize(statistics.collected.get()))?;
            dict.set(intern!("uncollectable"), &Int::from_usize(statistics.uncollectable.get()))?;
            Ok(dict.into_object())
        });
        Ok(List::from_vec(all.collect::<Result<_>>()?))
    }

    /// Returns true if the object is tracked by the garbage collector.
    ///
    /// Simple atomic objects will return false.
    #[function("(obj, /)")]
    fn is_tracked(obj: &Object) -> bool {
        tracks(obj)
    }

    /// Returns true if the object has been already finalized by the GC.
    #[function("(obj, /)")]
    fn is_finalized(obj: &Object) -> bool {
        finalized(obj)
    }

    /// get_referrers(*objs) -> list
    /// Return the list of objects that directly refer to any of objs.
    #[function(varargs, no_text_signature)]
    fn get_referrers(args: &Tuple) -> Result<Ref<List>> {
        (objects::services::get().audit)("gc.get_referrers", &[args])?;
        Ok(List::from_vec(collector::referrers(args, args)))
    }

    /// get_referents(*objs) -> list
    /// Return the list of objects that are directly referred to by objs.
    #[function(varargs, no_text_signature)]
    fn get_referents(args: &Tuple) -> Result<Ref<List>> {
        (objects::services::get().audit)("gc.get_referents", &[args])?;
        Ok(List::from_vec(args.items().iter().flat_map(|object| collector::referents(object)).collect()))
    }

    /// Freeze all current tracked objects and ignore them for future collections.
    ///
    /// Before a fork() this lets parent and child share the memory of what there is.
    /// A collection before it may free pages for later allocations, which are
    /// then copied on their first write.
    #[function]
    fn freeze() {
        collector::freeze();
    }

    /// Unfreeze all objects in the permanent generation.
    ///
    /// Put all objects in the permanent generation back into oldest generation.
    #[function]
    fn unfreeze() {
        collector::unfreeze();
    }

    /// Return the number of objects in the permanent generation.
    #[function]
    fn get_freeze_count() -> usize {
        collector::length(COLLECTOR.permanent.list())
    }

    #[constant]
    const DEBUG_STATS: i32 = debug::STATS;
    #[constant]
    const DEBUG_COLLECTABLE: i32 = debug::COLLECTABLE;
    #[constant]
    const DEBUG_UNCOLLECTABLE: i32 = debug::UNCOLLECTABLE;
    #[constant]
    const DEBUG_SAVEALL: i32 = debug::SAVE_ALL;
    #[constant]
    const DEBUG_LEAK: i32 = debug::LEAK;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.add("garbage", collector::garbage().into_object())?;
        module.add("callbacks", collector::callbacks().into_object())
    }
}
