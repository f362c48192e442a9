//! The guard that lets a container that holds itself be printed.

use std::cell::RefCell;

use crate::prelude::*;

thread_local! {
    /// The containers whose `repr` is being made, borrowed.
    static PRINTING: RefCell<Vec<*const Object>> = const { RefCell::new(Vec::new()) };
}

/// Marks a container as being printed, until it is dropped.
pub struct ReprGuard(*const Object);

impl ReprGuard {
    /// Nothing where the container's `repr` is being made already: it contains itself.
    pub fn enter(object: &Object) -> Option<ReprGuard> {
        // Not `then_some`: a guard that was made in vain would take the outer one's mark with it.
        enter(object).then(|| ReprGuard(object))
    }
}

impl Drop for ReprGuard {
    fn drop(&mut self) {
        leave(self.0);
    }
}

/// `Py_ReprEnter`: false where the object is marked already.
pub fn enter(object: &Object) -> bool {
    PRINTING.with_borrow_mut(|printing| {
        let fresh = !printing.contains(&std::ptr::from_ref(object));
        if fresh {
            printing.push(object);
        }
        fresh
    })
}

/// `Py_ReprLeave`.
pub fn leave(object: *const Object) {
    PRINTING.with_borrow_mut(|printing| {
        if let Some(index) = printing.iter().rposition(|&other| other == object) {
            printing.remove(index);
        }
    });
}

/// `open` item `, ` item ... `close`: the `repr` of a sequence, whose items `next` gives one by one.
pub fn repr_items(
    open: &str,
    close: &str,
    mut next: impl FnMut(usize) -> Option<Ref>,
) -> Result<crate::str::StrBuilder> {
    let mut text = crate::str::StrBuilder::new();
    text.push_str(open);
    let mut index = 0;
    while let Some(item) = next(index) {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_string(&*item.repr()?);
        index += 1;
    }
    text.push_str(close);
    Ok(text)
}
