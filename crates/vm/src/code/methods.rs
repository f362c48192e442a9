//! The methods of `code`, and the equality of code objects.

use objects::prelude::*;
use objects::set::FrozenSet;

use super::Code;
use super::construct::{Parts, c_integer};

/// The arguments of `replace`, in the order of its signature.
const REPLACEABLE: [&str; 16] = [
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_nlocals",
    "co_stacksize",
    "co_flags",
    "co_firstlineno",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_filename",
    "co_name",
    "co_lnotab",
];

#[methods(METHODS)]
impl Code {
    /// Return a copy of the code object with new values for the specified fields.
    #[method(
        "(*, co_argcount=-1, co_posonlyargcount=-1, co_kwonlyargcount=-1, co_nlocals=-1, co_stacksize=-1, co_flags=-1, co_firstlineno=-1, co_code=None, co_consts=None, co_names=None, co_varnames=None, co_freevars=None, co_cellvars=None, co_filename=None, co_name=None, co_lnotab=None)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn replace(
        &self,
        co_argcount: Option<&Object>,
        co_posonlyargcount: Option<&Object>,
        co_kwonlyargcount: Option<&Object>,
        co_nlocals: Option<&Object>,
        co_stacksize: Option<&Object>,
        co_flags: Option<&Object>,
        co_firstlineno: Option<&Object>,
        co_code: Option<&Object>,
        co_consts: Option<&Object>,
        co_names: Option<&Object>,
        co_varnames: Option<&Object>,
        co_freevars: Option<&Object>,
        co_cellvars: Option<&Object>,
        co_filename: Option<&Object>,
        co_name: Option<&Object>,
        co_lnotab: Option<&Object>,
    ) -> Result<Ref<Code>> {
        let number = |given: Option<&Object>, current: i32, field: usize| -> Result<i32> {
            let Some(given) = given else { return Ok(current) };
            let value = c_integer(given)?;
            if value < 0 {
                bail!(ValueError, "{} must be a positive integer", REPLACEABLE[field]);
            }
            Ok(value)
        };
        Parts {
            argcount: number(co_argcount, self.argcount, 0)?,
            posonlyargcount: number(co_posonlyargcount, self.posonlyargcount, 1)?,
            kwonlyargcount: number(co_kwonlyargcount, self.kwonlyargcount, 2)?,
            nlocals: number(co_nlocals, self.nlocals, 3)?,
            stacksize: number(co_stacksize, self.stacksize, 4)?,
            flags: number(co_flags, self.flags, 5)?,
            firstlineno: number(co_firstlineno, self.firstlineno, 6)?,
            code: field(co_code, &self.code, 7, "bytes")?,
            consts: field(co_consts, &self.consts, 8, "tuple")?,
            names: field(co_names, &self.names, 9, "tuple")?,
            varnames: field(co_varnames, &self.varnames, 10, "tuple")?,
            freevars: field(co_freevars, &self.freevars, 11, "tuple")?,
            cellvars: field(co_cellvars, &self.cellvars, 12, "tuple")?,
            filename: match (co_filename, self.filename.get()) {
                (None, Some(current)) => current,
                (given, _) => field(given, &Str::new(""), 13, "str")?,
            },
            name: field(co_name, &self.name, 14, "str")?,
            lnotab: field(co_lnotab, &self.lnotab, 15, "bytes")?,
        }
        .build()
    }

    #[method("()", name = "__sizeof__")]
    fn sizeof(&self) -> usize {
        size_of::<Code>() + self.cellvars.items().len() * size_of::<isize>()
    }
}

fn field<T: Layout>(given: Option<&Object>, current: &Ref<T>, index: usize, kind: &str) -> Result<Ref<T>> {
    let Some(given) = given else { return Ok(current.clone()) };
    match given.downcast::<T>() {
        Some(value) => Ok(value.to_ref()),
        None => Err(raise!(
            TypeError,
            "replace() argument '{}' must be {kind}, not {}",
            REPLACEABLE[index],
            given.class().name()
        )),
    }
}

impl Code {
    /// Whether both are the same code: constants compare by type and value.
    pub(super) fn equals(&self, other: &Code) -> Result<bool> {
        let numbers = |code: &Code| {
            [
                code.argcount,
                code.posonlyargcount,
                code.kwonlyargcount,
                code.nlocals,
                code.flags,
                code.firstlineno,
            ]
        };
        if numbers(self) != numbers(other) || !constants_equal(&self.consts, &other.consts)? {
            return Ok(false);
        }
        let parts: [(&Object, &Object); 6] = [
            (&self.name, &other.name),
            (&self.code, &other.code),
            (&self.names, &other.names),
            (&self.varnames, &other.varnames),
            (&self.freevars, &other.freevars),
            (&self.cellvars, &other.cellvars),
        ];
        for (ours, theirs) in parts {
            if !ours.compare_bool(theirs, CompareOp::Eq)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether two constants are the same: `1`, `1.0` and `True` are not, nor are `0.0` and `-0.0`.
fn constants_equal(one: &Object, other: &Object) -> Result<bool> {
    if one.is(other) {
        return Ok(true);
    }
    if !one.class().is(other.class()) {
        return Ok(false);
    }
    if let (Some(one), Some(other)) = (one.downcast_exact::<Tuple>(), other.downcast_exact::<Tuple>()) {
        if one.items().len() != other.items().len() {
            return Ok(false);
        }
        for (one, other) in one.items().iter().zip(other.items()) {
            if !constants_equal(one, other)? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    if let (Some(one), Some(other)) = (one.downcast_exact::<Float>(), other.downcast_exact::<Float>()) {
        return Ok(one.value().to_bits() == other.value().to_bits());
    }
    if let (Some(one), Some(other)) = (one.downcast_exact::<Complex>(), other.downcast_exact::<Complex>()) {
        let bits = |value: &Complex| (value.value().real.to_bits(), value.value().imag.to_bits());
        return Ok(bits(one) == bits(other));
    }
    if let (Some(one), Some(other)) = (one.downcast_exact::<FrozenSet>(), other.downcast_exact::<FrozenSet>())
    {
        return frozensets_equal(one, other);
    }
    one.compare_bool(other, CompareOp::Eq)
}

fn frozensets_equal(one: &FrozenSet, other: &FrozenSet) -> Result<bool> {
    let (ours, theirs) = (one.collect_vec()?, other.collect_vec()?);
    if ours.len() != theirs.len() {
        return Ok(false);
    }
    for item in &ours {
        let mut found = false;
        for candidate in &theirs {
            if constants_equal(item, candidate)? {
                found = true;
                break;
            }
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}
