//! What a native module keeps beside its namespace: one object for each interpreter.

use objects::prelude::*;
use vm::interpreter::Interpreter;

/// The place of a module's state, which is made when it is first asked for.
pub struct ModuleState<T: Layout> {
    make: fn() -> Result<Ref<T>>,
}

impl<T: Layout> ModuleState<T> {
    pub const fn new(make: fn() -> Result<Ref<T>>) -> ModuleState<T> {
        ModuleState { make }
    }

    /// The state of the current interpreter.
    pub fn get(&'static self) -> Result<Ref<T>> {
        let state = Interpreter::current().kept(self, || Ok((self.make)()?.into_object()))?;
        state.into_type().map_err(|_| raise!(SystemError, "a module's state of another type"))
    }
}
