//! Reading C's `va_list` (System V ABI, AMD64, section 3.5.7).

use std::ffi::{c_int, c_void};

use objects::prelude::*;

/// What a `va_list` points to on x86-64.
#[repr(C)]
pub struct VaListTag {
    general_offset: u32,
    floating_offset: u32,
    overflow: *mut u8,
    registers: *mut u8,
}

/// The arguments of a variadic call not read yet. Reading moves the caller's own `va_list` on.
pub struct VaList {
    tag: *mut VaListTag,
    sizes: Sizes,
}

/// The type of the sizes that belong to a `#` in a format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// `Py_ssize_t`: of code that defines `PY_SSIZE_T_CLEAN`.
    Wide,
    /// `int`, which is out of date.
    Int,
}

impl Sizes {
    /// What the shim in C says: whether its caller's sizes are ints.
    pub fn said(are_int: c_int) -> Sizes {
        if are_int == 0 { Sizes::Wide } else { Sizes::Int }
    }
}

/// Where C code wants a size.
pub struct SizePlace {
    place: *mut c_void,
    sizes: Sizes,
}

impl SizePlace {
    /// # Safety
    /// The place is C's variable of the type that it says.
    pub unsafe fn get(&self) -> isize {
        // SAFETY: the caller's promise.
        unsafe {
            match self.sizes {
                Sizes::Wide => self.place.cast::<isize>().read(),
                Sizes::Int => self.place.cast::<c_int>().read() as isize,
            }
        }
    }

    /// Writes a size, where its type can hold it.
    ///
    /// # Safety
    /// The place is C's variable of the type that it says.
    pub unsafe fn set(&self, size: usize) -> Result<()> {
        // SAFETY: the caller's promise.
        unsafe {
            match self.sizes {
                Sizes::Wide => self.place.cast::<isize>().write(size as isize),
                Sizes::Int => match c_int::try_from(size) {
                    Ok(size) => self.place.cast::<c_int>().write(size),
                    Err(_) => bail!(OverflowError, "size does not fit in an int"),
                },
            }
        }
        Ok(())
    }
}

impl VaList {
    /// # Safety
    /// The pointer is a started `va_list` that lives as long as this.
    pub unsafe fn new(tag: *mut VaListTag) -> VaList {
        VaList { tag, sizes: Sizes::Wide }
    }

    /// # Safety
    /// As above.
    pub unsafe fn with_sizes(tag: *mut VaListTag, sizes: Sizes) -> VaList {
        VaList { tag, sizes }
    }

    fn warn_of_ints(&self) -> Result<()> {
        match self.sizes {
            Sizes::Wide => Ok(()),
            // The warning would run code with the exception set.
            Sizes::Int if raise::occurred() => Err(raise::already_set()),
            Sizes::Int => objects::services::warn(
                &exceptions::DeprecationWarning,
                "PY_SSIZE_T_CLEAN will be required for '#' formats",
                1,
            ),
        }
    }

    /// The size that belongs to a `#`.
    ///
    /// # Safety
    /// The next argument is such a size.
    pub unsafe fn size(&mut self) -> Result<isize> {
        // SAFETY: the caller's promise.
        let size = unsafe {
            match self.sizes {
                Sizes::Wide => self.long() as isize,
                Sizes::Int => self.int() as isize,
            }
        };
        self.warn_of_ints().map(|()| size)
    }

    /// The place for the size that belongs to a `#`.
    ///
    /// # Safety
    /// The next argument is a pointer to a variable for such a size.
    pub unsafe fn size_place(&mut self) -> Result<SizePlace> {
        // SAFETY: the caller's promise.
        let place = SizePlace { place: unsafe { self.pointer() }, sizes: self.sizes };
        self.warn_of_ints().map(|()| place)
    }

    /// # Safety
    /// The next argument is of a class that is passed in general registers, and T of at most 8 bytes.
    unsafe fn general<T: Copy>(&mut self) -> T {
        // SAFETY: the caller's promise; the structure is as the ABI lays it out.
        unsafe {
            let tag = &mut *self.tag;
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
            let tag = &mut *self.tag;
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
