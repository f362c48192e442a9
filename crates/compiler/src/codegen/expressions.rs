//! Expressions.

use super::*;

/// How a kind of display is built.
#[derive(Clone, Copy)]
pub(super) struct Display {
    pub build: Opcode,
    pub add: Opcode,
    pub extend: Opcode,
    pub is_tuple: bool,
}

const LIST: Display = Display {
    build: Opcode::BuildList,
    add: Opcode::ListAppend,
    extend: Opcode::ListExtend,
    is_tuple: false,
};

/// A tuple with unpacked parts is a list first.
pub(super) const TUPLE: Display = Display { is_tuple: true, ..LIST };

const SET: Display =
    Display { build: Opcode::BuildSet, add: Opcode::SetAdd, extend: Opcode::SetUpdate, is_tuple: false };

/// From how many constants on a display is made from one.
const MIN_CONSTANT_DISPLAY: usize = 3;

/// The most items that one instruction makes a dictionary of.
const MAX_DICT_ITEMS: usize = 0xffff;

impl<'a> Generator<'a> {
    pub(super) fn expressions(&mut self, nodes: &'a [Expr]) -> Result {
        nodes.iter().try_for_each(|node| self.expression(node))
    }

    /// Visits an expression; its lines are its own, and then those around it go on.
    pub(super) fn expression(&mut self, node: &'a Expr) -> Result {
        self.depth.enter()?;
        let unit = self.unit();
        let (line, column) = (unit.line, unit.column);
        if node.span.lineno != line {
            unit.set_line(node.span.lineno);
        }
        unit.column = node.span.col_offset;
        self.expression_parts(node)?;
        let unit = self.unit();
        if unit.line != line {
            unit.set_line(line);
        }
        unit.column = column;
        self.depth.leave();
        Ok(())
    }

    fn expression_parts(&mut self, node: &'a Expr) -> Result {
        match &node.kind {
            ExprKind::NamedExpr { target, value } => {
                self.expression(value)?;
                self.emit(Opcode::DupTop);
                self.expression(target)
            }
            ExprKind::BoolOp { op, values } => self.boolean_operation(*op, values),
            ExprKind::BinOp { left, op, right } => {
                self.expression(left)?;
                self.expression(right)?;
                self.emit(binary_opcode(*op));
                Ok(())
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expression(operand)?;
                self.emit(match op {
                    UnaryOp::Invert => Opcode::UnaryInvert,
                    UnaryOp::Not => Opcode::UnaryNot,
                    UnaryOp::UAdd => Opcode::UnaryPositive,
                    UnaryOp::USub => Opcode::UnaryNegative,
                });
                Ok(())
            }
            ExprKind::Lambda { args, body } => self.lambda(node, args, body),
            ExprKind::IfExp { test, body, orelse } => {
                let (end, otherwise) = (self.label(), self.label());
                self.jump_if(test, otherwise, false)?;
                self.expression(body)?;
                self.jump(Opcode::JumpForward, end);
                self.place(otherwise);
                self.expression(orelse)?;
                self.place(end);
                Ok(())
            }
            ExprKind::Dict { keys, values } => self.dictionary(keys, values),
            ExprKind::Set { elts } => self.display(0, elts, SET),
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(node),
            ExprKind::Await { value } => self.await_expression(value),
            ExprKind::Yield { value } => {
                self.require_function("'yield' outside function")?;
                match value {
                    Some(value) => self.expression(value)?,
                    None => self.load_none(),
                }
                self.emit(Opcode::YieldValue);
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                self.require_function("'yield' outside function")?;
                if self.unit_ref().kind == ScopeKind::AsyncFunction {
                    return self.error("'yield from' inside async function");
                }
                self.expression(value)?;
                self.emit(Opcode::GetYieldFromIter);
                self.load_none();
                self.emit(Opcode::YieldFrom);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => self.comparison(left, ops, comparators),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref())
            }
            ExprKind::JoinedStr { values } => {
                self.expressions(values)?;
                if values.len() != 1 {
                    self.emit_with(Opcode::BuildString, count(values));
                }
                Ok(())
            }
            ExprKind::Constant { value, .. } => {
                self.load_constant(value.clone());
                Ok(())
            }
            ExprKind::Attribute { value, attr, ctx } => {
                self.expression(value)?;
                self.forbid_debug(attr, *ctx)?;
                let opcode = match ctx {
                    ExprContext::Load => Opcode::LoadAttr,
                    ExprContext::Store => Opcode::StoreAttr,
                    ExprContext::Del => Opcode::DeleteAttr,
                };
                self.emit_name(opcode, attr);
                Ok(())
            }
            ExprKind::Subscript { value, slice, ctx } => {
                if *ctx == ExprContext::Load {
                    self.lint_subscript(value, slice);
                }
                self.expression(value)?;
                self.expression(slice)?;
                self.emit(match ctx {
                    ExprContext::Load => Opcode::BinarySubscr,
                    ExprContext::Store => Opcode::StoreSubscr,
                    ExprContext::Del => Opcode::DeleteSubscr,
                });
                Ok(())
            }
            ExprKind::Starred { ctx: ExprContext::Store, .. } => {
                self.error("starred assignment target must be in a list or tuple")
            }
            ExprKind::Starred { .. } => self.error("can't use starred expression here"),
            ExprKind::Name { id, ctx } => self.name(id, *ctx),
            ExprKind::List { elts, ctx } => self.sequence(elts, *ctx, LIST),
            ExprKind::Tuple { elts, ctx } => self.sequence(elts, *ctx, TUPLE),
            ExprKind::Slice { lower, upper, step } => {
                for bound in [lower, upper] {
                    match bound {
                        Some(bound) => self.expression(bound)?,
                        None => self.load_none(),
                    }
                }
                if let Some(step) = step {
                    self.expression(step)?;
                }
                self.emit_with(Opcode::BuildSlice, if step.is_some() { 3 } else { 2 });
                Ok(())
            }
        }
    }

    fn require_function(&self, message: &str) -> Result {
        if self.in_function() { Ok(()) } else { self.error(message) }
    }

    fn await_expression(&mut self, value: &'a Expr) -> Result {
        if !self.top_level_await() {
            self.require_function("'await' outside function")?;
            if !matches!(self.unit_ref().kind, ScopeKind::AsyncFunction | ScopeKind::Comprehension) {
                return self.error("'await' outside async function");
            }
        }
        self.expression(value)?;
        self.await_value();
        Ok(())
    }

    fn boolean_operation(&mut self, op: BoolOp, values: &'a [Expr]) -> Result {
        let Some((last, first)) = values.split_last() else { return Ok(()) };
        let opcode = match op {
            BoolOp::And => Opcode::JumpIfFalseOrPop,
            BoolOp::Or => Opcode::JumpIfTrueOrPop,
        };
        let end = self.label();
        for value in first {
            self.expression(value)?;
            self.jump(opcode, end);
        }
        self.expression(last)?;
        self.place(end);
        Ok(())
    }

    fn comparison(&mut self, left: &'a Expr, ops: &[CmpOp], comparators: &'a [Expr]) -> Result {
        self.lint_comparison(left, ops, comparators);
        let (cleanup, end) = (self.label(), self.label());
        self.comparison_chain(left, ops, comparators, Opcode::JumpIfFalseOrPop, cleanup)?;
        if ops.len() > 1 {
            self.jump(Opcode::JumpForward, end);
            self.place(cleanup);
            self.emit(Opcode::RotTwo);
            self.emit(Opcode::PopTop);
            self.place(end);
        }
        Ok(())
    }

    /// Compares step by step. The first comparison that fails goes to the cleanup by the given
    /// jump, with the right operand left on the stack.
    pub(super) fn comparison_chain(
        &mut self,
        left: &'a Expr,
        ops: &[CmpOp],
        comparators: &'a [Expr],
        opcode: Opcode,
        cleanup: Label,
    ) -> Result {
        self.expression(left)?;
        for (index, (op, right)) in ops.iter().zip(comparators).enumerate() {
            self.expression(right)?;
            let is_last = index + 1 == ops.len();
            if !is_last {
                self.emit(Opcode::DupTop);
                self.emit(Opcode::RotThree);
            }
            self.compare(*op);
            if !is_last {
                self.jump(opcode, cleanup);
                let next = self.label();
                self.place(next);
            }
        }
        Ok(())
    }

    fn compare(&mut self, op: CmpOp) {
        let (opcode, argument) = match op {
            CmpOp::Lt => (Opcode::CompareOp, 0),
            CmpOp::LtE => (Opcode::CompareOp, 1),
            CmpOp::Eq => (Opcode::CompareOp, 2),
            CmpOp::NotEq => (Opcode::CompareOp, 3),
            CmpOp::Gt => (Opcode::CompareOp, 4),
            CmpOp::GtE => (Opcode::CompareOp, 5),
            CmpOp::Is => (Opcode::IsOp, 0),
            CmpOp::IsNot => (Opcode::IsOp, 1),
            CmpOp::In => (Opcode::ContainsOp, 0),
            CmpOp::NotIn => (Opcode::ContainsOp, 1),
        };
        self.emit_with(opcode, argument);
    }

    fn formatted_value(
        &mut self,
        value: &'a Expr,
        conversion: Option<i32>,
        specification: Option<&'a Expr>,
    ) -> Result {
        const HAS_SPECIFICATION: u32 = 4;
        self.expression(value)?;
        let mut argument = match conversion {
            None | Some(-1) => 0,
            Some(115) => 1,
            Some(114) => 2,
            Some(97) => 3,
            Some(other) => {
                let message = format!("Unrecognized conversion character {other}");
                return Err(CompileFailure::new(Exception::SystemError, message));
            }
        };
        if let Some(specification) = specification {
            self.expression(specification)?;
            argument |= HAS_SPECIFICATION;
        }
        self.emit_with(Opcode::FormatValue, argument);
        Ok(())
    }

    fn sequence(&mut self, elements: &'a [Expr], context: ExprContext, display: Display) -> Result {
        match context {
            ExprContext::Load => self.display(0, elements, display),
            ExprContext::Store => self.unpack(elements),
            ExprContext::Del => self.expressions(elements),
        }
    }

    fn unpack(&mut self, targets: &'a [Expr]) -> Result {
        let starred = |target: &Expr| matches!(target.kind, ExprKind::Starred { .. });
        match targets.iter().position(starred) {
            Some(before) => {
                let after = targets.len() - before - 1;
                if before >= 1 << 8 || after >= i32::MAX as usize >> 8 {
                    return self.error("too many expressions in star-unpacking assignment");
                }
                self.emit_with(Opcode::UnpackEx, before as u32 + ((after as u32) << 8));
                if targets[before + 1..].iter().any(starred) {
                    return self.error("multiple starred expressions in assignment");
                }
            }
            None => self.emit_with(Opcode::UnpackSequence, count(targets)),
        }
        for target in targets {
            match &target.kind {
                ExprKind::Starred { value, .. } => self.expression(value)?,
                _ => self.expression(target)?,
            }
        }
        Ok(())
    }

    /// Builds a list, tuple or set of the elements, and of as many values that are on the stack already.
    pub(super) fn display(&mut self, pushed: u32, elements: &'a [Expr], display: Display) -> Result {
        if elements.len() >= MIN_CONSTANT_DISPLAY {
            let constants: Option<Vec<Constant>> =
                elements.iter().map(|element| constant_of(element).cloned()).collect();
            if let Some(constants) = constants {
                self.constant_display(pushed, constants, display);
                return Ok(());
            }
        }
        let mut built = false;
        for (index, element) in elements.iter().enumerate() {
            match &element.kind {
                ExprKind::Starred { value, .. } => {
                    if !built {
                        self.emit_with(display.build, index as u32 + pushed);
                        built = true;
                    }
                    self.expression(value)?;
                    self.emit_with(display.extend, 1);
                }
                _ => {
                    self.expression(element)?;
                    if built {
                        self.emit_with(display.add, 1);
                    }
                }
            }
        }
        match (built, display.is_tuple) {
            (true, true) => self.emit(Opcode::ListToTuple),
            (true, false) => {}
            (false, true) => self.emit_with(Opcode::BuildTuple, count(elements) + pushed),
            (false, false) => self.emit_with(display.build, count(elements) + pushed),
        }
        Ok(())
    }

    fn constant_display(&mut self, pushed: u32, constants: Vec<Constant>, display: Display) {
        // CPython 3.9 forgets the values already pushed: `class A(1, 2, 3, **kw)` fails there at run time.
        if display.is_tuple {
            return self.load_constant(Constant::Tuple(constants.into()));
        }
        self.emit_with(display.build, pushed);
        self.load_constant(match display.add {
            Opcode::SetAdd => Constant::FrozenSet(crate::fold::distinct(&constants).into()),
            _ => Constant::Tuple(constants.into()),
        });
        self.emit_with(display.extend, 1);
    }

    fn dictionary(&mut self, keys: &'a [Option<Expr>], values: &'a [Expr]) -> Result {
        let mut built = false;
        let mut start = 0;
        for (index, key) in keys.iter().enumerate() {
            if key.is_none() {
                self.dictionary_items(&keys[start..index], &values[start..index], &mut built)?;
                if !built {
                    self.emit_with(Opcode::BuildMap, 0);
                    built = true;
                }
                self.expression(&values[index])?;
                self.emit_with(Opcode::DictUpdate, 1);
                start = index + 1;
            } else if index - start == MAX_DICT_ITEMS {
                self.dictionary_items(&keys[start..=index], &values[start..=index], &mut built)?;
                start = index + 1;
            }
        }
        self.dictionary_items(&keys[start..], &values[start..], &mut built)?;
        if !built {
            self.emit_with(Opcode::BuildMap, 0);
        }
        Ok(())
    }

    /// Adds items to the dictionary that is on the stack if `built`, else makes one of them.
    fn dictionary_items(&mut self, keys: &'a [Option<Expr>], values: &'a [Expr], built: &mut bool) -> Result {
        if keys.is_empty() {
            return Ok(());
        }
        let constants: Option<Vec<Constant>> =
            keys.iter().map(|key| key.as_ref().and_then(constant_of).cloned()).collect();
        match constants {
            Some(constants) if keys.len() > 1 => {
                self.expressions(values)?;
                self.load_constant(Constant::Tuple(constants.into()));
                self.emit_with(Opcode::BuildConstKeyMap, count(keys));
            }
            _ => {
                for (key, value) in keys.iter().flatten().zip(values) {
                    self.expression(key)?;
                    self.expression(value)?;
                }
                self.emit_with(Opcode::BuildMap, count(keys));
            }
        }
        if *built {
            self.emit_with(Opcode::DictUpdate, 1);
        }
        *built = true;
        Ok(())
    }
}

fn binary_opcode(op: Operator) -> Opcode {
    match op {
        Operator::Add => Opcode::BinaryAdd,
        Operator::Sub => Opcode::BinarySubtract,
        Operator::Mult => Opcode::BinaryMultiply,
        Operator::MatMult => Opcode::BinaryMatrixMultiply,
        Operator::Div => Opcode::BinaryTrueDivide,
        Operator::Mod => Opcode::BinaryModulo,
        Operator::Pow => Opcode::BinaryPower,
        Operator::LShift => Opcode::BinaryLshift,
        Operator::RShift => Opcode::BinaryRshift,
        Operator::BitOr => Opcode::BinaryOr,
        Operator::BitXor => Opcode::BinaryXor,
        Operator::BitAnd => Opcode::BinaryAnd,
        Operator::FloorDiv => Opcode::BinaryFloorDivide,
    }
}
