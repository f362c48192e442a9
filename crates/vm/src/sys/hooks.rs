//! Hooks: displaying values and exceptions, breakpoints, audit events.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int, c_void};

use objects::arguments::Keywords;
use objects::prelude::*;
use objects::raise::Fetched;
use objects::struct_sequence::Definition;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::interpreter::Interpreter;
use crate::report;
use crate::std_printer::StdPrinter;
use crate::traceback::Traceback;

static UNRAISABLE: Definition = Definition::new(
    c"UnraisableHookArgs",
    c"UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    5,
    &[
        (c"exc_type", Some(c"Exception type")),
        (c"exc_value", Some(c"Exception value")),
        (c"exc_traceback", Some(c"Exception traceback")),
        (c"err_msg", Some(c"Error message")),
        (c"object", Some(c"Object causing the exception")),
    ],
);

/// The standard streams as they are before `io` is imported, and the hooks under their private names.
pub(super) fn add(dict: &Dict) -> Result<()> {
    dict.set(intern!("stdout"), &StdPrinter::new(1))?;
    dict.set(intern!("stderr"), &StdPrinter::new(2))?;
    for name in ["displayhook", "excepthook", "breakpointhook", "unraisablehook"] {
        if let Some(hook) = dict.get_str(Str::intern_static(name)) {
            dict.set(&Str::intern(Str::new(&format!("__{name}__"))), &hook)?;
        }
    }
    Ok(())
}

/// What an expression statement of the interactive shell does with its value.
pub fn display(value: &Object) -> Result<()> {
    match Interpreter::current().sys_get(intern!("displayhook")) {
        Some(hook) => hook.call1(value).map(|_| ()),
        None => Err(raise!(RuntimeError, "lost sys.displayhook")),
    }
}

/// Hands an exception that nobody can catch to `sys.unraisablehook`.
pub fn write_unraisable(fetched: Fetched, context: Option<&Object>) {
    write_unraisable_message(fetched, context, None);
}

/// Reports an exception that ended a thread.
pub fn write_unraisable_in_thread(fetched: Fetched, function: &Object) {
    write_unraisable_message(fetched, Some(function), Some("Exception ignored in thread started by"));
}

/// The same, with what the report begins with.
pub fn write_unraisable_message(fetched: Fetched, context: Option<&Object>, message: Option<&str>) {
    let fetched = with_place(fetched.normalize());
    let arguments = UNRAISABLE.build(vec![
        fetched.class.clone(),
        fetched.value.clone().unwrap_or_else(none),
        fetched.traceback.clone().unwrap_or_else(none),
        message.map_or_else(none, |message| Str::new(message).into_object()),
        context.map_or_else(none, Object::to_ref),
    ]);
    let hook = Interpreter::current().sys_get(intern!("unraisablehook"));
    let result = match (arguments, hook) {
        (Ok(arguments), Some(hook)) => match audit("sys.unraisablehook", &[&hook, &arguments]) {
            Err(raised) => {
                let inner = raised.fetch().normalize();
                show_unraisable(&inner, None, Some("Exception ignored in audit hook"))
            }
            Ok(()) => match hook.call1(&arguments) {
                Ok(_) => Ok(()),
                Err(raised) => {
                    let inner = raised.fetch().normalize();
                    show_unraisable(&inner, Some(&hook), Some("Exception ignored in sys.unraisablehook"))
                }
            },
        },
        (Ok(_), None) => show_unraisable(&fetched, context, message),
        (Err(raised), _) => {
            raised.clear();
            show_unraisable(&fetched, context, message)
        }
    };
    if let Err(raised) = result {
        raised.clear();
    }
}

/// The exception with a traceback: of the running frame, where it was raised in native code and has none.
fn with_place(mut fetched: Fetched) -> Fetched {
    if fetched.traceback.is_none()
        && let Some(frame) = Frame::innermost(ThreadState::current())
    {
        let traceback = Traceback::new(None, frame, frame.lasti.get(), frame.line()).into_object();
        if let Some(value) = &fetched.value {
            exceptions::set_traceback(value, &traceback);
        }
        fetched.traceback = Some(traceback);
    }
    fetched
}

fn show_unraisable(fetched: &Fetched, context: Option<&Object>, message: Option<&str>) -> Result<()> {
    let Some(stderr) = report::standard_error() else { return Ok(()) };
    let write = |text: &str| stderr.call_method(intern!("write"), &[&*Str::new(text)]).map(|_| ());
    let context = context.filter(|context| !context.is_none());
    match (context, message) {
        (Some(object), message) => {
            write(&format!("{}: ", message.unwrap_or("Exception ignored in")))?;
            match object.repr() {
                Ok(text) => stderr.call_method(intern!("write"), &[&*text]).map(|_| ())?,
                Err(raised) => {
                    raised.clear();
                    write("<object repr() failed>")?;
                }
            }
            write("\n")?;
        }
        (None, Some(message)) => write(&format!("{message}:\n"))?,
        (None, None) => {}
    }
    match &fetched.value {
        Some(value) => report::display(&stderr, value, fetched.traceback.as_deref()),
        None => Ok(()),
    }
}

/// A hook of `PySys_AddAuditHook`, with its own data: of the whole process, and never taken back.
#[derive(Clone, Copy)]
pub struct NativeHook {
    pub function: unsafe extern "C" fn(event: *const c_char, arguments: &Tuple, data: *mut c_void) -> c_int,
    pub data: *mut c_void,
}

struct NativeHooks(RefCell<Vec<NativeHook>>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for NativeHooks {}

static NATIVE_HOOKS: NativeHooks = NativeHooks(RefCell::new(Vec::new()));

/// Adds a hook of the process, unless one that is there already forbids it by a `RuntimeError`.
///
/// # Safety
/// The function may be called with its data at any time, with the GIL held.
pub unsafe fn add_native_hook(hook: NativeHook) -> Result<()> {
    match audit("sys.addaudithook", &[]) {
        Ok(()) => {
            NATIVE_HOOKS.0.borrow_mut().push(hook);
            Ok(())
        }
        Err(raised) if raised.matches(&exceptions::RuntimeError) => {
            raised.clear();
            Ok(())
        }
        Err(raised) => Err(raised),
    }
}

/// Whether anybody listens, for events whose arguments take work.
pub fn is_audited() -> bool {
    !NATIVE_HOOKS.0.borrow().is_empty() || !Interpreter::current().audit_hooks.borrow().is_empty()
}

/// `sys.audit`: tells the hooks of an event.
pub fn audit(event: &str, arguments: &[&Object]) -> Result<()> {
    // Before there is an interpreter, and after it, there is nobody to tell.
    let Some(state) = objects::thread_state::ThreadState::current_opt() else { return Ok(()) };
    if state.interp.get().is_null() {
        return Ok(());
    }
    let hooks = Interpreter::current().audit_hooks.borrow().clone();
    let native = NATIVE_HOOKS.0.borrow().clone();
    if hooks.is_empty() && native.is_empty() {
        return Ok(());
    }
    let arguments = Tuple::new(arguments.iter().map(|argument| argument.to_ref()))?;
    if !native.is_empty() {
        let name = CString::new(event).map_err(|_| raise!(ValueError, "embedded null character"))?;
        for hook in native {
            // SAFETY: `add_native_hook`'s contract.
            raise::check_status(unsafe { (hook.function)(name.as_ptr(), &arguments, hook.data) })?;
        }
    }
    let event = Str::new(event);
    for hook in hooks {
        let can_trace = match hook.get_attr_opt(intern!("__cantrace__"))? {
            Some(answer) => answer.is_true()?,
            None => false,
        };
        match can_trace {
            true => hook.call(&[&*event, &*arguments])?,
            false => crate::eval::tracing::without(state, || hook.call(&[&*event, &*arguments]))?,
        };
    }
    Ok(())
}

#[functions(HOOKS)]
pub mod functions {
    use super::*;

    /// Show the value of an expression typed at the prompt: its repr() goes to sys.stdout.
    ///
    /// The value also becomes builtins._, for use in what is typed next. None is not shown.
    #[function("(object, /)")]
    fn displayhook(object: &Object) -> Result<()> {
        if object.is_none() {
            return Ok(());
        }
        let builtins = Interpreter::current().builtins()?;
        let name = intern!("_");
        builtins.set(name, none_object())?;
        let stdout = Interpreter::current().sys_get(intern!("stdout")).filter(|stdout| !stdout.is_none());
        let Some(stdout) = stdout else { bail!(RuntimeError, "lost sys.stdout") };
        let text = object.repr()?;
        match stdout.call_method(intern!("write"), &[&*text]) {
            Err(raised) if raised.matches(&exceptions::UnicodeEncodeError) => {
                raised.clear();
                write_escaped(&stdout, &text)?;
            }
            result => drop(result?),
        }
        stdout.call_method(intern!("write"), &[intern!("\n")])?;
        builtins.set(name, object)
    }

    /// What the stream's encoding cannot say is written with escapes.
    fn write_escaped(stdout: &Object, text: &Str) -> Result<()> {
        let encoding = stdout.get_attr(intern!("encoding"))?.str()?;
        let encoding = encoding.as_utf8()?;
        let bytes = objects::codecs::encode_text(text, Some(encoding), Some("backslashreplace"))?;
        let text = objects::codecs::decode_text(bytes.as_bytes(), Some(encoding), Some("strict"))?;
        stdout.call_method(intern!("write"), &[&*text]).map(|_| ())
    }

    /// Write the traceback, the type and the message of an uncaught exception to sys.stderr.
    #[function("(exctype, value, traceback, /)")]
    fn excepthook(_exctype: &Object, value: &Object, traceback: &Object) -> Result<()> {
        match report::standard_error() {
            Some(stderr) => report::display(&stderr, value, Some(traceback)),
            None => Ok(()),
        }
    }

    /// Handle an unraisable exception.
    ///
    /// The unraisable argument has the attributes exc_type, exc_value,
    /// exc_traceback, err_msg and object.
    #[function("(unraisable, /)")]
    fn unraisablehook(unraisable: &Object) -> Result<()> {
        if !unraisable.class().is(UNRAISABLE.ready()?.as_object()) {
            bail!(TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs");
        }
        let class = unraisable.get_attr(intern!("exc_type"))?;
        let value = unraisable.get_attr(intern!("exc_value"))?;
        let traceback = unraisable.get_attr(intern!("exc_traceback"))?;
        let message = unraisable.get_attr(intern!("err_msg"))?;
        let object = unraisable.get_attr(intern!("object"))?;
        let message = match message.is_none() {
            true => None,
            false => Some(message.str()?),
        };
        let fetched = Fetched {
            class,
            value: Some(value).filter(|value| !value.is_none()),
            traceback: Some(traceback).filter(|traceback| !traceback.is_none()),
        };
        show_unraisable(&fetched, Some(&object), message.as_deref().and_then(Str::as_str))
    }

    /// breakpointhook(*args, **kws)
    ///
    /// What breakpoint() calls. It passes all arguments on to the function that the
    /// environment variable PYTHONBREAKPOINT names, which is pdb.set_trace if the variable
    /// is empty or not set; 0 makes breakpoints do nothing.
    #[function("(*args, **kws)", no_text_signature)]
    fn breakpointhook(args: &[&Object], kws: Keywords) -> Result<Ref> {
        let chosen = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
        if chosen == "0" {
            return Ok(none());
        }
        let name = if chosen.is_empty() { "pdb.set_trace" } else { &chosen };
        let (module, function) = name.rsplit_once('.').unwrap_or(("builtins", name));
        let found = crate::import::import_by_name(module)
            .and_then(|module| module.get_attr(&Str::intern(Str::new(function))));
        let Ok(hook) = found else {
            raise::clear();
            objects::services::warn(
                &exceptions::RuntimeWarning,
                &format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{name}\""),
                1,
            )?;
            return Ok(none());
        };
        let arguments = Tuple::new(args.iter().map(|argument| argument.to_ref()))?;
        let keywords = kws.to_dict()?;
        hook.call_dict(&arguments, Some(&keywords))
    }

    /// audit(event, *args)
    ///
    /// Passes the event to any hooks that are attached.
    #[function("(*args)", no_text_signature)]
    fn audit(args: &[&Object]) -> Result<()> {
        let [event, arguments @ ..] = args else {
            bail!(TypeError, "audit() missing 1 required positional argument: 'event'");
        };
        match event.downcast::<Str>() {
            Some(event) => super::audit(event.as_utf8()?, arguments),
            None => Err(raise!(TypeError, "expected str for argument 'event', not {}", event.class().name())),
        }
    }

    /// Have a function called with the name and the argument tuple of every audit event.
    ///
    /// It stays for as long as the interpreter lives.
    #[function("(hook)")]
    fn addaudithook(hook: &Object) -> Result<()> {
        if let Err(raised) = super::audit("sys.addaudithook", &[]) {
            if !raised.matches(&exceptions::RuntimeError) {
                return Err(raised);
            }
            raised.clear();
            return Ok(());
        }
        Interpreter::current().audit_hooks.borrow_mut().push(hook.to_ref());
        Ok(())
    }

    /// Raise SystemExit(status), which ends the program unless something catches it.
    ///
    /// An integer is what the process reports as its exit status; for None that is 0, which
    /// means success. Any other object is printed to sys.stderr, and the status is 1.
    #[function("(status=None, /)")]
    fn exit(status: Option<&Object>) -> Result<()> {
        Err(raise::set_object(&exceptions::SystemExit, status.unwrap_or(none_object()).to_ref()))
    }

    /// Give the exception that is being handled, as a tuple (type, value, traceback).
    ///
    /// It is that of the innermost except clause at work, in this function or one of its
    /// callers; three times None if there is no such clause.
    #[function("()")]
    fn exc_info() -> (Ref, Ref, Ref) {
        let thread = objects::thread_state::ThreadState::current();
        let handled = thread.topmost_handled();
        let part = |field: &Field| field.get().unwrap_or_else(none);
        (part(&handled.exc_type), part(&handled.exc_value), part(&handled.exc_traceback))
    }
}
