//! Interpreters besides the first, and what passes between them: there are none yet.

use std::ffi::{c_int, c_void};
use std::ptr;

use objects::prelude::*;
use objects::thread_state::ThreadState;

macro_rules! not_built {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty = $failure:expr;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name($($argument: $kind),*) -> $answer {
            // Who makes an interpreter may have put the thread's state aside, and then looks at the answer alone.
            if ThreadState::current_opt().is_some() {
                let _ = raise!(NotImplementedError, concat!(stringify!($name), "() is not supported yet"));
            }
            $failure
        })*
    };
}

not_built! {
    Py_NewInterpreter() -> *mut c_void = ptr::null_mut();
    _Py_NewInterpreter(_isolated: c_int) -> *mut c_void = ptr::null_mut();
    Py_EndInterpreter(_thread: *mut c_void) -> () = ();
    _PyInterpreterState_GetIDObject(_interpreter: *mut c_void) -> *mut Object = ptr::null_mut();
    _PyInterpreterState_LookUpID(_id: i64) -> *mut c_void = ptr::null_mut();
    _PyInterpreterID_New(_id: i64) -> *mut Object = ptr::null_mut();
    _PyInterpreterID_LookUp(_id: *mut Object) -> *mut c_void = ptr::null_mut();
    _PyObject_GetCrossInterpreterData(_object: *mut Object, _data: *mut c_void) -> c_int = -1;
    _PyObject_CheckCrossInterpreterData(_object: *mut Object) -> c_int = -1;
    _PyCrossInterpreterData_NewObject(_data: *mut c_void) -> *mut Object = ptr::null_mut();
    _PyCrossInterpreterData_Release(_data: *mut c_void) -> () = ();
}

/// Accepted, for no interpreter to ask for: with one interpreter nothing passes between two.
#[unsafe(no_mangle)]
extern "C" fn _PyCrossInterpreterData_RegisterClass(_class: *mut Object, _function: *mut c_void) -> c_int {
    0
}

/// The identity of an interpreter: a number.
#[repr(C)]
#[derive(Trace)]
pub struct InterpreterId {
    base: Object,
    id: i64,
}

/// A interpreter ID identifies a interpreter and may be used as an int.
#[class(name = "InterpreterID", module = "interpreters", symbol = "_PyInterpreterID_Type")]
impl InterpreterId {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        Str::new(&format!("InterpreterID({})", self.id))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Int::new(self.id).as_object().hash()
    }

    #[slot(nb_index)]
    #[slot(nb_int)]
    fn index(&self) -> Ref<Int> {
        Int::new(self.id)
    }
}

/// Whether ids keep interpreters alive; the first interpreter lives as long as the process anyway.
#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_RequireIDRef(_interpreter: *mut c_void, _required: c_int) {}

/// `__main__` of the interpreter.
#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_GetMainModule(_interpreter: *mut c_void) -> Result<Ref> {
    objects::services::import("__main__")
}
