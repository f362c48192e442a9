//! Branches and loops, and the jumps out of them.

use super::unit::Frame;
use super::*;
use crate::fold::truth;

/// How many blocks may be nested at run time (`CO_MAXBLOCKS`).
const MAX_FRAMES: usize = 20;

impl<'a> Generator<'a> {
    pub(super) fn push_frame(&mut self, frame: Frame<'a>) -> Result {
        if self.unit_ref().frames.len() >= MAX_FRAMES {
            return self.error("too many statically nested blocks");
        }
        self.unit().frames.push(frame);
        Ok(())
    }

    pub(super) fn pop_frame(&mut self) {
        self.unit().frames.pop();
    }

    /// Jumps to the target if the condition is as wanted, else goes on.
    pub(super) fn jump_if(&mut self, condition: &'a Expr, target: Label, wanted: bool) -> Result {
        self.depth.enter()?;
        self.jump_if_parts(condition, target, wanted)?;
        self.depth.leave();
        Ok(())
    }

    fn jump_if_parts(&mut self, condition: &'a Expr, target: Label, wanted: bool) -> Result {
        match &condition.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => return self.jump_if(operand, target, !wanted),
            ExprKind::BoolOp { op, values } => {
                let Some((last, first)) = values.split_last() else { return Ok(()) };
                // Whether a value before the last one decides, and where it then goes.
                let deciding = *op == BoolOp::Or;
                let decided = if deciding == wanted { target } else { self.label() };
                for value in first {
                    self.jump_if(value, decided, deciding)?;
                }
                self.jump_if(last, target, wanted)?;
                if decided != target {
                    self.place(decided);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (end, otherwise) = (self.label(), self.label());
                self.jump_if(test, otherwise, false)?;
                self.jump_if(body, target, wanted)?;
                self.jump(Opcode::JumpForward, end);
                self.place(otherwise);
                self.jump_if(orelse, target, wanted)?;
                self.place(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                return self.jump_if_chain(left, ops, comparators, target, wanted);
            }
            _ => {}
        }
        self.expression(condition)?;
        self.jump(conditional_jump(wanted), target);
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        left: &'a Expr,
        ops: &[CmpOp],
        comparators: &'a [Expr],
        target: Label,
        wanted: bool,
    ) -> Result {
        self.lint_comparison(left, ops, comparators);
        let (cleanup, end) = (self.label(), self.label());
        self.comparison_chain(left, ops, comparators, Opcode::PopJumpIfFalse, cleanup)?;
        self.jump(conditional_jump(wanted), target);
        self.jump(Opcode::JumpForward, end);
        self.place(cleanup);
        self.emit(Opcode::PopTop);
        if !wanted {
            self.jump(Opcode::JumpForward, target);
        }
        self.place(end);
        Ok(())
    }

    pub(super) fn if_statement(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Result {
        let end = self.label();
        match constant_of(test).map(truth) {
            Some(true) => {
                self.statements(body)?;
                self.suppress(|this| this.statements(orelse))?;
            }
            Some(false) => {
                self.suppress(|this| this.statements(body))?;
                self.statements(orelse)?;
            }
            None if orelse.is_empty() => {
                self.jump_if(test, end, false)?;
                self.statements(body)?;
            }
            None => {
                let otherwise = self.label();
                self.jump_if(test, otherwise, false)?;
                self.statements(body)?;
                self.jump(Opcode::JumpForward, end);
                self.place(otherwise);
                self.statements(orelse)?;
            }
        }
        self.place(end);
        Ok(())
    }

    pub(super) fn while_loop(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) -> Result {
        let constant = constant_of(test).map(truth);
        if constant == Some(false) {
            self.suppress(|this| {
                this.push_frame(Frame::While(None))?;
                this.statements(body)?;
                this.pop_frame();
                Ok(())
            })?;
            return self.statements(orelse);
        }
        let (start, exit, anchor) = (self.label(), self.label(), self.label());
        self.place(start);
        self.push_frame(Frame::While(Some(Jump { start, exit })))?;
        if constant.is_none() {
            self.jump_if(test, anchor, false)?;
        }
        self.statements(body)?;
        self.jump(Opcode::JumpAbsolute, start);
        if constant.is_none() {
            self.place(anchor);
        }
        self.pop_frame();
        self.statements(orelse)?;
        self.place(exit);
        Ok(())
    }

    pub(super) fn for_loop(
        &mut self,
        target: &'a Expr,
        iterable: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Result {
        let (start, cleanup, exit) = (self.label(), self.label(), self.label());
        self.push_frame(Frame::For(Jump { start, exit }))?;
        self.expression(iterable)?;
        self.emit(Opcode::GetIter);
        self.place(start);
        self.jump(Opcode::ForIter, cleanup);
        self.expression(target)?;
        self.statements(body)?;
        self.jump(Opcode::JumpAbsolute, start);
        self.place(cleanup);
        self.pop_frame();
        self.statements(orelse)?;
        self.place(exit);
        Ok(())
    }

    pub(super) fn async_for_loop(
        &mut self,
        target: &'a Expr,
        iterable: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) -> Result {
        self.require_async("'async for' outside async function")?;
        let (start, except, exit) = (self.label(), self.label(), self.label());
        self.expression(iterable)?;
        self.emit(Opcode::GetAiter);
        self.place(start);
        self.push_frame(Frame::For(Jump { start, exit }))?;
        self.next_async_item(except);
        self.expression(target)?;
        self.statements(body)?;
        self.jump(Opcode::JumpAbsolute, start);
        self.pop_frame();
        self.place(except);
        if let Some(first) = orelse.first() {
            self.unit().set_line(first.span.lineno);
        }
        self.emit(Opcode::EndAsyncFor);
        self.statements(orelse)?;
        self.place(exit);
        Ok(())
    }

    /// Awaits the next item of the asynchronous iterator on the stack; `except` handles its end.
    pub(super) fn next_async_item(&mut self, except: Label) {
        self.jump(Opcode::SetupFinally, except);
        self.emit(Opcode::GetAnext);
        self.load_none();
        self.emit(Opcode::YieldFrom);
        self.emit(Opcode::PopBlock);
    }

    /// Fails outside an asynchronous function, unless `await` is allowed there.
    pub(super) fn require_async(&mut self, message: &str) -> Result {
        if self.top_level_await() {
            self.unit().awaits = true;
            return Ok(());
        }
        match self.unit_ref().kind {
            ScopeKind::AsyncFunction => Ok(()),
            _ => self.error(message),
        }
    }

    pub(super) fn return_statement(&mut self, value: Option<&'a Expr>) -> Result {
        if !self.in_function() {
            return self.error("'return' outside function");
        }
        if value.is_some() && self.unit_ref().is_coroutine() && self.block().generator {
            return self.error("'return' with value in async generator");
        }
        match value {
            // A constant need not be kept on the stack while blocks are left.
            Some(value) if constant_of(value).is_none() => {
                self.expression(value)?;
                self.unwind(true, false)?;
            }
            Some(value) => {
                self.unwind(false, false)?;
                self.expression(value)?;
            }
            None => {
                self.unwind(false, false)?;
                self.load_none();
            }
        }
        self.emit(Opcode::ReturnValue);
        Ok(())
    }

    pub(super) fn break_statement(&mut self) -> Result {
        let Some(found) = self.unwind(false, true)? else {
            return self.error("'break' outside loop");
        };
        self.unwind_frame(found, false)?;
        if let Frame::While(Some(jump)) | Frame::For(jump) = found {
            self.jump(Opcode::JumpAbsolute, jump.exit);
        }
        Ok(())
    }

    pub(super) fn continue_statement(&mut self) -> Result {
        let Some(found) = self.unwind(false, true)? else {
            return self.error("'continue' not properly in loop");
        };
        if let Frame::While(Some(jump)) | Frame::For(jump) = found {
            self.jump(Opcode::JumpAbsolute, jump.start);
        }
        Ok(())
    }

    /// Undoes all enclosing constructs, or those up to the innermost loop, which is returned.
    fn unwind(&mut self, keep_top: bool, to_loop: bool) -> Result<Option<Frame<'a>>> {
        // While a construct is undone, what is outside it is all that encloses the code.
        let all = self.unit_ref().frames.clone();
        let mut found = None;
        while let Some(&frame) = self.unit_ref().frames.last() {
            if to_loop && matches!(frame, Frame::While(_) | Frame::For(_)) {
                found = Some(frame);
                break;
            }
            self.pop_frame();
            self.unwind_frame(frame, keep_top)?;
        }
        self.unit().frames = all;
        Ok(found)
    }

    fn unwind_frame(&mut self, frame: Frame<'a>, keep_top: bool) -> Result {
        let below = |this: &mut Self, opcode| {
            if keep_top {
                this.emit(opcode);
            }
        };
        match frame {
            Frame::While(_) | Frame::Handlers => {}
            Frame::For(_) | Frame::PopValue => {
                below(self, Opcode::RotTwo);
                self.emit(Opcode::PopTop);
            }
            Frame::Except => self.emit(Opcode::PopBlock),
            Frame::FinallyTry(body) => {
                self.emit(Opcode::PopBlock);
                if keep_top {
                    self.push_frame(Frame::PopValue)?;
                }
                let line = self.unit_ref().line;
                self.statements(body)?;
                self.unit().set_line(line);
                if keep_top {
                    self.pop_frame();
                }
            }
            Frame::FinallyEnd => {
                below(self, Opcode::RotFour);
                (0..3).for_each(|_| self.emit(Opcode::PopTop));
                below(self, Opcode::RotFour);
                self.emit(Opcode::PopExcept);
            }
            Frame::With | Frame::AsyncWith => {
                self.emit(Opcode::PopBlock);
                below(self, Opcode::RotTwo);
                self.call_exit_with_nones();
                if let Frame::AsyncWith = frame {
                    self.await_value();
                }
                self.emit(Opcode::PopTop);
            }
            Frame::HandlerCleanup(name) => {
                if name.is_some() {
                    self.emit(Opcode::PopBlock);
                }
                below(self, Opcode::RotFour);
                self.emit(Opcode::PopExcept);
                self.forget_exception(name)?;
            }
        }
        Ok(())
    }
}

fn conditional_jump(wanted: bool) -> Opcode {
    if wanted { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }
}
