//! What is searched: a string, or anything that lends bytes.

use ::sre::{Environment, Error, Program, State};
use objects::buffer::{Buffer, request};
use objects::prelude::*;
use objects::services;
use objects::str::Points;

use super::locale::ProcessLocale;

/// A subject, held for as long as it is searched.
pub struct Subject {
    object: Ref,
    content: Content,
}

enum Content {
    Text(Ref<Str>),
    Bytes(Ref<Bytes>),
    Lent(Buffer),
}

/// How the engine is to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Match,
    FullMatch,
    Search,
}

impl Subject {
    /// `TypeError` for what is neither text nor bytes.
    pub fn new(object: &Object) -> Result<Subject> {
        let content = if let Some(text) = object.downcast::<Str>() {
            Content::Text(text.to_ref())
        } else if let Some(bytes) = object.downcast::<Bytes>() {
            Content::Bytes(bytes.to_ref())
        } else {
            match object.get_buffer(request::SIMPLE) {
                Ok(buffer) => Content::Lent(buffer),
                Err(raised) => {
                    raised.clear();
                    bail!(TypeError, "expected string or bytes-like object");
                }
            }
        };
        Ok(Subject { object: object.to_ref(), content })
    }

    pub fn object(&self) -> &Object {
        &self.object
    }

    pub fn is_bytes(&self) -> bool {
        !matches!(self.content, Content::Text(_))
    }

    fn points(&self) -> Points<'_> {
        match &self.content {
            Content::Text(text) => text.points(),
            Content::Bytes(bytes) => Points::One(bytes.as_bytes()),
            Content::Lent(buffer) => Points::One(buffer.bytes()),
        }
    }

    pub fn len(&self) -> usize {
        self.points().len()
    }

    /// The code points or bytes between two places.
    pub fn range(&self, start: usize, end: usize) -> Points<'_> {
        let end = end.min(self.len());
        self.points().range(start.min(end), end)
    }

    /// The part between two places, as a string or as bytes: the subject itself, if that is all of it.
    pub fn slice(&self, start: usize, end: usize) -> Result<Ref> {
        let end = end.min(self.len());
        let start = start.min(end);
        match &self.content {
            Content::Text(text) => text.substring(start, end).map(Ref::into_object),
            Content::Bytes(bytes) if bytes.is_exact() && start == 0 && end == bytes.len() => {
                Ok(bytes.clone().into_object())
            }
            Content::Bytes(bytes) => bytes_object(&bytes.as_bytes()[start..end]),
            Content::Lent(buffer) => bytes_object(&buffer.bytes()[start..end]),
        }
    }

    /// What there is of a group, or `None`.
    pub fn slice_or_none(&self, span: Option<(usize, usize)>) -> Result<Ref> {
        span.map_or_else(|| Ok(none()), |(start, end)| self.slice(start, end))
    }

    /// A state that looks between `pos` and `endpos`, brought into range.
    pub fn state(&self, pos: isize, endpos: isize) -> State {
        let place = |place: isize| usize::try_from(place).unwrap_or(0).min(self.len());
        State::new(place(pos), place(endpos))
    }

    /// Runs the engine; whether it found a match. Signal handlers may run on the way.
    pub fn run(&self, program: &Program, state: &mut State, mode: Mode) -> Result<bool> {
        let mut raised = None;
        // A lent buffer may change under a handler's hands, so that none runs then.
        let may_poll = !matches!(self.content, Content::Lent(_));
        let poll = &mut || {
            if may_poll {
                raised = (services::get().check_signals)().err();
            }
            raised.is_none()
        };
        let environment = &mut Environment { locale: &ProcessLocale, poll };
        let outcome = objects::with_units!(self.points(), units => match mode {
            Mode::Match => state.match_here(program, units, environment),
            Mode::FullMatch => state.match_full(program, units, environment),
            Mode::Search => state.search(program, units, environment),
        });
        match (outcome, raised) {
            (Ok(found), None) => Ok(found),
            (_, Some(raised)) => Err(raised),
            (Err(Error::Memory), _) => Err(raise!(MemoryError)),
            (Err(_), _) => Err(raise!(RuntimeError, "internal error in regular expression engine")),
        }
    }
}

fn bytes_object(bytes: &[u8]) -> Result<Ref> {
    Bytes::try_new(bytes).map(Ref::into_object)
}
