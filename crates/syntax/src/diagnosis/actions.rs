//! What matched alternatives mean: the errors that they recognise, and checks.

use super::FieldDiagnosis;
use super::grammar::Action;
use super::matcher::Matcher;
use crate::ast::{CmpOp, Expr, ExprKind, Keyword, Span};
use crate::failure::{ExceptionClass, SyntaxFailure};
use crate::numbers;
use crate::parser::Parser;
use crate::strings::{self, LiteralError};
use crate::token::{Token, TokenKind};
use literals::Constant;

type Checked = Result<bool, Box<SyntaxFailure>>;

/// What is to be bound or unbound.
#[derive(Clone, Copy, PartialEq)]
enum Binding {
    Assignment,
    Loop,
    Deletion,
}

impl Matcher<'_> {
    /// Whether the alternative, matched from `start`, stands. `captured` is a range of tokens.
    pub(super) fn act(&mut self, action: &Action, start: u32, captured: (u32, u32)) -> Checked {
        match action {
            Action::Error(message) => Err(self.failure(message)),
            Action::ErrorAt(message) => Err(self.failure_at_expression(message, captured)),
            Action::IndentationError(message) => {
                Err(self.failure_at_last_token(ExceptionClass::IndentationError, message))
            }
            Action::Since(minor, feature) => self.check_version(*minor, feature),
            Action::AssignmentTarget => Err(self.invalid_target(Binding::Assignment, captured)),
            Action::LoopTarget => Err(self.invalid_target(Binding::Loop, captured)),
            Action::DeletionTarget => Err(self.invalid_target(Binding::Deletion, captured)),
            Action::UnparenthesizedGenerator => self.unparenthesized_generator(captured),
            Action::PositionalArgument => Err(self.positional_argument(captured)),
            Action::Inequality => self.check_inequality(start),
            Action::Number => self.check_number(start),
            Action::Strings => self.check_strings(start),
        }
    }

    fn check_version(&self, minor: u8, feature: &str) -> Checked {
        match self.options.feature_version >= minor {
            true => Ok(true),
            false => {
                let message = format!("{feature} only supported in Python 3.{minor} and greater");
                Err(self.failure(&message))
            }
        }
    }

    fn check_inequality(&self, position: u32) -> Checked {
        let token = self.tokens[position as usize];
        let spelled_barry = self.source.text[token.start as usize] == b'<';
        if self.options.barry_as_bdfl && !spelled_barry {
            return Err(self.failure("with Barry as BDFL, use '<>' instead of '!='"));
        }
        Ok(spelled_barry == self.options.barry_as_bdfl)
    }

    fn check_number(&self, position: u32) -> Checked {
        let token = self.tokens[position as usize];
        let spelling = &self.source.text[token.start as usize..token.end as usize];
        if spelling.contains(&b'_') {
            self.check_version(6, "Underscores in numeric literals are")?;
        }
        let limit = self.options.max_int_digits;
        let digits = std::str::from_utf8(spelling).ok().and_then(numbers::decimal_digits);
        match digits.filter(|&digits| limit > 0 && digits > limit) {
            Some(digits) => {
                let message = format!(
                    "Exceeds the limit ({limit}) for integer string conversion: value has {digits} digits; use \
                     sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer \
                     literals to avoid decimal conversion limits."
                );
                Err(self.syntax_error_at(Span { col_offset: 0, ..token.span }, &message))
            }
            None => Ok(true),
        }
    }

    fn check_strings(&mut self, start: u32) -> Checked {
        let rest = &self.tokens[start as usize..];
        let count = rest.iter().take_while(|token| token.kind == TokenKind::String).count();
        let tokens = &rest[..count];
        let span = tokens[0].span;
        let source = &self.source.text;
        let checked =
            strings::concatenated(source, tokens, span, self.options, &mut FieldDiagnosis, &mut self.escapes);
        match checked {
            Ok(_) => Ok(true),
            Err(LiteralError::Message(message)) => Err(self.failure(&message)),
            Err(LiteralError::FieldFailure(failure)) => Err(failure),
            Err(LiteralError::Field) => Err(self.failure("invalid syntax")),
        }
    }

    /// The error about an expression, or about a mark, that was matched.
    fn failure_at_expression(&self, message: &str, range: (u32, u32)) -> Box<SyntaxFailure> {
        let (span, name) = match self.expression(range) {
            Some(expr) => (expr.span, expression_name(&expr)),
            None => (self.tokens[range.0 as usize].span, ""),
        };
        self.syntax_error_at(span, &message.replace("{}", name))
    }

    fn syntax_error_at(&self, span: Span, message: &str) -> Box<SyntaxFailure> {
        self.failure_at_span(ExceptionClass::SyntaxError, message, span)
    }

    /// The expression that the tokens make, if they make one.
    fn expression(&self, range: (u32, u32)) -> Option<Expr> {
        self.parse_range(range, |parser| parser.any_expression().ok())
    }

    fn arguments(&self, range: (u32, u32)) -> Option<(Vec<Expr>, Vec<Keyword>)> {
        self.parse_range(range, |parser| parser.arguments().ok())
    }

    fn parse_range<T>(
        &self,
        range: (u32, u32),
        parse: impl FnOnce(&mut Parser<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut tokens = self.tokens[range.0 as usize..range.1 as usize].to_vec();
        let last = *tokens.last()?;
        tokens.push(Token { kind: TokenKind::EndMarker, ..last });
        let mut parser = Parser::new(&self.source.text, &tokens, self.options, u32::MAX);
        parse(&mut parser)
    }

    fn invalid_target(&self, binding: Binding, range: (u32, u32)) -> Box<SyntaxFailure> {
        let expr = self.expression(range);
        let Some(target) = expr.as_ref().and_then(|expr| find_invalid_target(expr, binding)) else {
            return self.failure("invalid syntax");
        };
        let verb = if binding == Binding::Deletion { "delete" } else { "assign to" };
        self.syntax_error_at(target.span, &format!("cannot {verb} {}", expression_name(target)))
    }

    /// A generator expression may do without parentheses only as the one argument.
    fn unparenthesized_generator(&self, range: (u32, u32)) -> Checked {
        match self.arguments(range) {
            Some((args, _)) if args.len() > 1 => {
                Err(self
                    .syntax_error_at(args[args.len() - 1].span, "Generator expression must be parenthesized"))
            }
            _ => Ok(false),
        }
    }

    fn positional_argument(&self, range: (u32, u32)) -> Box<SyntaxFailure> {
        let keywords = self.arguments(range).map_or(Vec::new(), |(_, keywords)| keywords);
        let unpacking = if keywords.iter().any(|keyword| keyword.arg.is_none()) { " unpacking" } else { "" };
        self.failure(&format!("positional argument follows keyword argument{unpacking}"))
    }
}

/// The first part of the expression that cannot be bound.
fn find_invalid_target(expr: &Expr, binding: Binding) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
            elts.iter().find_map(|element| find_invalid_target(element, binding))
        }
        ExprKind::Starred { value, .. } if binding != Binding::Deletion => {
            find_invalid_target(value, binding)
        }
        // `for x in y` without a colon looks like a comparison.
        ExprKind::Compare { left, ops, .. } if binding == Binding::Loop => match ops.first() {
            Some(CmpOp::In) => find_invalid_target(left, binding),
            _ => None,
        },
        ExprKind::Name { .. } | ExprKind::Subscript { .. } | ExprKind::Attribute { .. } => None,
        _ => Some(expr),
    }
}

/// What error messages call an expression.
fn expression_name(expr: &Expr) -> &'static str {
    match &expr.kind {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "operator",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict display",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::Constant { value: Constant::None, .. } => "None",
        ExprKind::Constant { value: Constant::Bool(false), .. } => "False",
        ExprKind::Constant { value: Constant::Bool(true), .. } => "True",
        ExprKind::Constant { value: Constant::Ellipsis, .. } => "Ellipsis",
        ExprKind::Constant { .. } => "literal",
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}
