//! Channels: queues between interpreters, known by number in the whole process.
//!
//! Each interpreter that has sent or received has an end of its own, which it may release. A channel is
//! closed for all once every end is; closing the sending side lets the receivers take what is left.

use std::cell::RefCell;
use std::collections::VecDeque;

use objects::gil_bound::GilBound;
use objects::prelude::*;
use vm::sharing::Shared;

use super::{CHANNEL_CLOSED, CHANNEL_EMPTY, CHANNEL_NOT_EMPTY, CHANNEL_NOT_FOUND};

/// Which ends of a channel something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Send,
    Receive,
    Both,
}

impl Side {
    /// Both, unless exactly one is named.
    pub fn of(send: bool, receive: bool) -> Side {
        match (send, receive) {
            (true, false) => Side::Send,
            (false, true) => Side::Receive,
            _ => Side::Both,
        }
    }
}

/// One interpreter's end of a channel.
struct End {
    interpreter: i64,
    open: bool,
}

/// The ends on one side.
#[derive(Default)]
struct Ends(Vec<End>);

impl Ends {
    fn find(&self, interpreter: i64) -> Option<&End> {
        self.0.iter().find(|end| end.interpreter == interpreter)
    }

    fn any_open(&self) -> bool {
        self.0.iter().any(|end| end.open)
    }

    /// The interpreter uses the side; false where it has released it.
    fn associate(&mut self, interpreter: i64) -> bool {
        match self.find(interpreter) {
            Some(end) => end.open,
            None => {
                self.0.push(End { interpreter, open: true });
                true
            }
        }
    }

    fn release(&mut self, interpreter: i64) {
        self.associate(interpreter);
        for end in self.0.iter_mut().filter(|end| end.interpreter == interpreter) {
            end.open = false;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    /// Nothing more may be sent; what waits may be received.
    Closing,
    Closed,
}

struct Channel {
    id: i64,
    state: State,
    queue: VecDeque<Shared>,
    send: Ends,
    receive: Ends,
    /// The objects that stand for its number.
    objects: usize,
}

#[derive(Default)]
struct Channels {
    list: Vec<Channel>,
    next: i64,
}

/// The channels of the process. Never borrowed while Python code can run.
static CHANNELS: GilBound<RefCell<Channels>> =
    GilBound::new(RefCell::new(Channels { list: Vec::new(), next: 0 }));

/// Why something cannot be done with a channel; raised once the channels are not borrowed any more.
pub enum Failure {
    NotFound(i64),
    Closed(i64),
    /// The calling interpreter has released its end.
    Released,
    Empty(i64),
    NotEmpty,
}

impl Failure {
    #[cold]
    pub fn raise(self) -> Raised {
        match self {
            Failure::NotFound(id) => CHANNEL_NOT_FOUND.raise(&format!("channel {id} not found")),
            Failure::Closed(id) => CHANNEL_CLOSED.raise(&format!("channel {id} closed")),
            Failure::Released => CHANNEL_CLOSED.raise("channel already closed"),
            Failure::Empty(id) => CHANNEL_EMPTY.raise(&format!("channel {id} is empty")),
            Failure::NotEmpty => CHANNEL_NOT_EMPTY.raise("may not be closed if not empty (try force=True)"),
        }
    }
}

/// Runs `act` on a channel, whatever its state.
fn with<T>(id: i64, act: impl FnOnce(&mut Channel) -> Result<T, Failure>) -> Result<T, Failure> {
    let mut channels = CHANNELS.get().borrow_mut();
    match channels.list.iter_mut().find(|channel| channel.id == id) {
        Some(channel) => act(channel),
        None => Err(Failure::NotFound(id)),
    }
}

/// Runs `act` on a channel that is not closed.
fn with_open<T>(id: i64, act: impl FnOnce(&mut Channel) -> Result<T, Failure>) -> Result<T, Failure> {
    with(id, |channel| match channel.state {
        State::Closed => Err(Failure::Closed(id)),
        _ => act(channel),
    })
}

/// Makes a channel; its number.
pub fn create() -> i64 {
    let mut channels = CHANNELS.get().borrow_mut();
    let id = channels.next;
    channels.next += 1;
    channels.list.push(Channel {
        id,
        state: State::Open,
        queue: VecDeque::new(),
        send: Ends::default(),
        receive: Ends::default(),
        objects: 0,
    });
    id
}

/// Makes a channel as though it never was.
pub fn destroy(id: i64) -> Result<(), Failure> {
    let removed = {
        let mut channels = CHANNELS.get().borrow_mut();
        let index = channels.list.iter().position(|channel| channel.id == id);
        index.map(|index| channels.list.remove(index))
    };
    // What waited in it is dropped here, when nothing is borrowed.
    match removed {
        Some(_) => Ok(()),
        None => Err(Failure::NotFound(id)),
    }
}

/// The numbers of all channels, the newest first.
pub fn list() -> Vec<i64> {
    CHANNELS.get().borrow().list.iter().rev().map(|channel| channel.id).collect()
}

/// Whether the channel takes what an interpreter sends; then it counts among the senders.
pub fn begin_send(id: i64) -> Result<(), Failure> {
    with_open(id, |channel| match channel.state {
        State::Open => Ok(()),
        _ => Err(Failure::Closed(id)),
    })
}

/// Adds a value to the queue.
pub fn send(id: i64, interpreter: i64, value: Shared) -> Result<(), Failure> {
    with_open(id, |channel| {
        if !channel.send.associate(interpreter) {
            return Err(Failure::Released);
        }
        channel.queue.push_back(value);
        Ok(())
    })
}

/// Takes the value at the front of the queue.
pub fn receive(id: i64, interpreter: i64) -> Result<Shared, Failure> {
    with_open(id, |channel| {
        if !channel.receive.associate(interpreter) {
            return Err(Failure::Released);
        }
        let value = channel.queue.pop_front();
        if channel.state == State::Closing && channel.queue.is_empty() {
            channel.state = State::Closed;
        }
        value.ok_or(Failure::Empty(id))
    })
}

/// Closes the channel for all interpreters. With values in it that takes force, unless it is the sending
/// side alone.
pub fn close(id: i64, side: Side, force: bool) -> Result<(), Failure> {
    let dropped = with_open(id, |channel| {
        if !force && side == Side::Send && channel.state == State::Closing {
            return Err(Failure::Closed(id));
        }
        if !force && !channel.queue.is_empty() {
            if side != Side::Send {
                return Err(Failure::NotEmpty);
            }
            channel.state = State::Closing;
            return Ok(VecDeque::new());
        }
        channel.state = State::Closed;
        Ok(std::mem::take(&mut channel.queue))
    });
    dropped.map(drop)
}

/// Closes an interpreter's own ends; the last that is closed closes the channel.
pub fn release(id: i64, interpreter: i64, side: Side) -> Result<(), Failure> {
    let dropped = with_open(id, |channel| {
        if side != Side::Receive {
            channel.send.release(interpreter);
        }
        if side != Side::Send {
            channel.receive.release(interpreter);
        }
        if channel.send.any_open() || channel.receive.any_open() {
            return Ok(VecDeque::new());
        }
        channel.state = State::Closed;
        Ok(std::mem::take(&mut channel.queue))
    });
    dropped.map(drop)
}

/// Whether an interpreter has an open end on the side.
pub fn is_associated(id: i64, interpreter: i64, sends: bool) -> Result<bool, Failure> {
    with_open(id, |channel| {
        if sends && channel.state == State::Closing {
            return Err(Failure::Closed(id));
        }
        let ends = if sends { &channel.send } else { &channel.receive };
        Ok(ends.find(interpreter).is_some_and(|end| end.open))
    })
}

/// Counts an object that stands for the channel.
pub fn add_object(id: i64) -> Result<(), Failure> {
    with(id, |channel| {
        channel.objects += 1;
        Ok(())
    })
}

/// Counts one less; with the last the channel goes.
pub fn drop_object(id: i64) {
    let left = with(id, |channel| {
        channel.objects = channel.objects.saturating_sub(1);
        Ok(channel.objects)
    });
    if matches!(left, Ok(0)) {
        // It is there: it was counted.
        let _ = destroy(id);
    }
}
