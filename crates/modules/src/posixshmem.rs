//! `_posixshmem`: memory that processes share under a name.

pub use _posixshmem::{DEFINITION, initialize};

/// Memory that processes share by its name, as POSIX systems have it.
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

    /// Open the memory of a name, or make it, as flags of os.open() say, and give its descriptor.
    #[function("(path, flags, mode=511)")]
    fn shm_open(path: &Str, flags: c_int, mode: c_int) -> Result<c_int> {
        let name = c_name(path)?;
        interruptible(|| shared_memory::open(&name, flags, mode as libc::mode_t))?
            .map_err(|error| error.raise_for(path))
    }

    /// Take the name away from shared memory, as unlink() does with a file's.
    ///
    /// The name is gone at once, the memory when no process maps it any more.
    #[function("(path)")]
    fn shm_unlink(path: &Str) -> Result<()> {
        let name = c_name(path)?;
        interruptible(|| shared_memory::unlink(&name))?.map(drop).map_err(|error| error.raise_for(path))
    }
}
