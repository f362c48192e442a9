//! Functions, lambdas and classes: their code units, and the code that makes objects of them.

use super::*;
use crate::future::docstring;

/// What `MAKE_FUNCTION` finds on the stack, by the bits of its argument.
mod parts {
    pub const DEFAULTS: u32 = 1;
    pub const KEYWORD_DEFAULTS: u32 = 2;
    pub const ANNOTATIONS: u32 = 4;
    pub const CLOSURE: u32 = 8;
}

impl<'a> Generator<'a> {
    pub(super) fn function(&mut self, node: &'a Stmt) -> Result {
        let (kind, name, parameters, body, decorators, returns) = match &node.kind {
            StmtKind::FunctionDef { name, args, body, decorator_list, returns, .. } => {
                (ScopeKind::Function, name, args, body, decorator_list, returns)
            }
            StmtKind::AsyncFunctionDef { name, args, body, decorator_list, returns, .. } => {
                (ScopeKind::AsyncFunction, name, args, body, decorator_list, returns)
            }
            _ => return Ok(()),
        };
        self.forbid_debug_parameters(parameters)?;
        self.expressions(decorators)?;
        let mut parts = self.defaults(parameters)?;
        if self.parameter_annotations(parameters, returns.as_deref())? {
            parts |= parts::ANNOTATIONS;
        }
        let first_line = first_line(node, decorators);
        self.open_unit(name.clone(), kind, Node::Statement(node), first_line)?;
        let documentation = match self.settings.optimize {
            0 | 1 => docstring(body).cloned().map(Constant::Str),
            _ => None,
        };
        // The first constant is the documentation.
        self.unit().constants.add(documentation.unwrap_or(Constant::None));
        self.unit().count_parameters(parameters);
        self.statements(body)?;
        self.make_function(parts, true)?;
        decorators.iter().for_each(|_| self.emit_with(Opcode::CallFunction, 1));
        self.name(name, ExprContext::Store)
    }

    pub(super) fn lambda(&mut self, node: &'a Expr, parameters: &'a Arguments, body: &'a Expr) -> Result {
        self.forbid_debug_parameters(parameters)?;
        let parts = self.defaults(parameters)?;
        self.open_unit("<lambda>".into(), ScopeKind::Lambda, Node::Expression(node), node.span.lineno)?;
        // A lambda has no documentation.
        self.unit().constants.add(Constant::None);
        self.unit().count_parameters(parameters);
        self.expression(body)?;
        let generator = self.block().generator;
        if !generator {
            self.emit(Opcode::ReturnValue);
        }
        self.make_function(parts, !generator)
    }

    pub(super) fn class(&mut self, node: &'a Stmt) -> Result {
        let StmtKind::ClassDef { name, bases, keywords, body, decorator_list } = &node.kind else {
            return Ok(());
        };
        self.expressions(decorator_list)?;
        let first_line = first_line(node, decorator_list);
        self.open_unit(name.clone(), ScopeKind::Class, Node::Statement(node), first_line)?;
        self.unit().private = Some(name);
        self.load("__name__")?;
        self.store("__module__")?;
        self.load_text(self.unit_ref().qualname.clone());
        self.store("__qualname__")?;
        self.body(body)?;
        if self.block().needs_class_cell {
            self.emit_with(Opcode::LoadClosure, 0);
            self.emit(Opcode::DupTop);
            self.store("__classcell__")?;
        } else {
            self.load_none();
        }
        self.emit(Opcode::ReturnValue);
        let code = self.close_unit(true)?;
        self.emit(Opcode::LoadBuildClass);
        self.load_function(code, 0, name.clone());
        self.load_text(name.clone());
        self.call_with(2, bases, keywords)?;
        decorator_list.iter().for_each(|_| self.emit_with(Opcode::CallFunction, 1));
        self.name(name, ExprContext::Store)
    }

    fn forbid_debug_parameters(&self, parameters: &Arguments) -> Result {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kwarg, .. } = parameters;
        let variadic = vararg.iter().chain(kwarg).map(|parameter| &**parameter);
        let mut all = posonlyargs.iter().chain(args).chain(kwonlyargs).chain(variadic);
        all.try_for_each(|parameter| self.forbid_debug(&parameter.arg, ExprContext::Store))
    }

    /// Pushes the defaults of parameters, and says which there are.
    fn defaults(&mut self, parameters: &'a Arguments) -> Result<u32> {
        let mut parts = 0;
        if !parameters.defaults.is_empty() {
            self.expressions(&parameters.defaults)?;
            self.emit_with(Opcode::BuildTuple, count(&parameters.defaults));
            parts |= parts::DEFAULTS;
        }
        let mut names = Vec::new();
        for (parameter, default) in parameters.kwonlyargs.iter().zip(&parameters.kw_defaults) {
            if let Some(default) = default {
                names.push(self.mangled(&parameter.arg));
                self.expression(default)?;
            }
        }
        if !names.is_empty() {
            self.build_const_key_map(names);
            parts |= parts::KEYWORD_DEFAULTS;
        }
        Ok(parts)
    }

    /// Makes a dictionary of the values on the stack.
    pub(super) fn build_const_key_map(&mut self, keys: Vec<Text>) {
        let len = count(&keys);
        self.load_constant(tuple_of_texts(keys));
        self.emit_with(Opcode::BuildConstKeyMap, len);
    }

    /// Pushes the annotations of a function, if there are any.
    fn parameter_annotations(
        &mut self,
        parameters: &'a Arguments,
        returns: Option<&'a Expr>,
    ) -> Result<bool> {
        let Arguments { posonlyargs, args, vararg, kwonlyargs, kwarg, .. } = parameters;
        let in_order = args
            .iter()
            .chain(posonlyargs)
            .chain(vararg.as_deref())
            .chain(kwonlyargs)
            .chain(kwarg.as_deref())
            .filter_map(|parameter| Some((self.mangled(&parameter.arg), parameter.annotation.as_deref()?)));
        let annotated: Vec<(Text, &'a Expr)> =
            in_order.chain(returns.map(|returns| ("return".into(), returns))).collect();
        if annotated.is_empty() {
            return Ok(false);
        }
        for (_, annotation) in &annotated {
            self.annotation(annotation)?;
        }
        self.build_const_key_map(annotated.into_iter().map(|(name, _)| name).collect());
        Ok(true)
    }

    /// Closes the unit and pushes a function made of it.
    pub(super) fn make_function(&mut self, parts: u32, returns_none: bool) -> Result {
        let qualname = self.unit_ref().qualname.clone();
        let code = self.close_unit(returns_none)?;
        self.load_function(code, parts, qualname);
        Ok(())
    }

    fn load_function(&mut self, code: Rc<CodeUnit>, mut parts: u32, qualname: Text) {
        if self.suppressed > 0 {
            return;
        }
        if !code.freevars.is_empty() {
            for name in &code.freevars {
                let cell = self.unit_ref().cell_to_close_over(name);
                self.emit_with(Opcode::LoadClosure, cell);
            }
            self.emit_with(Opcode::BuildTuple, count(&code.freevars));
            parts |= parts::CLOSURE;
        }
        let index = self.unit().constants.add_code(code);
        self.emit_with(Opcode::LoadConst, index);
        self.load_text(qualname);
        self.emit_with(Opcode::MakeFunction, parts);
    }
}

impl Unit<'_> {
    fn count_parameters(&mut self, parameters: &Arguments) {
        self.argcount = count(&parameters.args) + count(&parameters.posonlyargs);
        self.posonlyargcount = count(&parameters.posonlyargs);
        self.kwonlyargcount = count(&parameters.kwonlyargs);
    }
}

/// A definition begins with its first decorator.
fn first_line(node: &Stmt, decorators: &[Expr]) -> u32 {
    decorators.first().map_or(node.span.lineno, |decorator| decorator.span.lineno)
}
