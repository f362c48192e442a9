//! What pickling shares with the Python modules `copyreg` and `_compat_pickle`.

use objects::prelude::*;
use objects::services;

use crate::module_state::ModuleState;

/// The state of the module.
#[repr(C)]
#[derive(Trace)]
pub struct Shared {
    base: Object,
    /// `copyreg.dispatch_table`: types to functions.
    pub dispatch_table: Ref<Dict>,
    /// `copyreg._extension_registry`: (module, name) to code.
    pub extension_registry: Ref<Dict>,
    /// `copyreg._inverted_registry`: code to (module, name).
    pub inverted_registry: Ref<Dict>,
    /// `copyreg._extension_cache`: code to object.
    pub extension_cache: Ref<Dict>,
    /// Names of Python 2 to those of Python 3, and the way back.
    pub names_2to3: Ref<Dict>,
    pub modules_2to3: Ref<Dict>,
    pub names_3to2: Ref<Dict>,
    pub modules_3to2: Ref<Dict>,
    /// `codecs.encode`, `functools.partial`, `getattr`: what pickles call.
    pub encode: Ref,
    pub partial: Ref,
    pub getattr: Ref,
}

/// The state of `_pickle`.
#[class(name = "state", module = "_pickle")]
impl Shared {}

pub static SHARED_STATE: ModuleState<Shared> = ModuleState::new(Shared::make);

/// A dictionary of a module. `RuntimeError` if it is none.
fn dict_of(module: &Object, module_name: &str, name: &'static Str) -> Result<Ref<Dict>> {
    module.get_attr(name)?.into_type::<Dict>().map_err(|other| {
        raise!(RuntimeError, "{module_name}.{name} should be a dict, not {}", other.class().name())
    })
}

impl Shared {
    fn make() -> Result<Ref<Shared>> {
        let copyreg = services::import("copyreg")?;
        let compat = services::import("_compat_pickle")?;
        let encode = services::import("codecs")?.get_attr(intern!("encode"))?;
        if !encode.is_callable() {
            bail!(RuntimeError, "codecs.encode should be a callable, not {}", encode.class().name());
        }
        Ok(Ref::new(Shared {
            base: Object::header(),
            dispatch_table: dict_of(&copyreg, "copyreg", intern!("dispatch_table"))?,
            extension_registry: dict_of(&copyreg, "copyreg", intern!("_extension_registry"))?,
            inverted_registry: dict_of(&copyreg, "copyreg", intern!("_inverted_registry"))?,
            extension_cache: dict_of(&copyreg, "copyreg", intern!("_extension_cache"))?,
            names_2to3: dict_of(&compat, "_compat_pickle", intern!("NAME_MAPPING"))?,
            modules_2to3: dict_of(&compat, "_compat_pickle", intern!("IMPORT_MAPPING"))?,
            names_3to2: dict_of(&compat, "_compat_pickle", intern!("REVERSE_NAME_MAPPING"))?,
            modules_3to2: dict_of(&compat, "_compat_pickle", intern!("REVERSE_IMPORT_MAPPING"))?,
            encode,
            partial: services::import("functools")?.get_attr(intern!("partial"))?,
            getattr: services::builtin("getattr")?,
        }))
    }

    pub fn get() -> Result<Ref<Shared>> {
        SHARED_STATE.get()
    }
}

/// A class or function by the names of its module and of itself.
pub struct GlobalName {
    pub module: Ref<Str>,
    pub name: Ref<Str>,
}

impl GlobalName {
    /// The name that the other major version of Python has, by the tables of that direction.
    pub fn mapped(self, names: &Dict, modules: &Dict, table_prefix: &str) -> Result<GlobalName> {
        let key = Tuple::new([self.module.clone().into_object(), self.name.clone().into_object()])?;
        if let Some(item) = names.get(&key)? {
            let table = format_args!("_compat_pickle.{table_prefix}NAME_MAPPING").to_string();
            let Some([module, name]) = item.downcast::<Tuple>().map(Tuple::items) else {
                bail!(RuntimeError, "{table} values should be 2-tuples, not {}", item.class().name());
            };
            return match (module.clone().into_type::<Str>(), name.clone().into_type::<Str>()) {
                (Ok(module), Ok(name)) => Ok(GlobalName { module, name }),
                _ => Err(raise!(
                    RuntimeError,
                    "{table} values should be pairs of str, not ({}, {})",
                    module.class().name(),
                    name.class().name()
                )),
            };
        }
        match modules.get(&self.module)? {
            None => Ok(self),
            Some(module) => match module.into_type::<Str>() {
                Ok(module) => Ok(GlobalName { module, name: self.name }),
                Err(other) => Err(raise!(
                    RuntimeError,
                    "_compat_pickle.{table_prefix}IMPORT_MAPPING values should be strings, not {}",
                    other.class().name()
                )),
            },
        }
    }
}

/// The parts of a dotted name. `AttributeError` for what is local to a function: `described` is the object, if any.
pub fn dotted_path(name: &Str, described: Option<&Object>) -> Result<Vec<Ref<Str>>> {
    let Some(text) = name.as_ascii().filter(|text| !text.contains('.')) else {
        let parts = name.split(Some(intern!(".")), -1)?.to_vec();
        let parts: Vec<Ref<Str>> = parts.into_iter().filter_map(|part| part.into_type().ok()).collect();
        if parts.iter().any(|part| part.equals_text("<locals>")) {
            return Err(local(name, described));
        }
        return Ok(parts);
    };
    match text {
        "<locals>" => Err(local(name, described)),
        _ => Ok(vec![name.to_ref()]),
    }
}

#[cold]
fn local(name: &Str, described: Option<&Object>) -> Raised {
    let name = name.repr_lossy();
    match described {
        None => raise!(AttributeError, "Can't pickle local object {name}"),
        Some(object) => {
            raise!(AttributeError, "Can't pickle local attribute {name} on {}", object.repr_lossy())
        }
    }
}

/// What the path leads to, and the object before its last step. `AttributeError` without a message worth keeping.
pub fn follow(object: &Object, path: &[Ref<Str>]) -> Result<Option<(Ref, Ref)>> {
    let mut parent = object.to_ref();
    let mut value = object.to_ref();
    for name in path {
        let Some(next) = value.get_attr_opt(name)? else { return Ok(None) };
        parent = std::mem::replace(&mut value, next);
    }
    Ok(Some((value, parent)))
}
