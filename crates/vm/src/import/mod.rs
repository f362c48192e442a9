//! The import system's native part: what `import` statements call, over `importlib._bootstrap`.

pub mod dynamic;
mod frozen;
pub mod imp;
mod lock;
mod missing;
mod timing;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use objects::module::{Module, ModuleDef};
use objects::prelude::*;

use crate::code::Code;
use crate::interpreter::Interpreter;
use crate::traceback::Traceback;
pub use lock::ImportLock;

/// A built-in module's initialisation function (PEP 489).
pub type Initialize = extern "C" fn() -> Result<Ref>;

/// The modules of this crate.
static OWN: &[(&str, Initialize)] = &[
    ("_ast", crate::ast::module::initialize),
    ("_imp", imp::module::initialize),
    ("_peg_parser", crate::peg_parser::module::initialize),
    ("_symtable", crate::symtable::module::initialize),
    ("_warnings", crate::warnings::module::initialize),
    ("atexit", crate::atexit::module::initialize),
    ("builtins", crate::builtins::module::initialize),
    ("marshal", crate::marshal::module::initialize),
    ("sys", crate::sys::module::initialize),
];

static NATIVE: OnceLock<&[(&str, Initialize)]> = OnceLock::new();

/// Adds the modules that the program brings along; the first call counts.
pub fn add_builtins(modules: &'static [(&'static str, Initialize)]) {
    let _ = NATIVE.set(modules);
}

/// Of the modules that the program brings along, those that are to come from compiled files instead.
static LEFT_TO_FILES: OnceLock<HashSet<String>> = OnceLock::new();

/// Leaves the modules that `folder` has a compiled file of to the path's finders; the first call counts.
pub fn leave_to_files(folder: &Path) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        name.ends_with(".so").then(|| name.split('.').next().unwrap_or_default().to_owned())
    });
    let _ = LEFT_TO_FILES.set(names.collect());
}

fn builtins() -> impl Iterator<Item = &'static (&'static str, Initialize)> {
    let left = LEFT_TO_FILES.get();
    let native = NATIVE.get().copied().unwrap_or(&[]).iter();
    OWN.iter().chain(native.filter(move |(name, _)| left.is_none_or(|left| !left.contains(*name))))
}

/// The names of all built-in modules, sorted.
pub fn builtin_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = builtins().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names
}

fn builtin_initializer(name: &str) -> Option<Initialize> {
    builtins().find(|(builtin, _)| *builtin == name).map(|(_, initialize)| *initialize)
}

/// Runs what fills a module that a definition made.
fn execute_module(module: &Object) -> Result<()> {
    match module.downcast::<Module>().map(|module| (module, module.definition())) {
        // Executed already: a module that is loaded again stays as it is.
        Some((module, Some(_))) if !module.state().is_null() => Ok(()),
        Some((_, Some(definition))) => definition.execute(module),
        _ => Ok(()),
    }
}

/// A built-in module, made without a spec: for the start, when there are none yet.
fn make_builtin(name: &'static Str) -> Result<Ref> {
    let Some(initialize) = name.as_str().and_then(builtin_initializer) else {
        bail!(ImportError, "no built-in module {name}");
    };
    let created = initialize()?;
    match created.downcast::<ModuleDef>() {
        // SAFETY: definitions are statics.
        Some(definition) => Ok(unsafe { &*std::ptr::from_ref(definition) }.instantiate(name)?.into_object()),
        None => Ok(created),
    }
}

/// Runs code as the body of a module.
fn run_in_module(module: &Module, code: &Code) -> Result<()> {
    let dict = module.dict();
    dict.set(intern!("__builtins__"), &*Interpreter::current().builtins()?)?;
    crate::builtins::run_code(code, &dict, &dict).map(|_| ())
}

/// Makes the import system: `importlib._bootstrap` first, then its part for files.
pub fn install() -> Result<()> {
    let interpreter = Interpreter::current();
    let modules = interpreter.modules()?;
    let name = intern!("_frozen_importlib");
    let importlib = Module::new(name)?;
    let code = frozen::expect(name)?.code()?;
    run_in_module(&importlib, &code)?;
    modules.set(name, &importlib)?;
    interpreter.importlib.set(Some(importlib.clone().into_object()));
    let imp = make_builtin(intern!("_imp"))?;
    modules.set(intern!("_imp"), &imp)?;
    let Some(sys) = modules.get(intern!("sys"))? else { bail!(SystemError, "lost sys") };
    importlib.as_object().call_method(intern!("_install"), &[&sys, &imp])?;
    importlib.as_object().call_method(intern!("_install_external_importers"), &[])?;
    install_zipimport()
}

/// Makes zip files importable, where the standard library has what that needs.
fn install_zipimport() -> Result<()> {
    let importer = import_by_name("zipimport").and_then(|module| module.get_attr(intern!("zipimporter")));
    match importer {
        Ok(importer) => match Interpreter::current().sys_get(intern!("path_hooks")) {
            Some(hooks) => hooks.call_method(intern!("insert"), &[&*Int::new(0), &importer]).map(|_| ()),
            None => Err(raise!(RuntimeError, "unable to get sys.path_hooks")),
        },
        Err(raised) if raised.matches(&exceptions::ImportError) => {
            raised.clear();
            Ok(())
        }
        Err(raised) => Err(raised),
    }
}

/// Whether a function is the one that `builtins.__import__` was from the start.
pub fn is_original(function: &Object) -> bool {
    // SAFETY: the borrow ends with the comparison.
    unsafe { Interpreter::current().import_function.peek() }.is_some_and(|original| original.is(function))
}

/// A module of `sys.modules`, without importing it.
pub fn loaded_module(name: &Str) -> Result<Option<Ref>> {
    let modules = Interpreter::current().modules()?;
    match modules.downcast_exact::<Dict>() {
        Some(_) => modules.get(name),
        None => raise::ignore(modules.as_object().get_item(name), &exceptions::KeyError),
    }
}

/// Whether a module's import is not finished: `module.__spec__._initializing`.
pub fn is_initializing(module: &Object) -> Result<bool> {
    let Some(spec) = module.get_attr_opt(intern!("__spec__"))? else { return Ok(false) };
    match spec.get_attr_opt(intern!("_initializing"))? {
        Some(value) => value.is_true(),
        None => Ok(false),
    }
}

/// Raises `ImportError` with a module's name and path.
pub fn raise_import_error(message: &Str, name: Option<&Str>, path: Option<&Str>) -> Raised {
    match make_import_error(message, name, path) {
        Ok(error) => raise::set_object(&exceptions::ImportError, error),
        Err(raised) => raised,
    }
}

fn make_import_error(message: &Str, name: Option<&Str>, path: Option<&Str>) -> Result<Ref> {
    let keywords = Dict::new();
    let value = |text: Option<&Str>| text.map_or_else(none, |text| text.to_ref().into_object());
    keywords.set(intern!("name"), &value(name))?;
    keywords.set(intern!("path"), &value(path))?;
    let arguments = Tuple::new([message.to_ref().into_object()])?;
    exceptions::ImportError.as_object().call_dict(&arguments, Some(&keywords))
}

/// `__import__(name, globals, locals, names, level)`.
pub fn import_module_level(
    name: &Str,
    globals: Option<&Dict>,
    _locals: Option<&Object>,
    names: &Object,
    level: i32,
) -> Result<Ref> {
    if level < 0 {
        bail!(ValueError, "level must be >= 0");
    }
    let full_name = match level {
        0 => {
            if name.is_empty() {
                bail!(ValueError, "Empty module name");
            }
            name.to_ref()
        }
        _ => resolve_name(name, globals, level)?,
    };
    let module = match loaded_module(&full_name)?.filter(|module| !module.is_none()) {
        Some(module) => {
            if is_initializing(&module)? {
                importlib()?.call_method(intern!("_lock_unlock_module"), &[&full_name])?;
            }
            module
        }
        None => find_and_load(&full_name)?,
    };
    if names.is_none() || !names.is_true()? {
        return top_level(name, &full_name, &module, level);
    }
    match module.get_attr_opt(intern!("__path__"))? {
        Some(_) => {
            let arguments = [&*module, names, &*import_function()?];
            let result = importlib()?.call_method(intern!("_handle_fromlist"), &arguments);
            result.map_err(without_import_frames)
        }
        None => Ok(module),
    }
}

fn importlib() -> Result<Ref> {
    Interpreter::current()
        .importlib
        .get()
        .ok_or_else(|| raise!(ImportError, "the import system is not ready"))
}

fn import_function() -> Result<Ref> {
    Interpreter::current()
        .import_function
        .get()
        .ok_or_else(|| raise!(ImportError, "the import system is not ready"))
}

/// Imports a module by its absolute name, and gives it rather than its top package.
pub fn import_by_name(name: &str) -> Result<Ref> {
    let name = Str::intern(Str::new(name));
    import_module_level(&name, None, None, none_object(), 0)?;
    loaded_module(&name)?.ok_or_else(|| raise!(KeyError, "{name}"))
}

fn find_and_load(name: &Str) -> Result<Ref> {
    let importlib = importlib()?;
    let function = import_function()?;
    let result =
        timing::measured(name, || importlib.call_method(intern!("_find_and_load"), &[name, &*function]));
    result.map_err(|raised| missing::explained(without_import_frames(raised), name))
}

/// Takes the import system's own frames out of an exception's traceback, unless `-v` shows them: all
/// runs of them for `ImportError`, else those that end in running the imported module.
fn without_import_frames(raised: Raised) -> Raised {
    const FILES: [&str; 2] = ["<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"];
    let always = raised.matches(&exceptions::ImportError);
    let mut fetched = raised.fetch();
    let mut entries: Vec<Ref<Traceback>> = Vec::new();
    let mut next = fetched.traceback.take().and_then(|entry| entry.into_type::<Traceback>().ok());
    while let Some(entry) = next {
        next = entry.next.get();
        entries.push(entry);
    }
    let code = |entry: &Traceback| entry.frame.get().map(|frame| frame.code().to_ref());
    let is_internal = |entry: &Traceback| {
        code(entry)
            .and_then(|code| code.filename.get())
            .is_some_and(|file| FILES.iter().any(|own| file.equals_text(own)))
    };
    let runs_module = |entry: &Traceback| {
        code(entry).is_some_and(|code| code.name.equals_text("_call_with_frames_removed"))
    };
    let mut kept: Vec<Ref<Traceback>> = Vec::new();
    let mut run: Vec<Ref<Traceback>> = Vec::new();
    for entry in entries {
        if is_internal(&entry) {
            let ends = always || runs_module(&entry);
            run.push(entry);
            if ends {
                run.clear();
            }
            continue;
        }
        kept.append(&mut run);
        kept.push(entry);
    }
    kept.append(&mut run);
    let mut following = None;
    for entry in kept.into_iter().rev() {
        entry.next.set(following.take());
        following = Some(entry);
    }
    fetched.traceback = following.map(Ref::into_object);
    fetched.restore()
}

/// What `import a.b.c` binds: `a`.
fn top_level(name: &Str, full_name: &Str, module: &Ref, level: i32) -> Result<Ref> {
    let Some(dot) = name.points().iter().position(|point| point == u32::from(b'.')) else {
        return Ok(module.clone());
    };
    if level == 0 {
        return loaded_or_import(&name.substring(0, dot)?);
    }
    let cut = name.len() - dot;
    let front = full_name.substring(0, full_name.len() - cut)?;
    match loaded_module(&front)? {
        Some(module) => Ok(module),
        None => Err(raise!(KeyError, "'{front}' not in sys.modules as expected")),
    }
}

fn loaded_or_import(name: &Ref<Str>) -> Result<Ref> {
    match loaded_module(name)? {
        Some(module) if !module.is_none() => Ok(module),
        _ => find_and_load(name),
    }
}

/// The absolute name of a relative import (PEP 328, PEP 366).
fn resolve_name(name: &Str, globals: Option<&Dict>, level: i32) -> Result<Ref<Str>> {
    let Some(globals) = globals else { bail!(KeyError, "'__name__' not in globals") };
    let package = package_of(globals)?;
    if package.is_empty() {
        bail!(ImportError, "attempted relative import with no known parent package");
    }
    let mut end = package.len();
    for _ in 1..level {
        let dot = package.substring(0, end)?.points().iter().rposition(|point| point == u32::from(b'.'));
        match dot {
            Some(dot) => end = dot,
            None => bail!(ImportError, "attempted relative import beyond top-level package"),
        }
    }
    let base = package.substring(0, end)?;
    match name.is_empty() {
        true => Ok(base),
        false => Str::format_args(format_args!("{base}.{name}")),
    }
}

fn package_of(globals: &Dict) -> Result<Ref<Str>> {
    let package = globals.get(intern!("__package__"))?.filter(|package| !package.is_none());
    let spec = globals.get(intern!("__spec__"))?.filter(|spec| !spec.is_none());
    if let Some(package) = package {
        let Ok(package) = package.into_type::<Str>() else { bail!(TypeError, "package must be a string") };
        if let Some(spec) = spec {
            let parent = spec.get_attr(intern!("parent"))?;
            if !package.as_object().equals(&parent)? {
                warn_import("__package__ != __spec__.parent")?;
            }
        }
        return Ok(package);
    }
    if let Some(spec) = spec {
        return match spec.get_attr(intern!("parent"))?.into_type::<Str>() {
            Ok(parent) => Ok(parent),
            Err(_) => Err(raise!(TypeError, "__spec__.parent must be a string")),
        };
    }
    warn_import("can't resolve package from __spec__ or __package__, falling back on __name__ and __path__")?;
    let Some(name) = globals.get(intern!("__name__"))? else {
        bail!(KeyError, "'__name__' not in globals");
    };
    let Ok(name) = name.into_type::<Str>() else { bail!(TypeError, "__name__ must be a string") };
    if globals.get(intern!("__path__"))?.is_some() {
        return Ok(name);
    }
    match name.points().iter().rposition(|point| point == u32::from(b'.')) {
        Some(dot) => name.substring(0, dot),
        None => Err(raise!(ImportError, "attempted relative import with no known parent package")),
    }
}

fn warn_import(message: &str) -> Result<()> {
    objects::services::warn(&exceptions::ImportWarning, message, 1)
}
