//! `translate` and `maketrans`.

use super::{Str, StrBuilder};
use crate::prelude::*;

/// What a table says of a character.
#[derive(Clone)]
pub enum Translated {
    /// The table has no entry: the character stays.
    Unknown,
    Deleted,
    Point(u32),
    Text(Ref<Str>),
}

/// Asks a table, any object with `__getitem__`, for a code point.
pub fn look_up(table: &Object, point: u32) -> Result<Translated> {
    let key = Int::new(point.into());
    let value = match table.get_item(&key) {
        Ok(value) => value,
        Err(raised) if raised.matches(&exceptions::LookupError) => {
            raised.clear();
            return Ok(Translated::Unknown);
        }
        Err(raised) => return Err(raised),
    };
    if value.is_none() {
        return Ok(Translated::Deleted);
    }
    if let Some(number) = value.downcast::<Int>() {
        return match number.to_i64() {
            Some(point @ 0..=0x10_ffff) => Ok(Translated::Point(point as u32)),
            _ => Err(raise!(ValueError, "character mapping must be in range(0x{:x})", 0x11_0000)),
        };
    }
    match value.into_type::<Str>() {
        Ok(text) => Ok(Translated::Text(text)),
        Err(_) => Err(raise!(TypeError, "character mapping must return integer, None or str")),
    }
}

/// What a table says, asked once for each ASCII character.
struct Remembered<'a> {
    table: &'a Object,
    ascii: Vec<Option<Translated>>,
}

impl Remembered<'_> {
    fn get(&mut self, point: u32) -> Result<Translated> {
        let Some(place) = self.ascii.get_mut(point as usize) else { return look_up(self.table, point) };
        if let Some(known) = place {
            return Ok(known.clone());
        }
        let found = look_up(self.table, point)?;
        Ok(place.insert(found).clone())
    }
}

impl Str {
    /// The string with each character as the table says.
    pub fn translate_by(&self, table: &Object) -> Result<Ref<Str>> {
        // A table that is no dictionary may answer differently each time, and be watched doing so.
        let remembers = table.downcast_exact::<Dict>().is_some();
        let mut table = Remembered { table, ascii: vec![None; if remembers { 128 } else { 0 }] };
        let mut builder = StrBuilder::with_capacity(self.len());
        for point in self.points().iter() {
            match table.get(point)? {
                Translated::Unknown => builder.push(point),
                Translated::Deleted => {}
                Translated::Point(point) => builder.push(point),
                Translated::Text(text) => builder.push_string(&text),
            }
        }
        builder.finish()
    }
}

/// The table of a dictionary whose keys may be characters.
fn table_from_dict(given: &Object) -> Result<Ref<Dict>> {
    let Some(given) = given.downcast_exact::<Dict>() else {
        bail!(TypeError, "if you give only one argument to maketrans it must be a dict");
    };
    let table = Dict::new();
    let mut position = 0;
    while let Some((key, value)) = given.next(&mut position) {
        if let Some(key) = key.downcast::<Str>() {
            if key.len() != 1 {
                bail!(ValueError, "string keys in translate table must be of length 1");
            }
            table.set(&Int::new(key.code_point(0).into()), &value)?;
        } else if key.downcast::<Int>().is_some() {
            table.set(&key, &value)?;
        } else {
            bail!(TypeError, "keys in translate table must be strings or integers");
        }
    }
    Ok(table)
}

#[methods(TRANSLATION)]
impl Str {
    /// The string with each character replaced as the table says.
    ///
    ///   table
    ///     From code points to code points, strings or None, which deletes. Anything with
    ///     __getitem__ will do; where that raises LookupError, the character stays.
    #[method("(table, /)")]
    fn translate(&self, table: &Object) -> Result<Ref<Str>> {
        self.translate_by(table)
    }

    /// A table for str.translate().
    ///
    /// One argument is a dictionary from code points or characters to code points,
    /// strings or None. Two are strings of equal length: each character of the first maps to
    /// that at its place in the second. The characters of a third map to None.
    #[staticmethod(
        "(x, y=None, z=None, /)",
        text_signature = "(x, y=<unrepresentable>, z=<unrepresentable>, /)"
    )]
    fn maketrans(x: &Object, y: Option<&Str>, z: Option<&Str>) -> Result<Ref<Dict>> {
        let Some(y) = y else { return table_from_dict(x) };
        let Some(x) = x.downcast::<Str>() else {
            bail!(TypeError, "first maketrans argument must be a string if there is a second argument");
        };
        if x.len() != y.len() {
            bail!(ValueError, "the first two maketrans arguments must have equal length");
        }
        let table = Dict::new();
        for (from, to) in x.points().iter().zip(y.points().iter()) {
            table.set(&Int::new(from.into()), &Int::new(to.into()))?;
        }
        for deleted in z.into_iter().flat_map(|z| z.points().iter()) {
            table.set(&Int::new(deleted.into()), none_object())?;
        }
        Ok(table)
    }
}
