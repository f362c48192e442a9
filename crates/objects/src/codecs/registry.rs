//! The registry: search functions for codecs, and error handlers by name.

use std::cell::OnceCell;

use super::handlers::{self, Builtin};
use crate::define::{self, MethodDef, method_flags};
use crate::prelude::*;

/// What one interpreter knows of codecs, once it is asked.
#[derive(Default)]
pub struct Registry(OnceCell<Known>);

struct Known {
    search_path: Ref<List>,
    /// From normalised names to what the search functions found.
    found: Ref<Dict>,
    error_handlers: Ref<Dict>,
}

// SAFETY: used under the GIL alone.
unsafe impl Sync for Registry {}

impl Registry {
    pub const EMPTY: Registry = Registry(OnceCell::new());

    /// Forgets everything, as an interpreter does that ends.
    pub fn clear(&self) {
        if let Some(known) = self.0.get() {
            known.search_path.clear();
            known.found.clear();
            known.error_handlers.clear();
        }
    }
}

macro_rules! handler_functions {
    ($($builtin:ident $name:literal $doc:expr;)*) => {
        /// The functions of the built-in error handlers.
        static HANDLERS: [(Builtin, MethodDef); Builtin::ALL.len()] = [
            $((Builtin::$builtin, define::method(
                $name,
                {
                    extern "C" fn adapter(_: Option<&Object>, exception: &Object) -> Result<Ref> {
                        handlers::call(Builtin::$builtin, exception)
                    }
                    adapter as *const std::ffi::c_void
                },
                method_flags::O,
                $doc,
            )),)*
        ];
    };
}

handler_functions! {
    Strict c"strict_errors" Some(c"The 'strict' error handling: raises the UnicodeError.");
    Ignore c"ignore_errors" Some(c"The 'ignore' error handling: leaves malformed data out.");
    Replace c"replace_errors" Some(c"The 'replace' error handling: puts a replacement marker for malformed data.");
    BackslashReplace c"backslashreplace_errors"
        Some(c"The 'backslashreplace' error handling: puts an escape sequence for malformed data.");
    XmlCharRefReplace c"xmlcharrefreplace_errors"
        Some(c"The 'xmlcharrefreplace' error handling: puts an XML character reference for what cannot be encoded.");
    NameReplace c"namereplace_errors"
        Some(c"The 'namereplace' error handling: puts a \\N{...} escape sequence for what cannot be encoded.");
    SurrogateEscape c"surrogateescape" None;
    SurrogatePass c"surrogatepass" None;
}

fn registry() -> Result<&'static Known> {
    let registry = (crate::services::get().codecs)();
    if let Some(known) = registry.0.get() {
        return Ok(known);
    }
    let error_handlers = Dict::new();
    for (builtin, definition) in &HANDLERS {
        let function = crate::builtin_function::BuiltinFunction::new(definition, None, None)?;
        error_handlers.set_str(Str::intern_static(builtin.name()), &function)?;
    }
    let known = Known { search_path: List::new(), found: Dict::new(), error_handlers };
    Ok(registry.0.get_or_init(|| known))
}

/// The registry with the search function of the package `encodings`, which importing it registers.
fn ready_registry() -> Result<&'static Known> {
    let registry = registry()?;
    if registry.search_path.is_empty() {
        crate::services::import("encodings")?;
    }
    Ok(registry)
}

/// Adds a search function.
pub fn register(search: &Object) -> Result<()> {
    let registry = registry()?;
    if !search.is_callable() {
        bail!(TypeError, "argument must be callable");
    }
    registry.search_path.push(search.to_ref())
}

/// The name that search functions get: lower case, spaces made underscores.
fn normalized(encoding: &str) -> String {
    encoding.chars().map(|c| if c == ' ' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// The codec of an encoding: a tuple of four.
pub fn lookup(encoding: &str) -> Result<Ref<Tuple>> {
    let registry = ready_registry()?;
    let name = Str::intern(Str::try_new(&normalized(encoding))?);
    if let Some(Ok(codec)) = registry.found.get(&name)?.map(Ref::into_type::<Tuple>) {
        return Ok(codec);
    }
    for search in registry.search_path.to_vec() {
        let codec = search.call1(&name)?;
        if codec.is_none() {
            continue;
        }
        return match codec.into_type::<Tuple>() {
            Ok(codec) if codec.items().len() == 4 => {
                registry.found.set(&name, &codec)?;
                Ok(codec)
            }
            _ => Err(raise!(TypeError, "codec search functions must return 4-tuples")),
        };
    }
    Err(raise!(LookupError, "unknown encoding: {encoding}"))
}

/// Forgets what was found by a name: for codecs that change.
pub fn forget(encoding: &str) -> Result<()> {
    let name = Str::try_new(&normalized(encoding))?;
    match registry()?.found.remove(&name)? {
        true => Ok(()),
        false => Err(raise::set_key_error(&name)),
    }
}

/// Registers an error handler.
pub fn register_error(name: &str, handler: &Object) -> Result<()> {
    if !handler.is_callable() {
        bail!(TypeError, "handler must be callable");
    }
    let name = Str::try_new(name)?;
    registry()?.error_handlers.set(&name, handler)
}

/// The error handler of a name.
pub fn lookup_error(name: &str) -> Result<Ref> {
    let key = Str::try_new(name)?;
    match registry()?.error_handlers.get(&key)? {
        Some(handler) => Ok(handler),
        None => Err(raise!(LookupError, "unknown error handler name '{name}'")),
    }
}
