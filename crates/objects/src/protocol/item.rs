//! Items: length, subscription and membership of sequences and mappings (language reference 3.3.7).

use crate::prelude::*;

impl Object {
    fn sequence_slot<F: Copy>(&self, slot: impl Fn(&SequenceMethods) -> &Slot<F>) -> Option<F> {
        self.class().tp_as_sequence.get().and_then(|suite| slot(suite).get())
    }

    fn mapping_slot<F: Copy>(&self, slot: impl Fn(&MappingMethods) -> &Slot<F>) -> Option<F> {
        self.class().tp_as_mapping.get().and_then(|suite| slot(suite).get())
    }

    /// Whether the object can be indexed by position and is no `dict` (`PySequence_Check`).
    pub fn is_sequence(&self) -> bool {
        !self.class().has_flags(flags::DICT_SUBCLASS) && self.sequence_slot(|suite| &suite.sq_item).is_some()
    }

    /// Whether the object can be subscripted (`PyMapping_Check`).
    pub fn is_mapping(&self) -> bool {
        self.mapping_slot(|suite| &suite.mp_subscript).is_some()
    }

    pub fn has_length(&self) -> bool {
        self.sequence_slot(|suite| &suite.sq_length).is_some()
            || self.mapping_slot(|suite| &suite.mp_length).is_some()
    }

    /// `len(self)`.
    pub fn length(&self) -> Result<isize> {
        let length = self.sequence_slot(|suite| &suite.sq_length);
        match length.or_else(|| self.mapping_slot(|suite| &suite.mp_length)) {
            Some(length) => raise::check_size(length(self)),
            None => Err(raise!(TypeError, "object of type '{}' has no len()", self.class().name())),
        }
    }

    /// The same of a sequence: what has a length as a mapping alone is none (`PySequence_Size`).
    pub fn sequence_length(&self) -> Result<isize> {
        match self.sequence_slot(|suite| &suite.sq_length) {
            None if self.has_length() => Err(raise!(TypeError, "{} is not a sequence", self.class().name())),
            _ => self.length(),
        }
    }

    /// `self[key]`.
    pub fn get_item(&self, key: &Object) -> Result<Ref> {
        if let Some(get) = self.mapping_slot(|suite| &suite.mp_subscript) {
            return get(self, key);
        }
        if self.sequence_slot(|suite| &suite.sq_item).is_some() {
            return self.get_index(self.sequence_index(key)?);
        }
        if let Some(class) = self.downcast::<Type>() {
            // `type[int]` alone of all types is subscriptable without saying so itself (PEP 585).
            if std::ptr::eq(class, &TYPE) {
                return crate::generic_alias::new(self, key);
            }
            if let Some(method) = self.get_attr_opt(intern!("__class_getitem__"))? {
                return method.call1(key);
            }
        }
        Err(raise!(TypeError, "'{}' object is not subscriptable", self.class().name()))
    }

    fn sequence_index(&self, key: &Object) -> Result<isize> {
        if !key.has_index() {
            bail!(TypeError, "sequence index must be integer, not '{}'", key.class().name());
        }
        key.as_index_or(&exceptions::IndexError)
    }

    /// `self[key] = value`.
    pub fn set_item(&self, key: &Object, value: &Object) -> Result<()> {
        self.assign_item(key, Some(value))
    }

    /// `del self[key]`.
    pub fn del_item(&self, key: &Object) -> Result<()> {
        self.assign_item(key, None)
    }

    fn assign_item(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if let Some(set) = self.mapping_slot(|suite| &suite.mp_ass_subscript) {
            return raise::check_status(set(self, key, value));
        }
        if let Some(suite) = self.class().tp_as_sequence.get()
            && (key.has_index() || suite.sq_ass_item.get().is_some())
        {
            return self.assign_index(self.sequence_index(key)?, value);
        }
        Err(raise!(
            TypeError,
            "'{}' object does not support item {}",
            self.class().name(),
            if value.is_some() { "assignment" } else { "deletion" }
        ))
    }

    /// `self[index]` of a sequence; a negative index counts from the end.
    pub fn get_index(&self, index: isize) -> Result<Ref> {
        let Some(get) = self.sequence_slot(|suite| &suite.sq_item) else {
            return Err(match self.is_mapping() {
                true => raise!(TypeError, "{} is not a sequence", self.class().name()),
                false => raise!(TypeError, "'{}' object does not support indexing", self.class().name()),
            });
        };
        get(self, self.from_start(index)?)
    }

    fn assign_index(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(set) = self.sequence_slot(|suite| &suite.sq_ass_item) else {
            return Err(raise!(
                TypeError,
                "'{}' object {} item {}",
                self.class().name(),
                if value.is_some() { "does not support" } else { "doesn't support" },
                if value.is_some() { "assignment" } else { "deletion" }
            ));
        };
        raise::check_status(set(self, self.from_start(index)?, value))
    }

    fn from_start(&self, index: isize) -> Result<isize> {
        match self.sequence_slot(|suite| &suite.sq_length) {
            Some(length) if index < 0 => Ok(index + raise::check_size(length(self))?),
            _ => Ok(index),
        }
    }

    /// `self[index] = value` of a sequence.
    pub fn set_index(&self, index: isize, value: &Object) -> Result<()> {
        self.assign_index(index, Some(value))
    }

    /// `del self[index]` of a sequence.
    pub fn del_index(&self, index: isize) -> Result<()> {
        self.assign_index(index, None)
    }

    /// `item in self`.
    pub fn contains(&self, item: &Object) -> Result<bool> {
        if let Some(contains) = self.sequence_slot(|suite| &suite.sq_contains) {
            return raise::check_bool(contains(self, item));
        }
        let iterator = self.iter().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => raise!(TypeError, "argument of type '{}' is not iterable", self.class().name()),
            false => raised,
        })?;
        while let Some(candidate) = iterator.next()? {
            if candidate.equals(item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `self.keys()` as a list, for any mapping.
    pub fn mapping_keys(&self) -> Result<Ref<List>> {
        self.mapping_view(intern!("keys"))
    }

    /// `self.items()` as a list, for any mapping.
    pub fn mapping_items(&self) -> Result<Ref<List>> {
        self.mapping_view(intern!("items"))
    }

    /// `self.values()` as a list, for any mapping.
    pub fn mapping_values(&self) -> Result<Ref<List>> {
        self.mapping_view(intern!("values"))
    }

    fn mapping_view(&self, name: &Str) -> Result<Ref<List>> {
        let view = self.call_method(name, &[])?;
        view.collect_list().map_err(|raised| match raised.matches(&exceptions::TypeError) {
            true => raise!(
                TypeError,
                "{}.{name}() returned a non-iterable (type {})",
                self.class().name(),
                view.class().name()
            ),
            false => raised,
        })
    }
}
