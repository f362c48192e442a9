//! `genobject.h`: generators and coroutines from C.

use std::ffi::c_int;

use objects::prelude::*;
use vm::coroutine::Coroutine;
use vm::frame::Frame;
use vm::generator::{self, Generator};

/// Sends a value; a return is `StopIteration`.
#[unsafe(no_mangle)]
extern "C" fn _PyGen_Send(generator: &Generator, value: Option<&Object>) -> Result<Ref> {
    generator::send_from_python(generator, value.unwrap_or(none_object()))
}

/// The value of the `StopIteration` that is set, which is dropped; `None` where no exception is set.
#[unsafe(no_mangle)]
unsafe extern "C" fn _PyGen_FetchStopIterationValue(place: *mut Option<Ref>) -> c_int {
    let value = match raise::occurred() {
        true => generator::stop_iteration_value(raise::already_set()).ok(),
        false => Some(none()),
    };
    let status = if value.is_some() { 0 } else { -1 };
    // SAFETY: the caller's place, uninitialised.
    unsafe { place.write(value) };
    status
}

/// Sets `StopIteration(value)`.
#[unsafe(no_mangle)]
extern "C" fn _PyGen_SetStopIterationValue(value: &Object) -> c_int {
    let raised = generator::stop_iteration(value.to_ref());
    if raised.matches(&exceptions::StopIteration) { 0 } else { -1 }
}

/// Takes the frame's reference over.
#[unsafe(no_mangle)]
extern "C" fn PyGen_New(frame: Ref<Frame>) -> Result<Ref> {
    PyGen_NewWithQualName(frame, None, None)
}

#[unsafe(no_mangle)]
extern "C" fn PyGen_NewWithQualName(
    frame: Ref<Frame>,
    name: Option<&Str>,
    qualname: Option<&Str>,
) -> Result<Ref> {
    let (name, qualname) = names(&frame, name, qualname);
    generator::new(frame, name, qualname)
}

#[unsafe(no_mangle)]
extern "C" fn PyCoro_New(
    frame: Ref<Frame>,
    name: Option<&Str>,
    qualname: Option<&Str>,
) -> Result<Ref<Coroutine>> {
    let (name, qualname) = names(&frame, name, qualname);
    Coroutine::new(frame, name, qualname)
}

#[unsafe(no_mangle)]
extern "C" fn PyAsyncGen_New(
    frame: Ref<Frame>,
    name: Option<&Str>,
    qualname: Option<&Str>,
) -> Ref<vm::async_generator::AsyncGenerator> {
    let (name, qualname) = names(&frame, name, qualname);
    vm::async_generator::AsyncGenerator::new(frame, name, qualname)
}

/// The names given, else the code's.
fn names(frame: &Frame, name: Option<&Str>, qualname: Option<&Str>) -> (Ref<Str>, Ref<Str>) {
    let name = name.map_or_else(|| frame.code().name.clone(), Str::to_ref);
    let qualname = qualname.map_or_else(|| name.clone(), Str::to_ref);
    (name, qualname)
}
