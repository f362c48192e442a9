//! The calls that make, connect, tune and end sockets, and move bytes through them.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::address::{Address, Raw};
use crate::Errno;

fn checked(result: c_int) -> Result<c_int, Errno> {
    match result {
        -1 => Err(Errno::last()),
        result => Ok(result),
    }
}

fn counted(result: isize) -> Result<usize, Errno> {
    usize::try_from(result).map_err(|_| Errno::last())
}

/// A new socket, which programs that this one executes do not inherit.
pub fn socket(family: c_int, kind: c_int, protocol: c_int) -> Result<c_int, Errno> {
    // SAFETY: plain numbers.
    checked(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })
}

/// Two sockets that are connected with each other.
pub fn socketpair(family: c_int, kind: c_int, protocol: c_int) -> Result<[c_int; 2], Errno> {
    let mut pair = [0; 2];
    // SAFETY: room for two numbers.
    checked(unsafe { libc::socketpair(family, kind | libc::SOCK_CLOEXEC, protocol, pair.as_mut_ptr()) })?;
    Ok(pair)
}

/// Another number for the same socket.
pub fn duplicate(socket: c_int) -> Result<c_int, Errno> {
    // SAFETY: plain numbers.
    checked(unsafe { libc::fcntl(socket, libc::F_DUPFD_CLOEXEC, 0) })
}

/// Makes a call that fills in an address.
fn filled(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> c_int,
) -> Result<(c_int, Raw), Errno> {
    let mut raw = Raw::room();
    let mut length = raw.length();
    let result = checked(call(raw.as_mut_ptr(), &mut length))?;
    raw.set_length(length);
    Ok((result, raw))
}

/// The socket of the next connection, and whose it is.
pub fn accept(socket: c_int) -> Result<(c_int, Option<Address>), Errno> {
    // SAFETY: room for an address of the length told.
    let (accepted, raw) =
        filled(|address, length| unsafe { libc::accept4(socket, address, length, libc::SOCK_CLOEXEC) })?;
    Ok((accepted, raw.address()))
}

pub fn bind(socket: c_int, address: &Address) -> Result<(), Errno> {
    let raw = address.raw();
    // SAFETY: an address of the length told.
    checked(unsafe { libc::bind(socket, raw.as_ptr(), raw.length()) }).map(drop)
}

pub fn connect(socket: c_int, address: &Address) -> Result<(), Errno> {
    let raw = address.raw();
    // SAFETY: an address of the length told.
    checked(unsafe { libc::connect(socket, raw.as_ptr(), raw.length()) }).map(drop)
}

pub fn listen(socket: c_int, backlog: c_int) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    checked(unsafe { libc::listen(socket, backlog) }).map(drop)
}

pub fn shutdown(socket: c_int, how: c_int) -> Result<(), Errno> {
    // SAFETY: plain numbers.
    checked(unsafe { libc::shutdown(socket, how) }).map(drop)
}

/// The socket's own address, and its family's number in any case.
pub fn own_address(socket: c_int) -> Result<Option<Address>, Errno> {
    // SAFETY: room for an address of the length told.
    filled(|address, length| unsafe { libc::getsockname(socket, address, length) })
        .map(|(_, raw)| raw.address())
}

pub fn peer_address(socket: c_int) -> Result<Option<Address>, Errno> {
    // SAFETY: room for an address of the length told.
    filled(|address, length| unsafe { libc::getpeername(socket, address, length) })
        .map(|(_, raw)| raw.address())
}

/// Sets whether calls fail at once where they would wait.
pub fn set_nonblocking(socket: c_int, nonblocking: bool) -> Result<(), Errno> {
    let mut flag = c_int::from(nonblocking);
    // SAFETY: the request takes a pointer to an integer.
    checked(unsafe { libc::ioctl(socket, libc::FIONBIO, &raw mut flag) }).map(drop)
}

/// Reads an option into the buffer: how many bytes it has.
pub fn option(socket: c_int, level: c_int, name: c_int, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut length = buffer.len() as libc::socklen_t;
    // SAFETY: room of the length told.
    checked(unsafe { libc::getsockopt(socket, level, name, buffer.as_mut_ptr().cast(), &mut length) })?;
    Ok((length as usize).min(buffer.len()))
}

/// An option that is an integer.
pub fn integer_option(socket: c_int, level: c_int, name: c_int) -> Result<c_int, Errno> {
    let mut bytes = [0; size_of::<c_int>()];
    option(socket, level, name, &mut bytes)?;
    Ok(c_int::from_ne_bytes(bytes))
}

/// An option that is an integer of 64 bits.
pub fn wide_option(socket: c_int, level: c_int, name: c_int) -> Result<u64, Errno> {
    let mut bytes = [0; size_of::<u64>()];
    option(socket, level, name, &mut bytes)?;
    Ok(u64::from_ne_bytes(bytes))
}

pub fn set_option(socket: c_int, level: c_int, name: c_int, value: &[u8]) -> Result<(), Errno> {
    let length = value.len() as libc::socklen_t;
    // SAFETY: a value of the length told.
    checked(unsafe { libc::setsockopt(socket, level, name, value.as_ptr().cast(), length) }).map(drop)
}

/// Sets an option to a length without a value.
pub fn set_option_length(socket: c_int, level: c_int, name: c_int, length: u32) -> Result<(), Errno> {
    // SAFETY: the system refuses to read from a null pointer.
    checked(unsafe { libc::setsockopt(socket, level, name, ptr::null(), length) }).map(drop)
}

pub fn receive(socket: c_int, buffer: &mut [u8], flags: c_int) -> Result<usize, Errno> {
    // SAFETY: room of the length told.
    counted(unsafe { libc::recv(socket, buffer.as_mut_ptr().cast(), buffer.len(), flags) })
}

/// The same, with the sender.
pub fn receive_from(
    socket: c_int,
    buffer: &mut [u8],
    flags: c_int,
) -> Result<(usize, Option<Address>), Errno> {
    let mut raw = Raw::room();
    let mut length = raw.length();
    let data: *mut c_void = buffer.as_mut_ptr().cast();
    // SAFETY: room of the lengths told.
    let count =
        counted(unsafe { libc::recvfrom(socket, data, buffer.len(), flags, raw.as_mut_ptr(), &mut length) })?;
    raw.set_length(length);
    Ok((count, raw.address()))
}

pub fn send(socket: c_int, data: &[u8], flags: c_int) -> Result<usize, Errno> {
    // SAFETY: data of the length told.
    counted(unsafe { libc::send(socket, data.as_ptr().cast(), data.len(), flags) })
}

pub fn send_to(socket: c_int, data: &[u8], flags: c_int, to: &Address) -> Result<usize, Errno> {
    let raw = to.raw();
    // SAFETY: data and an address of the lengths told.
    counted(unsafe {
        libc::sendto(socket, data.as_ptr().cast(), data.len(), flags, raw.as_ptr(), raw.length())
    })
}

/// The machine's name.
pub fn host_name() -> Result<Vec<u8>, Errno> {
    let mut buffer = [0u8; 1024];
    // SAFETY: room of the length told, less the NUL that ends it.
    checked(unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) })?;
    Ok(buffer.split(|&byte| byte == 0).next().unwrap_or_default().to_vec())
}

pub fn set_host_name(name: &[u8]) -> Result<(), Errno> {
    // SAFETY: a name of the length told.
    checked(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) }).map(drop)
}
