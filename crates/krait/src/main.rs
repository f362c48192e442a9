//! The program.

mod command_line;
mod descriptors;
mod program;
mod shell;
mod stdlib;

use std::path::PathBuf;
use std::process::ExitCode;

use objects::prelude::*;
use vm::config::Config;
use vm::shutdown::{self, Status};
use vm::{report, start};

use command_line::{Refusal, Run};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let invoked = PathBuf::from(arguments.next().unwrap_or_default());
    let mut config = Config::default();
    let run = match command_line::parse(arguments.collect(), &mut config) {
        Ok(run) => run,
        Err(Refusal::Misuse(what)) => {
            eprint!("{what}{}", command_line::usage(&invoked));
            eprintln!("Try `krait -h' for more information.");
            return ExitCode::from(2);
        }
        Err(Refusal::BadSetting(what)) => {
            eprintln!("Fatal Python error: {what}\n");
            return ExitCode::FAILURE;
        }
    };
    objects::memory::domains::choose(config.memory_source);
    match run {
        Run::Version if config.version_asked > 1 => println!("Python {}", vm::sys::version()),
        Run::Version => println!("Python 3.9.18"),
        Run::Help => print!("{}{}", command_line::usage(&invoked), command_line::HELP),
        run => return execute(&run, config, invoked),
    }
    ExitCode::SUCCESS
}

/// Starts an interpreter, runs the program, ends the interpreter.
fn execute(run: &Run, mut config: Config, invoked: PathBuf) -> ExitCode {
    config.stdlib = stdlib::find(&config);
    config.executable = stdlib::executable(invoked);
    (config.prefix, config.base_prefix) = stdlib::prefixes(&config.executable);
    if config.stdlib.is_none() {
        eprint!("{}", stdlib::NOT_FOUND);
        return ExitCode::FAILURE;
    }
    let coerces = !config.use_environment
        || !config.utf8_mode && std::env::var_os("PYTHONCOERCECLOCALE").is_none_or(|value| value != "0");
    descriptors::restore();
    vm::signals::begin();
    vm::locale::begin(coerces);
    config.utf8_mode |= !config.utf8_chosen && vm::locale::is_c();
    capi::link();
    vm::import::add_builtins(modules::MODULES);
    if let Some(library) = config.stdlib.as_deref().filter(|_| config.compiled_modules_first) {
        vm::import::leave_to_files(&library.join("lib-dynload"));
    }
    vm::console::install_editor(shell::editor::read_line);
    if let Err(raised) = start::initialize(&config) {
        report::print_exception(raised.fetch().normalize(), false);
        return ExitCode::FAILURE;
    }
    capi::data::initialize();
    if let Err(raised) = make_ready(&config) {
        shutdown::finish(Status::of(Err(raised))).exit();
    }
    shutdown::finish(program::run(run, &config)).exit()
}

/// What is there before the program's own first line: first what the whole process has once.
fn make_ready(config: &Config) -> Result<()> {
    if let Some(frames) = config.trace_memory {
        objects::memory::tracing::start(frames.into());
    }
    // So that Ctrl-C is an exception also where nobody imports `signal`.
    vm::import::import_by_name("_signal")?;
    if config.fault_handler {
        vm::import::import_by_name("faulthandler")?.call_method(intern!("enable"), &[])?;
    }
    start::prepare_program(config)
}
