//! Making and filling containers, strings and slices; unpacking.

use bytecode::number;
use objects::dict::Duplicates;
use objects::prelude::*;
use objects::set::Set;
use objects::slice::{Indices, Slice};
use objects::str::StrBuilder;

use super::machine::Machine;

impl Machine {
    #[inline(always)]
    pub fn build_tuple(&mut self, count: u32) -> Result<()> {
        let items = self.take(count as usize);
        let tuple = Tuple::new(items)?;
        self.push(tuple.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_list(&mut self, count: u32) -> Result<()> {
        let items = self.take(count as usize);
        let list = list_of(items)?;
        self.push(list.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn list_to_tuple(&mut self) -> Result<()> {
        let Some(list) = self.peek(0).downcast::<List>() else { return Err(wrong_container()) };
        let tuple = Tuple::new(list.to_vec())?;
        self.set_top(tuple.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_set(&mut self, count: u32) -> Result<()> {
        let set = Set::new();
        for item in self.slice(count as usize) {
            set.add(item)?;
        }
        self.drop_slots(count as usize);
        self.push(set.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_map(&mut self, count: u32) -> Result<()> {
        let count = 2 * count as usize;
        let dict = dict_of(self.slice(count))?;
        self.drop_slots(count);
        self.push(dict.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_const_key_map(&mut self, count: u32) -> Result<()> {
        let count = count as usize;
        let keys = self.pop();
        let dict = dict_of_constant_keys(&keys, self.slice(count))?;
        self.drop_slots(count);
        self.push(dict.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_string(&mut self, count: u32) -> Result<()> {
        let count = count as usize;
        let joined = join(self.slice(count))?;
        self.drop_slots(count);
        self.push(joined.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn build_slice(&mut self, count: u32) -> Result<()> {
        if count == 2
            && self.following().opcode.get() == number::BINARY_SUBSCR
            && self.thread.use_tracing.get() == 0
            && let Some(part) = part_of(self.peek(2), self.peek(1), self.peek(0))?
        {
            self.drop_slots(3);
            self.push(part);
            // The subscript is taken already.
            self.jump_by(2);
            return Ok(());
        }
        let step = if count == 3 { Some(self.pop()) } else { None };
        let stop = self.pop();
        let start = self.pop();
        let slice = Slice::new(Some(start), Some(stop), step);
        self.push(slice.into_object());
        Ok(())
    }

    #[inline(always)]
    pub fn format_value(&mut self, argument: u32) -> Result<()> {
        let specification = if argument & 4 != 0 { Some(self.pop()) } else { None };
        let value = self.pop();
        let text = format_value(value, argument & 3, specification.as_deref())?;
        self.push(text);
        Ok(())
    }

    #[inline(always)]
    pub fn list_append(&mut self, depth: u32) -> Result<()> {
        let item = self.pop();
        match self.peek(depth as usize - 1).downcast::<List>() {
            Some(list) => list.push(item),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn list_extend(&mut self, depth: u32) -> Result<()> {
        let iterable = self.pop();
        match self.peek(depth as usize - 1).downcast::<List>() {
            Some(list) => extend_list(list, &iterable),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn set_add(&mut self, depth: u32) -> Result<()> {
        let item = self.pop();
        match self.peek(depth as usize - 1).downcast::<Set>() {
            Some(set) => set.add(&item).map(|_| ()),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn set_update(&mut self, depth: u32) -> Result<()> {
        let iterable = self.pop();
        match self.peek(depth as usize - 1).downcast::<Set>() {
            Some(set) => set.update(&iterable),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn map_add(&mut self, depth: u32) -> Result<()> {
        let value = self.pop();
        let key = self.pop();
        match self.peek(depth as usize - 1).downcast::<Dict>() {
            Some(dict) => dict.set(&key, &value),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn dict_update(&mut self, depth: u32) -> Result<()> {
        let mapping = self.pop();
        match self.peek(depth as usize - 1).downcast::<Dict>() {
            Some(dict) => update_dict(dict, &mapping),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn dict_merge(&mut self, depth: u32) -> Result<()> {
        let mapping = self.pop();
        let callee = self.peek(depth as usize + 1);
        match self.peek(depth as usize - 1).downcast::<Dict>() {
            Some(dict) => super::calls::merge_keywords(callee, dict, &mapping),
            None => Err(wrong_container()),
        }
    }

    #[inline(always)]
    pub fn unpack_sequence(&mut self, count: u32) -> Result<()> {
        let count = count as usize;
        let sequence = self.pop();
        if let Some(tuple) = sequence.downcast_exact::<Tuple>()
            && tuple.items().len() == count
        {
            for item in tuple.items().iter().rev() {
                self.push(item.clone());
            }
            return Ok(());
        }
        if let Some(list) = sequence.downcast_exact::<List>()
            && list.len() == count
        {
            for index in (0..count).rev() {
                match list.get(index) {
                    Some(item) => self.push(item),
                    None => return Err(wrong_container()),
                }
            }
            return Ok(());
        }
        for item in unpack(&sequence, count)?.into_iter().rev() {
            self.push(item);
        }
        Ok(())
    }

    #[inline(always)]
    pub fn unpack_ex(&mut self, argument: u32) -> Result<()> {
        let (before, after) = (argument as usize & 0xff, argument as usize >> 8);
        let sequence = self.pop();
        for item in unpack_starred(&sequence, before, after)?.into_iter().rev() {
            self.push(item);
        }
        Ok(())
    }
}

#[cold]
fn wrong_container() -> Raised {
    raise!(SystemError, "malformed bytecode: an instruction's container is of another type")
}

/// `container[start:stop]` of a built-in sequence and plain bounds, without a slice object. Nothing for any other.
#[inline(never)]
fn part_of(container: &Object, start: &Object, stop: &Object) -> Result<Option<Ref>> {
    let bound = |bound: &Object, absent| match bound.is_none() {
        true => Some(absent),
        false => bound.downcast_exact::<Int>().and_then(Int::to_medium).map(|bound| bound as isize),
    };
    let (Some(start), Some(stop)) = (bound(start, 0), bound(stop, isize::MAX)) else { return Ok(None) };
    let places = |length| {
        let indices = Indices::adjusted(start, stop, 1, length);
        indices.start as usize..indices.start as usize + indices.length
    };
    Ok(Some(if let Some(text) = container.downcast_exact::<Str>() {
        let places = places(text.len());
        text.substring(places.start, places.end)?.into_object()
    } else if let Some(list) = container.downcast_exact::<List>() {
        List::from_exact(list.range_to_vec(places(list.len())).into_iter())?.into_object()
    } else if let Some(tuple) = container.downcast_exact::<Tuple>() {
        let places = places(tuple.len());
        tuple.slice(places.start, places.end)?.into_object()
    } else if let Some(bytes) = container.downcast_exact::<Bytes>() {
        let places = places(bytes.as_bytes().len());
        match places.len() == bytes.as_bytes().len() {
            true => container.to_ref(),
            false => Bytes::try_new(&bytes.as_bytes()[places])?.into_object(),
        }
    } else {
        return Ok(None);
    }))
}

#[inline(never)]
fn list_of(items: impl ExactSizeIterator<Item = Ref>) -> Result<Ref<List>> {
    List::from_exact(items)
}

#[inline(never)]
fn dict_of(pairs: &[&Object]) -> Result<Ref<Dict>> {
    let dict = match pairs.len() {
        0 => Dict::new(),
        count => Dict::with_capacity(count / 2)?,
    };
    for &[key, value] in pairs.as_chunks::<2>().0 {
        dict.set(key, value)?;
    }
    Ok(dict)
}

#[inline(never)]
fn dict_of_constant_keys(keys: &Object, values: &[&Object]) -> Result<Ref<Dict>> {
    let keys = match keys.downcast::<Tuple>() {
        Some(keys) if keys.items().len() == values.len() => keys,
        _ => bail!(SystemError, "bad BUILD_CONST_KEY_MAP keys argument"),
    };
    let dict = Dict::with_capacity(values.len())?;
    for (key, value) in keys.items().iter().zip(values) {
        dict.set(key, value)?;
    }
    Ok(dict)
}

#[inline(never)]
fn join(parts: &[&Object]) -> Result<Ref<Str>> {
    let mut builder = StrBuilder::new();
    for part in parts {
        match part.downcast::<Str>() {
            Some(text) => builder.push_string(text),
            None => bail!(TypeError, "sequence item 0: expected str instance, {} found", part.class().name()),
        }
    }
    builder.finish()
}

#[inline(never)]
fn format_value(value: Ref, conversion: u32, specification: Option<&Object>) -> Result<Ref> {
    let value = match conversion {
        0 => value,
        1 => value.str()?.into_object(),
        2 => value.repr()?.into_object(),
        _ => value.ascii()?.into_object(),
    };
    if specification.is_none() && value.downcast_exact::<Str>().is_some() {
        return Ok(value);
    }
    let specification = match specification.map(|text| text.downcast::<Str>()) {
        None => None,
        Some(Some(text)) => Some(text),
        Some(None) => bail!(SystemError, "Format specifier must be a string"),
    };
    Ok(value.format(specification)?.into_object())
}

#[inline(never)]
fn extend_list(list: &List, iterable: &Object) -> Result<()> {
    match list.extend(iterable) {
        Err(raised) if raised.matches(&exceptions::TypeError) && !is_iterable(iterable) => {
            raised.clear();
            Err(raise!(TypeError, "Value after * must be an iterable, not {}", iterable.class().name()))
        }
        result => result,
    }
}

fn is_iterable(object: &Object) -> bool {
    object.class().tp_iter.get().is_some() || object.is_sequence()
}

#[inline(never)]
fn update_dict(dict: &Dict, mapping: &Object) -> Result<()> {
    match dict.merge(mapping, Duplicates::Replace) {
        Err(raised) if raised.matches(&exceptions::AttributeError) => {
            raised.clear();
            Err(raise!(TypeError, "'{}' object is not a mapping", mapping.class().name()))
        }
        result => result,
    }
}

/// The items of an iterable that must have exactly this many.
#[inline(never)]
fn unpack(iterable: &Object, count: usize) -> Result<Vec<Ref>> {
    let iterator = iterator_to_unpack(iterable)?;
    let mut items = Vec::with_capacity(count.min(1 << 16));
    while items.len() < count {
        match iterator.next()? {
            Some(item) => items.push(item),
            None => {
                bail!(ValueError, "not enough values to unpack (expected {count}, got {})", items.len())
            }
        }
    }
    match iterator.next()? {
        None => Ok(items),
        Some(_) => Err(raise!(ValueError, "too many values to unpack (expected {count})")),
    }
}

/// The items of an iterable around a starred target, whose list is one of them.
#[inline(never)]
fn unpack_starred(iterable: &Object, before: usize, after: usize) -> Result<Vec<Ref>> {
    let iterator = iterator_to_unpack(iterable)?;
    let mut items = Vec::with_capacity(before + 1 + after);
    while items.len() < before {
        match iterator.next()? {
            Some(item) => items.push(item),
            None => bail!(
                ValueError,
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                items.len()
            ),
        }
    }
    let mut rest = iterator.collect_list()?.to_vec();
    if rest.len() < after {
        bail!(
            ValueError,
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            before + rest.len()
        );
    }
    let last = rest.split_off(rest.len() - after);
    items.push(List::from_vec(rest).into_object());
    items.extend(last);
    Ok(items)
}

fn iterator_to_unpack(iterable: &Object) -> Result<Ref> {
    match iterable.iter() {
        Err(raised) if raised.matches(&exceptions::TypeError) && !is_iterable(iterable) => {
            raised.clear();
            Err(raise!(TypeError, "cannot unpack non-iterable {} object", iterable.class().name()))
        }
        result => result,
    }
}
