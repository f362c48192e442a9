//! The state of a hash being computed, of any algorithm.

use ::md5::digest::crypto_common::BlockSizeUser as _;
use ::md5::{Digest as _, Md5};
use ::sha1::Sha1;
use ripemd::Ripemd160;
use sha2::Digest as _;
use sha2::digest::common::BlockSizeUser;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use sm3::Sm3;

use super::sponge::Sponge;

/// The longest digest of a fixed size.
const MAX_SIZE: usize = 64;

/// A digest of a fixed size.
pub struct Digest {
    bytes: [u8; MAX_SIZE],
    length: usize,
}

impl Digest {
    fn of(bytes: &[u8]) -> Digest {
        let mut digest = Digest { bytes: [0; MAX_SIZE], length: bytes.len() };
        digest.bytes[..bytes.len()].copy_from_slice(bytes);
        digest
    }
}

impl std::ops::Deref for Digest {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The sizes of blocks and digests, in bytes.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub block: usize,
    /// 0 where the caller says how long the digest is to be.
    pub digest: usize,
}

/// SHA-3 or SHAKE.
#[derive(Clone)]
pub struct Sha3 {
    name: &'static str,
    pub sponge: Sponge,
    digest: usize,
}

macro_rules! states {
    ($($variant:ident $name:literal;)*) => {
        /// A hash being computed.
        #[derive(Clone)]
        pub enum State {
            $($variant($variant),)*
            /// The two side by side, as old versions of TLS sign.
            Md5Sha1(Md5, Sha1),
            Sha3(Sha3),
            Blake2b(blake2b_simd::State, usize),
            Blake2s(blake2s_simd::State, usize),
        }

        $(impl From<$variant> for State {
            fn from(state: $variant) -> State {
                State::$variant(state)
            }
        })*

        impl State {
            /// The name that Python has for it.
            pub fn name(&self) -> &'static str {
                match self {
                    $(State::$variant(_) => $name,)*
                    State::Md5Sha1(..) => "md5-sha1",
                    State::Sha3(state) => state.name,
                    State::Blake2b(..) => "blake2b",
                    State::Blake2s(..) => "blake2s",
                }
            }

            pub fn sizes(&self) -> Sizes {
                match self {
                    $(State::$variant(_) => Sizes {
                        block: $variant::block_size(),
                        digest: $variant::output_size(),
                    },)*
                    State::Md5Sha1(..) => Sizes { block: 64, digest: 36 },
                    State::Sha3(state) => Sizes { block: state.sponge.rate(), digest: state.digest },
                    State::Blake2b(_, digest) => Sizes { block: blake2b_simd::BLOCKBYTES, digest: *digest },
                    State::Blake2s(_, digest) => Sizes { block: blake2s_simd::BLOCKBYTES, digest: *digest },
                }
            }

            pub fn update(&mut self, data: &[u8]) {
                match self {
                    $(State::$variant(state) => state.update(data),)*
                    State::Md5Sha1(md5, sha1) => {
                        md5.update(data);
                        sha1.update(data);
                    }
                    State::Sha3(state) => state.sponge.absorb(data),
                    State::Blake2b(state, _) => drop(state.update(data)),
                    State::Blake2s(state, _) => drop(state.update(data)),
                }
            }

            /// The digest of what came so far; empty where its length is not fixed.
            pub fn finish(self) -> Digest {
                match self {
                    $(State::$variant(state) => Digest::of(&state.finalize()),)*
                    State::Md5Sha1(md5, sha1) => {
                        Digest::of(&[&md5.finalize()[..], &sha1.finalize()[..]].concat())
                    }
                    State::Sha3(state) => {
                        let mut digest = Digest { bytes: [0; MAX_SIZE], length: state.digest };
                        state.sponge.squeeze(&mut digest.bytes[..state.digest]);
                        digest
                    }
                    State::Blake2b(state, _) => Digest::of(state.finalize().as_bytes()),
                    State::Blake2s(state, _) => Digest::of(state.finalize().as_bytes()),
                }
            }
        }
    };
}

states! {
    Md5 "md5";
    Sha1 "sha1";
    Sha224 "sha224";
    Sha256 "sha256";
    Sha384 "sha384";
    Sha512 "sha512";
    Sha512_224 "sha512_224";
    Sha512_256 "sha512_256";
    Ripemd160 "ripemd160";
    Sm3 "sm3";
}

/// What stands behind the data of SHA-3.
const SHA3_SUFFIX: u8 = 0x06;
/// What stands behind the data of SHAKE.
const SHAKE_SUFFIX: u8 = 0x1f;

impl State {
    /// SHA-3 with a digest of so many bytes; the capacity is twice as much.
    pub fn sha3(name: &'static str, digest: usize) -> State {
        State::Sha3(Sha3 { name, sponge: Sponge::new(200 - 2 * digest, SHA3_SUFFIX), digest })
    }

    /// SHAKE of so many bytes' strength, whose digest is as long as one asks.
    pub fn shake(name: &'static str, strength: usize) -> State {
        State::Sha3(Sha3 { name, sponge: Sponge::new(200 - 2 * strength, SHAKE_SUFFIX), digest: 0 })
    }

    pub fn blake2b() -> State {
        State::Blake2b(blake2b_simd::State::new(), blake2b_simd::OUTBYTES)
    }

    pub fn blake2s() -> State {
        State::Blake2s(blake2s_simd::State::new(), blake2s_simd::OUTBYTES)
    }

    /// The state of the algorithm that OpenSSL knows by the name: Python's names as they are, OpenSSL's own in any case.
    pub fn named(name: &str) -> Option<State> {
        Some(match name {
            "sha3_224" => State::sha3("sha3_224", 28),
            "sha3_256" => State::sha3("sha3_256", 32),
            "sha3_384" => State::sha3("sha3_384", 48),
            "sha3_512" => State::sha3("sha3_512", 64),
            "shake_128" => State::shake("shake_128", 16),
            "shake_256" => State::shake("shake_256", 32),
            "sha512_224" => Sha512_224::new().into(),
            "sha512_256" => Sha512_256::new().into(),
            "blake2b" => State::blake2b(),
            "blake2s" => State::blake2s(),
            _ => return State::named_by_openssl(&name.to_ascii_lowercase()),
        })
    }

    fn named_by_openssl(name: &str) -> Option<State> {
        Some(match name {
            "md5" | "ssl3-md5" | "1.2.840.113549.2.5" => Md5::new().into(),
            "sha1" | "sha-1" | "ssl3-sha1" | "1.3.14.3.2.26" => Sha1::new().into(),
            "sha224" | "sha-224" | "sha2-224" | "2.16.840.1.101.3.4.2.4" => Sha224::new().into(),
            "sha256" | "sha-256" | "sha2-256" | "2.16.840.1.101.3.4.2.1" => Sha256::new().into(),
            "sha384" | "sha-384" | "sha2-384" | "2.16.840.1.101.3.4.2.2" => Sha384::new().into(),
            "sha512" | "sha-512" | "sha2-512" | "2.16.840.1.101.3.4.2.3" => Sha512::new().into(),
            "sha512-224" | "sha-512/224" | "sha2-512/224" | "2.16.840.1.101.3.4.2.5" => {
                Sha512_224::new().into()
            }
            "sha512-256" | "sha-512/256" | "sha2-512/256" | "2.16.840.1.101.3.4.2.6" => {
                Sha512_256::new().into()
            }
            "sha3-224" | "2.16.840.1.101.3.4.2.7" => State::sha3("sha3_224", 28),
            "sha3-256" | "2.16.840.1.101.3.4.2.8" => State::sha3("sha3_256", 32),
            "sha3-384" | "2.16.840.1.101.3.4.2.9" => State::sha3("sha3_384", 48),
            "sha3-512" | "2.16.840.1.101.3.4.2.10" => State::sha3("sha3_512", 64),
            "shake128" | "shake-128" | "2.16.840.1.101.3.4.2.11" => State::shake("shake_128", 16),
            "shake256" | "shake-256" | "2.16.840.1.101.3.4.2.12" => State::shake("shake_256", 32),
            "blake2b512" | "blake2b-512" | "1.3.6.1.4.1.1722.12.2.1.16" => State::blake2b(),
            "blake2s256" | "blake2s-256" | "1.3.6.1.4.1.1722.12.2.2.8" => State::blake2s(),
            "ripemd160" | "ripemd-160" | "ripemd" | "rmd160" | "1.3.36.3.2.1" => Ripemd160::new().into(),
            "sm3" | "1.2.156.10197.1.401" => Sm3::new().into(),
            "md5-sha1" => State::Md5Sha1(Md5::new(), Sha1::new()),
            _ => return None,
        })
    }

    /// The names of the algorithms, as Python has them.
    pub const NAMES: [&str; 19] = [
        "blake2b",
        "blake2s",
        "md5",
        "md5-sha1",
        "ripemd160",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha3_224",
        "sha3_256",
        "sha3_384",
        "sha3_512",
        "sha512",
        "sha512_224",
        "sha512_256",
        "shake_128",
        "shake_256",
        "sm3",
    ];

    /// Whether the caller says how long the digest is to be.
    pub fn is_extendable(&self) -> bool {
        self.sizes().digest == 0
    }

    /// Fills the output with the digest of an algorithm for which the caller says its length.
    pub fn finish_into(self, output: &mut [u8]) {
        if let State::Sha3(state) = self {
            state.sponge.squeeze(output);
        }
    }
}
