//! What declarations have told: entities, attributes with types and defaults. Also the names seen, which these are by.

use std::rc::Rc;

use crate::names::{Name, Table};

pub type Text = Rc<[u8]>;

/// An entity, general or parameter.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// The replacement text; none of an external one.
    pub text: Option<Text>,
    pub system_id: Option<Text>,
    pub public_id: Option<Text>,
    pub base: Option<Text>,
    /// Of an entity that is no XML.
    pub notation: Option<Text>,
    /// It is being read.
    pub is_open: bool,
    /// Declared in the document itself, outside of parameter entities.
    pub is_internal: bool,
}

#[derive(Clone, Debug)]
pub struct DefaultAttribute {
    /// In the table of attributes.
    pub attribute: usize,
    pub is_cdata: bool,
    pub value: Option<Text>,
}

/// An element's name as it is written.
#[derive(Clone, Debug)]
pub struct Element {
    /// Without a namespace.
    pub name: Name,
    /// In the table of prefixes; the default one where there is none.
    pub prefix: usize,
    /// Where the name begins behind the prefix.
    pub local: usize,
    pub defaults: Vec<DefaultAttribute>,
    pub id: Option<usize>,
    /// The name with the namespace of the binding that has the number.
    pub expanded: (u64, Name),
}

/// An attribute's name as it is written.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub prefix: Option<usize>,
    pub local: usize,
    /// It binds its prefix to a namespace.
    pub is_binding: bool,
    /// Some element has it with a type other than `CDATA`.
    pub may_be_token: bool,
    /// The number of the last tag that had it.
    pub seen: u64,
    /// The binding's number, and the name with its namespace, without and with the prefix behind it.
    pub expanded: (u64, Name, Name),
}

/// The prefix that is none.
pub const DEFAULT_PREFIX: usize = 0;

#[derive(Clone, Debug)]
pub struct Dtd {
    pub names: Table<()>,
    pub elements: Table<Element>,
    pub attributes: Table<Attribute>,
    pub prefixes: Table<()>,
    pub general: Table<Entity>,
    pub parameter: Table<Entity>,
    /// Declarations count: none was passed over in an entity that was not read.
    pub keeps_processing: bool,
    /// There is an external subset, or a reference to a parameter entity.
    pub has_parameter_references: bool,
    pub is_standalone: bool,
    /// The external entity asked for was read.
    pub parameter_entity_read: bool,
    /// The value of an entity in the making, to which its parameter entities add.
    pub entity_value: Vec<u8>,
}

impl Default for Dtd {
    fn default() -> Dtd {
        let mut prefixes = Table::default();
        prefixes.find_or_insert(b"", || ());
        Dtd {
            names: Table::default(),
            elements: Table::default(),
            attributes: Table::default(),
            prefixes,
            general: Table::default(),
            parameter: Table::default(),
            keeps_processing: true,
            has_parameter_references: false,
            is_standalone: false,
            parameter_entity_read: false,
            entity_value: Vec::new(),
        }
    }
}

/// No binding has this number.
const NO_BINDING: u64 = u64::MAX;

impl Dtd {
    pub fn name(&mut self, name: &[u8]) -> Name {
        Name(self.names.find_or_insert(name, || ()).0 as u32)
    }

    fn prefix(&mut self, name: &[u8]) -> usize {
        self.prefixes.find_or_insert(name, || ()).0
    }

    pub fn element(&mut self, written: &[u8], namespaces: bool) -> usize {
        if let Some(place) = self.elements.find(written) {
            return place;
        }
        let name = self.name(written);
        let colon = if namespaces { written.iter().position(|&byte| byte == b':') } else { None };
        let (prefix, local) = match colon {
            Some(colon) => (self.prefix(&written[..colon]), colon + 1),
            None => (DEFAULT_PREFIX, 0),
        };
        let element =
            Element { name, prefix, local, defaults: Vec::new(), id: None, expanded: (NO_BINDING, name) };
        self.elements.find_or_insert(written, || element).0
    }

    pub fn attribute(&mut self, written: &[u8], namespaces: bool) -> usize {
        if let Some(place) = self.attributes.find(written) {
            return place;
        }
        let name = self.name(written);
        let (prefix, local, is_binding) = match written {
            b"xmlns" if namespaces => (Some(DEFAULT_PREFIX), 0, true),
            [b'x', b'm', b'l', b'n', b's', b':', bound @ ..] if namespaces => {
                (Some(self.prefix(bound)), 0, true)
            }
            _ => match written.iter().position(|&byte| byte == b':').filter(|_| namespaces) {
                Some(colon) => (Some(self.prefix(&written[..colon])), colon + 1, false),
                None => (None, 0, false),
            },
        };
        let attribute = Attribute {
            name,
            prefix,
            local,
            is_binding,
            may_be_token: false,
            seen: 0,
            expanded: (NO_BINDING, name, name),
        };
        self.attributes.find_or_insert(written, || attribute).0
    }

    /// Declares an attribute of an element; the first declaration is the one that counts.
    pub fn declare_attribute(
        &mut self,
        element: usize,
        attribute: usize,
        is_cdata: bool,
        is_id: bool,
        value: Option<Text>,
    ) {
        let is_binding = self.attributes[attribute].is_binding;
        let type_of = &mut self.elements[element];
        if value.is_some() || is_id {
            if type_of.defaults.iter().any(|known| known.attribute == attribute) {
                return;
            }
            if is_id && type_of.id.is_none() && !is_binding {
                type_of.id = Some(attribute);
            }
        }
        type_of.defaults.push(DefaultAttribute { attribute, is_cdata, value });
        if !is_cdata {
            self.attributes[attribute].may_be_token = true;
        }
    }

    /// A copy for an external entity, which may be told of other things later.
    pub fn copy(&self) -> Dtd {
        let mut copy = self.clone();
        let entities = copy.general.iter_mut().chain(copy.parameter.iter_mut());
        entities.for_each(|entity| entity.is_open = false);
        copy.entity_value.clear();
        copy
    }
}

/// An entity that every document has.
pub fn predefined(name: &[u8]) -> Option<u8> {
    match name {
        b"lt" => Some(b'<'),
        b"gt" => Some(b'>'),
        b"amp" => Some(b'&'),
        b"quot" => Some(b'"'),
        b"apos" => Some(b'\''),
        _ => None,
    }
}
