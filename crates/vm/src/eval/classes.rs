//! Making functions and classes.

use objects::cell::Cell as CellObject;
use objects::prelude::*;

use super::machine::Machine;
use crate::code::Code;
use crate::frame::Frame;
use crate::function::Function;

impl Machine {
    /// `BUILD_CLASS`'s callee: the builtins' `__build_class__`.
    #[inline(always)]
    pub fn load_build_class(&mut self) -> Result<()> {
        let function = build_class(self.frame())?;
        self.push(function);
        Ok(())
    }

    #[inline(always)]
    pub fn make_function(&mut self, parts: u32) -> Result<()> {
        let qualname = self.pop();
        let code = self.pop();
        let closure = if parts & 8 != 0 { Some(self.pop()) } else { None };
        let annotations = if parts & 4 != 0 { Some(self.pop()) } else { None };
        let kwdefaults = if parts & 2 != 0 { Some(self.pop()) } else { None };
        let defaults = if parts & 1 != 0 { Some(self.pop()) } else { None };
        let function = make_function(self.frame(), code, qualname, closure)?;
        function.set_parts(defaults, kwdefaults, annotations)?;
        self.push(function.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn setup_annotations(&mut self) -> Result<()> {
        setup_annotations(self.frame())
    }
}

#[inline(never)]
fn build_class(frame: &Frame) -> Result<Ref> {
    let name = intern!("__build_class__");
    let builtins = frame.builtins();
    let found = match builtins.downcast_exact::<Dict>() {
        Some(dict) => dict.get(name)?,
        None => raise::ignore(builtins.get_item(name), &exceptions::KeyError)?,
    };
    found.ok_or_else(|| raise!(NameError, "__build_class__ not found"))
}

#[inline(never)]
fn make_function(frame: &Frame, code: Ref, qualname: Ref, closure: Option<Ref>) -> Result<Ref<Function>> {
    let (Ok(code), Ok(qualname)) = (code.into_type::<Code>(), qualname.into_type::<Str>()) else {
        bail!(SystemError, "malformed bytecode: MAKE_FUNCTION without a code object and a name");
    };
    let closure = match closure {
        None => None,
        Some(closure) => match closure.into_type::<Tuple>() {
            Ok(cells) if cells.items().iter().all(|cell| cell.downcast::<CellObject>().is_some()) => {
                Some(cells)
            }
            _ => bail!(SystemError, "malformed bytecode: MAKE_FUNCTION without cells"),
        },
    };
    if closure.as_ref().map_or(0, |cells| cells.items().len()) != code.freevars.items().len() {
        bail!(SystemError, "malformed bytecode: MAKE_FUNCTION with the wrong number of cells");
    }
    Function::new(&code, frame.globals(), Some(&qualname), closure)
}

#[inline(never)]
fn setup_annotations(frame: &Frame) -> Result<()> {
    let Some(locals) = frame.locals.get() else {
        bail!(SystemError, "no locals found when setting up annotations");
    };
    let name = intern!("__annotations__");
    let found = match locals.downcast_exact::<Dict>() {
        Some(dict) => dict.get(name)?,
        None => raise::ignore(locals.get_item(name), &exceptions::KeyError)?,
    };
    match found {
        Some(_) => Ok(()),
        None => locals.set_item(name, &Dict::new()),
    }
}
