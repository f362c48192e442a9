//! Where an unpickler reads: bytes in memory, or a file.

use objects::buffer::request;
use objects::bytearray::ByteArray;
use objects::memoryview::MemoryView;
use objects::prelude::*;

use super::UNPICKLING_ERROR;

/// How much is looked at ahead in a file that can be peeked into.
const AHEAD: usize = 128 * 1024;

/// Data of more than this is read from a file in parts, so that no corrupt length makes room for nothing.
const PART: usize = 1 << 20;

/// The methods of a file.
#[derive(Clone)]
pub struct File {
    read: Ref,
    readline: Ref,
    peek: Option<Ref>,
    readinto: Option<Ref>,
}

impl File {
    /// `TypeError` for a file that cannot be read.
    pub fn of(file: &Object) -> Result<File> {
        let peek = file.get_attr_opt(intern!("peek"))?;
        let readinto = file.get_attr_opt(intern!("readinto"))?;
        match (file.get_attr_opt(intern!("read"))?, file.get_attr_opt(intern!("readline"))?) {
            (Some(read), Some(readline)) => Ok(File { read, readline, peek, readinto }),
            _ => Err(raise!(TypeError, "file must have 'read' and 'readline' attributes")),
        }
    }

    pub fn references(&self) -> impl Iterator<Item = &Ref> {
        [&self.read, &self.readline].into_iter().chain(&self.peek).chain(&self.readinto)
    }
}

/// The bytes at hand, and the file that more come from.
pub struct Input {
    bytes: Ref<Bytes>,
    position: usize,
    /// Up to here the bytes were read from the file; what is behind was looked at only.
    taken: usize,
    file: Option<File>,
    /// What CPython keeps of the last line, which `__sizeof__` counts: its bytes and a null.
    line_size: usize,
}

#[cold]
pub fn truncated() -> Raised {
    UNPICKLING_ERROR.raise("pickle data was truncated")
}

/// The content of a bytes-like object, which stays as it is.
fn as_bytes(object: &Object) -> Result<Ref<Bytes>> {
    match object.downcast_exact::<Bytes>() {
        Some(bytes) => Ok(bytes.to_ref()),
        None => Bytes::try_new(object.get_buffer(request::SIMPLE)?.bytes()),
    }
}

impl Input {
    pub fn of_data(data: &Object) -> Result<Input> {
        let bytes = as_bytes(data)?;
        let taken = bytes.len();
        Ok(Input { bytes, position: 0, taken, file: None, line_size: 0 })
    }

    pub fn of_file(file: File) -> Input {
        Input { bytes: Bytes::new(b""), position: 0, taken: 0, file: Some(file), line_size: 0 }
    }

    pub fn line_size(&self) -> usize {
        self.line_size
    }

    pub fn file(&self) -> Option<&File> {
        self.file.as_ref()
    }

    /// The next instruction. `EOFError` where the data ends.
    #[inline]
    pub fn opcode(&mut self) -> Result<u8> {
        if let Some(&byte) = self.bytes.as_bytes().get(self.position) {
            self.position += 1;
            return Ok(byte);
        }
        match self.fill(1)? {
            true => Ok(self.take(1)?[0]),
            false => Err(raise!(EOFError, "Ran out of input")),
        }
    }

    /// The next bytes, so many of them.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&[u8]> {
        if count > self.bytes.len() - self.position && !self.fill(count)? {
            return Err(truncated());
        }
        let start = self.position;
        self.position += count;
        Ok(&self.bytes.as_bytes()[start..self.position])
    }

    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| truncated())
    }

    /// The next line, its end included.
    pub fn line(&mut self) -> Result<&[u8]> {
        let rest = &self.bytes.as_bytes()[self.position..];
        let length = match memchr::memchr(b'\n', rest) {
            Some(end) => end + 1,
            None => {
                let Some(file) = self.file.clone() else { return Err(truncated()) };
                self.skip_consumed()?;
                self.replace(as_bytes(&*file.readline.call0()?)?);
                let line = self.bytes.as_bytes();
                if line.last() != Some(&b'\n') {
                    return Err(truncated());
                }
                line.len()
            }
        };
        self.line_size = length + 1;
        let start = self.position;
        self.position += length;
        Ok(&self.bytes.as_bytes()[start..self.position])
    }

    fn replace(&mut self, bytes: Ref<Bytes>) {
        self.position = 0;
        self.taken = bytes.len();
        self.bytes = bytes;
    }

    /// Reads from the file what was looked at and used.
    pub fn skip_consumed(&mut self) -> Result<()> {
        let consumed = self.position.saturating_sub(self.taken);
        if consumed == 0 {
            return Ok(());
        }
        if let Some(file) = &self.file {
            let read = file.read.clone();
            read.call1(&Int::from_usize(consumed))?;
        }
        self.taken = self.position;
        Ok(())
    }

    /// Brings so many bytes to hand, from the position on, and tells whether there are as many.
    #[cold]
    fn fill(&mut self, count: usize) -> Result<bool> {
        let Some(file) = self.file.clone() else { return Ok(false) };
        self.skip_consumed()?;
        if let Some(peek) = file.peek.as_ref().filter(|_| count < AHEAD) {
            match raise::ignore(peek.call1(&Int::from_usize(AHEAD)), &exceptions::NotImplementedError)? {
                Some(seen) => {
                    self.replace(as_bytes(&seen)?);
                    self.taken = 0;
                    if count <= self.bytes.len() {
                        return Ok(true);
                    }
                }
                None => {
                    if let Some(file) = &mut self.file {
                        file.peek = None;
                    }
                }
            }
        }
        let read = file.read.call1(&Int::from_usize(count))?;
        self.replace(as_bytes(&read)?);
        Ok(self.bytes.len() >= count)
    }

    /// Data of a length that the pickle states: from memory, or straight from the file. Nothing is made
    /// for a length that memory does not have.
    pub fn data(&mut self, count: usize) -> Result<Ref<Bytes>> {
        if count <= self.bytes.len() - self.position || self.file.is_none() {
            return Bytes::try_new(self.take(count)?);
        }
        let mut data = Vec::new();
        self.data_from_file(count, &mut data)?;
        Bytes::try_new(&data)
    }

    /// The same, put behind what is there.
    pub fn data_from_file(&mut self, count: usize, data: &mut Vec<u8>) -> Result<()> {
        let at_hand = (self.bytes.len() - self.position).min(count);
        data.extend_from_slice(self.take(at_hand)?);
        let Some(file) = self.file.clone() else {
            return if data.len() < count { Err(truncated()) } else { Ok(()) };
        };
        self.skip_consumed()?;
        let mut missing = count - at_hand;
        while missing > 0 {
            let part = missing.min(PART);
            match &file.readinto {
                None => {
                    let read = file.read.call1(&Int::from_usize(part))?;
                    let Some(read) = read.downcast::<Bytes>() else {
                        bail!(ValueError, "read() returned non-bytes object ({})", read.repr()?);
                    };
                    if read.len() < part {
                        return Err(truncated());
                    }
                    data.extend_from_slice(&read.as_bytes()[..part]);
                }
                Some(readinto) => {
                    let room = ByteArray::new(&vec![0; part])?;
                    let view = MemoryView::of(&room)?;
                    let read = readinto.call1(&view)?;
                    let Some(read) = read.downcast::<Int>() else {
                        bail!(TypeError, "an integer is required");
                    };
                    match read.to_isize() {
                        Some(..0) => bail!(ValueError, "readinto() returned negative size"),
                        Some(read) if read as usize >= part => {}
                        _ => return Err(truncated()),
                    }
                    room.with_bytes(|bytes| data.extend_from_slice(bytes));
                }
            }
            missing -= part;
        }
        Ok(())
    }

    /// A frame begins: its bytes come to hand at once.
    pub fn frame(&mut self, length: usize) -> Result<()> {
        match length > self.bytes.len() - self.position && !self.fill(length)? {
            true => Err(truncated()),
            false => Ok(()),
        }
    }
}
