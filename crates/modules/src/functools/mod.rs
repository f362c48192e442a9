//! `_functools`: partial application, reduction, keys from comparisons, caches.

mod compare;
mod lru_cache;
mod partial;

use objects::prelude::*;

pub use _functools::{DEFINITION, initialize};

/// Higher-order functions: the native half of the functools module.
#[module(name = "_functools", classes = [super::partial::PARTIAL, super::lru_cache::LRU_CACHE])]
pub mod _functools {
    use objects::prelude::*;

    use super::compare::CompareFunction;

    /// reduce(function, sequence[, initial]) -> value
    ///
    /// Combine the items of a sequence from left to right by a function of two arguments:
    /// reduce(lambda x, y: x+y, [1, 2, 3, 4, 5]) computes ((((1+2)+3)+4)+5). The initial value, where there is
    /// one, comes before the items, and is the result for an empty sequence.
    #[function("(function, sequence, initial=None, /)", no_text_signature, takes_tuple)]
    fn reduce(function: &Object, sequence: &Object, initial: Option<&Object>) -> Result<Ref> {
        let iterator = match sequence.iter() {
            Err(raised) if raised.matches(&exceptions::TypeError) => {
                raised.clear();
                bail!(TypeError, "reduce() arg 2 must support iteration");
            }
            iterator => iterator?,
        };
        let mut result = match initial {
            Some(initial) => initial.to_ref(),
            None => match iterator.next()? {
                Some(first) => first,
                None => bail!(TypeError, "reduce() of empty sequence with no initial value"),
            },
        };
        while let Some(item) = iterator.next()? {
            result = function.call(&[&result, &item])?;
        }
        Ok(result)
    }

    /// Make a key function, for sorted() and the like, of a comparison function that gives a negative number, 0 or a
    /// positive one.
    #[function("(mycmp)", no_text_signature)]
    fn cmp_to_key(mycmp: &Object) -> Ref<CompareFunction> {
        CompareFunction::new(mycmp, None)
    }
}
