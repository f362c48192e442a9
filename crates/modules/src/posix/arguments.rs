//! Arguments that only this module's functions take.

use std::ffi::c_int;

use objects::arguments::Place;
use objects::prelude::*;

use system::path::descriptor;

/// A `dir_fd`: a directory that relative paths start from.
#[derive(Clone, Copy)]
pub struct Directory(pub c_int);

impl<'a> FromArgument<'a> for Directory {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        if !value.has_index() {
            bail!(TypeError, "argument should be integer or None, not {}", value.class().name());
        }
        descriptor(value).map(Directory)
    }
}

/// The directory given, else the current one.
pub fn directory(given: NoneOr<Directory>) -> c_int {
    given.0.map_or(libc::AT_FDCWD, |directory| directory.0)
}

/// An open file: its number, or an object with `fileno()`.
#[derive(Clone, Copy)]
pub struct File(pub c_int);

impl<'a> FromArgument<'a> for File {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        file_number(value).map(File)
    }
}

/// The number of an open file that an argument is or has: `PyObject_AsFileDescriptor`.
pub fn file_number(object: &Object) -> Result<c_int> {
    let number = match object.downcast::<Int>() {
        Some(number) => number.to_ref(),
        None => {
            let Some(method) = object.get_attr_opt(intern!("fileno"))? else {
                bail!(TypeError, "argument must be an int, or have a fileno() method.");
            };
            match method.call0()?.into_type::<Int>() {
                Ok(number) => number,
                Err(_) => bail!(TypeError, "fileno() returned a non-integer"),
            }
        }
    };
    let Some(Ok(value)) = number.to_i64().map(c_int::try_from) else {
        bail!(OverflowError, "Python int too large to convert to C int");
    };
    if value < 0 {
        bail!(ValueError, "file descriptor cannot be a negative integer ({value})");
    }
    Ok(value)
}

/// A process's number.
#[derive(Clone, Copy)]
pub struct Process(pub libc::pid_t);

impl<'a> FromArgument<'a> for Process {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        i32::from_argument(value, &Place::parsed("", "")).map(Process)
    }
}

/// A user's or a group's number; -1 is the number that changes nothing.
fn identity(object: &Object, kind: &str) -> Result<u32> {
    if !object.has_index() {
        bail!(TypeError, "{kind} should be integer, not {}", object.class().name());
    }
    let index = object.index()?;
    match index.to_i64() {
        Some(-1) => Ok(u32::MAX),
        Some(value) => u32::try_from(value).map_err(|_| raise!(OverflowError, "{kind} is less than minimum")),
        None if index.is_negative() => Err(raise!(OverflowError, "{kind} is less than minimum")),
        None => Err(raise!(OverflowError, "{kind} is greater than maximum")),
    }
}

/// A user's number.
#[derive(Clone, Copy)]
pub struct User(pub libc::uid_t);

impl User {
    /// The number that an object stands for. `TypeError`, `OverflowError`.
    pub fn of(object: &Object) -> Result<User> {
        identity(object, "uid").map(User)
    }
}

impl<'a> FromArgument<'a> for User {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        User::of(value)
    }
}

/// A group's number.
#[derive(Clone, Copy)]
pub struct Group(pub libc::gid_t);

impl Group {
    /// The number that an object stands for. `TypeError`, `OverflowError`.
    pub fn of(object: &Object) -> Result<Group> {
        identity(object, "gid").map(Group)
    }
}

impl<'a> FromArgument<'a> for Group {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        Group::of(value)
    }
}

/// A user's or group's number as an object: -1 for the number that is none.
pub fn identity_object(value: u32) -> Ref<Int> {
    Int::new(if value == u32::MAX { -1 } else { value.into() })
}

/// A device's number.
#[derive(Clone, Copy)]
pub struct Device(pub libc::dev_t);

impl<'a> FromArgument<'a> for Device {
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        let Some(value) = value.downcast::<Int>() else {
            bail!(TypeError, "an integer is required");
        };
        match value.to_u64() {
            Some(value) => Ok(Device(value)),
            None if value.is_negative() => {
                Err(raise!(OverflowError, "can't convert negative int to unsigned"))
            }
            None => Err(raise!(OverflowError, "int too big to convert")),
        }
    }
}
