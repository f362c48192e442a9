//! `function`: a code object with its globals, defaults and closure.

pub mod arguments;
mod attributes;

use std::cell::Cell;
use std::mem::offset_of;

use bytecode::flags;
use objects::cell::Cell as CellObject;
use objects::method::Method;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::code::Code;
use crate::eval;
use crate::frame::Frame;
use crate::generator;
use arguments::Arguments;

/// `PyFunctionObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Function {
    base: Object,
    code: Field<Code>,
    globals: Field<Dict>,
    defaults: Field<Tuple>,
    kwdefaults: Field<Dict>,
    closure: Field<Tuple>,
    doc: Field,
    name: Field<Str>,
    dict: Field<Dict>,
    #[trace(skip)]
    weakreflist: Cell<*mut Object>,
    module: Field,
    annotations: Field<Dict>,
    qualname: Field<Str>,
    #[trace(skip)]
    vectorcall: Cell<Option<VectorcallFunc>>,
}

impl Function {
    /// A function. The closure has a cell for each free variable of the code.
    pub fn new(
        code: &Code,
        globals: &Dict,
        qualname: Option<&Str>,
        closure: Option<Ref<Tuple>>,
    ) -> Result<Ref<Function>> {
        let doc = code.consts.items().first().filter(|first| first.downcast::<Str>().is_some());
        let function = Ref::new(Function {
            base: Object::header(),
            code: Field::new(Some(code.to_ref())),
            globals: Field::new(Some(globals.to_ref())),
            defaults: Field::null(),
            kwdefaults: Field::null(),
            closure: Field::new(closure),
            doc: Field::new(Some(doc.cloned().unwrap_or_else(none))),
            name: Field::new(Some(code.name.clone())),
            dict: Field::null(),
            weakreflist: Cell::new(std::ptr::null_mut()),
            module: Field::null(),
            annotations: Field::null(),
            qualname: Field::new(Some(qualname.unwrap_or(&code.name).to_ref())),
            vectorcall: Cell::new(Some(vectorcall)),
        });
        function.module.set(globals.get(intern!("__name__"))?);
        Ok(function)
    }

    /// Sets what `MAKE_FUNCTION` found on the stack.
    pub fn set_parts(
        &self,
        defaults: Option<Ref>,
        kwdefaults: Option<Ref>,
        annotations: Option<Ref>,
    ) -> Result<()> {
        let malformed = |_| raise!(SystemError, "malformed bytecode: MAKE_FUNCTION with wrong parts");
        if let Some(defaults) = defaults {
            self.defaults.set(Some(defaults.into_type().map_err(malformed)?));
        }
        if let Some(kwdefaults) = kwdefaults {
            self.kwdefaults.set(Some(kwdefaults.into_type().map_err(malformed)?));
        }
        if let Some(annotations) = annotations {
            self.annotations.set(Some(annotations.into_type().map_err(malformed)?));
        }
        Ok(())
    }

    #[inline(always)]
    pub fn code(&self) -> &Code {
        // SAFETY: never null; Python code that sets another runs while the caller holds a frame or a reference of it.
        unsafe { self.code.peek().unwrap_unchecked() }
    }

    #[inline(always)]
    pub fn globals(&self) -> &Dict {
        // SAFETY: set when the function is made, and never changed.
        unsafe { self.globals.peek().unwrap_unchecked() }
    }

    pub fn qualname(&self) -> Ref<Str> {
        self.qualname.get().unwrap_or_else(Str::empty)
    }

    pub fn name(&self) -> Ref<Str> {
        self.name.get().unwrap_or_else(Str::empty)
    }

    /// Whether a call of this function is a plain frame: no generator, no `*args`, nothing but positional
    /// arguments, as many as the code has variables for them less the defaults.
    #[inline(always)]
    pub fn takes_plainly(&self, code: &Code, count: usize) -> bool {
        const IRRELEVANT: u32 = flags::NESTED | flags::NOFREE | flags::FUTURE_MASK;
        let bits = code.flags as u32 & !IRRELEVANT;
        if bits != flags::OPTIMIZED | flags::NEWLOCALS || code.kwonlyargcount != 0 {
            return false;
        }
        let wanted = code.argcount as usize;
        if count == wanted {
            return true;
        }
        // SAFETY: the borrow ends with the length.
        let defaults = unsafe { self.defaults.peek() }.map_or(0, |defaults| defaults.items().len());
        count < wanted && count + defaults >= wanted
    }

    /// Fills a frame whose first `count` places hold the positional arguments, for which
    /// [`Function::takes_plainly`] holds: defaults, cells, closure.
    #[inline(always)]
    pub fn complete_plainly(&self, code: &Code, frame: &Frame, count: usize) -> Result<()> {
        let wanted = code.argcount as usize;
        if count < wanted
            && let Some(defaults) = self.defaults.get()
        {
            let defaults = defaults.items();
            for index in count..wanted {
                frame.local(index).set(Some(defaults[defaults.len() - (wanted - index)].clone()));
            }
        }
        if !code.has_flags(flags::NOFREE) {
            self.fill_cells(code, frame)?;
        }
        Ok(())
    }

    /// Makes the cells of a frame whose arguments are in their places, and takes over the closure's.
    fn fill_cells(&self, code: &Code, frame: &Frame) -> Result<()> {
        let cells = code.cellvars.items().len();
        for cell in 0..cells {
            let content = code.cell_argument(cell).and_then(|argument| frame.local(argument).take());
            frame.cell(cell).set(Some(CellObject::new(content).into_object()));
        }
        let free = code.freevars.items().len();
        if free == 0 {
            return Ok(());
        }
        match self.closure.get() {
            Some(closure) if closure.items().len() == free => {
                for (index, cell) in closure.items().iter().enumerate() {
                    frame.cell(cells + index).set(Some(cell.clone()));
                }
                Ok(())
            }
            _ => Err(raise!(SystemError, "a function's closure does not fit its code")),
        }
    }

    /// A frame with the arguments bound. `TypeError` where they do not fit.
    pub fn bind(&self, thread: &ThreadState, arguments: Arguments) -> Result<Ref<Frame>> {
        let code = self.code().to_ref();
        let frame = Frame::new(thread, &code, self.globals(), None)?;
        arguments.bind(self, &code, &frame)?;
        if !code.has_flags(flags::NOFREE) {
            self.fill_cells(&code, &frame)?;
        }
        Ok(frame)
    }

    /// A frame for a class body: no arguments, the names in a namespace.
    pub fn bind_namespace(&self, thread: &ThreadState, namespace: &Object) -> Result<Ref<Frame>> {
        let code = self.code().to_ref();
        let frame = Frame::new(thread, &code, self.globals(), Some(namespace))?;
        Arguments { positional: &[], names: None, values: &[] }.bind(self, &code, &frame)?;
        frame.locals.set(Some(namespace.to_ref()));
        if !code.has_flags(flags::NOFREE) {
            self.fill_cells(&code, &frame)?;
        }
        Ok(frame)
    }

    /// What calling with a bound frame gives: its result, or a generator that owns it.
    pub fn start(&self, thread: &'static ThreadState, frame: Ref<Frame>) -> Result<Ref> {
        start(thread, frame, self.name(), self.qualname())
    }

    pub(crate) fn defaults(&self) -> Option<Ref<Tuple>> {
        self.defaults.get()
    }

    pub(crate) fn kwdefaults(&self) -> Option<Ref<Dict>> {
        self.kwdefaults.get()
    }
}

/// Runs a frame that is ready: to its result, or to the generator that its code asks for.
pub fn start(
    thread: &'static ThreadState,
    frame: Ref<Frame>,
    name: Ref<Str>,
    qualname: Ref<Str>,
) -> Result<Ref> {
    const SUSPENDING: u32 = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
    if frame.code().has_flags(SUSPENDING) {
        return generator::new(frame, name, qualname);
    }
    let result = eval::execute(thread, &frame, false);
    Frame::release(frame);
    result
}

/// The vectorcall of functions.
unsafe extern "C" fn vectorcall(
    function: &Object,
    arguments: *const &Object,
    count: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the vectorcall function of functions alone.
    let function = unsafe { function.cast::<Function>() };
    let count = count & !VECTORCALL_ARGUMENTS_OFFSET;
    let all = count + names.map_or(0, |names| names.items().len());
    let given = match all {
        0 => &[][..],
        // SAFETY: the caller passes as many arguments as it says.
        _ => unsafe { std::slice::from_raw_parts(arguments, all) },
    };
    let thread = ThreadState::current();
    let (positional, values) = given.split_at(count);
    let names = names.map(Tuple::items);
    let frame = function.bind(thread, Arguments { positional, names, values })?;
    function.start(thread, frame)
}

/// Create a function object.
///
///   code
///     a code object
///   globals
///     the globals dictionary
///   name
///     a string that overrides the name from the code object
///   argdefs
///     a tuple that specifies the default argument values
///   closure
///     a tuple that supplies the bindings for free variables
#[class(
    name = "function",
    symbol = "PyFunction_Type",
    flags = HAVE_VECTORCALL | METHOD_DESCRIPTOR,
    dict_offset = offset_of!(Function, dict),
    weaklist_offset = offset_of!(Function, weakreflist),
    vectorcall_offset = offset_of!(Function, vectorcall),
    signature = "(code, globals, name=None, argdefs=None, closure=None)",
    include = [attributes::ATTRIBUTES]
)]
impl Function {
    #[slot(tp_new, "(code, globals, name=None, argdefs=None, closure=None)")]
    fn new_from_python(
        _class: &Type,
        code: &Code,
        globals: &Dict,
        name: Option<&Object>,
        argdefs: Option<&Object>,
        closure: Option<&Object>,
    ) -> Result<Ref<Function>> {
        let none_as_absent =
            |value: Option<&'_ Object>| value.filter(|value| !value.is_none()).map(Object::to_ref);
        let name = match none_as_absent(name).map(Ref::into_type::<Str>) {
            Some(Err(_)) => bail!(TypeError, "arg 3 (name) must be None or string"),
            Some(Ok(name)) => Some(name),
            None => None,
        };
        let defaults = match none_as_absent(argdefs).map(Ref::into_type::<Tuple>) {
            Some(Err(_)) => bail!(TypeError, "arg 4 (defaults) must be None or tuple"),
            Some(Ok(defaults)) => Some(defaults),
            None => None,
        };
        let closure = attributes::checked_closure(code, closure)?;
        let function = Function::new(code, globals, None, closure)?;
        if let Some(name) = name {
            function.name.set(Some(name));
        }
        function.defaults.set(defaults);
        Ok(function)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::format_args(format_args!("<function {} at {:p}>", self.qualname(), self.as_ptr()))
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        self.as_object().call_dict(arguments, keywords)
    }

    #[slot(tp_descr_get)]
    fn bind_method(&self, object: Option<&Object>, _class: Option<&Object>) -> Result<Ref> {
        match object {
            None => Ok(self.as_object().to_ref()),
            Some(object) if object.is_none() => Ok(self.as_object().to_ref()),
            Some(object) => Ok(Method::new(self.to_ref().into_object(), object.to_ref()).into_object()),
        }
    }
}
