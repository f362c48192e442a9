//! What `ZoneInfo` remembers: zones in use by their keys, and the last few used.

use std::cell::RefCell;

use objects::prelude::*;
use objects::services;

use crate::module_state::ModuleState;

/// How many zones are kept though nobody uses them.
const KEPT: usize = 8;

/// The state of `_zoneinfo`.
#[repr(C)]
#[derive(Trace)]
pub struct Caches {
    base: Object,
    /// A `WeakValueDictionary`.
    weak: Field,
    /// Keys and zones in turn, the last used ones first.
    recent: RefCell<Vec<Ref>>,
    /// `zoneinfo._tzpath.find_tzfile`, `zoneinfo._common.load_tzdata` and `load_data`, `io.open`.
    find_file: Field,
    load_package: Field,
    load_data: Field,
    open: Field,
}

#[class(name = "state", module = "_zoneinfo")]
impl Caches {}

static STATE: ModuleState<Caches> = ModuleState::new(|| {
    Ok(Ref::new(Caches {
        base: Object::header(),
        weak: Field::new(Some(Caches::new_weak()?)),
        recent: RefCell::default(),
        find_file: Field::null(),
        load_package: Field::null(),
        load_data: Field::null(),
        open: Field::null(),
    }))
});

/// A function of the state, which initialisation has looked up.
fn function(field: &Field) -> Result<Ref> {
    field.get().ok_or_else(|| raise!(RuntimeError, "_zoneinfo is not initialized"))
}

impl Caches {
    pub fn get() -> Result<Ref<Caches>> {
        STATE.get()
    }

    /// An empty cache of zones in use.
    pub fn new_weak() -> Result<Ref> {
        services::import("weakref")?.call_method(intern!("WeakValueDictionary"), &[])
    }

    /// Looks the functions of the Python part up, as they are now.
    pub fn look_up() -> Result<()> {
        let caches = Caches::get()?;
        let paths = services::import("zoneinfo._tzpath")?;
        let common = services::import("zoneinfo._common")?;
        caches.find_file.set(Some(paths.get_attr(intern!("find_tzfile"))?));
        caches.load_package.set(Some(common.get_attr(intern!("load_tzdata"))?));
        caches.load_data.set(Some(common.get_attr(intern!("load_data"))?));
        caches.open.set(Some(services::import("io")?.get_attr(intern!("open"))?));
        Ok(())
    }

    /// The open file of a key, of the system's or the package `tzdata`'s.
    pub fn open(&self, key: &Object) -> Result<Ref> {
        let path = function(&self.find_file)?.call1(key)?;
        match path.is_none() {
            true => function(&self.load_package)?.call1(key),
            false => function(&self.open)?.call(&[&*path, intern!("rb")]),
        }
    }

    /// What a file holds.
    pub fn load_data(&self, file: &Object) -> Result<Ref> {
        function(&self.load_data)?.call1(file)
    }

    /// The zones in use; a subclass has its own.
    pub fn weak(&self, class: &Type, is_base: bool) -> Result<Ref> {
        match is_base {
            true => function(&self.weak),
            false => class.as_object().get_attr(intern!("_weak_cache")),
        }
    }

    /// Where a key is among the last used ones.
    fn place(&self, key: &Object) -> Result<Option<usize>> {
        let mut place = 0;
        loop {
            // Comparing may change the list.
            let known = self.recent.borrow().get(2 * place).cloned();
            match known {
                None => return Ok(None),
                Some(known) if known.equals(key)? => return Ok(Some(place)),
                Some(_) => place += 1,
            }
        }
    }

    /// Takes an entry out.
    fn take(&self, place: usize) -> Option<(Ref, Ref)> {
        let mut recent = self.recent.borrow_mut();
        if 2 * place + 1 >= recent.len() {
            return None;
        }
        let key = recent.remove(2 * place);
        Some((key, recent.remove(2 * place)))
    }

    /// One of the last used zones, which is the very last now.
    pub fn recent(&self, key: &Object) -> Result<Option<Ref>> {
        let Some((key, zone)) = self.place(key)?.and_then(|place| self.take(place)) else {
            return Ok(None);
        };
        self.remember(&key, &zone);
        Ok(Some(zone))
    }

    /// A zone was used.
    pub fn remember(&self, key: &Object, zone: &Object) {
        let gone: Vec<Ref> = {
            let mut recent = self.recent.borrow_mut();
            recent.splice(0..0, [key.to_ref(), zone.to_ref()]);
            let kept = recent.len().min(2 * KEPT);
            recent.drain(kept..).collect()
        };
        drop(gone);
    }

    pub fn forget(&self, key: &Object) -> Result<()> {
        let gone = self.place(key)?.and_then(|place| self.take(place));
        drop(gone);
        Ok(())
    }

    pub fn forget_all(&self) {
        let gone = self.recent.take();
        drop(gone);
    }
}
