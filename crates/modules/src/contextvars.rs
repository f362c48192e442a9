//! `_contextvars`: the types of context variables, which the object model has.

pub use _contextvars::{DEFINITION, initialize};

/// Context Variables
#[module(
    name = "_contextvars",
    classes = [objects::context::CONTEXT, objects::context::CONTEXT_VAR, objects::context::TOKEN]
)]
pub mod _contextvars {
    use objects::context::Context;
    use objects::prelude::*;

    #[function]
    fn copy_context() -> Ref<Context> {
        Context::current().duplicate()
    }
}
