//! The keys of a document's objects, each made once.

use objects::prelude::*;
use objects::str::{Points, Unit};

use super::string;

/// How many keys are found at once.
const RECENT: usize = 128;

/// The keys so far. A key is found among the recent ones by its characters, before it is a string at all.
pub struct Keys {
    recent: Vec<Option<Ref<Str>>>,
    /// Every key, so that equal ones are one object.
    all: Option<Ref<Dict>>,
}

/// A place for a key among the recent ones.
fn place(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let mixed = match text.len() {
        0..=8 => word(text),
        length => word(&text[..8]) ^ word(&text[length - 8..]).rotate_left(29),
    };
    let hash = (mixed ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> (u64::BITS - RECENT.trailing_zeros())) as usize
}

impl Keys {
    pub const fn new() -> Keys {
        Keys { recent: Vec::new(), all: None }
    }

    /// The key that begins at `at`, behind its quote; `at` is moved behind it.
    #[inline]
    pub fn scan<U: Unit>(
        &mut self,
        document: &Str,
        units: &[U],
        at: &mut usize,
        strict: bool,
    ) -> Result<Ref<Str>> {
        let Points::One(bytes) = U::points(units) else {
            let key = string::scan(document, units, at, strict)?;
            return self.unique(key);
        };
        let start = *at;
        let end = start + string::plain_run(&bytes[start..]);
        if bytes.get(end) != Some(&b'"') {
            let key = string::scan(document, units, at, strict)?;
            return self.unique(key);
        }
        *at = end + 1;
        let text = &bytes[start..end];
        // Two keys that have one place share it with its neighbour.
        let places = [place(text), place(text) ^ 1];
        let known = places.iter().filter_map(|&place| self.recent.get(place)?.as_ref());
        if let Some(key) =
            known.into_iter().find(|key| matches!(key.points(), Points::One(known) if known == text))
        {
            return Ok(key.clone());
        }
        let key = self.unique(Str::from_latin1(text)?)?;
        if self.recent.is_empty() {
            self.recent.resize(RECENT, None);
        }
        let free = places.into_iter().find(|&place| self.recent[place].is_none());
        self.recent[free.unwrap_or(places[0])] = Some(key.clone());
        Ok(key)
    }

    /// The first key that equals this one.
    fn unique(&mut self, key: Ref<Str>) -> Result<Ref<Str>> {
        let all = self.all.get_or_insert_with(Dict::new);
        let known = all.set_default(&key, &key)?;
        Ok(known.into_type::<Str>().unwrap_or(key))
    }
}
