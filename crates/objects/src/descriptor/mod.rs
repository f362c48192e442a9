//! The descriptors of types in C and Rust: methods, members, computed attributes, slot wrappers.

mod getset;
mod invoke;
mod member;
mod method;
mod new_method;
mod wrapper;

use std::ffi::{CStr, c_char};

pub use getset::{GET_SET_DESCRIPTOR, GetSetDescriptor};
pub(crate) use invoke::{ANY_CONVENTION, FASTCALL_KEYWORDS, convention_of, for_convention};
pub use invoke::{Callee, check_flags};
pub use member::{MEMBER_DESCRIPTOR, MemberDescriptor, get_member, set_member};
pub use method::{CLASS_METHOD_DESCRIPTOR, ClassMethodDescriptor, METHOD_DESCRIPTOR, MethodDescriptor};
pub use new_method::{is_new_method, new_method};
pub use wrapper::{METHOD_WRAPPER, MethodWrapper, WRAPPER_DESCRIPTOR, WrapperDescriptor};

use crate::builtin_function::BuiltinFunction;
use crate::prelude::*;

/// `PyDescrObject`: what all descriptors begin with.
#[repr(C)]
#[derive(Trace)]
pub struct Descriptor {
    base: Object,
    owner: Field<Type>,
    name: Field<Str>,
    /// Made when first asked for.
    qualname: Field,
}

impl std::ops::Deref for Descriptor {
    type Target = Object;
    fn deref(&self) -> &Object {
        &self.base
    }
}

impl Descriptor {
    fn new(owner: &Type, name: &CStr) -> Descriptor {
        Descriptor {
            base: Object::header(),
            owner: Field::new(Some(owner.to_ref())),
            name: Field::new(Some(Str::intern(Str::new(&name.to_string_lossy())))),
            qualname: Field::null(),
        }
    }

    /// The type that the attribute is of.
    pub fn owner(&self) -> Ref<Type> {
        self.owner.get().unwrap_or_else(|| crate::object::OBJECT.to_ref())
    }

    /// The attribute's name.
    pub fn name(&self) -> Ref<Str> {
        self.name.get().unwrap_or_else(|| intern!("?").to_ref())
    }

    fn get_qualname(&self) -> Result<Ref> {
        if let Some(qualname) = self.qualname.get() {
            return Ok(qualname);
        }
        let owner = self.owner().get_attr(intern!("__qualname__"))?;
        let Some(owner) = owner.downcast::<Str>() else {
            bail!(TypeError, "<descriptor>.__objclass__.__qualname__ is not a unicode object");
        };
        let qualname = Str::new(&format!("{owner}.{}", self.name())).into_object();
        self.qualname.set(Some(qualname.clone()));
        Ok(qualname)
    }

    /// Refuses an object that is no instance of the owner.
    #[inline(always)]
    fn check_receiver(&self, object: &Object) -> Result<()> {
        match self.owner.holds(object.class()) {
            true => Ok(()),
            false => self.check_subclass(object),
        }
    }

    #[inline(never)]
    fn check_subclass(&self, object: &Object) -> Result<()> {
        let owner = self.owner();
        if object.class().is_subtype(&owner) {
            return Ok(());
        }
        Err(raise!(
            TypeError,
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.name(),
            owner.name(),
            object.class().name()
        ))
    }

    fn describe(&self, kind: &str) -> Ref<Str> {
        Str::new(&format!("<{kind} '{}' of '{}' objects>", self.name(), self.owner().name()))
    }

    /// `__doc__`: what a table says of the attribute, without the signature at its head.
    ///
    /// # Safety
    /// The pointer is null or to a NUL-terminated string.
    unsafe fn table_doc(&self, text: *const c_char) -> Ref {
        let name = self.name().to_string();
        // SAFETY: the caller's promise.
        unsafe { optional_text(text, |text| Some(Str::new(doc_text(&name, text)))) }
    }

    /// `__text_signature__`: the signature at the head of what a table says of the attribute.
    ///
    /// # Safety
    /// The pointer is null or to a NUL-terminated string.
    unsafe fn table_signature(&self, text: *const c_char) -> Ref {
        let name = self.name().to_string();
        // SAFETY: the caller's promise.
        unsafe { optional_text(text, |text| doc_signature(&name, text).map(Str::new)) }
    }

    /// Pickles as the attribute of its owner.
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let builtins = (crate::services::get().import)("builtins")?;
        let getattr = builtins.get_attr(intern!("getattr"))?;
        let arguments = Tuple::new([self.owner().into_object(), self.name().into_object()])?;
        Tuple::new([getattr, arguments.into_object()])
    }
}

/// The signature that stands at the head of a built-in docstring: `name(…)\n--\n\n`, without the name.
fn signature_length(name: &str, doc: &str) -> Option<usize> {
    let rest = doc.strip_prefix(name)?;
    if !rest.starts_with('(') {
        return None;
    }
    let end = rest.find(")\n--\n\n")?;
    // A blank line before the marker means that the parenthesis is in the text proper.
    (!rest[..end].contains("\n\n")).then_some(end + 1)
}

/// The docstring without the signature at its head.
pub fn doc_text<'a>(name: &str, doc: &'a str) -> &'a str {
    match signature_length(name, doc) {
        Some(length) => &doc[name.len() + length + "\n--\n\n".len()..],
        None => doc,
    }
}

/// The signature at the head of a docstring: its text from the parenthesis on.
pub fn doc_signature<'a>(name: &str, doc: &'a str) -> Option<&'a str> {
    signature_length(name, doc).map(|length| &doc[name.len()..name.len() + length])
}

/// A C string of a table as an object, or `None`.
///
/// # Safety
/// The pointer is null or to a NUL-terminated string.
unsafe fn optional_text(text: *const c_char, convert: impl Fn(&str) -> Option<Ref<Str>>) -> Ref {
    if text.is_null() {
        return none();
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    convert(&text).map_or_else(none, Ref::into_object)
}

/// Adds the descriptor of a method to a type's dictionary.
pub fn add_method(class: &Type, dict: &Dict, definition: &'static MethodDef) -> Result<()> {
    // SAFETY: a table's names are NUL-terminated.
    let name = Str::intern(Str::new(&unsafe { CStr::from_ptr(definition.name) }.to_string_lossy()));
    if definition.flags & method_flags::COEXIST == 0 && dict.get_str(&name).is_some() {
        return Ok(());
    }
    let method = if definition.flags & method_flags::CLASS != 0 {
        ClassMethodDescriptor::new(class, definition)?.into_object()
    } else if definition.flags & method_flags::STATIC != 0 {
        let function = BuiltinFunction::new(definition, Some(class.to_ref().into_object()), None)?;
        crate::static_method::StaticMethod::wrap(function.into_object())
    } else {
        MethodDescriptor::new(class, definition)?.into_object()
    };
    dict.set(&name, &method)
}

/// Adds the descriptor of a member to a type's dictionary.
pub fn add_member(class: &Type, dict: &Dict, definition: &'static MemberDef) -> Result<()> {
    let member = MemberDescriptor::new(class, definition)?;
    match dict.get_str(&member.name()) {
        Some(_) => Ok(()),
        None => dict.set(&member.name(), &member),
    }
}

/// Adds the descriptor of a computed attribute to a type's dictionary.
pub fn add_getset(class: &Type, dict: &Dict, definition: &'static GetSetDef) -> Result<()> {
    let attribute = GetSetDescriptor::new(class, definition)?;
    match dict.get_str(&attribute.name()) {
        Some(_) => Ok(()),
        None => dict.set(&attribute.name(), &attribute),
    }
}

#[cfg(test)]
mod tests {
    use super::{doc_signature, doc_text};

    #[test]
    fn the_signature_is_split_off() {
        let doc = "pop($self, index=-1, /)\n--\n\nRemove and return item.";
        assert_eq!(doc_text("pop", doc), "Remove and return item.");
        assert_eq!(doc_signature("pop", doc), Some("($self, index=-1, /)"));
        assert_eq!(doc_text("pop", "pop(x) -> y"), "pop(x) -> y");
        assert_eq!(doc_signature("pop", "other()\n--\n\n"), None);
    }
}
