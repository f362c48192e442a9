//! Issuing warnings: through the module `warnings` where it is loaded.

use objects::prelude::*;

use crate::import::loaded_module;
use crate::interpreter::Interpreter;

/// `warnings.warn`.
pub fn warn(category: &Type, message: &Object, stacklevel: isize, source: Option<&Object>) -> Result<()> {
    let Some(warnings) = python_module()? else { return Ok(()) };
    let arguments = (message, category, stacklevel, source).into_object()?;
    match arguments.into_type::<Tuple>() {
        Ok(arguments) => warnings.get_attr(intern!("warn"))?.call_dict(&arguments, None).map(|_| ()),
        Err(_) => Ok(()),
    }
}

/// `warnings.warn_explicit`, for a place in a source.
pub fn warn_explicit(
    category: &Type,
    message: &Object,
    filename: &Str,
    line: i32,
    module: Option<&Str>,
) -> Result<()> {
    let Some(warnings) = python_module()? else { return Ok(()) };
    let arguments = (message, category, filename, line, module).into_object()?;
    match arguments.into_type::<Tuple>() {
        Ok(arguments) => warnings.get_attr(intern!("warn_explicit"))?.call_dict(&arguments, None).map(|_| ()),
        Err(_) => Ok(()),
    }
}

/// The module `warnings`, if a program has loaded it; without it there are no filters.
fn python_module() -> Result<Option<Ref>> {
    if Interpreter::current().modules.is_null() {
        return Ok(None);
    }
    loaded_module(intern!("warnings"))
}
