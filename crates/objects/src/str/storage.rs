//! How strings lie in memory, and how they come and go.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::ops::Deref;
use std::ptr;

use super::{STR, intern};
use crate::prelude::*;

/// `PyASCIIObject`, with which every string begins.
#[repr(C)]
pub struct Str {
    pub(super) base: Object,
    length: Cell<isize>,
    /// -1 until asked for.
    hash: Cell<isize>,
    state: Cell<State>,
    /// The content as `wchar_t`, for strings that C made with the interface before PEP 393.
    wstr: Cell<*mut c_void>,
}

/// The bit field behind the hash: interned (2 bits), kind (3), compact, ascii, ready.
#[repr(transparent)]
#[derive(Clone, Copy)]
struct State(u32);

/// `PyCompactUnicodeObject`: a string that is not pure ASCII has its UTF-8 form cached here.
#[repr(C)]
pub struct CompactStr {
    ascii: Str,
    utf8_length: Cell<isize>,
    utf8: Cell<*mut c_char>,
    wstr_length: Cell<isize>,
}

/// `PyUnicodeObject`: a string whose content is not inline, as every instance of a subclass is.
#[repr(C)]
pub struct DetachedStr {
    compact: CompactStr,
    data: Cell<*mut c_void>,
}

// SAFETY: `#[repr(C)]`; only strings that are not compact are instances.
unsafe impl Layout for DetachedStr {
    fn class() -> &'static Type {
        &STR
    }
    fn is_instance(object: &Object) -> bool {
        object.downcast::<Str>().is_some_and(|string| !string.state.get().has(State::COMPACT))
    }
}

impl Deref for CompactStr {
    type Target = Str;
    fn deref(&self) -> &Str {
        &self.ascii
    }
}

/// How wide the code points are stored: `PyUnicode_Kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    One = 1,
    Two = 2,
    Four = 4,
}

impl Kind {
    /// The narrowest kind that can hold a code point.
    #[inline(always)]
    pub fn of(point: u32) -> Kind {
        match point {
            0..=0xff => Kind::One,
            0x100..=0xffff => Kind::Two,
            _ => Kind::Four,
        }
    }
}

/// A string's code points, as they are stored: in the narrowest kind that holds them all.
#[derive(Clone, Copy)]
pub enum Points<'a> {
    One(&'a [u8]),
    Two(&'a [u16]),
    Four(&'a [u32]),
}

/// A stored code point.
pub trait Unit: Copy + Ord + Into<u32> + TryFrom<u32> + bytemuck::Pod {
    const KIND: Kind;
    /// The code point, which this kind can hold.
    fn from_point(point: u32) -> Self;
    fn points(units: &[Self]) -> Points<'_>;
}

macro_rules! units {
    ($($unit:ident $kind:ident)*) => {
        $(impl Unit for $unit {
            const KIND: Kind = Kind::$kind;
            #[inline(always)]
            fn from_point(point: u32) -> $unit {
                point as $unit
            }
            #[inline(always)]
            fn points(units: &[$unit]) -> Points<'_> {
                Points::$kind(units)
            }
        })*
    };
}

units! { u8 One u16 Two u32 Four }

/// Evaluates an expression for the units of a string, whatever their width.
#[macro_export]
macro_rules! with_units {
    ($points:expr, $units:ident => $body:expr) => {
        match $points {
            $crate::str::Points::One($units) => $body,
            $crate::str::Points::Two($units) => $body,
            $crate::str::Points::Four($units) => $body,
        }
    };
}

impl<'a> Points<'a> {
    #[inline(always)]
    pub fn len(self) -> usize {
        with_units!(self, units => units.len())
    }

    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The code point at an index, which is in range.
    #[inline(always)]
    pub fn at(self, index: usize) -> u32 {
        with_units!(self, units => units[index].into())
    }

    /// The part from `start` to `end`, which are in range.
    #[inline(always)]
    pub fn range(self, start: usize, end: usize) -> Points<'a> {
        match self {
            Points::One(units) => Points::One(&units[start..end]),
            Points::Two(units) => Points::Two(&units[start..end]),
            Points::Four(units) => Points::Four(&units[start..end]),
        }
    }

    /// The code points from the first to the last.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |index| self.at(index))
    }

    /// The stored bytes.
    #[inline(always)]
    pub fn as_bytes(self) -> &'a [u8] {
        with_units!(self, units => bytemuck::cast_slice(units))
    }

    /// A number with at least the bits of every code point: its kind is the narrowest for all of them.
    #[inline]
    pub fn union(self) -> u32 {
        match self {
            Points::One(units) if units.is_ascii() => 0x7f,
            Points::One(_) => 0xff,
            Points::Two(units) => units.iter().fold(0, |all, &unit| all | unit).into(),
            Points::Four(units) => units.iter().fold(0, |all, &unit| all | unit),
        }
    }
}

impl State {
    const INTERNED: u32 = 0b11;
    const KIND_SHIFT: u32 = 2;
    const KIND: u32 = 0b111 << Self::KIND_SHIFT;
    const COMPACT: u32 = 1 << 5;
    const ASCII: u32 = 1 << 6;
    const READY: u32 = 1 << 7;

    const fn new(kind: Kind, ascii: bool, compact: bool) -> State {
        State(
            (kind as u32) << Self::KIND_SHIFT
                | Self::READY
                | if ascii { Self::ASCII } else { 0 }
                | if compact { Self::COMPACT } else { 0 },
        )
    }

    #[inline(always)]
    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

/// Whether and how a string is interned: the first two bits of its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Interned {
    Not = 0,
    /// The table of interned strings forgets it with its last reference.
    Mortal = 1,
    Immortal = 2,
}

/// The most code points that a string may have.
pub const MAX_LENGTH: usize = isize::MAX as usize - size_of::<CompactStr>();

impl Str {
    /// A new string with room for `length` code points, whose bits are all in `union`; a NUL stands
    /// behind them. The content is zero. Raises `MemoryError`.
    #[inline]
    fn allocate(length: usize, union: u32) -> Result<Ref<Str>> {
        let kind = Kind::of(union);
        let ascii = union < 0x80;
        let header = if ascii { size_of::<Str>() } else { size_of::<CompactStr>() };
        let size = length.checked_add(1).and_then(|n| n.checked_mul(kind as usize)?.checked_add(header));
        let pointer = size.map_or(ptr::null_mut(), memory::raw_allocate);
        if pointer.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory with room for the structure, `length` units and a NUL.
        unsafe {
            let string = pointer.cast::<Str>();
            string.write(Str {
                base: Object::header(),
                length: Cell::new(length as isize),
                hash: Cell::new(-1),
                state: Cell::new(State::new(kind, ascii, true)),
                wstr: Cell::new(ptr::null_mut()),
            });
            (*string).base.set_class(&STR);
            (*string).base.set_refcnt(1);
            if !ascii {
                (*string).reset_compact_fields();
            }
            let end = pointer.cast::<u8>().add(header + length * kind as usize);
            ptr::write_bytes(end, 0, kind as usize);
            Ok(Ref::from_raw(string))
        }
    }

    /// A new string of so many code points, NULs as yet, wide enough for `largest`: for C code that fills it
    /// in. Raises `MemoryError`.
    pub fn filled(length: usize, largest: u32) -> Result<Ref<Str>> {
        if length == 0 {
            return Ok(Str::empty());
        }
        let string = Str::allocate(length, largest)?;
        // SAFETY: the room for the units was allocated just now.
        unsafe { ptr::write_bytes(string.data(), 0, length * Kind::of(largest) as usize) };
        Ok(string)
    }

    /// The largest code point that a string of this width can hold.
    pub fn max_point_of_kind(&self) -> u32 {
        match self.kind() {
            _ if self.is_ascii() => 0x7f,
            Kind::One => 0xff,
            Kind::Two => 0xffff,
            Kind::Four => 0x10_ffff,
        }
    }

    /// Where the code points are.
    pub fn content_pointer(&self) -> *mut u8 {
        self.data()
    }

    /// Writes a code point of a string that [`Str::filled`] has made.
    ///
    /// # Safety
    /// Nobody else has seen the string; the index is within it, and the code point fits its width.
    pub unsafe fn write_fresh(&self, index: usize, point: u32) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.kind() {
                Kind::One => self.data().add(index).write(point as u8),
                Kind::Two => self.data().cast::<u16>().add(index).write(point as u16),
                Kind::Four => self.data().cast::<u32>().add(index).write(point),
            }
        }
    }

    /// # Safety
    /// The string is no compact ASCII string.
    unsafe fn reset_compact_fields(&self) {
        // SAFETY: such a string begins with a CompactStr.
        let compact = unsafe { self.as_compact() };
        compact.utf8_length.set(0);
        compact.utf8.set(ptr::null_mut());
        compact.wstr_length.set(0);
    }

    /// A string whose content `fill` writes: it gets all the units. `union` has the bits of every
    /// code point that will be written, and no more than needed.
    pub(super) fn build<U: Unit>(length: usize, union: u32, fill: impl FnOnce(&mut [U])) -> Result<Ref<Str>> {
        match length {
            0 => return Ok(Str::empty()),
            1 => {
                let mut unit = [U::from_point(0)];
                fill(&mut unit);
                return Str::from_point(unit[0].into());
            }
            _ => {}
        }
        assert_eq!(Kind::of(union), U::KIND);
        let string = Str::allocate(length, union)?;
        // SAFETY: the string is ours alone, of this kind; it is initialised before it is a slice.
        unsafe {
            let data = string.data().cast::<U>();
            ptr::write_bytes(data, 0, length);
            fill(std::slice::from_raw_parts_mut(data, length));
        }
        Ok(string)
    }

    /// A string of pieces, one behind the other: `length` code points in all, `union` being as in
    /// [`Points::union`] for all of them. Raises `MemoryError`.
    pub(super) fn from_pieces<'a>(
        length: usize,
        union: u32,
        pieces: impl IntoIterator<Item = Points<'a>>,
    ) -> Result<Ref<Str>> {
        if length == 0 {
            return Ok(Str::empty());
        }
        let string = Str::allocate(length, union)?;
        let kind = Kind::of(union);
        let mut at = 0;
        for piece in pieces {
            assert!(piece.len() <= length - at, "the pieces are as long as was said");
            // SAFETY: the piece fits behind what is written; its units fit, for the union has their bits.
            unsafe {
                let start = string.data().add(at * kind as usize);
                with_units!(piece, units => match kind {
                    Kind::One => convert_units(units, start),
                    Kind::Two => convert_units(units, start.cast::<u16>()),
                    Kind::Four => convert_units(units, start.cast::<u32>()),
                });
            }
            at += piece.len();
        }
        assert!(at == length, "the pieces are as long as was said");
        Ok(string)
    }

    /// A string of these units, `union` being as in [`Points::union`].
    #[inline]
    pub(super) fn from_units<S: Unit>(units: &[S], union: u32) -> Result<Ref<Str>> {
        match units.len() {
            0 => return Ok(Str::empty()),
            1 => return Str::from_point(units[0].into()),
            _ => {}
        }
        let string = Str::allocate(units.len(), union)?;
        let data = string.data();
        // SAFETY: room for as many units of the union's kind was allocated just now.
        unsafe {
            match Kind::of(union) {
                kind if kind == S::KIND => ptr::copy_nonoverlapping(units.as_ptr(), data.cast(), units.len()),
                Kind::One => convert_units::<S, u8>(units, data),
                Kind::Two => convert_units::<S, u16>(units, data.cast()),
                Kind::Four => convert_units::<S, u32>(units, data.cast()),
            }
        }
        Ok(string)
    }

    /// A string of these code points.
    #[inline]
    pub fn from_points(points: Points<'_>) -> Result<Ref<Str>> {
        let union = points.union();
        with_units!(points, units => Str::from_units(units, union))
    }

    /// A string of the code points U+0000 to U+00FF that the bytes are.
    #[inline]
    pub fn from_latin1(bytes: &[u8]) -> Result<Ref<Str>> {
        Str::from_points(Points::One(bytes))
    }

    /// A string of these code points, none past U+10FFFF.
    pub fn from_u32(points: &[u32]) -> Result<Ref<Str>> {
        Str::from_points(Points::Four(points))
    }

    /// The string of one code point, not past U+10FFFF; those of Latin-1 are kept.
    #[inline]
    pub fn from_point(point: u32) -> Result<Ref<Str>> {
        if point < 0x100 {
            return Ok(intern::character(point as u8));
        }
        Str::from_new_point(point)
    }

    /// The string of one code point, made anew.
    pub(super) fn from_new_point(point: u32) -> Result<Ref<Str>> {
        let string = Str::allocate(1, point)?;
        // SAFETY: there is room for the one unit.
        unsafe {
            match Kind::of(point) {
                Kind::One => string.data().write(point as u8),
                Kind::Two => string.data().cast::<u16>().write(point as u16),
                Kind::Four => string.data().cast::<u32>().write(point),
            }
        }
        Ok(string)
    }

    /// The empty string made anew: for the one that is kept.
    pub(super) fn new_empty() -> Ref<Str> {
        memory::assured(|| Str::allocate(0, 0))
    }

    /// The empty string.
    #[inline]
    pub fn empty() -> Ref<Str> {
        intern::empty()
    }

    /// A copy of the content as an instance of a subclass (whose `tp_new` this serves).
    pub fn new_in(class: &Type, content: &Str) -> Result<Ref<Str>> {
        let units = content.points().as_bytes();
        let size = units.len() + content.kind() as usize;
        let data = memory::raw_allocate(size).cast::<u8>();
        if data.is_null() {
            bail!(MemoryError);
        }
        let string = match memory::allocate_var::<Str>(class, 0) {
            Ok(string) => string,
            Err(raised) => {
                // SAFETY: allocated just now, and nobody has it.
                unsafe { memory::raw_free(data.cast()) };
                return Err(raised);
            }
        };
        // SAFETY: an instance of a subclass has room for a DetachedStr; the data is fresh, NUL and all.
        unsafe {
            ptr::copy_nonoverlapping(units.as_ptr(), data, units.len());
            ptr::write_bytes(data.add(units.len()), 0, size - units.len());
            string.length.set(content.length.get());
            string.hash.set(content.hash.get());
            string.state.set(State::new(content.kind(), content.is_ascii(), false));
            string.wstr.set(ptr::null_mut());
            string.reset_compact_fields();
            string.cast::<DetachedStr>().data.set(data.cast());
            if content.is_ascii() {
                string.as_compact().utf8.set(data.cast());
                string.as_compact().utf8_length.set(content.length.get());
            }
        }
        gc::track_instance(&string);
        Ok(string)
    }

    /// A string of before PEP 393: so many `wchar_t`, NULs as yet, for C code that fills them in. It gets its
    /// form when it is first looked at.
    pub fn unready(length: usize) -> Result<Ref<Str>> {
        let size = length.checked_add(1).and_then(|units| units.checked_mul(size_of::<u32>()));
        let wide = size.map_or(ptr::null_mut(), memory::raw_allocate);
        if wide.is_null() {
            bail!(MemoryError);
        }
        let string = memory::allocate_var::<Str>(&STR, 0).inspect_err(|_| {
            // SAFETY: allocated just now, and nobody has it.
            unsafe { memory::raw_free(wide) }
        })?;
        // SAFETY: room for the units was allocated; an instance made by its type has room for a DetachedStr.
        unsafe {
            ptr::write_bytes(wide.cast::<u32>(), 0, length + 1);
            string.length.set(0);
            string.hash.set(-1);
            string.state.set(State(0));
            string.wstr.set(wide);
            string.reset_compact_fields();
            string.as_compact().wstr_length.set(length as isize);
            string.cast::<DetachedStr>().data.set(ptr::null_mut());
        }
        Ok(string)
    }

    /// The number of code points.
    #[inline(always)]
    pub fn len(&self) -> usize {
        if !self.state.get().has(State::READY) {
            self.make_ready();
        }
        self.length.get() as usize
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How wide the code points are stored.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        match self.points() {
            Points::One(_) => Kind::One,
            Points::Two(_) => Kind::Two,
            Points::Four(_) => Kind::Four,
        }
    }

    /// Whether every code point is below U+0080.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        if !self.state.get().has(State::READY) {
            self.make_ready();
        }
        self.state.get().has(State::ASCII)
    }

    /// The greatest code point that a string stored like this can have: what `PyUnicode_MAX_CHAR_VALUE` tells.
    #[inline(always)]
    pub fn max_point(&self) -> u32 {
        match self.kind() {
            _ if self.is_ascii() => 0x7f,
            Kind::One => 0xff,
            Kind::Two => 0xffff,
            Kind::Four => 0x10_ffff,
        }
    }

    /// The code points. They never change while anyone but their maker has the string.
    #[inline(always)]
    pub fn points(&self) -> Points<'_> {
        let mut state = self.state.get();
        if !state.has(State::READY) {
            self.make_ready();
            state = self.state.get();
        }
        let data = self.data();
        let length = self.length.get() as usize;
        // SAFETY: a ready string has as many units of its kind at its data.
        unsafe {
            match (state.0 & State::KIND) >> State::KIND_SHIFT {
                1 => Points::One(std::slice::from_raw_parts(data, length)),
                2 => Points::Two(std::slice::from_raw_parts(data.cast(), length)),
                _ => Points::Four(std::slice::from_raw_parts(data.cast(), length)),
            }
        }
    }

    /// The code point at an index, which is in range.
    #[inline(always)]
    pub fn code_point(&self, index: usize) -> u32 {
        self.points().at(index)
    }

    /// The text, if it is pure ASCII.
    #[inline(always)]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.points() {
            // SAFETY: ASCII is UTF-8.
            Points::One(units) if self.is_ascii() => Some(unsafe { std::str::from_utf8_unchecked(units) }),
            _ => None,
        }
    }

    /// Where the units of a ready string are.
    #[inline(always)]
    fn data(&self) -> *mut u8 {
        let start = self.as_ptr().cast::<u8>();
        let state = self.state.get();
        // SAFETY: a compact string's content follows its structure; a detached one's is where it says.
        unsafe {
            if !state.has(State::COMPACT) {
                self.cast::<DetachedStr>().data.get().cast()
            } else if state.has(State::ASCII) {
                start.add(size_of::<Str>())
            } else {
                start.add(size_of::<CompactStr>())
            }
        }
    }

    /// # Safety
    /// The string is no compact ASCII string.
    #[inline(always)]
    unsafe fn as_compact(&self) -> &CompactStr {
        // SAFETY: every other string begins with a CompactStr.
        unsafe { &*ptr::from_ref(self).cast() }
    }

    fn has_compact_fields(&self) -> bool {
        let state = self.state.get();
        !(state.has(State::COMPACT) && state.has(State::ASCII))
    }

    /// The UTF-8 form that is cached, or that the content itself is.
    #[inline]
    pub(super) fn cached_utf8(&self) -> Option<&[u8]> {
        if self.is_ascii() {
            return Some(self.points().as_bytes());
        }
        // SAFETY: not ASCII; the cache is freed with the string.
        unsafe {
            let compact = self.as_compact();
            let utf8 = compact.utf8.get().cast::<u8>();
            (!utf8.is_null()).then(|| std::slice::from_raw_parts(utf8, compact.utf8_length.get() as usize))
        }
    }

    /// Keeps a UTF-8 form, with a NUL behind it for C, as long as the string lives.
    pub(super) fn cache_utf8(&self, bytes: &[u8]) -> Result<&[u8]> {
        debug_assert!(!self.is_ascii());
        let copy = memory::raw_allocate(bytes.len() + 1).cast::<u8>();
        if copy.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory of this size; the string is not ASCII.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), copy, bytes.len());
            copy.add(bytes.len()).write(0);
            let compact = self.as_compact();
            compact.utf8.set(copy.cast());
            compact.utf8_length.set(bytes.len() as isize);
            Ok(std::slice::from_raw_parts(copy, bytes.len()))
        }
    }

    /// The hash, computed once. Never -1.
    #[inline]
    pub fn hash_value(&self) -> isize {
        match self.hash.get() {
            -1 => {
                let hash = crate::hash::bytes(self.points().as_bytes());
                self.hash.set(hash);
                hash
            }
            hash => hash,
        }
    }

    pub(super) fn interned(&self) -> Interned {
        match self.state.get().0 & State::INTERNED {
            0 => Interned::Not,
            1 => Interned::Mortal,
            _ => Interned::Immortal,
        }
    }

    pub(super) fn set_interned(&self, interned: Interned) {
        self.state.set(State(self.state.get().0 & !State::INTERNED | interned as u32));
    }

    /// The bytes of memory that the string takes, caches and all: `__sizeof__`.
    pub fn memory_size(&self) -> usize {
        let units = (self.len() + 1) * self.kind() as usize;
        let own = match self.has_compact_fields() {
            false => size_of::<Str>() + units,
            true if self.state.get().has(State::COMPACT) => size_of::<CompactStr>() + units,
            true => size_of::<DetachedStr>() + units,
        };
        own + self.wide_size() + self.utf8_size()
    }

    /// The code points as `wchar_t`, with a zero at their end: made when first asked for, and kept.
    pub fn wide_form(&self) -> Result<*mut u32> {
        let length = self.len();
        if self.wstr.get().is_null() {
            let wide = match self.points() {
                Points::Four(_) => self.data().cast::<u32>(),
                points => {
                    let wide = memory::raw_allocate((length + 1) * size_of::<u32>()).cast::<u32>();
                    if wide.is_null() {
                        bail!(MemoryError);
                    }
                    // SAFETY: room for the code points and the zero was allocated.
                    unsafe {
                        for (index, point) in points.iter().enumerate() {
                            wide.add(index).write(point);
                        }
                        wide.add(length).write(0);
                    }
                    wide
                }
            };
            self.wstr.set(wide.cast());
            if self.has_compact_fields() {
                // SAFETY: just checked that the structure has the field.
                unsafe { self.as_compact() }.wstr_length.set(length as isize);
            }
        }
        Ok(self.wstr.get().cast())
    }

    /// Whether nothing was derived from the content yet: neither hash nor table of interned strings.
    pub fn is_unshared(&self) -> bool {
        self.hash.get() == -1 && self.state.get().0 & State::INTERNED == 0 && ptr::eq(self.class(), &STR)
    }

    fn wide_size(&self) -> usize {
        let wide = self.wstr.get();
        if wide.is_null() || ptr::eq(wide.cast(), self.data()) {
            return 0;
        }
        // Where the structure has no length of its own, the string's counts.
        let length = match self.has_compact_fields() {
            // SAFETY: just checked that the structure has the field.
            true => unsafe { self.as_compact() }.wstr_length.get(),
            false => self.length.get(),
        };
        (length as usize + 1) * size_of::<u32>()
    }

    fn utf8_size(&self) -> usize {
        if !self.has_compact_fields() {
            return 0;
        }
        // SAFETY: just checked.
        let compact = unsafe { self.as_compact() };
        match compact.utf8.get() {
            utf8 if utf8.is_null() || ptr::eq(utf8.cast(), self.data()) => 0,
            _ => compact.utf8_length.get() as usize + 1,
        }
    }

    /// Appends to a string in place where nobody else has it and its kind is wide enough, else makes
    /// a new one: what `s += t` is. Raises `MemoryError`.
    pub fn append(left: Ref<Str>, right: &Str) -> Result<Ref<Str>> {
        if right.is_empty() && left.is_exact() {
            return Ok(left);
        }
        if left.is_empty() && right.is_exact() {
            return Ok(right.to_ref());
        }
        match left.can_grow(right) {
            true => Str::grow(left, right.points()),
            false => left.concat(right),
        }
    }

    /// Whether this is no instance of a subclass.
    #[inline(always)]
    pub fn is_exact(&self) -> bool {
        ptr::eq(self.class(), &STR)
    }

    fn can_grow(&self, suffix: &Str) -> bool {
        self.refcnt() == 1
            && self.hash.get() == -1
            && self.interned() == Interned::Not
            && self.is_exact()
            && self.state.get().has(State::COMPACT)
            && self.kind() >= suffix.kind()
            && self.is_ascii() <= suffix.is_ascii()
            && !self.is(suffix)
    }

    /// Adds units at the end of a compact string that is the caller's alone, of a kind that can hold them.
    fn grow(string: Ref<Str>, suffix: Points<'_>) -> Result<Ref<Str>> {
        let (kind, old) = (string.kind(), string.len());
        let header = string.data() as usize - string.as_ptr() as usize;
        let length = old + suffix.len();
        let Some(size) = (length + 1).checked_mul(kind as usize).and_then(|size| size.checked_add(header))
        else {
            bail!(MemoryError);
        };
        string.drop_caches();
        let pointer = string.into_raw();
        // SAFETY: the one reference is ours, and the block begins at the object. On failure it stays as it was.
        unsafe {
            let moved = memory::raw_reallocate(pointer.cast(), size).cast::<Str>();
            if moved.is_null() {
                drop(Ref::from_raw(pointer));
                bail!(MemoryError);
            }
            let string = Ref::from_raw(moved);
            let end = string.data().add(old * kind as usize);
            with_units!(suffix, units => match kind {
                Kind::One => convert_units(units, end),
                Kind::Two => convert_units(units, end.cast::<u16>()),
                Kind::Four => convert_units(units, end.cast::<u32>()),
            });
            ptr::write_bytes(string.data().add(length * kind as usize), 0, kind as usize);
            string.length.set(length as isize);
            Ok(string)
        }
    }

    /// Frees the other forms of the content that are kept with it.
    fn drop_caches(&self) {
        let data = self.data();
        let wide = self.wstr.replace(ptr::null_mut());
        // SAFETY: these blocks belong to the string, unless they are the content itself.
        unsafe {
            if !ptr::eq(wide.cast(), data) {
                memory::raw_free(wide);
            }
            if self.has_compact_fields() {
                let utf8 = self.as_compact().utf8.replace(ptr::null_mut());
                if !ptr::eq(utf8.cast(), data) {
                    memory::raw_free(utf8.cast());
                }
            }
        }
    }

    /// The units of a string made through the interface before PEP 393 that is not ready yet.
    fn unready_units(&self) -> Option<&[Cell<u32>]> {
        if self.state.get().has(State::READY) {
            return None;
        }
        // SAFETY: a string that is not ready is detached, with its content as wchar_t, four bytes on this platform.
        unsafe {
            let wide = self.wstr.get().cast::<Cell<u32>>();
            let length = self.cast::<DetachedStr>().compact.wstr_length.get() as usize;
            Some(memory::slice_or_empty(wide, if wide.is_null() { 0 } else { length }))
        }
    }

    /// Raises `ValueError` where such a string has units that are no code points.
    pub fn check_unready(&self) -> Result<()> {
        let units = self.unready_units().unwrap_or_default();
        match units.iter().map(Cell::get).find(|&unit| unit > 0x10_ffff) {
            Some(unit) => Err(raise!(ValueError, "character U+{unit:x} is not in range [U+0000; U+10ffff]")),
            None => Ok(()),
        }
    }

    /// Gives a string made through the interface before PEP 393 its narrowest form. Where there is
    /// no memory for that, the process ends: reading a string cannot fail.
    #[cold]
    fn make_ready(&self) {
        // SAFETY: a string that is not ready is detached, with its content as wchar_t, four bytes on this platform.
        unsafe {
            let detached = self.cast::<DetachedStr>();
            let wide = self.wstr.get().cast::<u32>();
            let length = detached.compact.wstr_length.get() as usize;
            for unit in self.unready_units().unwrap_or_default() {
                // C code that has not asked whether the string can be ready.
                if unit.get() > 0x10_ffff {
                    unit.set(0xfffd);
                }
            }
            let units: &[u32] = match wide.is_null() {
                true => &[],
                false => std::slice::from_raw_parts(wide, length),
            };
            let union = units.iter().fold(0, |all, &unit| all | unit);
            let kind = Kind::of(union);
            let ascii = union < 0x80;
            if kind == Kind::Four {
                detached.data.set(wide.cast());
                detached.compact.utf8.set(ptr::null_mut());
            } else {
                let data = memory::assured(|| match memory::raw_allocate((length + 1) * kind as usize) {
                    data if data.is_null() => bail!(MemoryError),
                    data => Ok(data.cast::<u8>()),
                });
                match kind {
                    Kind::One => convert_units(units, data),
                    _ => convert_units(units, data.cast::<u16>()),
                }
                ptr::write_bytes(data.add(length * kind as usize), 0, kind as usize);
                detached.data.set(data.cast());
                detached.compact.utf8.set(if ascii { data.cast() } else { ptr::null_mut() });
                memory::raw_free(wide.cast());
                self.wstr.set(ptr::null_mut());
                detached.compact.wstr_length.set(0);
            }
            detached.compact.utf8_length.set(if ascii { length as isize } else { 0 });
            self.length.set(length as isize);
            let interned = self.state.get().0 & State::INTERNED;
            self.state.set(State(State::new(kind, ascii, false).0 | interned));
        }
    }

    /// `tp_dealloc`.
    pub(crate) unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference is gone.
        unsafe {
            let string = (*object).cast::<Str>();
            if string.interned() != Interned::Not {
                intern::forget(string);
            }
            string.drop_caches();
            if !string.state.get().has(State::COMPACT) && string.state.get().has(State::READY) {
                memory::raw_free(string.cast::<DetachedStr>().data.get());
            }
            memory::free(object);
        }
    }
}

/// Writes units in another width, which can hold them.
///
/// # Safety
/// There is room for them.
#[inline]
unsafe fn convert_units<S: Unit, T: Unit>(units: &[S], data: *mut T) {
    if S::KIND == T::KIND {
        // SAFETY: the caller's promise; both are the same type.
        return unsafe { ptr::copy_nonoverlapping(units.as_ptr().cast::<T>(), data, units.len()) };
    }
    for (index, &unit) in units.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { data.add(index).write(T::from_point(unit.into())) };
    }
}
