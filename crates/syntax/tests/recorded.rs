//! What CPython 3.9.18 says of sources, recorded: trees by their dump's checksum and length, and failures whole.

mod support;

use support::digest;

/// Whether each of the cases gives what was recorded; all that differ are shown.
fn check(cases: impl Iterator<Item = (String, String, String)>) {
    let differing: Vec<String> = cases
        .filter(|(_, recorded, found)| recorded != found)
        .map(|(case, recorded, found)| format!("{case}\n  recorded {recorded}\n  found    {found}\n"))
        .collect();
    assert!(differing.is_empty(), "{}", differing.concat());
}

#[test]
fn programs_have_their_trees() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/programs/");
    check(include_str!("data/programs/digests.tsv").lines().map(|line| {
        let (name, recorded) = line.split_once('\t').expect("a line has a name and a digest");
        let source = std::fs::read(format!("{directory}{name}")).expect("the program is there");
        (name.to_owned(), recorded.to_owned(), digest("exec", &source))
    }));
}

/// A line of the table is a mode, a source as a JSON string, and what was recorded. Where the mode does not
/// begin with `str-`, each character of the source is a byte.
#[test]
fn sources_have_their_failures() {
    check(include_str!("data/cases.tsv").lines().map(|line| {
        let mut fields = line.splitn(3, '\t');
        let mut field = || fields.next().expect("a line has three fields");
        let (mode, quoted, recorded) = (field(), field(), field());
        let text = unquoted(quoted);
        let source = match mode.starts_with("str-") {
            true => text.into_bytes(),
            false => text.chars().map(|character| u32::from(character) as u8).collect(),
        };
        (format!("{mode} {quoted}"), recorded.to_owned(), digest(mode, &source))
    }));
}

/// The text of a JSON string in ASCII.
fn unquoted(quoted: &str) -> String {
    let mut units = Vec::new();
    let mut characters = quoted[1..quoted.len() - 1].chars();
    while let Some(character) = characters.next() {
        let unit = match character {
            '\\' => match characters.next().expect("a character is escaped") {
                'n' => '\n' as u16,
                'r' => '\r' as u16,
                't' => '\t' as u16,
                'b' => 0x08,
                'f' => 0x0c,
                'u' => {
                    let digits: String = characters.by_ref().take(4).collect();
                    u16::from_str_radix(&digits, 16).expect("four hexadecimal digits")
                }
                escaped => escaped as u16,
            },
            character => character as u16,
        };
        units.push(unit);
    }
    String::from_utf16(&units).expect("surrogates come in pairs")
}
