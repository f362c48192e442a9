//! The iterator over an element and all that is below it, in the document's order.

use std::cell::{Cell, RefCell};

use objects::prelude::*;

use super::element::{Element, Part};

/// What the iterator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    Elements,
    Texts,
}

/// No native call nests, however deep the tree: the open elements lie on a stack.
#[repr(C)]
#[derive(Trace)]
pub struct ElementIterator {
    base: Object,
    /// Until it is given.
    root: Field<Element>,
    open: RefCell<Vec<Ref<Element>>>,
    /// For each open element, the index of the next child.
    #[trace(skip)]
    next: RefCell<Vec<usize>>,
    /// Only elements with this tag; null for all.
    tag: Field,
    #[trace(skip)]
    yields: Cell<Yields>,
}

impl ElementIterator {
    pub fn over(root: &Element, yields: Yields, tag: Option<&Object>) -> Result<Ref<ElementIterator>> {
        let is_any = |tag: &Object| match tag.downcast::<Str>() {
            Some(text) => text.as_str() == Some("*"),
            None => tag.is_none() || tag.downcast::<Bytes>().is_some_and(|bytes| bytes.as_bytes() == b"*"),
        };
        Ref::new_in(
            &ELEMENT_ITERATOR,
            ElementIterator {
                base: Object::header(),
                root: Field::new(Some(root.to_ref())),
                open: RefCell::default(),
                next: RefCell::default(),
                tag: Field::new(tag.filter(|tag| !is_any(tag)).map(Object::to_ref)),
                yields: Cell::new(yields),
            },
        )
    }

    /// The next child of the innermost open element; an element without one is closed, and given back.
    fn step(&self) -> Option<Step> {
        let parent = self.open.borrow().last().cloned()?;
        if let Some(index) = self.next.borrow_mut().last_mut()
            && let Some(child) = parent.child(*index)
        {
            *index += 1;
            return Some(Step::Into(child));
        }
        self.next.borrow_mut().pop();
        let closed = self.open.borrow_mut().pop()?;
        Some(Step::OutOf(closed))
    }

    fn enter(&self, element: &Ref<Element>) {
        self.open.borrow_mut().push(element.clone());
        self.next.borrow_mut().push(0);
    }
}

enum Step {
    Into(Ref<Element>),
    OutOf(Ref<Element>),
}

#[class(name = "_element_iterator", module = "_elementtree")]
impl ElementIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &ElementIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        loop {
            let step = match self.root.take() {
                Some(root) => Step::Into(root),
                None => match self.step() {
                    Some(step) => step,
                    None => return Ok(None),
                },
            };
            let text = match step {
                Step::Into(element) => {
                    self.enter(&element);
                    match self.yields.get() {
                        Yields::Texts => element.part(Part::Text),
                        Yields::Elements => {
                            let wanted = match self.tag.get() {
                                Some(tag) => element.tag().equals(&tag)?,
                                None => true,
                            };
                            if wanted {
                                return Ok(Some(element.into_object()));
                            }
                            continue;
                        }
                    }
                }
                // What follows the root is not below it.
                Step::OutOf(element) if self.yields.get() == Yields::Texts && !self.open.borrow().is_empty() => {
                    element.part(Part::Tail)
                }
                Step::OutOf(_) => continue,
            };
            if let Some(text) = text
                && text.is_true()?
            {
                return Ok(Some(text));
            }
        }
    }
}
