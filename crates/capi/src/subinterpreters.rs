//! Interpreters besides the first, and what passes between them.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::rc::Rc;

use objects::prelude::*;
use objects::thread_state::ThreadState;
use vm::interpreter::Interpreter;
use vm::interpreter_id::{self, InterpreterId};
use vm::shutdown::{self, Unended};
use vm::{runtime, sharing, start, thread};

/// A new interpreter, with a thread state that is current from then on.
#[unsafe(no_mangle)]
extern "C" fn Py_NewInterpreter() -> Option<&'static ThreadState> {
    start::new_interpreter(false)
}

#[unsafe(no_mangle)]
extern "C" fn _Py_NewInterpreter(isolated: c_int) -> Option<&'static ThreadState> {
    start::new_interpreter(isolated != 0)
}

/// Ends the interpreter whose only thread state is current; nothing is afterwards.
#[unsafe(no_mangle)]
extern "C" fn Py_EndInterpreter(state: &'static ThreadState) {
    if !ThreadState::current_opt().is_some_and(|current| ptr::eq(current, state)) {
        vm::faults::fatal_error("Py_EndInterpreter", "thread is not current");
    }
    match shutdown::end_interpreter(state) {
        Ok(()) => {}
        Err(Unended::Running) => vm::faults::fatal_error("Py_EndInterpreter", "thread still has a frame"),
        Err(Unended::HasThreads) => vm::faults::fatal_error("Py_EndInterpreter", "not the last thread"),
    }
}

/// An interpreter with nothing in it, for which the caller makes thread states.
#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_New() -> &'static Interpreter {
    runtime::add_interpreter()
}

#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_Clear(interpreter: &'static Interpreter) {
    interpreter.clear();
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyInterpreterState_Delete(interpreter: &'static Interpreter) {
    if interpreter.is_main() || !interpreter.threads.get().is_null() {
        vm::faults::fatal_error("PyInterpreterState_Delete", "remaining threads");
    }
    // SAFETY: the caller's promise.
    unsafe { runtime::remove_interpreter(interpreter) };
}

/// The newest interpreter.
#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_Head() -> Option<&'static Interpreter> {
    runtime::interpreters().last().copied()
}

/// The one that was made before.
#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_Next(interpreter: &Interpreter) -> Option<&'static Interpreter> {
    runtime::interpreters().into_iter().rev().find(|other| other.id < interpreter.id)
}

#[unsafe(no_mangle)]
extern "C" fn PyInterpreterState_GetID(interpreter: &Interpreter) -> i64 {
    interpreter.id
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_LookUpID(id: i64) -> Option<&'static Interpreter> {
    let found = runtime::find_interpreter(id);
    if found.is_none() {
        let _ = raise!(RuntimeError, "unrecognized interpreter ID {id}");
    }
    found
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_GetIDObject(interpreter: &Interpreter) -> Result<Ref<InterpreterId>> {
    InterpreterId::of(interpreter)
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterID_New(id: i64) -> Result<Ref<InterpreterId>> {
    InterpreterId::new(id, false)
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterID_LookUp(id: &Object) -> Option<&'static Interpreter> {
    interpreter_id::look_up(id).ok()
}

/// Lets ids keep the interpreter alive, or not.
#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_RequireIDRef(interpreter: &Interpreter, required: c_int) {
    interpreter.ends_with_ids.set(required != 0);
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_RequiresIDRef(interpreter: &Interpreter) -> c_int {
    interpreter.ends_with_ids.get().into()
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_IDInitref(_interpreter: &Interpreter) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_IDIncref(interpreter: &Interpreter) -> c_int {
    interpreter.id_objects.set(interpreter.id_objects.get() + 1);
    0
}

#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_IDDecref(interpreter: &'static Interpreter) {
    interpreter_id::release(interpreter);
}

/// `__main__` of the interpreter.
#[unsafe(no_mangle)]
extern "C" fn _PyInterpreterState_GetMainModule(interpreter: &'static Interpreter) -> Result<Ref> {
    match interpreter.modules()?.get(intern!("__main__"))? {
        Some(module) => Ok(module),
        None => Err(raise!(RuntimeError, "interpreter not initialized")),
    }
}

/// `_PyCrossInterpreterData`: a value on its way, as C code holds it.
#[repr(C)]
pub struct CrossData {
    data: *mut c_void,
    object: *mut Object,
    interpreter: i64,
    new_object: Option<unsafe extern "C" fn(&CrossData) -> Result<Ref>>,
    free: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl CrossData {
    const EMPTY: CrossData = CrossData {
        data: ptr::null_mut(),
        object: ptr::null_mut(),
        interpreter: 0,
        new_object: None,
        free: None,
    };
}

/// The data that C code has filled in, given back when nobody needs it.
impl Drop for CrossData {
    fn drop(&mut self) {
        let data = std::mem::replace(&mut self.data, ptr::null_mut());
        if let (Some(free), false) = (self.free, data.is_null()) {
            // SAFETY: the function that belongs to the data, called once.
            unsafe { free(data) };
        }
        let object = std::mem::replace(&mut self.object, ptr::null_mut());
        if !object.is_null() {
            // SAFETY: the data holds a reference.
            drop(unsafe { Ref::<Object>::from_raw(object) });
        }
    }
}

type GetData = unsafe extern "C" fn(&Object, &mut CrossData) -> c_int;

/// Lets instances of a class be shared by what C code says of them.
#[unsafe(no_mangle)]
extern "C" fn _PyCrossInterpreterData_RegisterClass(class: &Type, function: GetData) -> c_int {
    sharing::register(
        class,
        Rc::new(move |object| {
            let mut data = CrossData { interpreter: Interpreter::current().id, ..CrossData::EMPTY };
            // SAFETY: the caller's promise.
            raise::check_status(unsafe { function(object, &mut data) })?;
            let Some(new_object) = data.new_object else {
                bail!(SystemError, "missing new_object func");
            };
            // SAFETY: the function that belongs to the data.
            Ok(Box::new(move || unsafe { new_object(&data) }))
        }),
    );
    0
}

#[unsafe(no_mangle)]
extern "C" fn _PyObject_CheckCrossInterpreterData(object: &Object) -> c_int {
    match sharing::is_shareable(object) {
        true => 0,
        false => raise::status(sharing::share(object).map(drop)),
    }
}

unsafe extern "C" fn rebuild(data: &CrossData) -> Result<Ref> {
    // SAFETY: the data is what the function below has put there.
    unsafe { (*data.data.cast::<sharing::Shared>())() }
}

unsafe extern "C" fn free_shared(data: *mut c_void) {
    // SAFETY: as above; given up.
    drop(unsafe { Box::from_raw(data.cast::<sharing::Shared>()) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyObject_GetCrossInterpreterData(object: &Object, data: *mut CrossData) -> c_int {
    raise::status(sharing::share(object).map(|shared| {
        let filled = CrossData {
            data: Box::into_raw(Box::new(shared)).cast(),
            object: ptr::null_mut(),
            interpreter: Interpreter::current().id,
            new_object: Some(rebuild),
            free: Some(free_shared),
        };
        // SAFETY: the caller's structure, whose old content is nothing.
        unsafe { ptr::write(data, filled) };
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PyCrossInterpreterData_NewObject(data: &CrossData) -> Result<Ref> {
    match data.new_object {
        // SAFETY: the function that belongs to the data.
        Some(new_object) => unsafe { new_object(data) },
        None => Err(raise!(SystemError, "missing new_object func")),
    }
}

/// Gives the data back, in the interpreter that it is from.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyCrossInterpreterData_Release(data: *mut CrossData) {
    // SAFETY: the caller's structure, which is empty afterwards.
    let data = unsafe { ptr::replace(data, CrossData::EMPTY) };
    match runtime::find_interpreter(data.interpreter) {
        Some(interpreter) => thread::inside(interpreter, || drop(data)),
        None => drop(data),
    }
}
