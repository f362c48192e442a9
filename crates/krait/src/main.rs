//! The program.

use std::process::ExitCode;

use objects::prelude::*;
use syntax::Mode;
use vm::compile::{self, Request};
use vm::start;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(first) = arguments.next() else { return ExitCode::from(2) };
    let (filename, source) = match first.to_str() {
        Some("-c") => {
            let Some(command) = arguments.next() else { return ExitCode::from(2) };
            ("<string>".to_owned(), std::os::unix::ffi::OsStringExt::into_vec(command))
        }
        _ => match std::fs::read(&first) {
            Ok(source) => (first.to_string_lossy().into_owned(), source),
            Err(error) => {
                eprintln!("krait: can't open file '{}': {error}", first.to_string_lossy());
                return ExitCode::from(2);
            }
        },
    };
    if let Err(raised) = start::initialize() {
        let fetched = raised.fetch();
        let class = fetched.class.downcast::<Type>().map_or("?", Type::name);
        let message = fetched.value.map(|value| value.repr_lossy()).unwrap_or_default();
        eprintln!("krait: could not start: {class}: {message}");
        return ExitCode::FAILURE;
    }
    ExitCode::from(start::exit_status(run(&filename, &source)) as u8)
}

fn run(filename: &str, source: &[u8]) -> Result<Ref> {
    let filename = Str::new(filename);
    let code = compile::compile(source, &Request::new(&filename, Mode::Exec))?;
    let namespace = start::main_namespace()?;
    vm::builtins::run_code(&code, &namespace, &namespace)
}
