//! Replacing parts.

use super::search::occurrences;
use crate::prelude::*;
use crate::str::Unit;

/// The units with the first `limit` of `old`, which is not empty, replaced; none where there is none.
/// Raises `OverflowError`, and `MemoryError`.
pub fn replace_units<U: Unit>(units: &[U], old: &[U], new: &[U], limit: usize) -> Result<Option<Vec<U>>> {
    if old.len() == new.len() {
        return Ok(replace_in_place(units, old, new, limit));
    }
    let places: Vec<usize> = occurrences(units, old).take(limit).collect();
    if places.is_empty() {
        return Ok(None);
    }
    let kept = units.len() - places.len() * old.len();
    let mut replaced =
        reserve(places.len().checked_mul(new.len()).and_then(|added| added.checked_add(kept)))?;
    let mut start = 0;
    for at in places {
        replaced.extend_from_slice(&units[start..at]);
        replaced.extend_from_slice(new);
        start = at + old.len();
    }
    replaced.extend_from_slice(&units[start..]);
    Ok(Some(replaced))
}

fn replace_in_place<U: Unit>(units: &[U], old: &[U], new: &[U], limit: usize) -> Option<Vec<U>> {
    let mut places = occurrences(units, old).take(limit).peekable();
    places.peek()?;
    let mut replaced = units.to_vec();
    for at in places {
        replaced[at..at + new.len()].copy_from_slice(new);
    }
    Some(replaced)
}

/// The units with `new` in front of the first, and then behind each: `limit` of them in all.
pub fn interleave<U: Unit>(units: &[U], new: &[U], limit: usize) -> Result<Vec<U>> {
    let count = limit.min(units.len() + 1);
    let mut result = reserve(count.checked_mul(new.len()).and_then(|added| added.checked_add(units.len())))?;
    for (index, &unit) in units.iter().enumerate() {
        if index < count {
            result.extend_from_slice(new);
        }
        result.push(unit);
    }
    if count > units.len() {
        result.extend_from_slice(new);
    }
    Ok(result)
}

fn reserve<U>(length: Option<usize>) -> Result<Vec<U>> {
    let Some(length) = length.filter(|&length| length <= isize::MAX as usize) else {
        bail!(OverflowError, "replace string is too long");
    };
    let mut units = Vec::new();
    match units.try_reserve_exact(length) {
        Ok(()) => Ok(units),
        Err(_) => Err(raise!(MemoryError)),
    }
}

/// Fills room, which is longer than the pattern, with the pattern over and over.
pub fn fill_repeated<U: Unit>(room: &mut [U], pattern: &[U]) {
    if let [unit] = pattern {
        return room.fill(*unit);
    }
    let mut filled = pattern.len();
    room[..filled].copy_from_slice(pattern);
    while filled < room.len() {
        let more = filled.min(room.len() - filled);
        room.copy_within(..more, filled);
        filled += more;
    }
}
