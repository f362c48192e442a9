//! `abstract.h`: the number, sequence, mapping and iterator protocols.

use std::ffi::{c_char, c_int};

use objects::memory::domains::{self, Domain};
use objects::prelude::*;

use crate::errors::text;

macro_rules! binary {
    ($($name:ident = $method:ident;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(left: &Object, right: &Object) -> Result<Ref> {
            left.$method(right)
        })*
    };
}

binary! {
    PyNumber_Add = add;
    PyNumber_Subtract = subtract;
    PyNumber_Multiply = multiply;
    PyNumber_MatrixMultiply = matrix_multiply;
    PyNumber_FloorDivide = floor_divide;
    PyNumber_TrueDivide = true_divide;
    PyNumber_Remainder = remainder;
    PyNumber_Divmod = divmod;
    PyNumber_Lshift = lshift;
    PyNumber_Rshift = rshift;
    PyNumber_And = and;
    PyNumber_Xor = xor;
    PyNumber_Or = or;
    PyNumber_InPlaceAdd = inplace_add;
    PyNumber_InPlaceSubtract = inplace_subtract;
    PyNumber_InPlaceMultiply = inplace_multiply;
    PyNumber_InPlaceMatrixMultiply = inplace_matrix_multiply;
    PyNumber_InPlaceFloorDivide = inplace_floor_divide;
    PyNumber_InPlaceTrueDivide = inplace_true_divide;
    PyNumber_InPlaceRemainder = inplace_remainder;
    PyNumber_InPlaceLshift = inplace_lshift;
    PyNumber_InPlaceRshift = inplace_rshift;
    PyNumber_InPlaceAnd = inplace_and;
    PyNumber_InPlaceXor = inplace_xor;
    PyNumber_InPlaceOr = inplace_or;
}

macro_rules! unary {
    ($($name:ident = $method:ident;)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(object: &Object) -> Result<Ref> {
            object.$method().map(|result| result.into_object())
        })*
    };
}

unary! {
    PyNumber_Negative = negative;
    PyNumber_Positive = positive;
    PyNumber_Absolute = absolute;
    PyNumber_Invert = invert;
    PyNumber_Index = index;
    PyNumber_Long = int;
    PyNumber_Float = float;
    PyObject_GetIter = iter;
    PySequence_Tuple = collect_tuple;
    PySequence_List = collect_list;
    PyMapping_Keys = mapping_keys;
    PyMapping_Values = mapping_values;
    PyMapping_Items = mapping_items;
}

#[unsafe(no_mangle)]
extern "C" fn PyNumber_Power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    base.power(exponent, modulus)
}

#[unsafe(no_mangle)]
extern "C" fn PyNumber_InPlacePower(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
    base.inplace_power(exponent, modulus)
}

#[unsafe(no_mangle)]
extern "C" fn PyNumber_ToBase(object: &Object, base: c_int) -> Result<Ref<Str>> {
    if !matches!(base, 2 | 8 | 10 | 16) {
        bail!(SystemError, "PyNumber_ToBase: base must be 2, 8, 10 or 16");
    }
    object.to_base(base as u32)
}

#[unsafe(no_mangle)]
extern "C" fn PyNumber_Check(object: Option<&Object>) -> c_int {
    c_int::from(object.is_some_and(Object::is_number))
}

#[unsafe(no_mangle)]
extern "C" fn PyIndex_Check(object: &Object) -> c_int {
    c_int::from(object.has_index())
}

#[unsafe(no_mangle)]
extern "C" fn PyNumber_AsSsize_t(object: &Object, overflow: Option<&Object>) -> isize {
    match overflow.and_then(|class| class.downcast::<Type>()) {
        Some(class) => object.as_index_or(class),
        None => object.as_isize_clip(),
    }
    .unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Check(object: &Object) -> c_int {
    c_int::from(object.is_sequence())
}

#[unsafe(no_mangle)]
extern "C" fn PyMapping_Check(object: Option<&Object>) -> c_int {
    c_int::from(object.is_some_and(Object::is_mapping))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Size(object: &Object) -> isize {
    object.sequence_length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Length(object: &Object) -> isize {
    object.sequence_length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyMapping_Size(object: &Object) -> isize {
    object.length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyMapping_Length(object: &Object) -> isize {
    object.length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Size(object: &Object) -> isize {
    object.length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_Length(object: &Object) -> isize {
    object.length().unwrap_or(-1)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_LengthHint(object: &Object, default: isize) -> isize {
    object.length_hint(default.max(0) as usize).map_or(-1, |hint| hint as isize)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_GetItem(object: &Object, index: isize) -> Result<Ref> {
    object.get_index(index)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_SetItem(object: &Object, index: isize, value: &Object) -> c_int {
    raise::status(object.set_index(index, value))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_DelItem(object: &Object, index: isize) -> c_int {
    raise::status(object.del_index(index))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_GetSlice(object: &Object, start: isize, end: isize) -> Result<Ref> {
    object.get_item(&objects::slice::Slice::from_range(start, end))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_SetSlice(object: &Object, start: isize, end: isize, value: &Object) -> c_int {
    raise::status(object.set_item(&objects::slice::Slice::from_range(start, end), value))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_DelSlice(object: &Object, start: isize, end: isize) -> c_int {
    raise::status(object.del_item(&objects::slice::Slice::from_range(start, end)))
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Contains(object: &Object, item: &Object) -> c_int {
    object.contains(item).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_In(object: &Object, item: &Object) -> c_int {
    object.contains(item).map_or(-1, c_int::from)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Concat(left: &Object, right: &Object) -> Result<Ref> {
    match left.is_sequence() {
        true => left.add(right),
        false => Err(raise!(TypeError, "'{}' object can't be concatenated", left.class().name())),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Repeat(object: &Object, count: isize) -> Result<Ref> {
    match object.is_sequence() {
        true => object.multiply(&Int::new(count as i64)),
        false => Err(raise!(TypeError, "'{}' object can't be repeated", object.class().name())),
    }
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_InPlaceConcat(left: &Object, right: &Object) -> Result<Ref> {
    left.inplace_add(right)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_InPlaceRepeat(object: &Object, count: isize) -> Result<Ref> {
    object.inplace_multiply(&Int::new(count as i64))
}

/// The number of equal items.
#[unsafe(no_mangle)]
extern "C" fn PySequence_Count(object: &Object, wanted: &Object) -> isize {
    let mut count = 0;
    let counted = object.for_each(|item| {
        count += isize::from(item.equals(wanted)?);
        Ok(())
    });
    counted.map_or(-1, |()| count)
}

#[unsafe(no_mangle)]
extern "C" fn PySequence_Index(object: &Object, wanted: &Object) -> isize {
    let search = || -> Result<isize> {
        let iterator = object.iter()?;
        let mut index = 0;
        while let Some(item) = iterator.next()? {
            if item.equals(wanted)? {
                return Ok(index);
            }
            index += 1;
        }
        Err(raise!(ValueError, "sequence.index(x): x not in sequence"))
    };
    search().unwrap_or(-1)
}

/// A list or tuple as it is, anything else as a list.
#[unsafe(no_mangle)]
unsafe extern "C" fn PySequence_Fast(object: &Object, message: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    object.list_or_tuple(&unsafe { text(message) })
}

#[unsafe(no_mangle)]
extern "C" fn PyIter_Check(object: &Object) -> c_int {
    c_int::from(object.is_iterator())
}

#[unsafe(no_mangle)]
extern "C" fn PyIter_Next(object: &Object) -> Option<Ref> {
    object.next().unwrap_or(None)
}

#[unsafe(no_mangle)]
extern "C" fn PySeqIter_New(object: &Object) -> Result<Ref> {
    objects::iterators::sequence_iterator(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_GetItem(object: &Object, key: &Object) -> Result<Ref> {
    object.get_item(key)
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_SetItem(object: &Object, key: &Object, value: &Object) -> c_int {
    raise::status(object.set_item(key, value))
}

#[unsafe(no_mangle)]
extern "C" fn PyObject_DelItem(object: &Object, key: &Object) -> c_int {
    raise::status(object.del_item(key))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyObject_DelItemString(object: &Object, key: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(object.del_item(&Str::new(&unsafe { text(key) })))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMapping_GetItemString(object: &Object, key: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    object.get_item(&Str::new(&unsafe { text(key) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMapping_SetItemString(object: &Object, key: *const c_char, value: &Object) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(object.set_item(&Str::new(&unsafe { text(key) }), value))
}

#[unsafe(no_mangle)]
extern "C" fn PyMapping_HasKey(object: &Object, key: &Object) -> c_int {
    match object.get_item(key) {
        Ok(_) => 1,
        Err(raised) => {
            raised.clear();
            0
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyMapping_HasKeyString(object: &Object, key: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    PyMapping_HasKey(object, &Str::new(&unsafe { text(key) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _PySequence_BytesToCharpArray(object: &Object) -> *mut *mut c_char {
    let convert = || -> Result<*mut *mut c_char> {
        let items = object.collect_vec()?;
        let size = (items.len() + 1) * size_of::<*mut c_char>();
        let array = domains::allocate(Domain::Memory, size).cast::<*mut c_char>();
        if array.is_null() {
            bail!(MemoryError);
        }
        for (index, item) in items.iter().enumerate() {
            // SAFETY: room for every item and the null behind them; a partial array ends with a null too.
            unsafe { array.add(index).write(std::ptr::null_mut()) };
            let Some(bytes) = item.downcast::<Bytes>() else {
                // SAFETY: filled so far, and ended.
                unsafe { _Py_FreeCharPArray(array) };
                bail!(TypeError, "expected bytes, {} found", item.class().name());
            };
            let copy = domains::allocate(Domain::Memory, bytes.len() + 1).cast::<c_char>();
            if copy.is_null() {
                // SAFETY: filled so far, and ended.
                unsafe { _Py_FreeCharPArray(array) };
                bail!(MemoryError);
            }
            // SAFETY: the bytes and a NUL fit.
            unsafe {
                std::ptr::copy_nonoverlapping(bytes.as_bytes().as_ptr().cast(), copy, bytes.len());
                copy.add(bytes.len()).write(0);
                array.add(index).write(copy);
            }
        }
        // SAFETY: as above.
        unsafe { array.add(items.len()).write(std::ptr::null_mut()) };
        Ok(array)
    };
    convert().unwrap_or(std::ptr::null_mut())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn _Py_FreeCharPArray(array: *const *mut c_char) {
    // SAFETY: made by the function above.
    unsafe {
        let mut index = 0;
        while !(*array.add(index)).is_null() {
            domains::free(Domain::Memory, (*array.add(index)).cast());
            index += 1;
        }
        domains::free(Domain::Memory, array.cast_mut().cast());
    }
}
