//! The protocols: what can be done with any object, as methods of `Object`.

mod attribute;
pub mod call;
mod compare;
mod instance_check;
mod item;
mod iteration;
mod number;
mod path;
pub mod repr_guard;
mod text;

pub use attribute::{
    generic_get_attr, generic_getattro, generic_set_attr, generic_setattro, get_dict, set_dict,
};
pub use call::{Method, RecursionGuard, check_keywords, enter_call};
pub use compare::CompareOp;
pub use repr_guard::{ReprGuard, repr_items};
