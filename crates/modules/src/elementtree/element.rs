//! `Element`: a tag, attributes, text before and behind the end tag, and children.

use std::cell::Cell;
use std::mem::offset_of;

use objects::prelude::*;
use objects::protocol::ReprGuard;
use objects::slice::{Indices, Slice};

use super::children::{Extra, ExtraBox};
use super::iterator::ElementIterator;
use super::paths;

/// An element. Tag and texts can be anything; they are null only within `__new__` and the collector.
#[repr(C)]
#[derive(Trace)]
pub struct Element {
    base: Object,
    pub tag: Field,
    pub text: Field,
    pub tail: Field,
    extra: Cell<ExtraBox>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

impl Element {
    fn empty() -> Element {
        Element {
            base: Object::header(),
            tag: Field::new(Some(none())),
            text: Field::new(Some(none())),
            tail: Field::new(Some(none())),
            extra: Cell::default(),
            weak_references: Cell::new(std::ptr::null_mut()),
        }
    }

    pub fn new(tag: Ref, attributes: Option<Ref<Dict>>) -> Ref<Element> {
        let element = Element { tag: Field::new(Some(tag)), ..Element::empty() };
        if let Some(attributes) = attributes.filter(|attributes| !attributes.is_empty()) {
            element.extra.set(ExtraBox(Some(Box::new(Extra::new(attributes)))));
        }
        Ref::new(element)
    }

    /// Works on what there may be. What the work takes out has to be given back and dropped outside.
    fn with_extra<R>(&self, work: impl FnOnce(&mut Option<Box<Extra>>) -> R) -> R {
        let mut extra = self.extra.take();
        let outcome = work(&mut extra.0);
        self.extra.set(extra);
        outcome
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.with_extra(|extra| extra.as_ref().map_or(0, |extra| extra.len()))
    }

    #[inline]
    pub fn child(&self, index: usize) -> Option<Ref<Element>> {
        self.with_extra(|extra| extra.as_ref().and_then(|extra| extra.get(index).cloned()))
    }

    #[inline]
    pub fn push(&self, child: Ref<Element>) {
        self.with_extra(|extra| extra.get_or_insert_default().push(child));
    }

    fn children(&self) -> Vec<Ref<Element>> {
        self.with_extra(|extra| extra.as_ref().map_or_else(Vec::new, |extra| extra.to_vec()))
    }

    fn replace_children(&self, children: Vec<Ref<Element>>) {
        let old = self.with_extra(|extra| match extra {
            None if children.is_empty() => Vec::new(),
            extra => extra.get_or_insert_default().replace_all(children),
        });
        drop(old);
    }

    fn set_attributes(&self, attributes: Option<Ref<Dict>>) {
        let old = self.with_extra(|extra| match (extra, attributes) {
            (None, None) => None,
            (extra, attributes) => {
                std::mem::replace(&mut extra.get_or_insert_default().attributes, attributes)
            }
        });
        drop(old);
    }

    /// The attributes, if there were ever any.
    pub fn attributes(&self) -> Option<Ref<Dict>> {
        self.with_extra(|extra| extra.as_ref().and_then(|extra| extra.attributes.clone()))
    }

    /// The attributes, made where there were none.
    fn made_attributes(&self) -> Ref<Dict> {
        self.with_extra(|extra| {
            extra.get_or_insert_default().attributes.get_or_insert_with(Dict::new).clone()
        })
    }

    fn value(field: &Field) -> Ref {
        field.get().unwrap_or_else(none)
    }

    pub fn tag(&self) -> Ref {
        Element::value(&self.tag)
    }

    pub fn text(&self) -> Ref {
        Element::value(&self.text)
    }

    pub fn tail(&self) -> Ref {
        Element::value(&self.tail)
    }

    /// The index that a negative one counts from the end; clipped.
    fn clipped(&self, index: isize) -> usize {
        let length = self.len() as isize;
        (if index < 0 { index + length } else { index }).clamp(0, length) as usize
    }

    fn selected(&self, selected: Indices) -> Vec<Ref> {
        selected.iter().filter_map(|index| self.child(index)).map(Ref::into_object).collect()
    }

    fn delete_selected(&self, selected: Indices) {
        let mut doomed = vec![false; self.len()];
        selected.iter().for_each(|index| doomed[index] = true);
        let kept = self.children().into_iter().zip(doomed).filter(|(_, doomed)| !doomed);
        let kept = kept.map(|(child, _)| child).collect();
        self.replace_children(kept);
    }

    fn assign_selected(&self, slice: &Slice, value: &Object) -> Result<()> {
        let values = elements(value)?;
        let mut selected = slice.select(|| self.len())?;
        if selected.step != 1 && values.len() != selected.length {
            bail!(
                ValueError,
                "attempt to assign sequence of size {} to extended slice of size {}",
                values.len(),
                selected.length
            );
        }
        let mut children = self.children();
        match selected.step {
            1 => {
                selected.length = selected.length.min(children.len());
                let start = selected.start as usize;
                drop(children.splice(start..start + selected.length, values));
            }
            _ => selected.iter().zip(values).for_each(|(index, value)| children[index] = value),
        }
        self.replace_children(children);
        Ok(())
    }

    /// Takes the parts of a copy or of what was pickled.
    fn take_parts(&self, tag: Ref, text: Ref, tail: Ref) {
        self.tag.set(Some(tag));
        self.text.set(Some(text));
        self.tail.set(Some(tail));
    }

    fn take_state(&self, state: &Dict) -> Result<()> {
        const PARTS: [&str; 5] = ["tag", "_children", "attrib", "text", "tail"];
        let mut parts: [Option<Ref>; 5] = Default::default();
        let mut position = 0;
        while let Some((key, value)) = state.next(&mut position) {
            let name =
                key.downcast::<Str>().and_then(|key| PARTS.iter().position(|part| key.equals_text(part)));
            let Some(name) = name else {
                bail!(TypeError, "'{}' is an invalid keyword argument for this function", key.str()?);
            };
            parts[name] = Some(value);
        }
        let [tag, children, attributes, text, tail] = parts;
        let Some(tag) = tag else { bail!(TypeError, "tag may not be NULL") };
        self.take_parts(tag, text.unwrap_or_else(none), tail.unwrap_or_else(none));
        let children = match children {
            None => Vec::new(),
            Some(children) => match children.downcast::<List>() {
                Some(children) => {
                    children.to_vec().iter().map(|child| element_of(child)).collect::<Result<_>>()?
                }
                None => bail!(TypeError, "'_children' is not a list"),
            },
        };
        self.replace_children(children);
        let attributes = match attributes {
            None => None,
            Some(attributes) => match attributes.downcast::<Dict>() {
                Some(attributes) => Some(attributes.to_ref()),
                None => bail!(TypeError, "attrib must be dict, not {}", attributes.class().name()),
            },
        };
        self.set_attributes(attributes);
        Ok(())
    }

    /// A copy without children: its parts are what a function makes of the element's.
    fn copy_with(&self, mut copy: impl FnMut(&Object) -> Result<Ref>) -> Result<Ref<Element>> {
        let tag = copy(&self.tag())?;
        let (text, tail) = (copy(&self.text())?, copy(&self.tail())?);
        let attributes = match self.attributes() {
            None => None,
            Some(attributes) => copy(&attributes)?.into_type::<Dict>().ok(),
        };
        let element = Element::new(tag.clone(), attributes);
        element.take_parts(tag, text, tail);
        Ok(element)
    }
}

/// A child as it has to be.
pub fn element_of(value: &Object) -> Result<Ref<Element>> {
    match value.downcast::<Element>() {
        Some(element) => Ok(element.to_ref()),
        None => Err(raise!(TypeError, "expected an Element, not \"{}\"", value.class().name())),
    }
}

/// The elements of a sequence.
fn elements(value: &Object) -> Result<Vec<Ref<Element>>> {
    let items = match value.collect_vec() {
        Ok(items) => items,
        Err(raised) if raised.matches(&exceptions::TypeError) => {
            raised.clear();
            bail!(TypeError, "expected sequence, not \"{}\"", value.class().name());
        }
        Err(raised) => return Err(raised),
    };
    items.iter().map(|item| element_of(item)).collect()
}

/// The attributes that are given for a new element: a dictionary as an argument or a keyword, and keywords, which the
/// function may change.
pub fn attributes_of(
    place: &str,
    argument: Option<&Object>,
    keywords: Option<Ref<Dict>>,
) -> Result<Option<Ref<Dict>>> {
    let copy = |given: &Object, place: &str| match given.downcast::<Dict>() {
        Some(given) => given.copy(),
        None => Err(raise!(TypeError, "{place} must be dict, not {}", given.class().name())),
    };
    let attributes = argument.map(|given| copy(given, place)).transpose()?;
    let Some(keywords) = keywords else { return Ok(attributes) };
    let attributes = match (attributes, keywords.get_str(intern!("attrib"))) {
        (Some(attributes), _) => attributes,
        (None, Some(given)) => {
            let attributes = copy(&given, "attrib")?;
            keywords.remove(intern!("attrib"))?;
            attributes
        }
        (None, None) => return Ok(Some(keywords)),
    };
    attributes.update(&keywords)?;
    Ok(Some(attributes))
}

fn cannot_delete() -> Raised {
    raise!(AttributeError, "can't delete element attribute")
}

#[class(
    name = "Element",
    module = "xml.etree.ElementTree",
    flags = BASETYPE,
    weaklist_offset = offset_of!(Element, weak_references),
    generic_getattro
)]
impl Element {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Element>> {
        Ref::new_in(class, Element::empty())
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let (tag, attributes) = match args.as_slice() {
            [] => bail!(TypeError, "Element() takes at least 1 argument (0 given)"),
            [tag] => (tag, None),
            [tag, attributes] => (tag, Some(*attributes)),
            long => bail!(TypeError, "Element() takes at most 2 arguments ({} given)", long.len()),
        };
        let attributes =
            attributes_of("Element() argument 2", attributes, kwargs.map(Dict::copy).transpose()?)?;
        self.take_parts(tag.to_ref(), none(), none());
        self.set_attributes(attributes.filter(|attributes| !attributes.is_empty()));
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let address = self.as_object().as_ptr();
        let Some(_guard) = ReprGuard::enter(self) else {
            bail!(RuntimeError, "reentrant call inside {}.__repr__", self.class().name());
        };
        objects::format_str!("<Element {} at {address:p}>", self.tag().repr()?)
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref> {
        let child = usize::try_from(index).ok().and_then(|index| self.child(index));
        child.map(Ref::into_object).ok_or_else(|| raise!(IndexError, "child index out of range"))
    }

    #[slot(sq_ass_item)]
    fn set_item_at(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let out_of_range = || raise!(IndexError, "child assignment index out of range");
        let index = usize::try_from(index).map_err(|_| out_of_range())?;
        if index >= self.len() {
            return Err(out_of_range());
        }
        let value = value.map(element_of).transpose()?;
        let old = self.with_extra(|extra| match (extra, value) {
            (None, _) => None,
            (Some(extra), Some(value)) => extra.replace(index, value),
            (Some(extra), None) => extra.remove(index),
        });
        drop(old);
        Ok(())
    }

    #[slot(mp_length)]
    fn mapping_length(&self) -> usize {
        self.len()
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.item(if index < 0 { index + self.len() as isize } else { index });
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "element indices must be integers");
        };
        let selected = slice.select(|| self.len())?;
        Ok(List::from_vec(self.selected(selected)).into_object())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            return self.set_item_at(if index < 0 { index + self.len() as isize } else { index }, value);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "element indices must be integers");
        };
        match value {
            Some(value) => self.assign_selected(slice, value),
            None => {
                let selected = slice.select(|| self.len())?;
                self.delete_selected(selected);
                Ok(())
            }
        }
    }

    /// The element's name, with its namespace in braces before it.
    #[getter(name = "tag")]
    fn get_tag(&self) -> Ref {
        self.tag()
    }

    #[setter(name = "tag")]
    fn set_tag(&self, value: Option<&Object>) -> Result<()> {
        self.tag.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// What stands between the element's start and its first child, None for nothing.
    #[getter(name = "text")]
    fn get_text(&self) -> Ref {
        self.text()
    }

    #[setter(name = "text")]
    fn set_text(&self, value: Option<&Object>) -> Result<()> {
        self.text.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// What stands behind the element's end before the next tag, None for nothing.
    #[getter(name = "tail")]
    fn get_tail(&self) -> Ref {
        self.tail()
    }

    #[setter(name = "tail")]
    fn set_tail(&self, value: Option<&Object>) -> Result<()> {
        self.tail.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// The attributes by their names, in a dict.
    #[getter]
    fn attrib(&self) -> Ref<Dict> {
        self.made_attributes()
    }

    #[setter]
    fn set_attrib(&self, value: Option<&Object>) -> Result<()> {
        let value = value.ok_or_else(cannot_delete)?;
        let Some(attributes) = value.downcast::<Dict>() else {
            bail!(TypeError, "attrib must be dict, not {}", value.class().name());
        };
        self.set_attributes(Some(attributes.to_ref()));
        Ok(())
    }

    #[method("(subelement, /)")]
    fn append(&self, subelement: &Element) {
        self.push(subelement.to_ref());
    }

    #[method(name = "clear")]
    fn clear_all(&self) {
        let extra = self.extra.take();
        self.text.set(Some(none()));
        self.tail.set(Some(none()));
        drop(extra);
    }

    #[method("(elements, /)")]
    fn extend(&self, elements: &Object) -> Result<()> {
        let elements = self::elements(elements)?;
        elements.into_iter().for_each(|element| self.push(element));
        Ok(())
    }

    #[method("(index, subelement, /)")]
    fn insert(&self, index: isize, subelement: &Element) {
        let index = self.clipped(index);
        self.with_extra(|extra| extra.get_or_insert_default().insert(index, subelement.to_ref()));
    }

    #[method("(subelement, /)")]
    fn remove(&self, subelement: &Element) -> Result<()> {
        let mut index = 0;
        // A comparison may change what there is.
        while let Some(child) = self.child(index) {
            if child.is(subelement) || child.equals(subelement)? {
                let removed = self.with_extra(|extra| extra.as_mut().and_then(|extra| extra.remove(index)));
                drop(removed);
                return Ok(());
            }
            index += 1;
        }
        Err(raise!(ValueError, "list.remove(x): x not in list"))
    }

    #[method("(key, default=None)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        let value = match self.attributes() {
            Some(attributes) => attributes.get(key)?,
            None => None,
        };
        Ok(value.unwrap_or_else(|| default.map_or_else(none, Object::to_ref)))
    }

    #[method("(key, value, /)")]
    fn set(&self, key: &Object, value: &Object) -> Result<()> {
        self.made_attributes().set(key, value)
    }

    #[method]
    fn keys(&self) -> Result<Ref<List>> {
        self.pairs(|key, _| Ok(key))
    }

    #[method]
    fn items(&self) -> Result<Ref<List>> {
        self.pairs(|key, value| Ok(Tuple::new([key, value])?.into_object()))
    }

    #[method("(tag, attrib, /)")]
    fn makeelement(&self, tag: &Object, attrib: &Dict) -> Result<Ref<Element>> {
        Ok(Element::new(tag.to_ref(), Some(attrib.copy()?)))
    }

    #[method("(path, namespaces=None)")]
    fn find(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        paths::find(self, path, namespaces)
    }

    #[method("(path, default=None, namespaces=None)")]
    fn findtext(&self, path: &Object, default: Option<&Object>, namespaces: Option<&Object>) -> Result<Ref> {
        paths::find_text(self, path, default, namespaces)
    }

    #[method("(path, namespaces=None)")]
    fn findall(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        paths::find_all(self, path, namespaces)
    }

    #[method("(path, namespaces=None)")]
    fn iterfind(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        paths::iterate(self, path, namespaces)
    }

    #[method("(tag=None)")]
    fn iter(&self, tag: Option<&Object>) -> Result<Ref<ElementIterator>> {
        ElementIterator::over_elements(self, tag)
    }

    #[method]
    fn itertext(&self) -> Ref<ElementIterator> {
        ElementIterator::over_text(self)
    }

    #[method]
    fn __copy__(&self) -> Result<Ref<Element>> {
        let copy = self.copy_with(|part| Ok(part.to_ref()))?;
        copy.set_attributes(self.attributes());
        copy.replace_children(self.children());
        Ok(copy)
    }

    #[method("(memo, /)")]
    fn __deepcopy__(&self, memo: &Dict) -> Result<Ref<Element>> {
        // Copies within copies: the machine's stack is bounded.
        let _guard = objects::protocol::enter_call(" while copying an Element")?;
        let copy = self.copy_with(|part| deep_copy(part, memo))?;
        let mut index = 0;
        while let Some(child) = self.child(index) {
            copy.push(element_of(&*deep_copy(&child, memo)?)?);
            index += 1;
        }
        let identity = Int::from_usize(self.as_object().as_ptr() as usize);
        memo.set(&identity, &copy)?;
        Ok(copy)
    }

    #[method]
    fn __sizeof__(&self) -> usize {
        size_of::<Element>() + self.with_extra(|extra| extra.as_ref().map_or(0, |extra| extra.size()))
    }

    #[method]
    fn __getstate__(&self) -> Result<Ref<Dict>> {
        let state = Dict::new();
        let children = List::from_vec(self.children().into_iter().map(Ref::into_object).collect());
        let attributes = self.attributes().unwrap_or_else(Dict::new);
        state.set(intern!("tag"), &self.tag())?;
        state.set(intern!("_children"), &children)?;
        state.set(intern!("attrib"), &attributes)?;
        state.set(intern!("text"), &self.text())?;
        state.set(intern!("tail"), &self.tail())?;
        Ok(state)
    }

    #[method("(state, /)")]
    fn __setstate__(&self, state: &Object) -> Result<()> {
        match state.downcast_exact::<Dict>() {
            Some(state) => self.take_state(state),
            None => Err(raise!(TypeError, "Don't know how to unpickle \"{}\" as an Element", state.repr()?)),
        }
    }
}

impl Element {
    /// A list of something made of each attribute.
    fn pairs(&self, make: impl Fn(Ref, Ref) -> Result<Ref>) -> Result<Ref<List>> {
        let mut made = Vec::new();
        if let Some(attributes) = self.attributes() {
            let mut position = 0;
            while let Some((key, value)) = attributes.next(&mut position) {
                made.push(make(key, value)?);
            }
        }
        Ok(List::from_vec(made))
    }
}

/// A deep copy; what cannot change is its own.
fn deep_copy(value: &Object, memo: &Dict) -> Result<Ref> {
    if value.is_none() || value.downcast_exact::<Str>().is_some() {
        return Ok(value.to_ref());
    }
    if let Some(element) = value.downcast_exact::<Element>() {
        return Ok(element.__deepcopy__(memo)?.into_object());
    }
    DEEP_COPY.get()?.call(&[value, memo])
}

static DEEP_COPY: crate::imported::Imported = crate::imported::Imported::new("copy", "deepcopy");
