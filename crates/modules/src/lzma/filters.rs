//! Filters, as Python specifies them: dicts.

use objects::prelude::*;
use streams::lzma::{Filter, LzmaOptions, filter, option};

use super::{ERROR, uint32};
use crate::unsigned;

/// How many filters the library takes.
const MOST: isize = 4;

/// A chain of filters from a sequence of specifiers.
pub fn parse_chain(specifiers: &Object) -> Result<Vec<Filter>> {
    if specifiers.is_mapping() && !specifiers.is_sequence() {
        bail!(TypeError, "{} is not a sequence", specifiers.class().name());
    }
    let count = specifiers.length()?;
    if count > MOST {
        bail!(ValueError, "Too many filters - liblzma supports a maximum of {MOST}");
    }
    (0..count).map(|index| parse(&*specifiers.get_index(index)?)).collect()
}

/// An entry of a specifier.
fn entry(specifier: &Object, name: &str) -> Result<Option<Ref>> {
    match specifier.get_item(&Str::new(name)) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if raised.matches(&exceptions::KeyError) => {
            raised.clear();
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// Gives the entries of a specifier that are neither `id` nor `preset` to a function that takes their numbers; it
/// answers whether it knows the name. `ValueError` for any other name or value.
fn for_each_number(
    specifier: &Object,
    kind: &str,
    known: &[&str],
    mut take: impl FnMut(&str, u32) -> bool,
) -> Result<()> {
    let invalid = || raise!(ValueError, "Invalid filter specifier for {kind} filter");
    let Some(specifier) = specifier.downcast::<Dict>() else { return Err(invalid()) };
    let mut position = 0;
    while let Some((name, value)) = specifier.next(&mut position) {
        let Some(name) = name.downcast::<Str>().and_then(|name| name.as_str()) else { return Err(invalid()) };
        if known.contains(&name) {
            continue;
        }
        let number = uint32(&value).map_err(|raised| {
            raised.clear();
            invalid()
        })?;
        if !take(name, number) {
            return Err(invalid());
        }
    }
    Ok(())
}

fn parse_lzma(id: u64, specifier: &Object) -> Result<Filter> {
    let preset = match entry(specifier, "preset")? {
        Some(preset) => uint32(&preset)?,
        None => option::PRESET_DEFAULT,
    };
    let Some(mut options) = LzmaOptions::preset(preset) else {
        return Err(ERROR.raise(&format!("Invalid compression preset: {preset}")));
    };
    for_each_number(specifier, "LZMA", &["id", "preset"], |name, number| {
        options.number(name).map(|option| *option = number).is_some()
    })?;
    Ok(Filter::lzma(id, options))
}

/// The number of the only option that a filter has, or its default.
fn only_number(specifier: &Object, kind: &str, option: &str, default: u32) -> Result<u32> {
    let mut value = default;
    for_each_number(specifier, kind, &["id"], |name, number| {
        value = number;
        name == option
    })?;
    Ok(value)
}

/// A filter from a specifier.
pub fn parse(specifier: &Object) -> Result<Filter> {
    if !specifier.is_mapping() {
        bail!(TypeError, "Filter specifier must be a dict or dict-like object");
    }
    let Some(id) = entry(specifier, "id")? else {
        bail!(ValueError, "Filter specifier must have an \"id\" entry");
    };
    match unsigned::number(&id)? {
        id @ (filter::LZMA1 | filter::LZMA2) => parse_lzma(id, specifier),
        filter::DELTA => Ok(Filter::delta(only_number(specifier, "delta", "dist", 1)?)),
        id @ (filter::X86
        | filter::POWERPC
        | filter::IA64
        | filter::ARM
        | filter::ARMTHUMB
        | filter::SPARC) => Ok(Filter::bcj(id, only_number(specifier, "BCJ", "start_offset", 0)?)),
        id => Err(raise!(ValueError, "Invalid filter ID: {id}")),
    }
}
