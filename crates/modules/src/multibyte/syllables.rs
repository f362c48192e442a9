//! Korean syllables in parts: a filler, then the initial, the vowel and the final, each a letter of KS X 1001.

/// The letter that stands in front, and for an absent final.
pub const FILLER: [u8; 2] = [ROW, ABSENT];
/// The bytes of a syllable.
pub const LENGTH: usize = 8;

/// The row of the letters.
const ROW: u8 = 0xa4;
const ABSENT: u8 = 0xd4;
/// The letters' columns.
const INITIALS: [u8; 19] = [
    0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb, 0xbc,
    0xbd, 0xbe,
];
const FIRST_VOWEL: u8 = 0xbf;
const VOWELS: u8 = 21;
const FINALS: [u8; 28] = [
    ABSENT, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1,
    0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];
/// The first syllable, and how many there are.
const FIRST: u32 = 0xac00;
const COUNT: u32 = 11_172;

/// The syllable of the parts.
pub fn compose(bytes: &[u8; LENGTH]) -> Option<u32> {
    let &[_, _, ROW, initial, ROW, vowel, ROW, last] = bytes else { return None };
    let initial = INITIALS.iter().position(|&letter| letter == initial)? as u32;
    let vowel = vowel.checked_sub(FIRST_VOWEL).filter(|&vowel| vowel < VOWELS)?;
    let last = FINALS.iter().position(|&letter| letter == last)? as u32;
    Some(FIRST + (initial * u32::from(VOWELS) + u32::from(vowel)) * FINALS.len() as u32 + last)
}

/// The parts of a syllable.
pub fn decompose(point: u32) -> Option<[u8; LENGTH]> {
    let index = point.checked_sub(FIRST).filter(|&index| index < COUNT)? as usize;
    let (rest, last) = (index / FINALS.len(), index % FINALS.len());
    let (initial, vowel) = (rest / usize::from(VOWELS), (rest % usize::from(VOWELS)) as u8);
    Some([ROW, ABSENT, ROW, INITIALS[initial], ROW, FIRST_VOWEL + vowel, ROW, FINALS[last]])
}
