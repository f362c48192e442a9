//! The parameters of functions and lambdas.

use super::{Parse, Parser, Rejected};
use crate::ast::{Arg, Arguments};
use crate::token::TokenKind::{self, *};

/// Whose parameters they are: a function's may have annotations and type comments.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Function,
    Lambda,
}

impl Owner {
    /// The token after the last parameter.
    fn closing(self) -> TokenKind {
        match self {
            Owner::Function => RightParen,
            Owner::Lambda => Colon,
        }
    }
}

impl Parser<'_> {
    pub(super) fn parameters(&mut self) -> Parse<Arguments> {
        self.parameter_list(Owner::Function)
    }

    pub(super) fn lambda_parameters(&mut self) -> Parse<Arguments> {
        self.parameter_list(Owner::Lambda)
    }

    fn parameter_list(&mut self, owner: Owner) -> Parse<Arguments> {
        let mut list = Arguments {
            posonlyargs: Vec::new(),
            args: Vec::new(),
            vararg: Option::None,
            kwonlyargs: Vec::new(),
            kw_defaults: Vec::new(),
            kwarg: Option::None,
            defaults: Vec::new(),
        };
        let mut slash = false;
        loop {
            match self.kind() {
                Name => self.positional(owner, &mut list)?,
                Slash if !slash && !list.args.is_empty() => {
                    slash = true;
                    self.advance();
                    list.posonlyargs = std::mem::take(&mut list.args);
                    self.separator(owner)?;
                }
                Star => {
                    self.after_star(owner, &mut list)?;
                    return Ok(list);
                }
                DoubleStar => {
                    list.kwarg = Some(self.keywords_parameter(owner)?);
                    return Ok(list);
                }
                _ => return Ok(list),
            }
        }
    }

    /// A parameter before any star.
    fn positional(&mut self, owner: Owner, list: &mut Arguments) -> Parse<()> {
        let mut parameter = self.parameter(owner)?;
        match self.eat(Equal) {
            true => list.defaults.push(self.expression()?),
            false if !list.defaults.is_empty() => return Err(Rejected::Invalid),
            false => {}
        }
        self.end_of_parameter(owner, &mut parameter)?;
        list.args.push(parameter);
        Ok(())
    }

    /// From the star on.
    fn after_star(&mut self, owner: Owner, list: &mut Arguments) -> Parse<()> {
        self.expect(Star)?;
        if !self.eat(Comma) {
            let mut parameter = self.parameter(owner)?;
            self.end_of_parameter(owner, &mut parameter)?;
            list.vararg = Some(Box::new(parameter));
        } else if !self.at(Name) {
            return Err(Rejected::Invalid);
        }
        while self.at(Name) {
            let mut parameter = self.parameter(owner)?;
            let default = match self.eat(Equal) {
                true => Some(self.expression()?),
                false => Option::None,
            };
            self.end_of_parameter(owner, &mut parameter)?;
            list.kwonlyargs.push(parameter);
            list.kw_defaults.push(default);
        }
        if self.at(DoubleStar) {
            list.kwarg = Some(self.keywords_parameter(owner)?);
        }
        Ok(())
    }

    fn keywords_parameter(&mut self, owner: Owner) -> Parse<Box<Arg>> {
        self.expect(DoubleStar)?;
        let mut parameter = self.parameter(owner)?;
        self.end_of_parameter(owner, &mut parameter)?;
        Ok(Box::new(parameter))
    }

    fn parameter(&mut self, owner: Owner) -> Parse<Arg> {
        let start = self.here();
        let arg = self.name()?;
        let annotation = match owner == Owner::Function && self.eat(Colon) {
            true => Some(Box::new(self.expression()?)),
            false => Option::None,
        };
        Ok(Arg { span: self.since(start), arg, annotation, type_comment: Option::None })
    }

    /// The comma after a parameter, unless it is the last, and its type comment.
    fn end_of_parameter(&mut self, owner: Owner, parameter: &mut Arg) -> Parse<()> {
        self.separator(owner)?;
        if owner == Owner::Function {
            parameter.type_comment = self.type_comment()?;
        }
        Ok(())
    }

    /// A comma, or nothing before the end of the list.
    fn separator(&mut self, owner: Owner) -> Parse<()> {
        if self.eat(Comma) {
            return Ok(());
        }
        let at_end = match self.kind() {
            TypeComment => owner == Owner::Function && self.kind_ahead(1) == owner.closing(),
            kind => kind == owner.closing(),
        };
        match at_end {
            true => Ok(()),
            false => Err(Rejected::Invalid),
        }
    }
}
