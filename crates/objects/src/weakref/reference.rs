//! `weakref.ref`.

use std::ffi::c_int;
use std::ops::ControlFlow;

use super::*;
use crate::memory::{Trace, Visitor};

/// `PyWeakReference`.
#[repr(C)]
pub struct Reference {
    base: Object,
    /// What is referred to, borrowed; `None`, which counts as nothing, once that is gone.
    object: Cell<*const Object>,
    callback: Field,
    /// The referent's hash once it was asked for; else -1.
    hash: Cell<isize>,
    /// The neighbours in the referent's list.
    prev: Cell<*const Reference>,
    pub(super) next: Cell<*const Reference>,
}

// Storage.
impl Reference {
    /// What is referred to.
    #[inline]
    pub fn referent(&self) -> Option<Ref> {
        let object = self.object.get();
        if object.is_null() || ptr::eq(object, none_object()) {
            return None;
        }
        // SAFETY: an object that ends takes itself out of its weak references before its memory goes.
        let object = unsafe { &*object };
        // One whose end has begun is not there any more.
        (object.refcnt() > 0).then(|| object.to_ref())
    }

    /// Whether the referent is gone.
    pub fn is_dead(&self) -> bool {
        self.referent().is_none()
    }

    /// Takes the reference out of its referent's list; gives the callback.
    pub(super) fn detach(&self) -> Option<Ref> {
        self.forget_referent();
        self.callback.take()
    }

    /// Takes the reference out of its referent's list. The callback stays, never to be called.
    pub(crate) fn forget_referent(&self) {
        let object = self.object.replace(none_object());
        if !object.is_null() && !ptr::eq(object, none_object()) {
            let (prev, next) = (self.prev.replace(ptr::null()), self.next.replace(ptr::null()));
            // SAFETY: the referent and the neighbours are alive, as their links say.
            unsafe {
                match prev.as_ref() {
                    Some(prev) => prev.next.set(next),
                    None => {
                        if let Some(list) = list_of(&*object) {
                            list.set(next);
                        }
                    }
                }
                if let Some(next) = next.as_ref() {
                    next.prev.set(prev);
                }
            }
        }
    }

    /// Puts the reference into a list: behind another, or at its head.
    fn attach(&self, list: &Cell<*const Reference>, behind: Option<&Reference>) {
        let place = behind.map_or(list, |prev| &prev.next);
        let next = place.replace(self);
        self.prev.set(behind.map_or(ptr::null(), ptr::from_ref));
        self.next.set(next);
        // SAFETY: what is in a list is alive.
        if let Some(next) = unsafe { next.as_ref() } {
            next.prev.set(self);
        }
    }

    /// The callback, while the referent is there.
    pub fn callback(&self) -> Option<Ref> {
        self.callback.get()
    }
}

impl Trace for Reference {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.callback.trace(visitor)
    }

    fn clear(&self) {
        drop(self.detach());
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        drop(self.detach());
    }
}

/// The references without callback that serve everyone who asks for one: first in the list a plain
/// reference, then a proxy.
fn shared_references(list: &Cell<*const Reference>) -> (Option<&Reference>, Option<&Reference>) {
    let without_callback = |pointer: *const Reference| {
        // SAFETY: what is in a list is alive.
        unsafe { pointer.as_ref() }.filter(|reference| reference.callback.is_null())
    };
    let first = without_callback(list.get());
    let plain = first.filter(|reference| reference.class().is(&REFERENCE));
    let second = match plain {
        Some(plain) => without_callback(plain.next.get()),
        None => first,
    };
    let proxy =
        second.filter(|reference| reference.class().is(&PROXY) || reference.class().is(&CALLABLE_PROXY));
    (plain, proxy)
}

/// A weak reference of the class, which is the plain one, a subclass of it, or one of the proxies'.
pub(super) fn make(class: &Type, object: &Object, callback: Option<&Object>) -> Result<Ref> {
    let list = list_or_raise(object)?;
    let callback = callback.filter(|callback| !callback.is_none());
    let is_plain = class.is(&REFERENCE);
    let is_proxy = class.is(&PROXY) || class.is(&CALLABLE_PROXY);
    let shared = |list| match shared_references(list) {
        (Some(plain), _) if is_plain => Some(plain),
        (_, Some(proxy)) if is_proxy => Some(proxy),
        _ => None,
    };
    if callback.is_none()
        && let Some(reference) = shared(list)
    {
        return Ok(reference.as_object().to_ref());
    }
    let reference = Ref::new_in(
        class,
        Reference {
            base: Object::header(),
            object: Cell::new(object),
            callback: Field::new(callback.map(Object::to_ref)),
            hash: Cell::new(-1),
            prev: Cell::new(ptr::null()),
            next: Cell::new(ptr::null()),
        },
    );
    let reference = reference?;
    // Allocating may have collected garbage and made another reference meanwhile.
    let (plain, proxy) = shared_references(list);
    let behind = match (is_plain || is_proxy, callback) {
        (true, None) if is_plain => None,
        (true, None) => plain,
        _ => proxy.or(plain),
    };
    reference.attach(list, behind);
    Ok(reference.into_object())
}

/// The object and the callback in the arguments of a method.
fn parse<'a>(method: &str, arguments: &'a Tuple) -> Result<(&'a Object, Option<&'a Object>)> {
    match *arguments.as_slice() {
        [object] => Ok((object, None)),
        [object, callback] => Ok((object, Some(callback))),
        [] => Err(raise!(TypeError, "{method} expected at least 1 argument, got 0")),
        _ => Err(raise!(TypeError, "{method} expected at most 2 arguments, got {}", arguments.len())),
    }
}

#[class(name = "weakref", static_ = REFERENCE, symbol = "_PyWeakref_RefType", flags = BASETYPE)]
impl Reference {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref> {
        let (object, callback) = parse("__new__", args)?;
        make(class, object, callback)
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "ref() takes no keyword arguments");
        }
        parse("__init__", args).map(drop)
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<Option<Ref>> {
        let keywords = kwargs.map_or(0, Dict::len);
        if args.len() + keywords > 0 {
            let kind = if args.is_empty() { "keyword arguments" } else { "arguments" };
            bail!(TypeError, "__call__() takes at most 0 {kind} ({} given)", args.len() + keywords);
        }
        Ok(self.referent())
    }

    #[slot(tp_hash)]
    fn hash_referent(&self) -> Result<isize> {
        if self.hash.get() == -1 {
            let Some(object) = self.referent() else {
                bail!(TypeError, "weak object has gone away");
            };
            self.hash.set(object.hash()?);
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn rich_compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast::<Reference>() else { return Ok(not_implemented()) };
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(not_implemented());
        }
        match (self.referent(), other.referent()) {
            (Some(a), Some(b)) => a.compare(&b, op),
            // Where an object is gone, only the reference itself is equal.
            _ => Ok(bool_object(self.is(other) == (op == CompareOp::Eq))),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(object) = self.referent() else {
            return Ok(Str::new(&format!("<weakref at {self:p}; dead>")));
        };
        let name = object.get_attr_opt(intern!("__name__"))?;
        let class = object.class().name();
        let address = object.as_ptr();
        Ok(match name.as_deref().and_then(|name| name.downcast::<Str>()) {
            Some(name) => crate::format_str!("<weakref at {self:p}; to '{class}' at {address:p} ({name})>")?,
            None => Str::new(&format!("<weakref at {self:p}; to '{class}' at {address:p}>")),
        })
    }

    /// See PEP 585
    #[classmethod("(item, /)", name = "__class_getitem__", no_text_signature)]
    fn class_getitem(class: &Type, item: &Object) -> Result<Ref> {
        crate::generic_alias::new(class, item)
    }

    #[member(OBJECT, readonly, name = "__callback__")]
    const CALLBACK: usize = std::mem::offset_of!(Reference, callback);
}
