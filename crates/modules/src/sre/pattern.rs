//! `re.Pattern`: a compiled regular expression.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::offset_of;

use ::sre::{Program, State};
use objects::generic_alias;
use objects::iterators::callable_iterator;
use objects::mapping_proxy::MappingProxy;
use objects::prelude::*;

use super::matched::Match;
use super::rewrite;
use super::scanner::Scanner;
use super::subject::{Mode, Subject};

/// A program with what Python sees of it.
#[repr(C)]
pub struct Pattern {
    base: Object,
    groups: isize,
    /// Names of groups to numbers.
    groupindex: Field<Dict>,
    /// Names of groups by number, or `None`.
    indexgroup: Field<Tuple>,
    /// The source, or `None`.
    pattern: Field,
    flags: i32,
    /// Whether it is for bytes; nothing for a pattern without a source, which is for both.
    is_bytes: Option<bool>,
    code: Vec<u32>,
    program: Program,
    weakrefs: Cell<*mut Object>,
}

/// The flags that `repr` names, by bit.
const FLAG_NAMES: [&str; 9] =
    ["TEMPLATE", "IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG", "ASCII"];
const LOCALE: i32 = 4;
const UNICODE: i32 = 32;
const ASCII: i32 = 256;

/// How much of the source `repr` shows.
const REPR_LIMIT: usize = 200;

impl Pattern {
    /// `_sre.compile`.
    pub fn compile(
        pattern: &Object,
        flags: i32,
        code: &List,
        groups: isize,
        groupindex: &Dict,
        indexgroup: &Tuple,
    ) -> Result<Ref<Pattern>> {
        let code = code_words(code)?;
        let is_bytes = match pattern.is_none() {
            true => None,
            false => Some(Subject::new(pattern)?.is_bytes()),
        };
        let program = usize::try_from(groups).ok().and_then(|groups| Program::new(&code, groups).ok());
        let Some(program) = program else { bail!(RuntimeError, "invalid SRE code") };
        Ok(Ref::new(Pattern {
            base: Object::header(),
            groups,
            groupindex: Field::new(Some(groupindex.to_ref())),
            indexgroup: Field::new(Some(indexgroup.to_ref())),
            pattern: Field::new(Some(pattern.to_ref())),
            flags,
            is_bytes,
            code,
            program,
            weakrefs: Cell::new(std::ptr::null_mut()),
        }))
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// How many groups there are, without the whole match.
    pub fn group_count(&self) -> usize {
        self.groups as usize
    }

    /// Names of groups to numbers.
    pub fn group_names(&self) -> Result<Ref<Dict>> {
        self.groupindex.get().ok_or_else(|| raise!(SystemError, "a pattern without its group index"))
    }

    /// The name of a group, or `None`.
    pub fn name_of(&self, group: usize) -> Ref {
        let names = self.indexgroup.get();
        names.and_then(|names| names.items().get(group).cloned()).unwrap_or_else(none)
    }

    /// The subject, which has to be of the kind that the pattern is for. `TypeError`.
    pub fn subject(&self, string: &Object) -> Result<Subject> {
        let subject = Subject::new(string)?;
        match (self.is_bytes, subject.is_bytes()) {
            (Some(true), false) => bail!(TypeError, "cannot use a bytes pattern on a string-like object"),
            (Some(false), true) => bail!(TypeError, "cannot use a string pattern on a bytes-like object"),
            _ => Ok(subject),
        }
    }

    fn find(&self, string: &Object, pos: isize, endpos: isize, mode: Mode) -> Result<Option<Ref<Match>>> {
        let subject = self.subject(string)?;
        let mut state = subject.state(pos, endpos);
        let bounds = (state.start, state.end);
        match subject.run(&self.program, &mut state, mode)? {
            true => Ok(Some(Match::new(self, &subject, &state, bounds))),
            false => Ok(None),
        }
    }

    /// What one match adds to the list of `findall`.
    fn found(&self, subject: &Subject, state: &State) -> Result<Ref> {
        let group = |number| {
            let (start, end) = state.group(number).unwrap_or((0, 0));
            subject.slice(start, end)
        };
        match self.group_count() {
            0 => subject.slice(state.start, state.position),
            1 => group(1),
            count => {
                let groups = (1..=count).map(group).collect::<Result<Vec<_>>>()?;
                Tuple::new(groups).map(Ref::into_object)
            }
        }
    }

    fn flag_names(&self) -> String {
        let mut flags = self.flags;
        // A pattern for text follows Unicode unless it says otherwise.
        if self.is_bytes != Some(true) && flags & (LOCALE | UNICODE | ASCII) == UNICODE {
            flags &= !UNICODE;
        }
        let mut names = Vec::new();
        for (bit, name) in FLAG_NAMES.iter().enumerate() {
            if flags & 1 << bit != 0 {
                names.push(format!("re.{name}"));
            }
        }
        let rest = flags >> FLAG_NAMES.len() << FLAG_NAMES.len();
        if rest != 0 {
            names.push(format!("{rest:#x}"));
        }
        names.join("|")
    }
}

fn code_words(code: &List) -> Result<Vec<u32>> {
    let word = |item: Ref| {
        let word = item.downcast::<Int>().and_then(Int::to_u64).and_then(|word| u32::try_from(word).ok());
        word.ok_or_else(|| raise!(OverflowError, "regular expression code size limit exceeded"))
    };
    code.to_vec().into_iter().map(word).collect()
}

/// A regular expression that is ready to be searched for, as re.compile() makes it.
#[class(name = "Pattern", module = "re", weaklist_offset = offset_of!(Pattern, weakrefs))]
impl Pattern {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let source = self.pattern.get().map_or_else(|| Ok(Str::empty()), |pattern| pattern.repr())?;
        let source = source.substring(0, source.len().min(REPR_LIMIT))?;
        let mut builder = objects::str::StrBuilder::new();
        builder.push_str("re.compile(");
        builder.push_string(&source);
        let flags = self.flag_names();
        if !flags.is_empty() {
            builder.push_str(", ");
            builder.push_str(&flags);
        }
        builder.push_str(")");
        builder.finish()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let source = self.pattern.get().map_or(Ok(0), |pattern| pattern.hash())?;
        let mut hasher = DefaultHasher::new();
        (source, self.flags, self.is_bytes, self.groups, &self.code).hash(&mut hasher);
        Ok(hasher.finish() as isize)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.downcast_exact::<Pattern>()) else {
            return Ok(not_implemented());
        };
        let equal = std::ptr::eq(self, other)
            || (self.flags, self.is_bytes) == (other.flags, other.is_bytes)
                && self.code == other.code
                && match (self.pattern.get(), other.pattern.get()) {
                    (Some(mine), Some(theirs)) => mine.compare_bool(&theirs, CompareOp::Eq)?,
                    _ => false,
                };
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    /// The match that begins where the string does, or at pos; None if there is none.
    #[method("(string, pos=0, endpos=sys.maxsize)", name = "match")]
    fn match_(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::Match)
    }

    /// The match of the whole string, or from pos to endpos; None if there is none.
    #[method("(string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::FullMatch)
    }

    /// The first match anywhere in the string, or between pos and endpos; None if there is none.
    #[method("(string, pos=0, endpos=sys.maxsize)")]
    fn search(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::Search)
    }

    /// Replace the leftmost matches that do not overlap by repl; the new string.
    #[method("(repl, string, count=0)")]
    fn sub(&self, repl: &Object, string: &Object, count: isize) -> Result<Ref> {
        rewrite::substitute(self, repl, string, count).map(|(result, _)| result)
    }

    /// Replace the leftmost matches that do not overlap by repl; (new_string, number_of_subs_made).
    #[method("(repl, string, count=0)")]
    fn subn(&self, repl: &Object, string: &Object, count: isize) -> Result<(Ref, usize)> {
        rewrite::substitute(self, repl, string, count)
    }

    /// All matches from left to right that do not overlap, in a list of texts.
    ///
    /// With one group in the pattern, these are that group's; with several, tuples of them.
    #[method("(string, pos=0, endpos=sys.maxsize)")]
    fn findall(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref<List>> {
        let subject = self.subject(string)?;
        let mut state = subject.state(pos, endpos);
        let list = List::new();
        while subject.run(&self.program, &mut state, Mode::Search)? {
            list.push(self.found(&subject, &state)?)?;
            state.advance();
        }
        Ok(list)
    }

    /// Split string where the pattern occurs in it.
    #[method("(string, maxsplit=0)")]
    fn split(&self, string: &Object, maxsplit: isize) -> Result<Ref<List>> {
        let subject = self.subject(string)?;
        let mut state = subject.state(0, isize::MAX);
        let list = List::new();
        let (mut last, mut count) = (0, 0);
        while (maxsplit == 0 || count < maxsplit) && subject.run(&self.program, &mut state, Mode::Search)? {
            list.push(subject.slice(last, state.start)?)?;
            for group in 1..=self.group_count() {
                list.push(subject.slice_or_none(state.group(group))?)?;
            }
            count += 1;
            last = state.position;
            state.advance();
        }
        list.push(subject.slice(last, state.end)?)?;
        Ok(list)
    }

    /// All matches from left to right that do not overlap, as match objects one by one.
    #[method("(string, pos=0, endpos=sys.maxsize)")]
    fn finditer(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref> {
        let scanner = Scanner::new(self, string, pos, endpos)?;
        let search = scanner.as_object().get_attr(intern!("search"))?;
        Ok(callable_iterator(&search, &none()))
    }

    #[method("(string, pos=0, endpos=sys.maxsize)")]
    fn scanner(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref<Scanner>> {
        Scanner::new(self, string, pos, endpos)
    }

    #[method]
    fn __copy__(&self) -> &Pattern {
        self
    }

    #[method("(memo, /)")]
    fn __deepcopy__(&self, _memo: &Object) -> &Pattern {
        self
    }

    /// Makes Pattern[item], for type hints.
    #[classmethod("(item, /)", no_text_signature)]
    fn __class_getitem__(class: &Type, item: &Object) -> Result<Ref> {
        generic_alias::new(class.as_object(), item)
    }

    /// What was compiled, text or bytes; None for a pattern that was made without.
    #[member(OBJECT, readonly)]
    const pattern: usize = offset_of!(Pattern, pattern);

    /// The flags that the pattern has, as an int: those it was given, and those it sets itself.
    #[member(INT, readonly)]
    const flags: usize = offset_of!(Pattern, flags);

    /// How many groups the pattern has.
    #[member(PYSSIZET, readonly)]
    const groups: usize = offset_of!(Pattern, groups);

    /// The numbers of the groups that have names, by those.
    #[getter]
    fn groupindex(&self) -> Result<Ref<MappingProxy>> {
        Ok(MappingProxy::new(self.group_names()?.into_object()))
    }
}
