//! From the parser's tree to objects.

use literals::{Constant, Text};
use objects::prelude::*;
use objects::thread_state::ThreadState;
use syntax::ast::schema::{Class, Field};
use syntax::ast::{Sink, Span};

use super::classes::Classes;
use super::node::Node;
use crate::code;

/// Makes objects of a tree.
pub struct Exporter<'a> {
    classes: &'a Classes,
}

impl<'a> Exporter<'a> {
    pub fn new(classes: &'a Classes) -> Exporter<'a> {
        Exporter { classes }
    }
}

impl Sink for Exporter<'_> {
    type Value = Ref;
    type Error = Raised;

    fn none(&mut self) -> Result<Ref> {
        Ok(none())
    }

    fn text(&mut self, text: &Text, field: &'static Field) -> Result<Ref> {
        let string = code::text(text)?;
        Ok(match field.kind {
            "identifier" => Str::intern(string).into_object(),
            _ => string.into_object(),
        })
    }

    fn int(&mut self, value: i32) -> Result<Ref> {
        value.into_object()
    }

    fn constant(&mut self, value: &Constant) -> Result<Ref> {
        code::constant(value)
    }

    fn list(&mut self, items: Vec<Ref>) -> Result<Ref> {
        Ok(List::from_vec(items).into_object())
    }

    fn choice(&mut self, class: &'static Class) -> Result<Ref> {
        match &self.classes.node(class.name).shared {
            Some(shared) => Ok(shared.clone()),
            None => self.node(class, Vec::new(), None),
        }
    }

    fn node(&mut self, class: &'static Class, fields: Vec<Ref>, span: Option<Span>) -> Result<Ref> {
        let class = self.classes.node(class.name);
        let node = Node::new_in(&class.class)?;
        for (name, value) in class.fields.iter().zip(&fields) {
            node.set_attr(name, value)?;
        }
        if let Some(Span { lineno, col_offset, end_lineno, end_col_offset }) = span {
            let position = [lineno, col_offset, end_lineno, end_col_offset];
            for (name, number) in self.classes.attributes.iter().zip(position) {
                node.set_attr(name, &*(number as i32).into_object()?)?;
            }
        }
        Ok(node.into_object())
    }

    /// A parsed tree may be as deep as a source is long: only the stack bounds it.
    fn enter(&mut self) -> Result<()> {
        ThreadState::current().check_stack(" during ast construction")
    }
}
