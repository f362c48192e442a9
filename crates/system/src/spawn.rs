//! `posix_spawn`.

use std::ffi::{CStr, CString, c_int};
use std::mem::MaybeUninit;

use crate::Errno;
use crate::processes::pointers;

/// What is done to files in the new process before the program starts.
pub enum Action {
    Open { file: c_int, path: CString, flags: c_int, mode: libc::mode_t },
    Close(c_int),
    Duplicate(c_int, c_int),
}

/// What else is set in the new process.
#[derive(Default)]
pub struct Attributes {
    pub group: Option<c_int>,
    pub reset_ids: bool,
    pub new_session: bool,
    pub blocked_signals: Option<Vec<c_int>>,
    pub default_signals: Option<Vec<c_int>>,
    /// The policy, if it changes, and the priority.
    pub scheduler: Option<(Option<c_int>, c_int)>,
}

const SET_SESSION: c_int = 0x80;

fn checked(number: c_int) -> Result<(), Errno> {
    match number {
        0 => Ok(()),
        number => Err(Errno(number)),
    }
}

/// The C library's list of file actions.
struct FileActions(libc::posix_spawn_file_actions_t);

impl FileActions {
    fn new(actions: &[Action]) -> Result<FileActions, Errno> {
        let mut list = MaybeUninit::uninit();
        // SAFETY: initialised by the call.
        let mut list = unsafe {
            checked(libc::posix_spawn_file_actions_init(list.as_mut_ptr()))?;
            FileActions(list.assume_init())
        };
        for action in actions {
            // SAFETY: an initialised list; paths outlive it.
            checked(unsafe {
                match action {
                    Action::Open { file, path, flags, mode } => libc::posix_spawn_file_actions_addopen(
                        &mut list.0,
                        *file,
                        path.as_ptr(),
                        *flags,
                        *mode,
                    ),
                    Action::Close(file) => libc::posix_spawn_file_actions_addclose(&mut list.0, *file),
                    Action::Duplicate(file, target) => {
                        libc::posix_spawn_file_actions_adddup2(&mut list.0, *file, *target)
                    }
                }
            })?;
        }
        Ok(list)
    }
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) };
    }
}

/// The C library's attributes.
struct RawAttributes(libc::posix_spawnattr_t);

fn signal_set(signals: &[c_int]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: initialised by the first call.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for &signal in signals {
            libc::sigaddset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

impl RawAttributes {
    fn new(attributes: &Attributes) -> Result<RawAttributes, Errno> {
        let mut raw = MaybeUninit::uninit();
        // SAFETY: initialised by the call.
        let mut raw = unsafe {
            checked(libc::posix_spawnattr_init(raw.as_mut_ptr()))?;
            RawAttributes(raw.assume_init())
        };
        let mut flags = 0;
        // SAFETY: initialised attributes; what is passed by pointer lives for the call.
        unsafe {
            if let Some(group) = attributes.group {
                checked(libc::posix_spawnattr_setpgroup(&mut raw.0, group))?;
                flags |= libc::POSIX_SPAWN_SETPGROUP as c_int;
            }
            if attributes.reset_ids {
                flags |= libc::POSIX_SPAWN_RESETIDS as c_int;
            }
            if attributes.new_session {
                flags |= SET_SESSION;
            }
            if let Some(signals) = &attributes.blocked_signals {
                checked(libc::posix_spawnattr_setsigmask(&mut raw.0, &signal_set(signals)))?;
                flags |= libc::POSIX_SPAWN_SETSIGMASK as c_int;
            }
            if let Some(signals) = &attributes.default_signals {
                checked(libc::posix_spawnattr_setsigdefault(&mut raw.0, &signal_set(signals)))?;
                flags |= libc::POSIX_SPAWN_SETSIGDEF as c_int;
            }
            if let Some((policy, priority)) = attributes.scheduler {
                if let Some(policy) = policy {
                    checked(libc::posix_spawnattr_setschedpolicy(&mut raw.0, policy))?;
                    flags |= libc::POSIX_SPAWN_SETSCHEDULER as c_int;
                }
                let parameters = libc::sched_param { sched_priority: priority };
                checked(libc::posix_spawnattr_setschedparam(&mut raw.0, &parameters))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM as c_int;
            }
            checked(libc::posix_spawnattr_setflags(&mut raw.0, flags as _))?;
        }
        Ok(raw)
    }
}

impl Drop for RawAttributes {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}

/// Starts a program; gives its process' number.
pub fn spawn(
    path: &CStr,
    arguments: &[CString],
    environment: &[CString],
    actions: &[Action],
    attributes: &Attributes,
    searches_path: bool,
) -> Result<c_int, Errno> {
    let actions = FileActions::new(actions)?;
    let attributes = RawAttributes::new(attributes)?;
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    let call = if searches_path { libc::posix_spawnp } else { libc::posix_spawn };
    let mut pid = 0;
    // SAFETY: strings that end with NUL in tables that end with null, initialised actions and attributes.
    checked(unsafe {
        call(&mut pid, path.as_ptr(), &actions.0, &attributes.0, arguments.as_ptr(), environment.as_ptr())
    })?;
    Ok(pid)
}
