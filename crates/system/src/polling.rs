//! Waiting for files to be ready: `select`, `poll`, `epoll`.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use crate::Errno;

pub use libc::{epoll_event, pollfd};

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

/// A set of files for `select`.
#[derive(Clone, Copy)]
pub struct FileSet(libc::fd_set);

/// The least number that is too high for a file in a set.
pub const SET_SIZE: c_int = libc::FD_SETSIZE as c_int;

impl FileSet {
    /// A set of the files; each has a number below [`SET_SIZE`].
    pub fn new(files: impl IntoIterator<Item = c_int>) -> FileSet {
        let mut set = MaybeUninit::uninit();
        // SAFETY: emptied first; the numbers are checked.
        unsafe {
            libc::FD_ZERO(set.as_mut_ptr());
            for file in files {
                assert!((0..SET_SIZE).contains(&file), "a file's number that no set has room for");
                libc::FD_SET(file, set.as_mut_ptr());
            }
            FileSet(set.assume_init())
        }
    }

    /// Whether the file is in the set.
    pub fn contains(&self, file: c_int) -> bool {
        // SAFETY: the number is checked.
        (0..SET_SIZE).contains(&file) && unsafe { libc::FD_ISSET(file, &self.0) }
    }
}

/// Waits until one of the files below `limit` is ready to be read, to be written, or exceptional. Leaves those in the
/// sets that are.
pub fn select(limit: c_int, sets: &mut [FileSet; 3], timeout: Option<Duration>) -> Result<c_int, Errno> {
    let [read, write, exceptional] = sets;
    let mut time = timeout.map(|timeout| libc::timeval {
        tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
        // Rounded up: a wait shall not end early.
        tv_usec: i64::from(timeout.subsec_nanos().div_ceil(1000)),
    });
    if let Some(time) = time.as_mut().filter(|time| time.tv_usec == 1_000_000) {
        (time.tv_sec, time.tv_usec) = (time.tv_sec.saturating_add(1), 0);
    }
    // SAFETY: three sets, and a time or null.
    checked(unsafe {
        libc::select(
            limit,
            &mut read.0,
            &mut write.0,
            &mut exceptional.0,
            time.as_mut().map_or(ptr::null_mut(), ptr::from_mut),
        )
    })
}

/// Waits until one of the files is ready, at most so many milliseconds if they are not negative.
pub fn poll(files: &mut [pollfd], milliseconds: c_int) -> Result<c_int, Errno> {
    // SAFETY: as many entries as the call is told.
    checked(unsafe { libc::poll(files.as_mut_ptr(), files.len() as libc::nfds_t, milliseconds) })
}

/// A new file for `epoll`.
pub fn epoll_create() -> Result<c_int, Errno> {
    // SAFETY: a plain number.
    checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

/// Enters, changes or removes a file.
pub fn epoll_control(epoll: c_int, operation: c_int, file: c_int, events: u32) -> Result<(), Errno> {
    let mut event = epoll_event { events, u64: file as u32 as u64 };
    // SAFETY: an event, as the call reads.
    checked(unsafe { libc::epoll_ctl(epoll, operation, file, &mut event) }).map(drop)
}

/// Waits for events, at most `most` of them.
pub fn epoll_wait(epoll: c_int, most: usize, milliseconds: c_int) -> Result<Vec<epoll_event>, Errno> {
    let mut events: Vec<epoll_event> = Vec::with_capacity(most);
    // SAFETY: room for as many events as the call is told, of which it fills as many as it says.
    unsafe {
        let count = checked(libc::epoll_wait(epoll, events.as_mut_ptr(), most as c_int, milliseconds))?;
        events.set_len(count as usize);
    }
    Ok(events)
}
