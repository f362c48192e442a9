//! Reading C's `va_list` (System V ABI, AMD64, section 3.5.7).

use std::ffi::c_void;

/// What a `va_list` points to on x86-64.
#[repr(C)]
pub struct VaListTag {
    general_offset: u32,
    floating_offset: u32,
    overflow: *mut u8,
    registers: *mut u8,
}

/// The arguments of a variadic call not read yet. Reading moves the caller's own `va_list` on.
pub struct VaList(*mut VaListTag);

impl VaList {
    /// # Safety
    /// The pointer is a started `va_list` that lives as long as this.
    pub unsafe fn new(tag: *mut VaListTag) -> VaList {
        VaList(tag)
    }

    /// # Safety
    /// The next argument is of a class that is passed in general registers, and T of at most 8 bytes.
    unsafe fn general<T: Copy>(&mut self) -> T {
        // SAFETY: the caller's promise; the structure is as the ABI lays it out.
        unsafe {
            let tag = &mut *self.0;
            let address = if tag.general_offset < 48 {
                let address = tag.registers.add(tag.general_offset as usize);
                tag.general_offset += 8;
                address
            } else {
                let address = tag.overflow;
                tag.overflow = address.add(8);
                address
            };
            address.cast::<T>().read()
        }
    }

    /// # Safety
    /// The next argument is a pointer.
    pub unsafe fn pointer<T>(&mut self) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.general::<*mut c_void>() }.cast()
    }

    /// # Safety
    /// The next argument is an `int`, or something that is promoted to one.
    pub unsafe fn int(&mut self) -> i32 {
        // SAFETY: the caller's promise.
        unsafe { self.general() }
    }

    /// # Safety
    /// The next argument is a `long`, a `long long`, a `Py_ssize_t`.
    pub unsafe fn long(&mut self) -> i64 {
        // SAFETY: the caller's promise.
        unsafe { self.general() }
    }

    /// # Safety
    /// The next argument is a `double`.
    pub unsafe fn double(&mut self) -> f64 {
        // SAFETY: the caller's promise; the structure is as the ABI lays it out.
        unsafe {
            let tag = &mut *self.0;
            let address = if tag.floating_offset < 176 {
                let address = tag.registers.add(tag.floating_offset as usize);
                tag.floating_offset += 16;
                address
            } else {
                let address = tag.overflow;
                tag.overflow = address.add(8);
                address
            };
            address.cast::<f64>().read()
        }
    }
}
