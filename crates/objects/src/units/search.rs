//! Substring search: in bytes by the best there is, in wider units through their bytes.

use memchr::{memchr_iter, memmem, memrchr};

use crate::str::Unit;

fn as_narrow<U: Unit>(units: &[U]) -> Option<&[u8]> {
    (size_of::<U>() == 1).then(|| bytemuck::cast_slice(units))
}

/// Where the needle first is.
pub fn find<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    if needle.len() > haystack.len() {
        return None;
    }
    match (needle, as_narrow(haystack)) {
        ([], _) => Some(0),
        (&[unit], Some(bytes)) => memchr::memchr(unit.into() as u8, bytes),
        (&[unit], None) => haystack.iter().position(|&other| other == unit),
        (_, Some(bytes)) => find_bytes(bytes, bytemuck::cast_slice(needle)),
        (_, None) => find_wide(haystack, needle),
    }
}

/// Short haystacks are searched faster than a searcher is prepared.
const SHORT: usize = 64;

fn find_bytes(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if haystack.len() > SHORT {
        return memmem::find(haystack, needle);
    }
    let last = haystack.len() - needle.len();
    let mut from = 0;
    while let Some(offset) = memchr::memchr(needle[0], &haystack[from..=last]) {
        let at = from + offset;
        if haystack[at..at + needle.len()] == *needle {
            return Some(at);
        }
        from = at + 1;
        if from > last {
            break;
        }
    }
    None
}

fn find_wide<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    let finder = memmem::Finder::new(bytemuck::cast_slice::<U, u8>(needle));
    let bytes: &[u8] = bytemuck::cast_slice(haystack);
    let mut from = 0;
    while let Some(offset) = finder.find(&bytes[from..]) {
        let at = from + offset;
        if at % size_of::<U>() == 0 {
            return Some(at / size_of::<U>());
        }
        from = at + 1;
    }
    None
}

/// Where the needle last is.
pub fn rfind<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    if needle.len() > haystack.len() {
        return None;
    }
    match (needle, as_narrow(haystack)) {
        ([], _) => Some(haystack.len()),
        (&[unit], Some(bytes)) => memrchr(unit.into() as u8, bytes),
        (&[unit], None) => haystack.iter().rposition(|&other| other == unit),
        (_, Some(bytes)) => memmem::rfind(bytes, bytemuck::cast_slice(needle)),
        (_, None) => rfind_wide(haystack, needle),
    }
}

fn rfind_wide<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    let needle: &[u8] = bytemuck::cast_slice(needle);
    let finder = memmem::FinderRev::new(needle);
    let bytes: &[u8] = bytemuck::cast_slice(haystack);
    let mut end = bytes.len();
    while let Some(at) = finder.rfind(&bytes[..end]) {
        if at % size_of::<U>() == 0 {
            return Some(at / size_of::<U>());
        }
        end = at + needle.len() - 1;
    }
    None
}

/// Where the needle, which is not empty, is; matches do not overlap.
pub fn occurrences<'a, U: Unit>(haystack: &'a [U], needle: &'a [U]) -> impl Iterator<Item = usize> + 'a {
    let finder = (size_of::<U>() == 1 && needle.len() > 1 && haystack.len() > SHORT)
        .then(|| memmem::Finder::new(bytemuck::cast_slice::<U, u8>(needle)));
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &haystack[from..];
        let offset = match &finder {
            Some(finder) => finder.find(bytemuck::cast_slice(rest))?,
            None => find(rest, needle)?,
        };
        let at = from + offset;
        from = at + needle.len();
        Some(at)
    })
}

/// How often the needle is there, without overlaps; an empty one is everywhere. At most `limit`.
pub fn count<U: Unit>(haystack: &[U], needle: &[U], limit: usize) -> usize {
    match (needle, as_narrow(haystack)) {
        ([], _) => (haystack.len() + 1).min(limit),
        (&[unit], Some(bytes)) => memchr_iter(unit.into() as u8, bytes).count().min(limit),
        _ => occurrences(haystack, needle).take(limit).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wide units whose bytes contain the needle's out of step are no match.
    #[test]
    fn matches_in_wide_units_are_aligned() {
        let haystack: &[u16] = &[0x3400, 0x1234, 0x1200, 0x3412, 0x1234];
        assert_eq!(find(haystack, &[0x0034, 0x3412]), None);
        assert_eq!(find(haystack, &[0x3412, 0x1234]), Some(3));
        assert_eq!(rfind(haystack, &[0x1234, 0x1200]), Some(1));
        assert_eq!(rfind(haystack, &[0x1234]), Some(4));
    }

    #[test]
    fn counts_do_not_overlap() {
        assert_eq!(count(b"aaaa", b"aa", usize::MAX), 2);
        assert_eq!(count(b"aaaa", b"", usize::MAX), 5);
        assert_eq!(count(&[b"xyz".repeat(50).as_slice()].concat(), b"yz", usize::MAX), 50);
        assert_eq!(find(b"ab", b"abc"), None);
    }
}
