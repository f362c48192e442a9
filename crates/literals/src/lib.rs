//! The values that a literal in Python source, or a folded constant, can have.
//!
//! The syntax tree, the compiler and the code unit share these, so that no
//! crate before the object model needs to know an object.

mod text;

pub use dashu_int::IBig;
pub use text::{InvalidText, Text, TextBuilder};

/// A constant: what a literal denotes, or what constant folding makes of several.
///
/// Equality is the one that decides whether two constants share a place in
/// `co_consts`: by type, and bit by bit for floats (so `0.0` is not `-0.0`, `1` is not `True`).
#[derive(Clone, Debug)]
pub enum Constant {
    None,
    Ellipsis,
    Bool(bool),
    Int(IBig),
    Float(f64),
    /// Real and imaginary part.
    Complex(f64, f64),
    Str(Text),
    Bytes(std::rc::Rc<[u8]>),
    Tuple(std::rc::Rc<[Constant]>),
    /// Elements in the order in which the source names them, duplicates removed.
    FrozenSet(std::rc::Rc<[Constant]>),
}

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        use Constant::*;
        match (self, other) {
            (None, None) | (Ellipsis, Ellipsis) => true,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Complex(a, b), Complex(c, d)) => (a.to_bits(), b.to_bits()) == (c.to_bits(), d.to_bits()),
            (Str(a), Str(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Tuple(a), Tuple(b)) | (FrozenSet(a), FrozenSet(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Constant {}

impl std::hash::Hash for Constant {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Constant::None | Constant::Ellipsis => {}
            Constant::Bool(value) => value.hash(state),
            Constant::Int(value) => value.hash(state),
            Constant::Float(value) => value.to_bits().hash(state),
            Constant::Complex(real, imag) => (real.to_bits(), imag.to_bits()).hash(state),
            Constant::Str(value) => value.hash(state),
            Constant::Bytes(value) => value.hash(state),
            Constant::Tuple(items) | Constant::FrozenSet(items) => items.hash(state),
        }
    }
}
