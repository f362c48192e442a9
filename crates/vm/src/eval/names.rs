//! Names: of locals mappings, globals, builtins and cells.

use objects::cell::Cell as CellObject;
use objects::prelude::*;

use super::machine::Machine;
use super::stack::{unbound, unbound_local};
use crate::code::decode::Instruction;
use crate::frame::Frame;

impl Machine {
    #[inline(always)]
    pub fn load_name(&mut self, index: u32) -> Result<()> {
        let value = load_name(self.frame(), self.name(index))?;
        self.push(value);
        Ok(())
    }

    #[inline(always)]
    pub fn store_name(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        store_name(self.frame(), self.name(index), &value)
    }

    #[inline(always)]
    pub fn delete_name(&mut self, index: u32) -> Result<()> {
        delete_name(self.frame(), self.name(index))
    }

    /// The cache is an index behind which the dictionaries' versions and the value stand.
    #[inline(always)]
    pub fn load_global(&mut self, instruction: &Instruction) -> Result<()> {
        let frame = self.frame();
        let cache = instruction.cache.get() as *const GlobalCache;
        // SAFETY: the cache is null or points to one that the code's decoded copy owns.
        if let Some(cache) = unsafe { cache.as_ref() }
            && cache.globals.get() == frame.globals().version()
            && cache.owner.get() == frame.builtins().as_ptr() as usize
            // SAFETY: a cache's owner is exactly a dictionary, and the frame keeps it alive. (Another that
            // took the address of a dead one has another version.)
            && cache.builtins.get() == unsafe { frame.builtins().cast::<Dict>() }.version()
        {
            // SAFETY: equal versions are equal content: the dictionary still holds the value.
            let value = unsafe { &*(cache.value.get() as *const Object) }.to_ref();
            self.push(value);
            return Ok(());
        }
        let value = load_global(frame, self.name(instruction.argument), instruction)?;
        self.push(value);
        Ok(())
    }

    #[inline(always)]
    pub fn store_global(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        self.frame().globals().set(self.name(index), &value)
    }

    #[inline(always)]
    pub fn delete_global(&mut self, index: u32) -> Result<()> {
        let name = self.name(index);
        match self.frame().globals().remove(name)? {
            true => Ok(()),
            false => Err(undefined_name(name)),
        }
    }

    #[inline(always)]
    pub fn load_closure(&mut self, index: u32) -> Result<()> {
        let cell = self.cell(index).get().ok_or_else(lost_cell)?;
        self.push(cell);
        Ok(())
    }

    #[inline(always)]
    pub fn load_deref(&mut self, index: u32) -> Result<()> {
        // SAFETY: the cells' places are set when the frame is made.
        let value =
            match unsafe { self.cell(index).peek() }.and_then(|cell| cell.downcast_exact::<CellObject>()) {
                Some(cell) => cell.get(),
                None => None,
            };
        match value {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => Err(unbound_cell(self.frame(), index)),
        }
    }

    #[inline(always)]
    pub fn store_deref(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        let cell = self.cell(index).get().ok_or_else(lost_cell)?;
        match cell.downcast_exact::<CellObject>() {
            Some(cell) => cell.set(Some(value)),
            None => return Err(lost_cell()),
        }
        Ok(())
    }

    #[inline(always)]
    pub fn delete_deref(&mut self, index: u32) -> Result<()> {
        let cell = self.cell(index).get().ok_or_else(lost_cell)?;
        match cell.downcast_exact::<CellObject>().and_then(CellObject::take) {
            Some(_) => Ok(()),
            None => Err(unbound_cell(self.frame(), index)),
        }
    }

    #[inline(always)]
    pub fn load_classderef(&mut self, index: u32) -> Result<()> {
        let frame = self.frame();
        match lookup_local(frame, &frame.code().cell_name(index as usize))? {
            Some(value) => {
                self.push(value);
                Ok(())
            }
            None => self.load_deref(index),
        }
    }
}

/// What `LOAD_GLOBAL` remembers.
#[derive(Default)]
pub struct GlobalCache {
    globals: std::cell::Cell<u64>,
    builtins: std::cell::Cell<u64>,
    owner: std::cell::Cell<usize>,
    value: std::cell::Cell<usize>,
}

#[cold]
fn lost_cell() -> Raised {
    raise!(SystemError, "a closure's variable is not a cell")
}

#[cold]
pub fn undefined_name(name: &Str) -> Raised {
    unbound(&exceptions::NameError, "name", name, "is not defined")
}

#[cold]
fn unbound_cell(frame: &Frame, index: u32) -> Raised {
    let code = frame.code();
    let name = code.cell_name(index as usize);
    match (index as usize) < code.cellvars.items().len() {
        true => unbound_local(&name),
        false => {
            let fault = "referenced before assignment in enclosing scope";
            unbound(&exceptions::NameError, "free variable", &name, fault)
        }
    }
}

/// A name in the locals mapping.
fn lookup_local(frame: &Frame, name: &Str) -> Result<Option<Ref>> {
    let Some(locals) = frame.locals.get() else {
        bail!(SystemError, "no locals when loading {}", name.repr()?);
    };
    match locals.downcast_exact::<Dict>() {
        Some(dict) => dict.get(name),
        None => raise::ignore(locals.get_item(name), &exceptions::KeyError),
    }
}

fn load_name(frame: &Frame, name: &Str) -> Result<Ref> {
    if let Some(value) = lookup_local(frame, name)? {
        return Ok(value);
    }
    if let Some(value) = frame.globals().get(name)? {
        return Ok(value);
    }
    builtin(frame, name)?.ok_or_else(|| undefined_name(name))
}

fn builtin(frame: &Frame, name: &Str) -> Result<Option<Ref>> {
    let builtins = frame.builtins();
    match builtins.downcast_exact::<Dict>() {
        Some(dict) => dict.get(name),
        None => raise::ignore(builtins.get_item(name), &exceptions::KeyError),
    }
}

fn store_name(frame: &Frame, name: &Str, value: &Object) -> Result<()> {
    let Some(locals) = frame.locals.get() else {
        bail!(SystemError, "no locals found when storing {}", name.repr()?);
    };
    match locals.downcast_exact::<Dict>() {
        Some(dict) => dict.set(name, value),
        None => locals.set_item(name, value),
    }
}

fn delete_name(frame: &Frame, name: &Str) -> Result<()> {
    let Some(locals) = frame.locals.get() else {
        bail!(SystemError, "no locals when deleting {}", name.repr()?);
    };
    match raise::ignore(locals.del_item(name), &exceptions::KeyError)? {
        Some(()) => Ok(()),
        None => Err(undefined_name(name)),
    }
}

/// The slow way of `LOAD_GLOBAL`, which fills the cache.
#[inline(never)]
fn load_global(frame: &Frame, name: &Str, instruction: &Instruction) -> Result<Ref> {
    let globals = frame.globals();
    let value = match globals.downcast_exact::<Dict>() {
        Some(_) => globals.get(name)?,
        None => raise::ignore(globals.get_item(name), &exceptions::KeyError)?,
    };
    let value = match value {
        Some(value) => Some(value),
        None => builtin(frame, name)?,
    };
    let Some(value) = value else { return Err(undefined_name(name)) };
    if globals.downcast_exact::<Dict>().is_some()
        && let Some(builtins) = frame.builtins().downcast_exact::<Dict>()
    {
        remember_global(frame, instruction, builtins, &value);
    }
    Ok(value)
}

/// How often a name is looked up before that is worth a cache.
const WARM: u8 = 8;

fn remember_global(frame: &Frame, instruction: &Instruction, builtins: &Dict, value: &Object) {
    let count = instruction.counter.get();
    if count < WARM {
        instruction.counter.set(count + 1);
        return;
    }
    let Ok(decoded) = frame.code().decoded() else { return };
    if instruction.cache.get() == 0 {
        instruction.cache.set(decoded.new_global_cache() as u64);
    }
    let cache = instruction.cache.get() as *const GlobalCache;
    // SAFETY: just made, or made before, and owned by the decoded copy.
    let cache = unsafe { &*cache };
    cache.globals.set(frame.globals().version());
    cache.builtins.set(builtins.version());
    cache.owner.set(builtins.as_ptr() as usize);
    cache.value.set(value.as_ptr() as usize);
}
