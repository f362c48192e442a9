//! The program.

mod command_line;
mod stdlib;

use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use objects::prelude::*;
use syntax::Mode;
use vm::compile::{self, Request};
use vm::config::Config;
use vm::{report, start};

use command_line::{Misuse, Run};

fn main() -> ExitCode {
    let mut config = Config::default();
    let run = match command_line::parse(std::env::args_os().skip(1).collect(), &mut config) {
        Ok(run) => run,
        Err(Misuse(what)) => {
            eprintln!("{what}{}Try `krait -h' for more information.", command_line::USAGE);
            return ExitCode::from(2);
        }
    };
    match run {
        Run::Version => println!("Python 3.9.18"),
        Run::Help => print!("{}{}", command_line::USAGE, command_line::HELP),
        run => return execute(&run, config),
    }
    ExitCode::SUCCESS
}

/// Starts an interpreter, runs the program, ends the interpreter.
fn execute(run: &Run, mut config: Config) -> ExitCode {
    config.stdlib = stdlib::find();
    config.executable = stdlib::program();
    (config.prefix, config.base_prefix) = stdlib::prefixes(&config.executable);
    if config.stdlib.is_none() {
        eprint!("{}", stdlib::NOT_FOUND);
        return ExitCode::FAILURE;
    }
    capi::link();
    vm::import::add_builtins(modules::MODULES);
    if let Err(raised) = start::initialize(&config) {
        report::print_exception(raised.fetch().normalize(), false);
        return ExitCode::FAILURE;
    }
    capi::data::initialize();
    let result = prepare(run, &config).and_then(|()| run_program(run, &config));
    let status = start::exit_status(result);
    ExitCode::from(start::finish(status) as u8)
}

/// What comes before the program's own first line: `site`, and where its imports come from first.
fn prepare(run: &Run, config: &Config) -> Result<()> {
    if config.import_site {
        vm::import::import_by_name("site")?;
    }
    if config.isolated {
        return Ok(());
    }
    let first = match run {
        Run::File(path) if is_package(path) => path.clone(),
        Run::File(path) => command_line::script_folder(path),
        Run::Module(_) => std::env::current_dir().unwrap_or_default(),
        _ => std::path::PathBuf::new(),
    };
    let path = vm::import::import_by_name("sys")?.get_attr(intern!("path"))?;
    path.call_method(intern!("insert"), &[&Int::zero(), &*path_object(&first)?]).map(drop)
}

/// A folder or zip file, which `runpy` looks for a `__main__` in.
fn is_package(path: &Path) -> bool {
    if path.is_dir() {
        return true;
    }
    let mut magic = [0; 4];
    let is_zip = |mut file: std::fs::File| file.read_exact(&mut magic).is_ok() && &magic == b"PK\x03\x04";
    std::fs::File::open(path).is_ok_and(is_zip)
}

fn path_object(path: &Path) -> Result<Ref<Str>> {
    objects::codecs::decode_text(path.as_os_str().as_bytes(), Some("utf-8"), Some("surrogateescape"))
}

fn run_program(run: &Run, config: &Config) -> Result<Ref> {
    match run {
        Run::Command(source) => run_source("<string>", source, None),
        Run::Module(name) => run_module(&*path_object(Path::new(name))?, true),
        Run::File(path) if is_package(path) => run_module(intern!("__main__"), false),
        Run::File(path) => match std::fs::read(path) {
            Ok(source) if source.starts_with(&bytecode::MAGIC) => {
                run_compiled(&source[16.min(source.len())..])
            }
            Ok(source) => {
                run_source(&path.to_string_lossy(), without_first_line(&source, config), Some(path))
            }
            Err(error) => {
                let message = error.to_string();
                let text = message.split(" (os error").next().unwrap_or_default();
                let number = error.raw_os_error().unwrap_or(0);
                let program = config.executable.display();
                eprintln!("{program}: can't open file '{}': [Errno {number}] {text}", path.display());
                std::process::exit(2);
            }
        },
        Run::Input | Run::Version | Run::Help => {
            let mut source = Vec::new();
            if let Err(error) = std::io::stdin().lock().read_to_end(&mut source) {
                return Err(exceptions::raise_errno(error.raw_os_error().unwrap_or(0), None, None));
            }
            run_source("<stdin>", &source, None)
        }
    }
}

/// The source from its second line on where `-x` says so; the line's end stays, for line numbers.
fn without_first_line<'a>(source: &'a [u8], config: &Config) -> &'a [u8] {
    match config.skip_first_line {
        true => &source[source.iter().position(|&byte| byte == b'\n').unwrap_or(source.len())..],
        false => source,
    }
}

fn run_source(filename: &str, source: &[u8], file: Option<&Path>) -> Result<Ref> {
    let filename = Str::new(filename);
    let code = compile::compile(source, &Request::new(&filename, Mode::Exec))?;
    let namespace = start::main_namespace()?;
    if file.is_some() {
        namespace.set(intern!("__file__"), &filename)?;
        namespace.set(intern!("__cached__"), none_object())?;
    }
    // So that `inspect` and friends see `__main__` as any module is seen.
    let external = vm::import::import_by_name("importlib.machinery")?;
    let loader = match file {
        Some(_) => {
            external.get_attr(intern!("SourceFileLoader"))?.call(&[intern!("__main__"), &*filename])?
        }
        None => external.get_attr(intern!("BuiltinImporter"))?,
    };
    namespace.set(intern!("__loader__"), &loader)?;
    let result = vm::builtins::run_code(&code, &namespace, &namespace);
    let _ = std::io::stdout().flush();
    result
}

fn run_compiled(body: &[u8]) -> Result<Ref> {
    let code = vm::marshal::load_all(body)?;
    let Some(code) = code.downcast::<vm::code::Code>() else {
        bail!(RuntimeError, "Bad code object in .pyc file");
    };
    let namespace = start::main_namespace()?;
    vm::builtins::run_code(code, &namespace, &namespace)
}

/// `runpy._run_module_as_main(name, alter_argv)`.
fn run_module(name: &Str, alter_arguments: bool) -> Result<Ref> {
    start::main_namespace()?;
    let runpy = vm::import::import_by_name("runpy")?;
    runpy.get_attr(intern!("_run_module_as_main"))?.call(&[name, &*bool_object(alter_arguments)])
}
