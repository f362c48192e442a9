//! The module `sys`.

use objects::module::Module;
use objects::prelude::*;
use objects::raise::Fetched;

use crate::interpreter::Interpreter;
use crate::report;
use crate::std_printer::StdPrinter;

/// What an expression statement of the interactive shell does with its value.
pub fn display(value: &Object) -> Result<()> {
    match Interpreter::current().sys_get(intern!("displayhook")) {
        Some(hook) => hook.call1(value).map(|_| ()),
        None => Err(raise!(RuntimeError, "lost sys.displayhook")),
    }
}

/// Hands an exception that nobody can catch to `sys.unraisablehook`.
pub fn write_unraisable(fetched: Fetched, context: Option<&Object>) {
    let fetched = fetched.normalize();
    let Some(stderr) = report::standard_error() else { return };
    let attempt = || -> Result<()> {
        let write = |text: &str| stderr.call_method(intern!("write"), &[&*Str::new(text)]).map(|_| ());
        match context {
            Some(object) => write(&format!("Exception ignored in: {}\n", object.repr_lossy()))?,
            None => write("Exception ignored in:\n")?,
        }
        match &fetched.value {
            Some(value) => report::display(&stderr, value, fetched.traceback.as_deref()),
            None => Ok(()),
        }
    };
    if let Err(raised) = attempt() {
        raised.clear();
    }
}

/// `sys.audit`: tells the hooks of an event.
pub fn audit(_event: &str, _arguments: &[&Object]) -> Result<()> {
    Ok(())
}

/// This module provides access to some objects used or maintained by the
/// interpreter and to functions that interact strongly with the interpreter.
#[module(name = "sys")]
pub mod module {
    use super::*;

    /// Print an object to sys.stdout and also save it in builtins._
    #[function("(object, /)")]
    fn displayhook(object: &Object) -> Result<()> {
        if object.is_none() {
            return Ok(());
        }
        let builtins = Interpreter::current().builtins()?;
        let name = intern!("_");
        builtins.set(name, none_object())?;
        let Some(stdout) = Interpreter::current().sys_get(intern!("stdout")) else {
            bail!(RuntimeError, "lost sys.stdout");
        };
        stdout.call_method(intern!("write"), &[&*object.repr()?])?;
        stdout.call_method(intern!("write"), &[intern!("\n")])?;
        builtins.set(name, object)
    }

    /// Handle an exception by displaying it with a traceback on sys.stderr.
    #[function("(exctype, value, traceback, /)")]
    fn excepthook(_exctype: &Object, value: &Object, traceback: &Object) -> Result<()> {
        match report::standard_error() {
            Some(stderr) => report::display(&stderr, value, Some(traceback)),
            None => Ok(()),
        }
    }
}

/// Makes the module.
pub fn create(modules: &Dict) -> Result<Ref<Module>> {
    let module = module::DEFINITION.instantiate(intern!("sys"))?;
    module.add("modules", modules.to_ref())?;
    module.add("stdout", StdPrinter::new(1))?;
    module.add("stderr", StdPrinter::new(2))?;
    Ok(module)
}
