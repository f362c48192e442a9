//! `cast`: the same bytes with another format or shape.

use std::ffi::CStr;

use super::items::native_format;
use super::storage::{MOST_DIMENSIONS, MemoryView, contiguous_strides, layout_flags};
use crate::prelude::*;

/// The C string of a native format, which lives for ever.
fn static_format(letter: char, prefixed: bool) -> &'static CStr {
    macro_rules! table {
        ($($letter:literal $plain:literal $prefixed:literal;)*) => {
            match (letter, prefixed) {
                $(($letter, false) => $plain, ($letter, true) => $prefixed,)*
                _ => c"B",
            }
        };
    }
    table! {
        'c' c"c" c"@c";
        'b' c"b" c"@b";
        'B' c"B" c"@B";
        '?' c"?" c"@?";
        'h' c"h" c"@h";
        'H' c"H" c"@H";
        'i' c"i" c"@i";
        'I' c"I" c"@I";
        'l' c"l" c"@l";
        'L' c"L" c"@L";
        'q' c"q" c"@q";
        'Q' c"Q" c"@Q";
        'n' c"n" c"@n";
        'N' c"N" c"@N";
        'f' c"f" c"@f";
        'd' c"d" c"@d";
        'P' c"P" c"@P";
    }
}

fn is_byte(letter: char) -> bool {
    matches!(letter, 'b' | 'B' | 'c')
}

/// The dimensions that the argument `shape` names, and how many bytes as many items take.
fn dimensions(shape: &Object, itemsize: isize) -> Result<(Vec<isize>, isize)> {
    let items = match (shape.downcast::<List>(), shape.downcast::<Tuple>()) {
        (Some(list), _) => list.to_vec(),
        (_, Some(tuple)) => tuple.items().to_vec(),
        _ => bail!(TypeError, "shape must be a list or a tuple"),
    };
    if items.len() > MOST_DIMENSIONS {
        bail!(ValueError, "memoryview: number of dimensions must not exceed {MOST_DIMENSIONS}");
    }
    let mut bytes = itemsize;
    let mut sizes = Vec::with_capacity(items.len());
    for item in &items {
        let Some(size) = item.downcast::<Int>() else {
            bail!(TypeError, "memoryview.cast(): elements of shape must be integers");
        };
        let size = size.as_object().as_isize()?;
        if size <= 0 {
            bail!(ValueError, "memoryview.cast(): elements of shape must be integers > 0");
        }
        bytes = match bytes.checked_mul(size) {
            Some(bytes) => bytes,
            None => bail!(ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX"),
        };
        sizes.push(size);
    }
    Ok((sizes, bytes))
}

impl MemoryView {
    /// A view of the same bytes as items of another format, and perhaps in another shape.
    pub(super) fn cast_to(&self, format: &Str, shape: Option<&Object>) -> Result<Ref<MemoryView>> {
        self.check_released()?;
        if !self.has_layout(layout_flags::C_CONTIGUOUS) {
            bail!(TypeError, "memoryview: casts are restricted to C-contiguous views");
        }
        let view = self.view();
        if (shape.is_some() || view.ndim != 1) && view.shape().contains(&0) {
            bail!(TypeError, "memoryview: cannot cast view with zeros in shape or strides");
        }
        let sizes = match shape {
            None => None,
            Some(shape) => {
                let is_list = shape.downcast::<List>().is_some() || shape.downcast::<Tuple>().is_some();
                if !is_list {
                    bail!(TypeError, "shape must be a list or a tuple");
                }
                if shape.length()? as usize > MOST_DIMENSIONS {
                    bail!(ValueError, "memoryview: number of dimensions must not exceed {MOST_DIMENSIONS}");
                }
                if shape.length()? != 1 && view.ndim != 1 {
                    bail!(TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D");
                }
                Some(shape)
            }
        };
        let Some(text) = format.as_ascii() else {
            bail!(
                ValueError,
                "memoryview: destination format must be a native single character format prefixed with an optional '@'"
            );
        };
        let Some((letter, itemsize)) = native_format(text) else {
            bail!(
                ValueError,
                "memoryview: destination format must be a native single character format prefixed with an optional '@'"
            );
        };
        let from_bytes = native_format(self.format()).is_some_and(|(source, _)| is_byte(source));
        if !from_bytes && !is_byte(letter) {
            bail!(TypeError, "memoryview: cannot cast between two non-byte formats");
        }
        let length = view.len;
        if length % itemsize as isize != 0 {
            bail!(TypeError, "memoryview: length is not a multiple of itemsize");
        }
        let mut target = self.shape();
        target.itemsize = itemsize as isize;
        target.format = static_format(letter, text.starts_with('@')).as_ptr().cast_mut();
        target.suboffsets = None;
        target.shape = match sizes {
            None => vec![length / itemsize as isize],
            Some(shape) => {
                let (sizes, bytes) = dimensions(shape, itemsize as isize)?;
                if bytes != length {
                    bail!(TypeError, "memoryview: product(shape) * itemsize != buffer size");
                }
                sizes
            }
        };
        target.strides = contiguous_strides(&target.shape, target.itemsize);
        self.with_shape(target)
    }
}
