//! What may pass from one interpreter to another: values that are made anew from plain data.

use std::cell::RefCell;
use std::rc::Rc;

use objects::prelude::*;

/// A value on its way: makes the object in the interpreter that receives it.
pub type Shared = Box<dyn Fn() -> Result<Ref>>;

/// Takes an object's data.
pub type Share = Rc<dyn Fn(&Object) -> Result<Shared>>;

/// The classes besides the built-in ones whose instances may be shared, with what takes their data.
struct Classes(RefCell<Vec<(Ref<Type>, Share)>>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Classes {}

static CLASSES: Classes = Classes(RefCell::new(Vec::new()));

/// Lets instances of the very class be shared; the last registered counts.
pub fn register(class: &Type, share: Share) {
    CLASSES.0.borrow_mut().insert(0, (class.to_ref(), share));
}

/// How an object is shared, if it can be.
fn method(object: &Object) -> Option<Share> {
    let classes = CLASSES.0.borrow();
    if let Some((_, share)) = classes.iter().find(|(class, _)| object.class().is(class)) {
        return Some(share.clone());
    }
    drop(classes);
    let share: fn(&Object) -> Result<Shared> = if object.is_none() {
        |_| Ok(Box::new(|| Ok(none())))
    } else if object.downcast_exact::<Int>().is_some() {
        share_int
    } else if object.downcast_exact::<Bytes>().is_some() {
        share_bytes
    } else if object.downcast_exact::<Str>().is_some() {
        share_str
    } else {
        return None;
    };
    Some(Rc::new(share))
}

/// Whether the object's class says how it is shared.
pub fn is_shareable(object: &Object) -> bool {
    method(object).is_some()
}

/// The object's data.
pub fn share(object: &Object) -> Result<Shared> {
    match method(object) {
        Some(share) => share(object),
        None => Err(raise!(ValueError, "{} does not support cross-interpreter data", object.str()?)),
    }
}

fn share_int(object: &Object) -> Result<Shared> {
    let Some(value) = object.downcast::<Int>().and_then(Int::to_i64) else {
        bail!(OverflowError, "try sending as bytes");
    };
    Ok(Box::new(move || Ok(Int::new(value).into_object())))
}

fn share_bytes(object: &Object) -> Result<Shared> {
    let content = object.downcast::<Bytes>().map_or(Vec::new(), |bytes| bytes.as_bytes().to_vec());
    Ok(Box::new(move || Bytes::try_new(&content).map(Ref::into_object)))
}

fn share_str(object: &Object) -> Result<Shared> {
    let points: Vec<u32> = object.downcast::<Str>().map_or(Vec::new(), |text| text.points().iter().collect());
    Ok(Box::new(move || Str::from_u32(&points).map(Ref::into_object)))
}
