//! `ChannelID`: the number of a channel, or of one end of it, as an object.

use std::rc::Rc;

use objects::prelude::*;
use vm::interpreter_id;
use vm::sharing::{self, Shared};

use super::channel::{self, Side};

/// A channel's number.
#[repr(C)]
#[derive(Trace)]
pub struct ChannelId {
    base: Object,
    pub id: i64,
    #[trace(skip)]
    side: Side,
    /// Whether it is counted among the channel's objects.
    counts: bool,
}

impl ChannelId {
    /// The object for a number; without the channel only where it is forced.
    pub fn new(id: i64, side: Side, force: bool) -> Result<Ref<ChannelId>> {
        let counts = match channel::add_object(id) {
            Ok(()) => true,
            Err(_) if force => false,
            Err(failure) => return Err(failure.raise()),
        };
        Ok(Ref::new(ChannelId { base: Object::header(), id, side, counts }))
    }
}

impl Drop for ChannelId {
    fn drop(&mut self) {
        if self.counts {
            channel::drop_object(self.id);
        }
    }
}

/// The number of the channel that an object says.
pub fn number(object: &Object) -> Result<i64> {
    match object.downcast::<ChannelId>() {
        Some(channel) => Ok(channel.id),
        None => interpreter_id::number(object, "channel"),
    }
}

fn share(object: &Object) -> Result<Shared> {
    let Some(channel) = object.downcast::<ChannelId>() else {
        bail!(TypeError, "expected ChannelID, got {}", object.class().name());
    };
    let (id, side) = (channel.id, channel.side);
    Ok(Box::new(move || ChannelId::new(id, side, false).map(Ref::into_object)))
}

/// Lets the objects themselves pass between interpreters.
pub fn make_shareable() {
    sharing::register(&CHANNEL_ID, Rc::new(share));
}

/// The number of a channel between interpreters; it works wherever an integer does.
#[class(
    name = "ChannelID",
    module = "_xxsubinterpreters",
    static_ = CHANNEL_ID,
    flags = BASETYPE
)]
impl ChannelId {
    #[slot(tp_new)]
    fn refuse(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create '{}' instances", class.name()))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let end = match self.side {
            Side::Send => ", send=True",
            Side::Receive => ", recv=True",
            Side::Both => "",
        };
        format!("{}({}{end})", self.class().short_name(), self.id)
    }

    #[slot(tp_str)]
    fn str(&self) -> String {
        self.id.to_string()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Int::new(self.id).as_object().hash()
    }

    #[slot(nb_index)]
    #[slot(nb_int)]
    fn index(&self) -> Ref<Int> {
        Int::new(self.id)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let wants_equal = match op {
            CompareOp::Eq => true,
            CompareOp::Ne => false,
            _ => return Ok(not_implemented()),
        };
        match other.downcast::<ChannelId>() {
            Some(other) => {
                let equal = self.id == other.id && self.side == other.side;
                (equal == wants_equal).into_object()
            }
            None if other.is_number() => Int::new(self.id).as_object().compare(other, op),
            None => Ok(not_implemented()),
        }
    }

    /// 'send', 'recv', or 'both'
    #[getter]
    fn end(&self) -> &'static str {
        match self.side {
            Side::Send => "send",
            Side::Receive => "recv",
            Side::Both => "both",
        }
    }

    /// an ID of this channel for sending only
    #[getter]
    fn send(&self) -> Result<Ref<ChannelId>> {
        ChannelId::new(self.id, Side::Send, true)
    }

    /// an ID of this channel for receiving only
    #[getter]
    fn recv(&self) -> Result<Ref<ChannelId>> {
        ChannelId::new(self.id, Side::Receive, true)
    }
}
