//! Settings: limits, encodings, and what the configuration says.

use std::cell::Cell;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use objects::prelude::*;
use objects::thread_state::{ThreadState, recursion_limit, set_recursion_limit};

use crate::config::Config;
use crate::paths;

thread_local! {
    static DLOPEN_FLAGS: Cell<i32> = const { Cell::new(libc::RTLD_NOW) };
}

fn path(path: &Path) -> Result<Ref> {
    Ok(paths::decode(path.as_os_str().as_bytes())?.into_object())
}

/// Adds what the configuration decides.
pub fn apply(dict: &Dict, config: &Config) -> Result<()> {
    let set = |name: &'static str, value: Ref| dict.set(Str::intern_static(name), &value);
    let arguments: Result<Vec<Ref>> =
        config.arguments.iter().map(|text| Ok(paths::decode(text)?.into_object())).collect();
    set("argv", List::from_vec(arguments?).into_object())?;
    set("executable", path(&config.executable)?)?;
    set("_base_executable", path(&config.executable)?)?;
    set("_home", none())?;
    set("prefix", path(&config.prefix)?)?;
    set("exec_prefix", path(&config.prefix)?)?;
    set("base_prefix", path(&config.base_prefix)?)?;
    set("base_exec_prefix", path(&config.base_prefix)?)?;
    let mut entries: Vec<Ref> = config.extra_path.iter().map(|entry| path(entry)).collect::<Result<_>>()?;
    if let Some(stdlib) = &config.stdlib {
        entries.push(path(stdlib)?);
        let dynamic = stdlib.join("lib-dynload");
        if dynamic.is_dir() {
            entries.push(path(&dynamic)?);
        }
    }
    set("path", List::from_vec(entries).into_object())?;
    set("dont_write_bytecode", bool_object(!config.write_bytecode))?;
    set("pycache_prefix", config.pycache_prefix.as_deref().map_or_else(|| Ok(none()), path)?)?;
    set("platlibdir", config.platform_library_folder.as_str().into_object()?)?;
    if let Some(limit) = config.max_text_digits {
        objects::int::set_max_text_digits(limit)?;
    }
    let texts =
        |texts: &[String]| List::from_vec(texts.iter().map(|text| Str::new(text).into_object()).collect());
    set("warnoptions", texts(&config.warn_options).into_object())?;
    let options = Dict::new();
    for option in &config.x_options {
        match option.split_once('=') {
            Some((name, value)) => options.set(&Str::new(name), &Str::new(value))?,
            None => options.set(&Str::new(option), &true_())?,
        }
    }
    set("_xoptions", options.into_object())?;
    set("meta_path", List::new().into_object())?;
    set("path_hooks", List::new().into_object())?;
    set("path_importer_cache", Dict::new().into_object())?;
    let names = crate::import::builtin_names();
    set(
        "builtin_module_names",
        Tuple::new(names.iter().map(|name| Str::new(name).into_object()))?.into_object(),
    )
}

#[functions(SETTINGS)]
pub mod functions {
    use super::*;

    /// Give the encoding with which str.encode() and bytes.decode() work if they are not told any.
    #[function("()")]
    fn getdefaultencoding() -> &'static str {
        "utf-8"
    }

    /// Give the encoding in which names of files are passed to the operating system.
    #[function("()")]
    fn getfilesystemencoding() -> &'static str {
        "utf-8"
    }

    /// Return the error mode used for Unicode to OS filename conversion.
    #[function("()")]
    fn getfilesystemencodeerrors() -> &'static str {
        "surrogateescape"
    }

    /// Give how deep calls may be nested before RecursionError is raised.
    ///
    /// Without such a limit endless recursion would exhaust the stack of the process.
    #[function("()")]
    fn getrecursionlimit() -> i32 {
        recursion_limit()
    }

    /// Choose how deep calls may be nested before RecursionError is raised.
    ///
    /// RecursionError is also raised here, if calls are already as deep as that, and ValueError
    /// if the limit is below 1. A limit that is too high for the machine's stack does not protect it.
    #[function("(limit, /)")]
    fn setrecursionlimit(limit: i32) -> Result<()> {
        if limit < 1 {
            bail!(ValueError, "recursion limit must be greater or equal than 1");
        }
        let depth = ThreadState::current().recursion_depth.get();
        if depth >= limit {
            bail!(
                RecursionError,
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            );
        }
        set_recursion_limit(limit);
        Ok(())
    }

    /// Choose for how many seconds a thread may run while others wait for their turn.
    ///
    /// A thread in the midst of one long operation will exceed it. 0.005 is the initial
    /// value; ValueError is raised for what is not above 0.
    #[function("(interval, /)")]
    fn setswitchinterval(interval: f64) -> Result<()> {
        if interval.is_nan() || interval <= 0.0 {
            bail!(ValueError, "switch interval must be strictly positive");
        }
        crate::gil::set_interval(std::time::Duration::from_secs_f64(interval.min(1e6)));
        Ok(())
    }

    /// Give, in seconds, the time that setswitchinterval() sets.
    #[function("()")]
    fn getswitchinterval() -> f64 {
        crate::gil::interval().as_secs_f64()
    }

    /// Tell whether the interpreter is shutting down.
    #[function("()")]
    fn is_finalizing() -> bool {
        crate::thread::is_finalizing()
    }

    /// Return the current value of the flags that are used for dlopen calls.
    #[function("()")]
    fn getdlopenflags() -> i32 {
        DLOPEN_FLAGS.get()
    }

    /// Set the flags used by the interpreter for dlopen calls.
    #[function("(flags, /)")]
    fn setdlopenflags(flags: i32) {
        DLOPEN_FLAGS.set(flags);
    }

    /// Return the maximum string digits limit for non-binary int<->str conversions.
    #[function("()")]
    fn get_int_max_str_digits() -> usize {
        objects::int::max_text_digits()
    }

    /// Set the maximum string digits limit for non-binary int<->str conversions.
    #[function("(maxdigits)")]
    fn set_int_max_str_digits(maxdigits: i32) -> Result<()> {
        objects::int::set_max_text_digits(maxdigits)
    }
}
