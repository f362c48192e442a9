//! `_sha512`.

use super::hash::{self, Hash};

/// `_sha512.sha384`.
#[repr(C)]
pub struct Sha384 {
    base: Hash,
}

#[class(name = "sha384", module = "_sha512", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Sha384 {}

/// `_sha512.sha512`.
#[repr(C)]
pub struct Sha512 {
    base: Hash,
}

#[class(name = "sha512", module = "_sha512", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Sha512 {}

#[module(name = "_sha512")]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;
    use sha2::Digest;

    use crate::digests::data::Data;
    use crate::digests::hash::Hash;

    /// Hash with SHA-384: digests have 48 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn sha384(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::SHA384, ::sha2::Sha384::new().into(), &string)
    }

    /// Hash with SHA-512: digests have 64 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn sha512(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::SHA512, ::sha2::Sha512::new().into(), &string)
    }

    #[exec]
    fn add_classes(module: &Module) -> Result<()> {
        ready(&super::SHA384)?;
        ready(&super::SHA512)?;
        module.add("SHA384Type", super::SHA384.to_ref())?;
        module.add("SHA512Type", super::SHA512.to_ref())
    }
}
