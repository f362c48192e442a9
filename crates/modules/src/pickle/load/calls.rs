//! Globals, and objects that are made by calls.

use objects::codecs;
use objects::prelude::*;

use super::{Loader, failed};
use crate::pickle::input::truncated;
use crate::pickle::shared::Shared;

impl Loader<'_> {
    /// A line that is a name, without its end.
    fn name_line(&mut self, encoding: &str) -> Result<Ref<Str>> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(truncated());
        }
        let line = line[..line.len() - 1].to_vec();
        codecs::decode_text(&line, Some(encoding), Some("strict"))
    }

    fn find_class(&mut self, module: &Str, name: &Str) -> Result<Ref> {
        let unpickler = self.unpickler;
        match unpickler.is_plain() {
            true => unpickler.find(module, name),
            false => unpickler.as_object().call_method(intern!("find_class"), &[module, name]),
        }
    }

    pub(super) fn load_global(&mut self) -> Result<()> {
        let module = self.name_line("utf-8")?;
        let name = self.name_line("utf-8")?;
        let found = self.find_class(&module, &name)?;
        self.stack.push(found);
        Ok(())
    }

    pub(super) fn load_stack_global(&mut self) -> Result<()> {
        // Too few values are told of like values of the wrong type.
        let mut pop_name = || match self.stack.pop() {
            Ok(name) => Some(name).filter(|name| name.downcast_exact::<Str>().is_some()),
            Err(raised) => {
                raised.clear();
                None
            }
        };
        let (name, module) = (pop_name(), pop_name());
        let (Some(Ok(module)), Some(Ok(name))) =
            (module.map(Ref::into_type::<Str>), name.map(Ref::into_type::<Str>))
        else {
            return Err(failed("STACK_GLOBAL requires str"));
        };
        let found = self.find_class(&module, &name)?;
        self.stack.push(found);
        Ok(())
    }

    pub(super) fn load_reduce(&mut self) -> Result<()> {
        let arguments = self.stack.pop()?;
        let function = self.stack.pop()?;
        let Some(arguments) = arguments.downcast::<Tuple>() else {
            bail!(TypeError, "argument list must be a tuple");
        };
        let made = function.call(arguments.as_slice())?;
        self.stack.push(made);
        Ok(())
    }

    pub(super) fn load_newobj(&mut self) -> Result<()> {
        let arguments = self.stack.pop()?;
        let Some(arguments) = arguments.downcast::<Tuple>() else {
            return Err(failed("NEWOBJ expected an arg tuple."));
        };
        let class = self.stack.pop()?;
        let Some(class) = class.downcast::<Type>() else {
            return Err(failed("NEWOBJ class argument isn't a type object"));
        };
        let Some(new) = class.tp_new.get() else {
            return Err(failed("NEWOBJ class argument has NULL tp_new"));
        };
        let made = new(class, arguments, None)?;
        self.stack.push(made);
        Ok(())
    }

    pub(super) fn load_newobj_ex(&mut self) -> Result<()> {
        let keywords = self.stack.pop()?;
        let arguments = self.stack.pop()?;
        let class = self.stack.pop()?;
        let Some(class) = class.downcast::<Type>() else {
            let name = class.class().name();
            return Err(failed(&format!("NEWOBJ_EX class argument must be a type, not {name}")));
        };
        let Some(new) = class.tp_new.get() else {
            return Err(failed("NEWOBJ_EX class argument doesn't have __new__"));
        };
        let (Some(arguments), Some(keywords)) = (arguments.downcast::<Tuple>(), keywords.downcast::<Dict>())
        else {
            return Err(failed("NEWOBJ_EX arguments must be a tuple and a dict"));
        };
        let made = new(class, arguments, Some(keywords))?;
        self.stack.push(made);
        Ok(())
    }

    /// An instance as protocols 0 and 1 make it: without arguments a class of Python 2 was not called.
    fn instantiate(&mut self, class: &Object, arguments: &Tuple) -> Result<()> {
        let is_bare = arguments.is_empty()
            && class.downcast::<Type>().is_some()
            && class.get_attr_opt(intern!("__getinitargs__"))?.is_none();
        let made = match is_bare {
            true => class.call_method(intern!("__new__"), &[class])?,
            false => class.call(arguments.as_slice())?,
        };
        self.stack.push(made);
        Ok(())
    }

    pub(super) fn load_inst(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        let module = self.name_line("ascii")?;
        let name = self.name_line("ascii")?;
        let class = self.find_class(&module, &name)?;
        let arguments = self.stack.tuple_from(mark)?;
        self.instantiate(&class, &arguments)
    }

    pub(super) fn load_obj(&mut self) -> Result<()> {
        let mark = self.stack.pop_mark()?;
        if self.stack.len() <= mark {
            return Err(self.stack.underflow());
        }
        let arguments = self.stack.tuple_from(mark + 1)?;
        let class = self.stack.pop()?;
        self.instantiate(&class, &arguments)
    }

    pub(super) fn load_build(&mut self) -> Result<()> {
        let state = self.stack.pop()?;
        let object = self.stack.top()?.clone();
        if let Some(set_state) = object.get_attr_opt(intern!("__setstate__"))? {
            return set_state.call1(&state).map(drop);
        }
        // With slots, the state is a pair: the dictionary and the slots.
        let (state, slots) = match state.downcast::<Tuple>().map(Tuple::items) {
            Some([state, slots]) => (state.clone(), Some(slots.clone())),
            _ => (state, None),
        };
        if !state.is_none() {
            let Some(state) = state.downcast::<Dict>() else {
                return Err(failed("state is not a dictionary"));
            };
            let attributes = object.get_attr(intern!("__dict__"))?;
            let mut position = 0;
            while let Some((name, value)) = state.next(&mut position) {
                // Names of attributes are usually interned.
                let name = match name.into_type::<Str>() {
                    Ok(name) if name.is_exact() => Str::intern(name).into_object(),
                    Ok(name) => name.into_object(),
                    Err(other) => other,
                };
                match attributes.downcast_exact::<Dict>() {
                    Some(attributes) => attributes.set(&name, &value)?,
                    None => attributes.set_item(&name, &value)?,
                }
            }
        }
        let Some(slots) = slots else { return Ok(()) };
        let Some(slots) = slots.downcast::<Dict>() else {
            return Err(failed("slot state is not a dictionary"));
        };
        let mut position = 0;
        while let Some((name, value)) = slots.next(&mut position) {
            object.set_attr_object(&name, &value)?;
        }
        Ok(())
    }

    fn push_persistent(&mut self, id: &Object) -> Result<()> {
        let unpickler = self.unpickler;
        let object = unpickler.persistent_load.call(unpickler, id)?;
        self.stack.push(object);
        Ok(())
    }

    fn check_persistent_load(&self) -> Result<()> {
        match self.unpickler.persistent_load.is_absent() {
            false => Ok(()),
            true => Err(failed(
                "A load persistent id instruction was encountered,\nbut no persistent_load function was specified.",
            )),
        }
    }

    pub(super) fn load_persid(&mut self) -> Result<()> {
        self.check_persistent_load()?;
        let line = self.input.line()?;
        let line = &line[..line.len() - 1];
        if !line.is_ascii() {
            return Err(failed("persistent IDs in protocol 0 must be ASCII strings"));
        }
        let id = Str::from_latin1(line)?;
        self.push_persistent(&id)
    }

    pub(super) fn load_binpersid(&mut self) -> Result<()> {
        self.check_persistent_load()?;
        let id = self.stack.pop()?;
        self.push_persistent(&id)
    }

    /// An object of the extension registry.
    pub(super) fn load_extension(&mut self, code: i64) -> Result<()> {
        if code <= 0 {
            return Err(failed("EXT specifies code <= 0"));
        }
        let shared = Shared::get()?;
        let key = Int::new(code);
        if let Some(object) = shared.extension_cache.get(&key)? {
            self.stack.push(object);
            return Ok(());
        }
        let Some(pair) = shared.inverted_registry.get(&key)? else {
            bail!(ValueError, "unregistered extension code {code}");
        };
        let names = match pair.downcast::<Tuple>().map(Tuple::items) {
            Some([module, name]) => (module.downcast::<Str>(), name.downcast::<Str>()),
            _ => (None, None),
        };
        let (Some(module), Some(name)) = names else {
            bail!(ValueError, "_inverted_registry[{code}] isn't a 2-tuple of strings");
        };
        let object = self.find_class(module, name)?;
        shared.extension_cache.set(&key, &object)?;
        self.stack.push(object);
        Ok(())
    }
}
