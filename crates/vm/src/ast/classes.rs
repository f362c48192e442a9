//! The classes of nodes, made from the description of the tree.

use std::collections::HashMap;

use objects::prelude::*;
use syntax::ast::schema::{self, ATTRIBUTES, Arity, Class, TYPES};

use super::node::NODE;
use crate::interpreter::Interpreter;

/// A class that nodes are instances of.
pub struct NodeClass {
    pub class: Ref<Type>,
    /// The names of its fields.
    pub fields: Vec<Ref<Str>>,
    /// The one instance that parsed trees share, where the class has no fields and no position.
    pub shared: Option<Ref>,
}

/// All classes of the tree.
pub struct Classes {
    base: Ref<Type>,
    /// The classes of the abstract grammar's types: bases of the others, or themselves those of nodes.
    types: Vec<(&'static str, Ref<Type>)>,
    nodes: HashMap<&'static str, NodeClass>,
    /// The names of the position attributes.
    pub attributes: Vec<Ref<Str>>,
}

fn interned(name: &str) -> Ref<Str> {
    Str::intern(Str::new(name))
}

fn names(names: impl ExactSizeIterator<Item = &'static str>) -> Result<Ref<Tuple>> {
    Tuple::new(names.map(|name| interned(name).into_object()))
}

fn make_class(name: &str, base: &Type, fields: &'static [schema::Field], doc: &str) -> Result<Ref<Type>> {
    let bases = Tuple::new([base.to_ref().into_object()])?;
    let namespace = Dict::new();
    namespace.set_str(intern!("_fields"), &*names(fields.iter().map(|field| field.name))?)?;
    namespace.set_str(intern!("__module__"), &Str::new("ast"))?;
    namespace.set_str(intern!("__doc__"), &Str::new(doc))?;
    match TYPE.as_object().call(&[&interned(name), &bases, &namespace])?.into_type() {
        Ok(class) => Ok(class),
        Err(other) => Err(raise!(SystemError, "a class of nodes came as a '{}'", other.class().name())),
    }
}

/// Gives the names of what is optional the default `None`.
fn default_to_none(class: &Type, names: impl Iterator<Item = &'static str>) -> Result<()> {
    for name in names {
        class.set_attr(&interned(name), none_object())?;
    }
    Ok(())
}

fn optional_fields(class: &'static Class) -> impl Iterator<Item = &'static str> {
    class.fields.iter().filter(|field| field.arity == Arity::Optional).map(|field| field.name)
}

impl Classes {
    /// The classes, if anything has asked for them yet.
    pub fn made() -> Option<&'static Classes> {
        Interpreter::current().tree_classes.get()
    }

    /// The classes; made when they are first asked for.
    pub fn get() -> Result<&'static Classes> {
        if let Some(classes) = Classes::made() {
            return Ok(classes);
        }
        let classes = Classes::make()?;
        Ok(Interpreter::current().tree_classes.get_or_init(|| classes))
    }

    fn make() -> Result<Classes> {
        let base = open_copy(&NODE)?;
        base.set_attr(intern!("_fields"), &Tuple::empty())?;
        base.set_attr(intern!("_attributes"), &Tuple::empty())?;
        let attributes = ATTRIBUTES.iter().map(|name| interned(name)).collect();
        let mut classes = Classes { base, types: Vec::new(), nodes: HashMap::new(), attributes };
        for description in TYPES {
            classes.add_type(description)?;
        }
        Ok(classes)
    }

    fn add_type(&mut self, of: &'static schema::Type) -> Result<()> {
        let fields = if of.is_product() { of.classes[0].fields } else { &[] };
        let base = make_class(of.name, &self.base, fields, &of.definition())?;
        let attributes: &'static [&str] = if of.located { &ATTRIBUTES } else { &[] };
        base.set_attr(intern!("_attributes"), &*names(attributes.iter().copied())?)?;
        if of.is_product() {
            default_to_none(&base, optional_fields(&of.classes[0]))?;
        }
        default_to_none(&base, attributes.iter().skip(2).copied())?;
        self.types.push((of.name, base.clone()));
        for class in of.classes {
            let made = match of.is_product() {
                true => base.clone(),
                false => {
                    let made = make_class(class.name, &base, class.fields, &class.signature())?;
                    default_to_none(&made, optional_fields(class))?;
                    self.types.push((class.name, made.clone()));
                    made
                }
            };
            let is_plain = class.fields.is_empty() && !of.located;
            let shared = if is_plain { Some(made.call0()?) } else { None };
            let fields = class.fields.iter().map(|field| interned(field.name)).collect();
            self.nodes.insert(class.name, NodeClass { class: made, fields, shared });
        }
        Ok(())
    }

    /// `AST`.
    pub fn base(&self) -> &Type {
        &self.base
    }

    /// All classes by name but `AST`.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Type)> {
        self.types.iter().map(|(name, class)| (*name, &**class))
    }

    /// The class of nodes that the description names.
    pub fn node(&self, name: &str) -> &NodeClass {
        self.nodes.get(name).expect("every class of the description is made")
    }

    pub fn class(&self, name: &str) -> &Type {
        &self.node(name).class
    }
}
