//! `module`, and the definitions that native modules are made from (PEP 489).

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::{offset_of, transmute};
use std::ptr;

use crate::builtin_function::BuiltinFunction;
use crate::prelude::*;
use crate::protocol::generic_getattro;
use crate::type_object;
use crate::type_object::layout::method_flags;

/// `PyModuleObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Module {
    base: Object,
    dict: Field<Dict>,
    #[trace(skip)]
    definition: Cell<Option<&'static ModuleDef>>,
    /// Memory of the size that the definition asks for; null until the module is executed.
    #[trace(skip)]
    state: Cell<*mut c_void>,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
    /// The name from the start, whatever `__name__` becomes.
    name: Field<Str>,
}

/// `PyModuleDef`, an object itself: what a multi-phase initialisation function gives.
#[repr(C)]
pub struct ModuleDef {
    base: Object,
    /// For single-phase modules: the function to run for another copy.
    pub init: Cell<Option<extern "C" fn() -> Result<Ref>>>,
    /// For `PyState_FindModule`; 0 until the definition is first used.
    pub index: Cell<isize>,
    pub copy: Field,
    name: *const c_char,
    doc: *const c_char,
    pub size: isize,
    functions: *const MethodDef,
    slots: *const Slot,
    pub traverse: Option<TraverseProc>,
    pub clear: Option<ClearProc>,
    pub free: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: what changes is read and written under the GIL alone.
unsafe impl Sync for ModuleDef {}

/// `PyModuleDef_Slot`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slot {
    kind: c_int,
    value: *const c_void,
}

// SAFETY: constant.
unsafe impl Sync for Slot {}

/// `Py_mod_create`.
const CREATE: c_int = 1;
/// `Py_mod_exec`.
const EXEC: c_int = 2;

type CreateFunc = unsafe extern "C" fn(&Object, &ModuleDef) -> Result<Ref>;
type ExecFunc = unsafe extern "C" fn(&Object) -> c_int;

impl Slot {
    pub const END: Slot = Slot { kind: 0, value: ptr::null() };

    /// A function that fills a fresh module.
    pub const fn exec(function: extern "C" fn(&Module) -> c_int) -> Slot {
        Slot { kind: EXEC, value: function as *const c_void }
    }
}

/// `PyModuleDef_Type`.
#[class(name = "moduledef", symbol = "PyModuleDef_Type", static_ = MODULE_DEF)]
impl ModuleDef {}

impl ModuleDef {
    /// A definition in a `static`, for `#[module]`.
    pub const fn new(
        name: &'static CStr,
        doc: Option<&'static CStr>,
        functions: &'static [MethodDef],
        slots: &'static [Slot],
    ) -> ModuleDef {
        ModuleDef {
            base: Object::static_header(&MODULE_DEF),
            init: Cell::new(None),
            index: Cell::new(0),
            copy: Field::null(),
            name: name.as_ptr(),
            doc: match doc {
                Some(doc) => doc.as_ptr(),
                None => ptr::null(),
            },
            size: 0,
            functions: functions.as_ptr(),
            slots: slots.as_ptr(),
            traverse: None,
            clear: None,
            free: None,
        }
    }

    /// `PyModuleDef_Init`: the definition as the result of an initialisation function.
    pub fn initialize(&'static self) -> Result<Ref> {
        static NEXT_INDEX: std::sync::atomic::AtomicIsize = std::sync::atomic::AtomicIsize::new(1);
        if self.index.get() == 0 {
            type_object::ready(&MODULE_DEF)?;
            self.set_class(&MODULE_DEF);
            self.incref();
            self.index.set(NEXT_INDEX.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
        Ok(self.to_ref().into_object())
    }

    pub fn name(&self) -> &str {
        // SAFETY: a C string that lives as long as the definition.
        unsafe { CStr::from_ptr(self.name) }.to_str().unwrap_or("?")
    }

    /// The entry of a function of this name.
    pub fn function(&self, name: &str) -> Option<&'static MethodDef> {
        let mut entry = self.functions;
        if entry.is_null() {
            return None;
        }
        // SAFETY: a table of functions ends with an entry without a name, and lives as long as the definition.
        unsafe {
            while !(*entry).name.is_null() {
                if CStr::from_ptr((*entry).name).to_bytes() == name.as_bytes() {
                    return Some(&*entry);
                }
                entry = entry.add(1);
            }
        }
        None
    }

    pub fn doc(&self) -> Option<&str> {
        match self.doc.is_null() {
            true => None,
            // SAFETY: as above.
            false => unsafe { CStr::from_ptr(self.doc) }.to_str().ok(),
        }
    }

    /// Whether the module is initialised in several phases.
    pub fn has_slots(&self) -> bool {
        !self.slots.is_null()
    }

    fn slots(&self) -> impl Iterator<Item = Slot> {
        let mut next = self.slots;
        std::iter::from_fn(move || {
            if next.is_null() {
                return None;
            }
            // SAFETY: the table ends with an entry of kind 0.
            let slot = unsafe { *next };
            next = next.wrapping_add(1);
            (slot.kind != 0).then_some(slot)
        })
    }

    /// `PyModule_FromDefAndSpec`: the module of a multi-phase definition, not executed yet.
    pub fn create(&'static self, spec: &Object) -> Result<Ref> {
        let name = spec.get_attr(intern!("name"))?;
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "expected str, got {}", name.class().name());
        };
        let (mut create, mut executes) = (None, false);
        for slot in self.slots() {
            match slot.kind {
                CREATE if create.is_some() => bail!(SystemError, "module {name} has multiple create slots"),
                CREATE => create = Some(slot.value),
                EXEC => executes = true,
                kind => bail!(SystemError, "module {name} uses unknown slot ID {kind}"),
            }
        }
        let module = match create {
            // SAFETY: the slot's function is of this type.
            Some(create) => unsafe { transmute::<*const c_void, CreateFunc>(create)(spec, self) }?,
            None => Module::new(name)?.into_object(),
        };
        match module.downcast::<Module>() {
            Some(module) => {
                module.state.set(ptr::null_mut());
                module.definition.set(Some(self));
            }
            None if self.size > 0
                || self.traverse.is_some()
                || self.clear.is_some()
                || self.free.is_some() =>
            {
                bail!(SystemError, "module {name} is not a module object, but requests module state");
            }
            None if executes => {
                bail!(
                    SystemError,
                    "module {name} specifies execution slots, but did not create a ModuleType instance"
                );
            }
            None => {}
        }
        self.fill(&module, name)?;
        Ok(module)
    }

    /// Puts the functions and the docstring into a module.
    fn fill(&'static self, module: &Object, name: &Str) -> Result<()> {
        if !self.functions.is_null() {
            // SAFETY: the table ends with an entry without a name, and is the definition's.
            unsafe { add_functions(module, self.functions, name)? };
        }
        match self.doc() {
            Some(doc) => module.set_attr(intern!("__doc__"), &*Str::new(doc)),
            None => Ok(()),
        }
    }

    /// `PyModule_ExecDef`: runs the functions that fill the module. Done once, however often it is asked for.
    pub fn execute(&'static self, module: &Object) -> Result<()> {
        let name = module_name(module)?;
        if let Some(module) = module.downcast::<Module>()
            && self.size >= 0
        {
            module.allocate_state(self)?;
        }
        for slot in self.slots().filter(|slot| slot.kind == EXEC) {
            // SAFETY: the slot's function is of this type.
            let status = unsafe { transmute::<*const c_void, ExecFunc>(slot.value)(module) };
            match (status, raise::occurred()) {
                (0, false) => {}
                (0, true) => bail!(SystemError, "execution of module {name} raised unreported exception"),
                (_, true) => return Err(raise::already_set()),
                (_, false) => {
                    bail!(SystemError, "execution of module {name} failed without setting an exception")
                }
            }
        }
        Ok(())
    }

    /// The module of a definition of the interpreter's own, executed, without an import.
    pub fn instantiate(&'static self, name: &Str) -> Result<Ref<Module>> {
        let module = Module::new(name)?;
        module.definition.set(Some(self));
        self.fill(&module, name)?;
        self.execute(&module)?;
        Ok(module)
    }

    /// `PyModule_Create`: the module of a single-phase definition, with its functions.
    pub fn create_single_phase(&'static self, name: &Str) -> Result<Ref<Module>> {
        if self.has_slots() {
            bail!(SystemError, "module {name}: PyModule_Create is incompatible with m_slots");
        }
        let module = Module::new(name)?;
        if self.size > 0 {
            module.allocate_state(self)?;
        }
        self.fill(&module, name)?;
        module.definition.set(Some(self));
        Ok(module)
    }
}

/// Puts a table's functions into a module, bound to it (`PyModule_AddFunctions`).
///
/// # Safety
/// The table ends with an entry without a name, and lives as long as the process.
pub unsafe fn add_functions(module: &Object, functions: *const MethodDef, name: &Str) -> Result<()> {
    let mut next = functions;
    while let Some(definition) =
        // SAFETY: the caller's promise.
        unsafe { next.as_ref::<'static>() }.filter(|definition| !definition.name.is_null())
    {
        if definition.flags & (method_flags::CLASS | method_flags::STATIC) != 0 {
            bail!(ValueError, "module functions cannot set METH_CLASS or METH_STATIC");
        }
        let function =
            BuiltinFunction::new(definition, Some(module.to_ref()), Some(name.to_ref().into_object()))?;
        // SAFETY: a table's names are C strings.
        let own = unsafe { CStr::from_ptr(definition.name) }.to_string_lossy();
        module.set_attr(&Str::intern(Str::new(&own)), &function)?;
        next = next.wrapping_add(1);
    }
    Ok(())
}

/// The `__name__` of a module. `SystemError` where it has none.
pub fn module_name(module: &Object) -> Result<Ref<Str>> {
    let Some(module) = module.downcast::<Module>() else {
        bail!(SystemError, "bad argument to internal function")
    };
    let name = module.dict.get().and_then(|dict| dict.get_str(intern!("__name__")));
    match name.map(Ref::into_type::<Str>) {
        Some(Ok(name)) => Ok(name),
        _ => Err(raise!(SystemError, "nameless module")),
    }
}

impl Module {
    /// A module with this name and nothing in it but the names that every module has.
    pub fn new(name: &Str) -> Result<Ref<Module>> {
        let module = Ref::new(Module::value(Some(Dict::new())));
        module.fill_names(name, none_object())?;
        Ok(module)
    }

    fn value(dict: Option<Ref<Dict>>) -> Module {
        Module {
            base: Object::header(),
            dict: Field::new(dict),
            definition: Cell::new(None),
            state: Cell::new(ptr::null_mut()),
            weakrefs: Cell::new(ptr::null_mut()),
            name: Field::null(),
        }
    }

    fn fill_names(&self, name: &Str, doc: &Object) -> Result<()> {
        let dict = self.dict();
        dict.set(intern!("__name__"), name)?;
        dict.set(intern!("__doc__"), doc)?;
        dict.set(intern!("__package__"), none_object())?;
        dict.set(intern!("__loader__"), none_object())?;
        dict.set(intern!("__spec__"), none_object())?;
        if name.is_exact() {
            self.name.set(Some(name.to_ref()));
        }
        Ok(())
    }

    /// The module's namespace.
    pub fn dict(&self) -> Ref<Dict> {
        match self.dict.get() {
            Some(dict) => dict,
            None => {
                let dict = Dict::new();
                self.dict.set(Some(dict.clone()));
                dict
            }
        }
    }

    /// The definition that the module was made from.
    pub fn definition(&self) -> Option<&'static ModuleDef> {
        self.definition.get()
    }

    /// The module's C state.
    pub fn state(&self) -> *mut c_void {
        self.state.get()
    }

    fn allocate_state(&self, definition: &ModuleDef) -> Result<()> {
        if !self.state.get().is_null() {
            return Ok(());
        }
        let size = definition.size.max(0) as usize;
        let state = memory::raw_allocate(size);
        if state.is_null() {
            bail!(MemoryError);
        }
        // SAFETY: fresh memory of this size.
        unsafe { ptr::write_bytes(state.cast::<u8>(), 0, size) };
        self.state.set(state);
        Ok(())
    }

    /// Sets a name of the module.
    pub fn add(&self, name: &str, value: impl IntoObject) -> Result<()> {
        let value = value.into_object()?;
        self.dict().set(&*Str::intern(Str::new(name)), &value)
    }

    /// Sets a name of the module to a type, made ready: its own name, without the module's.
    pub fn add_type(&self, class: &'static Type) -> Result<()> {
        type_object::ready(class)?;
        let name = class.name();
        let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
        self.add(name, class)
    }

    /// A name of the module.
    pub fn get(&self, name: &str) -> Option<Ref> {
        self.dict().get_str(&Str::intern(Str::new(name)))
    }

    /// Whether the module is being imported at the moment.
    fn is_initializing(&self, dict: &Dict) -> Result<bool> {
        let Some(spec) = dict.get_str(intern!("__spec__")) else { return Ok(false) };
        match spec.get_attr_opt(intern!("_initializing"))? {
            Some(flag) => flag.is_true(),
            None => Ok(false),
        }
    }

    /// The attribute that is not there: `__getattr__` of the module decides (PEP 562).
    #[cold]
    fn missing(&self, name: &Object, raised: Raised) -> Result<Ref> {
        if !raised.matches(&exceptions::AttributeError) {
            return Err(raised);
        }
        let Some(dict) = self.dict.get() else { return Err(without_name(name, raised)) };
        if let Some(function) = dict.get_str(intern!("__getattr__")) {
            raised.clear();
            return function.call(&[name]);
        }
        let own = dict.get_str(intern!("__name__"));
        let Some(own) = own.as_ref().and_then(|own| own.downcast::<Str>()) else {
            return Err(without_name(name, raised));
        };
        raised.clear();
        let name = name.str()?;
        Err(match self.is_initializing(&dict)? {
            true => raise!(
                AttributeError,
                "partially initialized module '{own}' has no attribute '{name}' \
                 (most likely due to a circular import)"
            ),
            false => raise!(AttributeError, "module '{own}' has no attribute '{name}'"),
        })
    }
}

fn without_name(name: &Object, raised: Raised) -> Raised {
    raised.clear();
    match name.str() {
        Ok(name) => raise!(AttributeError, "module has no attribute '{name}'"),
        Err(raised) => raised,
    }
}

/// Create a module object.
///
/// The name has to be a string; the optional doc argument may be of any type.
#[class(
    name = "module",
    symbol = "PyModule_Type",
    flags = BASETYPE,
    signature = "(name, doc=None)",
    dict_offset = offset_of!(Module, dict),
    weaklist_offset = offset_of!(Module, weakrefs),
    generic_setattro,
)]
impl Module {
    #[slot(tp_new)]
    fn new_module(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Module>> {
        Ref::new_in(class, Module::value(None))
    }

    #[slot(tp_init, "(name, doc=None)")]
    fn init(&self, name: &Str, doc: Option<&Object>) -> Result<()> {
        self.fill_names(name, doc.unwrap_or(none_object()))
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(object: *mut Object) {
        // SAFETY: called once, when the last reference to the module is gone.
        unsafe {
            let module = (*object).cast::<Module>();
            if let Some(free) = module.definition.get().and_then(|definition| definition.free) {
                free(object.cast());
            }
            memory::raw_free(module.state.replace(ptr::null_mut()));
            memory::generic_dealloc::<Module>(object);
        }
    }

    #[slot(tp_traverse)]
    unsafe extern "C" fn traverse(object: *mut Object, visit: VisitProc, argument: *mut c_void) -> c_int {
        // SAFETY: called with a live module.
        unsafe {
            let module = (*object).cast::<Module>();
            if let Some(traverse) = module.definition.get().and_then(|definition| definition.traverse)
                && (!module.state.get().is_null() || module.definition.get().is_some_and(|d| d.size <= 0))
            {
                let status = traverse(object, visit, argument);
                if status != 0 {
                    return status;
                }
            }
            memory::traverse::<Module>(object, visit, argument)
        }
    }

    #[slot(tp_clear)]
    unsafe extern "C" fn clear(object: *mut Object) -> c_int {
        // SAFETY: called with a live module.
        unsafe {
            let module = (*object).cast::<Module>();
            if let Some(clear) = module.definition.get().and_then(|definition| definition.clear) {
                let status = clear(object);
                if status != 0 {
                    return status;
                }
            }
            module.dict.set(None);
        }
        0
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref> {
        let importlib = crate::services::import("_frozen_importlib")?;
        importlib.call_method(intern!("_module_repr"), &[self])
    }

    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object) -> Result<Ref> {
        generic_getattro(self, name).or_else(|raised| self.missing(name, raised))
    }

    #[member(OBJECT, readonly)]
    const __dict__: usize = offset_of!(Module, dict);

    /// __dir__() -> list
    /// the names in the module, or what its own __dir__ gives
    #[method(name = "__dir__", no_text_signature)]
    fn dir(&self) -> Result<Ref> {
        let dict = self.get_attr(intern!("__dict__"))?;
        let Some(dict) = dict.downcast::<Dict>() else {
            bail!(TypeError, "{}.__dict__ is not a dictionary", module_name(self)?);
        };
        match dict.get_str(intern!("__dir__")) {
            Some(function) => function.call0(),
            None => IntoObject::into_object(dict.keys_list()),
        }
    }
}
