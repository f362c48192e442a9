//! A doubly linked list in a vector: an item keeps its place, a number, wherever it is moved to.

use std::ffi::c_int;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};

/// No place: the end of the list in either direction.
const END: usize = usize::MAX;

struct Link<T> {
    item: T,
    previous: usize,
    next: usize,
}

/// Every operation takes constant time. What is taken out is given back, and never dropped here.
pub struct Chain<T> {
    links: Vec<Option<Link<T>>>,
    free: Vec<usize>,
    first: usize,
    last: usize,
}

impl<T> Default for Chain<T> {
    fn default() -> Chain<T> {
        Chain { links: Vec::new(), free: Vec::new(), first: END, last: END }
    }
}

impl<T> Chain<T> {
    fn link(&self, place: usize) -> Option<&Link<T>> {
        self.links.get(place)?.as_ref()
    }

    fn link_mut(&mut self, place: usize) -> Option<&mut Link<T>> {
        self.links.get_mut(place)?.as_mut()
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.links.len() - self.free.len()
    }

    pub fn get(&self, place: usize) -> Option<&T> {
        self.link(place).map(|link| &link.item)
    }

    /// The place of the first item.
    pub fn first(&self) -> Option<usize> {
        (self.first != END).then_some(self.first)
    }

    /// The place of the last item.
    pub fn last(&self) -> Option<usize> {
        (self.last != END).then_some(self.last)
    }

    /// The place of the item behind another.
    pub fn next(&self, place: usize) -> Option<usize> {
        self.link(place).map(|link| link.next).filter(|&next| next != END)
    }

    /// The place of the item before another.
    pub fn previous(&self, place: usize) -> Option<usize> {
        self.link(place).map(|link| link.previous).filter(|&previous| previous != END)
    }

    /// The items in their order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::successors(self.first(), |&place| self.next(place)).filter_map(|place| self.get(place))
    }

    /// Joins the two neighbours of a place, either of which may be an end.
    fn join(&mut self, previous: usize, next: usize) {
        match self.link_mut(previous) {
            Some(link) => link.next = next,
            None => self.first = next,
        }
        match self.link_mut(next) {
            Some(link) => link.previous = previous,
            None => self.last = previous,
        }
    }

    /// Puts a place that is in no row between two neighbours.
    fn insert(&mut self, place: usize, previous: usize, next: usize) {
        self.join(previous, place);
        self.join(place, next);
        if let Some(link) = self.link_mut(place) {
            (link.previous, link.next) = (previous, next);
        }
    }

    /// Adds an item at the end; gives its place.
    pub fn push(&mut self, item: T) -> usize {
        let link = Some(Link { item, previous: END, next: END });
        let place = match self.free.pop() {
            Some(place) => {
                self.links[place] = link;
                place
            }
            None => {
                self.links.push(link);
                self.links.len() - 1
            }
        };
        self.insert(place, self.last, END);
        place
    }

    pub fn remove(&mut self, place: usize) -> Option<T> {
        let link = self.links.get_mut(place)?.take()?;
        self.join(link.previous, link.next);
        self.free.push(place);
        Some(link.item)
    }

    fn detach(&mut self, place: usize) {
        if let Some(&Link { previous, next, .. }) = self.link(place) {
            self.join(previous, next);
        }
    }

    /// Moves the item at a place to the end. The place stays its own.
    pub fn move_to_last(&mut self, place: usize) {
        if self.get(place).is_some() && place != self.last {
            self.detach(place);
            self.insert(place, self.last, END);
        }
    }

    /// Moves the item at a place to the beginning. The place stays its own.
    pub fn move_to_first(&mut self, place: usize) {
        if self.get(place).is_some() && place != self.first {
            self.detach(place);
            self.insert(place, END, self.first);
        }
    }
}

impl<T: Trace> Trace for Chain<T> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.links.iter().flatten().try_for_each(|link| link.item.trace(visitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(chain: &Chain<char>) -> String {
        chain.iter().collect()
    }

    #[test]
    fn items_keep_their_places() {
        let mut chain = Chain::default();
        let [a, b, c] = ['a', 'b', 'c'].map(|item| chain.push(item));
        chain.move_to_first(c);
        assert_eq!(items(&chain), "cab");
        chain.move_to_last(a);
        chain.move_to_last(a);
        assert_eq!((items(&chain), chain.get(b)), ("cba".into(), Some(&'b')));
        assert_eq!((chain.remove(b), chain.remove(b), chain.len()), (Some('b'), None, 2));
        chain.move_to_last(b);
        assert_eq!((items(&chain), chain.push('d')), ("ca".into(), b));
        assert_eq!(
            (chain.first(), chain.last(), chain.next(c), chain.previous(c)),
            (Some(c), Some(b), Some(a), None)
        );
        for place in [c, a, b] {
            chain.remove(place);
        }
        assert_eq!((items(&chain), chain.first(), chain.last()), (String::new(), None, None));
    }
}
