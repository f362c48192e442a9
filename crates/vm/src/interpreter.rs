//! The interpreter: what its threads share. Modules, builtins, the import system.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::AtomicPtr;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::config::Config;
use crate::import::ImportLock;
use crate::warnings::Warnings;

/// The first interpreter, which lives as long as the process.
pub static MAIN: AtomicPtr<Interpreter> = AtomicPtr::new(ptr::null_mut());

/// What `os.register_at_fork` was given.
#[derive(Default)]
pub struct ForkHooks {
    pub before: Vec<Ref>,
    pub in_child: Vec<Ref>,
    pub in_parent: Vec<Ref>,
}

/// The state of an interpreter.
pub struct Interpreter {
    /// Its number in the process: 0 for the first.
    pub id: i64,
    /// The objects that stand for its number.
    pub id_objects: Cell<usize>,
    /// Whether it ends with the last of these objects.
    pub ends_with_ids: Cell<bool>,
    /// It is about to end: nothing new runs in it.
    pub is_ending: Cell<bool>,
    /// It may start no threads and no processes.
    pub is_isolated: Cell<bool>,
    /// The interpreter's thread states, the newest first.
    pub threads: Cell<*mut ThreadState>,
    /// `sys.modules`.
    pub modules: Field<Dict>,
    /// The dictionary of `sys`.
    pub sysdict: Field<Dict>,
    /// The dictionary of `builtins`.
    pub builtins: Field<Dict>,
    /// Where extension modules keep data of their own.
    pub dict: Field<Dict>,
    /// What the dictionary of `builtins` holds at first.
    pub original_builtins: Field<Dict>,
    /// `importlib._bootstrap`.
    pub importlib: Field,
    /// The original `builtins.__import__`.
    pub import_function: Field,
    /// Modules that C code finds again by their definitions' addresses (`PyState_FindModule`).
    pub modules_by_definition: Field<Dict>,
    pub import_lock: ImportLock,
    pub warnings: Warnings,
    pub codecs: objects::codecs::registry::Registry,
    pub fork_hooks: RefCell<ForkHooks>,
    /// The hooks of `sys.addaudithook`.
    pub audit_hooks: RefCell<Vec<Ref>>,
    /// `atexit`'s functions with their arguments, the last registered last.
    pub exit_functions: RefCell<Vec<(Ref, Ref<Tuple>, Ref<Dict>)>>,
    /// The classes of `_ast`, once they are asked for.
    pub tree_classes: OnceCell<crate::ast::Classes>,
    /// What native modules keep for this interpreter (states, exception classes, names looked up in Python
    /// modules), by the addresses of the `static`s that stand for them.
    kept: RefCell<HashMap<usize, Ref>>,
    /// What the interpreter was started with.
    pub config: RefCell<Config>,
}

impl Interpreter {
    /// An interpreter without anything in it yet.
    pub fn new(id: i64) -> Interpreter {
        Interpreter {
            id,
            id_objects: Cell::default(),
            ends_with_ids: Cell::default(),
            is_ending: Cell::default(),
            is_isolated: Cell::default(),
            threads: Cell::new(ptr::null_mut()),
            modules: Field::null(),
            sysdict: Field::null(),
            builtins: Field::null(),
            dict: Field::null(),
            original_builtins: Field::null(),
            importlib: Field::null(),
            import_function: Field::null(),
            modules_by_definition: Field::null(),
            import_lock: ImportLock::default(),
            warnings: Warnings::default(),
            codecs: objects::codecs::registry::Registry::default(),
            fork_hooks: RefCell::default(),
            audit_hooks: RefCell::default(),
            exit_functions: RefCell::default(),
            tree_classes: OnceCell::new(),
            kept: RefCell::default(),
            config: RefCell::default(),
        }
    }

    /// The current thread's interpreter.
    #[inline(always)]
    pub fn current() -> &'static Interpreter {
        // SAFETY: a thread state that runs belongs to a live interpreter.
        unsafe { &*ThreadState::current().interp.get().cast() }
    }

    /// Whether it is the first one, which handles signals and lives as long as the process.
    pub fn is_main(&self) -> bool {
        self.id == 0
    }

    /// Whether Python code of it runs, in any thread.
    pub fn is_running(&self) -> bool {
        let mut next = self.threads.get();
        // SAFETY: the list's states are alive; the GIL is held.
        while let Some(state) = unsafe { next.as_ref() } {
            if !state.frame.get().is_null() {
                return true;
            }
            next = state.next.get();
        }
        self.is_ending.get()
    }

    /// Whether it has more than one thread.
    pub fn has_threads(&self) -> bool {
        // SAFETY: the list's states are alive; the GIL is held.
        let state = unsafe { self.threads.get().as_ref() };
        state.is_some_and(|state| !state.next.get().is_null())
    }

    /// Lets go of every object: all its modules are gone.
    pub fn clear(&self) {
        self.audit_hooks.take();
        self.fork_hooks.take();
        self.kept.take();
        self.exit_functions.take();
        self.codecs.clear();
        self.warnings.clear();
        for dict in [
            &self.dict,
            &self.modules_by_definition,
            &self.original_builtins,
            &self.sysdict,
            &self.builtins,
            &self.modules,
        ] {
            dict.set(None);
        }
        self.importlib.set(None);
        self.import_function.set(None);
    }

    /// What a native module keeps for this interpreter under a `static` of its own, made when it is first asked for.
    pub fn kept<K>(&self, key: &'static K, make: impl FnOnce() -> Result<Ref>) -> Result<Ref> {
        let key = std::ptr::from_ref(key) as usize;
        if let Some(known) = self.kept.borrow().get(&key) {
            return Ok(known.clone());
        }
        // Making it may run code that asks for it too: the first one made stays.
        let made = make()?;
        Ok(self.kept.borrow_mut().entry(key).or_insert(made).clone())
    }

    pub fn modules(&self) -> Result<Ref<Dict>> {
        self.modules.get().ok_or_else(|| raise!(RuntimeError, "unable to get sys.modules"))
    }

    pub fn builtins(&self) -> Result<Ref<Dict>> {
        self.builtins.get().ok_or_else(|| raise!(SystemError, "the interpreter has no builtins"))
    }

    pub fn stdlib(&self) -> Option<PathBuf> {
        self.config.borrow().stdlib.clone()
    }

    /// The optimisation level of compilations that name none.
    pub fn optimization(&self) -> u8 {
        self.config.borrow().optimize
    }

    pub fn bytes_warning(&self) -> i32 {
        self.config.borrow().bytes_warning
    }

    /// A name of `sys`.
    pub fn sys_get(&self, name: &Str) -> Option<Ref> {
        self.sysdict.get()?.get_str(name)
    }
}
