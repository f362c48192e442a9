//! `types.GenericAlias`: `list[int]` and its like (PEP 585).

use std::cell::Cell;
use std::mem::offset_of;

use crate::prelude::*;
use crate::protocol::{CompareOp, generic_get_attr};

/// `gaobject`.
#[repr(C)]
#[derive(Trace)]
pub struct GenericAlias {
    base: Object,
    origin: Field,
    arguments: Field<Tuple>,
    /// The type variables in the arguments; null until asked for.
    parameters: Field<Tuple>,
    #[trace(skip)]
    weakrefs: Cell<*mut Object>,
}

/// `origin[arguments]`: what `__class_getitem__` gives.
pub fn new(origin: &Object, arguments: &Object) -> Result<Ref> {
    Ok(Ref::new(GenericAlias::value(origin, arguments)?).into_object())
}

/// The attributes that are the alias's own; all others are its origin's.
const OWN_ATTRIBUTES: [&str; 8] = [
    "__origin__",
    "__args__",
    "__parameters__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
];

fn is_own_attribute(name: &Str) -> bool {
    OWN_ATTRIBUTES.iter().any(|own| name.equals_text(own))
}

/// Whether an argument is a `typing.TypeVar`.
fn is_type_variable(argument: &Object) -> Result<bool> {
    if argument.class().name() != "TypeVar" {
        return Ok(false);
    }
    let module = argument.class().get_attr(intern!("__module__"))?;
    Ok(module.downcast::<Str>().is_some_and(|module| module.equals_text("typing")))
}

/// The `__parameters__` of an argument that is generic itself.
fn parameters_of(argument: &Object) -> Result<Option<Ref<Tuple>>> {
    let parameters = argument.get_attr_opt(intern!("__parameters__"))?;
    Ok(parameters.and_then(|parameters| parameters.into_type::<Tuple>().ok()))
}

/// The type variables in the arguments, each once, in the order they are first seen.
fn collect_parameters(arguments: &Tuple) -> Result<Ref<Tuple>> {
    let mut parameters: Vec<Ref> = Vec::new();
    let mut add = |parameter: &Ref| {
        if !parameters.iter().any(|known| known.is(parameter)) {
            parameters.push(parameter.clone());
        }
    };
    for argument in arguments.items() {
        if is_type_variable(argument)? {
            add(argument);
        } else if let Some(nested) = parameters_of(argument)? {
            nested.items().iter().for_each(&mut add);
        }
    }
    Tuple::new(parameters)
}

/// An argument with the type variables in it replaced.
fn substitute(argument: &Ref, parameters: &Tuple, values: &[&Object]) -> Result<Ref> {
    let replaced = |variable: &Ref| {
        let index = parameters.items().iter().position(|parameter| parameter.is(variable));
        index.map_or_else(|| variable.clone(), |index| values[index].to_ref())
    };
    if is_type_variable(argument)? {
        return Ok(replaced(argument));
    }
    match parameters_of(argument)?.filter(|nested| !nested.items().is_empty()) {
        Some(nested) => {
            let values = Tuple::new(nested.items().iter().map(replaced))?;
            argument.get_item(&values)
        }
        None => Ok(argument.clone()),
    }
}

/// How an argument is shown: a class by its qualified name, with its module unless that is `builtins`.
fn shown(argument: &Object) -> Result<String> {
    if argument.is(&ellipsis()) {
        return Ok("...".to_owned());
    }
    let is_alias = argument.get_attr_opt(intern!("__origin__"))?.is_some()
        && argument.get_attr_opt(intern!("__args__"))?.is_some();
    if is_alias {
        return Ok(argument.repr()?.to_string());
    }
    let Some(qualname) = argument.get_attr_opt(intern!("__qualname__"))? else {
        return Ok(argument.repr()?.to_string());
    };
    let module = argument.get_attr_opt(intern!("__module__"))?.filter(|module| !module.is_none());
    let Some(module) = module else { return Ok(argument.repr()?.to_string()) };
    match module.downcast::<Str>().is_some_and(|module| module.equals_text("builtins")) {
        true => Ok(qualname.str()?.to_string()),
        false => Ok(format!("{}.{}", module.str()?, qualname.str()?)),
    }
}

impl GenericAlias {
    fn value(origin: &Object, arguments: &Object) -> Result<GenericAlias> {
        let arguments = match arguments.downcast::<Tuple>() {
            Some(arguments) => arguments.to_ref(),
            None => Tuple::new([arguments.to_ref()])?,
        };
        Ok(GenericAlias {
            base: Object::header(),
            origin: Field::new(Some(origin.to_ref())),
            arguments: Field::new(Some(arguments)),
            parameters: Field::null(),
            weakrefs: Cell::new(std::ptr::null_mut()),
        })
    }

    pub fn origin(&self) -> Ref {
        self.origin.get().unwrap_or_else(none)
    }

    fn arguments(&self) -> Result<Ref<Tuple>> {
        self.arguments.get().map_or_else(|| Tuple::new([]), Ok)
    }

    fn parameters(&self) -> Result<Ref<Tuple>> {
        if let Some(parameters) = self.parameters.get() {
            return Ok(parameters);
        }
        let parameters = collect_parameters(&*self.arguments()?)?;
        self.parameters.set(Some(parameters.clone()));
        Ok(parameters)
    }
}

/// Represent a PEP 585 generic type
///
/// E.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).
#[class(
    name = "GenericAlias",
    module = "types",
    symbol = "Py_GenericAliasType",
    flags = BASETYPE,
    weaklist_offset = offset_of!(GenericAlias, weakrefs),
)]
impl GenericAlias {
    #[slot(tp_new)]
    fn new(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<GenericAlias>> {
        crate::arguments::check_no_keywords("GenericAlias", keywords, true)?;
        crate::arguments::check_count("GenericAlias", arguments.as_slice().len(), 2, 2)?;
        let [origin, arguments] = arguments.items() else { bail!(SystemError, "two arguments were counted") };
        Ref::new_in(class, GenericAlias::value(origin, arguments)?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let arguments = self.arguments()?;
        let arguments = match arguments.items() {
            [] => "()".to_owned(),
            items => items.iter().map(|argument| shown(argument)).collect::<Result<Vec<_>>>()?.join(", "),
        };
        format_str!("{}[{arguments}]", shown(&self.origin())?)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Ok(self.origin().hash()? ^ self.arguments()?.hash()?)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.downcast::<GenericAlias>()) else {
            return Ok(not_implemented());
        };
        let equal =
            self.origin().equals(&other.origin())? && self.arguments()?.equals(&*other.arguments()?)?;
        Ok(bool_object(equal == (op == CompareOp::Eq)))
    }

    #[slot(tp_call)]
    fn call(&self, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
        let object = self.origin().call_dict(arguments, keywords)?;
        match object.set_attr(intern!("__orig_class__"), self) {
            Ok(()) => Ok(object),
            Err(raised)
                if raised.matches(&exceptions::AttributeError) || raised.matches(&exceptions::TypeError) =>
            {
                raised.clear();
                Ok(object)
            }
            Err(raised) => Err(raised),
        }
    }

    #[slot(mp_subscript)]
    fn get_item(&self, values: &Object) -> Result<Ref> {
        let parameters = self.parameters()?;
        if parameters.items().is_empty() {
            bail!(TypeError, "There are no type variables left in {}", self.repr()?);
        }
        let single = [values];
        let values = values.downcast::<Tuple>().map_or(&single[..], |values| values.as_slice());
        if values.len() != parameters.items().len() {
            let amount = if values.len() > parameters.items().len() { "many" } else { "few" };
            bail!(TypeError, "Too {amount} arguments for {}", self.repr()?);
        }
        let arguments = self.arguments()?;
        let arguments = arguments.items().iter();
        let arguments = arguments
            .map(|argument| substitute(argument, &parameters, values))
            .collect::<Result<Vec<_>>>()?;
        new(&self.origin(), &**Tuple::new(arguments)?)
    }

    #[slot(tp_getattro)]
    fn get_attribute(&self, name: &Object) -> Result<Ref> {
        match name.downcast::<Str>() {
            Some(name) if is_own_attribute(name) => generic_get_attr(self, name, None),
            Some(name) => self.origin().get_attr(name),
            None => Err(raise!(TypeError, "attribute name must be string, not '{}'", name.class().name())),
        }
    }

    #[member(OBJECT, readonly)]
    const __origin__: usize = offset_of!(GenericAlias, origin);
    #[member(OBJECT, readonly)]
    const __args__: usize = offset_of!(GenericAlias, arguments);

    /// Type variables in the GenericAlias.
    #[getter(name = "__parameters__")]
    fn get_parameters(&self) -> Result<Ref<Tuple>> {
        self.parameters()
    }

    #[method("(bases, /)", name = "__mro_entries__", no_text_signature)]
    fn mro_entries(&self, _bases: &Object) -> (Ref,) {
        (self.origin(),)
    }

    #[method("(instance, /)", name = "__instancecheck__", no_text_signature)]
    fn instance_check(&self, _instance: &Object) -> Result<()> {
        Err(raise!(TypeError, "isinstance() argument 2 cannot be a parameterized generic"))
    }

    #[method("(class, /)", name = "__subclasscheck__", no_text_signature)]
    fn subclass_check(&self, _class: &Object) -> Result<()> {
        Err(raise!(TypeError, "issubclass() argument 2 cannot be a parameterized generic"))
    }

    #[method(name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref> {
        (self.class(), (self.origin(), self.arguments()?)).into_object()
    }

    #[method(name = "__dir__", no_text_signature)]
    fn dir(&self) -> Result<Ref<List>> {
        let names = crate::services::builtin("dir")?.call1(&self.origin())?;
        let names = names.collect_list()?;
        for own in OWN_ATTRIBUTES {
            let own = Str::new(own);
            if !names.contains(&own)? {
                names.push(own.into_object())?;
            }
        }
        Ok(names)
    }
}
