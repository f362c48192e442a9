//! The names of hosts, services, protocols and interfaces, and numbers in the network's order.

use std::ffi::{CString, c_int};

use objects::arguments::described;
use objects::buffer::BytesLike;
use objects::bytearray::ByteArray;
use objects::prelude::*;

use super::address::{self, host_text, idna, resolve, to_object};
use super::errors::{unknown_host, unresolved};
use crate::posix::raised;
use system::path::{converted, decode};
use system::sockets::names::{self, Hints, Host};
use system::sockets::{Address, interfaces};
use system::{Errno, blocking};

/// A text without NUL.
fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// A host's name as an argument: text by IDNA, or bytes.
fn host_argument(host: &Object, caller: &str) -> Result<CString> {
    let bytes = if let Some(text) = host.downcast::<Str>() {
        idna(text)?
    } else if let Some(bytes) = host.downcast::<Bytes>() {
        bytes.as_bytes().to_vec()
    } else if let Some(bytes) = host.downcast::<ByteArray>() {
        bytes.to_vec()
    } else {
        bail!(TypeError, "{caller}() argument 1 must be str, bytes or bytearray, not {}", described(host));
    };
    CString::new(bytes).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// A host as a triple (name, aliases, addresses).
fn host_triple(host: Result<Host, c_int>) -> Result<Ref> {
    let host = host.map_err(unknown_host)?;
    let aliases =
        host.aliases.iter().map(|alias| Ok(decode(alias)?.into_object())).collect::<Result<Vec<_>>>()?;
    let text = |address: &Vec<u8>| {
        let text = names::to_text(host.family, address).map_err(Errno::raise)?;
        Ok(Str::new(&text).into_object())
    };
    let addresses = host.addresses.iter().map(text).collect::<Result<Vec<_>>>()?;
    (decode(&host.name)?, List::from_vec(aliases), List::from_vec(addresses)).into_object()
}

/// The numeric text of an address.
fn host_number(address: &Address) -> Result<Ref> {
    let text = match address {
        Address::Inet { host, .. } => names::to_text(libc::AF_INET, host),
        Address::Inet6 { host, .. } => names::to_text(libc::AF_INET6, host),
        _ => bail!(OSError, "unsupported address family"),
    };
    Ok(Str::new(&text.map_err(Errno::raise)?).into_object())
}

/// The 16 bits of a number that `htons` or `ntohs` turns round; more of them are cut off with a warning.
fn short(value: c_int, caller: &str) -> Result<u16> {
    const WHAT: &str = "Python int too large to convert to C 16-bit unsigned integer";
    if value < 0 {
        bail!(OverflowError, "{caller}: can't convert negative Python int to C 16-bit unsigned integer");
    }
    if value > 0xffff {
        let message = format!("{caller}: {WHAT} (The silent truncation is deprecated)");
        (objects::services::get().warn)(&exceptions::DeprecationWarning, &Str::new(&message), 1, None)?;
    }
    Ok(value as u16)
}

/// The 32 bits of a number that `htonl` or `ntohl` turns round.
fn long(value: &Object) -> Result<u32> {
    let Some(number) = value.downcast::<Int>() else {
        bail!(TypeError, "expected int, {} found", value.class().name());
    };
    if number.is_negative() {
        bail!(OverflowError, "can't convert negative value to unsigned int");
    }
    let Some(number) = number.to_u64() else {
        bail!(OverflowError, "Python int too large to convert to C unsigned long");
    };
    u32::try_from(number).map_err(|_| raise!(OverflowError, "int larger than 32 bits"))
}

fn audit(event: &'static str, arguments: &[&Object]) -> Result<()> {
    (objects::services::get().audit)(event, arguments)
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// The IPv4 address of a host, as text.
    #[function("(host, /)", getargs)]
    fn gethostbyname(host: &Object) -> Result<Ref> {
        let name = host_argument(host, "gethostbyname")?;
        audit("socket.gethostbyname", &[host])?;
        host_number(&resolve(&name, libc::AF_INET)?)
    }

    /// What is known of a host by its name: a triple (name, aliases, IPv4 addresses).
    #[function("(host, /)", getargs)]
    fn gethostbyname_ex(host: &Object) -> Result<Ref> {
        let name = host_argument(host, "gethostbyname_ex")?;
        audit("socket.gethostbyname", &[host])?;
        resolve(&name, libc::AF_INET)?;
        host_triple(blocking(|| names::host_by_name(&name)))
    }

    /// What is known of a host by an address: a triple (name, aliases, addresses).
    #[function("(host, /)", getargs)]
    fn gethostbyaddr(host: &Object) -> Result<Ref> {
        let name = host_argument(host, "gethostbyaddr")?;
        audit("socket.gethostbyaddr", &[host])?;
        host_triple(match resolve(&name, libc::AF_UNSPEC)? {
            Address::Inet { host, .. } => blocking(|| names::host_by_address(libc::AF_INET, &host)),
            Address::Inet6 { host, .. } => blocking(|| names::host_by_address(libc::AF_INET6, &host)),
            _ => bail!(OSError, "unsupported address family"),
        })
    }

    /// The port of a service, for the protocol 'tcp' or 'udp' or for any.
    #[function("(servicename, protocolname=None, /)", getargs)]
    fn getservbyname(servicename: &str, protocolname: Option<&str>) -> Result<u16> {
        let (name, protocol) = (c_string(servicename)?, protocolname.map(c_string).transpose()?);
        let audited = protocolname.unwrap_or_default();
        audit("socket.getservbyname", &[&Str::new(servicename), &Str::new(audited)])?;
        names::service_port(&name, protocol.as_deref())
            .ok_or_else(|| raise!(OSError, "service/proto not found"))
    }

    /// The service at a port, for the protocol 'tcp' or 'udp' or for any.
    #[function("(port, protocolname=None, /)", getargs)]
    fn getservbyport(port: c_int, protocolname: Option<&str>) -> Result<Ref<Str>> {
        let protocol = protocolname.map(c_string).transpose()?;
        let Ok(number) = u16::try_from(port) else {
            bail!(OverflowError, "getservbyport: port must be 0-65535.");
        };
        let audited = protocolname.unwrap_or_default();
        audit("socket.getservbyport", &[&Int::new(port.into()), &Str::new(audited)])?;
        match names::service_name(number, protocol.as_deref()) {
            Some(name) => decode(&name),
            None => Err(raise!(OSError, "port/proto not found")),
        }
    }

    /// The number of a protocol.
    #[function("(name, /)", getargs)]
    fn getprotobyname(name: &str) -> Result<c_int> {
        names::protocol_number(&c_string(name)?).ok_or_else(|| raise!(OSError, "protocol not found"))
    }

    /// The ways to reach a port of a host: a list of (family, type, proto, canonical name, address).
    #[function("(host, port, family=0, type=0, proto=0, flags=0)", getargs)]
    fn getaddrinfo(
        host: &Object,
        port: &Object,
        family: c_int,
        r#type: c_int,
        proto: c_int,
        flags: c_int,
    ) -> Result<Vec<Ref>> {
        let name = if host.is_none() {
            None
        } else if let Some(text) = host.downcast::<Str>() {
            Some(idna(text)?)
        } else if let Some(bytes) = host.downcast::<Bytes>() {
            Some(bytes.as_bytes().to_vec())
        } else {
            bail!(TypeError, "getaddrinfo() argument 1 must be string or None");
        };
        // What stands behind a NUL does not count.
        let cut = |text: Vec<u8>| {
            let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
            names::c_text(&text[..end])
        };
        let service = if let Some(number) = port.downcast_exact::<Int>() {
            let Some(number) = number.to_i64() else {
                bail!(OverflowError, "Python int too large to convert to C long");
            };
            Some(number.to_string().into_bytes())
        } else if let Some(text) = port.downcast::<Str>() {
            Some(text.as_utf8()?.as_bytes().to_vec())
        } else if let Some(bytes) = port.downcast::<Bytes>() {
            Some(bytes.as_bytes().to_vec())
        } else if port.is_none() {
            None
        } else {
            bail!(OSError, "Int or String expected");
        };
        let numbers = [family, r#type, proto, flags].map(|number| Int::new(number.into()));
        audit("socket.getaddrinfo", &[host, port, &numbers[0], &numbers[1], &numbers[2], &numbers[3]])?;
        let (name, service) = (name.and_then(cut), service.and_then(cut));
        let hints = Hints { family, kind: r#type, protocol: proto, flags };
        let found = blocking(|| names::addresses(name.as_deref(), service.as_deref(), hints));
        let way = |info: &names::Info| {
            let address = to_object(info.address.as_ref(), -1)?;
            let name = decode(info.canonical_name.as_deref().unwrap_or_default())?;
            (info.family, info.kind, info.protocol, name, address).into_object()
        };
        found.map_err(unresolved)?.iter().map(way).collect()
    }

    /// The host and the service that an address belongs to: a pair.
    #[function("(sockaddr, flags, /)", getargs)]
    fn getnameinfo(sockaddr: &Object, flags: c_int) -> Result<(Ref<Str>, Ref<Str>)> {
        let Some(tuple) = sockaddr.downcast::<Tuple>() else {
            bail!(TypeError, "getnameinfo() argument 1 must be a tuple");
        };
        let place = objects::arguments::Place::parsed("getnameinfo", "argument 1");
        let (host, port, flow, scope) = match tuple.items() {
            [host, port, rest @ ..] if rest.len() <= 2 => (host, port, rest.first(), rest.get(1)),
            _ => bail!(TypeError, "getnameinfo(): illegal sockaddr argument"),
        };
        let Some(host) = host.downcast::<Str>() else {
            bail!(TypeError, "getnameinfo(): illegal sockaddr argument");
        };
        let port: c_int = objects::arguments::required(Some(port), &place)?;
        let flow = address::flow(flow.map(|flow| &**flow), "getnameinfo")?;
        let scope = scope
            .map(|scope| objects::arguments::required::<Masked<u32>>(Some(scope), &place))
            .transpose()?;
        audit("socket.getnameinfo", &[sockaddr])?;
        let name = host_text(host)?;
        let service = names::c_text(port.to_string().as_bytes());
        let hints = Hints { kind: libc::SOCK_DGRAM, flags: libc::AI_NUMERICHOST, ..Hints::default() };
        let found =
            blocking(|| names::addresses(Some(&name), service.as_deref(), hints)).map_err(unresolved)?;
        if found.len() > 1 {
            bail!(OSError, "sockaddr resolved to multiple addresses");
        }
        let full = match found.into_iter().next().and_then(|info| info.address) {
            Some(Address::Inet { .. }) if tuple.items().len() != 2 => {
                bail!(OSError, "IPv4 sockaddr must be 2 tuple")
            }
            Some(address @ Address::Inet { .. }) => address,
            Some(Address::Inet6 { host, port, .. }) => {
                Address::Inet6 { host, port, flow, scope: scope.map_or(0, |scope| scope.0) }
            }
            _ => bail!(OSError, "unknown family"),
        };
        let (host, service) = blocking(|| names::name_info(&full, flags)).map_err(unresolved)?;
        Ok((decode(&host)?, decode(&service)?))
    }

    /// Turns a 16-bit number from the machine's order of bytes into the network's.
    #[function("(integer, /)", getargs)]
    fn htons(integer: c_int) -> Result<u16> {
        short(integer, "htons").map(u16::to_be)
    }

    /// Turns a 16-bit number from the network's order of bytes into the machine's.
    #[function("(integer, /)", getargs)]
    fn ntohs(integer: c_int) -> Result<u16> {
        short(integer, "ntohs").map(u16::from_be)
    }

    /// Turns a 32-bit number from the machine's order of bytes into the network's.
    #[function("(integer, /)", no_text_signature)]
    fn htonl(integer: &Object) -> Result<u32> {
        long(integer).map(u32::to_be)
    }

    /// Turns a 32-bit number from the network's order of bytes into the machine's.
    #[function("(integer, /)", no_text_signature)]
    fn ntohl(integer: &Object) -> Result<u32> {
        long(integer).map(u32::from_be)
    }

    /// An IPv4 address as 4 bytes, from any of the forms that C programs take.
    #[function("(string, /)", getargs)]
    fn inet_aton(string: &str) -> Result<Ref<Bytes>> {
        match names::loose_inet(&c_string(string)?) {
            Some(address) => Bytes::try_new(&address),
            None => Err(raise!(OSError, "illegal IP address string passed to inet_aton")),
        }
    }

    /// The text of an IPv4 address of 4 bytes.
    #[function("(packed_ip, /)", getargs)]
    fn inet_ntoa(packed_ip: BytesLike) -> Result<String> {
        match packed_ip.bytes().len() {
            4 => names::to_text(libc::AF_INET, packed_ip.bytes()).map_err(Errno::raise),
            _ => Err(raise!(OSError, "packed IP wrong length for inet_ntoa")),
        }
    }

    /// An address of the family as bytes, from its text.
    #[function("(af, ip, /)", getargs)]
    fn inet_pton(af: c_int, ip: &str) -> Result<Ref<Bytes>> {
        match names::from_text(af, &c_string(ip)?) {
            Ok(Some(address)) => Bytes::try_new(&address),
            Ok(None) => Err(raise!(OSError, "illegal IP address string passed to inet_pton")),
            Err(error) => Err(error.raise()),
        }
    }

    /// The text of an address of the family, from its bytes.
    #[function("(af, packed_ip, /)", getargs)]
    fn inet_ntop(af: c_int, packed_ip: BytesLike) -> Result<String> {
        match names::address_size(af) {
            None => Err(raise!(ValueError, "unknown address family {af}")),
            Some(size) if size != packed_ip.bytes().len() => {
                Err(raise!(ValueError, "invalid length of packed IP address string"))
            }
            Some(_) => names::to_text(af, packed_ip.bytes()).map_err(Errno::raise),
        }
    }

    /// The network interfaces: a list of pairs (number, name).
    #[function(no_text_signature)]
    fn if_nameindex() -> Result<Vec<Ref>> {
        let found = raised(interfaces::all())?;
        found.iter().map(|(number, name)| (*number, decode(name)?).into_object()).collect()
    }

    /// The number of the network interface with the name.
    #[function("(if_name, /)", getargs)]
    fn if_nametoindex(if_name: &Object) -> Result<u32> {
        interfaces::number(&converted(if_name)?).ok_or_else(|| raise!(OSError, "no interface with this name"))
    }

    /// The name of the network interface with the number.
    #[function("(if_index, /)", no_text_signature)]
    fn if_indextoname(if_index: &Object) -> Result<Ref<Str>> {
        let Some(number) = if_index.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
        if number.is_negative() {
            bail!(OverflowError, "can't convert negative value to unsigned int");
        }
        let Some(number) = number.to_u64() else {
            bail!(OverflowError, "Python int too large to convert to C unsigned long");
        };
        match u32::try_from(number) {
            Ok(number) => decode(&raised(interfaces::name(number))?),
            Err(_) => Err(Errno(libc::ENXIO).raise()),
        }
    }
}
