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
    /// Set the global debug tracing function.  It will be called on each
    /// function call.  See the debugger chapter in the library manual.
    #[function("(function, /)", no_text_signature)]
    fn settrace(function: &Object) {
        let function = Some(function).filter(|function| !function.is_none()).map(Object::to_ref);
        tracing::set_trace(ThreadState::current(), function);
    }

    /// Return the global debug tracing function set with sys.settrace.
    ///
    /// See the debugger chapter in the library manual.
    #[function("()")]
    fn gettrace() -> Option<Ref> {
        ThreadState::current().c_traceobj.get()
    }

    /// setprofile(function)
    ///
    /// Set the profiling function.  It will be called on each function call
    /// and return.  See the profiler chapter in the library manual.
    #[function("(function, /)", no_text_signature)]
    fn setprofile(function: &Object) {
        let function = Some(function).filter(|function| !function.is_none()).map(Object::to_ref);
        tracing::set_profile(ThreadState::current(), function);
    }

    /// Return the profiling function set with sys.setprofile.
    ///
    /// See the profiler chapter in the library manual.
    #[function("()")]
    fn getprofile() -> Option<Ref> {
        ThreadState::current().c_profileobj.get()
    }

    /// Call func(*args), while tracing is enabled.
    ///
    /// The tracing state is saved, and restored afterwards.  This is intended
    /// to be called from a debugger from a checkpoint, to recursively debug
    /// some other code.
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

    /// Return a dict mapping each thread's thread id to its current stack frame.
    ///
    /// This function should be used for specialized purposes only.
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

    /// Enable or disable origin tracking for coroutine objects in this thread.
    ///
    /// Coroutine objects will track 'depth' frames of traceback information
    /// about where they came from, available in their cr_origin attribute.
    /// Set a depth of 0 to disable.
    #[function("(depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32) -> Result<()> {
        if depth < 0 {
            bail!(ValueError, "depth must be >= 0");
        }
        ThreadState::current().coroutine_origin_tracking_depth.set(depth);
        Ok(())
    }

    /// Check status of origin tracking for coroutine objects in this thread.
    #[function("()")]
    fn get_coroutine_origin_tracking_depth() -> i32 {
        ThreadState::current().coroutine_origin_tracking_depth.get()
    }

    /// set_asyncgen_hooks(* [, firstiter] [, finalizer])
    ///
    /// Set a finalizer for async generators objects.
    #[function("(firstiter=None, finalizer=None)", no_text_signature)]
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

    /// Return the installed asynchronous generators hooks.
    ///
    /// This returns a namedtuple of the form (firstiter, finalizer).
    #[function("()")]
    fn get_asyncgen_hooks() -> Result<Ref> {
        let thread = ThreadState::current();
        let part = |field: &Field| field.get().unwrap_or_else(none);
        ASYNCGEN_HOOKS.build(vec![part(&thread.async_gen_firstiter), part(&thread.async_gen_finalizer)])
    }
}
