//! Holds what is compiled against what CPython 3.9.18 made of the same sources.
//!
//! `tools/parity.py --record crates/compiler/tests` writes the recorded texts anew, with a CPython 3.9.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Question, STACK, describe};

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Runs on a stack on which depth is no matter.
fn on_large_stack(test: fn()) {
    std::thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

/// The recorded answers to all questions; one that is missing is that of the question before.
fn answers(recorded: &str) -> Vec<(&'static str, &str)> {
    let sections: Vec<(&str, &str)> =
        recorded.split("question ").skip(1).map(|section| section.split_once('\n').unwrap()).collect();
    let mut answer = "";
    let mut answers = Vec::new();
    for question in ["0", "await", "1", "2", "symbols"] {
        let section = sections.iter().find(|(name, _)| *name == question);
        answer = section.map_or(answer, |(_, text)| text);
        answers.push((question, answer));
    }
    answers
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
            let recorded = fs::read_to_string(path.with_extension("txt")).unwrap();
            for (question, recorded) in answers(&recorded) {
                let ours = describe(Question::named(question).unwrap(), name, &source, false);
                let difference = (ours != recorded).then(|| first_difference(&ours, recorded));
                assert_eq!(difference, None, "{name}, question {question}");
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
            let ours = describe(Question::Code(0), "errors", source.as_bytes(), false);
            assert_eq!(ours.trim_end().replace('\n', " | "), recorded, "{source}");
        }
    });
}
