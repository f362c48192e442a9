//! Calls.
//!
//! A call of a Python function makes a frame and goes on in the same loop; everything else is called
//! through the call protocol.

use objects::dict::Duplicates;
use objects::method::Method;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use super::machine::Machine;
use crate::frame::Frame;
use crate::function::Function;
use crate::function::arguments::Arguments;

/// What a call came to.
pub enum Called {
    /// The result is on the stack.
    Done,
    /// A Python function is to run in this frame; its result then goes on the stack.
    Frame(Ref<Frame>),
    /// The `__init__` of the instance on the stack is to run in this frame.
    Constructor(Ref<Frame>),
}

impl Machine {
    #[inline(always)]
    pub fn call_function(&mut self, count: u32) -> Result<Called> {
        self.call_positional(count as usize, 0)
    }

    #[inline(always)]
    pub fn call_method(&mut self, count: u32) -> Result<Called> {
        let count = count as usize;
        match self.is_null(count + 1) {
            true => self.call_positional(count, 1),
            false => self.call_positional(count + 1, 0),
        }
    }

    /// Calls what is under the arguments, and drops it and `below` places under it.
    #[inline(always)]
    fn call_positional(&mut self, count: usize, below: usize) -> Result<Called> {
        if let Some(method) = self.peek(count).downcast_exact::<Method>()
            && let Ok(function) = method.function().into_type::<Function>()
        {
            // The receiver takes the method's place and becomes the first argument.
            let receiver = method.receiver();
            drop(self.replace(count, receiver));
            return self.call_python(function, count + 1, below);
        }
        if let Some(function) = self.peek(count).downcast_exact::<Function>() {
            return self.call_python(function.to_ref(), count, below + 1);
        }
        if let Some(class) = self.peek(count).downcast_exact::<Type>()
            && let Some(init) = plain_constructor(class, count)
        {
            return self.construct(class.to_ref(), init, count, below);
        }
        if self.thread.use_tracing.get() != 0 {
            let (callee, given) = (self.peek(count), self.slice(count));
            let result = super::tracing::call_native(self.thread, callee, given, || callee.call(given));
            self.drop_slots(count + 1 + below);
            self.push(result?);
            return Ok(Called::Done);
        }
        let arguments = self.slice(count);
        // SAFETY: as many arguments as the count says; the callee's place before them may be overwritten
        // while the call runs, as its reference is not given back by then.
        let result = unsafe {
            self.peek(count).vectorcall(arguments.as_ptr(), count | VECTORCALL_ARGUMENTS_OFFSET, None)
        };
        self.drop_slots(count + 1 + below);
        self.push(result?);
        Ok(Called::Done)
    }

    /// Calls a function with the arguments on top; `below` places under them are dropped.
    #[inline(always)]
    fn call_python(&mut self, function: Ref<Function>, count: usize, below: usize) -> Result<Called> {
        let code = function.code();
        if function.takes_plainly(code, count) {
            code.decoded()?;
            let frame = Frame::new(self.thread, code, function.globals(), None)?;
            self.move_arguments(count, &frame);
            function.complete_plainly(code, &frame, count)?;
            self.drop_slots(below);
            return Ok(Called::Frame(frame));
        }
        let called = call_general(self.thread, &function, self.slice(count), None, &[])?;
        self.drop_slots(count + below);
        Ok(self.finish_call(called))
    }

    /// Makes an instance and runs its `__init__`, a Python function, in the same loop. The instance
    /// waits on the stack; the frame's own result, which has to be `None`, is dropped.
    #[inline(always)]
    fn construct(
        &mut self,
        class: Ref<Type>,
        init: Ref<Function>,
        count: usize,
        below: usize,
    ) -> Result<Called> {
        let code = init.code();
        code.decoded()?;
        let instance = allocate(&class)?;
        let frame = Frame::new(self.thread, code, init.globals(), None)?;
        drop(self.replace(count, instance.clone()));
        self.move_arguments(count + 1, &frame);
        init.complete_plainly(code, &frame, count + 1)?;
        self.drop_slots(below);
        self.push(instance);
        Ok(Called::Constructor(frame))
    }

    #[inline(always)]
    fn finish_call(&mut self, started: Started) -> Called {
        match started {
            Started::Value(value) => {
                self.push(value);
                Called::Done
            }
            Started::Frame(frame) => Called::Frame(frame),
        }
    }

    #[inline(always)]
    pub fn call_function_kw(&mut self, count: u32) -> Result<Called> {
        let count = count as usize;
        let names = self.pop();
        let started = call_with_names(self.thread, self.peek(count), self.slice(count), &names)?;
        self.drop_slots(count + 1);
        Ok(self.finish_call(started))
    }

    #[inline(always)]
    pub fn call_function_ex(&mut self, has_keywords: bool) -> Result<Called> {
        let keywords = if has_keywords { Some(self.pop()) } else { None };
        let arguments = self.pop();
        let started = call_unpacked(self.thread, self.peek(0), arguments, keywords)?;
        drop(self.pop());
        Ok(self.finish_call(started))
    }
}

/// The `__init__` of a class whose instances are made plainly: by `type.__call__`, `object.__new__` and
/// a Python function that takes the instance and as many arguments.
#[inline(always)]
fn plain_constructor(class: &Type, count: usize) -> Option<Ref<Function>> {
    let is_plain = std::ptr::eq(class.as_object().class(), &TYPE)
        && class.tp_new.get().map(|new| new as usize)
            == objects::object::OBJECT.tp_new.get().map(|new| new as usize)
        && !class.has_flags(flags::IS_ABSTRACT);
    if !is_plain {
        return None;
    }
    let init = class.lookup(intern!("__init__"))?.into_type::<Function>().ok()?;
    init.takes_plainly(init.code(), count + 1).then_some(init)
}

/// An instance without content.
#[inline(always)]
fn allocate(class: &Type) -> Result<Ref> {
    match class.tp_alloc.get() {
        // SAFETY: the class's own function; zeros are a valid instance of a class that `object` makes.
        Some(alloc) => unsafe { alloc(class, 0) },
        None => Err(raise!(TypeError, "cannot create '{}' instances", class.name())),
    }
}

/// What a slow call came to.
enum Started {
    Value(Ref),
    Frame(Ref<Frame>),
}

/// Binds the arguments of a Python function. One that suspends gives its generator at once.
#[inline(never)]
fn call_general(
    thread: &'static ThreadState,
    function: &Function,
    positional: &[&Object],
    names: Option<&[Ref]>,
    values: &[&Object],
) -> Result<Started> {
    use bytecode::flags;
    let frame = function.bind(thread, Arguments { positional, names, values })?;
    if frame.code().has_flags(flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) {
        return Ok(Started::Value(function.start(thread, frame)?));
    }
    frame.code().decoded()?;
    Ok(Started::Frame(frame))
}

#[inline(never)]
fn call_with_names(
    thread: &'static ThreadState,
    callee: &Object,
    given: &[&Object],
    names: &Object,
) -> Result<Started> {
    let names = match names.downcast::<Tuple>() {
        Some(names) if names.items().len() <= given.len() => names,
        _ => bail!(SystemError, "malformed bytecode: CALL_FUNCTION_KW without names"),
    };
    let positional = given.len() - names.items().len();
    if let Some(function) = callee.downcast_exact::<Function>() {
        return call_general(
            thread,
            function,
            &given[..positional],
            Some(names.items()),
            &given[positional..],
        );
    }
    if thread.use_tracing.get() != 0 {
        let run = || callee.call_keywords(given, names);
        return Ok(Started::Value(super::tracing::call_native(thread, callee, given, run)?));
    }
    Ok(Started::Value(callee.call_keywords(given, names)?))
}

/// `f(*arguments, **keywords)`.
#[inline(never)]
fn call_unpacked(
    thread: &'static ThreadState,
    callee: &Object,
    arguments: Ref,
    keywords: Option<Ref>,
) -> Result<Started> {
    let keywords = match keywords {
        None => None,
        Some(keywords) => match keywords.downcast_exact::<Dict>() {
            Some(dict) => Some(dict.to_ref()),
            None => {
                let dict = Dict::new();
                merge_keywords(callee, &dict, &keywords)?;
                Some(dict)
            }
        },
    };
    let arguments = match arguments.downcast_exact::<Tuple>() {
        Some(tuple) => tuple.to_ref(),
        None => {
            if arguments.class().tp_iter.get().is_none() && !arguments.is_sequence() {
                bail!(
                    TypeError,
                    "{} argument after * must be an iterable, not {}",
                    function_text(callee)?,
                    arguments.class().name()
                );
            }
            arguments.collect_tuple()?
        }
    };
    if let Some(function) = callee.downcast_exact::<Function>() {
        let Some(keywords) = keywords.filter(|keywords| !keywords.is_empty()) else {
            return call_general(thread, function, arguments.as_slice(), None, &[]);
        };
        objects::protocol::check_keywords(&keywords)?;
        let (names, values) = (keywords.keys_vec(), keywords.values_vec());
        return call_general(thread, function, arguments.as_slice(), Some(&names), Ref::slice(&values));
    }
    let run = || callee.call_dict(&arguments, keywords.as_deref());
    Ok(Started::Value(match thread.use_tracing.get() {
        0 => run()?,
        _ => super::tracing::call_native(thread, callee, arguments.as_slice(), run)?,
    }))
}

/// The callee as messages show it: `module.name()` of a function.
fn function_text(callee: &Object) -> Result<Ref<Str>> {
    let Some(qualname) = callee.get_attr_opt(intern!("__qualname__"))? else {
        return callee.str();
    };
    let module = callee.get_attr_opt(intern!("__module__"))?;
    match module.filter(|module| !module.is_none()) {
        Some(module) if !is_builtins(&module) => {
            Str::format_args(format_args!("{}.{}()", module.str()?, qualname.str()?))
        }
        _ => Str::format_args(format_args!("{}()", qualname.str()?)),
    }
}

fn is_builtins(module: &Object) -> bool {
    module.downcast::<Str>().is_some_and(|name| name.equals_text("builtins"))
}

/// Adds the entries of a mapping to keyword arguments, none of which may be there already.
#[inline(never)]
pub fn merge_keywords(callee: &Object, keywords: &Dict, mapping: &Object) -> Result<()> {
    let Err(raised) = keywords.merge(mapping, Duplicates::Raise) else { return Ok(()) };
    if raised.matches(&exceptions::AttributeError) {
        raised.clear();
        bail!(
            TypeError,
            "{} argument after ** must be a mapping, not {}",
            function_text(callee)?,
            mapping.class().name()
        );
    }
    if !raised.matches(&exceptions::KeyError) {
        return Err(raised);
    }
    let fetched = raised.fetch().normalize();
    let key = match &fetched.value {
        Some(value) => match value.downcast::<exceptions::BaseExceptionObject>().and_then(|e| e.args.get()) {
            Some(arguments) if arguments.items().len() == 1 => arguments.items()[0].clone(),
            _ => return Err(fetched.restore()),
        },
        None => return Err(fetched.restore()),
    };
    let text = function_text(callee)?;
    Err(raise!(TypeError, "{text} got multiple values for keyword argument '{}'", key.str()?))
}
