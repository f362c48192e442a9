//! `cell`: a variable that several scopes share.

use crate::prelude::*;
use crate::protocol::CompareOp;

/// `PyCellObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Cell {
    base: Object,
    content: Field,
}

impl Cell {
    pub fn new(content: Option<Ref>) -> Ref<Cell> {
        Ref::new(Cell { base: Object::header(), content: Field::new(content) })
    }

    /// The variable's value; none while it is unbound.
    #[inline(always)]
    pub fn get(&self) -> Option<Ref> {
        self.content.get()
    }

    #[inline(always)]
    pub fn set(&self, content: Option<Ref>) {
        self.content.set(content);
    }

    #[inline(always)]
    /// Takes the content out.
    pub fn take(&self) -> Option<Ref> {
        self.content.take()
    }

    pub fn is_empty(&self) -> bool {
        self.content.is_null()
    }
}

/// cell([contents])
/// --
///
/// Create a new cell object.
///
///   contents
///     the value that the cell holds. Without it the cell starts out empty,
///     and reading it raises until a value is set.
#[class(name = "cell", symbol = "PyCell_Type", generic_getattro)]
impl Cell {
    #[slot(tp_new, "(contents=None, /)")]
    fn new_cell(_class: &Type, contents: Option<&Object>) -> Ref<Cell> {
        Cell::new(contents.map(Object::to_ref))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        match self.get() {
            None => Str::new(&format!("<cell at {:p}: empty>", self)),
            Some(content) => {
                let class = content.class().name();
                Str::new(&format!("<cell at {:p}: {class} object at {:p}>", self, &*content))
            }
        }
    }

    /// Cells compare by their contents; an empty one is less than any other.
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.downcast_exact::<Cell>() else { return Ok(not_implemented()) };
        match (self.get(), other.get()) {
            (Some(own), Some(other)) => own.compare(&other, op),
            (own, other) => op.accepts(own.is_some().cmp(&other.is_some())).into_object(),
        }
    }

    #[getter]
    fn cell_contents(&self) -> Result<Ref> {
        self.get().ok_or_else(|| raise!(ValueError, "Cell is empty"))
    }

    #[setter]
    fn set_cell_contents(&self, value: Option<&Object>) {
        self.set(value.map(Object::to_ref));
    }
}
