//! Reading the generated tables: numbers out of included bytes, and two-stage lookup.

/// The little-endian numbers of an included file, decoded at compile time.
macro_rules! numbers {
    (u16, $file:literal) => {
        numbers!(u16, $file, $crate::tables::u16_array)
    };
    (u32, $file:literal) => {
        numbers!(u32, $file, $crate::tables::u32_array)
    };
    ($number:ty, $file:literal, $decode:path) => {{
        const BYTES: &[u8] = include_bytes!(concat!("tables/", $file));
        static NUMBERS: [$number; BYTES.len() / size_of::<$number>()] = $decode(BYTES);
        &NUMBERS
    }};
}

/// The lines of an included text file.
macro_rules! lines {
    ($file:literal, $count:literal) => {
        $crate::tables::line_array::<$count>(include_str!(concat!("tables/", $file)))
    };
}

pub(crate) const fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) const fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(crate) const fn u16_array<const N: usize>(bytes: &[u8]) -> [u16; N] {
    let mut numbers = [0; N];
    let mut i = 0;
    while i < N {
        numbers[i] = u16_at(bytes, 2 * i);
        i += 1;
    }
    numbers
}

pub(crate) const fn u32_array<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let mut numbers = [0; N];
    let mut i = 0;
    while i < N {
        numbers[i] = u32_at(bytes, 4 * i);
        i += 1;
    }
    numbers
}

pub(crate) const fn line_array<const N: usize>(text: &'static str) -> [&'static str; N] {
    let mut lines = [""; N];
    let mut rest = text;
    let mut i = 0;
    while i < N {
        let mut end = 0;
        while rest.as_bytes()[end] != b'\n' {
            end += 1;
        }
        (lines[i], rest) = rest.split_at(end);
        (_, rest) = rest.split_at(1);
        i += 1;
    }
    assert!(rest.is_empty());
    lines
}

/// A two-stage table: a small number for every code point.
pub(crate) struct Trie {
    shift: u32,
    first: &'static [u16],
    second: &'static [u16],
}

impl Trie {
    pub(crate) const fn new(words: &'static [u16]) -> Trie {
        let (header, stages) = words.split_at(2);
        let (first, second) = stages.split_at(header[1] as usize);
        Trie { shift: header[0] as u32, first, second }
    }

    #[inline]
    pub(crate) fn get(&self, point: u32) -> usize {
        let Some(&block) = self.first.get((point >> self.shift) as usize) else { return 0 };
        let within = point & ((1 << self.shift) - 1);
        self.second[(u32::from(block) << self.shift | within) as usize].into()
    }
}
