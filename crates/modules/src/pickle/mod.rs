//! `_pickle`: objects to bytes and back, in every protocol.

mod bound;
mod input;
mod load;
mod memo;
mod memo_proxies;
mod opcodes;
mod output;
mod pickler;
mod save;
mod shared;
mod stack;
mod unpickler;

use objects::prelude::*;

use crate::exception_class::ExceptionClass;

static PICKLE_ERROR: ExceptionClass = ExceptionClass::new("_pickle", "PickleError", &exceptions::Exception);
static PICKLING_ERROR: ExceptionClass = ExceptionClass::derived("_pickle", "PicklingError", &PICKLE_ERROR);
static UNPICKLING_ERROR: ExceptionClass =
    ExceptionClass::derived("_pickle", "UnpicklingError", &PICKLE_ERROR);

/// Optimized implementation for the Python pickle module.
#[module(
    name = "_pickle",
    classes = [super::pickler::PICKLER, super::unpickler::UNPICKLER, objects::pickle_buffer::PICKLE_BUFFER]
)]
pub mod module {
    use objects::module::Module;
    use objects::prelude::*;

    use super::input::{File, Input};
    use super::pickler::{self, Pickler};
    use super::unpickler::{self, Unpickler};
    use super::{PICKLE_ERROR, PICKLING_ERROR, UNPICKLING_ERROR};

    /// Write a pickled representation of obj to the open file object file.
    ///
    /// This is what ``Pickler(file, protocol).dump(obj)`` does, and may be quicker.
    /// The arguments are those of Pickler.
    #[function("(obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dump(
        obj: &Object,
        file: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<()> {
        let choices = pickler::Choices { protocol, fix_imports, buffer_callback };
        Pickler::plain(&choices, Some(file))?.pickle(obj).map(drop)
    }

    /// Return the pickled representation of the object as a bytes object.
    ///
    /// The further arguments are those of Pickler.
    #[function("(obj, protocol=None, *, fix_imports=True, buffer_callback=None)")]
    fn dumps(
        obj: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<Ref<Bytes>> {
        let choices = pickler::Choices { protocol, fix_imports, buffer_callback };
        Bytes::try_new(&Pickler::plain(&choices, None)?.pickle(obj)?)
    }

    /// Read and return an object from the pickle data stored in a file.
    ///
    /// This is what ``Unpickler(file).load()`` does, and may be quicker.
    /// The arguments are those of Unpickler.
    #[function("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn load(
        file: &Object,
        fix_imports: bool,
        encoding: &str,
        errors: &str,
        buffers: Option<&Object>,
    ) -> Result<Ref> {
        let choices = unpickler::Choices { fix_imports, encoding, errors, buffers };
        Unpickler::plain(&choices, Input::of_file(File::of(file)?))?.unpickle()
    }

    /// Read and return an object from the given pickle data.
    ///
    /// The further arguments are those of Unpickler.
    #[function("(data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn loads(
        data: &Object,
        fix_imports: bool,
        encoding: &str,
        errors: &str,
        buffers: Option<&Object>,
    ) -> Result<Ref> {
        let choices = unpickler::Choices { fix_imports, encoding, errors, buffers };
        Unpickler::plain(&choices, Input::of_data(data)?)?.unpickle()
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for error in [&PICKLE_ERROR, &PICKLING_ERROR, &UNPICKLING_ERROR] {
            module.add(error.name(), error.get()?)?;
        }
        super::shared::Shared::get().map(drop)
    }
}
