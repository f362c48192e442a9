//! Copies of elements, and their state for `pickle`.

use objects::prelude::*;
use objects::protocol::enter_call;

use super::element::{Element, Part, element_of};
use crate::imported::Imported;

static DEEP_COPY: Imported = Imported::new("copy", "deepcopy");

/// Whether a copy of it is the object itself.
fn is_constant(object: &Object) -> bool {
    object.is_none() || object.downcast_exact::<Str>().is_some()
}

fn identity(object: &Object) -> Ref<Int> {
    Int::from_usize(std::ptr::from_ref(object) as usize)
}

/// A deep copy, without a Python call where the object is of a kind that trees are mostly made of.
fn deep_copy(object: &Object, memo: &Dict) -> Result<Ref> {
    if is_constant(object) {
        return Ok(object.to_ref());
    }
    if let Some(element) = object.downcast_exact::<Element>() {
        return match memo.get(&identity(element))? {
            Some(copy) => Ok(copy),
            None => deep_copy_element(element, memo).map(Ref::into_object),
        };
    }
    DEEP_COPY.get()?.call(&[object, memo])
}

fn deep_copy_attributes(attributes: &Dict, memo: &Dict) -> Result<Ref<Dict>> {
    let mut position = 0;
    let mut is_plain = attributes.downcast_exact::<Dict>().is_some();
    while is_plain && let Some((key, value)) = attributes.next(&mut position) {
        is_plain = is_constant(&key) && is_constant(&value);
    }
    if !is_plain {
        let copy = DEEP_COPY.get()?.call(&[attributes, memo])?;
        return copy
            .into_type::<Dict>()
            .map_err(|copy| raise!(TypeError, "attrib must be dict, not {}", copy.class().name()));
    }
    let known = memo.get(&identity(attributes))?.and_then(|copy| copy.into_type::<Dict>().ok());
    match known {
        Some(copy) => Ok(copy),
        None => {
            let copy = attributes.copy()?;
            memo.set(&identity(attributes), &copy)?;
            Ok(copy)
        }
    }
}

fn deep_copy_element(element: &Element, memo: &Dict) -> Result<Ref<Element>> {
    let _guard = enter_call(" while copying an Element")?;
    let tag = deep_copy(&element.tag(), memo)?;
    let attributes = match element.attributes() {
        Some(attributes) => Some(deep_copy_attributes(&attributes, memo)?),
        None => None,
    };
    let copy = Element::new(tag, attributes)?;
    for part in [Part::Text, Part::Tail] {
        if let Some(text) = element.part(part) {
            copy.set_part(part, Some(deep_copy(&text, memo)?));
        }
    }
    let mut index = 0;
    while let Some(child) = element.child(index) {
        copy.push(element_of(&deep_copy(&child, memo)?)?);
        index += 1;
    }
    memo.set(&identity(element), &copy)?;
    Ok(copy)
}

#[methods(COPYING)]
impl Element {
    #[method(name = "__copy__")]
    fn copy(&self) -> Result<Ref<Element>> {
        let copy = Element::new(self.tag(), self.attributes())?;
        for part in [Part::Text, Part::Tail] {
            copy.set_part(part, self.part(part));
        }
        self.children().into_iter().for_each(|child| copy.push(child));
        Ok(copy)
    }

    #[method("(memo, /)", name = "__deepcopy__")]
    fn deep_copy(&self, memo: &Dict) -> Result<Ref<Element>> {
        deep_copy_element(self, memo)
    }

    #[method(name = "__getstate__")]
    fn get_state(&self) -> Result<Ref<Dict>> {
        let state = Dict::new();
        let children = self.children().into_iter().map(Ref::into_object).collect();
        state.set_str(intern!("tag"), &self.tag())?;
        state.set_str(intern!("_children"), &List::from_vec(children))?;
        state.set_str(intern!("attrib"), &self.attributes().unwrap_or_else(Dict::new))?;
        state.set_str(intern!("text"), &self.part(Part::Text).unwrap_or_else(none))?;
        state.set_str(intern!("tail"), &self.part(Part::Tail).unwrap_or_else(none))?;
        Ok(state)
    }

    #[method("(state, /)", name = "__setstate__")]
    fn set_state(&self, state: &Object) -> Result<()> {
        let Some(state) = state.downcast::<Dict>() else {
            bail!(TypeError, "Don't know how to unpickle \"{}\" as an Element", state.repr()?);
        };
        let (mut tag, mut attributes, mut children, mut text, mut tail) = (None, None, None, None, None);
        let mut position = 0;
        while let Some((key, value)) = state.next(&mut position) {
            let key = key.str()?;
            let place = match key.as_str() {
                Some("tag") => &mut tag,
                Some("attrib") => &mut attributes,
                Some("_children") => &mut children,
                Some("text") => &mut text,
                Some("tail") => &mut tail,
                _ => bail!(TypeError, "'{key}' is an invalid keyword argument for this function"),
            };
            *place = Some(value);
        }
        let Some(tag) = tag else { bail!(TypeError, "tag may not be NULL") };
        let attributes = match attributes {
            Some(attributes) => Some(attributes.into_type::<Dict>().map_err(|other| {
                raise!(TypeError, "attrib must be dict, not {}", other.class().name())
            })?),
            None => None,
        };
        let children = match children.as_ref().map(|children| children.downcast::<List>()) {
            Some(Some(children)) => children.to_vec(),
            Some(None) => bail!(TypeError, "'_children' is not a list"),
            None => Vec::new(),
        };
        let children = children.iter().map(|child| element_of(child)).collect::<Result<Vec<_>>>()?;
        self.set_tag_to(tag);
        self.set_part(Part::Text, text);
        self.set_part(Part::Tail, tail);
        self.set_attributes(attributes);
        self.set_children(children);
        Ok(())
    }
}
