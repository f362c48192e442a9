//! `HMAC`.

use objects::prelude::*;

use crate::digests::data::{self, Data};
use crate::digests::hash::hexadecimal;
use crate::digests::hmac::Mac;
use crate::digests::large::hashing;
use crate::shared::Shared;

/// `_hashlib.HMAC`.
#[repr(C)]
pub struct Hmac {
    base: Object,
    mac: Shared<Mac>,
}

impl Hmac {
    /// An object with a message hashed, or its beginning.
    pub fn new(mut mac: Mac, message: &Option<Data>) -> Result<Ref<Hmac>> {
        let bytes = data::bytes(message);
        hashing(bytes.len(), || mac.update(bytes));
        Ok(Ref::new(Hmac { base: Object::header(), mac: Shared::new(mac) }))
    }

    fn state(&self) -> Mac {
        self.mac.with(|mac| mac.clone())
    }
}

/// The object used to calculate HMAC of a message.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the name, including the hash algorithm used by this object
/// digest_size -- number of bytes in digest() output
#[class(name = "HMAC", module = "_hashlib")]
impl Hmac {
    #[slot(tp_new)]
    fn refuse(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create '{}' instances", class.short_name()))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<{} HMAC object @ {:p}>", self.state().name(), self.as_ptr())
    }

    /// Return a copy ("clone") of the HMAC object.
    #[method]
    fn copy(&self) -> Ref<Hmac> {
        Ref::new(Hmac { base: Object::header(), mac: Shared::new(self.state()) })
    }

    /// Update the HMAC object with msg.
    #[method("(msg)")]
    fn update(&self, msg: Data) {
        let bytes = msg.bytes();
        self.mac.hash(bytes.len(), |mac| mac.update(bytes));
    }

    /// Return the digest of the bytes passed to the update() method so far.
    #[method]
    fn digest(&self) -> Result<Ref<Bytes>> {
        Bytes::try_new(&self.state().finish())
    }

    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// It is safe to exchange in email or other non-binary environments.
    #[method]
    fn hexdigest(&self) -> Result<Ref<Str>> {
        hexadecimal(&self.state().finish())
    }

    #[getter]
    fn name(&self) -> String {
        format!("hmac-{}", self.state().name())
    }

    #[getter]
    fn digest_size(&self) -> usize {
        self.state().sizes().digest
    }

    #[getter]
    fn block_size(&self) -> usize {
        self.state().sizes().block
    }
}
