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
        (c"sp_warn", Some(c"days of warning before the password ends")),
        (c"sp_inact", Some(c"days for which an ended password still lets the user in")),
        (c"sp_expire", Some(c"day of the account's end, counted from 1970-01-01")),
        (c"sp_flag", Some(c"reserved")),
        (c"sp_nam", Some(c"login name; deprecated")),
        (c"sp_pwd", Some(c"encrypted password; deprecated")),
    ],
);

/// The passwords of a Unix system's users, encrypted, and how long they are good for.
///
/// Each user is a struct_spwd, whose nine fields are named as in the C library:
/// sp_namp, sp_pwdp, sp_lstchg, sp_min, sp_max, sp_warn, sp_inact, sp_expire, sp_flag.
/// The first two are str and the rest are int. Whoever asks for a user that has
/// no entry gets a KeyError, and most systems answer nobody but root.
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

    /// Look a user's shadow entry up by name.
    ///
    /// A KeyError says that there is none; help(spwd) tells what the fields are.
    #[function("(arg, /)")]
    fn getspnam(arg: &Str) -> Result<Ref> {
        let Ok(name) = CString::new(encode(arg)?) else { bail!(ValueError, "embedded null byte") };
        match raised(shadow::by_name(&name))? {
            Some(shadow) => entry(shadow),
            None => Err(raise!(KeyError, "getspnam(): name not found")),
        }
    }

    /// List every shadow entry that the system lets this process see, in whatever order it gives them.
    ///
    /// The fields are those that help(spwd) tells of.
    #[function("()")]
    fn getspall() -> Result<Vec<Ref>> {
        shadow::all().into_iter().map(entry).collect()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add_type(STRUCT_SPWD.ready()?)
    }
}
