//! The tree to and from another representation of it, such as `_ast` objects or text.
//!
//! [`Sink`] and [`Source`] say how one node is made and taken apart; which nodes there are and what
//! they hold comes from the table.

use super::schema::{Class, Field, Type};
use super::table::ast_nodes;
use super::*;
use literals::{Constant, Text};

/// Takes a tree, leaves first.
pub trait Sink {
    type Value;
    type Error;

    fn none(&mut self) -> Result<Self::Value, Self::Error>;
    /// An `identifier` or a `string`, as the field's kind says.
    fn text(&mut self, text: &Text, field: &'static Field) -> Result<Self::Value, Self::Error>;
    fn int(&mut self, value: i32) -> Result<Self::Value, Self::Error>;
    fn constant(&mut self, value: &Constant) -> Result<Self::Value, Self::Error>;
    fn list(&mut self, items: Vec<Self::Value>) -> Result<Self::Value, Self::Error>;
    /// A node without fields and position; CPython has one shared instance of each.
    fn choice(&mut self, class: &'static Class) -> Result<Self::Value, Self::Error>;
    /// A node, with one value for each field of the class.
    fn node(
        &mut self,
        class: &'static Class,
        fields: Vec<Self::Value>,
        span: Option<Span>,
    ) -> Result<Self::Value, Self::Error>;
    /// Called before the fields of a node are given, as a place to bound recursion.
    fn enter(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    /// Called after a node that was entered without error.
    fn leave(&mut self) {}
}

/// Gives a tree, root first.
pub trait Source {
    type Value;
    type Error;

    fn is_none(&mut self, value: &Self::Value) -> bool;
    /// The position attributes of a node of the type.
    fn span(&mut self, node: &Self::Value, of: &'static Type) -> Result<Span, Self::Error>;
    /// Which of the type's classes the node is an instance of: an index into `of.classes`.
    /// For a product type anything goes that has the fields.
    fn class(&mut self, node: &Self::Value, of: &'static Type) -> Result<usize, Self::Error>;
    /// The field's value. A missing optional field is none.
    fn field(
        &mut self,
        node: &Self::Value,
        class: &'static Class,
        field: &'static Field,
    ) -> Result<Self::Value, Self::Error>;
    /// The error for a field that may not be none.
    fn required(&mut self, class: &'static Class, field: &'static Field) -> Self::Error;
    /// The error for a list element that may not be none.
    fn none_in_list(&mut self, class: &'static Class, field: &'static Field) -> Self::Error;
    fn text(&mut self, value: Self::Value, field: &'static Field) -> Result<Text, Self::Error>;
    fn int(&mut self, value: Self::Value) -> Result<i32, Self::Error>;
    fn constant(&mut self, value: Self::Value) -> Result<Constant, Self::Error>;
    fn list(
        &mut self,
        value: &Self::Value,
        class: &'static Class,
        field: &'static Field,
    ) -> Result<Vec<Self::Value>, Self::Error>;
    /// Whether a list still has its length: what gives an element may change the list.
    fn has_length(&mut self, value: &Self::Value, length: usize) -> bool;
    /// The error for a list that has changed its length.
    fn changed(&mut self, class: &'static Class, field: &'static Field) -> Self::Error;
    /// Called before a node of the type is taken apart, as a place to bound recursion.
    fn enter(&mut self, _of: &'static Type) -> Result<(), Self::Error> {
        Ok(())
    }
    /// Called after a node that was entered without error.
    fn leave(&mut self) {}
}

/// What a field can hold.
trait Convert: Sized {
    fn export<S: Sink>(&self, sink: &mut S, field: &'static Field) -> Result<S::Value, S::Error>;
    fn import<S: Source>(source: &mut S, value: S::Value, at: Place) -> Result<Self, S::Error>;

    /// Whether none stands for no value at all, so that a field that is required is missing then. For the
    /// other types none is one more value of a wrong type.
    const NONE_IS_NOTHING: bool = false;
}

/// The field that a value comes from.
#[derive(Clone, Copy)]
struct Place {
    class: &'static Class,
    field: &'static Field,
}

impl Place {
    fn take<S: Source, T: Convert>(self, source: &mut S, node: &S::Value) -> Result<T, S::Error> {
        let value = source.field(node, self.class, self.field)?;
        match T::NONE_IS_NOTHING && source.is_none(&value) {
            true => Err(source.required(self.class, self.field)),
            false => T::import(source, value, self),
        }
    }
}

impl Convert for Text {
    const NONE_IS_NOTHING: bool = true;

    fn export<S: Sink>(&self, sink: &mut S, field: &'static Field) -> Result<S::Value, S::Error> {
        sink.text(self, field)
    }

    fn import<S: Source>(source: &mut S, value: S::Value, at: Place) -> Result<Self, S::Error> {
        source.text(value, at.field)
    }
}

impl Convert for i32 {
    fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
        sink.int(*self)
    }

    fn import<S: Source>(source: &mut S, value: S::Value, _: Place) -> Result<Self, S::Error> {
        source.int(value)
    }
}

impl Convert for Constant {
    fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
        sink.constant(self)
    }

    fn import<S: Source>(source: &mut S, value: S::Value, _: Place) -> Result<Self, S::Error> {
        source.constant(value)
    }
}

impl<T: Convert> Convert for Box<T> {
    const NONE_IS_NOTHING: bool = T::NONE_IS_NOTHING;

    fn export<S: Sink>(&self, sink: &mut S, field: &'static Field) -> Result<S::Value, S::Error> {
        (**self).export(sink, field)
    }

    fn import<S: Source>(source: &mut S, value: S::Value, at: Place) -> Result<Self, S::Error> {
        T::import(source, value, at).map(Box::new)
    }
}

impl<T: Convert> Convert for Option<T> {
    fn export<S: Sink>(&self, sink: &mut S, field: &'static Field) -> Result<S::Value, S::Error> {
        match self {
            Some(value) => value.export(sink, field),
            None => sink.none(),
        }
    }

    fn import<S: Source>(source: &mut S, value: S::Value, at: Place) -> Result<Self, S::Error> {
        match source.is_none(&value) {
            true => Ok(None),
            false => T::import(source, value, at).map(Some),
        }
    }
}

impl<T: Convert> Convert for Vec<T> {
    fn export<S: Sink>(&self, sink: &mut S, field: &'static Field) -> Result<S::Value, S::Error> {
        let items = self.iter().map(|item| item.export(sink, field)).collect::<Result<_, _>>()?;
        sink.list(items)
    }

    fn import<S: Source>(source: &mut S, value: S::Value, at: Place) -> Result<Self, S::Error> {
        let items = source.list(&value, at.class, at.field)?;
        let length = items.len();
        let mut list = Vec::with_capacity(length);
        for item in items {
            if T::NONE_IS_NOTHING && source.is_none(&item) {
                return Err(source.none_in_list(at.class, at.field));
            }
            list.push(T::import(source, item, at)?);
            if !source.has_length(&value, length) {
                return Err(source.changed(at.class, at.field));
            }
        }
        Ok(list)
    }
}

/// Schema and types come from one table.
const SAME_TABLE: &str = "a class and its schema have the same fields";

/// A node that may stand in the first field of one of its own kind, in chains as long as a source.
trait FirstChild {
    fn first_child(&self) -> Option<&Self> {
        None
    }
}

impl FirstChild for Stmt {}
impl FirstChild for ExceptHandler {}
impl FirstChild for Expr {
    fn first_child(&self) -> Option<&Expr> {
        match &self.kind {
            ExprKind::BinOp { left: first, .. }
            | ExprKind::Attribute { value: first, .. }
            | ExprKind::Subscript { value: first, .. }
            | ExprKind::Call { func: first, .. } => Some(first),
            _ => None,
        }
    }
}

/// Gives the fields of a node, and then the node, to the sink. The value of the first field may be known.
macro_rules! export_node {
    ($sink:ident, $class:expr, $span:expr, $first:expr, $( $field:expr ),*) => {{
        let class: &'static Class = $class;
        $sink.enter()?;
        let mut _fields = class.fields.iter();
        let mut _first = $first;
        let values = vec![ $( {
            let field = _fields.next().expect(SAME_TABLE);
            match _first.take() {
                Some(value) => value,
                None => $field.export($sink, field)?,
            }
        } ),* ];
        let node = $sink.node(class, values, $span)?;
        $sink.leave();
        node
    }};
}

/// Reads the fields of a node from the source into variables of their names.
macro_rules! import_fields {
    ($source:ident, $node:ident, $class:expr, $( $field:ident ),*) => {
        let _class: &'static Class = $class;
        let mut _fields = _class.fields.iter();
        $( let $field = Place { class: _class, field: _fields.next().expect(SAME_TABLE) }
            .take($source, &$node)?; )*
    };
}

macro_rules! define_conversions {
    (
        sums { $( $sum:ident $Sum:ident {
            $( $Variant:ident { $( $field:ident: $arity:ident $kind:ident ),* } )*
        } )* }
        located_sums { $( $lsum:ident $LSum:ident $LKind:ident {
            $( $LVariant:ident $( { $( $lfield:ident: $larity:ident $lkind:ident ),* } )? )*
        } )* }
        choices { $( $csum:ident $Choice:ident { $( $CVariant:ident )* } )* }
        products { $( $psum:ident $pclass:ident $Product:ident {
            $( $pfield:ident: $parity:ident $pkind:ident ),*
        } )* }
        located_products { $( $qsum:ident $qclass:ident $QProduct:ident {
            $( $qfield:ident: $qarity:ident $qkind:ident ),*
        } )* }
    ) => {
        $( impl $Sum {
            /// Gives the whole tree to the sink.
            pub fn to_sink<S: Sink>(&self, sink: &mut S) -> Result<S::Value, S::Error> {
                enum Index { $( $Variant ),* }
                match self { $( $Sum::$Variant { $( $field ),* } => {
                    let class = &Self::TYPE.classes[Index::$Variant as usize];
                    Ok(export_node!(sink, class, None, None::<S::Value>, $( $field ),*))
                } )* }
            }

            /// Reads a whole tree from the source.
            pub fn from_source<S: Source>(source: &mut S, node: S::Value) -> Result<Self, S::Error> {
                enum Index { $( $Variant ),* }
                let index = source.class(&node, Self::TYPE)?;
                let class = &Self::TYPE.classes[index];
                $( if index == Index::$Variant as usize {
                    import_fields!(source, node, class, $( $field ),*);
                    return Ok($Sum::$Variant { $( $field ),* });
                } )*
                unreachable!("the class is one of the type's")
            }
        } )*

        $( impl Convert for $LSum {
            const NONE_IS_NOTHING: bool = true;

            fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
                enum Index { $( $LVariant ),* }
                // The nodes above the one that is exported, the innermost last.
                let mut above = Vec::new();
                let mut node = self;
                while let Some(first) = node.first_child() {
                    above.push(node);
                    node = first;
                }
                let mut first: Option<S::Value> = None;
                loop {
                    let value = match &node.kind { $( $LKind::$LVariant { $( $( $lfield ),* )? } => {
                        let class = &Self::TYPE.classes[Index::$LVariant as usize];
                        export_node!(sink, class, Some(node.span), first, $( $( $lfield ),* )?)
                    } )* };
                    match above.pop() {
                        Some(parent) => (node, first) = (parent, Some(value)),
                        None => return Ok(value),
                    }
                }
            }

            fn import<S: Source>(source: &mut S, node: S::Value, _: Place) -> Result<Self, S::Error> {
                enum Index { $( $LVariant ),* }
                let span = source.span(&node, Self::TYPE)?;
                let index = source.class(&node, Self::TYPE)?;
                let class = &Self::TYPE.classes[index];
                source.enter(Self::TYPE)?;
                $( if index == Index::$LVariant as usize {
                    import_fields!(source, node, class, $( $( $lfield ),* )?);
                    source.leave();
                    return Ok($LSum { span, kind: $LKind::$LVariant { $( $( $lfield ),* )? } });
                } )*
                unreachable!("the class is one of the type's")
            }
        } )*

        $( impl Convert for $Choice {
            fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
                sink.choice(&Self::TYPE.classes[*self as usize])
            }

            fn import<S: Source>(source: &mut S, node: S::Value, _: Place) -> Result<Self, S::Error> {
                source.class(&node, Self::TYPE).map(|index| Self::ALL[index])
            }
        } )*

        $( impl Convert for $Product {
            fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
                Ok(export_node!(sink, &Self::TYPE.classes[0], None, None::<S::Value>, $( self.$pfield ),*))
            }

            fn import<S: Source>(source: &mut S, node: S::Value, _: Place) -> Result<Self, S::Error> {
                let index = source.class(&node, Self::TYPE)?;
                source.enter(Self::TYPE)?;
                import_fields!(source, node, &Self::TYPE.classes[index], $( $pfield ),*);
                source.leave();
                Ok($Product { $( $pfield ),* })
            }
        } )*

        $( impl Convert for $QProduct {
            fn export<S: Sink>(&self, sink: &mut S, _: &'static Field) -> Result<S::Value, S::Error> {
                Ok(export_node!(
                    sink,
                    &Self::TYPE.classes[0],
                    Some(self.span),
                    None::<S::Value>,
                    $( self.$qfield ),*
                ))
            }

            fn import<S: Source>(source: &mut S, node: S::Value, _: Place) -> Result<Self, S::Error> {
                // A type with constructors is known by its position first, a product by its fields.
                let early = match Self::TYPE.is_product() {
                    false => Some(source.span(&node, Self::TYPE)?),
                    true => None,
                };
                let index = source.class(&node, Self::TYPE)?;
                source.enter(Self::TYPE)?;
                import_fields!(source, node, &Self::TYPE.classes[index], $( $qfield ),*);
                source.leave();
                let span = match early {
                    Some(span) => span,
                    None => source.span(&node, Self::TYPE)?,
                };
                Ok($QProduct { span, $( $qfield ),* })
            }
        } )*
    };
}

ast_nodes!(define_conversions);
