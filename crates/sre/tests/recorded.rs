//! Matches as CPython 3.9 finds them, recorded by `tools/record.py`, which describes the files.

use std::fmt::Write;
use std::path::Path;

use sre::{Environment, Error, Locale, Program, State, Unit};

/// The locale `C`.
struct Plain;

impl Locale for Plain {
    fn to_lower(&self, byte: u8) -> u8 {
        byte.to_ascii_lowercase()
    }

    fn to_upper(&self, byte: u8) -> u8 {
        byte.to_ascii_uppercase()
    }

    fn is_alnum(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
    }
}

fn describe(state: &State, groups: usize) -> String {
    let mut text = format!("{}:{} /{}", state.start, state.position, state.last_index);
    for group in 1..=groups {
        match state.group(group) {
            Some((start, end)) => write!(text, " {start}:{end}").unwrap(),
            None => text.push_str(" -"),
        }
    }
    text
}

fn outcome<U: Unit>(
    program: &Program,
    groups: usize,
    text: &[U],
    method: &str,
    start: usize,
    end: usize,
) -> Result<String, Error> {
    let environment = &mut Environment { locale: &Plain, poll: &mut || true };
    let mut state = State::new(start, end);
    let mut found = Vec::new();
    loop {
        let matched = match method {
            "match" => state.match_here(program, text, environment)?,
            "fullmatch" => state.match_full(program, text, environment)?,
            _ => state.search(program, text, environment)?,
        };
        if matched {
            found.push(describe(&state, groups));
        }
        if !matched || method != "scan" {
            break;
        }
        state.advance();
    }
    Ok(if found.is_empty() { "-".to_owned() } else { found.join(" ; ") })
}

/// Checks a recorded file; the number of results compared.
fn check_file(path: &Path) -> usize {
    let mut comment = "";
    let mut pattern = None;
    let mut subject: Vec<u32> = Vec::new();
    let mut count = 0;
    let content = std::fs::read_to_string(path).unwrap();
    for line in content.lines() {
        let numbers = |text: &str| text.split_whitespace().map(|word| word.parse().unwrap()).collect();
        if let Some(text) = line.strip_prefix("# ") {
            comment = text;
        } else if let Some(rest) = line.strip_prefix("P ") {
            let (_, rest) = rest.split_once(' ').unwrap();
            let words: Vec<u32> = numbers(rest);
            let program = Program::new(&words[1..], words[0] as usize);
            pattern = Some((program.unwrap_or_else(|_| panic!("refused: {comment}")), words[0] as usize));
        } else if let Some(rest) = line.strip_prefix('T') {
            subject = numbers(rest);
        } else {
            let (call, expected) = line.split_once(" = ").unwrap();
            let words: Vec<&str> = call.split(' ').collect();
            let (start, end) = (words[1].parse().unwrap(), words[2].parse().unwrap());
            let (program, groups) = pattern.as_ref().unwrap();
            for actual in in_all_widths(program, *groups, &subject, words[0], start, end) {
                assert_eq!(actual.as_deref(), Ok(expected), "{comment} on {subject:?}: {call}");
            }
            count += 1;
        }
    }
    count
}

fn in_all_widths(
    program: &Program,
    groups: usize,
    subject: &[u32],
    method: &str,
    start: usize,
    end: usize,
) -> Vec<Result<String, Error>> {
    let mut outcomes = vec![outcome(program, groups, subject, method, start, end)];
    let narrow: Result<Vec<u8>, _> = subject.iter().map(|&code| u8::try_from(code)).collect();
    if let Ok(narrow) = narrow {
        outcomes.push(outcome(program, groups, &narrow, method, start, end));
    }
    let middle: Result<Vec<u16>, _> = subject.iter().map(|&code| u16::try_from(code)).collect();
    if let Ok(middle) = middle {
        outcomes.push(outcome(program, groups, &middle, method, start, end));
    }
    outcomes
}

#[test]
fn matches_are_those_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let files: Vec<_> = match std::env::var_os("SRE_RECORDED") {
        Some(file) => vec![file.into()],
        None => std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect(),
    };
    assert!(files.iter().map(|file| check_file(file)).sum::<usize>() > 1000);
}
