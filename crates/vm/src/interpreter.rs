//! The interpreter: what its threads share. Modules, builtins, the import system.

use std::cell::{Cell, OnceCell, RefCell};
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

/// The state of an interpreter.
pub struct Interpreter {
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
    /// Single-phase extension modules by path and name.
    pub extensions: Field<Dict>,
    /// Modules that C code finds again by their definitions' addresses (`PyState_FindModule`).
    pub modules_by_definition: Field<Dict>,
    pub import_lock: ImportLock,
    pub warnings: Warnings,
    /// `atexit`'s functions with their arguments, the last registered last.
    pub exit_functions: RefCell<Vec<(Ref, Ref<Tuple>, Ref<Dict>)>>,
    /// The classes of `_ast`, once they are asked for.
    pub tree_classes: OnceCell<crate::ast::Classes>,
    /// What the program was started with.
    pub config: RefCell<Config>,
}

impl Default for Interpreter {
    fn default() -> Interpreter {
        Interpreter {
            threads: Cell::new(ptr::null_mut()),
            modules: Field::null(),
            sysdict: Field::null(),
            builtins: Field::null(),
            dict: Field::null(),
            original_builtins: Field::null(),
            importlib: Field::null(),
            import_function: Field::null(),
            extensions: Field::null(),
            modules_by_definition: Field::null(),
            import_lock: ImportLock::default(),
            warnings: Warnings::default(),
            exit_functions: RefCell::default(),
            tree_classes: OnceCell::new(),
            config: RefCell::default(),
        }
    }
}

impl Interpreter {
    /// The current thread's interpreter.
    #[inline(always)]
    pub fn current() -> &'static Interpreter {
        // SAFETY: a thread state that runs belongs to a live interpreter.
        unsafe { &*ThreadState::current().interp.get().cast() }
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
