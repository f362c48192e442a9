//! What the program says of native modules that only an installed CPython 3.9 has.

use std::process::Command;

const PROGRAM: &str = r#"
import sys
sys.path = [folder for folder in sys.path if not folder.endswith("lib-dynload")]
for name in "_ssl", "_sqlite3", "audioop", "_no_such_module":
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        assert error.name == name and error.msg == str(error), error
        print(error)
"#;

const EXPECTED: &str = "\
No module named '_ssl': Krait has none of its own yet, and found no lib-dynload of a CPython 3.9 with it
No module named '_sqlite3': Krait has none of its own yet, and found no lib-dynload of a CPython 3.9 with it
No module named 'audioop': Krait has none of its own yet, and found no lib-dynload of a CPython 3.9 with it
No module named '_no_such_module'
";

#[test]
fn says_what_is_missing() {
    let output = Command::new(env!("CARGO_BIN_EXE_krait")).args(["-c", PROGRAM]).output().unwrap();
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&output.stdout), EXPECTED, "{}", shown(&output.stderr));
}
