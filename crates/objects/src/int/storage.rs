//! Where digits are kept: allocation, the cache of small values, the free list.

use std::ptr;

use super::digits::{self, MASK, SHIFT};
use super::{INT, Int};
use crate::memory::FreeList;
use crate::prelude::*;

/// The values that exist once: -5 to 256.
const SMALL: std::ops::RangeInclusive<i64> = -5..=256;
const SMALL_COUNT: usize = 262;

/// An int of one digit in a `static`.
#[repr(C)]
struct SmallInt {
    base: VarObject,
    digit: u32,
}

// SAFETY: only the reference count changes, under the GIL.
unsafe impl Sync for SmallInt {}

static SMALL_INTS: [SmallInt; SMALL_COUNT] = {
    const EMPTY: SmallInt = SmallInt { base: VarObject::static_header(&INT, 0), digit: 0 };
    let mut cache = [EMPTY; SMALL_COUNT];
    let mut index = 0;
    while index < SMALL_COUNT {
        let value = index as i64 + *SMALL.start();
        let size = if value < 0 { -1 } else { (value > 0) as isize };
        cache[index] =
            SmallInt { base: VarObject::static_header(&INT, size), digit: value.unsigned_abs() as u32 };
        index += 1;
    }
    cache
};

/// The bytes of an int of up to two digits: the size that the free list keeps.
const BLOCK: usize = 32;

static FREE: FreeList<256> = FreeList::of(BLOCK);

/// The free list: what is kept, how many, and the size of each.
pub fn free_list() -> (&'static str, usize, usize) {
    ("PyLongObject", FREE.kept(), BLOCK)
}

/// `tp_dealloc` of `int` and its subclasses.
pub(super) unsafe extern "C" fn dealloc(object: *mut Object) {
    // SAFETY: called once, when the last reference is gone. An exact int of up to two digits lives in
    // a block of `BLOCK` bytes or more; a subclass's instance does not.
    unsafe {
        let class = (*object).class();
        let is_small = (*object.cast::<Int>()).size().unsigned_abs() <= 2;
        if !(ptr::eq(class, &INT) && is_small && FREE.put(object.cast())) {
            memory::free(object);
        }
    }
}

/// The bytes that a computation takes for each digit of its result: copies of operands and result, and what it keeps aside.
pub const ROOM_FOR_DIGIT: usize = 20;

/// An int being made: its digits may be written until it is finished.
pub struct IntBuilder(Ref<Int>);

impl IntBuilder {
    /// Room for so many digits, all zero. `OverflowError` where that is more than an int can have,
    /// `MemoryError` where there is no room.
    pub fn new(count: usize) -> Result<IntBuilder> {
        IntBuilder::new_in(&INT, count)
    }

    /// The same in a subclass.
    pub fn new_in(class: &Type, count: usize) -> Result<IntBuilder> {
        if count > (isize::MAX as usize - size_of::<VarObject>()) / size_of::<u32>() {
            bail!(OverflowError, "too many digits in integer");
        }
        if !ptr::eq(class, &INT) {
            return Ok(IntBuilder(memory::allocate_var(class, count as isize)?));
        }
        let bytes = (size_of::<VarObject>() + count * size_of::<u32>()).max(BLOCK);
        let int: Ref<Int> = memory::allocate_sized(&INT, Some(bytes))?;
        int.set_size(count as isize);
        Ok(IntBuilder(int))
    }

    /// The digits, to be written.
    #[inline(always)]
    pub fn digits(&mut self) -> &mut [u32] {
        let count = self.0.size() as usize;
        // SAFETY: the object is this builder's alone and has room for as many digits as its size says.
        unsafe { std::slice::from_raw_parts_mut(self.0.digits.as_ptr().cast_mut(), count) }
    }

    /// The int as it is, for C code that writes the digits itself.
    pub fn unfinished(self) -> Ref<Int> {
        self.0
    }

    /// The int, without leading zeros; the cached one where there is one.
    pub fn finish(self, negative: bool) -> Ref<Int> {
        let count = digits::normal_length(self.0.digits());
        if count <= 1 && ptr::eq(self.0.class(), &INT) {
            let value = self.0.digits().first().map_or(0, |&digit| i64::from(digit));
            if let Some(small) = small(if negative { -value } else { value }) {
                return small;
            }
        }
        self.finish_as_is(count, negative)
    }

    /// The int in the object that was allocated for it, for a subclass.
    fn finish_as_is(self, count: usize, negative: bool) -> Ref<Int> {
        self.0.set_size(if negative { -(count as isize) } else { count as isize });
        self.0
    }
}

/// The cached int of a small value.
#[inline(always)]
fn small(value: i64) -> Option<Ref<Int>> {
    let index = value.wrapping_sub(*SMALL.start()) as usize;
    let small = SMALL_INTS.get(index)?;
    // SAFETY: a SmallInt is an Int with room for its digit.
    Some(unsafe { small.base.cast::<Int>() }.to_ref())
}

impl Int {
    /// An int of this value.
    #[inline]
    pub fn new(value: i64) -> Ref<Int> {
        match small(value) {
            Some(small) => small,
            None => Int::new_uncached(value),
        }
    }

    #[inline(always)]
    fn new_uncached(value: i64) -> Ref<Int> {
        let magnitude = value.unsigned_abs();
        if magnitude >> (2 * SHIFT) != 0 {
            return Int::from_i128(value.into());
        }
        let (low, high) = (magnitude as u32 & MASK, (magnitude >> SHIFT) as u32);
        let count = 1 + isize::from(high != 0);
        let int: *mut Int = FREE.take().cast();
        // SAFETY: a block of ours alone, with room for a header and two digits.
        unsafe {
            int.write(Int {
                base: VarObject::live_header(&INT, if value < 0 { -count } else { count }),
                digits: [],
            });
            let digits = int.byte_add(size_of::<VarObject>()).cast::<u32>();
            digits.write(low);
            digits.add(1).write(high);
            Ref::from_raw(int)
        }
    }

    /// An int of a sign and a magnitude of machine size.
    #[cold]
    pub(super) fn from_magnitude(magnitude: u128, negative: bool) -> Ref<Int> {
        let (digits, count) = digits::from_u128(magnitude);
        memory::assured(|| Int::from_digits(&digits[..count], negative))
    }

    /// An int of a sign and a magnitude.
    #[inline]
    pub fn from_magnitude_u64(magnitude: u64, negative: bool) -> Ref<Int> {
        match i64::try_from(magnitude) {
            Ok(value) => Int::new(if negative { -value } else { value }),
            Err(_) => Int::from_magnitude(magnitude.into(), negative),
        }
    }

    /// This value as exactly an `int`: itself unless it is a subclass's instance.
    #[inline]
    pub fn to_exact(&self) -> Result<Ref<Int>> {
        match ptr::eq(self.class(), &INT) {
            true => Ok(self.to_ref()),
            false => match self.to_medium() {
                Some(value) => Ok(Int::new(value)),
                None => Int::from_digits(self.digits(), self.is_negative()),
            },
        }
    }

    /// An int of these digits, which need not be normal. Raises `MemoryError`.
    pub fn from_digits(digits: &[u32], negative: bool) -> Result<Ref<Int>> {
        let mut builder = IntBuilder::new(digits::normal_length(digits))?;
        let count = builder.digits().len();
        builder.digits().copy_from_slice(&digits[..count]);
        Ok(builder.finish(negative))
    }

    /// An int of the class, a subclass of `int`, with this one's value.
    pub fn copy_in(&self, class: &Type) -> Result<Ref<Int>> {
        let mut builder = IntBuilder::new_in(class, self.digits().len())?;
        builder.digits().copy_from_slice(self.digits());
        let count = self.digits().len();
        let copy = builder.finish_as_is(count, self.is_negative());
        gc::track_instance(&copy);
        Ok(copy)
    }

    /// The digits of the magnitude, the least significant first; none for zero.
    #[inline(always)]
    pub fn digits(&self) -> &[u32] {
        // SAFETY: so many digits follow the header, and an int never changes.
        unsafe { std::slice::from_raw_parts(self.digits.as_ptr(), self.size().unsigned_abs()) }
    }

    /// The value, where one or two digits hold it: what the fast paths work on. At most 60 bits.
    #[inline(always)]
    pub fn to_medium(&self) -> Option<i64> {
        let size = self.size();
        let digit = |index: usize| {
            // SAFETY: the index is below the number of digits.
            i64::from(unsafe { *self.digits.as_ptr().add(index) })
        };
        match size {
            1 => Some(digit(0)),
            0 => Some(0),
            -1 => Some(-digit(0)),
            2 => Some(digit(0) | digit(1) << SHIFT),
            -2 => Some(-(digit(0) | digit(1) << SHIFT)),
            _ => None,
        }
    }
}
