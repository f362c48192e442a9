//! Values that nobody touches without the GIL.

/// A value in a `static`, or one that another thread is given: as with objects themselves, only who holds the GIL uses
/// it.
pub struct GilBound<T>(T);

// SAFETY: the GIL lets one thread at a time at the value.
unsafe impl<T> Sync for GilBound<T> {}
// SAFETY: as above.
unsafe impl<T> Send for GilBound<T> {}

impl<T> GilBound<T> {
    pub const fn new(value: T) -> GilBound<T> {
        GilBound(value)
    }

    /// The value. The calling thread holds the GIL.
    #[inline(always)]
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The value itself. The calling thread holds the GIL.
    pub fn into_inner(self) -> T {
        self.0
    }
}
