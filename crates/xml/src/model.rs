//! Content models of element declarations.

/// How often something may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    Once,
    Optional,
    Repeated,
    Plus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Empty = 1,
    Any,
    Mixed,
    Name,
    Choice,
    Sequence,
}

/// One node of a content model. The nodes stand in a row: a group before its members.
#[derive(Clone, Debug)]
pub struct Model {
    pub content: Content,
    pub quantifier: Quantifier,
    /// Of a name.
    pub name: Option<Box<[u8]>>,
    /// The places of a group's members.
    pub members: Vec<usize>,
}

impl Model {
    pub fn new(content: Content) -> Model {
        Model { content, quantifier: Quantifier::Once, name: None, members: Vec::new() }
    }
}

/// A model in the making.
#[derive(Debug, Default)]
pub struct Models {
    pub nodes: Vec<Model>,
    /// The groups that are open, and what stands between their members.
    open: Vec<(usize, Option<Content>)>,
}

impl Models {
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.open.clear();
    }

    fn add(&mut self, node: Model) -> usize {
        let place = self.nodes.len();
        self.nodes.push(node);
        if let Some(&(group, _)) = self.open.last() {
            self.nodes[group].members.push(place);
        }
        place
    }

    pub fn open(&mut self) {
        let place = self.add(Model::new(Content::Sequence));
        self.open.push((place, None));
    }

    /// Says of the innermost group what it is.
    pub fn set(&mut self, content: Content) {
        if let Some(&(group, _)) = self.open.last() {
            self.nodes[group].content = content;
        }
    }

    /// Puts a sign between members of the innermost group. Whether it is the first; none where it is another than before.
    pub fn connect(&mut self, content: Content) -> Option<bool> {
        let (_, before) = self.open.last_mut()?;
        let is_first = before.is_none();
        (*before.get_or_insert(content) == content).then_some(is_first)
    }

    pub fn name(&mut self, name: &[u8], quantifier: Quantifier) {
        self.add(Model { quantifier, name: Some(name.into()), ..Model::new(Content::Name) });
    }

    /// Ends the innermost group; the model is complete when there is none left.
    pub fn close(&mut self, quantifier: Quantifier) -> bool {
        if let Some((group, _)) = self.open.pop() {
            self.nodes[group].quantifier = quantifier;
        }
        self.open.is_empty()
    }
}
