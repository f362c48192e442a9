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
        let interpreter = Interpreter::current();
        let key = std::ptr::from_ref(self) as usize;
        // A handful of modules have one.
        let find = || {
            let states = interpreter.module_states.borrow();
            states.iter().find(|(known, _)| *known == key).map(|(_, state)| state.clone())
        };
        if let Some(Ok(state)) = find().map(Ref::into_type) {
            return Ok(state);
        }
        let state = (self.make)()?;
        let object = state.clone().into_object();
        interpreter.module_states.borrow_mut().push((key, object));
        Ok(state)
    }
}
