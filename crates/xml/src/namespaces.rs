//! Bindings of prefixes to namespaces.

use crate::code::Code;
use crate::dtd::{DEFAULT_PREFIX, Dtd, Text};
use crate::names::Name;

const XML: &[u8] = b"http://www.w3.org/XML/1998/namespace";
const XMLNS: &[u8] = b"http://www.w3.org/2000/xmlns/";

#[derive(Clone, Debug)]
pub struct Binding {
    pub prefix: usize,
    pub uri: Text,
    /// No other binding has it.
    number: u64,
    /// The binding of the prefix that this one hides.
    hidden: Option<usize>,
}

/// The bindings in force, the innermost last.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    /// What stands between the namespace and the name; none where namespaces are not looked at.
    pub separator: Option<char>,
    /// Whether the prefix stands behind the name.
    pub with_prefixes: bool,
    bindings: Vec<Binding>,
    /// By prefix, the place of its binding; none where it has none or was unbound.
    current: Vec<Option<usize>>,
    numbers: u64,
    scratch: Vec<u8>,
}

impl Namespaces {
    pub fn new(separator: Option<char>) -> Namespaces {
        Namespaces { separator, ..Namespaces::default() }
    }

    pub fn are_on(&self) -> bool {
        self.separator.is_some()
    }

    /// How many bindings there are.
    pub fn len(&self) -> usize {
        self.bindings.len()
    }

    fn of(&self, prefix: usize) -> Option<&Binding> {
        self.current.get(prefix).copied().flatten().map(|place| &self.bindings[place])
    }

    pub fn last(&self) -> Option<&Binding> {
        self.bindings.last()
    }

    pub fn get(&self, place: usize) -> &Binding {
        &self.bindings[place]
    }

    /// Binds a prefix.
    pub fn bind(&mut self, dtd: &Dtd, prefix: usize, uri: &[u8]) -> Result<(), Code> {
        let name = dtd.prefixes.name(prefix);
        if uri.is_empty() && prefix != DEFAULT_PREFIX {
            return Err(Code::UndeclaringPrefix);
        }
        if name == b"xmlns" {
            return Err(Code::ReservedPrefixXmlns);
        }
        match (name == b"xml", uri == XML) {
            (true, false) => return Err(Code::ReservedPrefixXml),
            (false, true) => return Err(Code::ReservedNamespaceUri),
            _ => {}
        }
        if uri == XMLNS {
            return Err(Code::ReservedNamespaceUri);
        }
        if let Some(separator) = self.separator
            && !is_of_uris(separator)
            && std::str::from_utf8(uri).is_ok_and(|uri| uri.contains(separator))
        {
            return Err(Code::Syntax);
        }
        if self.current.len() <= prefix {
            self.current.resize(prefix + 1, None);
        }
        self.numbers += 1;
        let place = self.bindings.len();
        let hidden = self.current[prefix];
        self.bindings.push(Binding { prefix, uri: uri.into(), number: self.numbers, hidden });
        self.current[prefix] = Some(place).filter(|_| !uri.is_empty());
        Ok(())
    }

    /// Undoes the newest binding.
    pub fn unbind(&mut self) {
        if let Some(binding) = self.bindings.pop() {
            self.current[binding.prefix] = binding.hidden;
        }
    }

    /// The name of an element with its namespace.
    #[inline]
    pub fn element_name(&mut self, dtd: &mut Dtd, element: usize) -> Result<Name, Code> {
        let type_of = &dtd.elements[element];
        if !self.are_on() {
            return Ok(type_of.name);
        }
        let Some(binding) = self.of(type_of.prefix) else {
            return if type_of.prefix == DEFAULT_PREFIX {
                Ok(type_of.name)
            } else {
                Err(Code::UnboundPrefix)
            };
        };
        let number = binding.number;
        if type_of.expanded.0 == number {
            return Ok(type_of.expanded.1);
        }
        let (prefix, local) = (type_of.prefix, type_of.local);
        let (_, name) = self.expand(dtd, prefix, local, |dtd| dtd.elements.name(element));
        dtd.elements[element].expanded = (number, name);
        Ok(name)
    }

    /// The name of an attribute with a prefix: first as which it must be single, then as it is told of.
    pub fn attribute_name(&mut self, dtd: &mut Dtd, attribute: usize) -> Result<(Name, Name), Code> {
        let known = &dtd.attributes[attribute];
        let prefix = known.prefix.unwrap_or(DEFAULT_PREFIX);
        let Some(binding) = self.of(prefix) else { return Err(Code::UnboundPrefix) };
        let number = binding.number;
        if known.expanded.0 == number {
            return Ok((known.expanded.1, known.expanded.2));
        }
        let local = known.local;
        let (plain, name) = self.expand(dtd, prefix, local, |dtd| dtd.attributes.name(attribute));
        dtd.attributes[attribute].expanded = (number, plain, name);
        Ok((plain, name))
    }

    /// Namespace, separator and name; and that with the prefix behind it, where prefixes are asked for.
    fn expand(
        &mut self,
        dtd: &mut Dtd,
        prefix: usize,
        local: usize,
        written: impl Fn(&Dtd) -> &[u8],
    ) -> (Name, Name) {
        let mut full = std::mem::take(&mut self.scratch);
        full.clear();
        if let Some(binding) = self.of(prefix) {
            full.extend_from_slice(&binding.uri);
        }
        let separate = |full: &mut Vec<u8>| {
            if let Some(separator) = self.separator.filter(|&separator| separator != '\0') {
                full.extend_from_slice(separator.encode_utf8(&mut [0; 4]).as_bytes());
            }
        };
        separate(&mut full);
        full.extend_from_slice(&written(dtd)[local..]);
        let plain = dtd.name(&full);
        let mut name = plain;
        if self.with_prefixes && prefix != DEFAULT_PREFIX {
            separate(&mut full);
            full.extend_from_slice(dtd.prefixes.name(prefix));
            name = dtd.name(&full);
        }
        self.scratch = full;
        (plain, name)
    }

    /// The bindings in force, as text that another parser can take them from.
    pub fn context(&self, dtd: &Dtd) -> Vec<Vec<u8>> {
        let bound = (0..self.current.len()).filter_map(|prefix| Some((prefix, self.of(prefix)?)));
        bound.map(|(prefix, binding)| [dtd.prefixes.name(prefix), b"=", &binding.uri].concat()).collect()
    }

    /// Takes a binding over from a context.
    pub fn take_over(&mut self, dtd: &mut Dtd, prefix: &[u8], uri: &[u8]) -> Result<(), Code> {
        let prefix = dtd.prefixes.find_or_insert(prefix, || ()).0;
        self.bind(dtd, prefix, uri)
    }

    /// The prefix that every document has.
    pub fn begin(&mut self, dtd: &mut Dtd) {
        if self.are_on() {
            let bound = self.take_over(dtd, b"xml", XML);
            debug_assert!(bound.is_ok());
        }
    }
}

/// Whether URIs may have the character (RFC 3986), so that it cannot be forbidden in them.
fn is_of_uris(separator: char) -> bool {
    separator.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(separator) || separator == '\0'
}
