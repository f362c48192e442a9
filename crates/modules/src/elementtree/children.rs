//! What most elements have not: attributes and children. It lies beside the element, and only where there is some.

use std::ffi::c_int;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::prelude::*;

use super::element::Element;

/// How many children have a place without a list.
const FEW: usize = 4;

/// Attributes and children. Up to [`FEW`] children are in `few`, from the first place on; once there were more, all
/// are in `more`.
#[derive(Default)]
pub struct Extra {
    pub attributes: Option<Ref<Dict>>,
    few: [Option<Ref<Element>>; FEW],
    more: Vec<Ref<Element>>,
}

impl Extra {
    pub fn new(attributes: Ref<Dict>) -> Extra {
        Extra { attributes: Some(attributes), ..Extra::default() }
    }

    fn is_long(&self) -> bool {
        self.more.capacity() > 0
    }

    pub fn len(&self) -> usize {
        match self.is_long() {
            true => self.more.len(),
            false => self.few.iter().take_while(|place| place.is_some()).count(),
        }
    }

    pub fn get(&self, index: usize) -> Option<&Ref<Element>> {
        match self.is_long() {
            true => self.more.get(index),
            false => self.few.get(index).and_then(Option::as_ref),
        }
    }

    pub fn push(&mut self, child: Ref<Element>) {
        if !self.is_long() {
            if let Some(free) = self.few.iter_mut().find(|place| place.is_none()) {
                *free = Some(child);
                return;
            }
            self.lengthen();
        }
        self.more.push(child);
    }

    fn lengthen(&mut self) {
        self.more.reserve_exact(2 * FEW);
        self.more.extend(self.few.iter_mut().filter_map(Option::take));
    }

    /// Puts a child before the one that is there, or at the end.
    pub fn insert(&mut self, index: usize, child: Ref<Element>) {
        let length = self.len();
        if !self.is_long() && length < FEW {
            self.few[length] = Some(child);
            self.few[index.min(length)..=length].rotate_right(1);
            return;
        }
        if !self.is_long() {
            self.lengthen();
        }
        self.more.insert(index.min(length), child);
    }

    /// Takes a child out.
    pub fn remove(&mut self, index: usize) -> Option<Ref<Element>> {
        if self.is_long() {
            return (index < self.more.len()).then(|| self.more.remove(index));
        }
        let removed = self.few.get_mut(index)?.take()?;
        self.few[index..].rotate_left(1);
        Some(removed)
    }

    /// Puts a child in another's place, which is given back; none where there is no such place.
    pub fn replace(&mut self, index: usize, child: Ref<Element>) -> Option<Ref<Element>> {
        let place = match self.is_long() {
            true => self.more.get_mut(index)?,
            false => self.few.get_mut(index)?.as_mut()?,
        };
        Some(std::mem::replace(place, child))
    }

    pub fn to_vec(&self) -> Vec<Ref<Element>> {
        match self.is_long() {
            true => self.more.clone(),
            false => self.few.iter().flatten().cloned().collect(),
        }
    }

    /// Takes all children out, and puts others in.
    pub fn replace_all(&mut self, children: Vec<Ref<Element>>) -> Vec<Ref<Element>> {
        let mut old: Vec<_> = self.few.iter_mut().filter_map(Option::take).collect();
        old.append(&mut self.more);
        self.more = Vec::new();
        if children.len() > FEW {
            self.more = children;
        } else {
            children.into_iter().for_each(|child| self.push(child));
        }
        old
    }

    /// The size in memory.
    pub fn size(&self) -> usize {
        size_of::<Extra>() + self.more.capacity() * size_of::<Ref<Element>>()
    }
}

/// The place for it in an element.
#[derive(Default)]
pub struct ExtraBox(pub Option<Box<Extra>>);

impl Trace for ExtraBox {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        let Some(extra) = &self.0 else { return ControlFlow::Continue(()) };
        extra.attributes.trace(visitor)?;
        extra.few.trace(visitor)?;
        extra.more.trace(visitor)
    }
}
