//! Messages of several buffers, with ancillary data.

use std::ffi::c_int;

use objects::arguments::{Place, required};
use objects::buffer::{Buffer, BytesLike, request};
use objects::prelude::*;

use super::address;
use super::errors::Failure;
use super::object::{Interest, Socket};
use system::sockets::messages::{self, Ancillary, Outgoing, Received};

/// The kinds of ancillary data of the kernel's cryptography (`linux/if_alg.h`).
mod algorithm {
    use std::ffi::c_int;

    pub const LEVEL: c_int = 279;
    pub const SET_IV: c_int = 2;
    pub const SET_OP: c_int = 3;
    pub const SET_AEAD_ASSOCLEN: c_int = 4;
}

/// The buffers of an iterable.
fn buffers(iterable: &Object, flags: c_int, caller: &str) -> Result<Vec<Buffer>> {
    if iterable.class().tp_iter.get().is_none() && !iterable.is_sequence() {
        bail!(TypeError, "{caller}() argument 1 must be an iterable");
    }
    iterable.collect_vec()?.iter().map(|item| item.get_buffer(flags)).collect()
}

fn vectors(buffers: &[Buffer]) -> Vec<libc::iovec> {
    let vector = |buffer: &Buffer| libc::iovec { iov_base: buffer.view().buf, iov_len: buffer.len() };
    buffers.iter().map(vector).collect()
}

/// Ancillary data from an iterable of triples (level, type, bytes).
fn ancillary(iterable: &Object) -> Result<Vec<Ancillary>> {
    if iterable.class().tp_iter.get().is_none() && !iterable.is_sequence() {
        bail!(TypeError, "sendmsg() argument 2 must be an iterable");
    }
    let place = Place::parsed("sendmsg", "argument 2");
    let item = |item: &Ref| {
        let is_bytes = item.downcast::<Bytes>().is_some();
        if !item.is_sequence() || is_bytes {
            let name = item.class().name();
            bail!(
                TypeError,
                "[sendmsg() ancillary data items]() argument must be 3-item sequence, not {name}"
            );
        }
        let parts = item.collect_vec()?;
        let [level, kind, content] = &parts[..] else {
            let count = parts.len();
            bail!(
                TypeError,
                "[sendmsg() ancillary data items]() argument must be sequence of length 3, not {count}"
            );
        };
        let (level, kind) = (required(Some(level), &place)?, required(Some(kind), &place)?);
        Ok((level, kind, BytesLike::of(content)?.bytes().to_vec()))
    };
    iterable.collect_vec()?.iter().map(item).collect()
}

/// Room for ancillary data.
fn room(length: isize) -> Result<usize> {
    let room = usize::try_from(length).ok().filter(|&room| room <= c_int::MAX as usize);
    room.ok_or_else(|| raise!(ValueError, "invalid ancillary data buffer length"))
}

impl Socket {
    fn receive_message(&self, vectors: &[libc::iovec], room: usize, flags: c_int) -> Result<Received> {
        self.perform(Interest::Reading, |file| messages::receive(file, vectors, room, flags))
            .map_err(Failure::raise)
    }

    /// Ancillary data, flags and address of a message, for the result.
    fn parts(&self, received: &Received) -> Result<(Ref, c_int, Ref)> {
        let mut items = Vec::with_capacity(received.ancillary.len());
        for (level, kind, content) in &received.ancillary {
            items.push((*level, *kind, Bytes::try_new(content)?).into_object()?);
        }
        if received.is_malformed {
            let message = "received malformed or improperly-truncated ancillary data";
            (objects::services::get().warn)(&exceptions::RuntimeWarning, &Str::new(message), 1, None)?;
        }
        let address = address::to_object(received.address.as_ref(), self.protocol())?;
        Ok((List::from_vec(items).into_object(), received.flags, address))
    }

    fn send_message(
        &self,
        buffers: &[Buffer],
        ancillary: &[Ancillary],
        flags: c_int,
        to: Option<&system::sockets::Address>,
    ) -> Result<usize> {
        let vectors = vectors(buffers);
        let Some(mut outgoing) = Outgoing::new(ancillary) else {
            bail!(OSError, "too much ancillary data");
        };
        self.perform(Interest::Writing, |file| outgoing.send(file, &vectors, flags, to))
            .map_err(Failure::raise)
    }
}

#[methods(MESSAGES)]
impl Socket {
    /// Receives a message of up to bufsize bytes, with room for ancbufsize bytes of ancillary data.
    ///
    /// Returns a tuple (bytes, ancillary data, flags, address); the data is a list of triples (level, type, bytes).
    #[method("(bufsize, ancbufsize=0, flags=0, /)", getargs)]
    fn recvmsg(&self, bufsize: isize, ancbufsize: isize, flags: c_int) -> Result<Ref> {
        let Ok(length) = usize::try_from(bufsize) else {
            bail!(ValueError, "negative buffer size in recvmsg()");
        };
        let room = room(ancbufsize)?;
        let mut received = None;
        let bytes = Bytes::build_up_to(length, |buffer| {
            let vector = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
            let message = self.receive_message(&[vector], room, flags)?;
            let count = message.count;
            received = Some(message);
            Ok(count)
        })?;
        let Some(received) = received else { bail!(SystemError, "no message was received") };
        let (ancillary, flags, address) = self.parts(&received)?;
        (bytes, ancillary, flags, address).into_object()
    }

    /// Receives a message like recvmsg(), into an iterable of buffers, one after the other.
    ///
    /// Returns a tuple (number of bytes, ancillary data, flags, address).
    #[method("(buffers, ancbufsize=0, flags=0, /)", getargs)]
    fn recvmsg_into(&self, buffers: &Object, ancbufsize: isize, flags: c_int) -> Result<Ref> {
        let held = self::buffers(buffers, request::WRITABLE, "recvmsg_into").map_err(|raised| {
            let is_wrong = raised.matches(&exceptions::TypeError) || raised.matches(&exceptions::BufferError);
            let is_iterable = buffers.class().tp_iter.get().is_some() || buffers.is_sequence();
            match is_wrong && is_iterable {
                false => raised,
                true => {
                    raised.clear();
                    let wanted = "an iterable of single-segment read-write buffers";
                    raise!(TypeError, "recvmsg_into() argument 1 must be {wanted}")
                }
            }
        })?;
        let received = self.receive_message(&vectors(&held), room(ancbufsize)?, flags)?;
        let (ancillary, flags, address) = self.parts(&received)?;
        (received.count, ancillary, flags, address).into_object()
    }

    /// Sends a message made of an iterable of buffers, with ancillary data: an iterable of triples
    /// (level, type, bytes). Returns how many bytes were sent, those of the ancillary data not counted.
    #[method("(buffers, ancdata=(), flags=0, address=None, /)", getargs)]
    fn sendmsg(
        &self,
        buffers: &Object,
        ancdata: Option<&Object>,
        flags: c_int,
        address: Option<&Object>,
    ) -> Result<usize> {
        let address = address.filter(|address| !address.is_none());
        let to = address.map(|address| address::parse(self, address, "sendmsg")).transpose()?;
        let audited = address.map_or_else(none, Object::to_ref);
        (objects::services::get().audit)("socket.sendmsg", &[self.as_object(), &audited])?;
        let held = self::buffers(buffers, request::SIMPLE, "sendmsg")?;
        let items = ancdata.map_or(Ok(Vec::new()), ancillary)?;
        self.send_message(&held, &items, flags, to.as_ref())
    }

    /// Sends data to the kernel's cryptography: what to do (op), the IV, and how many bytes are only authenticated.
    #[method("(msg=(), *, op=-1, iv=None, assoclen=-1, flags=0)", no_text_signature)]
    fn sendmsg_afalg(
        &self,
        msg: Option<&Object>,
        op: c_int,
        iv: Option<&Object>,
        assoclen: Option<c_int>,
        flags: c_int,
    ) -> Result<usize> {
        if self.family() != libc::AF_ALG {
            bail!(OSError, "algset is only supported for AF_ALG");
        }
        if op < 0 {
            bail!(TypeError, "invalid or missing argument 'op'");
        }
        let mut items = vec![(algorithm::LEVEL, algorithm::SET_OP, op.to_ne_bytes().to_vec())];
        if let Some(iv) = iv.filter(|iv| !iv.is_none()) {
            let iv = BytesLike::of(iv)?;
            let mut content = (iv.bytes().len() as u32).to_ne_bytes().to_vec();
            content.extend_from_slice(iv.bytes());
            items.push((algorithm::LEVEL, algorithm::SET_IV, content));
        }
        if let Some(length) = assoclen {
            if length < 0 {
                bail!(TypeError, "assoclen must be positive");
            }
            items.push((algorithm::LEVEL, algorithm::SET_AEAD_ASSOCLEN, length.to_ne_bytes().to_vec()));
        }
        let held = msg.map_or(Ok(Vec::new()), |msg| self::buffers(msg, request::SIMPLE, "sendmsg_afalg"))?;
        self.send_message(&held, &items, flags, None)
    }
}
