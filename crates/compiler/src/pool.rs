//! Pools that number their entries in the order in which they are first asked for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::rc::Rc;

use bytecode::{CodeUnit, Const};
use literals::{Constant, Text};

/// A hasher for short keys of trusted origin: quick, not resistant to chosen collisions beyond
/// what a source file can do to its own compilation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct QuickHasher(u64);

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.write_u64(u64::from_le_bytes(last) ^ (rest.len() as u64) << 56);
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(MULTIPLIER);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;
pub(crate) type QuickSet<K> = std::collections::HashSet<K, BuildHasherDefault<QuickHasher>>;

/// Names, each once.
#[derive(Debug, Default)]
pub(crate) struct NamePool {
    names: Vec<Text>,
    index: QuickMap<Text, u32>,
}

impl NamePool {
    /// The number of the name, added if new.
    pub fn add(&mut self, name: &Text) -> u32 {
        if let Some(&index) = self.index.get(name) {
            return index;
        }
        let index = self.names.len() as u32;
        self.names.push(name.clone());
        self.index.insert(name.clone(), index);
        index
    }

    pub fn get(&self, name: &Text) -> Option<u32> {
        self.index.get(name).copied()
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn into_names(self) -> Vec<Text> {
        self.names
    }
}

impl FromIterator<Text> for NamePool {
    fn from_iter<I: IntoIterator<Item = Text>>(names: I) -> Self {
        let mut pool = NamePool::default();
        names.into_iter().for_each(|name| {
            pool.add(&name);
        });
        pool
    }
}

/// Constants, equal ones of the same type once.
#[derive(Debug, Default)]
pub(crate) struct ConstantPool {
    constants: Vec<Const>,
    index: QuickMap<Key, u32>,
}

/// A constant as a key: two share a place in the pool if they are the same to every program.
#[derive(Debug, Clone)]
struct Key(Const);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            // The order of a set's elements does not count.
            Const::Value(Constant::FrozenSet(items)) => items.len().hash(state),
            Const::Value(value) => value.hash(state),
            Const::Code(unit) => (&unit.name, unit.firstlineno, &unit.code).hash(state),
        }
    }
}

fn same(left: &Const, right: &Const) -> bool {
    match (left, right) {
        (Const::Value(left), Const::Value(right)) => same_value(left, right),
        (Const::Code(left), Const::Code(right)) => same_unit(left, right),
        _ => false,
    }
}

fn same_value(left: &Constant, right: &Constant) -> bool {
    match (left, right) {
        (Constant::FrozenSet(left), Constant::FrozenSet(right)) => {
            left.len() == right.len()
                && left.iter().all(|item| right.iter().any(|other| same_value(item, other)))
        }
        (Constant::Tuple(left), Constant::Tuple(right)) => {
            left.len() == right.len()
                && left.iter().zip(&**right).all(|(item, other)| same_value(item, other))
        }
        // Not a number is not even equal to itself.
        (Constant::Float(value), _) if value.is_nan() => false,
        (Constant::Complex(real, imag), _) if real.is_nan() || imag.is_nan() => false,
        _ => left == right,
    }
}

/// Whether two code objects compare equal: everything but file name, line table and stack size counts.
fn same_unit(left: &CodeUnit, right: &CodeUnit) -> bool {
    left.name == right.name
        && (left.argcount, left.posonlyargcount, left.kwonlyargcount)
            == (right.argcount, right.posonlyargcount, right.kwonlyargcount)
        && (left.nlocals, left.flags, left.firstlineno) == (right.nlocals, right.flags, right.firstlineno)
        && left.code == right.code
        && left.consts.len() == right.consts.len()
        && left.consts.iter().zip(&right.consts).all(|(left, right)| same(left, right))
        && (&left.names, &left.varnames) == (&right.names, &right.varnames)
        && (&left.freevars, &left.cellvars) == (&right.freevars, &right.cellvars)
}

impl ConstantPool {
    pub fn add(&mut self, value: Constant) -> u32 {
        self.intern(Const::Value(value))
    }

    pub fn add_code(&mut self, unit: Rc<CodeUnit>) -> u32 {
        self.intern(Const::Code(unit))
    }

    fn intern(&mut self, constant: Const) -> u32 {
        let next = self.constants.len() as u32;
        let key = Key(constant);
        let index = *self.index.entry(key.clone()).or_insert(next);
        if index == next {
            self.constants.push(key.0);
        }
        index
    }

    pub fn into_constants(self) -> Vec<Const> {
        self.constants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_share_a_place_only_if_indistinguishable() {
        let mut pool = ConstantPool::default();
        let set = |items: [i32; 2]| {
            Constant::FrozenSet(items.map(|item| Constant::Int(item.into())).as_slice().into())
        };
        let places: Vec<u32> = [
            Constant::Int(0.into()),
            Constant::Bool(false),
            Constant::Float(0.0),
            Constant::Float(-0.0),
            Constant::Int(0.into()),
            set([1, 2]),
            set([2, 1]),
            Constant::Float(f64::NAN),
            Constant::Float(f64::NAN),
        ]
        .map(|value| pool.add(value))
        .into();
        assert_eq!(places, [0, 1, 2, 3, 0, 4, 4, 5, 6]);
    }
}
