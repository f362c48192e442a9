//! `internal/pycore_initconfig.h`: the configuration as C's test modules read it.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use objects::prelude::*;
use vm::config::Config;
use vm::interpreter::Interpreter;

/// The settings that the interpreter was started with, under CPython's names: those of the process, of the
/// interpreter, and of the old global variables. What decides nothing here is left out.
#[unsafe(no_mangle)]
extern "C" fn _Py_GetConfigsAsDict() -> Result<Ref> {
    let config = Interpreter::current().config.borrow().clone();
    let all = Dict::new();
    all.set(intern!("global_config"), &*global(&config)?)?;
    all.set(intern!("pre_config"), &*of_process(&config)?)?;
    all.set(intern!("config"), &*of_interpreter(&config)?)?;
    Ok(all.into_object())
}

fn number(value: impl Into<i64>) -> Ref {
    Int::new(value.into()).into_object()
}

fn text(value: &str) -> Ref {
    Str::new(value).into_object()
}

fn path(path: &Path) -> Result<Ref> {
    Ok(vm::paths::decode(path.as_os_str().as_bytes())?.into_object())
}

fn texts(texts: &[String]) -> Ref {
    List::from_vec(texts.iter().map(|value| text(value)).collect()).into_object()
}

fn dictionary<const N: usize>(items: [(&'static str, Ref); N]) -> Result<Ref<Dict>> {
    let dict = Dict::new();
    for (name, value) in items {
        dict.set(Str::intern_static(name), &value)?;
    }
    Ok(dict)
}

fn global(config: &Config) -> Result<Ref<Dict>> {
    dictionary([
        ("Py_FileSystemDefaultEncoding", text("utf-8")),
        ("Py_FileSystemDefaultEncodeErrors", text("surrogateescape")),
        ("Py_UTF8Mode", number(config.utf8_mode)),
        ("Py_DebugFlag", number(config.parser_debug)),
        ("Py_VerboseFlag", number(config.verbose)),
        ("Py_QuietFlag", number(config.quiet)),
        ("Py_InteractiveFlag", number(config.interactive)),
        ("Py_InspectFlag", number(config.inspect)),
        ("Py_OptimizeFlag", number(config.optimize)),
        ("Py_NoSiteFlag", number(!config.import_site)),
        ("Py_BytesWarningFlag", number(config.bytes_warning)),
        ("Py_IgnoreEnvironmentFlag", number(!config.use_environment)),
        ("Py_DontWriteBytecodeFlag", number(!config.write_bytecode)),
        ("Py_NoUserSiteDirectory", number(!config.user_site)),
        ("Py_UnbufferedStdioFlag", number(config.unbuffered)),
        ("Py_HashRandomizationFlag", number(config.hash_randomization)),
        ("Py_IsolatedFlag", number(config.isolated)),
    ])
}

fn of_process(config: &Config) -> Result<Ref<Dict>> {
    dictionary([
        ("isolated", number(config.isolated)),
        ("use_environment", number(config.use_environment)),
        ("utf8_mode", number(config.utf8_mode)),
        ("dev_mode", number(config.dev_mode)),
    ])
}

fn of_interpreter(config: &Config) -> Result<Ref<Dict>> {
    let arguments: Vec<Ref> = config
        .arguments
        .iter()
        .map(|argument| Ok(vm::paths::decode(argument)?.into_object()))
        .collect::<Result<_>>()?;
    dictionary([
        ("isolated", number(config.isolated)),
        ("use_environment", number(config.use_environment)),
        ("dev_mode", number(config.dev_mode)),
        ("use_hash_seed", number(config.hash_seed.is_some())),
        ("hash_seed", number(config.hash_seed.unwrap_or(0))),
        ("filesystem_encoding", text("utf-8")),
        ("filesystem_errors", text("surrogateescape")),
        ("parser_debug", number(config.parser_debug)),
        ("argv", List::from_vec(arguments).into_object()),
        ("xoptions", texts(&config.x_options)),
        ("warnoptions", texts(&config.warn_options)),
        ("executable", path(&config.executable)?),
        ("base_executable", path(&config.executable)?),
        ("prefix", path(&config.prefix)?),
        ("exec_prefix", path(&config.prefix)?),
        ("base_prefix", path(&config.base_prefix)?),
        ("base_exec_prefix", path(&config.base_prefix)?),
        ("site_import", number(config.import_site)),
        ("bytes_warning", number(config.bytes_warning)),
        ("inspect", number(config.inspect)),
        ("interactive", number(config.interactive)),
        ("optimization_level", number(config.optimize)),
        ("write_bytecode", number(config.write_bytecode)),
        ("verbose", number(config.verbose)),
        ("quiet", number(config.quiet)),
        ("user_site_directory", number(config.user_site)),
        ("buffered_stdio", number(!config.unbuffered)),
        ("skip_source_first_line", number(config.skip_first_line)),
        // The one parser is that of PEP 617.
        ("_use_peg_parser", number(1)),
    ])
}
