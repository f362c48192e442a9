//! The capsule of `_socket` (`socketmodule.h`).

use std::ffi::{CStr, c_void};

use modules::socket::{SOCKET, TIMEOUT};
use objects::capsule::Capsule;
use objects::prelude::*;

const NAME: &CStr = c"_socket.CAPI";

/// `PySocketModule_APIObject`.
#[repr(C)]
struct Interface {
    socket_type: &'static Type,
    error: &'static Type,
    timeout_error: Ref,
}

/// Makes the capsule. The structure lives as long as the process, as C code expects.
fn make() -> Result<Ref> {
    let interface =
        Interface { socket_type: &SOCKET, error: &exceptions::OSError, timeout_error: TIMEOUT.get()? };
    let pointer = std::ptr::from_mut(Box::leak(Box::new(interface))).cast::<c_void>();
    // SAFETY: the name is a constant, and the capsule ends without a destructor.
    Ok(unsafe { Capsule::new(pointer, NAME.as_ptr(), None) }?.into_object())
}

/// Lets the module `_socket` have its capsule.
pub fn install() {
    let _ = modules::socket::CAPSULE.set(make);
}
