//! What comes of a source, as text: the same that `tools/parity.py` writes of CPython.

use std::fmt::Write;

use bytecode::quoted;
use compiler::symbols::Block;
use compiler::{Options, Recursion, SymbolTable};
use literals::Text;
use syntax::Mode;

/// A native stack that is enough for what CPython's own limits allow.
pub const STACK: usize = 256 << 20;

/// What is asked of a source.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    /// The code unit at an optimisation level.
    Code(u8),
    /// The code unit of an expression, or of an interactive statement.
    Eval,
    Single,
    /// The code unit where `await` is allowed at the top level.
    Await,
    Symbols,
}

impl Question {
    /// From the name that `tools/parity.py` gives it.
    pub fn named(name: &str) -> Option<Question> {
        match name {
            "symbols" => Some(Question::Symbols),
            "eval" => Some(Question::Eval),
            "single" => Some(Question::Single),
            "await" => Some(Question::Await),
            level => level.parse().ok().map(Question::Code),
        }
    }
}

/// Compiles a source and writes what came of it: warnings and code unit or symbols, or the error.
pub fn describe(question: Question, path: &str, source: &[u8], ignore_cookie: bool) -> String {
    let mut out = String::new();
    let reading = syntax::Options { ignore_cookie, ..syntax::Options::default() };
    let mode = match question {
        Question::Eval => Mode::Eval,
        Question::Single => Mode::Single,
        _ => Mode::Exec,
    };
    let mut parsed = match syntax::parse(source, mode, &reading) {
        Ok(parsed) => parsed,
        Err(failure) => {
            for warning in &failure.warnings {
                push_warning(&mut out, &warning.message, warning.place.lineno);
            }
            let place = failure.place.as_ref().map(|place| (place.lineno, place.offset));
            push_error(&mut out, failure.class.name(), &failure.message, place);
            return out;
        }
    };
    for warning in &parsed.warnings {
        push_warning(&mut out, &warning.message, warning.place.lineno);
    }
    let recursion = Recursion { stack: syntax::StackLimit::below(STACK / 2), ..Recursion::default() };
    let (optimize, flags) = match question {
        Question::Code(optimize) => (optimize, 0),
        Question::Await => (0, compiler::ALLOW_TOP_LEVEL_AWAIT),
        _ => (0, 0),
    };
    let result = if let Question::Symbols = question {
        compiler::symtable(&parsed.module, &recursion).map(|table| {
            let mut text = String::new();
            push_block(&mut text, &table, table.top(), 0);
            (text, Vec::new())
        })
    } else {
        let options = Options { optimize, flags, recursion };
        compiler::compile(&mut parsed.module, &Text::from(path), &options)
            .map(|(unit, warnings)| (unit.dump(), warnings))
    };
    let (text, warnings, failure) = match result {
        Ok((text, warnings)) => (text, warnings, None),
        Err(mut failure) => (String::new(), std::mem::take(&mut failure.warnings), Some(failure)),
    };
    warnings.iter().for_each(|warning| push_warning(&mut out, &warning.message, warning.position.line));
    out.push_str(&text);
    if let Some(failure) = failure {
        let place = failure.position.map(|position| (position.line, position.offset.into()));
        push_error(&mut out, &format!("{:?}", failure.exception), &failure.message, place);
    }
    out
}

fn push_block(out: &mut String, table: &SymbolTable, block: &Block, depth: usize) {
    let margin = " ".repeat(depth);
    let varnames: Vec<String> = block.varnames.iter().map(quoted).collect();
    let _ = writeln!(
        out,
        "{margin}block {} type {} line {} nested {} varnames {}",
        quoted(&block.name),
        block.kind as u32,
        block.line,
        u32::from(block.nested),
        varnames.join(" ")
    );
    let mut symbols: Vec<(String, u32)> =
        block.symbols.iter().map(|(name, flags)| (quoted(name), flags)).collect();
    symbols.sort();
    symbols.iter().for_each(|(name, flags)| {
        let _ = writeln!(out, "{margin} {name} {flags}");
    });
    block.children.iter().for_each(|&child| push_block(out, table, &table.blocks[child], depth + 1));
}

fn push_warning(out: &mut String, message: &str, line: u32) {
    let _ = writeln!(out, "warning {line} {message}");
}

fn push_error(out: &mut String, class: &str, message: &str, place: Option<(u32, i64)>) {
    let _ = match place {
        Some((line, offset)) => writeln!(out, "error {class} {line} {offset} {message}"),
        None => writeln!(out, "error {class} {message}"),
    };
}
