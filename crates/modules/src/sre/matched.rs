//! `re.Match`: what a pattern matched.

use std::mem::offset_of;

use ::sre::State;
use objects::generic_alias;
use objects::prelude::*;
use objects::services;

use super::pattern::Pattern;
use super::subject::Subject;

/// A match. Its groups are places in the string.
#[repr(C)]
pub struct Match {
    base: Object,
    string: Field,
    /// The tuple `regs`, once asked for.
    regs: Field<Tuple>,
    pattern: Field<Pattern>,
    pos: isize,
    endpos: isize,
    /// The last group closed, or 0.
    last_index: usize,
    /// The whole match, and each group.
    spans: Box<[Option<(usize, usize)>]>,
}

fn no_such_group() -> Raised {
    raise!(IndexError, "no such group")
}

/// A span as Python shows it: -1 where there is none.
fn ends(span: Option<(usize, usize)>) -> (isize, isize) {
    span.map_or((-1, -1), |(start, end)| (start as isize, end as isize))
}

impl Match {
    /// The match that a state holds, looked for within `bounds`.
    pub fn new(pattern: &Pattern, subject: &Subject, state: &State, bounds: (usize, usize)) -> Ref<Match> {
        let whole = Some((state.start, state.position));
        let groups = (1..=pattern.group_count()).map(|group| state.group(group));
        Ref::new(Match {
            base: Object::header(),
            string: Field::new(Some(subject.object().to_ref())),
            regs: Field::null(),
            pattern: Field::new(Some(pattern.to_ref())),
            pos: bounds.0 as isize,
            endpos: bounds.1 as isize,
            last_index: state.last_index,
            spans: std::iter::once(whole).chain(groups).collect(),
        })
    }

    fn pattern(&self) -> Result<Ref<Pattern>> {
        self.pattern.get().ok_or_else(|| raise!(SystemError, "a match without its pattern"))
    }

    fn subject(&self) -> Result<Subject> {
        let string = self.string.get().ok_or_else(|| raise!(SystemError, "a match without its string"))?;
        Subject::new(&string)
    }

    /// The number of a group given by number or name. `IndexError`.
    fn number_of(&self, group: &Object) -> Result<usize> {
        let number = if group.has_index() {
            group.as_isize_clip()?
        } else {
            let number = self.pattern()?.group_names()?.get(group)?;
            match number.as_ref().and_then(|number| number.downcast::<Int>()) {
                Some(number) => number.to_isize().unwrap_or(-1),
                None => -1,
            }
        };
        usize::try_from(number).ok().filter(|&number| number < self.spans.len()).ok_or_else(no_such_group)
    }

    fn span_of(&self, group: Option<&Object>) -> Result<(isize, isize)> {
        let number = group.map_or(Ok(0), |group| self.number_of(group))?;
        Ok(ends(self.spans[number]))
    }

    fn text_of(&self, group: &Object) -> Result<Ref> {
        let number = self.number_of(group)?;
        self.subject()?.slice_or_none(self.spans[number])
    }
}

/// What a pattern has matched in a string, and where. A match is always true.
#[class(name = "Match", module = "re")]
impl Match {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (start, end) = ends(self.spans[0]);
        let text = self.subject()?.slice_or_none(self.spans[0])?.repr()?;
        let mut builder = objects::str::StrBuilder::new();
        builder.push_str(&format!("<re.Match object; span=({start}, {end}), match="));
        builder.push_string(&text);
        builder.push_str(">");
        builder.finish()
    }

    #[slot(mp_subscript)]
    fn item(&self, group: &Object) -> Result<Ref> {
        self.text_of(group)
    }

    /// group([group1, ...]) -> str or tuple.
    ///     The text of groups given by number or name; several come as a tuple.
    ///     Without arguments, the whole match.
    #[method("(*groups)", no_text_signature)]
    fn group(&self, groups: &[&Object]) -> Result<Ref> {
        match groups {
            [] => self.subject()?.slice_or_none(self.spans[0]),
            [group] => self.text_of(group),
            groups => {
                let texts = groups.iter().map(|group| self.text_of(group)).collect::<Result<Vec<_>>>()?;
                Tuple::new(texts).map(Ref::into_object)
            }
        }
    }

    /// Where the text of a group begins, -1 if it took no part.
    #[method("(group=0, /)")]
    fn start(&self, group: Option<&Object>) -> Result<isize> {
        self.span_of(group).map(|(start, _)| start)
    }

    /// Where the text of a group ends, -1 if it took no part.
    #[method("(group=0, /)")]
    fn end(&self, group: Option<&Object>) -> Result<isize> {
        self.span_of(group).map(|(_, end)| end)
    }

    /// Where the text of a group begins and ends, as a pair; (-1, -1) if it took no part.
    #[method("(group=0, /)")]
    fn span(&self, group: Option<&Object>) -> Result<(isize, isize)> {
        self.span_of(group)
    }

    /// The texts of all groups from 1 on, in a tuple.
    ///
    ///   default
    ///     Stands for groups that took no part in the match.
    #[method("(default=None)")]
    fn groups(&self, default: Option<&Object>) -> Result<Ref<Tuple>> {
        let subject = self.subject()?;
        let text = |span: &Option<(usize, usize)>| match (span, default) {
            (None, Some(default)) => Ok(default.to_ref()),
            (span, _) => subject.slice_or_none(*span),
        };
        Tuple::new(self.spans[1..].iter().map(text).collect::<Result<Vec<_>>>()?)
    }

    /// The texts of all groups that have names, in a dict by those.
    ///
    ///   default
    ///     Stands for groups that took no part in the match.
    #[method("(default=None)")]
    fn groupdict(&self, default: Option<&Object>) -> Result<Ref<Dict>> {
        let dict = Dict::new();
        let subject = self.subject()?;
        for name in self.pattern()?.group_names()?.keys_vec() {
            let text = match (self.spans[self.number_of(&name)?], default) {
                (None, Some(default)) => default.to_ref(),
                (span, _) => subject.slice_or_none(span)?,
            };
            dict.set(&name, &text)?;
        }
        Ok(dict)
    }

    /// The text that a template stands for, with groups and escapes filled in as sub() does.
    #[method("(template)")]
    fn expand(&self, template: &Object) -> Result<Ref> {
        let expand = services::import("re")?.get_attr(intern!("_expand"))?;
        let pattern = self.pattern()?;
        expand.call(&[pattern.as_object(), self.as_object(), template])
    }

    #[method]
    fn __copy__(&self) -> &Match {
        self
    }

    #[method("(memo, /)")]
    fn __deepcopy__(&self, _memo: &Object) -> &Match {
        self
    }

    /// Makes Match[item], for type hints.
    #[classmethod("(item, /)", no_text_signature)]
    fn __class_getitem__(class: &Type, item: &Object) -> Result<Ref> {
        generic_alias::new(class.as_object(), item)
    }

    /// The string in which the match was found.
    #[member(OBJECT, readonly)]
    const string: usize = offset_of!(Match, string);

    /// The pattern that has matched.
    #[member(OBJECT, readonly)]
    const re: usize = offset_of!(Match, pattern);

    /// Where in the string the search began.
    #[member(PYSSIZET, readonly)]
    const pos: usize = offset_of!(Match, pos);

    /// Where in the string the search would have ended.
    #[member(PYSSIZET, readonly)]
    const endpos: usize = offset_of!(Match, endpos);

    /// The number of the group that was closed last, None if none was.
    #[getter]
    fn lastindex(&self) -> Option<usize> {
        (self.last_index > 0).then_some(self.last_index)
    }

    /// The name of the group that was closed last, None if it has none, or none was.
    #[getter]
    fn lastgroup(&self) -> Result<Ref> {
        match self.last_index {
            0 => Ok(none()),
            index => Ok(self.pattern()?.name_of(index)),
        }
    }

    #[getter]
    fn regs(&self) -> Result<Ref<Tuple>> {
        if let Some(regs) = self.regs.get() {
            return Ok(regs);
        }
        let pairs = self.spans.iter().map(|&span| ends(span).into_object()).collect::<Result<Vec<_>>>()?;
        let regs = Tuple::new(pairs)?;
        self.regs.set(Some(regs.clone()));
        Ok(regs)
    }
}
