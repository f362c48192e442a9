//! `_sha1`.

use super::hash::{self, Hash};

/// `_sha1.sha1`.
#[repr(C)]
pub struct Sha1 {
    base: Hash,
}

#[class(name = "sha1", module = "_sha1", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Sha1 {}

#[module(name = "_sha1")]
pub mod module {
    use ::sha1::Digest;
    use objects::module::Module;
    use objects::prelude::*;

    use crate::digests::data::Data;
    use crate::digests::hash::Hash;

    /// Hash with SHA-1: digests have 20 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn sha1(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::SHA1, ::sha1::Sha1::new().into(), &string)
    }

    #[exec]
    fn add_class(module: &Module) -> Result<()> {
        ready(&super::SHA1)?;
        module.add("SHA1Type", super::SHA1.to_ref())
    }
}
