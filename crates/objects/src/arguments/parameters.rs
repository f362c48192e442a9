//! Matching positional and keyword arguments with parameters.

use crate::prelude::*;
use crate::str::InternedName;

/// How many parameters of which kind a function has.
pub struct Shape {
    /// The name that messages use; empty for functions that do not tell theirs.
    pub function: &'static str,
    pub positional_only: usize,
    /// Those that may be given by position.
    pub positional: usize,
    /// Those before the first with a default, among the positional ones.
    pub required: usize,
    /// Those without a default among the keyword-only ones, which come first there.
    pub required_keywords: usize,
    /// Whether there is a `*args`.
    pub has_rest: bool,
    /// Whether there is a `**kwargs`.
    pub has_keywords: bool,
}

/// The parameters of a function that takes keywords; in a `static` of its own.
pub struct Parameters<const N: usize> {
    shape: Shape,
    /// Empty for positional-only parameters.
    names: [InternedName; N],
    /// Whether each argument is converted before the next one is looked for, as `PyArg_ParseTupleAndKeywords`
    /// does: what is missing or left over is told only after the conversions before it.
    is_parsed: bool,
}

/// A call's arguments, each in its parameter's place.
pub struct Unpacked<'a, const N: usize> {
    pub values: [Option<&'a Object>; N],
    /// What `*args` gets.
    pub rest: &'a [&'a Object],
    /// What `**kwargs` gets.
    pub keywords: Keywords<'a>,
    /// Whether there are keyword arguments that found no place, where that is still to tell.
    has_leftover: bool,
}

/// Keyword arguments that no parameter is named like.
pub struct Keywords<'a> {
    given: Given<'a>,
    /// The names that parameters took.
    taken: &'a [InternedName],
}

/// Keyword arguments as a call passes them.
#[derive(Clone, Copy)]
enum Given<'a> {
    None,
    Vector { names: &'a Tuple, values: &'a [&'a Object] },
    Dict(&'a Dict),
}

impl<'a> Given<'a> {
    fn count(self) -> usize {
        match self {
            Given::None => 0,
            Given::Vector { values, .. } => values.len(),
            Given::Dict(dict) => dict.len(),
        }
    }

    /// The value for a name, by identity first and then by equality.
    fn get(self, wanted: &Str) -> Result<Option<&'a Object>> {
        match self {
            Given::None => Ok(None),
            Given::Vector { names, values } => {
                let names = names.as_slice();
                let index = names.iter().position(|name| name.is(wanted));
                let index = index.or_else(|| names.iter().position(|name| is_named(name, wanted)));
                Ok(index.map(|index| values[index]))
            }
            Given::Dict(dict) => {
                let value = dict.get(wanted)?;
                // SAFETY: the caller's dictionary keeps the value for the time of the call.
                Ok(value.map(|value| unsafe { &*value.as_ptr().cast_const() }))
            }
        }
    }

    /// Calls back with each name and value.
    fn for_each(self, mut visit: impl FnMut(&Object, &Object) -> Result<()>) -> Result<()> {
        match self {
            Given::None => Ok(()),
            Given::Vector { names, values } => {
                names.as_slice().iter().zip(values).try_for_each(|(name, value)| visit(name, value))
            }
            Given::Dict(dict) => {
                let mut position = 0;
                while let Some((name, value)) = dict.next(&mut position) {
                    visit(&name, &value)?;
                }
                Ok(())
            }
        }
    }
}

fn is_named(name: &Object, wanted: &Str) -> bool {
    name.downcast::<Str>().is_some_and(|name| name.equals(wanted))
}

impl<const N: usize> Parameters<N> {
    pub const fn new(shape: Shape, names: [InternedName; N]) -> Parameters<N> {
        Parameters { shape, names, is_parsed: false }
    }

    /// The same for a function that takes its arguments as with `PyArg_ParseTupleAndKeywords`.
    pub const fn parsed(shape: Shape, names: [InternedName; N]) -> Parameters<N> {
        Parameters { shape, names, is_parsed: true }
    }

    /// Unpacks a vectorcall's arguments, the named values last.
    #[inline]
    pub fn unpack_vector<'a>(
        &'static self,
        arguments: &'a [&'a Object],
        names: Option<&'a Tuple>,
    ) -> Result<Unpacked<'a, N>> {
        let Some(names) = names.filter(|names| names.size() > 0) else {
            return self.unpack(arguments, Given::None);
        };
        let (positional, values) = arguments.split_at(arguments.len() - names.size() as usize);
        self.unpack(positional, Given::Vector { names, values })
    }

    /// Unpacks a tuple and a dictionary.
    pub fn unpack_tuple<'a>(
        &'static self,
        arguments: &'a [&'a Object],
        keywords: Option<&'a Dict>,
    ) -> Result<Unpacked<'a, N>> {
        match keywords.filter(|keywords| keywords.len() > 0) {
            Some(keywords) => self.unpack(arguments, Given::Dict(keywords)),
            None => self.unpack(arguments, Given::None),
        }
    }

    #[inline]
    fn unpack<'a>(&'static self, arguments: &'a [&'a Object], given: Given<'a>) -> Result<Unpacked<'a, N>> {
        let mut values = [None; N];
        let has_leftover = match given {
            // Most calls.
            Given::None if self.shape.takes_by_position(arguments.len()) => {
                values.iter_mut().zip(arguments).for_each(|(value, &argument)| *value = Some(argument));
                false
            }
            _ => self.shape.fill(&self.names, arguments, given, &mut values, self.is_parsed)?,
        };
        let rest = match self.shape.has_rest {
            true => arguments.get(self.shape.positional..).unwrap_or(&[]),
            false => &[],
        };
        Ok(Unpacked {
            values,
            rest,
            keywords: Keywords { given, taken: &self.names[self.shape.positional_only..] },
            has_leftover,
        })
    }

    /// A required argument of a function whose arguments are converted in turn.
    #[inline]
    pub fn required<'a>(&self, unpacked: &Unpacked<'a, N>, index: usize) -> Result<&'a Object> {
        unpacked.values[index].ok_or_else(|| self.shape.missing(&self.names, index))
    }

    /// Raises for what found no place among the arguments of such a function; `count` were given by position.
    #[inline]
    pub fn check_leftover(&self, unpacked: &Unpacked<'_, N>, count: usize) -> Result<()> {
        match unpacked.has_leftover {
            true => self.shape.check_leftover(&self.names, count, unpacked.keywords.given),
            false => Ok(()),
        }
    }
}

impl Shape {
    /// Puts each argument into its parameter's place, and raises what the call deserves; tells whether
    /// there are arguments left over to raise for.
    fn fill<'a>(
        &self,
        names: &[InternedName],
        arguments: &[&'a Object],
        given: Given<'a>,
        values: &mut [Option<&'a Object>],
        is_parsed: bool,
    ) -> Result<bool> {
        self.check_counts(values.len(), arguments.len(), given.count(), is_parsed)?;
        for (value, argument) in values.iter_mut().zip(arguments).take(self.positional) {
            *value = Some(argument);
        }
        let mut left = given.count();
        let by_position = arguments.len().min(self.positional);
        for index in by_position.max(self.positional_only)..values.len() {
            let value = if left > 0 { given.get(names[index].get())? } else { None };
            match value {
                Some(_) => {
                    left -= 1;
                    values[index] = value;
                }
                None if self.is_required(index) => match is_parsed {
                    true => break,
                    false => return Err(self.missing(names, index)),
                },
                None => {}
            }
        }
        if left > 0 && !is_parsed {
            self.check_leftover(names, by_position, given)?;
        }
        Ok(left > 0)
    }

    /// Whether so many arguments by position, and none by name, are such a call's.
    #[inline(always)]
    fn takes_by_position(&self, count: usize) -> bool {
        (self.required..=self.positional).contains(&count) && self.required_keywords == 0
    }

    fn is_required(&self, index: usize) -> bool {
        index < self.required || index >= self.positional && index < self.positional + self.required_keywords
    }

    #[inline]
    fn check_counts(&self, parameters: usize, given: usize, named: usize, is_parsed: bool) -> Result<()> {
        let open = self.has_rest || self.has_keywords;
        let least = self.positional_only.min(self.required);
        // Such a function looks at the named arguments as if there were no others.
        let named_at_most = parameters - self.positional;
        let are_apart = self.has_rest && self.positional == self.positional_only && !self.has_keywords;
        if are_apart && given >= least && named > named_at_most {
            return Err(self.wrong_count(named_at_most, 0, named, false));
        }
        if (given + named > parameters && !open)
            || (given > self.positional && !self.has_rest)
            || given < least
        {
            if self.counts_positional(open) {
                // What takes any other arguments counts those by position as if they were all there are.
                let most = if self.has_rest { usize::MAX } else { self.positional };
                let tell = if is_parsed { super::wrong_parsed_count } else { super::wrong_count };
                return Err(tell(self.function, given, self.required, most));
            }
            return Err(self.wrong_count(parameters, given, named, open));
        }
        Ok(())
    }

    /// Whether the arguments by position are counted as if there were no others, which any number may follow.
    fn counts_positional(&self, open: bool) -> bool {
        open && self.positional > 0
            && self.positional_only == self.positional
            && self.required == self.positional
    }

    /// What messages call the function.
    fn shown(&self) -> String {
        match self.function {
            "" => "function".to_owned(),
            function => format!("{function}()"),
        }
    }

    #[cold]
    fn wrong_count(&self, parameters: usize, given: usize, named: usize, open: bool) -> Raised {
        let function = self.shown();
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if given + named > parameters && !open {
            let keyword = if given == 0 { "keyword " } else { "" };
            return raise!(
                TypeError,
                "{function} takes at most {parameters} {keyword}argument{} ({} given)",
                plural(parameters),
                given + named
            );
        }
        let (bound, expected) = match given > self.positional && !self.has_rest {
            true if self.positional == 0 => {
                return raise!(TypeError, "{function} takes no positional arguments");
            }
            true => (if self.required < self.positional { "at most" } else { "exactly" }, self.positional),
            false => {
                let least = self.positional_only.min(self.required);
                (if least < self.positional { "at least" } else { "exactly" }, least)
            }
        };
        raise!(
            TypeError,
            "{function} takes {bound} {expected} positional argument{} ({given} given)",
            plural(expected)
        )
    }

    #[cold]
    fn missing(&self, names: &[InternedName], index: usize) -> Raised {
        raise!(
            TypeError,
            "{} missing required argument '{}' (pos {})",
            self.shown(),
            names[index].get(),
            index + 1
        )
    }

    /// Raises for the keyword arguments that found no place.
    #[cold]
    fn check_leftover(&self, names: &[InternedName], by_position: usize, given: Given<'_>) -> Result<()> {
        let function = self.shown();
        for (index, name) in names.iter().enumerate().take(by_position).skip(self.positional_only) {
            let name = name.get();
            if given.get(name)?.is_some() {
                bail!(
                    TypeError,
                    "argument for {function} given by name ('{name}') and position ({})",
                    index + 1
                );
            }
        }
        let known = &names[self.positional_only..];
        given.for_each(|name, _| {
            let Some(name) = name.downcast::<Str>() else { bail!(TypeError, "keywords must be strings") };
            if self.has_keywords || known.iter().any(|known| known.get().equals(name)) {
                return Ok(());
            }
            let function = if self.function.is_empty() { "this function" } else { &function };
            bail!(TypeError, "'{name}' is an invalid keyword argument for {function}")
        })
    }
}

impl<'a> Keywords<'a> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.given.count() == 0 || {
            let mut empty = true;
            let _ = self.for_each(|_, _| {
                empty = false;
                Ok(())
            });
            empty
        }
    }

    /// Calls back with each name and value.
    pub fn for_each(&self, mut visit: impl FnMut(&Str, &Object) -> Result<()>) -> Result<()> {
        self.given.for_each(|name, value| {
            let Some(name) = name.downcast::<Str>() else { bail!(TypeError, "keywords must be strings") };
            match self.taken.iter().any(|taken| taken.get().equals(name)) {
                true => Ok(()),
                false => visit(name, value),
            }
        })
    }

    /// A new dictionary of them.
    pub fn to_dict(&self) -> Result<Ref<Dict>> {
        let dict = Dict::new();
        self.for_each(|name, value| dict.set(name, value))?;
        Ok(dict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape and the names of a signature such as `(a, /, b=, *, c)`.
    fn parse(signature: &'static str) -> (Shape, Vec<InternedName>) {
        let mut shape = Shape {
            function: "f",
            positional_only: 0,
            positional: 0,
            required: 0,
            required_keywords: 0,
            has_rest: false,
            has_keywords: false,
        };
        let mut names = Vec::new();
        let mut keyword_only = false;
        for part in signature.trim_matches(['(', ')']).split(", ").filter(|part| !part.is_empty()) {
            match part {
                "/" => {
                    shape.positional_only = names.len();
                    names.fill_with(|| InternedName::new(""));
                }
                "*" => keyword_only = true,
                _ => {
                    let is_required = !part.ends_with('=');
                    shape.positional += usize::from(!keyword_only);
                    shape.required += usize::from(is_required && !keyword_only);
                    shape.required_keywords += usize::from(is_required && keyword_only);
                    names.push(InternedName::new(part.trim_end_matches('=')));
                }
            }
        }
        (shape, names)
    }

    /// What the call gives: the values of the parameters, or the message.
    fn outcome(signature: &'static str, call: &str) -> String {
        let (shape, names) = parse(signature);
        let keywords = Dict::new();
        let mut positional = Vec::new();
        for argument in call.split_whitespace() {
            let number = |text: &str| Int::new(text.parse().unwrap());
            match argument.split_once('=') {
                Some((name, value)) => keywords.set(&Str::new(name), &number(value)).unwrap(),
                None => positional.push(number(argument).into_object()),
            }
        }
        let given = if keywords.is_empty() { Given::None } else { Given::Dict(&keywords) };
        let mut values = vec![None; names.len()];
        match shape.fill(&names, Ref::slice(&positional), given, &mut values, false) {
            Ok(_) => {
                let shown = |value: &Option<&Object>| value.map_or("-".into(), |value| value.repr_lossy());
                values.iter().map(shown).collect::<Vec<_>>().join(" ")
            }
            Err(raised) => {
                let exception = raised.fetch();
                let message = exception.value.map_or(String::new(), |value| value.str().unwrap().to_string());
                format!("TypeError: {message}")
            }
        }
    }

    /// Each line was recorded from CPython 3.9: a signature, a call, and what came of it.
    #[test]
    fn calls() {
        crate::startup::with_types(|| {
            for line in include_str!("parameters.txt").lines() {
                let [signature, call, expected] = line.split(" | ").collect::<Vec<_>>()[..] else {
                    panic!("not a case: {line}");
                };
                assert_eq!(outcome(signature, call.trim()), expected, "{line}");
            }
        });
    }
}
