//! `Unpickler`: the object that reads pickles from a file.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::c_int;
use std::ops::ControlFlow;

use objects::memory::{Trace, Visitor};
use objects::prelude::*;

use super::UNPICKLING_ERROR;
use super::bound::BoundHook;
use super::input::{File, Input};
use super::load::Loader;
use super::memo_proxies::UnpicklerMemoProxy;
use super::shared::{GlobalName, Shared, dotted_path, follow};

/// What the numbers of a pickle stand for. Numbers far beyond the others do not make the table large.
#[derive(Default, Clone)]
pub struct UnpicklerMemo {
    dense: Vec<Option<Ref>>,
    sparse: BTreeMap<usize, Ref>,
    used: usize,
}

/// The places that a memo has from the start.
const FIRST_PLACES: usize = 32;

impl UnpicklerMemo {
    #[inline]
    pub fn get(&self, number: usize) -> Option<Ref> {
        match self.dense.get(number) {
            Some(object) => object.clone(),
            None => self.sparse.get(&number).cloned(),
        }
    }

    /// Remembers an object, and gives the one that had the number.
    #[inline]
    pub fn set(&mut self, number: usize, object: Ref) -> Option<Ref> {
        let old = match self.dense.get_mut(number) {
            Some(place) => place.replace(object),
            None if number <= 2 * self.used + FIRST_PLACES => {
                self.grow(number);
                self.dense[number].replace(object)
            }
            None => self.sparse.insert(number, object),
        };
        self.used += usize::from(old.is_none());
        old
    }

    #[cold]
    fn grow(&mut self, number: usize) {
        let old = self.dense.len();
        let size = if number < FIRST_PLACES { FIRST_PLACES } else { number * 2 };
        self.dense.reserve_exact(size - old);
        self.dense.resize(size, None);
        for number in old..size {
            if self.sparse.is_empty() {
                break;
            }
            self.dense[number] = self.sparse.remove(&number);
        }
    }

    /// How many numbers are in use.
    pub fn len(&self) -> usize {
        self.used
    }

    pub fn entries(&self) -> Vec<(usize, Ref)> {
        let dense = self.dense.iter().enumerate();
        let dense = dense.filter_map(|(number, object)| Some((number, object.clone()?)));
        let sparse = self.sparse.iter().map(|(&number, object)| (number, object.clone()));
        dense.chain(sparse).collect()
    }

    fn size_in_bytes(&self) -> usize {
        let places = self.dense.len().max(FIRST_PLACES);
        places * size_of::<Option<Ref>>() + self.sparse.len() * size_of::<(usize, Ref)>()
    }
}

impl Trace for UnpicklerMemo {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        self.dense.iter().flatten().chain(self.sparse.values()).try_for_each(|object| object.trace(visitor))
    }
}

/// How byte strings of Python 2 are read.
#[derive(Default, Clone)]
pub struct Encoding {
    pub encoding: Cow<'static, str>,
    pub errors: Cow<'static, str>,
}

/// A choice's text; what it is by default needs no room of its own.
fn kept(text: &str, default: &'static str) -> Cow<'static, str> {
    if text == default { Cow::Borrowed(default) } else { Cow::Owned(text.to_owned()) }
}

/// What the collector sees of the input: the file's methods.
#[derive(Default)]
struct Source(Option<Input>);

impl Trace for Source {
    fn trace(&self, visitor: &Visitor) -> ControlFlow<c_int> {
        let file = self.0.as_ref().and_then(|input| input.file());
        file.map_or(ControlFlow::Continue(()), |file| {
            file.references().try_for_each(|method| method.trace(visitor))
        })
    }
}

/// `UnpicklerObject`, in size.
#[repr(C)]
#[derive(Trace)]
pub struct Unpickler {
    base: Object,
    pub memo: RefCell<UnpicklerMemo>,
    /// Absent before `__init__`, and while a pickle is read.
    source: Cell<Source>,
    #[trace(skip)]
    is_initialized: Cell<bool>,
    #[trace(skip)]
    marks: Cell<Vec<usize>>,
    pub persistent_load: BoundHook,
    /// The iterator over out-of-band buffers.
    pub buffers: Field,
    #[trace(skip)]
    encoding: RefCell<Encoding>,
    #[trace(skip)]
    pub protocol: Cell<u8>,
    #[trace(skip)]
    fixes_imports: Cell<bool>,
}

/// The size of CPython's structure.
const BASIC_SIZE: usize = 272;
const _: () = assert!(size_of::<Unpickler>() <= BASIC_SIZE);

/// How to unpickle.
pub struct Choices<'a> {
    pub fix_imports: bool,
    pub encoding: &'a str,
    pub errors: &'a str,
    pub buffers: Option<&'a Object>,
}

impl Unpickler {
    fn empty(class: &Type) -> Result<Ref<Unpickler>> {
        Ref::new_in(
            class,
            Unpickler {
                base: Object::header(),
                memo: RefCell::default(),
                source: Cell::default(),
                is_initialized: Cell::default(),
                marks: Cell::default(),
                persistent_load: BoundHook::default(),
                buffers: Field::null(),
                encoding: RefCell::default(),
                protocol: Cell::default(),
                fixes_imports: Cell::default(),
            },
        )
    }

    /// An unpickler for `load` and `loads`.
    pub fn plain(choices: &Choices<'_>, input: Input) -> Result<Ref<Unpickler>> {
        let unpickler = Unpickler::empty(&UNPICKLER)?;
        unpickler.configure(choices, input)?;
        Ok(unpickler)
    }

    fn configure(&self, choices: &Choices<'_>, input: Input) -> Result<()> {
        let (encoding, errors) = (kept(choices.encoding, "ASCII"), kept(choices.errors, "strict"));
        *self.encoding.borrow_mut() = Encoding { encoding, errors };
        let buffers = choices.buffers.filter(|buffers| !buffers.is_none());
        self.buffers.set(buffers.map(Object::iter).transpose()?);
        self.fixes_imports.set(choices.fix_imports);
        self.source.set(Source(Some(input)));
        self.is_initialized.set(true);
        Ok(())
    }

    /// Whether its methods are those of the class itself.
    pub fn is_plain(&self) -> bool {
        self.class().is(&UNPICKLER)
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding.borrow().clone()
    }

    /// Reads one pickle.
    pub fn unpickle(&self) -> Result<Ref> {
        let Source(Some(input)) = self.source.take() else {
            bail!(RuntimeError, "Unpickler object is already used");
        };
        let mut loader = Loader::new(self, input, self.marks.take());
        let result = loader.load();
        let (input, marks) = loader.into_parts();
        self.marks.set(marks);
        self.source.set(Source(Some(input)));
        result
    }

    /// Looks a global of a pickle up.
    pub fn find(&self, module: &Str, name: &Str) -> Result<Ref> {
        (objects::services::get().audit)("pickle.find_class", &[module, name])?;
        let mut names = GlobalName { module: module.to_ref(), name: name.to_ref() };
        if self.protocol.get() < 3 && self.fixes_imports.get() {
            let shared = Shared::get()?;
            names = names.mapped(&shared.names_2to3, &shared.modules_2to3, "")?;
        }
        let module = objects::services::import(names.module.as_utf8()?)?;
        let found = match self.protocol.get() >= 4 {
            true => follow(&module, &dotted_path(&names.name, Some(&module))?)?.map(|(value, _)| value),
            false => module.get_attr_opt(&names.name)?,
        };
        match found {
            Some(found) => Ok(found),
            None => Err(raise!(
                AttributeError,
                "Can't get attribute {} on {}",
                names.name.as_object().repr()?,
                module.repr()?
            )),
        }
    }
}

/// This takes a binary file for reading a pickle data stream.
///
/// The protocol version of the pickle is detected by itself, so no protocol
/// argument is needed.  Bytes past the pickled object are ignored.
///
/// The argument *file* must have two methods: a read() method that takes an
/// integer, and a readline() method without arguments, both giving bytes.  So
/// *file* can be a binary file open for reading, an io.BytesIO object, or any
/// other object that does so.
///
/// *fix_imports*, *encoding* and *errors* are for pickles of Python 2.  If
/// *fix_imports* is True, the names of Python 2 are mapped to those of Python 3.
/// *encoding* and *errors* say how to decode its 8-bit strings; the default is
/// 'ASCII' and 'strict'.  With the *encoding* 'bytes' they are read as bytes.
#[class(
    name = "Unpickler",
    module = "_pickle",
    flags = BASETYPE,
    basicsize = BASIC_SIZE,
    signature = "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())"
)]
impl Unpickler {
    #[slot(tp_new)]
    fn create(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Unpickler>> {
        Unpickler::empty(class)
    }

    #[slot(tp_init, "(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn init(
        &self,
        file: &Object,
        fix_imports: bool,
        encoding: &str,
        errors: &str,
        buffers: Option<&Object>,
    ) -> Result<()> {
        self.is_initialized.set(false);
        let input = Input::of_file(File::of(file)?);
        self.configure(&Choices { fix_imports, encoding, errors, buffers }, input)?;
        let old = self.memo.take();
        drop(old);
        self.persistent_load.look_up(self, intern!("persistent_load"))?;
        self.protocol.set(0);
        Ok(())
    }

    /// Rebuild the next pickled object of the file.
    ///
    /// All that the object refers to is rebuilt with it. A stream that is no
    /// pickle raises UnpicklingError or whatever else goes wrong; one that is
    /// too short, often EOFError.
    #[method]
    fn load(&self) -> Result<Ref> {
        if !self.is_initialized.get() {
            let name = self.class().name();
            return Err(
                UNPICKLING_ERROR.raise(&format!("Unpickler.__init__() was not called by {name}.__init__()"))
            );
        }
        self.unpickle()
    }

    /// Look up what a pickle names: a class or function, by its module's name and its own.
    ///
    /// The module is imported if it is not loaded yet. load() calls this for each
    /// name that it meets, both arguments being str, so a subclass that overrides
    /// it decides what a pickle may reach.
    #[method("(module_name, global_name, /)")]
    fn find_class(&self, module_name: &Object, global_name: &Object) -> Result<Ref> {
        match (module_name.downcast::<Str>(), global_name.downcast::<Str>()) {
            (Some(module), Some(name)) => self.find(module, name),
            (None, _) => Err(raise!(TypeError, "module name must be a string")),
            _ => {
                Err(raise!(TypeError, "attribute name must be string, not '{}'", global_name.class().name()))
            }
        }
    }

    /// Returns size in memory, in bytes.
    #[method]
    fn __sizeof__(&self) -> usize {
        let marks = self.marks.take();
        let room = marks.capacity() * size_of::<usize>();
        self.marks.set(marks);
        let source = self.source.take();
        let line = source.0.as_ref().map_or(0, Input::line_size);
        self.source.set(source);
        let Encoding { encoding, errors } = self.encoding();
        BASIC_SIZE + self.memo.borrow().size_in_bytes() + room + line + encoding.len() + 1 + errors.len() + 1
    }

    #[getter]
    fn memo(&self) -> Ref<UnpicklerMemoProxy> {
        UnpicklerMemoProxy::of(self)
    }

    #[setter]
    fn set_memo(&self, value: Option<&Object>) -> Result<()> {
        let memo = match value {
            None => bail!(TypeError, "attribute deletion is not supported"),
            Some(value) => UnpicklerMemoProxy::memo_from(value)?,
        };
        let old = self.memo.replace(memo);
        drop(old);
        Ok(())
    }

    #[getter]
    fn persistent_load(&self) -> Result<Ref> {
        self.persistent_load.shown(self, intern!("persistent_load"))
    }

    #[setter]
    fn set_persistent_load(&self, value: Option<&Object>) -> Result<()> {
        self.persistent_load.assign(value, "persistent_load")
    }
}
