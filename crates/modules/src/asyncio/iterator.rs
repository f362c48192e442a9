//! `FutureIter`: what awaiting a future is.

use objects::prelude::*;
use objects::raise::Fetched;
use vm::generator::stop_iteration;
use vm::traceback::Traceback;

use super::future::Future;

/// Gives the future once, for the task to wait for, and then its result.
#[repr(C)]
#[derive(Trace)]
pub struct FutureIter {
    base: Object,
    /// Null once it is at the end.
    future: Field<Future>,
}

impl FutureIter {
    pub fn over(future: &Future) -> Ref<FutureIter> {
        Ref::new(FutureIter { base: Object::header(), future: Field::new(Some(future.to_ref())) })
    }
}

#[class(name = "FutureIter", module = "_asyncio", generic_getattro)]
impl FutureIter {
    #[slot(tp_iter)]
    fn iterate(&self) -> &FutureIter {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(future) = self.future.get() else { return Ok(None) };
        if future.is_pending() {
            if future.is_awaited() {
                bail!(RuntimeError, "await wasn't used with future");
            }
            future.set_awaited(true);
            return Ok(Some(future.into_object()));
        }
        self.future.set(None);
        let result = future.result_or_raise()?;
        // The end without a value needs no exception.
        match result.is_none() {
            true => Ok(None),
            false => Err(stop_iteration(result)),
        }
    }

    #[method("(value, /)", no_text_signature)]
    fn send(&self, _value: &Object) -> Result<Ref> {
        self.next_item()?.ok_or_else(|| raise!(StopIteration))
    }

    #[method(varargs, no_text_signature)]
    fn throw(&self, args: &Tuple) -> Result<Ref> {
        let args = args.as_slice();
        if args.is_empty() || args.len() > 3 {
            let bound = if args.is_empty() { "at least 1 argument" } else { "at most 3 arguments" };
            bail!(TypeError, "function takes {bound} ({} given)", args.len());
        }
        let given =
            |index: usize| args.get(index).filter(|value| !value.is_none()).map(|value| value.to_ref());
        let (kind, value, traceback) = (args[0], given(1), given(2));
        if traceback.as_ref().is_some_and(|traceback| traceback.downcast::<Traceback>().is_none()) {
            bail!(TypeError, "throw() third argument must be a traceback");
        }
        let fetched =
            if kind.downcast::<Type>().is_some_and(|class| class.has_flags(flags::EXCEPTION_SUBCLASS)) {
                let Fetched { class, value, .. } =
                    Fetched { class: kind.to_ref(), value, traceback: None }.normalize();
                Fetched { class, value, traceback }
            } else if kind.class().has_flags(flags::EXCEPTION_SUBCLASS) {
                if value.is_some() {
                    bail!(TypeError, "instance exception may not have a separate value");
                }
                let traceback = traceback.or_else(|| exceptions::traceback_of(kind));
                Fetched { class: kind.class().to_ref().into_object(), value: Some(kind.to_ref()), traceback }
            } else {
                bail!(
                    TypeError,
                    "exceptions must be classes deriving BaseException or instances of such a class"
                );
            };
        self.future.set(None);
        Err(fetched.restore())
    }

    #[method("()", no_text_signature)]
    fn close(&self) {
        self.future.set(None);
    }
}
