//! `_posixsubprocess`: what `subprocess` starts programs with.

use std::ffi::{CString, c_int};

use objects::prelude::*;

use crate::posix::arguments::{Group, User};
use crate::posix::processes::fork_with;
use system::path::converted;
use system::subprocess::{Pipes, Program, Setup};

pub use _posixsubprocess::{DEFINITION, initialize};

/// The most groups that a process may be in.
const MOST_GROUPS: usize = 65536;

/// Strings for the system from a sequence of bytes.
fn byte_strings(sequence: &Object) -> Result<Vec<CString>> {
    let count = sequence.length()?;
    // As many pointers, and one that ends them, are to be had.
    if count as usize >= isize::MAX as usize / size_of::<*const u8>() {
        bail!(MemoryError);
    }
    let mut strings = Vec::new();
    for index in 0..count {
        let item = sequence.get_index(index)?;
        let Some(bytes) = item.downcast::<Bytes>() else {
            bail!(TypeError, "expected bytes, {} found", item.class().name());
        };
        strings.push(CString::new(bytes.as_bytes()).map_err(|_| raise!(ValueError, "embedded null byte"))?);
    }
    Ok(strings)
}

fn argument_strings(arguments: &Object) -> Result<Vec<CString>> {
    if arguments.is_none() {
        return Ok(Vec::new());
    }
    let items = arguments.list_or_tuple("argv must be a tuple")?.collect_vec()?;
    items.iter().map(|item| converted(item)).collect()
}

/// The files to keep: small numbers in ascending order.
fn kept_files(files: &Tuple) -> Result<Vec<c_int>> {
    let mut kept: Vec<c_int> = Vec::with_capacity(files.items().len());
    for item in files.items() {
        let number = item.downcast::<Int>().and_then(|number| c_int::try_from(number.to_i64()?).ok());
        match number.filter(|&number| number >= 0 && kept.last().is_none_or(|&last| last < number)) {
            Some(number) => kept.push(number),
            None => bail!(ValueError, "bad value(s) in fds_to_keep"),
        }
    }
    Ok(kept)
}

fn group_numbers(groups: &Object) -> Result<Option<Vec<libc::gid_t>>> {
    if groups.is_none() {
        return Ok(None);
    }
    let Some(list) = groups.downcast::<List>() else {
        bail!(TypeError, "setgroups argument must be a list");
    };
    if list.len() > MOST_GROUPS {
        bail!(ValueError, "too many groups");
    }
    let mut numbers = Vec::with_capacity(list.len());
    for item in list.to_vec() {
        if item.downcast::<Int>().is_none() {
            bail!(TypeError, "groups must be integers");
        }
        match Group::of(&item) {
            Ok(group) => numbers.push(group.0),
            Err(_) => bail!(ValueError, "invalid group id"),
        }
    }
    Ok(Some(numbers))
}

/// Switches the collector off; gives whether it was on.
fn pause_collector() -> Result<bool> {
    let module = (objects::services::get().import)("gc")?;
    let was_enabled = module.get_attr(intern!("isenabled"))?.call0()?.is_true()?;
    if was_enabled {
        module.get_attr(intern!("disable"))?.call0()?;
    }
    Ok(was_enabled)
}

/// Switches the collector on again, whatever exception is set.
fn resume_collector() {
    let exception = raise::fetch();
    let resumed = (objects::services::get().import)("gc")
        .and_then(|module| module.get_attr(intern!("enable")))
        .and_then(|enable| enable.call0());
    if let Err(raised) = resumed {
        raised.write_unraisable(None);
    }
    if let Some(exception) = exception {
        let _ = exception.restore();
    }
}

/// Starts the program where Python code is to run in the child.
fn start_with(program: &Program, prepare: &Object) -> Result<c_int> {
    // A collection in the child would run finalizers there.
    let was_enabled = pause_collector()?;
    let child = fork_with(system::processes::fork);
    if let Ok(0) = child {
        let mut call = || match prepare.call0() {
            Ok(_) => true,
            Err(raised) => {
                raised.clear();
                false
            }
        };
        program.run_in_child(Some(&mut call));
    }
    if was_enabled {
        resume_collector();
    }
    child
}

/// What the module subprocess starts programs with on POSIX systems.
#[module(name = "_posixsubprocess")]
pub mod _posixsubprocess {
    use super::*;

    /// Forks a child process, gives it its ends of the pipes, and runs a program in it.
    ///
    /// If close_fds is true, files from 3 on are closed in the child, except those in the sorted tuple pass_fds.
    /// The preexec_fn, if supplied, is called immediately before that.
    ///
    /// What goes wrong in the child before the program runs is written to errpipe_write, as subprocess reads it.
    ///
    /// Returns: the child process's PID.
    #[function(
        "(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, gid, groups_list, uid, umask, preexec_fn, /)",
        getargs
    )]
    fn fork_exec(
        args: &Object,
        executable_list: &Object,
        close_fds: bool,
        pass_fds: &Tuple,
        cwd: &Object,
        env: &Object,
        p2cread: c_int,
        p2cwrite: c_int,
        c2pread: c_int,
        c2pwrite: c_int,
        errread: c_int,
        errwrite: c_int,
        errpipe_read: c_int,
        errpipe_write: c_int,
        restore_signals: c_int,
        call_setsid: c_int,
        gid: &Object,
        groups_list: &Object,
        uid: &Object,
        umask: c_int,
        preexec_fn: &Object,
    ) -> Result<c_int> {
        let interpreter = vm::interpreter::Interpreter::current();
        if !preexec_fn.is_none() && !interpreter.is_main() {
            bail!(RuntimeError, "preexec_fn not supported within subinterpreters");
        }
        if close_fds && errpipe_write < 3 {
            bail!(ValueError, "errpipe_write must be >= 3");
        }
        let kept = kept_files(pass_fds)?;
        if interpreter.is_isolated.get() {
            bail!(RuntimeError, "subprocess not supported for isolated subinterpreters");
        }
        let executables = byte_strings(executable_list)?;
        let arguments = argument_strings(args)?;
        let environment = if env.is_none() { None } else { Some(byte_strings(env)?) };
        let pipes = Pipes {
            parent_to_child: (p2cread, p2cwrite),
            child_to_parent: (c2pread, c2pwrite),
            errors: (errread, errwrite),
            report: (errpipe_read, errpipe_write),
        };
        let setup = Setup {
            pipes,
            directory: if cwd.is_none() { None } else { Some(converted(cwd)?) },
            kept,
            closes_files: close_fds,
            restores_signals: restore_signals != 0,
            new_session: call_setsid != 0,
            umask: libc::mode_t::try_from(umask).ok(),
            groups: group_numbers(groups_list)?,
            group: if gid.is_none() { None } else { Some(Group::of(gid)?.0) },
            user: if uid.is_none() { None } else { Some(User::of(uid)?.0) },
        };
        let program = Program::new(executables, arguments, environment, setup);
        match preexec_fn.is_none() {
            true => program.start().map_err(system::Errno::raise),
            false => start_with(&program, preexec_fn),
        }
    }
}
