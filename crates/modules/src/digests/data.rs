//! What is hashed: the bytes of an object, but never text.

use objects::arguments::Place;
use objects::buffer::BytesLike;
use objects::prelude::*;

/// An argument to be hashed.
pub struct Data<'a>(BytesLike<'a>);

impl Data<'_> {
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl<'a> FromArgument<'a> for Data<'a> {
    #[inline]
    fn from_argument(value: &'a Object, _: &Place) -> Result<Self> {
        if value.downcast::<Str>().is_some() {
            bail!(TypeError, "Strings must be encoded before hashing");
        }
        if !value.has_buffer() {
            bail!(TypeError, "object supporting the buffer API required");
        }
        BytesLike::of(value).map(Data)
    }
}

/// The bytes of an argument that may be absent.
pub fn bytes<'a>(data: &'a Option<Data>) -> &'a [u8] {
    data.as_ref().map_or(&[], Data::bytes)
}
