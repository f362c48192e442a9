//! What debuggers and compilers attach to code objects (PEP 523): a pointer for each of them, at an index that
//! it was given once for the process.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;

use objects::prelude::*;

use super::Code;

/// Frees what was attached.
pub type Free = unsafe extern "C" fn(*mut c_void);

/// How many may attach something (`MAX_CO_EXTRA_USERS`).
const MOST_USERS: usize = 255;

struct Users(RefCell<Vec<Option<Free>>>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Users {}

static USERS: Users = Users(RefCell::new(Vec::new()));

/// An index for another user, whose function frees what it attaches; none where there are too many.
pub fn request_index(free: Option<Free>) -> Option<usize> {
    let mut users = USERS.0.borrow_mut();
    let index = users.len();
    (index < MOST_USERS).then(|| {
        users.push(free);
        index
    })
}

type Attached = Vec<Cell<*mut c_void>>;

impl Code {
    /// `co_extra`: null, or a boxed vector that the code object owns.
    fn attached(&self) -> Option<&Attached> {
        // SAFETY: written in `set_extra` alone.
        unsafe { self.extra.get().cast::<Attached>().as_ref() }
    }

    /// What is attached at an index; null where nothing is.
    pub fn extra(&self, index: usize) -> *mut c_void {
        let place = self.attached().and_then(|attached| attached.get(index));
        place.map_or(std::ptr::null_mut(), Cell::get)
    }

    /// Attaches something at an index that was given out, and frees what was there. `SystemError` for another.
    pub fn set_extra(&self, index: usize, value: *mut c_void) -> Result<()> {
        let count = USERS.0.borrow().len();
        if index >= count {
            bail!(SystemError, "bad argument to internal function");
        }
        let mut attached = self.take_attached();
        let length = attached.len().max(count);
        attached.resize(length, Cell::new(std::ptr::null_mut()));
        let old = attached[index].replace(value);
        self.extra.set(Box::into_raw(Box::new(attached)).cast());
        free(index, old);
        Ok(())
    }

    fn take_attached(&self) -> Attached {
        let attached = self.extra.replace(std::ptr::null_mut()).cast::<Attached>();
        match attached.is_null() {
            true => Vec::new(),
            // SAFETY: boxed in `set_extra`, and nobody's any more.
            false => *unsafe { Box::from_raw(attached) },
        }
    }

    /// Frees everything that is attached.
    pub(super) fn free_extras(&self) {
        for (index, value) in self.take_attached().into_iter().enumerate() {
            free(index, value.get());
        }
    }
}

fn free(index: usize, value: *mut c_void) {
    let function = USERS.0.borrow().get(index).copied().flatten();
    if let Some(function) = function.filter(|_| !value.is_null()) {
        // SAFETY: the user's own function, for what the user attached.
        unsafe { function(value) };
    }
}
