//! The names of hosts, services and protocols, and addresses as text.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::{mem, ptr, slice};

use super::address::{Address, Raw};
use crate::Errno;

unsafe extern "C" {
    fn gethostbyname_r(
        name: *const c_char,
        entry: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const c_void,
        length: libc::socklen_t,
        family: c_int,
        entry: *mut libc::hostent,
        buffer: *mut c_char,
        size: usize,
        result: *mut *mut libc::hostent,
        error: *mut c_int,
    ) -> c_int;
    fn hstrerror(error: c_int) -> *const c_char;
    fn inet_aton(text: *const c_char, address: *mut u32) -> c_int;
    fn inet_pton(family: c_int, text: *const c_char, address: *mut c_void) -> c_int;
    fn inet_ntop(
        family: c_int,
        address: *const c_void,
        text: *mut c_char,
        size: libc::socklen_t,
    ) -> *const c_char;
}

/// Why a name or an address was not found: an error of the resolver, or of the system.
#[derive(Clone, Copy, Debug)]
pub enum NotFound {
    Resolver(c_int),
    System(Errno),
}

fn not_found(code: c_int) -> NotFound {
    match code {
        libc::EAI_SYSTEM => NotFound::System(Errno::last()),
        code => NotFound::Resolver(code),
    }
}

/// What the resolver says of an error of `getaddrinfo` or `getnameinfo`.
pub fn resolver_message(code: c_int) -> String {
    // SAFETY: a C string that lives for ever.
    unsafe { CStr::from_ptr(libc::gai_strerror(code)) }.to_string_lossy().into_owned()
}

/// What the resolver says of an error of the functions for hosts.
pub fn host_message(code: c_int) -> String {
    // SAFETY: null or a C string that lives for ever.
    unsafe {
        let text = hstrerror(code);
        match text.is_null() {
            true => String::new(),
            false => CStr::from_ptr(text).to_string_lossy().into_owned(),
        }
    }
}

/// What is wanted of [`addresses`].
#[derive(Clone, Copy, Default)]
pub struct Hints {
    pub family: c_int,
    pub kind: c_int,
    pub protocol: c_int,
    pub flags: c_int,
}

/// A way to reach a service.
pub struct Info {
    pub family: c_int,
    pub kind: c_int,
    pub protocol: c_int,
    pub canonical_name: Option<Vec<u8>>,
    pub address: Option<Address>,
}

/// The ways to reach a service of a host: `getaddrinfo`.
pub fn addresses(host: Option<&CStr>, service: Option<&CStr>, hints: Hints) -> Result<Vec<Info>, NotFound> {
    let pointer = |text: Option<&CStr>| text.map_or(ptr::null(), CStr::as_ptr);
    let mut found = Vec::new();
    // SAFETY: C strings or null; the call gives a list, to be given back, of entries with addresses of the lengths told.
    unsafe {
        let mut wanted: libc::addrinfo = mem::zeroed();
        (wanted.ai_family, wanted.ai_socktype) = (hints.family, hints.kind);
        (wanted.ai_protocol, wanted.ai_flags) = (hints.protocol, hints.flags);
        let mut list = ptr::null_mut();
        match libc::getaddrinfo(pointer(host), pointer(service), &wanted, &mut list) {
            0 => {}
            code => return Err(not_found(code)),
        }
        let mut next = list;
        while let Some(entry) = next.as_ref() {
            let bytes = slice::from_raw_parts(entry.ai_addr.cast::<u8>(), entry.ai_addrlen as usize);
            let name = entry.ai_canonname;
            found.push(Info {
                family: entry.ai_family,
                kind: entry.ai_socktype,
                protocol: entry.ai_protocol,
                canonical_name: (!name.is_null()).then(|| CStr::from_ptr(name).to_bytes().to_vec()),
                address: Raw::from_bytes(bytes).address(),
            });
            next = entry.ai_next;
        }
        libc::freeaddrinfo(list);
    }
    Ok(found)
}

/// The names of an address's host and service: `getnameinfo`.
pub fn name_info(address: &Address, flags: c_int) -> Result<(Vec<u8>, Vec<u8>), NotFound> {
    let raw = address.raw();
    let (mut host, mut service) = ([0 as c_char; 1025], [0 as c_char; 32]);
    // SAFETY: an address and room for texts, which end with NUL, of the lengths told.
    unsafe {
        let code = libc::getnameinfo(
            raw.as_ptr(),
            raw.length(),
            host.as_mut_ptr(),
            host.len() as libc::socklen_t,
            service.as_mut_ptr(),
            service.len() as libc::socklen_t,
            flags,
        );
        match code {
            0 => Ok((
                CStr::from_ptr(host.as_ptr()).to_bytes().to_vec(),
                CStr::from_ptr(service.as_ptr()).to_bytes().to_vec(),
            )),
            code => Err(not_found(code)),
        }
    }
}

/// What is known of a host.
pub struct Host {
    pub name: Vec<u8>,
    pub aliases: Vec<Vec<u8>>,
    pub family: c_int,
    pub addresses: Vec<Vec<u8>>,
}

impl Host {
    /// # Safety
    /// The entry is as the system filled it.
    unsafe fn copied(entry: &libc::hostent) -> Host {
        // SAFETY: the caller's promise: lists that end with null, of C strings and of addresses of the length told.
        unsafe {
            Host {
                name: CStr::from_ptr(entry.h_name).to_bytes().to_vec(),
                aliases: list(entry.h_aliases, |alias| CStr::from_ptr(alias).to_bytes().to_vec()),
                family: entry.h_addrtype,
                addresses: list(entry.h_addr_list, |address| {
                    slice::from_raw_parts(address.cast::<u8>(), entry.h_length as usize).to_vec()
                }),
            }
        }
    }
}

/// # Safety
/// A list that ends with null, or null itself.
unsafe fn list(mut entries: *mut *mut c_char, copied: impl Fn(*mut c_char) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        while !entries.is_null() && !(*entries).is_null() {
            found.push(copied(*entries));
            entries = entries.add(1);
        }
    }
    found
}

/// The call for a host, which gets an entry, room for its parts, where to say that it was found, and an error.
type HostCall<'a> =
    &'a dyn Fn(*mut libc::hostent, *mut c_char, usize, *mut *mut libc::hostent, *mut c_int) -> c_int;

/// Makes a call for a host with more and more room. `Err` with the resolver's code.
fn host(call: HostCall<'_>) -> Result<Host, c_int> {
    let mut room: Vec<c_char> = vec![0; 16 << 10];
    loop {
        // SAFETY: a structure of pointers that may be null.
        let mut entry: libc::hostent = unsafe { mem::zeroed() };
        let (mut found, mut error) = (ptr::null_mut(), 0);
        let status = call(&mut entry, room.as_mut_ptr(), room.len(), &mut found, &mut error);
        if status == libc::ERANGE && room.len() < 1 << 24 {
            room.resize(room.len() * 2, 0);
            continue;
        }
        return match found.is_null() {
            true => Err(error),
            // SAFETY: the call says that it filled the entry; its parts are in the room.
            false => Ok(unsafe { Host::copied(&entry) }),
        };
    }
}

pub fn host_by_name(name: &CStr) -> Result<Host, c_int> {
    host(&|entry, buffer, size, found, error| {
        // SAFETY: a C string, and room of the size told.
        unsafe { gethostbyname_r(name.as_ptr(), entry, buffer, size, found, error) }
    })
}

pub fn host_by_address(family: c_int, address: &[u8]) -> Result<Host, c_int> {
    host(&|entry, buffer, size, found, error| {
        let (pointer, length) = (address.as_ptr().cast(), address.len() as libc::socklen_t);
        // SAFETY: an address and room of the sizes told.
        unsafe { gethostbyaddr_r(pointer, length, family, entry, buffer, size, found, error) }
    })
}

/// The port of a service, of a protocol or of any.
pub fn service_port(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: C strings; the entry is read before another call can change it, as the GIL is held.
    unsafe { libc::getservbyname(name.as_ptr(), protocol).as_ref() }
        .map(|entry| u16::from_be(entry.s_port as u16))
}

/// The service of a port, of a protocol or of any.
pub fn service_name(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let protocol = protocol.map_or(ptr::null(), CStr::as_ptr);
    // SAFETY: a C string or null; the entry is copied before another call can change it, as the GIL is held.
    unsafe {
        let entry = libc::getservbyport(c_int::from(port.to_be()), protocol).as_ref()?;
        Some(CStr::from_ptr(entry.s_name).to_bytes().to_vec())
    }
}

/// The number of a protocol.
pub fn protocol_number(name: &CStr) -> Option<c_int> {
    // SAFETY: a C string; the entry is read before another call can change it, as the GIL is held.
    unsafe { libc::getprotobyname(name.as_ptr()).as_ref() }.map(|entry| entry.p_proto)
}

/// An IPv4 address from any of the forms that C programs take.
pub fn loose_inet(text: &CStr) -> Option<[u8; 4]> {
    let mut address = 0;
    // SAFETY: a C string, and room for an address.
    (unsafe { inet_aton(text.as_ptr(), &mut address) } != 0).then(|| address.to_ne_bytes())
}

/// How many bytes an address of the family has; none where it has no text.
pub fn address_size(family: c_int) -> Option<usize> {
    match family {
        libc::AF_INET => Some(4),
        libc::AF_INET6 => Some(16),
        _ => None,
    }
}

/// An address from its text. `Err` for a family without texts, none for a text that is no address.
pub fn from_text(family: c_int, text: &CStr) -> Result<Option<Vec<u8>>, Errno> {
    let mut bytes = [0u8; 16];
    // SAFETY: a C string, and room for the longest address.
    match unsafe { inet_pton(family, text.as_ptr(), bytes.as_mut_ptr().cast()) } {
        -1 => Err(Errno::last()),
        0 => Ok(None),
        _ => Ok(Some(bytes[..address_size(family).unwrap_or(bytes.len())].to_vec())),
    }
}

/// The text of an address of the family's length.
pub fn to_text(family: c_int, address: &[u8]) -> Result<String, Errno> {
    if address_size(family) != Some(address.len()) {
        return Err(Errno(libc::EAFNOSUPPORT));
    }
    let mut text = [0 as c_char; 64];
    // SAFETY: an address of the family's length, room for the longest text, which ends with NUL.
    unsafe {
        let result =
            inet_ntop(family, address.as_ptr().cast(), text.as_mut_ptr(), text.len() as libc::socklen_t);
        match result.is_null() {
            true => Err(Errno::last()),
            false => Ok(CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned()),
        }
    }
}

/// A C string of a text without NUL.
pub fn c_text(text: &[u8]) -> Option<CString> {
    CString::new(text).ok()
}
