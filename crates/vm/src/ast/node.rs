//! `ast.AST`, the base of all classes of nodes.

use std::mem::offset_of;

use objects::prelude::*;

/// A node: nothing but its attributes. The class is a model, of which programs see an open copy.
#[repr(C)]
#[derive(Trace)]
pub struct Node {
    base: Object,
    dict: Field<Dict>,
}

impl Node {
    /// A node without attributes.
    pub fn new_in(class: &Type) -> Result<Ref<Node>> {
        Ref::new_in(class, Node { base: Object::header(), dict: Field::null() })
    }
}

/// The position in a sequence of names.
fn position(names: &Object, name: &Object) -> Result<Option<usize>> {
    for index in 0..names.length()? {
        if names.get_index(index)?.equals(name)? {
            return Ok(Some(index as usize));
        }
    }
    Ok(None)
}

#[class(
    name = "AST",
    module = "ast",
    static_ = NODE,
    flags = BASETYPE,
    dict_offset = offset_of!(Node, dict),
    generic_getattro,
    generic_setattro,
)]
impl Node {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Node>> {
        Node::new_in(class)
    }

    #[slot(tp_init)]
    fn init(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<()> {
        let class = self.class();
        let fields = class.get_attr_opt(intern!("_fields"))?;
        let count = fields.as_deref().map_or(Ok(0), Object::length)? as usize;
        if arguments.len() > count {
            let plural = if count == 1 { "" } else { "s" };
            bail!(
                TypeError,
                "{} constructor takes at most {count} positional argument{plural}",
                class.bare_name()
            );
        }
        if let Some(fields) = &fields {
            for (index, value) in arguments.items().iter().enumerate() {
                let name = fields.get_index(index as isize)?;
                self.set_attr_object(&name, value)?;
            }
        }
        let Some(keywords) = keywords else { return Ok(()) };
        let mut next = 0;
        while let Some((name, value)) = keywords.next(&mut next) {
            let place = fields.as_deref().map_or(Ok(None), |fields| position(fields, &name))?;
            if place.is_some_and(|place| place < arguments.len()) {
                bail!(TypeError, "{} got multiple values for argument {}", class.bare_name(), name.repr()?);
            }
            self.set_attr_object(&name, &value)?;
        }
        Ok(())
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let mut parts = vec![self.class().to_ref().into_object(), Tuple::empty().into_object()];
        parts.extend(self.get_attr_opt(intern!("__dict__"))?);
        Tuple::new(parts)
    }

    #[getter(name = "__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        objects::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        objects::protocol::set_dict(self, value)
    }
}
