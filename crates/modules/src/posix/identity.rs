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

    /// The number of the user who runs this process.
    #[function("()")]
    fn getuid() -> Ref<Int> {
        identity_object(calls::getuid())
    }

    /// The number of the user whose rights this process has.
    #[function("()")]
    fn geteuid() -> Ref<Int> {
        identity_object(calls::geteuid())
    }

    /// The number of the group that this process runs in.
    #[function("()")]
    fn getgid() -> Ref<Int> {
        identity_object(calls::getgid())
    }

    /// The number of the group whose rights this process has.
    #[function("()")]
    fn getegid() -> Ref<Int> {
        identity_object(calls::getegid())
    }

    /// The user ids of this process as (real, effective, saved).
    #[function("()")]
    fn getresuid() -> Result<(Ref<Int>, Ref<Int>, Ref<Int>)> {
        let [real, effective, saved] = raised(identity::getresuid())?;
        Ok((identity_object(real), identity_object(effective), identity_object(saved)))
    }

    /// The group ids of this process as (real, effective, saved).
    #[function("()")]
    fn getresgid() -> Result<(Ref<Int>, Ref<Int>, Ref<Int>)> {
        let [real, effective, saved] = raised(identity::getresgid())?;
        Ok((identity_object(real), identity_object(effective), identity_object(saved)))
    }

    /// Make this the process of another user; with the superuser's rights this changes all three ids.
    #[function("(uid, /)")]
    fn setuid(uid: User) -> Result<()> {
        raised(calls::setuid(uid.0)).map(drop)
    }

    /// Take on the rights of the user euid.
    #[function("(euid, /)")]
    fn seteuid(euid: User) -> Result<()> {
        raised(calls::seteuid(euid.0)).map(drop)
    }

    /// Change the real user id to ruid and the effective one to euid; -1 leaves one as it is.
    #[function("(ruid, euid, /)")]
    fn setreuid(ruid: User, euid: User) -> Result<()> {
        raised(calls::setreuid(ruid.0, euid.0)).map(drop)
    }

    /// Change all three user ids, of which -1 leaves one as it is.
    #[function("(ruid, euid, suid, /)")]
    fn setresuid(ruid: User, euid: User, suid: User) -> Result<()> {
        raised(calls::setresuid(ruid.0, euid.0, suid.0)).map(drop)
    }

    /// Move this process to another group; with the superuser's rights this changes all three ids.
    #[function("(gid, /)")]
    fn setgid(gid: Group) -> Result<()> {
        raised(calls::setgid(gid.0)).map(drop)
    }

    /// Take on the rights of the group egid.
    #[function("(egid, /)")]
    fn setegid(egid: Group) -> Result<()> {
        raised(calls::setegid(egid.0)).map(drop)
    }

    /// Change the real group id to rgid and the effective one to egid; -1 leaves one as it is.
    #[function("(rgid, egid, /)")]
    fn setregid(rgid: Group, egid: Group) -> Result<()> {
        raised(calls::setregid(rgid.0, egid.0)).map(drop)
    }

    /// Change all three group ids, of which -1 leaves one as it is.
    #[function("(rgid, egid, sgid, /)")]
    fn setresgid(rgid: Group, egid: Group, sgid: Group) -> Result<()> {
        raised(calls::setresgid(rgid.0, egid.0, sgid.0)).map(drop)
    }

    /// The numbers of the further groups whose rights this process has.
    #[function("()")]
    fn getgroups() -> Result<Vec<Ref<Int>>> {
        Ok(raised(identity::getgroups())?.into_iter().map(identity_object).collect())
    }

    /// Replace the further groups of this process by a sequence of group ids.
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

    /// List the ids of all the groups that a user is in.
    ///
    ///   user
    ///     the name the user logs in with
    ///   group
    ///     an id to list too: as a rule, that of the user's own group
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

    /// The name of the user who logged in at the terminal of this process.
    #[function("()")]
    fn getlogin() -> Result<Ref<Str>> {
        system::path::decode(&raised(identity::getlogin())?)
    }

    /// Choose which permissions new files do not get; the result is the mask so far.
    #[function("(mask, /)")]
    fn umask(mask: c_int) -> u32 {
        calls::umask(mask as libc::mode_t)
    }
}
