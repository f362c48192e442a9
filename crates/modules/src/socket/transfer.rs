//! Bytes through a socket.

use std::ffi::c_int;
use std::time::{Duration, Instant};

use objects::arguments::Place;
use objects::buffer::{Buffer, BytesLike, request};
use objects::prelude::*;

use super::address;
use super::errors::Failure;
use super::object::{Interest, Socket};
use super::timeout::Timeout;
use system::sockets::calls;

/// A size that is not negative.
fn size(length: isize, caller: &str) -> Result<usize> {
    usize::try_from(length).map_err(|_| raise!(ValueError, "negative buffersize in {caller}"))
}

/// The memory that bytes are received into.
struct Writable(Buffer);

impl<'a> FromArgument<'a> for Writable {
    fn from_argument(value: &'a Object, place: &Place) -> Result<Self> {
        value.get_buffer(request::WRITABLE).map(Writable).map_err(|raised| {
            raised.clear();
            place.bad_argument("read-write bytes-like object", value)
        })
    }
}

#[methods(TRANSFER)]
impl Socket {
    /// Receives up to so many bytes. No bytes mean that the other side has ended.
    #[method("(buffersize, flags=0, /)", getargs)]
    fn recv(&self, buffersize: isize, flags: c_int) -> Result<Ref<Bytes>> {
        let length = size(buffersize, "recv")?;
        Bytes::build_up_to(length, |buffer| {
            if buffer.is_empty() {
                return Ok(0);
            }
            let call = |file| calls::receive(file, buffer, flags);
            self.perform(Interest::Reading, call).map_err(Failure::raise)
        })
    }

    /// Receives into a buffer, up to nbytes or as many as it has room for. Returns how many there were.
    #[method("(buffer, nbytes=0, flags=0)", getargs)]
    fn recv_into(&self, Writable(mut buffer): Writable, nbytes: isize, flags: c_int) -> Result<usize> {
        let length = match size(nbytes, "recv_into")? {
            0 => buffer.len(),
            length => length,
        };
        if length > buffer.len() {
            bail!(ValueError, "buffer too small for requested bytes");
        }
        if length == 0 {
            return Ok(0);
        }
        let room = &mut buffer.bytes_mut()[..length];
        self.perform(Interest::Reading, |file| calls::receive(file, room, flags)).map_err(Failure::raise)
    }

    /// Receives up to so many bytes, and tells from whom: a pair (bytes, address).
    #[method("(buffersize, flags=0, /)", getargs)]
    fn recvfrom(&self, buffersize: isize, flags: c_int) -> Result<(Ref<Bytes>, Ref)> {
        let length = size(buffersize, "recvfrom")?;
        let mut sender = None;
        let bytes = Bytes::build_up_to(length, |buffer| {
            let call = |file| calls::receive_from(file, buffer, flags);
            let (count, address) = self.perform(Interest::Reading, call).map_err(Failure::raise)?;
            sender = address;
            Ok(count)
        })?;
        Ok((bytes, address::to_object(sender.as_ref(), self.protocol())?))
    }

    /// Receives into a buffer like recv_into(), and tells from whom: a pair (number of bytes, address).
    #[method("(buffer, nbytes=0, flags=0)", getargs)]
    fn recvfrom_into(
        &self,
        Writable(mut buffer): Writable,
        nbytes: isize,
        flags: c_int,
    ) -> Result<(usize, Ref)> {
        let length = match size(nbytes, "recvfrom_into")? {
            0 => buffer.len(),
            length => length,
        };
        if length > buffer.len() {
            bail!(ValueError, "nbytes is greater than the length of the buffer");
        }
        let room = &mut buffer.bytes_mut()[..length];
        let call = |file| calls::receive_from(file, room, flags);
        let (count, sender) = self.perform(Interest::Reading, call).map_err(Failure::raise)?;
        Ok((count, address::to_object(sender.as_ref(), self.protocol())?))
    }

    /// Sends bytes to the other side, and returns how many were sent: not all of them where the way is full.
    #[method("(data, flags=0, /)", getargs)]
    fn send(&self, data: BytesLike, flags: c_int) -> Result<usize> {
        self.perform(Interest::Writing, |file| calls::send(file, data.bytes(), flags)).map_err(Failure::raise)
    }

    /// Sends all the bytes. How many were sent before an error is not known.
    #[method("(data, flags=0, /)", getargs)]
    fn sendall(&self, data: BytesLike, flags: c_int) -> Result<()> {
        let timeout = self.timeout();
        let end = match timeout.0 > 0 {
            true => Instant::now().checked_add(Duration::from_nanos(timeout.0 as u64)),
            false => None,
        };
        let mut rest = data.bytes();
        let mut left = timeout;
        loop {
            let sent = self
                .perform_within(Interest::Writing, left, |file| calls::send(file, rest, flags))
                .map_err(Failure::raise)?;
            rest = &rest[sent.min(rest.len())..];
            if rest.is_empty() {
                return Ok(());
            }
            (objects::services::get().check_signals)()?;
            if let Some(end) = end {
                let Some(time) = end.checked_duration_since(Instant::now()).filter(|time| !time.is_zero())
                else {
                    return Err(Failure::TimedOut.raise());
                };
                left = Timeout(time.as_nanos() as i64);
            }
        }
    }

    /// Sends bytes to an address: sendto(data[, flags], address). Returns how many were sent.
    #[method("(data, flags_or_address, address=None, /)", varargs, no_text_signature)]
    fn sendto(&self, arguments: &Tuple) -> Result<usize> {
        let items = arguments.items();
        let (data, flags, to) = match items {
            [data, to] => (data, None, to),
            [data, flags, to] => (data, Some(flags), to),
            items => bail!(TypeError, "sendto() takes 2 or 3 arguments ({} given)", items.len()),
        };
        let data = BytesLike::of(data)?;
        let place = objects::arguments::Place::parsed("sendto", "argument 2");
        let flags: c_int = flags.map_or(Ok(0), |flags| objects::arguments::required(Some(flags), &place))?;
        let parsed = address::parse(self, to, "sendto")?;
        (objects::services::get().audit)("socket.sendto", &[self.as_object(), to])?;
        self.perform(Interest::Writing, |file| calls::send_to(file, data.bytes(), flags, &parsed))
            .map_err(Failure::raise)
    }
}
