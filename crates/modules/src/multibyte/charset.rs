//! The tables of the encodings, made by `tools/multibyte_tables.py`, which tells of their form.

use std::sync::OnceLock;

use streams::Output;
use streams::lzma::{self, Action, Stream};

/// No code point, or no bytes.
const ILLEGAL: u32 = 0xff_ffff;
/// A byte behind which more bytes are awaited.
const LEAD: u32 = 0xff_fffe;
/// From here on, numbers of pairs of code points.
const PAIRS: u32 = 0x11_0000;
/// The byte in front of pairs of bytes of their own.
pub const TRIPLE_LEAD: u8 = 0x8f;
/// The code points of a page of the table for encoding.
const PAGE: usize = 256;

/// What some bytes decode to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    Point(u32),
    Pair(u32, u32),
    Nothing,
}

/// What a single byte is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Single {
    Point(u32),
    Lead,
    Illegal,
}

/// The cells of two bytes, within a box.
#[derive(Default)]
struct Cells {
    first_row: u8,
    first_column: u8,
    columns: usize,
    cells: Vec<u32>,
}

impl Cells {
    #[inline(always)]
    fn get(&self, row: u8, column: u8) -> u32 {
        let column = usize::from(column.wrapping_sub(self.first_column));
        let row = usize::from(row.wrapping_sub(self.first_row));
        match column < self.columns {
            true => self.cells.get(row * self.columns + column).copied().unwrap_or(ILLEGAL),
            false => ILLEGAL,
        }
    }

    fn enumerate(&self) -> impl Iterator<Item = (u32, u32)> {
        self.cells.iter().enumerate().map(|(index, &cell)| {
            let row = u32::from(self.first_row) + (index / self.columns) as u32;
            let column = u32::from(self.first_column) + (index % self.columns) as u32;
            (row << 8 | column, cell)
        })
    }
}

/// Code points that stand for a run of places of four bytes.
struct Range {
    place: u32,
    point: u32,
    length: u32,
}

/// The tables of an encoding.
pub struct Charset {
    single: [u32; 256],
    double: Cells,
    triple: Cells,
    pairs: Vec<(u32, u32)>,
    /// The bytes of each pair.
    pair_bytes: Vec<u32>,
    ranges: Vec<Range>,
    /// The bytes of code points as big-endian numbers, in pages; the first one is empty and stands for all absent ones.
    pages: Vec<[u32; PAGE]>,
    page_numbers: Vec<u16>,
    is_ascii: bool,
}

/// Reads the numbers of a family's file.
struct Reader<'a>(std::slice::Iter<'a, [u8; 3]>);

impl Reader<'_> {
    fn next(&mut self) -> u32 {
        self.0.next().map_or(ILLEGAL, |&[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]))
    }

    fn take(&mut self, count: usize) -> Vec<u32> {
        (0..count).map(|_| self.next()).collect()
    }

    fn cells(&mut self) -> Cells {
        let [first_row, last_row, first_column, last_column] = [(); 4].map(|()| self.next() as u8);
        if last_row == 0 {
            return Cells::default();
        }
        let rows = usize::from(last_row - first_row) + 1;
        let columns = usize::from(last_column - first_column) + 1;
        Cells { first_row, first_column, columns, cells: self.take(rows * columns) }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.next();
        (0..count).map(|_| item(self)).collect()
    }

    fn charset(&mut self) -> Charset {
        let mut single = [ILLEGAL; 256];
        single.fill_with(|| self.next());
        let (double, triple) = (self.cells(), self.cells());
        let pairs: Vec<(u32, u32)> = self.list(|reader| (reader.next(), reader.next()));
        let exceptions: Vec<(u32, u32)> = self.list(|reader| (reader.next(), reader.next()));
        let ranges =
            self.list(|reader| Range { place: reader.next(), point: reader.next(), length: reader.next() });
        let is_ascii = (0..0x80).all(|byte| single[byte] == byte as u32);
        let mut charset = Charset {
            single,
            double,
            triple,
            pair_bytes: vec![ILLEGAL; pairs.len()],
            pairs,
            ranges,
            pages: vec![[ILLEGAL; PAGE]],
            page_numbers: vec![0; 0x11_0000 / PAGE],
            is_ascii,
        };
        charset.invert(&exceptions);
        charset
    }
}

impl Charset {
    /// Makes the table for encoding: the first bytes that decode to a code point, except where told otherwise.
    fn invert(&mut self, exceptions: &[(u32, u32)]) {
        let singles = (0..256).map(|byte| (byte, self.single[byte as usize]));
        let triples =
            self.triple.enumerate().map(|(bytes, cell)| (u32::from(TRIPLE_LEAD) << 16 | bytes, cell));
        let entries: Vec<(u32, u32)> = singles.chain(self.double.enumerate()).chain(triples).collect();
        for (bytes, cell) in entries {
            let place = match cell {
                LEAD | ILLEGAL => continue,
                PAIRS.. => &mut self.pair_bytes[(cell - PAIRS) as usize],
                point => self.place(point),
            };
            if *place == ILLEGAL {
                *place = bytes;
            }
        }
        for &(point, bytes) in exceptions {
            *self.place(point) = bytes;
        }
    }

    /// Where the bytes of a code point stand in the table for encoding.
    fn place(&mut self, point: u32) -> &mut u32 {
        let number = &mut self.page_numbers[point as usize / PAGE];
        if *number == 0 {
            *number = self.pages.len() as u16;
            self.pages.push([ILLEGAL; PAGE]);
        }
        &mut self.pages[usize::from(*number)][point as usize % PAGE]
    }

    /// Whether the bytes below 0x80 are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    #[inline(always)]
    pub fn single(&self, byte: u8) -> Single {
        match self.single[usize::from(byte)] {
            ILLEGAL => Single::Illegal,
            LEAD => Single::Lead,
            point => Single::Point(point),
        }
    }

    #[inline(always)]
    fn found(&self, cell: u32) -> Found {
        match cell {
            ILLEGAL => Found::Nothing,
            PAIRS.. => match self.pairs.get((cell - PAIRS) as usize) {
                Some(&(first, second)) => Found::Pair(first, second),
                None => Found::Nothing,
            },
            point => Found::Point(point),
        }
    }

    #[inline(always)]
    pub fn double(&self, row: u8, column: u8) -> Found {
        self.found(self.double.get(row, column))
    }

    /// Whether pairs of bytes stand behind a byte in front of them.
    pub fn has_triple(&self) -> bool {
        !self.triple.cells.is_empty()
    }

    pub fn triple(&self, row: u8, column: u8) -> Found {
        self.found(self.triple.get(row, column))
    }

    /// The code point at a place of four bytes.
    pub fn ranged(&self, place: u32) -> Option<u32> {
        let index = self.ranges.partition_point(|range| range.place <= place);
        let range = &self.ranges[..index].last()?;
        let offset = place - range.place;
        (offset < range.length).then_some(range.point + offset)
    }

    /// The place of four bytes of a code point.
    pub fn place_in_ranges(&self, point: u32) -> Option<u32> {
        let range = self.ranges.iter().find(|range| point.wrapping_sub(range.point) < range.length)?;
        Some(range.place + point - range.point)
    }

    /// The bytes of a code point, as a big-endian number.
    #[inline(always)]
    pub fn bytes_of(&self, point: u32) -> Option<u32> {
        let number = self.page_numbers.get(point as usize / PAGE)?;
        let bytes = self.pages[usize::from(*number)][point as usize % PAGE];
        (bytes != ILLEGAL).then_some(bytes)
    }

    /// Whether some code points have bytes of their own together with another one.
    pub fn has_pairs(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// Whether a code point together with another one may have bytes of their own.
    pub fn begins_pair(&self, point: u32) -> bool {
        self.pairs.iter().any(|&(first, _)| first == point)
    }

    /// The bytes of two code points together.
    pub fn bytes_of_pair(&self, first: u32, second: u32) -> Option<u32> {
        let index = self.pairs.iter().position(|&pair| pair == (first, second))?;
        Some(self.pair_bytes[index])
    }
}

/// Encodings that stand in a file together, as most of their tables are the same.
struct Family {
    file: &'static [u8],
    names: &'static [&'static str],
    charsets: OnceLock<Vec<Charset>>,
}

impl Family {
    const fn new(file: &'static [u8], names: &'static [&'static str]) -> Family {
        Family { file, names, charsets: OnceLock::new() }
    }

    fn expand(&self) -> Vec<Charset> {
        let mut content = Output::new(1 << 18, usize::MAX);
        let mut input = self.file;
        if let Ok(mut stream) = Stream::decoder(u64::MAX) {
            while let Ok(lzma::OK | lzma::GET_CHECK) = stream.step(&mut input, &mut content, Action::Finish) {
            }
        }
        let mut reader = Reader(content.bytes().as_chunks::<3>().0.iter());
        self.names.iter().map(|_| reader.charset()).collect()
    }
}

static FAMILIES: [Family; 4] = [
    Family::new(include_bytes!("tables/cn.xz"), &["gb2312", "gbk", "gb18030"]),
    Family::new(
        include_bytes!("tables/jp.xz"),
        &["euc_jp", "shift_jis", "cp932", "euc_jis_2004", "euc_jisx0213", "shift_jis_2004", "shift_jisx0213"],
    ),
    Family::new(include_bytes!("tables/kr.xz"), &["euc_kr", "cp949", "johab"]),
    Family::new(include_bytes!("tables/tw.xz"), &["big5", "cp950", "big5hkscs"]),
];

/// The tables of an encoding, which are expanded when the first of a family is asked for.
pub fn charset(name: &str) -> Option<&'static Charset> {
    FAMILIES.iter().find_map(|family| {
        let index = family.names.iter().position(|&other| other == name)?;
        family.charsets.get_or_init(|| family.expand()).get(index)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_decode_and_encode() {
        let gbk = charset("gbk").expect("an encoding");
        assert_eq!(gbk.single(b'a'), Single::Point(0x61));
        // Every byte above ASCII leads: what follows decides.
        assert_eq!((gbk.single(0xd6), gbk.single(0x80)), (Single::Lead, Single::Lead));
        assert_eq!(gbk.double(0xd6, 0xd0), Found::Point(0x4e2d));
        assert_eq!((gbk.bytes_of(0x4e2d), gbk.bytes_of(0x1_f600)), (Some(0xd6d0), None));
        let hkscs = charset("big5hkscs").expect("an encoding");
        assert_eq!(hkscs.double(0x88, 0x62), Found::Pair(0xca, 0x304));
        assert_eq!(hkscs.bytes_of_pair(0xca, 0x304), Some(0x8862));
        let gb18030 = charset("gb18030").expect("an encoding");
        assert_eq!((gb18030.ranged(0), gb18030.place_in_ranges(0x1_0000)), (Some(0x80), Some(189_000)));
    }
}
