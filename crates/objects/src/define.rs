//! What the macros' output is made of: tables of slots, methods and attributes, and the type object from them.
//!
//! Everything here runs at compile time; the result is a `static`, as a C extension's is.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::marker::PhantomData;
use std::ptr;

use crate::memory::Trace;
use crate::prelude::*;

pub use crate::type_object::layout::{GetSetDef, MemberDef, MethodDef, member_kind, method_flags};

/// What one `impl` block contributes to a type.
#[derive(Clone, Copy)]
pub struct Table {
    pub slots: &'static [SlotFunction],
    pub methods: &'static [MethodDef],
    pub properties: &'static [GetSetDef],
    pub members: &'static [MemberDef],
}

impl Table {
    pub const EMPTY: Table = Table { slots: &[], methods: &[], properties: &[], members: &[] };
}

macro_rules! slot_functions {
    (
        type { $($type_slot:ident: $type_kind:ty,)* }
        $($suite:ident: $methods:ident { $($slot:ident: $kind:ty,)* })*
    ) => {
        /// A function for a slot.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        pub enum SlotFunction {
            $($type_slot($type_kind),)*
            $($($slot($kind),)*)*
        }

        /// The method suites of a type: those in use are pointed to.
        pub struct Suites {
            $(pub $suite: ($methods, bool),)*
        }

        impl Suites {
            const EMPTY: Suites = Suites { $($suite: ($methods::EMPTY, false),)* };

            const fn fill(&mut self, function: SlotFunction) {
                match function {
                    $($(SlotFunction::$slot(function) => {
                        self.$suite.0.$slot = Cell::new(Some(function));
                        self.$suite.1 = true;
                    })*)*
                    _ => {}
                }
            }
        }

        const fn fill(class: &mut Type, function: SlotFunction) {
            match function {
                $(SlotFunction::$type_slot(function) => class.$type_slot = Cell::new(Some(function)),)*
                _ => {}
            }
        }
    };
}

slot_functions! {
    type {
        tp_dealloc: Destructor,
        tp_getattr: GetAttrFunc,
        tp_setattr: SetAttrFunc,
        tp_repr: UnaryFunc,
        tp_hash: HashFunc,
        tp_call: CallFunc,
        tp_str: UnaryFunc,
        tp_getattro: BinaryFunc,
        tp_setattro: ObjObjArgProc,
        tp_traverse: TraverseProc,
        tp_clear: ClearProc,
        tp_richcompare: RichCompareFunc,
        tp_iter: UnaryFunc,
        tp_iternext: IterNextFunc,
        tp_descr_get: DescrGetFunc,
        tp_descr_set: ObjObjArgProc,
        tp_init: InitProc,
        tp_alloc: AllocFunc,
        tp_new: NewFunc,
        tp_free: FreeFunc,
        tp_is_gc: Inquiry,
        tp_del: Destructor,
        tp_finalize: Destructor,
        tp_vectorcall: VectorcallFunc,
    }
    asynchronous: AsyncMethods {
        am_await: UnaryFunc,
        am_aiter: UnaryFunc,
        am_anext: UnaryFunc,
    }
    number: NumberMethods {
        nb_add: BinaryFunc,
        nb_subtract: BinaryFunc,
        nb_multiply: BinaryFunc,
        nb_remainder: BinaryFunc,
        nb_divmod: BinaryFunc,
        nb_power: TernaryFunc,
        nb_negative: UnaryFunc,
        nb_positive: UnaryFunc,
        nb_absolute: UnaryFunc,
        nb_bool: Inquiry,
        nb_invert: UnaryFunc,
        nb_lshift: BinaryFunc,
        nb_rshift: BinaryFunc,
        nb_and: BinaryFunc,
        nb_xor: BinaryFunc,
        nb_or: BinaryFunc,
        nb_int: UnaryFunc,
        nb_float: UnaryFunc,
        nb_inplace_add: BinaryFunc,
        nb_inplace_subtract: BinaryFunc,
        nb_inplace_multiply: BinaryFunc,
        nb_inplace_remainder: BinaryFunc,
        nb_inplace_power: TernaryFunc,
        nb_inplace_lshift: BinaryFunc,
        nb_inplace_rshift: BinaryFunc,
        nb_inplace_and: BinaryFunc,
        nb_inplace_xor: BinaryFunc,
        nb_inplace_or: BinaryFunc,
        nb_floor_divide: BinaryFunc,
        nb_true_divide: BinaryFunc,
        nb_inplace_floor_divide: BinaryFunc,
        nb_inplace_true_divide: BinaryFunc,
        nb_index: UnaryFunc,
        nb_matrix_multiply: BinaryFunc,
        nb_inplace_matrix_multiply: BinaryFunc,
    }
    sequence: SequenceMethods {
        sq_length: LenFunc,
        sq_concat: BinaryFunc,
        sq_repeat: SsizeArgFunc,
        sq_item: SsizeArgFunc,
        sq_ass_item: SsizeObjArgProc,
        sq_contains: ObjObjProc,
        sq_inplace_concat: BinaryFunc,
        sq_inplace_repeat: SsizeArgFunc,
    }
    mapping: MappingMethods {
        mp_length: LenFunc,
        mp_subscript: BinaryFunc,
        mp_ass_subscript: ObjObjArgProc,
    }
    buffer: BufferProcs {
        bf_getbuffer: GetBufferProc,
        bf_releasebuffer: ReleaseBufferProc,
    }
}

/// How the collector reaches into a structure; none for one that holds no references.
#[derive(Clone, Copy)]
pub struct Collection {
    traverse: TraverseProc,
    clear: ClearProc,
}

/// Asks whether a structure derives [`Trace`]: the inherent constant wins where it does.
pub struct Probe<T>(PhantomData<T>);

impl<T: Layout + Trace> Probe<T> {
    pub const COLLECTION: Option<Collection> =
        Some(Collection { traverse: memory::traverse::<T>, clear: memory::clear::<T> });
}

/// The answer for a structure without [`Trace`].
pub trait Untraced {
    const COLLECTION: Option<Collection> = None;
}

impl<T> Untraced for Probe<T> {}

/// A type's definition, as `#[class]` gives it.
pub struct Class {
    /// `tp_name`: with the module's name and a dot before it, unless it is a builtin.
    pub name: &'static CStr,
    pub doc: Option<&'static CStr>,
    pub base: Option<&'static Type>,
    pub flags: c_ulong,
    pub basicsize: usize,
    pub itemsize: usize,
    pub dict_offset: usize,
    pub weaklist_offset: usize,
    pub vectorcall_offset: usize,
    pub dealloc: Destructor,
    pub collection: Option<Collection>,
    pub tables: &'static [Table],
    pub methods: &'static [MethodDef],
    pub properties: &'static [GetSetDef],
    pub members: &'static [MemberDef],
    pub suites: &'static Suites,
}

macro_rules! in_use {
    ($suites:expr, $suite:ident) => {
        match $suites.$suite.1 {
            true => Some(&$suites.$suite.0),
            false => None,
        }
    };
}

macro_rules! unless_empty {
    ($table:expr) => {
        match $table.len() {
            1 => ptr::null(),
            _ => $table.as_ptr(),
        }
    };
}

/// The type object of a definition; it is made ready at run time.
pub const fn class(class: Class) -> Type {
    let mut object = Type::empty(class.name, class.basicsize);
    object.tp_itemsize = Cell::new(class.itemsize as isize);
    object.tp_dictoffset = Cell::new(class.dict_offset as isize);
    object.tp_weaklistoffset = Cell::new(class.weaklist_offset as isize);
    object.tp_vectorcall_offset = Cell::new(class.vectorcall_offset as isize);
    object.tp_doc = Cell::new(optional(class.doc));
    if let Some(base) = class.base {
        object.tp_base = Cell::new(ptr::from_ref(base));
    }
    let mut bits = flags::DEFAULT | class.flags;
    if class.vectorcall_offset != 0 {
        bits |= flags::HAVE_VECTORCALL;
    }
    if let Some(collection) = class.collection {
        bits |= flags::HAVE_GC;
        object.tp_traverse = Cell::new(Some(collection.traverse));
        object.tp_clear = Cell::new(Some(collection.clear));
    }
    object.tp_flags = Cell::new(bits);
    object.tp_dealloc = Cell::new(Some(class.dealloc));
    object.tp_methods = Cell::new(unless_empty!(class.methods));
    object.tp_getset = Cell::new(unless_empty!(class.properties));
    object.tp_members = Cell::new(unless_empty!(class.members));
    object.tp_as_async = Cell::new(in_use!(class.suites, asynchronous));
    object.tp_as_number = Cell::new(in_use!(class.suites, number));
    object.tp_as_sequence = Cell::new(in_use!(class.suites, sequence));
    object.tp_as_mapping = Cell::new(in_use!(class.suites, mapping));
    object.tp_as_buffer = Cell::new(in_use!(class.suites, buffer));
    let mut table = 0;
    while table < class.tables.len() {
        let mut index = 0;
        while index < class.tables[table].slots.len() {
            fill(&mut object, class.tables[table].slots[index]);
            index += 1;
        }
        table += 1;
    }
    object
}

/// The suites that a type's tables fill.
pub const fn suites(tables: &[Table]) -> Suites {
    let mut suites = Suites::EMPTY;
    let mut table = 0;
    while table < tables.len() {
        let mut index = 0;
        while index < tables[table].slots.len() {
            suites.fill(tables[table].slots[index]);
            index += 1;
        }
        table += 1;
    }
    suites
}

macro_rules! concatenation {
    ($count:ident, $join:ident, $field:ident: $entry:ident) => {
        /// The number of entries in all tables.
        pub const fn $count(tables: &[Table]) -> usize {
            let (mut count, mut table) = (0, 0);
            while table < tables.len() {
                count += tables[table].$field.len();
                table += 1;
            }
            count
        }

        /// The entries of all tables in order, and the one that ends them.
        pub const fn $join<const N: usize>(tables: &[Table]) -> [$entry; N] {
            let mut joined = [$entry::END; N];
            let (mut next, mut table) = (0, 0);
            while table < tables.len() {
                let mut index = 0;
                while index < tables[table].$field.len() {
                    joined[next] = tables[table].$field[index];
                    next += 1;
                    index += 1;
                }
                table += 1;
            }
            joined
        }
    };
}

concatenation!(count_methods, methods, methods: MethodDef);
concatenation!(count_properties, properties, properties: GetSetDef);
concatenation!(count_members, members, members: MemberDef);

const fn optional(text: Option<&'static CStr>) -> *const c_char {
    match text {
        Some(text) => text.as_ptr(),
        None => ptr::null(),
    }
}

/// An entry for a method; the function's signature is the one that the flags say.
pub const fn method(
    name: &'static CStr,
    function: *const c_void,
    flags: c_int,
    doc: Option<&'static CStr>,
) -> MethodDef {
    MethodDef { name: name.as_ptr(), function, flags, doc: optional(doc) }
}

/// An entry for a computed attribute.
pub const fn property(
    name: &'static CStr,
    get: Option<Getter>,
    set: Option<Setter>,
    doc: Option<&'static CStr>,
) -> GetSetDef {
    GetSetDef { name: name.as_ptr(), get, set, doc: optional(doc), closure: ptr::null_mut() }
}

/// An entry for an attribute that is a field.
pub const fn member(
    name: &'static CStr,
    kind: c_int,
    offset: usize,
    flags: c_int,
    doc: Option<&'static CStr>,
) -> MemberDef {
    MemberDef { name: name.as_ptr(), kind, offset: offset as isize, flags, doc: optional(doc) }
}
