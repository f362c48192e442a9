//! Attribute macros that turn an impl block into a type or a module
