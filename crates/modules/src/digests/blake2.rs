//! `_blake2`.

use objects::buffer::BytesLike;
use objects::prelude::*;

use super::data::Data;
use super::hash::{self, Hash};
use super::state::State;
use crate::unsigned;

/// What the two algorithms differ in.
struct Limits {
    digest: usize,
    key: usize,
    salt: usize,
    person: usize,
    /// The largest offset of a node.
    node_offset: u64,
}

const BLAKE2B_LIMITS: Limits = Limits {
    digest: blake2b_simd::OUTBYTES,
    key: blake2b_simd::KEYBYTES,
    salt: blake2b_simd::SALTBYTES,
    person: blake2b_simd::PERSONALBYTES,
    node_offset: u64::MAX,
};

const BLAKE2S_LIMITS: Limits = Limits {
    digest: blake2s_simd::OUTBYTES,
    key: blake2s_simd::KEYBYTES,
    salt: blake2s_simd::SALTBYTES,
    person: blake2s_simd::PERSONALBYTES,
    node_offset: (1 << 48) - 1,
};

/// The parameters of a hash, as they are given.
struct Given<'a> {
    digest_size: Option<i32>,
    key: Option<BytesLike<'a>>,
    salt: Option<BytesLike<'a>>,
    person: Option<BytesLike<'a>>,
    fanout: i32,
    depth: i32,
    leaf_size: Option<u64>,
    node_offset: Option<&'a Object>,
    node_depth: i32,
    inner_size: i32,
    last_node: bool,
}

/// The parameters, each within its limits.
struct Parameters<'a> {
    digest_size: usize,
    key: &'a [u8],
    salt: &'a [u8],
    person: &'a [u8],
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

fn bytes<'a>(given: &'a Option<BytesLike>, name: &str, limit: usize) -> Result<&'a [u8]> {
    let bytes = given.as_ref().map_or(&[][..], BytesLike::bytes);
    if bytes.len() > limit {
        bail!(ValueError, "maximum {name} length is {limit} bytes");
    }
    Ok(bytes)
}

fn byte(given: i32, name: &str, least: u8) -> Result<u8> {
    match u8::try_from(given) {
        Ok(value) if value >= least => Ok(value),
        _ => Err(raise!(ValueError, "{name} must be between {least} and 255")),
    }
}

fn node_offset(given: &Object) -> Result<u64> {
    if given.downcast::<Int>().is_some_and(Int::is_negative) {
        bail!(ValueError, "value must be positive");
    }
    unsigned::number(given)
}

impl Given<'_> {
    fn checked(&self, limits: &Limits) -> Result<Parameters<'_>> {
        let longest = limits.digest;
        let digest_size = match self.digest_size {
            None => longest,
            Some(size) => match usize::try_from(size) {
                Ok(size) if (1..=longest).contains(&size) => size,
                _ => bail!(ValueError, "digest_size must be between 1 and {longest} bytes"),
            },
        };
        let salt = bytes(&self.salt, "salt", limits.salt)?;
        let person = bytes(&self.person, "person", limits.person)?;
        let fanout = byte(self.fanout, "fanout", 0)?;
        let depth = byte(self.depth, "depth", 1)?;
        let Ok(leaf_size) = u32::try_from(self.leaf_size.unwrap_or(0)) else {
            bail!(OverflowError, "leaf_size is too large");
        };
        let node_offset = self.node_offset.map_or(Ok(0), node_offset)?;
        if node_offset > limits.node_offset {
            bail!(OverflowError, "node_offset is too large");
        }
        let node_depth = byte(self.node_depth, "node_depth", 0)?;
        let inner_size = match usize::try_from(self.inner_size) {
            Ok(size) if size <= longest => size,
            _ => bail!(ValueError, "inner_size must be between 0 and is {longest}"),
        };
        let key = bytes(&self.key, "key", limits.key)?;
        let last_node = self.last_node;
        Ok(Parameters {
            digest_size,
            key,
            salt,
            person,
            fanout,
            depth,
            leaf_size,
            node_offset,
            node_depth,
            inner_size,
            last_node,
        })
    }
}

macro_rules! class {
    ($(#[doc = $doc:literal])* $struct:ident $static:ident $name:tt $signature:tt $library:ident $limits:ident) => {
        #[doc = concat!("`_blake2.", $name, "`.")]
        #[repr(C)]
        pub struct $struct {
            base: Hash,
        }

        impl $struct {
            fn state(parameters: &Parameters) -> State {
                let state = $library::Params::new()
                    .hash_length(parameters.digest_size)
                    .key(parameters.key)
                    .salt(parameters.salt)
                    .personal(parameters.person)
                    .fanout(parameters.fanout)
                    .max_depth(parameters.depth)
                    .max_leaf_length(parameters.leaf_size)
                    .node_offset(parameters.node_offset)
                    .node_depth(parameters.node_depth)
                    .inner_hash_length(parameters.inner_size)
                    .last_node(parameters.last_node)
                    .to_state();
                State::$struct(state, parameters.digest_size)
            }
        }

        $(#[doc = $doc])*
        #[class(name = $name, module = "_blake2", static_ = $static, layout = Hash, signature = $signature,
                include = [hash::COMMON, hash::FIXED])]
        impl $struct {
            #[slot(tp_new, "(data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, \
                            leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, \
                            usedforsecurity=True)")]
            fn new(
                class: &Type,
                data: Option<Data>,
                digest_size: Option<i32>,
                key: Option<BytesLike>,
                salt: Option<BytesLike>,
                person: Option<BytesLike>,
                fanout: i32,
                depth: i32,
                leaf_size: Option<u64>,
                node_offset: Option<&Object>,
                node_depth: i32,
                inner_size: i32,
                last_node: bool,
                usedforsecurity: bool,
            ) -> Result<Ref<Hash>> {
                let _ = usedforsecurity;
                let given = Given {
                    digest_size,
                    key,
                    salt,
                    person,
                    fanout,
                    depth,
                    leaf_size,
                    node_offset,
                    node_depth,
                    inner_size,
                    last_node,
                };
                Hash::new_in(class, $struct::state(&given.checked(&$limits)?), &data)
            }
        }
    };
}

class! {
    /// Hash with BLAKE2b, which is made for 64-bit machines: digests have up to 64 bytes.
    ///
    /// The data, if any, is hashed at once. A key makes it a message authentication code;
    /// fanout, depth and what follows are for nodes of trees of hashes.
    Blake2b BLAKE2B "blake2b" "(data=b'', /, *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,
        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,
        node_offset=0, node_depth=0, inner_size=0, last_node=False,
        usedforsecurity=True)" blake2b_simd BLAKE2B_LIMITS
}

class! {
    /// Hash with BLAKE2s, which is made for small machines: digests have up to 32 bytes.
    ///
    /// The data, if any, is hashed at once. A key makes it a message authentication code;
    /// fanout, depth and what follows are for nodes of trees of hashes.
    Blake2s BLAKE2S "blake2s" "(data=b'', /, *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,
        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,
        node_offset=0, node_depth=0, inner_size=0, last_node=False,
        usedforsecurity=True)" blake2s_simd BLAKE2S_LIMITS
}

/// The hashes BLAKE2b and BLAKE2s (RFC 7693), as hashlib offers them.
#[module(name = "_blake2", classes = [super::BLAKE2B, super::BLAKE2S])]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;

    use super::{BLAKE2B, BLAKE2B_LIMITS, BLAKE2S, BLAKE2S_LIMITS};

    /// The limits, of the class and of the module.
    #[exec]
    fn add_limits(module: &Module) -> Result<()> {
        for (class, name, limits) in
            [(&BLAKE2B, "BLAKE2B", BLAKE2B_LIMITS), (&BLAKE2S, "BLAKE2S", BLAKE2S_LIMITS)]
        {
            ready(class)?;
            let values = [
                ("SALT_SIZE", limits.salt),
                ("PERSON_SIZE", limits.person),
                ("MAX_KEY_SIZE", limits.key),
                ("MAX_DIGEST_SIZE", limits.digest),
            ];
            for (limit, value) in values {
                module.add(&format!("{name}_{limit}"), value)?;
                if let Some(dict) = class.tp_dict.get() {
                    dict.set_str(&Str::new(limit), &Int::from_usize(value))?;
                }
            }
        }
        Ok(())
    }
}
