//! Every property of every code point, against digests recorded from CPython 3.9 by `tools/generate.py`.

use std::collections::HashMap;

use unicode::*;

/// CRC-32 as zlib computes it.
struct Crc(u32, [u32; 256]);

impl Crc {
    fn new() -> Crc {
        let step = |crc: u32, _| if crc & 1 != 0 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        Crc(!0, std::array::from_fn(|byte| (0..8).fold(byte as u32, step)))
    }

    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 >> 8 ^ self.1[usize::from(self.0 as u8 ^ byte)];
        }
    }
}

struct Recorded(HashMap<&'static str, u32>);

impl Recorded {
    fn read() -> Recorded {
        let lines = include_str!("digests.txt").lines();
        let entry = |line: &'static str| {
            let (name, value) = line.split_once(' ').unwrap();
            (name, u32::from_str_radix(value, 16).unwrap())
        };
        Recorded(lines.map(entry).collect())
    }

    /// Takes the digest of what `write` gives for all code points, and compares.
    fn check(&mut self, name: &str, mut write: impl FnMut(u32, &mut Vec<u8>)) {
        let mut crc = Crc::new();
        let mut bytes = Vec::new();
        for point in 0..0x11_0000 {
            bytes.clear();
            write(point, &mut bytes);
            crc.update(&bytes);
        }
        assert_eq!(self.0.remove(name), Some(!crc.0), "{name}");
    }

    fn check_flag(&mut self, name: &str, holds: impl Fn(u32) -> bool) {
        self.check(name, |point, bytes| bytes.push(holds(point).into()));
    }

    fn check_text<'a>(&mut self, name: &str, text: impl Fn(u32) -> &'a str) {
        self.check(name, |point, bytes| {
            bytes.extend(text(point).as_bytes());
            bytes.push(b'\n');
        });
    }

    fn check_points(&mut self, name: &str, points: impl Fn(u32) -> Vec<u32>) {
        self.check(name, |point, bytes| {
            bytes.extend(points(point).iter().flat_map(|point| point.to_le_bytes()));
            bytes.extend([0xff; 4]);
        });
    }
}

#[test]
fn all_code_points_answer_as_recorded() {
    let mut recorded = Recorded::read();
    check_types(&mut recorded);
    recorded.check("name", |point, bytes| {
        bytes.extend(name(point).unwrap_or_default().as_bytes());
        bytes.push(b'\n');
    });
    check_database(&mut recorded, &UNICODE_13, "");
    check_database(&mut recorded, &UNICODE_3_2, "_3_2_0");
    assert!(recorded.0.is_empty(), "not checked: {:?}", recorded.0.keys());
}

fn check_types(recorded: &mut Recorded) {
    for (name, holds) in [
        ("is_alpha", is_alpha as fn(u32) -> bool),
        ("is_decimal", is_decimal),
        ("is_digit", is_digit),
        ("is_numeric", is_numeric),
        ("is_lower", is_lower),
        ("is_upper", is_upper),
        ("is_title", is_title),
        ("is_space", is_space),
        ("is_linebreak", is_linebreak),
        ("is_printable", is_printable),
        ("is_cased", is_cased),
        ("is_case_ignorable", is_case_ignorable),
        ("is_xid_start", is_xid_start),
        ("is_xid_continue", is_xid_continue),
        ("is_alnum", is_alnum),
    ] {
        recorded.check_flag(name, holds);
    }
    for (name, map) in [
        ("to_lower_full", to_lower_full as fn(u32) -> Mapping),
        ("to_upper_full", to_upper_full),
        ("to_title_full", to_title_full),
        ("fold_full", fold_full),
    ] {
        recorded.check_points(name, |point| map(point).to_vec());
    }
    for (name, map) in
        [("to_lower", to_lower as fn(u32) -> u32), ("to_upper", to_upper), ("to_title", to_title)]
    {
        recorded.check(name, |point, bytes| bytes.extend(map(point).to_le_bytes()));
    }
    recorded.check("to_digit", |point, bytes| bytes.push(to_digit(point).unwrap_or(255)));
    for point in 0..0x11_0000 {
        assert_eq!(to_decimal(point), UNICODE_13.decimal(point));
        assert_eq!(to_numeric(point), UNICODE_13.numeric(point));
    }
}

fn check_database(recorded: &mut Recorded, database: &'static Database, suffix: &str) {
    let named = |name: &str| format!("{name}{suffix}");
    recorded.check(&named("decimal"), |point, bytes| bytes.push(database.decimal(point).unwrap_or(255)));
    recorded.check(&named("numeric"), |point, bytes| {
        bytes.extend(database.numeric(point).unwrap_or(-2.0).to_le_bytes());
    });
    recorded.check_text(&named("category"), |point| database.category(point));
    recorded.check_text(&named("bidirectional"), |point| database.bidirectional(point));
    recorded.check_text(&named("east_asian_width"), |point| database.east_asian_width(point));
    recorded.check(&named("combining"), |point, bytes| bytes.push(database.combining(point)));
    recorded.check_flag(&named("mirrored"), |point| database.mirrored(point));
    recorded.check(&named("decomposition"), |point, bytes| {
        bytes.extend(database.decomposition(point).map(|it| it.to_string()).unwrap_or_default().as_bytes());
        bytes.push(b'\n');
    });
    for (name, form) in [("NFC", Form::Nfc), ("NFKC", Form::Nfkc), ("NFD", Form::Nfd), ("NFKD", Form::Nfkd)] {
        assert_eq!(Form::from_name(name), Some(form));
        recorded.check_points(&named(name), |point| database.normalize(form, &[point]));
        recorded.check_points(&named(&format!("{name}_context")), |point| {
            database.normalize(form, &[0x61, 0x323, point, 0x301, 0x327, point, 0x1161, 0x11a8])
        });
        recorded.check(&named(&format!("{name}_is_normalized")), |point, bytes| {
            let texts: [&[u32]; 3] = [&[point], &[0x61, point, 0x327], &[0x65, 0x301, point]];
            bytes.extend(texts.map(|text| u8::from(database.is_normalized(form, text))));
        });
    }
}

#[test]
fn every_name_is_found_again() {
    for point in 0..0x11_0000 {
        if let Some(name) = name(point) {
            assert_eq!(lookup(&name), Some(Named::Character(point)), "{name}");
        }
    }
}

#[test]
fn aliases_and_sequences_are_found() {
    assert_eq!(lookup("line feed"), Some(Named::Alias(0x0a)));
    assert_eq!(lookup("Latin Capital Letter Gha"), Some(Named::Alias(0x1a2)));
    assert_eq!(lookup("KEYCAP DIGIT ONE"), Some(Named::Sequence(&[0x31, 0xfe0f, 0x20e3])));
    assert_eq!(name(0x0a), None);
}

#[test]
fn names_made_by_rule_are_strict() {
    assert_eq!(lookup("HANGUL SYLLABLE GAGG"), Some(Named::Character(0xac02)));
    assert_eq!(lookup("CJK UNIFIED IDEOGRAPH-04E00"), Some(Named::Character(0x4e00)));
    for bad in [
        "hangul syllable gagg",
        "HANGUL SYLLABLE ",
        "HANGUL SYLLABLE GAGGG",
        "CJK UNIFIED IDEOGRAPH-4e00",
        "CJK UNIFIED IDEOGRAPH-0041",
        "CJK UNIFIED IDEOGRAPH-+4E0",
        "",
        "NO SUCH NAME",
    ] {
        assert_eq!(lookup(bad), None, "{bad}");
    }
}
