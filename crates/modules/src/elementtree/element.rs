//! `Element`: a node of a document's tree.

use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use objects::prelude::*;
use objects::protocol::ReprGuard;
use objects::slice::Slice;

use super::element_iterator::{ElementIterator, Yields};
use super::{copying, searching};

/// An element. No borrow of the children lives while anything runs, a drop included.
#[repr(C)]
#[derive(Trace)]
pub struct Element {
    base: Object,
    /// Null, as the next two, stands for `None`.
    tag: Field,
    text: Field,
    tail: Field,
    /// Made when it is first asked for.
    attributes: Field<Dict>,
    children: RefCell<Vec<Ref<Element>>>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

/// What `__sizeof__` tells are CPython's sizes: of an element, and of what it has besides once there are attributes or
/// children, of which the first few stand within.
const SIZE: usize = 56;
const EXTRA_SIZE: usize = 64;
const INNER_CHILDREN: usize = 4;

impl Element {
    fn new_in(class: &Type) -> Result<Ref<Element>> {
        Ref::new_in(class, Element::with(Field::null(), Field::null()))
    }

    fn with(tag: Field, attributes: Field<Dict>) -> Element {
        Element {
            base: Object::header(),
            tag,
            text: Field::null(),
            tail: Field::null(),
            attributes,
            children: RefCell::default(),
            weak_references: Cell::new(std::ptr::null_mut()),
        }
    }

    pub fn new(tag: Ref, attributes: Option<Ref<Dict>>) -> Result<Ref<Element>> {
        Ref::new_in(&ELEMENT, Element::with(Field::new(Some(tag)), Field::new(attributes)))
    }

    pub fn tag(&self) -> Ref {
        self.tag.get().unwrap_or_else(none)
    }

    pub fn set_tag_to(&self, tag: Ref) {
        self.tag.set(Some(tag));
    }

    /// A part that holds text, unless it is `None`.
    pub fn part(&self, part: Part) -> Option<Ref> {
        self.part_field(part).get().filter(|value| !value.is_none())
    }

    pub fn set_part(&self, part: Part, value: Option<Ref>) {
        self.part_field(part).set(value);
    }

    fn part_field(&self, part: Part) -> &Field {
        match part {
            Part::Text => &self.text,
            Part::Tail => &self.tail,
        }
    }

    /// The attributes, if there were any so far.
    pub fn attributes(&self) -> Option<Ref<Dict>> {
        self.attributes.get()
    }

    pub fn set_attributes(&self, attributes: Option<Ref<Dict>>) {
        self.attributes.set(attributes);
    }

    fn attributes_made(&self) -> Ref<Dict> {
        if let Some(attributes) = self.attributes.get() {
            return attributes;
        }
        // Making one may run code that makes one too: the first stays.
        let made = Dict::new();
        if self.attributes.is_null() {
            self.attributes.set(Some(made.clone()));
        }
        self.attributes.get().unwrap_or(made)
    }

    pub fn len(&self) -> usize {
        self.children.borrow().len()
    }

    pub fn child(&self, index: usize) -> Option<Ref<Element>> {
        self.children.borrow().get(index).cloned()
    }

    pub fn children(&self) -> Vec<Ref<Element>> {
        self.children.borrow().clone()
    }

    pub fn set_children(&self, children: Vec<Ref<Element>>) {
        let old = self.children.replace(children);
        drop(old);
    }

    #[inline]
    pub fn push(&self, child: Ref<Element>) {
        let mut children = self.children.borrow_mut();
        if children.len() == children.capacity() {
            grow(&mut children);
        }
        children.push(child);
    }

    /// Puts other children in the place of some; those that go are dropped at the end.
    fn splice(&self, start: usize, length: usize, new: Vec<Ref<Element>>) {
        let gone: Vec<_> = self.children.borrow_mut().splice(start..start + length, new).collect();
        drop(gone);
    }

    fn place(&self, index: isize, message: &str) -> Result<usize> {
        match usize::try_from(index).ok().filter(|&index| index < self.len()) {
            Some(index) => Ok(index),
            None => Err(raise!(IndexError, "{message}")),
        }
    }

    fn size_in_memory(&self) -> usize {
        let room = self.children.borrow().capacity();
        let more = if room > INNER_CHILDREN { room * size_of::<usize>() } else { 0 };
        let extra = if room > 0 || !self.attributes.is_null() { EXTRA_SIZE } else { 0 };
        SIZE + extra + more
    }

    fn assign_slice(&self, slice: &Slice, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            let selected = slice.select(|| self.len())?;
            let mut indices: Vec<usize> = selected.iter().collect();
            indices.sort_unstable();
            let mut gone = Vec::with_capacity(indices.len());
            {
                let mut children = self.children.borrow_mut();
                let mut doomed = indices.into_iter().peekable();
                let kept = std::mem::take(&mut *children).into_iter().enumerate().filter_map(|(index, child)| {
                    if doomed.next_if_eq(&index).is_some() {
                        gone.push(child);
                        return None;
                    }
                    Some(child)
                });
                *children = kept.collect();
            }
            drop(gone);
            return Ok(());
        };
        let new = elements(value)?;
        let selected = slice.select(|| self.len())?;
        if selected.step == 1 {
            self.splice(selected.start as usize, selected.length, new);
            return Ok(());
        }
        if new.len() != selected.length {
            bail!(
                ValueError,
                "attempt to assign sequence of size {} to extended slice of size {}",
                new.len(),
                selected.length
            );
        }
        let mut gone = Vec::with_capacity(new.len());
        {
            let mut children = self.children.borrow_mut();
            for (index, child) in selected.iter().zip(new) {
                gone.push(std::mem::replace(&mut children[index], child));
            }
        }
        drop(gone);
        Ok(())
    }
}

/// Room for more children: a few at first, then an eighth more each time.
#[cold]
fn grow(children: &mut Vec<Ref<Element>>) {
    let least = children.len() + 1;
    let room = match least {
        ..=INNER_CHILDREN => INNER_CHILDREN,
        ..9 => least + (least >> 3) + 3,
        _ => least + (least >> 3) + 6,
    };
    children.reserve_exact(room - children.len());
}

/// The two parts of an element that hold text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Before the first child.
    Text,
    /// Behind the element.
    Tail,
}

/// An argument that has to be an element.
pub fn element_of(object: &Object) -> Result<Ref<Element>> {
    match object.downcast::<Element>() {
        Some(element) => Ok(element.to_ref()),
        None => Err(raise!(TypeError, "expected an Element, not \"{}\"", object.class().name())),
    }
}

fn elements(sequence: &Object) -> Result<Vec<Ref<Element>>> {
    let items = match sequence.collect_vec() {
        Ok(items) => items,
        Err(raised) if raise::matches(&exceptions::TypeError) => {
            drop(raised.fetch());
            bail!(TypeError, "expected sequence, not \"{}\"", sequence.class().name());
        }
        Err(raised) => return Err(raised),
    };
    items.iter().map(|item| element_of(item)).collect()
}

/// The attributes that a call gives: the argument at a place, and the keywords. The dictionary is a new one.
pub fn given_attributes(
    function: &str,
    args: &Tuple,
    place: usize,
    kwargs: Option<&Dict>,
) -> Result<Option<Ref<Dict>>> {
    let kwargs = kwargs.filter(|kwargs| !kwargs.is_empty());
    let given = match args.get(place) {
        Some(given) => match given.downcast::<Dict>() {
            Some(dict) => Some(dict.copy()?),
            None => {
                let class = given.class().name();
                bail!(TypeError, "{function}() argument {} must be dict, not {class}", place + 1);
            }
        },
        None => None,
    };
    match (given, kwargs) {
        (given, None) => Ok(given),
        (Some(given), Some(kwargs)) => {
            given.update(kwargs)?;
            Ok(Some(given))
        }
        (None, Some(kwargs)) => {
            let rest = kwargs.copy()?;
            let Some(attrib) = rest.pop(intern!("attrib"))? else { return Ok(Some(rest)) };
            let Some(attrib) = attrib.downcast::<Dict>() else {
                bail!(TypeError, "attrib must be dict, not {}", attrib.class().name());
            };
            let all = attrib.copy()?;
            all.update(&rest)?;
            Ok(Some(all))
        }
    }
}

/// As C functions that parse a tuple of arguments tell of a wrong number.
pub fn check_count(function: &str, args: &Tuple, least: usize, most: usize) -> Result<()> {
    let given = args.len();
    let (which, bound) = match given {
        _ if given < least => ("at least", least),
        _ if given > most => ("at most", most),
        _ => return Ok(()),
    };
    let plural = if bound == 1 { "" } else { "s" };
    Err(raise!(TypeError, "{function}() takes {which} {bound} argument{plural} ({given} given)"))
}

fn cannot_delete() -> Raised {
    raise!(AttributeError, "can't delete element attribute")
}

#[class(
    name = "Element",
    module = "xml.etree.ElementTree",
    flags = BASETYPE,
    weaklist_offset = offset_of!(Element, weak_references),
    generic_getattro,
    include = [copying::COPYING, searching::SEARCHING]
)]
impl Element {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Element>> {
        Element::new_in(class)
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        check_count("Element", args, 1, 2)?;
        let attributes = given_attributes("Element", args, 1, kwargs)?;
        if attributes.is_some() || !self.attributes.is_null() {
            self.attributes.set(attributes);
        }
        self.tag.set(args.get(0));
        self.text.set(None);
        self.tail.set(None);
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(tag) = self.tag.get() else {
            return objects::format_str!("<Element None at {:p}>", self);
        };
        let Some(_guard) = ReprGuard::enter(self) else {
            let class = self.class().tp_name_str();
            bail!(RuntimeError, "reentrant call inside {class}.__repr__");
        };
        let tag = tag.repr()?;
        objects::format_str!("<Element {tag} at {:p}>", self)
    }

    #[slot(sq_length)]
    fn length(&self) -> usize {
        self.len()
    }

    #[slot(sq_item)]
    fn item(&self, index: isize) -> Result<Ref<Element>> {
        let message = "child index out of range";
        let index = self.place(index, message)?;
        self.child(index).ok_or_else(|| raise!(IndexError, "{message}"))
    }

    #[slot(sq_ass_item)]
    fn assign_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let index = self.place(index, "child assignment index out of range")?;
        let new = value.map(element_of).transpose()?;
        self.splice(index, 1, Vec::from_iter(new));
        Ok(())
    }

    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object) -> Result<Ref> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            let index = if index < 0 { index + self.len() as isize } else { index };
            return self.item(index).map(Ref::into_object);
        }
        let Some(slice) = key.downcast::<Slice>() else {
            bail!(TypeError, "element indices must be integers");
        };
        let selected = slice.select(|| self.len())?;
        let items = selected.iter().filter_map(|index| self.child(index).map(Ref::into_object));
        Ok(List::from_vec(items.collect()).into_object())
    }

    #[slot(mp_ass_subscript)]
    fn assign_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if key.has_index() {
            let index = key.as_index_or(&exceptions::IndexError)?;
            let index = if index < 0 { index + self.len() as isize } else { index };
            return self.assign_item(index, value);
        }
        match key.downcast::<Slice>() {
            Some(slice) => self.assign_slice(slice, value),
            None => Err(raise!(TypeError, "element indices must be integers")),
        }
    }

    /// The name of the element: what kind of data it holds
    #[getter(name = "tag")]
    fn tag_attribute(&self) -> Ref {
        self.tag()
    }

    #[setter(name = "tag")]
    fn set_tag(&self, value: Option<&Object>) -> Result<()> {
        self.tag.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// The text between the start tag and the first child or the end tag, or None
    #[getter]
    fn text(&self) -> Option<Ref> {
        self.text.get()
    }

    #[setter]
    fn set_text(&self, value: Option<&Object>) -> Result<()> {
        self.text.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// The text between the end tag and the next tag, or None
    #[getter]
    fn tail(&self) -> Option<Ref> {
        self.tail.get()
    }

    #[setter]
    fn set_tail(&self, value: Option<&Object>) -> Result<()> {
        self.tail.set(Some(value.ok_or_else(cannot_delete)?.to_ref()));
        Ok(())
    }

    /// The attributes of the element, a dictionary
    #[getter]
    fn attrib(&self) -> Ref<Dict> {
        self.attributes_made()
    }

    #[setter]
    fn set_attrib(&self, value: Option<&Object>) -> Result<()> {
        let value = value.ok_or_else(cannot_delete)?;
        let Some(attributes) = value.downcast::<Dict>() else {
            bail!(TypeError, "attrib must be dict, not {}", value.class().name());
        };
        self.attributes.set(Some(attributes.to_ref()));
        Ok(())
    }

    #[method(name = "clear")]
    fn clear_all(&self) {
        self.attributes.set(None);
        self.set_children(Vec::new());
        self.text.set(None);
        self.tail.set(None);
    }

    #[method("(key, default=None)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Ref> {
        let found = match self.attributes.get() {
            Some(attributes) => attributes.get(key)?,
            None => None,
        };
        Ok(found.unwrap_or_else(|| default.map_or_else(none, Object::to_ref)))
    }

    #[method("(key, value, /)")]
    fn set(&self, key: &Object, value: &Object) -> Result<()> {
        self.attributes_made().set(key, value)
    }

    #[method]
    fn items(&self) -> Result<Ref<List>> {
        self.attributes.get().map_or_else(|| Ok(List::new()), |attributes| attributes.items_list())
    }

    #[method]
    fn keys(&self) -> Ref<List> {
        self.attributes.get().map_or_else(List::new, |attributes| attributes.keys_list())
    }

    #[method("(subelement, /)")]
    fn append(&self, subelement: &Element) {
        self.push(subelement.to_ref());
    }

    #[method("(elements, /)")]
    fn extend(&self, elements: &Object) -> Result<()> {
        // Those before one that is no element are there then.
        let items = match elements.collect_vec() {
            Ok(items) => items,
            Err(raised) if raise::matches(&exceptions::TypeError) => {
                drop(raised.fetch());
                bail!(TypeError, "expected sequence, not \"{}\"", elements.class().name());
            }
            Err(raised) => return Err(raised),
        };
        for item in items {
            self.push(element_of(&item)?);
        }
        Ok(())
    }

    #[method("(index, subelement, /)")]
    fn insert(&self, index: isize, subelement: &Element) {
        let length = self.len() as isize;
        let index = if index < 0 { (index + length).max(0) } else { index.min(length) };
        let mut children = self.children.borrow_mut();
        if children.len() == children.capacity() {
            grow(&mut children);
        }
        children.insert(index as usize, subelement.to_ref());
    }

    #[method("(subelement, /)")]
    fn remove(&self, subelement: &Element) -> Result<()> {
        let mut index = 0;
        while let Some(child) = self.child(index) {
            if child.is(subelement) || child.equals(subelement)? {
                // Comparing may have changed the children.
                if index < self.len() {
                    self.splice(index, 1, Vec::new());
                }
                return Ok(());
            }
            index += 1;
        }
        Err(raise!(ValueError, "list.remove(x): x not in list"))
    }

    #[method("(tag=None)")]
    fn iter(&self, tag: Option<&Object>) -> Result<Ref<ElementIterator>> {
        ElementIterator::over(self, Yields::Elements, tag)
    }

    #[method]
    fn itertext(&self) -> Result<Ref<ElementIterator>> {
        ElementIterator::over(self, Yields::Texts, None)
    }

    #[method("(tag, attrib, /)")]
    fn makeelement(&self, tag: &Object, attrib: &Dict) -> Result<Ref<Element>> {
        Element::new(tag.to_ref(), Some(attrib.copy()?))
    }

    #[method(name = "__sizeof__")]
    fn size_of(&self) -> usize {
        self.size_in_memory()
    }
}
