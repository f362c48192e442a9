//! Finding the standard library's Python files.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use vm::config::Config;

/// The folder of the standard library: what `PYTHONHOME` or `KRAIT_STDLIB` says, else beside an installed
/// krait, else that of a CPython 3.9 on the machine.
pub fn find(config: &Config) -> Option<PathBuf> {
    let home = std::env::var("PYTHONHOME").ok().filter(|home| config.use_environment && !home.is_empty());
    if let Some(home) = home {
        let prefix = home.split(':').next().unwrap_or_default();
        let folder = Path::new(prefix).join(&config.platform_library_folder).join("python3.9");
        return Some(folder).filter(|path| is_stdlib(path));
    }
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

/// What is said where there is no standard library.
pub const NOT_FOUND: &str = "\
krait: no standard library of Python 3.9 was found. Krait runs the unmodified one. To get it:
  Debian, Ubuntu   in Krait's source tree, ./x fetches it by itself
  Fedora, RHEL     dnf install python3.9
  macOS            xcode-select --install, or: brew install python@3.9
  by hand          unpack Lib/ of Python 3.9's source release anywhere, and set KRAIT_STDLIB to that folder
";

/// `sys.prefix` and `sys.base_prefix`: where what a user installs goes. `target/home` in the source tree, the
/// folder above `bin` after an installation; a virtual environment has its own (PEP 405).
pub fn prefixes(program: &Path) -> (PathBuf, PathBuf) {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    let above = real.parent().and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
    let base = match above.join("lib/python3.9").is_dir() {
        true => above,
        false => above.join("home"),
    };
    let environment = program.parent().and_then(Path::parent);
    match environment.filter(|folder| folder.join("pyvenv.cfg").is_file()) {
        Some(environment) => (environment.to_owned(), base),
        None => (base.clone(), base),
    }
}

/// `sys.executable`: the program as it was invoked, a link not followed, so that a virtual environment's
/// is the link in its own `bin`.
pub fn executable(invoked: PathBuf) -> PathBuf {
    let found = match invoked.components().count() {
        0 => None,
        1 if !invoked.as_os_str().as_bytes().contains(&b'/') => {
            let folders = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&folders).map(|folder| folder.join(&invoked)).find(|path| path.is_file())
        }
        _ => Some(invoked),
    };
    found
        .filter(|path| path.is_file())
        .and_then(|path| std::path::absolute(path).ok())
        .or_else(|| std::env::current_exe().ok())
        .unwrap_or_default()
}
