//! `pwd`: the system's users.

use objects::prelude::*;

use objects::struct_sequence::Definition;

pub use pwd::{DEFINITION, initialize};

static STRUCT_PASSWD: Definition = Definition::new(
    c"pwd.struct_passwd",
    c"pwd.struct_passwd: Results from getpw*() routines.\n\nA tuple of the fields (pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell), which are also attributes.",
    7,
    &[
        (c"pw_name", Some(c"user name")),
        (c"pw_passwd", Some(c"password")),
        (c"pw_uid", Some(c"user id")),
        (c"pw_gid", Some(c"group id")),
        (c"pw_gecos", Some(c"real name")),
        (c"pw_dir", Some(c"home directory")),
        (c"pw_shell", Some(c"shell program")),
    ],
);

/// The users of a Unix system: who they are, where they live and what they run.
///
/// Each is a tuple of seven fields, which are named as in the C library:
/// pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.
/// The two ids are int and the rest is str. Whoever asks for a user that
/// does not exist gets a KeyError.
#[module(name = "pwd")]
pub mod pwd {
    use objects::module::Module;
    use objects::prelude::*;

    use super::STRUCT_PASSWD;
    use system::path::{decode, encode};
    use system::users::{self, User};

    fn entry(user: User) -> Result<Ref> {
        STRUCT_PASSWD.build(vec![
            decode(&user.name)?.into_object(),
            decode(&user.password)?.into_object(),
            Int::new(user.uid.into()).into_object(),
            Int::new(user.gid.into()).into_object(),
            decode(&user.comment)?.into_object(),
            decode(&user.home)?.into_object(),
            decode(&user.shell)?.into_object(),
        ])
    }

    #[cold]
    fn missing(message: &str) -> Raised {
        raise!(KeyError, "{message}")
    }

    /// Look a user up by number.
    ///
    /// A KeyError says that there is none; help(pwd) tells what the fields are.
    #[function("(uidobj, /)")]
    fn getpwuid(uidobj: &Object) -> Result<Ref> {
        if !uidobj.has_index() {
            bail!(TypeError, "uid should be integer, not {}", uidobj.class().name());
        }
        let number = uidobj.index()?;
        let uid = match number.to_i64() {
            Some(-1) => u32::MAX,
            Some(uid) => match u32::try_from(uid) {
                Ok(uid) => uid,
                Err(_) => return Err(missing("getpwuid(): uid not found")),
            },
            None => return Err(missing("getpwuid(): uid not found")),
        };
        match crate::posix::raised(users::by_number(uid))? {
            Some(user) => entry(user),
            None => Err(missing(&format!("getpwuid(): uid not found: {}", number.to_text(10, false)?))),
        }
    }

    /// Look a user up by name.
    ///
    /// A KeyError says that there is none; help(pwd) tells what the fields are.
    #[function("(name, /)")]
    fn getpwnam(name: &Str) -> Result<Ref> {
        let Ok(text) = std::ffi::CString::new(encode(name)?) else { bail!(ValueError, "embedded null byte") };
        match crate::posix::raised(users::by_name(&text))? {
            Some(user) => entry(user),
            None => Err(missing(&format!("getpwnam(): name not found: {}", name.as_object().repr()?))),
        }
    }

    /// List every user that the system knows, in whatever order it gives them.
    ///
    /// The fields are those that help(pwd) tells of.
    #[function("()")]
    fn getpwall() -> Result<Vec<Ref>> {
        users::all().into_iter().map(entry).collect()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add_type(STRUCT_PASSWD.ready()?)
    }
}
