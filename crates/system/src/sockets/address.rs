//! The addresses of each family, to and from the form that the system takes.

use std::ffi::c_int;

/// Qualcomm's router of messages between processors, which the C library's bindings do not name.
pub const AF_QIPCRTR: c_int = 42;

/// The longest address of any family, in bytes.
const LONGEST: usize = 128;
/// Room for the path of a Unix socket, in bytes.
pub const PATH_ROOM: usize = 108;
/// Room for the hardware address of an interface, in bytes.
pub const HARDWARE_ROOM: usize = 8;
pub const ALGORITHM_KIND_ROOM: usize = 14;
pub const ALGORITHM_NAME_ROOM: usize = 64;

/// An address of a socket. Numbers are the machine's, not the network's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Inet {
        host: [u8; 4],
        port: u16,
    },
    Inet6 {
        host: [u8; 16],
        port: u16,
        flow: u32,
        scope: u32,
    },
    /// A path, or a name of the abstract kind, which begins with NUL.
    Unix(Vec<u8>),
    Netlink {
        port: u32,
        groups: u32,
    },
    Packet {
        interface: c_int,
        protocol: u16,
        kind: u8,
        hardware_type: u16,
        hardware: Vec<u8>,
    },
    /// What identifies the other side depends on the protocol.
    Can {
        interface: c_int,
        identifiers: [u8; 16],
    },
    Algorithm {
        kind: [u8; ALGORITHM_KIND_ROOM],
        feature: u32,
        mask: u32,
        name: [u8; ALGORITHM_NAME_ROOM],
    },
    VirtualMachine {
        context: u32,
        port: u32,
    },
    Tipc {
        kind: u8,
        scope: i8,
        words: [u32; 3],
    },
    Router {
        node: u32,
        port: u32,
    },
    Other {
        family: u16,
        data: Vec<u8>,
    },
}

/// An address as the system takes and gives it.
#[repr(C, align(8))]
pub struct Raw {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Raw {
    /// Room for an address that a call fills in.
    pub fn room() -> Raw {
        Raw { bytes: [0; LONGEST], length: LONGEST }
    }

    fn of(family: c_int, fields: &[&[u8]]) -> Raw {
        let mut raw = Raw { bytes: [0; LONGEST], length: 0 };
        for field in [&(family as u16).to_ne_bytes()[..]].iter().chain(fields) {
            let end = (raw.length + field.len()).min(LONGEST);
            let start = raw.length;
            raw.bytes[start..end].copy_from_slice(&field[..end - start]);
            raw.length = end;
        }
        raw
    }

    /// What the system said about it, copied.
    pub fn from_bytes(bytes: &[u8]) -> Raw {
        let mut raw = Raw { bytes: [0; LONGEST], length: bytes.len().min(LONGEST) };
        raw.bytes[..raw.length].copy_from_slice(&bytes[..raw.length]);
        raw
    }

    pub fn as_ptr(&self) -> *const libc::sockaddr {
        self.bytes.as_ptr().cast()
    }

    pub fn as_mut_ptr(&mut self) -> *mut libc::sockaddr {
        self.bytes.as_mut_ptr().cast()
    }

    pub fn length(&self) -> libc::socklen_t {
        self.length as libc::socklen_t
    }

    pub fn set_length(&mut self, length: libc::socklen_t) {
        self.length = (length as usize).min(LONGEST);
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        std::array::from_fn(|index| self.bytes.get(at + index).copied().unwrap_or(0))
    }

    fn word(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.array(at))
    }

    fn port(&self) -> u16 {
        u16::from_be_bytes(self.array(2))
    }

    /// The address; none where there is none, as of an unnamed peer.
    pub fn address(&self) -> Option<Address> {
        if self.length < 2 {
            return None;
        }
        let family = u16::from_ne_bytes(self.array(0));
        Some(match c_int::from(family) {
            libc::AF_INET => Address::Inet { host: self.array(4), port: self.port() },
            libc::AF_INET6 => Address::Inet6 {
                host: self.array(8),
                port: self.port(),
                flow: u32::from_be_bytes(self.array(4)),
                scope: self.word(24),
            },
            libc::AF_UNIX => {
                let path = &self.bytes[2..self.length];
                let is_abstract = path.first() == Some(&0);
                let end = path.iter().position(|&byte| byte == 0).filter(|_| !is_abstract);
                Address::Unix(path[..end.unwrap_or(path.len())].to_vec())
            }
            libc::AF_NETLINK => Address::Netlink { port: self.word(4), groups: self.word(8) },
            libc::AF_PACKET => Address::Packet {
                interface: self.word(4) as c_int,
                protocol: self.port(),
                kind: self.bytes[10],
                hardware_type: u16::from_ne_bytes(self.array(8)),
                hardware: self.bytes[12..][..usize::from(self.bytes[11]).min(HARDWARE_ROOM)].to_vec(),
            },
            libc::AF_CAN => Address::Can { interface: self.word(4) as c_int, identifiers: self.array(8) },
            libc::AF_ALG => Address::Algorithm {
                kind: self.array(2),
                feature: self.word(16),
                mask: self.word(20),
                name: self.array(24),
            },
            libc::AF_VSOCK => Address::VirtualMachine { context: self.word(8), port: self.word(4) },
            libc::AF_TIPC => Address::Tipc {
                kind: self.bytes[2],
                scope: self.bytes[3] as i8,
                words: [self.word(4), self.word(8), self.word(12)],
            },
            AF_QIPCRTR => Address::Router { node: self.word(4), port: self.word(8) },
            _ => Address::Other { family, data: self.bytes[2..self.length].to_vec() },
        })
    }
}

impl Address {
    /// The form that the system takes.
    pub fn raw(&self) -> Raw {
        match self {
            Address::Inet { host, port } => Raw::of(libc::AF_INET, &[&port.to_be_bytes(), host, &[0; 8]]),
            Address::Inet6 { host, port, flow, scope } => Raw::of(
                libc::AF_INET6,
                &[&port.to_be_bytes(), &flow.to_be_bytes(), host, &scope.to_ne_bytes()],
            ),
            Address::Unix(path) => match path.first() {
                None | Some(0) => Raw::of(libc::AF_UNIX, &[path]),
                Some(_) => Raw::of(libc::AF_UNIX, &[path, &[0]]),
            },
            Address::Netlink { port, groups } => {
                Raw::of(libc::AF_NETLINK, &[&[0; 2], &port.to_ne_bytes(), &groups.to_ne_bytes()])
            }
            Address::Packet { interface, protocol, kind, hardware_type, hardware } => {
                let mut room = [0; HARDWARE_ROOM];
                let length = hardware.len().min(HARDWARE_ROOM);
                room[..length].copy_from_slice(&hardware[..length]);
                Raw::of(
                    libc::AF_PACKET,
                    &[
                        &protocol.to_be_bytes(),
                        &interface.to_ne_bytes(),
                        &hardware_type.to_ne_bytes(),
                        &[*kind, length as u8],
                        &room,
                    ],
                )
            }
            Address::Can { interface, identifiers } => {
                Raw::of(libc::AF_CAN, &[&[0; 2], &interface.to_ne_bytes(), identifiers])
            }
            Address::Algorithm { kind, feature, mask, name } => {
                Raw::of(libc::AF_ALG, &[kind, &feature.to_ne_bytes(), &mask.to_ne_bytes(), name])
            }
            Address::VirtualMachine { context, port } => {
                Raw::of(libc::AF_VSOCK, &[&[0; 2], &port.to_ne_bytes(), &context.to_ne_bytes(), &[0; 4]])
            }
            Address::Tipc { kind, scope, words } => {
                let [first, second, third] = words.map(u32::to_ne_bytes);
                Raw::of(libc::AF_TIPC, &[&[*kind, *scope as u8], &first, &second, &third])
            }
            Address::Router { node, port } => {
                Raw::of(AF_QIPCRTR, &[&[0; 2], &node.to_ne_bytes(), &port.to_ne_bytes()])
            }
            Address::Other { family, data } => Raw::of((*family).into(), &[data]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_as_they_went() {
        for address in [
            Address::Inet { host: [127, 0, 0, 1], port: 80 },
            Address::Inet6 { host: [9; 16], port: 65535, flow: 7, scope: 3 },
            Address::Unix(b"/tmp/a".to_vec()),
            Address::Unix(b"\0name\0x".to_vec()),
            Address::Unix(Vec::new()),
            Address::Netlink { port: 1, groups: u32::MAX },
            Address::Packet { interface: 2, protocol: 3, kind: 4, hardware_type: 5, hardware: vec![6; 6] },
            Address::Can { interface: 5, identifiers: [8; 16] },
            Address::Algorithm { kind: [b'a'; 14], feature: 1, mask: 2, name: [b'b'; 64] },
            Address::VirtualMachine { context: 2, port: 99 },
            Address::Tipc { kind: 1, scope: -1, words: [1, 2, 3] },
            Address::Router { node: 1, port: 2 },
            Address::Other { family: 200, data: vec![1, 2, 3] },
        ] {
            assert_eq!(address.raw().address(), Some(address));
        }
        assert_eq!(Raw::from_bytes(&[]).address(), None);
    }
}
