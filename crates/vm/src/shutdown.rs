//! The end: from a program that is done to a process that may exit.

use objects::memory::collector::{self, debug};
use objects::module::Module;
use objects::prelude::*;
use objects::thread_state::ThreadState;
use objects::weakref;

use crate::interpreter::Interpreter;
use crate::{import, report, runtime, signals, thread, warnings};

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Code(i32),
    /// By a `KeyboardInterrupt` that nobody handled: the process dies as SIGINT lets it die.
    Interrupted,
}

impl Status {
    /// What a program's result means: `SystemExit` says its status, other exceptions are shown.
    pub fn of(result: Result<Ref>) -> Status {
        let Err(raised) = result else { return Status::Code(0) };
        if raised.matches(&exceptions::SystemExit) {
            return Status::Code(requested_status(raised));
        }
        let interrupted = raised.matches(&exceptions::KeyboardInterrupt);
        report::print_exception(raised.fetch(), true);
        if interrupted { Status::Interrupted } else { Status::Code(1) }
    }

    /// Ends the process.
    pub fn exit(self) -> ! {
        let code = match self {
            Status::Code(code) => code,
            Status::Interrupted => {
                // SAFETY: calls without conditions; the second does not return unless the signal is blocked.
                unsafe {
                    libc::signal(libc::SIGINT, libc::SIG_DFL);
                    libc::kill(libc::getpid(), libc::SIGINT);
                }
                128 + libc::SIGINT
            }
        };
        std::process::exit(code & 0xff)
    }
}

/// The status that a `SystemExit` asks for; what is no number is shown.
fn requested_status(raised: Raised) -> i32 {
    // Not made an instance where it is none yet: there may be no memory for one.
    let Some(value) = raised.fetch().value else { return 0 };
    let code = match value.downcast::<exceptions::SystemExitObject>() {
        Some(exit) => exit.code.get(),
        None => Some(value),
    };
    let Some(code) = code.filter(|code| !code.is_none()) else { return 0 };
    if let Some(number) = code.downcast::<Int>() {
        return number.to_i64().map_or(-1, |number| number as i32);
    }
    let text = code.str();
    match (report::standard_error(), text) {
        (Some(stderr), Ok(text)) => {
            for part in [&*text, intern!("\n")] {
                ignore(stderr.call_method(intern!("write"), &[part]));
            }
        }
        (None, Ok(text)) => eprintln!("{text}"),
        (_, Err(raised)) => raised.clear(),
    }
    1
}

fn ignore<T>(result: Result<T>) {
    if let Err(raised) = result {
        raised.clear();
    }
}

/// Ends the main interpreter in an orderly way: other threads, `atexit`, streams, modules. Gives the status,
/// which is 120 where what was written could not be flushed.
pub fn finish(status: Status) -> Status {
    attempt(wait_for_threads());
    // Told already, each where it was raised.
    ignore(crate::atexit::run());
    let mut flushed = flush_streams();
    thread::begin_finalizing();
    signals::finish();
    crate::faults::cancel_watch();
    collector::collect(2);
    clear_modules(Interpreter::current());
    crate::faults::disable();
    flushed &= flush_streams();
    if flushed { status } else { Status::Code(120) }
}

/// Why an interpreter cannot end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unended {
    /// It runs code.
    Running,
    /// Threads of it are left that do not end with it.
    HasThreads,
}

/// Ends an interpreter other than the first, whose state is current: its threads, `atexit`, streams,
/// modules. Nothing is current afterwards.
pub fn end_interpreter(state: &'static ThreadState) -> Result<(), Unended> {
    let interpreter = Interpreter::current();
    if interpreter.is_ending.get() || !state.frame.get().is_null() {
        return Err(Unended::Running);
    }
    interpreter.is_ending.set(true);
    attempt(wait_for_threads());
    // Told already, each where it was raised.
    ignore(crate::atexit::run());
    if interpreter.has_threads() {
        interpreter.is_ending.set(false);
        return Err(Unended::HasThreads);
    }
    flush_streams();
    clear_modules(interpreter);
    flush_streams();
    discard_interpreter(state);
    Ok(())
}

/// Drops an interpreter with its only state, which is current; nothing is afterwards.
pub fn discard_interpreter(state: &'static ThreadState) {
    let interpreter = Interpreter::current();
    interpreter.is_ending.set(true);
    thread::clear_state(state);
    interpreter.clear();
    // What only cycles have kept alive may still ask for its interpreter.
    collector::collect(2);
    thread::clear_state(state);
    interpreter.clear();
    // SAFETY: the GIL is held; neither is reachable any more.
    unsafe {
        ThreadState::swap(std::ptr::null_mut());
        thread::delete_state(std::ptr::from_ref(state).cast_mut());
        runtime::remove_interpreter(interpreter);
    }
}

/// Ends an interpreter that nothing of runs, from another one, which stays the current one.
pub fn end_from_outside(interpreter: &'static Interpreter) -> Result<(), Unended> {
    if interpreter.is_running() {
        return Err(Unended::Running);
    }
    if interpreter.has_threads() {
        return Err(Unended::HasThreads);
    }
    let state = match interpreter.threads.get() {
        state if state.is_null() => thread::new_state(interpreter),
        state => state,
    };
    // SAFETY: the GIL is held; the state is the interpreter's only one, and no code runs with it.
    unsafe {
        let previous = thread::enter(state);
        let ended = end_interpreter(&*state);
        thread::enter(previous);
        ended
    }
}

fn attempt(result: Result<()>) {
    if let Err(raised) = result {
        raised.write_unraisable(None);
    }
}

/// `threading._shutdown`, where `threading` is loaded.
pub fn wait_for_threads() -> Result<()> {
    match import::loaded_module(intern!("threading"))? {
        Some(threading) => threading.call_method(intern!("_shutdown"), &[]).map(drop),
        None => Ok(()),
    }
}

/// Flushes the standard streams; whether that worked.
fn flush_streams() -> bool {
    let interpreter = Interpreter::current();
    let mut worked = true;
    for name in [intern!("stdout"), intern!("stderr")] {
        let Some(stream) = interpreter.sys_get(name).filter(|stream| !stream.is_none()) else { continue };
        let closed = stream.get_attr_opt(intern!("closed")).and_then(|closed| match closed {
            Some(closed) => closed.is_true(),
            None => Ok(false),
        });
        if closed.unwrap_or_else(|raised| {
            raised.clear();
            false
        }) {
            continue;
        }
        if let Err(raised) = stream.call_method(intern!("flush"), &[]) {
            // There is no use in telling of the standard error on itself.
            match name.equals_text("stderr") {
                true => raised.clear(),
                false => raised.write_unraisable(Some(&stream)),
            }
            worked = false;
        }
    }
    worked
}

/// What `sys` drops before modules go: it may hold anything, and is cleared late itself.
const SYS_DROPS: [&str; 11] = [
    "path",
    "argv",
    "ps1",
    "ps2",
    "last_type",
    "last_value",
    "last_traceback",
    "path_hooks",
    "path_importer_cache",
    "meta_path",
    "__interactivehook__",
];

/// Takes an interpreter's modules down: each goes where nothing holds it; the namespaces of those that
/// stay are cleared, the last imported first; `sys` and `builtins` are the last.
pub fn clear_modules(interpreter: &Interpreter) {
    let (Some(modules), Some(sysdict), Some(builtins)) =
        (interpreter.modules.get(), interpreter.sysdict.get(), interpreter.builtins.get())
    else {
        return;
    };
    ignore(builtins.set(intern!("_"), none_object()));
    for name in SYS_DROPS {
        ignore(sysdict.set(Str::intern_static(name), none_object()));
    }
    for name in ["stdin", "stdout", "stderr"] {
        let original = sysdict.get_str(&Str::intern(Str::new(&format!("__{name}__")))).unwrap_or_else(none);
        ignore(sysdict.set(Str::intern_static(name), &original));
    }
    let mut references = Vec::new();
    for name in modules.keys_vec() {
        if let Ok(Some(module)) = modules.get(&name).map_err(Raised::clear)
            && module.downcast::<Module>().is_some()
        {
            match weakref::new_reference(&module) {
                Ok(reference) => references.push(reference),
                Err(raised) => raised.clear(),
            }
        }
        ignore(modules.set(&name, none_object()));
    }
    modules.clear();
    interpreter.importlib.set(None);
    interpreter.modules_by_definition.set(None);
    restore_builtins(interpreter, &builtins);
    collector::collect(2);
    attempt(tell_of_garbage());
    while let Some(reference) = references.pop() {
        if let Some(module) = weakref::referent(&reference)
            && let Some(module) = module.downcast::<Module>()
        {
            let namespace = module.dict();
            if !namespace.is(&sysdict) && !namespace.is(&builtins) {
                clear_namespace(&namespace);
            }
        }
    }
    clear_namespace(&sysdict);
    clear_namespace(&builtins);
    collector::collect(2);
}

/// Warns of what the collector could not free, while there is still a stream to warn on. With
/// `gc.DEBUG_SAVEALL` it has kept the rest too, and told of it.
fn tell_of_garbage() -> Result<()> {
    let garbage = collector::garbage();
    if garbage.is_empty() || collector::has_debug(debug::SAVE_ALL) {
        return Ok(());
    }
    let lists = collector::has_debug(debug::UNCOLLECTABLE);
    let hint = if lists { "" } else { "; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them" };
    let message = objects::format_str!("gc: {} uncollectable objects at shutdown{hint}", garbage.len())?;
    let place = Str::new("gc");
    warnings::warn_explicit(&exceptions::ResourceWarning, &message, &place, 0, Some(&place))?;
    if lists && let Some(stderr) = Interpreter::current().sys_get(intern!("stderr")) {
        let listing = objects::format_str!("      {}\n", garbage.repr()?)?;
        stderr.call_method(intern!("write"), &[&listing])?;
    }
    Ok(())
}

/// Takes back what the program has put into `builtins`.
fn restore_builtins(interpreter: &Interpreter, builtins: &Dict) {
    let Some(original) = interpreter.original_builtins.get() else { return };
    let Ok(changed) = builtins.copy().map_err(Raised::clear) else { return };
    builtins.clear();
    let mut position = 0;
    while let Some((name, value)) = original.next(&mut position) {
        ignore(builtins.set(&name, &value));
    }
    drop(changed);
}

/// Sets all names to `None`, first those with one underscore in front, so that what a `__del__` needs is
/// there as long as can be; `__builtins__` stays.
fn clear_namespace(namespace: &Dict) {
    for private in [true, false] {
        for name in namespace.keys_vec() {
            let Some(text) = name.downcast::<Str>() else { continue };
            let text = text.to_string_lossy();
            let chosen = match private {
                true => text.starts_with('_') && !text.starts_with("__"),
                false => text != "__builtins__",
            };
            let is_set = namespace.get(&name).is_ok_and(|value| value.is_some_and(|value| !value.is_none()));
            if chosen && is_set {
                ignore(namespace.set(&name, none_object()));
            }
        }
    }
}
