//! Encodings of several bytes for a code point, some of which have a state.

use objects::str::Points;

use super::decoded::Decoded;
use super::hz;
use super::iso2022::{self, Iso2022};
use super::stateless::Stateless;

/// What an encoding remembers between calls.
pub type State = [u8; 8];

/// Why coding stopped before the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// What so many bytes or code points say is not of the encoding.
    Illegal(usize),
    /// More has to come before it can be told.
    Incomplete,
}

enum Kind {
    Stateless(Stateless),
    Hz(hz::Hz),
    Iso2022(Iso2022),
}

/// An encoding.
pub struct Codec {
    pub name: &'static str,
    kind: Kind,
}

impl Codec {
    /// The encoding of a name, which is as Python's codecs have it.
    pub fn named(name: &'static str) -> Option<Codec> {
        let kind = match name {
            "hz" => Kind::Hz(hz::Hz::new()?),
            _ if name.starts_with("iso2022") => Kind::Iso2022(Iso2022::named(name)?),
            _ => Kind::Stateless(Stateless::named(name)?),
        };
        Some(Codec { name, kind })
    }

    /// The state at the beginning of text to be encoded.
    pub fn encoding_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::ENCODING_STATE,
            _ => State::default(),
        }
    }

    /// The state at the beginning of bytes to be decoded.
    pub fn decoding_state(&self) -> State {
        match self.kind {
            Kind::Iso2022(_) => iso2022::DECODING_STATE,
            _ => State::default(),
        }
    }

    /// Decodes bytes from a place on, to the end or to where it cannot go on.
    pub fn decode(
        &self,
        state: &mut State,
        input: &[u8],
        at: &mut usize,
        text: &mut Decoded,
    ) -> Result<(), Stop> {
        match &self.kind {
            Kind::Stateless(codec) => codec.decode(input, at, text),
            Kind::Hz(codec) => codec.decode(state, input, at, text),
            Kind::Iso2022(codec) => codec.decode(state, input, at, text),
        }
    }

    /// Encodes code points from a place on, to the end or to where it cannot go on. `is_last`: nothing stands behind.
    pub fn encode(
        &self,
        state: &mut State,
        points: Points<'_>,
        at: &mut usize,
        bytes: &mut Vec<u8>,
        is_last: bool,
    ) -> Result<(), Stop> {
        match &self.kind {
            Kind::Stateless(codec) => codec.encode(points, at, bytes, is_last),
            Kind::Hz(codec) => codec.encode(state, points, at, bytes),
            Kind::Iso2022(codec) => codec.encode(state, points, at, bytes, is_last),
        }
    }

    /// Encodes the way back to the state at the beginning.
    pub fn reset_encoding(&self, state: &mut State, bytes: &mut Vec<u8>) {
        match self.kind {
            Kind::Stateless(_) => {}
            Kind::Hz(_) => hz::reset_encoding(state, bytes),
            Kind::Iso2022(_) => iso2022::reset_encoding(state, bytes),
        }
    }

    /// Goes back to the state at the beginning.
    pub fn reset_decoding(&self, state: &mut State) {
        match self.kind {
            Kind::Stateless(_) => {}
            Kind::Hz(_) => *state = State::default(),
            Kind::Iso2022(_) => iso2022::reset_decoding(state),
        }
    }
}
