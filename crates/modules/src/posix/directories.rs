//! Directories: their entries as names, and as `DirEntry` objects that know more.

use std::cell::{Cell, RefCell};

use objects::prelude::*;

use system::directory::{DirectoryStream, Entry};
use system::{Accepts, FilePath, blocking};

use super::arguments::Directory;
use super::stat::{path_error, stat_object, status_of};

/// Opens the stream of a path argument.
fn open(path: &FilePath) -> Result<DirectoryStream> {
    let stream = blocking(|| match path.file {
        Some(file) => DirectoryStream::of_file(file),
        None => DirectoryStream::open(&path.text),
    });
    stream.map_err(|error| path_error(error, path))
}

/// An iterator over a directory, `os.scandir()`'s.
#[repr(C)]
pub struct ScandirIterator {
    base: Object,
    path: FilePath,
    /// None once the end is reached or the iterator is closed.
    stream: RefCell<Option<DirectoryStream>>,
}

#[class(name = "ScandirIterator", module = "posix")]
impl ScandirIterator {
    #[slot(tp_new)]
    fn create(_class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create 'ScandirIterator' instances"))
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Ref<ScandirIterator> {
        self.to_ref()
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<DirEntry>>> {
        let entry = match &mut *self.stream.borrow_mut() {
            None => return Ok(None),
            Some(stream) => blocking(|| stream.next()),
        };
        match entry {
            Ok(Some(entry)) => DirEntry::of(&self.path, entry).map(Some),
            Ok(None) => {
                self.close();
                Ok(None)
            }
            Err(error) => {
                self.close();
                Err(path_error(error, &self.path))
            }
        }
    }

    /// Close the directory: the iteration ends.
    #[method(no_text_signature)]
    fn close(&self) {
        drop(self.stream.take());
    }

    #[method(no_text_signature)]
    fn __enter__(&self) -> Ref<ScandirIterator> {
        self.to_ref()
    }

    #[method("(*args)", no_text_signature)]
    fn __exit__(&self, _args: &[&Object]) {
        self.close();
    }

    #[slot(tp_finalize)]
    fn finalize(&self) {
        if self.stream.borrow().is_none() {
            return;
        }
        let pending = raise::fetch();
        let shown = self.as_object().repr_lossy();
        let message = Str::new(&format!("unclosed scandir iterator {shown}"));
        let warn = objects::services::get().warn;
        if let Err(raised) = warn(&exceptions::ResourceWarning, &message, 1, Some(self)) {
            match raised.matches(&exceptions::Warning) {
                true => raised.write_unraisable(Some(self)),
                false => raised.clear(),
            }
        }
        self.close();
        if let Some(pending) = pending {
            let _ = pending.restore();
        }
    }
}

/// An entry of a directory. What it tells is asked of the system once at most.
#[repr(C)]
pub struct DirEntry {
    base: Object,
    name: Field,
    path: Field,
    status: Field,
    link_status: Field,
    /// The path for the system, and the open directory it is relative to, if it is.
    location: Cell<Option<Box<Location>>>,
    kind: u8,
    inode: u64,
}

struct Location {
    path: FilePath,
    directory: Option<Directory>,
}

/// What `is_dir` and `is_file` ask for.
const DIRECTORY: u32 = libc::S_IFDIR;
const REGULAR: u32 = libc::S_IFREG;

impl DirEntry {
    fn of(directory: &FilePath, entry: Entry) -> Result<Ref<DirEntry>> {
        let name = directory.name(&entry.name)?;
        let path = match directory.file {
            Some(_) => name.clone(),
            None => {
                let mut joined = directory.text.as_bytes().to_vec();
                if joined.last() != Some(&b'/') {
                    joined.push(b'/');
                }
                joined.extend_from_slice(&entry.name);
                // `scandir()` lists `.`, and its entries have paths that start with it.
                directory.name(&joined)?
            }
        };
        let location = Location {
            path: FilePath::path("DirEntry", "path", &path)?,
            directory: directory.file.map(Directory),
        };
        Ok(Ref::new(DirEntry {
            base: Object::header(),
            name: Field::new(Some(name)),
            path: Field::new(Some(path)),
            status: Field::null(),
            link_status: Field::null(),
            location: Cell::new(Some(Box::new(location))),
            kind: entry.kind,
            inode: entry.inode,
        }))
    }

    fn ask(&self, follow_symlinks: bool) -> Result<Ref> {
        let Some(location) = self.location.take() else {
            bail!(RuntimeError, "the entry's status is being asked for");
        };
        let status = status_of("DirEntry", &location.path, NoneOr(location.directory), follow_symlinks);
        let result = match status {
            Ok(Ok(status)) => stat_object(&status),
            Ok(Err(error)) => Err(path_error(error, &location.path)),
            Err(raised) => Err(raised),
        };
        self.location.set(Some(location));
        result
    }

    fn lstat(&self) -> Result<Ref> {
        if let Some(status) = self.link_status.get() {
            return Ok(status);
        }
        let status = self.ask(false)?;
        self.link_status.set(Some(status.clone()));
        Ok(status)
    }

    fn followed_stat(&self, follow_symlinks: bool) -> Result<Ref> {
        if !follow_symlinks {
            return self.lstat();
        }
        if let Some(status) = self.status.get() {
            return Ok(status);
        }
        let status = if self.is_link()? { self.ask(true)? } else { self.lstat()? };
        self.status.set(Some(status.clone()));
        Ok(status)
    }

    fn is_link(&self) -> Result<bool> {
        match self.kind {
            libc::DT_UNKNOWN => self.has_mode(libc::S_IFLNK, false),
            kind => Ok(kind == libc::DT_LNK),
        }
    }

    /// Whether the mode is of this kind of file; an entry that is gone is of none.
    fn has_mode(&self, wanted: u32, follow_symlinks: bool) -> Result<bool> {
        let needs_status = self.kind == libc::DT_UNKNOWN || follow_symlinks && self.kind == libc::DT_LNK;
        if !needs_status {
            return Ok(match wanted {
                DIRECTORY => self.kind == libc::DT_DIR,
                REGULAR => self.kind == libc::DT_REG,
                _ => self.kind == libc::DT_LNK,
            });
        }
        let status = raise::ignore(self.followed_stat(follow_symlinks), &exceptions::FileNotFoundError)?;
        let Some(status) = status else { return Ok(false) };
        let mode = status.get_index(0)?.index()?.low_u64() as u32;
        Ok(mode & libc::S_IFMT == wanted)
    }
}

#[class(name = "DirEntry", module = "posix", static_ = DIR_ENTRY)]
impl DirEntry {
    #[slot(tp_new)]
    fn create(_class: &Type, _arguments: &Tuple, _keywords: Option<&Dict>) -> Result<Ref> {
        Err(raise!(TypeError, "cannot create 'DirEntry' instances"))
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.name.get().unwrap_or_else(none);
        Ok(Str::new(&format!("<DirEntry {}>", name.repr()?)))
    }

    /// the entry's base filename, relative to scandir() "path" argument
    #[member(OBJECT_EX, readonly)]
    const name: usize = std::mem::offset_of!(DirEntry, name);

    /// the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)
    #[member(OBJECT_EX, readonly)]
    const path: usize = std::mem::offset_of!(DirEntry, path);

    /// Return True if the entry is a directory; cached per entry.
    #[method("(*, follow_symlinks=True)")]
    fn is_dir(&self, follow_symlinks: bool) -> Result<bool> {
        self.has_mode(DIRECTORY, follow_symlinks)
    }

    /// Return True if the entry is a file; cached per entry.
    #[method("(*, follow_symlinks=True)")]
    fn is_file(&self, follow_symlinks: bool) -> Result<bool> {
        self.has_mode(REGULAR, follow_symlinks)
    }

    /// Return True if the entry is a symbolic link; cached per entry.
    #[method]
    fn is_symlink(&self) -> Result<bool> {
        self.is_link()
    }

    /// Return stat_result object for the entry; cached per entry.
    #[method("(*, follow_symlinks=True)")]
    fn stat(&self, follow_symlinks: bool) -> Result<Ref> {
        self.followed_stat(follow_symlinks)
    }

    /// Return inode of the entry; cached per entry.
    #[method]
    fn inode(&self) -> u64 {
        self.inode
    }

    /// Returns the path for the entry.
    #[method]
    fn __fspath__(&self) -> Option<Ref> {
        self.path.get()
    }

    /// The type's alias with an argument (PEP 585).
    #[classmethod("(item, /)", no_text_signature)]
    fn __class_getitem__(class: &Type, item: &Object) -> Result<Ref> {
        objects::generic_alias::new(class, item)
    }
}

#[functions(FUNCTIONS)]
pub mod functions {
    use super::*;

    /// Return a list containing the names of the files in the directory.
    ///
    /// The path may be text, bytes or an open directory's descriptor; by default it is the current directory. The
    /// list is in no particular order, and leaves out '.' and '..'.
    #[function("(path=None)")]
    fn listdir(path: Option<&Object>) -> Result<Ref<List>> {
        let path = path.unwrap_or(none_object());
        let path = FilePath::new("listdir", "path", path, Accepts::PathFileOrNone)?;
        (objects::services::get().audit)("os.listdir", &[&path.object])?;
        let mut stream = open(&path)?;
        let names = List::new();
        while let Some(entry) = blocking(|| stream.next()).map_err(|error| path_error(error, &path))? {
            names.push(path.name(&entry.name)?)?;
        }
        Ok(names)
    }

    /// Return an iterator of DirEntry objects for given path.
    ///
    /// The path may be text, bytes, path-like or an open directory's descriptor; by default it is the current
    /// directory.
    #[function("(path=None)")]
    fn scandir(path: Option<&Object>) -> Result<Ref<ScandirIterator>> {
        let path = path.unwrap_or(none_object());
        let path = FilePath::new("scandir", "path", path, Accepts::PathFileOrNone)?;
        (objects::services::get().audit)("os.scandir", &[&path.object])?;
        let stream = open(&path)?;
        Ok(Ref::new(ScandirIterator { base: Object::header(), path, stream: RefCell::new(Some(stream)) }))
    }
}
