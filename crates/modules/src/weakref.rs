//! `_weakref`: weak references, for the `weakref` module.

pub use _weakref::{DEFINITION, initialize};

/// Weak-reference support module.
#[module(name = "_weakref")]
pub mod _weakref {
    use objects::module::Module;
    use objects::prelude::*;
    use objects::weakref;

    /// Count the weak references, proxies included, that lead to the object.
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

    /// proxy(object[, callback]) -- stand in for the object without keeping it alive.
    ///
    /// Nearly every use of the proxy is passed to the object; once that is gone it
    /// raises ReferenceError. The callback, if any, gets the proxy when this happens.
    #[function("(object, callback=None, /)", no_text_signature, takes_tuple)]
    fn proxy(object: &Object, callback: Option<&Object>) -> Result<Ref> {
        weakref::new_proxy(object, callback)
    }

    /// Delete the entry of a key, provided that its value is a weak reference without an object.
    ///
    /// Nothing else can run between the check and the deletion.
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
