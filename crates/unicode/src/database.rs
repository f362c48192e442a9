//! The Unicode character database: what the module `unicodedata` tells of a character.
//!
//! It stands in two versions: 13.0, and the 3.2.0 that the internationalized domain
//! names of RFC 3490 are bound to.

use std::fmt;

use crate::properties::numeric_value;
use crate::tables::Trie;

/// One version of the database.
pub struct Database {
    version: &'static str,
    index: Trie,
    records: &'static [[u8; 8]],
    old: bool,
}

/// The current version.
pub static UNICODE_13: Database = Database {
    version: "13.0.0",
    index: Trie::new(numbers!(u16, "database_index.bin")),
    records: records(include_bytes!("tables/database_records.bin")),
    old: false,
};

/// `unicodedata.ucd_3_2_0`.
pub static UNICODE_3_2: Database = Database {
    version: "3.2.0",
    index: Trie::new(numbers!(u16, "database_3_2_0_index.bin")),
    records: records(include_bytes!("tables/database_3_2_0_records.bin")),
    old: true,
};

const fn records(bytes: &'static [u8]) -> &'static [[u8; 8]] {
    bytes.as_chunks().0
}

/// The places of the fields in a record.
enum Field {
    Category,
    Direction,
    Combining,
    Mirrored,
    Width,
    QuickCheck,
    Decimal,
    Numeric,
}

const CATEGORIES: [&str; 30] = lines!("categories.txt", 30);
const DIRECTIONS: [&str; 24] = lines!("directions.txt", 24);
const WIDTHS: [&str; 6] = lines!("widths.txt", 6);
const TAGS: [&str; 17] = lines!("decomposition_tags.txt", 17);

static DECOMPOSITION_INDEX: Trie = Trie::new(numbers!(u16, "decomposition_index.bin"));
/// Each mapping is a header, tag number and length, and then its code points.
static DECOMPOSITIONS: &[u32] = numbers!(u32, "decompositions.bin");

/// What a character decomposes to, one step.
#[derive(Clone, Copy)]
pub struct Decomposition {
    /// The formatting tag, as `<compat>`; empty for a canonical mapping.
    pub tag: &'static str,
    pub points: &'static [u32],
}

impl fmt::Display for Decomposition {
    /// As `unicodedata.decomposition` shows it: tag, and code points in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag)?;
        for (i, point) in self.points.iter().enumerate() {
            let space = if i == 0 && self.tag.is_empty() { "" } else { " " };
            write!(f, "{space}{point:04X}")?;
        }
        Ok(())
    }
}

impl Database {
    /// The version's number, as `unidata_version`.
    pub fn version(&self) -> &'static str {
        self.version
    }

    fn field(&self, point: u32, field: Field) -> u8 {
        self.records[self.index.get(point)][field as usize]
    }

    /// General category.
    pub fn category(&self, point: u32) -> &'static str {
        CATEGORIES[usize::from(self.field(point, Field::Category))]
    }

    /// Whether this version has the character at all.
    pub fn is_assigned(&self, point: u32) -> bool {
        self.category(point) != "Cn"
    }

    /// Bidirectional class; empty where none is given.
    pub fn bidirectional(&self, point: u32) -> &'static str {
        DIRECTIONS[usize::from(self.field(point, Field::Direction))]
    }

    /// Canonical combining class.
    pub fn combining(&self, point: u32) -> u8 {
        self.field(point, Field::Combining)
    }

    /// Whether the character is mirrored in text that runs from right to left.
    pub fn mirrored(&self, point: u32) -> bool {
        self.field(point, Field::Mirrored) != 0
    }

    /// East Asian width.
    pub fn east_asian_width(&self, point: u32) -> &'static str {
        WIDTHS[usize::from(self.field(point, Field::Width))]
    }

    /// The value of a decimal digit.
    pub fn decimal(&self, point: u32) -> Option<u8> {
        let decimal = self.field(point, Field::Decimal);
        (decimal != 0xff).then_some(decimal)
    }

    /// The numeric value.
    pub fn numeric(&self, point: u32) -> Option<f64> {
        numeric_value(self.field(point, Field::Numeric))
    }

    /// Two bits for each normal form.
    pub(crate) fn quick_check(&self, point: u32) -> u8 {
        self.field(point, Field::QuickCheck)
    }

    pub(crate) fn is_old(&self) -> bool {
        self.old
    }

    /// The decomposition mapping, where there is one. Hangul syllables, which decompose by rule, have none.
    pub fn decomposition(&self, point: u32) -> Option<Decomposition> {
        let at = DECOMPOSITION_INDEX.get(point);
        if at == 0 || self.old && !self.is_assigned(point) {
            return None;
        }
        let header = DECOMPOSITIONS[at] as usize;
        let (tag, length) = (header & 0xff, header >> 8);
        Some(Decomposition { tag: TAGS[tag], points: &DECOMPOSITIONS[at + 1..at + 1 + length] })
    }

    /// The character's name, if this version has the character.
    pub fn name(&self, point: u32) -> Option<String> {
        if self.old && !self.is_assigned(point) {
            return None;
        }
        crate::names::name(point)
    }
}
