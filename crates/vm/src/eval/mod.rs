//! The evaluation loop: fetch, dispatch, unwind.
//!
//! The instructions stand in files by subject, each a small function over the [`Machine`]'s registers.
//! A call of a Python function, and its return, change the frame in the registers and go on in the same
//! loop. The loop exists twice: a frame that is traced or profiled runs in the second.

mod arithmetic;
mod attributes;
mod calls;
mod classes;
mod compare;
mod containers;
mod coroutines;
mod exceptions;
mod imports;
mod iteration;
mod machine;
mod names;
mod stack;
pub mod tracing;

use std::ffi::c_char;

use bytecode::number::*;
use objects::prelude::*;
use objects::thread_state::ThreadState;

pub use attributes::AttributeCache;
use calls::Called;
use exceptions::Thrown;
use machine::Machine;
pub use names::GlobalCache;
use tracing::Lines;

use crate::code::decode::UNKNOWN;
use crate::frame::Frame;
use crate::generator;
use crate::runtime;
use crate::traceback::Traceback;

/// What `f_executing` says of a frame that runs: nothing special.
const PLAIN: c_char = 1;
/// Its result is dropped: the instance that it initialises is on the caller's stack.
const CONSTRUCTOR: c_char = 2;

/// Why the loop leaves the instructions of a frame.
enum Leave {
    /// An exception is set; the frame gets a traceback entry.
    Raised,
    /// An exception is set that passed this frame before.
    RaisedAgain,
    Returned(Ref),
    /// The frame is suspended, and goes on when it is resumed.
    Yielded(Ref),
    /// The other instantiation of the loop is to go on.
    Switch,
}

/// How one instantiation of the loop ends.
enum Exit {
    Finished(Result<Ref>),
    /// Tracing was switched on or off: the innermost frame goes on in the other instantiation.
    Switch,
}

/// Runs a frame until it returns, yields or raises. With `throwing`, the exception that is set is
/// raised where the frame stands. A frame that has yielded keeps its value stack; else that is gone.
pub fn execute(thread: &'static ThreadState, frame: &Frame, throwing: bool) -> Result<Ref> {
    frame.code().decoded()?;
    enter(thread, frame)?;
    let mut throwing = throwing;
    let mut entering = true;
    loop {
        let exit = match thread.use_tracing.get() != 0 {
            true => run::<true>(thread, frame, throwing, entering),
            false => run::<false>(thread, frame, throwing, entering),
        };
        match exit {
            Exit::Finished(result) => return result,
            Exit::Switch => (throwing, entering) = (false, false),
        }
    }
}

/// Makes a frame the innermost one. `RecursionError` where there are too many.
#[inline(always)]
fn enter(thread: &ThreadState, frame: &Frame) -> Result<()> {
    thread.enter_level("")?;
    thread.frame.set(frame.as_ptr());
    frame.executing.set(1);
    Ok(())
}

/// Makes the caller of the innermost frame the innermost one.
#[inline(always)]
fn leave(thread: &ThreadState, frame: &Frame) {
    frame.executing.set(0);
    thread.leave_level();
    // SAFETY: the borrow ends here; the caller's frame is owned by whoever runs it.
    let back = unsafe { frame.back.peek() };
    thread.frame.set(back.map_or(std::ptr::null_mut(), |back| back.as_ptr()));
}

/// One instantiation of the loop. It runs the thread's innermost frame, and those that this one calls
/// and returns to, up to `entry`.
#[inline(never)]
fn run<const TRACING: bool>(
    thread: &'static ThreadState,
    entry: &Frame,
    throwing: bool,
    entering: bool,
) -> Exit {
    // SAFETY: the innermost frame is kept alive by this loop or by the caller, and was decoded.
    let mut machine = unsafe { Machine::new(thread, thread.frame.get().cast()) };
    let mut lines = Lines::NONE;

    /// Goes on with the next instruction, or leaves with the exception.
    macro_rules! check {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(_) => break Leave::Raised,
            }
        };
    }
    macro_rules! breaker {
        () => {
            if runtime::breaker_is_set() {
                check!(runtime::handle_breaker(thread));
                if (thread.use_tracing.get() != 0) != TRACING {
                    break Leave::Switch;
                }
            }
        };
    }

    let mut pending = match () {
        () if TRACING && entering && tracing::call_event(thread, machine.frame()).is_err() => {
            Some(Leave::Raised)
        }
        () if throwing => Some(Leave::Raised),
        () if entering && runtime::breaker_is_set() && !machine.is_about_to_guard() => {
            match runtime::handle_breaker(thread) {
                Err(_) => Some(Leave::Raised),
                Ok(()) if (thread.use_tracing.get() != 0) != TRACING => Some(Leave::Switch),
                Ok(()) => None,
            }
        }
        () => None,
    };

    'frame: loop {
        let left = match pending.take() {
            Some(leave) => leave,
            None => loop {
                if TRACING {
                    machine.frame().lasti.set((machine.next * 2) as i32);
                    machine.save();
                    let traced = tracing::before_instruction(thread, machine.frame(), &mut lines);
                    machine.resume();
                    check!(traced);
                }
                let instruction = machine.fetch();
                let argument = instruction.argument;

                /// After a call: either a frame was pushed, or something native ran.
                macro_rules! called {
                    ($result:expr) => {
                        match check!($result) {
                            Called::Done => {
                                // What ran may have waited long, and signals come meanwhile; but what
                                // is opened is not lost before it is guarded.
                                if runtime::breaker_is_set() && !machine.is_about_to_guard() {
                                    check!(runtime::handle_breaker(thread));
                                }
                                if (thread.use_tracing.get() != 0) != TRACING {
                                    break Leave::Switch;
                                }
                            }
                            called => {
                                let (frame, mark) = match called {
                                    Called::Constructor(frame) => (frame, CONSTRUCTOR),
                                    Called::Frame(frame) => (frame, PLAIN),
                                    Called::Done => continue,
                                };
                                machine.save();
                                check!(enter_called(thread, &mut machine, frame, mark));
                                if TRACING {
                                    lines = Lines::NONE;
                                    check!(tracing::call_event(thread, machine.frame()));
                                }
                                breaker!();
                            }
                        }
                    };
                }

                match instruction.opcode.get() {
                    NOP => {}
                    LOAD_FAST => check!(machine.load_fast(argument)),
                    LOAD_CONST => machine.load_const(argument),
                    STORE_FAST => machine.store_fast(argument),
                    DELETE_FAST => check!(machine.delete_fast(argument)),
                    POP_TOP => machine.pop_top(),
                    ROT_TWO => machine.swap(0, 1),
                    ROT_THREE => machine.sink(2),
                    ROT_FOUR => machine.sink(3),
                    DUP_TOP => machine.dup_top(),
                    DUP_TOP_TWO => machine.dup_top_two(),

                    LOAD_NAME => check!(machine.load_name(argument)),
                    STORE_NAME => check!(machine.store_name(argument)),
                    DELETE_NAME => check!(machine.delete_name(argument)),
                    LOAD_GLOBAL => check!(machine.load_global(instruction)),
                    STORE_GLOBAL => check!(machine.store_global(argument)),
                    DELETE_GLOBAL => check!(machine.delete_global(argument)),
                    LOAD_CLOSURE => check!(machine.load_closure(argument)),
                    LOAD_DEREF => check!(machine.load_deref(argument)),
                    STORE_DEREF => check!(machine.store_deref(argument)),
                    DELETE_DEREF => check!(machine.delete_deref(argument)),
                    LOAD_CLASSDEREF => check!(machine.load_classderef(argument)),

                    LOAD_ATTR => check!(machine.load_attr(instruction)),
                    STORE_ATTR => check!(machine.store_attr(instruction)),
                    DELETE_ATTR => check!(machine.delete_attr(argument)),
                    LOAD_METHOD => check!(machine.load_method(instruction)),

                    UNARY_POSITIVE => check!(machine.unary(Object::positive)),
                    UNARY_NEGATIVE => check!(machine.unary(Object::negative)),
                    UNARY_INVERT => check!(machine.unary(Object::invert)),
                    UNARY_NOT => check!(machine.unary_not()),
                    BINARY_ADD => check!(machine.add(false)),
                    BINARY_SUBTRACT => check!(machine.subtract(false)),
                    BINARY_MULTIPLY => check!(machine.multiply(false)),
                    BINARY_TRUE_DIVIDE => check!(machine.true_divide(false)),
                    BINARY_FLOOR_DIVIDE => check!(machine.floor_divide(false)),
                    BINARY_MODULO => check!(machine.remainder(false)),
                    BINARY_POWER => check!(machine.binary(|left, right| left.power(right, none_object()))),
                    BINARY_MATRIX_MULTIPLY => check!(machine.binary(Object::matrix_multiply)),
                    BINARY_LSHIFT => check!(machine.shift_left(false)),
                    BINARY_RSHIFT => check!(machine.shift_right(false)),
                    BINARY_AND => check!(machine.bitwise(|a, b| a & b, Object::and)),
                    BINARY_OR => check!(machine.bitwise(|a, b| a | b, Object::or)),
                    BINARY_XOR => check!(machine.bitwise(|a, b| a ^ b, Object::xor)),
                    INPLACE_ADD => check!(machine.add(true)),
                    INPLACE_SUBTRACT => check!(machine.subtract(true)),
                    INPLACE_MULTIPLY => check!(machine.multiply(true)),
                    INPLACE_TRUE_DIVIDE => check!(machine.true_divide(true)),
                    INPLACE_FLOOR_DIVIDE => check!(machine.floor_divide(true)),
                    INPLACE_MODULO => check!(machine.remainder(true)),
                    INPLACE_POWER => {
                        check!(machine.binary(|left, right| left.inplace_power(right, none_object())))
                    }
                    INPLACE_MATRIX_MULTIPLY => check!(machine.binary(Object::inplace_matrix_multiply)),
                    INPLACE_LSHIFT => check!(machine.shift_left(true)),
                    INPLACE_RSHIFT => check!(machine.shift_right(true)),
                    INPLACE_AND => check!(machine.bitwise(|a, b| a & b, Object::inplace_and)),
                    INPLACE_OR => check!(machine.bitwise(|a, b| a | b, Object::inplace_or)),
                    INPLACE_XOR => check!(machine.bitwise(|a, b| a ^ b, Object::inplace_xor)),
                    BINARY_SUBSCR => check!(machine.subscript()),
                    STORE_SUBSCR => check!(machine.store_subscript()),
                    DELETE_SUBSCR => check!(machine.delete_subscript()),

                    COMPARE_OP => check!(machine.compare(argument)),
                    IS_OP => machine.is_op(argument != 0),
                    CONTAINS_OP => check!(machine.contains_op(argument != 0)),
                    JUMP_IF_NOT_EXC_MATCH => check!(machine.jump_if_not_exc_match(argument)),

                    BUILD_TUPLE => check!(machine.build_tuple(argument)),
                    BUILD_LIST => check!(machine.build_list(argument)),
                    BUILD_SET => check!(machine.build_set(argument)),
                    BUILD_MAP => check!(machine.build_map(argument)),
                    BUILD_CONST_KEY_MAP => check!(machine.build_const_key_map(argument)),
                    BUILD_STRING => check!(machine.build_string(argument)),
                    BUILD_SLICE => check!(machine.build_slice(argument)),
                    FORMAT_VALUE => check!(machine.format_value(argument)),
                    LIST_APPEND => check!(machine.list_append(argument)),
                    LIST_EXTEND => check!(machine.list_extend(argument)),
                    LIST_TO_TUPLE => check!(machine.list_to_tuple()),
                    SET_ADD => check!(machine.set_add(argument)),
                    SET_UPDATE => check!(machine.set_update(argument)),
                    MAP_ADD => check!(machine.map_add(argument)),
                    DICT_UPDATE => check!(machine.dict_update(argument)),
                    DICT_MERGE => check!(machine.dict_merge(argument)),
                    UNPACK_SEQUENCE => check!(machine.unpack_sequence(argument)),
                    UNPACK_EX => check!(machine.unpack_ex(argument)),

                    GET_ITER => check!(machine.get_iter()),
                    FOR_ITER => {
                        if let Some(frame) = check!(machine.for_iter::<TRACING>(argument)) {
                            machine.save();
                            if let Err(raised) = enter_called(thread, &mut machine, frame, PLAIN) {
                                check!(Err::<(), _>(machine.abandon_generator(raised)));
                            }
                            breaker!();
                        }
                    }
                    JUMP_FORWARD => machine.jump_by(argument),
                    JUMP_ABSOLUTE => {
                        machine.jump(argument);
                        breaker!();
                    }
                    POP_JUMP_IF_TRUE => {
                        if check!(machine.pop_jump_if(true, argument)) {
                            breaker!();
                        }
                    }
                    POP_JUMP_IF_FALSE => {
                        if check!(machine.pop_jump_if(false, argument)) {
                            breaker!();
                        }
                    }
                    JUMP_IF_TRUE_OR_POP => check!(machine.jump_if_or_pop(true, argument)),
                    JUMP_IF_FALSE_OR_POP => check!(machine.jump_if_or_pop(false, argument)),

                    CALL_FUNCTION => called!(machine.call_function(argument)),
                    CALL_METHOD => called!(machine.call_method(argument)),
                    CALL_FUNCTION_KW => called!(machine.call_function_kw(argument)),
                    CALL_FUNCTION_EX => called!(machine.call_function_ex(argument & 1 != 0)),
                    RETURN_VALUE => break Leave::Returned(machine.pop()),

                    MAKE_FUNCTION => check!(machine.make_function(argument)),
                    LOAD_BUILD_CLASS => check!(machine.load_build_class()),
                    SETUP_ANNOTATIONS => check!(machine.setup_annotations()),
                    IMPORT_NAME => check!(machine.import_name(argument)),
                    IMPORT_FROM => check!(machine.import_from(argument)),
                    IMPORT_STAR => check!(machine.import_star()),
                    PRINT_EXPR => {
                        let value = machine.pop();
                        check!(crate::sys::display(&value));
                    }

                    SETUP_FINALLY => check!(machine.setup_finally(argument)),
                    POP_BLOCK => check!(machine.pop_block()),
                    POP_EXCEPT => check!(machine.pop_except()),
                    LOAD_ASSERTION_ERROR => machine.load_assertion_error(),
                    RAISE_VARARGS => match machine.raise_varargs(argument) {
                        Thrown::Raised => break Leave::Raised,
                        Thrown::Again => break Leave::RaisedAgain,
                    },
                    RERAISE => {
                        machine.reraise();
                        break Leave::RaisedAgain;
                    }
                    SETUP_WITH => check!(machine.setup_with(argument)),
                    WITH_EXCEPT_START => check!(machine.with_except_start()),

                    YIELD_VALUE => break Leave::Yielded(machine.yielded()),
                    YIELD_FROM => {
                        if let Some(value) = check!(machine.yield_from::<TRACING>()) {
                            // The instruction runs again when the frame is resumed.
                            machine.frame().lasti.set(machine.frame().lasti.get() - 2);
                            break Leave::Yielded(value);
                        }
                    }
                    GET_YIELD_FROM_ITER => check!(machine.get_yield_from_iter()),
                    GET_AWAITABLE => check!(machine.get_awaitable()),
                    GET_AITER => check!(machine.get_aiter()),
                    GET_ANEXT => check!(machine.get_anext()),
                    BEFORE_ASYNC_WITH => check!(machine.before_async_with()),
                    SETUP_ASYNC_WITH => check!(machine.setup_async_with(argument)),
                    END_ASYNC_FOR => match machine.end_async_for() {
                        Ok(()) => {}
                        Err(Thrown::Raised) => break Leave::Raised,
                        Err(Thrown::Again) => break Leave::RaisedAgain,
                    },

                    UNKNOWN => check!(Err::<(), _>(raise!(SystemError, "unknown opcode"))),
                    // SAFETY: decoding leaves no other number.
                    _ => unsafe { std::hint::unreachable_unchecked() },
                }
            },
        };

        // An exception unwinds frame by frame until one handles it.
        let mut result = match left {
            Leave::Returned(value) => Ok(value),
            Leave::Yielded(value) => {
                machine.save();
                Ok(value)
            }
            Leave::Switch => {
                machine.save();
                return Exit::Switch;
            }
            Leave::Raised | Leave::RaisedAgain => {
                if let Leave::Raised = left {
                    Traceback::here(thread, machine.frame());
                    if TRACING {
                        tracing::exception_event(thread, machine.frame());
                    }
                }
                if machine.unwind() {
                    if TRACING {
                        lines.handle_exception(machine.frame());
                    }
                    continue 'frame;
                }
                Err(raise::already_set())
            }
        };
        if TRACING && tracing::return_event(thread, machine.frame(), result.as_deref().ok()).is_err() {
            result = Err(raise::already_set());
        }
        let frame = machine.frame();
        let mark = frame.executing.get();
        leave(thread, frame);
        if mark == CONSTRUCTOR {
            thread.leave_level();
        }
        if frame.is(entry) {
            if result.is_err() {
                frame.stacktop.set(std::ptr::null_mut());
            }
            if frame.stacktop.get().is_null() {
                machine.drop_all();
            }
            return Exit::Finished(result);
        }
        let resumed = generator::of_frame(frame);
        let suspended = resumed.is_some() && result.is_ok() && !frame.stacktop.get().is_null();
        if !suspended {
            frame.stacktop.set(std::ptr::null_mut());
            machine.drop_all();
        }
        // SAFETY: the loop took the reference when it entered the frame. Its caller is the innermost
        // frame again, alive and decoded.
        unsafe {
            Frame::release(Ref::from_raw(frame.as_ptr().cast()));
            machine.load(thread.frame.get().cast());
        }
        if TRACING {
            lines = Lines::back_in(machine.frame());
        }
        if let Some(resumed) = resumed {
            match generator::finish_in_loop(thread, &resumed, suspended, result) {
                Ok(Some(value)) => machine.push(value),
                Ok(None) => {
                    drop(machine.pop());
                    let distance = machine.current().argument;
                    machine.jump_by(distance);
                }
                Err(_) => pending = Some(Leave::Raised),
            }
            continue 'frame;
        }
        match result {
            Ok(value) if mark == CONSTRUCTOR => {
                if !value.is_none() {
                    let _ =
                        raise!(TypeError, "__init__() should return None, not '{}'", value.class().name());
                    pending = Some(Leave::Raised);
                }
            }
            Ok(value) => machine.push(value),
            Err(_) => pending = Some(Leave::Raised),
        }
        if pending.is_none() && (thread.use_tracing.get() != 0) != TRACING {
            pending = Some(Leave::Switch);
        }
    }
}

/// Makes a called function's frame the innermost one. The call of a class is a level of its own.
#[inline(always)]
fn enter_marked(thread: &ThreadState, frame: &Frame, mark: c_char) -> Result<()> {
    if mark == CONSTRUCTOR {
        thread.enter_level(" while calling a Python object")?;
    }
    let entered = enter(thread, frame);
    match entered {
        Ok(()) => frame.executing.set(mark),
        Err(_) if mark == CONSTRUCTOR => thread.leave_level(),
        Err(_) => {}
    }
    entered
}

/// Takes a called function's frame into the registers; the loop owns it until it returns.
#[inline(always)]
fn enter_called(
    thread: &'static ThreadState,
    machine: &mut Machine,
    frame: Ref<Frame>,
    mark: c_char,
) -> Result<()> {
    if let Err(raised) = enter_marked(thread, &frame, mark) {
        machine.frame().stacktop.set(std::ptr::null_mut());
        return Err(raised);
    }
    // SAFETY: the reference is kept until the frame returns; the call has seen to its being decoded.
    unsafe { machine.load(frame.into_raw()) };
    Ok(())
}
