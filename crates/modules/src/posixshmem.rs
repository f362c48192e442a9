//! `_posixshmem`: memory that processes share under a name.

pub use _posixshmem::{DEFINITION, initialize};

/// POSIX shared memory module
#[module(name = "_posixshmem")]
pub mod _posixshmem {
    use std::ffi::{CString, c_int};

    use objects::prelude::*;

    use system::{interruptible, shared_memory};

    /// The name for the system, which ends at the first NUL.
    fn c_name(path: &Str) -> Result<CString> {
        let text = path.as_utf8()?.as_bytes();
        let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
        Ok(CString::new(&text[..end]).unwrap_or_default())
    }

    /// Open a shared memory object.  Returns a file descriptor (integer).
    #[function("(path, flags, mode=511)")]
    fn shm_open(path: &Str, flags: c_int, mode: c_int) -> Result<c_int> {
        let name = c_name(path)?;
        interruptible(|| shared_memory::open(&name, flags, mode as libc::mode_t))?
            .map_err(|error| error.raise_for(path))
    }

    /// Remove a shared memory object (similar to unlink()).
    ///
    /// The name is gone at once, the memory when no process maps it any more.
    #[function("(path)")]
    fn shm_unlink(path: &Str) -> Result<()> {
        let name = c_name(path)?;
        interruptible(|| shared_memory::unlink(&name))?.map(drop).map_err(|error| error.raise_for(path))
    }
}
