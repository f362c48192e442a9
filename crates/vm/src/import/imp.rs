//! `_imp`: what `importlib` needs of the interpreter.

use objects::module::Module;
use objects::prelude::*;

use super::frozen;
use crate::code::Code;
use crate::interpreter::Interpreter;

/// (Extremely) low-level import machinery bits as used by importlib and imp.
#[module(name = "_imp")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let checks = Interpreter::current().config.borrow().check_hash_based_pycs;
        module.add("check_hash_based_pycs", checks)
    }

    /// List the endings by which the import system knows a file as an extension module.
    #[function("()")]
    fn extension_suffixes() -> Result<Ref<List>> {
        let machine = format!(".cpython-39-{}-{}-gnu.so", std::env::consts::ARCH, std::env::consts::OS);
        let suffixes = [machine.as_str(), ".abi3.so", ".so"];
        Ok(List::from_vec(suffixes.map(|suffix| Str::new(suffix).into_object()).into()))
    }

    /// Take the lock of the import system, and wait for it while another thread has it.
    ///
    /// Import hooks hold it while they change what threads share. The thread that has
    /// it can take it again, and must release it as many times.
    #[function("()")]
    fn acquire_lock() {
        Interpreter::current().import_lock.acquire();
    }

    /// Give the lock of the import system back, once for each acquire_lock().
    ///
    /// RuntimeError if this thread does not have it.
    #[function("()")]
    fn release_lock() -> Result<()> {
        match Interpreter::current().import_lock.release() {
            true => Ok(()),
            false => Err(raise!(RuntimeError, "not holding the import lock")),
        }
    }

    /// Tell whether any thread has the lock of the import system right now.
    #[function("()")]
    fn lock_held() -> bool {
        Interpreter::current().import_lock.is_held()
    }

    /// Returns whether a module of this name is built in: -1 if it cannot be
    /// imported again, 1 if it can, 0 if there is none.
    #[function("(name, /)")]
    fn is_builtin(name: &Str) -> i32 {
        match name.as_str() {
            Some("sys" | "builtins") => -1,
            Some(name) if super::super::builtin_initializer(name).is_some() => 1,
            _ => 0,
        }
    }

    /// Create a built-in module from its spec.
    #[function("(spec, /)")]
    fn create_builtin(spec: &Object) -> Result<Ref> {
        let name = spec.get_attr(intern!("name"))?;
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "a spec's name must be a string, not {}", name.class().name());
        };
        if let Some(module) = super::super::loaded_module(name)?
            && matches!(name.as_str(), Some("sys" | "builtins"))
        {
            return Ok(module);
        }
        let Some(initialize) = name.as_str().and_then(super::super::builtin_initializer) else {
            return Ok(none());
        };
        let created = initialize()?;
        match created.downcast::<objects::module::ModuleDef>() {
            // SAFETY: definitions are statics.
            Some(definition) => unsafe { &*std::ptr::from_ref(definition) }.create(spec),
            None => Ok(created),
        }
    }

    /// Initialize a built-in module.
    #[function("(mod, /)")]
    fn exec_builtin(module: &Object) -> Result<i32> {
        super::super::execute_module(module)?;
        Ok(0)
    }

    /// Create an extension module.
    #[function("(spec, file=None, /)")]
    fn create_dynamic(spec: &Object, _file: Option<&Object>) -> Result<Ref> {
        super::super::dynamic::create(spec)
    }

    /// Initialize an extension module.
    #[function("(mod, /)")]
    fn exec_dynamic(module: &Object) -> Result<i32> {
        super::super::execute_module(module)?;
        Ok(0)
    }

    /// Tell whether the interpreter carries the code of a module of this name within itself.
    #[function("(name, /)")]
    fn is_frozen(name: &Str) -> bool {
        frozen::find(name).is_some()
    }

    /// Tell whether a frozen module is a package. ImportError if none has this name.
    #[function("(name, /)")]
    fn is_frozen_package(name: &Str) -> Result<bool> {
        Ok(frozen::expect(name)?.is_package)
    }

    /// Give the code of a frozen module, ready for exec(). ImportError if none has this name.
    #[function("(name, /)")]
    fn get_frozen_object(name: &Str) -> Result<Ref<Code>> {
        frozen::expect(name)?.code()
    }

    /// Initializes a frozen module.
    #[function("(name, /)")]
    fn init_frozen(name: &Str) -> Result<Ref> {
        let Some(frozen) = frozen::find(name) else { return Ok(none()) };
        let code = frozen.code()?;
        let module = objects::module::Module::new(name)?;
        if frozen.is_package {
            module.dict().set(intern!("__path__"), &List::new())?;
        }
        Interpreter::current().modules()?.set(name, &module)?;
        super::super::run_in_module(&module, &code)?;
        Ok(module.into_object())
    }

    /// Make a code object, and all that is nested in it, name another file as its source.
    ///
    ///    code
    ///      The code object, which is changed in place.
    ///    path
    ///      The file's path for its co_filename.
    #[function("(code, path, /)")]
    fn _fix_co_filename(code: &Code, path: &Str) {
        let old = code.filename.get();
        if old.as_ref().is_none_or(|old| !old.equals(path)) {
            frozen::rename(code, &path.to_ref());
        }
    }

    /// The hash of a source that hash-based .pyc files hold.
    #[function("(key, source)")]
    fn source_hash(key: i64, source: &Object) -> Result<Ref<Bytes>> {
        let buffer = source.get_buffer(objects::buffer::request::SIMPLE)?;
        let hash = objects::hash::keyed(key as u64, buffer.bytes());
        Bytes::try_new(&hash.to_le_bytes())
    }
}
