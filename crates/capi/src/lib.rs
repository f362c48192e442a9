//! The C face: the functions and data that CPython 3.9 exports
