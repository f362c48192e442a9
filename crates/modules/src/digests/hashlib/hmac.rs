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

/// A message authentication code being computed, as hmac_new() makes it.
///
/// update() takes more of the message. digest() gives the code of what came so
/// far as bytes, hexdigest() as text of hexadecimal digits. copy() makes an
/// object of its own that goes on from here.
///
/// name is 'hmac-' and the hash's name, digest_size a number of bytes.
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

    /// Another object with the same key and message so far.
    #[method]
    fn copy(&self) -> Ref<Hmac> {
        Ref::new(Hmac { base: Object::header(), mac: Shared::new(self.state()) })
    }

    /// Take more of the message, as if it stood behind what came so far.
    #[method("(msg)")]
    fn update(&self, msg: Data) {
        let bytes = msg.bytes();
        self.mac.hash(bytes.len(), |mac| mac.update(bytes));
    }

    /// The code of the message so far, as bytes. More may follow.
    #[method]
    fn digest(&self) -> Result<Ref<Bytes>> {
        Bytes::try_new(&self.state().finish())
    }

    /// The code of the message so far, as text of two hexadecimal digits for each byte.
    ///
    /// Such text passes everywhere, e-mail included.
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
