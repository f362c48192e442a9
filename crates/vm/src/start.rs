//! Start-up: from a bare process to an interpreter that can run code.

use objects::prelude::*;
use objects::services::{self, Services};
use objects::thread_state::ThreadState;

use crate::config::Config;
use crate::frame::Frame;
use crate::interpreter::Interpreter;
use crate::{builtins, gil, import, runtime, streams, super_call, sys, thread, warnings};

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
    &crate::interpreter_id::INTERPRETER_ID,
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
        each_frame: |visit| {
            let mut next = ThreadState::current_opt().and_then(Frame::innermost);
            while let Some(frame) = next {
                // SAFETY: a running frame is alive, and so are its code and the frames behind it.
                unsafe {
                    if let Some(file) = frame.code().filename.peek() {
                        visit(file, frame.line());
                    }
                    next = frame.back.peek();
                }
            }
        },
        codecs: || &Interpreter::current().codecs,
        check_signals: runtime::check_signals,
        release_gil: thread::release_gil,
        acquire_gil: thread::acquire_gil,
        is_gil_wanted: gil::is_wanted,
        after_fork_in_child: thread::after_fork_in_child,
        audit: sys::audit,
        is_python_function: |object| object.downcast_exact::<crate::function::Function>().is_some(),
        is_traceback: |object| object.downcast::<crate::traceback::Traceback>().is_some(),
        may_use_objects: thread::holds_gil,
        fatal_error: crate::faults::fatal_error,
        bytes_warning: || Interpreter::current().bytes_warning(),
    });
    set_hash_secret(config);
    objects::startup::ready_types()?;
    for class in TYPES {
        objects::type_object::ready(class)?;
    }
    fill_interpreter(config)
}

/// Makes an interpreter besides those there are, with a thread state that becomes the calling thread's
/// current one. What goes wrong is shown, and gives nothing: all is then as it was before.
pub fn new_interpreter(isolated: bool) -> Option<&'static ThreadState> {
    // C code may have made no thread state current before it asks.
    let parent = match ThreadState::current_opt() {
        Some(_) => Interpreter::current(),
        None => runtime::find_interpreter(0)?,
    };
    let config = parent.config.borrow().clone();
    let interpreter = runtime::add_interpreter();
    interpreter.is_isolated.set(isolated);
    let state = thread::new_state(interpreter);
    // SAFETY: the GIL is held, and nobody else knows the state.
    let (previous, state) = unsafe { (thread::enter(state), &*state) };
    match fill_interpreter(&config).and_then(|()| prepare_program(&config)) {
        Ok(()) => Some(state),
        Err(raised) => {
            crate::report::print_exception(raised.fetch(), false);
            crate::shutdown::discard_interpreter(state);
            // SAFETY: the state that was current before, of this very thread.
            unsafe { thread::enter(previous) };
            None
        }
    }
}

/// Fills the current interpreter: `builtins`, `sys`, the import system, the standard streams.
fn fill_interpreter(config: &Config) -> Result<()> {
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
        streams::open(config)?;
    }
    if let Some(builtins) = interpreter.builtins.get() {
        interpreter.original_builtins.set(Some(builtins.copy()?));
    }
    if config.dev_mode {
        objects::codecs::check_names();
    }
    Ok(())
}

/// What is there before a program's own first line: `warnings` where options ask for it, `__main__`, `site`.
pub fn prepare_program(config: &Config) -> Result<()> {
    if !config.warn_options.is_empty() {
        import::import_by_name("warnings")?;
    }
    let namespace = main_namespace()?;
    let importer = import::import_by_name("_frozen_importlib")?.get_attr(intern!("BuiltinImporter"))?;
    namespace.set(intern!("__loader__"), &importer)?;
    if config.import_site {
        import::import_by_name("site")?;
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
