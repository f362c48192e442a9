//! The machine, through a program of `programs/`: `KRAIT_FUZZ` names the file, whose function `run` gets the bytes.
//!
//! What the program raises is a find, as a crash is: it expects the exceptions that are right.

#![no_main]

use std::process;

use libfuzzer_sys::fuzz_target;
use objects::prelude::*;
use vm::compile::{self, Mode, Request};
use vm::config::Config;
use vm::{report, start};

fuzz_target!(
    init: {
        begin();
    },
    |data: &[u8]| {
        if let Err(raised) = run(data) {
            report::print_exception(raised.fetch().normalize(), false);
            process::abort();
        }
    }
);

fn variable(name: &str) -> std::ffi::OsString {
    std::env::var_os(name).unwrap_or_else(|| {
        eprintln!("fuzz: {name} is not set; run it with ./x fuzz");
        process::exit(2)
    })
}

/// Starts an interpreter and runs the program once, so that its functions are there.
fn begin() {
    let config = Config { stdlib: Some(variable("KRAIT_STDLIB").into()), ..Config::default() };
    let program = variable("KRAIT_FUZZ");
    let source = std::fs::read(&program).unwrap_or_else(|error| {
        eprintln!("fuzz: {}: {error}", program.display());
        process::exit(2)
    });
    vm::signals::begin();
    capi::link();
    vm::import::add_builtins(modules::MODULES);
    let begun = start::initialize(&config).and_then(|()| {
        capi::data::initialize();
        vm::import::import_by_name("_signal")?;
        let namespace = start::main_namespace()?;
        let filename = Str::new(&program.to_string_lossy());
        namespace.set(intern!("__file__"), &filename)?;
        let code = compile::compile(&source, &Request::new(&filename, Mode::Exec))?;
        vm::builtins::run_code(&code, &namespace, &namespace)
    });
    if let Err(raised) = begun {
        report::print_exception(raised.fetch().normalize(), false);
        process::exit(2)
    }
}

fn run(data: &[u8]) -> Result<()> {
    let namespace = start::main_namespace()?;
    let Some(function) = namespace.get(intern!("run"))? else {
        bail!(NameError, "the program has no function 'run'");
    };
    function.call(&[&*Bytes::try_new(data)?])?;
    Ok(())
}
