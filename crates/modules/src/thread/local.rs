//! `_local`: an object whose attributes each thread has for itself.

use std::cell::Cell;
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use objects::prelude::*;
use objects::protocol::{generic_get_attr, generic_set_attr};
use objects::thread_state::ThreadState;

/// Thread-local data. The dictionaries lie in the threads' own states, under a key that no other object
/// ever has; a thread that ends takes its dictionaries along.
#[repr(C)]
#[derive(Trace)]
pub struct Local {
    base: Object,
    key: Field<Str>,
    args: Field<Tuple>,
    kwargs: Field<Dict>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

static NEXT_KEY: AtomicU64 = AtomicU64::new(1);

/// The dictionary in which a thread state keeps what extensions and this module put there.
fn thread_dict() -> Ref<Dict> {
    let state = ThreadState::current();
    match state.dict.get().and_then(|dict| dict.into_type::<Dict>().ok()) {
        Some(dict) => dict,
        None => {
            let dict = Dict::new();
            state.dict.set(Some(dict.clone().into_object()));
            dict
        }
    }
}

impl Local {
    fn key(&self) -> Result<Ref<Str>> {
        self.key.get().ok_or_else(|| raise!(SystemError, "a cleared thread-local object"))
    }

    /// The calling thread's dictionary: made, and the object initialised for the thread, when first asked for.
    fn dictionary(&self) -> Result<Ref<Dict>> {
        let (all, key) = (thread_dict(), self.key()?);
        if let Some(dict) = all.get(&key)?.and_then(|dict| dict.into_type::<Dict>().ok()) {
            return Ok(dict);
        }
        let dict = Dict::new();
        all.set(&key, &dict)?;
        let class = self.class();
        let is_overridden = class.tp_init.get().map(|init| init as usize)
            != objects::object::OBJECT.tp_init.get().map(|init| init as usize);
        if is_overridden && let (Some(init), Some(args)) = (class.tp_init.get(), self.args.get()) {
            let kwargs = self.kwargs.get();
            if let Err(raised) = raise::check_status(init(self, &args, kwargs.as_deref())) {
                // Initialised anew at the next access.
                let fetched = raised.fetch();
                all.remove(&key)?;
                return Err(fetched.restore());
            }
        }
        Ok(dict)
    }
}

/// Thread-local data
#[class(name = "_local", module = "_thread", flags = BASETYPE, weaklist_offset = offset_of!(Local, weak_references))]
impl Local {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Local>> {
        let is_default = class.tp_init.get().map(|init| init as usize)
            == objects::object::OBJECT.tp_init.get().map(|init| init as usize);
        let has_arguments = !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty());
        if is_default && has_arguments {
            bail!(TypeError, "Initialization arguments are not supported");
        }
        let number = NEXT_KEY.fetch_add(1, Ordering::Relaxed);
        let key = Str::new(&format!("thread.local.{number}"));
        let local = Local {
            base: Object::header(),
            key: Field::new(Some(key.clone())),
            args: Field::new(Some(args.to_ref())),
            kwargs: Field::new(kwargs.map(|kwargs| kwargs.to_ref())),
            weak_references: Cell::new(ptr::null_mut()),
        };
        // The making thread's dictionary is there at once: `type.__call__` runs `__init__` for it.
        thread_dict().set(&key, &Dict::new())?;
        Ref::new_in(class, local)
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        let Ok(key) = self.key() else { return };
        // The other threads' values go with them; no later object has the same key.
        vm::thread::for_each_state(|state| {
            if let Some(dict) = state.dict.get().and_then(|dict| dict.into_type::<Dict>().ok())
                && let Err(raised) = dict.remove(&key)
            {
                raised.clear();
            }
        });
    }

    #[slot(tp_getattro)]
    fn getattr(&self, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        let dict = self.dictionary()?;
        if name.equals(intern!("__dict__")) {
            return Ok(dict.into_object());
        }
        generic_get_attr(self, name, Some(&dict))
    }

    #[slot(tp_setattro)]
    fn setattr(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        let dict = self.dictionary()?;
        if name.equals(intern!("__dict__")) {
            bail!(AttributeError, "'{}' object attribute '__dict__' is read-only", self.class().name());
        }
        generic_set_attr(self, name, value, Some(&dict))
    }
}
