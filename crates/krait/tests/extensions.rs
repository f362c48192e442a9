//! Extension modules in C, compiled against CPython 3.9's headers and loaded. Skipped, and said so, where the machine
//! has no headers or no compiler; `KRAIT_INCLUDE` names the folder of `Python.h`.

use std::path::{Path, PathBuf};
use std::process::Command;

const MODULES: [&str; 4] = ["single_phase", "multi_phase", "dates", "memory"];

/// The folder of `Python.h`: the one named, that of a `python3.9`, or the system's.
fn headers() -> Option<PathBuf> {
    let named = std::env::var_os("KRAIT_INCLUDE").map(PathBuf::from);
    let asked = ["python3.9", "python3"].into_iter().filter_map(|interpreter| {
        let question = "import sys, sysconfig; assert sys.version_info[:2] == (3, 9); print(sysconfig.get_path('include'))";
        let output = Command::new(interpreter).args(["-c", question]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| PathBuf::from(text.trim()))
    });
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let kept = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
    let kept = kept.map(|version| version.path().join("include/python3.9"));
    let system = ["/usr/include/python3.9", "/usr/local/include/python3.9"].map(PathBuf::from);
    let mut folders = named.into_iter().chain(asked).chain(kept).chain(system);
    folders.find(|folder| folder.join("Python.h").is_file())
}

#[test]
fn extensions_in_c() {
    let Some(headers) = headers() else {
        return eprintln!("skipped: no headers of CPython 3.9 on this machine");
    };
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if Command::new(&compiler).arg("--version").output().is_err() {
        return eprintln!("skipped: no C compiler on this machine");
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/extensions");
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extensions");
    std::fs::create_dir_all(&built).unwrap();
    for module in MODULES {
        let status = Command::new(&compiler)
            .args(["-shared", "-fPIC", "-O1", "-I"])
            .arg(&headers)
            .arg(sources.join(module).with_extension("c"))
            .arg("-o")
            .arg(built.join(format!("{module}.cpython-39-x86_64-linux-gnu.so")))
            .status();
        assert!(status.unwrap().success(), "{module} does not compile");
    }
    for program in ["check.py", "check_memory.py"] {
        let output = Command::new(env!("CARGO_BIN_EXE_krait"))
            .arg(sources.join(program))
            .env("PYTHONPATH", &built)
            .output()
            .unwrap();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(shown(&output.stdout), "as it should be\n", "{program}: {}", shown(&output.stderr));
    }
}
