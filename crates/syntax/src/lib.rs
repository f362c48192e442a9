//! Source decoding, tokenizer, parser and abstract syntax tree of Python 3.9
//!
//! This crate knows of no object: a tree holds [`literals::Constant`]s, and a failure is a
//! plain description of the exception to raise.

pub mod ast;
