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
mod constants;
pub mod contextvars;
pub mod crypt;
pub mod errno;
mod exception_class;
pub mod faulthandler;
pub mod fcntl;
pub mod functools;
pub mod gc;
pub mod grp;
pub mod heapq;
pub mod io;
pub mod itertools;
pub mod locale;
pub mod math;
pub mod operator;
pub mod posix;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod pwd;
pub mod random;
pub mod resource;
pub mod select;
pub mod signal;
pub mod spwd;
pub mod sre;
pub mod stat;
pub mod string;
pub mod structs;
pub mod subinterpreters;
pub mod syslog;
pub mod termios;
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
    ("_crypt", crypt::initialize),
    ("_functools", functools::initialize),
    ("_heapq", heapq::initialize),
    ("_io", io::_io::initialize),
    ("_locale", locale::_locale::initialize),
    ("_operator", operator::initialize),
    ("_posixshmem", posixshmem::initialize),
    ("_posixsubprocess", posixsubprocess::initialize),
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
    ("binascii", binascii::module::initialize),
    ("errno", errno::initialize),
    ("faulthandler", faulthandler::initialize),
    ("fcntl", fcntl::initialize),
    ("gc", gc::initialize),
    ("grp", grp::initialize),
    ("itertools", itertools::initialize),
    ("math", math::initialize),
    ("posix", posix::initialize),
    ("pwd", pwd::initialize),
    ("resource", resource::initialize),
    ("select", select::initialize),
    ("spwd", spwd::initialize),
    ("syslog", syslog::initialize),
    ("termios", termios::initialize),
    ("time", time::initialize),
    ("unicodedata", unicodedata::module::initialize),
    ("xxsubtype", xxsubtype::module::initialize),
];
