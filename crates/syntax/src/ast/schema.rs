//! The tree described as data: the classes of the `_ast` module with their fields.

use super::table::ast_nodes;
use std::fmt::Write;

/// How many values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    One,
    /// One or `None`.
    Optional,
    /// A list.
    Many,
    /// A list that may hold `None`.
    ManyOptional,
}

/// A field of a class.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The attribute's name in Python.
    pub name: &'static str,
    pub arity: Arity,
    /// What it holds: a type of the grammar (`"expr"`), or `"identifier"`, `"string"`, `"int"`, `"constant"`.
    pub kind: &'static str,
}

/// A class that can be instantiated: a constructor of a sum type, or a product type.
#[derive(Debug, PartialEq, Eq)]
pub struct Class {
    pub name: &'static str,
    pub fields: &'static [Field],
}

/// A type of the abstract grammar.
#[derive(Debug, PartialEq, Eq)]
pub struct Type {
    pub name: &'static str,
    /// The constructors. A product type has one, named as the type itself.
    pub classes: &'static [Class],
    /// Whether its nodes have the attributes of [`ATTRIBUTES`].
    pub located: bool,
}

/// The position attributes. The last two are optional: `None` by default.
pub const ATTRIBUTES: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

impl Type {
    /// Whether the type is itself the class (`arguments`), and not the base of its constructors (`expr`).
    pub fn is_product(&self) -> bool {
        self.classes.len() == 1 && self.classes[0].name == self.name
    }

    /// The abstract grammar's definition, as the class has it for its `__doc__`.
    pub fn definition(&self) -> String {
        if self.is_product() {
            return self.classes[0].signature();
        }
        let signatures: Vec<_> = self.classes.iter().map(Class::signature).collect();
        let all_plain = self.classes.iter().all(|class| class.fields.is_empty());
        let separator = if all_plain { " | ".to_owned() } else { format!("\n{:1$} | ", "", self.name.len()) };
        format!("{} = {}", self.name, signatures.join(&separator))
    }
}

impl Class {
    /// The constructor as the abstract grammar writes it, which is the class's `__doc__`.
    pub fn signature(&self) -> String {
        let mut text = self.name.to_owned();
        for (index, field) in self.fields.iter().enumerate() {
            let mark = match field.arity {
                Arity::One => "",
                Arity::Optional => "?",
                Arity::Many | Arity::ManyOptional => "*",
            };
            let open = if index == 0 { "(" } else { ", " };
            let _ = write!(text, "{open}{}{mark} {}", field.kind, field.name);
        }
        if !self.fields.is_empty() {
            text.push(')');
        }
        text
    }
}

/// A field's name in Python: without the underscore that keeps it from being a Rust keyword.
const fn python_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [.., b'_'] => name.split_at(name.len() - 1).0,
        _ => name,
    }
}

macro_rules! arity {
    (one) => {
        Arity::One
    };
    (optional) => {
        Arity::Optional
    };
    (many) => {
        Arity::Many
    };
    (many_optional) => {
        Arity::ManyOptional
    };
}

macro_rules! class {
    ($name:ident $( $field:ident: $arity:ident $kind:ident ),*) => {
        Class {
            name: stringify!($name),
            fields: &[ $( Field {
                name: python_name(stringify!($field)), arity: arity!($arity), kind: stringify!($kind),
            } ),* ],
        }
    };
}

macro_rules! define_schema {
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
        $( impl super::$Sum {
            pub const TYPE: &'static Type = &Type {
                name: stringify!($sum),
                classes: &[ $( class!($Variant $( $field: $arity $kind ),*) ),* ],
                located: false,
            };
        } )*
        $( impl super::$LSum {
            pub const TYPE: &'static Type = &Type {
                name: stringify!($lsum),
                classes: &[ $( class!($LVariant $( $( $lfield: $larity $lkind ),* )?) ),* ],
                located: true,
            };
        } )*
        $( impl super::$Choice {
            pub const TYPE: &'static Type = &Type {
                name: stringify!($csum),
                classes: &[ $( class!($CVariant) ),* ],
                located: false,
            };
            /// All values, in the order of the type's classes.
            pub const ALL: &'static [super::$Choice] = &[ $( super::$Choice::$CVariant ),* ];
        } )*
        $( impl super::$Product {
            pub const TYPE: &'static Type = &Type {
                name: stringify!($psum),
                classes: &[ class!($pclass $( $pfield: $parity $pkind ),*) ],
                located: false,
            };
        } )*
        $( impl super::$QProduct {
            pub const TYPE: &'static Type = &Type {
                name: stringify!($qsum),
                classes: &[ class!($qclass $( $qfield: $qarity $qkind ),*) ],
                located: true,
            };
        } )*

        /// Every type of the abstract grammar.
        pub static TYPES: &[&Type] = &[
            $( super::$Sum::TYPE, )* $( super::$LSum::TYPE, )* $( super::$Choice::TYPE, )*
            $( super::$Product::TYPE, )* $( super::$QProduct::TYPE, )*
        ];
    };
}

ast_nodes!(define_schema);

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn signatures_are_those_of_the_grammar() {
        assert_eq!(Arg::TYPE.definition(), "arg(identifier arg, expr? annotation, string? type_comment)");
        assert_eq!(BoolOp::TYPE.definition(), "boolop = And | Or");
        assert_eq!(
            ExceptHandler::TYPE.definition(),
            "excepthandler = ExceptHandler(expr? type, identifier? name, stmt* body)"
        );
        assert_eq!(
            Mod::TYPE.definition(),
            "mod = Module(stmt* body, type_ignore* type_ignores)\n    | Interactive(stmt* body)\n    \
             | Expression(expr body)\n    | FunctionType(expr* argtypes, expr returns)"
        );
    }
}
