//! Native modules of the standard library, a file or folder each.

// The functions have the names that Python knows them by.
#![allow(non_snake_case, non_upper_case_globals)]

#[macro_use]
extern crate objects;

pub mod abc;
pub mod binascii;
pub mod bisect;
mod chain;
pub mod codecs;
pub mod collections;
pub mod contextvars;
pub mod errno;
mod exception_class;
pub mod faulthandler;
pub mod functools;
pub mod gc;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod locale;
pub mod math;
pub mod operator;
pub mod posix;
pub mod pwd;
pub mod pyexpat;
pub mod random;
pub mod signal;
pub mod sre;
pub mod stat;
pub mod string;
pub mod structs;
pub mod subinterpreters;
pub mod thread;
pub mod time;
pub mod tracemalloc;
pub mod unicodedata;
pub mod weakref;
pub mod xxsubtype;

use objects::prelude::*;

/// A module's initialisation function (PEP 489).
pub type Initialize = extern "C" fn() -> Result<Ref>;

/// The modules that are part of the program, by name.
pub static MODULES: &[(&str, Initialize)] = &[
    ("_abc", abc::initialize),
    ("_bisect", bisect::initialize),
    ("_codecs", codecs::_codecs::initialize),
    ("_collections", collections::initialize),
    ("_contextvars", contextvars::initialize),
    ("_functools", functools::initialize),
    ("_heapq", heapq::initialize),
    ("_io", io::_io::initialize),
    ("_locale", locale::_locale::initialize),
    ("_operator", operator::initialize),
    ("_random", random::initialize),
    ("_signal", signal::initialize),
    ("_sre", sre::module::initialize),
    ("_stat", stat::initialize),
    ("_string", string::_string::initialize),
    ("_struct", structs::module::initialize),
    ("_thread", thread::initialize),
    ("_tracemalloc", tracemalloc::module::initialize),
    ("_weakref", weakref::initialize),
    ("_xxsubinterpreters", subinterpreters::module::initialize),
    ("xxsubtype", xxsubtype::module::initialize),
    ("binascii", binascii::module::initialize),
    ("errno", errno::initialize),
    ("faulthandler", faulthandler::initialize),
    ("gc", gc::initialize),
    ("itertools", itertools::initialize),
    ("math", math::initialize),
    ("posix", posix::initialize),
    ("pwd", pwd::initialize),
    ("pyexpat", pyexpat::initialize),
    ("time", time::initialize),
    ("unicodedata", unicodedata::module::initialize),
];
