//! The iterators over an element and all that is within it: the elements, or their texts.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::prelude::*;

use super::element::Element;

/// An element on the way from the outermost one, and the index of its next child.
struct Step {
    element: Ref<Element>,
    next: usize,
}

#[derive(Default)]
struct Path(Vec<Step>);

impl Trace for Path {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<std::ffi::c_int> {
        self.0.iter().try_for_each(|step| step.element.trace(visitor))
    }
}

/// Goes through the tree in the order of the document. What changes meanwhile is found as it is then.
#[repr(C)]
#[derive(Trace)]
pub struct ElementIterator {
    base: Object,
    path: RefCell<Path>,
    /// The outermost element, until it was come to.
    root: Field<Element>,
    /// What elements have to be; null for all.
    tag: Field,
    gives_text: Cell<bool>,
}

/// Where one came to.
enum Place {
    Start(Ref<Element>),
    End(Ref<Element>),
}

impl ElementIterator {
    fn over(root: &Element, tag: Option<Ref>, gives_text: bool) -> Ref<ElementIterator> {
        Ref::new(ElementIterator {
            base: Object::header(),
            path: RefCell::default(),
            root: Field::new(Some(root.to_ref())),
            tag: Field::new(tag),
            gives_text: Cell::new(gives_text),
        })
    }

    /// Over the elements with a tag; `None` and `"*"` stand for any.
    pub fn over_elements(root: &Element, tag: Option<&Object>) -> Result<Ref<ElementIterator>> {
        let is_any =
            |tag: &&Object| tag.is_none() || tag.downcast::<Str>().is_some_and(|tag| tag.equals_text("*"));
        let tag = tag.filter(|tag| !is_any(tag)).map(Object::to_ref);
        Ok(ElementIterator::over(root, tag, false))
    }

    pub fn over_text(root: &Element) -> Ref<ElementIterator> {
        ElementIterator::over(root, None, true)
    }

    /// The next start or end of an element.
    fn advance(&self) -> Option<Place> {
        if let Some(root) = self.root.take() {
            self.path.borrow_mut().0.push(Step { element: root.clone(), next: 0 });
            return Some(Place::Start(root));
        }
        let mut path = self.path.borrow_mut();
        let step = path.0.last_mut()?;
        match step.element.child(step.next) {
            Some(child) => {
                step.next += 1;
                path.0.push(Step { element: child.clone(), next: 0 });
                Some(Place::Start(child))
            }
            None => path.0.pop().map(|step| Place::End(step.element)),
        }
    }

    fn is_at_root(&self) -> bool {
        self.path.borrow().0.is_empty()
    }
}

#[class(name = "_element_iterator", module = "_elementtree")]
impl ElementIterator {
    #[slot(tp_iter)]
    fn iterate(&self) -> &ElementIterator {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        while let Some(place) = self.advance() {
            match place {
                Place::Start(element) if self.gives_text.get() => {
                    let text = element.text();
                    if text.is_true()? {
                        return Ok(Some(text));
                    }
                }
                Place::Start(element) => match self.tag.get() {
                    None => return Ok(Some(element.into_object())),
                    Some(tag) => {
                        if element.tag().equals(&tag)? {
                            return Ok(Some(element.into_object()));
                        }
                    }
                },
                Place::End(element) if self.gives_text.get() && !self.is_at_root() => {
                    let tail = element.tail();
                    if tail.is_true()? {
                        return Ok(Some(tail));
                    }
                }
                Place::End(_) => {}
            }
        }
        Ok(None)
    }
}
