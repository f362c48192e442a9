//! `__build_class__`: what a `class` statement calls.

use objects::arguments::Keywords;
use objects::cell::Cell;
use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::eval;
use crate::frame::Frame;
use crate::function::Function;

/// The bases with those that have `__mro_entries__` replaced by what that gives (PEP 560); none where
/// all stay.
fn resolved_bases(bases: &Tuple) -> Result<Option<Ref<Tuple>>> {
    let mut resolved: Vec<Ref> = Vec::new();
    let mut changed = false;
    for base in bases.items() {
        let method = match base.downcast::<Type>() {
            Some(_) => None,
            None => base.get_attr_opt(intern!("__mro_entries__"))?,
        };
        let Some(method) = method else {
            resolved.push(base.clone());
            continue;
        };
        changed = true;
        match method.call1(bases)?.into_type::<Tuple>() {
            Ok(entries) => resolved.extend(entries.items().iter().cloned()),
            Err(_) => bail!(TypeError, "__mro_entries__ must return a tuple"),
        }
    }
    if changed { Tuple::new(resolved).map(Some) } else { Ok(None) }
}

/// The metaclass that derives from those of all bases.
fn winner(metaclass: &Type, bases: &Tuple) -> Result<Ref<Type>> {
    let mut winner = metaclass.to_ref();
    for base in bases.items() {
        let candidate = base.class();
        if winner.is_subtype(candidate) {
            continue;
        }
        if !candidate.is_subtype(&winner) {
            bail!(
                TypeError,
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                 metaclasses of all its bases"
            );
        }
        winner = candidate.to_ref();
    }
    Ok(winner)
}

/// The namespace that the class body runs in: what the metaclass prepares, or a dictionary.
fn prepare(metaclass: &Object, name: &Object, bases: &Tuple, keywords: Option<&Dict>) -> Result<Ref> {
    let Some(prepare) = metaclass.get_attr_opt(intern!("__prepare__"))? else {
        return Ok(Dict::new().into_object());
    };
    let arguments = Tuple::new([name.to_ref(), bases.to_ref().into_object()])?;
    let namespace = prepare.call_dict(&arguments, keywords)?;
    if !namespace.is_mapping() {
        let shown = metaclass.downcast::<Type>().map_or("<metaclass>", Type::name);
        bail!(TypeError, "{shown}.__prepare__() must return a mapping, not {}", namespace.class().name());
    }
    Ok(namespace)
}

/// The class body left the cell of `__class__`: the new class has to be in it.
fn check_class_cell(cell: &Object, class: &Object, name: &Object) -> Result<()> {
    let Some(cell) = cell.downcast::<Cell>() else { return Ok(()) };
    match cell.get() {
        None => Err(raise!(
            RuntimeError,
            "__class__ not set defining {} as {}. Was __classcell__ propagated to type.__new__?",
            name.repr()?,
            class.repr()?
        )),
        Some(content) if !content.is(class) => Err(raise!(
            TypeError,
            "__class__ set to {} defining {} as {}",
            content.repr()?,
            name.repr()?,
            class.repr()?
        )),
        Some(_) => Ok(()),
    }
}

#[functions(BUILD_CLASS)]
pub mod functions {
    use super::*;

    /// __build_class__(func, name, /, *bases, [metaclass], **kwds) -> class
    ///
    /// Internal helper function used by the class statement.
    #[function("(*args, **kwargs)", name = "__build_class__", no_text_signature)]
    fn build_class(args: &[&Object], kwargs: Keywords) -> Result<Ref> {
        let [function, name, given @ ..] = args else {
            bail!(TypeError, "__build_class__: not enough arguments");
        };
        let Some(function) = function.downcast::<Function>() else {
            bail!(TypeError, "__build_class__: func must be a function");
        };
        if name.downcast::<Str>().is_none() {
            bail!(TypeError, "__build_class__: name is not a string");
        }
        let given = Tuple::new(given.iter().map(|base| base.to_ref()))?;
        let changed = resolved_bases(&given)?;
        let bases = changed.as_ref().unwrap_or(&given);
        let keywords = kwargs.to_dict()?;
        let metaclass = keywords.pop(intern!("metaclass"))?;
        let metaclass = match metaclass {
            Some(metaclass) => metaclass,
            None => match bases.items().first() {
                Some(base) => base.class().as_object().to_ref(),
                None => TYPE.as_object().to_ref(),
            },
        };
        let metaclass = match metaclass.downcast::<Type>() {
            Some(class) => winner(class, bases)?.into_object(),
            None => metaclass,
        };
        let namespace = prepare(&metaclass, name, bases, Some(&keywords))?;
        let thread = ThreadState::current();
        let frame = function.bind_namespace(thread, &namespace)?;
        let cell = eval::execute(thread, &frame, false);
        Frame::release(frame);
        let cell = cell?;
        if changed.is_some() {
            namespace.set_item(intern!("__orig_bases__"), &given)?;
        }
        let arguments = Tuple::new([name.to_ref(), bases.clone().into_object(), namespace])?;
        let class = metaclass.call_dict(&arguments, Some(&keywords))?;
        if class.downcast::<Type>().is_some() {
            check_class_cell(&cell, &class, name)?;
        }
        Ok(class)
    }
}
