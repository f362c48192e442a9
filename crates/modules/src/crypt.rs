//! `_crypt`: the system's hashes of passwords.

pub use _crypt::{DEFINITION, initialize};

#[module(name = "_crypt")]
pub mod _crypt {
    use std::ffi::CString;
    use std::sync::OnceLock;

    use objects::module::Module;
    use objects::prelude::*;

    use system::passwords::Hasher;
    use system::path::decode;

    static HASHER: OnceLock<Hasher> = OnceLock::new();

    fn c_text(text: &str) -> Result<CString> {
        CString::new(text).map_err(|_| raise!(ValueError, "embedded null character"))
    }

    /// Hash a *word* with the given *salt* and return the hashed password.
    ///
    /// The salt says by which method: *word* will usually be a user's password, and *salt*
    /// a random string of 2 or 16 characters, perhaps behind $digit$.
    #[function("(word, salt, /)")]
    fn crypt(word: &str, salt: &str) -> Result<Option<Ref<Str>>> {
        let (word, salt) = (c_text(word)?, c_text(salt)?);
        let Some(hasher) = HASHER.get() else { return Ok(None) };
        let hash = crate::posix::raised(hasher.hash(&word, &salt))?;
        decode(&hash).map(Some)
    }

    /// The library is looked for when the module is imported, as CPython's module is linked with it.
    #[exec]
    fn set_up(_: &Module) -> Result<()> {
        if HASHER.get().is_none() {
            match Hasher::load() {
                Ok(hasher) => drop(HASHER.set(hasher)),
                Err(message) => bail!(ImportError, "{message}"),
            }
        }
        Ok(())
    }
}
