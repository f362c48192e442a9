//! `itemgetter`, `attrgetter`, `methodcaller`.

use std::fmt::Write;

use objects::prelude::*;
use objects::str::StrBuilder;

/// The comma-separated representations of items.
fn representations(items: &[Ref]) -> Result<String> {
    let shown = items.iter().map(|item| Ok(item.repr()?.to_string_lossy().into_owned()));
    Ok(shown.collect::<Result<Vec<String>>>()?.join(", "))
}

/// The one argument of a call. `TypeError`.
fn single<'a>(name: &str, arguments: &'a Tuple, keywords: Option<&Dict>) -> Result<&'a Object> {
    if keywords.is_some_and(|keywords| !keywords.is_empty()) {
        bail!(TypeError, "{name}() takes no keyword arguments");
    }
    match arguments.as_slice() {
        [argument] => Ok(argument),
        given => Err(raise!(TypeError, "{name} expected 1 argument, got {}", given.len())),
    }
}

/// `operator.itemgetter`.
#[repr(C)]
#[derive(Trace)]
pub struct ItemGetter {
    base: Object,
    items: Field<Tuple>,
}

impl ItemGetter {
    fn items(&self) -> Result<Ref<Tuple>> {
        self.items.get().ok_or_else(|| raise!(SystemError, "an itemgetter without items"))
    }
}

/// itemgetter(item, ...) --> itemgetter object
///
/// A callable that fetches the given item or items from its argument.
/// After f = itemgetter(2), the call f(r) gives r[2].
/// After g = itemgetter(2, 5, 3), the call g(r) gives (r[2], r[5], r[3]).
#[class(name = "itemgetter", module = "operator", generic_getattro)]
impl ItemGetter {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<ItemGetter>> {
        if keywords.is_some_and(|keywords| !keywords.is_empty()) {
            bail!(TypeError, "itemgetter() takes no keyword arguments");
        }
        if arguments.items().is_empty() {
            bail!(TypeError, "itemgetter expected 1 argument, got 0");
        }
        Ref::new_in(class, ItemGetter { base: Object::header(), items: Field::new(Some(arguments.to_ref())) })
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let object = single("itemgetter", arguments, keywords)?;
        let items = self.items()?;
        if let [item] = items.items() {
            return object.get_item(item);
        }
        let values = items.items().iter().map(|item| object.get_item(item)).collect::<Result<Vec<_>>>()?;
        Ok(Tuple::new(values)?.into_object())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let Some(_guard) = objects::protocol::ReprGuard::enter(self) else {
            return Ok("operator.itemgetter(...)".into());
        };
        Ok(format!("operator.itemgetter({})", representations(self.items()?.items())?))
    }

    /// Return state information for pickling
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        (self.class(), self.items()?).into_object()
    }
}

/// `operator.attrgetter`.
#[repr(C)]
#[derive(Trace)]
pub struct AttributeGetter {
    base: Object,
    names: Field<Tuple>,
    /// For each name the parts between its dots, interned.
    paths: Field<Tuple>,
}

impl AttributeGetter {
    fn names(&self) -> Result<Ref<Tuple>> {
        self.names.get().ok_or_else(|| raise!(SystemError, "an attrgetter without names"))
    }

    fn fetch(object: &Object, path: &Object) -> Result<Ref> {
        let mut value = object.to_ref();
        if let Some(path) = path.downcast::<Tuple>() {
            for name in path.items() {
                value = value.get_attr_object(name)?;
            }
        }
        Ok(value)
    }
}

fn split_name(name: &Object) -> Result<Ref> {
    let Some(name) = name.downcast::<Str>() else { bail!(TypeError, "attribute name must be a string") };
    let mut parts = Vec::new();
    let (mut start, length) = (0, name.len());
    for end in (0..length).filter(|&place| name.code_point(place) == u32::from('.')).chain([length]) {
        parts.push(Str::intern(name.substring(start, end)?).into_object());
        start = end + 1;
    }
    Ok(Tuple::new(parts)?.into_object())
}

/// attrgetter(attr, ...) --> attrgetter object
///
/// A callable that fetches the given attribute or attributes from its argument.
/// After f = attrgetter('name'), the call f(r) gives r.name.
/// After g = attrgetter('name', 'date'), the call g(r) gives (r.name, r.date).
/// After h = attrgetter('name.first', 'name.last'), the call h(r) gives
/// (r.name.first, r.name.last).
#[class(name = "attrgetter", module = "operator", generic_getattro)]
impl AttributeGetter {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<AttributeGetter>> {
        if keywords.is_some_and(|keywords| !keywords.is_empty()) {
            bail!(TypeError, "attrgetter() takes no keyword arguments");
        }
        if arguments.items().is_empty() {
            bail!(TypeError, "attrgetter expected 1 argument, got 0");
        }
        let paths = arguments.items().iter().map(|name| split_name(name)).collect::<Result<Vec<_>>>()?;
        let value = AttributeGetter {
            base: Object::header(),
            names: Field::new(Some(arguments.to_ref())),
            paths: Field::new(Some(Tuple::new(paths)?)),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let object = single("attrgetter", arguments, keywords)?;
        let Some(paths) = self.paths.get() else {
            return Err(raise!(SystemError, "an attrgetter without names"));
        };
        if let [path] = paths.items() {
            return AttributeGetter::fetch(object, path);
        }
        let values = paths.items().iter().map(|path| AttributeGetter::fetch(object, path));
        Ok(Tuple::new(values.collect::<Result<Vec<_>>>()?)?.into_object())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let Some(_guard) = objects::protocol::ReprGuard::enter(self) else {
            return Ok("operator.attrgetter(...)".into());
        };
        Ok(format!("operator.attrgetter({})", representations(self.names()?.items())?))
    }

    /// Return state information for pickling
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        (self.class(), self.names()?).into_object()
    }
}

/// `operator.methodcaller`.
#[repr(C)]
#[derive(Trace)]
pub struct MethodCaller {
    base: Object,
    name: Field<Str>,
    arguments: Field<Tuple>,
    keywords: Field<Dict>,
}

impl MethodCaller {
    fn parts(&self) -> Result<(Ref<Str>, Ref<Tuple>)> {
        match (self.name.get(), self.arguments.get()) {
            (Some(name), Some(arguments)) => Ok((name, arguments)),
            _ => Err(raise!(SystemError, "a methodcaller without a method")),
        }
    }

    fn keywords(&self) -> Option<Ref<Dict>> {
        self.keywords.get().filter(|keywords| !keywords.is_empty())
    }
}

/// methodcaller(name, ...) --> methodcaller object
///
/// A callable that calls the given method of its argument.
/// After f = methodcaller('name'), the call f(r) gives r.name().
/// After g = methodcaller('name', 'date', foo=1), the call g(r) gives
/// r.name('date', foo=1).
#[class(name = "methodcaller", module = "operator", generic_getattro)]
impl MethodCaller {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<MethodCaller>> {
        let [name, rest @ ..] = arguments.items() else {
            bail!(TypeError, "methodcaller needs at least one argument, the method name");
        };
        let Some(name) = name.downcast::<Str>() else { bail!(TypeError, "method name must be a string") };
        let value = MethodCaller {
            base: Object::header(),
            name: Field::new(Some(Str::intern(name.to_ref()))),
            arguments: Field::new(Some(Tuple::new(rest.to_vec())?)),
            keywords: Field::new(keywords.map(Dict::copy).transpose()?),
        };
        Ref::new_in(class, value)
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let object = single("methodcaller", arguments, keywords)?;
        let (name, arguments) = self.parts()?;
        match self.keywords() {
            None => object.call_method(&name, arguments.as_slice()),
            Some(keywords) => object.get_attr(&name)?.call_dict(&arguments, Some(&keywords)),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = objects::protocol::ReprGuard::enter(self) else {
            return Ok(Str::new("operator.methodcaller(...)"));
        };
        let (name, arguments) = self.parts()?;
        let mut shown = StrBuilder::new();
        write!(shown, "operator.methodcaller({}", name.repr()?).ok();
        for argument in arguments.items() {
            write!(shown, ", {}", argument.repr()?).ok();
        }
        if let Some(keywords) = self.keywords() {
            let mut position = 0;
            while let Some((name, value)) = keywords.next(&mut position) {
                write!(shown, ", {}={}", name.str()?, value.repr()?).ok();
            }
        }
        shown.push_str(")");
        shown.finish()
    }

    /// Return state information for pickling
    #[method(no_text_signature)]
    fn __reduce__(&self) -> Result<Ref> {
        let (name, arguments) = self.parts()?;
        match self.keywords() {
            None => {
                let mut all = vec![name.into_object()];
                all.extend_from_slice(arguments.items());
                (self.class(), Tuple::new(all)?).into_object()
            }
            Some(keywords) => {
                let partial = (objects::services::get().import)("functools")?.get_attr(intern!("partial"))?;
                let first = Tuple::new([self.class().to_ref().into_object(), name.into_object()])?;
                (partial.call_dict(&first, Some(&keywords))?, arguments).into_object()
            }
        }
    }
}
