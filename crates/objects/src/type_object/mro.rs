//! The method resolution order: C3 (the Python 2.3 MRO paper), and the subclass lists.

use crate::prelude::*;

/// The C3 linearisation of a class over its bases. `TypeError` where there is none.
pub fn linearize(class: &Type, bases: &Tuple) -> Result<Ref<Tuple>> {
    let mut sequences: Vec<Vec<Ref>> = Vec::with_capacity(bases.items().len() + 1);
    for base in bases.items() {
        let Some(base_type) = base.downcast::<Type>() else {
            bail!(TypeError, "bases must be types");
        };
        let Some(mro) = base_type.tp_mro.get() else {
            bail!(TypeError, "Cannot extend an incomplete type '{}'", base_type.name());
        };
        sequences.push(mro.items().to_vec());
    }
    check_duplicates(bases)?;
    sequences.push(bases.items().to_vec());
    let mut heads = vec![0; sequences.len()];
    let mut order = vec![class.to_ref().into_object()];
    loop {
        let mut is_done = true;
        let mut chosen = None;
        for (sequence, &head) in sequences.iter().zip(&heads) {
            let Some(candidate) = sequence.get(head) else { continue };
            is_done = false;
            let is_blocked = sequences
                .iter()
                .zip(&heads)
                .any(|(other, &head)| other.iter().skip(head + 1).any(|class| class.is(candidate)));
            if !is_blocked {
                chosen = Some(candidate.clone());
                break;
            }
        }
        let Some(chosen) = chosen else {
            return if is_done { Tuple::new(order) } else { Err(inconsistent(&sequences, &heads)?) };
        };
        for (sequence, head) in sequences.iter().zip(&mut heads) {
            if sequence.get(*head).is_some_and(|class| class.is(&chosen)) {
                *head += 1;
            }
        }
        order.push(chosen);
    }
}

fn check_duplicates(bases: &Tuple) -> Result<()> {
    for (index, base) in bases.items().iter().enumerate() {
        if bases.items()[..index].iter().any(|earlier| earlier.is(base)) {
            let name = base.downcast::<Type>().map_or("?".into(), |class| class.short_name().to_owned());
            bail!(TypeError, "duplicate base class {name}");
        }
    }
    Ok(())
}

/// The message names what is left, each class once.
fn inconsistent(sequences: &[Vec<Ref>], heads: &[usize]) -> Result<Raised> {
    let left = Dict::new();
    for (sequence, &head) in sequences.iter().zip(heads) {
        if let Some(class) = sequence.get(head) {
            left.set(class, none_object())?;
        }
    }
    let mut names = String::new();
    let mut position = 0;
    while let Some((class, _)) = left.next(&mut position) {
        if !names.is_empty() {
            names.push_str(", ");
        }
        names.push_str(class.downcast::<Type>().map_or("?", |class| class.short_name()));
    }
    Ok(raise!(TypeError, "Cannot create a consistent method resolution\norder (MRO) for bases {names}"))
}

impl Type {
    /// Works out `tp_mro`, through the metatype's `mro()` where that is not `type`'s own.
    pub fn compute_mro(&self) -> Result<Ref<Tuple>> {
        let Some(bases) = self.tp_bases.get() else {
            bail!(SystemError, "type '{}' has no bases", self.name());
        };
        if self.is_classless() || std::ptr::eq(self.class(), &TYPE) {
            return linearize(self, &bases);
        }
        let method = self.lookup_special(intern!("mro"))?;
        let Some(method) = method else { return linearize(self, &bases) };
        let order = method.call0()?.collect_tuple()?;
        let solid = super::bases::solid_base(self);
        for class in order.items() {
            let Some(class) = class.downcast::<Type>() else {
                bail!(TypeError, "mro() returned a non-class ('{}')", class.class().name());
            };
            if !solid.is_subtype(super::bases::solid_base(class)) {
                bail!(TypeError, "mro() returned base with unsuitable layout ('{}')", class.name());
            }
        }
        Ok(order)
    }

    /// Adds this type to the `__subclasses__` of each base.
    pub fn enter_subclass_lists(&self) -> Result<()> {
        let Some(bases) = self.tp_bases.get() else { return Ok(()) };
        for base in bases.items() {
            let Some(base) = base.downcast::<Type>() else { continue };
            let subclasses = match base.tp_subclasses.get() {
                Some(subclasses) => subclasses,
                None => {
                    let subclasses = Dict::new();
                    base.tp_subclasses.set(Some(subclasses.clone()));
                    subclasses
                }
            };
            subclasses.set(&Int::new(self.as_ptr() as i64), &*crate::weakref::new_reference(self)?)?;
        }
        Ok(())
    }

    /// Takes this type out of the `__subclasses__` of the bases.
    pub fn leave_subclass_lists(&self, bases: &Tuple) {
        let key = Int::new(self.as_ptr() as i64);
        for base in bases.items() {
            if let Some(subclasses) = base.downcast::<Type>().and_then(|base| base.tp_subclasses.get())
                && let Err(raised) = subclasses.remove(&key)
            {
                raised.clear();
            }
        }
    }

    /// The types that derive directly from this one and are alive, in the order of their making.
    pub fn subclasses(&self) -> Vec<Ref<Type>> {
        let Some(subclasses) = self.tp_subclasses.get() else { return Vec::new() };
        let mut found = Vec::with_capacity(subclasses.len());
        let mut position = 0;
        while let Some((_, reference)) = subclasses.next(&mut position) {
            if let Some(class) = crate::weakref::referent(&reference)
                && let Ok(class) = class.into_type::<Type>()
            {
                found.push(class);
            }
        }
        found
    }

    /// Visits the direct subclasses.
    pub fn for_each_subclass(&self, mut visit: impl FnMut(&Type) -> Result<()>) -> Result<()> {
        self.subclasses().iter().try_for_each(|class| visit(class))
    }
}
