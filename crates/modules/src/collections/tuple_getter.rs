//! `_tuplegetter`: the descriptors of a named tuple's fields.

use std::cell::Cell;

use objects::prelude::*;

/// `_tuplegetterobject`.
#[repr(C)]
#[derive(Trace)]
pub struct TupleGetter {
    base: Object,
    index: Cell<isize>,
    doc: Field,
}

#[class(name = "_tuplegetter", module = "_collections")]
impl TupleGetter {
    #[slot(tp_new)]
    fn make(class: &Type, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<TupleGetter>> {
        let [index, doc] = args.as_slice() else {
            bail!(TypeError, "_tuplegetter expected 2 arguments, got {}", args.len());
        };
        Ref::new_in(
            class,
            TupleGetter {
                base: Object::header(),
                index: Cell::new(index.as_isize()?),
                doc: Field::new(Some(doc.to_ref())),
            },
        )
    }

    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let index = self.index.get();
        let Some(instance) = instance.filter(|instance| !instance.is_none()) else {
            return Ok(self.as_object().to_ref());
        };
        let Some(tuple) = instance.downcast::<Tuple>() else {
            bail!(
                TypeError,
                "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
                instance.class().name()
            );
        };
        match usize::try_from(index).ok().and_then(|index| tuple.items().get(index)) {
            Some(item) => Ok(item.clone()),
            None => Err(raise!(IndexError, "tuple index out of range")),
        }
    }

    #[slot(tp_descr_set)]
    fn set(&self, _instance: &Object, value: Option<&Object>) -> Result<()> {
        let verb = if value.is_some() { "set" } else { "delete" };
        Err(raise!(AttributeError, "can't {verb} attribute"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let doc = self.doc.get().unwrap_or_else(none).repr()?;
        objects::format_str!("_tuplegetter({}, {doc})", self.index.get())
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let index = Int::from_isize(self.index.get()).into_object();
        let arguments = Tuple::new([index, self.doc.get().unwrap_or_else(none)])?;
        Tuple::new([self.class().to_ref().into_object(), arguments.into_object()])
    }

    #[member(OBJECT, name = "__doc__")]
    const DOC: usize = std::mem::offset_of!(TupleGetter, doc);
}
