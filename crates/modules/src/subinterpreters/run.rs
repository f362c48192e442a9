//! Running a program text in another interpreter.

use objects::prelude::*;
use vm::compile::{self, Mode, Request};
use vm::interpreter::Interpreter;
use vm::sharing::{self, Shared};
use vm::{interpreter_id, start, thread};

use super::RUN_FAILED;

/// Runs a text as `__main__` of the interpreter, with the values as globals. What it raises comes back as
/// `RunFailedError`: the exception itself belongs to the other interpreter.
pub fn run(interpreter: &'static Interpreter, source: &str, shared: Option<&Dict>) -> Result<()> {
    if interpreter.has_threads() && interpreter.id != Interpreter::current().id {
        bail!(RuntimeError, "interpreter has more than one thread");
    }
    if interpreter.is_running() {
        bail!(RuntimeError, "interpreter already running");
    }
    let shared = taken(shared)?;
    let failure = thread::inside(interpreter, || execute(source, &shared).err().map(described));
    interpreter_id::end_without_ids(interpreter);
    match failure {
        None => Ok(()),
        Some(message) => Err(RUN_FAILED.raise(&message)),
    }
}

/// The names and the data of what is shared.
fn taken(shared: Option<&Dict>) -> Result<Vec<(String, Shared)>> {
    let mut taken = Vec::new();
    let Some(shared) = shared else { return Ok(taken) };
    for name in shared.keys_vec() {
        let Some(text) = name.downcast::<Str>() else {
            bail!(TypeError, "bad argument type for built-in operation");
        };
        let text = text.as_utf8()?.to_owned();
        if let Some(value) = shared.get(&name)? {
            taken.push((text, sharing::share(&value)?));
        }
    }
    Ok(taken)
}

fn execute(source: &str, shared: &[(String, Shared)]) -> Result<()> {
    let namespace = start::main_namespace()?;
    for (name, value) in shared {
        namespace.set(&Str::intern(Str::new(name)), &*value()?)?;
    }
    let filename = Str::new("<string>");
    let code = compile::compile(source.as_bytes(), &Request::new(&filename, Mode::Exec))?;
    vm::builtins::run_code(&code, &namespace, &namespace).map(drop)
}

/// An exception as text, which any interpreter may read.
fn described(raised: Raised) -> String {
    let fetched = raised.fetch();
    let text = |object: &Object| match object.str() {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(raised) => {
            raised.clear();
            String::new()
        }
    };
    let class = text(&fetched.class);
    let value = fetched.value.as_deref().map(text).unwrap_or_default();
    format!("{class}: {value}")
}
