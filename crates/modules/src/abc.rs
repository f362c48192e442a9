//! `_abc`: abstract base classes: which methods are abstract, virtual subclasses, caches of subclass checks.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use objects::prelude::*;
use objects::set::{FROZENSET, Set};
use objects::weakref;

pub use _abc::{DEFINITION, initialize};

/// Counts registrations anywhere: each may turn a negative answer into a positive one.
static REGISTRATIONS: AtomicU64 = AtomicU64::new(0);

fn registrations() -> u64 {
    REGISTRATIONS.load(Ordering::Relaxed)
}

/// A set of classes that does not keep them alive.
#[derive(Trace, Default)]
struct WeakClasses {
    references: Field<Set>,
}

impl WeakClasses {
    fn contains(&self, class: &Object) -> Result<bool> {
        let Some(set) = self.references.get().filter(|set| !set.is_empty()) else { return Ok(false) };
        match weakref::new_reference(class) {
            Ok(reference) => set.contains(&reference),
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                raised.clear();
                Ok(false)
            }
            Err(raised) => Err(raised),
        }
    }

    fn add(&self, class: &Object) -> Result<()> {
        let set = match self.references.get() {
            Some(set) => set,
            None => {
                let set = Set::new();
                self.references.set(Some(set.clone()));
                set
            }
        };
        let forget = Forget { base: Object::header(), set: Field::new(Some(weakref::new_reference(&set)?)) };
        let reference = weakref::new_reference_with(class, Some(&*Ref::new(forget)))?;
        set.add(&reference).map(drop)
    }

    fn clear(&self) {
        if let Some(set) = self.references.get() {
            set.clear();
        }
    }

    /// The classes that are alive.
    fn alive(&self) -> Vec<Ref> {
        let references = self.references.get().map_or_else(Vec::new, |set| set.to_vec());
        references.iter().filter_map(|reference| weakref::referent(reference)).collect()
    }

    fn copy(&self) -> Result<Ref<Set>> {
        match self.references.get() {
            Some(set) => set.copy(),
            None => Ok(Set::new()),
        }
    }
}

/// What takes the reference to a dead class out of its set, which it does not keep alive.
#[repr(C)]
#[derive(Trace)]
pub struct Forget {
    base: Object,
    set: Field,
}

#[class(name = "_abc._forget", generic_getattro)]
impl Forget {
    #[slot(tp_call, "(reference, /)")]
    fn call(&self, reference: &Object) -> Result<()> {
        let set = self.set.get().and_then(|set| weakref::referent(&set));
        match set.as_ref().and_then(|set| set.downcast::<Set>()) {
            Some(set) => set.discard(reference).map(drop),
            None => Ok(()),
        }
    }
}

/// `_abc_data`: what a class keeps as its `_abc_impl`.
#[repr(C)]
#[derive(Trace)]
pub struct State {
    base: Object,
    registry: WeakClasses,
    cache: WeakClasses,
    negative_cache: WeakClasses,
    /// The number of registrations when the negative cache was begun.
    negative_version: Cell<u64>,
}

/// Internal state held by ABC machinery.
#[class(name = "_abc_data", module = "_abc", generic_getattro)]
impl State {
    #[slot(tp_new)]
    fn make(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<State>> {
        State::in_class(class)
    }
}

impl State {
    fn in_class(class: &Type) -> Result<Ref<State>> {
        let state = State {
            base: Object::header(),
            registry: WeakClasses::default(),
            cache: WeakClasses::default(),
            negative_cache: WeakClasses::default(),
            negative_version: Cell::new(registrations()),
        };
        Ref::new_in(class, state)
    }

    fn of(class: &Object) -> Result<Ref<State>> {
        match class.get_attr(intern!("_abc_impl"))?.into_type::<State>() {
            Ok(state) => Ok(state),
            Err(_) => Err(raise!(TypeError, "_abc_impl is set to a wrong type")),
        }
    }

    /// Whether a class is known not to be a subclass.
    fn is_rejected(&self, subclass: &Object) -> Result<bool> {
        match self.negative_version.get() == registrations() {
            true => self.negative_cache.contains(subclass),
            false => Ok(false),
        }
    }

    /// Forgets negative answers from before the last registration.
    fn refresh(&self) {
        if self.negative_version.get() < registrations() {
            self.negative_cache.clear();
            self.negative_version.set(registrations());
        }
    }
}

fn is_abstract(value: &Object) -> Result<bool> {
    match value.get_attr_opt(intern!("__isabstractmethod__"))? {
        Some(mark) => mark.is_true(),
        None => Ok(false),
    }
}

/// The names of a new class's abstract methods: its own, and inherited ones that it does not override.
fn abstract_names(class: &Object) -> Result<Ref<Set>> {
    let names = Set::new();
    let namespace = class.get_attr(intern!("__dict__"))?;
    for item in namespace.call_method(intern!("items"), &[])?.collect_tuple()?.items() {
        let Some([name, value]) = item.downcast::<Tuple>().map(Tuple::items) else {
            bail!(TypeError, "Iteration over keys returned non-iterable");
        };
        if is_abstract(value)? {
            names.add(name)?;
        }
    }
    let bases = class.get_attr(intern!("__bases__"))?;
    let Some(bases) = bases.downcast::<Tuple>() else { bail!(TypeError, "__bases__ is not tuple") };
    for base in bases.items() {
        let Some(inherited) = base.get_attr_opt(intern!("__abstractmethods__"))? else { continue };
        let iterator = inherited.iter()?;
        while let Some(name) = iterator.next()? {
            let value = match name.downcast::<Str>() {
                Some(name) => class.get_attr_opt(name)?,
                None => Some(class.get_attr_object(&name)?),
            };
            if let Some(value) = value
                && is_abstract(&value)?
            {
                names.add(&name)?;
            }
        }
    }
    Ok(names)
}

/// Whether a class is a subclass, from what is neither cached nor said by its hook.
fn search(class: &Object, state: &State, subclass: &Type) -> Result<bool> {
    if subclass.tp_mro.get().is_some_and(|order| order.items().iter().any(|base| base.is(class))) {
        return Ok(true);
    }
    if state.registry.contains(subclass)? {
        return Ok(true);
    }
    for registered in state.registry.alive() {
        if subclass.is_subclass(&registered)? {
            return Ok(true);
        }
    }
    let direct = class.call_method(intern!("__subclasses__"), &[])?;
    let Some(direct) = direct.downcast::<List>() else {
        bail!(TypeError, "__subclasses__() must return a list");
    };
    for index in 0.. {
        let Some(direct) = direct.get(index) else { break };
        if subclass.is_subclass(&direct)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the abc module is built on: registered subclasses, and caches for the checks of ABCMeta.
#[module(name = "_abc")]
pub mod _abc {
    use objects::prelude::*;

    use super::*;

    /// Returns the current ABC cache token.
    ///
    /// It changes with every call to register() on any ABC; all that it is good for
    /// is to be compared for equality.
    #[function("()")]
    fn get_cache_token() -> u64 {
        registrations()
    }

    /// Sets a new class up, for the abc module alone.
    #[function("(object, /)", name = "_abc_init")]
    fn initialize_class(class: &Object) -> Result<()> {
        let names = abstract_names(class)?;
        let names = FROZENSET.call(&[&*names])?;
        class.set_attr(intern!("__abstractmethods__"), &names)?;
        class.set_attr(intern!("_abc_impl"), &*State::in_class(&STATE)?)
    }

    /// Makes a class a virtual subclass, for the abc module alone.
    #[function("(self, subclass, /)", name = "_abc_register")]
    fn register(class: &Object, subclass: &Object) -> Result<Ref> {
        if subclass.downcast::<Type>().is_none() {
            bail!(TypeError, "Can only register classes");
        }
        if subclass.is_subclass(class)? {
            return Ok(subclass.to_ref());
        }
        // Asked after the other direction, so that registering a class with itself does nothing.
        if class.is_subclass(subclass)? {
            bail!(RuntimeError, "Refusing to create an inheritance cycle");
        }
        State::of(class)?.registry.add(subclass)?;
        REGISTRATIONS.fetch_add(1, Ordering::Relaxed);
        Ok(subclass.to_ref())
    }

    /// Checks an instance, for the abc module alone.
    #[function("(self, instance, /)", name = "_abc_instancecheck")]
    fn check_instance(class: &Object, instance: &Object) -> Result<Ref> {
        let state = State::of(class)?;
        let subclass = instance.get_attr(intern!("__class__"))?;
        if state.cache.contains(&subclass)? {
            return Ok(true_());
        }
        let actual = instance.class().to_ref();
        let check = |subclass: &Object| class.call_method(intern!("__subclasscheck__"), &[subclass]);
        if subclass.is(&actual) {
            if state.is_rejected(&subclass)? {
                return Ok(false_());
            }
            return check(&subclass);
        }
        let answer = check(&subclass)?;
        match answer.is_true()? {
            true => Ok(answer),
            false => check(&actual),
        }
    }

    /// Checks a class, for the abc module alone.
    #[function("(self, subclass, /)", name = "_abc_subclasscheck")]
    fn check_subclass(class: &Object, subclass: &Object) -> Result<bool> {
        let Some(subclass) = subclass.downcast::<Type>() else {
            bail!(TypeError, "issubclass() arg 1 must be a class");
        };
        let state = State::of(class)?;
        if state.cache.contains(subclass)? {
            return Ok(true);
        }
        state.refresh();
        if state.is_rejected(subclass)? {
            return Ok(false);
        }
        let said = class.call_method(intern!("__subclasshook__"), &[subclass])?;
        let answer = match &*said {
            said if said.is_true_object() => true,
            said if said.is_false_object() => false,
            said if said.is_not_implemented() => search(class, &state, subclass)?,
            _ => bail!(AssertionError, "__subclasshook__ must return either False, True, or NotImplemented"),
        };
        match answer {
            true => state.cache.add(subclass)?,
            false => state.negative_cache.add(subclass)?,
        }
        Ok(answer)
    }

    /// Copies of a class's registry and both caches, and the negative cache's version.
    ///
    /// For debugging: ABC._dump_registry() prints them.
    #[function("(object, /)", name = "_get_dump")]
    fn dump(class: &Object) -> Result<Ref> {
        let state = State::of(class)?;
        let copies = (state.registry.copy()?, state.cache.copy()?, state.negative_cache.copy()?);
        (copies.0, copies.1, copies.2, state.negative_version.get()).into_object()
    }

    /// Forgets the virtual subclasses of a class, for refleak.py alone.
    #[function("(object, /)", name = "_reset_registry")]
    fn reset_registry(class: &Object) -> Result<()> {
        State::of(class)?.registry.clear();
        Ok(())
    }

    /// Empties both caches of a class, for refleak.py alone.
    #[function("(object, /)", name = "_reset_caches")]
    fn reset_caches(class: &Object) -> Result<()> {
        let state = State::of(class)?;
        state.cache.clear();
        state.negative_cache.clear();
        Ok(())
    }
}
