//! What `__reduce__` gives: a function, its arguments, and what to do with its result.

use objects::prelude::*;

use super::Saver;
use crate::pickle::PICKLING_ERROR;
use crate::pickle::opcodes as op;

/// The parts of a reduced object.
struct Parts<'a> {
    function: &'a Object,
    arguments: &'a Tuple,
    state: Option<&'a Object>,
    list_items: Option<&'a Object>,
    dict_items: Option<&'a Object>,
    state_setter: Option<&'a Object>,
}

/// An optional part of the tuple. `PicklingError` unless it is what it should be.
fn optional<'a>(
    parts: &'a Tuple,
    index: usize,
    check: impl FnOnce(&Object) -> bool,
    expected: &str,
) -> Result<Option<&'a Object>> {
    match parts.items().get(index).map(|part| &**part).filter(|part| !part.is_none()) {
        None => Ok(None),
        Some(part) if check(part) => Ok(Some(part)),
        Some(part) => Err(PICKLING_ERROR.raise(&format!(
            "{expected} element of the tuple returned by __reduce__ must be {}, not {}",
            if index == 5 { "a function" } else { "an iterator" },
            part.class().name()
        ))),
    }
}

impl<'a> Parts<'a> {
    fn new(parts: &'a Tuple) -> Result<Parts<'a>> {
        let (function, arguments) = match parts.items() {
            [function, arguments, rest @ ..] if rest.len() <= 4 => (function, arguments),
            _ => {
                return Err(
                    PICKLING_ERROR.raise("tuple returned by __reduce__ must contain 2 through 6 elements")
                );
            }
        };
        if !function.is_callable() {
            return Err(
                PICKLING_ERROR.raise("first item of the tuple returned by __reduce__ must be callable")
            );
        }
        let Some(arguments) = arguments.downcast::<Tuple>() else {
            return Err(
                PICKLING_ERROR.raise("second item of the tuple returned by __reduce__ must be a tuple")
            );
        };
        Ok(Parts {
            function,
            arguments,
            state: optional(parts, 2, |_| true, "third")?,
            list_items: optional(parts, 3, Object::is_iterator, "fourth")?,
            dict_items: optional(parts, 4, Object::is_iterator, "fifth")?,
            state_setter: optional(parts, 5, Object::is_callable, "sixth")?,
        })
    }
}

impl Saver<'_> {
    /// Writes what makes the object, and remembers it; without an object nothing is remembered.
    pub(super) fn save_reduced(&mut self, parts: &Tuple, object: Option<&Object>) -> Result<()> {
        let parts = Parts::new(parts)?;
        let name = match self.protocol >= 2 {
            true => parts.function.get_attr_opt(intern!("__name__"))?.map(Ref::into_type::<Str>),
            false => None,
        };
        match name {
            Some(Ok(name)) if name.equals_text("__newobj__") => self.save_new(parts.arguments, object)?,
            Some(Ok(name)) if name.equals_text("__newobj_ex__") => self.save_new_ex(parts.arguments)?,
            _ => {
                self.save(parts.function)?;
                self.save(parts.arguments)?;
                self.output.push_byte(op::REDUCE);
            }
        }
        if let Some(object) = object {
            // The arguments hold the object itself, as a tuple's items may: it is complete by now.
            if self.pickler.memo.borrow().get(object).is_some() {
                self.output.push_byte(op::POP);
                self.is_memoized(object)?;
                return Ok(());
            }
            self.memoize(object)?;
        }
        if let Some(items) = parts.list_items {
            self.append_all(items)?;
        }
        if let Some(items) = parts.dict_items {
            self.set_all(items)?;
        }
        let Some(state) = parts.state else { return Ok(()) };
        match (parts.state_setter, object) {
            (Some(setter), Some(object)) => {
                // The call changes the object in place; what it gives is dropped.
                self.save(setter)?;
                self.save(object)?;
                self.save(state)?;
                self.output.push(&[op::TUPLE2, op::REDUCE, op::POP]);
            }
            _ => {
                self.save(state)?;
                self.output.push_byte(op::BUILD);
            }
        }
        Ok(())
    }

    /// `copyreg.__newobj__(cls, *arguments)`.
    fn save_new(&mut self, arguments: &Tuple, object: Option<&Object>) -> Result<()> {
        let Some(class) = arguments.items().first() else {
            return Err(PICKLING_ERROR.raise("__newobj__ arglist is empty"));
        };
        if class.downcast::<Type>().is_none() {
            return Err(PICKLING_ERROR.raise("args[0] from __newobj__ args is not a type"));
        }
        if let Some(object) = object
            && !object.get_attr(intern!("__class__"))?.is(class)
        {
            return Err(PICKLING_ERROR.raise("args[0] from __newobj__ args has the wrong class"));
        }
        self.save(class)?;
        let rest = arguments.slice(1, arguments.len())?;
        self.save(&rest)?;
        self.output.push_byte(op::NEWOBJ);
        Ok(())
    }

    /// `copyreg.__newobj_ex__(cls, arguments, keywords)`.
    fn save_new_ex(&mut self, arguments: &Tuple) -> Result<()> {
        let [class, arguments, keywords] = arguments.items() else {
            let count = arguments.len();
            return Err(PICKLING_ERROR
                .raise(&format!("length of the NEWOBJ_EX argument tuple must be exactly 3, not {count}")));
        };
        let wrong = |place: &str, expected: &str, found: &Object| {
            PICKLING_ERROR.raise(&format!(
                "{place} item from NEWOBJ_EX argument tuple must be a {expected}, not {}",
                found.class().name()
            ))
        };
        if class.downcast::<Type>().is_none() {
            return Err(wrong("first", "class", class));
        }
        let Some(given) = arguments.downcast::<Tuple>() else {
            return Err(wrong("second", "tuple", arguments));
        };
        let Some(keywords) = keywords.downcast::<Dict>() else {
            return Err(wrong("third", "dict", keywords));
        };
        if self.protocol >= 4 {
            self.save(class)?;
            self.save(given)?;
            self.save(keywords)?;
            self.output.push_byte(op::NEWOBJ_EX);
            return Ok(());
        }
        let new = class.get_attr(intern!("__new__"))?;
        let bound = [&[new, class.clone()], given.items()].concat();
        let function = self.shared.partial.call_dict(&*Tuple::new(bound)?, Some(keywords))?;
        self.save(&function)?;
        self.save(&Tuple::empty())?;
        self.output.push_byte(op::REDUCE);
        Ok(())
    }
}
