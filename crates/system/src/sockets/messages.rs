//! Messages with several buffers and ancillary data.

use std::ffi::{c_int, c_uint};
use std::mem;
use std::ptr;

use super::address::{Address, Raw};
use crate::Errno;

/// An item of ancillary data: level, type, content.
pub type Ancillary = (c_int, c_int, Vec<u8>);

/// The most bytes that ancillary data may have, headers included.
const MOST: usize = c_int::MAX as usize;

/// The length that an item of so many bytes has in its header; none where it has too many.
pub fn item_length(content: usize) -> Option<usize> {
    // SAFETY: arithmetic.
    let header = unsafe { libc::CMSG_LEN(0) } as usize;
    content.checked_add(header).filter(|&length| length <= MOST)
}

/// The bytes that an item of so many bytes takes, alignment included; none where there are too many.
pub fn item_space(content: usize) -> Option<usize> {
    item_length(content).filter(|&length| length <= MOST - size_of::<u64>())?;
    // SAFETY: arithmetic on a number that was checked.
    Some(unsafe { libc::CMSG_SPACE(content as c_uint) } as usize)
}

/// Bytes that are aligned for the headers of ancillary data.
struct Control(Vec<u64>, usize);

impl Control {
    fn room(bytes: usize) -> Control {
        Control(vec![0; bytes.div_ceil(size_of::<u64>())], bytes)
    }

    fn header(&mut self) -> libc::msghdr {
        // SAFETY: a structure of plain numbers and pointers that may be null.
        let mut header: libc::msghdr = unsafe { mem::zeroed() };
        if self.1 > 0 {
            header.msg_control = self.0.as_mut_ptr().cast();
            header.msg_controllen = self.1;
        }
        header
    }
}

/// What a call received.
pub struct Received {
    pub count: usize,
    pub ancillary: Vec<Ancillary>,
    pub flags: c_int,
    pub address: Option<Address>,
    /// Whether an item's header tells of more than there is room for.
    pub is_malformed: bool,
}

/// Receives a message into the buffers, with room for `room` bytes of ancillary data.
pub fn receive(socket: c_int, buffers: &[libc::iovec], room: usize, flags: c_int) -> Result<Received, Errno> {
    let mut raw = Raw::room();
    let mut control = Control::room(room);
    let mut header = control.header();
    header.msg_name = raw.as_mut_ptr().cast();
    header.msg_namelen = raw.length();
    header.msg_iov = buffers.as_ptr().cast_mut();
    header.msg_iovlen = buffers.len();
    // SAFETY: all that the header points to has the length told; the buffers are the caller's, to be filled.
    let count =
        usize::try_from(unsafe { libc::recvmsg(socket, &mut header, flags) }).map_err(|_| Errno::last())?;
    raw.set_length(header.msg_namelen);
    let (ancillary, is_malformed) = items(&header);
    Ok(Received { count, ancillary, flags: header.msg_flags, address: raw.address(), is_malformed })
}

/// The items that a call left, each cut where the room ended.
fn items(header: &libc::msghdr) -> (Vec<Ancillary>, bool) {
    let mut found = Vec::new();
    let end = header.msg_control as usize + header.msg_controllen;
    // SAFETY: the macros stay within the room that the header tells of, and no content is read past its end.
    unsafe {
        let mut item = libc::CMSG_FIRSTHDR(header);
        while !item.is_null() {
            let content = libc::CMSG_DATA(item);
            let told = (*item).cmsg_len as usize;
            let Some(length) = told.checked_sub(content as usize - item as usize) else {
                return (found, true);
            };
            let length = length.min(end.saturating_sub(content as usize));
            let content = std::slice::from_raw_parts(content, length).to_vec();
            found.push(((*item).cmsg_level, (*item).cmsg_type, content));
            item = libc::CMSG_NXTHDR(header, item);
        }
    }
    (found, false)
}

/// Ancillary data as a message has it. None where it is more than a message may have.
pub struct Outgoing(Control);

impl Outgoing {
    pub fn new(items: &[Ancillary]) -> Option<Outgoing> {
        let mut space = 0_usize;
        for (_, _, content) in items {
            space = space.checked_add(item_space(content.len())?).filter(|&space| space <= MOST)?;
        }
        let mut control = Control::room(space);
        let header = control.header();
        // SAFETY: the space is the sum of what the items take, so that each has its place.
        unsafe {
            let mut place = libc::CMSG_FIRSTHDR(&header);
            for (level, kind, content) in items {
                if place.is_null() {
                    return None;
                }
                (*place).cmsg_level = *level;
                (*place).cmsg_type = *kind;
                (*place).cmsg_len = libc::CMSG_LEN(content.len() as c_uint) as usize;
                ptr::copy_nonoverlapping(content.as_ptr(), libc::CMSG_DATA(place), content.len());
                place = libc::CMSG_NXTHDR(&header, place);
            }
        }
        Some(Outgoing(control))
    }

    /// Sends a message of the buffers' bytes.
    pub fn send(
        &mut self,
        socket: c_int,
        buffers: &[libc::iovec],
        flags: c_int,
        to: Option<&Address>,
    ) -> Result<usize, Errno> {
        let raw = to.map(Address::raw);
        let mut header = self.0.header();
        if let Some(raw) = &raw {
            header.msg_name = raw.as_ptr().cast_mut().cast();
            header.msg_namelen = raw.length();
        }
        header.msg_iov = buffers.as_ptr().cast_mut();
        header.msg_iovlen = buffers.len();
        // SAFETY: all that the header points to has the length told, and is only read.
        usize::try_from(unsafe { libc::sendmsg(socket, &header, flags) }).map_err(|_| Errno::last())
    }
}
