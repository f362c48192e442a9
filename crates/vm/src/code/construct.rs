//! Making code objects: from the compiler's code units, and from the arguments of `code(..)`.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr;

use bytecode::{CodeUnit, Const, flags};
use literals::{Constant, Text};
use objects::prelude::*;
use objects::set::{FrozenSet, Set};

use super::Code;

/// What a code object is made of. The tuples of names hold strings alone.
pub struct Parts {
    pub argcount: c_int,
    pub posonlyargcount: c_int,
    pub kwonlyargcount: c_int,
    pub nlocals: c_int,
    pub stacksize: c_int,
    pub flags: c_int,
    pub firstlineno: c_int,
    pub code: Ref<Bytes>,
    pub consts: Ref<Tuple>,
    pub names: Ref<Tuple>,
    pub varnames: Ref<Tuple>,
    pub freevars: Ref<Tuple>,
    pub cellvars: Ref<Tuple>,
    pub filename: Ref<Str>,
    pub name: Ref<Str>,
    pub lnotab: Ref<Bytes>,
}

impl Parts {
    /// Of code that cannot run: names and a line alone.
    pub fn empty(filename: &Str, name: &Str, line: c_int) -> Parts {
        Parts {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            nlocals: 0,
            stacksize: 0,
            flags: 0,
            firstlineno: line,
            code: Bytes::new(b""),
            consts: Tuple::empty(),
            names: Tuple::empty(),
            varnames: Tuple::empty(),
            freevars: Tuple::empty(),
            cellvars: Tuple::empty(),
            filename: filename.to_ref(),
            name: name.to_ref(),
            lnotab: Bytes::new(b""),
        }
    }

    /// The code object; names and constants that look like names are interned.
    pub fn build(mut self) -> Result<Ref<Code>> {
        let counts = [
            self.argcount,
            self.posonlyargcount,
            self.kwonlyargcount,
            self.nlocals,
            self.stacksize,
            self.flags,
        ];
        if counts.iter().any(|&count| count < 0) || self.posonlyargcount > self.argcount {
            bail!(SystemError, "bad argument to internal function");
        }
        self.names = interned_names(&self.names)?;
        self.varnames = interned_names(&self.varnames)?;
        self.freevars = interned_names(&self.freevars)?;
        self.cellvars = interned_names(&self.cellvars)?;
        self.consts = interned_constants(&self.consts)?;
        self.flags = match self.cellvars.items().is_empty() && self.freevars.items().is_empty() {
            true => self.flags | flags::NOFREE as c_int,
            false => self.flags & !(flags::NOFREE as c_int),
        };
        let has = |bit: u32| i64::from(self.flags as u32 & bit != 0);
        let total = i64::from(self.argcount)
            + i64::from(self.kwonlyargcount)
            + has(flags::VARARGS)
            + has(flags::VARKEYWORDS);
        if total > self.varnames.items().len() as i64 {
            bail!(ValueError, "code: varnames is too small");
        }
        let cell2arg = cell_arguments(&self.cellvars, &self.varnames.items()[..total as usize]);
        Ok(Ref::new(Code {
            base: Object::header(),
            argcount: self.argcount,
            posonlyargcount: self.posonlyargcount,
            kwonlyargcount: self.kwonlyargcount,
            nlocals: self.nlocals,
            stacksize: self.stacksize,
            flags: self.flags,
            firstlineno: self.firstlineno,
            code: self.code,
            consts: self.consts,
            names: self.names,
            varnames: self.varnames,
            freevars: self.freevars,
            cellvars: self.cellvars,
            cell2arg,
            filename: Field::new(Some(self.filename)),
            name: self.name,
            lnotab: self.lnotab,
            zombieframe: Cell::new(ptr::null_mut()),
            weakreflist: Cell::new(ptr::null_mut()),
            extra: Cell::new(ptr::null_mut()),
            opcache_map: Cell::new(ptr::null_mut()),
            opcache: Cell::new(ptr::null_mut()),
            opcache_flag: Cell::new(0),
            opcache_size: Cell::new(0),
        }))
    }
}

/// For each cell variable the index of the argument with its name; null where there is none.
fn cell_arguments(cells: &Tuple, arguments: &[Ref]) -> *mut isize {
    let index_of =
        |cell: &Ref| arguments.iter().position(|name| name.is(cell)).map_or(-1, |index| index as isize);
    let table: Box<[isize]> = cells.items().iter().map(index_of).collect();
    match table.iter().all(|&index| index < 0) {
        true => ptr::null_mut(),
        false => Box::into_raw(table).cast(),
    }
}

fn interned_names(names: &Tuple) -> Result<Ref<Tuple>> {
    let interned: Result<Vec<Ref>> = names
        .items()
        .iter()
        .map(|name| match name.downcast::<Str>() {
            Some(name) => Ok(Str::intern(name.to_ref()).into_object()),
            None => Err(raise!(SystemError, "non-string found in code slot")),
        })
        .collect();
    Tuple::new(interned?)
}

/// The constants with every string that could be a name interned, in nested tuples and sets too.
fn interned_constants(consts: &Tuple) -> Result<Ref<Tuple>> {
    let interned: Result<Vec<Ref>> = consts.items().iter().map(interned_constant).collect();
    Tuple::new(interned?)
}

fn interned_constant(constant: &Ref) -> Result<Ref> {
    if let Some(text) = constant.downcast_exact::<Str>() {
        return Ok(match looks_like_name(text) {
            true => Str::intern(text.to_ref()).into_object(),
            false => constant.clone(),
        });
    }
    if let Some(items) = constant.downcast_exact::<Tuple>() {
        let interned = interned_constants(items)?;
        let same = interned.items().iter().zip(items.items()).all(|(new, old)| new.is(old));
        return Ok(if same { constant.clone() } else { interned.into_object() });
    }
    if let Some(set) = constant.downcast_exact::<FrozenSet>() {
        let interned: Result<Vec<Ref>> = set.collect_vec()?.iter().map(interned_constant).collect();
        return frozenset(interned?);
    }
    Ok(constant.clone())
}

fn looks_like_name(text: &Str) -> bool {
    text.as_ascii().is_some_and(|text| text.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
}

impl Code {
    /// A code object from the compiler's code unit.
    pub fn from_unit(unit: &CodeUnit) -> Result<Ref<Code>> {
        let filename = text(&unit.filename)?;
        Code::from_unit_in_file(unit, &filename)
    }

    fn from_unit_in_file(unit: &CodeUnit, filename: &Ref<Str>) -> Result<Ref<Code>> {
        let consts: Result<Vec<Ref>> = unit
            .consts
            .iter()
            .map(|constant| match constant {
                Const::Value(value) => self::constant(value),
                Const::Code(unit) => Ok(Code::from_unit_in_file(unit, filename)?.into_object()),
            })
            .collect();
        Parts {
            argcount: unit.argcount as c_int,
            posonlyargcount: unit.posonlyargcount as c_int,
            kwonlyargcount: unit.kwonlyargcount as c_int,
            nlocals: unit.nlocals as c_int,
            stacksize: unit.stacksize as c_int,
            flags: unit.flags as c_int,
            firstlineno: unit.firstlineno as c_int,
            code: Bytes::try_new(&unit.code)?,
            consts: Tuple::new(consts?)?,
            names: texts(&unit.names)?,
            varnames: texts(&unit.varnames)?,
            freevars: texts(&unit.freevars)?,
            cellvars: texts(&unit.cellvars)?,
            filename: filename.clone(),
            name: text(&unit.name)?,
            lnotab: Bytes::try_new(&unit.lnotab)?,
        }
        .build()
    }
}

/// A `frozenset` of these items; the empty one is shared.
pub fn frozenset(items: Vec<Ref>) -> Result<Ref> {
    if items.is_empty() {
        return FrozenSet::class().as_object().call0();
    }
    Ok(Set::collect_in(FrozenSet::class(), &List::from_vec(items))?.into_object())
}

/// The string of a compiler's text.
pub fn text(text: &Text) -> Result<Ref<Str>> {
    Str::from_text(text)
}

fn texts(texts: &[Text]) -> Result<Ref<Tuple>> {
    let strings: Result<Vec<Ref>> = texts.iter().map(|name| Ok(text(name)?.into_object())).collect();
    Tuple::new(strings?)
}

/// The object of a compiler's constant.
pub fn constant(value: &Constant) -> Result<Ref> {
    let all = |items: &[Constant]| items.iter().map(constant).collect::<Result<Vec<Ref>>>();
    Ok(match value {
        Constant::None => none(),
        Constant::Ellipsis => ellipsis(),
        Constant::Bool(value) => bool_object(*value),
        Constant::Int(value) => Int::from_ibig(value)?.into_object(),
        Constant::Float(value) => Float::new(*value).into_object(),
        Constant::Complex(real, imag) => Complex::new(*real, *imag).into_object(),
        Constant::Str(value) => text(value)?.into_object(),
        Constant::Bytes(value) => Bytes::try_new(value)?.into_object(),
        Constant::Tuple(items) => Tuple::new(all(items)?)?.into_object(),
        Constant::FrozenSet(items) => frozenset(all(items)?)?,
    })
}

/// `code(argcount, posonlyargcount, ...)`.
pub fn from_arguments(_class: &Type, arguments: &Tuple) -> Result<Ref> {
    let given = arguments.items();
    if given.len() < 14 {
        bail!(TypeError, "code() takes at least 14 arguments ({} given)", given.len());
    }
    if given.len() > 16 {
        bail!(TypeError, "code() takes at most 16 arguments ({} given)", given.len());
    }
    let number = |index: usize| -> Result<c_int> { c_integer(&given[index]) };
    let names = |index: usize| -> Result<Ref<Tuple>> { names(argument::<Tuple>(given, index, "tuple")?) };
    let optional = |index: usize| match given.len() > index {
        true => names(index),
        false => Tuple::new([]),
    };
    let parts = Parts {
        argcount: number(0)?,
        posonlyargcount: number(1)?,
        kwonlyargcount: number(2)?,
        nlocals: number(3)?,
        stacksize: number(4)?,
        flags: number(5)?,
        code: argument::<Bytes>(given, 6, "bytes")?.to_ref(),
        consts: argument::<Tuple>(given, 7, "tuple")?.to_ref(),
        names: names(8)?,
        varnames: names(9)?,
        filename: argument::<Str>(given, 10, "str")?.to_ref(),
        name: argument::<Str>(given, 11, "str")?.to_ref(),
        firstlineno: number(12)?,
        lnotab: argument::<Bytes>(given, 13, "bytes")?.to_ref(),
        freevars: optional(14)?,
        cellvars: optional(15)?,
    };
    let counts = [
        ("argcount", parts.argcount),
        ("posonlyargcount", parts.posonlyargcount),
        ("kwonlyargcount", parts.kwonlyargcount),
        ("nlocals", parts.nlocals),
    ];
    for (name, count) in counts {
        if count < 0 {
            bail!(ValueError, "code: {name} must not be negative");
        }
    }
    Ok(parts.build()?.into_object())
}

/// A C `int` argument.
pub fn c_integer(value: &Object) -> Result<c_int> {
    if value.downcast::<Float>().is_some() {
        bail!(TypeError, "integer argument expected, got float");
    }
    let value = value.index()?.to_i64();
    let Some(value) = value else { bail!(OverflowError, "Python int too large to convert to C int") };
    c_int::try_from(value).map_err(|_| match value > 0 {
        true => raise!(OverflowError, "signed integer is greater than maximum"),
        false => raise!(OverflowError, "signed integer is less than minimum"),
    })
}

fn argument<'a, T: Layout>(given: &'a [Ref], index: usize, kind: &str) -> Result<&'a T> {
    match given[index].downcast::<T>() {
        Some(value) => Ok(value),
        None => Err(raise!(
            TypeError,
            "code() argument {} must be {kind}, not {}",
            index + 1,
            given[index].class().name()
        )),
    }
}

/// A tuple of names: strings alone, exact ones.
fn names(tuple: &Tuple) -> Result<Ref<Tuple>> {
    let checked: Result<Vec<Ref>> = tuple
        .items()
        .iter()
        .map(|item| match item.downcast::<Str>() {
            Some(text) if item.downcast_exact::<Str>().is_some() => Ok(text.to_ref().into_object()),
            Some(text) => Ok(text.to_exact()?.into_object()),
            None => {
                Err(raise!(TypeError, "name tuples must contain only strings, not '{}'", item.class().name()))
            }
        })
        .collect();
    Tuple::new(checked?)
}
