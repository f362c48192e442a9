//! The search methods of elements. A plain tag is looked for here, a path by `xml.etree.ElementPath`.

use objects::prelude::*;
use objects::services;

use super::element::{Element, Part};

/// Whether the path is more than the tag of a child.
fn is_path(path: &Object) -> bool {
    let Some(text) = path.downcast::<Str>() else { return true };
    let text = text.to_wtf8();
    if text.is_empty() || text.starts_with(b"{*}") || text.starts_with(b"{}") {
        return true;
    }
    // What stands in braces is a namespace, and may hold anything.
    let mut in_braces = false;
    text.iter().any(|byte| {
        match byte {
            b'{' => in_braces = true,
            b'}' => in_braces = false,
            b'/' | b'*' | b'[' | b'@' | b'.' => return !in_braces,
            _ => {}
        }
        false
    })
}

fn by_path(function: &str, arguments: &[&Object]) -> Result<Ref> {
    let module = services::import("xml.etree.ElementPath")?;
    module.get_attr(&Str::new(function))?.call(arguments)
}

fn needs_path(path: &Object, namespaces: Option<&Object>) -> bool {
    is_path(path) || namespaces.is_some_and(|namespaces| !namespaces.is_none())
}

impl Element {
    /// The first child from an index on with this tag, and the index behind it.
    fn next_with_tag(&self, tag: &Object, from: usize) -> Result<Option<(Ref<Element>, usize)>> {
        let mut index = from;
        while let Some(child) = self.child(index) {
            index += 1;
            if child.tag().equals(tag)? {
                return Ok(Some((child, index)));
            }
        }
        Ok(None)
    }
}

#[methods(SEARCHING)]
impl Element {
    #[method("(path, namespaces=None)")]
    fn find(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        if needs_path(path, namespaces) {
            return by_path("find", &[self, path, namespaces.unwrap_or(none_object())]);
        }
        Ok(self.next_with_tag(path, 0)?.map_or_else(none, |(child, _)| child.into_object()))
    }

    #[method("(path, default=None, namespaces=None)")]
    fn findtext(&self, path: &Object, default: Option<&Object>, namespaces: Option<&Object>) -> Result<Ref> {
        let default = default.unwrap_or(none_object());
        if needs_path(path, namespaces) {
            return by_path("findtext", &[self, path, default, namespaces.unwrap_or(none_object())]);
        }
        match self.next_with_tag(path, 0)? {
            Some((child, _)) => {
                Ok(child.part(Part::Text).unwrap_or_else(|| Str::new("").into_object()))
            }
            None => Ok(default.to_ref()),
        }
    }

    #[method("(path, namespaces=None)")]
    fn findall(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        if needs_path(path, namespaces) {
            return by_path("findall", &[self, path, namespaces.unwrap_or(none_object())]);
        }
        let found = List::new();
        let mut from = 0;
        while let Some((child, behind)) = self.next_with_tag(path, from)? {
            found.push(child.into_object())?;
            from = behind;
        }
        Ok(found.into_object())
    }

    #[method("(path, namespaces=None)")]
    fn iterfind(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        by_path("iterfind", &[self, path, namespaces.unwrap_or(none_object())])
    }
}
