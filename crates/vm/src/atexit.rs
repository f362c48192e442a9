//! `atexit`: functions that run when the interpreter ends.

use objects::arguments::Keywords;
use objects::prelude::*;

use crate::interpreter::Interpreter;

/// Runs the functions, the last registered first. An exception is reported; the last one is raised.
pub fn run() -> Result<()> {
    let interpreter = Interpreter::current();
    let mut last = Ok(());
    while let Some((function, arguments, keywords)) = interpreter.exit_functions.borrow_mut().pop() {
        if let Err(raised) = function.call_dict(&arguments, Some(&keywords)) {
            let fetched = raised.fetch();
            if !fetched.matches(&exceptions::SystemExit) {
                if let Some(stderr) = crate::report::standard_error() {
                    let heading = Str::new("Error in atexit._run_exitfuncs:\n");
                    if let Err(raised) = stderr.call_method(intern!("write"), &[&*heading]) {
                        raised.clear();
                    }
                }
                crate::report::print_exception(fetched.clone(), false);
            }
            last = Err(fetched);
        }
    }
    last.map_err(|fetched| fetched.restore())
}

/// allow programmer to define multiple exit functions to be executed
/// upon normal program termination.
///
/// Two public functions, register and unregister, are defined.
#[module(name = "atexit")]
pub mod module {
    use super::*;

    /// register(func, *args, **kwargs) -> func
    ///
    /// Register a function to be executed upon normal program termination
    #[function("(*args, **kwargs)", no_text_signature)]
    fn register(args: &[&Object], kwargs: Keywords) -> Result<Ref> {
        let [function, arguments @ ..] = args else {
            bail!(TypeError, "register() takes at least 1 argument (0 given)");
        };
        if !function.is_callable() {
            bail!(TypeError, "the first argument must be callable");
        }
        let arguments = Tuple::new(arguments.iter().map(|argument| argument.to_ref()))?;
        let entry = (function.to_ref(), arguments, kwargs.to_dict()?);
        Interpreter::current().exit_functions.borrow_mut().push(entry);
        Ok(function.to_ref())
    }

    /// unregister(func) -> None
    ///
    /// Unregister an exit function which was previously registered using
    /// atexit.register
    #[function("(func, /)", no_text_signature)]
    fn unregister(function: &Object) -> Result<()> {
        let interpreter = Interpreter::current();
        let entries = interpreter.exit_functions.take();
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries {
            if !entry.0.equals(function)? {
                kept.push(entry);
            }
        }
        interpreter.exit_functions.replace(kept);
        Ok(())
    }

    /// _clear() -> None
    ///
    /// Forget every function that register() was given; none of them will be called.
    #[function("()", no_text_signature)]
    fn _clear() {
        drop(Interpreter::current().exit_functions.take());
    }

    /// _run_exitfuncs() -> None
    ///
    /// Call what was registered now, the newest first, as the end of the program would.
    #[function("()", no_text_signature)]
    fn _run_exitfuncs() -> Result<()> {
        super::run()
    }

    /// _ncallbacks() -> int
    ///
    /// How many calls the end of the program has in store.
    #[function("()", no_text_signature)]
    fn _ncallbacks() -> usize {
        Interpreter::current().exit_functions.borrow().len()
    }
}
