//! Terminals, and devices' numbers.

use std::ffi::c_int;

use objects::prelude::*;
use objects::struct_sequence::Definition;

use system::{calls, terminals};

use super::arguments::Device;
use super::files::raised;

pub static TERMINAL_SIZE: Definition = Definition::new(
    c"os.terminal_size",
    c"A tuple of (columns, lines) for holding terminal window size",
    2,
    &[
        (c"columns", Some(c"width of the terminal window in characters")),
        (c"lines", Some(c"height of the terminal window in characters")),
    ],
);

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Return the size of the terminal window as (columns, lines).
    ///
    /// The file descriptor is that of the standard output by default. OSError is raised for what is no terminal.
    /// shutil.get_terminal_size is the function to use in general.
    #[function("(fd=<unrepresentable>, /)")]
    fn get_terminal_size(fd: Option<c_int>) -> Result<Ref> {
        let (columns, lines) = raised(terminals::size(fd.unwrap_or(libc::STDOUT_FILENO)))?;
        TERMINAL_SIZE.build([columns, lines].map(|count| Int::new(count.into()).into_object()).into())
    }

    /// Return the name of the terminal device connected to 'fd'.
    #[function("(fd, /)")]
    fn ttyname(fd: c_int) -> Result<Ref<Str>> {
        system::path::decode(&raised(terminals::name(fd))?)
    }

    /// A path that opens the terminal which controls this process.
    #[function("()")]
    fn ctermid() -> Result<Ref<Str>> {
        system::path::decode(&terminals::controlling())
    }

    /// Open a pseudo-terminal: the file descriptors (master_fd, slave_fd) of its ends.
    #[function("()")]
    fn openpty() -> Result<(c_int, c_int)> {
        let (master, slave) = raised(terminals::openpty())?;
        raised(super::super::files::set_inheritable(master, false))?;
        raised(super::super::files::set_inheritable(slave, false))?;
        Ok((master, slave))
    }

    /// The number of the process group in the foreground of the terminal fd.
    #[function("(fd, /)")]
    fn tcgetpgrp(fd: c_int) -> Result<c_int> {
        raised(calls::tcgetpgrp(fd))
    }

    /// Bring the process group pgid to the foreground of the terminal fd.
    #[function("(fd, pgid, /)")]
    fn tcsetpgrp(fd: c_int, pgid: c_int) -> Result<()> {
        raised(calls::tcsetpgrp(fd, pgid)).map(drop)
    }

    /// The major half of a device number: the driver's.
    #[function("(device, /)")]
    fn major(device: Device) -> u32 {
        libc::major(device.0)
    }

    /// The minor half of a device number: which of the driver's devices it is.
    #[function("(device, /)")]
    fn minor(device: Device) -> u32 {
        libc::minor(device.0)
    }

    /// Put the two halves of a device number together.
    #[function("(major, minor, /)")]
    fn makedev(major: c_int, minor: c_int) -> u64 {
        libc::makedev(major as u32, minor as u32)
    }
}
