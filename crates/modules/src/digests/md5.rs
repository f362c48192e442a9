//! `_md5`.

use super::hash::{self, Hash};

/// `_md5.md5`.
#[repr(C)]
pub struct Md5 {
    base: Hash,
}

#[class(name = "md5", module = "_md5", layout = Hash, include = [hash::COMMON, hash::FIXED])]
impl Md5 {}

#[module(name = "_md5")]
pub mod module {
    use ::md5::Digest;
    use objects::module::Module;
    use objects::prelude::*;

    use crate::digests::data::Data;
    use crate::digests::hash::Hash;

    /// Hash with MD5: digests have 16 bytes. The bytes given as string are hashed at once.
    #[function("(string=b'', *, usedforsecurity=True)")]
    fn md5(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        Hash::new_in(&super::MD5, ::md5::Md5::new().into(), &string)
    }

    #[exec]
    fn add_class(module: &Module) -> Result<()> {
        ready(&super::MD5)?;
        module.add("MD5Type", super::MD5.to_ref())
    }
}
