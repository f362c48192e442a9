//! The four normal forms (Unicode Standard Annex 15).

use crate::database::{Database, UNICODE_13};

/// A normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical composition.
    Nfc,
    /// Compatibility composition.
    Nfkc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// By its name in Python: `NFC`, `NFKC`, `NFD` or `NFKD`.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFKC" => Form::Nfkc,
            "NFD" => Form::Nfd,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn is_compatibility(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn is_composed(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }
}

/// The answer of the quick check algorithm.
#[derive(PartialEq, Eq)]
enum Quick {
    Yes,
    Maybe,
    No,
}

/// (first, second, composed), in order.
static COMPOSITES: &[u32] = numbers!(u32, "composites.bin");
/// (code point, its canonical decomposition in 3.2.0) where that was another one.
static CORRECTIONS: &[u32] = numbers!(u32, "corrections_3_2_0.bin");

/// Hangul syllables compose and decompose by arithmetic (The Unicode Standard, section 3.12).
pub(crate) mod hangul {
    pub const S: u32 = 0xac00;
    pub const L: u32 = 0x1100;
    pub const V: u32 = 0x1161;
    pub const T: u32 = 0x11a7;
    pub const L_COUNT: u32 = 19;
    pub const V_COUNT: u32 = 21;
    pub const T_COUNT: u32 = 28;
    pub const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;
}

impl Database {
    /// The text in a normal form.
    pub fn normalize(&self, form: Form, text: &[u32]) -> Vec<u32> {
        if self.quick_check_text(form, text) == Quick::Yes {
            return text.to_vec();
        }
        let decomposed = self.decompose(form, text);
        if form.is_composed() { compose(&decomposed) } else { decomposed }
    }

    /// Whether the text is in a normal form already.
    pub fn is_normalized(&self, form: Form, text: &[u32]) -> bool {
        match self.quick_check_text(form, text) {
            Quick::Yes => true,
            Quick::No => false,
            Quick::Maybe => self.normalize(form, text) == text,
        }
    }

    fn quick_check_text(&self, form: Form, text: &[u32]) -> Quick {
        if self.is_old() && !text.is_empty() {
            // The quick check values are those of 13.0, so CPython 3.9 trusts none; `is_normalized` says no.
            return Quick::No;
        }
        if text.iter().all(|&point| point < 0x80) {
            return Quick::Yes;
        }
        let mut answer = Quick::Yes;
        let mut last_class = 0;
        for &point in text {
            let class = class_of(point);
            if class != 0 && last_class > class {
                return Quick::No;
            }
            last_class = class;
            match self.quick_check(point) >> (2 * form as u8) & 3 {
                0 => {}
                1 => answer = Quick::Maybe,
                _ => return Quick::No,
            }
        }
        answer
    }

    fn decompose(&self, form: Form, text: &[u32]) -> Vec<u32> {
        let mut output = Vec::with_capacity(text.len() + text.len() / 8);
        for &point in text {
            match point < FIRST_DECOMPOSED {
                true => output.push(point),
                false => self.decompose_point(form, point, &mut output),
            }
        }
        reorder(&mut output);
        output
    }

    /// Recursive to the depth of the longest chain of mappings, four.
    fn decompose_point(&self, form: Form, point: u32, output: &mut Vec<u32>) {
        let syllable = point.wrapping_sub(hangul::S);
        if syllable < hangul::S_COUNT {
            return decompose_syllable(syllable, output);
        }
        if self.is_old()
            && let Some(pair) = CORRECTIONS.chunks_exact(2).find(|pair| pair[0] == point)
        {
            return output.push(pair[1]);
        }
        match self.decomposition(point) {
            Some(mapping) if mapping.tag.is_empty() || form.is_compatibility() => {
                for &part in mapping.points {
                    self.decompose_point(form, part, output);
                }
            }
            _ => output.push(point),
        }
    }
}

/// The first combining mark, and the first character that decomposes.
const FIRST_MARK: u32 = 0x300;
const FIRST_DECOMPOSED: u32 = 0xa0;

/// Ordering goes by the classes of 13.0, in the old version too.
#[inline]
fn class_of(point: u32) -> u8 {
    if point < FIRST_MARK { 0 } else { UNICODE_13.combining(point) }
}

/// Whether a character may be the second of a pair that composes: what a quick check for NFC answers `Maybe` to.
#[inline]
fn may_compose(point: u32) -> bool {
    point >= FIRST_MARK && UNICODE_13.quick_check(point) >> (2 * Form::Nfc as u8) & 3 == 1
}

/// Canonical ordering: each run of combining marks, stably by class.
fn reorder(text: &mut [u32]) {
    for run in text.chunk_by_mut(|&a, &b| (class_of(a) == 0) == (class_of(b) == 0)) {
        if run.len() > 1 && class_of(run[0]) != 0 {
            run.sort_by_key(|&point| class_of(point));
        }
    }
}

fn compose(text: &[u32]) -> Vec<u32> {
    let mut output: Vec<u32> = Vec::with_capacity(text.len());
    let mut starter: Option<usize> = None;
    // The class of the last mark kept after the starter.
    let mut last_class = 0;
    for &point in text {
        let class = class_of(point);
        if let Some(at) = starter {
            let adjacent = at + 1 == output.len();
            if may_compose(point)
                && (adjacent || last_class < class)
                && let Some(composed) = compose_pair(output[at], point)
            {
                output[at] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(output.len());
        }
        last_class = class;
        output.push(point);
    }
    output
}

fn decompose_syllable(syllable: u32, output: &mut Vec<u32>) {
    use hangul::*;
    output.push(L + syllable / (V_COUNT * T_COUNT));
    output.push(V + syllable % (V_COUNT * T_COUNT) / T_COUNT);
    if !syllable.is_multiple_of(T_COUNT) {
        output.push(T + syllable % T_COUNT);
    }
}

fn compose_pair(first: u32, second: u32) -> Option<u32> {
    use hangul::*;
    let (leading, vowel) = (first.wrapping_sub(L), second.wrapping_sub(V));
    if leading < L_COUNT && vowel < V_COUNT {
        return Some(S + (leading * V_COUNT + vowel) * T_COUNT);
    }
    let (syllable, trailing) = (first.wrapping_sub(S), second.wrapping_sub(T));
    if syllable < S_COUNT && syllable.is_multiple_of(T_COUNT) && (1..T_COUNT).contains(&trailing) {
        return Some(first + trailing);
    }
    let (triples, _) = COMPOSITES.as_chunks::<3>();
    let place = triples.binary_search_by_key(&(first, second), |triple| (triple[0], triple[1])).ok()?;
    Some(triples[place][2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UNICODE_3_2;

    #[test]
    fn nothing_composes_or_decomposes_that_is_passed_over() {
        for triple in COMPOSITES.as_chunks::<3>().0 {
            assert!(may_compose(triple[1]), "{:x}", triple[1]);
        }
        for point in
            (hangul::V..hangul::V + hangul::V_COUNT).chain(hangul::T + 1..hangul::T + hangul::T_COUNT)
        {
            assert!(may_compose(point), "{point:x}");
        }
        for point in 0..FIRST_DECOMPOSED {
            assert!(
                [&UNICODE_13, &UNICODE_3_2].iter().all(|database| database.decomposition(point).is_none())
            );
        }
        assert!((0..FIRST_MARK).all(|point| UNICODE_13.combining(point) == 0));
    }
}
