//! Arithmetic on any objects: which operand's slot answers, and what the errors say (language reference 3.3.8).

use crate::prelude::*;

/// Where an operation's slot stands in the number suite.
type BinarySlot = fn(&NumberMethods) -> Option<BinaryFunc>;
type UnarySlot = fn(&NumberMethods) -> Option<UnaryFunc>;
type TernarySlot = fn(&NumberMethods) -> Option<TernaryFunc>;

#[inline(always)]
fn number_slot<F>(object: &Object, slot: fn(&NumberMethods) -> Option<F>) -> Option<F> {
    object.class().tp_as_number.get().and_then(slot)
}

#[inline(always)]
fn sequence_slot<F>(object: &Object, slot: fn(&SequenceMethods) -> Option<F>) -> Option<F> {
    object.class().tp_as_sequence.get().and_then(slot)
}

/// The slots of both operands that are to be asked, in their order: the right one's goes first where its type
/// derives from the left one's; one slot is not asked twice.
#[inline(always)]
fn order<F: PartialEq + Copy>(
    left: &Object,
    right: &Object,
    slot: fn(&NumberMethods) -> Option<F>,
) -> [Option<F>; 2] {
    let first = number_slot(left, slot);
    if std::ptr::eq(left.class(), right.class()) {
        return [first, None];
    }
    let second = number_slot(right, slot).filter(|second| first.as_ref() != Some(second));
    match second.is_some() && first.is_some() && right.class().is_subtype(left.class()) {
        true => [second, first],
        false => [first, second],
    }
}

/// Asks the operands' slots; `NotImplemented` where none has an answer.
#[inline(always)]
fn binary_or_not_implemented(left: &Object, right: &Object, slot: BinarySlot) -> Result<Ref> {
    for function in order(left, right, slot).into_iter().flatten() {
        let result = function(left, right)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    Ok(not_implemented())
}

/// The same for an augmented assignment: the left operand's in-place slot is asked first.
#[inline(always)]
fn inplace_or_not_implemented(
    left: &Object,
    right: &Object,
    inplace: BinarySlot,
    slot: BinarySlot,
) -> Result<Ref> {
    if let Some(function) = number_slot(left, inplace) {
        let result = function(left, right)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    binary_or_not_implemented(left, right, slot)
}

#[inline(always)]
fn answer(result: Result<Ref>, left: &Object, right: &Object, operator: &str) -> Result<Ref> {
    match result {
        Ok(result) if result.is_not_implemented() => Err(unsupported(left, right, operator)),
        result => result,
    }
}

#[cold]
fn unsupported(left: &Object, right: &Object, operator: &str) -> Raised {
    let hint = match operator == ">>" && is_print(left) {
        true => ". Did you mean \"print(<message>, file=<output_stream>)\"?",
        false => "",
    };
    let (left, right) = (left.class().name(), right.class().name());
    raise!(TypeError, "unsupported operand type(s) for {operator}: '{left}' and '{right}'{hint}")
}

/// Whether the object is the built-in `print`, which Python 2 code shifts a stream into.
fn is_print(object: &Object) -> bool {
    object.class().name() == "builtin_function_or_method"
        && matches!(object.get_attr_opt(intern!("__name__")), Ok(Some(name)) if name.downcast::<Str>().is_some_and(|name| name.equals_text("print")))
}

#[cold]
fn bad_unary(operand: &Object, operation: &str) -> Raised {
    raise!(TypeError, "bad operand type for {operation}: '{}'", operand.class().name())
}

macro_rules! binary_operations {
    ($($(#[$doc:meta])* $name:ident: $slot:ident, $operator:literal;)*) => {
        impl Object {
            $(
                $(#[$doc])*
                #[inline]
                pub fn $name(&self, other: &Object) -> Result<Ref> {
                    answer(binary_or_not_implemented(self, other, |suite| suite.$slot.get()), self, other, $operator)
                }
            )*
        }
    };
}

binary_operations! {
    /// `self - other`.
    subtract: nb_subtract, "-";
    /// `self % other`.
    remainder: nb_remainder, "%";
    /// `self // other`.
    floor_divide: nb_floor_divide, "//";
    /// `self / other`.
    true_divide: nb_true_divide, "/";
    /// `self @ other`.
    matrix_multiply: nb_matrix_multiply, "@";
    /// `divmod(self, other)`.
    divmod: nb_divmod, "divmod()";
    /// `self << other`.
    lshift: nb_lshift, "<<";
    /// `self >> other`.
    rshift: nb_rshift, ">>";
    /// `self & other`.
    and: nb_and, "&";
    /// `self ^ other`.
    xor: nb_xor, "^";
    /// `self | other`.
    or: nb_or, "|";
}

macro_rules! inplace_operations {
    ($($(#[$doc:meta])* $name:ident: $inplace:ident, $slot:ident, $operator:literal;)*) => {
        impl Object {
            $(
                $(#[$doc])*
                pub fn $name(&self, other: &Object) -> Result<Ref> {
                    let result =
                        inplace_or_not_implemented(self, other, |suite| suite.$inplace.get(), |suite| suite.$slot.get());
                    answer(result, self, other, $operator)
                }
            )*
        }
    };
}

inplace_operations! {
    /// `self -= other`.
    inplace_subtract: nb_inplace_subtract, nb_subtract, "-=";
    /// `self %= other`.
    inplace_remainder: nb_inplace_remainder, nb_remainder, "%=";
    /// `self //= other`.
    inplace_floor_divide: nb_inplace_floor_divide, nb_floor_divide, "//=";
    /// `self /= other`.
    inplace_true_divide: nb_inplace_true_divide, nb_true_divide, "/=";
    /// `self @= other`.
    inplace_matrix_multiply: nb_inplace_matrix_multiply, nb_matrix_multiply, "@=";
    /// `self <<= other`.
    inplace_lshift: nb_inplace_lshift, nb_lshift, "<<=";
    /// `self >>= other`.
    inplace_rshift: nb_inplace_rshift, nb_rshift, ">>=";
    /// `self &= other`.
    inplace_and: nb_inplace_and, nb_and, "&=";
    /// `self ^= other`.
    inplace_xor: nb_inplace_xor, nb_xor, "^=";
    /// `self |= other`.
    inplace_or: nb_inplace_or, nb_or, "|=";
}

/// `+` and `*`, which sequences answer too, and `**` with its third operand.
impl Object {
    /// `self + other`.
    #[inline]
    pub fn add(&self, other: &Object) -> Result<Ref> {
        let result = binary_or_not_implemented(self, other, |suite| suite.nb_add.get())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        match sequence_slot(self, |suite| suite.sq_concat.get()) {
            Some(concat) => concat(self, other),
            None => Err(unsupported(self, other, "+")),
        }
    }

    /// `self += other`.
    pub fn inplace_add(&self, other: &Object) -> Result<Ref> {
        let result = inplace_or_not_implemented(
            self,
            other,
            |suite| suite.nb_inplace_add.get(),
            |suite| suite.nb_add.get(),
        )?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        match sequence_slot(self, |suite| suite.sq_inplace_concat.get().or(suite.sq_concat.get())) {
            Some(concat) => concat(self, other),
            None => Err(unsupported(self, other, "+=")),
        }
    }

    /// `self * other`.
    #[inline]
    pub fn multiply(&self, other: &Object) -> Result<Ref> {
        let result = binary_or_not_implemented(self, other, |suite| suite.nb_multiply.get())?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        if let Some(repeat) = sequence_slot(self, |suite| suite.sq_repeat.get()) {
            return repeat_sequence(repeat, self, other);
        }
        match sequence_slot(other, |suite| suite.sq_repeat.get()) {
            Some(repeat) => repeat_sequence(repeat, other, self),
            None => Err(unsupported(self, other, "*")),
        }
    }

    /// `self *= other`.
    pub fn inplace_multiply(&self, other: &Object) -> Result<Ref> {
        let result = inplace_or_not_implemented(
            self,
            other,
            |suite| suite.nb_inplace_multiply.get(),
            |suite| suite.nb_multiply.get(),
        )?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
        // What has any method of sequences on the left has the only say; a sequence on the right is not changed in place.
        if let Some(suite) = self.class().tp_as_sequence.get() {
            return match suite.sq_inplace_repeat.get().or(suite.sq_repeat.get()) {
                Some(repeat) => repeat_sequence(repeat, self, other),
                None => Err(unsupported(self, other, "*=")),
            };
        }
        match sequence_slot(other, |suite| suite.sq_repeat.get()) {
            Some(repeat) => repeat_sequence(repeat, other, self),
            None => Err(unsupported(self, other, "*=")),
        }
    }

    /// `pow(self, exponent, modulus)`, or `self ** exponent` where the modulus is `None`.
    pub fn power(&self, exponent: &Object, modulus: &Object) -> Result<Ref> {
        let result = ternary(self, exponent, modulus, |suite| suite.nb_power.get())?;
        match result.is_not_implemented() {
            true => Err(unsupported_power(self, exponent, modulus)),
            false => Ok(result),
        }
    }

    /// `self **= exponent`.
    pub fn inplace_power(&self, exponent: &Object, modulus: &Object) -> Result<Ref> {
        if let Some(function) = number_slot(self, |suite| suite.nb_inplace_power.get()) {
            let result = function(self, exponent, modulus)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        self.power(exponent, modulus)
    }
}

fn repeat_sequence(
    repeat: extern "C" fn(&Object, isize) -> Result<Ref>,
    sequence: &Object,
    count: &Object,
) -> Result<Ref> {
    if !count.has_index() {
        bail!(TypeError, "can't multiply sequence by non-int of type '{}'", count.class().name());
    }
    repeat(sequence, count.as_index_or(&exceptions::OverflowError)?)
}

fn ternary(left: &Object, right: &Object, third: &Object, slot: TernarySlot) -> Result<Ref> {
    let asked = order(left, right, slot);
    for function in asked.into_iter().flatten() {
        let result = function(left, right, third)?;
        if !result.is_not_implemented() {
            return Ok(result);
        }
    }
    match number_slot(third, slot).filter(|function| !asked.contains(&Some(*function))) {
        Some(function) => function(left, right, third),
        None => Ok(not_implemented()),
    }
}

#[cold]
fn unsupported_power(base: &Object, exponent: &Object, modulus: &Object) -> Raised {
    let (base, exponent) = (base.class().name(), exponent.class().name());
    match modulus.is_none() {
        true => {
            raise!(TypeError, "unsupported operand type(s) for ** or pow(): '{base}' and '{exponent}'")
        }
        false => raise!(
            TypeError,
            "unsupported operand type(s) for pow(): '{base}', '{exponent}', '{}'",
            modulus.class().name()
        ),
    }
}

fn unary(operand: &Object, slot: UnarySlot, operation: &str) -> Result<Ref> {
    match number_slot(operand, slot) {
        Some(function) => function(operand),
        None => Err(bad_unary(operand, operation)),
    }
}

/// Unary operators.
impl Object {
    /// `-self`.
    pub fn negative(&self) -> Result<Ref> {
        unary(self, |suite| suite.nb_negative.get(), "unary -")
    }

    /// `+self`.
    pub fn positive(&self) -> Result<Ref> {
        unary(self, |suite| suite.nb_positive.get(), "unary +")
    }

    /// `~self`.
    pub fn invert(&self) -> Result<Ref> {
        unary(self, |suite| suite.nb_invert.get(), "unary ~")
    }

    /// `abs(self)`.
    pub fn absolute(&self) -> Result<Ref> {
        unary(self, |suite| suite.nb_absolute.get(), "abs()")
    }
}

/// Conversion to numbers.
impl Object {
    /// Whether the object says that it is a number: `PyNumber_Check`.
    pub fn is_number(&self) -> bool {
        self.class().tp_as_number.get().is_some_and(|suite| {
            suite.nb_index.get().is_some() || suite.nb_int.get().is_some() || suite.nb_float.get().is_some()
        }) || self.downcast::<Complex>().is_some()
    }

    /// Whether the type has `__index__`.
    #[inline]
    pub fn has_index(&self) -> bool {
        number_slot(self, |suite| suite.nb_index.get()).is_some()
    }

    /// The integer that the object is, losslessly: `operator.index(self)`.
    #[inline]
    pub fn index(&self) -> Result<Ref<Int>> {
        match self.downcast::<Int>() {
            Some(int) => Ok(int.to_ref()),
            None => index_of(self),
        }
    }

    /// The index as a machine integer. `OverflowError` (or the class given) where it does not fit.
    #[inline]
    pub fn as_index_or(&self, class: &Type) -> Result<isize> {
        match self.index()?.to_isize() {
            Some(index) => Ok(index),
            None => Err(raise::set_message(
                class,
                format_args!("cannot fit '{}' into an index-sized integer", self.class().name()),
            )),
        }
    }

    /// The index as a machine integer; `OverflowError` where it does not fit.
    #[inline]
    pub fn as_isize(&self) -> Result<isize> {
        self.as_index_or(&exceptions::OverflowError)
    }

    /// The index as a machine integer, the nearest where it does not fit.
    #[inline]
    pub fn as_isize_clip(&self) -> Result<isize> {
        let index = self.index()?;
        Ok(index.to_isize().unwrap_or(match index.is_negative() {
            true => isize::MIN,
            false => isize::MAX,
        }))
    }

    /// `int(self)`.
    pub fn int(&self) -> Result<Ref<Int>> {
        if let Some(int) = self.downcast_exact::<Int>() {
            return Ok(int.to_ref());
        }
        if let Some(convert) = number_slot(self, |suite| suite.nb_int.get()) {
            let result = checked_int(convert(self)?, "__int__")?;
            return result.to_exact();
        }
        if self.has_index() {
            return self.index()?.to_exact();
        }
        if let Some(truncate) = self.lookup_special(intern!("__trunc__"))? {
            return integral(truncate.call0()?);
        }
        Int::parse_object(self)
    }

    /// The integer that C's `PyLong_AsLong` takes an object for: its `__index__`, or its `__int__` with the warning that
    /// 3.9 gives, be it a float's.
    #[cold]
    pub fn as_integer(&self) -> Result<Ref<Int>> {
        if self.has_index() {
            return self.index();
        }
        let name = self.class().name();
        let Some(convert) = number_slot(self, |suite| suite.nb_int.get()) else {
            bail!(TypeError, "an integer is required (got type {name})");
        };
        let value = checked_int(convert(self)?, "__int__")?;
        let message = format!(
            "an integer is required (got type {name}).  Implicit conversion to integers using __int__ is deprecated, \
             and may be removed in a future version of Python."
        );
        crate::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
        Ok(value)
    }

    /// `float(self)`.
    pub fn float(&self) -> Result<Ref<Float>> {
        if let Some(float) = self.downcast_exact::<Float>() {
            return Ok(float.to_ref());
        }
        if let Some(value) = self.real_value()? {
            return Ok(Float::new(value));
        }
        Float::parse_object(self)
    }

    /// The value as a float: an argument that must be a real number.
    #[inline]
    pub fn as_f64(&self) -> Result<f64> {
        if let Some(float) = self.downcast_exact::<Float>() {
            return Ok(float.value());
        }
        match self.real_value()? {
            Some(value) => Ok(value),
            None => Err(raise!(TypeError, "must be real number, not {}", self.class().name())),
        }
    }

    /// The value through `__float__`, or `__index__`; nothing where there is neither.
    pub fn real_value(&self) -> Result<Option<f64>> {
        if let Some(int) = self.downcast_exact::<Int>() {
            return int.to_f64().map(Some);
        }
        if let Some(convert) = number_slot(self, |suite| suite.nb_float.get()) {
            let result = convert(self)?;
            return checked_float(self, &result).map(Some);
        }
        if self.has_index() {
            return self.index()?.to_f64().map(Some);
        }
        Ok(self.downcast::<Float>().map(Float::value))
    }

    /// `bin(self)`, `oct(self)`, `hex(self)` or `str(self)` of an index: base 2, 8, 16 or 10.
    pub fn to_base(&self, base: u32) -> Result<Ref<Str>> {
        Str::try_new(&self.index()?.to_text(base, true)?)
    }
}

fn index_of(object: &Object) -> Result<Ref<Int>> {
    let Some(convert) = number_slot(object, |suite| suite.nb_index.get()) else {
        bail!(TypeError, "'{}' object cannot be interpreted as an integer", object.class().name());
    };
    checked_int(convert(object)?, "__index__")
}

/// The result of a conversion method, which has to be an `int`, best not of a subclass.
fn checked_int(result: Ref, method: &str) -> Result<Ref<Int>> {
    if result.downcast_exact::<Int>().is_none() {
        check_unusual(&result, method)?;
    }
    // SAFETY: either exactly an int, or checked to be an instance of a subclass.
    Ok(unsafe { result.cast_unchecked() })
}

#[cold]
fn check_unusual(result: &Object, method: &str) -> Result<()> {
    let name = result.class().name();
    if result.downcast::<Int>().is_none() {
        bail!(TypeError, "{method} returned non-int (type {name})");
    }
    let message = format!(
        "{method} returned non-int (type {name}).  The ability to return an instance of a strict subclass of int \
         is deprecated, and may be removed in a future version of Python."
    );
    crate::services::warn(&exceptions::DeprecationWarning, &message, 1)
}

fn checked_float(object: &Object, result: &Object) -> Result<f64> {
    if let Some(float) = result.downcast_exact::<Float>() {
        return Ok(float.value());
    }
    let (class, name) = (object.class().name(), result.class().name());
    let Some(float) = result.downcast::<Float>() else {
        bail!(TypeError, "{class}.__float__ returned non-float (type {name})");
    };
    let message = format!(
        "{class}.__float__ returned non-float (type {name}).  The ability to return an instance of a strict subclass \
         of float is deprecated, and may be removed in a future version of Python."
    );
    crate::services::warn(&exceptions::DeprecationWarning, &message, 1)?;
    Ok(float.value())
}

/// What `__trunc__` gave, as an int.
fn integral(result: Ref) -> Result<Ref<Int>> {
    match result.into_type::<Int>() {
        Ok(int) => int.to_exact(),
        Err(result) if result.has_index() => result.index()?.to_exact(),
        Err(result) => match number_slot(&result, |suite| suite.nb_int.get()) {
            Some(_) => result.int()?.to_exact(),
            None => {
                Err(raise!(TypeError, "__trunc__ returned non-Integral (type {})", result.class().name()))
            }
        },
    }
}

/// Sequences as operands: what `operator.concat` and the C API's sequence functions do.
impl Object {
    /// `self + other` for sequences alone: `PySequence_Concat`.
    pub fn concatenate(&self, other: &Object) -> Result<Ref> {
        if let Some(concat) = sequence_slot(self, |suite| suite.sq_concat.get()) {
            return concat(self, other);
        }
        self.concatenate_as_numbers(other, |left, right| {
            binary_or_not_implemented(left, right, |suite| suite.nb_add.get())
        })
    }

    /// `self += other` for sequences alone: `PySequence_InPlaceConcat`.
    pub fn inplace_concatenate(&self, other: &Object) -> Result<Ref> {
        if let Some(concat) =
            sequence_slot(self, |suite| suite.sq_inplace_concat.get().or(suite.sq_concat.get()))
        {
            return concat(self, other);
        }
        self.concatenate_as_numbers(other, |left, right| {
            let inplace: BinarySlot = |suite| suite.nb_inplace_add.get();
            inplace_or_not_implemented(left, right, inplace, |suite| suite.nb_add.get())
        })
    }

    /// A class in Python has `__add__` in its number suite alone.
    fn concatenate_as_numbers(
        &self,
        other: &Object,
        add: impl FnOnce(&Object, &Object) -> Result<Ref>,
    ) -> Result<Ref> {
        if self.is_sequence() && other.is_sequence() {
            let result = add(self, other)?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        Err(raise!(TypeError, "'{}' object can't be concatenated", self.class().name()))
    }

    /// `self * count` for sequences alone: `PySequence_Repeat`.
    pub fn repeat(&self, count: isize) -> Result<Ref> {
        if let Some(repeat) = sequence_slot(self, |suite| suite.sq_repeat.get()) {
            return repeat(self, count);
        }
        self.repeat_as_number(count, |left, right| {
            binary_or_not_implemented(left, right, |suite| suite.nb_multiply.get())
        })
    }

    /// `self *= count` for sequences alone: `PySequence_InPlaceRepeat`.
    pub fn inplace_repeat(&self, count: isize) -> Result<Ref> {
        if let Some(repeat) =
            sequence_slot(self, |suite| suite.sq_inplace_repeat.get().or(suite.sq_repeat.get()))
        {
            return repeat(self, count);
        }
        self.repeat_as_number(count, |left, right| {
            let inplace: BinarySlot = |suite| suite.nb_inplace_multiply.get();
            inplace_or_not_implemented(left, right, inplace, |suite| suite.nb_multiply.get())
        })
    }

    fn repeat_as_number(
        &self,
        count: isize,
        multiply: impl FnOnce(&Object, &Object) -> Result<Ref>,
    ) -> Result<Ref> {
        if self.is_sequence() {
            let result = multiply(self, &Int::from_isize(count))?;
            if !result.is_not_implemented() {
                return Ok(result);
            }
        }
        Err(raise!(TypeError, "'{}' object can't be repeated", self.class().name()))
    }
}
