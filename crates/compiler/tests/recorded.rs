//! Holds what is compiled against what CPython 3.9.18 made of the same sources.
//!
//! `tools/parity.py --record crates/compiler/tests` writes the recorded texts anew, with a CPython 3.9.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{STACK, describe};

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Runs on a stack on which depth is no matter.
fn on_large_stack(test: fn()) {
    std::thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

/// The texts for the three optimisation levels; one that is missing is that of the level before.
fn levels(recorded: &str) -> [String; 3] {
    let mut texts: [String; 3] = Default::default();
    for section in recorded.split_terminator("level ").skip(1) {
        let (level, text) = section.split_once('\n').unwrap();
        texts[level.parse::<usize>().unwrap()..].fill(text.to_owned());
    }
    texts
}

fn first_difference(ours: &str, recorded: &str) -> String {
    let (mut unit, mut number) = ("", 0);
    for (left, right) in ours.lines().zip(recorded.lines()) {
        number += 1;
        if left != right {
            return format!("line {number}, in {unit}:\n  compiled {left}\n  recorded {right}");
        }
        if left.trim_start().starts_with("code ") {
            unit = left.trim();
        }
    }
    format!("one is longer than the {number} lines that are equal")
}

#[test]
fn programs_compile_as_recorded() {
    on_large_stack(|| {
        let mut count = 0;
        for entry in fs::read_dir(tests_folder().join("programs")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "py") {
                continue;
            }
            count += 1;
            let name = path.file_name().unwrap().to_str().unwrap();
            let source = fs::read(&path).unwrap();
            let recorded = levels(&fs::read_to_string(path.with_extension("txt")).unwrap());
            for (level, recorded) in recorded.iter().enumerate() {
                let ours = describe(level as u8, name, &source, false);
                let different = ours != *recorded;
                assert!(!different, "{name}, level {level}: {}", first_difference(&ours, recorded));
            }
        }
        assert!(count > 10, "the sample programs are there");
    });
}

/// A line `>> RESULT` and the source below it make a case.
#[test]
fn bad_sources_fail_as_recorded() {
    on_large_stack(|| {
        let text = fs::read_to_string(tests_folder().join("errors.txt")).unwrap();
        for case in text.split("\n>> ").skip(1) {
            let (recorded, source) = case.split_once('\n').unwrap();
            let ours = describe(0, "errors", source.as_bytes(), false);
            assert_eq!(ours.trim_end().replace('\n', " | "), recorded, "{source}");
        }
    });
}
