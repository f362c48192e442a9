//! Tests of a single character: categories, sets, and comparison without case.

use crate::constants::Category;

/// What the C locale of the moment says of a byte; patterns with `re.LOCALE` ask.
pub trait Locale {
    fn to_lower(&self, byte: u8) -> u8;
    fn to_upper(&self, byte: u8) -> u8;
    fn is_alnum(&self, byte: u8) -> bool;
}

/// How a character is changed before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    None,
    Ascii,
    Unicode,
    /// Compared both as lower and as upper case of the locale.
    Locale,
}

/// `_sre.ascii_tolower`.
pub fn lower_ascii(code: u32) -> u32 {
    if (0x41..=0x5a).contains(&code) { code + 0x20 } else { code }
}

/// `_sre.unicode_tolower`.
pub fn lower_unicode(code: u32) -> u32 {
    unicode::to_lower(code)
}

/// `_sre.ascii_iscased`.
pub fn is_cased_ascii(code: u32) -> bool {
    u8::try_from(code).is_ok_and(|byte| byte.is_ascii_alphabetic())
}

/// `_sre.unicode_iscased`: differs from its lower or upper case.
pub fn is_cased_unicode(code: u32) -> bool {
    let lower = unicode::to_lower(code);
    code != lower || code != unicode::to_upper(lower)
}

fn lower_locale(code: u32, locale: &dyn Locale) -> u32 {
    u8::try_from(code).map_or(code, |byte| locale.to_lower(byte).into())
}

fn upper_locale(code: u32, locale: &dyn Locale) -> u32 {
    u8::try_from(code).map_or(code, |byte| locale.to_upper(byte).into())
}

impl Fold {
    /// The form in which two characters of the subject are compared (back references).
    pub(crate) fn apply(self, code: u32, locale: &dyn Locale) -> u32 {
        match self {
            Fold::None => code,
            Fold::Ascii => lower_ascii(code),
            Fold::Unicode => lower_unicode(code),
            Fold::Locale => lower_locale(code, locale),
        }
    }
}

pub(crate) fn is_linebreak(code: u32) -> bool {
    code == 0x0a
}

pub(crate) fn is_word_ascii(code: u32) -> bool {
    u8::try_from(code).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

pub(crate) fn is_word_unicode(code: u32) -> bool {
    unicode::is_alnum(code) || code == 0x5f
}

pub(crate) fn is_word_locale(code: u32, locale: &dyn Locale) -> bool {
    u8::try_from(code).is_ok_and(|byte| locale.is_alnum(byte) || byte == b'_')
}

impl Category {
    fn asks_locale(self) -> bool {
        matches!(self, Category::LocWord | Category::LocNotWord)
    }

    fn contains(self, code: u32, locale: &dyn Locale) -> bool {
        match self {
            Category::Digit => (0x30..=0x39).contains(&code),
            Category::NotDigit => !Category::Digit.contains(code, locale),
            Category::Space => matches!(code, 0x09..=0x0d | 0x20),
            Category::NotSpace => !Category::Space.contains(code, locale),
            Category::Word => is_word_ascii(code),
            Category::NotWord => !is_word_ascii(code),
            Category::Linebreak => is_linebreak(code),
            Category::NotLinebreak => !is_linebreak(code),
            Category::LocWord => is_word_locale(code, locale),
            Category::LocNotWord => !is_word_locale(code, locale),
            Category::UniDigit => unicode::is_decimal(code),
            Category::UniNotDigit => !unicode::is_decimal(code),
            Category::UniSpace => unicode::is_space(code),
            Category::UniNotSpace => !unicode::is_space(code),
            Category::UniWord => is_word_unicode(code),
            Category::UniNotWord => !is_word_unicode(code),
            Category::UniLinebreak => unicode::is_linebreak(code),
            Category::UniNotLinebreak => !unicode::is_linebreak(code),
        }
    }
}

/// One item of a set, in the order of the code words.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Literal(u32),
    Range(u32, u32),
    /// Holds a character whose upper case is in the range, too.
    RangeUniIgnore(u32, u32),
    /// The first 256 characters, a bit each.
    Bitmap([u32; 8]),
    /// The first 65536 characters: which chunk each 256 have.
    BigBitmap {
        chunk_of: Box<[u8; 256]>,
        chunks: Box<[[u32; 8]]>,
    },
    Category(Category),
    /// What follows decides the other way round.
    Negate,
}

impl Item {
    fn contains(&self, code: u32, locale: &dyn Locale) -> bool {
        match *self {
            Item::Literal(literal) => code == literal,
            Item::Range(first, last) => (first..=last).contains(&code),
            Item::RangeUniIgnore(first, last) => {
                let range = first..=last;
                range.contains(&code) || range.contains(&unicode::to_upper(code))
            }
            Item::Bitmap(ref bits) => code < 256 && has_bit(bits, code),
            Item::BigBitmap { ref chunk_of, ref chunks } => {
                code < 0x1_0000 && has_bit(&chunks[usize::from(chunk_of[code as usize >> 8])], code & 0xff)
            }
            Item::Category(category) => category.contains(code, locale),
            Item::Negate => false,
        }
    }

    fn asks_locale(&self) -> bool {
        matches!(self, Item::Category(category) if category.asks_locale())
    }
}

fn has_bit(bits: &[u32; 8], bit: u32) -> bool {
    bits[bit as usize / 32] >> (bit % 32) & 1 != 0
}

/// A set of characters, with the answers for the first 256 worked out beforehand.
#[derive(Clone, Debug)]
pub(crate) struct CharSet {
    items: Box<[Item]>,
    fold: Fold,
    /// Holds what the items do not: said of the character before folding.
    inverted: bool,
    latin: [bool; 256],
    /// The locale may change, so that nothing is known beforehand.
    asks_locale: bool,
}

impl CharSet {
    pub(crate) fn new(items: Vec<Item>, fold: Fold, inverted: bool) -> CharSet {
        let asks_locale = fold == Fold::Locale || items.iter().any(Item::asks_locale);
        let mut set = CharSet { items: items.into(), fold, inverted, latin: [false; 256], asks_locale };
        if !asks_locale {
            set.latin = std::array::from_fn(|code| set.test(code as u32, &NoLocale));
        }
        set
    }

    #[inline(always)]
    pub(crate) fn contains(&self, code: u32, locale: &dyn Locale) -> bool {
        match self.latin.get(code as usize) {
            Some(&member) if !self.asks_locale => member,
            _ => self.test(code, locale),
        }
    }

    /// Adds those of the first 256 characters that the set may hold.
    pub(crate) fn add_to(&self, latin: &mut [bool; 256]) {
        for (code, member) in latin.iter_mut().enumerate() {
            *member |= self.asks_locale || self.latin[code];
        }
    }

    #[cold]
    fn test(&self, code: u32, locale: &dyn Locale) -> bool {
        let found = match self.fold {
            Fold::Locale => {
                let (lower, upper) = (lower_locale(code, locale), upper_locale(code, locale));
                self.test_folded(lower, locale) || upper != lower && self.test_folded(upper, locale)
            }
            fold => self.test_folded(fold.apply(code, locale), locale),
        };
        found != self.inverted
    }

    fn test_folded(&self, code: u32, locale: &dyn Locale) -> bool {
        let mut found = true;
        for item in &self.items {
            if matches!(item, Item::Negate) {
                found = !found;
            } else if item.contains(code, locale) {
                return found;
            }
        }
        !found
    }
}

/// Stands in where no locale can be asked.
struct NoLocale;

impl Locale for NoLocale {
    fn to_lower(&self, byte: u8) -> u8 {
        byte
    }

    fn to_upper(&self, byte: u8) -> u8 {
        byte
    }

    fn is_alnum(&self, _: u8) -> bool {
        false
    }
}
