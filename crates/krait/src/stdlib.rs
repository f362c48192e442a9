//! Finding the standard library's Python files.

use std::path::{Path, PathBuf};

/// The folder of the standard library: what `KRAIT_STDLIB` says, else beside an installed krait, else
/// that of a CPython 3.9 on the machine.
pub fn find() -> Option<PathBuf> {
    if let Some(chosen) = std::env::var_os("KRAIT_STDLIB") {
        return Some(PathBuf::from(chosen)).filter(|path| is_stdlib(path));
    }
    candidates().into_iter().find(|path| is_stdlib(path))
}

fn is_stdlib(path: &Path) -> bool {
    path.join("os.py").is_file() && path.join("importlib/_bootstrap.py").is_file()
}

fn candidates() -> Vec<PathBuf> {
    let mut candidates = Vec::new();
    if let Ok(program) = std::env::current_exe().and_then(|path| path.canonicalize())
        && let Some(prefix) = program.parent().and_then(Path::parent)
    {
        candidates.push(prefix.join("lib/python3.9"));
        // In the source tree `target/release/krait` has the library that was fetched in `target/stdlib`.
        candidates.push(prefix.join("stdlib"));
    }
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        if let Ok(program) = folder.join("python3.9").canonicalize()
            && let Some(prefix) = program.parent().and_then(Path::parent)
        {
            candidates.push(prefix.join("lib/python3.9"));
        }
    }
    if let Some(home) = std::env::var_os("HOME") {
        candidates.extend(versions_in(&Path::new(&home).join(".pyenv/versions")));
        candidates.extend(versions_in(&Path::new(&home).join(".local/share/uv/python")));
    }
    candidates.extend(
        ["/usr/lib/python3.9", "/usr/lib64/python3.9", "/usr/local/lib/python3.9"].map(PathBuf::from),
    );
    candidates
}

/// The libraries of the installations in a folder, the newest 3.9 first.
fn versions_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("lib/python3.9"))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found.reverse();
    found
}
