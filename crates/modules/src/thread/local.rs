//! `_local`: an object whose attributes each thread has for itself.

use std::cell::Cell;
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use objects::prelude::*;
use objects::protocol::{generic_get_attr, generic_set_attr};
use objects::thread_state::ThreadState;
use objects::weakref;

/// Thread-local data. The object owns the threads' dictionaries, so that the collector sees what they hold.
/// Each thread's own state has a token for it, under a key that no other object ever has: a thread that
/// ends takes its token along, and with that its dictionary goes.
#[repr(C)]
#[derive(Trace)]
pub struct Local {
    base: Object,
    #[trace(skip)]
    key: Field<Str>,
    args: Field<Tuple>,
    kwargs: Field<Dict>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
    /// By the addresses of tokens: a weak reference to the token, and the dictionary.
    dictionaries: Field<Dict>,
}

/// What stands for a thread.
#[repr(C)]
#[derive(Trace)]
pub struct Token {
    base: Object,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

/// Thread-local dummy
#[class(name = "_thread._localdummy", weaklist_offset = offset_of!(Token, weak_references), generic_getattro)]
impl Token {}

/// What is called when a token goes.
#[repr(C)]
#[derive(Trace)]
pub struct Forget {
    base: Object,
    /// A weak reference to the thread-local object.
    local: Field,
    token: Field<Int>,
}

#[class(name = "_thread._forget", generic_getattro)]
impl Forget {
    #[slot(tp_call, "(reference, /)")]
    fn call(&self, reference: &Object) -> Result<()> {
        let _ = reference;
        let local = self.local.get().and_then(|local| weakref::referent(&local));
        let dictionaries = local
            .as_ref()
            .and_then(|local| local.downcast::<Local>())
            .and_then(|local| local.dictionaries.get());
        match (dictionaries, self.token.get()) {
            (Some(dictionaries), Some(token)) => dictionaries.pop(&token).map(drop),
            _ => Ok(()),
        }
    }
}

fn address(token: &Object) -> Ref<Int> {
    Int::new(token.as_ptr() as i64)
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

    /// The dictionary of a thread, by its token.
    fn dictionary_of(&self, token: &Object) -> Result<Option<Ref<Dict>>> {
        let Some(dictionaries) = self.dictionaries.get() else { return Ok(None) };
        let Some(entry) = dictionaries.get(&address(token))? else { return Ok(None) };
        let dict = entry.downcast::<Tuple>().and_then(|entry| entry.items().get(1).cloned());
        Ok(dict.and_then(|dict| dict.into_type::<Dict>().ok()))
    }

    /// A dictionary for the calling thread.
    fn add_dictionary(&self, all: &Dict, key: &Str) -> Result<Ref<Dict>> {
        let dictionaries = match self.dictionaries.get() {
            Some(dictionaries) => dictionaries,
            None => {
                let dictionaries = Dict::new();
                self.dictionaries.set(Some(dictionaries.clone()));
                dictionaries
            }
        };
        let token = Ref::new(Token { base: Object::header(), weak_references: Cell::new(ptr::null_mut()) });
        let forget = Ref::new(Forget {
            base: Object::header(),
            local: Field::new(Some(weakref::new_reference(self)?)),
            token: Field::new(Some(address(&token))),
        });
        let reference = weakref::new_reference_with(&token, Some(&forget))?;
        let dict = Dict::new();
        let entry = Tuple::new([reference, dict.clone().into_object()])?;
        dictionaries.set(&address(&token), &entry)?;
        all.set(key, &token)?;
        Ok(dict)
    }

    /// The calling thread's dictionary: made, and the object initialised for the thread, when first asked for.
    fn dictionary(&self) -> Result<Ref<Dict>> {
        let (all, key) = (thread_dict(), self.key()?);
        if let Some(token) = all.get(&key)?
            && let Some(dict) = self.dictionary_of(&token)?
        {
            return Ok(dict);
        }
        let dict = self.add_dictionary(&all, &key)?;
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

impl Drop for Local {
    /// Takes the tokens out of all threads' states.
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let pending = raise::fetch();
        vm::thread::for_each_state(|state| {
            if let Some(dict) = state.dict.get().and_then(|dict| dict.into_type::<Dict>().ok())
                && let Err(raised) = dict.pop(&key)
            {
                raised.clear();
            }
        });
        if let Some(pending) = pending {
            let _ = pending.restore();
        }
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
            dictionaries: Field::null(),
        };
        let local = Ref::new_in(class, local)?;
        // The making thread's dictionary is there at once: `type.__call__` runs `__init__` for it.
        local.add_dictionary(&thread_dict(), &key)?;
        Ok(local)
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
