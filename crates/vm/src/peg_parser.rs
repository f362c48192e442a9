//! `_peg_parser`: the parser by itself, as its tests call it.

use objects::prelude::*;

/// A parser.
#[module(name = "_peg_parser")]
pub mod module {
    use syntax::Mode;

    use super::*;
    use crate::compile::{self, Request, flags};

    fn request<'a>(filename: &'a Str, mode: &str) -> Result<Request<'a>> {
        let mode = match mode {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            _ => bail!(ValueError, "mode must be either 'exec' or 'eval' or 'single'"),
        };
        Ok(Request { flags: flags::IGNORE_COOKIE, ..Request::new(filename, mode) })
    }

    // There is one parser, which `oldparser` does not change. Without `ast` the string is only checked.
    /// Parse source text. The result is its syntax tree, or None if ast is false.
    #[function("(string, *, mode='exec', oldparser=False, ast=True)", no_text_signature)]
    fn parse_string(string: &str, mode: &str, _oldparser: bool, ast: bool) -> Result<Ref> {
        let request = request(intern!("<string>"), mode)?;
        match ast {
            true => crate::ast::parse_to_object(string.as_bytes(), &request),
            false => compile::parse(string.as_bytes(), &request).map(|_| none()),
        }
    }

    /// Translate source text for exec() or eval(), under a filename and in a mode as with compile().
    #[function("(string, filename='<string>', mode='exec')", no_text_signature)]
    fn compile_string(string: &str, filename: &str, mode: &str) -> Result<Ref> {
        let filename = Str::new(filename);
        let code = compile::compile(string.as_bytes(), &request(&filename, mode)?)?;
        Ok(code.into_object())
    }
}
