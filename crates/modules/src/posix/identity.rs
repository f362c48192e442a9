//! Who the process runs for: users and groups.

use std::ffi::c_int;

use objects::prelude::*;

use system::path::converted;
use system::{calls, identity};

use super::arguments::{Group, User, identity_object};
use super::files::raised;

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Return the current process's user id.
    #[function("()")]
    fn getuid() -> Ref<Int> {
        identity_object(calls::getuid())
    }

    /// Return the current process's effective user id.
    #[function("()")]
    fn geteuid() -> Ref<Int> {
        identity_object(calls::geteuid())
    }

    /// Return the current process's group id.
    #[function("()")]
    fn getgid() -> Ref<Int> {
        identity_object(calls::getgid())
    }

    /// Return the current process's effective group id.
    #[function("()")]
    fn getegid() -> Ref<Int> {
        identity_object(calls::getegid())
    }

    /// Return a tuple of the current process's real, effective, and saved user ids.
    #[function("()")]
    fn getresuid() -> Result<(Ref<Int>, Ref<Int>, Ref<Int>)> {
        let [real, effective, saved] = raised(identity::getresuid())?;
        Ok((identity_object(real), identity_object(effective), identity_object(saved)))
    }

    /// Return a tuple of the current process's real, effective, and saved group ids.
    #[function("()")]
    fn getresgid() -> Result<(Ref<Int>, Ref<Int>, Ref<Int>)> {
        let [real, effective, saved] = raised(identity::getresgid())?;
        Ok((identity_object(real), identity_object(effective), identity_object(saved)))
    }

    /// Set the current process's user id.
    #[function("(uid, /)")]
    fn setuid(uid: User) -> Result<()> {
        raised(calls::setuid(uid.0)).map(drop)
    }

    /// Set the current process's effective user id.
    #[function("(euid, /)")]
    fn seteuid(euid: User) -> Result<()> {
        raised(calls::seteuid(euid.0)).map(drop)
    }

    /// Set the current process's real and effective user ids.
    #[function("(ruid, euid, /)")]
    fn setreuid(ruid: User, euid: User) -> Result<()> {
        raised(calls::setreuid(ruid.0, euid.0)).map(drop)
    }

    /// Set the current process's real, effective, and saved user ids.
    #[function("(ruid, euid, suid, /)")]
    fn setresuid(ruid: User, euid: User, suid: User) -> Result<()> {
        raised(calls::setresuid(ruid.0, euid.0, suid.0)).map(drop)
    }

    /// Set the current process's group id.
    #[function("(gid, /)")]
    fn setgid(gid: Group) -> Result<()> {
        raised(calls::setgid(gid.0)).map(drop)
    }

    /// Set the current process's effective group id.
    #[function("(egid, /)")]
    fn setegid(egid: Group) -> Result<()> {
        raised(calls::setegid(egid.0)).map(drop)
    }

    /// Set the current process's real and effective group ids.
    #[function("(rgid, egid, /)")]
    fn setregid(rgid: Group, egid: Group) -> Result<()> {
        raised(calls::setregid(rgid.0, egid.0)).map(drop)
    }

    /// Set the current process's real, effective, and saved group ids.
    #[function("(rgid, egid, sgid, /)")]
    fn setresgid(rgid: Group, egid: Group, sgid: Group) -> Result<()> {
        raised(calls::setresgid(rgid.0, egid.0, sgid.0)).map(drop)
    }

    /// Return list of supplemental group IDs for the process.
    #[function("()")]
    fn getgroups() -> Result<Vec<Ref<Int>>> {
        Ok(raised(identity::getgroups())?.into_iter().map(identity_object).collect())
    }

    /// Set the groups of the current process to list.
    #[function("(groups, /)")]
    fn setgroups(groups: &Object) -> Result<()> {
        const MOST: usize = 65536;
        if !groups.is_sequence() {
            bail!(TypeError, "setgroups argument must be a sequence");
        }
        let items = groups.collect_vec()?;
        if items.len() > MOST {
            bail!(ValueError, "too many groups");
        }
        let mut numbers = Vec::with_capacity(items.len());
        for item in &items {
            let Some(item) = item.downcast::<Int>() else { bail!(TypeError, "groups must be integers") };
            match item.to_i64().map(u32::try_from) {
                Some(Ok(number)) => numbers.push(number),
                _ => bail!(ValueError, "group id too big"),
            }
        }
        raised(identity::setgroups(&numbers))
    }

    /// Returns a list of groups to which a user belongs.
    ///
    ///   user
    ///     username to lookup
    ///   group
    ///     base group id of the user
    #[function("(user, group, /)")]
    fn getgrouplist(user: &str, group: Group) -> Result<Vec<Ref<Int>>> {
        let Ok(user) = std::ffi::CString::new(user) else { bail!(ValueError, "embedded null character") };
        Ok(identity::getgrouplist(&user, group.0).into_iter().map(identity_object).collect())
    }

    /// Initialize the group access list.
    ///
    /// The groups of which the user is a member, and the given group.
    #[function("(username, gid, /)")]
    fn initgroups(username: &Object, gid: Group) -> Result<()> {
        raised(calls::initgroups(&converted(username)?, gid.0)).map(drop)
    }

    /// Return the actual login name.
    #[function("()")]
    fn getlogin() -> Result<Ref<Str>> {
        system::path::decode(&raised(identity::getlogin())?)
    }

    /// Set the current numeric umask and return the previous umask.
    #[function("(mask, /)")]
    fn umask(mask: c_int) -> u32 {
        calls::umask(mask as libc::mode_t)
    }
}
