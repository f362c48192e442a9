//! The object header, and references to objects.
//!
//! `&Object` is a borrowed reference and [`Ref`] an owned one: each is one non-null pointer,
//! so `Result<Ref, Raised>` is `PyObject *` and a Rust function with these types is a C slot.

use std::cell::Cell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::{self, NonNull};

use crate::memory;
use crate::type_object::Type;

/// `PyObject`: what every object begins with.
#[repr(C)]
pub struct Object {
    refcnt: Cell<isize>,
    class: Cell<*const Type>,
}

/// `PyVarObject`: the header of an object with inline items.
#[repr(C)]
pub struct VarObject {
    object: Object,
    size: Cell<isize>,
}

/// The count that static objects start with: out of reach of any imbalance in foreign code.
const STATIC_REFERENCES: isize = 1 << 30;

/// The count of an object whose memory was given back.
const DEAD: isize = isize::MIN / 2;

impl Object {
    /// A header for a value on its way into an object: allocation writes the real one.
    pub const fn header() -> Object {
        Object { refcnt: Cell::new(0), class: Cell::new(ptr::null()) }
    }

    /// The header of an object that lives in a `static`.
    pub const fn static_header(class: &'static Type) -> Object {
        Object { refcnt: Cell::new(STATIC_REFERENCES), class: Cell::new(class) }
    }

    /// The header of a fresh object with one reference, of a class that is static.
    #[inline(always)]
    pub(crate) fn live_header(class: &'static Type) -> Object {
        Object { refcnt: Cell::new(1), class: Cell::new(class) }
    }

    /// The header of a static type whose metatype is set when it is made ready.
    pub const fn static_header_unready() -> Object {
        Object { refcnt: Cell::new(STATIC_REFERENCES), class: Cell::new(ptr::null()) }
    }

    /// The object's type, `ob_type`. Alive as long as the object keeps its type.
    #[inline(always)]
    pub fn class(&self) -> &Type {
        // SAFETY: every reachable object has a type, which its allocation wrote; the object owns it.
        unsafe { &*self.class.get() }
    }

    /// Replaces the type without touching reference counts; the caller moves the ownership.
    pub fn set_class(&self, class: &Type) {
        self.class.set(class);
    }

    /// Whether the type is not set yet: a static type that was not made ready.
    pub fn is_classless(&self) -> bool {
        self.class.get().is_null()
    }

    /// Whether both are the same object (`is`).
    #[inline(always)]
    pub fn is(&self, other: &Object) -> bool {
        ptr::eq(self, other)
    }

    /// The number of references to this object.
    #[inline(always)]
    pub fn refcnt(&self) -> isize {
        self.refcnt.get()
    }

    /// Sets the reference count: for allocation, resurrection and the C face only.
    pub fn set_refcnt(&self, count: isize) {
        self.refcnt.set(count);
    }

    /// In a build that checks references (`RUSTFLAGS="--cfg checked_references"`), ends the process where an
    /// object without references is used: something gave back a reference that it did not own.
    #[inline(always)]
    fn check_alive(&self) {
        if cfg!(checked_references) && self.refcnt.get() <= 0 {
            self.report_miscounted(if self.refcnt.get() == DEAD { "freed" } else { "without references" });
        }
    }

    /// Ends the process: something did not add a reference that it kept, or gave back one too many.
    #[cold]
    pub(crate) fn report_miscounted(&self, what: &str) -> ! {
        let class = if self.refcnt.get() == DEAD { "object".into() } else { self.class().name() };
        let trace = std::backtrace::Backtrace::force_capture();
        eprintln!("{class} at {self:p} is {what}, its count is {}\n{trace}", self.refcnt.get());
        std::process::abort()
    }

    /// Marks the memory of an object that is given back, for [`Object::check_alive`].
    #[inline(always)]
    pub fn mark_freed(&self) {
        if cfg!(checked_references) {
            self.refcnt.set(DEAD);
        }
    }

    /// Adds a reference that the caller now owns.
    #[inline(always)]
    pub fn incref(&self) {
        self.check_alive();
        self.refcnt.set(self.refcnt.get() + 1);
    }

    /// Gives back a reference.
    ///
    /// # Safety
    /// The caller owns one, and does not use it afterwards.
    #[inline(always)]
    pub unsafe fn decref(&self) {
        self.check_alive();
        let count = self.refcnt.get() - 1;
        self.refcnt.set(count);
        if count == 0 {
            memory::dealloc(self);
        }
    }

    /// This object as a `T`, if it is an instance of its class or of a subclass.
    #[inline(always)]
    pub fn downcast<T: Layout>(&self) -> Option<&T> {
        // SAFETY: an instance of T's class begins with a valid T.
        T::is_instance(self).then(|| unsafe { self.cast() })
    }

    /// This object as a `T`, if its type is exactly T's class.
    #[inline(always)]
    pub fn downcast_exact<T: Layout>(&self) -> Option<&T> {
        // SAFETY: as above.
        ptr::eq(self.class(), T::class()).then(|| unsafe { self.cast() })
    }

    /// # Safety
    /// The object is an instance of T's class or of a subclass.
    #[inline(always)]
    pub unsafe fn cast<T: Layout>(&self) -> &T {
        // SAFETY: the caller's promise.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *mut Object {
        ptr::from_ref(self).cast_mut()
    }
}

impl VarObject {
    /// A header for a value on its way into an object.
    pub const fn header(size: isize) -> VarObject {
        VarObject { object: Object::header(), size: Cell::new(size) }
    }

    /// The header of an object that lives in a `static`.
    pub const fn static_header(class: &'static Type, size: isize) -> VarObject {
        VarObject { object: Object::static_header(class), size: Cell::new(size) }
    }

    /// The header of a fresh object with one reference, of a class that is static.
    #[inline(always)]
    pub(crate) fn live_header(class: &'static Type, size: isize) -> VarObject {
        VarObject { object: Object::live_header(class), size: Cell::new(size) }
    }

    /// The header of a static type, see [`Object::static_header_unready`].
    pub const fn static_header_unready() -> VarObject {
        VarObject { object: Object::static_header_unready(), size: Cell::new(0) }
    }

    /// `ob_size`: the number of items; for an `int`, digits with the value's sign.
    #[inline(always)]
    pub fn size(&self) -> isize {
        self.size.get()
    }

    #[inline(always)]
    pub fn set_size(&self, size: isize) {
        self.size.set(size);
    }
}

impl Deref for VarObject {
    type Target = Object;
    #[inline(always)]
    fn deref(&self) -> &Object {
        &self.object
    }
}

/// A structure that instances of a built-in type begin with.
///
/// # Safety
/// Self is `#[repr(C)]` and begins with an [`Object`], and every instance of `class()`,
/// or of any subclass of it, begins with a valid Self.
pub unsafe trait Layout: Sized + 'static {
    /// The type whose instances these are.
    fn class() -> &'static Type;

    /// Whether the object is an instance of `class()` or of a subclass.
    #[inline(always)]
    fn is_instance(object: &Object) -> bool {
        object.class().is_subtype(Self::class())
    }

    #[inline(always)]
    fn as_object(&self) -> &Object {
        // SAFETY: Self begins with an Object.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    /// A new owned reference.
    #[inline(always)]
    fn to_ref(&self) -> Ref<Self> {
        self.as_object().incref();
        Ref(NonNull::from_ref(self))
    }
}

// SAFETY: every object begins with an Object, and is an instance of `object`.
unsafe impl Layout for Object {
    fn class() -> &'static Type {
        &crate::object::OBJECT
    }

    #[inline(always)]
    fn is_instance(_: &Object) -> bool {
        true
    }
}

/// An owned reference: `Clone` adds a count, `Drop` gives it back (and may run Python code).
#[repr(transparent)]
pub struct Ref<T: Layout = Object>(NonNull<T>);

impl<T: Layout> Ref<T> {
    /// # Safety
    /// The pointer is to a live T, and the caller owns a reference that passes to the result.
    #[inline(always)]
    pub unsafe fn from_raw(pointer: *mut T) -> Ref<T> {
        // SAFETY: the caller's promise.
        Ref(unsafe { NonNull::new_unchecked(pointer) })
    }

    /// Gives up the reference without dropping it.
    #[inline(always)]
    pub fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// The same reference, seen as an `object`.
    #[inline(always)]
    pub fn into_object(self) -> Ref {
        // SAFETY: a T begins with an Object; the reference moves.
        unsafe { Ref::from_raw(self.into_raw().cast()) }
    }

    /// The same reference as a `U`, or itself again if it is none.
    #[inline(always)]
    pub fn into_type<U: Layout>(self) -> Result<Ref<U>, Ref<T>> {
        match U::is_instance(self.as_object()) {
            // SAFETY: just checked.
            true => Ok(unsafe { self.cast_unchecked() }),
            false => Err(self),
        }
    }

    /// # Safety
    /// The object is an instance of U's class or of a subclass.
    #[inline(always)]
    pub unsafe fn cast_unchecked<U: Layout>(self) -> Ref<U> {
        // SAFETY: the caller's promise; the reference moves.
        unsafe { Ref::from_raw(self.into_raw().cast()) }
    }

    /// The borrowed reference, for as long as this owned one lives.
    #[inline(always)]
    pub fn as_ref(&self) -> &T {
        self
    }
}

impl Ref {
    /// Owned references, lent: both are one non-null pointer.
    #[inline(always)]
    pub fn slice(references: &[Ref]) -> &[&Object] {
        // SAFETY: `Ref` and `&Object` are both a non-null `*const Object`; the borrow keeps the owners alive.
        unsafe { &*(ptr::from_ref(references) as *const [&Object]) }
    }
}

impl<T: Layout> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: an owned reference keeps its object alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Layout> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Ref<T> {
        self.to_ref()
    }
}

impl<T: Layout> Drop for Ref<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: this is the reference that self owns.
        unsafe { self.as_object().decref() }
    }
}

impl<T: Layout> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object at {:p}>", self.as_object().class().name(), self.0)
    }
}

impl<T: Layout + fmt::Display> fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// An object's field that holds an owned reference or nothing: one word, `PyObject *` to C.
#[repr(transparent)]
pub struct Field<T: Layout = Object>(Cell<Option<Ref<T>>>);

impl<T: Layout> Field<T> {
    pub const fn new(value: Option<Ref<T>>) -> Field<T> {
        Field(Cell::new(value))
    }

    pub const fn null() -> Field<T> {
        Field(Cell::new(None))
    }

    #[inline(always)]
    pub fn is_null(&self) -> bool {
        // SAFETY: the borrow ends here, and nothing runs meanwhile.
        unsafe { self.peek() }.is_none()
    }

    /// Whether the field holds this very object.
    #[inline(always)]
    pub fn holds(&self, object: &T) -> bool {
        // SAFETY: the borrow ends here, and nothing runs meanwhile.
        unsafe { self.peek() }.is_some_and(|ours| ptr::eq(ours, object))
    }

    /// A new reference to what the field holds.
    #[inline(always)]
    pub fn get(&self) -> Option<Ref<T>> {
        // SAFETY: the borrow ends with the new reference made.
        unsafe { self.peek() }.map(T::to_ref)
    }

    /// What the field holds, borrowed.
    ///
    /// # Safety
    /// The field is not changed while the borrow lives: no Python code may run meanwhile,
    /// unless the caller knows that the field is never set again.
    #[inline(always)]
    pub unsafe fn peek(&self) -> Option<&T> {
        // SAFETY: the caller's promise keeps the content in place.
        unsafe { (*self.0.as_ptr()).as_deref() }
    }

    /// Stores a value; what was there is dropped after the store, and that may run Python code.
    #[inline(always)]
    pub fn set(&self, value: Option<Ref<T>>) {
        drop(self.0.replace(value));
    }

    #[inline(always)]
    pub fn replace(&self, value: Option<Ref<T>>) -> Option<Ref<T>> {
        self.0.replace(value)
    }

    #[inline(always)]
    pub fn take(&self) -> Option<Ref<T>> {
        self.0.take()
    }

    /// Each gets what the other holds.
    #[inline(always)]
    pub fn swap(&self, other: &Field<T>) {
        self.0.swap(&other.0);
    }
}

impl<T: Layout> Default for Field<T> {
    fn default() -> Field<T> {
        Field::null()
    }
}
