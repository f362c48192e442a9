//! `defaultdict`.

use objects::dict::{DICT, Duplicates};
use objects::prelude::*;
use objects::protocol::ReprGuard;

/// `defdictobject`.
#[repr(C)]
#[derive(Trace)]
pub struct DefaultDict {
    base: Dict,
    default_factory: Field,
}

impl DefaultDict {
    fn factory(&self) -> Ref {
        self.default_factory.get().unwrap_or_else(none)
    }

    /// A new instance of this one's class with its factory and some entries.
    fn like(&self, entries: &Object) -> Result<Ref> {
        self.class().as_object().call(&[&self.factory(), entries])
    }
}

/// defaultdict(default_factory=None, /, [...]) --> dict with default factory
///
/// The default factory is called without arguments to produce
/// a new value when a key is not present, in __getitem__ only.
/// A defaultdict compares equal to a dict with the same items.
/// All remaining arguments are those of the dict constructor,
/// keyword arguments included.
#[class(
    name = "defaultdict",
    module = "collections",
    static_ = DEFAULT_DICT,
    layout = Dict,
    base = DICT,
    flags = BASETYPE,
    generic_getattro
)]
impl DefaultDict {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<DefaultDict>> {
        Ref::new_in(class, DefaultDict { base: Dict::empty_value()?, default_factory: Field::null() })
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let rest = match args.as_slice().split_first() {
            None => Tuple::empty(),
            Some((factory, rest)) => {
                if !factory.is_none() && !factory.is_callable() {
                    bail!(TypeError, "first argument must be callable or None");
                }
                Tuple::new(rest.iter().map(|argument| argument.to_ref()))?
            }
        };
        let factory = args.as_slice().first().filter(|factory| !factory.is_none());
        let old = self.default_factory.replace(factory.map(|factory| factory.to_ref()));
        drop(old);
        self.base.fill("dict", rest.as_slice(), kwargs)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(inherited) = DICT.tp_repr.get() else { return Ok(self.default_repr()) };
        let entries = inherited(self)?.str()?;
        let factory = match self.default_factory.get() {
            None => Str::new("None"),
            Some(factory) => match ReprGuard::enter(&factory) {
                Some(_guard) => factory.repr()?,
                None => Str::new("..."),
            },
        };
        let name = self.class().name();
        let name = name.rsplit('.').next().unwrap_or(name);
        objects::format_str!("{name}({factory}, {entries})")
    }

    #[slot(nb_or)]
    fn union(left: &Object, right: &Object) -> Result<Ref> {
        let own = left.downcast::<DefaultDict>().or_else(|| right.downcast::<DefaultDict>());
        let (Some(own), Some(_), Some(_)) = (own, left.downcast::<Dict>(), right.downcast::<Dict>()) else {
            return Ok(not_implemented());
        };
        let union = own.like(left)?;
        match union.downcast::<Dict>() {
            Some(dict) => dict.merge(right, Duplicates::Replace)?,
            None => bail!(TypeError, "{} is no dict", union.class().name()),
        }
        Ok(union)
    }

    /// __missing__(key) # Called by __getitem__ for missing key; pseudo-code:
    ///   if self.default_factory is None: raise KeyError((key,))
    ///   self[key] = value = self.default_factory()
    ///   return value
    #[method("(key, /)", name = "__missing__", no_text_signature)]
    fn missing(&self, key: &Object) -> Result<Ref> {
        let Some(factory) = self.default_factory.get().filter(|factory| !factory.is_none()) else {
            return Err(raise::set_key_error(key));
        };
        let value = factory.call0()?;
        self.as_object().set_item(key, &value)?;
        Ok(value)
    }

    /// D.copy() -> a shallow copy of D.
    #[method(name = "copy", no_text_signature)]
    fn copy(&self) -> Result<Ref> {
        self.like(self)
    }

    /// D.copy() -> a shallow copy of D.
    #[method(name = "__copy__", no_text_signature)]
    fn copy_for_module(&self) -> Result<Ref> {
        self.like(self)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let factory = self.factory();
        let arguments = if factory.is_none() { Tuple::empty() } else { Tuple::new([factory])? };
        let items = self.call_method(intern!("items"), &[])?.iter()?;
        Tuple::new([self.class().to_ref().into_object(), arguments.into_object(), none(), none(), items])
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }

    /// Called without arguments by __missing__() to make the value of an absent key; None turns this off.
    #[member(OBJECT, name = "default_factory")]
    const FACTORY: usize = std::mem::offset_of!(DefaultDict, default_factory);
}
