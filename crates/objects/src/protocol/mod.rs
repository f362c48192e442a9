//! The protocols: what can be done with any object, as methods of `Object`.

mod call;
mod number;
