//! `tee`: several iterators over the items of one.

use std::cell::Cell;

use super::*;

/// How many items a link of the chain holds.
const CELLS: usize = 57;

/// `teedataobject`: a stretch of items that were taken from the iterator, and the link to the next.
#[repr(C)]
#[derive(Trace)]
pub struct TeeData {
    base: Object,
    iterator: Field,
    count: Cell<i32>,
    /// Whether the iterator is being asked.
    is_running: Cell<bool>,
    next: Field<TeeData>,
    values: [Field; CELLS],
}

impl TeeData {
    fn new(iterator: Ref) -> Ref<TeeData> {
        Ref::new(TeeData {
            base: Object::header(),
            iterator: Field::new(Some(iterator)),
            count: Cell::new(0),
            is_running: Cell::new(false),
            next: Field::null(),
            values: [const { Field::null() }; CELLS],
        })
    }

    fn count(&self) -> usize {
        self.count.get() as usize
    }

    /// The item at an index that is at most one behind those taken.
    fn item(&self, index: usize) -> Result<Option<Ref>> {
        if index < self.count() {
            return Ok(self.values[index].get());
        }
        if self.is_running.get() {
            bail!(RuntimeError, "cannot re-enter the tee iterator");
        }
        let Some(iterator) = self.iterator.get() else { return Ok(None) };
        self.is_running.set(true);
        let item = iterator.next();
        self.is_running.set(false);
        let item = item?;
        if let Some(item) = &item
            && let Some(place) = self.values.get(index)
        {
            place.set(Some(item.clone()));
            self.count.set(self.count.get() + 1);
        }
        Ok(item)
    }

    /// The next link, made when first asked for.
    fn next_link(&self) -> Ref<TeeData> {
        if let Some(next) = self.next.get() {
            return next;
        }
        let next = TeeData::new(present(&self.iterator));
        self.next.set(Some(next.clone()));
        next
    }
}

impl Drop for TeeData {
    fn drop(&mut self) {
        // A long chain that nobody else holds ends link by link, not by recursion.
        let mut next = self.next.take();
        while let Some(link) = next.filter(|link| link.refcnt() == 1) {
            next = link.next.take();
        }
    }
}

/// teedataobject(iterable, values, next, /)
/// --
///
/// A stretch of elements that the iterators of one tee() share.
#[class(name = "_tee_dataobject", module = "itertools", generic_getattro)]
impl TeeData {
    #[slot(tp_new, "(iterable, values, next, /)", name = "teedataobject")]
    fn make(_class: &Type, iterable: &Object, values: &List, next: &Object) -> Result<Ref<TeeData>> {
        let data = TeeData::new(iterable.to_ref());
        let items = values.to_vec();
        if items.len() > CELLS {
            bail!(ValueError, "Invalid arguments");
        }
        data.count.set(items.len() as i32);
        for (place, item) in data.values.iter().zip(&items) {
            place.set(Some(item.clone()));
        }
        match next.downcast_exact::<TeeData>() {
            Some(next) if items.len() == CELLS => data.next.set(Some(next.to_ref())),
            None if next.is_none() => {}
            _ => bail!(ValueError, "Invalid arguments"),
        }
        Ok(data)
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        let values = self.values[..self.count()].iter().filter_map(Field::get).collect();
        let next = self.next.get().map_or_else(none, Ref::into_object);
        let arguments = [present(&self.iterator), List::from_vec(values).into_object(), next];
        pair(class_of(self), Tuple::new(arguments)?.into_object())
    }
}

/// `teeobject`: one of the iterators.
#[repr(C)]
#[derive(Trace)]
pub struct Tee {
    base: Object,
    data: Field<TeeData>,
    index: Cell<usize>,
    #[trace(skip)]
    weak_references: Cell<*mut Object>,
}

impl Tee {
    fn at(data: Ref<TeeData>, index: usize) -> Ref<Tee> {
        Ref::new(Tee {
            base: Object::header(),
            data: Field::new(Some(data)),
            index: Cell::new(index),
            weak_references: Cell::new(std::ptr::null_mut()),
        })
    }

    fn over(iterable: &Object) -> Result<Ref<Tee>> {
        let iterator = iterable.iter()?;
        match iterator.downcast::<Tee>() {
            Some(tee) => Ok(tee.copy()),
            None => Ok(Tee::at(TeeData::new(iterator), 0)),
        }
    }
}

/// `tee(iterable, n)`.
pub(super) fn split(iterable: &Object, count: isize) -> Result<Ref<Tuple>> {
    let Ok(count) = usize::try_from(count) else {
        bail!(ValueError, "n must be >= 0");
    };
    if count == 0 {
        return Ok(Tuple::empty());
    }
    let mut iterators = Vec::new();
    if iterators.try_reserve_exact(count).is_err() {
        bail!(MemoryError);
    }
    let iterator = iterable.iter()?;
    let (first, copier) = match iterator.get_attr_opt(intern!("__copy__"))? {
        Some(copier) => (iterator, copier),
        None => {
            let tee = Tee::over(&iterator)?.into_object();
            let copier = tee.get_attr(intern!("__copy__"))?;
            (tee, copier)
        }
    };
    iterators.push(first);
    while iterators.len() < count {
        iterators.push(copier.call0()?);
    }
    Tuple::new(iterators)
}

/// One of the iterators that tee() gives; a copy of it goes on from the same place.
#[class(
    name = "_tee",
    module = "itertools",
    weaklist_offset = std::mem::offset_of!(Tee, weak_references),
    signature = "(iterable, /)"
)]
impl Tee {
    #[slot(tp_new, "(iterable, /)")]
    fn make(_class: &Type, iterable: &Object) -> Result<Ref<Tee>> {
        Tee::over(iterable)
    }

    #[slot(tp_iter)]
    fn iterate(&self) -> &Tee {
        self
    }

    #[slot(tp_iternext)]
    fn next_item(&self) -> Result<Option<Ref>> {
        let Some(mut data) = self.data.get() else { return Ok(None) };
        if self.index.get() >= CELLS {
            data = data.next_link();
            self.data.set(Some(data.clone()));
            self.index.set(0);
        }
        let item = data.item(self.index.get())?;
        if item.is_some() {
            self.index.set(self.index.get() + 1);
        }
        Ok(item)
    }

    /// Returns an independent iterator.
    #[method(name = "__copy__", no_text_signature)]
    fn copy(&self) -> Ref<Tee> {
        Tee::at(self.data.get().unwrap_or_else(|| TeeData::new(none())), self.index.get())
    }

    /// Return state information for pickling.
    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let data = self.data.get().map_or_else(none, Ref::into_object);
        let state = pair(data, Int::from_usize(self.index.get()).into_object())?;
        Tuple::new([class_of(self), Tuple::new([empty_tuple()])?.into_object(), state])
    }

    /// Set state information for unpickling.
    #[method("(state, /)", name = "__setstate__", no_text_signature)]
    fn set_state(&self, state: &Object) -> Result<()> {
        let parts = state_tuple(state)?;
        let [data, index] = parts else { return Err(wrong_state(parts, 2, 2)) };
        let Some(data) = data.downcast::<TeeData>() else {
            bail!(TypeError, "argument 1 must be itertools._tee_dataobject, not {}", data.class().name());
        };
        let Some(index) = usize::try_from(index.as_isize()?).ok().filter(|&index| index <= CELLS) else {
            bail!(ValueError, "Index out of range");
        };
        self.data.set(Some(data.to_ref()));
        self.index.set(index);
        Ok(())
    }
}
