//! Hashes of passwords: the system's `crypt`, which stands in a library of its own.

use std::ffi::{CStr, c_char};

use crate::Errno;

type Crypt = unsafe extern "C" fn(*const c_char, *const c_char) -> *const c_char;

/// The names of the library, the newest first: what a program is linked with depends on the system.
const LIBRARIES: [&CStr; 2] = [c"libcrypt.so.2", c"libcrypt.so.1"];

/// The system's function.
#[derive(Clone, Copy)]
pub struct Hasher(Crypt);

impl Hasher {
    /// Loads the library, which stays. The loader's message where there is none.
    pub fn load() -> Result<Hasher, String> {
        let mut message = String::new();
        for library in LIBRARIES {
            // SAFETY: strings that end with NUL; the library has a function of this name and type.
            unsafe {
                let handle = libc::dlopen(library.as_ptr(), libc::RTLD_NOW);
                if !handle.is_null() {
                    let function = libc::dlsym(handle, c"crypt".as_ptr());
                    if !function.is_null() {
                        return Ok(Hasher(std::mem::transmute::<*mut libc::c_void, Crypt>(function)));
                    }
                }
                let error = libc::dlerror();
                if !error.is_null() {
                    message = CStr::from_ptr(error).to_string_lossy().into_owned();
                }
            }
        }
        Err(message)
    }

    /// The hash of a word, the salt saying by what method.
    pub fn hash(self, word: &CStr, salt: &CStr) -> Result<Vec<u8>, Errno> {
        // SAFETY: strings that end with NUL. The result stays until the next call, from which the interpreter's lock
        // keeps others.
        unsafe {
            let hash = (self.0)(word.as_ptr(), salt.as_ptr());
            match hash.is_null() {
                true => Err(Errno::last()),
                false => Ok(CStr::from_ptr(hash).to_bytes().to_vec()),
            }
        }
    }
}
