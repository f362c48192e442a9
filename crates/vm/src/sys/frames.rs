//! Frames and tracing.

use objects::prelude::*;
use objects::struct_sequence::Definition;
use objects::thread_state::ThreadState;

use crate::eval::tracing;
use crate::frame::Frame;

static ASYNCGEN_HOOKS: Definition = Definition::new(
    c"asyncgen_hooks",
    c"asyncgen_hooks\n\nA named tuple of the hooks of asynchronous generators.",
    2,
    &[(c"firstiter", Some(c"called on first iteration")), (c"finalizer", Some(c"called before collection"))],
);

#[functions(FRAMES)]
pub mod functions {
    use super::*;

    /// _getframe([depth]) -> frameobject
    ///
    /// Return a frame object from the call stack.  If optional integer depth is
    /// given, return the frame object that many calls below the top of the stack.
    /// If that is deeper than the call stack, ValueError is raised.
    #[function("(depth=0, /)")]
    fn _getframe(depth: i32) -> Result<Ref<Frame>> {
        (objects::services::get().audit)("sys._getframe", &[])?;
        let mut frame = Frame::innermost(ThreadState::current()).map(Frame::to_ref);
        for _ in 0..depth.max(0) {
            frame = frame.and_then(|frame| frame.back.get());
        }
        frame.ok_or_else(|| raise!(ValueError, "call stack is not deep enough"))
    }

    /// settrace(function)
    ///
    /// Have a function called for every call, line, return and exception in this thread,
    /// with the frame, the event's name and its argument; debuggers rest on this. None ends it.
    #[function("(function, /)", no_text_signature)]
    fn settrace(function: &Object) {
        let function = Some(function).filter(|function| !function.is_none()).map(Object::to_ref);
        tracing::set_trace(ThreadState::current(), function);
    }

    /// Give the function that settrace() has set in this thread; None if there is none.
    #[function("()")]
    fn gettrace() -> Option<Ref> {
        ThreadState::current().c_traceobj.get()
    }

    /// setprofile(function)
    ///
    /// Have a function called for every call and return in this thread, those of built-in
    /// functions included, with the frame, the event's name and its argument. None ends it.
    #[function("(function, /)", no_text_signature)]
    fn setprofile(function: &Object) {
        let function = Some(function).filter(|function| !function.is_none()).map(Object::to_ref);
        tracing::set_profile(ThreadState::current(), function);
    }

    /// Give the function that setprofile() has set in this thread; None if there is none.
    #[function("()")]
    fn getprofile() -> Option<Ref> {
        ThreadState::current().c_profileobj.get()
    }

    /// Call func with the arguments of a tuple, and let the trace function see what happens.
    ///
    /// For debuggers: at a breakpoint, where tracing rests, other code can be debugged this
    /// way. Afterwards tracing is as it was.
    #[function("(func, args, /)")]
    fn call_tracing(func: &Object, args: &Tuple) -> Result<Ref> {
        let thread = ThreadState::current();
        let (tracing, use_tracing) = (thread.tracing.replace(0), thread.use_tracing.get());
        thread.use_tracing.set(tracing::is_on(thread).into());
        let result = func.call_dict(args, None);
        thread.tracing.set(tracing);
        thread.use_tracing.set(use_tracing);
        result
    }

    /// Tell what every thread is doing: a dictionary from thread identifiers to topmost frames.
    ///
    /// Frames change while one looks at them; this is for finding out why a program hangs.
    #[function("()")]
    fn _current_frames() -> Result<Ref<Dict>> {
        let frames = Dict::new();
        let mut found = Vec::new();
        crate::thread::for_each_state(|state| {
            if let Some(frame) = Frame::innermost(state) {
                found.push((state.thread_id.get(), frame.to_ref()));
            }
        });
        for (identity, frame) in found {
            frames.set(&Int::from_u64(identity), &frame)?;
        }
        Ok(frames)
    }

    /// Let new coroutines of this thread remember where they were made.
    ///
    /// Their cr_origin is then a tuple of up to depth places, the innermost first. With 0,
    /// the initial state, nothing is recorded; below that is a ValueError.
    #[function("(depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32) -> Result<()> {
        if depth < 0 {
            bail!(ValueError, "depth must be >= 0");
        }
        ThreadState::current().coroutine_origin_tracking_depth.set(depth);
        Ok(())
    }

    /// Give how many places a new coroutine's cr_origin has at most; 0 if none are recorded.
    #[function("()")]
    fn get_coroutine_origin_tracking_depth() -> i32 {
        ThreadState::current().coroutine_origin_tracking_depth.get()
    }

    /// set_asyncgen_hooks(* [, firstiter] [, finalizer])
    ///
    /// Choose what is called with an asynchronous generator of this thread: firstiter
    /// when its iteration begins, finalizer when it is dropped unfinished. None for no call.
    #[function("(firstiter=None, finalizer=None)", no_text_signature, nameless)]
    fn set_asyncgen_hooks(firstiter: Option<&Object>, finalizer: Option<&Object>) -> Result<()> {
        let checked = |hook: Option<&Object>, name: &str| -> Result<Option<Option<Ref>>> {
            match hook {
                None => Ok(None),
                Some(hook) if hook.is_none() => Ok(Some(None)),
                Some(hook) if hook.is_callable() => Ok(Some(Some(hook.to_ref()))),
                Some(hook) => Err(raise!(TypeError, "callable {name} expected, got {}", hook.class().name())),
            }
        };
        let thread = ThreadState::current();
        let finalizer = checked(finalizer, "finalizer")?;
        let firstiter = checked(firstiter, "firstiter")?;
        if let Some(hook) = finalizer {
            (objects::services::get().audit)("sys.set_asyncgen_hook_finalizer", &[])?;
            thread.async_gen_finalizer.set(hook);
        }
        if let Some(hook) = firstiter {
            (objects::services::get().audit)("sys.set_asyncgen_hook_firstiter", &[])?;
            thread.async_gen_firstiter.set(hook);
        }
        Ok(())
    }

    /// Give what set_asyncgen_hooks() has set in this thread.
    ///
    /// The two hooks are the items, and the attributes, firstiter and finalizer.
    #[function("()")]
    fn get_asyncgen_hooks() -> Result<Ref> {
        let thread = ThreadState::current();
        let part = |field: &Field| field.get().unwrap_or_else(none);
        ASYNCGEN_HOOKS.build(vec![part(&thread.async_gen_firstiter), part(&thread.async_gen_finalizer)])
    }
}
