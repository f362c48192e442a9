//! `_xxsubinterpreters`: interpreters in the same process, and channels between them.

mod channel;
mod channel_id;
mod run;

use crate::exception_class::ExceptionClass;
use objects::prelude::*;

const NAME: &str = "_xxsubinterpreters";

static RUN_FAILED: ExceptionClass = ExceptionClass::new(NAME, "RunFailedError", &exceptions::RuntimeError);
static CHANNEL_ERROR: ExceptionClass = ExceptionClass::new(NAME, "ChannelError", &exceptions::RuntimeError);
static CHANNEL_NOT_FOUND: ExceptionClass =
    ExceptionClass::derived(NAME, "ChannelNotFoundError", &CHANNEL_ERROR);
static CHANNEL_CLOSED: ExceptionClass = ExceptionClass::derived(NAME, "ChannelClosedError", &CHANNEL_ERROR);
static CHANNEL_EMPTY: ExceptionClass = ExceptionClass::derived(NAME, "ChannelEmptyError", &CHANNEL_ERROR);
static CHANNEL_NOT_EMPTY: ExceptionClass =
    ExceptionClass::derived(NAME, "ChannelNotEmptyError", &CHANNEL_ERROR);

/// Several interpreters within one process, and channels by which they exchange values.
///
/// This is the level below the 'interpreters' module, which is easier to use.
#[module(name = "_xxsubinterpreters", classes = [super::channel_id::CHANNEL_ID, vm::interpreter_id::INTERPRETER_ID])]
pub mod module {
    use objects::arguments::{Parameters, Shape};
    use objects::module::Module;
    use objects::str::InternedName;
    use vm::interpreter::Interpreter;
    use vm::interpreter_id::{self, InterpreterId};
    use vm::{runtime, shutdown, start, thread};

    use super::channel::{self, Failure, Side};
    use super::channel_id::{self, ChannelId};
    use super::*;

    /// create() -> ID
    ///
    /// Make a new interpreter, and give the ID that identifies it.
    #[function("(*, isolated=True)", no_text_signature)]
    fn create(isolated: Option<bool>) -> Result<Ref<InterpreterId>> {
        let current = objects::thread_state::ThreadState::current();
        let state = start::new_interpreter(isolated.unwrap_or(true));
        let interpreter = state.map(|_| Interpreter::current());
        thread::go_back(current);
        let Some(interpreter) = interpreter else {
            bail!(RuntimeError, "interpreter creation failed");
        };
        interpreter.ends_with_ids.set(true);
        InterpreterId::of(interpreter)
    }

    /// destroy(id)
    ///
    /// End the interpreter that the ID identifies.
    ///
    /// RuntimeError if it is the current one, if it runs, or if there is none of this ID.
    #[function("(id)", no_text_signature)]
    fn destroy(id: &Object) -> Result<()> {
        let interpreter = interpreter_id::look_up(id)?;
        if interpreter.id == Interpreter::current().id {
            bail!(RuntimeError, "cannot destroy the current interpreter");
        }
        if interpreter.is_main() {
            bail!(RuntimeError, "interpreter running");
        }
        match shutdown::end_from_outside(interpreter) {
            Ok(()) => Ok(()),
            Err(shutdown::Unended::Running) => Err(raise!(RuntimeError, "interpreter running")),
            Err(shutdown::Unended::HasThreads) => {
                Err(raise!(RuntimeError, "interpreter has more than one thread"))
            }
        }
    }

    /// list_all() -> [ID]
    ///
    /// The IDs of all interpreters.
    #[function("()", no_text_signature)]
    fn list_all() -> Result<Ref<List>> {
        let ids: Result<Vec<Ref>> = runtime::interpreters()
            .into_iter()
            .map(|interpreter| InterpreterId::of(interpreter).map(Ref::into_object))
            .collect();
        Ok(List::from_vec(ids?))
    }

    /// get_current() -> ID
    ///
    /// The ID of the interpreter that runs this.
    #[function("()", no_text_signature)]
    fn get_current() -> Result<Ref<InterpreterId>> {
        InterpreterId::of(Interpreter::current())
    }

    /// get_main() -> ID
    ///
    /// The ID of the process's first interpreter.
    #[function("()", no_text_signature)]
    fn get_main() -> Result<Ref<InterpreterId>> {
        InterpreterId::new(0, false)
    }

    /// run_string(id, script, shared)
    ///
    /// Run the program text in the interpreter that the ID identifies, with the shared values as globals.
    #[function("(id, script, shared=None)", no_text_signature)]
    fn run_string(id: &Object, script: &Str, shared: Option<NoneOr<&Dict>>) -> Result<()> {
        let interpreter = interpreter_id::look_up(id)?;
        let source = script.as_utf8()?;
        if source.contains('\0') {
            bail!(ValueError, "source code string cannot contain null bytes");
        }
        run::run(interpreter, source, shared.and_then(|shared| shared.0))
    }

    /// is_running(id) -> bool
    ///
    /// Whether the interpreter runs code.
    #[function("(id)", no_text_signature)]
    fn is_running(id: &Object) -> Result<bool> {
        let interpreter = interpreter_id::look_up(id)?;
        if interpreter.has_threads() && !interpreter.is_main() {
            bail!(RuntimeError, "interpreter has more than one thread");
        }
        Ok(interpreter.is_running())
    }

    /// is_shareable(obj) -> bool
    ///
    /// Whether the object's value can pass from one interpreter to another.
    #[function("(obj)", no_text_signature)]
    fn is_shareable(obj: &Object) -> bool {
        vm::sharing::is_shareable(obj)
    }

    /// channel_create() -> cid
    ///
    /// Make a channel between interpreters, and give the ID that identifies it.
    #[function("()", no_text_signature)]
    fn channel_create() -> Result<Ref<ChannelId>> {
        ChannelId::new(channel::create(), Side::Both, false)
    }

    /// channel_destroy(cid)
    ///
    /// Close the channel and forget it: from then on it never was.
    #[function("(cid)", no_text_signature)]
    fn channel_destroy(cid: &Object) -> Result<()> {
        channel::destroy(channel_id::number(cid)?).map_err(Failure::raise)
    }

    /// channel_list_all() -> [cid]
    ///
    /// The IDs of all channels.
    #[function("()", no_text_signature)]
    fn channel_list_all() -> Result<Ref<List>> {
        let ids: Result<Vec<Ref>> = channel::list()
            .into_iter()
            .map(|id| ChannelId::new(id, Side::Both, false).map(Ref::into_object))
            .collect();
        Ok(List::from_vec(ids?))
    }

    /// channel_list_interpreters(cid, *, send) -> [id]
    ///
    /// The IDs of the interpreters that have an end of the channel open: the sending one where send is true,
    /// else the receiving one.
    #[function("(cid, *, send)", no_text_signature)]
    fn channel_list_interpreters(cid: &Object, send: bool) -> Result<Ref<List>> {
        let cid = channel_id::number(cid)?;
        let mut ids = Vec::new();
        for interpreter in runtime::interpreters() {
            if channel::is_associated(cid, interpreter.id, send).map_err(Failure::raise)? {
                ids.push(InterpreterId::of(interpreter)?.into_object());
            }
        }
        Ok(List::from_vec(ids))
    }

    /// channel_send(cid, obj)
    ///
    /// Put the object's value into the channel.
    #[function("(cid, obj)", no_text_signature)]
    fn channel_send(cid: &Object, obj: &Object) -> Result<()> {
        let cid = channel_id::number(cid)?;
        channel::begin_send(cid).map_err(Failure::raise)?;
        let value = vm::sharing::share(obj)?;
        channel::send(cid, Interpreter::current().id, value).map_err(Failure::raise)
    }

    /// channel_recv(cid, [default]) -> obj
    ///
    /// Take the value at the front of the channel as a new object.
    ///
    /// If there is none: the default where it is given, else ChannelEmptyError.
    #[function("(cid, default=<unrepresentable>)", no_text_signature)]
    fn channel_recv(cid: &Object, default: Option<&Object>) -> Result<Ref> {
        let cid = channel_id::number(cid)?;
        match (channel::receive(cid, Interpreter::current().id), default) {
            (Ok(value), _) => value(),
            (Err(Failure::Empty(_)), Some(default)) => Ok(default.to_ref()),
            (Err(failure), _) => Err(failure.raise()),
        }
    }

    /// channel_close(cid, *, send=None, recv=None, force=False)
    ///
    /// Close the channel for all interpreters.
    ///
    /// An empty channel, or any where force is true, is closed at both ends, and what is in it is dropped.
    /// Of another one only the sending end can be closed, by send without recv; the rest follows once it is
    /// empty. Anything else raises ChannelNotEmptyError; closing what is closed raises ChannelClosedError.
    #[function("(cid, *, send=False, recv=False, force=False)", no_text_signature)]
    fn channel_close(
        cid: &Object,
        send: Option<bool>,
        recv: Option<bool>,
        force: Option<bool>,
    ) -> Result<()> {
        let side = Side::of(send.unwrap_or(false), recv.unwrap_or(false));
        channel::close(channel_id::number(cid)?, side, force.unwrap_or(false)).map_err(Failure::raise)
    }

    /// channel_release(cid, *, send=None, recv=None, force=True)
    ///
    /// Close the channel for the current interpreter: the ends that send and recv name, both by default.
    #[function("(cid, *, send=False, recv=False, force=False)", no_text_signature)]
    fn channel_release(
        cid: &Object,
        send: Option<bool>,
        recv: Option<bool>,
        _force: Option<bool>,
    ) -> Result<()> {
        let side = Side::of(send.unwrap_or(false), recv.unwrap_or(false));
        channel::release(channel_id::number(cid)?, Interpreter::current().id, side).map_err(Failure::raise)
    }

    /// The object for a channel's number.
    #[function("(*args, **kwargs)", no_text_signature)]
    fn _channel_id(args: &[&Object], kwargs: objects::arguments::Keywords) -> Result<Ref<ChannelId>> {
        static PARAMETERS: Parameters<5> = Parameters::new(
            Shape {
                function: "ChannelID.__new__",
                positional_only: 0,
                positional: 1,
                required: 1,
                required_keywords: 0,
                has_rest: false,
                has_keywords: false,
            },
            [
                InternedName::new("id"),
                InternedName::new("send"),
                InternedName::new("recv"),
                InternedName::new("force"),
                InternedName::new("_resolve"),
            ],
        );
        let arguments = Tuple::new(args.iter().map(|argument| argument.to_ref()))?;
        let keywords = kwargs.to_dict()?;
        let [id, send, recv, force, _resolve] =
            PARAMETERS.unpack_tuple(arguments.as_slice(), Some(&keywords))?.values;
        let truth = |value: Option<&Object>| value.map(Object::is_true).transpose();
        let id = channel_id::number(id.unwrap_or(none_object()))?;
        let (send, recv) = (truth(send)?, truth(recv)?);
        if (send, recv) == (Some(false), Some(false)) {
            bail!(ValueError, "'send' and 'recv' cannot both be False");
        }
        let side = Side::of(send.unwrap_or(false), recv.unwrap_or(false));
        ChannelId::new(id, side, truth(force)?.unwrap_or(false))
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for class in [
            &RUN_FAILED,
            &CHANNEL_ERROR,
            &CHANNEL_NOT_FOUND,
            &CHANNEL_CLOSED,
            &CHANNEL_EMPTY,
            &CHANNEL_NOT_EMPTY,
        ] {
            module.add(class.name(), class.get()?)?;
        }
        channel_id::make_shareable();
        Ok(())
    }
}
