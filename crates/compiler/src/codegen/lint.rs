//! Code that cannot mean what it says: a `SyntaxWarning` each.

use super::*;

impl<'a> Generator<'a> {
    /// `is` compares identity, which a literal does not have.
    pub(super) fn lint_comparison(&mut self, left: &Expr, ops: &[CmpOp], comparators: &[Expr]) {
        let has_identity = |node: &Expr| {
            use Constant::*;
            constant_of(node).is_none_or(|value| matches!(value, None | Bool(_) | Ellipsis))
        };
        let lefts = std::iter::once(left).chain(comparators);
        for ((left, op), right) in lefts.zip(ops).zip(comparators) {
            let message = match op {
                CmpOp::Is => "\"is\" with a literal. Did you mean \"==\"?",
                CmpOp::IsNot => "\"is not\" with a literal. Did you mean \"!=\"?",
                _ => continue,
            };
            if !has_identity(left) || !has_identity(right) {
                return self.warn(message);
            }
        }
    }

    pub(super) fn lint_callee(&mut self, callee: &Expr) {
        if matches!(callee.kind, ExprKind::Lambda { .. }) {
            return;
        }
        if let Some(class) = evident_class(callee) {
            self.warn(format!("'{class}' object is not callable; perhaps you missed a comma?"));
        }
    }

    pub(super) fn lint_subscript(&mut self, value: &Expr, index: &Expr) {
        let Some(class) = evident_class(value) else { return };
        match class {
            "str" | "bytes" | "tuple" | "list" => {}
            "dict" => return,
            _ => {
                return self
                    .warn(format!("'{class}' object is not subscriptable; perhaps you missed a comma?"));
            }
        }
        match evident_class(index) {
            None | Some("int" | "bool") => {}
            Some(index) => self.warn(format!(
                "{class} indices must be integers or slices, not {index}; perhaps you missed a comma?"
            )),
        }
    }
}

/// The name of the type that an expression has, where its form says so.
fn evident_class(node: &Expr) -> Option<&'static str> {
    Some(match &node.kind {
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
        ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
        ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
        ExprKind::GeneratorExp { .. } => "generator",
        ExprKind::Lambda { .. } => "function",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "NoneType",
            Constant::Ellipsis => "ellipsis",
            Constant::Bool(_) => "bool",
            Constant::Int(_) => "int",
            Constant::Float(_) => "float",
            Constant::Complex(..) => "complex",
            Constant::Str(_) => "str",
            Constant::Bytes(_) => "bytes",
            Constant::Tuple(_) => "tuple",
            Constant::FrozenSet(_) => "frozenset",
        },
        _ => return None,
    })
}
