//! The one table that ties slots to special methods, and both ways of using it: a slot of a type in C
//! or Rust appears as a method, and a method of a class in Python fills the slot.

use std::cell::Cell;
use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr;

use super::{dunder, wrappers};
use crate::descriptor::{self, WrapperDescriptor};
use crate::prelude::*;

/// Where in a type a slot is: the part, and the offset in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place {
    part: Part,
    offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Type,
    Async,
    Number,
    Mapping,
    Sequence,
}

/// Calls a slot's function as the Python method: receiver, arguments, keywords, the function.
pub type Wrapper = fn(&Object, &Tuple, Option<&Dict>, *const c_void) -> Result<Ref>;

/// A special method and its slot. Several methods may share a slot, as `__setitem__` and `__delitem__` do.
pub struct SlotDef {
    pub name: &'static str,
    place: Place,
    /// The slot's function in classes whose method of this name is written in Python.
    function: *const c_void,
    pub wrapper: Wrapper,
    /// The wrapper's name: functions have no identity of their own to compare.
    kind: &'static str,
    /// Whether the method takes keyword arguments.
    pub keywords: bool,
    /// The signature and the docstring.
    pub doc: &'static str,
}

// SAFETY: constant; the pointers are to functions.
unsafe impl Sync for SlotDef {}

macro_rules! part {
    (Type $slot:ident) => {
        Place { part: Part::Type, offset: offset_of!(Type, $slot) }
    };
    (Async $slot:ident) => {
        Place { part: Part::Async, offset: offset_of!(AsyncMethods, $slot) }
    };
    (Number $slot:ident) => {
        Place { part: Part::Number, offset: offset_of!(NumberMethods, $slot) }
    };
    (Mapping $slot:ident) => {
        Place { part: Part::Mapping, offset: offset_of!(MappingMethods, $slot) }
    };
    (Sequence $slot:ident) => {
        Place { part: Part::Sequence, offset: offset_of!(SequenceMethods, $slot) }
    };
}

macro_rules! table {
    ($($name:literal $part:ident.$slot:ident = $function:expr, $kind:ty, $wrapper:ident, $signature:literal, $doc:literal;)*) => {
        /// Every slot with a special method, a slot's several methods next to each other.
        pub static TABLE: &[SlotDef] = &[$(SlotDef {
            name: $name,
            place: part!($part $slot),
            function: $function as $kind as *const c_void,
            wrapper: wrappers::$wrapper,
            kind: stringify!($wrapper),
            keywords: table!(@keywords $wrapper),
            doc: concat!($signature, "\n--\n\n", $doc),
        }),*];
    };
    (@keywords call) => { true };
    (@keywords init) => { true };
    (@keywords $other:ident) => { false };
}

type NoFunc = *const c_void;
const NONE: NoFunc = ptr::null();

table! {
    "__getattribute__" Type.tp_getattro = dunder::getattr, BinaryFunc, binary, "($self, name, /)", "What self.name gives.";
    "__getattr__" Type.tp_getattro = dunder::getattr, BinaryFunc, unreachable, "($self, name, /)", "Asked where the usual lookup fails.";
    "__setattr__" Type.tp_setattro = dunder::setattr, ObjObjArgProc, setattr, "($self, name, value, /)", "Carries out self.name = value.";
    "__delattr__" Type.tp_setattro = dunder::setattr, ObjObjArgProc, delattr, "($self, name, /)", "Carries out del self.name.";
    "__repr__" Type.tp_repr = dunder::repr, UnaryFunc, unary, "($self, /)", "The text of repr(self).";
    "__hash__" Type.tp_hash = dunder::hash, HashFunc, hash, "($self, /)", "The number hash(self).";
    "__call__" Type.tp_call = dunder::call, CallFunc, call, "($self, /, *args, **kwargs)", "Calls self as a function.";
    "__str__" Type.tp_str = dunder::str, UnaryFunc, unary, "($self, /)", "The text of str(self).";
    "__lt__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, lt, "($self, value, /)", "Whether self<value.";
    "__le__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, le, "($self, value, /)", "Whether self<=value.";
    "__eq__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, eq, "($self, value, /)", "Whether self==value.";
    "__ne__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, ne, "($self, value, /)", "Whether self!=value.";
    "__gt__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, gt, "($self, value, /)", "Whether self>value.";
    "__ge__" Type.tp_richcompare = dunder::richcompare, RichCompareFunc, ge, "($self, value, /)", "Whether self>=value.";
    "__iter__" Type.tp_iter = dunder::iter, UnaryFunc, unary, "($self, /)", "An iterator over self.";
    "__next__" Type.tp_iternext = dunder::next, IterNextFunc, next, "($self, /)", "Implement next(self).";
    "__get__" Type.tp_descr_get = dunder::descr_get, DescrGetFunc, descr_get, "($self, instance, owner, /)", "The attribute's value on an instance or its owner.";
    "__set__" Type.tp_descr_set = dunder::descr_set, ObjObjArgProc, descr_set, "($self, instance, value, /)", "Sets the attribute of an instance.";
    "__delete__" Type.tp_descr_set = dunder::descr_set, ObjObjArgProc, descr_delete, "($self, instance, /)", "Deletes the attribute of an instance.";
    "__init__" Type.tp_init = dunder::init, InitProc, init, "($self, /, *args, **kwargs)", "Initialises self; the signature is that of the type.";
    "__new__" Type.tp_new = dunder::new, NewFunc, unreachable, "(type, /, *args, **kwargs)", "Makes a new object.";
    "__del__" Type.tp_finalize = dunder::finalize, Destructor, del, "($self, /)", "Called when self is about to go.";
    "__await__" Async.am_await = dunder::r#await, UnaryFunc, unary, "($self, /)", "An iterator for await.";
    "__aiter__" Async.am_aiter = dunder::aiter, UnaryFunc, unary, "($self, /)", "An asynchronous iterator over self.";
    "__anext__" Async.am_anext = dunder::anext, UnaryFunc, unary, "($self, /)", "An awaitable for the next item.";
    "__add__" Number.nb_add = dunder::add, BinaryFunc, binary_number, "($self, value, /)", "self + value.";
    "__radd__" Number.nb_add = dunder::add, BinaryFunc, reflected, "($self, value, /)", "value + self.";
    "__sub__" Number.nb_subtract = dunder::subtract, BinaryFunc, binary_number, "($self, value, /)", "self - value.";
    "__rsub__" Number.nb_subtract = dunder::subtract, BinaryFunc, reflected, "($self, value, /)", "value - self.";
    "__mul__" Number.nb_multiply = dunder::multiply, BinaryFunc, binary_number, "($self, value, /)", "self * value.";
    "__rmul__" Number.nb_multiply = dunder::multiply, BinaryFunc, reflected, "($self, value, /)", "value * self.";
    "__mod__" Number.nb_remainder = dunder::remainder, BinaryFunc, binary_number, "($self, value, /)", "self % value.";
    "__rmod__" Number.nb_remainder = dunder::remainder, BinaryFunc, reflected, "($self, value, /)", "value % self.";
    "__divmod__" Number.nb_divmod = dunder::divmod, BinaryFunc, binary_number, "($self, value, /)", "divmod(self, value).";
    "__rdivmod__" Number.nb_divmod = dunder::divmod, BinaryFunc, reflected, "($self, value, /)", "divmod(value, self).";
    "__pow__" Number.nb_power = dunder::power, TernaryFunc, power, "($self, value, mod=None, /)", "pow(self, value, mod).";
    "__rpow__" Number.nb_power = dunder::power, TernaryFunc, reflected_power, "($self, value, mod=None, /)", "pow(value, self, mod).";
    "__neg__" Number.nb_negative = dunder::negative, UnaryFunc, unary, "($self, /)", "-self.";
    "__pos__" Number.nb_positive = dunder::positive, UnaryFunc, unary, "($self, /)", "+self.";
    "__abs__" Number.nb_absolute = dunder::absolute, UnaryFunc, unary, "($self, /)", "abs(self).";
    "__bool__" Number.nb_bool = dunder::bool, Inquiry, inquiry, "($self, /)", "Whether self counts as true.";
    "__invert__" Number.nb_invert = dunder::invert, UnaryFunc, unary, "($self, /)", "~self.";
    "__lshift__" Number.nb_lshift = dunder::lshift, BinaryFunc, binary_number, "($self, value, /)", "self << value.";
    "__rlshift__" Number.nb_lshift = dunder::lshift, BinaryFunc, reflected, "($self, value, /)", "value << self.";
    "__rshift__" Number.nb_rshift = dunder::rshift, BinaryFunc, binary_number, "($self, value, /)", "self >> value.";
    "__rrshift__" Number.nb_rshift = dunder::rshift, BinaryFunc, reflected, "($self, value, /)", "value >> self.";
    "__and__" Number.nb_and = dunder::and, BinaryFunc, binary_number, "($self, value, /)", "self & value.";
    "__rand__" Number.nb_and = dunder::and, BinaryFunc, reflected, "($self, value, /)", "value & self.";
    "__xor__" Number.nb_xor = dunder::xor, BinaryFunc, binary_number, "($self, value, /)", "self ^ value.";
    "__rxor__" Number.nb_xor = dunder::xor, BinaryFunc, reflected, "($self, value, /)", "value ^ self.";
    "__or__" Number.nb_or = dunder::or, BinaryFunc, binary_number, "($self, value, /)", "self | value.";
    "__ror__" Number.nb_or = dunder::or, BinaryFunc, reflected, "($self, value, /)", "value | self.";
    "__int__" Number.nb_int = dunder::int, UnaryFunc, unary, "($self, /)", "int(self).";
    "__float__" Number.nb_float = dunder::float, UnaryFunc, unary, "($self, /)", "float(self).";
    "__iadd__" Number.nb_inplace_add = dunder::inplace_add, BinaryFunc, binary, "($self, value, /)", "self += value.";
    "__isub__" Number.nb_inplace_subtract = dunder::inplace_subtract, BinaryFunc, binary, "($self, value, /)", "self -= value.";
    "__imul__" Number.nb_inplace_multiply = dunder::inplace_multiply, BinaryFunc, binary, "($self, value, /)", "self *= value.";
    "__imod__" Number.nb_inplace_remainder = dunder::inplace_remainder, BinaryFunc, binary, "($self, value, /)", "self %= value.";
    "__ipow__" Number.nb_inplace_power = dunder::inplace_power, TernaryFunc, power, "($self, value, /)", "self **= value.";
    "__ilshift__" Number.nb_inplace_lshift = dunder::inplace_lshift, BinaryFunc, binary, "($self, value, /)", "self <<= value.";
    "__irshift__" Number.nb_inplace_rshift = dunder::inplace_rshift, BinaryFunc, binary, "($self, value, /)", "self >>= value.";
    "__iand__" Number.nb_inplace_and = dunder::inplace_and, BinaryFunc, binary, "($self, value, /)", "self &= value.";
    "__ixor__" Number.nb_inplace_xor = dunder::inplace_xor, BinaryFunc, binary, "($self, value, /)", "self ^= value.";
    "__ior__" Number.nb_inplace_or = dunder::inplace_or, BinaryFunc, binary, "($self, value, /)", "self |= value.";
    "__floordiv__" Number.nb_floor_divide = dunder::floor_divide, BinaryFunc, binary_number, "($self, value, /)", "self // value.";
    "__rfloordiv__" Number.nb_floor_divide = dunder::floor_divide, BinaryFunc, reflected, "($self, value, /)", "value // self.";
    "__truediv__" Number.nb_true_divide = dunder::true_divide, BinaryFunc, binary_number, "($self, value, /)", "self / value.";
    "__rtruediv__" Number.nb_true_divide = dunder::true_divide, BinaryFunc, reflected, "($self, value, /)", "value / self.";
    "__ifloordiv__" Number.nb_inplace_floor_divide = dunder::inplace_floor_divide, BinaryFunc, binary, "($self, value, /)", "self //= value.";
    "__itruediv__" Number.nb_inplace_true_divide = dunder::inplace_true_divide, BinaryFunc, binary, "($self, value, /)", "self /= value.";
    "__index__" Number.nb_index = dunder::index, UnaryFunc, unary, "($self, /)", "self as an integer, exactly, for use as an index.";
    "__matmul__" Number.nb_matrix_multiply = dunder::matrix_multiply, BinaryFunc, binary_number, "($self, value, /)", "self @ value.";
    "__rmatmul__" Number.nb_matrix_multiply = dunder::matrix_multiply, BinaryFunc, reflected, "($self, value, /)", "value @ self.";
    "__imatmul__" Number.nb_inplace_matrix_multiply = dunder::inplace_matrix_multiply, BinaryFunc, binary, "($self, value, /)", "self @= value.";
    "__len__" Mapping.mp_length = dunder::length, LenFunc, length, "($self, /)", "len(self).";
    "__getitem__" Mapping.mp_subscript = dunder::subscript, BinaryFunc, binary, "($self, key, /)", "self[key].";
    "__setitem__" Mapping.mp_ass_subscript = dunder::assign_subscript, ObjObjArgProc, set_subscript, "($self, key, value, /)", "self[key] = value.";
    "__delitem__" Mapping.mp_ass_subscript = dunder::assign_subscript, ObjObjArgProc, delete_subscript, "($self, key, /)", "del self[key].";
    "__len__" Sequence.sq_length = dunder::length, LenFunc, length, "($self, /)", "len(self).";
    "__add__" Sequence.sq_concat = NONE, NoFunc, binary, "($self, value, /)", "self + value.";
    "__mul__" Sequence.sq_repeat = NONE, NoFunc, repeat, "($self, value, /)", "self * value.";
    "__rmul__" Sequence.sq_repeat = NONE, NoFunc, repeat, "($self, value, /)", "value * self.";
    "__getitem__" Sequence.sq_item = dunder::item, SsizeArgFunc, item, "($self, key, /)", "self[key].";
    "__setitem__" Sequence.sq_ass_item = dunder::assign_item, SsizeObjArgProc, set_item, "($self, key, value, /)", "self[key] = value.";
    "__delitem__" Sequence.sq_ass_item = dunder::assign_item, SsizeObjArgProc, delete_item, "($self, key, /)", "del self[key].";
    "__contains__" Sequence.sq_contains = dunder::contains, ObjObjProc, contains, "($self, key, /)", "Whether key is in self.";
    "__iadd__" Sequence.sq_inplace_concat = NONE, NoFunc, binary, "($self, value, /)", "self += value.";
    "__imul__" Sequence.sq_inplace_repeat = NONE, NoFunc, repeat, "($self, value, /)", "self *= value.";
}

/// `tp_hash` of what cannot be hashed: `__hash__` is `None` there.
pub extern "C" fn hash_not_implemented(object: &Object) -> isize {
    let _ = raise!(TypeError, "unhashable type: '{}'", object.class().name());
    -1
}

/// `tp_iternext` of a class whose `__next__` is `None`.
pub extern "C" fn next_not_implemented(object: &Object) -> Option<Ref> {
    let _ = raise!(TypeError, "'{}' object is not iterable", object.class().name());
    None
}

impl SlotDef {
    /// The slot in a type; none where the type lacks the suite.
    fn find<'a>(&self, class: &'a Type) -> Option<&'a Cell<*const c_void>> {
        let start: *const u8 = match self.place.part {
            Part::Type => ptr::from_ref(class).cast(),
            Part::Async => ptr::from_ref(class.tp_as_async.get()?).cast(),
            Part::Number => ptr::from_ref(class.tp_as_number.get()?).cast(),
            Part::Mapping => ptr::from_ref(class.tp_as_mapping.get()?).cast(),
            Part::Sequence => ptr::from_ref(class.tp_as_sequence.get()?).cast(),
        };
        // SAFETY: every slot is a nullable function pointer in a cell, at its offset in its part.
        Some(unsafe { &*start.add(self.place.offset).cast() })
    }

    /// The name, interned.
    pub fn name_object(&self) -> Ref<Str> {
        Str::intern(Str::new(self.name))
    }
}

/// Makes the special methods that a type's filled slots stand for.
pub fn add_operators(class: &Type, dict: &Dict) -> Result<()> {
    for definition in TABLE {
        // Made from tp_new below, or never from a slot.
        if matches!(definition.name, "__getattr__" | "__new__") {
            continue;
        }
        let Some(function) = definition.find(class).map(Cell::get).filter(|function| !function.is_null())
        else {
            continue;
        };
        let name = definition.name_object();
        if dict.get_str(&name).is_some() {
            continue;
        }
        if ptr::eq(function, hash_not_implemented as HashFunc as *const c_void) {
            dict.set(&name, none_object())?;
        } else {
            dict.set(&name, &WrapperDescriptor::new(class, definition, function))?;
        }
    }
    if class.tp_new.get().is_some() && dict.get_str(intern!("__new__")).is_none() {
        dict.set(intern!("__new__"), &*descriptor::new_method(class)?)?;
    }
    Ok(())
}

/// Whether an attribute is the wrapper around this very function.
pub fn wraps(attribute: &Object, function: *const c_void) -> bool {
    attribute.downcast::<WrapperDescriptor>().is_some_and(|wrapper| ptr::eq(wrapper.wrapped(), function))
}

/// Fills every slot of a class from the special methods that its MRO has.
pub fn fill_slots(class: &Type) {
    let mut rest = TABLE;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|definition| definition.place == first.place).count();
        fill_slot(class, &rest[..count]);
        rest = &rest[count..];
    }
}

/// Fills the slots behind one special method, in the class and in all that inherit the method.
pub fn update_slot(class: &Type, name: &Str) -> Result<()> {
    let Some(name_text) = name.as_str() else { return Ok(()) };
    let places: Vec<Place> = TABLE
        .iter()
        .filter(|definition| definition.name == name_text)
        .map(|definition| definition.place)
        .collect();
    if places.is_empty() {
        return Ok(());
    }
    update_places(class, name, &places)
}

fn update_places(class: &Type, name: &Str, places: &[Place]) -> Result<()> {
    for place in places {
        let start = TABLE.iter().position(|definition| definition.place == *place).unwrap_or(0);
        let count = TABLE[start..].iter().take_while(|definition| definition.place == *place).count();
        fill_slot(class, &TABLE[start..start + count]);
    }
    class.for_each_subclass(|subclass| {
        match subclass.tp_dict.get().is_some_and(|dict| dict.get_str(name).is_some()) {
            true => Ok(()),
            false => update_places(subclass, name, places),
        }
    })
}

/// The one slot that the type has filled among those of a special method, if it is one.
fn only_slot<'a>(class: &'a Type, name: &str) -> Option<&'a Cell<*const c_void>> {
    let definitions = TABLE.iter().filter(|definition| definition.name == name);
    let mut filled =
        definitions.filter_map(|definition| definition.find(class)).filter(|slot| !slot.get().is_null());
    let first = filled.next();
    if filled.next().is_some() { None } else { first }
}

/// Fills one slot: with the function that a single wrapper wraps, or with the one that calls methods.
fn fill_slot(class: &Type, definitions: &[SlotDef]) {
    let Some(slot) = definitions[0].find(class) else { return };
    let mut generic: *const c_void = ptr::null();
    let mut specific: *const c_void = ptr::null();
    let mut use_generic = false;
    for definition in definitions {
        let name = definition.name_object();
        let Some(method) = class.lookup(&name) else { continue };
        if let Some(wrapper) = method.downcast_exact::<WrapperDescriptor>()
            && wrapper.definition().name == definition.name
        {
            let owner = wrapper.owner();
            let fits = (specific.is_null() || ptr::eq(specific, wrapper.wrapped()))
                && wrapper.definition().kind == definition.kind
                && class.is_subtype(&owner);
            if fits {
                specific = wrapper.wrapped();
            } else {
                use_generic = true;
            }
            if only_slot(class, definition.name).is_none_or(|only| ptr::eq(only, slot)) {
                generic = definition.function;
            }
        } else if definition.name == "__new__" && descriptor::is_new_method(&method) {
            // The type's own tp_new, which inheritance has already set.
            specific = class.tp_new.get().map_or(ptr::null(), |new| new as *const c_void);
        } else if definition.name == "__hash__" && method.is_none() {
            specific = hash_not_implemented as HashFunc as *const c_void;
        } else if definition.name == "__next__" && method.is_none() {
            specific = next_not_implemented as IterNextFunc as *const c_void;
        } else {
            use_generic = true;
            generic = match definition.name {
                "__getattribute__" if class.lookup(intern!("__getattr__")).is_none() => {
                    dunder::getattribute as BinaryFunc as *const c_void
                }
                _ => definition.function,
            };
        }
    }
    slot.set(if !specific.is_null() && !use_generic { specific } else { generic });
}
