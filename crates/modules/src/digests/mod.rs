//! Hashes: `_md5`, `_sha1`, `_sha256`, `_sha512`, `_sha3`, `_blake2` and `_hashlib`.

pub mod blake2;
pub mod comparison;
mod data;
pub mod hash;
pub mod hashlib;
mod hmac;
mod large;
pub mod md5;
pub mod sha1;
pub mod sha256;
pub mod sha3;
pub mod sha512;
mod sponge;
mod state;
