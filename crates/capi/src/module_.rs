//! `moduleobject.h`, `modsupport.h`: making modules.

use std::ffi::{c_char, c_int, c_long, c_void};

use objects::module::{Module, ModuleDef};
use objects::prelude::*;

use crate::errors::text;

fn module(object: &Object) -> Result<&Module> {
    object.downcast::<Module>().ok_or_else(|| raise!(SystemError, "bad argument to internal function"))
}

/// Gives a definition for an import in several phases.
#[unsafe(no_mangle)]
extern "C" fn PyModuleDef_Init(definition: &'static ModuleDef) -> Result<Ref> {
    definition.initialize()
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_Create2(definition: &'static ModuleDef, _api_version: c_int) -> Result<Ref<Module>> {
    let name = vm::import::dynamic::full_name(definition.name());
    definition.create_single_phase(&name)
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_FromDefAndSpec2(
    definition: &'static ModuleDef,
    spec: &Object,
    _api_version: c_int,
) -> Result<Ref> {
    definition.create(spec)
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_ExecDef(module: &Object, definition: &'static ModuleDef) -> c_int {
    raise::status(definition.execute(module))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyModule_New(name: *const c_char) -> Result<Ref<Module>> {
    // SAFETY: the caller's promise.
    Module::new(&Str::new(&unsafe { text(name) }))
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_NewObject(name: &Str) -> Result<Ref<Module>> {
    Module::new(name)
}

/// The module's namespace, borrowed.
#[unsafe(no_mangle)]
extern "C" fn PyModule_GetDict(object: &Object) -> Option<&'static Dict> {
    // SAFETY: a module keeps its dictionary to its end.
    module(object).ok().map(|module| unsafe { &*std::ptr::from_ref(&*module.dict()) })
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_GetNameObject(object: &Object) -> Result<Ref<Str>> {
    objects::module::module_name(object)
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_GetName(object: &Object) -> *const c_char {
    // The module keeps its name alive.
    let name = objects::module::module_name(object).and_then(|name| Ok(name.as_c_str()?.as_ptr()));
    name.unwrap_or(std::ptr::null())
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_GetDef(object: &Object) -> Option<&'static ModuleDef> {
    module(object).ok()?.definition()
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_GetState(object: &Object) -> *mut c_void {
    module(object).map_or(std::ptr::null_mut(), Module::state)
}

/// Adds an attribute; takes the reference over where it succeeds.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyModule_AddObject(object: &Object, name: *const c_char, value: *mut Object) -> c_int {
    if value.is_null() {
        if !raise::occurred() {
            let _ = raise!(TypeError, "PyModule_AddObject() needs non-NULL value");
        }
        return -1;
    }
    // SAFETY: the caller's promise.
    unsafe {
        let added =
            module(object).and_then(|module| module.dict().set(&Str::intern(Str::new(&text(name))), &*value));
        if added.is_ok() {
            drop(Ref::<Object>::from_raw(value));
        }
        raise::status(added)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyModule_AddIntConstant(object: &Object, name: *const c_char, value: c_long) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(module(object).and_then(|module| module.add(&unsafe { text(name) }, Int::new(value))))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyModule_AddStringConstant(
    object: &Object,
    name: *const c_char,
    value: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    let (name, value) = unsafe { (text(name), text(value)) };
    raise::status(module(object).and_then(|module| module.add(&name, Str::new(&value))))
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_AddType(object: &Object, class: &'static Type) -> c_int {
    raise::status(module(object).and_then(|module| {
        objects::type_object::ready(class)?;
        module.dict().set(&Str::intern(Str::new(class.short_name())), class)
    }))
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_AddFunctions(object: &Object, functions: *const MethodDef) -> c_int {
    let add = || -> Result<()> {
        let (module, name) = (module(object)?, objects::module::module_name(object)?);
        let mut function = functions;
        // SAFETY: the table ends with an entry without a name and lives as long as the module.
        while let Some(definition) =
            // SAFETY: as above.
            unsafe { function.as_ref::<'static>() }.filter(|entry| !entry.name.is_null())
        {
            let built = objects::builtin_function::BuiltinFunction::new(
                definition,
                Some(object.to_ref()),
                Some(name.clone().into_object()),
            )?;
            // SAFETY: a table's names are NUL-terminated.
            module.add(&unsafe { text(definition.name) }, built)?;
            // SAFETY: as above.
            function = unsafe { function.add(1) };
        }
        Ok(())
    };
    raise::status(add())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn PyModule_SetDocString(object: &Object, doc: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    raise::status(object.set_attr(intern!("__doc__"), &Str::new(&unsafe { text(doc) })))
}

#[unsafe(no_mangle)]
extern "C" fn PyState_FindModule(definition: &'static ModuleDef) -> Option<&'static Object> {
    // SAFETY: the interpreter keeps the module alive.
    vm::import::dynamic::find_module(definition).map(|module| unsafe { &*module.as_ptr() })
}

#[unsafe(no_mangle)]
extern "C" fn PyState_AddModule(module: &Object, definition: &'static ModuleDef) -> c_int {
    if definition.has_slots() {
        let _ = raise!(SystemError, "PyState_AddModule called on module with slots");
        return -1;
    }
    vm::import::dynamic::remember_module(definition, module.to_ref());
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyState_RemoveModule(definition: &'static ModuleDef) -> c_int {
    if definition.has_slots() {
        let _ = raise!(SystemError, "PyState_RemoveModule called on module with slots");
        return -1;
    }
    vm::import::dynamic::forget_module(definition);
    0
}

#[unsafe(no_mangle)]
extern "C" fn PyCFunction_NewEx(
    definition: &'static MethodDef,
    receiver: Option<&Object>,
    module: Option<&Object>,
) -> Result<Ref> {
    let owned = |object: Option<&Object>| object.map(Object::to_ref);
    objects::builtin_function::BuiltinFunction::new(definition, owned(receiver), owned(module))
        .map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyCFunction_New(definition: &'static MethodDef, receiver: Option<&Object>) -> Result<Ref> {
    PyCFunction_NewEx(definition, receiver, None)
}

#[unsafe(no_mangle)]
extern "C" fn PyCMethod_New(
    definition: &'static MethodDef,
    receiver: Option<&Object>,
    module: Option<&Object>,
    class: Option<&Type>,
) -> Result<Ref> {
    let owned = |object: Option<&Object>| object.map(Object::to_ref);
    objects::builtin_function::BuiltinFunction::new_method(
        definition,
        owned(receiver),
        owned(module),
        class.map(|class| class.to_ref()),
    )
    .map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyCFunction_GetFunction(object: &Object) -> *const c_void {
    match object.downcast::<objects::builtin_function::BuiltinFunction>() {
        Some(function) => function.definition().function,
        None => {
            let _ = raise!(SystemError, "bad argument to internal function");
            std::ptr::null()
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn PyDescr_NewMethod(class: &Type, definition: &'static MethodDef) -> Result<Ref> {
    objects::descriptor::MethodDescriptor::new(class, definition).map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyDescr_NewGetSet(class: &Type, definition: &'static GetSetDef) -> Result<Ref> {
    objects::descriptor::GetSetDescriptor::new(class, definition).map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyDescr_NewClassMethod(class: &Type, definition: &'static MethodDef) -> Result<Ref> {
    objects::descriptor::ClassMethodDescriptor::new(class, definition).map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyClassMethod_New(function: &Object) -> Ref {
    objects::class_method::ClassMethod::wrap(function.to_ref())
}

#[unsafe(no_mangle)]
extern "C" fn PyStaticMethod_New(function: &Object) -> Ref {
    objects::static_method::StaticMethod::wrap(function.to_ref())
}

#[unsafe(no_mangle)]
extern "C" fn PyInstanceMethod_New(function: &Object) -> Ref {
    objects::method::InstanceMethod::new(function.to_ref()).into_object()
}

#[unsafe(no_mangle)]
extern "C" fn _PyNamespace_New(attributes: Option<&Dict>) -> Result<Ref> {
    objects::namespace::SimpleNamespace::new(attributes).map(Ref::into_object)
}

#[unsafe(no_mangle)]
extern "C" fn PyModule_GetFilenameObject(module: &Object) -> Result<Ref> {
    let file = module.downcast::<objects::module::Module>().map(|_| module.get_attr_opt(intern!("__file__")));
    match file {
        None => Err(raise!(TypeError, "bad argument type for built-in operation")),
        Some(file) => match file? {
            Some(file) if file.downcast::<Str>().is_some() => Ok(file),
            _ => Err(raise!(SystemError, "module filename missing")),
        },
    }
}
