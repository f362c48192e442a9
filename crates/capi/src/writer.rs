//! `_PyUnicodeWriter` and `_PyBytesWriter`: private to CPython's own extension modules, which build
//! results with them.

use std::ffi::{c_char, c_int, c_void};

use objects::prelude::*;

/// `_PyUnicodeWriter`. C code writes through `data` where it has asked for room by the macros, so the buffer
/// is a real string of the widest kind, narrowed at the end.
#[repr(C)]
pub struct UnicodeWriter {
    buffer: Option<Ref<Str>>,
    data: *mut c_void,
    kind: c_int,
    maxchar: u32,
    size: isize,
    pos: isize,
    min_length: isize,
    min_char: u32,
    bits: u8,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicodeWriter_Init(writer: *mut UnicodeWriter) {
    // SAFETY: the caller's place.
    unsafe {
        writer.write(UnicodeWriter {
            buffer: None,
            data: std::ptr::null_mut(),
            kind: 0,
            maxchar: 0,
            size: 0,
            pos: 0,
            min_length: 0,
            min_char: 0,
            bits: 0,
        });
    }
}

impl UnicodeWriter {
    /// Makes room for more code points of any width.
    fn reserve(&mut self, more: isize) -> Result<()> {
        if self.buffer.is_some() && self.size - self.pos >= more {
            return Ok(());
        }
        let size = (self.pos + more).max(self.min_length).max(self.size + self.size / 4).max(16);
        let wide = Str::filled(size as usize, 0x10_ffff)?;
        for index in 0..self.pos as usize {
            if let Some(old) = &self.buffer {
                // SAFETY: the new buffer is fresh, and of the widest kind.
                unsafe { wide.write_fresh(index, old.code_point(index)) };
            }
        }
        self.data = wide.content_pointer().cast();
        self.kind = 4;
        self.maxchar = 0x10_ffff;
        self.size = size;
        self.buffer = Some(wide);
        Ok(())
    }

    fn push(&mut self, point: u32) -> Result<()> {
        self.reserve(1)?;
        if let Some(buffer) = &self.buffer {
            // SAFETY: there is room, and nobody else has seen the buffer.
            unsafe { buffer.write_fresh(self.pos as usize, point) };
        }
        self.pos += 1;
        Ok(())
    }
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_PrepareInternal(
    writer: &mut UnicodeWriter,
    length: isize,
    _largest: u32,
) -> c_int {
    raise::status(writer.reserve(length))
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_WriteChar(writer: &mut UnicodeWriter, point: u32) -> c_int {
    raise::status(writer.push(point))
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_WriteStr(writer: &mut UnicodeWriter, string: &Str) -> c_int {
    _PyUnicodeWriter_WriteSubstring(writer, string, 0, string.len() as isize)
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_WriteSubstring(
    writer: &mut UnicodeWriter,
    string: &Str,
    start: isize,
    end: isize,
) -> c_int {
    let write = || -> Result<()> {
        writer.reserve(end - start)?;
        (start..end).try_for_each(|index| writer.push(string.code_point(index as usize)))
    };
    raise::status({ write }())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyUnicodeWriter_WriteASCIIString(
    writer: &mut UnicodeWriter,
    text: *const c_char,
    size: isize,
) -> c_int {
    // SAFETY: the caller's promise.
    let bytes = unsafe {
        match size {
            -1 => std::ffi::CStr::from_ptr(text).to_bytes(),
            size => memory::slice_or_empty(text.cast(), size as usize),
        }
    };
    raise::status(bytes.iter().try_for_each(|&byte| writer.push(byte.into())))
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_Finish(writer: &mut UnicodeWriter) -> Result<Ref<Str>> {
    let length = std::mem::replace(&mut writer.pos, 0) as usize;
    match writer.buffer.take() {
        // A substring of everything would be the wide buffer itself.
        Some(buffer) if length > 0 => Str::from_points(buffer.points().range(0, length)),
        _ => Ok(Str::empty()),
    }
}

#[unsafe(no_mangle)]
extern "C" fn _PyUnicodeWriter_Dealloc(writer: &mut UnicodeWriter) {
    writer.buffer = None;
}

/// `_PyBytesWriter`: a buffer that grows, first within the structure itself.
#[repr(C)]
pub struct BytesWriter {
    buffer: *mut Object,
    allocated: isize,
    min_size: isize,
    use_bytearray: c_int,
    overallocate: c_int,
    use_small_buffer: c_int,
    small_buffer: [u8; 512],
}

impl BytesWriter {
    fn start(&mut self) -> *mut u8 {
        match self.use_small_buffer {
            0 => self.buffer.cast(),
            _ => self.small_buffer.as_mut_ptr(),
        }
    }

    /// Another size; the position moves along.
    fn resize(&mut self, position: *mut u8, size: isize) -> Result<*mut u8> {
        let used = position as usize - self.start() as usize;
        if size <= self.allocated {
            return Ok(position);
        }
        let size = if self.overallocate != 0 { size + size / 4 } else { size };
        let memory = memory::raw_allocate(size as usize).cast::<u8>();
        if memory.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: the old content fits the larger buffer; the old one is freed where it was allocated.
        unsafe {
            std::ptr::copy_nonoverlapping(self.start(), memory, used);
            if self.use_small_buffer == 0 {
                memory::raw_free(self.buffer.cast());
            }
            self.buffer = memory.cast();
            self.use_small_buffer = 0;
            self.allocated = size;
            Ok(memory.add(used))
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyBytesWriter_Init(writer: &mut BytesWriter) {
    writer.buffer = std::ptr::null_mut();
    writer.allocated = writer.small_buffer.len() as isize;
    writer.min_size = 0;
    writer.use_bytearray = 0;
    writer.overallocate = 0;
    writer.use_small_buffer = 1;
}

#[unsafe(no_mangle)]
extern "C" fn _PyBytesWriter_Alloc(writer: &mut BytesWriter, size: isize) -> *mut u8 {
    let start = writer.start();
    _PyBytesWriter_Prepare(writer, start, size)
}

#[unsafe(no_mangle)]
extern "C" fn _PyBytesWriter_Prepare(writer: &mut BytesWriter, position: *mut u8, size: isize) -> *mut u8 {
    writer.min_size += size;
    let wanted = writer.min_size;
    writer.resize(position, wanted).unwrap_or(std::ptr::null_mut())
}

#[unsafe(no_mangle)]
extern "C" fn _PyBytesWriter_Resize(writer: &mut BytesWriter, position: *mut u8, size: isize) -> *mut u8 {
    writer.resize(position, size).unwrap_or(std::ptr::null_mut())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyBytesWriter_WriteBytes(
    writer: &mut BytesWriter,
    position: *mut u8,
    bytes: *const u8,
    size: isize,
) -> *mut u8 {
    let position = _PyBytesWriter_Prepare(writer, position, size);
    if position.is_null() {
        return position;
    }
    // SAFETY: room was just made; the caller's bytes.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes, position, size as usize);
        position.add(size as usize)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyBytesWriter_Finish(writer: &mut BytesWriter, position: *mut u8) -> Result<Ref> {
    let size = position as usize - writer.start() as usize;
    // SAFETY: the content between the start and the position was written.
    let content = unsafe { memory::slice_or_empty(writer.start(), size) };
    let result = match writer.use_bytearray {
        0 => Bytes::try_new(content).map(Ref::into_object),
        _ => objects::bytearray::ByteArray::new(content).map(Ref::into_object),
    };
    // SAFETY: the writer's own buffer.
    unsafe { _PyBytesWriter_Dealloc(writer) };
    result
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyBytesWriter_Dealloc(writer: &mut BytesWriter) {
    if writer.use_small_buffer == 0 {
        // SAFETY: allocated by `resize`.
        unsafe { memory::raw_free(writer.buffer.cast()) };
        writer.buffer = std::ptr::null_mut();
        writer.use_small_buffer = 1;
    }
}

/// A number by a format specification, written behind what is there.
macro_rules! advanced_writers {
    ($($name:ident: $kind:ident;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(
            writer: &mut UnicodeWriter,
            number: &$kind,
            spec: &Str,
            start: isize,
            end: isize,
        ) -> c_int {
            let write = || -> Result<()> {
                let shown = match start == end {
                    true => number.as_object().str()?,
                    false => number.format_spec(&*spec.substring(start as usize, end as usize)?)?,
                };
                shown.points().iter().try_for_each(|point| writer.push(point))
            };
            raise::status({ write }())
        })*
    };
}

advanced_writers! {
    _PyFloat_FormatAdvancedWriter: Float;
    _PyLong_FormatAdvancedWriter: Int;
}
