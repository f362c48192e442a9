//! What all hash objects have in common: their structure and their methods.

use objects::bytes_like::operations;
use objects::prelude::*;

use super::data::{self, Data};
use super::large::hashing;
use super::state::{Sizes, State};
use crate::shared::Shared;

/// A hash object. This is `_hashlib.HASH`; the classes of other modules share its structure.
#[repr(C)]
pub struct Hash {
    pub(super) base: Object,
    state: Shared<State>,
}

impl Hash {
    /// An object of one of the classes that share the structure, with some data hashed.
    pub fn new_in(class: &Type, mut state: State, data: &Option<Data>) -> Result<Ref<Hash>> {
        let bytes = data::bytes(data);
        hashing(bytes.len(), || state.update(bytes));
        Ref::new_in(class, Hash { base: Object::header(), state: Shared::new(state) })
    }

    pub fn state(&self) -> State {
        self.state.with(|state| state.clone())
    }

    pub fn sizes(&self) -> Sizes {
        self.state.with(|state| state.sizes())
    }

    /// A digest of the length that the caller says.
    pub fn extended(&self, length: usize) -> Result<Ref<Bytes>> {
        let state = self.state();
        Bytes::build(length, |output| hashing(output.len(), || state.finish_into(output)))
    }
}

/// The text of some bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> Result<Ref<Str>> {
    operations::hex(bytes, None, 1)
}

#[methods(COMMON)]
impl Hash {
    /// Hash more bytes, as if they stood behind those hashed so far.
    #[method("(obj, /)")]
    fn update(&self, obj: Data) {
        let bytes = obj.bytes();
        self.state.hash(bytes.len(), |state| state.update(bytes));
    }

    /// Another hash object with the same data hashed, for messages that begin alike.
    #[method]
    fn copy(&self) -> Result<Ref<Hash>> {
        Ref::new_in(self.class(), Hash { base: Object::header(), state: Shared::new(self.state()) })
    }

    #[getter]
    fn name(&self) -> &'static str {
        self.state.with(|state| state.name())
    }

    #[getter]
    fn digest_size(&self) -> usize {
        self.sizes().digest
    }

    #[getter]
    fn block_size(&self) -> usize {
        self.sizes().block
    }
}

#[methods(FIXED)]
impl Hash {
    /// The digest of all data so far, as bytes. More data may follow.
    #[method]
    fn digest(&self) -> Result<Ref<Bytes>> {
        Bytes::try_new(&self.state().finish())
    }

    /// The digest of all data so far, as text of two hexadecimal digits for each byte.
    #[method]
    fn hexdigest(&self) -> Result<Ref<Str>> {
        hexadecimal(&self.state().finish())
    }
}
