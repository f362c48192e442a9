//! Lines of source files, for tracebacks.

use objects::prelude::*;

use crate::interpreter::Interpreter;

/// A line of a file, which is looked for under its name, then by its base name along `sys.path`.
pub fn find(filename: &Str, line: i32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let name = filename.as_str()?;
    let content = std::fs::read(name).ok().or_else(|| search(name))?;
    let line = content.split_inclusive(|&byte| byte == b'\n').nth(index)?;
    let mut text = decode(&content, line);
    if text.ends_with("\r\n") {
        text.truncate(text.len() - 2);
        text.push('\n');
    }
    Some(text)
}

fn search(name: &str) -> Option<Vec<u8>> {
    let base = name.rsplit('/').next()?;
    let path = Interpreter::current().sys_get(intern!("path"))?;
    let path = path.downcast::<List>()?.to_vec();
    path.iter().find_map(|folder| {
        let folder = folder.downcast::<Str>()?.as_str()?;
        std::fs::read(std::path::Path::new(folder).join(base)).ok()
    })
}

/// The text of a line: UTF-8, or Latin-1 where the first lines declare another encoding than UTF-8.
fn decode(content: &[u8], line: &[u8]) -> String {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => match declared_encoding(content) {
            Some(encoding) => objects::codecs::decode_text(line, Some(&encoding), Some("replace"))
                .map(|text| text.to_string_lossy().into_owned())
                .unwrap_or_else(|raised| {
                    raised.clear();
                    String::from_utf8_lossy(line).into_owned()
                }),
            None => String::from_utf8_lossy(line).into_owned(),
        },
    }
}

/// The encoding that a comment in the first two lines names (PEP 263).
fn declared_encoding(content: &[u8]) -> Option<String> {
    content.split(|&byte| byte == b'\n').take(2).find_map(|line| {
        let line = String::from_utf8_lossy(line);
        let comment = line.trim_start().strip_prefix('#')?;
        let after = &comment[comment.find("coding")? + "coding".len()..];
        let after = after.strip_prefix([':', '='])?.trim_start();
        let name: String =
            after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
        (!name.is_empty()).then_some(name)
    })
}
