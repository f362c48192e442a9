//! The methods of arrays.

use objects::prelude::*;
use objects::sequences;

use super::Array;
use super::pickle::machine_format;

/// How many bytes `tofile` writes at once.
const BLOCK: usize = 64 * 1024;

impl Array {
    fn check_text(&self, function: &str) -> Result<()> {
        match self.kind().code {
            b'u' => Ok(()),
            _ => Err(raise!(ValueError, "{function}() may only be called on unicode type arrays")),
        }
    }
}

#[methods(METHODS)]
impl Array {
    /// Append new value v to the end of the array.
    #[method("(v, /)")]
    fn append(&self, v: &Object) -> Result<()> {
        self.append_value(v)
    }

    /// Return a tuple (address, length): where in memory the items are, and how many.
    ///
    /// Times itemsize, the length is that of the memory in bytes.
    #[method]
    fn buffer_info(&self) -> (usize, usize) {
        (self.items.address(), self.len())
    }

    /// Byteswap all items of the array.
    ///
    /// If the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is
    /// raised.
    #[method]
    fn byteswap(&self) {
        let size = self.kind().size;
        self.items.with_mut(|bytes| bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse));
    }

    /// Return a copy of the array.
    #[method("()", name = "__copy__")]
    fn copy(&self) -> Result<Ref<Array>> {
        Array::of_bytes(self.kind(), &self.all_bytes())
    }

    /// Return a copy of the array.
    #[method("(unused, /)", name = "__deepcopy__")]
    fn deep_copy(&self, _unused: &Object) -> Result<Ref<Array>> {
        self.copy()
    }

    /// Return number of occurrences of v in the array.
    #[method("(v, /)")]
    fn count(&self, v: &Object) -> Result<usize> {
        let (mut index, mut found) = (0, 0);
        while let Some(item) = self.get(index)? {
            found += usize::from(item.compare_bool(v, CompareOp::Eq)?);
            index += 1;
        }
        Ok(found)
    }

    /// Append items to the end of the array.
    #[method("(bb, /)")]
    fn extend(&self, bb: &Object) -> Result<()> {
        self.extend_with(bb)
    }

    /// Read n objects from the file object f and append them to the end of the array.
    #[method("(f, n, /)")]
    fn fromfile(&self, f: &Object, n: isize) -> Result<()> {
        if n < 0 {
            bail!(ValueError, "negative count");
        }
        let Some(wanted) = n.checked_mul(self.kind().size as isize) else { bail!(MemoryError) };
        let read = f.call_method(intern!("read"), &[&Int::from_isize(wanted)])?;
        let Some(bytes) = read.downcast::<Bytes>() else { bail!(TypeError, "read() didn't return bytes") };
        self.append_bytes(bytes)?;
        match bytes.len() as isize == wanted {
            true => Ok(()),
            false => Err(raise!(EOFError, "read() didn't return enough bytes")),
        }
    }

    /// Append items to array from list.
    #[method("(list, /)")]
    fn fromlist(&self, list: &Object) -> Result<()> {
        let Some(list) = list.downcast::<List>() else { bail!(TypeError, "arg must be list") };
        let (count, old) = (list.len(), self.len());
        if count == 0 {
            return Ok(());
        }
        self.resize(old + count)?;
        let filled = (0..count).try_for_each(|index| {
            if let Some(item) = list.get(index) {
                self.set(old + index, &item)?;
            }
            match list.len() == count {
                true => Ok(()),
                false => Err(raise!(RuntimeError, "list changed size during iteration")),
            }
        });
        filled.map_err(|raised| {
            // What came before the item that could not be converted goes too.
            let failure = raised.fetch();
            match self.resize(old) {
                Ok(()) => failure.restore(),
                Err(raised) => raised,
            }
        })
    }

    /// Append the items that a bytes-like object holds in the machine's form, as fromfile() reads them.
    #[method("(buffer, /)")]
    fn frombytes(&self, buffer: &Object) -> Result<()> {
        self.append_bytes(buffer)
    }

    /// Append the characters of the string ustr to the array.
    ///
    /// ValueError is raised unless the array's typecode is 'u'. For an array of
    /// another type, append encoded text with array.frombytes(ustr.encode(...)).
    #[method("(ustr, /)")]
    fn fromunicode(&self, ustr: &Str) -> Result<()> {
        self.check_text("fromunicode")?;
        self.append_text(ustr)
    }

    /// Return index of first occurrence of v in the array.
    #[method("(v, /)")]
    fn index(&self, v: &Object) -> Result<usize> {
        self.find(v)?.ok_or_else(|| raise!(ValueError, "array.index(x): x not in array"))
    }

    /// Insert a new item v into the array before position i.
    #[method("(i, v, /)")]
    fn insert(&self, i: isize, v: &Object) -> Result<()> {
        let index = if i < 0 { i.saturating_add(self.len() as isize).max(0) } else { i };
        self.insert_at(index as usize, v)
    }

    /// Return the i-th element and delete it from the array.
    ///
    /// i defaults to -1.
    #[method("(i=-1, /)")]
    fn pop(&self, i: isize) -> Result<Ref> {
        if self.items.is_empty() {
            bail!(IndexError, "pop from empty array");
        }
        let Some(index) = sequences::from_start(i, self.len()) else {
            bail!(IndexError, "pop index out of range");
        };
        let item = self.get(index)?;
        self.splice(index, index + 1, &[])?;
        item.ok_or_else(|| raise!(IndexError, "pop index out of range"))
    }

    /// Return state information for pickling.
    #[method("(value, /)", name = "__reduce_ex__")]
    fn reduce(&self, value: &Object) -> Result<Ref<Tuple>> {
        let Some(protocol) = value.downcast::<Int>() else {
            bail!(TypeError, "__reduce_ex__ argument should be an integer");
        };
        let Some(protocol) = protocol.to_i64() else {
            bail!(OverflowError, "Python int too large to convert to C long");
        };
        let state = self.get_attr_opt(intern!("__dict__"))?.unwrap_or_else(none);
        let class = self.class().to_ref().into_object();
        let code = char::from(self.kind().code);
        if protocol < 3 {
            // Older protocols have no bytes, but lists.
            let arguments = (code, self.items_list()?).into_object()?;
            return Tuple::new([class, arguments, state]);
        }
        let reconstructor = objects::services::import("array")?.get_attr(intern!("_array_reconstructor"))?;
        let bytes = self.all_bytes();
        let arguments = (class, code, machine_format(self.kind()), bytes).into_object()?;
        Tuple::new([reconstructor, arguments, state])
    }

    /// Remove the first occurrence of v in the array.
    #[method("(v, /)")]
    fn remove(&self, v: &Object) -> Result<()> {
        match self.find(v)? {
            Some(index) if index < self.len() => self.splice(index, index + 1, &[]),
            _ => Err(raise!(ValueError, "array.remove(x): x not in array")),
        }
    }

    /// Reverse the order of the items in the array.
    #[method]
    fn reverse(&self) {
        let size = self.kind().size;
        self.items.with_mut(|bytes| {
            bytes.reverse();
            bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        });
    }

    /// Write all items (as machine values) to the file object f.
    #[method("(f, /)")]
    fn tofile(&self, f: &Object) -> Result<()> {
        let size = self.kind().size;
        let mut done = 0;
        while done < self.len() * size {
            let end = (done + BLOCK).min(self.len() * size);
            let block = self.items.with_bytes(|bytes| Bytes::try_new(&bytes[done..end]))?;
            f.call_method(intern!("write"), &[&block])?;
            done = end;
        }
        Ok(())
    }

    /// Convert array to an ordinary list with the same items.
    #[method]
    fn tolist(&self) -> Result<Ref<List>> {
        self.items_list()
    }

    /// Convert the array to an array of machine values and return the bytes representation.
    #[method]
    fn tobytes(&self) -> Result<Ref<Bytes>> {
        self.items.with_bytes(Bytes::try_new)
    }

    /// Convert the array to a unicode string.
    ///
    /// ValueError is raised unless the array's typecode is 'u'. For an array of
    /// another type, use array.tobytes().decode().
    #[method]
    fn tounicode(&self) -> Result<Ref<Str>> {
        self.check_text("tounicode")?;
        self.text()
    }

    /// Size of the array in memory, in bytes.
    #[method("()", name = "__sizeof__")]
    fn memory_size(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.items.allocated() * self.kind().size
    }
}
