//! Native modules that an installed CPython 3.9 has compiled and Krait does not have yet.

use objects::exceptions::ImportErrorObject;
use objects::prelude::*;

const COMPILED: [&str; 12] = [
    "_ctypes",
    "_curses",
    "_curses_panel",
    "_dbm",
    "_decimal",
    "_gdbm",
    "_sqlite3",
    "_ssl",
    "_tkinter",
    "audioop",
    "nis",
    "ossaudiodev",
];

/// Says what would bring the module where it was not found.
pub(super) fn explained(raised: Raised, name: &Str) -> Raised {
    if !COMPILED.iter().any(|known| name.equals_text(known))
        || !raised.matches(&exceptions::ModuleNotFoundError)
    {
        return raised;
    }
    let fetched = raised.fetch();
    if let Some(error) = fetched.value.as_deref().and_then(Object::downcast::<ImportErrorObject>)
        && error.name.get().is_some_and(|missing| missing.downcast::<Str>().is_some_and(|it| it.equals(name)))
    {
        let message = Str::new(&format!(
            "No module named '{name}': Krait has none of its own yet, and found no lib-dynload of a CPython 3.9 with it"
        ));
        match Tuple::new([message.clone().into_object()]) {
            Ok(arguments) => error.base.args.set(Some(arguments)),
            Err(raised) => return raised,
        }
        error.msg.set(Some(message.into_object()));
    }
    fetched.restore()
}
