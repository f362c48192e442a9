//! `spwd`: the system's shadow passwords.

use objects::prelude::*;
use objects::struct_sequence::Definition;

pub use spwd::{DEFINITION, initialize};

static STRUCT_SPWD: Definition = Definition::new(
    c"spwd.struct_spwd",
    c"spwd.struct_spwd: Results from getsp*() routines.\n\nA tuple of the fields (sp_namp, sp_pwdp, sp_lstchg, sp_min, sp_max, sp_warn, sp_inact, sp_expire, sp_flag), which are also attributes.",
    9,
    &[
        (c"sp_namp", Some(c"login name")),
        (c"sp_pwdp", Some(c"encrypted password")),
        (c"sp_lstchg", Some(c"date of last change")),
        (c"sp_min", Some(c"min #days between changes")),
        (c"sp_max", Some(c"max #days between changes")),
        (c"sp_warn", Some(c"#days before pw expires to warn user about it")),
        (c"sp_inact", Some(c"#days after pw expires until account is disabled")),
        (c"sp_expire", Some(c"#days since 1970-01-01 when account expires")),
        (c"sp_flag", Some(c"reserved")),
        (c"sp_nam", Some(c"login name; deprecated")),
        (c"sp_pwd", Some(c"encrypted password; deprecated")),
    ],
);

/// This module provides access to the Unix shadow password database.
/// It is available on various Unix versions.
///
/// Shadow password database entries are reported as 9-tuples of type struct_spwd,
/// containing the following items from the password database (see `<shadow.h>'):
/// sp_namp, sp_pwdp, sp_lstchg, sp_min, sp_max, sp_warn, sp_inact, sp_expire, sp_flag.
/// The sp_namp and sp_pwdp are strings, the rest are integers.
/// An exception is raised if the entry asked for cannot be found.
/// You have to be root to be able to use this module.
#[module(name = "spwd")]
pub mod spwd {
    use std::ffi::CString;

    use objects::module::Module;
    use objects::prelude::*;

    use super::STRUCT_SPWD;
    use crate::posix::raised;
    use system::path::{decode, encode};
    use system::shadow::{self, Shadow};

    fn entry(shadow: Shadow) -> Result<Ref> {
        let (name, password) = (decode(&shadow.name)?.into_object(), decode(&shadow.password)?.into_object());
        let mut fields = vec![name.clone(), password.clone()];
        fields.extend(shadow.numbers.iter().map(|&number| Int::new(number).into_object()));
        fields.extend([name, password]);
        STRUCT_SPWD.build(fields)
    }

    /// Return the shadow password database entry for the given user name.
    ///
    /// See `help(spwd)` for more on shadow password database entries.
    #[function("(arg, /)")]
    fn getspnam(arg: &Str) -> Result<Ref> {
        let Ok(name) = CString::new(encode(arg)?) else { bail!(ValueError, "embedded null byte") };
        match raised(shadow::by_name(&name))? {
            Some(shadow) => entry(shadow),
            None => Err(raise!(KeyError, "getspnam(): name not found")),
        }
    }

    /// Return a list of all available shadow password database entries, in arbitrary order.
    ///
    /// See `help(spwd)` for more on shadow password database entries.
    #[function("()")]
    fn getspall() -> Result<Vec<Ref>> {
        shadow::all().into_iter().map(entry).collect()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add_type(STRUCT_SPWD.ready()?)
    }
}
