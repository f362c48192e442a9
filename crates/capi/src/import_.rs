//! `import.h`.

use std::ffi::{c_char, c_int};

use objects::prelude::*;

use crate::errors::text;

#[unsafe(no_mangle)]
unsafe extern "C" fn PyImport_ImportModule(name: *const c_char) -> Result<Ref> {
    // SAFETY: the caller's promise.
    (objects::services::get().import)(&unsafe { text(name) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyImport_ImportModuleNoBlock(name: *const c_char) -> Result<Ref> {
    // SAFETY: the same contract.
    unsafe { PyImport_ImportModule(name) }
}

#[unsafe(no_mangle)]
extern "C" fn PyImport_Import(name: &Str) -> Result<Ref> {
    (objects::services::get().import)(name.as_utf8()?)
}

#[unsafe(no_mangle)]
extern "C" fn PyImport_ImportModuleLevelObject(
    name: &Str,
    globals: Option<&Dict>,
    locals: Option<&Object>,
    names: Option<&Object>,
    level: c_int,
) -> Result<Ref> {
    let empty = Tuple::empty();
    vm::import::import_module_level(name, globals, locals, names.unwrap_or(&empty), level)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyImport_ImportModuleLevel(
    name: *const c_char,
    globals: Option<&Dict>,
    locals: Option<&Object>,
    names: Option<&Object>,
    level: c_int,
) -> Result<Ref> {
    // SAFETY: the caller's promise.
    PyImport_ImportModuleLevelObject(&Str::new(&unsafe { text(name) }), globals, locals, names, level)
}

/// `sys.modules`, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyImport_GetModuleDict() -> Option<&'static Dict> {
    // SAFETY: the interpreter keeps the dictionary alive.
    vm::interpreter::Interpreter::current()
        .modules()
        .ok()
        .map(|modules| unsafe { &*std::ptr::from_ref(&*modules) })
}

#[unsafe(no_mangle)]
extern "C" fn PyImport_GetModule(name: &Str) -> Option<Ref> {
    vm::import::loaded_module(name).unwrap_or(None)
}

#[unsafe(no_mangle)]
extern "C" fn PyImport_AddModuleObject(name: &Str) -> Option<&'static Object> {
    let add = || -> Result<Ref> {
        let modules = vm::interpreter::Interpreter::current().modules()?;
        if let Some(module) = modules.get(name)? {
            return Ok(module);
        }
        let module = objects::module::Module::new(name)?.into_object();
        modules.set(name, &module)?;
        Ok(module)
    };
    // SAFETY: `sys.modules` keeps the module alive.
    add().ok().map(|module| unsafe { &*module.as_ptr() })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyImport_AddModule(name: *const c_char) -> Option<&'static Object> {
    // SAFETY: the caller's promise.
    PyImport_AddModuleObject(&Str::new(&unsafe { text(name) }))
}

#[unsafe(no_mangle)]
extern "C" fn PyImport_ReloadModule(module: &Object) -> Result<Ref> {
    (objects::services::get().import)("importlib")?.call_method(intern!("reload"), &[module])
}

/// Puts a module into `sys.modules`.
#[unsafe(no_mangle)]
extern "C" fn _PyImport_SetModule(name: &Object, module: &Object) -> std::ffi::c_int {
    let modules = vm::interpreter::Interpreter::current().modules();
    raise::status(modules.and_then(|modules| modules.set(name, module)))
}
