//! Calls, and the arguments of class definitions.

use super::expressions::TUPLE;
use super::*;

impl<'a> Generator<'a> {
    pub(super) fn call(&mut self, function: &'a Expr, args: &'a [Expr], keywords: &'a [Keyword]) -> Result {
        if self.method_call(function, args, keywords)? {
            return Ok(());
        }
        self.lint_callee(function);
        self.expression(function)?;
        self.call_with(0, args, keywords)
    }

    /// Calls a method without making a bound method of it, if the arguments are plain enough.
    fn method_call(&mut self, function: &'a Expr, args: &'a [Expr], keywords: &[Keyword]) -> Result<bool> {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = &function.kind else {
            return Ok(false);
        };
        if !keywords.is_empty() || args.iter().any(is_starred) {
            return Ok(false);
        }
        self.expression(value)?;
        self.emit_name(Opcode::LoadMethod, attr);
        self.expressions(args)?;
        self.emit_with(Opcode::CallMethod, count(args));
        Ok(true)
    }

    /// Calls what is on the stack, under as many arguments as are there already.
    pub(super) fn call_with(&mut self, pushed: u32, args: &'a [Expr], keywords: &'a [Keyword]) -> Result {
        self.check_keywords(keywords)?;
        if args.iter().any(is_starred) || keywords.iter().any(|keyword| keyword.arg.is_none()) {
            return self.call_unpacking(pushed, args, keywords);
        }
        self.expressions(args)?;
        let total = pushed + count(args) + count(keywords);
        if keywords.is_empty() {
            self.emit_with(Opcode::CallFunction, total);
            return Ok(());
        }
        keywords.iter().try_for_each(|keyword| self.expression(&keyword.value))?;
        self.load_constant(tuple_of_texts(names(keywords)));
        self.emit_with(Opcode::CallFunctionKw, total);
        Ok(())
    }

    fn check_keywords(&mut self, keywords: &[Keyword]) -> Result {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.arg else { continue };
            self.forbid_debug(name, ExprContext::Store)?;
            let repeated = keywords[index + 1..].iter().find(|other| other.arg.as_ref() == Some(name));
            if let Some(repeated) = repeated {
                self.unit().column = repeated.span.col_offset;
                return self.error(format!("keyword argument repeated: {}", name.to_string_lossy()));
            }
        }
        Ok(())
    }

    fn call_unpacking(&mut self, pushed: u32, args: &'a [Expr], keywords: &'a [Keyword]) -> Result {
        match args {
            [Expr { kind: ExprKind::Starred { value, .. }, .. }] if pushed == 0 => self.expression(value)?,
            _ => self.display(pushed, args, TUPLE)?,
        }
        let mut built = false;
        let mut start = 0;
        for (index, keyword) in keywords.iter().enumerate() {
            if keyword.arg.is_some() {
                continue;
            }
            self.keyword_items(&keywords[start..index], &mut built)?;
            start = index + 1;
            if !built {
                self.emit_with(Opcode::BuildMap, 0);
                built = true;
            }
            self.expression(&keyword.value)?;
            self.emit_with(Opcode::DictMerge, 1);
        }
        self.keyword_items(&keywords[start..], &mut built)?;
        self.emit_with(Opcode::CallFunctionEx, u32::from(!keywords.is_empty()));
        Ok(())
    }

    /// Merges named arguments into the dictionary that is on the stack if `built`, else makes one of them.
    fn keyword_items(&mut self, keywords: &'a [Keyword], built: &mut bool) -> Result {
        match keywords {
            [] => return Ok(()),
            [keyword] => {
                names(keywords).for_each(|name| self.load_text(name));
                self.expression(&keyword.value)?;
                self.emit_with(Opcode::BuildMap, 1);
            }
            _ => {
                keywords.iter().try_for_each(|keyword| self.expression(&keyword.value))?;
                self.build_const_key_map(names(keywords).collect());
            }
        }
        if *built {
            self.emit_with(Opcode::DictMerge, 1);
        }
        *built = true;
        Ok(())
    }
}

fn is_starred(node: &Expr) -> bool {
    matches!(node.kind, ExprKind::Starred { .. })
}

fn names(keywords: &[Keyword]) -> impl Iterator<Item = Text> {
    keywords.iter().filter_map(|keyword| keyword.arg.clone())
}
