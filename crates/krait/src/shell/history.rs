//! The lines that the user has typed, kept from one session to the next in `~/.python_history`.

use std::path::PathBuf;

/// How many entries are kept.
pub const MOST: usize = 1000;

fn path() -> Option<PathBuf> {
    std::env::var_os("HOME")
        .filter(|home| !home.is_empty())
        .map(|home| PathBuf::from(home).join(".python_history"))
}

/// The entries of the file, a line each, the newest last.
pub fn load() -> Vec<String> {
    let content = path().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    let content = String::from_utf8_lossy(&content);
    let lines: Vec<&str> = content.lines().filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(MOST)..].iter().map(|&line| line.to_owned()).collect()
}

/// Adds what was typed to the file, whose oldest lines go. A file that cannot be written is left alone, as
/// the standard library's `site` does.
pub fn append(typed: &[String]) {
    let Some(path) = path().filter(|_| !typed.is_empty()) else { return };
    let mut lines = load();
    lines.extend(typed.iter().flat_map(|entry| entry.lines().map(str::to_owned)));
    let kept = &lines[lines.len().saturating_sub(MOST)..];
    let _ = std::fs::write(path, kept.iter().map(|line| format!("{line}\n")).collect::<String>());
}
