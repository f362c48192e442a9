//! The instruction set of CPython 3.9 as one table, and the code unit as plain data
