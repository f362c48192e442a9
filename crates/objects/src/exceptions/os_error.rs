//! `OSError`, whose constructor picks the subclass by the error number (PEP 3151).

use std::mem::offset_of;

use super::base::{new_exception, refuse_keywords};
use super::*;

/// The subclass for an error number of Linux.
fn class_for(errno: i64) -> Option<&'static Type> {
    Some(match errno {
        1 | 13 => &PermissionError,
        2 => &FileNotFoundError,
        3 => &ProcessLookupError,
        4 => &InterruptedError,
        10 => &ChildProcessError,
        11 | 114 | 115 => &BlockingIOError,
        17 => &FileExistsError,
        20 => &NotADirectoryError,
        21 => &IsADirectoryError,
        32 | 108 => &BrokenPipeError,
        103 => &ConnectionAbortedError,
        104 => &ConnectionResetError,
        110 => &TimeoutError,
        111 => &ConnectionRefusedError,
        _ => return None,
    })
}

/// Whether a subclass initialises in `__init__` because that, and not `__new__`, is overridden.
fn uses_init(class: &Type) -> bool {
    let own_init = OSError.tp_init.get().map(|init| init as usize);
    let own_new = OSError.tp_new.get().map(|new| new as usize);
    class.tp_init.get().map(|init| init as usize) != own_init
        && class.tp_new.get().map(|new| new as usize) == own_new
}

impl OSErrorObject {
    /// Fills the fields from `(errno, strerror[, filename[, winerror[, filename2]]])`.
    fn fill(&self, args: &Tuple) -> Result<()> {
        let items = args.items();
        let mut kept = args.to_ref();
        if (2..=5).contains(&items.len()) {
            self.errno.set(Some(items[0].clone()));
            self.strerror.set(Some(items[1].clone()));
            if let Some(filename) = items.get(2).filter(|filename| !filename.is_none()) {
                let is_blocking = self.class().is_subtype(&BlockingIOError);
                if is_blocking && filename.is_number() {
                    // The third argument of BlockingIOError is a count.
                    self.written.set(filename.as_index_or(&ValueError)?);
                } else {
                    self.filename.set(Some(filename.clone()));
                    self.filename2.set(items.get(4).cloned());
                    // `args` stays what `errno, strerror = error.args` unpacks.
                    kept = Tuple::new(items[..2].iter().cloned())?;
                }
            }
        }
        self.args.set(Some(kept));
        Ok(())
    }
}

/// A table of its own: each class below has an `__init__` in its dictionary too.
#[methods(INIT)]
impl OSErrorObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        if !uses_init(self.class()) {
            return Ok(());
        }
        refuse_keywords(self.class(), kwargs)?;
        self.fill(args)
    }
}

#[methods(OS_ERROR)]
impl OSErrorObject {
    #[slot(tp_new)]
    fn new(class: &Type, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        let fills_here = !uses_init(class);
        let mut class = class;
        if fills_here {
            refuse_keywords(class, kwargs)?;
            if std::ptr::eq(class, &OSError)
                && (2..=5).contains(&args.items().len())
                && let Some(errno) = args.items()[0].downcast::<Int>().and_then(Int::to_i64)
            {
                class = class_for(errno).unwrap_or(class);
            }
        }
        let object = match fills_here {
            true => new_exception(class, args)?,
            false => new_exception(class, &*Tuple::new([])?)?,
        };
        if let Some(exception) = object.downcast::<OSErrorObject>() {
            exception.written.set(-1);
            if fills_here {
                exception.fill(args)?;
            }
        }
        Ok(object)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let shown = |field: &Field| field.get().unwrap_or_else(none).str();
        if let Some(filename) = self.filename.get() {
            let (number, text) = (shown(&self.errno)?, shown(&self.strerror)?);
            return match self.filename2.get() {
                Some(second) => {
                    format_str!("[Errno {number}] {text}: {} -> {}", filename.repr()?, second.repr()?)
                }
                None => format_str!("[Errno {number}] {text}: {}", filename.repr()?),
            };
        }
        if self.errno.get().is_some() && self.strerror.get().is_some() {
            return format_str!("[Errno {}] {}", shown(&self.errno)?, shown(&self.strerror)?);
        }
        self.default_str()
    }

    #[method("()", name = "__reduce__", no_text_signature)]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let mut args = self.arguments()?;
        if args.items().len() == 2
            && let Some(filename) = self.filename.get()
        {
            let mut items = args.items().to_vec();
            items.push(filename);
            if let Some(second) = self.filename2.get() {
                items.extend([none(), second]);
            }
            args = Tuple::new(items)?;
        }
        self.reduce_with(&args, self.dict.get().map(Ref::into_object))
    }

    /// POSIX exception code
    #[member(OBJECT)]
    const errno: usize = offset_of!(OSErrorObject, errno);

    /// exception strerror
    #[member(OBJECT)]
    const strerror: usize = offset_of!(OSErrorObject, strerror);

    /// exception filename
    #[member(OBJECT)]
    const filename: usize = offset_of!(OSErrorObject, filename);

    /// second exception filename
    #[member(OBJECT)]
    const filename2: usize = offset_of!(OSErrorObject, filename2);

    #[getter]
    fn characters_written(&self) -> Result<isize> {
        match self.written.get() {
            -1 => Err(raise!(AttributeError, "characters_written")),
            written => Ok(written),
        }
    }

    #[setter(name = "characters_written")]
    fn set_characters_written(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            if self.written.get() == -1 {
                bail!(AttributeError, "characters_written");
            }
            self.written.set(-1);
            return Ok(());
        };
        self.written.set(value.as_index_or(&ValueError)?);
        Ok(())
    }
}

/// Raises the `OSError` of an error number, with its text and perhaps the file names it is about.
#[cold]
pub fn raise_errno(errno: i32, filename: Option<&Object>, second: Option<&Object>) -> Raised {
    match new_from_errno(errno, filename, second) {
        Ok(exception) => raise::set_instance(exception),
        Err(raised) => raised,
    }
}

fn new_from_errno(errno: i32, filename: Option<&Object>, second: Option<&Object>) -> Result<Ref> {
    let number = Int::new(i64::from(errno));
    let text = Str::new(&error_text(errno));
    match (filename, second) {
        (None, _) => OSError.call(&[&number, &text]),
        (Some(filename), None) => OSError.call(&[&number, &text, filename]),
        (Some(filename), Some(second)) => OSError.call(&[&number, &text, filename, &*Int::zero(), second]),
    }
}

/// `os.strerror`: the C library's text of an error number.
pub fn error_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
