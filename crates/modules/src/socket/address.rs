//! Addresses as programs write them: tuples, paths, names.

use std::ffi::{CString, c_int};

use objects::arguments::{FromArgument, Masked, Place};
use objects::buffer::BytesLike;
use objects::bytearray::ByteArray;
use objects::prelude::*;

use super::errors::unresolved;
use super::object::Socket;
use system::path::{decode, encode};
use system::sockets::address::{
    AF_QIPCRTR, ALGORITHM_KIND_ROOM, ALGORITHM_NAME_ROOM, HARDWARE_ROOM, PATH_ROOM,
};
use system::sockets::names::{self, Hints};
use system::sockets::{Address, interfaces};
use system::{Errno, blocking};

/// The largest flow of IPv6.
const MOST_FLOW: u32 = 0xf_ffff;

const CAN_ISOTP: c_int = 6;
const CAN_J1939: c_int = 7;

/// What an item of TIPC's addresses is.
mod tipc {
    pub const NAME_SEQUENCE: u8 = 1;
    pub const NAME: u8 = 2;
    pub const ID: u8 = 3;
}

/// Any item as the type that is wanted.
fn item<'a, T: FromArgument<'a>>(value: &'a Object) -> Result<T> {
    T::from_argument(value, &Place::parsed("getsockaddrarg", "argument"))
}

/// The items of a tuple, as many as its family has.
fn items<'a>(
    address: &'a Object,
    family: &str,
    caller: &str,
    counts: std::ops::RangeInclusive<usize>,
    wanted: &str,
) -> Result<&'a [Ref]> {
    let Some(tuple) = address.downcast::<Tuple>() else {
        let separator = if caller == "getsockaddrarg" { "" } else { "()" };
        bail!(
            TypeError,
            "{caller}{separator}: {family} address must be tuple, not {}",
            address.class().name()
        );
    };
    let items = tuple.items();
    match counts.contains(&items.len()) {
        true => Ok(items),
        false => Err(raise!(TypeError, "{wanted}")),
    }
}

/// IPv6's flow, in the words of the calling function.
pub fn flow(value: Option<&Object>, caller: &str) -> Result<u32> {
    let flow = value.map(item::<Masked<u32>>).transpose()?.map_or(0, |flow| flow.0);
    match flow <= MOST_FLOW {
        true => Ok(flow),
        false => Err(raise!(OverflowError, "{caller}(): flowinfo must be 0-1048575.")),
    }
}

/// The name of a host as the resolver takes it: names that are not ASCII by IDNA.
pub fn host_text(host: &Object) -> Result<CString> {
    let bytes = if let Some(text) = host.downcast::<Str>() {
        match text.as_str().filter(|text| text.is_ascii()) {
            Some(text) => text.as_bytes().to_vec(),
            None => idna(text).map_err(|raised| {
                raised.clear();
                raise!(TypeError, "encoding of hostname failed")
            })?,
        }
    } else if let Some(bytes) = host.downcast::<Bytes>() {
        bytes.as_bytes().to_vec()
    } else if let Some(bytes) = host.downcast::<ByteArray>() {
        bytes.to_vec()
    } else {
        bail!(TypeError, "str, bytes or bytearray expected, not {}", host.class().name());
    };
    CString::new(bytes).map_err(|_| raise!(TypeError, "host name must not contain null character"))
}

/// A name by IDNA (RFC 3490).
pub fn idna(text: &Str) -> Result<Vec<u8>> {
    let encoded = text.as_object().call_method(intern!("encode"), &[&Str::new("idna")])?;
    match encoded.downcast::<Bytes>() {
        Some(bytes) => Ok(bytes.as_bytes().to_vec()),
        None => Err(raise!(TypeError, "encoding of hostname failed")),
    }
}

/// The address that a host's name stands for, of the family or of any: without its port.
pub fn resolve(host: &CString, family: c_int) -> Result<Address> {
    let fits = |wanted: c_int| family == wanted || family == libc::AF_UNSPEC;
    let inet = |host: [u8; 4]| Address::Inet { host, port: 0 };
    match host.to_bytes() {
        b"" => {
            let hints = Hints { family, kind: libc::SOCK_DGRAM, flags: libc::AI_PASSIVE, ..Hints::default() };
            let mut found = blocking(|| names::addresses(None, Some(c"0"), hints)).map_err(unresolved)?;
            if found.len() > 1 {
                bail!(OSError, "wildcard resolved to multiple address");
            }
            return first(found.drain(..));
        }
        b"255.255.255.255" | b"<broadcast>" => {
            if !fits(libc::AF_INET) {
                bail!(OSError, "address family mismatched");
            }
            return Ok(inet([255; 4]));
        }
        _ => {}
    }
    // Numbers need no resolver.
    if fits(libc::AF_INET)
        && let Ok(Some(bytes)) = names::from_text(libc::AF_INET, host)
        && let Ok(bytes) = bytes.try_into()
    {
        return Ok(inet(bytes));
    }
    if fits(libc::AF_INET6)
        && !host.to_bytes().contains(&b'%')
        && let Ok(Some(bytes)) = names::from_text(libc::AF_INET6, host)
        && let Ok(host) = bytes.try_into()
    {
        return Ok(Address::Inet6 { host, port: 0, flow: 0, scope: 0 });
    }
    let hints = Hints { family, ..Hints::default() };
    let mut found = blocking(|| names::addresses(Some(host), None, hints)).map_err(unresolved)?;
    first(found.drain(..))
}

fn first(mut found: impl Iterator<Item = names::Info>) -> Result<Address> {
    found.find_map(|info| info.address).ok_or_else(|| unresolved(names::NotFound::Resolver(libc::EAI_NONAME)))
}

/// The number of an interface, of its name; 0 for the empty name, which stands for all of them.
fn interface(name: &CString) -> Result<c_int> {
    if name.is_empty() {
        return Ok(0);
    }
    if name.to_bytes().len() >= libc::IF_NAMESIZE {
        return Err(Errno(libc::ENODEV).raise());
    }
    match interfaces::number(name) {
        Some(number) => Ok(number as c_int),
        None => Err(Errno(libc::ENODEV).raise()),
    }
}

fn interface_name(number: c_int) -> Result<Ref> {
    let name = match number {
        0 => Vec::new(),
        number => interfaces::name(number as u32).unwrap_or_default(),
    };
    Ok(decode(&name)?.into_object())
}

/// Text as bytes with room for no more than so many, the rest zero.
fn fixed<const ROOM: usize>(value: &Object, what: &str) -> Result<[u8; ROOM]> {
    let text: &str = item(value)?;
    let mut room = [0; ROOM];
    if text.len() >= ROOM {
        bail!(ValueError, "AF_ALG {what} too long.");
    }
    room[..text.len()].copy_from_slice(text.as_bytes());
    Ok(room)
}

/// The path of a Unix socket; a name that begins with NUL is no file's.
fn unix(address: &Object) -> Result<Address> {
    let path = match address.downcast::<Str>() {
        Some(text) => encode(text)?,
        None => BytesLike::of(address)?.bytes().to_vec(),
    };
    // A file's path is followed by NUL.
    let most = if path.first() == Some(&0) { PATH_ROOM } else { PATH_ROOM - 1 };
    match path.len() <= most {
        true => Ok(Address::Unix(path)),
        false => Err(raise!(OSError, "AF_UNIX path too long")),
    }
}

fn packet(address: &Object, caller: &str) -> Result<Address> {
    const WANTED: &str = "AF_PACKET address must be a tuple of two to five elements";
    let items = items(address, "AF_PACKET", caller, 2..=5, WANTED)?;
    let Some(name) = items[0].downcast::<Str>() else { bail!(TypeError, "{WANTED}") };
    let name = CString::new(name.as_utf8()?).map_err(|_| raise!(ValueError, "embedded null character"))?;
    let protocol: c_int = item(&items[1])?;
    let kind: c_int = items.get(2).map_or(Ok(0), |value| item(value))?;
    let hardware_type: c_int = items.get(3).map_or(Ok(0), |value| item(value))?;
    let hardware = match items.get(4) {
        Some(value) => BytesLike::of(value)?.bytes().to_vec(),
        None => Vec::new(),
    };
    if hardware.len() > HARDWARE_ROOM {
        bail!(ValueError, "Hardware address must be 8 bytes or less");
    }
    let interface = interface(&name)?;
    let Ok(protocol) = u16::try_from(protocol) else {
        bail!(OverflowError, "{caller}(): proto must be 0-65535.");
    };
    Ok(Address::Packet {
        interface,
        protocol,
        kind: kind as u8,
        hardware_type: hardware_type as u16,
        hardware,
    })
}

fn can(address: &Object, protocol: c_int, caller: &str) -> Result<Address> {
    let (most, wanted) = match protocol {
        CAN_ISOTP => (3, "AF_CAN address must be a tuple (interface, rx_addr, tx_addr)"),
        CAN_J1939 => (4, "AF_CAN address must be a tuple (interface, name, pgn, addr)"),
        libc::CAN_RAW | libc::CAN_BCM => (1, "AF_CAN address must be a tuple (interface, )"),
        _ => bail!(OSError, "{caller}(): unsupported CAN protocol"),
    };
    let items = items(address, "AF_CAN", caller, most..=most, wanted)?;
    let interface = can_interface(&items[0])?;
    let mut identifiers = [0; 16];
    match protocol {
        CAN_ISOTP => {
            identifiers[..4].copy_from_slice(&item::<Masked<u32>>(&items[1])?.0.to_ne_bytes());
            identifiers[4..8].copy_from_slice(&item::<Masked<u32>>(&items[2])?.0.to_ne_bytes());
        }
        CAN_J1939 => {
            identifiers[..8].copy_from_slice(&item::<Masked<u64>>(&items[1])?.0.to_ne_bytes());
            identifiers[8..12].copy_from_slice(&item::<Masked<u32>>(&items[2])?.0.to_ne_bytes());
            identifiers[12] = item::<u8>(&items[3])?;
        }
        _ => {}
    }
    Ok(Address::Can { interface, identifiers })
}

fn can_interface(name: &Object) -> Result<c_int> {
    let name = system::path::converted(name)?;
    match name.to_bytes().len() < libc::IF_NAMESIZE {
        true => interface(&name),
        false => Err(raise!(OSError, "AF_CAN interface name too long")),
    }
}

fn tipc(address: &Object, caller: &str) -> Result<Address> {
    const WANTED: &str = "AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])";
    let items = items(address, "AF_TIPC", caller, 4..=5, WANTED)?;
    let word = |index: usize| item::<Masked<u32>>(&items[index]).map(|word| word.0);
    let (kind, first, second, third) = (word(0)?, word(1)?, word(2)?, word(3)?);
    let scope: u8 = items.get(4).map_or(Ok(2), |value| item(value))?;
    let words = match kind as u8 {
        tipc::NAME_SEQUENCE => [first, second, third],
        tipc::NAME => [first, second, 0],
        tipc::ID => [second, first, 0],
        _ => {
            bail!(TypeError, "address type should be one of: TIPC_ADDR_NAMESEQ, TIPC_ADDR_NAME, TIPC_ADDR_ID")
        }
    };
    Ok(Address::Tipc { kind: kind as u8, scope: scope as i8, words })
}

fn algorithm(address: &Object, caller: &str) -> Result<Address> {
    const WANTED: &str = "AF_ALG address must be a tuple (type, name[, feat[, mask]])";
    let items = items(address, "AF_ALG", caller, 2..=4, WANTED)?;
    let number = |index: usize| {
        items.get(index).map_or(Ok(0), |value| item::<Masked<u16>>(value).map(|number| u32::from(number.0)))
    };
    Ok(Address::Algorithm {
        kind: fixed::<ALGORITHM_KIND_ROOM>(&items[0], "type")?,
        name: fixed::<ALGORITHM_NAME_ROOM>(&items[1], "name")?,
        feature: number(2)?,
        mask: number(3)?,
    })
}

/// Two unsigned numbers, of families that parse them without the caller's name.
fn pair(address: &Object, family: &str) -> Result<(u32, u32)> {
    let given = address.downcast::<Tuple>().map_or(0, |tuple| tuple.items().len());
    let wanted = format!("getsockaddrarg() takes exactly 2 arguments ({given} given)");
    let items = items(address, family, "getsockaddrarg", 2..=2, &wanted)?;
    Ok((item::<Masked<u32>>(&items[0])?.0, item::<Masked<u32>>(&items[1])?.0))
}

/// The address that an argument of a socket's function names.
pub fn parse(socket: &Socket, address: &Object, caller: &str) -> Result<Address> {
    match socket.family() {
        libc::AF_INET => {
            let wanted = "AF_INET address must be a pair (host, port)";
            let items = items(address, "AF_INET", caller, 2..=2, wanted)?;
            let host = host_text(&items[0])?;
            let number = port_number(&items[1])?;
            match resolve(&host, libc::AF_INET)? {
                Address::Inet { host, .. } => Ok(Address::Inet { host, port: checked_port(number, caller)? }),
                _ => Err(raise!(OSError, "address family mismatched")),
            }
        }
        libc::AF_INET6 => {
            let wanted = "AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])";
            let items = items(address, "AF_INET6", caller, 2..=4, wanted)?;
            let host = host_text(&items[0])?;
            let number = port_number(&items[1])?;
            let flow_value = items.get(2).map(|value| item::<Masked<u32>>(value)).transpose()?;
            let scope_value = items.get(3).map(|value| item::<Masked<u32>>(value)).transpose()?;
            let Address::Inet6 { host, scope, .. } = resolve(&host, libc::AF_INET6)? else {
                bail!(OSError, "address family mismatched");
            };
            let port = checked_port(number, caller)?;
            let flow = flow_value.map_or(0, |flow| flow.0);
            if flow > MOST_FLOW {
                bail!(OverflowError, "{caller}(): flowinfo must be 0-1048575.");
            }
            // A scope in the host's name yields to one that is given.
            let scope = scope_value.map_or(scope, |scope| scope.0);
            Ok(Address::Inet6 { host, port, flow, scope })
        }
        libc::AF_UNIX => unix(address),
        libc::AF_NETLINK => {
            let wanted = "AF_NETLINK address must be a pair (pid, groups)";
            let items = items(address, "AF_NETLINK", caller, 2..=2, wanted)?;
            let (port, groups) = (item::<Masked<u32>>(&items[0])?.0, item::<Masked<u32>>(&items[1])?.0);
            Ok(Address::Netlink { port, groups })
        }
        libc::AF_PACKET => packet(address, caller),
        libc::AF_CAN => can(address, socket.protocol(), caller),
        libc::AF_ALG => algorithm(address, caller),
        libc::AF_TIPC => tipc(address, caller),
        libc::AF_VSOCK => {
            let (context, port) = pair(address, "AF_VSOCK")?;
            Ok(Address::VirtualMachine { context, port })
        }
        AF_QIPCRTR => {
            let (node, port) = pair(address, "AF_QIPCRTR")?;
            Ok(Address::Router { node, port })
        }
        _ => Err(raise!(OSError, "{caller}(): bad family")),
    }
}

/// A port's number, whose range is checked once the host is known.
fn port_number(value: &Object) -> Result<c_int> {
    match item::<c_int>(value) {
        Err(raised) if raised.matches(&exceptions::OverflowError) => {
            raised.clear();
            Ok(-1)
        }
        number => number,
    }
}

fn checked_port(number: c_int, caller: &str) -> Result<u16> {
    u16::try_from(number).map_err(|_| raise!(OverflowError, "{caller}(): port must be 0-65535."))
}

fn text(family: c_int, host: &[u8]) -> Result<Ref> {
    names::to_text(family, host).map(|text| Str::new(&text).into_object()).map_err(Errno::raise)
}

/// An address as programs read it, for a socket of the protocol; None where there is none.
pub fn to_object(address: Option<&Address>, protocol: c_int) -> Result<Ref> {
    let Some(address) = address else { return Ok(none()) };
    match address {
        Address::Inet { host, port } => (text(libc::AF_INET, host)?, *port).into_object(),
        Address::Inet6 { host, port, flow, scope } => {
            (text(libc::AF_INET6, host)?, *port, *flow, *scope).into_object()
        }
        // What is no path is bytes.
        Address::Unix(path) if path.first() == Some(&0) => Bytes::try_new(path).map(Ref::into_object),
        Address::Unix(path) => decode(path).map(Ref::into_object),
        Address::Netlink { port, groups } => (*port, *groups).into_object(),
        Address::Packet { interface, protocol, kind, hardware_type, hardware } => {
            let hardware = Bytes::try_new(hardware)?;
            (interface_name(*interface)?, *protocol, *kind, *hardware_type, hardware).into_object()
        }
        Address::Can { interface, identifiers } => {
            let name = interface_name(*interface)?;
            let word = |at: usize| u32::from_ne_bytes(std::array::from_fn(|index| identifiers[at + index]));
            match protocol {
                CAN_ISOTP => (name, word(0), word(4)).into_object(),
                CAN_J1939 => {
                    let node = u64::from(word(4)) << 32 | u64::from(word(0));
                    (name, node, word(8), identifiers[12]).into_object()
                }
                _ => Tuple::new([name]).map(Ref::into_object),
            }
        }
        Address::Tipc { kind, scope, words: [first, second, third] } => match *kind {
            tipc::NAME_SEQUENCE => (*kind, *first, *second, *third, *scope as i32).into_object(),
            tipc::NAME => (*kind, *first, *second, *second, *scope as i32).into_object(),
            tipc::ID => (*kind, *second, *first, 0, *scope as i32).into_object(),
            _ => Err(raise!(ValueError, "Invalid address type")),
        },
        Address::VirtualMachine { context, port } => (*context, *port).into_object(),
        Address::Router { node, port } => (*node, *port).into_object(),
        Address::Algorithm { kind, name, .. } => {
            let text = |bytes: &[u8]| decode(bytes.split(|&byte| byte == 0).next().unwrap_or_default());
            (text(kind)?, text(name)?).into_object()
        }
        Address::Other { family, data } => (*family, Bytes::try_new(data)?).into_object(),
    }
}
