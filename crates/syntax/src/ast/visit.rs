//! Visitors: a walk over the whole tree in field order, read-only and in place.

use super::table::ast_nodes;
use super::*;
use literals::{Constant, Text};

/// A shared or a mutable reference type.
macro_rules! reference {
    ([] $target:ty) => {
        &$target
    };
    ([mut] $target:ty) => {
        &mut $target
    };
}

/// Borrow a place, shared or mutably.
macro_rules! borrow {
    ([] $place:expr) => {
        &$place
    };
    ([mut] $place:expr) => {
        &mut $place
    };
}

/// A visitor trait, with the walk over every type's fields behind it.
macro_rules! visitor {
    (
        $(#[$doc:meta])* $Visitor:ident $Visit:ident $visit:ident $walk:ident $borrow:tt
        sums { $( $Sum:ident { $( $Variant:ident { $( $field:ident )* } )* } )* }
        located_sums { $( $lsum:ident $LSum:ident $LKind:ident {
            $( $LVariant:ident { $( $lfield:ident )* } )*
        } )* }
        products { $( $psum:ident $Product:ident { $( $pfield:ident )* } )* }
        leaves { $( $Leaf:ident )* }
    ) => {
        $(#[$doc])*
        pub trait $Visitor: Sized {
            $( fn $lsum(&mut self, node: reference!($borrow $LSum)) { node.$walk(self) } )*
            $( fn $psum(&mut self, node: reference!($borrow $Product)) { node.$walk(self) } )*
        }

        /// What a field can hold.
        trait $Visit {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V);
        }

        impl<T: $Visit> $Visit for Box<T> {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                (**self).$visit(visitor)
            }
        }

        impl<T: $Visit> $Visit for Option<T> {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                if let Some(value) = self {
                    value.$visit(visitor)
                }
            }
        }

        impl<T: $Visit> $Visit for Vec<T> {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                for item in self {
                    item.$visit(visitor)
                }
            }
        }

        $( impl $Sum {
            /// Visits the node's fields in order.
            pub fn $walk<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                match self {
                    $( $Sum::$Variant { $( $field ),* } => { $( $field.$visit(visitor); )* } )*
                }
            }
        } )*

        $( impl $LSum {
            /// Visits the node's fields in order.
            pub fn $walk<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                match borrow!($borrow self.kind) {
                    $( $LKind::$LVariant { $( $lfield ),* } => { $( $lfield.$visit(visitor); )* } )*
                }
            }
        }

        impl $Visit for $LSum {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                visitor.$lsum(self)
            }
        } )*

        $( impl $Product {
            /// Visits the node's fields in order.
            pub fn $walk<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                $( borrow!($borrow self.$pfield).$visit(visitor); )*
            }
        }

        impl $Visit for $Product {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), visitor: &mut V) {
                visitor.$psum(self)
            }
        } )*

        $( impl $Visit for $Leaf {
            fn $visit<V: $Visitor>(self: reference!($borrow Self), _: &mut V) {}
        } )*
    };
}

macro_rules! define_visitors {
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
        visitor! {
            /// Looks at every node. A method that is not overridden walks on into the node's fields;
            /// one that is says `node.walk(self)` to do so.
            Visitor Visit visit walk []
            sums { $( $Sum { $( $Variant { $( $field )* } )* } )* }
            located_sums { $( $lsum $LSum $LKind { $( $LVariant { $( $( $lfield )* )? } )* } )* }
            products { $( $psum $Product { $( $pfield )* } )* $( $qsum $QProduct { $( $qfield )* } )* }
            leaves { $( $Choice )* Text Constant i32 }
        }
        visitor! {
            /// Changes nodes in place. A method that is not overridden walks on into the node's fields;
            /// one that is says `node.walk_mut(self)` to do so.
            VisitorMut VisitMut visit_mut walk_mut [mut]
            sums { $( $Sum { $( $Variant { $( $field )* } )* } )* }
            located_sums { $( $lsum $LSum $LKind { $( $LVariant { $( $( $lfield )* )? } )* } )* }
            products { $( $psum $Product { $( $pfield )* } )* $( $qsum $QProduct { $( $qfield )* } )* }
            leaves { $( $Choice )* Text Constant i32 }
        }
    };
}

ast_nodes!(define_visitors);
