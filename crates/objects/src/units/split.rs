//! Splitting, stripping and tabs. Pieces are told as ranges, from the side that the work starts at.

use super::Ends;
use super::search::{find, occurrences, rfind};
use crate::prelude::*;
use crate::str::Unit;

/// The pieces between separators, at most `limit` separators counted.
pub fn split_on<U: Unit>(
    units: &[U],
    separator: &[U],
    limit: usize,
    mut piece: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let mut start = 0;
    for at in occurrences(units, separator).take(limit) {
        piece(start, at)?;
        start = at + separator.len();
    }
    piece(start, units.len())
}

/// As [`split_on`] from the right: the last piece first.
pub fn rsplit_on<U: Unit>(
    units: &[U],
    separator: &[U],
    limit: usize,
    mut piece: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let mut end = units.len();
    for _ in 0..limit {
        let Some(at) = rfind(&units[..end], separator) else { break };
        piece(at + separator.len(), end)?;
        end = at;
    }
    piece(0, end)
}

/// The pieces between runs of white space; what is left after `limit` of them loses its leading space alone.
pub fn split_space<U: Unit>(
    units: &[U],
    limit: usize,
    is_space: impl Fn(u32) -> bool,
    mut piece: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let space = |index: usize| is_space(units[index].into());
    let (mut at, end) = (0, units.len());
    for _ in 0..limit {
        while at < end && space(at) {
            at += 1;
        }
        if at == end {
            return Ok(());
        }
        let start = at;
        at += 1;
        while at < end && !space(at) {
            at += 1;
        }
        piece(start, at)?;
    }
    while at < end && space(at) {
        at += 1;
    }
    if at < end { piece(at, end) } else { Ok(()) }
}

/// As [`split_space`] from the right: the last piece first.
pub fn rsplit_space<U: Unit>(
    units: &[U],
    limit: usize,
    is_space: impl Fn(u32) -> bool,
    mut piece: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let space = |index: usize| is_space(units[index].into());
    let mut end = units.len();
    for _ in 0..limit {
        while end > 0 && space(end - 1) {
            end -= 1;
        }
        if end == 0 {
            return Ok(());
        }
        let stop = end;
        end -= 1;
        while end > 0 && !space(end - 1) {
            end -= 1;
        }
        piece(end, stop)?;
    }
    while end > 0 && space(end - 1) {
        end -= 1;
    }
    if end > 0 { piece(0, end) } else { Ok(()) }
}

/// The lines, with their ends where `keep_ends`. CR LF ends one line.
pub fn split_lines<U: Unit>(
    units: &[U],
    keep_ends: bool,
    is_break: impl Fn(u32) -> bool,
    mut piece: impl FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let mut start = 0;
    while start < units.len() {
        let rest = &units[start..];
        let Some(offset) = rest.iter().position(|&unit| is_break(unit.into())) else {
            return piece(start, units.len());
        };
        let stop = start + offset;
        let is_pair = matches!(rest[offset..], [cr, lf, ..] if (cr.into(), lf.into()) == (0x0d, 0x0a));
        let next = stop + if is_pair { 2 } else { 1 };
        piece(start, if keep_ends { next } else { stop })?;
        start = next;
    }
    Ok(())
}

/// What is left when the units that `is_stripped` names are taken off the ends.
pub fn strip_range<U: Unit>(units: &[U], ends: Ends, is_stripped: impl Fn(u32) -> bool) -> (usize, usize) {
    let (mut start, mut end) = (0, units.len());
    if ends.left() {
        while start < end && is_stripped(units[start].into()) {
            start += 1;
        }
    }
    if ends.right() {
        while end > start && is_stripped(units[end - 1].into()) {
            end -= 1;
        }
    }
    (start, end)
}

/// Tabs made into spaces up to the next multiple of `size` in the line; none if there is no tab.
/// Raises `OverflowError`.
pub fn expand_tabs<U: Unit>(units: &[U], size: isize) -> Result<Option<Vec<U>>> {
    let tab = U::from_point(0x09);
    if find(units, &[tab]).is_none() {
        return Ok(None);
    }
    let size = usize::try_from(size).unwrap_or(0);
    let mut expanded = Vec::with_capacity(units.len());
    let mut column = 0;
    for &unit in units {
        if unit == tab {
            let width = if size > 0 { size - column % size } else { 0 };
            if width > isize::MAX as usize - expanded.len() {
                bail!(OverflowError, "new string is too long");
            }
            if expanded.try_reserve(width).is_err() {
                bail!(MemoryError);
            }
            expanded.resize(expanded.len() + width, U::from_point(0x20));
            column += width;
        } else {
            expanded.push(unit);
            column += 1;
            if matches!(unit.into(), 0x0a | 0x0d) {
                column = 0;
            }
        }
    }
    Ok(Some(expanded))
}
