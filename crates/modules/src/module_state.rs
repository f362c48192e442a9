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
        let known = interpreter.module_states.borrow().get(&key).cloned();
        if let Some(Ok(state)) = known.map(Ref::into_type) {
            return Ok(state);
        }
        let state = (self.make)()?;
        let object = state.clone().into_object();
        let old = interpreter.module_states.borrow_mut().insert(key, object);
        drop(old);
        Ok(state)
    }
}
