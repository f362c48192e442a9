//! Recorded runs of the program: each file in `programs/` says how it is started and what is typed, with
//! what CPython 3.9 writes and how it ends. The parts begin with `=== `: `run` (the arguments, one a line),
//! `input`, `output`, `errors`, `status`.
//!
//! `KRAIT_RECORD=python3.9 cargo test -p krait --test programs` writes that interpreter's answers into the files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The parts of a run, by name.
type Parts = Vec<(String, String)>;

fn parse(text: &str) -> Vec<Parts> {
    let mut runs: Vec<Parts> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("=== ") {
            Some(name) => {
                if name == "run" {
                    runs.push(Vec::new());
                }
                runs.last_mut().expect("a run comes first").push((name.to_owned(), String::new()));
            }
            None => {
                let part = runs.last_mut().and_then(|run| run.last_mut()).expect("a part comes first");
                part.1.push_str(line);
                part.1.push('\n');
            }
        }
    }
    runs
}

fn part<'a>(run: &'a Parts, name: &str) -> &'a str {
    run.iter().find(|(part, _)| part == name).map_or("", |(_, text)| text)
}

/// The run with the answers of an interpreter.
fn answered(interpreter: &Path, run: &Parts) -> Parts {
    let arguments: Vec<&str> = part(run, "run").lines().collect();
    let mut child = Command::new(interpreter)
        .args(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("PYTHONSTARTUP")
        .spawn()
        .expect("the interpreter runs");
    let input = part(run, "input").to_owned();
    let mut stdin = child.stdin.take().expect("a pipe");
    let typing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let done = child.wait_with_output().expect("the interpreter ends");
    typing.join().expect("what is typed is short");
    let clean = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&*interpreter.to_string_lossy(), "PROGRAM");
        let text = text.replace("python -h", "krait -h");
        if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
    };
    let mut answer = vec![("run".to_owned(), part(run, "run").to_owned())];
    for (name, text) in [
        ("input", part(run, "input").to_owned()),
        ("output", clean(&done.stdout)),
        ("errors", clean(&done.stderr)),
    ] {
        if !text.is_empty() {
            answer.push((name.to_owned(), text));
        }
    }
    answer.push(("status".to_owned(), format!("{}\n", done.status)));
    answer
}

fn render(runs: &[Parts]) -> String {
    runs.iter().flatten().map(|(name, text)| format!("=== {name}\n{text}")).collect()
}

fn program_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn programs() {
    let recording = std::env::var_os("KRAIT_RECORD").map(PathBuf::from);
    let interpreter = recording.clone().unwrap_or_else(|| env!("CARGO_BIN_EXE_krait").into());
    let mut failures = String::new();
    for file in program_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let answers: Vec<Parts> = parse(&text).iter().map(|run| answered(&interpreter, run)).collect();
        if recording.is_some() {
            std::fs::write(&file, render(&answers)).unwrap();
            continue;
        }
        for (expected, answer) in parse(&text).iter().zip(&answers) {
            if expected != answer {
                let name = file.file_stem().unwrap().to_string_lossy();
                let (expected, answer) =
                    (render(std::slice::from_ref(expected)), render(std::slice::from_ref(answer)));
                failures += &format!("{name}:\n{expected}\n--- got:\n{answer}\n");
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
