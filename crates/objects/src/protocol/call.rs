//! Calling (language reference 6.3.4; PEP 590).

use crate::prelude::*;
use crate::raise::Fetched;
use crate::thread_state::ThreadState;

impl Object {
    /// Calls the object with positional arguments.
    #[inline]
    pub fn call(&self, arguments: &[&Object]) -> Result<Ref> {
        // SAFETY: the slice holds as many arguments as its length says.
        unsafe { self.vectorcall(arguments.as_ptr(), arguments.len(), None) }
    }

    /// Calls the object with no arguments.
    #[inline]
    pub fn call0(&self) -> Result<Ref> {
        self.call(&[])
    }

    /// Calls the object with one argument.
    #[inline]
    pub fn call1(&self, argument: &Object) -> Result<Ref> {
        // Room in front lets a bound method put its receiver there.
        let room = [argument, argument];
        // SAFETY: `room[1..]` is the one argument, and `room[0]` may be overwritten.
        unsafe { self.vectorcall(room.as_ptr().add(1), 1 | VECTORCALL_ARGUMENTS_OFFSET, None) }
    }

    /// Calls the object with positional arguments and, behind them in the same slice, the values of
    /// the keyword arguments that `names` (strings, without duplicates) names.
    pub fn call_keywords(&self, arguments: &[&Object], names: &Tuple) -> Result<Ref> {
        let positional = arguments.len() - names.size() as usize;
        let names = Some(names).filter(|names| names.size() > 0);
        // SAFETY: the slice holds the positional arguments and a value for each name.
        unsafe { self.vectorcall(arguments.as_ptr(), positional, names) }
    }

    /// Calls with a tuple and perhaps a dictionary of arguments: `f(*arguments, **keywords)`.
    pub fn call_dict(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let keywords = keywords.filter(|keywords| keywords.len() > 0);
        match self.vectorcall_function() {
            None => self.call_slot(arguments, keywords),
            Some(function) => self.call_vectorcall(function, arguments, keywords),
        }
    }

    /// A call of a vectorcall function of the object's with a tuple and a dictionary.
    pub fn call_vectorcall(
        &self,
        function: VectorcallFunc,
        arguments: &Tuple,
        keywords: Option<&Dict>,
    ) -> Result<Ref> {
        let given = arguments.as_slice();
        let Some(keywords) = keywords.filter(|keywords| keywords.len() > 0) else {
            // SAFETY: the arguments are as many as is said.
            return checked(self, unsafe { function(self, given.as_ptr(), given.len(), None) });
        };
        let (names, values) = split_keywords(keywords)?;
        let all: Vec<&Object> = given.iter().copied().chain(values.iter().map(|v| &**v)).collect();
        // SAFETY: the arguments, and a value for each name behind them.
        checked(self, unsafe { function(self, all.as_ptr(), given.len(), Some(&names)) })
    }

    /// The object's own vectorcall function, if it has one.
    #[inline(always)]
    pub fn vectorcall_function(&self) -> Option<VectorcallFunc> {
        let class = self.class();
        if !class.has_flags(flags::HAVE_VECTORCALL) {
            return None;
        }
        let offset = class.tp_vectorcall_offset.get();
        // SAFETY: the flag says that there is a function pointer, or null, at the offset.
        unsafe { *self.as_ptr().cast::<u8>().offset(offset).cast::<Option<VectorcallFunc>>() }
    }

    /// The same for a class that has the place of the function, but perhaps not the flag to use it.
    pub fn vectorcall_at_offset(&self) -> Option<VectorcallFunc> {
        let offset = self.class().tp_vectorcall_offset.get();
        if offset <= 0 {
            return None;
        }
        // SAFETY: a class with an offset keeps a function pointer, or null, there.
        unsafe { *self.as_ptr().cast::<u8>().offset(offset).cast::<Option<VectorcallFunc>>() }
    }

    /// `PyObject_Vectorcall`.
    ///
    /// # Safety
    /// `arguments` points to the positional arguments, as many as the count says, then to a value for
    /// each name. With [`VECTORCALL_ARGUMENTS_OFFSET`] in the count, the word before may be overwritten.
    #[inline]
    pub unsafe fn vectorcall(
        &self,
        arguments: *const &Object,
        count: usize,
        names: Option<&Tuple>,
    ) -> Result<Ref> {
        match self.vectorcall_function() {
            // SAFETY: the caller's promise.
            Some(function) => checked(self, unsafe { function(self, arguments, count, names) }),
            // SAFETY: the caller's promise.
            None => unsafe { self.vectorcall_slot(arguments, count, names) },
        }
    }

    /// Calls through `tp_call` with a vector of arguments.
    ///
    /// # Safety
    /// As `vectorcall`'s.
    #[inline(never)]
    unsafe fn vectorcall_slot(
        &self,
        arguments: *const &Object,
        count: usize,
        names: Option<&Tuple>,
    ) -> Result<Ref> {
        let count = count & !VECTORCALL_ARGUMENTS_OFFSET;
        // SAFETY: the caller's promise.
        let (tuple, keywords) = unsafe { crate::arguments::tuple_and_dict(arguments, count, names) }?;
        self.call_slot(&tuple, keywords.as_deref())
    }

    /// Calls through `tp_call`.
    fn call_slot(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let Some(call) = self.class().tp_call.get() else {
            bail!(TypeError, "'{}' object is not callable", self.class().name());
        };
        let _guard = enter_call(" while calling a Python object")?;
        checked(self, call(self, arguments, keywords))
    }

    /// Calls a method by name, without making a bound method where that can be avoided.
    pub fn call_method(&self, name: &Str, arguments: &[&Object]) -> Result<Ref> {
        match self.get_method(name)? {
            Method::Function(function) => {
                let mut all = Vec::with_capacity(arguments.len() + 1);
                all.push(self);
                all.extend_from_slice(arguments);
                function.call(&all)
            }
            Method::Bound(bound) => bound.call(arguments),
        }
    }

    /// Whether the object can be called (`callable`).
    pub fn is_callable(&self) -> bool {
        self.class().tp_call.get().is_some()
    }
}

/// What a method's name stands for on an object.
pub enum Method {
    /// A function that takes the object as its first argument.
    Function(Ref),
    /// Anything else: called without the object.
    Bound(Ref),
}

/// One level of native recursion, given back when dropped.
pub struct RecursionGuard(());

impl Drop for RecursionGuard {
    #[inline(always)]
    fn drop(&mut self) {
        ThreadState::current().leave_level();
    }
}

/// Enters a level of native recursion: `RecursionError` where the limit or the stack's end is reached;
/// `place` ends the message (" while calling a Python object", " in comparison").
#[inline(always)]
pub fn enter_call(place: &str) -> Result<RecursionGuard> {
    ThreadState::current().enter_level(place)?;
    Ok(RecursionGuard(()))
}

/// Guards against foreign functions that give a result and set an exception at once.
/// (One that gives null and sets none is caught where the exception is looked for.)
#[inline(always)]
fn checked(callee: &Object, result: Result<Ref>) -> Result<Ref> {
    match result {
        Ok(value) if !raise::occurred() => Ok(value),
        result => check_disagreement(callee, result),
    }
}

#[cold]
fn check_disagreement(callee: &Object, result: Result<Ref>) -> Result<Ref> {
    match result {
        Err(raised) if raise::occurred() => Err(raised),
        Err(_) => Err(raise!(SystemError, "{} returned NULL without setting an error", callee.repr_lossy())),
        Ok(_) => {
            let cause = raise::fetch().map(Fetched::normalize).and_then(|cause| cause.value);
            let raised = raise!(SystemError, "{} returned a result with an error set", callee.repr_lossy());
            Err(exceptions::set_cause_and_context(raised, cause))
        }
    }
}

/// `PyArg_ValidateKeywordArguments`: the keys of keyword arguments are strings.
pub fn check_keywords(keywords: &Dict) -> Result<()> {
    let mut position = 0;
    while let Some((name, _)) = keywords.next(&mut position) {
        if name.downcast::<Str>().is_none() {
            bail!(TypeError, "keywords must be strings");
        }
    }
    Ok(())
}

/// A dictionary of keyword arguments as names and values. `TypeError` for a key that is no string.
fn split_keywords(keywords: &Dict) -> Result<(Ref<Tuple>, Vec<Ref>)> {
    check_keywords(keywords)?;
    Ok((Tuple::new(keywords.keys_vec())?, keywords.values_vec()))
}
