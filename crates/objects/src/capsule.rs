//! `PyCapsule`: a pointer that extension modules pass to each other under a name.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};

use crate::prelude::*;

/// What a capsule runs when it ends.
pub type CapsuleDestructor = unsafe extern "C" fn(*mut Object);

/// `PyCapsule`. Its pointer is null only on the way out.
#[repr(C)]
pub struct Capsule {
    base: Object,
    pub pointer: Cell<*mut c_void>,
    /// Compared by content; null for a capsule without a name.
    pub name: Cell<*const c_char>,
    pub context: Cell<*mut c_void>,
    pub destructor: Cell<Option<CapsuleDestructor>>,
}

impl Capsule {
    /// Raises `ValueError` for a null pointer.
    ///
    /// # Safety
    /// The name is null or a C string that outlives the capsule; the destructor takes this capsule.
    pub unsafe fn new(
        pointer: *mut c_void,
        name: *const c_char,
        destructor: Option<CapsuleDestructor>,
    ) -> Result<Ref<Capsule>> {
        if pointer.is_null() {
            bail!(ValueError, "PyCapsule_New called with null pointer");
        }
        Ok(Ref::new(Capsule {
            base: Object::header(),
            pointer: Cell::new(pointer),
            name: Cell::new(name),
            context: Cell::new(std::ptr::null_mut()),
            destructor: Cell::new(destructor),
        }))
    }

    /// The capsule's name.
    pub fn name(&self) -> Option<&CStr> {
        match self.name.get().is_null() {
            true => None,
            // SAFETY: whoever set the name promised a C string that outlives the capsule.
            false => Some(unsafe { CStr::from_ptr(self.name.get()) }),
        }
    }

    /// Whether the object is a capsule of this name, ready for use.
    pub fn is_valid(object: &Object, name: Option<&CStr>) -> bool {
        object
            .downcast_exact::<Capsule>()
            .is_some_and(|capsule| !capsule.pointer.get().is_null() && capsule.name() == name)
    }
}

/// Capsule objects let a C extension module provide a C API to others: they carry
/// a pointer under a name, which travels through Python's import machinery.
#[class(name = "PyCapsule", symbol = "PyCapsule_Type")]
impl Capsule {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference to a capsule is gone.
        unsafe {
            if let Some(destructor) = (*object).cast::<Capsule>().destructor.get() {
                destructor(object);
            }
            memory::free(object);
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        match self.name() {
            Some(name) => Str::new(&format!("<capsule object \"{}\" at {:p}>", name.to_string_lossy(), self)),
            None => Str::new(&format!("<capsule object NULL at {:p}>", self)),
        }
    }
}
