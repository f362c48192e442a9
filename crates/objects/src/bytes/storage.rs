//! How bytes objects lie in memory, and how they come and go.

use std::cell::Cell;
use std::ptr;

use super::BYTES;
use crate::prelude::*;

/// `PyBytesObject`: `ob_size` bytes and a NUL follow the hash.
#[repr(C)]
pub struct Bytes {
    pub(super) base: VarObject,
    /// -1 until asked for.
    hash: Cell<isize>,
    content: [u8; 0],
}

/// The structure and the NUL: what `tp_basicsize` counts.
pub(super) const BASE_SIZE: usize = std::mem::offset_of!(Bytes, content) + 1;

impl Bytes {
    /// The bytes, which never change.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `ob_size` bytes follow the structure.
        unsafe { std::slice::from_raw_parts(self.content.as_ptr(), self.size() as usize) }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.size() as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// Room for so many bytes and the NUL, the content not written yet. Raises `MemoryError`.
    fn allocate(length: usize) -> Result<Ref<Bytes>> {
        let Some(size) = length.checked_add(BASE_SIZE).filter(|&size| size <= isize::MAX as usize) else {
            bail!(OverflowError, "byte string is too large");
        };
        let pointer = memory::raw_allocate(size).cast::<Bytes>();
        if pointer.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory with room for the structure, the content and a NUL.
        unsafe {
            pointer.write(Bytes {
                base: VarObject::header(length as isize),
                hash: Cell::new(-1),
                content: [],
            });
            (*pointer).set_class(&BYTES);
            (*pointer).set_refcnt(1);
            pointer.cast::<u8>().add(size - 1).write(0);
            Ok(Ref::from_raw(pointer))
        }
    }

    /// A bytes object with a copy of the content. Raises `MemoryError`.
    #[inline]
    pub fn try_new(content: &[u8]) -> Result<Ref<Bytes>> {
        match content {
            [] => Ok(empty()),
            &[byte] => Ok(single(byte)),
            _ => Bytes::copy(content),
        }
    }

    fn copy(content: &[u8]) -> Result<Ref<Bytes>> {
        let bytes = Bytes::allocate(content.len())?;
        // SAFETY: room for the content was allocated just now.
        unsafe {
            ptr::copy_nonoverlapping(content.as_ptr(), bytes.content.as_ptr().cast_mut(), content.len())
        };
        Ok(bytes)
    }

    /// A bytes object of a size that the program being run has no say in.
    pub fn new(content: &[u8]) -> Ref<Bytes> {
        memory::assured(|| Bytes::try_new(content))
    }

    /// A new object of so many zeros that nobody shares: for C code that fills it in. Raises `MemoryError`.
    pub fn unfilled(length: usize) -> Result<Ref<Bytes>> {
        let bytes = Bytes::allocate(length)?;
        // SAFETY: the object is ours alone.
        unsafe { ptr::write_bytes(bytes.content.as_ptr().cast_mut(), 0, length) };
        Ok(bytes)
    }

    /// A bytes object of so many zeros, which `fill` writes over. Raises `MemoryError`.
    pub fn build(length: usize, fill: impl FnOnce(&mut [u8])) -> Result<Ref<Bytes>> {
        match length {
            0 => return Ok(empty()),
            1 => {
                let mut byte = [0];
                fill(&mut byte);
                return Ok(single(byte[0]));
            }
            _ => {}
        }
        let bytes = Bytes::allocate(length)?;
        let start = bytes.content.as_ptr().cast_mut();
        // SAFETY: the object is ours alone; it is initialised before it is a slice.
        unsafe {
            ptr::write_bytes(start, 0, length);
            fill(std::slice::from_raw_parts_mut(start, length));
        }
        Ok(bytes)
    }

    /// As [`Bytes::build`], where `fill` may fail and tells how much of the room it used.
    pub fn build_up_to(length: usize, fill: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<Ref<Bytes>> {
        let mut used = Ok(0);
        let bytes = Bytes::build(length, |room| used = fill(room))?;
        match used? {
            used if used == length => Ok(bytes),
            used => Bytes::shrink(bytes, used),
        }
    }

    /// One behind the other: `left += right` where nobody else has `left`. Raises `MemoryError`.
    pub fn append(left: Ref<Bytes>, right: &[u8]) -> Result<Ref<Bytes>> {
        if right.is_empty() && left.is_exact() {
            return Ok(left);
        }
        let old = left.len();
        let Some(length) = old.checked_add(right.len()).filter(|&n| n <= isize::MAX as usize - BASE_SIZE)
        else {
            bail!(OverflowError, "byte string is too large");
        };
        if left.refcnt() != 1 || !left.is_exact() || left.hash.get() != -1 || old < 2 {
            return Bytes::build(length, |room| {
                room[..old].copy_from_slice(left.as_bytes());
                room[old..].copy_from_slice(right);
            });
        }
        let pointer = left.into_raw();
        // SAFETY: the one reference is ours, and the block begins at the object. On failure it stays as it was.
        unsafe {
            let moved = memory::raw_reallocate(pointer.cast(), length + BASE_SIZE).cast::<Bytes>();
            if moved.is_null() {
                drop(Ref::from_raw(pointer));
                bail!(MemoryError);
            }
            let bytes = Ref::from_raw(moved);
            let end = bytes.content.as_ptr().cast_mut().add(old);
            ptr::copy_nonoverlapping(right.as_ptr(), end, right.len());
            end.add(right.len()).write(0);
            bytes.set_size(length as isize);
            Ok(bytes)
        }
    }

    /// Lends the memory: `bf_getbuffer`.
    pub(super) unsafe extern "C" fn get_buffer_slot(
        object: &Object,
        view: *mut crate::buffer::BufferView,
        flags: std::ffi::c_int,
    ) -> std::ffi::c_int {
        // SAFETY: called with an instance and a view that stays; the bytes live as long as the object.
        unsafe {
            let bytes = object.cast::<Bytes>();
            let memory = bytes.content.as_ptr().cast_mut().cast();
            raise::status((*view).fill(object, memory, bytes.size(), true, flags))
        }
    }

    /// Cuts a new object down.
    fn shrink(bytes: Ref<Bytes>, length: usize) -> Result<Ref<Bytes>> {
        if length <= 1 || bytes.refcnt() != 1 || length * 2 < bytes.len() {
            return Bytes::try_new(&bytes.as_bytes()[..length]);
        }
        // SAFETY: the object is ours alone; a shorter content has its NUL within the old one.
        unsafe { bytes.content.as_ptr().cast_mut().add(length).write(0) };
        bytes.set_size(length as isize);
        Ok(bytes)
    }

    /// A copy of the content as an instance of a subclass (whose `tp_new` this serves).
    pub fn new_in(class: &Type, content: &[u8]) -> Result<Ref<Bytes>> {
        let bytes: Ref<Bytes> = memory::allocate_var(class, content.len() as isize)?;
        bytes.hash.set(-1);
        // SAFETY: the instance has room for its items and the NUL, and is ours alone.
        unsafe {
            let start = bytes.content.as_ptr().cast_mut();
            ptr::copy_nonoverlapping(content.as_ptr(), start, content.len());
            start.add(content.len()).write(0);
        }
        gc::track_instance(&bytes);
        Ok(bytes)
    }

    /// The hash, computed once. Never -1.
    #[inline]
    pub fn hash_value(&self) -> isize {
        match self.hash.get() {
            -1 => {
                let hash = crate::hash::bytes(self.as_bytes());
                self.hash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    /// Whether this is no instance of a subclass.
    #[inline(always)]
    pub fn is_exact(&self) -> bool {
        ptr::eq(self.class(), &BYTES)
    }
}

/// The bytes objects of which there is one: the empty one, and those of one byte.
struct Kept {
    empty: std::cell::OnceCell<Ref<Bytes>>,
    single: [std::cell::OnceCell<Ref<Bytes>>; 256],
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for Kept {}

static KEPT: Kept =
    Kept { empty: std::cell::OnceCell::new(), single: [const { std::cell::OnceCell::new() }; 256] };

fn kept(content: &[u8]) -> Ref<Bytes> {
    memory::assured(|| Bytes::copy(content))
}

fn empty() -> Ref<Bytes> {
    KEPT.empty.get_or_init(|| kept(b"")).clone()
}

fn single(byte: u8) -> Ref<Bytes> {
    KEPT.single[usize::from(byte)].get_or_init(|| kept(&[byte])).clone()
}
