//! `encode`.

use crate::codecs;
use crate::prelude::*;
use crate::str::Str;

#[methods(ENCODING)]
impl Str {
    /// The string in an encoding.
    ///
    ///   encoding
    ///     The name of the encoding.
    ///   errors
    ///     What is done about characters that cannot be encoded. 'strict', the default, raises
    ///     a UnicodeEncodeError; others are 'ignore', 'replace', 'xmlcharrefreplace' and
    ///     every name registered with codecs.register_error.
    #[method("(encoding='utf-8', errors='strict')")]
    fn encode(&self, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Bytes>> {
        codecs::encode_text(self, encoding, errors)
    }
}
