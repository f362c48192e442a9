//! `functools.lru_cache`: results of a function by its arguments, the least recently used dropped first.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::mem::offset_of;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::method::Method;
use objects::prelude::*;

/// How many results are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Nothing,
    Everything,
    Count(usize),
}

/// No entry: the end of the list in either direction.
const END: usize = usize::MAX;

/// A kept result, in the order of use.
struct Entry {
    key: Ref,
    hash: isize,
    result: Ref,
    previous: usize,
    next: usize,
}

/// The kept results, linked from the least to the most recently used.
struct Entries {
    slots: Vec<Option<Entry>>,
    free: Vec<usize>,
    oldest: usize,
    newest: usize,
}

impl Entries {
    const EMPTY: Entries = Entries { slots: Vec::new(), free: Vec::new(), oldest: END, newest: END };

    fn unlink(&mut self, index: usize) -> Option<Entry> {
        let entry = self.slots.get_mut(index)?.take()?;
        match self.slots.get_mut(entry.previous).and_then(Option::as_mut) {
            Some(previous) => previous.next = entry.next,
            None => self.oldest = entry.next,
        }
        match self.slots.get_mut(entry.next).and_then(Option::as_mut) {
            Some(next) => next.previous = entry.previous,
            None => self.newest = entry.previous,
        }
        Some(entry)
    }

    fn link(&mut self, index: usize, entry: Entry) {
        let entry = Entry { previous: self.newest, next: END, ..entry };
        match self.slots.get_mut(self.newest).and_then(Option::as_mut) {
            Some(newest) => newest.next = index,
            None => self.oldest = index,
        }
        self.newest = index;
        self.slots[index] = Some(entry);
    }

    /// Makes an entry the most recently used one; gives its result.
    fn touch(&mut self, index: usize) -> Option<Ref> {
        if index == self.newest {
            return self.slots.get(index)?.as_ref().map(|entry| entry.result.clone());
        }
        let entry = self.unlink(index)?;
        let result = entry.result.clone();
        self.link(index, entry);
        Some(result)
    }

    fn add(&mut self, key: Ref, hash: isize, result: Ref) -> usize {
        let index = self.free.pop().unwrap_or(self.slots.len());
        if index == self.slots.len() {
            self.slots.push(None);
        }
        self.link(index, Entry { key, hash, result, previous: END, next: END });
        index
    }

    /// Takes the least recently used entry out.
    fn take_oldest(&mut self) -> Option<Entry> {
        let index = self.oldest;
        let entry = self.unlink(index)?;
        self.free.push(index);
        Some(entry)
    }
}

impl Default for Entries {
    fn default() -> Entries {
        Entries::EMPTY
    }
}

impl Trace for Entries {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        for entry in self.slots.iter().flatten() {
            visitor.visit(&entry.key)?;
            visitor.visit(&entry.result)?;
        }
        ControlFlow::Continue(())
    }
}

/// `lru_cache_object`.
#[repr(C)]
#[derive(Trace)]
pub struct LruCache {
    base: Object,
    function: Field,
    cache: Field<Dict>,
    /// What marks where the keyword arguments begin in a key.
    keyword_mark: Field,
    info_type: Field,
    dict: Field<Dict>,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
    #[trace(skip)]
    typed: bool,
    #[trace(skip)]
    limit: Limit,
    #[trace(skip)]
    hits: Cell<isize>,
    #[trace(skip)]
    misses: Cell<isize>,
    /// Where there is a limit; `cache` has their places then.
    entries: RefCell<Entries>,
}

impl LruCache {
    fn function(&self) -> Result<Ref> {
        self.function.get().ok_or_else(|| raise!(SystemError, "a cache without a function"))
    }

    fn cache(&self) -> Result<Ref<Dict>> {
        self.cache.get().ok_or_else(|| raise!(SystemError, "a cache without a dictionary"))
    }

    /// The key for a call's arguments: the one argument itself where that is a plain number or text.
    fn key(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let keywords = keywords.filter(|keywords| !keywords.is_empty());
        if !self.typed && keywords.is_none() {
            if let [argument] = arguments.items()
                && (argument.downcast_exact::<Str>().is_some() || argument.downcast_exact::<Int>().is_some())
            {
                return Ok(argument.clone());
            }
            return Ok(arguments.to_ref().into_object());
        }
        let mut parts = arguments.items().to_vec();
        let mut types: Vec<Ref> = Vec::new();
        let class_of = |value: &Object| value.class().to_ref().into_object();
        if self.typed {
            types.extend(arguments.items().iter().map(|argument| class_of(argument)));
        }
        if let Some(keywords) = keywords {
            parts.extend(self.keyword_mark.get());
            let mut position = 0;
            while let Some((name, value)) = keywords.next(&mut position) {
                if self.typed {
                    types.push(class_of(&value));
                }
                parts.extend([name, value]);
            }
        }
        parts.extend(types);
        if let [part] = &parts[..]
            && !self.typed
        {
            return Ok(part.clone());
        }
        Ok(Tuple::new(parts)?.into_object())
    }

    fn count(counter: &Cell<isize>) {
        counter.set(counter.get() + 1);
    }

    fn call_unbounded(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let key = self.key(arguments, keywords)?;
        let hash = key.hash()?;
        let cache = self.cache()?;
        if let Some(result) = cache.get_known_hash(&key, hash)? {
            LruCache::count(&self.hits);
            return Ok(result);
        }
        LruCache::count(&self.misses);
        let result = self.function()?.call_dict(arguments, keywords)?;
        cache.set_known_hash(&key, hash, &result)?;
        Ok(result)
    }

    fn call_bounded(&self, arguments: &Tuple, keywords: Option<&Dict>, limit: usize) -> Result<Ref> {
        let key = self.key(arguments, keywords)?;
        let hash = key.hash()?;
        let cache = self.cache()?;
        if let Some(index) = cache.get_known_hash(&key, hash)? {
            let index = index.downcast::<Int>().and_then(|index| index.to_i64());
            let result = index.and_then(|index| self.entries.borrow_mut().touch(index as usize));
            if let Some(result) = result {
                LruCache::count(&self.hits);
                return Ok(result);
            }
        }
        LruCache::count(&self.misses);
        let result = self.function()?.call_dict(arguments, keywords)?;
        // The call may have filled in the same key.
        if cache.get_known_hash(&key, hash)?.is_some() {
            return Ok(result);
        }
        if cache.len() >= limit {
            let oldest = self.entries.borrow_mut().take_oldest();
            if let Some(oldest) = oldest {
                cache.pop_known_hash(&oldest.key, oldest.hash)?;
            }
        }
        let index = self.entries.borrow_mut().add(key.clone(), hash, result.clone());
        cache.set_known_hash(&key, hash, &Int::from_usize(index))?;
        Ok(result)
    }
}

/// A callable that answers from a cache of user_function's results where it can.
///
/// user_function:      what is called when the cache has no answer
///
/// maxsize:            how many results are kept, the least recently used
///                     going first; 0 keeps none, None keeps all
///
/// typed:              whether arguments that are equal but of distinct types,
///                     such as 3 and 3.0, are answered separately
///
/// cache_info_type:    called as cache_info_type(hits, misses, maxsize, currsize)
///                     to make what cache_info() gives
#[class(
    name = "_lru_cache_wrapper",
    module = "functools",
    static_ = LRU_CACHE,
    flags = BASETYPE | METHOD_DESCRIPTOR,
    dict_offset = offset_of!(LruCache, dict),
    weaklist_offset = offset_of!(LruCache, weakrefs),
)]
impl LruCache {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<LruCache>> {
        use objects::arguments::{Parameters, Shape};
        use objects::str::InternedName;
        static PARAMETERS: Parameters<4> = Parameters::new(
            Shape {
                function: "lru_cache",
                positional_only: 0,
                positional: 4,
                required: 4,
                required_keywords: 0,
                has_rest: false,
                has_keywords: false,
            },
            [
                InternedName::new("user_function"),
                InternedName::new("maxsize"),
                InternedName::new("typed"),
                InternedName::new("cache_info_type"),
            ],
        );
        let unpacked = PARAMETERS.unpack_tuple(arguments.as_slice(), keywords)?;
        let [Some(function), Some(limit), Some(typed), Some(info_type)] = unpacked.values else {
            return Err(raise!(SystemError, "lru_cache() got too few arguments"));
        };
        if !function.is_callable() {
            bail!(TypeError, "the first argument must be callable");
        }
        let limit = match limit.is_none() {
            true => Limit::Everything,
            false if limit.has_index() => match usize::try_from(limit.as_isize()?) {
                Ok(limit @ 1..) => Limit::Count(limit),
                _ => Limit::Nothing,
            },
            false => bail!(TypeError, "maxsize should be integer or None"),
        };
        let mark = objects::object::OBJECT.as_object().call0()?;
        let value = LruCache {
            base: Object::header(),
            function: Field::new(Some(function.to_ref())),
            cache: Field::new(Some(Dict::new())),
            keyword_mark: Field::new(Some(mark)),
            info_type: Field::new(Some(info_type.to_ref())),
            dict: Field::null(),
            weakrefs: Cell::new(std::ptr::null_mut()),
            typed: typed.is_true()?,
            limit,
            hits: Cell::new(0),
            misses: Cell::new(0),
            entries: RefCell::new(Entries::EMPTY),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        match self.limit {
            Limit::Everything => self.call_unbounded(arguments, keywords),
            Limit::Count(limit) => self.call_bounded(arguments, keywords, limit),
            Limit::Nothing => {
                LruCache::count(&self.misses);
                self.function()?.call_dict(arguments, keywords)
            }
        }
    }

    #[slot(tp_descr_get)]
    fn bind(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Ref {
        match instance.filter(|instance| !instance.is_none()) {
            Some(instance) => Method::new(self.to_ref().into_object(), instance.to_ref()).into_object(),
            None => self.to_ref().into_object(),
        }
    }

    /// Report cache statistics
    #[method(no_text_signature)]
    fn cache_info(&self) -> Result<Ref> {
        let limit = match self.limit {
            Limit::Everything => None,
            Limit::Nothing => Some(0),
            Limit::Count(limit) => Some(limit),
        };
        let values = (self.hits.get(), self.misses.get(), limit, self.cache()?.len()).into_object()?;
        match values.into_type::<Tuple>() {
            Ok(values) => self.info_type.get().unwrap_or_else(none).call_dict(&values, None),
            Err(_) => Err(raise!(SystemError, "no tuple")),
        }
    }

    /// Clear the cache and cache statistics
    #[method(no_text_signature)]
    fn cache_clear(&self) -> Result<()> {
        let entries = self.entries.replace(Entries::EMPTY);
        self.hits.set(0);
        self.misses.set(0);
        Dict::clear(&*self.cache()?);
        drop(entries);
        Ok(())
    }

    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        self.as_object().get_attr(intern!("__qualname__"))
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn __copy__(&self, _args: &[&Object]) -> Ref<LruCache> {
        self.to_ref()
    }

    #[method("(*args)", no_text_signature, takes_tuple)]
    fn __deepcopy__(&self, _args: &[&Object]) -> Ref<LruCache> {
        self.to_ref()
    }

    #[getter]
    fn __dict__(&self) -> Result<Ref> {
        objects::protocol::get_dict(self)
    }

    #[setter(name = "__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        objects::protocol::set_dict(self, value)
    }
}
