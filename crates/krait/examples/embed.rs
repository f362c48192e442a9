//! Runs Python from a Rust program: `KRAIT_STDLIB=/path/to/python3.9 cargo run --release --example embed`.

use objects::prelude::*;
use vm::compile::{self, Mode, Request};
use vm::config::Config;
use vm::shutdown::{self, Status};
use vm::{report, start};

fn main() {
    let config = Config { stdlib: std::env::var_os("KRAIT_STDLIB").map(Into::into), ..Config::default() };
    if config.stdlib.is_none() {
        eprintln!("embed: set KRAIT_STDLIB to the folder of Python 3.9's standard library");
        std::process::exit(2);
    }
    capi::link();
    vm::import::add_builtins(modules::MODULES);
    if let Err(raised) = start::initialize(&config) {
        report::print_exception(raised.fetch().normalize(), false);
        std::process::exit(1);
    }
    capi::data::initialize();
    shutdown::finish(Status::of(run())).exit();
}

/// Hands a value in, runs a program, takes a value out.
fn run() -> Result<Ref> {
    let namespace = start::main_namespace()?;
    namespace.set(intern!("limit"), &Int::new(20))?;
    let filename = Str::new("<embedded>");
    let source = b"import math\nanswer = math.factorial(limit)\n";
    let code = compile::compile(source, &Request::new(&filename, Mode::Exec))?;
    vm::builtins::run_code(&code, &namespace, &namespace)?;
    let Some(answer) = namespace.get(intern!("answer"))? else {
        bail!(NameError, "name 'answer' is not defined");
    };
    println!("20! = {}", answer.str()?);
    Ok(none())
}
