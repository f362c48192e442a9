//! From the arguments of a call to Rust's values, with CPython's messages.
//!
//! The macros' adapters call these; nothing here allocates unless it raises.

mod from_argument;
mod parameters;
#[cfg(test)]
mod tests;

pub use from_argument::{FromArgument, Loose, Masked, NoneOr, PlainIndex, integer};
pub use parameters::{Keywords, Parameters, Shape, Unpacked};

use crate::prelude::*;

/// Which argument a message speaks of: `f() argument 2 must be ..`.
pub struct Place {
    function: &'static str,
    argument: &'static str,
    /// Whether CPython's function takes its arguments with `PyArg_ParseTuple`, which words some messages otherwise.
    is_parsed: bool,
}

impl Place {
    pub const fn new(function: &'static str, argument: &'static str) -> Place {
        Place { function, argument, is_parsed: false }
    }

    /// The same for a function that takes its arguments as with `PyArg_ParseTuple`.
    pub const fn parsed(function: &'static str, argument: &'static str) -> Place {
        Place { function, argument, is_parsed: true }
    }

    /// `OverflowError`: the integer does not fit C's `int`.
    #[cold]
    fn too_large_for_int(&self, value: &Int) -> Raised {
        match value.to_i64() {
            Some(1..) if self.is_parsed => raise!(OverflowError, "signed integer is greater than maximum"),
            Some(_) if self.is_parsed => raise!(OverflowError, "signed integer is less than minimum"),
            None if self.is_parsed => raise!(OverflowError, "Python int too large to convert to C long"),
            _ => raise!(OverflowError, "Python int too large to convert to C int"),
        }
    }

    /// `TypeError`: the argument is of the wrong type.
    #[cold]
    pub fn bad_argument(&self, expected: &str, got: &Object) -> Raised {
        let (Place { function, argument, .. }, got) = (self, described(got));
        match function.is_empty() {
            true => raise!(TypeError, "{argument} must be {expected}, not {got}"),
            false => raise!(TypeError, "{function}() {argument} must be {expected}, not {got}"),
        }
    }
}

/// What messages call the type of a wrong argument.
pub fn described(object: &Object) -> &str {
    match object.is_none() {
        true => "None",
        false => object.class().name(),
    }
}

/// The slice that C passes as a pointer and a count.
///
/// # Safety
/// The pointer is to as many arguments as the count says, and they live as long as the slice; it may be null for none.
#[inline(always)]
pub unsafe fn slice(arguments: *const &Object, count: isize) -> &[&Object] {
    match count {
        0 => &[],
        // SAFETY: the caller's promise.
        _ => unsafe { std::slice::from_raw_parts(arguments, count as usize) },
    }
}

/// The slice with the values of the keyword arguments at its end.
///
/// # Safety
/// As for [`slice`], with a value for each name behind the positional arguments.
#[inline(always)]
pub unsafe fn vector<'a>(
    arguments: *const &'a Object,
    count: isize,
    names: Option<&Tuple>,
) -> &'a [&'a Object] {
    let named = names.map_or(0, |names| names.size());
    // SAFETY: the caller's promise.
    unsafe { slice(arguments, count + named) }
}

/// The same as a tuple, and a dictionary where there are names: what functions take that are not called with a vector.
///
/// # Safety
/// As for [`vector`].
pub unsafe fn tuple_and_dict(
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<(Ref<Tuple>, Option<Ref<Dict>>)> {
    // SAFETY: the caller's promise.
    let (positional, named) = unsafe { vector(arguments, count as isize, names) }.split_at(count);
    let tuple = Tuple::new(positional.iter().map(|argument| argument.to_ref()))?;
    let Some(names) = names else { return Ok((tuple, None)) };
    let keywords = Dict::new();
    for (name, value) in names.items().iter().zip(named) {
        keywords.set(name, value)?;
    }
    Ok((tuple, Some(keywords)))
}

#[inline(always)]
pub fn at<'a>(arguments: &[&'a Object], index: usize) -> Option<&'a Object> {
    arguments.get(index).copied()
}

/// An argument that the count check or the unpacking has found to be there.
#[inline(always)]
pub fn required<'a, T: FromArgument<'a>>(value: Option<&'a Object>, place: &Place) -> Result<T> {
    match value {
        Some(value) => T::from_argument(value, place),
        None => Err(missing(place)),
    }
}

#[cold]
fn missing(place: &Place) -> Raised {
    raise!(SystemError, "{}() got no {}", place.function, place.argument)
}

#[inline(always)]
pub fn optional<'a, T: FromArgument<'a>>(value: Option<&'a Object>, place: &Place) -> Result<Option<T>> {
    value.map(|value| T::from_argument(value, place)).transpose()
}

#[inline(always)]
pub fn with_default<'a, T: FromArgument<'a>>(
    value: Option<&'a Object>,
    place: &Place,
    default: T,
) -> Result<T> {
    match value {
        Some(value) => T::from_argument(value, place),
        None => Ok(default),
    }
}

/// Checks the number of arguments of a function that takes them by position alone.
#[inline(always)]
pub fn check_count(function: &str, given: usize, least: usize, most: usize) -> Result<()> {
    match given >= least && given <= most {
        true => Ok(()),
        false => Err(wrong_count(function, given, least, most)),
    }
}

#[cold]
fn wrong_count(function: &str, given: usize, least: usize, most: usize) -> Raised {
    let (bound, expected) = match (given < least, least == most) {
        (_, true) => ("", least),
        (true, _) => ("at least ", least),
        (false, _) => ("at most ", most),
    };
    let plural = if expected == 1 { "" } else { "s" };
    raise!(TypeError, "{function} expected {bound}{expected} argument{plural}, got {given}")
}

/// The same with the messages of `PyArg_ParseTuple`, for functions that CPython wrote with it.
#[inline(always)]
pub fn check_parsed_count(function: &str, given: usize, least: usize, most: usize) -> Result<()> {
    match given >= least && given <= most {
        true => Ok(()),
        false => Err(wrong_parsed_count(function, given, least, most)),
    }
}

#[cold]
fn wrong_parsed_count(function: &str, given: usize, least: usize, most: usize) -> Raised {
    let (bound, expected) = match (given < least, least == most) {
        (_, true) => ("exactly", least),
        (true, _) => ("at least", least),
        (false, _) => ("at most", most),
    };
    let plural = if expected == 1 { "" } else { "s" };
    let (name, call) = if function.is_empty() { ("function", "") } else { (function, "()") };
    raise!(TypeError, "{name}{call} takes {bound} {expected} argument{plural} ({given} given)")
}

/// Refuses keyword arguments, if they are to be refused: a subclass may take some for its own `__init__`.
#[inline(always)]
pub fn check_no_keywords(function: &str, keywords: Option<&Dict>, refused: bool) -> Result<()> {
    match keywords {
        Some(keywords) if refused && keywords.len() > 0 => {
            Err(raise!(TypeError, "{function}() takes no keyword arguments"))
        }
        _ => Ok(()),
    }
}

/// Refuses arguments by position, of a class that takes none.
pub fn check_no_positional(function: &str, arguments: &Tuple) -> Result<()> {
    match arguments.is_empty() {
        true => Ok(()),
        false => Err(raise!(TypeError, "{function}() takes no positional arguments")),
    }
}

#[inline(always)]
pub fn tuple_items(arguments: &Tuple) -> &[&Object] {
    arguments.as_slice()
}

/// Whether a class is exactly the given one.
#[inline(always)]
pub fn is_class(class: &Type, exactly: &Type) -> bool {
    std::ptr::eq(class, exactly)
}
