//! Searching an element: a plain tag is compared with those of the children, anything else is a path for
//! `xml.etree.ElementPath`.

use objects::prelude::*;

use super::element::Element;

fn element_path(function: &'static Str, arguments: &[&Object]) -> Result<Ref> {
    objects::services::import("xml.etree.ElementPath")?.call_method(function, arguments)
}

/// Whether it is more than a tag. The namespace within braces is no part of a path, except for wildcards.
fn is_path(path: &Object) -> bool {
    let Some(text) = path.downcast::<Str>() else { return true };
    let text = text.to_wtf8();
    if text.starts_with(b"{}") || text.starts_with(b"{*}") {
        return true;
    }
    let mut is_outside = true;
    text.iter().any(|byte| {
        match byte {
            b'{' => is_outside = false,
            b'}' => is_outside = true,
            b'/' | b'*' | b'[' | b'@' | b'.' => return is_outside,
            _ => {}
        }
        false
    })
}

/// The first child from an index on that has the tag, and the index behind it.
fn next_child(element: &Element, tag: &Object, mut index: usize) -> Result<Option<(Ref<Element>, usize)>> {
    while let Some(child) = element.child(index) {
        index += 1;
        if child.tag().equals(tag)? {
            return Ok(Some((child, index)));
        }
    }
    Ok(None)
}

fn or_none(value: Option<&Object>) -> Ref {
    value.map_or_else(none, Object::to_ref)
}

/// The tag to look for, if that is all there is to do.
fn plain_tag<'a>(path: &'a Object, namespaces: Option<&Object>) -> Option<&'a Object> {
    let is_plain = namespaces.is_none_or(|namespaces| namespaces.is_none()) && !is_path(path);
    is_plain.then_some(path)
}

pub fn find(element: &Element, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
    let Some(tag) = plain_tag(path, namespaces) else {
        return element_path(intern!("find"), &[element, path, &*or_none(namespaces)]);
    };
    Ok(next_child(element, tag, 0)?.map_or_else(none, |(child, _)| child.into_object()))
}

pub fn find_text(
    element: &Element,
    path: &Object,
    default: Option<&Object>,
    namespaces: Option<&Object>,
) -> Result<Ref> {
    let Some(tag) = plain_tag(path, namespaces) else {
        let (default, namespaces) = (or_none(default), or_none(namespaces));
        return element_path(intern!("findtext"), &[element, path, &*default, &*namespaces]);
    };
    Ok(match next_child(element, tag, 0)? {
        None => or_none(default),
        Some((child, _)) => {
            let text = child.text();
            if text.is_none() { Str::empty().into_object() } else { text }
        }
    })
}

pub fn find_all(element: &Element, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
    let Some(tag) = plain_tag(path, namespaces) else {
        return element_path(intern!("findall"), &[element, path, &*or_none(namespaces)]);
    };
    let mut found = Vec::new();
    let mut index = 0;
    while let Some((child, behind)) = next_child(element, tag, index)? {
        found.push(child.into_object());
        index = behind;
    }
    Ok(List::from_vec(found).into_object())
}

pub fn iterate(element: &Element, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
    element_path(intern!("iterfind"), &[element, path, &*or_none(namespaces)])
}
