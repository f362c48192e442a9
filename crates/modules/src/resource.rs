//! `resource`: limits and use of what the system has.

use std::ffi::c_int;

use objects::arguments::Place;
use objects::prelude::*;
use objects::struct_sequence::Definition;

use crate::constants::{Constants, constants};
use system::Errno;
use system::limits::{self, Limits};

pub use resource::{DEFINITION, initialize};

const CONSTANTS: Constants = constants![
    RLIMIT_AS,
    RLIMIT_CORE,
    RLIMIT_CPU,
    RLIMIT_DATA,
    RLIMIT_FSIZE,
    RLIMIT_MEMLOCK,
    RLIMIT_MSGQUEUE,
    RLIMIT_NICE,
    RLIMIT_NOFILE,
    RLIMIT_NPROC,
    RLIMIT_OFILE = 7,
    RLIMIT_RSS,
    RLIMIT_RTPRIO,
    RLIMIT_RTTIME,
    RLIMIT_SIGPENDING,
    RLIMIT_STACK,
    RLIM_INFINITY,
    RUSAGE_CHILDREN,
    RUSAGE_SELF,
    RUSAGE_THREAD,
];

static STRUCT_RUSAGE: Definition = Definition::new(
    c"resource.struct_rusage",
    c"What a process has used, as getrusage() tells it.\n\nA tuple of the fields (ru_utime, ru_stime, ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap, ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw), which are also attributes.",
    16,
    &[
        (c"ru_utime", Some(c"seconds spent in programs")),
        (c"ru_stime", Some(c"seconds spent in the system for them")),
        (c"ru_maxrss", Some(c"the most memory ever in use, in KiB")),
        (c"ru_ixrss", Some(c"memory for shared text; 0 on Linux")),
        (c"ru_idrss", Some(c"memory for data; 0 on Linux")),
        (c"ru_isrss", Some(c"memory for stacks; 0 on Linux")),
        (c"ru_minflt", Some(c"pages that were had without reading a disk")),
        (c"ru_majflt", Some(c"pages that had to be read from a disk")),
        (c"ru_nswap", Some(c"times swapped out; 0 on Linux")),
        (c"ru_inblock", Some(c"reads of blocks")),
        (c"ru_oublock", Some(c"writes of blocks")),
        (c"ru_msgsnd", Some(c"messages sent to processes; 0 on Linux")),
        (c"ru_msgrcv", Some(c"messages from processes; 0 on Linux")),
        (c"ru_nsignals", Some(c"signals that arrived; 0 on Linux")),
        (c"ru_nvcsw", Some(c"times that the processor was given up to wait")),
        (c"ru_nivcsw", Some(c"times that the processor was taken away")),
    ],
);

/// What was used, as an object.
pub fn usage_object(usage: &libc::rusage) -> Result<Ref> {
    let seconds =
        |time: libc::timeval| Float::new(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6).into_object();
    let mut values = vec![seconds(usage.ru_utime), seconds(usage.ru_stime)];
    let counts = [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ];
    values.extend(counts.map(|count| Int::new(count).into_object()));
    STRUCT_RUSAGE.build(values)
}

fn check_resource(resource: c_int) -> Result<()> {
    match (0..limits::COUNT).contains(&resource) {
        true => Ok(()),
        false => Err(raise!(ValueError, "invalid resource specified")),
    }
}

/// Both limits of a sequence; -1 is the number that stands for no limit.
fn limits_of(object: &Object) -> Result<Limits> {
    let limits = object.collect_tuple()?;
    let [current, maximum] = limits.items() else { bail!(ValueError, "expected a tuple of 2 integers") };
    let number =
        |object: &Object| i64::from_argument(object, &Place::new("", "")).map(|number| number as u64);
    Ok(Limits { current: number(current)?, maximum: number(maximum)? })
}

fn limits_object(limits: Limits) -> Result<Ref> {
    (limits.current as i64, limits.maximum as i64).into_object()
}

#[cold]
fn refused(error: Errno) -> Raised {
    match error.0 {
        libc::EINVAL => raise!(ValueError, "current limit exceeds maximum limit"),
        libc::EPERM => raise!(ValueError, "not allowed to raise maximum limit"),
        _ => error.raise(),
    }
}

#[module(name = "resource")]
pub mod resource {
    use objects::module::Module;

    use super::*;
    use crate::posix::raised;

    #[function("(who, /)")]
    fn getrusage(who: c_int) -> Result<Ref> {
        match limits::usage(who) {
            Err(Errno(libc::EINVAL)) => Err(raise!(ValueError, "invalid who parameter")),
            usage => usage_object(&raised(usage)?),
        }
    }

    #[function("(resource, /)")]
    fn getrlimit(resource: c_int) -> Result<Ref> {
        check_resource(resource)?;
        limits_object(raised(limits::exchange(0, resource, None))?)
    }

    #[function("(resource, limits, /)")]
    fn setrlimit(resource: c_int, limits: &Object) -> Result<()> {
        check_resource(resource)?;
        (objects::services::get().audit)("resource.setrlimit", &[&*Int::new(resource.into()), limits])?;
        let limits = limits_of(limits)?;
        limits::exchange(0, resource, Some(limits)).map(drop).map_err(refused)
    }

    /// prlimit(pid, resource, [limits])
    ///
    /// Gives the limits that a process has for a resource, a pair (soft, hard), and sets others if they are given.
    #[function(varargs, no_text_signature)]
    fn prlimit(arguments: &Tuple) -> Result<Ref> {
        let (process, resource, limits) = match arguments.items() {
            [process, resource] => (process, resource, None),
            [process, resource, limits] => (process, resource, Some(&**limits)),
            _ => bail!(TypeError, "resource.prlimit requires 2 to 3 arguments"),
        };
        let process = c_int::from_argument(process, &Place::new("prlimit", "argument 1"))?;
        let resource = c_int::from_argument(resource, &Place::new("prlimit", "argument 2"))?;
        check_resource(resource)?;
        let shown = limits.unwrap_or(none_object());
        (objects::services::get().audit)(
            "resource.prlimit",
            &[&*Int::new(process.into()), &*Int::new(resource.into()), shown],
        )?;
        let limits = limits.map(limits_of).transpose()?;
        let is_change = limits.is_some();
        let old = limits::exchange(process, resource, limits);
        limits_object(old.map_err(|error| {
            if is_change || error.0 == libc::EINVAL { refused(error) } else { error.raise() }
        })?)
    }

    #[function("()")]
    fn getpagesize() -> usize {
        limits::page_size()
    }

    #[exec]
    fn set_up(module: &Module) -> Result<()> {
        module.add("error", exceptions::OSError.to_ref())?;
        module.add_type(STRUCT_RUSAGE.ready()?)?;
        crate::constants::add(module, CONSTANTS)
    }
}
