//! The Rust types of the tree, made from the table.

use super::table::{ast_nodes, field_type};
use literals::{Constant, Text};

/// A name, in normal form KC.
pub type Identifier = Text;

/// Where a node stands in the source: lines count from 1, columns are UTF-8 bytes and count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub lineno: u32,
    pub col_offset: u32,
    pub end_lineno: u32,
    pub end_col_offset: u32,
}

macro_rules! define_types {
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
        $(
            #[doc = concat!("The sum type `", stringify!($sum), "`.")]
            #[derive(Clone, Debug, PartialEq)]
            pub enum $Sum { $( $Variant { $( $field: field_type!($arity $kind) ),* } ),* }
        )*
        $(
            #[doc = concat!("A node of the sum type `", stringify!($lsum), "`.")]
            #[derive(Clone, Debug, PartialEq)]
            pub struct $LSum { pub span: Span, pub kind: $LKind }

            #[doc = concat!("The constructors of the sum type `", stringify!($lsum), "`.")]
            #[derive(Clone, Debug, PartialEq)]
            pub enum $LKind { $( $LVariant $( { $( $lfield: field_type!($larity $lkind) ),* } )? ),* }
        )*
        $(
            #[doc = concat!("The sum type `", stringify!($csum), "`.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum $Choice { $( $CVariant ),* }
        )*
        $(
            #[doc = concat!("The class `", stringify!($pclass), "`.")]
            #[derive(Clone, Debug, PartialEq)]
            pub struct $Product { $( pub $pfield: field_type!($parity $pkind) ),* }
        )*
        $(
            #[doc = concat!("The class `", stringify!($qclass), "`.")]
            #[derive(Clone, Debug, PartialEq)]
            pub struct $QProduct { pub span: Span, $( pub $qfield: field_type!($qarity $qkind) ),* }
        )*
    };
}

ast_nodes!(define_types);
