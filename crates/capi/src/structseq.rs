//! `structseq.h`: struct sequences whose types C code makes.

use std::ffi::{CStr, c_char, c_int};

use objects::prelude::*;
use objects::struct_sequence;

/// `PyStructSequence_Field`.
#[repr(C)]
pub struct FieldDescription {
    name: *const c_char,
    doc: *const c_char,
}

/// `PyStructSequence_Desc`.
#[repr(C)]
pub struct Description {
    name: *const c_char,
    doc: *const c_char,
    /// Ends with a field without a name.
    fields: *const FieldDescription,
    in_sequence: c_int,
}

/// # Safety
/// The pointer is null or to a C string that is never freed.
unsafe fn forever(text: *const c_char) -> Option<&'static CStr> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

impl Description {
    /// Names and docstrings.
    ///
    /// # Safety
    /// The description is as the documentation asks, its texts are never freed.
    unsafe fn fields(&self) -> Vec<(&'static CStr, Option<&'static CStr>)> {
        let mut fields = Vec::new();
        let mut field = self.fields;
        // SAFETY: the caller's promise.
        unsafe {
            while let Some(name) = forever((*field).name) {
                fields.push((name, forever((*field).doc)));
                field = field.add(1);
            }
        }
        fields
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyStructSequence_InitType2(class: &'static Type, description: &Description) -> c_int {
    struct_sequence::prepare(class);
    class.tp_name.set(description.name);
    class.tp_doc.set(description.doc);
    // SAFETY: the caller's promise.
    let fields = unsafe { description.fields() };
    raise::status(struct_sequence::initialize(class, &fields, description.in_sequence.max(0) as usize))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyStructSequence_InitType(class: &'static Type, description: &Description) {
    // SAFETY: the same contract; an error stays set.
    unsafe { PyStructSequence_InitType2(class, description) };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyStructSequence_NewType(description: &Description) -> Result<Ref> {
    // SAFETY: the caller's promise.
    let (name, doc, fields) =
        unsafe { (forever(description.name), forever(description.doc), description.fields()) };
    let Some(name) = name else { bail!(SystemError, "a struct sequence type without a name") };
    let class = struct_sequence::new_type(name, doc, &fields, description.in_sequence.max(0) as usize)?;
    Ok(class.to_ref().into_object())
}

/// One without items, for the caller to fill with `SetItem`.
#[unsafe(no_mangle)]
extern "C" fn PyStructSequence_New(class: &Type) -> Result<Ref> {
    struct_sequence::unfilled(class)
}

/// Takes the reference over.
#[unsafe(no_mangle)]
extern "C" fn PyStructSequence_SetItem(object: &Object, index: isize, value: Option<Ref>) {
    // SAFETY: C's contract: the index is that of a field.
    unsafe { struct_sequence::field(object, index as usize) }.set(value);
}

/// The field's value, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyStructSequence_GetItem(object: &Object, index: isize) -> Option<&Object> {
    // SAFETY: C's contract: the index is that of a field; the sequence keeps its value alive.
    unsafe { struct_sequence::field(object, index as usize).peek() }
}
