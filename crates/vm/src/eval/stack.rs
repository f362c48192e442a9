//! Instructions that only move values.

use objects::prelude::*;

use super::machine::Machine;

impl Machine {
    #[inline(always)]
    pub fn pop_top(&mut self) {
        drop(self.pop());
    }

    #[inline(always)]
    pub fn dup_top(&mut self) {
        let value = self.peek(0).to_ref();
        self.push(value);
    }

    #[inline(always)]
    pub fn dup_top_two(&mut self) {
        let (second, first) = (self.peek(1).to_ref(), self.peek(0).to_ref());
        self.push(second);
        self.push(first);
    }

    #[inline(always)]
    pub fn load_const(&mut self, index: u32) {
        let value = self.constant(index).clone();
        self.push(value);
    }

    #[inline(always)]
    pub fn load_fast(&mut self, index: u32) -> Result<()> {
        // SAFETY: the borrow ends with the new reference made.
        match unsafe { self.local(index).peek() } {
            Some(value) => {
                let value = value.to_ref();
                self.push(value);
                Ok(())
            }
            None => Err(unbound_local(&self.frame().code().variable_name(index as usize))),
        }
    }

    #[inline(always)]
    pub fn store_fast(&mut self, index: u32) {
        let value = self.pop();
        self.local(index).set(Some(value));
    }

    #[inline(always)]
    pub fn delete_fast(&mut self, index: u32) -> Result<()> {
        match self.local(index).take() {
            Some(_) => Ok(()),
            None => Err(unbound_local(&self.frame().code().variable_name(index as usize))),
        }
    }
}

#[cold]
pub fn unbound_local(name: &Str) -> Raised {
    unbound(&exceptions::UnboundLocalError, "local variable", name, "referenced before assignment")
}

/// Says of a name that nothing is bound to it. A name that is no UTF-8 cannot be told.
#[cold]
pub fn unbound(class: &Type, kind: &str, name: &Str, fault: &str) -> Raised {
    match name.as_utf8() {
        Ok(name) => raise::set_message(class, format_args!("{kind} '{name}' {fault}")),
        Err(raised) => raised,
    }
}
