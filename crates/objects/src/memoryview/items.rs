//! Items in memory as objects, for the formats of one native C type.

use super::storage::MemoryView;
use crate::prelude::*;

/// The one letter of a native format, and its size.
pub fn native_format(format: &str) -> Option<(char, usize)> {
    let format = format.strip_prefix('@').unwrap_or(format);
    let mut letters = format.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
    let size = match letter {
        'c' | 'b' | 'B' | '?' => 1,
        'h' | 'H' => 2,
        'i' | 'I' | 'f' => 4,
        'l' | 'L' | 'q' | 'Q' | 'n' | 'N' | 'd' | 'P' => 8,
        _ => return None,
    };
    Some((letter, size))
}

/// The object for an item of a native format.
pub fn unpack(letter: char, item: &[u8]) -> Result<Ref> {
    macro_rules! number {
        ($kind:ty) => {
            item.try_into().map(<$kind>::from_ne_bytes).unwrap_or_default()
        };
    }
    Ok(match letter {
        'c' => Bytes::try_new(item)?.into_object(),
        'B' => Int::new(number!(u8).into()).into_object(),
        'b' => Int::new(number!(i8).into()).into_object(),
        '?' => crate::bool::bool_object(item.iter().any(|&byte| byte != 0)),
        'h' => Int::new(number!(i16).into()).into_object(),
        'H' => Int::new(number!(u16).into()).into_object(),
        'i' => Int::new(number!(i32).into()).into_object(),
        'I' => Int::new(number!(u32).into()).into_object(),
        'l' | 'q' | 'n' => Int::new(number!(i64)).into_object(),
        'L' | 'Q' | 'N' | 'P' => Int::from_u64(number!(u64)).into_object(),
        'f' => crate::float::Float::new(number!(f32).into()).into_object(),
        'd' => crate::float::Float::new(number!(f64)).into_object(),
        _ => return Err(unsupported(&letter.to_string())),
    })
}

#[cold]
pub fn unsupported(format: &str) -> Raised {
    raise!(NotImplementedError, "memoryview: format {format} not supported")
}

/// Writes an object as an item of a native format.
fn pack(letter: char, format: &str, value: &Object, item: &mut [u8]) -> Result<()> {
    let wrong_type = || raise!(TypeError, "memoryview: invalid type for format '{format}'");
    let out_of_range = || raise!(ValueError, "memoryview: invalid value for format '{format}'");
    match letter {
        'c' => {
            let Some(bytes) = value.downcast::<Bytes>() else { return Err(wrong_type()) };
            match *bytes.as_bytes() {
                [byte] => item[0] = byte,
                _ => return Err(out_of_range()),
            }
        }
        '?' => item[0] = value.is_true()?.into(),
        'f' | 'd' => {
            let number = match value.as_f64() {
                Ok(number) => number,
                Err(raised) if raised.matches(&exceptions::TypeError) => return Err(wrong_type()),
                Err(raised) if raised.matches(&exceptions::OverflowError) => return Err(out_of_range()),
                Err(raised) => return Err(raised),
            };
            match letter {
                'f' => item.copy_from_slice(&(number as f32).to_ne_bytes()),
                _ => item.copy_from_slice(&number.to_ne_bytes()),
            }
        }
        'P' if value.downcast::<Int>().is_none() => return Err(wrong_type()),
        _ => {
            let Some(number) = raise::ignore(value.index(), &exceptions::TypeError)? else {
                return Err(wrong_type());
            };
            let Some(number) = number.to_i128().filter(|&number| fits(letter, number)) else {
                return Err(out_of_range());
            };
            item.copy_from_slice(&number.to_ne_bytes()[..item.len()]);
        }
    }
    Ok(())
}

/// Whether a number is in the range of a format.
fn fits(letter: char, number: i128) -> bool {
    match letter {
        'b' => i8::try_from(number).is_ok(),
        'B' => u8::try_from(number).is_ok(),
        'h' => i16::try_from(number).is_ok(),
        'H' => u16::try_from(number).is_ok(),
        'i' => i32::try_from(number).is_ok(),
        'I' => u32::try_from(number).is_ok(),
        'l' | 'q' | 'n' => i64::try_from(number).is_ok(),
        _ => u64::try_from(number).is_ok(),
    }
}

impl MemoryView {
    /// The letter of the view's format, which has to be a native one.
    pub(super) fn native_letter(&self) -> Result<char> {
        native_format(self.format()).map(|(letter, _)| letter).ok_or_else(|| unsupported(self.format()))
    }

    /// The bytes of an item, which is in range.
    pub(super) fn item_bytes(&self, index: &[isize]) -> Vec<u8> {
        let view = self.view();
        // SAFETY: the item is in memory that is lent.
        unsafe { std::slice::from_raw_parts(view.item_pointer(index), view.itemsize as usize) }.to_vec()
    }

    /// The object for an item, which is in range.
    pub(super) fn unpack_item(&self, index: &[isize]) -> Result<Ref> {
        unpack(self.native_letter()?, &self.item_bytes(index))
    }

    /// Writes an object to an item, which is in range.
    pub(super) fn pack_item(&self, index: &[isize], value: &Object) -> Result<()> {
        let letter = self.native_letter()?;
        let mut item = vec![0; self.view().itemsize as usize];
        pack(letter, self.format().trim_start_matches('@'), value, &mut item)?;
        // Asking for the value may have released the view.
        self.check_released()?;
        // SAFETY: the item is in memory that is lent, and writable.
        unsafe {
            let place = self.view().item_pointer(index);
            std::ptr::copy_nonoverlapping(item.as_ptr(), place, item.len());
        }
        Ok(())
    }

    /// The items as lists, nested as deep as there are dimensions.
    pub(super) fn to_list(&self) -> Result<Ref> {
        let letter = self.native_letter()?;
        self.nested_list(letter, &mut Vec::new())
    }

    fn nested_list(&self, letter: char, index: &mut Vec<isize>) -> Result<Ref> {
        let shape = self.view().shape();
        if index.len() == shape.len() {
            return unpack(letter, &self.item_bytes(index));
        }
        let size = shape[index.len()];
        let mut items = Vec::with_capacity(size as usize);
        for place in 0..size {
            index.push(place);
            items.push(self.nested_list(letter, index)?);
            index.pop();
        }
        Ok(List::from_vec(items).into_object())
    }

    /// A copy of the items in C order, or with `fortran` the first index varying fastest.
    pub(super) fn copy_items(&self, fortran: bool) -> Vec<u8> {
        let view = self.view();
        if !fortran && view.is_contiguous() {
            return match view.len {
                0 => Vec::new(),
                // SAFETY: so many bytes are lent.
                length => unsafe { std::slice::from_raw_parts(view.buf.cast(), length as usize) }.to_vec(),
            };
        }
        let mut bytes = Vec::with_capacity(view.len as usize);
        if !fortran {
            view.for_each_item(|item| bytes.extend_from_slice(item));
            return bytes;
        }
        let shape = view.shape();
        if shape.contains(&0) {
            return bytes;
        }
        let mut index = vec![0; shape.len()];
        loop {
            bytes.extend(self.item_bytes(&index));
            let Some(dimension) = (0..shape.len()).find(|&d| index[d] + 1 < shape[d]) else { return bytes };
            index[dimension] += 1;
            index[..dimension].fill(0);
        }
    }
}
