//! `try` and `with`.

use super::unit::Frame;
use super::*;

impl<'a> Generator<'a> {
    pub(super) fn try_statement(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [ExceptHandler],
        orelse: &'a [Stmt],
        finalbody: &'a [Stmt],
    ) -> Result {
        if finalbody.is_empty() {
            return self.try_except(body, handlers, orelse);
        }
        let (start, end, exit) = (self.label(), self.label(), self.label());
        self.jump(Opcode::SetupFinally, end);
        self.place(start);
        self.push_frame(Frame::FinallyTry(finalbody))?;
        if handlers.is_empty() {
            self.statements(body)?;
        } else {
            self.try_except(body, handlers, orelse)?;
        }
        self.emit(Opcode::PopBlock);
        self.pop_frame();
        self.statements(finalbody)?;
        self.jump(Opcode::JumpForward, exit);

        self.place(end);
        self.push_frame(Frame::FinallyEnd)?;
        self.statements(finalbody)?;
        self.pop_frame();
        self.emit(Opcode::Reraise);
        self.place(exit);
        Ok(())
    }

    fn try_except(&mut self, body: &'a [Stmt], handlers: &'a [ExceptHandler], orelse: &'a [Stmt]) -> Result {
        let (start, first_handler, otherwise, end) = (self.label(), self.label(), self.label(), self.label());
        self.jump(Opcode::SetupFinally, first_handler);
        self.place(start);
        self.push_frame(Frame::Except)?;
        self.statements(body)?;
        self.emit(Opcode::PopBlock);
        self.pop_frame();
        self.jump(Opcode::JumpForward, otherwise);
        self.place(first_handler);
        self.push_frame(Frame::Handlers)?;
        for (index, handler) in handlers.iter().enumerate() {
            if handler.type_.is_none() && index + 1 < handlers.len() {
                return self.error("default 'except:' must be last");
            }
            self.unit().set_line(handler.span.lineno);
            self.unit().column = handler.span.col_offset;
            let next_handler = self.label();
            if let Some(class) = &handler.type_ {
                self.emit(Opcode::DupTop);
                self.expression(class)?;
                self.jump(Opcode::JumpIfNotExcMatch, next_handler);
            }
            self.emit(Opcode::PopTop);
            match &handler.name {
                Some(name) => self.named_handler(name, &handler.body, end)?,
                None => self.plain_handler(&handler.body, end)?,
            }
            self.place(next_handler);
        }
        self.pop_frame();
        self.emit(Opcode::Reraise);
        self.place(otherwise);
        self.statements(orelse)?;
        self.place(end);
        Ok(())
    }

    /// `except ... as name`: the name is gone at the end, however the handler is left.
    fn named_handler(&mut self, name: &'a Text, body: &'a [Stmt], end: Label) -> Result {
        let (start, cleanup) = (self.label(), self.label());
        self.name(name, ExprContext::Store)?;
        self.emit(Opcode::PopTop);
        self.jump(Opcode::SetupFinally, cleanup);
        self.place(start);
        self.push_frame(Frame::HandlerCleanup(Some(name)))?;
        self.statements(body)?;
        self.pop_frame();
        self.emit(Opcode::PopBlock);
        self.emit(Opcode::PopExcept);
        self.forget_exception(Some(name))?;
        self.jump(Opcode::JumpForward, end);

        self.place(cleanup);
        self.forget_exception(Some(name))?;
        self.emit(Opcode::Reraise);
        Ok(())
    }

    fn plain_handler(&mut self, body: &'a [Stmt], end: Label) -> Result {
        let start = self.label();
        self.emit(Opcode::PopTop);
        self.emit(Opcode::PopTop);
        self.place(start);
        self.push_frame(Frame::HandlerCleanup(None))?;
        self.statements(body)?;
        self.pop_frame();
        self.emit(Opcode::PopExcept);
        self.jump(Opcode::JumpForward, end);
        Ok(())
    }

    /// Unbinds the name of a handler; bound first, so that a program that has done so is no error.
    pub(super) fn forget_exception(&mut self, name: Option<&Text>) -> Result {
        let Some(name) = name else { return Ok(()) };
        self.load_none();
        self.name(name, ExprContext::Store)?;
        self.name(name, ExprContext::Del)
    }

    pub(super) fn with_statement(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        self.depth.enter()?;
        let (start, handler, exit) = (self.label(), self.label(), self.label());
        self.expression(&item.context_expr)?;
        self.jump(Opcode::SetupWith, handler);
        self.place(start);
        self.push_frame(Frame::With)?;
        self.bind_entered(item)?;
        self.with_statement(rest, body)?;
        self.emit(Opcode::PopBlock);
        self.pop_frame();
        self.call_exit_with_nones();
        self.emit(Opcode::PopTop);
        self.jump(Opcode::JumpForward, exit);

        self.place(handler);
        self.emit(Opcode::WithExceptStart);
        self.reraise_unless_true();
        self.place(exit);
        self.depth.leave();
        Ok(())
    }

    pub(super) fn async_with_statement(&mut self, items: &'a [WithItem], body: &'a [Stmt]) -> Result {
        let Some((item, rest)) = items.split_first() else { return self.statements(body) };
        self.require_async("'async with' outside async function")?;
        self.depth.enter()?;
        let (start, handler, exit) = (self.label(), self.label(), self.label());
        self.expression(&item.context_expr)?;
        self.emit(Opcode::BeforeAsyncWith);
        self.await_value();
        self.jump(Opcode::SetupAsyncWith, handler);
        self.place(start);
        self.push_frame(Frame::AsyncWith)?;
        self.bind_entered(item)?;
        self.async_with_statement(rest, body)?;
        self.emit(Opcode::PopBlock);
        self.pop_frame();
        self.call_exit_with_nones();
        self.await_value();
        self.emit(Opcode::PopTop);
        self.jump(Opcode::JumpAbsolute, exit);

        self.place(handler);
        self.emit(Opcode::WithExceptStart);
        self.await_value();
        self.reraise_unless_true();
        self.place(exit);
        self.depth.leave();
        Ok(())
    }

    fn bind_entered(&mut self, item: &'a WithItem) -> Result {
        match &item.optional_vars {
            Some(target) => self.expression(target),
            None => {
                self.emit(Opcode::PopTop);
                Ok(())
            }
        }
    }

    /// Calls the exit function on the stack as for a block that ended well.
    pub(super) fn call_exit_with_nones(&mut self) {
        self.load_none();
        self.emit(Opcode::DupTop);
        self.emit(Opcode::DupTop);
        self.emit_with(Opcode::CallFunction, 3);
    }

    /// After the exit function's answer: swallows the exception if it is true.
    fn reraise_unless_true(&mut self) {
        let swallow = self.label();
        self.jump(Opcode::PopJumpIfTrue, swallow);
        self.emit(Opcode::Reraise);
        self.place(swallow);
        (0..3).for_each(|_| self.emit(Opcode::PopTop));
        self.emit(Opcode::PopExcept);
        self.emit(Opcode::PopTop);
    }
}
