//! Extension modules: shared libraries with an initialisation function (PEP 489).

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_void};
use std::sync::LazyLock;

use objects::module::{Module, ModuleDef};
use objects::prelude::*;

use crate::interpreter::Interpreter;

/// Makes the module of a spec, whose `origin` is the library's path.
pub fn create(spec: &Object) -> Result<Ref> {
    let name = text(spec, intern!("name"))?;
    let path = text(spec, intern!("origin"))?;
    let key = (path.to_string_lossy().into_owned(), name.to_string_lossy().into_owned());
    let known = KNOWN.0.borrow().get(&key).copied();
    if let Some(definition) = known {
        return again(definition, &name);
    }
    let initialize = symbol(&name, &path)?;
    // SAFETY: the function is the library's initialiser by its name, which C gives this type.
    let initialize: extern "C" fn() -> Result<Ref> = unsafe { std::mem::transmute(initialize) };
    let created = {
        let _context = PackageContext::enter(&name);
        match initialize() {
            Err(_) if !raise::occurred() => {
                bail!(SystemError, "initialization of {name} failed without raising an exception")
            }
            created => created?,
        }
    };
    if raise::occurred() {
        bail!(SystemError, "initialization of {name} raised unreported exception");
    }
    if created.is_classless() {
        // No reference to it was counted, and nothing could give it back.
        std::mem::forget(created);
        bail!(SystemError, "init function of {name} returned uninitialized object");
    }
    if let Some(definition) = created.downcast::<ModuleDef>() {
        // SAFETY: definitions are statics of the library, which is never closed.
        return unsafe { &*std::ptr::from_ref(definition) }.create(spec);
    }
    if let Some(module) = created.downcast::<Module>() {
        if let Some(definition) = module.definition() {
            remember_module(definition, created.clone());
            definition.init.set(Some(initialize));
            KNOWN.0.borrow_mut().insert(key, definition);
        }
        created.set_attr(intern!("__file__"), &path)?;
        let modules = Interpreter::current().modules()?;
        modules.set(&name, &created)?;
        if let Some(definition) = module.definition().filter(|definition| definition.size < 0) {
            definition.copy.set(Some(module.dict().copy()?.into_object()));
        }
    }
    Ok(created)
}

/// The single-phase extension modules that the process has loaded, by path and name.
struct Known(RefCell<HashMap<(String, String), &'static ModuleDef>>);

// SAFETY: used under the GIL alone.
unsafe impl Sync for Known {}

static KNOWN: LazyLock<Known> = LazyLock::new(|| Known(RefCell::default()));

/// Another copy of a single-phase module: one without a state of its own cannot be initialised twice, and
/// gets what its first copy had in the beginning.
fn again(definition: &'static ModuleDef, name: &Ref<Str>) -> Result<Ref> {
    let modules = Interpreter::current().modules()?;
    let module = if definition.size < 0 {
        let module = match modules.get(name)?.map(Ref::into_type::<Module>) {
            Some(Ok(module)) => module,
            _ => Module::new(name)?,
        };
        if let Some(copy) = definition.copy.get() {
            module.dict().as_object().call_method(intern!("update"), &[&copy])?;
        }
        module.into_object()
    } else {
        let Some(initialize) = definition.init.get() else {
            bail!(SystemError, "lost the initialisation function of {name}");
        };
        let _context = PackageContext::enter(name);
        initialize()?
    };
    modules.set(name, &module)?;
    remember_module(definition, module.clone());
    Ok(module)
}

thread_local! {
    /// The full name of the extension module that is being initialised: what it calls itself lacks its package.
    static CONTEXT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the context while an initialiser runs.
struct PackageContext(Option<String>);

impl PackageContext {
    fn enter(name: &Str) -> PackageContext {
        PackageContext(CONTEXT.replace(Some(name.to_string_lossy().into_owned())))
    }
}

impl Drop for PackageContext {
    fn drop(&mut self) {
        CONTEXT.replace(self.0.take());
    }
}

/// The full name of a module that calls itself by the short one.
pub fn full_name(name: &str) -> Ref<Str> {
    CONTEXT.with_borrow(|context| match context {
        Some(full) if full.rsplit('.').next() == Some(name) => Str::new(full),
        _ => Str::new(name),
    })
}

fn definition_key(definition: &'static ModuleDef) -> Ref<Int> {
    Int::from_usize(std::ptr::from_ref(definition) as usize)
}

/// The module that was made from a definition in this interpreter.
pub fn find_module(definition: &'static ModuleDef) -> Option<Ref> {
    let modules = Interpreter::current().modules_by_definition.get()?;
    modules.get(&definition_key(definition)).ok().flatten()
}

/// Lets [`find_module`] find a module.
pub fn remember_module(definition: &'static ModuleDef, module: Ref) {
    let interpreter = Interpreter::current();
    let modules = interpreter.modules_by_definition.get().unwrap_or_else(Dict::new);
    if let Err(raised) = modules.set(&definition_key(definition), &module) {
        raised.clear();
    }
    interpreter.modules_by_definition.set(Some(modules));
}

/// Undoes [`remember_module`].
pub fn forget_module(definition: &'static ModuleDef) {
    if let Some(modules) = Interpreter::current().modules_by_definition.get()
        && let Err(raised) = modules.remove(&definition_key(definition))
    {
        raised.clear();
    }
}

fn text(spec: &Object, name: &'static Str) -> Result<Ref<Str>> {
    match spec.get_attr(name)?.into_type::<Str>() {
        Ok(text) => Ok(text),
        Err(other) => {
            Err(raise!(TypeError, "a spec's {name} must be a string, not {}", other.class().name()))
        }
    }
}

/// The initialisation function of a library.
fn symbol(name: &Str, path: &Str) -> Result<*mut c_void> {
    let last = name.to_string_lossy();
    let last = last.rsplit('.').next().unwrap_or("").to_owned();
    let function = match last.is_ascii() {
        true => format!("PyInit_{last}"),
        false => format!("PyInitU_{}", punycode(&last)),
    };
    let function = CString::new(function.replace('-', "_"))
        .map_err(|_| raise!(ValueError, "embedded null character"))?;
    let file = CString::new(crate::paths::encode(path)?.as_bytes())
        .map_err(|_| raise!(ValueError, "embedded null character"))?;
    // SAFETY: opening a library runs its constructors, as importing it asks for.
    let (handle, error) = unsafe {
        let handle = libc::dlopen(file.as_ptr(), libc::RTLD_NOW);
        (
            handle,
            if handle.is_null() { Some(CStr::from_ptr(libc::dlerror()).to_string_lossy()) } else { None },
        )
    };
    if let Some(error) = error {
        return Err(super::raise_import_error(&Str::new(&error), Some(name), Some(path)));
    }
    // SAFETY: the handle is of an open library.
    let address = unsafe { libc::dlsym(handle, function.as_ptr()) };
    if address.is_null() {
        let message =
            format!("dynamic module does not define module export function ({})", function.to_string_lossy());
        return Err(super::raise_import_error(&Str::new(&message), Some(name), Some(path)));
    }
    Ok(address)
}

/// The ASCII form of a module name (RFC 3492), as PEP 489 uses it.
fn punycode(name: &str) -> String {
    let text = Str::new(name);
    match objects::codecs::encode_any(&text, "punycode", None) {
        Ok(encoded) => match encoded.downcast::<Bytes>() {
            Some(bytes) => String::from_utf8_lossy(bytes.as_bytes()).into_owned(),
            None => String::new(),
        },
        Err(raised) => {
            raised.clear();
            String::new()
        }
    }
}
