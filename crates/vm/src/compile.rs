//! From source to code objects: parser and compiler put together, their failures raised.

use compiler::{CompileFailure, Exception, Position, Recursion};
use objects::prelude::*;
pub use syntax::Mode;
use syntax::{Decoded, EscapeWarning, ExceptionClass, Parsed, Place, StackLimit, SyntaxFailure};

use crate::code::Code;

/// The bits of `compile()`'s flags that are not of `__future__` (`PyCF_*`).
pub mod flags {
    pub const SOURCE_IS_UTF8: u32 = 0x0100;
    pub const DONT_IMPLY_DEDENT: u32 = 0x0200;
    pub const ONLY_AST: u32 = 0x0400;
    pub const IGNORE_COOKIE: u32 = 0x0800;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
    /// Every bit that `compile()` takes besides those of `__future__`.
    pub const COMPILE_MASK: u32 =
        ONLY_AST | ALLOW_TOP_LEVEL_AWAIT | TYPE_COMMENTS | DONT_IMPLY_DEDENT | SOURCE_IS_UTF8 | IGNORE_COOKIE;
}

/// What a compilation is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub filename: &'a Str,
    pub mode: Mode,
    /// Bits of `__future__` and of [`flags`].
    pub flags: u32,
    pub optimize: u8,
    pub feature_version: u8,
    /// The source is a statement that a shell has read line by line.
    pub prompted: bool,
    /// The source is a script, read line by line from the file of this name.
    pub script: bool,
}

impl<'a> Request<'a> {
    pub fn new(filename: &'a Str, mode: Mode) -> Request<'a> {
        Request { filename, mode, flags: 0, optimize: 0, feature_version: 9, prompted: false, script: false }
    }

    fn has(&self, bit: u32) -> bool {
        self.flags & bit != 0
    }
}

/// Compiles a source. Raises `SyntaxError` and what else CPython does.
pub fn compile(source: &[u8], request: &Request<'_>) -> Result<Ref<Code>> {
    if crate::sys::is_audited() {
        crate::sys::audit("compile", &[&*Bytes::try_new(source)?, request.filename])?;
    }
    let mut parsed = parse(source, request)?;
    compile_tree(&mut parsed.module, request)
}

/// Parses a source; warnings of the parser are issued.
pub fn parse(source: &[u8], request: &Request<'_>) -> Result<Parsed> {
    let options = syntax::Options {
        type_comments: request.has(flags::TYPE_COMMENTS),
        ignore_cookie: request.has(flags::IGNORE_COOKIE),
        dont_imply_dedent: request.has(flags::DONT_IMPLY_DEDENT),
        prompted: request.prompted,
        script: request.script.then(|| request.filename.as_str()).flatten(),
        barry_as_bdfl: request.has(bytecode::flags::FUTURE_BARRY_AS_BDFL),
        feature_version: request.feature_version,
        max_int_digits: objects::int::max_text_digits(),
        decoder: Some(&decode),
        stack: stack_limit(),
        ..syntax::Options::default()
    };
    match syntax::parse(source, request.mode, &options) {
        Ok(parsed) => {
            issue_escape_warnings(&parsed.warnings, request.filename)?;
            Ok(parsed)
        }
        Err(failure) => {
            issue_escape_warnings(&failure.warnings, request.filename)?;
            Err(raise_syntax_failure(&failure, request.filename))
        }
    }
}

/// How far an instruction moves the top of the stack; nothing for what is no instruction.
pub fn stack_effect(opcode: i32, argument: i32, jump: Option<bool>) -> Option<i32> {
    let opcode = u8::try_from(opcode).ok().and_then(bytecode::Opcode::from_number)?;
    i32::try_from(opcode.effect(argument as u32, jump)).ok()
}

/// Compiles a tree.
pub fn compile_tree(module: &mut syntax::ast::Mod, request: &Request<'_>) -> Result<Ref<Code>> {
    let options = compiler::Options {
        optimize: request.optimize,
        flags: request.flags & (bytecode::flags::FUTURE_MASK | flags::ALLOW_TOP_LEVEL_AWAIT),
        recursion: recursion(),
    };
    match compiler::compile(module, &request.filename.to_text(), &options) {
        Ok((unit, warnings)) => {
            for warning in &warnings {
                issue_warning(
                    &exceptions::SyntaxWarning,
                    &warning.message,
                    warning.position,
                    request.filename,
                )?;
            }
            Code::from_unit(&unit)
        }
        Err(failure) => {
            for warning in &failure.warnings {
                issue_warning(
                    &exceptions::SyntaxWarning,
                    &warning.message,
                    warning.position,
                    request.filename,
                )?;
            }
            Err(raise_compile_failure(&failure, request.filename))
        }
    }
}

/// Checks a tree that did not come from the parser.
pub fn validate(module: &syntax::ast::Mod, request: &Request<'_>) -> Result<()> {
    compiler::validate::validate(module, &recursion())
        .map_err(|failure| raise_compile_failure(&failure, request.filename))
}

/// The symbol table of a tree.
pub fn symbol_table(module: &syntax::ast::Mod, request: &Request<'_>) -> Result<compiler::SymbolTable> {
    compiler::symtable(module, &recursion())
        .map_err(|failure| raise_compile_failure(&failure, request.filename))
}

/// How deep the compiler may go from here.
pub fn recursion() -> Recursion {
    let thread = objects::thread_state::ThreadState::current();
    Recursion {
        depth: thread.recursion_depth.get().max(0) as usize,
        limit: objects::thread_state::recursion_limit().max(0) as usize,
        stack: stack_limit(),
    }
}

/// How far the native stack may grow while a source is compiled.
fn stack_limit() -> StackLimit {
    StackLimit::below(objects::thread_state::ThreadState::current().stack_left())
}

/// Decodes a source by Python's codecs, for encodings that the parser does not know.
fn decode(encoding: &str, source: &[u8]) -> Decoded {
    let attempt = || -> Result<String> {
        let source = Bytes::try_new(source)?;
        let text = objects::codecs::decode_any(&source, encoding, Some("strict"))?;
        match text.into_type::<Str>() {
            Ok(text) => Ok(text.as_utf8()?.to_owned()),
            Err(other) => Err(raise!(
                TypeError,
                "decoder should return a string result, not '{}'",
                other.class().name()
            )),
        }
    };
    match attempt() {
        Ok(text) => Decoded::Text(text),
        Err(raised) if raised.matches(&exceptions::LookupError) => {
            raised.clear();
            Decoded::UnknownEncoding
        }
        Err(raised) => {
            let value = raised.fetch().normalize().value;
            let message = value.map(|value| value.str().map(|text| text.to_string()));
            Decoded::Invalid(match message {
                Some(Ok(message)) => message,
                Some(Err(raised)) => {
                    raised.clear();
                    String::new()
                }
                None => String::new(),
            })
        }
    }
}

fn class_of(class: ExceptionClass) -> &'static Type {
    match class {
        ExceptionClass::SyntaxError => &exceptions::SyntaxError,
        ExceptionClass::IndentationError => &exceptions::IndentationError,
        ExceptionClass::TabError => &exceptions::TabError,
        ExceptionClass::ValueError => &exceptions::ValueError,
        ExceptionClass::OverflowError => &exceptions::OverflowError,
        ExceptionClass::MemoryError => &exceptions::MemoryError,
        ExceptionClass::RecursionError => &exceptions::RecursionError,
        ExceptionClass::UnicodeDecodeError => &exceptions::ValueError,
    }
}

fn raise_syntax_failure(failure: &SyntaxFailure, filename: &Str) -> Raised {
    let class = class_of(failure.class);
    let Some(place) = &failure.place else {
        return match failure.message.is_empty() {
            true => raise::set_none(class),
            false => raise::set_message(class, format_args!("{}", failure.message)),
        };
    };
    let place = match place.wants_file_line().then(|| source_line(filename, place.lineno)).flatten() {
        Some(line) => place.in_file(&line),
        None => place.clone(),
    };
    raise_at(class, &failure.message, filename, &place)
}

fn raise_at(class: &Type, message: &str, filename: &Str, place: &Place) -> Raised {
    let text = place.text.as_deref().map_or_else(none, |text| Str::new(text).into_object());
    raise_with(class, message, filename, place.lineno.into(), place.offset, text)
}

fn raise_with(class: &Type, message: &str, filename: &Str, line: i64, offset: i64, text: Ref) -> Raised {
    let build = || -> Result<Ref> {
        let position = (filename, line, offset, text).into_object()?;
        class.as_object().call(&[&*Str::new(message), &*position])
    };
    match build() {
        Ok(error) => raise::set_object(class, error),
        Err(raised) => raised,
    }
}

fn raise_compile_failure(failure: &CompileFailure, filename: &Str) -> Raised {
    let class: &Type = match failure.exception {
        Exception::SyntaxError => &exceptions::SyntaxError,
        Exception::RecursionError => &exceptions::RecursionError,
        Exception::RuntimeError => &exceptions::RuntimeError,
        Exception::SystemError => &exceptions::SystemError,
        Exception::TypeError => &exceptions::TypeError,
        Exception::ValueError => &exceptions::ValueError,
    };
    match failure.position {
        None => raise::set_message(class, format_args!("{}", failure.message)),
        Some(position) => raise_in_source(class, &failure.message, filename, position),
    }
}

/// A `SyntaxError` of the compiler: it shows the line of the file, where there is one.
fn raise_in_source(class: &Type, message: &str, filename: &Str, position: Position) -> Raised {
    let text = source_line(filename, position.line).map_or_else(none, |line| Str::new(&line).into_object());
    raise_with(class, message, filename, position.line.into(), position.offset.into(), text)
}

/// A line of a file, as far as it can be read.
fn source_line(filename: &Str, line: u32) -> Option<String> {
    let content = std::fs::read(filename.as_str()?).ok()?;
    let line = content.split_inclusive(|&byte| byte == b'\n').nth((line as usize).checked_sub(1)?)?;
    // As CPython's reader shows it: up to a null character.
    let line = line.split(|&byte| byte == 0).next()?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn issue_escape_warnings(warnings: &[EscapeWarning], filename: &Str) -> Result<()> {
    for warning in warnings {
        if let Err(raised) =
            explicit(&exceptions::DeprecationWarning, &warning.message, filename, warning.place.lineno)
        {
            if !raised.matches(&exceptions::DeprecationWarning) {
                return Err(raised);
            }
            // A warning that is an error says where, as an error of the source does.
            raised.clear();
            return Err(raise_at(&exceptions::SyntaxError, &warning.message, filename, &warning.place));
        }
    }
    Ok(())
}

fn issue_warning(category: &'static Type, message: &str, position: Position, filename: &Str) -> Result<()> {
    match explicit(category, message, filename, position.line) {
        Err(raised) if raised.matches(category) => {
            raised.clear();
            Err(raise_in_source(&exceptions::SyntaxError, message, filename, position))
        }
        result => result,
    }
}

fn explicit(category: &'static Type, message: &str, filename: &Str, line: u32) -> Result<()> {
    crate::warnings::warn_explicit(category, &Str::new(message), filename, line as i32, None)
}
