//! Recorded sessions: each file in `sessions/` is a dialogue as the interactive interpreter shows it,
//! with what CPython 3.9 answers. An exception is shown by its class and message alone, an address as `0x`.
//!
//! A line `Needs: NAME` in front of the first statement names a module that other people's libraries must be there
//! for: without them the session is left out.
//!
//! `KRAIT_RECORD=python3.9 cargo test -p krait --test sessions` writes that interpreter's answers into the files.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One statement and the answer to it.
struct Exchange {
    statement: String,
    answer: String,
}

/// Runs every statement; a line with a mark alone stands in front of each answer.
const DRIVER: &str = r#"
def run(statements):
    namespace = {"__name__": "__main__"}
    for statement in statements:
        print("\x1e")
        try:
            exec(compile(statement, "<session>", "single"), namespace)
        except BaseException as error:
            message = str(error)
            print(type(error).__name__ + (": " + message if message else ""))

"#;

fn parse(text: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in text.lines() {
        if let Some(statement) = line.strip_prefix(">>> ") {
            exchanges.push(Exchange { statement: format!("{statement}\n"), answer: String::new() });
        } else if let Some(exchange) = exchanges.last_mut() {
            match line.strip_prefix("...") {
                Some(more) if exchange.answer.is_empty() => {
                    exchange.statement += more.strip_prefix(' ').unwrap_or(more);
                    exchange.statement.push('\n');
                }
                _ => {
                    exchange.answer += line;
                    exchange.answer.push('\n');
                }
            }
        }
    }
    exchanges
}

/// What stands in front of the first statement, and the exchanges, as a file.
fn render(text: &str, exchanges: &[Exchange]) -> String {
    let heading: String =
        text.lines().take_while(|line| !line.starts_with(">>> ")).map(|line| format!("{line}\n")).collect();
    exchanges.iter().fold(heading, |file, exchange| {
        let statement =
            exchange.statement.trim_end_matches('\n').replace('\n', "\n... ").replace("... \n", "...\n");
        format!("{file}>>> {statement}\n{}", exchange.answer)
    })
}

/// Every hexadecimal address as `0x`.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_hexdigit()).len();
        clean += "0x";
        clean += if digits > 4 { &part[digits..] } else { part };
    }
    clean
}

fn literal(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal += "\\n",
            ' '..='~' => literal.push(c),
            _ => write!(literal, "\\U{:08x}", c as u32).unwrap(),
        }
    }
    literal + "\""
}

/// What the interpreter answers to each statement.
fn answers(interpreter: &Path, exchanges: &[Exchange]) -> Vec<String> {
    let statements: Vec<String> = exchanges.iter().map(|exchange| literal(&exchange.statement)).collect();
    let program = format!("{DRIVER}run([{}])\n", statements.join(", "));
    let output = Command::new(interpreter).args(["-c", &program]).output().expect("the interpreter runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut answers: Vec<String> = text.split("\x1e\n").skip(1).map(without_addresses).collect();
    if answers.len() < exchanges.len() || !output.status.success() {
        answers.push(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    answers
}

/// Whether the module that the session needs, if it does, can be imported.
fn is_possible(interpreter: &Path, text: &str) -> bool {
    let mut heading = text.lines().take_while(|line| !line.starts_with(">>> "));
    heading.all(|line| match line.strip_prefix("Needs: ") {
        None => true,
        Some(module) => {
            let output = Command::new(interpreter).args(["-c", &format!("import {module}")]).output();
            output.expect("the interpreter runs").status.success()
        }
    })
}

fn session_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn record(interpreter: &Path) {
    for file in session_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut exchanges = parse(&text);
        for (exchange, answer) in exchanges.iter_mut().zip(answers(interpreter, &parse(&text))) {
            exchange.answer = answer;
        }
        std::fs::write(&file, render(&text, &exchanges)).unwrap();
    }
}

#[test]
fn sessions() {
    if let Some(interpreter) = std::env::var_os("KRAIT_RECORD") {
        return record(Path::new(&interpreter));
    }
    let mut failures = String::new();
    for file in session_files() {
        let name = file.file_stem().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(&file).unwrap();
        let krait = Path::new(env!("CARGO_BIN_EXE_krait"));
        if !is_possible(krait, &text) {
            println!("{name} is left out");
            continue;
        }
        let exchanges = parse(&text);
        let answers = answers(krait, &exchanges);
        for (index, exchange) in exchanges.iter().enumerate() {
            let answer = answers.get(index).map_or("nothing", String::as_str);
            if answer != without_addresses(&exchange.answer) {
                let Exchange { statement, answer: expected } = exchange;
                writeln!(failures, "{name}: >>> {statement}expected: {expected}got: {answer}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
