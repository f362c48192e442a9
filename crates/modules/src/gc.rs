//! `gc`: the cycle collector's controls.

pub use gc::{DEFINITION, initialize};

/// Control over the collector of reference cycles, and questions about what it sees.
///
/// Objects that keep each other alive in a circle are freed by the collector alone.
/// It sorts the objects into three generations, by how many collections they survived.
///
/// When it runs: enable(), disable(), isenabled(), set_threshold(), get_threshold()
/// Running it now: collect()
/// How often it ran, and what for: get_count(), get_stats(), set_debug(), get_debug()
/// What it knows of objects: get_objects(), is_tracked(), is_finalized()
/// Who refers to whom: get_referrers(), get_referents()
/// Leaving objects alone for good: freeze(), unfreeze(), get_freeze_count()
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

    /// Tell whether collections start by themselves, as enable() and disable() have set it.
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

    /// Give the bits that set_debug() has set, as an integer.
    #[function]
    fn get_debug() -> i32 {
        COLLECTOR.debug.get()
    }

    fn three(numbers: impl Fn(usize) -> i32) -> Result<Ref<Tuple>> {
        Tuple::new([0, 1, 2].map(|index| Int::new(numbers(index).into()).into_object()))
    }

    /// Give how far each generation is towards its next collection, as a tuple of three.
    ///
    /// The first number counts new objects less freed ones, the others collections of
    /// the generation before.
    #[function]
    fn get_count() -> Result<Ref<Tuple>> {
        three(|index| COLLECTOR.generations[index].count.get())
    }

    /// set_threshold(threshold0, [threshold1, threshold2]) -> None
    ///
    /// Choose at which counts, see get_count(), a generation is collected. With a
    /// threshold0 of 0 no collection starts by itself.
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

    /// Give the three numbers that set_threshold() has set, as a tuple.
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

    /// List the objects that the collector tracks; the new list itself is left out.
    ///
    ///    generation
    ///      0, 1 or 2 for the objects of that generation alone; None for all.
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

    /// Tell what the collector has done so far: a list of one dictionary for each generation.
    ///
    /// The keys are 'collections', 'collected' and 'uncollectable'.
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

    /// Tell whether the collector watches the object.
    ///
    /// It need not watch what cannot be part of a cycle, such as numbers and strings.
    #[function("(obj, /)")]
    fn is_tracked(obj: &Object) -> bool {
        tracks(obj)
    }

    /// Tell whether the collector has called the object's finalizer, which it does only once.
    #[function("(obj, /)")]
    fn is_finalized(obj: &Object) -> bool {
        finalized(obj)
    }

    /// get_referrers(*objs) -> list
    /// Search all tracked objects for those that hold a reference to any of the arguments.
    #[function(varargs, no_text_signature)]
    fn get_referrers(args: &Tuple) -> Result<Ref<List>> {
        (objects::services::get().audit)("gc.get_referrers", &[args])?;
        Ok(List::from_vec(collector::referrers(args, args)))
    }

    /// get_referents(*objs) -> list
    /// Collect what the arguments hold references to, as far as the collector can see.
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

    /// Undo freeze(): from now on all that it set aside is subject to collection again.
    ///
    /// The objects join the oldest generation.
    #[function]
    fn unfreeze() {
        collector::unfreeze();
    }

    /// Count the objects that freeze() has set aside.
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
