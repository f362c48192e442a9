//! `mmap`: files in memory.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;
use std::ops::Range;

use memchr::memmem;
use objects::buffer::{BytesLike, request};
use objects::prelude::*;
use objects::sequences;
use objects::slice::{Indices, Slice};
use system::mapping::{self, Mapped, Mapping};
use system::{Errno, calls};

use crate::constants::{Constants, constants};
use crate::io::base::Size;

const CONSTANTS: Constants = constants![
    PROT_EXEC,
    PROT_READ,
    PROT_WRITE,
    MAP_SHARED,
    MAP_PRIVATE,
    MAP_DENYWRITE,
    MAP_EXECUTABLE,
    MAP_ANON,
    MAP_ANONYMOUS,
    ACCESS_DEFAULT = Access::Default as i64,
    ACCESS_READ = Access::Read as i64,
    ACCESS_WRITE = Access::Write as i64,
    ACCESS_COPY = Access::Copy as i64,
    MADV_NORMAL,
    MADV_RANDOM,
    MADV_SEQUENTIAL,
    MADV_WILLNEED,
    MADV_DONTNEED,
    MADV_REMOVE,
    MADV_DONTFORK,
    MADV_DOFORK,
    MADV_HWPOISON,
    MADV_MERGEABLE,
    MADV_UNMERGEABLE,
    MADV_HUGEPAGE,
    MADV_NOHUGEPAGE,
    MADV_DONTDUMP,
    MADV_DODUMP,
    MADV_FREE,
];

/// What may be done to the memory.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    /// As the flags and the protection say.
    Default,
    Read,
    Write,
    /// To be written, but not to the file.
    Copy,
}

/// A mapping's access, protection and flags, from those that were asked for.
fn access_of(access: c_int, protection: c_int, flags: c_int) -> Result<(Access, c_int, c_int)> {
    const BOTH: c_int = libc::PROT_READ | libc::PROT_WRITE;
    if access != Access::Default as c_int && (flags != libc::MAP_SHARED || protection != BOTH) {
        bail!(ValueError, "mmap can't specify both access and flags, prot.");
    }
    Ok(match access {
        0 if protection & BOTH == BOTH => (Access::Default, protection, flags),
        0 if protection & libc::PROT_WRITE != 0 => (Access::Write, protection, flags),
        0 => (Access::Read, protection, flags),
        1 => (Access::Read, libc::PROT_READ, libc::MAP_SHARED),
        2 => (Access::Write, BOTH, libc::MAP_SHARED),
        3 => (Access::Copy, BOTH, libc::MAP_PRIVATE),
        _ => bail!(ValueError, "mmap invalid access parameter."),
    })
}

/// How many bytes are mapped, where a regular file's size says so or allows it.
fn length_in_file(file: c_int, length: usize, offset: i64) -> Result<usize> {
    let size = match calls::fstat(file) {
        Ok(status) if status.st_mode & libc::S_IFMT == libc::S_IFREG => status.st_size,
        _ => return Ok(length),
    };
    match (length, size - offset) {
        (0, _) if size == 0 => Err(raise!(ValueError, "cannot mmap an empty file")),
        (0, ..=0) => Err(raise!(ValueError, "mmap offset is greater than file size")),
        (0, rest) => Ok(rest as usize),
        (length, rest) if rest < length as i64 => {
            Err(raise!(ValueError, "mmap length is greater than file size"))
        }
        (length, _) => Ok(length),
    }
}

/// `mmap_object`, in size.
#[repr(C)]
pub struct MemoryMap {
    base: Object,
    mapping: Mapping,
    position: Cell<usize>,
    offset: i64,
    weak_references: Cell<*mut Object>,
    access: Access,
}

impl Mapped for MemoryMap {
    fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    fn check_lendable(&self) -> Result<()> {
        self.check_readable()
    }
}

impl MemoryMap {
    #[inline]
    fn check_open(&self) -> Result<()> {
        match self.mapping.is_closed() {
            true => Err(raise!(ValueError, "mmap closed or invalid")),
            false => Ok(()),
        }
    }

    #[inline]
    fn check_readable(&self) -> Result<()> {
        self.check_open()?;
        match self.mapping.is_readable() {
            true => Ok(()),
            // CPython crashes.
            false => Err(raise!(TypeError, "mmap can't read an inaccessible memory map.")),
        }
    }

    #[inline]
    fn check_writable(&self) -> Result<()> {
        self.check_open()?;
        match self.access {
            Access::Read => Err(raise!(TypeError, "mmap can't modify a readonly memory map.")),
            _ => Ok(()),
        }
    }

    fn check_resizable(&self) -> Result<()> {
        self.check_open()?;
        if self.mapping.is_lent() {
            bail!(BufferError, "mmap can't resize with extant buffers exported.");
        }
        match self.access {
            Access::Default | Access::Write => Ok(()),
            Access::Read | Access::Copy => {
                Err(raise!(TypeError, "mmap can't resize a readonly or copy-on-write memory map."))
            }
        }
    }

    /// What is behind the position.
    fn rest(&self) -> Range<usize> {
        self.position.get().min(self.mapping.len())..self.mapping.len()
    }

    /// The bytes of a range, and the position behind them.
    fn take(&self, range: Range<usize>) -> Result<Ref<Bytes>> {
        let end = range.end;
        let bytes = self.mapping.with_bytes(range, Bytes::try_new)?;
        self.position.set(end.max(self.position.get()));
        Ok(bytes)
    }

    /// The place for an index that is not an object, from the start.
    fn place(&self, index: isize) -> Result<usize> {
        match usize::try_from(index).ok().filter(|&index| index < self.mapping.len()) {
            Some(index) => Ok(index),
            None => Err(raise!(IndexError, "mmap index out of range")),
        }
    }

    fn byte(&self, place: usize) -> u8 {
        self.mapping.with_bytes(place..place + 1, |bytes| bytes[0])
    }

    /// The bytes that a slice selects.
    fn selected(&self, selected: Indices) -> Result<Ref<Bytes>> {
        if selected.length == 0 {
            return Bytes::try_new(&[]);
        }
        if selected.step == 1 {
            let start = selected.start as usize;
            return self.mapping.with_bytes(start..start + selected.length, Bytes::try_new);
        }
        self.mapping.with_bytes(0..self.mapping.len(), |bytes| {
            let selected: Vec<u8> = selected.iter().map(|index| bytes[index]).collect();
            Bytes::try_new(&selected)
        })
    }

    fn assign_selected(&self, slice: &Slice, value: Option<&Object>) -> Result<()> {
        let (start, stop, step) = slice.unpack()?;
        let Some(value) = value else {
            bail!(TypeError, "mmap object doesn't support slice deletion");
        };
        let source = value.get_buffer(request::SIMPLE)?;
        // An index may have closed the mapping.
        self.check_open()?;
        let selected = Indices::adjusted(start, stop, step, self.mapping.len());
        if source.len() != selected.length {
            bail!(IndexError, "mmap slice assignment is wrong size");
        }
        match (selected.length, selected.step) {
            (0, _) => {}
            (_, 1) => self.mapping.write(selected.start as usize, source.bytes()),
            _ => {
                for (index, offset) in selected.iter().zip(0..) {
                    let byte = source.bytes()[offset];
                    self.mapping.write(index, &[byte]);
                }
            }
        }
        Ok(())
    }

    /// `find` or `rfind`: the place of the bytes between two bounds, by default the position and the end.
    fn search(
        &self,
        sub: &BytesLike,
        start: Option<isize>,
        end: Option<isize>,
        search: impl FnOnce(&[u8], &[u8]) -> Option<usize>,
    ) -> Result<isize> {
        self.check_readable()?;
        let length = self.mapping.len() as isize;
        let bound = |bound: Option<isize>, default: isize| match bound.unwrap_or(default) {
            bound if bound < 0 => bound.saturating_add(length).max(0),
            bound => bound.min(length),
        };
        let (start, end) = (bound(start, self.position.get() as isize), bound(end, length));
        if start > end {
            return Ok(-1);
        }
        let found =
            self.mapping.with_bytes(start as usize..end as usize, |haystack| search(haystack, sub.bytes()));
        Ok(found.map_or(-1, |place| start + place as isize))
    }
}

/// mmap(fileno, length[, flags[, prot[, access[, offset]]]])
///
/// Map length bytes of the open file with the descriptor fileno into memory, from the offset on, which is a
/// multiple of ALLOCATIONGRANULARITY. With a length of 0 it is the rest of the file, as long as it is now; with a
/// descriptor of -1 it is fresh memory that no file stands behind.
///
/// flags says what kind of mapping it is: changes of a MAP_SHARED one, which is the default, are changes of the
/// file, and other processes see them; changes of a MAP_PRIVATE one are this process's own. prot says whether the
/// memory may be read, written and executed. Instead of both, access may be ACCESS_READ, ACCESS_WRITE or
/// ACCESS_COPY.
#[class(
    name = "mmap",
    module = "mmap",
    flags = BASETYPE,
    weaklist_offset = offset_of!(MemoryMap, weak_references),
    slots = [
        bf_getbuffer(mapping::lend::<MemoryMap>),
        bf_releasebuffer(mapping::take_back::<MemoryMap>)
    ],
    generic_getattro
)]
impl MemoryMap {
    #[slot(tp_new, "(fileno, length, flags=1, prot=3, access=0, offset=0)", getargs, nameless)]
    fn make(
        class: &Type,
        fileno: c_int,
        length: isize,
        flags: c_int,
        prot: c_int,
        access: c_int,
        offset: i64,
    ) -> Result<Ref<MemoryMap>> {
        let Ok(length) = usize::try_from(length) else {
            bail!(OverflowError, "memory mapped length must be positive");
        };
        if offset < 0 {
            bail!(OverflowError, "memory mapped offset must be positive");
        }
        let (allowed, protection, flags) = access_of(access, prot, flags)?;
        let audited = [fileno.into(), length as i64, access.into(), offset].map(Int::new);
        let [file, size, kind, from] = &audited;
        (objects::services::get().audit)("mmap.__new__", &[file, size, kind, from])?;
        let length = match fileno {
            -1 => length,
            file => length_in_file(file, length, offset)?,
        };
        let mapping = Mapping::new(fileno, length, protection, flags, offset).map_err(Errno::raise)?;
        Ref::new_in(
            class,
            MemoryMap {
                base: Object::header(),
                mapping,
                position: Cell::new(0),
                offset,
                weak_references: Cell::new(std::ptr::null_mut()),
                access: allowed,
            },
        )
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let name = self.as_object().class().name();
        if self.mapping.is_closed() {
            return format!("<{name} closed=True>");
        }
        let access = match self.access {
            Access::Default => "ACCESS_DEFAULT",
            Access::Read => "ACCESS_READ",
            Access::Write => "ACCESS_WRITE",
            Access::Copy => "ACCESS_COPY",
        };
        let (length, position, offset) = (self.mapping.len(), self.position.get(), self.offset);
        format!("<{name} closed=False, access={access}, length={length}, pos={position}, offset={offset}>")
    }

    #[slot(sq_length)]
    #[slot(mp_length)]
    fn length(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.mapping.len())
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref<Bytes>> {
        self.check_readable()?;
        Bytes::try_new(&[self.byte(self.place(index)?)])
    }

    #[slot(sq_ass_item)]
    fn set_item_at(&self, index: isize, value: Option<&Object>) -> Result<()> {
        self.check_open()?;
        let place = self.place(index)?;
        let Some(value) = value else { bail!(TypeError, "mmap object doesn't support item deletion") };
        match value.downcast::<Bytes>() {
            Some(bytes) if bytes.len() == 1 => {
                self.check_writable()?;
                self.mapping.write(place, bytes.as_bytes());
                Ok(())
            }
            _ => Err(raise!(IndexError, "mmap assignment must be length-1 bytes()")),
        }
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result<Ref> {
        self.check_readable()?;
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            self.check_open()?;
            let length = self.mapping.len();
            let place = sequences::from_start(index, length).unwrap_or(length);
            return Ok(Int::new(self.byte(self.place(place as isize)?).into()).into_object());
        }
        let Some(slice) = key.downcast::<Slice>() else { bail!(TypeError, "mmap indices must be integers") };
        let (start, stop, step) = slice.unpack()?;
        self.check_open()?;
        self.selected(Indices::adjusted(start, stop, step, self.mapping.len())).map(Ref::into_object)
    }

    #[slot(mp_ass_subscript)]
    fn set_item(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.check_writable()?;
        if !key.has_index() {
            return match key.downcast::<Slice>() {
                Some(slice) => self.assign_selected(slice, value),
                None => Err(raise!(TypeError, "mmap indices must be integer")),
            };
        }
        let index = key.as_index_or(&exceptions::IndexError)?;
        let length = self.mapping.len();
        let place = self.place(sequences::from_start(index, length).unwrap_or(length) as isize)?;
        let Some(value) = value else { bail!(TypeError, "mmap doesn't support item deletion") };
        if !value.has_index() {
            bail!(TypeError, "mmap item value must be an int");
        }
        let Ok(byte) = u8::try_from(value.as_index_or(&exceptions::TypeError)?) else {
            bail!(ValueError, "mmap item value must be in range(0, 256)");
        };
        // An index may have closed or resized the mapping.
        self.check_open()?;
        self.place(place as isize)?;
        self.mapping.write(place, &[byte]);
        Ok(())
    }

    /// Whether the map is closed.
    #[getter(name = "closed")]
    fn closed_getter(&self) -> bool {
        self.mapping.is_closed()
    }

    /// Give the memory and the file back. Nothing can be done with the map any more.
    #[method("()", no_text_signature)]
    fn close(&self) -> Result<()> {
        if self.mapping.is_lent() {
            bail!(BufferError, "cannot close exported pointers exist");
        }
        self.mapping.close();
        Ok(())
    }

    /// Give the lowest index of the bytes sub between start, by default the position, and end, or -1.
    #[method("(sub, start=None, end=None, /)", getargs, guard = check_open)]
    fn find(&self, sub: BytesLike, start: Option<isize>, end: Option<isize>) -> Result<isize> {
        self.search(&sub, start, end, memmem::find)
    }

    /// Give the highest index of the bytes sub between start, by default the position, and end, or -1.
    #[method("(sub, start=None, end=None, /)", getargs, guard = check_open)]
    fn rfind(&self, sub: BytesLike, start: Option<isize>, end: Option<isize>) -> Result<isize> {
        self.search(&sub, start, end, memmem::rfind)
    }

    /// Write the changes of size bytes from the offset on to the file, by default all.
    #[method("(offset=0, size=None, /)", getargs, guard = check_open)]
    fn flush(&self, offset: isize, size: Option<isize>) -> Result<()> {
        self.check_open()?;
        let length = self.mapping.len();
        let size = size.map_or(Ok(length), usize::try_from);
        let (Ok(offset), Ok(size)) = (usize::try_from(offset), size) else {
            bail!(ValueError, "flush values out of range");
        };
        if offset > length || length - offset < size {
            bail!(ValueError, "flush values out of range");
        }
        match self.access {
            Access::Read | Access::Copy => Ok(()),
            Access::Default | Access::Write => {
                self.mapping.flush(offset..offset + size).map_err(Errno::raise)
            }
        }
    }

    /// Tell the system how length bytes from start on will be used; option is one of the constants MADV_*.
    #[method("(option, start=0, length=None, /)", getargs, guard = check_open)]
    fn madvise(&self, option: c_int, start: isize, length: Option<isize>) -> Result<()> {
        self.check_open()?;
        let size = self.mapping.len();
        let Some(start) = usize::try_from(start).ok().filter(|&start| start < size) else {
            bail!(ValueError, "madvise start out of bounds");
        };
        let length = length.unwrap_or(size as isize);
        if length < 0 {
            bail!(ValueError, "madvise length invalid");
        }
        let Some(end) = start.checked_add_signed(length).filter(|&end| end <= isize::MAX as usize) else {
            bail!(OverflowError, "madvise length too large");
        };
        self.mapping.advise(start..end.min(size), option).map_err(Errno::raise)
    }

    /// Copy count bytes from the index src to the index dest.
    #[method("(dest, src, count, /)", getargs, guard = check_open)]
    fn r#move(&self, dest: isize, src: isize, count: isize) -> Result<()> {
        self.check_writable()?;
        let size = self.mapping.len();
        let fits = |place: usize, count: usize| place <= size && size - place >= count;
        match [dest, src, count].map(usize::try_from) {
            [Ok(dest), Ok(src), Ok(count)] if fits(dest, count) && fits(src, count) => {
                self.mapping.copy_within(src..src + count, dest);
                Ok(())
            }
            _ => Err(raise!(ValueError, "source, destination, or count out of range")),
        }
    }

    /// Give the bytes from the position on, at most n if that is neither None nor negative.
    #[method("(n=None, /)", getargs, guard = check_open)]
    fn read(&self, n: Option<Size>) -> Result<Ref<Bytes>> {
        self.check_readable()?;
        let rest = self.rest();
        let count = match n {
            Some(Size(count @ 0..)) => rest.len().min(count as usize),
            _ => rest.len(),
        };
        self.take(rest.start..rest.start + count)
    }

    /// Give the byte at the position as an int.
    #[method("()", no_text_signature)]
    fn read_byte(&self) -> Result<u8> {
        self.check_readable()?;
        let position = self.position.get();
        if position >= self.mapping.len() {
            bail!(ValueError, "read byte out of range");
        }
        self.position.set(position + 1);
        Ok(self.byte(position))
    }

    /// Give the bytes from the position up to and with the next newline, or up to the end.
    #[method("()", no_text_signature)]
    fn readline(&self) -> Result<Ref<Bytes>> {
        self.check_readable()?;
        let rest = self.rest();
        let newline = self.mapping.with_bytes(rest.clone(), |bytes| memchr::memchr(b'\n', bytes));
        self.take(rest.start..newline.map_or(rest.end, |newline| rest.start + newline + 1))
    }

    /// Change the size of the map, and of the file behind it, to so many bytes.
    #[method("(newsize, /)", getargs, guard = check_open)]
    fn resize(&self, newsize: isize) -> Result<()> {
        self.check_resizable()?;
        let Some(end) = (newsize as i64).checked_add(self.offset).filter(|_| newsize >= 0) else {
            bail!(ValueError, "new size out of range");
        };
        if self.mapping.file() != -1 {
            calls::ftruncate(self.mapping.file(), end).map_err(Errno::raise)?;
        }
        self.mapping.resize(newsize as usize).map_err(Errno::raise)
    }

    /// Set the position: from the start, with whence 1 from where it is, with whence 2 from the end.
    #[method("(pos, whence=0, /)", getargs, guard = check_open)]
    fn seek(&self, pos: isize, whence: c_int) -> Result<()> {
        self.check_open()?;
        let origin = match whence {
            0 => 0,
            1 => self.position.get(),
            2 => self.mapping.len(),
            _ => bail!(ValueError, "unknown seek type"),
        };
        match origin.checked_add_signed(pos) {
            Some(position) if position <= self.mapping.len() => {
                self.position.set(position);
                Ok(())
            }
            _ => Err(raise!(ValueError, "seek out of range")),
        }
    }

    /// Give the size of the file, which may be larger than the map.
    #[method("()", no_text_signature)]
    fn size(&self) -> Result<i64> {
        self.check_open()?;
        calls::fstat(self.mapping.file()).map(|status| status.st_size).map_err(Errno::raise)
    }

    /// Give the position.
    #[method("()", no_text_signature)]
    fn tell(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.position.get())
    }

    /// Write the bytes at the position, which is behind them then. Gives how many there are.
    #[method("(bytes, /)", getargs, guard = check_open)]
    fn write(&self, bytes: BytesLike) -> Result<usize> {
        self.check_writable()?;
        let (bytes, position, size) = (bytes.bytes(), self.position.get(), self.mapping.len());
        if position > size || size - position < bytes.len() {
            bail!(ValueError, "data out of range");
        }
        self.mapping.write(position, bytes);
        self.position.set(position + bytes.len());
        Ok(bytes.len())
    }

    /// Write a byte, given as an int, at the position, which is behind it then.
    #[method("(byte, /)", getargs, guard = check_open)]
    fn write_byte(&self, byte: u8) -> Result<()> {
        self.check_writable()?;
        let position = self.position.get();
        if position >= self.mapping.len() {
            bail!(ValueError, "write byte out of range");
        }
        self.mapping.write(position, &[byte]);
        self.position.set(position + 1);
        Ok(())
    }

    #[method("()", name = "__enter__", no_text_signature)]
    fn enter(&self) -> Result<&MemoryMap> {
        self.check_open()?;
        Ok(self)
    }

    #[method(varargs, name = "__exit__")]
    fn exit(&self, _args: &Tuple) -> Result<Ref> {
        self.call_method(intern!("close"), &[])
    }
}

#[module(name = "mmap", classes = [super::MEMORY_MAP])]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;
    use system::{Errno, configuration};

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.add("error", exceptions::OSError.to_ref())?;
        let page = configuration::sysconf(libc::_SC_PAGESIZE).map_err(Errno::raise)?;
        module.add("PAGESIZE", page)?;
        module.add("ALLOCATIONGRANULARITY", page)?;
        crate::constants::add(module, super::CONSTANTS)
    }
}
