//! What raising and catching ask of exception classes and instances.

use crate::prelude::*;
use crate::raise::Fetched;

use super::BaseExceptionObject;

/// Whether an exception class is the given class or derives from it (`PyErr_GivenExceptionMatches`
/// for a class that is not a tuple).
pub fn class_matches(given: &Object, class: &Type) -> bool {
    given.downcast::<Type>().is_some_and(|given| given.is_subtype(class))
}

/// The `__traceback__` of an exception instance.
pub fn traceback_of(value: &Object) -> Option<Ref> {
    value.downcast::<BaseExceptionObject>()?.traceback.get()
}

/// Gives an exception instance its `__traceback__`.
pub fn set_traceback(value: &Object, traceback: &Object) {
    if let Some(exception) = value.downcast::<BaseExceptionObject>() {
        exception.traceback.set(Some(traceback.to_ref()));
    }
}

/// The instance for a class and a value, with `handled` as its `__context__`, which is cut
/// where a cycle would come of it.
pub fn chain(class: &Object, value: Option<Ref>, handled: Ref) -> Result<Ref> {
    let instance = instantiate(class, value)?;
    if instance.is(&handled) {
        return Ok(instance);
    }
    let Some(exception) = instance.downcast::<BaseExceptionObject>() else {
        return Ok(instance);
    };
    let context_of =
        |link: &Object| link.downcast::<BaseExceptionObject>().and_then(|link| link.context.get());
    let mut link = handled.clone();
    // At half the speed, so that the two meet where the program itself has made a cycle.
    let mut behind = handled.clone();
    let mut moves = false;
    while let Some(next) = context_of(&link) {
        if next.is(&instance) {
            if let Some(link) = link.downcast::<BaseExceptionObject>() {
                link.context.set(None);
            }
            break;
        }
        link = next;
        if link.is(&behind) {
            break;
        }
        if moves && let Some(next) = context_of(&behind) {
            behind = next;
        }
        moves = !moves;
    }
    exception.context.set(Some(handled));
    Ok(instance)
}

/// The instance that a class and a value stand for: the value itself where it is an instance.
fn instantiate(class: &Object, value: Option<Ref>) -> Result<Ref> {
    let instance = match value {
        Some(value) if is_instance_of(&value, class) => return Ok(value),
        None => make(class, &*Tuple::empty())?,
        Some(value) if value.is_none() => make(class, &*Tuple::empty())?,
        Some(value) => match value.into_type::<Tuple>() {
            Ok(arguments) => make(class, &arguments)?,
            Err(value) => make(class, &*Tuple::new([value])?)?,
        },
    };
    if !instance.class().has_flags(flags::EXCEPTION_SUBCLASS) {
        bail!(
            TypeError,
            "calling {} should have returned an instance of BaseException, not {}",
            class.repr()?,
            instance.class().name()
        );
    }
    Ok(instance)
}

/// A new instance. Of a built-in class it is made without a call, so that there is always room for it:
/// a call may be what fails for want of depth, and `RecursionError` is to be raised then.
fn make(class: &Object, arguments: &Tuple) -> Result<Ref> {
    let built_in = class.downcast::<Type>().filter(|class| !class.has_flags(flags::HEAPTYPE));
    let Some((class, new)) = built_in.and_then(|class| Some((class, class.tp_new.get()?))) else {
        return class.call_dict(arguments, None);
    };
    let instance = new(class, arguments, None)?;
    match instance.class().tp_init.get() {
        Some(init) if instance.class().is_subtype(class) => {
            raise::check_status(init(&instance, arguments, None))?
        }
        _ => {}
    }
    Ok(instance)
}

fn is_instance_of(value: &Object, class: &Object) -> bool {
    class.downcast::<Type>().is_some_and(|class| value.class().is_subtype(class))
}

/// How many exceptions may come, one of another, of making an instance.
const NORMALIZING_LIMIT: usize = 32;

/// Makes the value an instance of the class, the class the instance's. Where making it fails, the
/// exception from that takes its place.
pub fn normalize(exception: Fetched) -> Fetched {
    let Fetched { mut class, mut value, mut traceback } = exception;
    for depth in 0..NORMALIZING_LIMIT + 2 {
        // An exception class whose construction always raises is not normalised for ever.
        if depth == NORMALIZING_LIMIT {
            class = exceptions::RecursionError.to_ref().into_object();
            value = Some(
                Str::new("maximum recursion depth exceeded while normalizing an exception").into_object(),
            );
        }
        match instantiate(&class, value) {
            Ok(instance) => {
                let class = instance.class().to_ref().into_object();
                return Fetched { class, value: Some(instance), traceback };
            }
            Err(raised) => {
                let inner = raised.fetch();
                class = inner.class;
                value = inner.value;
                traceback = inner.traceback.or(traceback);
            }
        }
    }
    Fetched { class, value, traceback }
}

/// Gives the exception that is set a cause, which is its context too: `raise ... from cause`.
pub fn set_cause_and_context(raised: Raised, cause: Option<Ref>) -> Raised {
    let exception = raised.fetch().normalize();
    if let (Some(instance), Some(cause)) = (&exception.value, cause)
        && let Some(instance) = instance.downcast::<BaseExceptionObject>()
    {
        instance.context.set(Some(cause.clone()));
        instance.cause.set(Some(cause));
        instance.suppress_context.set(1);
    }
    exception.restore()
}
