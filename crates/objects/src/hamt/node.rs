//! The nodes of the trie. They never change, so a borrow of their entries may live across a comparison.

use std::ffi::c_int;
use std::ops::ControlFlow;

use smallvec::{SmallVec, smallvec};

use crate::header::Layout;
use crate::memory::{Trace, Visitor};
use crate::prelude::*;

/// How many bits of the hash choose a place at each level.
const LEVEL_BITS: u32 = 5;

/// What stands in a node's place.
enum Entry {
    Pair { hash: u32, key: Ref, value: Ref },
    Node(Ref<Node>),
}

impl Clone for Entry {
    fn clone(&self) -> Entry {
        match self {
            Entry::Pair { hash, key, value } => {
                Entry::Pair { hash: *hash, key: key.clone(), value: value.clone() }
            }
            Entry::Node(node) => Entry::Node(node.clone()),
        }
    }
}

/// How a node finds its entries.
#[derive(Clone, Copy)]
enum Shape {
    /// A bit for each of the 32 places in use; the entries stand close together.
    Bitmap(u32),
    /// Pairs whose keys all have this hash, in any order.
    Collision(u32),
}

/// The entries of a node, inside it where they are few: most contexts have no more variables.
type Entries = SmallVec<[Entry; 2]>;

/// A node of the trie, never without entries. Below the root, one with a single pair is that pair.
#[repr(C)]
pub struct Node {
    base: Object,
    shape: Shape,
    entries: Entries,
}

/// What is left when a key is taken out.
pub enum Removed<T: Layout> {
    /// The key was not there.
    Nothing,
    /// There was no other.
    Last,
    Rest(Ref<T>),
}

impl Trace for Node {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.entries.iter().try_for_each(|entry| match entry {
            Entry::Pair { key, value, .. } => {
                visitor.visit(key)?;
                visitor.visit(value)
            }
            Entry::Node(node) => visitor.visit(node),
        })
    }
}

#[class(name = "hamt_node")]
impl Node {}

/// The key's hash in the 32 bits that choose its path.
pub fn folded_hash(key: &Object) -> Result<u32> {
    let hash = key.hash()? as u64;
    Ok(hash as u32 ^ (hash >> 32) as u32)
}

/// The bit for a hash's place at a level.
fn place(hash: u32, shift: u32) -> u32 {
    1 << (hash >> shift & ((1 << LEVEL_BITS) - 1))
}

/// Where among a node's entries the one for a bit stands, or would stand.
fn index(bitmap: u32, bit: u32) -> usize {
    (bitmap & (bit - 1)).count_ones() as usize
}

impl Node {
    fn new(shape: Shape, entries: Entries) -> Ref<Node> {
        Ref::new(Node { base: Object::header(), shape, entries })
    }

    /// A root with one pair.
    pub fn of_one(hash: u32, key: &Object, value: &Object) -> Ref<Node> {
        let pair = Entry::Pair { hash, key: key.to_ref(), value: value.to_ref() };
        Node::new(Shape::Bitmap(place(hash, 0)), smallvec![pair])
    }

    /// A copy with another entry in a place.
    fn replacing(&self, index: usize, entry: Entry) -> Ref<Node> {
        let mut entries = self.entries.clone();
        entries[index] = entry;
        Node::new(self.shape, entries)
    }

    /// A copy with an entry more.
    fn inserting(&self, shape: Shape, index: usize, entry: Entry) -> Ref<Node> {
        let (before, after) = self.entries.split_at(index);
        let entries = before.iter().cloned().chain([entry]).chain(after.iter().cloned());
        Node::new(shape, entries.collect())
    }

    /// A copy with an entry less.
    fn removing(&self, shape: Shape, index: usize) -> Removed<Node> {
        let (before, after) = (&self.entries[..index], &self.entries[index + 1..]);
        match before.is_empty() && after.is_empty() {
            true => Removed::Last,
            false => Removed::Rest(Node::new(shape, before.iter().chain(after).cloned().collect())),
        }
    }

    /// The place of a key among colliding ones.
    fn position(&self, key: &Object) -> Result<Option<usize>> {
        for (index, entry) in self.entries.iter().enumerate() {
            if let Entry::Pair { key: ours, .. } = entry
                && key.equals(ours)?
            {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// The entry that this node is to its parent.
    fn into_entry(node: Ref<Node>) -> Entry {
        match &*node.entries {
            [pair @ Entry::Pair { .. }] => pair.clone(),
            _ => Entry::Node(node),
        }
    }

    pub fn find(&self, shift: u32, hash: u32, key: &Object) -> Result<Option<Ref>> {
        let index = match self.shape {
            Shape::Bitmap(bitmap) => {
                let bit = place(hash, shift);
                (bitmap & bit != 0).then(|| index(bitmap, bit))
            }
            Shape::Collision(ours) if ours == hash => self.position(key)?,
            Shape::Collision(_) => None,
        };
        match index.map(|index| &self.entries[index]) {
            Some(Entry::Node(node)) => node.find(shift + LEVEL_BITS, hash, key),
            Some(Entry::Pair { key: ours, value, .. }) => Ok(key.equals(ours)?.then(|| value.clone())),
            None => Ok(None),
        }
    }

    /// This node with a key's value set, and whether the key is new. The node itself where nothing changes.
    pub fn with(&self, shift: u32, hash: u32, key: &Object, value: &Object) -> Result<(Ref<Node>, bool)> {
        let pair = || Entry::Pair { hash, key: key.to_ref(), value: value.to_ref() };
        match self.shape {
            Shape::Collision(ours) if ours == hash => match self.position(key)? {
                Some(index) => Ok((self.with_value(index, value), false)),
                None => Ok((self.inserting(self.shape, self.entries.len(), pair()), true)),
            },
            Shape::Collision(ours) => {
                let parent =
                    Node::new(Shape::Bitmap(place(ours, shift)), smallvec![Entry::Node(self.to_ref())]);
                parent.with(shift, hash, key, value)
            }
            Shape::Bitmap(bitmap) => {
                let bit = place(hash, shift);
                let index = index(bitmap, bit);
                if bitmap & bit == 0 {
                    return Ok((self.inserting(Shape::Bitmap(bitmap | bit), index, pair()), true));
                }
                match &self.entries[index] {
                    Entry::Node(node) => {
                        let (child, is_new) = node.with(shift + LEVEL_BITS, hash, key, value)?;
                        match child.is(node) {
                            true => Ok((self.to_ref(), false)),
                            false => Ok((self.replacing(index, Entry::Node(child)), is_new)),
                        }
                    }
                    Entry::Pair { key: ours, .. } if key.equals(ours)? => {
                        Ok((self.with_value(index, value), false))
                    }
                    ours @ Entry::Pair { hash: our_hash, .. } => {
                        let both =
                            Node::of_two(shift + LEVEL_BITS, (*our_hash, ours.clone()), (hash, pair()));
                        Ok((self.replacing(index, Entry::Node(both)), true))
                    }
                }
            }
        }
    }

    /// This node with another value for the pair in a place.
    fn with_value(&self, index: usize, value: &Object) -> Ref<Node> {
        match &self.entries[index] {
            Entry::Pair { hash, key, value: ours } if !ours.is(value) => {
                self.replacing(index, Entry::Pair { hash: *hash, key: key.clone(), value: value.to_ref() })
            }
            _ => self.to_ref(),
        }
    }

    /// A node of two pairs with different keys.
    fn of_two(shift: u32, first: (u32, Entry), second: (u32, Entry)) -> Ref<Node> {
        if first.0 == second.0 {
            return Node::new(Shape::Collision(first.0), smallvec![first.1, second.1]);
        }
        let (first_bit, second_bit) = (place(first.0, shift), place(second.0, shift));
        if first_bit == second_bit {
            let below = Node::of_two(shift + LEVEL_BITS, first, second);
            return Node::new(Shape::Bitmap(first_bit), smallvec![Entry::Node(below)]);
        }
        let entries = if first_bit < second_bit { [first.1, second.1] } else { [second.1, first.1] };
        Node::new(Shape::Bitmap(first_bit | second_bit), SmallVec::from_buf(entries))
    }

    /// This node without a key.
    pub fn without(&self, shift: u32, hash: u32, key: &Object) -> Result<Removed<Node>> {
        match self.shape {
            Shape::Collision(ours) if ours == hash => Ok(match self.position(key)? {
                Some(index) => self.removing(self.shape, index),
                None => Removed::Nothing,
            }),
            Shape::Collision(_) => Ok(Removed::Nothing),
            Shape::Bitmap(bitmap) => {
                let bit = place(hash, shift);
                let index = index(bitmap, bit);
                if bitmap & bit == 0 {
                    return Ok(Removed::Nothing);
                }
                let removing = || self.removing(Shape::Bitmap(bitmap & !bit), index);
                match &self.entries[index] {
                    Entry::Node(node) => Ok(match node.without(shift + LEVEL_BITS, hash, key)? {
                        Removed::Nothing => Removed::Nothing,
                        Removed::Last => removing(),
                        Removed::Rest(child) => Removed::Rest(self.replacing(index, Node::into_entry(child))),
                    }),
                    Entry::Pair { key: ours, .. } => Ok(match key.equals(ours)? {
                        true => removing(),
                        false => Removed::Nothing,
                    }),
                }
            }
        }
    }
}

/// A walk over all pairs below a node, depth first.
#[derive(Default)]
pub struct Walk(Vec<(Ref<Node>, usize)>);

impl Walk {
    pub fn over(root: Option<&Node>) -> Walk {
        Walk(root.map(|root| (root.to_ref(), 0)).into_iter().collect())
    }

    /// The next pair and its key's folded hash.
    pub fn next(&mut self) -> Option<(u32, Ref, Ref)> {
        while let Some((node, position)) = self.0.last_mut() {
            let entry = node.entries.get(*position).cloned();
            *position += 1;
            match entry {
                Some(Entry::Pair { hash, key, value }) => return Some((hash, key, value)),
                Some(Entry::Node(child)) => self.0.push((child, 0)),
                None => drop(self.0.pop()),
            }
        }
        None
    }
}

impl Trace for Walk {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.0.iter().try_for_each(|(node, _)| visitor.visit(node))
    }
}
