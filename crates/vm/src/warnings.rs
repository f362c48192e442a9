//! Warnings: filters, registries, and the module `_warnings` (the native half of `warnings`).

use std::cell::Cell;

use objects::prelude::*;
use objects::thread_state::ThreadState;

use crate::frame::Frame;
use crate::import::loaded_module;
use crate::interpreter::Interpreter;
use crate::{report, source_lines};

/// The state of an interpreter's warnings.
#[derive(Default)]
pub struct Warnings {
    filters: Field<List>,
    once_registry: Field<Dict>,
    /// Counts changes of the filters: registries of older ones are void.
    version: Cell<i64>,
}

impl Warnings {
    /// Forgets everything, as an interpreter does that ends.
    pub fn clear(&self) {
        self.filters.set(None);
        self.once_registry.set(None);
    }

    fn filters(&self) -> Result<Ref<List>> {
        match self.filters.get() {
            Some(filters) => Ok(filters),
            None => {
                let filters = default_filters()?;
                self.filters.set(Some(filters.clone()));
                Ok(filters)
            }
        }
    }

    fn once_registry(&self) -> Ref<Dict> {
        match self.once_registry.get() {
            Some(registry) => registry,
            None => {
                let registry = Dict::new();
                self.once_registry.set(Some(registry.clone()));
                registry
            }
        }
    }
}

fn default_filters() -> Result<Ref<List>> {
    let filter = |action: &str, category: &Type, module: Option<&str>| {
        (action, none(), category.as_object(), module, 0).into_object()
    };
    Ok(List::from_vec(vec![
        filter("default", &exceptions::DeprecationWarning, Some("__main__"))?,
        filter("ignore", &exceptions::DeprecationWarning, None)?,
        filter("ignore", &exceptions::PendingDeprecationWarning, None)?,
        filter("ignore", &exceptions::ImportWarning, None)?,
        filter("ignore", &exceptions::ResourceWarning, None)?,
    ]))
}

/// The module `warnings`, if a program has loaded it.
fn python_module() -> Result<Option<Ref>> {
    if Interpreter::current().modules.is_null() {
        return Ok(None);
    }
    loaded_module(intern!("warnings"))
}

/// An attribute of the module `warnings`.
fn python_attribute(name: &'static Str) -> Result<Option<Ref>> {
    match python_module()? {
        Some(module) => module.get_attr_opt(name),
        None => Ok(None),
    }
}

/// Where a warning is from.
struct Place<'a> {
    filename: &'a Str,
    line: i32,
    module: Option<Ref>,
    registry: Option<Ref<Dict>>,
    source: Option<&'a Object>,
}

/// `warnings.warn`.
pub fn warn(category: &Type, message: &Object, stacklevel: isize, source: Option<&Object>) -> Result<()> {
    let frame = frame_at(stacklevel);
    let (globals, filename, line) = match &frame {
        Some(frame) => {
            let filename = frame.code().filename.get().unwrap_or_else(Str::empty);
            (Some(frame.globals().to_ref()), filename, frame.line())
        }
        None => (Interpreter::current().sysdict.get(), Str::new("sys"), 1),
    };
    let (registry, module) = match &globals {
        None => (None, None),
        Some(globals) => {
            let key = intern!("__warningregistry__");
            let registry = match globals.get(key)?.map(Ref::into_type::<Dict>) {
                Some(Ok(registry)) => registry,
                Some(Err(_)) => bail!(TypeError, "'registry' must be a dict or None"),
                None => {
                    let registry = Dict::new();
                    globals.set(key, &registry)?;
                    registry
                }
            };
            let module = globals.get(intern!("__name__"))?.filter(|name| name.downcast::<Str>().is_some());
            (Some(registry), Some(module.unwrap_or_else(|| Str::new("<string>").into_object())))
        }
    };
    issue(category, message, Place { filename: &filename, line, module, registry, source })
}

/// The frame a warning is about: that many levels up, those of the import system left out.
fn frame_at(stacklevel: isize) -> Option<Ref<Frame>> {
    let outer = |frame: Option<Ref<Frame>>| frame.and_then(|frame| frame.back.get());
    let mut frame = Frame::innermost(ThreadState::current()).map(Frame::to_ref);
    if stacklevel <= 0 || frame.as_deref().is_some_and(is_internal) {
        for _ in 1..stacklevel {
            frame = outer(frame);
        }
        return frame;
    }
    for _ in 1..stacklevel {
        frame = outer(frame);
        while frame.as_deref().is_some_and(is_internal) {
            frame = outer(frame);
        }
    }
    frame
}

fn is_internal(frame: &Frame) -> bool {
    frame.code().filename.get().is_some_and(|filename| {
        let filename = filename.to_string_lossy();
        filename.contains("importlib") && filename.contains("_bootstrap")
    })
}

/// `warnings.warn_explicit`, for a place in a source.
pub fn warn_explicit(
    category: &Type,
    message: &Object,
    filename: &Str,
    line: i32,
    module: Option<&Str>,
) -> Result<()> {
    let module = module.map(|module| module.to_ref().into_object());
    issue(category, message, Place { filename, line, module, registry: None, source: None })
}

/// The module that a file name stands for: without `.py`.
fn module_of(filename: &Str) -> Result<Ref<Str>> {
    let length = filename.len();
    if length == 0 {
        return Ok(Str::new("<unknown>"));
    }
    match filename.to_string_lossy().ends_with(".py") && length >= 3 {
        true => filename.substring(0, length - 3),
        false => Ok(filename.to_ref()),
    }
}

/// Filters a warning, and shows or raises it.
fn issue(category: &Type, message: &Object, place: Place<'_>) -> Result<()> {
    let module = match &place.module {
        Some(module) if module.is_none() => return Ok(()),
        Some(module) => module.clone(),
        None => module_of(place.filename)?.into_object(),
    };
    let (text, message, category) = match message.is_instance(&exceptions::Warning)? {
        true => (message.str()?.into_object(), message.to_ref(), message.class().to_ref()),
        false => (message.to_ref(), category.as_object().call1(message)?, category.to_ref()),
    };
    let line = Int::new(place.line.into()).into_object();
    let key = Tuple::new([text.clone(), category.clone().into_object(), line])?;
    if let Some(registry) = &place.registry
        && already_warned(registry, &key, false)?
    {
        return Ok(());
    }
    let (action, filter) = action_for(&category, &text, place.line, &module)?;
    let action_text = action.to_string_lossy();
    match &*action_text {
        "error" => return Err(raise::set(category.as_object(), Some(message))),
        "ignore" => return Ok(()),
        _ => {}
    }
    if &*action_text != "always" && note(&action_text, &filter, &key, &text, &category, &place)? {
        return Ok(());
    }
    show(&text, &message, &category, &place)
}

/// Enters a warning where it has been shown; whether it was there already.
fn note(
    action: &str,
    filter: &Object,
    key: &Tuple,
    text: &Ref,
    category: &Ref<Type>,
    place: &Place<'_>,
) -> Result<bool> {
    if let Some(registry) = &place.registry {
        registry.set(key, &true_())?;
    }
    let short = || Tuple::new([text.clone(), category.clone().into_object()]);
    match action {
        "once" => {
            let registry = match python_attribute(intern!("onceregistry"))?.map(Ref::into_type::<Dict>) {
                Some(Ok(registry)) => registry,
                Some(Err(_)) => bail!(TypeError, "_warnings.onceregistry must be a dict"),
                None => Interpreter::current().warnings.once_registry(),
            };
            already_warned(&registry, &*short()?, true)
        }
        "module" => match &place.registry {
            Some(registry) => {
                let key =
                    Tuple::new([text.clone(), category.clone().into_object(), Int::new(0).into_object()])?;
                already_warned(registry, &key, true)
            }
            None => Ok(false),
        },
        "default" => Ok(false),
        _ => {
            let action = Str::new(action);
            Err(raise!(
                RuntimeError,
                "Unrecognized action ({}) in warnings.filters:\n {}",
                action.as_object().repr()?,
                filter.repr()?
            ))
        }
    }
}

/// Whether a registry knows the warning; it is emptied where the filters changed since.
fn already_warned(registry: &Dict, key: &Object, enter: bool) -> Result<bool> {
    let version = Interpreter::current().warnings.version.get();
    let name = intern!("version");
    let known = registry.get(name)?;
    let is_current = known
        .as_deref()
        .and_then(Object::downcast::<Int>)
        .is_some_and(|known| known.to_i64() == Some(version));
    if !is_current {
        registry.clear();
        registry.set(name, &Int::new(version))?;
    } else if let Some(warned) = registry.get(key)?
        && warned.is_true()?
    {
        return Ok(true);
    }
    if enter {
        registry.set(key, &true_())?;
    }
    Ok(false)
}

/// Whether a filter's pattern, a string, a regular expression or `None`, matches a text.
fn pattern_matches(pattern: &Object, text: &Object) -> Result<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.downcast_exact::<Str>().is_some() {
        return pattern.compare_bool(text, CompareOp::Eq);
    }
    pattern.call_method(intern!("match"), &[text])?.is_true()
}

/// The action of the first filter that applies, and the filter.
fn action_for(category: &Type, text: &Object, line: i32, module: &Object) -> Result<(Ref<Str>, Ref)> {
    let filters = match python_attribute(intern!("filters"))? {
        Some(filters) => match filters.into_type::<List>() {
            Ok(filters) => {
                // They stay the filters where the module loses them.
                Interpreter::current().warnings.filters.set(Some(filters.clone()));
                filters
            }
            Err(_) => bail!(ValueError, "_warnings.filters must be a list"),
        },
        None => Interpreter::current().warnings.filters()?,
    };
    let mut index = 0;
    while let Some(filter) = filters.get(index) {
        let parts = match filter.downcast::<Tuple>() {
            Some(parts) if parts.items().len() == 5 => parts.items(),
            _ => bail!(ValueError, "_warnings.filters item {index} isn't a 5-tuple"),
        };
        let Some(action) = parts[0].downcast::<Str>() else {
            bail!(TypeError, "action must be a string, not '{}'", parts[0].class().name());
        };
        let wanted_line = parts[4].as_isize()?;
        if pattern_matches(&parts[1], text)?
            && category.as_object().is_subclass(&parts[2])?
            && pattern_matches(&parts[3], module)?
            && (wanted_line == 0 || wanted_line == line as isize)
        {
            return Ok((action.to_ref(), filter.clone()));
        }
        index += 1;
    }
    match python_attribute(intern!("defaultaction"))? {
        None => Ok((Str::new("default"), none())),
        Some(action) => match action.into_type::<Str>() {
            Ok(action) => Ok((action, none())),
            Err(other) => Err(raise!(
                TypeError,
                "_warnings.defaultaction must be a string, not '{}'",
                other.class().name()
            )),
        },
    }
}

/// Shows a warning: through `warnings._showwarnmsg` where that is loaded.
fn show(text: &Object, message: &Ref, category: &Type, place: &Place<'_>) -> Result<()> {
    let Some(function) = python_attribute(intern!("_showwarnmsg"))? else {
        return show_plainly(text, category, place);
    };
    if !function.is_callable() {
        bail!(TypeError, "warnings._showwarnmsg() must be set to a callable");
    }
    let Some(class) = python_attribute(intern!("WarningMessage"))? else {
        bail!(RuntimeError, "unable to get warnings.WarningMessage");
    };
    let source = place.source.unwrap_or(none_object());
    let line = Int::new(place.line.into());
    let record = class.call(&[
        message,
        category.as_object(),
        place.filename,
        &line,
        none_object(),
        none_object(),
        source,
    ])?;
    function.call1(&record).map(|_| ())
}

fn show_plainly(text: &Object, category: &Type, place: &Place<'_>) -> Result<()> {
    let Some(stderr) = report::standard_error() else { return Ok(()) };
    let write = |text: &str| stderr.call_method(intern!("write"), &[&*Str::new(text)]).map(|_| ());
    write(&format!("{}:{}: {}: {}\n", place.filename, place.line, category.name(), text.str()?))?;
    match source_lines::find(place.filename, place.line) {
        Some(line) => write(&format!("  {}\n", line.trim())),
        None => Ok(()),
    }
}

/// The class of a warning: the message's own, or what was given, which has to be a warning's.
fn category_of(message: &Object, category: Option<&Object>) -> Result<Ref<Type>> {
    if message.is_instance(&exceptions::Warning)? {
        return Ok(message.class().to_ref());
    }
    let Some(category) = category.filter(|category| !category.is_none()) else {
        return Ok(exceptions::UserWarning.to_ref());
    };
    match category.downcast::<Type>().filter(|class| class.is_subtype(&exceptions::Warning)) {
        Some(class) => Ok(class.to_ref()),
        None => {
            Err(raise!(TypeError, "category must be a Warning subclass, not '{}'", category.class().name()))
        }
    }
}

/// What the 'warnings' module does most often, in native code: deciding by filters what
/// becomes of a warning.
#[module(name = "_warnings")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &objects::module::Module) -> Result<()> {
        let warnings = &Interpreter::current().warnings;
        module.add("filters", warnings.filters()?)?;
        module.add("_onceregistry", warnings.once_registry())?;
        module.add("_defaultaction", "default")
    }

    /// Warn of something at the caller's line: depending on the filters this prints, raises or does nothing.
    #[function("(message, category=None, stacklevel=1, source=None)")]
    fn warn(
        message: &Object,
        category: Option<&Object>,
        stacklevel: isize,
        source: Option<&Object>,
    ) -> Result<()> {
        let category = category_of(message, category)?;
        super::warn(&category, message, stacklevel, source.filter(|source| !source.is_none()))
    }

    /// Warn of something at a given place in a file; warn() does this with the place it finds out itself.
    #[function(
        "(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
        getargs
    )]
    #[allow(clippy::too_many_arguments)]
    fn warn_explicit(
        message: &Object,
        category: &Object,
        filename: &Str,
        lineno: i32,
        module: Option<&Object>,
        registry: Option<&Object>,
        module_globals: Option<&Object>,
        source: Option<&Object>,
    ) -> Result<()> {
        let category = match category.downcast::<Type>() {
            Some(class) => class.to_ref(),
            None => category_of(message, Some(category))?,
        };
        if let Some(globals) = module_globals.filter(|globals| !globals.is_none())
            && globals.downcast::<Dict>().is_none()
        {
            bail!(TypeError, "module_globals must be a dict, not '{}'", globals.class().name());
        }
        let registry = match registry.filter(|registry| !registry.is_none()) {
            None => None,
            Some(registry) => match registry.downcast::<Dict>() {
                Some(registry) => Some(registry.to_ref()),
                None => bail!(TypeError, "'registry' must be a dict or None"),
            },
        };
        let place = Place {
            filename,
            line: lineno,
            module: module.map(Object::to_ref),
            registry,
            source: source.filter(|source| !source.is_none()),
        };
        issue(&category, message, place)
    }

    #[function("()", no_text_signature)]
    fn _filters_mutated() {
        let version = &Interpreter::current().warnings.version;
        version.set(version.get() + 1);
    }
}
