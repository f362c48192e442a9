//! `Pickler`: the object that writes pickles to a file.

use std::cell::{Cell, RefCell};
use std::mem::offset_of;

use objects::arguments::Loose;
use objects::prelude::*;

use super::PICKLING_ERROR;
use super::bound::BoundHook;
use super::memo::Memo;
use super::memo_proxies::PicklerMemoProxy;
use super::opcodes::{DEFAULT_PROTOCOL, HIGHEST_PROTOCOL};
use super::output::Output;
use super::save::Saver;

/// `PicklerObject`, in size.
#[repr(C)]
#[derive(Trace)]
pub struct Pickler {
    base: Object,
    pub memo: RefCell<Memo>,
    /// The room for the next pickle.
    #[trace(skip)]
    buffer: Cell<Vec<u8>>,
    /// The file's `write`. Without it the object was not initialised.
    write: Field,
    /// `persistent_id`.
    pub persistent_id: BoundHook,
    pub dispatch_table: Field,
    pub buffer_callback: Field,
    #[trace(skip)]
    pub protocol: Cell<i32>,
    #[trace(skip)]
    binary: Cell<i32>,
    #[trace(skip)]
    fast: Cell<i32>,
    #[trace(skip)]
    pub fixes_imports: Cell<bool>,
}

/// The size of CPython's structure.
const BASIC_SIZE: usize = 152;
const _: () = assert!(size_of::<Pickler>() <= BASIC_SIZE);

/// The room that a pickler begins with.
const FIRST_ROOM: usize = 4096;

/// How to pickle.
pub struct Choices<'a> {
    pub protocol: Option<&'a Object>,
    pub fix_imports: bool,
    pub buffer_callback: Option<&'a Object>,
}

impl Pickler {
    fn empty(class: &Type) -> Result<Ref<Pickler>> {
        Ref::new_in(
            class,
            Pickler {
                base: Object::header(),
                memo: RefCell::default(),
                buffer: Cell::default(),
                write: Field::null(),
                persistent_id: BoundHook::default(),
                dispatch_table: Field::null(),
                buffer_callback: Field::null(),
                protocol: Cell::default(),
                binary: Cell::default(),
                fast: Cell::default(),
                fixes_imports: Cell::default(),
            },
        )
    }

    /// A pickler for `dump`, with a file, and for `dumps`, without one.
    pub fn plain(choices: &Choices<'_>, file: Option<&Object>) -> Result<Ref<Pickler>> {
        let pickler = Pickler::empty(&PICKLER)?;
        pickler.set_protocol(choices.protocol, choices.fix_imports)?;
        if let Some(file) = file {
            pickler.set_file(file)?;
        }
        pickler.set_buffer_callback(choices.buffer_callback)?;
        Ok(pickler)
    }

    pub fn is_fast(&self) -> bool {
        self.fast.get() != 0
    }

    fn set_protocol(&self, protocol: Option<&Object>, fix_imports: bool) -> Result<()> {
        let protocol = match protocol.filter(|protocol| !protocol.is_none()) {
            None => DEFAULT_PROTOCOL,
            Some(protocol) => match Loose::<i64>::from_argument(protocol, &PROTOCOL_PLACE)?.0 {
                ..0 => HIGHEST_PROTOCOL,
                protocol if protocol > i64::from(HIGHEST_PROTOCOL) => {
                    bail!(ValueError, "pickle protocol must be <= {HIGHEST_PROTOCOL}");
                }
                protocol => protocol as i32,
            },
        };
        self.protocol.set(protocol);
        self.binary.set(i32::from(protocol > 0));
        self.fixes_imports.set(fix_imports && protocol < 3);
        Ok(())
    }

    fn set_buffer_callback(&self, callback: Option<&Object>) -> Result<()> {
        let callback = callback.filter(|callback| !callback.is_none());
        if callback.is_some() && self.protocol.get() < 5 {
            bail!(ValueError, "buffer_callback needs protocol >= 5");
        }
        self.buffer_callback.set(callback.map(Object::to_ref));
        Ok(())
    }

    /// `TypeError` for a file that cannot be written.
    fn set_file(&self, file: &Object) -> Result<()> {
        match file.get_attr_opt(intern!("write"))? {
            Some(write) => {
                self.write.set(Some(write));
                Ok(())
            }
            None => Err(raise!(TypeError, "file must have a 'write' attribute")),
        }
    }

    /// Writes the pickle of an object, and gives what no file took.
    pub fn pickle(&self, object: &Object) -> Result<Vec<u8>> {
        let mut saver = Saver::new(self, Output::new(self.buffer.take(), self.write.get()))?;
        saver.dump(object)?;
        saver.finish()
    }
}

const PROTOCOL_PLACE: objects::arguments::Place = objects::arguments::Place::new("Pickler", "protocol");

/// This takes a binary file for writing a pickle data stream.
///
/// The optional *protocol* argument, a number from 0 to 5, says which protocol to
/// use. The default is 4, which Python reads since 3.4. A negative number stands
/// for the highest protocol. A higher protocol needs a newer Python to read it.
///
/// The *file* argument must have a write() method that takes one bytes argument:
/// a file that is open for binary writing, an io.BytesIO instance, or any other
/// object that does so.
///
/// If *fix_imports* is True and protocol is less than 3, pickle maps the names of
/// Python 3 to those of Python 2, so that Python 2 can read the pickle.
///
/// If *buffer_callback* is None (the default), buffers are part of the pickle.
/// Otherwise it is called with each buffer; if it gives something false
/// (such as None), the buffer is out-of-band, else it is part of the pickle.
/// It is an error if *buffer_callback* is not None and *protocol* is None or
/// smaller than 5.
#[class(
    name = "Pickler",
    module = "_pickle",
    flags = BASETYPE,
    basicsize = BASIC_SIZE,
    signature = "(file, protocol=None, fix_imports=True, buffer_callback=None)"
)]
impl Pickler {
    #[slot(tp_new)]
    fn create(class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref<Pickler>> {
        Pickler::empty(class)
    }

    #[slot(tp_init, "(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn init(
        &self,
        file: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<()> {
        self.write.set(None);
        self.set_protocol(protocol, fix_imports)?;
        self.set_file(file)?;
        self.set_buffer_callback(buffer_callback)?;
        let old = self.memo.replace(Memo::new());
        drop(old);
        self.buffer.set(Vec::with_capacity(FIRST_ROOM));
        self.fast.set(0);
        self.persistent_id.look_up(self, intern!("persistent_id"))?;
        let dispatch_table = self.as_object().get_attr_opt(intern!("dispatch_table"))?;
        self.dispatch_table.set(dispatch_table);
        Ok(())
    }

    /// Pickle obj, with all that it refers to, and write the result to the file of this pickler.
    #[method("(obj, /)")]
    fn dump(&self, obj: &Object) -> Result<()> {
        if self.write.is_null() {
            let name = self.class().name();
            return Err(
                PICKLING_ERROR.raise(&format!("Pickler.__init__() was not called by {name}.__init__()"))
            );
        }
        self.pickle(obj).map(drop)
    }

    /// Clears the pickler's "memo".
    ///
    /// The memo remembers which objects the pickler has already seen, so that shared
    /// or recursive objects are pickled by reference and not by value.  This method is
    /// useful when re-using picklers.
    #[method]
    fn clear_memo(&self) {
        self.forget();
    }

    /// Returns size in memory, in bytes.
    #[method]
    fn __sizeof__(&self) -> usize {
        let buffer = self.buffer.take();
        // The memo without the part that is in the object, the buffer with the header that a bytes object has.
        let room = match buffer.capacity() {
            0 => 0,
            room => room + Bytes::class().tp_basicsize.get() as usize,
        };
        self.buffer.set(buffer);
        BASIC_SIZE + self.memo.borrow().size_in_bytes() + room
    }

    #[getter]
    fn memo(&self) -> Ref<PicklerMemoProxy> {
        PicklerMemoProxy::of(self)
    }

    #[setter]
    fn set_memo(&self, value: Option<&Object>) -> Result<()> {
        let memo = match value {
            None => bail!(TypeError, "attribute deletion is not supported"),
            Some(value) => PicklerMemoProxy::memo_from(value)?,
        };
        let old = self.memo.replace(memo);
        drop(old);
        Ok(())
    }

    #[getter]
    fn persistent_id(&self) -> Result<Ref> {
        self.persistent_id.shown(self, intern!("persistent_id"))
    }

    #[setter]
    fn set_persistent_id(&self, value: Option<&Object>) -> Result<()> {
        self.persistent_id.assign(value, "persistent_id")
    }

    #[member(OBJECT_EX)]
    const dispatch_table: usize = offset_of!(Pickler, dispatch_table);

    #[member(INT)]
    const bin: usize = offset_of!(Pickler, binary);

    #[member(INT)]
    const fast: usize = offset_of!(Pickler, fast);
}

impl Pickler {
    /// Empties the memo.
    pub fn forget(&self) {
        let old = self.memo.replace(Memo::new());
        drop(old);
    }

    pub fn is_binary(&self) -> bool {
        self.binary.get() != 0
    }
}
