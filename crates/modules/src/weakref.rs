//! `_weakref`: weak references, for the `weakref` module.

pub use _weakref::{DEFINITION, initialize};

/// Weak-reference support module.
#[module(name = "_weakref")]
pub mod _weakref {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::weakref;

    /// Return the number of weak references to 'object'.
    #[function("(object, /)")]
    fn getweakrefcount(object: &Object) -> usize {
        weakref::references_to(object).len()
    }

    /// getweakrefs(object) -- return a list of all weak reference objects
    /// that point to 'object'.
    #[function("(object, /)", no_text_signature)]
    fn getweakrefs(object: &Object) -> Ref<List> {
        List::from_vec(weakref::references_to(object))
    }

    /// proxy(object[, callback]) -- create a proxy object that weakly
    /// references 'object'.  'callback', if given, is called with a
    /// reference to the proxy when 'object' is about to be finalized.
    #[function("(object, callback=None, /)", no_text_signature)]
    fn proxy(object: &Object, callback: Option<&Object>) -> Result<Ref> {
        weakref::new_proxy(object, callback)
    }

    /// Atomically remove key from dict if it points to a dead weakref.
    #[function("(dct, key, /)", name = "_remove_dead_weakref")]
    fn remove_dead_weakref(dct: &Dict, key: &Object) -> Result<()> {
        match dct.get(key)? {
            Some(value) if weakref::as_reference(&value).is_none() => Err(raise!(TypeError, "not a weakref")),
            _ => dct
                .remove_if(key, key.hash()?, |value| {
                    weakref::as_reference(value).is_some_and(|reference| reference.is_dead())
                })
                .map(drop),
        }
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for (name, class) in [
            ("ref", &weakref::REFERENCE),
            ("ReferenceType", &weakref::REFERENCE),
            ("ProxyType", &weakref::PROXY),
            ("CallableProxyType", &weakref::CALLABLE_PROXY),
        ] {
            module.add(name, class.to_ref().into_object())?;
        }
        Ok(())
    }
}
