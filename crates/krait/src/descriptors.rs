//! The standard descriptors as the process got them. Rust's runtime opens those that are closed, before
//! `main`; in Python a closed one makes a stream `None`.

use std::sync::atomic::{AtomicU8, Ordering};

/// A bit for each standard descriptor that was closed.
static CLOSED: AtomicU8 = AtomicU8::new(0);

extern "C" fn look() {
    for descriptor in 0..3 {
        // SAFETY: a call that only asks for the descriptor's flags.
        if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << descriptor, Ordering::Relaxed);
        }
    }
}

/// Run by the C library before Rust's runtime starts.
#[used]
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

/// Closes what was closed.
pub fn restore() {
    for descriptor in 0..3 {
        if CLOSED.load(Ordering::Relaxed) & 1 << descriptor != 0 {
            // SAFETY: the descriptor is the one that the runtime opened, and nobody has used it.
            unsafe { libc::close(descriptor) };
        }
    }
}
