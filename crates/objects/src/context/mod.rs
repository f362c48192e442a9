//! Context variables (PEP 567): a context maps variables to values, and each thread runs in one.

mod token;
mod variable;

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::offset_of;
use std::ptr;

use crate::hamt::{Hamt, ItemIterator, KeyIterator, Removed, ValueIterator};
use crate::prelude::*;
use crate::protocol::CompareOp;
use crate::thread_state::ThreadState;

pub use token::{MISSING, TOKEN, Token, add_missing, missing};
pub use variable::{CONTEXT_VAR, ContextVar};

/// `PyContext`.
#[repr(C)]
#[derive(Trace)]
pub struct Context {
    base: Object,
    /// The context that the thread was in when it entered this one.
    previous: Field<Context>,
    /// Null where no variable has a value.
    variables: Field<Hamt>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
    is_entered: Cell<c_int>,
}

impl Context {
    pub fn new() -> Ref<Context> {
        Context::with_variables(None)
    }

    fn with_variables(variables: Option<Ref<Hamt>>) -> Ref<Context> {
        Ref::new(Context {
            base: Object::header(),
            previous: Field::null(),
            variables: Field::new(variables),
            weak_references: Cell::new(ptr::null_mut()),
            is_entered: Cell::new(0),
        })
    }

    /// The current thread's context; an empty one where it has none yet.
    pub fn current() -> Ref<Context> {
        let thread = ThreadState::current();
        match thread.context.get().and_then(|context| context.into_type().ok()) {
            Some(context) => context,
            None => {
                let context = Context::new();
                thread.context.set(Some(context.clone().into_object()));
                context
            }
        }
    }

    /// A context of the same variables. It costs the same however many these are.
    pub fn duplicate(&self) -> Ref<Context> {
        Context::with_variables(self.variables.get())
    }

    /// The mapping.
    fn variables(&self) -> Ref<Hamt> {
        self.variables.get().unwrap_or_else(Hamt::new)
    }

    fn is_current(&self) -> bool {
        ThreadState::current().context.get().is_some_and(|context| context.is(self))
    }

    /// Makes this the current thread's context. `RuntimeError` if it is entered already.
    pub fn enter(&self) -> Result<()> {
        if self.is_entered.get() != 0 {
            bail!(RuntimeError, "cannot enter context: {} is already entered", self.repr()?);
        }
        self.is_entered.set(1);
        let thread = ThreadState::current();
        self.previous.set(thread.context.get().and_then(|context| context.into_type().ok()));
        thread.context.set(Some(self.to_ref().into_object()));
        thread.context_ver.set(thread.context_ver.get() + 1);
        Ok(())
    }

    /// Gives the thread back the context it had before this one. `RuntimeError` unless this is its current one.
    pub fn exit(&self) -> Result<()> {
        if self.is_entered.get() == 0 {
            bail!(RuntimeError, "cannot exit context: {} has not been entered", self.repr()?);
        }
        if !self.is_current() {
            // The thread's state is not this context's to change.
            bail!(RuntimeError, "cannot exit context: thread state references a different context object");
        }
        self.is_entered.set(0);
        let thread = ThreadState::current();
        let previous = self.previous.take().map(Ref::into_object);
        thread.context_ver.set(thread.context_ver.get() + 1);
        thread.context.set(previous);
        Ok(())
    }

    /// The value of a variable. `TypeError` for another kind of key.
    fn find(&self, key: &Object) -> Result<Option<Ref>> {
        match key.downcast_exact::<ContextVar>() {
            Some(key) => self.variables.get().map_or(Ok(None), |variables| variables.get(key)),
            None => Err(raise!(TypeError, "a ContextVar key was expected, got {}", key.repr()?)),
        }
    }

    /// Sets a variable's value, or takes the variable out.
    fn store(&self, variable: &ContextVar, value: Option<&Object>) -> Result<()> {
        let variables = match value {
            Some(value) => Some(match self.variables.get() {
                Some(variables) => variables.with(variable, value)?,
                None => Hamt::of_one(variable, value)?,
            }),
            None => match self.variables().without(variable)? {
                Removed::Nothing => return Err(raise::set_key_error(variable)),
                Removed::Last => None,
                Removed::Rest(rest) => Some(rest),
            },
        };
        self.variables.set(variables);
        Ok(())
    }
}

#[class(
    name = "Context",
    symbol = "PyContext_Type",
    weaklist_offset = offset_of!(Context, weak_references),
    generic_getattro
)]
impl Context {
    #[slot(tp_new)]
    fn make(_class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Context>> {
        if !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            bail!(TypeError, "Context() does not accept any arguments");
        }
        Ok(Context::new())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast_exact::<Context>(), op) else {
            return Ok(not_implemented());
        };
        let equal = self.variables().equals(&other.variables())?;
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> Ref<KeyIterator> {
        KeyIterator::over(&self.variables())
    }

    #[slot(mp_length)]
    fn length(&self) -> usize {
        self.variables().len()
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result<Ref> {
        self.find(key)?.ok_or_else(|| raise::set_key_error(key))
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        Ok(self.find(key)?.is_some())
    }

    /// The value that key, a context variable, has in this context.
    ///
    /// Where it has none the result is `default`, which is None unless it is
    /// given.
    #[method("(key, default=None, /)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        Ok(self.find(key)?.unwrap_or_else(|| default.unwrap_or(none_object()).to_ref()))
    }

    /// Iterate over the context as over a dict's items().
    ///
    /// Each element is a tuple of a variable and its value.
    #[method]
    fn items(&self) -> Ref<ItemIterator> {
        ItemIterator::over(&self.variables())
    }

    /// Iterate over the variables that have a value in this context.
    #[method]
    fn keys(&self) -> Ref<KeyIterator> {
        KeyIterator::over(&self.variables())
    }

    /// Iterate over the values that variables have in this context.
    #[method]
    fn values(&self) -> Ref<ValueIterator> {
        ValueIterator::over(&self.variables())
    }

    /// A new context in which the same variables have the same values; however many there are, it is made at once.
    #[method]
    fn copy(&self) -> Ref<Context> {
        self.duplicate()
    }

    #[method(varargs, no_text_signature)]
    fn run(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        let Some((callable, _)) = args.as_slice().split_first() else {
            bail!(TypeError, "run() missing 1 required positional argument");
        };
        self.enter()?;
        let result = args.slice(1, args.len()).and_then(|rest| callable.call_dict(&rest, kwargs));
        // Leaving fails where the callable left the context itself: its answer is lost then.
        self.exit()?;
        result
    }
}
