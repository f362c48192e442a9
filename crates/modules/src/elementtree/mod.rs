//! `_elementtree`: elements of XML, and the parser and builder that make trees of them.

mod builder;
mod children;
mod element;
mod iterator;
mod parser;
mod paths;

use objects::prelude::*;
use xml::Code;

use crate::exception_class::ExceptionClass;

pub use _elementtree::{DEFINITION, initialize};

static PARSE_ERROR: ExceptionClass =
    ExceptionClass::new("xml.etree.ElementTree", "ParseError", &exceptions::SyntaxError);

/// The exception for an error at a place; the line counts from 1, the column from 0.
fn parse_error(code: Code, what: &str, (line, column): (u64, u64)) -> Raised {
    let line = line + 1;
    let made = || -> Result<Ref> {
        let message = Str::new(&format!("{what}: line {line}, column {column}"));
        let error = PARSE_ERROR.get()?.call1(&message)?;
        let position = Tuple::new([Int::from_u64(line).into_object(), Int::from_u64(column).into_object()])?;
        error.set_attr(intern!("code"), &Int::new(code as i64))?;
        error.set_attr(intern!("position"), &position)?;
        Ok(error)
    };
    match made() {
        Ok(error) => raise::set_instance(error),
        Err(raised) => raised,
    }
}

/// Trees of XML elements.
#[module(name = "_elementtree")]
pub mod _elementtree {
    use objects::module::Module;
    use objects::prelude::*;

    use super::builder::{Factories, TREE_BUILDER};
    use super::element::{ELEMENT, Element, attributes_of};
    use super::parser::XML_PARSER;
    use super::{PARSE_ERROR, iterator};

    #[function("(*args, **kwargs)", no_text_signature)]
    fn SubElement(args: &[&Object], kwargs: Keywords<'_>) -> Result<Ref> {
        let (parent, tag, attributes) = match args {
            [parent, tag] => (parent, tag, None),
            [parent, tag, attributes] => (parent, tag, Some(*attributes)),
            short @ ([] | [_]) => {
                bail!(TypeError, "SubElement() takes at least 2 arguments ({} given)", short.len())
            }
            long => bail!(TypeError, "SubElement() takes at most 3 arguments ({} given)", long.len()),
        };
        let Some(parent) = parent.downcast::<Element>() else {
            let (expected, given) = (ELEMENT.name(), parent.class().name());
            bail!(TypeError, "SubElement() argument 1 must be {expected}, not {given}");
        };
        let attributes = attributes_of("SubElement() argument 3", attributes, Some(kwargs.to_dict()?))?;
        let element = Element::new(tag.to_ref(), attributes);
        parent.push(element.clone());
        Ok(element.into_object())
    }

    /// Sets what makes comments and processing instructions where a builder names nothing of its own.
    ///
    /// Meant for xml.etree.ElementTree alone. Gives back what was set before.
    #[function("(comment_factory, pi_factory, /)")]
    fn _set_factories(comment_factory: &Object, pi_factory: &Object) -> Result<Ref<Tuple>> {
        Factories::get()?.set(comment_factory, pi_factory)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for class in [&ELEMENT, &TREE_BUILDER, &XML_PARSER, &iterator::ELEMENT_ITERATOR] {
            objects::type_object::ready(class)?;
        }
        module.add("Element", &ELEMENT)?;
        module.add("TreeBuilder", &TREE_BUILDER)?;
        module.add("XMLParser", &XML_PARSER)?;
        module.add("ParseError", PARSE_ERROR.get()?)
    }
}
