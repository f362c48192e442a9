//! `posix_spawn`: starting programs without copying the process.

use std::ffi::{CString, c_int};

use objects::prelude::*;

use system::path::converted;
use system::spawn::{Action, Attributes, spawn};
use system::{FilePath, blocking};

use super::processes::{program_arguments, program_environment};
use super::stat::path_error;

/// The names of what is done to files, in a file action.
pub const OPEN: c_int = 0;
pub const CLOSE: c_int = 1;
pub const DUP2: c_int = 2;

/// The options of both functions.
pub struct Options<'a> {
    pub file_actions: Option<&'a Object>,
    pub setpgroup: Option<&'a Object>,
    pub resetids: bool,
    pub setsid: bool,
    pub setsigmask: Option<&'a Object>,
    pub setsigdef: Option<&'a Object>,
    pub scheduler: Option<&'a Object>,
}

fn number(object: &Object) -> Result<c_int> {
    let Some(number) = object.downcast::<Int>() else {
        bail!(TypeError, "an integer is required (got type {})", object.class().name());
    };
    match number.to_i64().map(c_int::try_from) {
        Some(Ok(number)) => Ok(number),
        _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
    }
}

/// The numbers of signals in an iterable.
fn signals(object: &Object) -> Result<Vec<c_int>> {
    const MOST: i64 = 64;
    let mut signals = Vec::new();
    object.for_each(|item| match item.index()?.to_i64() {
        Some(signal @ 1..=MOST) => {
            signals.push(signal as c_int);
            Ok(())
        }
        number => Err(raise!(ValueError, "signal number {} out of range", number.unwrap_or(-1))),
    })?;
    Ok(signals)
}

fn file_action(object: &Object) -> Result<Action> {
    let Some(action) = object.downcast::<Tuple>().filter(|action| !action.items().is_empty()) else {
        bail!(TypeError, "Each file_actions element must be a non-empty tuple");
    };
    let items = action.items();
    match (number(&items[0])?, &items[1..]) {
        (OPEN, [file, path, flags, mode]) => Ok(Action::Open {
            file: number(file)?,
            path: converted(path)?,
            flags: number(flags)?,
            mode: number(mode)? as libc::mode_t,
        }),
        (CLOSE, [file]) => Ok(Action::Close(number(file)?)),
        (DUP2, [file, target]) => Ok(Action::Duplicate(number(file)?, number(target)?)),
        (OPEN, _) => Err(raise!(TypeError, "A open file_action tuple must have 5 elements")),
        (CLOSE, _) => Err(raise!(TypeError, "A close file_action tuple must have 2 elements")),
        (DUP2, _) => Err(raise!(TypeError, "A dup2 file_action tuple must have 3 elements")),
        _ => Err(raise!(TypeError, "Unknown file_actions identifier")),
    }
}

fn attributes(options: &Options) -> Result<Attributes> {
    let mut attributes = Attributes { reset_ids: options.resetids, ..Attributes::default() };
    if let Some(group) = options.setpgroup {
        attributes.group = Some(number(group)?);
    }
    attributes.new_session = options.setsid;
    if let Some(mask) = options.setsigmask {
        attributes.blocked_signals = Some(signals(mask)?);
    }
    if let Some(defaults) = options.setsigdef {
        attributes.default_signals = Some(signals(defaults)?);
    }
    if let Some(scheduler) = options.scheduler {
        let Some(pair) = scheduler.downcast::<Tuple>() else {
            bail!(SystemError, "new style getargs format but argument is not a tuple");
        };
        let [policy, parameters] = pair.items() else {
            bail!(TypeError, "A scheduler tuple must have two elements");
        };
        let policy = if policy.is_none() { None } else { Some(number(policy)?) };
        let priority = parameters.get_index(0)?;
        attributes.scheduler = Some((policy, number(&priority)?));
    }
    Ok(attributes)
}

fn start(
    function: &str,
    searches_path: bool,
    path: &Object,
    argv: &Object,
    env: &Object,
    options: Options,
) -> Result<c_int> {
    let path = FilePath::path(function, "path", path)?;
    let arguments = program_arguments(argv, &format!("{function}: argv"))?;
    let environment: Vec<CString> = program_environment(env, function)?;
    let actions = match options.file_actions.filter(|actions| !actions.is_none()) {
        None => Vec::new(),
        Some(actions) if !actions.is_sequence() => {
            bail!(TypeError, "file_actions must be a sequence or None");
        }
        Some(actions) => {
            actions.collect_vec()?.iter().map(|action| file_action(action)).collect::<Result<Vec<_>>>()?
        }
    };
    let attributes = attributes(&options)?;
    blocking(|| spawn(&path.text, &arguments, &environment, &actions, &attributes, searches_path))
        .map_err(|error| path_error(error, &path))
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Execute the program specified by path in a new process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    ///   file_actions
    ///     A sequence of file action tuples.
    ///   setpgroup
    ///     The process group to be in.
    ///   resetids
    ///     Whether the effective ids become the real ones.
    ///   setsid
    ///     Whether the process leads a session of its own.
    ///   setsigmask
    ///     The signals to block.
    ///   setsigdef
    ///     The signals to handle as by default.
    ///   scheduler
    ///     A tuple with the scheduler policy (optional) and parameters.
    #[function(
        "(path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    fn posix_spawn(
        path: &Object,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        resetids: Option<i32>,
        setsid: Option<i32>,
        setsigmask: Option<&Object>,
        setsigdef: Option<&Object>,
        scheduler: Option<&Object>,
    ) -> Result<c_int> {
        let (resetids, setsid) = (resetids.unwrap_or(0) != 0, setsid.unwrap_or(0) != 0);
        let options = Options { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start("posix_spawn", false, path, argv, env, options)
    }

    /// Execute the program specified by path in a new process, looked for along PATH.
    ///
    /// The arguments are those of posix_spawn().
    #[function(
        "(path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
    )]
    fn posix_spawnp(
        path: &Object,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        resetids: Option<i32>,
        setsid: Option<i32>,
        setsigmask: Option<&Object>,
        setsigdef: Option<&Object>,
        scheduler: Option<&Object>,
    ) -> Result<c_int> {
        let (resetids, setsid) = (resetids.unwrap_or(0) != 0, setsid.unwrap_or(0) != 0);
        let options = Options { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start("posix_spawnp", true, path, argv, env, options)
    }
}
