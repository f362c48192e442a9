//! Writing objects as JSON: `make_encoder`.

use std::mem::offset_of;

use objects::builtin_function::BuiltinFunction;
use objects::prelude::*;
use objects::protocol::enter_call;

use super::_json::DEFINITION;
use super::escape::{Output, Style};

/// The settings of a `JSONEncoder`.
#[repr(C)]
#[derive(Trace)]
pub struct Encoder {
    base: Object,
    markers: Field,
    default: Field,
    encoder: Field,
    indent: Field,
    key_separator: Field<Str>,
    item_separator: Field<Str>,
    #[trace(skip)]
    sort_keys: bool,
    #[trace(skip)]
    skipkeys: bool,
    #[trace(skip)]
    allow_nan: bool,
    /// How strings are written, where `encoder` is one of this module's functions.
    #[trace(skip)]
    style: Option<Style>,
}

/// _iterencode(obj, _current_indent_level) -> iterable
#[class(name = "Encoder", module = "_json")]
impl Encoder {
    #[slot(
        tp_new,
        "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
        name = "make_encoder"
    )]
    fn make(
        class: &Type,
        markers: &Object,
        default: &Object,
        encoder: &Object,
        indent: &Object,
        key_separator: &Str,
        item_separator: &Str,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> Result<Ref<Encoder>> {
        if !markers.is_none() && markers.downcast::<Dict>().is_none() {
            bail!(
                TypeError,
                "make_encoder() argument 1 must be dict or None, not {}",
                markers.class().name()
            );
        }
        Ref::new_in(
            class,
            Encoder {
                base: Object::header(),
                markers: Field::new(Some(markers.to_ref())),
                default: Field::new(Some(default.to_ref())),
                encoder: Field::new(Some(encoder.to_ref())),
                indent: Field::new(Some(indent.to_ref())),
                key_separator: Field::new(Some(key_separator.to_ref())),
                item_separator: Field::new(Some(item_separator.to_ref())),
                sort_keys,
                skipkeys,
                allow_nan,
                style: style_of(encoder),
            },
        )
    }

    /// One piece of text, in a list.
    #[slot(tp_call, "(obj, _current_indent_level)", name = "_iterencode")]
    fn iterencode(&self, obj: &Object, _level: isize) -> Result<Vec<Ref<Str>>> {
        let markers = self.markers.get().and_then(|markers| markers.into_type::<Dict>().ok());
        let mut writing = Writing {
            encoder: self,
            key_separator: self.key_separator.get().unwrap_or_else(Str::empty),
            item_separator: self.item_separator.get().unwrap_or_else(Str::empty),
            output: Output::default(),
            open: Open { markers, objects: Vec::new(), published: 0 },
        };
        writing.value(obj)?;
        Ok(vec![writing.output.finish()?])
    }

    /// markers
    #[member(OBJECT, readonly)]
    const markers: usize = offset_of!(Encoder, markers);
    /// default
    #[member(OBJECT, readonly)]
    const default: usize = offset_of!(Encoder, default);
    /// encoder
    #[member(OBJECT, readonly)]
    const encoder: usize = offset_of!(Encoder, encoder);
    /// indent
    #[member(OBJECT, readonly)]
    const indent: usize = offset_of!(Encoder, indent);
    /// key_separator
    #[member(OBJECT, readonly)]
    const key_separator: usize = offset_of!(Encoder, key_separator);
    /// item_separator
    #[member(OBJECT, readonly)]
    const item_separator: usize = offset_of!(Encoder, item_separator);
    /// sort_keys
    #[member(BOOL, readonly)]
    const sort_keys: usize = offset_of!(Encoder, sort_keys);
    /// skipkeys
    #[member(BOOL, readonly)]
    const skipkeys: usize = offset_of!(Encoder, skipkeys);
}

/// The style of a function for strings, if it is one of this module's.
fn style_of(encoder: &Object) -> Option<Style> {
    let definition = encoder.downcast_exact::<BuiltinFunction>()?.definition();
    let is = |name: &str| DEFINITION.function(name).is_some_and(|own| std::ptr::eq(own, definition));
    match () {
        () if is("encode_basestring_ascii") => Some(Style::Ascii),
        () if is("encode_basestring") => Some(Style::Plain),
        () => None,
    }
}

/// The containers that are being written: one that is met again among them holds itself.
///
/// They are in the dictionary `markers` only while code runs that could look at it.
struct Open {
    markers: Option<Ref<Dict>>,
    objects: Vec<Ref>,
    /// How many of the objects are in the dictionary.
    published: usize,
}

/// What `id` says of an object.
fn identity(object: &Object) -> Ref<Int> {
    Int::from_usize(object.as_ptr() as usize)
}

impl Open {
    /// Opens a container. `ValueError` where it is open already.
    #[inline]
    fn enter(&mut self, object: &Object) -> Result<()> {
        let Some(markers) = &self.markers else { return Ok(()) };
        let is_open = self.objects.iter().any(|open| open.is(object))
            || markers.len() != self.published && markers.contains(&identity(object))?;
        if is_open {
            bail!(ValueError, "Circular reference detected");
        }
        self.objects.push(object.to_ref());
        Ok(())
    }

    /// Closes the container that was opened last.
    #[inline]
    fn leave(&mut self) -> Result<()> {
        let Some(object) = self.objects.pop() else { return Ok(()) };
        if self.published > self.objects.len() {
            self.published = self.objects.len();
            let identity = identity(&object);
            if let Some(markers) = &self.markers
                && !markers.remove(&identity)?
            {
                return Err(raise::set_key_error(&identity));
            }
        }
        Ok(())
    }

    /// Puts all that is open into the dictionary: other code is about to run.
    fn publish(&mut self) -> Result<()> {
        if let Some(markers) = &self.markers {
            for object in &self.objects[self.published..] {
                markers.set(&identity(object), object)?;
            }
        }
        self.published = self.objects.len();
        Ok(())
    }
}

/// A document being written.
struct Writing<'a> {
    encoder: &'a Encoder,
    key_separator: Ref<Str>,
    item_separator: Ref<Str>,
    output: Output,
    open: Open,
}

const PLACE: &str = " while encoding a JSON object";

impl Writing<'_> {
    fn value(&mut self, object: &Object) -> Result<()> {
        if let Some(word) = constant(object) {
            self.output.push_ascii(word);
            return Ok(());
        }
        if let Some(text) = object.downcast::<Str>() {
            return self.string(text);
        }
        if let Some(int) = object.downcast::<Int>() {
            return self.int(int);
        }
        if let Some(float) = object.downcast::<Float>() {
            return self.float(float.value());
        }
        if let Some(list) = object.downcast_exact::<List>() {
            let _guard = enter_call(PLACE)?;
            return self.items(list, |index| list.get(index));
        }
        if let Some(tuple) = object.downcast_exact::<Tuple>() {
            let _guard = enter_call(PLACE)?;
            return self.items(tuple, |index| tuple.as_slice().get(index).map(|item| item.to_ref()));
        }
        if object.downcast::<List>().is_some() || object.downcast::<Tuple>().is_some() {
            let _guard = enter_call(PLACE)?;
            // The iterator of a subclass says what it holds.
            self.open.publish()?;
            let items = object.list_or_tuple("_iterencode_list needs a sequence")?.collect_vec()?;
            return self.items(object, |index| items.get(index).cloned());
        }
        if let Some(dict) = object.downcast::<Dict>() {
            let _guard = enter_call(PLACE)?;
            return self.dict(dict);
        }
        self.open.enter(object)?;
        self.open.publish()?;
        let stand_in = self.encoder.default.get().unwrap_or_else(none).call1(object)?;
        let guard = enter_call(PLACE)?;
        self.value(&stand_in)?;
        drop(guard);
        self.open.leave()
    }

    #[inline]
    fn string(&mut self, text: &Str) -> Result<()> {
        if let Some(style) = self.encoder.style {
            self.output.push_quoted(text, style);
            return Ok(());
        }
        self.open.publish()?;
        let encoded = self.encoder.encoder.get().unwrap_or_else(none).call1(text)?;
        match encoded.downcast::<Str>() {
            Some(encoded) => self.output.push(encoded),
            None => bail!(TypeError, "encoder() must return a string, not {}", encoded.class().name()),
        }
        Ok(())
    }

    fn int(&mut self, int: &Int) -> Result<()> {
        match int.to_i64() {
            Some(value) => self.output.push_ascii(itoa::Buffer::new().format(value).as_bytes()),
            None => self.output.push_ascii(int.to_text(10, false)?.as_bytes()),
        }
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<()> {
        if value.is_finite() {
            self.output.push_ascii(objects::float::text::repr(value).as_bytes());
            return Ok(());
        }
        if !self.encoder.allow_nan {
            bail!(ValueError, "Out of range float values are not JSON compliant");
        }
        let word: &[u8] = match value {
            f64::INFINITY => b"Infinity",
            f64::NEG_INFINITY => b"-Infinity",
            _ => b"NaN",
        };
        self.output.push_ascii(word);
        Ok(())
    }

    /// The items of a sequence, each looked up when its turn comes.
    fn items(&mut self, container: &Object, get: impl Fn(usize) -> Option<Ref>) -> Result<()> {
        let Some(first) = get(0) else {
            self.output.push_ascii(b"[]");
            return Ok(());
        };
        self.open.enter(container)?;
        self.output.push_ascii(b"[");
        let (mut item, mut index) = (first, 0);
        loop {
            self.value(&item)?;
            index += 1;
            item = match get(index) {
                Some(item) => item,
                None => break,
            };
            self.output.push(&self.item_separator);
        }
        self.open.leave()?;
        self.output.push_ascii(b"]");
        Ok(())
    }

    fn dict(&mut self, dict: &Dict) -> Result<()> {
        if dict.len() == 0 {
            self.output.push_ascii(b"{}");
            return Ok(());
        }
        self.open.enter(dict)?;
        self.output.push_ascii(b"{");
        let mut is_first = true;
        for (key, value) in self.pairs(dict)? {
            self.pair(&key, &value, &mut is_first)?;
        }
        self.open.leave()?;
        self.output.push_ascii(b"}");
        Ok(())
    }

    /// A dictionary's pairs as they are now, in the order that they are to be written in.
    fn pairs(&mut self, dict: &Dict) -> Result<Vec<(Ref, Ref)>> {
        if dict.downcast_exact::<Dict>().is_none() {
            self.open.publish()?;
            let items = dict.mapping_items()?;
            if self.encoder.sort_keys {
                items.call_method(intern!("sort"), &[])?;
            }
            return items.to_vec().iter().map(|item| pair_of(item)).collect();
        }
        let mut pairs = Vec::with_capacity(dict.len());
        let mut position = 0;
        while let Some(pair) = dict.next(&mut position) {
            pairs.push(pair);
        }
        if !self.encoder.sort_keys {
            return Ok(pairs);
        }
        // Keys are not equal to each other, so that values never count.
        if pairs.iter().all(|(key, _)| key.downcast_exact::<Str>().is_some()) {
            pairs.sort_by(|(left, _), (right, _)| match (left.downcast::<Str>(), right.downcast::<Str>()) {
                (Some(left), Some(right)) => left.order(right),
                _ => std::cmp::Ordering::Equal,
            });
            return Ok(pairs);
        }
        self.open.publish()?;
        let items = dict.items_list()?;
        items.call_method(intern!("sort"), &[])?;
        items.to_vec().iter().map(|item| pair_of(item)).collect()
    }

    #[inline]
    fn pair(&mut self, key: &Object, value: &Object, is_first: &mut bool) -> Result<()> {
        let is_key = key.downcast::<Str>().is_some()
            || constant(key).is_some()
            || key.downcast::<Int>().is_some()
            || key.downcast::<Float>().is_some();
        if !is_key {
            if self.encoder.skipkeys {
                return Ok(());
            }
            bail!(TypeError, "keys must be str, int, float, bool or None, not {}", key.class().name());
        }
        if !std::mem::take(is_first) {
            self.output.push(&self.item_separator);
        }
        match key.downcast::<Str>() {
            Some(key) => self.string(key)?,
            None => {
                let text = self.key_text(key)?;
                self.string(&text)?;
            }
        }
        self.output.push(&self.key_separator);
        self.value(value)
    }

    /// The string that stands for a key that is none.
    fn key_text(&mut self, key: &Object) -> Result<Ref<Str>> {
        let written = std::mem::take(&mut self.output);
        // A key is a constant or a number, for which nothing else runs.
        let result = self.value(key);
        let text = std::mem::replace(&mut self.output, written);
        result.and_then(|()| text.finish())
    }
}

/// The word for a constant.
#[inline(always)]
fn constant(object: &Object) -> Option<&'static [u8]> {
    match () {
        () if object.is_none() => Some(b"null"),
        () if object.is_true_object() => Some(b"true"),
        () if object.is_false_object() => Some(b"false"),
        () => None,
    }
}

/// The key and the value of a mapping's item.
fn pair_of(item: &Object) -> Result<(Ref, Ref)> {
    match item.downcast::<Tuple>().map(Tuple::as_slice) {
        Some(&[key, value]) => Ok((key.to_ref(), value.to_ref())),
        _ => Err(raise!(ValueError, "items must return 2-tuples")),
    }
}
