//! A parsed source.

use crate::ast::{Expr, ExprKind, Mod, Span, VisitorMut};
use crate::failure::EscapeWarning;
use literals::Constant;

/// A tree, and what there is to warn of.
///
/// A tree may nest to the left as deep as a source is long, so it is taken apart without recursion
/// when it is dropped, and cannot be moved out.
#[derive(Debug)]
pub struct Parsed {
    pub module: Mod,
    pub warnings: Vec<EscapeWarning>,
}

impl Drop for Parsed {
    fn drop(&mut self) {
        self.module.walk_mut(&mut Dismantler);
    }
}

/// Cuts chains of nodes that nest to the left.
struct Dismantler;

impl VisitorMut for Dismantler {
    fn expr(&mut self, node: &mut Expr) {
        let mut next = take_left(node);
        node.walk_mut(self);
        while let Some(mut link) = next {
            next = take_left(&mut link);
            link.walk_mut(self);
        }
    }
}

/// Takes the left operand out of a node that has one.
fn take_left(node: &mut Expr) -> Option<Expr> {
    let left = match &mut node.kind {
        ExprKind::BinOp { left, .. } => left,
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => value,
        ExprKind::Call { func, .. } => func,
        _ => return None,
    };
    let nothing = ExprKind::Constant { value: Constant::None, kind: None };
    Some(std::mem::replace(left, Expr { span: Span::default(), kind: nothing }))
}
