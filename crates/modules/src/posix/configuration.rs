//! Limits and settings of the system, by names that the C library numbers.

use std::ffi::c_int;

use objects::prelude::*;

use system::{Accepts, Errno, FilePath, configuration};

pub use super::configuration_names::{CONFSTR_NAMES, PATHCONF_NAMES, SYSCONF_NAMES};

use super::files::raised;
use super::stat::path_error;

/// The number of a setting that is given by name or number.
fn setting(name: &Object, names: &[(&str, i32)]) -> Result<c_int> {
    if let Some(number) = name.downcast::<Int>() {
        return match number.to_i64().map(c_int::try_from) {
            Some(Ok(number)) => Ok(number),
            _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
        };
    }
    let Some(text) = name.downcast::<Str>() else {
        bail!(TypeError, "configuration names must be strings or integers");
    };
    match names.iter().find(|(known, _)| text.equals_text(known)) {
        Some((_, number)) => Ok(*number),
        None => Err(raise!(ValueError, "unrecognized configuration name")),
    }
}

/// A setting's value, -1 where there is none.
pub fn sysconf_value(name: c_int) -> i64 {
    configuration::sysconf(name).unwrap_or(-1)
}

/// A dictionary of names and numbers.
pub fn names_dict(names: &[(&str, i32)]) -> Result<Ref<Dict>> {
    let dict = Dict::new();
    for (name, number) in names {
        dict.set(&Str::new(name), &Int::new((*number).into()))?;
    }
    Ok(dict)
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Ask for one of the system's limits or options, by name or number; the answer is an integer.
    #[function("(name, /)")]
    fn sysconf(name: &Object) -> Result<i64> {
        raised(configuration::sysconf(setting(name, SYSCONF_NAMES)?))
    }

    /// Ask for one of the system's settings that are text, by name or number; None where it has no value.
    #[function("(name, /)")]
    fn confstr(name: &Object) -> Result<Option<Ref<Str>>> {
        match raised(configuration::confstr(setting(name, CONFSTR_NAMES)?))? {
            Some(value) => system::path::decode(&value).map(Some),
            None => Ok(None),
        }
    }

    /// Return the configuration limit name for the file or directory path, or open file descriptor.
    #[function("(path, name)")]
    fn pathconf(path: &Object, name: &Object) -> Result<i64> {
        let path = FilePath::new("pathconf", "path", path, Accepts::PathOrFile)?;
        let name = setting(name, PATHCONF_NAMES)?;
        let result = match path.file {
            Some(file) => configuration::fpathconf(file, name),
            None => configuration::pathconf(&path.text, name),
        };
        match result {
            Err(Errno(libc::EINVAL)) => Err(Errno(libc::EINVAL).raise()),
            Err(error) => Err(path_error(error, &path)),
            Ok(value) => Ok(value),
        }
    }

    /// Return the configuration limit name for the file descriptor fd. -1 where there is no limit.
    #[function("(fd, name, /)")]
    fn fpathconf(fd: c_int, name: &Object) -> Result<i64> {
        raised(configuration::fpathconf(fd, setting(name, PATHCONF_NAMES)?))
    }
}
