//! Modules that the import system itself is made of: the standard library's own, compiled at start-up.

use std::path::{Path, PathBuf};

use objects::prelude::*;
use syntax::Mode;

use crate::code::Code;
use crate::compile::{self, Request};
use crate::interpreter::Interpreter;
use crate::marshal;

/// The modules that exist before files can be imported: name, file in the standard library, shown name.
const FROZEN: &[(&str, &str, &str)] = &[
    ("_frozen_importlib", "importlib/_bootstrap.py", "<frozen importlib._bootstrap>"),
    (
        "_frozen_importlib_external",
        "importlib/_bootstrap_external.py",
        "<frozen importlib._bootstrap_external>",
    ),
    ("zipimport", "zipimport.py", "<frozen zipimport>"),
];

/// The entry of a frozen module.
pub fn is_frozen(name: &str) -> bool {
    FROZEN.iter().any(|(frozen, _, _)| *frozen == name)
}

/// The code of a frozen module.
pub fn code(name: &str) -> Result<Ref<Code>> {
    let Some((_, file, shown)) = FROZEN.iter().find(|(frozen, _, _)| *frozen == name) else {
        bail!(ImportError, "No such frozen object named {name}");
    };
    let Some(stdlib) = Interpreter::current().stdlib() else {
        bail!(ImportError, "no standard library to take {name} from");
    };
    let path = stdlib.join(file);
    let shown = Str::new(shown);
    match cached(&path) {
        Some(code) => {
            rename(&code, &shown);
            Ok(code)
        }
        None => {
            let Ok(source) = std::fs::read(&path) else {
                bail!(ImportError, "can't read {}", path.display());
            };
            compile::compile(&source, &Request::new(&shown, Mode::Exec))
        }
    }
}

/// The code in a source's `.pyc`, if that is of this very source.
fn cached(source: &Path) -> Option<Ref<Code>> {
    let stem = source.file_stem()?.to_str()?;
    let path: PathBuf = source.parent()?.join("__pycache__").join(format!("{stem}.cpython-39.pyc"));
    let content = std::fs::read(path).ok()?;
    let (header, body) = content.split_at_checked(16)?;
    let word = |index: usize| header.get(index..index + 4)?.try_into().ok().map(u32::from_le_bytes);
    let metadata = std::fs::metadata(source).ok()?;
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let is_current = header[..4] == bytecode::MAGIC
        && word(4)? == 0
        && word(8)? == modified as u32
        && word(12)? == metadata.len() as u32;
    if !is_current {
        return None;
    }
    match marshal::load_all(body) {
        Ok(code) => code.into_type::<Code>().ok(),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

/// Gives a code object and those in its constants another file name.
pub fn rename(code: &Code, filename: &Ref<Str>) {
    code.filename.set(Some(filename.clone()));
    for constant in code.consts.items() {
        if let Some(inner) = constant.downcast_exact::<Code>() {
            rename(inner, filename);
        }
    }
}
