//! Running the program: a command, a module, a file, or what is typed; and the shell after it.

use std::io::{IsTerminal, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use objects::prelude::*;
use syntax::Mode;
use vm::compile::{self, Request};
use vm::config::Config;
use vm::interpreter::Interpreter;
use vm::shutdown::Status;
use vm::{report, start};

use crate::command_line::{self, Run};
use crate::shell;

/// Runs the program in an interpreter that is ready; how it ended.
pub fn run(run: &Run, config: &Config) -> Status {
    let at_terminal = std::io::stdin().is_terminal() || config.interactive;
    let is_shell = matches!(run, Run::Input) && at_terminal;
    let mut inspect = config.inspect;
    let result = prepare(run, config).and_then(|()| {
        if !config.quiet && (config.verbose > 0 || is_shell) {
            print_banner(config);
        }
        if is_shell {
            // The shell is there already: SystemExit ends it.
            inspect = false;
            forget_inspect();
            run_startup(config);
            return shell();
        }
        execute(run, config)
    });
    let mut status = match result {
        Err(raised) if inspect => {
            report::print_exception(raised.fetch(), true);
            Status::Code(1)
        }
        result => Status::of(result),
    };
    shell::flush();
    let wanted = inspect || config.use_environment && is_set("PYTHONINSPECT");
    if wanted && at_terminal {
        forget_inspect();
        status = Status::of(shell());
    }
    status
}

fn shell() -> Result<Ref> {
    run_interactive_hook();
    audit("cpython.run_stdin", &[])?;
    shell::run().map(|()| none())
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn forget_inspect() {
    // SAFETY: the GIL is held, and with it whoever else changes the environment waits.
    unsafe { std::env::remove_var("PYTHONINSPECT") };
}

fn print_banner(config: &Config) {
    eprintln!("Python {} on {}", vm::sys::version(), std::env::consts::OS);
    if config.import_site {
        eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
}

/// Where the program's own imports come from first.
fn prepare(run: &Run, config: &Config) -> Result<()> {
    if config.isolated && !matches!(run, Run::File(path) if is_package(path)) {
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
    if !path.is_file() {
        return false;
    }
    let importer = path_object(path).and_then(|path| {
        vm::import::import_by_name("pkgutil")?.get_attr(intern!("get_importer"))?.call1(&path)
    });
    match importer {
        Ok(importer) => !importer.is_none() && !is_file_finder(&importer),
        Err(raised) => {
            raised.clear();
            false
        }
    }
}

fn is_file_finder(importer: &Object) -> bool {
    importer.class().name().ends_with("FileFinder")
}

fn path_object(path: &Path) -> Result<Ref<Str>> {
    objects::codecs::decode_text(path.as_os_str().as_bytes(), Some("utf-8"), Some("surrogateescape"))
}

fn audit(event: &str, arguments: &[&Object]) -> Result<()> {
    (objects::services::get().audit)(event, arguments)
}

fn execute(run: &Run, config: &Config) -> Result<Ref> {
    match run {
        Run::Command(source) => {
            // The encoding of the command line is the locale's, so that of the source is known.
            let text = objects::codecs::decode_text(source, Some("utf-8"), Some("surrogateescape"))?;
            audit("cpython.run_command", &[&text])?;
            match text.as_utf8() {
                Ok(source) => run_source("<string>", source.as_bytes(), None),
                Err(raised) => {
                    eprintln!("Unable to decode the command from the command line:");
                    Err(raised)
                }
            }
        }
        Run::Module(name) => {
            let name = path_object(Path::new(name))?;
            audit("cpython.run_module", &[&name])?;
            run_module(&name, true)
        }
        Run::File(path) if is_package(path) => run_module(intern!("__main__"), false),
        Run::File(path) => {
            audit("cpython.run_file", &[&*path_object(path)?])?;
            run_file(path, config)
        }
        Run::Input | Run::Version | Run::Help => {
            audit("cpython.run_stdin", &[])?;
            let mut source = Vec::new();
            if let Err(error) = std::io::stdin().lock().read_to_end(&mut source) {
                return Err(exceptions::raise_errno(error.raw_os_error().unwrap_or(0), None, None));
            }
            run_source("<stdin>", &source, None)
        }
    }
}

fn run_file(path: &Path, config: &Config) -> Result<Ref> {
    match std::fs::read(path) {
        Ok(source) if source.starts_with(&bytecode::MAGIC) => {
            run_compiled(path, &source[16.min(source.len())..])
        }
        Ok(_) if path.extension() == Some("pyc".as_ref()) => {
            Err(raise!(RuntimeError, "Bad magic number in .pyc file"))
        }
        Ok(source) => run_source(&path.to_string_lossy(), without_first_line(&source, config), Some(path)),
        Err(error) => {
            let message = error.to_string();
            let text = message.split(" (os error").next().unwrap_or_default();
            let number = error.raw_os_error().unwrap_or(0);
            let program = config.executable.display();
            eprintln!("{program}: can't open file '{}': [Errno {number}] {text}", path.display());
            Err(raise::set_object(&exceptions::SystemExit, Int::new(2).into_object()))
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
    let filename = match file {
        Some(path) => path_object(path)?,
        None => Str::new(filename),
    };
    // A command is text already; anything else is read as a file is.
    let is_file = filename.as_str() != Some("<string>");
    let request = Request { script: is_file, ..Request::new(&filename, Mode::Exec) };
    let code = compile::compile(source, &request)?;
    run_code(&code, &filename, file.map(|_| "SourceFileLoader"), is_file)
}

fn run_compiled(path: &Path, body: &[u8]) -> Result<Ref> {
    // What is wrong with the data in particular is not told.
    let loaded = vm::marshal::load_all(body).map_err(Raised::clear).ok();
    let Some(code) = loaded.as_deref().and_then(|code| code.downcast::<vm::code::Code>()) else {
        bail!(RuntimeError, "Bad code object in .pyc file");
    };
    run_code(code, &*path_object(path)?, Some("SourcelessFileLoader"), true)
}

/// Runs code in `__main__`; that of a file finds its name there, and its loader, as any module does.
fn run_code(
    code: &vm::code::Code,
    filename: &Str,
    loader: Option<&'static str>,
    is_file: bool,
) -> Result<Ref> {
    let namespace = start::main_namespace()?;
    if !is_file {
        return vm::builtins::run_code(code, &namespace, &namespace);
    }
    let own_name = namespace.get_str(intern!("__file__")).is_none();
    if own_name {
        namespace.set(intern!("__file__"), filename)?;
        namespace.set(intern!("__cached__"), none_object())?;
    }
    if let Some(loader) = loader {
        let external = vm::import::import_by_name("_frozen_importlib_external")?;
        let class = external.get_attr(Str::intern_static(loader))?;
        let loader = class.call(&[intern!("__main__"), filename])?;
        namespace.set(intern!("__loader__"), &loader)?;
    }
    let result = vm::builtins::run_code(code, &namespace, &namespace);
    if own_name && result.is_ok() {
        let _ = namespace.remove(intern!("__file__")).map_err(Raised::clear);
        let _ = namespace.remove(intern!("__cached__")).map_err(Raised::clear);
    }
    result
}

/// `runpy._run_module_as_main(name, alter_argv)`.
fn run_module(name: &Str, alter_arguments: bool) -> Result<Ref> {
    let runpy = vm::import::import_by_name("runpy")?;
    runpy.get_attr(intern!("_run_module_as_main"))?.call(&[name, &*bool_object(alter_arguments)])
}

/// Runs the file of `PYTHONSTARTUP`; what goes wrong is shown.
fn run_startup(config: &Config) {
    let Some(file) = std::env::var_os("PYTHONSTARTUP").filter(|_| config.use_environment) else { return };
    if file.is_empty() {
        return;
    }
    let path = Path::new(&file);
    let result = path_object(path).and_then(|name| {
        audit("cpython.run_startup", &[&name])?;
        match std::fs::read(path) {
            Ok(source) => run_source("", &source, Some(path)),
            Err(error) => {
                eprintln!("Could not open PYTHONSTARTUP");
                Err(exceptions::raise_errno(error.raw_os_error().unwrap_or(0), Some(&name), None))
            }
        }
    });
    show(result);
}

/// `sys.__interactivehook__`, with which `site` makes the terminal ready.
fn run_interactive_hook() {
    let Some(hook) = Interpreter::current().sys_get(intern!("__interactivehook__")) else { return };
    let result = audit("cpython.run_interactivehook", &[&hook]).and_then(|()| hook.call0());
    if result.is_err() {
        eprintln!("Failed calling sys.__interactivehook__");
    }
    show(result);
}

fn show(result: Result<Ref>) {
    if let Err(raised) = result {
        report::print_exception(raised.fetch(), false);
    }
}
