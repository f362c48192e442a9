//! Struct sequences: tuples whose items also have names, some of them by name alone.
//!
//! The type says in its own dictionary how many fields there are (`n_fields`), how many of them are items
//! of the tuple (`n_sequence_fields`), and how many of these have no name (`n_unnamed_fields`).
//! `ob_size` counts the tuple's items, but all fields follow the header.

use std::ffi::{CStr, c_int, c_void};

use crate::prelude::*;
use crate::type_object;
use crate::type_object::layout::member_kind;

/// The name of a field that is an item of the tuple and no more.
pub const UNNAMED: &CStr = c"unnamed field";

/// Where the fields begin.
const FIELDS: usize = size_of::<VarObject>();

/// A type of struct sequences in Rust; in a `static`.
pub struct Definition {
    pub class: Type,
    /// Names and docstrings; the first `in_sequence` are items of the tuple.
    fields: &'static [(&'static CStr, Option<&'static CStr>)],
    in_sequence: usize,
}

// SAFETY: read and written under the GIL alone.
unsafe impl Sync for Definition {}

impl Definition {
    /// `name` is the type's with its module. The type is to be made ready before it is used.
    pub const fn new(
        name: &'static CStr,
        doc: &'static CStr,
        in_sequence: usize,
        fields: &'static [(&'static CStr, Option<&'static CStr>)],
    ) -> Definition {
        let mut class = type_with_slots(name);
        class.tp_doc = std::cell::Cell::new(doc.as_ptr());
        Definition { class, fields, in_sequence }
    }

    /// The same with a constructor that takes the value of its one field, which need be no sequence.
    pub const fn of_one_value(mut self) -> Definition {
        self.class.tp_new = std::cell::Cell::new(Some(new_of_one_value));
        self
    }

    /// Makes the type ready, the first time; gives it.
    pub fn ready(&'static self) -> Result<&'static Type> {
        if !self.class.has_flags(flags::READY) {
            initialize(&self.class, self.fields, self.in_sequence)?;
        }
        Ok(&self.class)
    }

    /// Takes the constructor away: programs make no further instances.
    pub fn seal(&'static self) -> Result<()> {
        let class = self.ready()?;
        class.tp_new.set(None);
        if let Some(dict) = class.tp_dict.get() {
            dict.remove(intern!("__new__"))?;
        }
        class.modified();
        Ok(())
    }

    /// A struct sequence of all the fields' values.
    pub fn build(&'static self, values: Vec<Ref>) -> Result<Ref> {
        let class = self.ready()?;
        build(class, self.in_sequence, values)
    }
}

/// A type with what every type of struct sequences has, to be given its fields.
const fn type_with_slots(name: &'static CStr) -> Type {
    use std::cell::Cell;
    let mut class = Type::empty(name, FIELDS);
    class.tp_itemsize = Cell::new(size_of::<*mut Object>() as isize);
    class.tp_base = Cell::new(&raw const crate::tuple::TUPLE);
    class.tp_flags = Cell::new(flags::DEFAULT | flags::HAVE_GC);
    class.tp_dealloc = Cell::new(Some(dealloc));
    class.tp_traverse = Cell::new(Some(traverse));
    class.tp_repr = Cell::new(Some(repr));
    class.tp_new = Cell::new(Some(new));
    class.tp_methods = Cell::new(METHODS.as_ptr());
    class
}

/// `PyStructSequence_InitType`: gives a type its fields and makes it ready.
pub fn initialize(
    class: &'static Type,
    fields: &[(&'static CStr, Option<&'static CStr>)],
    in_sequence: usize,
) -> Result<()> {
    let unnamed = fields.iter().take(in_sequence).filter(|(name, _)| *name == UNNAMED).count();
    let members =
        fields.iter().enumerate().filter(|(_, (name, _))| *name != UNNAMED).map(|(index, (name, doc))| {
            let offset = FIELDS + index * size_of::<*mut Object>();
            crate::define::member(name, member_kind::OBJECT, offset, member_kind::READONLY, *doc)
        });
    let members: Vec<MemberDef> = members.chain([MemberDef::END]).collect();
    class.tp_members.set(Box::leak(members.into_boxed_slice()).as_ptr());
    type_object::ready(class)?;
    let Some(dict) = class.tp_dict.get() else { bail!(SystemError, "a type without a dictionary") };
    dict.set(intern!("n_sequence_fields"), &*Int::from_usize(in_sequence))?;
    dict.set(intern!("n_fields"), &*Int::from_usize(fields.len()))?;
    dict.set(intern!("n_unnamed_fields"), &*Int::from_usize(unnamed))?;
    class.modified();
    Ok(())
}

/// A type made at run time (`PyStructSequence_NewType`). It lives as long as the process.
pub fn new_type(
    name: &'static CStr,
    doc: Option<&'static CStr>,
    fields: &[(&'static CStr, Option<&'static CStr>)],
    in_sequence: usize,
) -> Result<&'static Type> {
    let class: &'static Type = Box::leak(Box::new(type_with_slots(name)));
    class.tp_doc.set(doc.map_or(std::ptr::null(), CStr::as_ptr));
    initialize(class, fields, in_sequence)?;
    Ok(class)
}

/// The slots of a type that C code declares, which [`initialize`] completes.
pub fn prepare(class: &Type) {
    let model = type_with_slots(c"");
    // C leaves a static type's header empty here; its references are counted from the first one on.
    class.as_object().set_refcnt(model.as_object().refcnt());
    class.tp_basicsize.set(model.tp_basicsize.get());
    class.tp_itemsize.set(model.tp_itemsize.get());
    class.tp_base.set(model.tp_base.get());
    class.tp_flags.set(model.tp_flags.get());
    class.tp_dealloc.set(model.tp_dealloc.get());
    class.tp_traverse.set(model.tp_traverse.get());
    class.tp_repr.set(model.tp_repr.get());
    class.tp_new.set(model.tp_new.get());
    class.tp_methods.set(model.tp_methods.get());
}

/// How many fields a type has, of which kind.
struct Counts {
    all: usize,
    visible: usize,
    unnamed: usize,
}

impl Counts {
    fn of(class: &Type) -> Result<Counts> {
        Ok(Counts {
            all: count(class, intern!("n_fields"))?,
            visible: count(class, intern!("n_sequence_fields"))?,
            unnamed: count(class, intern!("n_unnamed_fields"))?,
        })
    }
}

fn count(class: &Type, name: &Str) -> Result<usize> {
    let value = class.lookup(name);
    let value = value.as_ref().and_then(|value| value.downcast::<Int>()).and_then(|value| value.to_isize());
    match value.and_then(|value| usize::try_from(value).ok()) {
        Some(value) => Ok(value),
        None => Err(raise!(TypeError, "Missed attribute '{name}' of type {}", class.name())),
    }
}

/// The names of a type's fields in order, those without a name left out.
fn field_names(class: &Type) -> Vec<&'static str> {
    let mut names = Vec::new();
    let mut member = class.tp_members.get();
    // SAFETY: the table ends with an entry without a name; tables and names live as long as the type.
    unsafe {
        while !member.is_null() && !(*member).name.is_null() {
            names.push(CStr::from_ptr((*member).name).to_str().unwrap_or("?"));
            member = member.add(1);
        }
    }
    names
}

/// A struct sequence whose fields are empty yet, to be filled before anything else sees it.
pub fn unfilled(class: &Type) -> Result<Ref> {
    let counts = Counts::of(class)?;
    let object = memory::allocate_var::<Tuple>(class, counts.all as isize)?;
    object.set_size(counts.visible as isize);
    Ok(object.into_object())
}

/// A struct sequence of all its fields' values.
fn build(class: &Type, visible: usize, values: Vec<Ref>) -> Result<Ref> {
    let object = memory::allocate_var::<Tuple>(class, values.len() as isize)?;
    for (index, value) in values.into_iter().enumerate() {
        // SAFETY: room for all values was allocated.
        unsafe { field(&object, index).set(Some(value)) };
    }
    object.set_size(visible as isize);
    gc::track(&object);
    Ok(object.into_object())
}

/// A field of a struct sequence, whether it is an item of the tuple or not.
///
/// # Safety
/// The index is less than the number of the type's fields.
pub unsafe fn field(object: &Object, index: usize) -> &Field {
    // SAFETY: the caller's promise; the fields follow the header.
    unsafe { &*object.as_ptr().cast::<u8>().add(FIELDS).cast::<Field>().add(index) }
}

unsafe extern "C" fn dealloc(object: *mut Object) {
    // SAFETY: called once, when the last reference to a struct sequence is gone.
    unsafe {
        gc::untrack(&*object);
        let class = (*object).class().to_ref();
        for index in 0..real_size(&*object) {
            field(&*object, index).set(None);
        }
        memory::free(object);
        drop(class);
    }
}

/// The number of fields, without raising.
fn real_size(object: &Object) -> usize {
    count(object.class(), intern!("n_fields")).unwrap_or_else(|raised| {
        raised.clear();
        0
    })
}

unsafe extern "C" fn traverse(object: *mut Object, visit: VisitProc, argument: *mut c_void) -> c_int {
    // SAFETY: called with a live struct sequence; a visit changes no field.
    unsafe {
        for index in 0..real_size(&*object) {
            if let Some(value) = field(&*object, index).peek() {
                let status = visit(value.as_ptr(), argument);
                if status != 0 {
                    return status;
                }
            }
        }
    }
    0
}

/// `name(field=value, ...)` of the tuple's items. Names are taken in order, so that an item without one is
/// shown by the next name, as CPython shows it.
extern "C" fn repr(object: &Object) -> Result<Ref> {
    let class = object.class();
    let counts = Counts::of(class)?;
    let names = field_names(class);
    let mut parts = Vec::with_capacity(counts.visible);
    for index in 0..counts.visible {
        // SAFETY: the index is that of a field.
        let value = unsafe { field(object, index) }.get().unwrap_or_else(none);
        let Some(name) = names.get(index) else {
            bail!(SystemError, "In structseq_repr(), member {index} name is NULL for type {}", class.name());
        };
        parts.push(format!("{name}={}", value.repr()?));
    }
    Ok(Str::new(&format!("{}({})", class.name(), parts.join(", "))).into_object())
}

/// The items of the sequence that a value is made of.
fn sequence_items(sequence: &Object) -> Result<Vec<Ref>> {
    match sequence.collect_vec() {
        Err(raised) if raised.matches(&exceptions::TypeError) => {
            raised.clear();
            Err(raise!(TypeError, "constructor requires a sequence"))
        }
        items => items,
    }
}

/// Checks that there are as many items as the type takes.
fn check_count(class: &Type, given: usize, counts: &Counts) -> Result<()> {
    let (name, least, most) = (class.name(), counts.visible, counts.all);
    if least != most && given < least {
        bail!(TypeError, "{name}() takes an at least {least}-sequence ({given}-sequence given)");
    }
    if least != most && given > most {
        bail!(TypeError, "{name}() takes an at most {most}-sequence ({given}-sequence given)");
    }
    if least == most && given != least {
        bail!(TypeError, "{name}() takes a {least}-sequence ({given}-sequence given)");
    }
    Ok(())
}

/// `tp_new`: a sequence of the items, and a dictionary with the fields that are none.
extern "C" fn new(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    use crate::arguments::{Parameters, Shape};
    use crate::str::InternedName;
    static PARAMETERS: Parameters<2> = Parameters::new(
        Shape {
            function: "structseq",
            positional_only: 0,
            positional: 2,
            required: 1,
            required_keywords: 0,
            has_rest: false,
            has_keywords: false,
        },
        [InternedName::new("sequence"), InternedName::new("dict")],
    );
    let [sequence, dict] = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?.values;
    let counts = Counts::of(class)?;
    let Some(sequence) = sequence else { bail!(SystemError, "structseq() got no sequence") };
    let mut values = sequence_items(sequence)?;
    let dict = match dict.map(|dict| dict.downcast::<Dict>().ok_or(dict)) {
        None => None,
        Some(Ok(dict)) => Some(dict),
        Some(Err(_)) => bail!(TypeError, "{}() takes a dict as second arg, if any", class.name()),
    };
    check_count(class, values.len(), &counts)?;
    let names = field_names(class);
    for index in values.len()..counts.all {
        let named = match (dict, names.get(index.saturating_sub(counts.unnamed))) {
            (Some(dict), Some(name)) => dict.get(&*Str::new(name))?,
            _ => None,
        };
        values.push(named.unwrap_or_else(none));
    }
    build(class, counts.visible, values)
}

/// `tp_new` of a type with one field: its value, by place or by name.
extern "C" fn new_of_one_value(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    let Some(name) = field_names(class).first().copied() else {
        bail!(SystemError, "{} has no field", class.name());
    };
    let given = arguments.len() + keywords.map_or(0, Dict::len);
    if given > 1 {
        bail!(TypeError, "{}() takes at most 1 argument ({given} given)", class.short_name());
    }
    let named = keywords.map(|keywords| keywords.get(&*Str::new(name))).transpose()?.flatten();
    match arguments.items().first().map(|value| value.to_ref()).or(named) {
        Some(value) => build(class, 1, vec![value]),
        None => Err(raise!(TypeError, "{}() missing required argument '{name}' (pos 1)", class.short_name())),
    }
}

/// Pickles as the items and a dictionary of the other fields.
extern "C" fn reduce(object: &Object, _: Option<&Object>) -> Result<Ref> {
    let counts = Counts::of(object.class())?;
    let names = field_names(object.class());
    // SAFETY: the indices are those of fields.
    let value = |index| unsafe { field(object, index) }.get().unwrap_or_else(none);
    let items = Tuple::new((0..counts.visible).map(value).collect::<Vec<_>>())?;
    let others = Dict::new();
    for index in counts.visible..counts.all {
        if let Some(name) = names.get(index.saturating_sub(counts.unnamed)) {
            others.set(&*Str::new(name), &value(index))?;
        }
    }
    (object.class(), (items, others)).into_object()
}

static METHODS: [MethodDef; 2] = [
    crate::define::method(c"__reduce__", reduce as *const c_void, method_flags::NOARGS, None),
    MethodDef::END,
];
