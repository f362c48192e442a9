//! The C face: the functions and data that CPython 3.9 exports, for extension modules and embedders.
//!
//! Files are named after the C headers. A function here converts and delegates; what it does stands in
//! the object model or the virtual machine. `&Object` parameters must not be null: as in C, passing null is
//! the caller's error, unless a parameter says `Option`.

#![allow(non_snake_case, non_upper_case_globals)]
// The contracts of these functions are those of the C API's documentation.
#![allow(clippy::missing_safety_doc)]

mod abstract_;
mod buffer;
mod build_value;
mod bytes_;
mod call;
mod capsule;
mod codecs_;
mod configuration;
mod containers;
mod context_;
pub mod data;
mod datetime_;
mod errors;
mod file_;
mod fileutils;
mod float_;
mod format;
mod frame_;
mod gc_;
mod generator_;
mod getargs;
mod hashtable;
mod import_;
mod lifecycle;
mod long_;
mod marshal_;
mod memory_;
mod module_;
mod object_;
mod parser_;
mod run;
mod set_;
mod structseq;
mod subinterpreters;
mod sys_;
mod thread_;
mod time_;
mod type_;
mod unicode_;
mod unicode_errors;
mod unicode_legacy;
mod va_list;
mod weakref_;
mod writer;

/// Ties the C face to the program: modules get what they have for C code, and the variadic functions, which
/// are written in C, are kept by their table's address.
pub fn link() -> *const std::ffi::c_void {
    datetime_::install();
    unsafe extern "C" {
        static krait_variadic_functions: std::ffi::c_void;
    }
    std::hint::black_box(&raw const krait_variadic_functions)
}
