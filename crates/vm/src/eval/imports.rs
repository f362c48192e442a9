//! `import` statements.

use objects::prelude::*;

use super::machine::Machine;
use crate::frame::Frame;

impl Machine {
    #[inline(always)]
    pub fn import_name(&mut self, index: u32) -> Result<()> {
        let names = self.pop();
        let level = self.pop();
        let module = import_name(self.frame(), self.name(index), &names, &level)?;
        self.push(module);
        Ok(())
    }

    #[inline(always)]
    pub fn import_from(&mut self, index: u32) -> Result<()> {
        let value = import_from(self.peek(0), self.name(index))?;
        self.push(value);
        Ok(())
    }

    #[inline(always)]
    pub fn import_star(&mut self) -> Result<()> {
        let module = self.pop();
        let frame = self.frame();
        frame.update_locals()?;
        let result = match frame.locals.get() {
            Some(locals) => import_all(&locals, &module),
            None => Err(raise!(SystemError, "no locals found during 'import *'")),
        };
        frame.restore_locals(false);
        result
    }
}

#[inline(never)]
fn import_name(frame: &Frame, name: &Str, names: &Object, level: &Object) -> Result<Ref> {
    let builtins = frame.builtins();
    let key = intern!("__import__");
    let function = match builtins.downcast_exact::<Dict>() {
        Some(dict) => dict.get(key)?,
        None => raise::ignore(builtins.get_item(key), &exceptions::KeyError)?,
    };
    let Some(function) = function else { bail!(ImportError, "__import__ not found") };
    let locals = frame.locals.get().unwrap_or_else(none);
    if crate::import::is_original(&function) {
        let level = level.index()?.to_i64().and_then(|level| i32::try_from(level).ok()).unwrap_or(-1);
        return crate::import::import_module_level(name, Some(frame.globals()), Some(&locals), names, level);
    }
    function.call(&[name, frame.globals(), &locals, names, level])
}

/// An attribute of a module, or a submodule that its import has not bound yet.
#[inline(never)]
fn import_from(module: &Object, name: &Str) -> Result<Ref> {
    if let Some(value) = module.get_attr_opt(name)? {
        return Ok(value);
    }
    let package = module.get_attr_opt(intern!("__name__"))?;
    let package = match &package {
        Some(package) => package.downcast::<Str>(),
        None => None,
    };
    let Some(package) = package else {
        return Err(cannot_import(module, name, None)?);
    };
    let full_name = Str::format_args(format_args!("{package}.{name}"))?;
    match crate::import::loaded_module(&full_name)? {
        Some(value) => Ok(value),
        None => Err(cannot_import(module, name, Some(package))?),
    }
}

/// The error of `from module import name`.
fn cannot_import(module: &Object, name: &Str, package: Option<&Str>) -> Result<Raised> {
    let path = module.get_attr_opt(intern!("__file__")).unwrap_or_else(|raised| {
        raised.clear();
        None
    });
    let path = path.and_then(|path| path.into_type::<Str>().ok());
    let unknown = Str::new("<unknown module name>");
    let shown = package.unwrap_or(&unknown).as_object().repr()?;
    let name_shown = name.as_object().repr()?;
    let message = match &path {
        None => {
            Str::format_args(format_args!("cannot import name {name_shown} from {shown} (unknown location)"))?
        }
        Some(path) if crate::import::is_initializing(module)? => Str::format_args(format_args!(
            "cannot import name {name_shown} from partially initialized module {shown} \
             (most likely due to a circular import) ({path})"
        ))?,
        Some(path) => {
            Str::format_args(format_args!("cannot import name {name_shown} from {shown} ({path})"))?
        }
    };
    Ok(crate::import::raise_import_error(&message, package, path.as_deref()))
}

/// Binds the public names of a module.
#[inline(never)]
fn import_all(locals: &Object, module: &Object) -> Result<()> {
    let listed = module.get_attr_opt(intern!("__all__"))?;
    let skips_private = listed.is_none();
    let names = match listed {
        Some(names) => names,
        None => match module.get_attr_opt(intern!("__dict__"))? {
            Some(dict) => dict.call_method(intern!("keys"), &[])?,
            None => bail!(ImportError, "from-import-* object has no __dict__ and no __all__"),
        },
    };
    let names = match names.is_sequence() {
        true => names,
        false => names.collect_list()?.into_object(),
    };
    let mut position = 0;
    loop {
        let Some(name) = raise::ignore(names.get_index(position), &exceptions::IndexError)? else {
            return Ok(());
        };
        position += 1;
        let Some(text) = name.downcast::<Str>() else {
            return Err(not_a_name(module, &name, skips_private)?);
        };
        if skips_private && !text.is_empty() && text.code_point(0) == u32::from(b'_') {
            continue;
        }
        let value = module.get_attr(text)?;
        match locals.downcast_exact::<Dict>() {
            Some(dict) => dict.set(&name, &value)?,
            None => locals.set_item(&name, &value)?,
        }
    }
}

fn not_a_name(module: &Object, name: &Object, in_dict: bool) -> Result<Raised> {
    let Some(package) = module.get_attr_opt(intern!("__name__"))? else {
        return Ok(raise!(TypeError, "module has no __name__"));
    };
    let Some(package) = package.downcast::<Str>() else {
        return Ok(raise!(TypeError, "module __name__ must be a string, not {}", package.class().name()));
    };
    let kind = name.class().name();
    Ok(match in_dict {
        true => raise!(TypeError, "Key in {package}.__dict__ must be str, not {kind}"),
        false => raise!(TypeError, "Item in {package}.__all__ must be str, not {kind}"),
    })
}
