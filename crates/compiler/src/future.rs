//! `from __future__` imports (PEP 236).

use bytecode::flags;
use syntax::ast::{ExprKind, Mod, Stmt, StmtKind};

use crate::failure::{CompileFailure, Result};

pub(crate) const LATE_FUTURE: &str = "from __future__ imports must occur at the beginning of the file";

/// What the future imports of a tree ask for.
#[derive(Debug, Default)]
pub(crate) struct Features {
    /// `FUTURE_` bits.
    pub flags: u32,
    /// The line of the last future import: one after it is too late. 0 if there is none.
    pub last_line: u32,
}

pub(crate) fn features(module: &Mod) -> Result<Features> {
    let mut features = Features::default();
    let (Mod::Module { body, .. } | Mod::Interactive { body }) = module else { return Ok(features) };
    let after_docstring = usize::from(docstring(body).is_some());
    let mut done = false;
    let mut previous_line = 0;
    for statement in &body[after_docstring..] {
        let span = statement.span;
        if done && span.lineno > previous_line {
            break;
        }
        previous_line = span.lineno;
        match &statement.kind {
            StmtKind::ImportFrom { module: Some(module), .. } if *module == *"__future__" => {
                if done {
                    return Err(CompileFailure::syntax(LATE_FUTURE, span.lineno, span.col_offset));
                }
                features.flags |= requested(statement)?;
                features.last_line = span.lineno;
            }
            _ => done = true,
        }
    }
    Ok(features)
}

/// The bits of the features that one import names.
fn requested(statement: &Stmt) -> Result<u32> {
    let StmtKind::ImportFrom { names, .. } = &statement.kind else { return Ok(0) };
    let mut bits = 0;
    for alias in names {
        let name = alias.name.to_string_lossy();
        bits |= match &*name {
            "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
            | "print_function" | "unicode_literals" | "generator_stop" => 0,
            "barry_as_FLUFL" => flags::FUTURE_BARRY_AS_BDFL,
            "annotations" => flags::FUTURE_ANNOTATIONS,
            _ => {
                let message = match &*name {
                    "braces" => "not a chance".into(),
                    _ => format!("future feature {:.100} is not defined", name),
                };
                return Err(CompileFailure::syntax(
                    message,
                    statement.span.lineno,
                    statement.span.col_offset + 1,
                ));
            }
        };
    }
    Ok(bits)
}

/// The text of the docstring that a body begins with.
pub(crate) fn docstring(body: &[Stmt]) -> Option<&literals::Text> {
    let StmtKind::Expr { value } = &body.first()?.kind else { return None };
    match &value.kind {
        ExprKind::Constant { value: literals::Constant::Str(text), .. } => Some(text),
        _ => None,
    }
}
