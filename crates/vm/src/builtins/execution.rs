//! `compile`, `eval`, `exec`, `__import__` and their like.

use objects::prelude::*;
use objects::thread_state::ThreadState;
use syntax::Mode;

use crate::code::Code;
use crate::compile::{self, Request, flags};
use crate::frame::Frame;

/// The `__future__` features in force in the calling code.
pub fn inherited_features() -> u32 {
    Frame::innermost(ThreadState::current())
        .map_or(0, |frame| frame.code().flags as u32 & bytecode::flags::FUTURE_MASK)
}

/// The bytes of a source: a string's, or those of a bytes-like object.
pub fn source_bytes(source: &Object, function: &str, what: &str, flags: &mut u32) -> Result<Vec<u8>> {
    let bytes = if let Some(text) = source.downcast::<Str>() {
        *flags |= flags::IGNORE_COOKIE;
        text.as_utf8()?.as_bytes().to_vec()
    } else if let Some(bytes) = source.downcast::<Bytes>() {
        bytes.as_bytes().to_vec()
    } else {
        match source.get_buffer(objects::buffer::request::SIMPLE) {
            Ok(buffer) => buffer.bytes().to_vec(),
            Err(raised) => {
                raised.clear();
                bail!(TypeError, "{function}() arg 1 must be a {what} object");
            }
        }
    };
    match bytes.contains(&0) {
        true => Err(raise!(ValueError, "source code string cannot contain null bytes")),
        false => Ok(bytes),
    }
}

/// Runs code with globals and locals (`PyEval_EvalCode`).
pub fn run_code(code: &Code, globals: &Dict, locals: &Object) -> Result<Ref> {
    let thread = ThreadState::current();
    if code.argcount + code.kwonlyargcount > 0 {
        bail!(TypeError, "{}() missing required arguments", code.name);
    }
    let frame = Frame::new(thread, code, globals, Some(locals))?;
    for cell in 0..code.cellvars.items().len() {
        frame.cell(cell).set(Some(objects::cell::Cell::new(None).into_object()));
    }
    crate::function::start(thread, frame, code.name.clone(), code.name.clone())
}

/// The namespaces that `eval` and `exec` run in.
fn namespaces(function: &str, globals: Option<&Object>, locals: Option<&Object>) -> Result<(Ref<Dict>, Ref)> {
    let globals = globals.filter(|globals| !globals.is_none());
    let locals = locals.filter(|locals| !locals.is_none());
    if let Some(locals) = locals
        && !locals.is_mapping()
    {
        return Err(match function {
            "eval" => raise!(TypeError, "locals must be a mapping"),
            _ => raise!(TypeError, "locals must be a mapping or None, not {}", locals.class().name()),
        });
    }
    let globals = match globals {
        Some(globals) => match globals.downcast::<Dict>() {
            Some(globals) => globals.to_ref(),
            None => {
                return Err(match function {
                    "eval" if globals.is_mapping() => {
                        raise!(TypeError, "globals must be a real dict; try eval(code, {{}}, mapping)")
                    }
                    "eval" => raise!(TypeError, "globals must be a dict"),
                    _ => raise!(TypeError, "exec() globals must be a dict, not {}", globals.class().name()),
                });
            }
        },
        None => {
            let Some(frame) = Frame::innermost(ThreadState::current()) else {
                return Err(match function {
                    "eval" => {
                        raise!(TypeError, "eval must be given globals and locals when called without a frame")
                    }
                    _ => raise!(SystemError, "globals and locals cannot be NULL"),
                });
            };
            let own = frame.globals().to_ref();
            let locals = match locals {
                Some(locals) => locals.to_ref(),
                None => super::attributes::current_locals()?,
            };
            return with_builtins(own, locals);
        }
    };
    let locals = locals.map_or_else(|| globals.clone().into_object(), Object::to_ref);
    with_builtins(globals, locals)
}

fn with_builtins(globals: Ref<Dict>, locals: Ref) -> Result<(Ref<Dict>, Ref)> {
    if globals.get(intern!("__builtins__"))?.is_none() {
        let builtins = (objects::services::get().builtins)()?;
        globals.set(intern!("__builtins__"), &builtins)?;
    }
    Ok((globals, locals))
}

fn refuse_free_variables(code: &Code, function: &str) -> Result<()> {
    match code.freevars.items().is_empty() {
        true => Ok(()),
        false => Err(raise!(TypeError, "code object passed to {function}() may not contain free variables")),
    }
}

/// Runs a code object or a source.
fn evaluate(
    function: &'static str,
    source: &Object,
    mode: Mode,
    globals: &Dict,
    locals: &Object,
) -> Result<Ref> {
    if let Some(code) = source.downcast::<Code>() {
        (objects::services::get().audit)("exec", &[code])?;
        refuse_free_variables(code, function)?;
        return run_code(code, globals, locals);
    }
    let mut flags = inherited_features();
    let mut bytes = source_bytes(source, function, "string, bytes or code", &mut flags)?;
    if mode == Mode::Eval {
        let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        bytes.drain(..blanks);
    }
    let request = Request { flags, ..Request::new(intern!("<string>"), mode) };
    let code = compile::compile(&bytes, &request)?;
    (objects::services::get().audit)("exec", &[&code])?;
    run_code(&code, globals, locals)
}

#[functions(EXECUTION)]
pub mod functions {
    use super::*;

    /// __import__(name, globals=None, locals=None, fromlist=(), level=0) -> module
    ///
    /// Import a module. Because this function is meant for use by the Python
    /// interpreter and not for general use, it is better to use
    /// importlib.import_module() to programmatically import a module.
    #[function("(name, globals=None, locals=None, fromlist=(), level=0)", name = "__import__", getargs)]
    fn import(
        name: &Str,
        globals: Option<&Object>,
        locals: Option<&Object>,
        fromlist: Option<&Object>,
        level: i32,
    ) -> Result<Ref> {
        let globals = globals.and_then(Object::downcast::<Dict>);
        let empty = Tuple::new([])?;
        crate::import::import_module_level(name, globals, locals, fromlist.unwrap_or(&empty), level)
    }

    /// breakpoint(*args, **kws)
    ///
    /// Stop here for debugging. All arguments are handed to sys.breakpointhook(), which
    /// starts pdb unless the program or the environment has set something else.
    #[function("(*args, **kws)", no_text_signature)]
    fn breakpoint(args: &[&Object], kws: Keywords) -> Result<Ref> {
        let Some(hook) = crate::interpreter::Interpreter::current().sys_get(intern!("breakpointhook")) else {
            bail!(RuntimeError, "lost sys.breakpointhook");
        };
        (objects::services::get().audit)("builtins.breakpoint", &[&*hook])?;
        let arguments = Tuple::new(args.iter().map(|argument| argument.to_ref()))?;
        let keywords = kws.to_dict()?;
        hook.call_dict(&arguments, Some(&keywords))
    }

    /// Translate source text or a syntax tree into a code object for exec() or eval().
    ///
    /// The filename is the one that tracebacks and error messages will show. The mode
    /// tells what the source consists of: 'exec' for a whole module, 'eval' for a single
    /// expression, 'single' for one statement typed at the prompt. With flags, a
    /// combination of bits, __future__ features and other options are switched on; those
    /// in force where compile() is called hold as well, unless dont_inherit is true.
    /// The level of optimization is the interpreter's own if optimize is -1.
    #[function("(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)")]
    fn compile(
        source: &Object,
        filename: &Object,
        mode: &str,
        flags: i32,
        dont_inherit: bool,
        optimize: i32,
        feature_version: i32,
    ) -> Result<Ref> {
        let filename = crate::paths::decoded_path(filename)?;
        let mut bits = flags as u32;
        if bits & !(bytecode::flags::FUTURE_MASK | super::flags::COMPILE_MASK) != 0 {
            bail!(ValueError, "compile(): unrecognised flags");
        }
        let optimize = match optimize {
            -1 => crate::interpreter::Interpreter::current().optimization(),
            0..=2 => optimize as u8,
            _ => bail!(ValueError, "compile(): invalid optimize value"),
        };
        if !dont_inherit {
            bits |= inherited_features();
        }
        let only_tree = bits & super::flags::ONLY_AST != 0;
        let mode = match mode {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            "func_type" if only_tree => Mode::FunctionType,
            "func_type" => {
                bail!(ValueError, "compile() mode 'func_type' requires flag PyCF_ONLY_AST")
            }
            _ if only_tree => {
                bail!(ValueError, "compile() mode must be 'exec', 'eval', 'single' or 'func_type'")
            }
            _ => bail!(ValueError, "compile() mode must be 'exec', 'eval' or 'single'"),
        };
        let feature_version = match u8::try_from(feature_version) {
            Ok(version) if only_tree => version,
            _ => 9,
        };
        let mut request = Request { flags: bits, optimize, feature_version, ..Request::new(&filename, mode) };
        if let Some(result) = crate::ast::compile_object(source, &request)? {
            return Ok(result);
        }
        let bytes = source_bytes(source, "compile", "string, bytes or AST", &mut bits)?;
        request.flags = bits;
        if only_tree {
            return crate::ast::parse_to_object(&bytes, &request);
        }
        Ok(compile::compile(&bytes, &request)?.into_object())
    }

    /// Compute an expression, and give its value.
    ///
    /// It is source text or a code object from compile(). Names are looked up in locals,
    /// which may be any mapping, then in globals, which must be a dict. Locals are the
    /// globals if only these are given; without either it is the caller's scope that counts.
    #[function("(source, globals=None, locals=None, /)")]
    fn eval(source: &Object, globals: Option<&Object>, locals: Option<&Object>) -> Result<Ref> {
        let (globals, locals) = namespaces("eval", globals, locals)?;
        evaluate("eval", source, Mode::Eval, &globals, &locals)
    }

    /// Run statements for their effect; there is no result.
    ///
    /// They are source text or a code object from compile(). Variables are kept in locals,
    /// which may be any mapping, and global ones in globals, which must be a dict. Locals are
    /// the globals if only these are given; without either the code runs in the caller's scope.
    #[function("(source, globals=None, locals=None, /)")]
    fn exec(source: &Object, globals: Option<&Object>, locals: Option<&Object>) -> Result<()> {
        let (globals, locals) = namespaces("exec", globals, locals)?;
        evaluate("exec", source, Mode::Exec, &globals, &locals).map(|_| ())
    }

    /// Give the dictionary that holds the module's variables where this is called.
    ///
    /// It is no copy: what is stored in it becomes a global variable, and the reverse.
    #[function("()")]
    fn globals() -> Result<Ref<Dict>> {
        match Frame::innermost(ThreadState::current()) {
            Some(frame) => Ok(frame.globals().to_ref()),
            None => Err(raise!(SystemError, "frame does not exist")),
        }
    }

    /// Give a dictionary of the variables that are local where this is called.
    ///
    /// In a module it is the same dictionary as globals() gives. In a function it is a
    /// snapshot: assume neither that storing in it changes a variable, nor that a later
    /// assignment shows in it.
    #[function("()")]
    fn locals() -> Result<Ref> {
        super::super::attributes::current_locals()
    }
}
