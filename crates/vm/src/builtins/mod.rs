//! The module `builtins`.

mod attributes;
mod build_class;
mod console;
mod execution;
mod iteration;
mod numbers;

use objects::prelude::*;

pub use execution::{inherited_features, run_code, source_bytes};

/// Everything a program can name without an import: functions, types, exceptions, constants.
///
/// A name that is neither local nor global is looked up here last. Among the constants
/// are None, which stands for a missing value, and Ellipsis, which is written `...`.
#[module(
    name = "builtins",
    include = [
        super::attributes::functions::ATTRIBUTES,
        super::build_class::functions::BUILD_CLASS,
        super::console::functions::CONSOLE,
        super::execution::functions::EXECUTION,
        super::iteration::functions::ITERATION,
        super::numbers::functions::NUMBERS
    ]
)]
pub mod module {}

/// The types that are names of the module.
static TYPES: &[&Type] = &[
    &objects::bool::BOOL,
    &objects::bytearray::BYTE_ARRAY,
    &objects::memoryview::MEMORY_VIEW,
    &objects::bytes::BYTES,
    &objects::class_method::CLASS_METHOD,
    &objects::complex::COMPLEX,
    &objects::dict::DICT,
    &objects::enumerate::ENUMERATE,
    &objects::filter::FILTER,
    &objects::float::FLOAT,
    &objects::set::FROZENSET,
    &objects::int::INT,
    &objects::list::LIST,
    &objects::map::MAP,
    &objects::memoryview::MEMORY_VIEW,
    &objects::object::OBJECT,
    &objects::property::PROPERTY,
    &objects::range::RANGE,
    &objects::reversed::REVERSED,
    &objects::set::SET,
    &objects::slice::SLICE,
    &objects::static_method::STATIC_METHOD,
    &objects::str::STR,
    &objects::super_object::SUPER,
    &objects::tuple::TUPLE,
    &TYPE,
    &objects::zip::ZIP,
];

/// Makes the module, complete but for `open`, which `io` brings.
pub fn create(debug: bool) -> Result<Ref<objects::module::Module>> {
    // Not the interned string, which types have: a pickle of functions and types holds both.
    let module = module::DEFINITION.instantiate(&Str::new("builtins"))?;
    let dict = module.dict();
    for class in TYPES.iter().chain(exceptions::ALL) {
        dict.set(&Str::intern(Str::new(class.name())), class)?;
    }
    for (name, class) in [("EnvironmentError", &exceptions::OSError), ("IOError", &exceptions::OSError)] {
        dict.set(Str::intern_static(name), class)?;
    }
    module.add("None", none())?;
    module.add("Ellipsis", ellipsis())?;
    module.add("NotImplemented", not_implemented())?;
    module.add("False", false)?;
    module.add("True", true)?;
    module.add("__debug__", debug)?;
    Ok(module)
}
