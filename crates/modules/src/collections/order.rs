//! The order of an `OrderedDict`: a list of its keys beside the dictionary's own entries.
//!
//! Whoever changes the dictionary behind the list's back leaves keys here that the dictionary has not.

use std::collections::HashMap;
use std::ffi::c_int;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::prelude::*;

use crate::chain::Chain;

/// A key, the very object that the dictionary stores, with the hash that it was stored by.
#[derive(Clone)]
pub struct Node {
    pub key: Ref,
    pub hash: isize,
}

impl Trace for Node {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.key.trace(visitor)
    }
}

/// Spreads an address, whose lowest bits are always the same.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_usize(byte.into()));
    }

    fn write_usize(&mut self, number: usize) {
        let spread = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ spread >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The list, and where in it a stored key is found by its address, which is its own while a node holds it.
#[derive(Default)]
pub struct Order {
    nodes: Chain<Node>,
    places: HashMap<usize, usize, BuildHasherDefault<AddressHasher>>,
}

fn address(key: &Object) -> usize {
    std::ptr::from_ref(key).addr()
}

impl Order {
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn place(&self, stored_key: &Object) -> Option<usize> {
        self.places.get(&address(stored_key)).copied()
    }

    /// The node at the end, or at the beginning.
    pub fn at_end(&self, last: bool) -> Option<Node> {
        let place = if last { self.nodes.last() } else { self.nodes.first() };
        self.nodes.get(place?).cloned()
    }

    /// The key that follows a place, or that precedes it.
    pub fn neighbour(&self, place: usize, backwards: bool) -> Option<Ref> {
        let place = if backwards { self.nodes.previous(place) } else { self.nodes.next(place) };
        self.nodes.get(place?).map(|node| node.key.clone())
    }

    /// The keys, as they are now.
    pub fn keys(&self) -> Vec<Ref> {
        self.nodes.iter().map(|node| node.key.clone()).collect()
    }

    pub fn push(&mut self, stored_key: Ref, hash: isize) {
        let address = address(&stored_key);
        let place = self.nodes.push(Node { key: stored_key, hash });
        self.places.insert(address, place);
    }

    pub fn remove(&mut self, place: usize) -> Option<Node> {
        let node = self.nodes.remove(place)?;
        let address = address(&node.key);
        if self.places.get(&address) == Some(&place) {
            self.places.remove(&address);
        }
        Some(node)
    }

    /// Moves a node to the end, or to the beginning.
    pub fn move_to_end(&mut self, place: usize, last: bool) {
        match last {
            true => self.nodes.move_to_last(place),
            false => self.nodes.move_to_first(place),
        }
    }
}

/// Boxed, for want of room in `PyODictObject`.
impl Trace for Box<Order> {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.nodes.trace(visitor)
    }
}
