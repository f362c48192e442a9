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
    fn encode(&self, encoding: Option<CodecName>, errors: Option<CodecName>) -> Result<Ref<Bytes>> {
        codecs::encode_text(self, encoding.map(|name| name.0), errors.map(|name| name.0))
    }
}

/// The name of an encoding or of an error handler: text without NUL.
pub(crate) struct CodecName<'a>(pub &'a str);

impl<'a> FromArgument<'a> for CodecName<'a> {
    fn from_argument(value: &'a Object, place: &crate::arguments::Place) -> Result<Self> {
        let name = <&str>::from_argument(value, place)?;
        match name.contains('\0') {
            true => Err(raise!(ValueError, "embedded null character")),
            false => Ok(CodecName(name)),
        }
    }
}
