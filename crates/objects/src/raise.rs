//! Raising exceptions, and the proof that one is set.

use std::fmt;

use crate::prelude::*;
use crate::thread_state::ThreadState;

/// Either a value or the proof that an exception is set: `PyObject *` where the value is a [`Ref`].
pub type Result<T = Ref, E = Raised> = core::result::Result<T, E>;

/// The proof that the current thread has an exception set. Only setting one makes it.
#[must_use]
pub struct Raised(());

/// The idea that everything rests on: to C, a result is a pointer, null where an exception is set.
const _: () = assert!(size_of::<Result<Ref>>() == size_of::<*const Object>() && size_of::<Raised>() == 0);

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match current_class() {
            Some(class) => write!(f, "Raised({class:?})"),
            None => write!(f, "Raised"),
        }
    }
}

/// Sets an exception of a built-in class with a formatted message, and gives the proof.
#[macro_export]
macro_rules! raise {
    ($class:ident) => {
        $crate::raise::set_none(&$crate::exceptions::$class)
    };
    ($class:ident, $($message:tt)+) => {
        $crate::raise::set_message(&$crate::exceptions::$class, format_args!($($message)+))
    };
}

/// Returns from the function with an exception of a built-in class.
#[macro_export]
macro_rules! bail {
    ($($arguments:tt)+) => {
        return Err($crate::raise!($($arguments)+))
    };
}

/// An exception taken out of the thread state.
#[derive(Clone)]
pub struct Fetched {
    pub class: Ref,
    /// Anything from nothing to the instance, unless normalised.
    pub value: Option<Ref>,
    pub traceback: Option<Ref>,
}

/// Sets an exception without a value.
#[cold]
pub fn set_none(class: &Type) -> Raised {
    set(class.as_object(), None)
}

/// Sets an exception with a message.
#[cold]
pub fn set_message(class: &Type, message: fmt::Arguments<'_>) -> Raised {
    let text = crate::memory::assured(|| Str::format_args(message));
    set(class.as_object(), Some(text.into_object()))
}

/// Sets an exception of the class with a value: an instance, a tuple of arguments, or the one argument.
#[cold]
pub fn set_object(class: &Type, value: Ref) -> Raised {
    set(class.as_object(), Some(value))
}

/// Sets `KeyError` with the key as its one argument, whatever the key is.
#[cold]
pub fn set_key_error(key: &Object) -> Raised {
    match Tuple::new([key.to_ref()]) {
        Ok(arguments) => set_object(&exceptions::KeyError, arguments.into_object()),
        Err(raised) => raised,
    }
}

/// Sets an exception instance, its class being the instance's.
#[cold]
pub fn set_instance(instance: Ref) -> Raised {
    let class = instance.class().to_ref();
    set(class.as_object(), Some(instance))
}

/// Sets an exception; where another is being handled, that one becomes its `__context__`.
#[cold]
pub fn set(class: &Object, value: Option<Ref>) -> Raised {
    let state = ThreadState::current();
    let is_exception =
        class.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS));
    if !is_exception {
        return set_message(
            &exceptions::SystemError,
            format_args!("exception {} not a BaseException subclass", class.repr_lossy()),
        );
    }
    let handled = state.topmost_handled().exc_value.get().filter(|value| !value.is(none_object()));
    let value = match handled {
        None => value,
        Some(handled) => match exceptions::chain(class, value, handled) {
            Ok(value) => Some(value),
            Err(raised) => return raised,
        },
    };
    let traceback = value.as_deref().and_then(exceptions::traceback_of);
    restore(Fetched { class: class.to_ref(), value, traceback })
}

/// Puts an exception into the thread state, in place of any that is there.
pub fn restore(exception: Fetched) -> Raised {
    let state = ThreadState::current();
    let old = (
        state.curexc_type.replace(Some(exception.class)),
        state.curexc_value.replace(exception.value),
        state.curexc_traceback.replace(exception.traceback),
    );
    drop(old);
    Raised(())
}

/// Takes the exception out of the thread state.
pub fn fetch() -> Option<Fetched> {
    let state = ThreadState::current();
    let class = state.curexc_type.take()?;
    Some(Fetched { class, value: state.curexc_value.take(), traceback: state.curexc_traceback.take() })
}

/// Whether an exception is set.
#[inline(always)]
pub fn occurred() -> bool {
    !ThreadState::current().curexc_type.is_null()
}

/// The class of the exception that is set.
pub fn current_class() -> Option<Ref> {
    ThreadState::current_opt()?.curexc_type.get()
}

/// Drops the exception that is set, if one is.
pub fn clear() {
    drop(fetch());
}

/// The proof for an exception that foreign code has set by returning null or -1;
/// where it has set none, `SystemError` takes its place.
#[inline(always)]
pub fn already_set() -> Raised {
    match occurred() {
        true => Raised(()),
        false => set_message(&exceptions::SystemError, format_args!("error return without exception set")),
    }
}

/// What a C function with an `int` result says: -1 for an exception.
#[inline(always)]
pub fn check_status(status: std::ffi::c_int) -> Result<()> {
    match status {
        -1 => Err(already_set()),
        _ => Ok(()),
    }
}

/// What a C predicate says: -1 for an exception, 0 for no.
#[inline(always)]
pub fn check_bool(answer: std::ffi::c_int) -> Result<bool> {
    match answer {
        0 => Ok(false),
        -1 => Err(already_set()),
        _ => Ok(true),
    }
}

/// What a C function with a size as its result says: -1 for an exception.
#[inline(always)]
pub fn check_size(size: isize) -> Result<isize> {
    match size {
        -1 => Err(already_set()),
        _ => Ok(size),
    }
}

/// A result as C's `int`: 0, or -1 for an exception.
#[inline(always)]
pub fn status(result: Result<()>) -> std::ffi::c_int {
    match result {
        Ok(()) => 0,
        Err(_) => -1,
    }
}

impl Raised {
    /// Whether the exception's class is the given one or a subclass.
    pub fn matches(&self, class: &Type) -> bool {
        current_class().is_some_and(|current| exceptions::class_matches(&current, class))
    }

    /// Drops the exception.
    pub fn clear(self) {
        clear();
    }

    /// Takes the exception out of the thread state.
    pub fn fetch(self) -> Fetched {
        fetch().expect("Raised is the proof that an exception is set")
    }

    /// Hands the exception to `sys.unraisablehook`: there is nobody to propagate it to.
    pub fn write_unraisable(self, context: Option<&Object>) {
        (crate::services::get().write_unraisable)(self.fetch(), context);
    }
}

impl Fetched {
    pub fn restore(self) -> Raised {
        restore(self)
    }

    /// Makes the value an instance of the class, as `except ... as` sees it. Where making it
    /// fails, the exception from that takes its place.
    pub fn normalize(self) -> Fetched {
        exceptions::normalize(self)
    }

    pub fn matches(&self, class: &Type) -> bool {
        exceptions::class_matches(&self.class, class)
    }
}

/// `Ok(None)` where the exception is of the class (and is dropped), else it goes on.
pub fn ignore<T>(result: Result<T>, class: &Type) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(raised) if raised.matches(class) => {
            raised.clear();
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}
