//! From objects to the compiler's tree.

use std::rc::Rc;

use literals::{Constant, Text};
use objects::prelude::*;
use objects::protocol::{RecursionGuard, enter_call};
use syntax::ast::schema::{Arity, Class, Field, Type as NodeType};
use syntax::ast::{Source, Span};

use super::classes::Classes;

/// Takes objects apart. Any attribute may be anything, and reading it may run any code.
pub struct Importer<'a> {
    classes: &'a Classes,
    levels: Vec<RecursionGuard>,
}

impl<'a> Importer<'a> {
    pub fn new(classes: &'a Classes) -> Importer<'a> {
        Importer { classes, levels: Vec::new() }
    }

    /// A position attribute; the last two may be missing.
    fn position(&mut self, node: &Object, index: usize, of: &'static NodeType) -> Result<u32> {
        let name = &self.classes.attributes[index];
        match node.get_attr_opt(name)? {
            Some(value) if index >= 2 && value.is_none() => Ok(0),
            // A negative line is carried through as CPython does, by its bits.
            Some(value) => self.int(value).map(|number| number as u32),
            None if index >= 2 => Ok(0),
            None => Err(raise!(TypeError, "required field \"{name}\" missing from {}", of.name)),
        }
    }
}

/// The value of a constant. `TypeError` for what cannot be one.
fn constant(value: &Object) -> Result<Constant> {
    if value.is_none() {
        return Ok(Constant::None);
    }
    if value.is(&ellipsis()) {
        return Ok(Constant::Ellipsis);
    }
    if value.is_bool() {
        return Ok(Constant::Bool(value.is_true_object()));
    }
    if let Some(value) = value.downcast_exact::<Int>() {
        return Ok(Constant::Int(value.to_ibig()));
    }
    if let Some(value) = value.downcast_exact::<Float>() {
        return Ok(Constant::Float(value.value()));
    }
    if let Some(value) = value.downcast_exact::<Complex>() {
        return Ok(Constant::Complex(value.value().real, value.value().imag));
    }
    if let Some(value) = value.downcast_exact::<Str>() {
        return Ok(Constant::Str(value.to_text()));
    }
    if let Some(value) = value.downcast_exact::<Bytes>() {
        return Ok(Constant::Bytes(value.as_bytes().into()));
    }
    let is_tuple = value.downcast_exact::<Tuple>().is_some();
    if !is_tuple && !std::ptr::eq(value.class(), objects::set::FrozenSet::class()) {
        bail!(TypeError, "got an invalid type in Constant: {}", value.class().bare_name());
    }
    let _level = enter_call(" during compilation")?;
    let items = value.collect_vec()?;
    let items = items.iter().map(|item| constant(item)).collect::<Result<Rc<[Constant]>>>()?;
    Ok(if is_tuple { Constant::Tuple(items) } else { Constant::FrozenSet(items) })
}

impl Source for Importer<'_> {
    type Value = Ref;
    type Error = Raised;

    fn is_none(&mut self, value: &Ref) -> bool {
        value.as_object().is_none()
    }

    fn span(&mut self, node: &Ref, of: &'static NodeType) -> Result<Span> {
        Ok(Span {
            lineno: self.position(node, 0, of)?,
            col_offset: self.position(node, 1, of)?,
            end_lineno: self.position(node, 2, of)?,
            end_col_offset: self.position(node, 3, of)?,
        })
    }

    fn class(&mut self, node: &Ref, of: &'static NodeType) -> Result<usize> {
        if of.is_product() {
            return Ok(0);
        }
        for (index, class) in of.classes.iter().enumerate() {
            if node.is_instance(self.classes.class(class.name))? {
                return Ok(index);
            }
        }
        Err(raise!(TypeError, "expected some sort of {}, but got {}", of.name, node.repr()?))
    }

    fn field(&mut self, node: &Ref, class: &'static Class, field: &'static Field) -> Result<Ref> {
        let known = self.classes.node(class.name);
        let place = class.fields.iter().position(|other| other.name == field.name);
        let name = &known.fields[place.expect("the field is one of the class's")];
        match node.get_attr_opt(name)? {
            Some(value) => Ok(value),
            None if field.arity == Arity::Optional => Ok(none()),
            None => Err(raise!(TypeError, "required field \"{}\" missing from {}", field.name, class.name)),
        }
    }

    fn required(&mut self, class: &'static Class, field: &'static Field) -> Raised {
        match field.kind {
            "string" => raise!(TypeError, "AST string must be of type str"),
            _ => raise!(ValueError, "field '{}' is required for {}", field.name, class.name),
        }
    }

    fn none_in_list(&mut self, _class: &'static Class, field: &'static Field) -> Raised {
        let what = match field.kind {
            "expr" => "expression",
            "stmt" => "statement",
            kind => kind,
        };
        raise!(ValueError, "None disallowed in {what} list")
    }

    fn text(&mut self, value: Ref, field: &'static Field) -> Result<Text> {
        if let Some(text) = value.downcast_exact::<Str>() {
            return Ok(text.to_text());
        }
        if field.kind == "identifier" {
            bail!(TypeError, "AST identifier must be of type str");
        }
        // No string of the tree has a meaning for the compiler, so bytes need no encoding.
        match value.downcast_exact::<Bytes>() {
            Some(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned().into()),
            None => Err(raise!(TypeError, "AST string must be of type str")),
        }
    }

    fn int(&mut self, value: Ref) -> Result<i32> {
        let Some(number) = value.downcast::<Int>() else {
            bail!(ValueError, "invalid integer value: {}", value.repr()?);
        };
        match number.to_i64().map(i32::try_from) {
            Some(Ok(number)) => Ok(number),
            _ => Err(raise!(OverflowError, "Python int too large to convert to C int")),
        }
    }

    fn constant(&mut self, value: Ref) -> Result<Constant> {
        constant(&value)
    }

    fn list(&mut self, value: &Ref, class: &'static Class, field: &'static Field) -> Result<Vec<Ref>> {
        match value.downcast::<List>() {
            Some(list) => Ok(list.to_vec()),
            None => Err(raise!(
                TypeError,
                "{} field \"{}\" must be a list, not a {}",
                class.name,
                field.name,
                value.class().bare_name()
            )),
        }
    }

    fn has_length(&mut self, value: &Ref, length: usize) -> bool {
        value.downcast::<List>().is_some_and(|list| list.len() == length)
    }

    fn changed(&mut self, class: &'static Class, field: &'static Field) -> Raised {
        raise!(RuntimeError, "{} field \"{}\" changed size during iteration", class.name, field.name)
    }

    fn enter(&mut self, of: &'static NodeType) -> Result<()> {
        self.levels.push(enter_call(&format!(" while traversing '{}' node", of.name))?);
        Ok(())
    }

    fn leave(&mut self) {
        self.levels.pop();
    }
}
