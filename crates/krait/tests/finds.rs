//! What the fuzzers have found, each given to the program again: it is to do what is right, or to refuse.

use std::path::Path;
use std::process::Command;

#[test]
fn finds() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/replay.py");
    let output =
        Command::new(env!("CARGO_BIN_EXE_krait")).arg("-I").arg(program).output().expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.ends_with("done\n"), "{}\n{text}{errors}", output.status);
}
