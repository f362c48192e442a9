//! `grp`: the system's groups.

use objects::prelude::*;
use objects::struct_sequence::Definition;

pub use grp::{DEFINITION, initialize};

static STRUCT_GROUP: Definition = Definition::new(
    c"grp.struct_group",
    c"grp.struct_group: Results from getgr*() routines.\n\nA tuple of the fields (gr_name, gr_passwd, gr_gid, gr_mem), which are also attributes.\n",
    4,
    &[
        (c"gr_name", Some(c"group name")),
        (c"gr_passwd", Some(c"password")),
        (c"gr_gid", Some(c"group id")),
        (c"gr_mem", Some(c"group members")),
    ],
);

/// Access to the Unix group database.
///
/// Group entries are reported as 4-tuples containing the following fields
/// from the group database, in order:
///
///   gr_name   - name of the group
///   gr_passwd - group password (encrypted); often empty
///   gr_gid    - numeric ID of the group
///   gr_mem    - list of members
///
/// The gid is an integer, name and password are strings. Most users are not listed as members of the groups that
/// they are in according to the password database: the complete membership is in both together.
#[module(name = "grp")]
pub mod grp {
    use std::ffi::CString;

    use objects::module::Module;
    use objects::prelude::*;

    use super::STRUCT_GROUP;
    use crate::posix::arguments::{Group as GroupNumber, identity_object};
    use crate::posix::raised;
    use system::groups::{self, Group};
    use system::path::{decode, encode};

    fn entry(group: Group) -> Result<Ref> {
        let members =
            group.members.iter().map(|name| decode(name).map(Ref::into_object)).collect::<Result<_>>()?;
        STRUCT_GROUP.build(vec![
            decode(&group.name)?.into_object(),
            decode(&group.password)?.into_object(),
            identity_object(group.gid).into_object(),
            List::from_vec(members).into_object(),
        ])
    }

    /// A group's number, of anything that can be made an integer, with a warning where it is none.
    fn number(id: &Object) -> Result<u32> {
        match GroupNumber::of(id) {
            Err(raised) if raised.matches(&exceptions::TypeError) => raised.clear(),
            result => return result.map(|group| group.0),
        }
        // The message is CPython's, where the type's name was never filled in.
        objects::services::warn(&exceptions::DeprecationWarning, "group id must be int, not %.200", 1)?;
        let class: &Type = Int::class();
        GroupNumber::of(&*class.as_object().call1(id)?).map(|group| group.0)
    }

    /// Look a group up by its number.
    ///
    /// A KeyError says that the system knows no group with this id.
    #[function("(id)")]
    fn getgrgid(id: &Object) -> Result<Ref> {
        let gid = number(id)?;
        match raised(system::blocking(|| groups::by_number(gid)))? {
            Some(group) => entry(group),
            None => Err(raise!(
                KeyError,
                "getgrgid(): gid not found: {}",
                identity_object(gid).to_text(10, false)?
            )),
        }
    }

    /// Look a group up by its name.
    ///
    /// A KeyError says that the system knows no group of this name.
    #[function("(name)")]
    fn getgrnam(name: &Str) -> Result<Ref> {
        let Ok(text) = CString::new(encode(name)?) else { bail!(ValueError, "embedded null byte") };
        match raised(system::blocking(|| groups::by_name(&text)))? {
            Some(group) => entry(group),
            None => Err(raise!(KeyError, "getgrnam(): name not found: {}", name.as_object().repr()?)),
        }
    }

    /// List every group that the system knows, in whatever order it gives them.
    ///
    /// A name that begins with '+' or '-' is no group but an order to include
    /// or leave out NIS entries; getgrnam and getgrgid may know nothing of it.
    #[function("()")]
    fn getgrall() -> Result<Vec<Ref>> {
        groups::all().into_iter().map(entry).collect()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add_type(STRUCT_GROUP.ready()?)
    }
}
