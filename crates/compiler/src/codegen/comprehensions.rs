//! Comprehensions and generator expressions: functions of their own, called on the first iterable.

use super::*;

/// What a comprehension does with each element.
#[derive(Clone, Copy)]
struct Shape<'a> {
    /// The instruction that makes the empty collection; a generator expression has none.
    build: Option<Opcode>,
    add: Opcode,
    element: &'a Expr,
    /// The value to a dictionary's key.
    value: Option<&'a Expr>,
}

impl<'a> Generator<'a> {
    pub(super) fn comprehension(&mut self, node: &'a Expr) -> Result {
        let (name, generators, shape) = match &node.kind {
            ExprKind::ListComp { elt, generators } => {
                ("<listcomp>", generators, Shape::new(Opcode::BuildList, Opcode::ListAppend, elt))
            }
            ExprKind::SetComp { elt, generators } => {
                ("<setcomp>", generators, Shape::new(Opcode::BuildSet, Opcode::SetAdd, elt))
            }
            ExprKind::DictComp { key, value, generators } => {
                let shape = Shape::new(Opcode::BuildMap, Opcode::MapAdd, key);
                ("<dictcomp>", generators, Shape { value: Some(value), ..shape })
            }
            ExprKind::GeneratorExp { elt, generators } => {
                let shape = Shape::new(Opcode::Nop, Opcode::YieldValue, elt);
                ("<genexpr>", generators, Shape { build: None, ..shape })
            }
            _ => return Ok(()),
        };
        let Some(outermost) = generators.first() else { return Ok(()) };
        let top_level_await = self.top_level_await();
        let async_allowed = self.unit_ref().is_coroutine() || top_level_await;
        self.open_unit(name.into(), ScopeKind::Comprehension, Node::Expression(node), node.span.lineno)?;
        let is_async = self.unit_ref().is_coroutine();
        if let Some(build) = shape.build {
            if is_async && !async_allowed {
                return self.error("asynchronous comprehension outside of an asynchronous function");
            }
            self.emit_with(build, 0);
        }
        self.unit().argcount = 1;
        self.generators(generators, true, 0, shape)?;
        if shape.build.is_some() {
            self.emit(Opcode::ReturnValue);
        }
        self.make_function(0, true)?;
        if is_async && top_level_await {
            self.unit().awaits = true;
        }
        self.expression(&outermost.iter)?;
        self.emit(if outermost.is_async != 0 { Opcode::GetAiter } else { Opcode::GetIter });
        self.emit_with(Opcode::CallFunction, 1);
        if is_async && shape.build.is_some() {
            self.await_value();
        }
        Ok(())
    }

    /// The loops of the generators, one in the other. `depth` counts the iterators on the stack.
    fn generators(
        &mut self,
        generators: &'a [Comprehension],
        outermost: bool,
        depth: u32,
        shape: Shape<'a>,
    ) -> Result {
        let Some((generator, rest)) = generators.split_first() else { return self.add_element(depth, shape) };
        self.depth.enter()?;
        if generator.is_async != 0 {
            self.async_generator(generator, rest, outermost, depth, shape)?;
        } else {
            self.sync_generator(generator, rest, outermost, depth, shape)?;
        }
        self.depth.leave();
        Ok(())
    }

    fn sync_generator(
        &mut self,
        generator: &'a Comprehension,
        rest: &'a [Comprehension],
        outermost: bool,
        depth: u32,
        shape: Shape<'a>,
    ) -> Result {
        let (start, cleanup, anchor) = (self.label(), self.label(), self.label());
        let single = if outermost { None } else { single_element(&generator.iter) };
        if let Some(element) = single {
            // `for y in [f(x)]` only gives a value a name.
            self.expression(element)?;
        } else {
            if outermost {
                self.emit_with(Opcode::LoadFast, 0);
            } else {
                self.expression(&generator.iter)?;
                self.emit(Opcode::GetIter);
            }
            self.place(start);
            self.jump(Opcode::ForIter, anchor);
        }
        self.expression(&generator.target)?;
        for condition in &generator.ifs {
            self.jump_if(condition, cleanup, false)?;
        }
        self.generators(rest, false, depth + u32::from(single.is_none()), shape)?;
        self.place(cleanup);
        if single.is_none() {
            self.jump(Opcode::JumpAbsolute, start);
            self.place(anchor);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        generator: &'a Comprehension,
        rest: &'a [Comprehension],
        outermost: bool,
        depth: u32,
        shape: Shape<'a>,
    ) -> Result {
        let (start, cleanup, except) = (self.label(), self.label(), self.label());
        if outermost {
            self.emit_with(Opcode::LoadFast, 0);
        } else {
            self.expression(&generator.iter)?;
            self.emit(Opcode::GetAiter);
        }
        self.place(start);
        self.next_async_item(except);
        self.expression(&generator.target)?;
        for condition in &generator.ifs {
            self.jump_if(condition, cleanup, false)?;
        }
        self.generators(rest, false, depth + 1, shape)?;
        self.place(cleanup);
        self.jump(Opcode::JumpAbsolute, start);
        self.place(except);
        self.emit(Opcode::EndAsyncFor);
        Ok(())
    }

    fn add_element(&mut self, depth: u32, shape: Shape<'a>) -> Result {
        self.expression(shape.element)?;
        if let Some(value) = shape.value {
            self.expression(value)?;
        }
        if shape.build.is_some() {
            self.emit_with(shape.add, depth + 1);
        } else {
            self.emit(shape.add);
            self.emit(Opcode::PopTop);
        }
        Ok(())
    }
}

impl<'a> Shape<'a> {
    fn new(build: Opcode, add: Opcode, element: &'a Expr) -> Self {
        Shape { build: Some(build), add, element, value: None }
    }
}

/// The only element of a list or tuple display.
fn single_element(node: &Expr) -> Option<&Expr> {
    let (ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. }) = &node.kind else { return None };
    match &elts[..] {
        [element] if !matches!(element.kind, ExprKind::Starred { .. }) => Some(element),
        _ => None,
    }
}
