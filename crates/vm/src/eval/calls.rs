//! Calls.
//!
//! A call of a Python function makes a frame and goes on in the same loop; everything else is called
//! through the call protocol.

use bytecode::flags as code_flags;
use objects::dict::Duplicates;
use objects::method::Method;
use objects::prelude::*;
use objects::thread_state::ThreadState;
use smallvec::SmallVec;

use super::machine::Machine;
use crate::frame::Frame;
use crate::function::Function;
use crate::function::arguments::Arguments;

/// Functions of which a call gives something that runs them later.
const SUSPENDING: u32 = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;

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
        if let Some((class, init)) = self.class_at(count) {
            if init.takes_plainly(init.code(), count + 1) {
                return self.construct(class.to_ref(), init, count, below);
            }
            let made = construct_general(self.thread, class, &init, self.slice(count), None, &[])?;
            return Ok(self.finish_construction(made, count + 1 + below));
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
        if let Some((class, init)) = self.class_at(count) {
            let (positional, names, values) = split_names(self.slice(count), &names)?;
            let names = Some(names.items());
            let made = construct_general(self.thread, class, &init, positional, names, values)?;
            return Ok(self.finish_construction(made, count + 1));
        }
        let started = call_with_names(self.thread, self.peek(count), self.slice(count), &names)?;
        self.drop_slots(count + 1);
        Ok(self.finish_call(started))
    }

    #[inline(always)]
    pub fn call_function_ex(&mut self, has_keywords: bool) -> Result<Called> {
        let keywords = if has_keywords { Some(self.pop()) } else { None };
        let arguments = self.pop();
        if let Some((class, init)) = self.class_at(0) {
            let made = construct_unpacked(self.thread, class, &init, arguments, keywords)?;
            return Ok(self.finish_construction(made, 1));
        }
        let started = call_unpacked(self.thread, self.peek(0), arguments, keywords)?;
        drop(self.pop());
        Ok(self.finish_call(started))
    }

    /// What is so far down on the stack, if it is a class with a constructor in Python.
    #[inline(always)]
    fn class_at(&self, depth: usize) -> Option<(&Type, Ref<Function>)> {
        let class = self.peek(depth).downcast_exact::<Type>()?;
        Some((class, constructor(class)?))
    }

    /// Drops what the instance was made from, and leaves it waiting for its `__init__`.
    #[inline(always)]
    fn finish_construction(&mut self, (instance, frame): (Ref, Ref<Frame>), used: usize) -> Called {
        self.drop_slots(used);
        self.push(instance);
        Called::Constructor(frame)
    }
}

/// The `__init__` of a class whose instances are made plainly: by `type.__call__`, `object.__new__` and
/// a Python function that runs to its end.
#[inline(always)]
fn constructor(class: &Type) -> Option<Ref<Function>> {
    let is_plain = std::ptr::eq(class.as_object().class(), &TYPE)
        && class.tp_new.get().map(|new| new as usize)
            == objects::object::OBJECT.tp_new.get().map(|new| new as usize)
        && !class.has_flags(flags::IS_ABSTRACT);
    if !is_plain {
        return None;
    }
    let init = class.lookup(intern!("__init__"))?.into_type::<Function>().ok()?;
    (!init.code().has_flags(SUSPENDING)).then_some(init)
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

/// Starts a function, or a method's with its receiver in front. None for anything else.
#[inline(always)]
fn start_python(
    thread: &'static ThreadState,
    callee: &Object,
    positional: &[&Object],
    names: Option<&[Ref]>,
    values: &[&Object],
) -> Option<Result<Started>> {
    if let Some(function) = callee.downcast_exact::<Function>() {
        return Some(call_general(thread, function, positional, names, values));
    }
    let method = callee.downcast_exact::<Method>()?;
    let function = method.function().into_type::<Function>().ok()?;
    Some(in_front(&method.receiver(), positional, |all| call_general(thread, &function, all, names, values)))
}

/// Whether [`start_python`] has something to start.
fn runs_python(callee: &Object) -> bool {
    let is_function = |callee: &Object| callee.downcast_exact::<Function>().is_some();
    is_function(callee)
        || callee.downcast_exact::<Method>().is_some_and(|method| is_function(&method.function()))
}

/// Makes an instance and binds what `*` and `**` stand before for its `__init__`.
#[inline(never)]
fn construct_unpacked(
    thread: &'static ThreadState,
    class: &Type,
    init: &Function,
    arguments: Ref,
    keywords: Option<Ref>,
) -> Result<(Ref, Ref<Frame>)> {
    let (arguments, keywords) = unpack(class.as_object(), arguments, keywords)?;
    let positional = arguments.as_slice();
    let instance = allocate(class)?;
    match keywords.filter(|keywords| !keywords.is_empty()) {
        None => bind_init(thread, instance, init, positional, None, &[]),
        Some(keywords) => {
            let (names, values) = names_and_values(&keywords)?;
            bind_init(thread, instance, init, positional, Some(&names), Ref::slice(&values))
        }
    }
}

/// Runs something with a first argument and others behind it.
fn in_front<T>(first: &Object, others: &[&Object], run: impl FnOnce(&[&Object]) -> T) -> T {
    let mut all = SmallVec::<[&Object; 8]>::with_capacity(others.len() + 1);
    all.push(first);
    all.extend_from_slice(others);
    run(&all)
}

/// Makes an instance and binds the arguments of its `__init__`.
#[inline(never)]
fn construct_general(
    thread: &'static ThreadState,
    class: &Type,
    init: &Function,
    positional: &[&Object],
    names: Option<&[Ref]>,
    values: &[&Object],
) -> Result<(Ref, Ref<Frame>)> {
    bind_init(thread, allocate(class)?, init, positional, names, values)
}

/// The instance, and the frame that is to run its `__init__`.
fn bind_init(
    thread: &'static ThreadState,
    instance: Ref,
    init: &Function,
    positional: &[&Object],
    names: Option<&[Ref]>,
    values: &[&Object],
) -> Result<(Ref, Ref<Frame>)> {
    let frame = in_front(&instance, positional, |positional| {
        init.bind(thread, Arguments { positional, names, values })
    })?;
    frame.code().decoded()?;
    Ok((instance, frame))
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
    let frame = function.bind(thread, Arguments { positional, names, values })?;
    if frame.code().has_flags(SUSPENDING) {
        return Ok(Started::Value(function.start(thread, frame)?));
    }
    frame.code().decoded()?;
    Ok(Started::Frame(frame))
}

/// The arguments by position, the names of the others, and their values.
fn split_names<'a, 'n>(
    given: &'a [&'a Object],
    names: &'n Object,
) -> Result<(&'a [&'a Object], &'n Tuple, &'a [&'a Object])> {
    match names.downcast::<Tuple>() {
        Some(names) if names.items().len() <= given.len() => {
            let (positional, values) = given.split_at(given.len() - names.items().len());
            Ok((positional, names, values))
        }
        _ => Err(raise!(SystemError, "malformed bytecode: CALL_FUNCTION_KW without names")),
    }
}

#[inline(never)]
fn call_with_names(
    thread: &'static ThreadState,
    callee: &Object,
    given: &[&Object],
    names: &Object,
) -> Result<Started> {
    let (positional, names, values) = split_names(given, names)?;
    if let Some(started) = start_python(thread, callee, positional, Some(names.items()), values) {
        return started;
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
    let (arguments, keywords) = unpack(callee, arguments, keywords)?;
    let positional = arguments.as_slice();
    let started = match keywords.as_deref().filter(|keywords| !keywords.is_empty()) {
        None => start_python(thread, callee, positional, None, &[]),
        Some(keywords) if runs_python(callee) => {
            let (names, values) = names_and_values(keywords)?;
            start_python(thread, callee, positional, Some(&names), Ref::slice(&values))
        }
        Some(_) => None,
    };
    if let Some(started) = started {
        return started;
    }
    let run = || callee.call_dict(&arguments, keywords.as_deref());
    Ok(Started::Value(match thread.use_tracing.get() {
        0 => run()?,
        _ => super::tracing::call_native(thread, callee, positional, run)?,
    }))
}

/// What `*` and `**` stand before, as a tuple and a dictionary.
#[inline(always)]
fn unpack(callee: &Object, arguments: Ref, keywords: Option<Ref>) -> Result<(Ref<Tuple>, Option<Ref<Dict>>)> {
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
    Ok((arguments, keywords))
}

/// The keyword arguments of a Python function.
fn names_and_values(keywords: &Dict) -> Result<(Vec<Ref>, Vec<Ref>)> {
    objects::protocol::check_keywords(keywords)?;
    Ok((keywords.keys_vec(), keywords.values_vec()))
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
