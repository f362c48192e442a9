//! Classes and functions, which are pickled by their names.

use objects::prelude::*;
use objects::services;

use super::Saver;
use crate::pickle::PICKLING_ERROR;
use crate::pickle::opcodes as op;
use crate::pickle::shared::{GlobalName, dotted_path, follow};

/// The name of the module that the object is in: its `__module__`, or that of the first loaded module in
/// which the path leads to the object.
fn module_of(object: &Object, path: &[Ref<Str>]) -> Result<Ref> {
    if let Some(module) = object.get_attr_opt(intern!("__module__"))?
        && !module.is_none()
    {
        return Ok(module);
    }
    let Some(modules) = (services::get().sys_get)("modules") else {
        bail!(RuntimeError, "unable to get sys.modules");
    };
    // A snapshot: looking attributes up may import more modules.
    let entries = match modules.downcast_exact::<Dict>() {
        Some(modules) => modules.items_list()?.to_vec(),
        None => {
            let mut entries = Vec::new();
            modules.for_each(|name| {
                let module = modules.get_item(&name)?;
                entries.push((name, module).into_object()?);
                Ok(())
            })?;
            entries
        }
    };
    for entry in entries {
        let Some([name, module]) = entry.downcast::<Tuple>().map(Tuple::items) else { continue };
        let is_main = name.downcast::<Str>().is_some_and(|name| name.equals_text("__main__"));
        if module.is_none() || is_main {
            continue;
        }
        if let Some((value, _)) = follow(module, path)?
            && value.is(object)
        {
            return Ok(name.clone());
        }
    }
    Ok(intern!("__main__").to_ref().into_object())
}

/// A line of a `GLOBAL` instruction. Before protocol 3 names are ASCII.
fn encoded_name(name: &Str, protocol: i32, kind: &str) -> Result<Vec<u8>> {
    let bytes = match protocol >= 3 {
        true => name.as_str().map(str::as_bytes),
        false => name.as_ascii().map(str::as_bytes),
    };
    match bytes {
        Some(bytes) => Ok(bytes.to_vec()),
        None => Err(PICKLING_ERROR.raise(&format!(
            "can't pickle {kind} identifier '{}' using pickle protocol {protocol}",
            name.to_string_lossy()
        ))),
    }
}

impl Saver<'_> {
    pub(super) fn save_type(&mut self, class: &Object) -> Result<()> {
        for singleton in [none(), ellipsis(), not_implemented()] {
            if class.is(singleton.class()) {
                return self.save_made((&TYPE, (singleton,)).into_object(), class);
            }
        }
        self.save_global(class, None)
    }

    /// Writes a reference to what is found by its module's name and its own.
    pub(super) fn save_global(&mut self, object: &Object, name: Option<&Str>) -> Result<()> {
        let name = match name {
            Some(name) => name.to_ref().into_object(),
            None => match object.get_attr_opt(intern!("__qualname__"))? {
                Some(name) => name,
                None => object.get_attr(intern!("__name__"))?,
            },
        };
        let Ok(name) = name.into_type::<Str>() else {
            bail!(TypeError, "must be str, not {}", object.class().name());
        };
        let path = dotted_path(&name, None)?;
        let module_name = module_of(object, &path)?;
        let (module, parent) = self.check_found(object, &module_name, &name, &path)?;
        let Ok(module_name) = module_name.into_type::<Str>() else {
            bail!(TypeError, "module name must be str, not {}", object.class().name());
        };
        if self.protocol >= 2 && self.save_extension(object, &module_name, &name)? {
            return Ok(());
        }
        let is_direct = parent.is(&module);
        let last = path.into_iter().next_back();
        let name = match last.clone() {
            Some(last) if is_direct => last,
            _ => name,
        };
        if self.protocol >= 4 {
            self.save(&module_name)?;
            self.save(&name)?;
            self.output.push_byte(op::STACK_GLOBAL);
        } else if !is_direct {
            let getattr = self.shared.getattr.clone();
            let parts = Tuple::new([getattr, (parent, last).into_object()?])?;
            self.save_reduced(&parts, None)?;
        } else {
            let mut names = GlobalName { module: module_name, name };
            if self.pickler.fixes_imports.get() {
                let shared = self.shared.clone();
                names = names.mapped(&shared.names_3to2, &shared.modules_3to2, "REVERSE_")?;
            }
            let module = encoded_name(&names.module, self.protocol, "module")?;
            let name = encoded_name(&names.name, self.protocol, "global")?;
            self.push_line(op::GLOBAL, &module);
            self.output.push(&name);
            self.output.push_byte(b'\n');
        }
        self.memoize(object)
    }

    /// The module, and the object in which the last name stands. `PicklingError` unless the name leads to the object.
    fn check_found(
        &self,
        object: &Object,
        module_name: &Object,
        name: &Str,
        path: &[Ref<Str>],
    ) -> Result<(Ref, Ref)> {
        let failed = |reason: &str| -> Result<(Ref, Ref)> {
            let shown = object.repr()?;
            Err(PICKLING_ERROR.raise(&format!("Can't pickle {shown}: {reason}")))
        };
        let Some(text) = module_name.downcast::<Str>().and_then(Str::as_str) else {
            bail!(TypeError, "module name must be str, not {}", module_name.class().name());
        };
        let module = match services::import(text) {
            Ok(module) => module,
            Err(raised) => {
                raised.clear();
                return failed(&format!("import of module {} failed", module_name.repr()?));
            }
        };
        let Some((found, parent)) = follow(&module, path)? else {
            return failed(&format!("attribute lookup {name} on {text} failed"));
        };
        if !found.is(object) {
            return failed(&format!("it's not the same object as {text}.{name}"));
        }
        Ok((module, parent))
    }

    /// Whether the name is in the extension registry; then its code is written.
    fn save_extension(&mut self, object: &Object, module: &Str, name: &Str) -> Result<bool> {
        let registry = &self.shared.extension_registry;
        if registry.is_empty() {
            return Ok(false);
        }
        let Some(code) = registry.get(&*(module, name).into_object()?)? else { return Ok(false) };
        let failed = |reason: String| -> Result<bool> {
            let shown = object.repr()?;
            Err(PICKLING_ERROR.raise(&format!("Can't pickle {shown}: extension code {reason}")))
        };
        let Some(number) = code.downcast::<Int>() else {
            return failed(format!("{} isn't an integer", code.repr()?));
        };
        let number = match number.to_i64() {
            Some(number @ 1..=0x7fff_ffff) => number as u32,
            Some(number) => return failed(format!("{number} is out of range")),
            None => bail!(OverflowError, "Python int too large to convert to C long"),
        };
        let [a, b, c, d] = number.to_le_bytes();
        match number {
            ..=0xff => self.output.push(&[op::EXT1, a]),
            0x100..=0xffff => self.output.push(&[op::EXT2, a, b]),
            _ => self.output.push(&[op::EXT4, a, b, c, d]),
        }
        Ok(true)
    }
}
