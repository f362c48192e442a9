//! The global interpreter lock: one thread runs Python code at a time.
//!
//! A thread that wants the lock waits for the switch interval, and then asks the holder to let go at its
//! next look-up. A holder that was asked waits until another thread has taken the lock: without that the
//! same thread would often win it again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime;

#[derive(Default)]
struct State {
    held: bool,
    /// Counts the times that the lock was taken.
    switches: u64,
    /// Threads that wait for the lock; `IS_WANTED` says whether there are any.
    waiting: usize,
    /// Threads that let the lock go and wait until another has taken it.
    yielding: usize,
}

struct Gil {
    state: Mutex<State>,
    /// The lock was let go.
    released: Condvar,
    /// The lock was taken.
    switched: Condvar,
}

static GIL: Gil = Gil {
    state: Mutex::new(State { held: false, switches: 0, waiting: 0, yielding: 0 }),
    released: Condvar::new(),
    switched: Condvar::new(),
};

/// Whether a thread waits for the lock, for a look without taking the mutex.
static IS_WANTED: AtomicBool = AtomicBool::new(false);

/// Whether a waiting thread has asked the holder to let go.
static DROP_REQUEST: AtomicBool = AtomicBool::new(false);

/// `sys.getswitchinterval()`, in microseconds.
static INTERVAL: AtomicU64 = AtomicU64::new(5000);

fn lock() -> MutexGuard<'static, State> {
    GIL.state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the lock, waiting for it.
pub fn take() {
    let mut state = lock();
    if state.held {
        state.waiting += 1;
        IS_WANTED.store(true, Ordering::Relaxed);
        while state.held {
            let seen = state.switches;
            let interval = Duration::from_micros(INTERVAL.load(Ordering::Relaxed).max(1));
            let (guard, timeout) =
                GIL.released.wait_timeout(state, interval).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            if timeout.timed_out() && state.held && state.switches == seen {
                DROP_REQUEST.store(true, Ordering::Release);
                runtime::set_breaker();
            }
        }
        state.waiting -= 1;
        IS_WANTED.store(state.waiting > 0, Ordering::Relaxed);
    }
    state.held = true;
    state.switches += 1;
    DROP_REQUEST.store(false, Ordering::Release);
    // To wake nobody would be a system call all the same.
    if state.yielding > 0 {
        GIL.switched.notify_all();
    }
}

/// Lets the lock go, which the calling thread holds.
pub fn release() {
    let mut state = lock();
    state.held = false;
    if state.waiting > 0 {
        GIL.released.notify_one();
    }
}

/// Lets the lock go where another thread has asked for it, and takes it again after that one; `before`
/// runs just before it is let go.
pub fn yield_if_asked(before: impl FnOnce()) {
    if !DROP_REQUEST.swap(false, Ordering::AcqRel) {
        return;
    }
    let mut state = lock();
    if state.waiting == 0 {
        return;
    }
    before();
    state.held = false;
    let seen = state.switches;
    GIL.released.notify_one();
    state.yielding += 1;
    while state.switches == seen && state.waiting > 0 {
        state = GIL.switched.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state.yielding -= 1;
    drop(state);
    take();
}

/// Whether another thread waits for the lock.
pub fn is_wanted() -> bool {
    IS_WANTED.load(Ordering::Relaxed)
}

/// Whether any thread holds the lock.
pub fn is_held() -> bool {
    lock().held
}

/// `sys.getswitchinterval()`.
pub fn interval() -> Duration {
    Duration::from_micros(INTERVAL.load(Ordering::Relaxed))
}

/// `sys.setswitchinterval()`.
pub fn set_interval(interval: Duration) {
    INTERVAL.store(interval.as_micros().clamp(1, u64::MAX.into()) as u64, Ordering::Relaxed);
}

/// After a fork the child has the forking thread alone, which holds the lock.
pub fn after_fork_in_child() {
    // A thread that is gone may have held the mutex, so the state is written past it: in the child
    // there is nobody else.
    if let Ok(mut state) = GIL.state.try_lock() {
        state.held = true;
        state.waiting = 0;
        state.yielding = 0;
    }
    DROP_REQUEST.store(false, Ordering::Release);
    IS_WANTED.store(false, Ordering::Relaxed);
}
