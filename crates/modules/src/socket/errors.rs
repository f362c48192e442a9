//! The exceptions of sockets.

use objects::prelude::*;

use crate::exception_class::ExceptionClass;
use system::Errno;
use system::sockets::names::{self, NotFound};

pub static HERROR: ExceptionClass = ExceptionClass::new("socket", "herror", &exceptions::OSError);
pub static GAIERROR: ExceptionClass = ExceptionClass::new("socket", "gaierror", &exceptions::OSError);
pub static TIMEOUT: ExceptionClass = ExceptionClass::new("socket", "timeout", &exceptions::OSError);

/// Why a call of a socket did not succeed.
pub enum Failure {
    Raised(Raised),
    System(Errno),
    TimedOut,
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Failure {
        Failure::Raised(raised)
    }
}

impl Failure {
    #[cold]
    pub fn raise(self) -> Raised {
        match self {
            Failure::Raised(raised) => raised,
            Failure::System(error) => error.raise(),
            Failure::TimedOut => TIMEOUT.raise("timed out"),
        }
    }
}

/// `gaierror`, or the system's error.
#[cold]
pub fn unresolved(error: NotFound) -> Raised {
    match error {
        NotFound::System(error) => error.raise(),
        NotFound::Resolver(code) => {
            GAIERROR.raise_with(&[&Int::new(code.into()), &Str::new(&names::resolver_message(code))])
        }
    }
}

/// `herror`.
#[cold]
pub fn unknown_host(code: i32) -> Raised {
    HERROR.raise_with(&[&Int::new(code.into()), &Str::new(&names::host_message(code))])
}
