//! `member_descriptor`: an attribute that is a field of the structure.

use std::ffi::{
    CStr, c_char, c_int, c_long, c_longlong, c_short, c_uchar, c_uint, c_ulong, c_ulonglong, c_ushort,
};

use super::{Descriptor, optional_text};
use crate::prelude::*;

/// `PyMemberDescrObject`.
#[repr(C)]
#[derive(Trace)]
pub struct MemberDescriptor {
    base: Descriptor,
    #[trace(skip)]
    definition: &'static MemberDef,
}

impl MemberDescriptor {
    pub fn new(owner: &Type, definition: &'static MemberDef) -> Result<Ref<MemberDescriptor>> {
        // SAFETY: a table's names are NUL-terminated.
        let base = Descriptor::new(owner, unsafe { CStr::from_ptr(definition.name) });
        Ok(Ref::new(MemberDescriptor { base, definition }))
    }

    pub fn definition(&self) -> &'static MemberDef {
        self.definition
    }
}

#[class(name = "member_descriptor", symbol = "PyMemberDescr_Type", layout = Descriptor, generic_getattro)]
impl MemberDescriptor {
    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        self.describe("member")
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let Some(instance) = instance else { return Ok(self.as_object().to_ref()) };
        self.check_receiver(instance)?;
        if self.definition.flags & member_kind::READ_RESTRICTED != 0 {
            (crate::services::get().audit)("object.__getattr__", &[instance, &*self.name()])?;
        }
        // SAFETY: the receiver is an instance of the type whose structure has the field.
        unsafe { get_member(instance.as_ptr().cast(), self.definition) }
    }

    #[slot(tp_descr_set)]
    fn set(&self, instance: &Object, value: Option<&Object>) -> Result<()> {
        self.check_receiver(instance)?;
        // SAFETY: as above.
        unsafe { set_member(instance.as_ptr().cast(), self.definition, value) }
    }

    #[getter(name = "__name__")]
    fn get_name(&self) -> Ref<Str> {
        self.name()
    }

    #[getter(name = "__objclass__")]
    fn get_owner(&self) -> Ref<Type> {
        self.owner()
    }

    #[getter(name = "__qualname__")]
    fn qualname(&self) -> Result<Ref> {
        self.get_qualname()
    }

    #[getter(name = "__doc__")]
    fn doc(&self) -> Ref {
        // SAFETY: a table's texts are NUL-terminated.
        unsafe { optional_text(self.definition.doc, |doc| Some(Str::new(doc))) }
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        Descriptor::reduce(self)
    }
}

/// `PyMember_GetOne`: the field as an object.
///
/// # Safety
/// The structure at `start` has the field that the definition describes.
pub unsafe fn get_member(start: *mut u8, definition: &MemberDef) -> Result<Ref> {
    // SAFETY: the caller's promise; a field may be unaligned in a packed structure.
    unsafe {
        let field = start.offset(definition.offset);
        macro_rules! integer {
            ($kind:ty) => {
                Int::from_i128(field.cast::<$kind>().read_unaligned() as i128).into_object()
            };
        }
        let object = field.cast::<Field>();
        Ok(match definition.kind {
            member_kind::BOOL => bool_object(field.cast::<c_char>().read() != 0),
            member_kind::BYTE => integer!(i8),
            member_kind::UBYTE => integer!(c_uchar),
            member_kind::SHORT => integer!(c_short),
            member_kind::USHORT => integer!(c_ushort),
            member_kind::INT => integer!(c_int),
            member_kind::UINT => integer!(c_uint),
            member_kind::LONG => integer!(c_long),
            member_kind::ULONG => integer!(c_ulong),
            member_kind::PYSSIZET => integer!(isize),
            member_kind::LONGLONG => integer!(c_longlong),
            member_kind::ULONGLONG => integer!(c_ulonglong),
            member_kind::FLOAT => Float::new(f64::from(field.cast::<f32>().read_unaligned())).into_object(),
            member_kind::DOUBLE => Float::new(field.cast::<f64>().read_unaligned()).into_object(),
            member_kind::STRING => {
                let text = field.cast::<*const c_char>().read();
                match text.is_null() {
                    true => none(),
                    false => Str::new(&CStr::from_ptr(text).to_string_lossy()).into_object(),
                }
            }
            member_kind::STRING_INPLACE => {
                Str::new(&CStr::from_ptr(field.cast::<c_char>()).to_string_lossy()).into_object()
            }
            member_kind::CHAR => Str::new(&char::from(field.read()).to_string()).into_object(),
            member_kind::OBJECT => (*object).get().unwrap_or_else(none),
            member_kind::OBJECT_EX => match (*object).get() {
                Some(value) => value,
                None => {
                    let name = CStr::from_ptr(definition.name).to_string_lossy();
                    bail!(AttributeError, "{name}");
                }
            },
            member_kind::NONE => none(),
            _ => bail!(SystemError, "bad memberdescr type"),
        })
    }
}

/// `PyMember_SetOne`: sets the field, or clears it where there is no value.
///
/// # Safety
/// As for [`get_member`].
pub unsafe fn set_member(start: *mut u8, definition: &MemberDef, value: Option<&Object>) -> Result<()> {
    if definition.flags & member_kind::READONLY != 0 {
        bail!(AttributeError, "readonly attribute");
    }
    // SAFETY: the caller's promise.
    unsafe {
        let field = start.offset(definition.offset);
        let object = field.cast::<Field>();
        let Some(value) = value else {
            return match definition.kind {
                member_kind::OBJECT_EX if (*object).is_null() => {
                    let name = CStr::from_ptr(definition.name).to_string_lossy();
                    Err(raise!(AttributeError, "{name}"))
                }
                member_kind::OBJECT | member_kind::OBJECT_EX => {
                    (*object).set(None);
                    Ok(())
                }
                _ => Err(raise!(TypeError, "can't delete numeric/char attribute")),
            };
        };
        match definition.kind {
            member_kind::OBJECT | member_kind::OBJECT_EX => (*object).set(Some(value.to_ref())),
            member_kind::BOOL => {
                if !std::ptr::eq(value.class(), &crate::bool::BOOL) {
                    bail!(TypeError, "attribute value type must be bool");
                }
                field.cast::<c_char>().write(c_char::from(value.is_true()?));
            }
            member_kind::FLOAT => field.cast::<f32>().write_unaligned(value.as_f64()? as f32),
            member_kind::DOUBLE => field.cast::<f64>().write_unaligned(value.as_f64()?),
            member_kind::CHAR => {
                match value.downcast::<Str>().and_then(|text| text.as_str()).map(str::as_bytes) {
                    Some([byte]) => field.write(*byte),
                    _ => bail!(TypeError, "bad argument type for built-in operation"),
                }
            }
            member_kind::STRING | member_kind::STRING_INPLACE => bail!(TypeError, "readonly attribute"),
            _ => set_integer(field, definition.kind, value)?,
        }
    }
    Ok(())
}

/// # Safety
/// The field is of the kind.
unsafe fn set_integer(field: *mut u8, kind: c_int, value: &Object) -> Result<()> {
    let index = value.as_integer()?;
    let number = index.to_i128();
    macro_rules! store {
        ($kind:ty: $narrow:literal, by $wide:ty: $name:literal) => {{
            let Some(wide) = number.and_then(|number| <$wide>::try_from(number).ok()) else {
                bail!(OverflowError, concat!("Python int too large to convert to C ", $name));
            };
            let narrow = wide as $kind;
            if narrow as $wide != wide {
                crate::services::warn(
                    &exceptions::RuntimeWarning,
                    concat!("Truncation of value to ", $narrow),
                    1,
                )?;
            }
            // SAFETY: the caller's promise.
            unsafe { field.cast::<$kind>().write_unaligned(narrow) };
            Ok(())
        }};
    }
    match kind {
        member_kind::BYTE => store!(i8: "char", by c_long: "long"),
        member_kind::UBYTE => store!(u8: "unsigned char", by c_long: "long"),
        member_kind::SHORT => store!(c_short: "short", by c_long: "long"),
        member_kind::USHORT => store!(c_ushort: "unsigned short", by c_long: "long"),
        member_kind::INT => store!(c_int: "int", by c_long: "long"),
        member_kind::UINT => store!(c_uint: "unsigned int", by i128: "long"),
        member_kind::LONG => store!(c_long: "long", by c_long: "long"),
        member_kind::ULONG => store!(c_ulong: "unsigned long", by i128: "unsigned long"),
        member_kind::PYSSIZET => store!(isize: "ssize_t", by isize: "ssize_t"),
        member_kind::LONGLONG => store!(c_longlong: "long long", by c_longlong: "long"),
        member_kind::ULONGLONG => store!(c_ulonglong: "unsigned long long", by u64: "unsigned long"),
        _ => Err(raise!(SystemError, "bad memberdescr type")),
    }
}
