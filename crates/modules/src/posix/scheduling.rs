//! Scheduling of processes, and randomness.

use std::ffi::c_int;

use objects::prelude::*;
use objects::struct_sequence::Definition;

use system::{calls, scheduling};

use super::arguments::Process;
use super::files::{raised, waited};

pub static SCHED_PARAM: Definition = Definition::new(
    c"posix.sched_param",
    c"Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    1,
    &[(c"sched_priority", Some(c"the scheduling priority"))],
)
.of_one_value();

/// The priority in a `sched_param`.
fn priority(parameters: &Object) -> Result<c_int> {
    if !std::ptr::eq(parameters.class(), SCHED_PARAM.ready()?) {
        bail!(TypeError, "must have a sched_param object");
    }
    let priority = parameters.get_index(0)?;
    let Some(priority) = priority.downcast::<Int>() else {
        bail!(TypeError, "an integer is required (got type {})", priority.class().name());
    };
    match priority.to_i64().map(c_int::try_from) {
        Some(Ok(priority)) => Ok(priority),
        _ => Err(raise!(OverflowError, "sched_priority out of range")),
    }
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// The highest priority that a process scheduled by policy can have.
    #[function("(policy)")]
    fn sched_get_priority_max(policy: c_int) -> Result<c_int> {
        raised(calls::sched_get_priority_max(policy))
    }

    /// The lowest priority that a process scheduled by policy can have.
    #[function("(policy)")]
    fn sched_get_priority_min(policy: c_int) -> Result<c_int> {
        raised(calls::sched_get_priority_min(policy))
    }

    /// Get the scheduling policy for the process identified by pid; 0 is the calling process.
    #[function("(pid, /)")]
    fn sched_getscheduler(Process(pid): Process) -> Result<c_int> {
        raised(calls::sched_getscheduler(pid))
    }

    /// Set the scheduling policy for the process identified by pid; 0 is the calling process.
    #[function("(pid, policy, param, /)")]
    fn sched_setscheduler(Process(pid): Process, policy: c_int, param: &Object) -> Result<()> {
        raised(scheduling::setscheduler(pid, policy, priority(param)?))
    }

    /// Returns scheduling parameters for the process identified by pid; 0 is the calling process.
    #[function("(pid, /)")]
    fn sched_getparam(Process(pid): Process) -> Result<Ref> {
        let priority = raised(scheduling::getparam(pid))?;
        SCHED_PARAM.build(vec![Int::new(priority.into()).into_object()])
    }

    /// Set scheduling parameters for the process identified by pid; 0 is the calling process.
    #[function("(pid, param, /)")]
    fn sched_setparam(Process(pid): Process, param: &Object) -> Result<()> {
        raised(scheduling::setparam(pid, priority(param)?))
    }

    /// Return the round-robin quantum for the process identified by pid, in seconds.
    #[function("(pid, /)")]
    fn sched_rr_get_interval(Process(pid): Process) -> Result<f64> {
        raised(scheduling::round_robin_interval(pid))
    }

    /// Voluntarily relinquish the CPU.
    #[function("()")]
    fn sched_yield() -> Result<()> {
        raised(calls::sched_yield()).map(drop)
    }

    /// Return the affinity of the process identified by pid (or the current process if zero): a set of CPUs.
    #[function("(pid, /)")]
    fn sched_getaffinity(Process(pid): Process) -> Result<Ref> {
        let processors = raised(scheduling::getaffinity(pid))?;
        let list = List::from_vec(
            processors.into_iter().map(|number| Int::from_usize(number).into_object()).collect(),
        );
        objects::set::SET.as_object().call1(&list)
    }

    /// Set the CPU affinity of the process identified by pid to mask, an iterable of CPU numbers.
    #[function("(pid, mask, /)")]
    fn sched_setaffinity(Process(pid): Process, mask: &Object) -> Result<()> {
        let mut processors = Vec::new();
        mask.for_each(|item| {
            let Some(number) = item.downcast::<Int>() else {
                bail!(
                    TypeError,
                    "expected an iterator of ints, but iterator yielded {}",
                    item.class().as_object().repr()?
                );
            };
            match number.to_i64() {
                Some(..0) => bail!(ValueError, "negative CPU number"),
                Some(number @ ..0x7fff_fffe) => processors.push(number as usize),
                _ => bail!(OverflowError, "CPU number too large"),
            }
            Ok(())
        })?;
        raised(scheduling::setaffinity(pid, &processors))
    }

    /// Ask the system for size random bytes; with GRND_NONBLOCK it raises BlockingIOError rather than wait.
    #[function("(size, flags=0)")]
    fn getrandom(size: isize, flags: c_int) -> Result<Ref<Bytes>> {
        let Ok(size) = usize::try_from(size) else {
            return Err(system::Errno(libc::EINVAL).raise());
        };
        Bytes::build_up_to(size, |buffer| waited(|| scheduling::getrandom(buffer, flags as u32)))
    }

    /// Ask the system for size bytes that nobody can guess: good enough for keys and tokens.
    #[function("(size, /)")]
    fn urandom(size: isize) -> Result<Ref<Bytes>> {
        let Ok(size) = usize::try_from(size) else { bail!(ValueError, "negative argument not allowed") };
        Bytes::build_up_to(size, |buffer| {
            let mut filled = 0;
            while filled < buffer.len() {
                filled += waited(|| scheduling::getrandom(&mut buffer[filled..], 0))?;
            }
            Ok(filled)
        })
    }
}
