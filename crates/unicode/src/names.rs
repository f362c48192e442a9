//! Names of characters, aliases and named sequences.
//!
//! A name is stored as numbers of words: one byte for the most frequent, two for the rest.
//! Names are numbered in the order of their code points (`runs` says which), aliases and
//! sequences after them; `order` has the numbers in the order of their hashes' buckets, for lookup.

use crate::normalize::hangul;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Character(u32),
    /// A character by another name than its own.
    Alias(u32),
    /// A named sequence, which `\N{...}` does not allow.
    Sequence(&'static [u32]),
}

/// Length byte, then that many bytes of word numbers, for each name.
static DATA: &[u8] = include_bytes!("tables/name_data.bin");
/// Where every `STEP`th name starts in `DATA`.
static ANCHORS: &[u32] = numbers!(u32, "name_anchors.bin");
const STEP: usize = 16;
/// (first code point, number of its name) of each run of named code points.
static RUNS: &[u32] = numbers!(u32, "name_runs.bin");
static ORDER: &[u16] = numbers!(u16, "name_order.bin");
/// Where the numbers of each bucket start in `ORDER`, and the end of the last.
static BUCKETS: &[u16] = numbers!(u16, "name_buckets.bin");
/// What aliases and sequences stand for, zeros filling what is not used.
static EXTRAS: &[u32] = numbers!(u32, "name_extras.bin");
static LEXICON: &str = include_str!("tables/name_lexicon.txt");

/// How many words have a number of one byte.
const SHORT: usize = crate::tables::u16_at(WORDS, 0) as usize;
const WORDS: &[u8] = include_bytes!("tables/name_words.bin");
/// Where each word starts in `LEXICON`, and the end of the last.
static STARTS: [u32; WORDS.len() - 1] = {
    let mut starts = [0; WORDS.len() - 1];
    let mut i = 1;
    while i < starts.len() {
        starts[i] = starts[i - 1] + WORDS[i + 1] as u32;
        i += 1;
    }
    starts
};
/// In the lexicon, the word that stands for the code point in hexadecimal.
const POINT: &str = "\0";

/// (first, last) code points named by `IDEOGRAPH` and their number.
static IDEOGRAPHS: &[u32] = numbers!(u32, "ideograph_ranges.bin");
const IDEOGRAPH: &str = "CJK UNIFIED IDEOGRAPH-";
const SYLLABLE: &str = "HANGUL SYLLABLE ";

const LEADING: [&str; hangul::L_COUNT as usize] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; hangul::V_COUNT as usize] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const TRAILING: [&str; hangul::T_COUNT as usize] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];

/// The name of a character.
pub fn name(point: u32) -> Option<String> {
    let syllable = point.wrapping_sub(hangul::S);
    if syllable < hangul::S_COUNT {
        return Some(syllable_name(syllable as usize));
    }
    if is_ideograph(point) {
        return Some(format!("{IDEOGRAPH}{point:X}"));
    }
    let runs = RUNS.as_chunks::<2>().0;
    let run = runs.partition_point(|run| run[0] <= point).checked_sub(1)?;
    let [first, number] = runs[run];
    let number = number + (point - first);
    let end = runs.get(run + 1).map_or(character_count() as u32, |next| next[1]);
    (number < end).then(|| decode(number as usize, point))
}

/// What a name stands for, without regard to the case of ASCII letters
/// (except in the names that are made by rule).
pub fn lookup(name: &str) -> Option<Named> {
    if let Some(jamo) = name.strip_prefix(SYLLABLE) {
        return syllable_point(jamo).map(Named::Character);
    }
    if let Some(digits) = name.strip_prefix(IDEOGRAPH) {
        return ideograph_point(digits).map(Named::Character);
    }
    let name = name.to_ascii_uppercase();
    let bucket = fnv1a(&name) as usize % (BUCKETS.len() - 1);
    let numbers = &ORDER[BUCKETS[bucket].into()..BUCKETS[bucket + 1].into()];
    let number = numbers.iter().map(|&number| usize::from(number)).find(|&number| is_name(number, &name))?;
    match number.checked_sub(character_count()) {
        None => Some(Named::Character(character(number))),
        Some(extra) => Some(meaning(extra)),
    }
}

fn character_count() -> usize {
    ORDER.len() - EXTRAS.len() / 4
}

fn meaning(extra: usize) -> Named {
    let points = &EXTRAS[4 * extra..4 * extra + 4];
    let length = points.iter().position(|&point| point == 0).unwrap_or(4);
    if length == 1 { Named::Alias(points[0]) } else { Named::Sequence(&points[..length]) }
}

/// The code point of a numbered name.
fn character(number: usize) -> u32 {
    let runs = RUNS.as_chunks::<2>().0;
    let run = runs.partition_point(|run| run[1] as usize <= number).saturating_sub(1);
    runs[run][0] + (number as u32 - runs[run][1])
}

/// The hash of Fowler, Noll and Vo with 32 bits.
fn fnv1a(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Whether a numbered name is this one.
fn is_name(number: usize, name: &str) -> bool {
    let mut rest = name;
    for word in words(number) {
        if word == POINT {
            let point = if number < character_count() { character(number) } else { 0 };
            return rest == format!("{point:04X}");
        }
        let blank = if rest.len() == name.len() { Some(rest) } else { rest.strip_prefix(' ') };
        match blank.and_then(|rest| rest.strip_prefix(word)) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

/// The words of a numbered name.
fn words(number: usize) -> impl Iterator<Item = &'static str> {
    let mut at = ANCHORS[number / STEP] as usize;
    for _ in 0..number % STEP {
        at += 1 + usize::from(DATA[at]);
    }
    let mut numbers = DATA[at + 1..][..DATA[at].into()].iter().map(|&byte| usize::from(byte));
    std::iter::from_fn(move || {
        let first = numbers.next()?;
        Some(match first.checked_sub(SHORT) {
            None => word(first),
            Some(high) => word(SHORT + high * 256 + numbers.next().unwrap_or(0)),
        })
    })
}

fn decode(number: usize, point: u32) -> String {
    let mut name = String::with_capacity(32);
    for word in words(number) {
        if word == POINT {
            name.push_str(&format!("{point:04X}"));
            continue;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

fn word(number: usize) -> &'static str {
    &LEXICON[STARTS[number] as usize..STARTS[number + 1] as usize]
}

fn is_ideograph(point: u32) -> bool {
    IDEOGRAPHS.as_chunks::<2>().0.iter().any(|&[first, last]| (first..=last).contains(&point))
}

fn ideograph_point(digits: &str) -> Option<u32> {
    let valid = |&digit: &u8| matches!(digit, b'0'..=b'9' | b'A'..=b'F');
    if !matches!(digits.len(), 4 | 5) || !digits.as_bytes().iter().all(valid) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok().filter(|&point| is_ideograph(point))
}

fn syllable_name(syllable: usize) -> String {
    let (vowels, trailing) = (VOWELS.len(), TRAILING.len());
    let leading = LEADING[syllable / (vowels * trailing)];
    let vowel = VOWELS[syllable / trailing % vowels];
    format!("{SYLLABLE}{leading}{vowel}{}", TRAILING[syllable % trailing])
}

fn syllable_point(jamo: &str) -> Option<u32> {
    let (leading, rest) = longest_prefix(&LEADING, jamo)?;
    let (vowel, rest) = longest_prefix(&VOWELS, rest)?;
    let (trailing, rest) = longest_prefix(&TRAILING, rest)?;
    let point = hangul::S + (leading * hangul::V_COUNT + vowel) * hangul::T_COUNT + trailing;
    rest.is_empty().then_some(point)
}

/// The number of the longest of `parts` that `text` starts with, and what follows it.
fn longest_prefix<'a>(parts: &[&str], text: &'a str) -> Option<(u32, &'a str)> {
    // Letter by letter, as most parts have one or two.
    let begins = |part: &str| {
        part.len() <= text.len() && part.bytes().zip(text.bytes()).all(|(part, text)| part == text)
    };
    let matching = parts.iter().enumerate().filter(|(_, part)| begins(part));
    let (number, part) = matching.max_by_key(|(_, part)| part.len())?;
    Some((number as u32, &text[part.len()..]))
}
