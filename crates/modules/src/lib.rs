//! Native modules of the standard library, a file or folder each.

// The functions have the names that Python knows them by.
#![allow(non_snake_case, non_upper_case_globals)]

#[macro_use]
extern crate objects;

pub mod abc;
pub mod array;
pub mod asyncio;
pub mod binascii;
pub mod bisect;
pub mod bz2;
mod chain;
pub mod cmath;
pub mod codecs;
pub mod collections;
mod constants;
pub mod contextvars;
pub mod crypt;
pub mod csv;
pub mod datetime;
mod decompression;
pub mod digests;
pub mod elementtree;
pub mod errno;
mod exception_class;
pub mod faulthandler;
pub mod fcntl;
pub mod functools;
pub mod gc;
pub mod grp;
pub mod heapq;
mod imported;
pub mod io;
pub mod itertools;
pub mod json;
pub mod locale;
pub mod lsprof;
pub mod lzma;
pub mod math;
pub mod mmap;
mod module_state;
pub mod multibyte;
pub mod multiprocessing;
pub mod opcode;
pub mod operator;
pub mod pickle;
pub mod posix;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod pwd;
pub mod pyexpat;
pub mod queue;
pub mod random;
pub mod readline;
pub mod resource;
pub mod select;
mod shared;
pub mod signal;
pub mod socket;
pub mod spwd;
pub mod sre;
pub mod stat;
pub mod statistics;
pub mod string;
pub mod structs;
pub mod subinterpreters;
pub mod syslog;
pub mod termios;
pub mod thread;
pub mod time;
pub mod tracemalloc;
pub mod unicodedata;
mod unsigned;
pub mod uuid;
pub mod weakref;
pub mod xxsubtype;
pub mod zlib;
pub mod zoneinfo;

use objects::prelude::*;

/// A module's initialisation function (PEP 489).
pub type Initialize = extern "C" fn() -> Result<Ref>;

/// The modules that are part of the program, by name.
pub static MODULES: &[(&str, Initialize)] = &[
    ("_abc", abc::initialize),
    ("_asyncio", asyncio::initialize),
    ("_bisect", bisect::initialize),
    ("_blake2", digests::blake2::module::initialize),
    ("_bz2", bz2::module::initialize),
    ("_codecs", codecs::_codecs::initialize),
    ("_codecs_cn", multibyte::cn::initialize),
    ("_codecs_hk", multibyte::hk::initialize),
    ("_codecs_iso2022", multibyte::iso::initialize),
    ("_codecs_jp", multibyte::jp::initialize),
    ("_codecs_kr", multibyte::kr::initialize),
    ("_codecs_tw", multibyte::tw::initialize),
    ("_collections", collections::initialize),
    ("_contextvars", contextvars::initialize),
    ("_crypt", crypt::initialize),
    ("_csv", csv::initialize),
    ("_datetime", datetime::module::initialize),
    ("_elementtree", elementtree::initialize),
    ("_functools", functools::initialize),
    ("_hashlib", digests::hashlib::module::initialize),
    ("_heapq", heapq::initialize),
    ("_io", io::_io::initialize),
    ("_json", json::initialize),
    ("_locale", locale::_locale::initialize),
    ("_lsprof", lsprof::initialize),
    ("_lzma", lzma::module::initialize),
    ("_md5", digests::md5::module::initialize),
    ("_multibytecodec", multibyte::module::initialize),
    ("_multiprocessing", multiprocessing::initialize),
    ("_opcode", opcode::initialize),
    ("_operator", operator::initialize),
    ("_pickle", pickle::module::initialize),
    ("_posixshmem", posixshmem::initialize),
    ("_posixsubprocess", posixsubprocess::initialize),
    ("_queue", queue::initialize),
    ("_random", random::initialize),
    ("_sha1", digests::sha1::module::initialize),
    ("_sha256", digests::sha256::module::initialize),
    ("_sha3", digests::sha3::module::initialize),
    ("_sha512", digests::sha512::module::initialize),
    ("_signal", signal::initialize),
    ("_socket", socket::initialize),
    ("_sre", sre::module::initialize),
    ("_stat", stat::initialize),
    ("_statistics", statistics::initialize),
    ("_string", string::_string::initialize),
    ("_struct", structs::module::initialize),
    ("_thread", thread::initialize),
    ("_tracemalloc", tracemalloc::module::initialize),
    ("_uuid", uuid::initialize),
    ("_weakref", weakref::initialize),
    ("_xxsubinterpreters", subinterpreters::module::initialize),
    ("_zoneinfo", zoneinfo::module::initialize),
    ("array", array::initialize),
    ("binascii", binascii::module::initialize),
    ("cmath", cmath::initialize),
    ("errno", errno::initialize),
    ("faulthandler", faulthandler::initialize),
    ("fcntl", fcntl::initialize),
    ("gc", gc::initialize),
    ("grp", grp::initialize),
    ("itertools", itertools::initialize),
    ("math", math::initialize),
    ("mmap", mmap::module::initialize),
    ("posix", posix::initialize),
    ("pwd", pwd::initialize),
    ("pyexpat", pyexpat::initialize),
    ("readline", readline::initialize),
    ("resource", resource::initialize),
    ("select", select::initialize),
    ("spwd", spwd::initialize),
    ("syslog", syslog::initialize),
    ("termios", termios::initialize),
    ("time", time::initialize),
    ("unicodedata", unicodedata::module::initialize),
    ("xxsubtype", xxsubtype::module::initialize),
    ("zlib", zlib::module::initialize),
];
