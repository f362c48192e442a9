//! The program.

mod stdlib;

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

use objects::prelude::*;
use syntax::Mode;
use vm::compile::{self, Request};
use vm::config::Config;
use vm::start;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(first) = arguments.next() else { return ExitCode::from(2) };
    let (filename, source) = match first.to_str() {
        Some("-c") => {
            let Some(command) = arguments.next() else { return ExitCode::from(2) };
            ("<string>".to_owned(), command.into_vec())
        }
        _ => match std::fs::read(&first) {
            Ok(source) => (first.to_string_lossy().into_owned(), source),
            Err(error) => {
                eprintln!("krait: can't open file '{}': {error}", first.to_string_lossy());
                return ExitCode::from(2);
            }
        },
    };
    let mut config = Config { stdlib: stdlib::find(), ..Config::default() };
    config.executable = std::env::current_exe().unwrap_or_default();
    config.write_bytecode = std::env::var_os("PYTHONDONTWRITEBYTECODE").is_none();
    let program = match filename.as_str() {
        "<string>" => b"-c".to_vec(),
        _ => first.clone().into_vec(),
    };
    if filename != "<string>" {
        let folder = std::path::Path::new(&first).parent().map(std::path::Path::to_path_buf);
        config.extra_path.extend(folder);
    } else {
        config.extra_path.push(std::path::PathBuf::new());
    }
    config.arguments = std::iter::once(program).chain(arguments.map(OsStringExt::into_vec)).collect();
    vm::import::add_builtins(modules::MODULES);
    if let Err(raised) = start::initialize(&config) {
        let fetched = raised.fetch().normalize();
        vm::report::print_exception(fetched, false);
        return ExitCode::FAILURE;
    }
    let status = start::exit_status(run(&filename, &source));
    ExitCode::from(start::finish(status) as u8)
}

fn run(filename: &str, source: &[u8]) -> Result<Ref> {
    let filename = Str::new(filename);
    let code = compile::compile(source, &Request::new(&filename, Mode::Exec))?;
    let namespace = start::main_namespace()?;
    if filename.as_str() != Some("<string>") {
        namespace.set(intern!("__file__"), &filename)?;
    }
    vm::builtins::run_code(&code, &namespace, &namespace)
}
