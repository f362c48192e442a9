//! `IsoCalendarDate`: what `isocalendar()` gives.

use objects::prelude::*;
use objects::tuple::TUPLE;

/// A tuple of three items that have names.
#[repr(C)]
#[derive(Trace)]
pub struct IsoCalendarDate {
    base: Tuple,
}

impl IsoCalendarDate {
    pub fn new_in(class: &Type, year: i32, week: i32, weekday: i32) -> Result<Ref<Tuple>> {
        let items = [year, week, weekday].map(|field| Int::new(field.into()).into_object());
        Tuple::new_in(class, items.into_iter())
    }

    fn item(&self, index: usize) -> Result<Ref> {
        self.base.items().get(index).cloned().ok_or_else(|| raise!(IndexError, "tuple index out of range"))
    }
}

/// A day as ISO 8601 counts: the year of its week, the week, and the weekday from 1 for Monday.
///
/// A tuple of the three, which are also the attributes year, week and weekday. The method isocalendar() of
/// dates makes it.
#[class(
    name = "IsoCalendarDate",
    module = "datetime",
    static_ = ISO_CALENDAR_DATE,
    base = TUPLE,
    layout = Tuple,
    itemsize = size_of::<Ref>()
)]
impl IsoCalendarDate {
    #[slot(tp_new, "(year, week, weekday)")]
    fn create(class: &Type, year: i32, week: i32, weekday: i32) -> Result<Ref<Tuple>> {
        IsoCalendarDate::new_in(class, year, week, weekday)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let [year, week, weekday] = [self.item(0)?.str()?, self.item(1)?.str()?, self.item(2)?.str()?];
        let name = self.class().name();
        objects::format_str!("{name}(year={year}, week={week}, weekday={weekday})")
    }

    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        let items = Tuple::new(self.base.items().to_vec())?;
        (&TUPLE, (items,)).into_object()
    }

    #[getter]
    fn year(&self) -> Result<Ref> {
        self.item(0)
    }

    #[getter]
    fn week(&self) -> Result<Ref> {
        self.item(1)
    }

    #[getter]
    fn weekday(&self) -> Result<Ref> {
        self.item(2)
    }
}
