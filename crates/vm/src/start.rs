//! Start-up: from a bare process to an interpreter that can run code.

use objects::prelude::*;
use objects::services::{self, Services};
use objects::thread_state::ThreadState;

use crate::config::Config;
use crate::frame::Frame;
use crate::interpreter::Interpreter;
use crate::{builtins, import, report, runtime, super_call, sys, thread, warnings};

/// The types of this crate, to be made ready before they are used.
static TYPES: &[&Type] = &[
    &crate::async_generator::ASYNC_GENERATOR,
    &crate::async_generator::ASYNC_SEND,
    &crate::async_generator::ASYNC_THROW,
    &crate::async_generator::WRAPPED_VALUE,
    &crate::code::CODE,
    &crate::coroutine::COROUTINE,
    &crate::coroutine::COROUTINE_WRAPPER,
    &crate::frame::FRAME,
    &crate::function::FUNCTION,
    &crate::generator::GENERATOR,
    &crate::std_printer::STD_PRINTER,
    &crate::symtable::ENTRY,
    &crate::traceback::TRACEBACK,
];

/// Makes the process's first interpreter with its main thread. Needed once, before anything else.
pub fn initialize(config: &Config) -> Result<()> {
    thread::begin_main();
    services::install(Services {
        write_unraisable: sys::write_unraisable,
        warn: warnings::warn,
        import: crate::import::import_by_name,
        sys_get: |name| Interpreter::current().sys_get(&Str::new(name)),
        current_globals: || Some(Frame::innermost(ThreadState::current())?.globals().to_ref()),
        super_arguments: super_call::arguments,
        builtins: current_builtins,
        check_signals: runtime::check_signals,
        release_gil: thread::release_gil,
        acquire_gil: thread::acquire_gil,
        after_fork_in_child: thread::after_fork_in_child,
        audit: sys::audit,
        is_python_function: |object| object.downcast_exact::<crate::function::Function>().is_some(),
        is_traceback: |object| object.downcast::<crate::traceback::Traceback>().is_some(),
        recursion_limit: runtime::recursion_limit,
        bytes_warning: || Interpreter::current().bytes_warning(),
    });
    set_hash_secret(config);
    objects::startup::ready_types()?;
    for class in TYPES {
        objects::type_object::ready(class)?;
    }
    let interpreter = Interpreter::current();
    interpreter.config.replace(config.clone());
    let modules = Dict::new();
    interpreter.modules.set(Some(modules.clone()));
    let builtins = builtins::create(interpreter.optimization() == 0)?;
    interpreter.import_function.set(builtins.get("__import__"));
    interpreter.builtins.set(Some(builtins.dict()));
    modules.set(intern!("builtins"), &builtins)?;
    let sys = sys::create(&modules, config)?;
    interpreter.sysdict.set(Some(sys.dict()));
    modules.set(intern!("sys"), &sys)?;
    if config.stdlib.is_some() {
        import::install()?;
        open_streams()?;
    }
    Ok(())
}

/// What hashing depends on besides the content: the seed's bytes, or random ones.
fn set_hash_secret(config: &Config) {
    let secret = match config.hash_seed {
        Some(0) => [0; objects::hash::SECRET_SIZE],
        Some(seed) => objects::hash::secret_from_seed(seed),
        None => {
            let mut bytes = [0; objects::hash::SECRET_SIZE];
            // SAFETY: the buffer has this size. A failure leaves zeros, which hash as well.
            unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
            bytes
        }
    };
    objects::hash::set_secret(secret);
}

/// The standard streams, by `io`; and `open`.
fn open_streams() -> Result<()> {
    let io = import::import_by_name("io")?;
    let open = io.get_attr(intern!("open"))?;
    Interpreter::current().builtins()?.set(intern!("open"), &open)?;
    let Some(sysdict) = Interpreter::current().sysdict.get() else { return Ok(()) };
    for (descriptor, name, mode, errors) in
        [(0, "stdin", "r", "strict"), (1, "stdout", "w", "strict"), (2, "stderr", "w", "backslashreplace")]
    {
        let stream = open_stream(&io, descriptor, mode, errors)?;
        sysdict.set(Str::intern_static(name), &stream)?;
        sysdict.set(&Str::intern(Str::new(&format!("__{name}__"))), &stream)?;
    }
    Ok(())
}

/// One standard stream; `None` where the descriptor is closed.
fn open_stream(io: &Object, descriptor: i32, mode: &str, errors: &str) -> Result<Ref> {
    // SAFETY: a call that only asks for the descriptor's flags.
    if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
        return Ok(none());
    }
    let open = io.get_attr(intern!("open"))?;
    let keywords = Dict::new();
    keywords.set(intern!("closefd"), &false_())?;
    let raw_mode = format!("{mode}b");
    let arguments = (descriptor, raw_mode.as_str(), -1).into_object()?;
    let buffered = call_with(&open, arguments, &keywords)?;
    // SAFETY: a call that only asks about the descriptor.
    let is_terminal = unsafe { libc::isatty(descriptor) } == 1;
    let raw = buffered.get_attr_opt(intern!("raw"))?.unwrap_or_else(|| buffered.clone());
    let shown = Str::format_args(format_args!("<{}>", ["stdin", "stdout", "stderr"][descriptor as usize]))?;
    raw.set_attr(intern!("name"), &shown)?;
    let keywords = Dict::new();
    keywords.set(intern!("encoding"), &Str::new("utf-8"))?;
    keywords.set(intern!("errors"), &Str::new(errors))?;
    keywords.set(intern!("newline"), &Str::new("\n"))?;
    keywords.set(intern!("line_buffering"), &bool_object(is_terminal || descriptor == 2))?;
    let wrapper = io.get_attr(intern!("TextIOWrapper"))?;
    let arguments = Tuple::new([buffered])?;
    let stream = wrapper.call_dict(&arguments, Some(&keywords))?;
    stream.set_attr(intern!("mode"), &Str::new(mode))?;
    Ok(stream)
}

fn call_with(function: &Object, arguments: Ref, keywords: &Dict) -> Result<Ref> {
    match arguments.into_type::<Tuple>() {
        Ok(arguments) => function.call_dict(&arguments, Some(keywords)),
        Err(_) => Err(raise!(SystemError, "arguments are a tuple")),
    }
}

/// The builtins that the running code sees.
fn current_builtins() -> Result<Ref<Dict>> {
    match Frame::innermost(ThreadState::current()) {
        Some(frame) => match frame.builtins().downcast::<Dict>() {
            Some(builtins) => Ok(builtins.to_ref()),
            None => Interpreter::current().builtins(),
        },
        None => Interpreter::current().builtins(),
    }
}

/// The namespace of `__main__`, which is made where there is none.
pub fn main_namespace() -> Result<Ref<Dict>> {
    let interpreter = Interpreter::current();
    let modules = interpreter.modules()?;
    let name = intern!("__main__");
    if let Some(module) = modules.get(name)?
        && let Ok(module) = module.into_type::<objects::module::Module>()
    {
        return Ok(module.dict());
    }
    let module = objects::module::Module::new(name)?;
    modules.set(name, &module)?;
    let dict = module.dict();
    if let Some(builtins) = modules.get(intern!("builtins"))? {
        dict.set(intern!("__builtins__"), &builtins)?;
    }
    dict.set(intern!("__annotations__"), &Dict::new())?;
    Ok(dict)
}

/// Ends the program in an orderly way: other threads, `atexit`, flushed streams. Gives the exit status.
pub fn finish(status: i32) -> i32 {
    let attempt = |result: Result<()>| {
        if let Err(raised) = result {
            raised.write_unraisable(None);
        }
    };
    attempt(wait_for_threads());
    attempt(crate::atexit::run());
    let flushed = flush_streams();
    thread::begin_finalizing();
    if flushed { status } else { 120 }
}

/// `threading._shutdown`, where `threading` is loaded.
fn wait_for_threads() -> Result<()> {
    match import::loaded_module(intern!("threading"))? {
        Some(threading) => threading.call_method(intern!("_shutdown"), &[]).map(|_| ()),
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
            raised.write_unraisable(Some(&stream));
            worked = false;
        }
    }
    worked
}

/// What the process exits with after a program: `SystemExit` and other exceptions are dealt with.
pub fn exit_status(result: Result<Ref>) -> i32 {
    let Err(raised) = result else { return 0 };
    if !raised.matches(&exceptions::SystemExit) {
        report::print_exception(raised.fetch(), true);
        return 1;
    }
    let fetched = raised.fetch().normalize();
    let code = fetched.value.as_deref().and_then(Object::downcast::<exceptions::SystemExitObject>);
    let Some(code) = code.and_then(|exit| exit.code.get()).filter(|code| !code.is_none()) else { return 0 };
    if let Some(number) = code.downcast::<Int>() {
        return number.to_i64().map_or(-1, |number| number as i32);
    }
    if let Some(stderr) = report::standard_error() {
        let attempt = || -> Result<()> {
            let text = code.str()?;
            stderr.call_method(intern!("write"), &[&*text])?;
            stderr.call_method(intern!("write"), &[&*Str::new("\n")])?;
            Ok(())
        };
        if let Err(raised) = attempt() {
            raised.clear();
        }
    }
    1
}
