//! Warnings of invalid escapes: in order, with or without a tree, and where a `SyntaxError` would be.

use syntax::{EscapeWarning, Mode, Options};

fn warnings(source: &str) -> Vec<EscapeWarning> {
    let options = Options { ignore_cookie: true, ..Options::default() };
    match syntax::parse(source.as_bytes(), Mode::Exec, &options) {
        Ok(parsed) => parsed.warnings.clone(),
        Err(failure) => failure.warnings,
    }
}

/// The escaped character, line, offset and text of a warning.
type Shown<'s> = (&'s str, u32, i64, &'s str);

#[test]
fn escapes_are_warned_of_where_their_literal_is() {
    let table: [(&str, &[Shown<'_>]); 6] = [
        (r"x = '\d\e'", &[("d", 1, 5, "x = '\\d\\e'\n")]),
        (r"x = r'\d', b'\n', '\\', '\'", &[]),
        (
            "é = b'''\n\\8''' + f'\\{x}\\d' ''",
            &[
                ("8", 1, 5, "é = b'''\n\\8''' + f'\\{x}\\d' ''\n"),
                ("{", 2, 8, "é = b'''\n\\8''' + f'\\{x}\\d' ''\n"),
                ("d", 2, 8, "é = b'''\n\\8''' + f'\\{x}\\d' ''\n"),
            ],
        ),
        ("x = ('a'\n 'b'\\\n '\\q'\n)", &[("q", 3, 2, ")\n")]),
        ("'\\q'\n'\\w' x", &[("q", 1, 1, "'\\q'\n"), ("w", 2, 1, "'\\w' x\n")]),
        ("'\\q'\n(", &[("q", 1, 1, "'\\q'\n")]),
    ];
    for (source, expected) in table {
        let found = warnings(source);
        let shown: Vec<_> = found
            .iter()
            .map(|warning| {
                let escape = warning.message.strip_prefix("invalid escape sequence \\").unwrap();
                (escape, warning.place.lineno, warning.place.offset, warning.place.text.as_deref().unwrap())
            })
            .collect();
        assert_eq!(shown, expected, "{source:?}");
    }
}
