//! What the object model asks of the layers above it: a table of functions filled at start-up,
//! so that the arrows between crates never turn round.

use std::ffi::c_int;
use std::sync::OnceLock;

use crate::codecs::registry::Registry;
use crate::prelude::*;
use crate::raise::Fetched;
use crate::thread_state::ThreadState;

/// The services. Each raises as its Python counterpart does.
pub struct Services {
    /// Hands an exception that cannot propagate to `sys.unraisablehook`.
    pub write_unraisable: fn(Fetched, Option<&Object>),
    /// Issues a warning of a category, `stacklevel` frames up; an error where filters say so.
    pub warn: fn(category: &Type, message: &Object, stacklevel: isize, source: Option<&Object>) -> Result<()>,
    /// `importlib.import_module` for an absolute name, through `sys.modules`.
    pub import: fn(name: &str) -> Result<Ref>,
    /// Looks up a module attribute of `sys`, without raising.
    pub sys_get: fn(name: &str) -> Option<Ref>,
    /// The globals of the innermost Python frame.
    pub current_globals: fn() -> Option<Ref<Dict>>,
    /// What `super()` stands for in the innermost Python frame: the class in whose body the function was
    /// defined, and the first argument.
    pub super_arguments: fn() -> Result<(Ref<Type>, Ref)>,
    /// The builtins of the innermost Python frame, or the interpreter's.
    pub builtins: fn() -> Result<Ref<Dict>>,
    /// Visits the running Python frames, the innermost first: the file's name and the line of each.
    pub each_frame: fn(&mut dyn FnMut(&Str, c_int)),
    /// What the interpreter knows of codecs.
    pub codecs: fn() -> &'static Registry,
    /// Runs pending signal handlers and calls.
    pub check_signals: fn() -> Result<()>,
    /// Lets other threads run Python code until [`Services::acquire_gil`]; gives the state to go on with.
    pub release_gil: fn() -> *mut ThreadState,
    /// Waits for the lock, and goes on with the thread state.
    pub acquire_gil: fn(*mut ThreadState),
    /// Whether another thread waits to run Python code.
    pub is_gil_wanted: fn() -> bool,
    /// What a child process does first after a fork: the other threads are gone (`PyOS_AfterFork_Child`).
    pub after_fork_in_child: fn(),
    /// `sys.audit`.
    pub audit: fn(event: &str, arguments: &[&Object]) -> Result<()>,
    /// Whether an object is a function written in Python.
    pub is_python_function: fn(&Object) -> bool,
    /// Whether an object is a traceback.
    pub is_traceback: fn(&Object) -> bool,
    /// Whether the calling thread holds the GIL, or none is needed yet (`PyGILState_Check`).
    pub may_use_objects: fn() -> bool,
    /// Ends the process with a message and the tracebacks of all threads.
    pub fatal_error: fn(function: &str, message: &str) -> !,
    /// `True` for `-b`, more for `-bb`: comparing bytes with str warns.
    pub bytes_warning: fn() -> c_int,
}

static SERVICES: OnceLock<Services> = OnceLock::new();

/// Fills the table; the first call counts.
pub fn install(services: Services) {
    let _ = SERVICES.set(services);
}

/// The table; without a virtual machine, one in which each service says that it is missing.
#[inline]
pub fn get() -> &'static Services {
    SERVICES.get().unwrap_or(&ABSENT)
}

/// Issues a warning.
pub fn warn(category: &Type, message: &str, stacklevel: isize) -> Result<()> {
    (get().warn)(category, &Str::new(message), stacklevel, None)
}

/// Imports a module by its absolute name.
pub fn import(name: &str) -> Result<Ref> {
    (get().import)(name)
}

/// A name of the module `builtins`, as the innermost frame sees it.
pub fn builtin(name: &str) -> Result<Ref> {
    let builtins = (get().builtins)()?;
    builtins.get_str(&Str::intern(Str::new(name))).ok_or_else(|| raise!(AttributeError, "{name}"))
}

static ABSENT: Services = Services {
    write_unraisable: |exception, _| eprintln!("Exception ignored: {:?}", exception.class),
    warn: |_, _, _, _| Ok(()),
    import: |name| Err(raise!(ImportError, "no import system to import '{name}' with")),
    sys_get: |_| None,
    current_globals: || None,
    super_arguments: || Err(raise!(RuntimeError, "super(): no current frame")),
    builtins: || Err(raise!(SystemError, "no builtins without a virtual machine")),
    each_frame: |_| {},
    codecs: || {
        static REGISTRY: Registry = Registry::EMPTY;
        &REGISTRY
    },
    check_signals: || Ok(()),
    release_gil: std::ptr::null_mut,
    acquire_gil: |_| {},
    is_gil_wanted: || false,
    after_fork_in_child: || {},
    audit: |_, _| Ok(()),
    is_python_function: |_| false,
    is_traceback: |_| false,
    bytes_warning: || 0,
    may_use_objects: || true,
    fatal_error: |function, message| {
        eprintln!("Fatal Python error: {function}: {message}");
        std::process::abort()
    },
};
