//! The methods that `bytes` and `bytearray` share, written once for both.

use super::operations::{self as op, Alignment};
use crate::buffer::BytesLike;
use crate::bytearray::ByteArray;
use crate::codecs;
use crate::prelude::*;
use crate::units::Ends;

macro_rules! shared_methods {
    ($owner:ident $table:ident) => {
        #[methods($table)]
        impl $owner {
            /// B.capitalize() -> copy of B
            ///
            /// A copy with its first byte as an upper case ASCII letter and the rest in lower case.
            #[method(no_text_signature)]
            fn capitalize(&self) -> Result<Ref<$owner>> {
                op::map_case(self, op::capitalize)
            }

            /// The bytes in the middle of a field of the given width, filled with the fill byte.
            #[method("(width, fillchar=b' ', /)")]
            fn center(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<$owner>> {
                op::padded(self, width, op::fill_byte("center", fillchar)?, Alignment::Center)
            }

            /// B.count(sub[, start[, end]]) -> int
            ///
            /// How often sub stands in B[start:end], without overlaps. The bounds
            /// are taken as in slice notation.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn count(&self, args: &[&Object]) -> Result<usize> {
                op::count(self, args)
            }

            /// The text that the bytes stand for.
            ///
            ///   encoding
            ///     The name of the encoding.
            ///   errors
            ///     What is done about bytes that cannot be decoded. 'strict', the default, raises
            ///     a UnicodeDecodeError; others are 'ignore', 'replace' and every name
            ///     registered with codecs.register_error.
            #[method("(encoding='utf-8', errors='strict')")]
            fn decode(&self, encoding: Option<&str>, errors: Option<&str>) -> Result<Ref<Str>> {
                let lent = BytesLike::of(self)?;
                codecs::decode_text(lent.bytes(), encoding, errors)
            }

            /// B.endswith(suffix[, start[, end]]) -> bool
            ///
            /// Whether B ends with the suffix, or with any of a tuple of them.
            /// With start and end, B[start:end] is looked at.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn endswith(&self, args: &[&Object]) -> Result<bool> {
                op::has_affix(self, "endswith", args, true)
            }

            /// A copy with tab bytes made into spaces.
            ///
            /// Where tabsize is not given, a tab goes to the next multiple of 8 in its line.
            #[method("(tabsize=8)")]
            fn expandtabs(&self, tabsize: i32) -> Result<Ref<$owner>> {
                op::expand_tabs(self, tabsize as isize)
            }

            /// B.find(sub[, start[, end]]) -> int
            ///
            /// The lowest index at which sub stands in B[start:end], -1 if it does not.
            /// The bounds are taken as in slice notation.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn find(&self, args: &[&Object]) -> Result<isize> {
                op::search(self, "find", args, false).map(op::or_minus_one)
            }

            /// An object of the bytes that a string of hexadecimal numbers stands for.
            ///
            /// Spaces between two numbers are passed over.
            /// Example: fromhex('B9 01EF') -> b'\\xB9\\x01\\xEF'
            #[classmethod("(string, /)")]
            fn fromhex(class: &Type, string: &Str) -> Result<Ref> {
                let bytes = <$owner as super::ByteString>::make(&op::from_hex(string)?)?;
                match std::ptr::eq(class, <$owner>::class()) {
                    true => Ok(bytes.into_object()),
                    false => class.call1(&bytes),
                }
            }

            /// A string of hexadecimal numbers for the bytes.
            ///
            ///   sep
            ///     One character or byte that separates the numbers.
            ///   bytes_per_sep
            ///     How many bytes stand between separators, counted from the right where positive and
            ///     from the left where negative.
            ///
            /// >>> value = b'\x13\xa4\xbb'
            /// >>> value.hex()
            /// '13a4bb'
            /// >>> value.hex('-')
            /// '13-a4-bb'
            /// >>> value.hex('-', 2)
            /// '13-a4bb'
            /// >>> value.hex('-', -2)
            /// '13a4-bb'
            #[method("(sep=<unrepresentable>, bytes_per_sep=1)")]
            fn hex(&self, sep: Option<&Object>, bytes_per_sep: i32) -> Result<Ref<Str>> {
                let lent = BytesLike::of(self)?;
                op::hex(lent.bytes(), sep, bytes_per_sep)
            }

            /// B.index(sub[, start[, end]]) -> int
            ///
            /// The lowest index at which sub stands in B[start:end]. The bounds are
            /// taken as in slice notation.
            ///
            /// Raises ValueError if sub is not there.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn index(&self, args: &[&Object]) -> Result<usize> {
                op::or_error(op::search(self, "index", args, false)?)
            }

            /// B.isalnum() -> bool
            ///
            /// Whether all bytes are ASCII letters or digits, and there is one.
            #[method(no_text_signature)]
            fn isalnum(&self) -> bool {
                op::all(self, |byte| byte.is_ascii_alphanumeric())
            }

            /// B.isalpha() -> bool
            ///
            /// Whether all bytes are ASCII letters, and there is one.
            #[method(no_text_signature)]
            fn isalpha(&self) -> bool {
                op::all(self, |byte| byte.is_ascii_alphabetic())
            }

            /// B.isascii() -> bool
            ///
            /// Whether all bytes are ASCII, 0 to 0x7F. No bytes are ASCII too.
            #[method(no_text_signature)]
            fn isascii(&self) -> bool {
                super::ByteString::with(self, <[u8]>::is_ascii)
            }

            /// B.isdigit() -> bool
            ///
            /// Whether all bytes are ASCII digits, and there is one.
            #[method(no_text_signature)]
            fn isdigit(&self) -> bool {
                op::all(self, |byte| byte.is_ascii_digit())
            }

            /// B.islower() -> bool
            ///
            /// Whether there are ASCII letters and all of them are lower case.
            #[method(no_text_signature)]
            fn islower(&self) -> bool {
                op::is_case(self, u8::is_ascii_lowercase, u8::is_ascii_uppercase)
            }

            /// B.isspace() -> bool
            ///
            /// Whether all bytes are ASCII white space, and there is one.
            #[method(no_text_signature)]
            fn isspace(&self) -> bool {
                op::all(self, |byte| op::is_space(byte.into()))
            }

            /// B.istitle() -> bool
            ///
            /// Whether every word starts with an upper case letter and goes on in lower case,
            /// and there is a word.
            #[method(no_text_signature)]
            fn istitle(&self) -> bool {
                op::is_title(self)
            }

            /// B.isupper() -> bool
            ///
            /// Whether there are ASCII letters and all of them are upper case.
            #[method(no_text_signature)]
            fn isupper(&self) -> bool {
                op::is_case(self, u8::is_ascii_uppercase, u8::is_ascii_lowercase)
            }

            /// The bytes-like objects of an iterable, with these bytes between them.
            ///
            /// Example: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'.
            #[method("(iterable_of_bytes, /)")]
            fn join(&self, iterable_of_bytes: &Object) -> Result<Ref<$owner>> {
                op::joined(self, iterable_of_bytes)
            }

            /// The bytes at the left of a field of the given width, filled with the fill byte.
            #[method("(width, fillchar=b' ', /)")]
            fn ljust(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<$owner>> {
                op::padded(self, width, op::fill_byte("ljust", fillchar)?, Alignment::Left)
            }

            /// B.lower() -> copy of B
            ///
            /// A copy with all ASCII letters in lower case.
            #[method(no_text_signature)]
            fn lower(&self) -> Result<Ref<$owner>> {
                op::map_case(self, <[u8]>::make_ascii_lowercase)
            }

            /// The bytes without those of the argument at their start.
            ///
            /// Where the argument is not given or None, ASCII white space is taken off.
            #[method("(bytes=None, /)")]
            fn lstrip(&self, bytes: Option<&Object>) -> Result<Ref<$owner>> {
                op::stripped(self, Ends::Left, bytes)
            }

            /// A table for the translate method of bytes and bytearray.
            ///
            /// It is 256 bytes long: each byte in frm maps to the byte at its place in to,
            /// every other to itself. Both have to be bytes-like objects of equal length.
            #[staticmethod("(frm, to, /)")]
            fn maketrans(frm: BytesLike, to: BytesLike) -> Result<Ref<Bytes>> {
                op::table(frm.bytes(), to.bytes())
            }

            /// Splits the bytes in three parts at the first separator.
            ///
            /// The result is what is before it, the separator, and what is behind it.
            /// Where it is not found: the bytes themselves and two empty ones.
            #[method("(sep, /)")]
            fn partition(&self, sep: &Object) -> Result<Ref<Tuple>> {
                op::partition(self, sep, false)
            }

            /// A copy with every old in it replaced by new.
            ///
            ///   count
            ///     The most that are replaced, counted from the left.
            ///     -1, the default, is all of them.
            #[method("(old, new, count=-1, /)")]
            fn replace(&self, old: BytesLike, new: BytesLike, count: isize) -> Result<Ref<$owner>> {
                op::replaced(self, old.bytes(), new.bytes(), count)
            }

            /// The bytes without the prefix, if they have it.
            ///
            /// Bytes that start with the prefix give bytes[len(prefix):], any other a copy of themselves.
            #[method("(prefix, /)")]
            fn removeprefix(&self, prefix: BytesLike) -> Result<Ref<$owner>> {
                op::without_affix(self, prefix.bytes(), false)
            }

            /// The bytes without the suffix, if they have it.
            ///
            /// Bytes that end with a suffix that is not empty give bytes[:-len(suffix)], any other a
            /// copy of themselves.
            #[method("(suffix, /)")]
            fn removesuffix(&self, suffix: BytesLike) -> Result<Ref<$owner>> {
                op::without_affix(self, suffix.bytes(), true)
            }

            /// B.rfind(sub[, start[, end]]) -> int
            ///
            /// The highest index at which sub stands in B[start:end], -1 if it does not.
            /// The bounds are taken as in slice notation.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn rfind(&self, args: &[&Object]) -> Result<isize> {
                op::search(self, "rfind", args, true).map(op::or_minus_one)
            }

            /// B.rindex(sub[, start[, end]]) -> int
            ///
            /// The highest index at which sub stands in B[start:end]. The bounds are
            /// taken as in slice notation.
            ///
            /// Raises ValueError if sub is not there.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn rindex(&self, args: &[&Object]) -> Result<usize> {
                op::or_error(op::search(self, "rindex", args, true)?)
            }

            /// The bytes at the right of a field of the given width, filled with the fill byte.
            #[method("(width, fillchar=b' ', /)")]
            fn rjust(&self, width: isize, fillchar: Option<&Object>) -> Result<Ref<$owner>> {
                op::padded(self, width, op::fill_byte("rjust", fillchar)?, Alignment::Right)
            }

            /// Splits the bytes in three parts at the last separator.
            ///
            /// The result is what is before it, the separator, and what is behind it.
            /// Where it is not found: two empty ones and the bytes themselves.
            #[method("(sep, /)")]
            fn rpartition(&self, sep: &Object) -> Result<Ref<Tuple>> {
                op::partition(self, sep, true)
            }

            /// A list of the parts between separators, splits counted from the right.
            ///
            ///   sep
            ///     What the bytes are split at. None, the default, is any run of ASCII white space.
            ///   maxsplit
            ///     The most splits to do. -1, the default, is no limit.
            #[method("(sep=None, maxsplit=-1)")]
            fn rsplit(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
                let sep = op::separator(sep)?;
                op::split(self, sep.as_ref().map(BytesLike::bytes), maxsplit, true)
            }

            /// The bytes without those of the argument at their end.
            ///
            /// Where the argument is not given or None, ASCII white space is taken off.
            #[method("(bytes=None, /)")]
            fn rstrip(&self, bytes: Option<&Object>) -> Result<Ref<$owner>> {
                op::stripped(self, Ends::Right, bytes)
            }

            /// A list of the parts between separators.
            ///
            ///   sep
            ///     What the bytes are split at. None, the default, is any run of ASCII white space.
            ///   maxsplit
            ///     The most splits to do. -1, the default, is no limit.
            #[method("(sep=None, maxsplit=-1)")]
            fn split(&self, sep: Option<&Object>, maxsplit: isize) -> Result<Ref<List>> {
                let sep = op::separator(sep)?;
                op::split(self, sep.as_ref().map(BytesLike::bytes), maxsplit, false)
            }

            /// A list of the lines, split at line feeds and carriage returns.
            ///
            /// The line breaks are not in the result unless keepends is true.
            #[method("(keepends=False)")]
            fn splitlines(&self, keepends: Option<i32>) -> Result<Ref<List>> {
                op::split_lines(self, keepends.unwrap_or(0) != 0)
            }

            /// B.startswith(prefix[, start[, end]]) -> bool
            ///
            /// Whether B starts with the prefix, or with any of a tuple of them.
            /// With start and end, B[start:end] is looked at.
            #[method("(*args)", no_text_signature, takes_tuple)]
            fn startswith(&self, args: &[&Object]) -> Result<bool> {
                op::has_affix(self, "startswith", args, false)
            }

            /// The bytes without those of the argument at both ends.
            ///
            /// Where the argument is not given or None, ASCII white space is taken off.
            #[method("(bytes=None, /)")]
            fn strip(&self, bytes: Option<&Object>) -> Result<Ref<$owner>> {
                op::stripped(self, Ends::Both, bytes)
            }

            /// B.swapcase() -> copy of B
            ///
            /// A copy with upper case ASCII letters in lower case, and the other way round.
            #[method(no_text_signature)]
            fn swapcase(&self) -> Result<Ref<$owner>> {
                op::map_case(self, op::swap_case)
            }

            /// B.title() -> copy of B
            ///
            /// A copy with every word starting with an upper case ASCII letter, the others lower case.
            #[method(no_text_signature)]
            fn title(&self) -> Result<Ref<$owner>> {
                op::map_case(self, op::title)
            }

            /// A copy with each byte as the table says.
            ///
            ///   table
            ///     Has the byte for each byte: a bytes-like object of length 256, or None for no change.
            ///   delete
            ///     Bytes that are left out of the copy before the rest is translated.
            #[method("(table, /, delete=b'')")]
            fn translate(&self, table: &Object, delete: Option<&Object>) -> Result<Ref<$owner>> {
                op::translated(self, table, delete)
            }

            /// B.upper() -> copy of B
            ///
            /// A copy with all ASCII letters in upper case.
            #[method(no_text_signature)]
            fn upper(&self) -> Result<Ref<$owner>> {
                op::map_case(self, <[u8]>::make_ascii_uppercase)
            }

            /// A numeric string filled with zeros on the left, behind its sign, to the given width.
            ///
            /// The original is never cut.
            #[method("(width, /)")]
            fn zfill(&self, width: isize) -> Result<Ref<$owner>> {
                op::zero_filled(self, width)
            }
        }
    };
}

shared_methods!(Bytes BYTES_METHODS);
shared_methods!(ByteArray BYTEARRAY_METHODS);
