//! `PyTypeObject` and the tables it points to, with CPython 3.9's layout.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};

use crate::prelude::*;

pub type UnaryFunc = extern "C" fn(&Object) -> Result<Ref>;
pub type BinaryFunc = extern "C" fn(&Object, &Object) -> Result<Ref>;
pub type TernaryFunc = extern "C" fn(&Object, &Object, &Object) -> Result<Ref>;
pub type Inquiry = extern "C" fn(&Object) -> c_int;
pub type LenFunc = extern "C" fn(&Object) -> isize;
pub type HashFunc = extern "C" fn(&Object) -> isize;
pub type SsizeArgFunc = extern "C" fn(&Object, isize) -> Result<Ref>;
/// The value is null for a deletion.
pub type SsizeObjArgProc = extern "C" fn(&Object, isize, Option<&Object>) -> c_int;
/// The value is null for a deletion.
pub type ObjObjArgProc = extern "C" fn(&Object, &Object, Option<&Object>) -> c_int;
pub type ObjObjProc = extern "C" fn(&Object, &Object) -> c_int;
pub type GetAttrFunc = unsafe extern "C" fn(&Object, *const c_char) -> Result<Ref>;
pub type SetAttrFunc = unsafe extern "C" fn(&Object, *const c_char, Option<&Object>) -> c_int;
pub type RichCompareFunc = extern "C" fn(&Object, &Object, c_int) -> Result<Ref>;
/// Null with no exception set is the end of the iteration.
pub type IterNextFunc = extern "C" fn(&Object) -> Option<Ref>;
pub type DescrGetFunc = extern "C" fn(&Object, Option<&Object>, Option<&Object>) -> Result<Ref>;
pub type NewFunc = extern "C" fn(&Type, &Tuple, Option<&Dict>) -> Result<Ref>;
pub type InitProc = extern "C" fn(&Object, &Tuple, Option<&Dict>) -> c_int;
pub type CallFunc = extern "C" fn(&Object, &Tuple, Option<&Dict>) -> Result<Ref>;
pub type AllocFunc = unsafe extern "C" fn(&Type, isize) -> Result<Ref>;
pub type FreeFunc = unsafe extern "C" fn(*mut c_void);
pub type Destructor = unsafe extern "C" fn(*mut Object);
pub type VisitProc = unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int;
pub type TraverseProc = unsafe extern "C" fn(*mut Object, VisitProc, *mut c_void) -> c_int;
pub type ClearProc = unsafe extern "C" fn(*mut Object) -> c_int;
/// The positional arguments, then the values of the keywords that the tuple names; the count
/// may carry [`VECTORCALL_ARGUMENTS_OFFSET`].
pub type VectorcallFunc = unsafe extern "C" fn(&Object, *const &Object, usize, Option<&Tuple>) -> Result<Ref>;
pub type GetBufferProc = unsafe extern "C" fn(&Object, *mut crate::buffer::BufferView, c_int) -> c_int;
pub type ReleaseBufferProc = unsafe extern "C" fn(&Object, *mut crate::buffer::BufferView);
pub type Getter = unsafe extern "C" fn(&Object, *mut c_void) -> Result<Ref>;
pub type Setter = unsafe extern "C" fn(&Object, Option<&Object>, *mut c_void) -> c_int;

/// The bit of a vectorcall's count that says: `args[-1]` may be overwritten for the call's time (PEP 590).
pub const VECTORCALL_ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

/// A slot: an optional function pointer, in a cell of its own.
pub type Slot<F> = Cell<Option<F>>;

macro_rules! suite {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $name { $(pub $field: Slot<$kind>,)* }

        impl $name {
            pub const EMPTY: $name = $name { $($field: Cell::new(None),)* };
        }

        // SAFETY: read and written under the GIL alone.
        unsafe impl Sync for $name {}
    };
}

suite! {
    /// `PyNumberMethods`.
    NumberMethods {
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
        nb_reserved: UnaryFunc,
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
}

suite! {
    /// `PySequenceMethods`.
    SequenceMethods {
        sq_length: LenFunc,
        sq_concat: BinaryFunc,
        sq_repeat: SsizeArgFunc,
        sq_item: SsizeArgFunc,
        was_sq_slice: UnaryFunc,
        sq_ass_item: SsizeObjArgProc,
        was_sq_ass_slice: UnaryFunc,
        sq_contains: ObjObjProc,
        sq_inplace_concat: BinaryFunc,
        sq_inplace_repeat: SsizeArgFunc,
    }
}

suite! {
    /// `PyMappingMethods`.
    MappingMethods {
        mp_length: LenFunc,
        mp_subscript: BinaryFunc,
        mp_ass_subscript: ObjObjArgProc,
    }
}

suite! {
    /// `PyAsyncMethods`.
    AsyncMethods {
        am_await: UnaryFunc,
        am_aiter: UnaryFunc,
        am_anext: UnaryFunc,
    }
}

suite! {
    /// `PyBufferProcs`.
    BufferProcs {
        bf_getbuffer: GetBufferProc,
        bf_releasebuffer: ReleaseBufferProc,
    }
}

/// `PyMethodDef`. The function's real signature follows from the flags.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MethodDef {
    pub name: *const c_char,
    pub function: *const c_void,
    pub flags: c_int,
    pub doc: *const c_char,
}

impl MethodDef {
    pub const END: MethodDef =
        MethodDef { name: std::ptr::null(), function: std::ptr::null(), flags: 0, doc: std::ptr::null() };
}

/// How a method's function is called: the `METH_*` flags.
pub mod method_flags {
    use std::ffi::c_int;
    pub const VARARGS: c_int = 0x1;
    pub const KEYWORDS: c_int = 0x2;
    pub const NOARGS: c_int = 0x4;
    pub const O: c_int = 0x8;
    pub const CLASS: c_int = 0x10;
    pub const STATIC: c_int = 0x20;
    pub const COEXIST: c_int = 0x40;
    pub const FASTCALL: c_int = 0x80;
    pub const METHOD: c_int = 0x200;
    /// Krait's own: CPython's function takes a tuple, and is told apart by how keywords are refused.
    pub const PARSED: c_int = 0x4000;
}

/// `PyMemberDef`: a Python attribute that is a C field.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MemberDef {
    pub name: *const c_char,
    pub kind: c_int,
    pub offset: isize,
    pub flags: c_int,
    pub doc: *const c_char,
}

impl MemberDef {
    pub const END: MemberDef =
        MemberDef { name: std::ptr::null(), kind: 0, offset: 0, flags: 0, doc: std::ptr::null() };
}

/// What a [`MemberDef`] field holds: the `T_*` constants of `structmember.h`, and its flags.
pub mod member_kind {
    use std::ffi::c_int;
    pub const SHORT: c_int = 0;
    pub const INT: c_int = 1;
    pub const LONG: c_int = 2;
    pub const FLOAT: c_int = 3;
    pub const DOUBLE: c_int = 4;
    pub const STRING: c_int = 5;
    pub const OBJECT: c_int = 6;
    pub const CHAR: c_int = 7;
    pub const BYTE: c_int = 8;
    pub const UBYTE: c_int = 9;
    pub const USHORT: c_int = 10;
    pub const UINT: c_int = 11;
    pub const ULONG: c_int = 12;
    pub const STRING_INPLACE: c_int = 13;
    pub const BOOL: c_int = 14;
    pub const OBJECT_EX: c_int = 16;
    pub const LONGLONG: c_int = 17;
    pub const ULONGLONG: c_int = 18;
    pub const PYSSIZET: c_int = 19;
    pub const NONE: c_int = 20;
    /// The flag of a field that Python code may not set.
    pub const READONLY: c_int = 1;
    /// The flag of a field that audit hooks hear of (`object.__getattr__`).
    pub const READ_RESTRICTED: c_int = 2;
}

/// `PyGetSetDef`: a Python attribute behind functions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct GetSetDef {
    pub name: *const c_char,
    pub get: Option<Getter>,
    pub set: Option<Setter>,
    pub doc: *const c_char,
    pub closure: *mut c_void,
}

impl GetSetDef {
    pub const END: GetSetDef = GetSetDef {
        name: std::ptr::null(),
        get: None,
        set: None,
        doc: std::ptr::null(),
        closure: std::ptr::null_mut(),
    };
}

// SAFETY: constant tables; the pointers are to constants.
unsafe impl Sync for MethodDef {}
// SAFETY: as above.
unsafe impl Sync for MemberDef {}
// SAFETY: as above.
unsafe impl Sync for GetSetDef {}

/// `tp_flags`: the `Py_TPFLAGS_*` bits.
pub mod flags {
    use std::ffi::c_ulong;
    pub const HEAPTYPE: c_ulong = 1 << 9;
    pub const BASETYPE: c_ulong = 1 << 10;
    pub const HAVE_VECTORCALL: c_ulong = 1 << 11;
    pub const READY: c_ulong = 1 << 12;
    pub const READYING: c_ulong = 1 << 13;
    pub const HAVE_GC: c_ulong = 1 << 14;
    pub const METHOD_DESCRIPTOR: c_ulong = 1 << 17;
    pub const HAVE_VERSION_TAG: c_ulong = 1 << 18;
    pub const VALID_VERSION_TAG: c_ulong = 1 << 19;
    pub const IS_ABSTRACT: c_ulong = 1 << 20;
    pub const INT_SUBCLASS: c_ulong = 1 << 24;
    pub const LIST_SUBCLASS: c_ulong = 1 << 25;
    pub const TUPLE_SUBCLASS: c_ulong = 1 << 26;
    pub const BYTES_SUBCLASS: c_ulong = 1 << 27;
    pub const STR_SUBCLASS: c_ulong = 1 << 28;
    pub const DICT_SUBCLASS: c_ulong = 1 << 29;
    pub const EXCEPTION_SUBCLASS: c_ulong = 1 << 30;
    pub const TYPE_SUBCLASS: c_ulong = 1 << 31;
    pub const DEFAULT: c_ulong = HAVE_VERSION_TAG;
    /// The bits that a subclass takes over: what its instances begin with.
    pub const SUBCLASSES: c_ulong = 0xff << 24;
}

/// `PyTypeObject`.
#[repr(C)]
pub struct Type {
    pub base: VarObject,
    pub tp_name: Cell<*const c_char>,
    pub tp_basicsize: Cell<isize>,
    pub tp_itemsize: Cell<isize>,
    pub tp_dealloc: Slot<Destructor>,
    pub tp_vectorcall_offset: Cell<isize>,
    pub tp_getattr: Slot<GetAttrFunc>,
    pub tp_setattr: Slot<SetAttrFunc>,
    pub tp_as_async: Cell<Option<&'static AsyncMethods>>,
    pub tp_repr: Slot<UnaryFunc>,
    pub tp_as_number: Cell<Option<&'static NumberMethods>>,
    pub tp_as_sequence: Cell<Option<&'static SequenceMethods>>,
    pub tp_as_mapping: Cell<Option<&'static MappingMethods>>,
    pub tp_hash: Slot<HashFunc>,
    pub tp_call: Slot<CallFunc>,
    pub tp_str: Slot<UnaryFunc>,
    pub tp_getattro: Slot<BinaryFunc>,
    pub tp_setattro: Slot<ObjObjArgProc>,
    pub tp_as_buffer: Cell<Option<&'static BufferProcs>>,
    pub tp_flags: Cell<c_ulong>,
    pub tp_doc: Cell<*const c_char>,
    pub tp_traverse: Slot<TraverseProc>,
    pub tp_clear: Slot<ClearProc>,
    pub tp_richcompare: Slot<RichCompareFunc>,
    pub tp_weaklistoffset: Cell<isize>,
    pub tp_iter: Slot<UnaryFunc>,
    pub tp_iternext: Slot<IterNextFunc>,
    pub tp_methods: Cell<*const MethodDef>,
    pub tp_members: Cell<*const MemberDef>,
    pub tp_getset: Cell<*const GetSetDef>,
    pub tp_base: Cell<*const Type>,
    pub tp_dict: Field<Dict>,
    pub tp_descr_get: Slot<DescrGetFunc>,
    pub tp_descr_set: Slot<ObjObjArgProc>,
    pub tp_dictoffset: Cell<isize>,
    pub tp_init: Slot<InitProc>,
    pub tp_alloc: Slot<AllocFunc>,
    pub tp_new: Slot<NewFunc>,
    pub tp_free: Slot<FreeFunc>,
    pub tp_is_gc: Slot<Inquiry>,
    pub tp_bases: Field<Tuple>,
    pub tp_mro: Field<Tuple>,
    pub tp_cache: Field,
    pub tp_subclasses: Field<Dict>,
    pub tp_weaklist: Cell<*mut Object>,
    pub tp_del: Slot<Destructor>,
    pub tp_version_tag: Cell<c_uint>,
    pub tp_finalize: Slot<Destructor>,
    pub tp_vectorcall: Slot<VectorcallFunc>,
}

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for Type {}

impl Type {
    /// A type with every slot empty: the start of a static type's initialiser.
    ///
    /// `name` is `tp_name`: with the module's name and a dot before it, unless it is a builtin.
    pub const fn empty(name: &'static CStr, basicsize: usize) -> Type {
        Type {
            base: VarObject::static_header_unready(),
            tp_name: Cell::new(name.as_ptr()),
            tp_basicsize: Cell::new(basicsize as isize),
            tp_itemsize: Cell::new(0),
            tp_dealloc: Cell::new(None),
            tp_vectorcall_offset: Cell::new(0),
            tp_getattr: Cell::new(None),
            tp_setattr: Cell::new(None),
            tp_as_async: Cell::new(None),
            tp_repr: Cell::new(None),
            tp_as_number: Cell::new(None),
            tp_as_sequence: Cell::new(None),
            tp_as_mapping: Cell::new(None),
            tp_hash: Cell::new(None),
            tp_call: Cell::new(None),
            tp_str: Cell::new(None),
            tp_getattro: Cell::new(None),
            tp_setattro: Cell::new(None),
            tp_as_buffer: Cell::new(None),
            tp_flags: Cell::new(flags::DEFAULT),
            tp_doc: Cell::new(std::ptr::null()),
            tp_traverse: Cell::new(None),
            tp_clear: Cell::new(None),
            tp_richcompare: Cell::new(None),
            tp_weaklistoffset: Cell::new(0),
            tp_iter: Cell::new(None),
            tp_iternext: Cell::new(None),
            tp_methods: Cell::new(std::ptr::null()),
            tp_members: Cell::new(std::ptr::null()),
            tp_getset: Cell::new(std::ptr::null()),
            tp_base: Cell::new(std::ptr::null()),
            tp_dict: Field::null(),
            tp_descr_get: Cell::new(None),
            tp_descr_set: Cell::new(None),
            tp_dictoffset: Cell::new(0),
            tp_init: Cell::new(None),
            tp_alloc: Cell::new(None),
            tp_new: Cell::new(None),
            tp_free: Cell::new(None),
            tp_is_gc: Cell::new(None),
            tp_bases: Field::null(),
            tp_mro: Field::null(),
            tp_cache: Field::null(),
            tp_subclasses: Field::null(),
            tp_weaklist: Cell::new(std::ptr::null_mut()),
            tp_del: Cell::new(None),
            tp_version_tag: Cell::new(0),
            tp_finalize: Cell::new(None),
            tp_vectorcall: Cell::new(None),
        }
    }

    /// The same initialiser with a base and flags.
    pub const fn with_base(mut self, base: &'static Type, flags: c_ulong) -> Type {
        self.tp_base = Cell::new(base);
        self.tp_flags = Cell::new(flags);
        self
    }

    /// Whether any of the bits is set in `tp_flags`.
    #[inline(always)]
    pub fn has_flags(&self, bits: c_ulong) -> bool {
        self.tp_flags.get() & bits != 0
    }

    pub fn add_flags(&self, bits: c_ulong) {
        self.tp_flags.set(self.tp_flags.get() | bits);
    }

    pub fn remove_flags(&self, bits: c_ulong) {
        self.tp_flags.set(self.tp_flags.get() & !bits);
    }

    /// `tp_name` as messages print it: with its module where it is a static type's.
    pub fn name(&self) -> &str {
        // SAFETY: tp_name is a NUL-terminated string that lives as long as the type.
        unsafe { CStr::from_ptr(self.tp_name.get()) }.to_str().unwrap_or("?")
    }

    /// The base type that decides the layout, `tp_base`; none for `object`.
    #[inline(always)]
    pub fn base(&self) -> Option<&Type> {
        // SAFETY: a type owns its base.
        unsafe { self.tp_base.get().as_ref() }
    }
}

/// `PyHeapTypeObject`: a type made at run time, with its suites inline and room for the
/// `PyMemberDef`s of `__slots__` behind it.
#[repr(C)]
pub struct HeapType {
    pub base: Type,
    pub as_async: AsyncMethods,
    pub as_number: NumberMethods,
    pub as_mapping: MappingMethods,
    pub as_sequence: SequenceMethods,
    pub as_buffer: BufferProcs,
    pub ht_name: Field,
    pub ht_slots: Field,
    pub ht_qualname: Field,
    /// The key-sharing table of the instances' dictionaries; null where there is none.
    pub ht_cached_keys: Cell<*mut c_void>,
    pub ht_module: Field,
}
