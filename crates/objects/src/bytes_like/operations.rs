//! The operations behind the methods of `bytes` and `bytearray`.

use super::ByteString;
use crate::buffer::BytesLike;
use crate::bytes::convert::byte;
use crate::prelude::*;
use crate::slice::Indices;
use crate::units::{self, Ends};

/// White space in bytes: that of ASCII.
pub fn is_space(byte: u32) -> bool {
    matches!(byte, 0x09..=0x0d | 0x20)
}

/// The content in quotes, with escapes for what is not printable ASCII, between a prefix and a suffix. Single quotes are
/// escaped inside of double ones too where `escapes_single`, as a bytearray does. Raises `MemoryError`.
pub fn quoted(prefix: &str, content: &[u8], suffix: &str, escapes_single: bool) -> Result<Ref<Str>> {
    let quote = if content.contains(&b'\'') && !content.contains(&b'"') { '"' } else { '\'' };
    let longest = |&byte: &u8| match byte {
        b'\\' | b'\'' | b'\t' | b'\n' | b'\r' => 2,
        b' '..=b'~' => 1,
        _ => 4,
    };
    let length = content.iter().map(longest).sum::<usize>() + prefix.len() + suffix.len() + 3;
    let mut text = String::new();
    if text.try_reserve_exact(length).is_err() {
        bail!(MemoryError);
    }
    text.push_str(prefix);
    text.push('b');
    text.push(quote);
    for &byte in content {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            _ if char::from(byte) == quote || escapes_single && byte == b'\'' => {
                text.push('\\');
                text.push(byte.into());
            }
            b' '..=b'~' => text.push(byte.into()),
            _ => {
                let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
                text.extend(['\\', 'x', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    text.push(quote);
    text.push_str(suffix);
    Str::try_new(&text)
}

/// What is searched for: bytes, or one byte given as a number.
pub enum Needle<'a> {
    Byte([u8; 1]),
    Bytes(BytesLike<'a>),
}

impl<'a> Needle<'a> {
    pub fn of(object: &'a Object) -> Result<Needle<'a>> {
        if object.has_buffer() {
            return BytesLike::of(object).map(Needle::Bytes);
        }
        if !object.has_index() {
            let name = object.class().name();
            bail!(TypeError, "argument should be integer or bytes-like object, not '{name}'");
        }
        Ok(Needle::Byte([byte(object, "byte must be in range(0, 256)")?]))
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Needle::Byte(byte) => byte,
            Needle::Bytes(bytes) => bytes.bytes(),
        }
    }
}

/// `item in content`.
pub fn contains<S: ByteString>(object: &S, item: &Object) -> Result<bool> {
    if item.has_index() && !item.has_buffer() {
        let byte = match item.as_index_or(&exceptions::ValueError) {
            Ok(number) => {
                u8::try_from(number).map_err(|_| raise!(ValueError, "byte must be in range(0, 256)"))?
            }
            Err(raised) if raised.matches(&exceptions::ValueError) => {
                raised.clear();
                bail!(ValueError, "byte must be in range(0, 256)");
            }
            Err(raised) => return Err(raised),
        };
        return Ok(object.with(|content| memchr::memchr(byte, content).is_some()));
    }
    let needle = BytesLike::of(item)?;
    Ok(object.with(|content| units::find(content, needle.bytes()).is_some()))
}

/// The part that a slice selects.
pub fn sliced<S: ByteString>(object: &S, indices: Indices) -> Result<Ref<S>> {
    object.with(|content| match indices.step {
        1 => S::make(&content[indices.start as usize..][..indices.length]),
        _ => S::make(&indices.iter().map(|index| content[index]).collect::<Vec<u8>>()),
    })
}

/// `find`, `rfind`, `index`, `rindex`: the place, if there is one.
pub fn search<S: ByteString>(
    object: &S,
    method: &str,
    arguments: &[&Object],
    from_right: bool,
) -> Result<Option<usize>> {
    let length = object.with(<[u8]>::len);
    let (needle, start, end) = units::search_arguments(method, arguments, length)?;
    let needle = Needle::of(needle)?;
    let needle = needle.bytes();
    Ok(object.with(|content| {
        let part = content.get(start..end.min(content.len()))?;
        let place = if from_right { units::rfind(part, needle) } else { units::find(part, needle) };
        place.map(|place| place + start)
    }))
}

pub fn or_minus_one(place: Option<usize>) -> isize {
    place.map_or(-1, |place| place as isize)
}

pub fn or_error(place: Option<usize>) -> Result<usize> {
    place.ok_or_else(|| raise!(ValueError, "subsection not found"))
}

pub fn count<S: ByteString>(object: &S, arguments: &[&Object]) -> Result<usize> {
    let length = object.with(<[u8]>::len);
    let (needle, start, end) = units::search_arguments("count", arguments, length)?;
    let needle = Needle::of(needle)?;
    Ok(object.with(|content| match content.get(start..end.min(content.len())) {
        Some(part) => units::count(part, needle.bytes(), usize::MAX),
        None => 0,
    }))
}

/// `startswith` and `endswith`.
pub fn has_affix<S: ByteString>(
    object: &S,
    method: &str,
    arguments: &[&Object],
    at_end: bool,
) -> Result<bool> {
    let length = object.with(<[u8]>::len);
    let (affixes, start, end) = units::search_arguments(method, arguments, length)?;
    let matches = |affix: &Object| -> Result<bool> {
        let affix = BytesLike::of(affix)?;
        Ok(object.with(|content| match content.get(start..end.min(content.len())) {
            Some(part) if at_end => part.ends_with(affix.bytes()),
            Some(part) => part.starts_with(affix.bytes()),
            None => false,
        }))
    };
    if let Some(affixes) = affixes.downcast::<Tuple>() {
        for affix in affixes.as_slice() {
            if matches(affix)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    match matches(affixes) {
        Err(raised) if raised.matches(&exceptions::TypeError) => {
            let name = affixes.class().name();
            Err(raise!(TypeError, "{method} first arg must be bytes or a tuple of bytes, not {name}"))
        }
        answer => answer,
    }
}

/// The bytes with ASCII letters changed.
pub fn map_case<S: ByteString>(object: &S, map: impl FnOnce(&mut [u8])) -> Result<Ref<S>> {
    object.with(|content| {
        let mut changed = content.to_vec();
        map(&mut changed);
        S::make(&changed)
    })
}

/// `title`: the first letter of each word in upper case, the others in lower case.
pub fn title(content: &mut [u8]) {
    let mut in_word = false;
    for byte in content {
        match in_word {
            true => byte.make_ascii_lowercase(),
            false => byte.make_ascii_uppercase(),
        }
        in_word = byte.is_ascii_alphabetic();
    }
}

pub fn capitalize(content: &mut [u8]) {
    content.make_ascii_lowercase();
    if let Some(first) = content.first_mut() {
        first.make_ascii_uppercase();
    }
}

pub fn swap_case(content: &mut [u8]) {
    for byte in content.iter_mut().filter(|byte| byte.is_ascii_alphabetic()) {
        *byte ^= 0x20;
    }
}

/// Whether there are bytes and all satisfy the predicate.
pub fn all<S: ByteString>(object: &S, predicate: impl Fn(u8) -> bool) -> bool {
    object.with(|content| !content.is_empty() && content.iter().all(|&byte| predicate(byte)))
}

/// Whether there is a letter, and no letter is of the other case.
pub fn is_case<S: ByteString>(object: &S, wanted: fn(&u8) -> bool, other: fn(&u8) -> bool) -> bool {
    object.with(|content| content.iter().any(wanted) && !content.iter().any(other))
}

pub fn is_title<S: ByteString>(object: &S) -> bool {
    object.with(|content| {
        let (mut cased, mut in_word) = (false, false);
        for byte in content {
            let (upper, lower) = (byte.is_ascii_uppercase(), byte.is_ascii_lowercase());
            if upper && in_word || lower && !in_word {
                return false;
            }
            in_word = upper || lower;
            cased = cased || in_word;
        }
        cased
    })
}

/// The fill byte of `center` and its kin.
pub fn fill_byte(method: &str, value: Option<&Object>) -> Result<u8> {
    let Some(value) = value else { return Ok(b' ') };
    let single = match value.downcast::<Bytes>() {
        Some(bytes) => bytes.as_bytes().first().copied().filter(|_| bytes.len() == 1),
        None => value.downcast::<crate::bytearray::ByteArray>().and_then(|array| match array.to_vec()[..] {
            [byte] => Some(byte),
            _ => None,
        }),
    };
    single.ok_or_else(|| {
        let got = crate::arguments::described(value);
        raise!(TypeError, "{method}() argument 2 must be a byte string of length 1, not {got}")
    })
}

/// Where the content goes in a wider field.
#[derive(Clone, Copy, PartialEq)]
pub enum Alignment {
    Left,
    Right,
    Center,
}

pub fn padded<S: ByteString>(object: &S, width: isize, fill: u8, alignment: Alignment) -> Result<Ref<S>> {
    let length = object.with(<[u8]>::len);
    let padding = usize::try_from(width).unwrap_or(0).saturating_sub(length);
    if padding == 0 {
        return object.unchanged();
    }
    let left = match alignment {
        Alignment::Left => 0,
        Alignment::Right => padding,
        Alignment::Center => padding / 2 + (padding & width as usize & 1),
    };
    let mut wide = Vec::new();
    if wide.try_reserve_exact(length + padding).is_err() {
        bail!(MemoryError);
    }
    wide.resize(left, fill);
    object.with(|content| wide.extend_from_slice(content));
    wide.resize(length + padding, fill);
    S::make(&wide)
}

pub fn zero_filled<S: ByteString>(object: &S, width: isize) -> Result<Ref<S>> {
    let length = object.with(<[u8]>::len);
    let zeros = usize::try_from(width).unwrap_or(0).saturating_sub(length);
    if zeros == 0 {
        return object.unchanged();
    }
    let mut filled = Vec::new();
    if filled.try_reserve_exact(length + zeros).is_err() {
        bail!(MemoryError);
    }
    filled.resize(zeros, b'0');
    object.with(|content| filled.extend_from_slice(content));
    if let Some(sign @ (b'+' | b'-')) = filled.get(zeros).copied() {
        filled[0] = sign;
        filled[zeros] = b'0';
    }
    S::make(&filled)
}

pub fn expand_tabs<S: ByteString>(object: &S, size: isize) -> Result<Ref<S>> {
    match object.with(|content| units::expand_tabs(content, size))? {
        Some(expanded) => S::make(&expanded),
        None => object.with(S::make),
    }
}

pub fn stripped<S: ByteString>(object: &S, ends: Ends, bytes: Option<&Object>) -> Result<Ref<S>> {
    let set = bytes.filter(|bytes| !bytes.is_none()).map(BytesLike::of).transpose()?;
    let (start, end, length) = object.with(|content| {
        let (start, end) = match &set {
            None => units::strip_range(content, ends, is_space),
            Some(set) => {
                units::strip_range(content, ends, |byte| memchr::memchr(byte as u8, set.bytes()).is_some())
            }
        };
        (start, end, content.len())
    });
    match end - start == length {
        true => object.unchanged(),
        false => object.with(|content| S::make(&content[start..end])),
    }
}

pub fn replaced<S: ByteString>(object: &S, old: &[u8], new: &[u8], count: isize) -> Result<Ref<S>> {
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    if limit == 0 {
        return object.unchanged();
    }
    let replaced = object.with(|content| match old {
        [] => units::interleave(content, new, limit).map(Some),
        _ => units::replace_units(content, old, new, limit),
    });
    match replaced {
        Ok(Some(replaced)) => S::make(&replaced),
        Ok(None) => object.unchanged(),
        Err(raised) if raised.matches(&exceptions::OverflowError) => {
            Err(raise!(OverflowError, "replace bytes are too long"))
        }
        Err(raised) => Err(raised),
    }
}

pub fn without_affix<S: ByteString>(object: &S, affix: &[u8], at_end: bool) -> Result<Ref<S>> {
    let rest = object.with(|content| {
        let rest = if at_end { content.strip_suffix(affix) } else { content.strip_prefix(affix) };
        rest.filter(|_| !affix.is_empty()).map(S::make)
    });
    rest.unwrap_or_else(|| object.unchanged())
}

/// The separator of `split`; none is white space.
pub fn separator(value: Option<&Object>) -> Result<Option<BytesLike<'_>>> {
    let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(None) };
    let separator = BytesLike::of(value)?;
    match separator.bytes().is_empty() {
        true => Err(raise!(ValueError, "empty separator")),
        false => Ok(Some(separator)),
    }
}

pub fn split<S: ByteString>(
    object: &S,
    separator: Option<&[u8]>,
    count: isize,
    from_right: bool,
) -> Result<Ref<List>> {
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    object.with(|content| {
        let piece = |start: usize, end: usize| {
            parts.push(S::make(&content[start..end])?.into_object());
            Ok(())
        };
        match (separator, from_right) {
            (None, false) => units::split_space(content, limit, is_space, piece),
            (None, true) => units::rsplit_space(content, limit, is_space, piece),
            (Some(separator), false) => units::split_on(content, separator, limit, piece),
            (Some(separator), true) => units::rsplit_on(content, separator, limit, piece),
        }
    })?;
    if from_right {
        parts.reverse();
    }
    Ok(List::from_vec(parts))
}

pub fn split_lines<S: ByteString>(object: &S, keep_ends: bool) -> Result<Ref<List>> {
    let mut lines = Vec::new();
    object.with(|content| {
        let is_break = |byte| matches!(byte, 0x0a | 0x0d);
        units::split_lines(content, keep_ends, is_break, |start, end| {
            lines.push(S::make(&content[start..end])?.into_object());
            Ok(())
        })
    })?;
    Ok(List::from_vec(lines))
}

pub fn partition<S: ByteString>(object: &S, separator: &Object, from_right: bool) -> Result<Ref<Tuple>> {
    let held = BytesLike::of(separator)?;
    let bytes = held.bytes();
    if bytes.is_empty() {
        bail!(ValueError, "empty separator");
    }
    let place = object.with(|content| match from_right {
        true => units::rfind(content, bytes),
        false => units::find(content, bytes),
    });
    let Some(at) = place else {
        let mut parts = [object.unchanged()?, S::make(b"")?, S::make(b"")?];
        if from_right {
            parts.swap(0, 2);
        }
        return Tuple::new(parts.map(Ref::into_object));
    };
    // The separator itself where it is of the same immutable type.
    let middle = match separator.downcast_exact::<Bytes>() {
        Some(same) if std::ptr::eq(S::class(), Bytes::class()) => same.to_ref().into_object(),
        _ => S::make(bytes)?.into_object(),
    };
    let before = object.with(|content| S::make(&content[..at]))?.into_object();
    let after = object.with(|content| S::make(&content[at + bytes.len()..]))?.into_object();
    Tuple::new([before, middle, after])
}

pub fn joined<S: ByteString>(object: &S, iterable: &Object) -> Result<Ref<S>> {
    let items = units::items_of(iterable, "can only join an iterable")?;
    if let [item] = &items[..]
        && let Some(bytes) = item.downcast_exact::<Bytes>()
    {
        return match bytes.to_ref().into_type::<S>() {
            Ok(same) => Ok(same),
            Err(bytes) => S::make(bytes.as_bytes()),
        };
    }
    let mut parts = Vec::with_capacity(items.len());
    let mut length = object.with(<[u8]>::len).checked_mul(items.len().saturating_sub(1));
    for (index, item) in items.iter().enumerate() {
        let part = match BytesLike::of(item) {
            Ok(part) => part,
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                let name = item.class().name();
                bail!(TypeError, "sequence item {index}: expected a bytes-like object, {name} found");
            }
            Err(raised) => return Err(raised),
        };
        length = length.and_then(|length| length.checked_add(part.bytes().len()));
        parts.push(part);
    }
    let Some(length) = length.filter(|&length| length <= isize::MAX as usize) else {
        bail!(OverflowError, "join() result is too long");
    };
    let mut joined = Vec::new();
    if joined.try_reserve_exact(length).is_err() {
        bail!(MemoryError);
    }
    object.with(|separator| {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                joined.extend_from_slice(separator);
            }
            joined.extend_from_slice(part.bytes());
        }
    });
    S::make(&joined)
}

pub fn translated<S: ByteString>(object: &S, table: &Object, delete: Option<&Object>) -> Result<Ref<S>> {
    let table = match table.is_none() {
        true => None,
        false => Some(BytesLike::of(table)?),
    };
    if table.as_ref().is_some_and(|table| table.bytes().len() != 256) {
        bail!(ValueError, "translation table must be 256 characters long");
    }
    let delete = delete.map(BytesLike::of).transpose()?;
    let deleted = delete.as_ref().map_or(&[][..], |delete| delete.bytes());
    let mut is_deleted = [false; 256];
    deleted.iter().for_each(|&byte| is_deleted[usize::from(byte)] = true);
    let result: Vec<u8> = object.with(|content| {
        let kept = content.iter().copied().filter(|&byte| !is_deleted[usize::from(byte)]);
        match &table {
            Some(table) => {
                let table = table.bytes();
                kept.map(|byte| table[usize::from(byte)]).collect()
            }
            None => kept.collect(),
        }
    });
    match object.with(|content| content == result) {
        true => object.unchanged(),
        false => S::make(&result),
    }
}

/// The table of `maketrans`.
pub fn table(from: &[u8], to: &[u8]) -> Result<Ref<Bytes>> {
    if from.len() != to.len() {
        bail!(ValueError, "maketrans arguments must have same length");
    }
    Bytes::build(256, |table| {
        table.iter_mut().zip(0..=255).for_each(|(entry, byte)| *entry = byte);
        from.iter().zip(to).for_each(|(&from, &to)| table[usize::from(from)] = to);
    })
}

/// The bytes of hexadecimal digits, two for each, white space between bytes passed over.
pub fn from_hex(text: &Str) -> Result<Vec<u8>> {
    let invalid = |at| raise!(ValueError, "non-hexadecimal number found in fromhex() arg at position {at}");
    let points = text.points();
    let digit = |at: usize| match at < points.len() {
        true => char::from_u32(points.at(at)).and_then(|c| c.to_digit(16)).map(|digit| digit as u8).ok_or(at),
        false => Err(at),
    };
    if !text.is_ascii() {
        let at = points.iter().position(|point| point >= 0x80).unwrap_or(0);
        return Err(invalid(at));
    }
    let mut bytes = Vec::with_capacity(points.len() / 2);
    let mut at = 0;
    while at < points.len() {
        if is_space(points.at(at)) {
            at += 1;
            continue;
        }
        let high = digit(at).map_err(invalid)?;
        let low = digit(at + 1).map_err(invalid)?;
        bytes.push(high << 4 | low);
        at += 2;
    }
    Ok(bytes)
}

/// The hexadecimal form, with a separator after every `group` bytes counted from the right, or from
/// the left where negative.
pub fn hex(content: &[u8], separator: Option<&Object>, group: i32) -> Result<Ref<Str>> {
    let separator = match separator {
        None => None,
        Some(separator) => Some(separator_byte(separator)?),
    };
    let size = group.unsigned_abs() as usize;
    let (Some(separator), 1..) = (separator, size) else {
        return Str::from_ascii_with(2 * content.len(), |text| {
            text.as_chunks_mut()
                .0
                .iter_mut()
                .zip(content)
                .for_each(|(digits, &byte)| *digits = hex_digits(byte));
        });
    };
    let mut text = Vec::with_capacity(content.len() * 3);
    for (index, &byte) in content.iter().enumerate() {
        let place = if group > 0 { content.len() - index } else { index };
        if index > 0 && place % size == 0 {
            text.push(separator);
        }
        text.extend_from_slice(&hex_digits(byte));
    }
    Str::from_latin1(&text)
}

/// The two hexadecimal digits of a byte.
#[inline(always)]
fn hex_digits(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' + digit } else { b'a' - 10 + digit })
}

fn separator_byte(separator: &Object) -> Result<u8> {
    if separator.length()? != 1 {
        bail!(ValueError, "sep must be length 1.");
    }
    if let Some(text) = separator.downcast::<Str>() {
        return u8::try_from(text.code_point(0))
            .ok()
            .filter(u8::is_ascii)
            .ok_or_else(|| raise!(ValueError, "sep must be ASCII."));
    }
    match separator.downcast::<Bytes>() {
        Some(bytes) => match bytes.as_bytes()[0] {
            byte if byte.is_ascii() => Ok(byte),
            _ => Err(raise!(ValueError, "sep must be ASCII.")),
        },
        None => Err(raise!(TypeError, "sep must be str or bytes.")),
    }
}
