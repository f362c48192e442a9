//! `_sha256`.

use super::hash::{self, Hash};

/// `_sha256.sha224`.
#[repr(C)]
pub struct Sha224 {
    base: Hash,
}

#[class(name = "sha224", module = "_sha256", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Sha224 {}

/// `_sha256.sha256`.
#[repr(C)]
pub struct Sha256 {
    base: Hash,
}

#[class(name = "sha256", module = "_sha256", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Sha256 {}

#[module(name = "_sha256")]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;
    use sha2::Digest;

    use crate::digests::data::Data;
    use crate::digests::hash::Hash;

    /// Hash with SHA-224: digests have 28 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn sha224(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::SHA224, ::sha2::Sha224::new().into(), &string)
    }

    /// Hash with SHA-256: digests have 32 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn sha256(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::SHA256, ::sha2::Sha256::new().into(), &string)
    }

    #[exec]
    fn add_classes(module: &Module) -> Result<()> {
        ready(&super::SHA224)?;
        ready(&super::SHA256)?;
        module.add("SHA224Type", super::SHA224.to_ref())?;
        module.add("SHA256Type", super::SHA256.to_ref())
    }
}
