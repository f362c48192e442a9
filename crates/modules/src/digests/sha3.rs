//! `_sha3`.

use objects::prelude::*;

use super::data::Data;
use super::hash::{self, Hash, hexadecimal};
use super::state::{Sha3, State};

impl Hash {
    /// The sponge of an instance of one of this module's classes.
    fn sponge<T>(&self, read: impl FnOnce(&Sha3) -> T) -> Result<T> {
        match self.state() {
            State::Sha3(state) => Ok(read(&state)),
            _ => Err(raise!(TypeError, "not a SHA-3 object")),
        }
    }
}

#[methods(SPONGE)]
impl Hash {
    #[getter]
    fn _capacity_bits(&self) -> Result<usize> {
        self.sponge(|state| state.sponge.capacity() * 8)
    }

    #[getter]
    fn _rate_bits(&self) -> Result<usize> {
        self.sponge(|state| state.sponge.rate() * 8)
    }

    #[getter]
    fn _suffix(&self) -> Result<Ref<Bytes>> {
        Bytes::try_new(&[self.sponge(|state| state.sponge.suffix())?])
    }
}

/// The first length that a digest may not have.
const TOO_LONG: u64 = 1 << 29;

fn checked_length(length: u64) -> Result<usize> {
    match length < TOO_LONG {
        true => Ok(length as usize),
        false => Err(raise!(ValueError, "length is too large")),
    }
}

#[methods(EXTENDABLE)]
impl Hash {
    /// So many bytes of the output for all data so far.
    #[method("(length, /)", name = "digest")]
    fn shake_digest(&self, length: u64) -> Result<Ref<Bytes>> {
        self.extended(checked_length(length)?)
    }

    /// So many bytes of the output for all data so far, as text of two hexadecimal digits each.
    #[method("(length, /)", name = "hexdigest")]
    fn shake_hexdigest(&self, length: u64) -> Result<Ref<Str>> {
        hexadecimal(self.extended(checked_length(length)?)?.as_bytes())
    }
}

macro_rules! classes {
    ($($(#[doc = $doc:literal])* $struct:ident $static:ident $name:tt $table:path, $state:expr;)*) => {
        $(
            #[doc = concat!("`_sha3.", $name, "`.")]
            #[repr(C)]
            pub struct $struct {
                base: Hash,
            }

            $(#[doc = $doc])*
            #[class(name = $name, module = "_sha3", static_ = $static, layout = Hash,
                    include = [hash::COMMON, SPONGE, $table])]
            impl $struct {
                #[slot(tp_new, "(data=b'', /, *, usedforsecurity=True)")]
                fn new(class: &Type, data: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
                    let _ = usedforsecurity;
                    Hash::new_in(class, $state, &data)
                }
            }
        )*
    };
}

classes! {
    /// sha3_224([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Hash with SHA-3 to a digest of 28 bytes.
    Sha3_224 SHA3_224 "sha3_224" hash::FIXED, State::sha3("sha3_224", 28);
    /// sha3_256([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Hash with SHA-3 to a digest of 32 bytes.
    Sha3_256 SHA3_256 "sha3_256" hash::FIXED, State::sha3("sha3_256", 32);
    /// sha3_384([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Hash with SHA-3 to a digest of 48 bytes.
    Sha3_384 SHA3_384 "sha3_384" hash::FIXED, State::sha3("sha3_384", 48);
    /// sha3_512([data], *, usedforsecurity=True) -> SHA3 object
    ///
    /// Hash with SHA-3 to a digest of 64 bytes.
    Sha3_512 SHA3_512 "sha3_512" hash::FIXED, State::sha3("sha3_512", 64);
    /// shake_128([data], *, usedforsecurity=True) -> SHAKE object
    ///
    /// Hash with SHAKE of 128 bits' strength to a digest of any length.
    Shake128 SHAKE_128 "shake_128" EXTENDABLE, State::shake("shake_128", 16);
    /// shake_256([data], *, usedforsecurity=True) -> SHAKE object
    ///
    /// Hash with SHAKE of 256 bits' strength to a digest of any length.
    Shake256 SHAKE_256 "shake_256" EXTENDABLE, State::shake("shake_256", 32);
}

#[module(name = "_sha3", classes = [super::SHA3_224, super::SHA3_256, super::SHA3_384, super::SHA3_512,
                                    super::SHAKE_128, super::SHAKE_256])]
pub mod module {
    #[constant]
    const implementation: &str = "generic 64-bit implementation";

    /// The bits of the words that the permutation works on.
    #[constant]
    const keccakopt: i64 = 64;
}
