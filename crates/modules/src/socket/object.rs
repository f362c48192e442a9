//! Socket objects: made, connected, tuned, ended.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr;
use std::time::{Duration, Instant};

use objects::arguments::{FromArgument, Loose, Place, check_parsed_count, required};
use objects::buffer::BytesLike;
use objects::prelude::*;

use super::address;
use super::errors::Failure;
use super::timeout::{self, Timeout};
use crate::posix::raised;
use system::sockets::{Address, calls};
use system::{Errno, blocking, polling};

/// `PySocketSockObject`, whose fields C code reads (`_ssl` does).
#[repr(C)]
pub struct Socket {
    base: Object,
    /// -1 when it is closed.
    file: Cell<c_int>,
    family: Cell<c_int>,
    kind: Cell<c_int>,
    protocol: Cell<c_int>,
    /// What C code calls to raise the last error of a call of the system.
    error_handler: Cell<Option<extern "C" fn() -> *mut Object>>,
    /// In nanoseconds, negative for none.
    timeout: Cell<i64>,
}

extern "C" fn raise_last() -> *mut Object {
    let _ = Errno::last().raise();
    ptr::null_mut()
}

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    Reading,
    Writing,
    /// The end of an attempt that has begun.
    Connecting,
}

/// The most bytes of an option that are read.
const MOST_OPTION: usize = 1024;

impl Socket {
    fn closed(class: &Type) -> Result<Ref<Socket>> {
        Ref::new_in(
            class,
            Socket {
                base: Object::header(),
                file: Cell::new(-1),
                family: Cell::default(),
                kind: Cell::default(),
                protocol: Cell::default(),
                error_handler: Cell::new(Some(raise_last)),
                timeout: Cell::new(timeout::default().0),
            },
        )
    }

    /// A socket object for an open socket, which it owns.
    pub fn made(file: c_int, family: c_int, kind: c_int, protocol: c_int) -> Result<Ref<Socket>> {
        let socket = Socket::closed(&SOCKET).inspect_err(|_| {
            let _ = system::calls::close(file);
        })?;
        socket.take(file, family, kind, protocol)?;
        Ok(socket)
    }

    /// Owns a socket from now on.
    fn take(&self, file: c_int, family: c_int, kind: c_int, protocol: c_int) -> Result<()> {
        self.file.set(file);
        self.family.set(family);
        self.kind.set(kind & !(libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC));
        self.protocol.set(protocol);
        if kind & libc::SOCK_NONBLOCK != 0 {
            self.timeout.set(0);
            return Ok(());
        }
        let timeout = timeout::default();
        self.timeout.set(timeout.0);
        match timeout.is_limited() {
            true => self.set_nonblocking(true),
            false => Ok(()),
        }
    }

    pub fn file(&self) -> c_int {
        self.file.get()
    }

    pub fn family(&self) -> c_int {
        self.family.get()
    }

    pub fn protocol(&self) -> c_int {
        self.protocol.get()
    }

    pub fn timeout(&self) -> Timeout {
        Timeout(self.timeout.get())
    }

    fn set_nonblocking(&self, nonblocking: bool) -> Result<()> {
        let file = self.file();
        raised(blocking(|| calls::set_nonblocking(file, nonblocking)))
    }

    fn close_file(&self) -> core::result::Result<(), Errno> {
        match self.file.replace(-1) {
            number if number < 0 => Ok(()),
            number => blocking(|| system::calls::close(number)).map(drop),
        }
    }

    /// Waits until the socket is ready. False where the time is over.
    fn wait(&self, interest: Interest, end: Option<Instant>) -> core::result::Result<bool, Failure> {
        let file = self.file();
        if file < 0 {
            return Ok(true);
        }
        let events = match interest {
            Interest::Reading => libc::POLLIN,
            Interest::Writing => libc::POLLOUT,
            // An attempt that failed is an error to some systems, not an event.
            Interest::Connecting => libc::POLLOUT | libc::POLLERR,
        };
        loop {
            let milliseconds = match end.map(|end| end.checked_duration_since(Instant::now())) {
                None => -1,
                Some(None) => return Ok(false),
                Some(Some(left)) => {
                    c_int::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(c_int::MAX)
                }
            };
            let mut files = [polling::pollfd { fd: file, events, revents: 0 }];
            match blocking(|| polling::poll(&mut files, milliseconds)) {
                Ok(0) => return Ok(false),
                Ok(_) => return Ok(true),
                Err(Errno(libc::EINTR)) => (objects::services::get().check_signals)()?,
                Err(error) => return Err(Failure::System(error)),
            }
        }
    }

    /// Makes a call with the GIL let go, once the socket is ready where it has a timeout; again where a signal
    /// interrupts it and its handler does not raise (PEP 475), or where the socket was not ready after all.
    pub fn perform_within<T>(
        &self,
        interest: Interest,
        timeout: Timeout,
        mut call: impl FnMut(c_int) -> core::result::Result<T, Errno>,
    ) -> core::result::Result<T, Failure> {
        let waits = timeout.0 > 0;
        let end = match waits {
            true => Instant::now().checked_add(Duration::from_nanos(timeout.0 as u64)),
            false => None,
        };
        loop {
            if (waits || interest == Interest::Connecting) && !self.wait(interest, end)? {
                return Err(Failure::TimedOut);
            }
            let file = self.file();
            let result = loop {
                match blocking(|| call(file)) {
                    Err(Errno(libc::EINTR)) => (objects::services::get().check_signals)()?,
                    result => break result,
                }
            };
            match result {
                Ok(value) => return Ok(value),
                // EWOULDBLOCK is the same number.
                Err(Errno(libc::EAGAIN)) if waits => {}
                Err(error) => return Err(Failure::System(error)),
            }
        }
    }

    /// The same with the socket's timeout.
    pub fn perform<T>(
        &self,
        interest: Interest,
        call: impl FnMut(c_int) -> core::result::Result<T, Errno>,
    ) -> core::result::Result<T, Failure> {
        self.perform_within(interest, self.timeout(), call)
    }

    fn connect_to(&self, address: &Address) -> core::result::Result<(), Failure> {
        let file = self.file();
        let error = match blocking(|| calls::connect(file, address)) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let goes_on = match error {
            // The attempt goes on, and would begin anew if it were made again.
            Errno(libc::EINTR) => {
                (objects::services::get().check_signals)()?;
                self.timeout.get() != 0
            }
            Errno(libc::EINPROGRESS) => self.timeout.get() > 0,
            _ => false,
        };
        if !goes_on {
            return Err(Failure::System(error));
        }
        self.perform(Interest::Connecting, |file| {
            match calls::integer_option(file, libc::SOL_SOCKET, libc::SO_ERROR)? {
                0 | libc::EISCONN => Ok(()),
                error => Err(Errno(error)),
            }
        })
    }

    fn audit(&self, event: &'static str, address: &Object) -> Result<()> {
        (objects::services::get().audit)(event, &[self.as_object(), address])
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Nobody is left to tell of an error; the finalizer has warned.
        let _ = self.close_file();
    }
}

/// A socket: one end of a way that bytes take between programs.
///
/// family is that of its addresses, type what it transports, proto the protocol; each is found out
/// where it is -1 and fileno is the descriptor of an open socket. Without fileno a new one is made,
/// which programs that this one executes do not inherit.
///
/// The methods of the class socket.socket are these and some more.
#[class(
    name = "socket",
    module = "_socket",
    flags = BASETYPE,
    generic_getattro,
    include = [super::transfer::TRANSFER, super::messages::MESSAGES]
)]
impl Socket {
    #[member(INT, readonly)]
    const family: usize = std::mem::offset_of!(Socket, family);

    #[member(INT, readonly)]
    const r#type: usize = std::mem::offset_of!(Socket, kind);

    #[member(INT, readonly)]
    const proto: usize = std::mem::offset_of!(Socket, protocol);

    #[slot(tp_new)]
    fn create(class: &Type, _: &Tuple, _: Option<&Dict>) -> Result<Ref<Socket>> {
        Socket::closed(class)
    }

    #[slot(tp_init, "(family=-1, type=-1, proto=-1, fileno=None)", getargs)]
    fn init(&self, family: c_int, r#type: c_int, proto: c_int, fileno: Option<&Object>) -> Result<()> {
        let numbers = [family, r#type, proto].map(|number| Int::new(number.into()));
        let [audited_family, audited_kind, audited_protocol] = &numbers;
        (objects::services::get().audit)(
            "socket.__new__",
            &[self.as_object(), audited_family, audited_kind, audited_protocol],
        )?;
        let (mut family, mut kind, mut protocol) = (family, r#type, proto);
        let file = match fileno.filter(|file| !file.is_none()) {
            Some(number) => {
                let file: i64 = required(Some(number), &Place::new("socket", "fileno"))?;
                let file = file as c_int;
                if file < 0 {
                    bail!(ValueError, "negative file descriptor");
                }
                match calls::own_address(file) {
                    Ok(address) if family == -1 => family = family_of(file, address.as_ref())?,
                    Ok(_) => {}
                    Err(error @ Errno(libc::EBADF | libc::ENOTSOCK)) => return Err(error.raise()),
                    Err(error) if family == -1 => return Err(error.raise()),
                    Err(_) => {}
                }
                if kind == -1 {
                    kind = raised(calls::integer_option(file, libc::SOL_SOCKET, libc::SO_TYPE))?;
                }
                if protocol == -1 {
                    protocol = raised(calls::integer_option(file, libc::SOL_SOCKET, libc::SO_PROTOCOL))?;
                }
                file
            }
            None => {
                family = if family == -1 { libc::AF_INET } else { family };
                kind = if kind == -1 { libc::SOCK_STREAM } else { kind };
                protocol = protocol.max(0);
                raised(blocking(|| calls::socket(family, kind, protocol)))?
            }
        };
        self.take(file, family, kind, protocol)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        Str::new(&format!(
            "<socket object, fd={}, family={}, type={}, proto={}>",
            self.file.get(),
            self.family.get(),
            self.kind.get(),
            self.protocol.get()
        ))
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.file.get() < 0 {
            return;
        }
        // Whatever exception is on its way stays.
        let exception = raise::fetch();
        let warned = self.as_object().repr().and_then(|shown| {
            let message = format!("unclosed {}", shown.as_utf8()?);
            let source = Some(self.as_object());
            (objects::services::get().warn)(&exceptions::ResourceWarning, &Str::new(&message), 1, source)
        });
        match warned {
            Err(raised) if raised.matches(&exceptions::Warning) => {
                raised.write_unraisable(Some(self.as_object()))
            }
            Err(raised) => raised.clear(),
            Ok(()) => {}
        }
        let _ = self.close_file();
        if let Some(exception) = exception {
            let _ = exception.restore();
        }
    }

    /// Waits for a connection. Returns the descriptor of its socket, and the address of the other side.
    #[method(name = "_accept", no_text_signature)]
    fn accept(&self) -> Result<(c_int, Ref)> {
        let (file, address) = self.perform(Interest::Reading, calls::accept).map_err(Failure::raise)?;
        let address = address::to_object(address.as_ref(), self.protocol()).inspect_err(|_| {
            let _ = system::calls::close(file);
        })?;
        Ok((file, address))
    }

    /// Gives the socket an address of its own: for IP a pair (host, port), for other families what they have.
    #[method("(address, /)", no_text_signature)]
    fn bind(&self, address: &Object) -> Result<()> {
        let parsed = address::parse(self, address, "bind")?;
        self.audit("socket.bind", address)?;
        let file = self.file();
        raised(blocking(|| calls::bind(file, &parsed)))
    }

    /// Closes the socket. What is done with it later fails; what was sent is still delivered.
    #[method(no_text_signature)]
    fn close(&self) -> Result<()> {
        match self.close_file() {
            Err(Errno(libc::ECONNRESET)) => Ok(()),
            result => raised(result),
        }
    }

    /// Connects the socket with the one that has the address.
    #[method("(address, /)", no_text_signature)]
    fn connect(&self, address: &Object) -> Result<()> {
        let parsed = address::parse(self, address, "connect")?;
        self.audit("socket.connect", address)?;
        self.connect_to(&parsed).map_err(Failure::raise)
    }

    /// Connects the socket like connect(), but returns the number of the system's error, 0 for none.
    #[method("(address, /)", no_text_signature)]
    fn connect_ex(&self, address: &Object) -> Result<c_int> {
        let parsed = address::parse(self, address, "connect_ex")?;
        self.audit("socket.connect", address)?;
        match self.connect_to(&parsed) {
            Ok(()) => Ok(0),
            Err(Failure::System(error)) => Ok(error.0),
            Err(Failure::TimedOut) => Ok(libc::EWOULDBLOCK),
            Err(Failure::Raised(raised)) => Err(raised),
        }
    }

    /// Closes the object and not the socket, whose descriptor is returned.
    #[method(no_text_signature)]
    fn detach(&self) -> c_int {
        self.file.replace(-1)
    }

    /// The socket's descriptor, -1 when it is closed.
    #[method(no_text_signature)]
    fn fileno(&self) -> c_int {
        self.file.get()
    }

    /// The address of the other side.
    #[method(no_text_signature)]
    fn getpeername(&self) -> Result<Ref> {
        let file = self.file();
        let address = raised(blocking(|| calls::peer_address(file)))?;
        address::to_object(address.as_ref(), self.protocol())
    }

    /// The address of this side.
    #[method(no_text_signature)]
    fn getsockname(&self) -> Result<Ref> {
        let file = self.file();
        let address = raised(blocking(|| calls::own_address(file)))?;
        address::to_object(address.as_ref(), self.protocol())
    }

    /// Reads an option: an integer, or for a buffer size bytes of at most that length.
    #[method("(level, option, buffersize=0, /)", getargs)]
    fn getsockopt(&self, level: c_int, option: c_int, buffersize: c_int) -> Result<Ref> {
        let file = self.file();
        if self.family() == libc::AF_VSOCK {
            if buffersize != 0 {
                bail!(OSError, "getsockopt string buffer not allowed");
            }
            return raised(calls::wide_option(file, level, option))?.into_object();
        }
        if buffersize == 0 {
            return raised(calls::integer_option(file, level, option))?.into_object();
        }
        let Some(length) = usize::try_from(buffersize).ok().filter(|&length| length <= MOST_OPTION) else {
            bail!(OSError, "getsockopt buflen out of range");
        };
        let value = Bytes::build_up_to(length, |buffer| raised(calls::option(file, level, option, buffer)))?;
        Ok(value.into_object())
    }

    /// Sets an option: to an integer, to bytes, or for None to a length without bytes.
    #[method("(level, option, value, optlen=0, /)", varargs, no_text_signature)]
    fn setsockopt(&self, arguments: &Tuple) -> Result<()> {
        let place = Place::parsed("setsockopt", "argument");
        let number = |value: &Ref| c_int::from_argument(value, &place);
        let items = arguments.items();
        let file = self.file();
        match items {
            [level, option, value, length] if value.is_none() => {
                let parsed = number(level).and_then(|level| Ok((level, number(option)?))).and_then(
                    |(level, option)| Ok((level, option, Masked::<u32>::from_argument(length, &place)?)),
                );
                match parsed {
                    Ok((level, option, length)) => {
                        raised(calls::set_option_length(file, level, option, length.0))
                    }
                    Err(raised) => {
                        raised.clear();
                        check_parsed_count("setsockopt", items.len(), 3, 3)
                    }
                }
            }
            [level, option, value] => {
                let (level, option) = (number(level)?, number(option)?);
                if self.family() == libc::AF_VSOCK {
                    let value = Masked::<u64>::from_argument(value, &place)?;
                    return raised(calls::set_option(file, level, option, &value.0.to_ne_bytes()));
                }
                if let Some(integer) = value.downcast::<Int>().and_then(Int::to_i64)
                    && let Ok(integer) = c_int::try_from(integer)
                {
                    return raised(calls::set_option(file, level, option, &integer.to_ne_bytes()));
                }
                let value = BytesLike::of(value)?;
                raised(calls::set_option(file, level, option, value.bytes()))
            }
            items => check_parsed_count("setsockopt", items.len(), 3, 3),
        }
    }

    /// Lets the socket take connections, of which so many may wait.
    #[method("(backlog=128, /)", getargs)]
    fn listen(&self, backlog: c_int) -> Result<()> {
        let file = self.file();
        raised(blocking(|| calls::listen(file, backlog.max(0))))
    }

    /// Ends reading (SHUT_RD), writing (SHUT_WR) or both (SHUT_RDWR).
    #[method("(how, /)", no_text_signature)]
    fn shutdown(&self, how: Loose<c_int>) -> Result<()> {
        let Loose(how) = how;
        let file = self.file();
        raised(blocking(|| calls::shutdown(file, how)))
    }

    /// Makes calls wait as long as it takes, or never.
    #[method("(flag, /)", no_text_signature)]
    fn setblocking(&self, flag: Loose<i64>) -> Result<()> {
        let Loose(flag) = flag;
        self.timeout.set(if flag != 0 { -1 } else { 0 });
        self.set_nonblocking(flag == 0)
    }

    /// Whether calls wait.
    #[method(no_text_signature)]
    fn getblocking(&self) -> bool {
        self.timeout.get() != 0
    }

    /// Sets how many seconds calls may take: None for as many as it takes, 0 for none.
    #[method("(timeout, /)", no_text_signature)]
    fn settimeout(&self, timeout: &Object) -> Result<()> {
        let timeout = Timeout::parse(timeout)?;
        self.timeout.set(timeout.0);
        self.set_nonblocking(timeout.is_limited())
    }

    /// How many seconds calls may take, None for as many as it takes.
    #[method(no_text_signature)]
    fn gettimeout(&self) -> Option<f64> {
        self.timeout().seconds()
    }

    /// the timeout in seconds
    #[getter(name = "timeout")]
    fn timeout_seconds(&self) -> Option<f64> {
        self.timeout().seconds()
    }
}

/// The family of an open socket.
fn family_of(file: c_int, address: Option<&Address>) -> Result<c_int> {
    match address {
        Some(Address::Other { family, .. }) => Ok((*family).into()),
        _ => raised(calls::integer_option(file, libc::SOL_SOCKET, libc::SO_DOMAIN)),
    }
}
