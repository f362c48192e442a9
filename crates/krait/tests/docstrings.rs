//! What `help()` says is in the project's own words: no docstring of a native module is CPython's.
//!
//! `KRAIT_RECORD=python3.9 cargo test -p krait --test docstrings` writes the digests of that interpreter's.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

fn gather<S: AsRef<OsStr>>(interpreter: &OsStr, arguments: impl IntoIterator<Item = S>) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docstrings/gather.py");
    Command::new(interpreter).arg("-I").arg(program).args(arguments).output().expect("the interpreter runs")
}

#[test]
fn docstrings() {
    let krait = OsStr::new(env!("CARGO_BIN_EXE_krait"));
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docstrings/cpython.txt");
    if let Some(cpython) = std::env::var_os("KRAIT_RECORD") {
        let modules = String::from_utf8(gather(krait, ["modules"]).stdout).expect("names are ASCII");
        let digests = gather(&cpython, ["record"].into_iter().chain(modules.split_whitespace())).stdout;
        std::fs::write(&recorded, digests).expect("the file can be written");
    }
    let checked = gather(krait, [OsStr::new("check"), recorded.as_os_str()]);
    let text = String::from_utf8_lossy(&checked.stdout);
    let errors = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{text}{errors}");
}
