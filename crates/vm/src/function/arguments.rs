//! Binding arguments to parameters (language reference 6.3.4).

use bytecode::flags;
use objects::prelude::*;

use super::Function;
use crate::code::Code;
use crate::frame::Frame;

/// The arguments of a call.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    pub positional: &'a [&'a Object],
    /// The names of the keyword arguments, and as many values.
    pub names: Option<&'a [Ref]>,
    pub values: &'a [&'a Object],
}

impl Arguments<'_> {
    /// Puts the arguments in the places of a fresh frame.
    pub fn bind(&self, function: &Function, code: &Code, frame: &Frame) -> Result<()> {
        let binder = Binder { function, code, frame };
        let total = (code.argcount + code.kwonlyargcount) as usize;
        let keywords = match code.has_flags(flags::VARKEYWORDS) {
            true => {
                let keywords = Dict::new();
                let place = total + usize::from(code.has_flags(flags::VARARGS));
                frame.local(place).set(Some(keywords.clone().into_object()));
                Some(keywords)
            }
            false => None,
        };
        let argcount = code.argcount as usize;
        let taken = self.positional.len().min(argcount);
        for (index, value) in self.positional[..taken].iter().enumerate() {
            frame.local(index).set(Some(value.to_ref()));
        }
        if code.has_flags(flags::VARARGS) {
            let rest = Tuple::new(self.positional[taken..].iter().map(|value| value.to_ref()))?;
            frame.local(total).set(Some(rest.into_object()));
        }
        for (name, value) in self.names.unwrap_or(&[]).iter().zip(self.values) {
            binder.bind_keyword(name, value, keywords.as_deref(), self.names.unwrap_or(&[]))?;
        }
        if self.positional.len() > argcount && !code.has_flags(flags::VARARGS) {
            return Err(binder.too_many_positional(self.positional.len())?);
        }
        if self.positional.len() < argcount {
            binder.fill_defaults(self.positional.len())?;
        }
        if code.kwonlyargcount > 0 {
            binder.fill_keyword_defaults()?;
        }
        Ok(())
    }
}

struct Binder<'a> {
    function: &'a Function,
    code: &'a Code,
    frame: &'a Frame,
}

impl Binder<'_> {
    /// The function's name as messages show it: that of its code.
    fn name(&self) -> &Str {
        &self.code.name
    }

    fn bind_keyword(
        &self,
        name: &Object,
        value: &Object,
        keywords: Option<&Dict>,
        all_names: &[Ref],
    ) -> Result<()> {
        let Some(text) = name.downcast::<Str>() else {
            bail!(TypeError, "keywords must be strings");
        };
        match self.parameter(text)? {
            Some(index) => {
                let place = self.frame.local(index);
                if !place.is_null() {
                    bail!(TypeError, "{}() got multiple values for argument '{text}'", self.name());
                }
                place.set(Some(value.to_ref()));
                Ok(())
            }
            None => match keywords {
                Some(keywords) => keywords.set(name, value),
                None => Err(self.unexpected_keyword(text, all_names)?),
            },
        }
    }

    /// The index of the parameter that a keyword names: by identity first, then by comparison.
    fn parameter(&self, name: &Str) -> Result<Option<usize>> {
        let first = self.code.posonlyargcount as usize;
        let total = (self.code.argcount + self.code.kwonlyargcount) as usize;
        let names = &self.code.varnames.items()[first..total];
        if let Some(index) = names.iter().position(|parameter| parameter.is(name)) {
            return Ok(Some(first + index));
        }
        for (index, parameter) in names.iter().enumerate() {
            if name.as_object().compare_bool(parameter, CompareOp::Eq)? {
                return Ok(Some(first + index));
            }
        }
        Ok(None)
    }

    #[cold]
    fn unexpected_keyword(&self, name: &Str, all_names: &[Ref]) -> Result<Raised> {
        let positional_only = &self.code.varnames.items()[..self.code.posonlyargcount as usize];
        let mut misused = Vec::new();
        for parameter in positional_only {
            for given in all_names {
                if given.compare_bool(parameter, CompareOp::Eq)?
                    && let Some(given) = given.downcast::<Str>()
                {
                    misused.push(given.to_string_lossy().into_owned());
                }
            }
        }
        Ok(match misused.is_empty() {
            false => raise!(
                TypeError,
                "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                self.name(),
                misused.join(", ")
            ),
            true => raise!(TypeError, "{}() got an unexpected keyword argument '{name}'", self.name()),
        })
    }

    #[cold]
    fn too_many_positional(&self, given: usize) -> Result<Raised> {
        let code = self.code;
        let argcount = code.argcount as usize;
        let total = argcount + code.kwonlyargcount as usize;
        let keyword_only = (argcount..total).filter(|&index| !self.frame.local(index).is_null()).count();
        let defaults = self.function.defaults().map_or(0, |defaults| defaults.items().len());
        let (takes, plural) = match defaults {
            0 => (argcount.to_string(), argcount != 1),
            _ => (format!("from {} to {argcount}", argcount.saturating_sub(defaults)), true),
        };
        let keyword_only = match keyword_only {
            0 => String::new(),
            count => format!(
                " positional argument{} (and {count} keyword-only argument{})",
                if given == 1 { "" } else { "s" },
                if count == 1 { "" } else { "s" }
            ),
        };
        Ok(raise!(
            TypeError,
            "{}() takes {takes} positional argument{} but {given}{keyword_only} {} given",
            self.name(),
            if plural { "s" } else { "" },
            if given == 1 && keyword_only.is_empty() { "was" } else { "were" }
        ))
    }

    /// Gives the positional parameters that have no argument their defaults.
    fn fill_defaults(&self, given: usize) -> Result<()> {
        let argcount = self.code.argcount as usize;
        let defaults = self.function.defaults();
        let defaults = defaults.as_deref().map_or(&[][..], Tuple::items);
        let required = argcount.saturating_sub(defaults.len());
        let missing: Vec<usize> =
            (given..required).filter(|&index| self.frame.local(index).is_null()).collect();
        if !missing.is_empty() {
            return Err(self.missing("positional", &missing));
        }
        // More defaults than parameters: the last ones count.
        let surplus = defaults.len().saturating_sub(argcount);
        for index in given.max(required)..argcount {
            let place = self.frame.local(index);
            if place.is_null() {
                place.set(Some(defaults[surplus + index - required].clone()));
            }
        }
        Ok(())
    }

    /// Gives the keyword-only parameters that have no argument their defaults.
    fn fill_keyword_defaults(&self) -> Result<()> {
        let argcount = self.code.argcount as usize;
        let defaults = self.function.kwdefaults();
        let mut missing = Vec::new();
        for index in argcount..argcount + self.code.kwonlyargcount as usize {
            let place = self.frame.local(index);
            if !place.is_null() {
                continue;
            }
            let default = match &defaults {
                Some(defaults) => defaults.get(&self.code.varnames.items()[index])?,
                None => None,
            };
            match default {
                Some(default) => place.set(Some(default)),
                None => missing.push(index),
            }
        }
        match missing.is_empty() {
            true => Ok(()),
            false => Err(self.missing("keyword-only", &missing)),
        }
    }

    #[cold]
    fn missing(&self, kind: &str, places: &[usize]) -> Raised {
        let names: Vec<String> = places
            .iter()
            .map(|&index| match self.code.varnames.items()[index].repr() {
                Ok(name) => name.to_string_lossy().into_owned(),
                Err(raised) => {
                    raised.clear();
                    "?".to_owned()
                }
            })
            .collect();
        let listed = match &names[..] {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
            [] => String::new(),
        };
        raise!(
            TypeError,
            "{}() missing {} required {kind} argument{}: {listed}",
            self.name(),
            names.len(),
            if names.len() == 1 { "" } else { "s" }
        )
    }
}
