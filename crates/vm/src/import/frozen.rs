//! Frozen modules: those that the import system itself is made of, compiled from the standard library at
//! start-up, and three that a program can try frozen modules with.

use std::path::{Path, PathBuf};

use objects::prelude::*;
use syntax::Mode;

use crate::code::Code;
use crate::compile::{self, Request};
use crate::interpreter::Interpreter;
use crate::marshal;

/// A module that is there without a file to import it from.
pub struct Frozen {
    name: &'static str,
    pub is_package: bool,
    source: Source,
    /// Its `co_filename`.
    shown: &'static str,
}

enum Source {
    /// A file of the standard library.
    Library(&'static str),
    Text(&'static str),
}

/// What the modules to try do.
const GREETING: Source = Source::Text("initialized = True\nprint(\"Hello world!\")\n");
const GREETING_SHOWN: &str = "Tools/freeze/flag.py";

const FROZEN: &[Frozen] = &[
    Frozen {
        name: "_frozen_importlib",
        is_package: false,
        source: Source::Library("importlib/_bootstrap.py"),
        shown: "<frozen importlib._bootstrap>",
    },
    Frozen {
        name: "_frozen_importlib_external",
        is_package: false,
        source: Source::Library("importlib/_bootstrap_external.py"),
        shown: "<frozen importlib._bootstrap_external>",
    },
    Frozen {
        name: "zipimport",
        is_package: false,
        source: Source::Library("zipimport.py"),
        shown: "<frozen zipimport>",
    },
    Frozen { name: "__hello__", is_package: false, source: GREETING, shown: GREETING_SHOWN },
    Frozen { name: "__phello__", is_package: true, source: GREETING, shown: GREETING_SHOWN },
    Frozen { name: "__phello__.spam", is_package: false, source: GREETING, shown: GREETING_SHOWN },
];

/// The frozen module of a name.
pub fn find(name: &Str) -> Option<&'static Frozen> {
    FROZEN.iter().find(|frozen| name.equals_text(frozen.name))
}

/// The frozen module of a name that is said to be one's.
pub fn expect(name: &Str) -> Result<&'static Frozen> {
    find(name).ok_or_else(|| match name.repr() {
        Ok(shown) => raise!(ImportError, "No such frozen object named {shown}"),
        Err(raised) => raised,
    })
}

impl Frozen {
    pub fn code(&self) -> Result<Ref<Code>> {
        let shown = Str::new(self.shown);
        match self.source {
            Source::Library(file) => library_code(self.name, file, &shown),
            Source::Text(text) => compile::compile(text.as_bytes(), &Request::new(&shown, Mode::Exec)),
        }
    }
}

/// The code of a file of the standard library.
fn library_code(name: &str, file: &str, shown: &Ref<Str>) -> Result<Ref<Code>> {
    let Some(stdlib) = Interpreter::current().stdlib() else {
        bail!(ImportError, "no standard library to take {name} from");
    };
    let path = stdlib.join(file);
    match cached(&path) {
        Some(code) => {
            rename(&code, shown);
            Ok(code)
        }
        None => {
            let Ok(source) = std::fs::read(&path) else {
                bail!(ImportError, "can't read {}", path.display());
            };
            compile::compile(&source, &Request::new(shown, Mode::Exec))
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
