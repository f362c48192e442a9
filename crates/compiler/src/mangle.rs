//! Private names in classes: `__name` becomes `_Class__name`.

use std::borrow::Cow;

use literals::Text;

/// The name as it is used in the scope of the class, if any.
pub fn mangle<'a>(class: Option<&Text>, name: &'a Text) -> Cow<'a, Text> {
    let bytes = name.as_bytes();
    let Some(class) = class else { return Cow::Borrowed(name) };
    // A dotted name comes from an import.
    if !bytes.starts_with(b"__") || bytes.ends_with(b"__") || bytes.contains(&b'.') {
        return Cow::Borrowed(name);
    }
    let underscores = class.as_bytes().iter().take_while(|&&byte| byte == b'_').count();
    let stripped = &class.as_bytes()[underscores..];
    if stripped.is_empty() {
        return Cow::Borrowed(name);
    }
    let mangled = [b"_", stripped, bytes].concat();
    Cow::Owned(Text::from_wtf8(&mangled).expect("parts of well-formed text, cut at an underscore"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_private_names_in_named_classes_change() {
        let mangled =
            |class: &str, name: &str| mangle(Some(&class.into()), &name.into()).as_str().unwrap().to_owned();
        assert_eq!(mangled("A", "__x"), "_A__x");
        assert_eq!(mangled("__A", "__x"), "_A__x");
        assert_eq!(mangled("A", "__x__"), "__x__");
        assert_eq!(mangled("A", "_x"), "_x");
        assert_eq!(mangled("__", "__x"), "__x");
        assert_eq!(mangled("A", "__x.y"), "__x.y");
    }
}
