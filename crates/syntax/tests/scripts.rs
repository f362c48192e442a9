//! Sources that are read as scripts, line by line.

use syntax::{Mode, Options, SyntaxFailure};

fn failure(source: &[u8]) -> Option<SyntaxFailure> {
    let options = Options { script: Some("script.py"), ..Options::default() };
    syntax::parse(source, Mode::Exec, &options).err()
}

#[test]
fn lines_are_checked_when_they_are_read() {
    let not_utf8 = |byte: &str, line: u32| {
        Some(format!(
            "Non-UTF-8 code starting with '\\x{byte}' in file script.py on line {line}, but no encoding declared; \
             see https://python.org/dev/peps/pep-0263/ for details"
        ))
    };
    let message = |text: &str| Some(text.to_owned());
    let table: [(&[u8], Option<String>); 10] = [
        (b"x = 1\ny = '\xe9'\n", not_utf8("e9", 2)),
        (b"# \xff\n# coding: latin-1\nx", not_utf8("ff", 1)),
        (b"x y\n\xe9", message("invalid syntax")),
        (b"# coding: latin-1\n\xe9 = 1", None),
        (b"# coding: nonsense\n", message("encoding problem: nonsense")),
        (b"\xef\xbb\xbf# coding: latin-1\n", message("encoding problem: iso-8859-1 with BOM")),
        (b"x = 1\n\0y z", None),
        (b"# a\0b\nx y", None),
        (b"x = 1\0\ny = 2", message("invalid syntax")),
        (b"'a\0b'", message("EOL while scanning string literal")),
    ];
    for (source, expected) in table {
        let found = failure(source).map(|failure| failure.message);
        assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(source));
    }
}

#[test]
fn the_end_of_a_script_is_on_the_line_after() {
    let table = [
        ("x = (1,\n", 2, 8, "\0 = (1,\n"),
        ("if x:", 2, 6, "\0f x:\n"),
        ("'''a\nb", 3, 7, "'''a\nb\n"),
        ("x y", 1, 3, "x y\n"),
    ];
    for (source, lineno, offset, text) in table {
        let place = failure(source.as_bytes()).and_then(|failure| failure.place).unwrap();
        assert_eq!(
            (place.lineno, place.offset, place.text.as_deref()),
            (lineno, offset, Some(text)),
            "{source:?}"
        );
    }
}
