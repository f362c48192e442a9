//! Expressions as source text: what annotations become under `from __future__ import annotations` (PEP 563).

use std::mem;

use literals::{Constant, Text};
use syntax::ast::*;

use crate::constant_repr;
use crate::failure::{CompileFailure, Exception, Result};
use crate::recursion::{Depth, Recursion};

/// How tightly an expression binds, loosest first. One that binds looser than its place asks for
/// is put in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    fn next(self) -> Level {
        use Level::*;
        match self {
            Tuple => Test,
            Test => Or,
            Or => And,
            And => Not,
            Not => Comparison,
            Comparison => BitOr,
            BitOr => BitXor,
            BitXor => BitAnd,
            BitAnd => Shift,
            Shift => Arithmetic,
            Arithmetic => Term,
            Term => Factor,
            Factor => Power,
            Power => Await,
            Await | Atom => Atom,
        }
    }
}

/// The text of an expression.
pub fn expression(node: &Expr, recursion: &Recursion) -> std::result::Result<Text, Box<CompileFailure>> {
    let mut unparser = Unparser { out: Vec::new(), depth: Depth::uncounted(recursion) };
    unparser.expression(node, Level::Test)?;
    Ok(text_of(&unparser.out))
}

struct Unparser {
    /// WTF-8.
    out: Vec<u8>,
    depth: Depth,
}

/// Text put together of well-formed pieces.
fn text_of(bytes: &[u8]) -> Text {
    Text::from_wtf8(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned().into())
}

impl Unparser {
    fn push(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    fn name(&mut self, name: &Text) {
        self.out.extend(name.as_bytes());
    }

    fn parenthesized_if(&mut self, condition: bool, write: impl FnOnce(&mut Self) -> Result) -> Result {
        if condition {
            self.push("(");
        }
        write(self)?;
        if condition {
            self.push(")");
        }
        Ok(())
    }

    /// Writes the items with commas between them.
    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T) -> Result) -> Result {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            write(self, item)?;
        }
        Ok(())
    }

    fn expressions(&mut self, nodes: &[Expr]) -> Result {
        self.list(nodes, |this, node| this.expression(node, Level::Test))
    }

    fn expression(&mut self, node: &Expr, level: Level) -> Result {
        self.depth.enter()?;
        self.expression_parts(node, level)?;
        self.depth.leave();
        Ok(())
    }

    fn expression_parts(&mut self, node: &Expr, level: Level) -> Result {
        match &node.kind {
            ExprKind::BoolOp { op, values } => self.boolean_operation(*op, values, level),
            ExprKind::BinOp { left, op, right } => self.binary_operation(left, *op, right, level),
            ExprKind::UnaryOp { op, operand } => {
                let (symbol, own) = match op {
                    UnaryOp::Invert => ("~", Level::Factor),
                    UnaryOp::Not => ("not ", Level::Not),
                    UnaryOp::UAdd => ("+", Level::Factor),
                    UnaryOp::USub => ("-", Level::Factor),
                };
                self.parenthesized_if(level > own, |this| {
                    this.push(symbol);
                    this.expression(operand, own)
                })
            }
            ExprKind::Lambda { args, body } => self.parenthesized_if(level > Level::Test, |this| {
                // Only positional parameters are set off by a space.
                let positional = !args.args.is_empty() || !args.posonlyargs.is_empty();
                this.push(if positional { "lambda " } else { "lambda" });
                this.parameters(args)?;
                this.push(": ");
                this.expression(body, Level::Test)
            }),
            ExprKind::IfExp { test, body, orelse } => self.parenthesized_if(level > Level::Test, |this| {
                this.expression(body, Level::Or)?;
                this.push(" if ");
                this.expression(test, Level::Or)?;
                this.push(" else ");
                this.expression(orelse, Level::Test)
            }),
            ExprKind::Dict { keys, values } => self.dictionary(keys, values),
            ExprKind::Set { elts } => self.bracketed("{", "}", elts),
            ExprKind::List { elts, .. } => self.bracketed("[", "]", elts),
            ExprKind::Tuple { elts, .. } if elts.is_empty() => {
                self.push("()");
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => self.parenthesized_if(level > Level::Tuple, |this| {
                this.expressions(elts)?;
                if elts.len() == 1 {
                    this.push(",");
                }
                Ok(())
            }),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}")
            }
            ExprKind::Yield { value: None } => {
                self.push("(yield)");
                Ok(())
            }
            ExprKind::Yield { value: Some(value) } => self.enclosed("(yield ", value, ")"),
            ExprKind::YieldFrom { value } => self.enclosed("(yield from ", value, ")"),
            ExprKind::Await { value } => self.parenthesized_if(level > Level::Await, |this| {
                this.push("await ");
                this.expression(value, Level::Atom)
            }),
            ExprKind::Compare { left, ops, comparators } => {
                self.parenthesized_if(level > Level::Comparison, |this| {
                    this.expression(left, Level::BitOr)?;
                    for (op, right) in ops.iter().zip(comparators) {
                        this.push(comparison_symbol(*op));
                        this.expression(right, Level::BitOr)?;
                    }
                    Ok(())
                })
            }
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::JoinedStr { values } => self.joined_string(values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref())
            }
            ExprKind::Constant { value, kind } => {
                if let Some(kind) = kind {
                    self.name(kind);
                }
                self.push(&constant_repr::repr(value));
                Ok(())
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expression(value, Level::Atom)?;
                // A dot right after an integer would make it a float.
                let integer = matches!(value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.push(if integer { " ." } else { "." });
                self.name(attr);
                Ok(())
            }
            ExprKind::Starred { value, .. } => {
                self.push("*");
                self.expression(value, Level::BitOr)
            }
            ExprKind::Name { id, .. } => {
                self.name(id);
                Ok(())
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expression(value, Level::Atom)?;
                self.push("[");
                // A starred item is one of a tuple in parentheses alone.
                let is_starred = |item: &Expr| matches!(item.kind, ExprKind::Starred { .. });
                let level = match &slice.kind {
                    ExprKind::Tuple { elts, .. } if elts.iter().any(is_starred) => Level::Test,
                    _ => Level::Tuple,
                };
                self.expression(slice, level)?;
                self.push("]");
                Ok(())
            }
            ExprKind::Slice { lower, upper, step } => self.slice(lower, upper, step),
            ExprKind::NamedExpr { target, value } => self.parenthesized_if(level > Level::Tuple, |this| {
                this.expression(target, Level::Atom)?;
                this.push(" := ");
                this.expression(value, Level::Atom)
            }),
        }
    }

    fn enclosed(&mut self, open: &str, node: &Expr, close: &str) -> Result {
        self.push(open);
        self.expression(node, Level::Test)?;
        self.push(close);
        Ok(())
    }

    fn bracketed(&mut self, open: &str, close: &str, elements: &[Expr]) -> Result {
        self.push(open);
        self.expressions(elements)?;
        self.push(close);
        Ok(())
    }

    fn boolean_operation(&mut self, op: BoolOp, values: &[Expr], level: Level) -> Result {
        let (own, symbol) = match op {
            BoolOp::And => (Level::And, " and "),
            BoolOp::Or => (Level::Or, " or "),
        };
        self.parenthesized_if(level > own, |this| {
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    this.push(symbol);
                }
                this.expression(value, own.next())?;
            }
            Ok(())
        })
    }

    fn binary_operation(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) -> Result {
        let (symbol, own) = match op {
            Operator::Add => (" + ", Level::Arithmetic),
            Operator::Sub => (" - ", Level::Arithmetic),
            Operator::Mult => (" * ", Level::Term),
            Operator::MatMult => (" @ ", Level::Term),
            Operator::Div => (" / ", Level::Term),
            Operator::Mod => (" % ", Level::Term),
            Operator::LShift => (" << ", Level::Shift),
            Operator::RShift => (" >> ", Level::Shift),
            Operator::BitOr => (" | ", Level::BitOr),
            Operator::BitXor => (" ^ ", Level::BitXor),
            Operator::BitAnd => (" & ", Level::BitAnd),
            Operator::FloorDiv => (" // ", Level::Term),
            Operator::Pow => (" ** ", Level::Power),
        };
        let (left_level, right_level) = match op {
            Operator::Pow => (own.next(), own),
            _ => (own, own.next()),
        };
        self.parenthesized_if(level > own, |this| {
            this.expression(left, left_level)?;
            this.push(symbol);
            this.expression(right, right_level)
        })
    }

    fn parameters(&mut self, parameters: &Arguments) -> Result {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } = parameters;
        let mut first = true;
        let mut separate = |this: &mut Self| {
            if !mem::take(&mut first) {
                this.push(", ");
            }
        };
        let positional: Vec<&Arg> = posonlyargs.iter().chain(args).collect();
        let without_default = positional.len().saturating_sub(defaults.len());
        for (index, parameter) in positional.iter().enumerate() {
            separate(self);
            self.parameter(parameter)?;
            if let Some(default) = index.checked_sub(without_default).and_then(|index| defaults.get(index)) {
                self.push("=");
                self.expression(default, Level::Test)?;
            }
            if index + 1 == posonlyargs.len() {
                self.push(", /");
            }
        }
        if vararg.is_some() || !kwonlyargs.is_empty() {
            separate(self);
            self.push("*");
            if let Some(vararg) = vararg {
                self.parameter(vararg)?;
            }
        }
        for (index, parameter) in kwonlyargs.iter().enumerate() {
            separate(self);
            self.parameter(parameter)?;
            if let Some(default) = kw_defaults.get(index).and_then(Option::as_ref) {
                self.push("=");
                self.expression(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = kwarg {
            separate(self);
            self.push("**");
            self.parameter(kwarg)?;
        }
        Ok(())
    }

    fn parameter(&mut self, parameter: &Arg) -> Result {
        self.name(&parameter.arg);
        if let Some(annotation) = &parameter.annotation {
            self.push(": ");
            self.expression(annotation, Level::Test)?;
        }
        Ok(())
    }

    fn dictionary(&mut self, keys: &[Option<Expr>], values: &[Expr]) -> Result {
        let items: Vec<_> = keys.iter().zip(values).collect();
        self.push("{");
        self.list(&items, |this, (key, value)| match key {
            Some(key) => {
                this.expression(key, Level::Test)?;
                this.push(": ");
                this.expression(value, Level::Test)
            }
            None => {
                this.push("**");
                this.expression(value, Level::BitOr)
            }
        })?;
        self.push("}");
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        element: &Expr,
        value: Option<&Expr>,
        generators: &[Comprehension],
        close: &str,
    ) -> Result {
        self.push(open);
        self.expression(element, Level::Test)?;
        if let Some(value) = value {
            self.push(": ");
            self.expression(value, Level::Test)?;
        }
        for generator in generators {
            self.push(if generator.is_async != 0 { " async for " } else { " for " });
            self.expression(&generator.target, Level::Tuple)?;
            self.push(" in ");
            self.expression(&generator.iter, Level::Or)?;
            for condition in &generator.ifs {
                self.push(" if ");
                self.expression(condition, Level::Or)?;
            }
        }
        self.push(close);
        Ok(())
    }

    fn call(&mut self, function: &Expr, args: &[Expr], keywords: &[Keyword]) -> Result {
        self.expression(function, Level::Atom)?;
        // A generator expression that is the only argument brings the parentheses along.
        if let ([argument @ Expr { kind: ExprKind::GeneratorExp { .. }, .. }], []) = (args, keywords) {
            return self.expression(argument, Level::Test);
        }
        self.push("(");
        self.expressions(args)?;
        if !args.is_empty() && !keywords.is_empty() {
            self.push(", ");
        }
        self.list(keywords, |this, keyword| {
            match &keyword.arg {
                Some(name) => {
                    this.name(name);
                    this.push("=");
                }
                None => this.push("**"),
            }
            this.expression(&keyword.value, Level::Test)
        })?;
        self.push(")");
        Ok(())
    }

    fn slice(
        &mut self,
        lower: &Option<Box<Expr>>,
        upper: &Option<Box<Expr>>,
        step: &Option<Box<Expr>>,
    ) -> Result {
        if let Some(lower) = lower {
            self.expression(lower, Level::Test)?;
        }
        self.push(":");
        if let Some(upper) = upper {
            self.expression(upper, Level::Test)?;
        }
        if let Some(step) = step {
            self.push(":");
            self.expression(step, Level::Test)?;
        }
        Ok(())
    }

    fn joined_string(&mut self, values: &[Expr]) -> Result {
        let outside = mem::take(&mut self.out);
        self.string_parts(values)?;
        let body = text_of(&mem::replace(&mut self.out, outside));
        self.push("f");
        self.push(&constant_repr::string(&body));
        Ok(())
    }

    fn string_parts(&mut self, values: &[Expr]) -> Result {
        values.iter().try_for_each(|value| self.string_part(value))
    }

    fn string_part(&mut self, node: &Expr) -> Result {
        match &node.kind {
            ExprKind::Constant { value: Constant::Str(text), .. } => {
                for &byte in text.as_bytes() {
                    self.out.push(byte);
                    if matches!(byte, b'{' | b'}') {
                        self.out.push(byte);
                    }
                }
                Ok(())
            }
            // Within a format specification.
            ExprKind::JoinedStr { values } => self.string_parts(values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref())
            }
            _ => Err(CompileFailure::new(Exception::SystemError, "unknown expression kind inside f-string")),
        }
    }

    fn formatted_value(
        &mut self,
        value: &Expr,
        conversion: Option<i32>,
        specification: Option<&Expr>,
    ) -> Result {
        let outside = mem::take(&mut self.out);
        self.expression(value, Level::Or)?;
        let inside = mem::replace(&mut self.out, outside);
        // Two braces in a row would mean one.
        self.push(if inside.starts_with(b"{") { "{ " } else { "{" });
        self.out.extend(inside);
        match conversion {
            None | Some(-1) => {}
            Some(97) => self.push("!a"),
            Some(114) => self.push("!r"),
            Some(115) => self.push("!s"),
            Some(_) => {
                let message = "unknown f-value conversion kind";
                return Err(CompileFailure::new(Exception::SystemError, message));
            }
        }
        if let Some(specification) = specification {
            self.push(":");
            self.string_part(specification)?;
        }
        self.push("}");
        Ok(())
    }
}

fn comparison_symbol(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}
