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
    /// Put the item v behind the others.
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

    /// Turn the bytes of each item round, for data of machines with another byte order.
    ///
    /// Raises RuntimeError for items of other sizes than 1, 2, 4 and 8 bytes.
    #[method]
    fn byteswap(&self) {
        let size = self.kind().size;
        self.items.with_mut(|bytes| bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse));
    }

    /// Another array with the same items.
    #[method("()", name = "__copy__")]
    fn copy(&self) -> Result<Ref<Array>> {
        Array::of_bytes(self.kind(), &self.all_bytes())
    }

    /// Another array with the same items.
    #[method("(unused, /)", name = "__deepcopy__")]
    fn deep_copy(&self, _unused: &Object) -> Result<Ref<Array>> {
        self.copy()
    }

    /// How many items equal v.
    #[method("(v, /)")]
    fn count(&self, v: &Object) -> Result<usize> {
        let (mut index, mut found) = (0, 0);
        while let Some(item) = self.get(index)? {
            found += usize::from(item.compare_bool(v, CompareOp::Eq)?);
            index += 1;
        }
        Ok(found)
    }

    /// Put the items of another array of the same kind, or of any iterable, behind the others.
    #[method("(bb, /)")]
    fn extend(&self, bb: &Object) -> Result<()> {
        self.extend_with(bb)
    }

    /// Read n items, as tofile() writes them, from a binary file, and put them behind the others.
    ///
    /// Raises EOFError if the file has fewer, after those were taken.
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

    /// Put the items of a list behind the others; none of them if one is unsuitable.
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

    /// Put the characters of a string behind the others, into an array of kind 'u'.
    ///
    /// Raises ValueError for an array of another kind: it may take encoded text by
    /// array.frombytes(ustr.encode(...)).
    #[method("(ustr, /)")]
    fn fromunicode(&self, ustr: &Str) -> Result<()> {
        self.check_text("fromunicode")?;
        self.append_text(ustr)
    }

    /// The index of the first item that equals v. Raises ValueError if there is none.
    #[method("(v, /)")]
    fn index(&self, v: &Object) -> Result<usize> {
        self.find(v)?.ok_or_else(|| raise!(ValueError, "array.index(x): x not in array"))
    }

    /// Put the item v before the one at index i.
    #[method("(i, v, /)")]
    fn insert(&self, i: isize, v: &Object) -> Result<()> {
        let index = if i < 0 { i.saturating_add(self.len() as isize).max(0) } else { i };
        self.insert_at(index as usize, v)
    }

    /// Take the item at index i out, by default the last one. Raises IndexError if there is none.
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

    /// For pickling by a protocol: what makes an equal array, also on machines of other kinds.
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

    /// Take the first item that equals v out. Raises ValueError if there is none.
    #[method("(v, /)")]
    fn remove(&self, v: &Object) -> Result<()> {
        match self.find(v)? {
            Some(index) if index < self.len() => self.splice(index, index + 1, &[]),
            _ => Err(raise!(ValueError, "array.remove(x): x not in array")),
        }
    }

    /// Turn the array round: the last item comes first.
    #[method]
    fn reverse(&self) {
        let size = self.kind().size;
        self.items.with_mut(|bytes| {
            bytes.reverse();
            bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        });
    }

    /// Write the bytes of all items, as they are in memory, to a binary file.
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

    /// The items in a list.
    #[method]
    fn tolist(&self) -> Result<Ref<List>> {
        self.items_list()
    }

    /// The bytes of all items, as they are in memory.
    #[method]
    fn tobytes(&self) -> Result<Ref<Bytes>> {
        self.items.with_bytes(Bytes::try_new)
    }

    /// The characters of an array of kind 'u' as a string.
    ///
    /// Raises ValueError for an array of another kind: array.tobytes().decode() makes
    /// text of encoded bytes.
    #[method]
    fn tounicode(&self) -> Result<Ref<Str>> {
        self.check_text("tounicode")?;
        self.text()
    }

    /// How many bytes of memory the array takes with its items.
    #[method("()", name = "__sizeof__")]
    fn memory_size(&self) -> usize {
        self.class().tp_basicsize.get() as usize + self.items.allocated() * self.kind().size
    }
}
