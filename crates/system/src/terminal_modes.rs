//! The modes of terminals: `termios`.

use std::ffi::c_int;

use crate::Errno;

/// A terminal's modes.
pub type Modes = libc::termios;

fn checked(result: c_int) -> Result<(), Errno> {
    match result {
        -1 => Err(Errno::last()),
        _ => Ok(()),
    }
}

/// The modes in force.
pub fn get(file: c_int) -> Result<Modes, Errno> {
    // SAFETY: room for the modes, of which zeros are a valid value.
    unsafe {
        let mut modes: Modes = std::mem::zeroed();
        checked(libc::tcgetattr(file, &mut modes))?;
        Ok(modes)
    }
}

/// Sets the modes, `when` saying what is waited for.
pub fn set(file: c_int, when: c_int, modes: &Modes) -> Result<(), Errno> {
    // SAFETY: modes, as the call reads.
    checked(unsafe { libc::tcsetattr(file, when, modes) })
}

/// The speeds of input and output.
pub fn speeds(modes: &Modes) -> (u32, u32) {
    // SAFETY: the calls read the modes.
    unsafe { (libc::cfgetispeed(modes), libc::cfgetospeed(modes)) }
}

/// Sets the speeds of input and output.
pub fn set_speeds(modes: &mut Modes, input: u32, output: u32) -> Result<(), Errno> {
    // SAFETY: the calls change the modes.
    unsafe {
        checked(libc::cfsetispeed(modes, input))?;
        checked(libc::cfsetospeed(modes, output))
    }
}

macro_rules! calls {
    ($($name:ident($($argument:ident),*);)*) => {
        $(
            #[doc = concat!("The call `", stringify!($name), "`.")]
            pub fn $name(file: c_int $(, $argument: c_int)*) -> Result<(), Errno> {
                // SAFETY: plain numbers.
                checked(unsafe { libc::$name(file $(, $argument)*) })
            }
        )*
    };
}

calls! {
    tcsendbreak(duration);
    tcdrain();
    tcflush(queue);
    tcflow(action);
}
