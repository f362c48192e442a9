//! `TreeBuilder`: makes a tree of starts, ends and text.

use std::cell::{Cell, RefCell};

use objects::prelude::*;

use super::element::{Element, element_of};
use super::{PARSE_ERROR, parser::Reported};
use crate::module_state::ModuleState;

/// What makes comments and processing instructions where a builder names nothing of its own.
#[repr(C)]
#[derive(Trace)]
pub struct Factories {
    base: Object,
    comment: Field,
    instruction: Field,
}

#[class(name = "factories", module = "_elementtree")]
impl Factories {}

static FACTORIES_STATE: ModuleState<Factories> = ModuleState::new(|| {
    Ok(Ref::new(Factories { base: Object::header(), comment: Field::null(), instruction: Field::null() }))
});

impl Factories {
    pub fn get() -> Result<Ref<Factories>> {
        FACTORIES_STATE.get()
    }

    /// Sets both, and gives back the ones before.
    pub fn set(&self, comment: &Object, instruction: &Object) -> Result<Ref<Tuple>> {
        for (factory, kind) in [(comment, "Comment"), (instruction, "PI")] {
            if !factory.is_none() && !factory.is_callable() {
                bail!(TypeError, "{kind} factory must be callable, not {}", factory.class().name());
            }
        }
        let given = |factory: &Object| Some(factory).filter(|factory| !factory.is_none()).map(Object::to_ref);
        let old = [self.comment.replace(given(comment)), self.instruction.replace(given(instruction))];
        Tuple::new(old.map(|factory| factory.unwrap_or_else(none)))
    }
}

/// Text that came since the last tag.
#[derive(Default)]
struct Text {
    /// What the parser has given: UTF-8.
    bytes: Vec<u8>,
    /// What callers have given, and all that came behind that.
    pieces: Vec<Ref>,
}

/// A builder. The current element and what is open around it are on a stack of its own.
#[repr(C)]
#[derive(Trace)]
pub struct TreeBuilder {
    base: Object,
    root: Field,
    /// The element that is open; null outside of the root.
    current: Field,
    /// Those around it.
    around: RefCell<Vec<Ref>>,
    /// The element that began or ended last, to which text belongs.
    last: Field,
    /// What ended last; null if something began since. Text is its tail.
    ended: Field,
    #[trace(skip)]
    text: RefCell<Text>,
    element_factory: Field,
    comment_factory: Field,
    instruction_factory: Field,
    inserts_comments: Cell<bool>,
    inserts_instructions: Cell<bool>,
    /// What takes events; null where none are asked for.
    append: Field,
    /// By kind, what events have for a name; null of those not asked for.
    events: [Field; Reported::COUNT],
}

impl TreeBuilder {
    fn empty() -> TreeBuilder {
        TreeBuilder {
            base: Object::header(),
            root: Field::null(),
            current: Field::null(),
            around: RefCell::default(),
            last: Field::null(),
            ended: Field::null(),
            text: RefCell::default(),
            element_factory: Field::null(),
            comment_factory: Field::null(),
            instruction_factory: Field::null(),
            inserts_comments: Cell::new(false),
            inserts_instructions: Cell::new(false),
            append: Field::null(),
            events: [const { Field::null() }; Reported::COUNT],
        }
    }

    /// The builder of a parser that is given none: comments and instructions are no elements to it.
    pub fn standard() -> Ref<TreeBuilder> {
        Ref::new(TreeBuilder::empty())
    }

    /// Asks for events of some kinds; the names are those that the events are to have.
    pub fn report(&self, append: Ref, names: [Option<Ref>; Reported::COUNT]) {
        self.append.set(Some(append));
        self.events.iter().zip(names).for_each(|(place, name)| place.set(name));
    }

    pub fn tell(&self, kind: Reported, subject: impl FnOnce() -> Result<Ref>) -> Result<()> {
        let (Some(append), Some(name)) = (self.append.get(), self.events[kind as usize].get()) else {
            return Ok(());
        };
        let event = Tuple::new([name, subject()?])?;
        append.call1(&event).map(drop)
    }

    /// Takes text from the parser.
    #[inline]
    pub fn add_text(&self, text: &[u8]) -> Result<()> {
        let mut gathered = self.text.borrow_mut();
        if gathered.pieces.is_empty() {
            gathered.bytes.extend_from_slice(text);
        } else {
            let piece = Str::from_wtf8(text)?;
            gathered.pieces.push(piece.into_object());
        }
        Ok(())
    }

    /// Takes text from a caller. Before the first element there is nothing that it could belong to.
    pub fn add_piece(&self, piece: &Object) {
        if !self.last.is_null() {
            self.text.borrow_mut().pieces.push(piece.to_ref());
        }
    }

    /// The text as one, and none from now on.
    fn take_text(&self) -> Result<Option<Ref>> {
        let pieces = {
            let mut text = self.text.borrow_mut();
            if text.bytes.is_empty() && text.pieces.is_empty() {
                return Ok(None);
            }
            let mut pieces = std::mem::take(&mut text.pieces);
            if !text.bytes.is_empty() {
                let whole = Str::from_wtf8(&text.bytes)?.into_object();
                text.bytes.clear();
                if pieces.is_empty() {
                    return Ok(Some(whole));
                }
                pieces.insert(0, whole);
            }
            pieces
        };
        match &pieces[..] {
            [piece] => Ok(Some(piece.clone())),
            pieces => join(pieces).map(Some),
        }
    }

    /// Gives the text to the element that it belongs to.
    fn flush(&self) -> Result<()> {
        let Some(text) = self.take_text()? else { return Ok(()) };
        let (element, is_tail) = match self.ended.get() {
            Some(ended) => (ended, true),
            None => match self.last.get() {
                Some(last) => (last, false),
                None => return Ok(()),
            },
        };
        if let Some(element) = element.downcast_exact::<Element>() {
            let field = if is_tail { &element.tail } else { &element.text };
            let before = field.get().filter(|before| !before.is_none());
            let text = match before {
                None => text,
                Some(before) => join(&[before, text])?,
            };
            field.set(Some(text));
            return Ok(());
        }
        let name = if is_tail { intern!("tail") } else { intern!("text") };
        let before = element.get_attr(name)?;
        let text = if before.is_none() { text } else { join(&[before, text])? };
        element.set_attr(name, &text)
    }

    fn add_child(&self, parent: &Object, child: &Object) -> Result<()> {
        match parent.downcast_exact::<Element>() {
            Some(parent) => parent.push(element_of(child)?),
            None => drop(parent.call_method(intern!("append"), &[child])?),
        }
        Ok(())
    }

    pub fn begin(&self, tag: Ref, attributes: Option<Ref<Dict>>) -> Result<Ref> {
        self.flush()?;
        let element = match self.element_factory.get() {
            None => Element::new(tag, attributes).into_object(),
            Some(factory) => factory.call(&[&tag, &*attributes.unwrap_or_else(Dict::new)])?,
        };
        self.ended.set(None);
        match self.current.get() {
            Some(parent) => {
                self.add_child(&parent, &element)?;
                self.around.borrow_mut().push(parent);
            }
            None if !self.root.is_null() => {
                return Err(raise::set(
                    &*PARSE_ERROR.get()?,
                    Some(Str::new("multiple elements on top level").into_object()),
                ));
            }
            None => self.root.set(Some(element.clone())),
        }
        self.current.set(Some(element.clone()));
        self.last.set(Some(element.clone()));
        self.tell(Reported::Start, || Ok(element.clone()))?;
        Ok(element)
    }

    pub fn finish(&self) -> Result<Ref> {
        self.flush()?;
        let Some(element) = self.current.take() else {
            bail!(IndexError, "pop from empty stack");
        };
        let parent = self.around.borrow_mut().pop();
        self.current.set(parent);
        self.last.set(Some(element.clone()));
        self.ended.set(Some(element.clone()));
        self.tell(Reported::End, || Ok(element.clone()))?;
        Ok(element)
    }

    /// A comment or a processing instruction: made, and perhaps put into the tree.
    fn add_other(&self, other: Ref, is_inserted: bool, kind: Reported) -> Result<Ref> {
        if is_inserted {
            self.flush()?;
            if let Some(parent) = self.current.get() {
                self.add_child(&parent, &other)?;
            }
            self.ended.set(Some(other.clone()));
        }
        self.tell(kind, || Ok(other.clone()))?;
        Ok(other)
    }

    pub fn add_comment(&self, text: &Object) -> Result<Ref> {
        let (made, is_inserted) = match self.comment_factory.get() {
            Some(factory) => (factory.call1(text)?, self.inserts_comments.get()),
            None => (text.to_ref(), false),
        };
        self.add_other(made, is_inserted, Reported::Comment)
    }

    pub fn add_instruction(&self, target: &Object, text: &Object) -> Result<Ref> {
        let (made, is_inserted) = match self.instruction_factory.get() {
            Some(factory) => (factory.call(&[target, text])?, self.inserts_instructions.get()),
            None => (Tuple::new([target.to_ref(), text.to_ref()])?.into_object(), false),
        };
        self.add_other(made, is_inserted, Reported::Instruction)
    }

    pub fn result(&self) -> Ref {
        self.root.get().unwrap_or_else(none)
    }
}

fn join(pieces: &[Ref]) -> Result<Ref> {
    let pieces: Vec<&Object> = pieces.iter().map(|piece| &**piece).collect();
    Ok(Str::empty().join_items(&pieces)?.into_object())
}

#[class(name = "TreeBuilder", module = "xml.etree.ElementTree", flags = BASETYPE)]
impl TreeBuilder {
    #[slot(tp_new)]
    fn make(class: &Type, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<TreeBuilder>> {
        Ref::new_in(class, TreeBuilder::empty())
    }

    #[slot(
        tp_init,
        "(element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False, insert_pis=False)"
    )]
    fn init(
        &self,
        element_factory: Option<&Object>,
        comment_factory: Option<&Object>,
        pi_factory: Option<&Object>,
        insert_comments: bool,
        insert_pis: bool,
    ) -> Result<()> {
        let factories = Factories::get()?;
        let given =
            |factory: Option<&Object>| factory.filter(|factory| !factory.is_none()).map(Object::to_ref);
        self.element_factory.set(given(element_factory));
        self.comment_factory.set(given(comment_factory).or_else(|| factories.comment.get()));
        self.instruction_factory.set(given(pi_factory).or_else(|| factories.instruction.get()));
        self.inserts_comments.set(insert_comments);
        self.inserts_instructions.set(insert_pis);
        Ok(())
    }

    #[method("(data, /)")]
    fn data(&self, data: &Object) {
        self.add_piece(data);
    }

    #[method("(tag, attrs, /)")]
    fn start(&self, tag: &Object, attrs: &Dict) -> Result<Ref> {
        self.begin(tag.to_ref(), Some(attrs.to_ref()))
    }

    #[method("(tag, /)")]
    fn end(&self, tag: &Object) -> Result<Ref> {
        // The tag is not looked at: what ends is what is open.
        let _ = tag;
        self.finish()
    }

    #[method("(text, /)")]
    fn comment(&self, text: &Object) -> Result<Ref> {
        self.add_comment(text)
    }

    #[method("(target, text=None, /)")]
    fn pi(&self, target: &Object, text: Option<&Object>) -> Result<Ref> {
        self.add_instruction(target, text.unwrap_or(none_object()))
    }

    #[method]
    fn close(&self) -> Ref {
        self.result()
    }
}
