//! Names: which instruction reaches them.

use super::*;

impl<'a> Generator<'a> {
    pub(super) fn name(&mut self, name: &Text, context: ExprContext) -> Result {
        self.forbid_debug(name, context)?;
        let mangled = &self.mangled(name);
        let block = self.block();
        let function = self.in_function();
        let (load, store, delete) = match block.symbols.scope(mangled) {
            Some(Scope::Free | Scope::Cell) => {
                let load = match block.kind {
                    BlockKind::Class => Opcode::LoadClassderef,
                    _ => Opcode::LoadDeref,
                };
                (load, Opcode::StoreDeref, Opcode::DeleteDeref)
            }
            Some(Scope::Local) if function => (Opcode::LoadFast, Opcode::StoreFast, Opcode::DeleteFast),
            Some(Scope::GlobalImplicit) if !function => {
                (Opcode::LoadName, Opcode::StoreName, Opcode::DeleteName)
            }
            Some(Scope::GlobalImplicit | Scope::GlobalExplicit) => {
                (Opcode::LoadGlobal, Opcode::StoreGlobal, Opcode::DeleteGlobal)
            }
            _ => (Opcode::LoadName, Opcode::StoreName, Opcode::DeleteName),
        };
        let opcode = match context {
            ExprContext::Load => load,
            ExprContext::Store => store,
            ExprContext::Del => delete,
        };
        let index = match opcode.argument() {
            bytecode::Argument::Local if self.suppressed > 0 => return Ok(()),
            bytecode::Argument::Local => self.unit().varnames.add(mangled),
            bytecode::Argument::Free => self.unit().variable_in_cell(mangled),
            // Even code that is ruled out leaves its names behind.
            _ => self.unit().names.add(mangled),
        };
        self.emit_with(opcode, index);
        Ok(())
    }

    pub(super) fn load(&mut self, name: &str) -> Result {
        self.name(&name.into(), ExprContext::Load)
    }

    pub(super) fn store(&mut self, name: &str) -> Result {
        self.name(&name.into(), ExprContext::Store)
    }

    /// `__debug__` is a constant.
    pub(super) fn forbid_debug(&self, name: &Text, context: ExprContext) -> Result {
        if context == ExprContext::Store && *name == *"__debug__" {
            return self.error("cannot assign to __debug__");
        }
        Ok(())
    }
}

impl Unit<'_> {
    /// The number of a variable among `co_cellvars + co_freevars`.
    fn variable_in_cell(&self, name: &Text) -> u32 {
        match self.block.symbols.scope(name) {
            Some(Scope::Cell) => self.cells.get(name).unwrap_or(0),
            _ => self.cells.len() as u32 + self.free.get(name).unwrap_or(0),
        }
    }

    /// The number of the cell that a function made here closes over.
    pub(super) fn cell_to_close_over(&self, name: &Text) -> u32 {
        // A class may also see the `__class__` of one around it, but its methods mean its own.
        match self.cells.get(name) {
            Some(index) if self.kind == ScopeKind::Class && *name == *"__class__" => index,
            _ => self.variable_in_cell(name),
        }
    }
}
