//! `_socket`: what `socket` is made of.

mod address;
mod constants;
mod errors;
mod messages;
mod object;
mod resolving;
mod timeout;
mod transfer;

use std::sync::OnceLock;

use objects::prelude::*;

pub use _socket::{DEFINITION, initialize};
pub use errors::TIMEOUT;
pub use object::{SOCKET, Socket};

/// Makes the capsule through which C code reaches the module (`_ssl` does).
pub static CAPSULE: OnceLock<fn() -> Result<Ref>> = OnceLock::new();

/// Sockets as the system has them, the resolver, and what belongs to both. Programs use the module `socket`.
#[module(
    name = "_socket",
    classes = [super::object::SOCKET],
    include = [super::resolving::functions::FUNCTIONS]
)]
pub mod _socket {
    use std::ffi::c_int;

    use objects::arguments::Loose;
    use objects::module::Module;
    use objects::prelude::*;

    use super::errors::{GAIERROR, HERROR, TIMEOUT};
    use super::object::{SOCKET, Socket};
    use super::timeout::{self, Timeout};
    use crate::posix::raised;
    use system::path::{converted, decode};
    use system::sockets::{calls, messages};
    use system::{Errno, blocking};

    /// Makes two sockets that are connected with each other, by default of the Unix family.
    #[function("(family=socket.AF_UNIX, type=socket.SOCK_STREAM, proto=0, /)", getargs)]
    fn socketpair(family: Option<c_int>, r#type: Option<c_int>, proto: c_int) -> Result<(Ref, Ref)> {
        let (family, kind) = (family.unwrap_or(libc::AF_UNIX), r#type.unwrap_or(libc::SOCK_STREAM));
        let [first, second] = raised(blocking(|| calls::socketpair(family, kind, proto)))?;
        let made = Socket::made(first, family, kind, proto);
        Ok((made?.into_object(), Socket::made(second, family, kind, proto)?.into_object()))
    }

    /// Another descriptor for the same socket, which programs that this one executes do not inherit.
    #[function("(fd, /)", no_text_signature)]
    fn dup(fd: Loose<i64>) -> Result<c_int> {
        raised(calls::duplicate(fd.0 as c_int))
    }

    /// Closes a socket's descriptor.
    #[function("(fd, /)", no_text_signature)]
    fn close(fd: Loose<i64>) -> Result<()> {
        match blocking(|| system::calls::close(fd.0 as c_int)) {
            // The other side was faster.
            Err(Errno(libc::ECONNRESET)) => Ok(()),
            result => raised(result).map(drop),
        }
    }

    /// The name that the machine goes by.
    #[function(no_text_signature)]
    fn gethostname() -> Result<Ref<Str>> {
        (objects::services::get().audit)("socket.gethostname", &[])?;
        decode(&raised(calls::host_name())?)
    }

    /// Gives the machine another name.
    #[function("(name, /)", getargs)]
    fn sethostname(name: &Object) -> Result<()> {
        let text = converted(name)?;
        (objects::services::get().audit)("socket.sethostname", &[name])?;
        raised(calls::set_host_name(text.to_bytes()))
    }

    /// The timeout of new sockets in seconds, None for none.
    #[function(no_text_signature)]
    fn getdefaulttimeout() -> Option<f64> {
        timeout::default().seconds()
    }

    /// Sets the timeout of new sockets in seconds, None for none.
    #[function("(timeout, /)", no_text_signature)]
    fn setdefaulttimeout(timeout: &Object) -> Result<()> {
        Timeout::parse(timeout).map(timeout::set_default)
    }

    /// The length in the header of ancillary data with so many bytes of content.
    #[function("(length, /)", getargs)]
    fn CMSG_LEN(length: isize) -> Result<usize> {
        usize::try_from(length)
            .ok()
            .and_then(messages::item_length)
            .ok_or_else(|| raise!(OverflowError, "CMSG_LEN() argument out of range"))
    }

    /// The room that ancillary data with so many bytes of content takes, with what aligns it.
    #[function("(length, /)", getargs)]
    fn CMSG_SPACE(length: isize) -> Result<usize> {
        usize::try_from(length)
            .ok()
            .and_then(messages::item_space)
            .ok_or_else(|| raise!(OverflowError, "CMSG_SPACE() argument out of range"))
    }

    #[constant]
    const has_ipv6: bool = true;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        module.add("SocketType", &SOCKET)?;
        module.add("error", &exceptions::OSError)?;
        module.add("herror", HERROR.get()?)?;
        module.add("gaierror", GAIERROR.get()?)?;
        module.add("timeout", TIMEOUT.get()?)?;
        if let Some(make) = super::CAPSULE.get() {
            module.add("CAPI", make()?)?;
        }
        crate::constants::add(module, super::constants::CONSTANTS)
    }
}
