//! `InterpreterID`: the number of an interpreter as an object, which may keep the interpreter alive.

use std::cell::Cell;

use objects::arguments::{Parameters, Shape};
use objects::prelude::*;
use objects::str::InternedName;

use crate::interpreter::Interpreter;
use crate::{runtime, shutdown};

/// The identity of an interpreter: a number.
#[repr(C)]
#[derive(Trace)]
pub struct InterpreterId {
    base: Object,
    pub id: i64,
    /// Whether it is counted among the interpreter's objects.
    #[trace(skip)]
    counts: Cell<bool>,
}

impl InterpreterId {
    /// The object for an interpreter's number; without the interpreter only where it is forced.
    pub fn new(id: i64, force: bool) -> Result<Ref<InterpreterId>> {
        InterpreterId::new_in(&INTERPRETER_ID, id, force)
    }

    fn new_in(class: &Type, id: i64, force: bool) -> Result<Ref<InterpreterId>> {
        let interpreter = runtime::find_interpreter(id);
        match interpreter {
            Some(interpreter) => interpreter.id_objects.set(interpreter.id_objects.get() + 1),
            None if force => {}
            None => return Err(unrecognized(id)),
        }
        let counts = Cell::new(interpreter.is_some());
        Ref::new_in(class, InterpreterId { base: Object::header(), id, counts })
    }

    /// The object of an interpreter that is alive.
    pub fn of(interpreter: &Interpreter) -> Result<Ref<InterpreterId>> {
        InterpreterId::new(interpreter.id, false)
    }
}

impl Drop for InterpreterId {
    fn drop(&mut self) {
        if self.counts.get()
            && let Some(interpreter) = runtime::find_interpreter(self.id)
        {
            release(interpreter);
        }
    }
}

/// Counts one object less; the last one may end the interpreter, unless something of it still runs.
pub fn release(interpreter: &'static Interpreter) {
    let left = interpreter.id_objects.get().saturating_sub(1);
    interpreter.id_objects.set(left);
    if left == 0 {
        end_without_ids(interpreter);
    }
}

/// Ends an interpreter that nothing can name any more. One that still runs ends when that is over.
pub fn end_without_ids(interpreter: &'static Interpreter) {
    if interpreter.id_objects.get() > 0 || !interpreter.ends_with_ids.get() || interpreter.is_main() {
        return;
    }
    // What has threads of its own goes on for as long as the process.
    let _ = shutdown::end_from_outside(interpreter);
}

#[cold]
fn unrecognized(id: i64) -> Raised {
    raise!(RuntimeError, "unrecognized interpreter ID {id}")
}

/// The number that an object says, of an interpreter or of what `kind` names.
pub fn number(object: &Object, kind: &str) -> Result<i64> {
    if !object.has_index() {
        bail!(TypeError, "{kind} ID must be an int, got {}", object.class().name());
    }
    let Some(number) = object.index()?.to_i64() else {
        bail!(OverflowError, "int too big to convert");
    };
    if number < 0 {
        bail!(ValueError, "{kind} ID must be a non-negative int, got {}", object.repr()?);
    }
    Ok(number)
}

/// The interpreter that an object says.
pub fn look_up(object: &Object) -> Result<&'static Interpreter> {
    let id = match object.downcast::<InterpreterId>() {
        Some(object) => object.id,
        None => number(object, "interpreter")?,
    };
    runtime::find_interpreter(id).ok_or_else(|| unrecognized(id))
}

/// The number of an interpreter of this process; it works wherever an integer does.
#[class(
    name = "InterpreterID",
    symbol = "_PyInterpreterID_Type",
    static_ = INTERPRETER_ID,
    flags = BASETYPE
)]
impl InterpreterId {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<InterpreterId>> {
        static PARAMETERS: Parameters<2> = Parameters::new(
            Shape {
                function: "InterpreterID.__init__",
                positional_only: 0,
                positional: 1,
                required: 1,
                required_keywords: 0,
                has_rest: false,
                has_keywords: false,
            },
            [InternedName::new("id"), InternedName::new("force")],
        );
        let [id, force] = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?.values;
        let id = id.unwrap_or(none_object());
        let id = match id.downcast::<InterpreterId>() {
            Some(id) => id.id,
            None => number(id, "interpreter")?,
        };
        let force = match force {
            Some(force) => force.is_true()?,
            None => false,
        };
        InterpreterId::new_in(class, id, force)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        Str::new(&format!("{}({})", self.class().short_name(), self.id))
    }

    #[slot(tp_str)]
    fn str(&self) -> Ref<Str> {
        Str::new(&self.id.to_string())
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

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(not_implemented());
        }
        match other.downcast::<InterpreterId>() {
            Some(other) => op.accepts(self.id.cmp(&other.id)).into_object(),
            None if other.is_number() => Int::new(self.id).as_object().compare(other, op),
            None => Ok(not_implemented()),
        }
    }
}
