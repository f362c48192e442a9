//! `_hashlib`: hashes by the names that OpenSSL has for them, codes over them, and keys derived from passwords.

mod derivation;
mod hash;
mod hmac;

use objects::prelude::*;

use super::data::Data;
use super::hash::Hash;
use super::state::State;
use hash::{HASH, HASH_XOF};

/// An object of the class that fits the algorithm.
fn new_hash(state: State, data: &Option<Data>) -> Result<Ref<Hash>> {
    let class = if state.is_extendable() { &HASH_XOF } else { &HASH };
    Hash::new_in(class, state, data)
}

#[cold]
fn unsupported() -> Raised {
    raise!(ValueError, "[digital envelope routines] unsupported")
}

/// A hash that a code may be made of. `ValueError`.
fn fixed(name: &str, unknown: impl FnOnce() -> Raised) -> Result<State> {
    match State::named(name) {
        None => Err(unknown()),
        Some(state) if state.is_extendable() => Err(raise!(ValueError, "no reason supplied")),
        Some(state) => Ok(state),
    }
}

/// A constructor for each algorithm that has one.
macro_rules! constructors {
    ($($function:ident $name:literal $shown:literal;)*) => {
        #[functions(CONSTRUCTORS)]
        mod constructors {
            use super::*;

            $(
                #[doc = concat!("Hash with ", $shown, ". The bytes given as string are hashed at once.")]
                #[function("(string=b'', *, usedforsecurity=True)")]
                fn $function(string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
                    let _ = usedforsecurity;
                    new_hash(State::named($name).ok_or_else(unsupported)?, &string)
                }
            )*
        }
    };
}

constructors! {
    openssl_md5 "md5" "md5";
    openssl_sha1 "sha1" "sha1";
    openssl_sha224 "sha224" "sha224";
    openssl_sha256 "sha256" "sha256";
    openssl_sha384 "sha384" "sha384";
    openssl_sha512 "sha512" "sha512";
    openssl_sha3_224 "sha3_224" "sha3-224";
    openssl_sha3_256 "sha3_256" "sha3-256";
    openssl_sha3_384 "sha3_384" "sha3-384";
    openssl_sha3_512 "sha3_512" "sha3-512";
    openssl_shake_128 "shake_128" "shake-128 variable";
    openssl_shake_256 "shake_256" "shake-256 variable";
}

/// The algorithms that hashlib has from OpenSSL elsewhere, under the same names.
#[module(name = "_hashlib", classes = [super::hash::HASH, super::hash::HASH_XOF, super::hmac::HMAC],
         include = [super::constructors::CONSTRUCTORS])]
pub mod module {
    use objects::buffer::BytesLike;
    use objects::module::Module;
    use objects::prelude::*;
    use objects::set::FROZENSET;

    use super::hmac::Hmac;
    use super::*;
    use crate::digests::large::hashing;
    use crate::digests::{comparison, hmac::Mac};

    /// Hash with the algorithm of a name. The bytes given as string are hashed at once.
    ///
    /// Raises ValueError for a name that is unknown. MD5 and SHA1 are always there.
    #[function("(name, string=b'', *, usedforsecurity=True)")]
    fn new(name: &Object, string: Option<Data>, usedforsecurity: bool) -> Result<Ref<Hash>> {
        let _ = usedforsecurity;
        let text = name.downcast::<Str>().and_then(|name| name.as_str()).filter(|name| !name.contains('\0'));
        let Some(text) = text else { bail!(TypeError, "name must be a string") };
        new_hash(State::named(text).ok_or_else(unsupported)?, &string)
    }

    /// Begin a message authentication code (RFC 2104) with a key, and perhaps part of the message.
    ///
    /// digestmod names the hash to use.
    #[function("(key, msg=b'', digestmod=None)")]
    fn hmac_new(key: BytesLike, msg: Option<Data>, digestmod: Option<&str>) -> Result<Ref<Hmac>> {
        let Some(name) = digestmod.filter(|name| !name.is_empty()) else {
            bail!(TypeError, "Missing required parameter 'digestmod'.");
        };
        Hmac::new(Mac::new(fixed(name, unsupported)?, key.bytes()), &msg)
    }

    /// The message authentication code (RFC 2104) of a whole message, by the hash that digest names.
    #[function("(key, msg, digest)")]
    fn hmac_digest(key: BytesLike, msg: BytesLike, digest: &str) -> Result<Ref<Bytes>> {
        let (key, message) = (key.bytes(), msg.bytes());
        let state = fixed(digest, unsupported)?;
        let code = hashing(key.len().max(message.len()), || Mac::new(state, key).of(&[message]));
        Bytes::try_new(&code)
    }

    /// Derive a key of dklen bytes from a password by PBKDF2 (RFC 8018) over HMAC with the named hash.
    ///
    /// Without dklen, the key is as long as the hash's digests.
    #[function("(hash_name, password, salt, iterations, dklen=None)")]
    fn pbkdf2_hmac(
        hash_name: &str,
        password: BytesLike,
        salt: BytesLike,
        iterations: i64,
        dklen: Option<&Object>,
    ) -> Result<Ref<Bytes>> {
        let state = match State::named(hash_name) {
            Some(state) => state,
            None => bail!(ValueError, "unsupported hash type"),
        };
        derivation::pbkdf2(state, password.bytes(), salt.bytes(), iterations, dklen)
    }

    /// Derive a key of dklen bytes from a password by scrypt (RFC 7914).
    ///
    /// n, r and p are the costs: of time and memory, of a block, and of parallel runs.
    /// The call fails with ValueError where they would take more than maxmem bytes.
    #[function("(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)")]
    fn scrypt(
        password: BytesLike,
        salt: Option<BytesLike>,
        n: Option<&Object>,
        r: Option<&Object>,
        p: Option<&Object>,
        maxmem: i64,
        dklen: i64,
    ) -> Result<Ref<Bytes>> {
        let Some(salt) = salt else { bail!(TypeError, "salt is required") };
        let costs = derivation::Costs::parse(n, r, p)?;
        derivation::scrypt(password.bytes(), salt.bytes(), costs, maxmem, dklen)
    }

    /// Whether two secrets are equal, compared in a time that tells nothing of where they differ.
    ///
    /// Both are strings of ASCII text, or both are bytes-like.
    #[function("(a, b, /)")]
    fn compare_digest(a: &Object, b: &Object) -> Result<bool> {
        comparison::compare(a, b)
    }

    /// Whether the library works in FIPS mode: it never does.
    #[function]
    fn get_fips_mode() -> i32 {
        0
    }

    #[exec]
    fn add_names(module: &Module) -> Result<()> {
        let names = Tuple::new(State::NAMES.map(|name| Str::new(name).into_object()))?;
        module.add("openssl_md_meth_names", FROZENSET.call1(&names)?)
    }
}
