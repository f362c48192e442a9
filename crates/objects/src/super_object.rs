//! `super`: attributes as the classes behind a given one in an MRO have them.

use std::mem::offset_of;

use crate::prelude::*;
use crate::protocol::generic_get_attr;

/// `superobject`.
#[repr(C)]
#[derive(Trace)]
pub struct Super {
    base: Object,
    class: Field<Type>,
    instance: Field,
    /// The class whose MRO is searched.
    instance_class: Field<Type>,
}

/// The class whose MRO `super(class, instance)` searches: the instance itself where it is a subclass,
/// else its type, else its `__class__` (a proxy may claim one).
fn searched_class(class: &Type, instance: &Object) -> Result<Ref<Type>> {
    if let Some(subclass) = instance.downcast::<Type>().filter(|subclass| subclass.is_subtype(class)) {
        return Ok(subclass.to_ref());
    }
    if instance.class().is_subtype(class) {
        return Ok(instance.class().to_ref());
    }
    if let Some(claimed) = instance.get_attr_opt(intern!("__class__"))?
        && let Some(claimed) = claimed.downcast::<Type>()
        && !std::ptr::eq(claimed, instance.class())
        && claimed.is_subtype(class)
    {
        return Ok(claimed.to_ref());
    }
    Err(not_an_instance())
}

pub(crate) fn not_an_instance() -> Raised {
    raise!(TypeError, "super(type, obj): obj must be an instance or subtype of type")
}

impl Super {
    /// `super(class, instance).name`, found behind the class in the MRO; none where no class there has it.
    fn find(&self, name: &Str) -> Result<Option<Ref>> {
        let (Some(class), Some(start)) = (self.class.get(), self.instance_class.get()) else {
            return Ok(None);
        };
        // The class of a super object is `super`, not that of its instance.
        if name.equals_text("__class__") {
            return Ok(None);
        }
        let Some(order) = start.tp_mro.get() else { return Ok(None) };
        let behind =
            order.items().iter().position(|entry| entry.is(&class)).map_or(order.items().len(), |at| at + 1);
        for entry in &order.items()[behind..] {
            let Some(dict) = entry.downcast::<Type>().and_then(|entry| entry.tp_dict.get()) else { continue };
            let Some(value) = dict.get(name)? else { continue };
            let Some(get) = value.class().tp_descr_get.get() else { return Ok(Some(value)) };
            let instance = self.instance.get().filter(|instance| !instance.is(&start));
            return get(&value, instance.as_deref(), Some(&start)).map(Some);
        }
        Ok(None)
    }
}

/// super() -> same as super(__class__, <first argument>)
/// super(type) -> unbound super object
/// super(type, obj) -> bound super object; requires isinstance(obj, type)
/// super(type, type2) -> bound super object; requires issubclass(type2, type)
/// Typical use is to call a method of a base class:
/// class C(B):
///     def meth(self, arg):
///         super().meth(arg)
/// This works for class methods too:
/// class C(B):
///     @classmethod
///     def cmeth(cls, arg):
///         super().cmeth(arg)
#[class(name = "super", symbol = "PySuper_Type", flags = BASETYPE)]
impl Super {
    #[slot(tp_new)]
    fn new(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Super>> {
        let value = Super {
            base: Object::header(),
            class: Field::null(),
            instance: Field::null(),
            instance_class: Field::null(),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_init)]
    fn init(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<()> {
        crate::arguments::check_no_keywords("super", keywords, true)?;
        let (class, instance) = match arguments.as_slice() {
            [] => {
                let (class, instance) = (crate::services::get().super_arguments)()?;
                (class, Some(instance))
            }
            [class] => (type_argument(class)?, None),
            [class, instance] => (type_argument(class)?, Some(instance.to_ref())),
            more => bail!(TypeError, "super() takes at most 2 arguments ({} given)", more.len()),
        };
        let instance = instance.filter(|instance| !instance.is_none());
        let instance_class =
            instance.as_deref().map(|instance| searched_class(&class, instance)).transpose()?;
        self.class.set(Some(class));
        self.instance.set(instance);
        self.instance_class.set(instance_class);
        Ok(())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Ref<Str> {
        let class = self.class.get();
        let class = class.as_ref().map_or("NULL", |class| class.name());
        match self.instance_class.get() {
            Some(instance_class) => {
                Str::new(&format!("<super: <class '{class}'>, <{} object>>", instance_class.name()))
            }
            None => Str::new(&format!("<super: <class '{class}'>, NULL>")),
        }
    }

    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object) -> Result<Ref> {
        let Some(name) = name.downcast::<Str>() else {
            bail!(TypeError, "attribute name must be string, not '{}'", name.class().name());
        };
        match self.find(name)? {
            Some(value) => Ok(value),
            None => generic_get_attr(self, name, None),
        }
    }

    /// An unbound super object in a class's namespace binds to the instance.
    #[slot(tp_descr_get)]
    fn get(&self, instance: Option<&Object>, _owner: Option<&Object>) -> Result<Ref> {
        let instance = instance.filter(|instance| !instance.is_none() && self.instance.is_null());
        let (Some(instance), Some(class)) = (instance, self.class.get()) else {
            return Ok(self.to_ref().into_object());
        };
        if !std::ptr::eq(self.class(), &SUPER) {
            let own = self.class().to_ref();
            return own.call(&[&*class, instance]);
        }
        let instance_class = searched_class(&class, instance)?;
        let value = Super {
            base: Object::header(),
            class: Field::new(Some(class)),
            instance: Field::new(Some(instance.to_ref())),
            instance_class: Field::new(Some(instance_class)),
        };
        Ok(Ref::new(value).into_object())
    }

    /// the class invoking super()
    #[member(OBJECT, readonly)]
    const __thisclass__: usize = offset_of!(Super, class);
    /// the instance invoking super(); may be None
    #[member(OBJECT, readonly)]
    const __self__: usize = offset_of!(Super, instance);
    /// the type of the instance invoking super(); may be None
    #[member(OBJECT, readonly)]
    const __self_class__: usize = offset_of!(Super, instance_class);
}

fn type_argument(class: &Object) -> Result<Ref<Type>> {
    match class.downcast::<Type>() {
        Some(class) => Ok(class.to_ref()),
        None => {
            let got = crate::arguments::described(class);
            Err(raise!(TypeError, "super() argument 1 must be type, not {got}"))
        }
    }
}
