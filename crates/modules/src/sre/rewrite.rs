//! `Pattern.sub`: a string with its matches replaced.

use objects::buffer::request;
use objects::prelude::*;
use objects::services;
use objects::str::{Points, StrBuilder};

use super::matched::Match;
use super::pattern::Pattern;
use super::subject::{Mode, Subject};

/// What stands in place of a match.
enum Replacement {
    /// Called with the match.
    Function(Ref),
    Text(Ref),
}

impl Replacement {
    /// A template with escapes is for the module `re` to take apart.
    fn new(pattern: &Pattern, template: &Object) -> Result<Replacement> {
        if template.is_callable() {
            return Ok(Replacement::Function(template.to_ref()));
        }
        if is_literal(template) {
            return Ok(Replacement::Text(template.to_ref()));
        }
        let expand = services::import("re")?.get_attr(intern!("_subx"))?;
        let filter = expand.call(&[pattern.as_object(), template])?;
        Ok(if filter.is_callable() { Replacement::Function(filter) } else { Replacement::Text(filter) })
    }
}

fn is_literal(template: &Object) -> bool {
    match Subject::new(template) {
        Ok(subject) => match subject.range(0, usize::MAX) {
            Points::One(units) => !units.contains(&b'\\'),
            points => points.iter().all(|point| point != u32::from(b'\\')),
        },
        Err(raised) => {
            raised.clear();
            false
        }
    }
}

/// Pieces of a string or of bytes, joined. That a piece is of the wrong type shows at the end only.
struct Joiner {
    content: Content,
    count: usize,
    wrong: Option<(usize, String)>,
}

enum Content {
    Text(StrBuilder),
    Bytes(Vec<u8>),
}

impl Joiner {
    fn new(is_bytes: bool) -> Joiner {
        let content = if is_bytes { Content::Bytes(Vec::new()) } else { Content::Text(StrBuilder::new()) };
        Joiner { content, count: 0, wrong: None }
    }

    fn push_points(&mut self, points: Points<'_>) {
        self.count += 1;
        match &mut self.content {
            Content::Text(builder) => builder.push_points(points),
            Content::Bytes(bytes) => bytes.extend_from_slice(points.as_bytes()),
        }
    }

    fn push_object(&mut self, object: &Object) {
        let index = self.count;
        self.count += 1;
        let fits = match &mut self.content {
            Content::Text(builder) => {
                object.downcast::<Str>().map(|text| builder.push_string(text)).is_some()
            }
            Content::Bytes(bytes) => match object.get_buffer(request::SIMPLE) {
                Ok(buffer) => {
                    bytes.extend_from_slice(buffer.bytes());
                    true
                }
                Err(raised) => {
                    raised.clear();
                    false
                }
            },
        };
        if !fits && self.wrong.is_none() {
            self.wrong = Some((index, object.class().name().to_owned()));
        }
    }

    fn finish(self) -> Result<Ref> {
        let Some((index, found)) = self.wrong else {
            return match self.content {
                Content::Text(builder) => builder.finish().map(Ref::into_object),
                Content::Bytes(bytes) => Bytes::try_new(&bytes).map(Ref::into_object),
            };
        };
        let expected = match self.content {
            Content::Text(_) => "str instance",
            Content::Bytes(_) => "a bytes-like object",
        };
        Err(raise!(TypeError, "sequence item {index}: expected {expected}, {found} found"))
    }
}

/// The string with matches replaced, `count` at most unless that is 0, and how many were.
pub fn substitute(
    pattern: &Pattern,
    template: &Object,
    string: &Object,
    count: isize,
) -> Result<(Ref, usize)> {
    let replacement = Replacement::new(pattern, template)?;
    let subject = pattern.subject(string)?;
    let mut state = subject.state(0, isize::MAX);
    let bounds = (state.start, state.end);
    let mut joiner = Joiner::new(subject.is_bytes());
    let (mut last, mut done) = (0, 0);
    while (count == 0 || (done as isize) < count)
        && subject.run(pattern.program(), &mut state, Mode::Search)?
    {
        if last < state.start {
            joiner.push_points(subject.range(last, state.start));
        }
        let item = match &replacement {
            Replacement::Text(text) => text.clone(),
            Replacement::Function(function) => {
                function.call1(&Match::new(pattern, &subject, &state, bounds))?
            }
        };
        if !item.is_none() {
            joiner.push_object(&item);
        }
        last = state.position;
        done += 1;
        state.advance();
    }
    if joiner.count == 0 {
        return Ok((subject.slice(last, bounds.1)?, done));
    }
    if last < bounds.1 {
        joiner.push_points(subject.range(last, bounds.1));
    }
    Ok((joiner.finish()?, done))
}
