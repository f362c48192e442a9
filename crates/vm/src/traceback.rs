//! `traceback`: the way an exception took, a frame each.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::code::construct::Parts;
use crate::frame::Frame;

/// `PyTracebackObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Traceback {
    base: Object,
    pub next: Field<Traceback>,
    pub frame: Field<Frame>,
    #[trace(skip)]
    pub lasti: Cell<c_int>,
    #[trace(skip)]
    pub lineno: Cell<c_int>,
}

impl Traceback {
    pub fn new(next: Option<Ref<Traceback>>, frame: &Frame, lasti: c_int, lineno: c_int) -> Ref<Traceback> {
        Ref::new(Traceback {
            base: Object::header(),
            next: Field::new(next),
            frame: Field::new(Some(frame.to_ref())),
            lasti: Cell::new(lasti),
            lineno: Cell::new(lineno),
        })
    }

    /// Adds an entry for the frame, where it is, to the exception that is set (`PyTraceBack_Here`).
    pub fn here(thread: &ThreadState, frame: &Frame) {
        let next = thread.curexc_traceback.take().and_then(|next| next.into_type::<Traceback>().ok());
        let entry = Traceback::new(next, frame, frame.lasti.get(), frame.line());
        thread.curexc_traceback.set(Some(entry.into_object()));
    }

    /// Adds an entry for a place in native code to the exception that is set.
    pub fn add(filename: &Str, function: &Str, line: c_int) {
        let Some(pending) = raise::fetch() else { return };
        let thread = ThreadState::current();
        let frame = Parts::empty(filename, function, line)
            .build()
            .and_then(|code| Frame::new(thread, &code, &*Dict::new(), None));
        match frame {
            Ok(frame) => {
                let _ = pending.restore();
                frame.lineno.set(line);
                Traceback::here(thread, &frame);
            }
            // What went wrong here replaces nothing: the exception that was set is the one to know of.
            Err(raised) => {
                raised.clear();
                let _ = pending.restore();
            }
        }
    }
}

/// Create a new traceback object.
#[class(
    name = "traceback",
    symbol = "PyTraceBack_Type",
    signature = "(tb_next, tb_frame, tb_lasti, tb_lineno)",
    generic_getattro
)]
impl Traceback {
    #[slot(tp_new, "(tb_next, tb_frame, tb_lasti, tb_lineno)", name = "TracebackType")]
    fn new_from_python(
        _class: &Type,
        tb_next: &Object,
        tb_frame: &Frame,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> Result<Ref<Traceback>> {
        let next = match tb_next.is_none() {
            true => None,
            false => match tb_next.downcast::<Traceback>() {
                Some(next) => Some(next.to_ref()),
                None => {
                    bail!(TypeError, "expected traceback object or None, got '{}'", tb_next.class().name())
                }
            },
        };
        Ok(Traceback::new(next, tb_frame, tb_lasti, tb_lineno))
    }

    #[method("()", name = "__dir__")]
    fn dir(&self) -> Result<Ref<List>> {
        let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
        Ok(List::from_vec(names.map(|name| Str::new(name).into_object()).into()))
    }

    #[getter]
    fn tb_next(&self) -> Ref {
        self.next.get().map_or_else(none, Ref::into_object)
    }

    #[setter(name = "tb_next")]
    fn set_tb_next(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            bail!(TypeError, "can't delete tb_next attribute");
        };
        if value.is_none() {
            self.next.set(None);
            return Ok(());
        }
        let Some(next) = value.downcast::<Traceback>() else {
            bail!(TypeError, "expected traceback object, got '{}'", value.class().name());
        };
        let mut cursor = Some(next.to_ref());
        while let Some(entry) = cursor {
            if entry.is(self) {
                bail!(ValueError, "traceback loop detected");
            }
            cursor = entry.next.get();
        }
        self.next.set(Some(next.to_ref()));
        Ok(())
    }

    #[member(OBJECT, readonly, read_restricted)]
    const tb_frame: usize = offset_of!(Traceback, frame);
    #[member(INT, readonly)]
    const tb_lasti: usize = offset_of!(Traceback, lasti);
    #[member(INT, readonly)]
    const tb_lineno: usize = offset_of!(Traceback, lineno);
}
