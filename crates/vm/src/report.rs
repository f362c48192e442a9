//! Printing exceptions: tracebacks, causes and contexts, as `sys.excepthook` does.

use std::collections::HashSet;

use objects::exceptions::BaseExceptionObject;
use objects::prelude::*;
use objects::raise::Fetched;

use crate::interpreter::Interpreter;
use crate::traceback::Traceback;

/// How many entries of a traceback are shown unless `sys.tracebacklimit` says otherwise.
const DEFAULT_LIMIT: usize = 1000;
/// How many equal entries in a row are shown before they are counted.
const REPEATS_SHOWN: usize = 3;

/// Where the text goes: a Python file.
struct Output<'a>(&'a Object);

impl Output<'_> {
    fn write(&self, text: &str) -> Result<()> {
        let text = Str::try_new(text)?;
        self.write_str(&text)
    }

    fn write_str(&self, text: &Str) -> Result<()> {
        self.0.call_method(intern!("write"), &[text]).map(|_| ())
    }
}

/// Writes an exception with its traceback, causes and contexts to a file (`PyErr_Display`).
pub fn display(file: &Object, value: &Object, traceback: Option<&Object>) -> Result<()> {
    if let Some(exception) = value.downcast::<BaseExceptionObject>()
        && let Some(traceback) = traceback
        && traceback.downcast::<Traceback>().is_some()
        && exception.traceback.is_null()
    {
        exception.traceback.set(Some(traceback.to_ref()));
    }
    let output = Output(file);
    display_chain(&output, value, &mut HashSet::new())?;
    file.call_method(intern!("flush"), &[]).map(|_| ()).or_else(|raised| {
        raised.clear();
        Ok(())
    })
}

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// Writes the exceptions behind one, then that one itself. A chain may be long: no recursion.
fn display_chain(output: &Output<'_>, value: &Object, seen: &mut HashSet<usize>) -> Result<()> {
    let mut chain: Vec<(Ref, &str)> = Vec::new();
    let mut next = Some((value.to_ref(), ""));
    while let Some((current, connection)) = next {
        seen.insert(current.as_ptr() as usize);
        next = predecessor(&current).filter(|(value, _)| !seen.contains(&(value.as_ptr() as usize)));
        chain.push((current, connection));
    }
    while let Some((value, connection)) = chain.pop() {
        display_one(output, &value)?;
        if !connection.is_empty() {
            output.write(connection)?;
        }
    }
    Ok(())
}

/// The exception that is shown before another, and what connects them.
fn predecessor(value: &Object) -> Option<(Ref, &'static str)> {
    let exception = value.downcast::<BaseExceptionObject>()?;
    if let Some(cause) = exception.cause.get() {
        return Some((cause, CAUSE));
    }
    match exception.suppress_context.get() {
        0 => exception.context.get().map(|context| (context, CONTEXT)),
        _ => None,
    }
}

fn display_one(output: &Output<'_>, value: &Object) -> Result<()> {
    let Some(exception) = value.downcast::<BaseExceptionObject>() else {
        output.write("TypeError: print_exception(): Exception expected for value, ")?;
        return output.write(&format!("{} found\n", value.class().name()));
    };
    if let Some(traceback) = exception.traceback.get()
        && let Ok(traceback) = traceback.into_type::<Traceback>()
    {
        write_traceback(output, &traceback)?;
    }
    let plain = syntax_error_place(output, value)?;
    write_class(output, value.class())?;
    let value = plain.unwrap_or_else(|| value.to_ref());
    match value.str() {
        Ok(text) if text.is_empty() => {}
        Ok(text) => {
            output.write(": ")?;
            output.write_str(&text)?;
        }
        Err(raised) => {
            raised.clear();
            output.write(": <exception str() failed>")?;
        }
    }
    output.write("\n")
}

/// The class's name, with its module unless that is `builtins`.
fn write_class(output: &Output<'_>, class: &Type) -> Result<()> {
    let module = raise::ignore(class.as_object().get_attr(intern!("__module__")), &exceptions::Exception)?;
    match module.as_deref().map(|module| module.downcast::<Str>()) {
        Some(Some(module)) => {
            if !module.equals_text("builtins") {
                output.write_str(module)?;
                output.write(".")?;
            }
        }
        _ => output.write("<unknown>.")?,
    }
    let name = raise::ignore(class.as_object().get_attr(intern!("__qualname__")), &exceptions::Exception)?;
    match name.as_deref().and_then(Object::downcast::<Str>) {
        Some(name) => output.write_str(name),
        None => output.write("<unknown>"),
    }
}

/// For an error that says where in a source it is: writes the place, and gives the bare message.
fn syntax_error_place(output: &Output<'_>, value: &Object) -> Result<Option<Ref>> {
    if value.get_attr_opt(intern!("print_file_and_line"))?.is_none() {
        return Ok(None);
    }
    let Some(place) = SyntaxPlace::of(value)? else { return Ok(None) };
    output.write(&format!("  File \"{}\", line {}\n", place.filename, place.line))?;
    if let Some(text) = &place.text {
        write_marked_line(output, text, place.offset)?;
    }
    Ok(Some(place.message))
}

struct SyntaxPlace {
    message: Ref,
    filename: String,
    line: i64,
    /// Counted from 1; -1 where unknown.
    offset: i64,
    text: Option<String>,
}

impl SyntaxPlace {
    fn of(value: &Object) -> Result<Option<SyntaxPlace>> {
        let get = |name: &'static Str| value.get_attr_opt(name);
        let Some(message) = get(intern!("msg"))? else { return Ok(None) };
        let filename = match get(intern!("filename"))? {
            None => return Ok(None),
            Some(name) if name.is_none() => "<string>".to_owned(),
            Some(name) => name.str()?.to_string(),
        };
        let Some(line) = get(intern!("lineno"))? else { return Ok(None) };
        let Some(line) = line.downcast::<Int>().and_then(Int::to_i64) else { return Ok(None) };
        let offset = get(intern!("offset"))?;
        let offset = offset.as_deref().and_then(Object::downcast::<Int>).and_then(Int::to_i64).unwrap_or(-1);
        let text = get(intern!("text"))?;
        let text =
            text.as_deref().and_then(Object::downcast::<Str>).map(|text| text.to_string_lossy().into_owned());
        Ok(Some(SyntaxPlace { message, filename, line, offset, text }))
    }
}

/// The source line, its indentation taken off, with a caret under the place, which is behind the line's end at
/// the most. Places count from one.
fn write_marked_line(output: &Output<'_>, text: &str, offset: i64) -> Result<()> {
    let mut text_left = text.trim_start_matches([' ', '\t', '\x0c']);
    let removed = (text.len() - text_left.len()) as i64;
    let length = text_left.strip_suffix('\n').unwrap_or(text_left).len() as i64;
    let mut place = (offset - 1 - removed).min(length);
    // Lines in front of the one with the place are not shown.
    while let Some((line, rest)) = text_left.split_once('\n')
        && (line.len() as i64) < place
    {
        place -= line.len() as i64 + 1;
        text_left = rest;
    }
    output.write("    ")?;
    output.write(text_left)?;
    if !text_left.ends_with('\n') {
        output.write("\n")?;
    }
    // A place in the indentation is not shown either.
    match usize::try_from(place) {
        Ok(place) => output.write(&format!("    {}^\n", " ".repeat(place))),
        Err(_) => Ok(()),
    }
}

/// `sys.tracebacklimit`.
fn limit() -> usize {
    let limit = Interpreter::current().sys_get(intern!("tracebacklimit"));
    match limit.as_deref().and_then(Object::downcast::<Int>) {
        None => DEFAULT_LIMIT,
        Some(limit) => match limit.to_i64() {
            Some(limit) => usize::try_from(limit).unwrap_or(0),
            None if limit.is_negative() => 0,
            None => usize::MAX,
        },
    }
}

/// Writes a traceback to a file (`PyTraceBack_Print`).
pub fn write_traceback_to(file: &Object, traceback: &Traceback) -> Result<()> {
    write_traceback(&Output(file), traceback)
}

fn write_traceback(output: &Output<'_>, traceback: &Traceback) -> Result<()> {
    let limit = limit();
    if limit == 0 {
        return Ok(());
    }
    output.write("Traceback (most recent call last):\n")?;
    let mut entries = Vec::new();
    let mut next = Some(traceback.to_ref());
    while let Some(entry) = next {
        next = entry.next.get();
        entries.push(entry);
    }
    let shown = &entries[entries.len().saturating_sub(limit)..];
    let mut previous: Option<(Ref<Str>, i32, Ref<Str>)> = None;
    let mut repeats = 0;
    for entry in shown {
        let Some(frame) = entry.frame.get() else { continue };
        let code = frame.code();
        let filename = code.filename.get().unwrap_or_else(Str::empty);
        let line = entry.lineno.get();
        let same = previous.as_ref().is_some_and(|(file, last, name)| {
            file.equals(&filename) && *last == line && name.equals(&code.name)
        });
        if !same {
            write_repeats(output, repeats)?;
            repeats = 0;
        }
        repeats += 1;
        if repeats <= REPEATS_SHOWN {
            output.write(&format!("  File \"{filename}\", line {line}, in {}\n", code.name))?;
            write_source_line(output, &filename, line)?;
        }
        previous = Some((filename, line, code.name.clone()));
        (objects::services::get().check_signals)()?;
    }
    write_repeats(output, repeats)
}

fn write_repeats(output: &Output<'_>, repeats: usize) -> Result<()> {
    if repeats <= REPEATS_SHOWN {
        return Ok(());
    }
    let more = repeats - REPEATS_SHOWN;
    let plural = if more == 1 { "" } else { "s" };
    output.write(&format!("  [Previous line repeated {more} more time{plural}]\n"))
}

/// The line of the source, indented, where the file is found.
fn write_source_line(output: &Output<'_>, filename: &Str, line: i32) -> Result<()> {
    let Some(text) = crate::source_lines::find(filename, line) else { return Ok(()) };
    let text = text.trim_start_matches([' ', '\t', '\x0c']);
    output.write("    ")?;
    output.write(text)?;
    if !text.ends_with('\n') {
        output.write("\n")?;
    }
    Ok(())
}

/// Prints the exception that is set through `sys.excepthook` (`PyErr_PrintEx`), other than `SystemExit`.
pub fn print_exception(fetched: Fetched, remember: bool) {
    let fetched = fetched.normalize();
    let value = fetched.value.clone().unwrap_or_else(none);
    let traceback = fetched.traceback.clone().unwrap_or_else(none);
    if let Some(exception) = value.downcast::<BaseExceptionObject>()
        && !traceback.is_none()
    {
        exception.traceback.set(Some(traceback.clone()));
    }
    let interpreter = Interpreter::current();
    if remember && let Some(sysdict) = interpreter.sysdict.get() {
        let names = [intern!("last_type"), intern!("last_value"), intern!("last_traceback")];
        for (name, part) in names.into_iter().zip([&fetched.class, &value, &traceback]) {
            if let Err(raised) = sysdict.set(name, part) {
                raised.clear();
            }
        }
    }
    let hook = interpreter.sys_get(intern!("excepthook"));
    let told = [hook.as_deref().unwrap_or(none_object()), &fetched.class, &value, &traceback];
    if let Err(raised) = crate::sys::audit("sys.excepthook", &told) {
        // A hook forbids by a RuntimeError that the exception is shown.
        if raised.matches(&exceptions::RuntimeError) {
            raised.clear();
            return;
        }
        raised.write_unraisable(None);
    }
    match hook {
        Some(hook) => {
            if let Err(raised) = hook.call(&[&fetched.class, &value, &traceback]) {
                report_broken_hook(raised, &value);
            }
        }
        None => {
            if let Some(stderr) = standard_error() {
                let _ = Output(&stderr).write("sys.excepthook is missing\n").map_err(Raised::clear);
                let _ = display(&stderr, &value, None).map_err(Raised::clear);
            }
        }
    }
}

/// `sys.stderr`, unless it is missing or `None`.
pub fn standard_error() -> Option<Ref> {
    Interpreter::current().sys_get(intern!("stderr")).filter(|stderr| !stderr.is_none())
}

/// Prints what a thread's `run()` raised, with the thread's name: `threading.excepthook`.
pub fn print_thread_exception(
    class: &Object,
    value: &Object,
    traceback: &Object,
    thread: &Object,
) -> Result<()> {
    let file = match standard_error() {
        Some(file) => file,
        // At the end of the interpreter `sys.stderr` is gone, but the thread has kept it.
        None => match thread.get_attr_opt(intern!("_stderr"))?.filter(|file| !file.is_none()) {
            Some(file) => file,
            None => return Ok(()),
        },
    };
    let name = match thread.is_none() {
        true => None,
        false => thread.get_attr_opt(intern!("name"))?,
    };
    let name = match name {
        Some(name) => name.str()?,
        None => Str::new(&crate::thread::identity().to_string()),
    };
    let output = Output(&file);
    output.write(&format!("Exception in thread {name}:\n"))?;
    let fetched = Fetched { class: class.to_ref(), value: Some(value.to_ref()), traceback: None }.normalize();
    let value = fetched.value.unwrap_or_else(none);
    display(&file, &value, Some(traceback).filter(|traceback| !traceback.is_none()))?;
    file.call_method(intern!("flush"), &[]).map(drop)
}

fn report_broken_hook(raised: Raised, original: &Object) {
    let broken = raised.fetch().normalize();
    let Some(stderr) = standard_error() else { return };
    let output = Output(&stderr);
    let attempt = || -> Result<()> {
        output.write("Error in sys.excepthook:\n")?;
        if let Some(value) = &broken.value {
            display(&stderr, value, broken.traceback.as_deref())?;
        }
        output.write("\nOriginal exception was:\n")?;
        display(&stderr, original, None)
    };
    let _ = attempt().map_err(Raised::clear);
}
