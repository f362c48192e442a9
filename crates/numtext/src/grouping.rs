//! Thousands separators.

/// The separators of numbers, as a locale has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Separators {
    pub decimal_point: String,
    pub thousands: String,
    /// Sizes of groups from the point on, as C's `lconv` has them: the last goes on for
    /// ever, unless `127` (`CHAR_MAX`) ends the grouping.
    pub sizes: Vec<u8>,
}

impl Separators {
    /// A point and no groups.
    pub fn none() -> Separators {
        Separators::every(0, "")
    }

    pub(crate) fn every(size: u8, separator: &str) -> Separators {
        let sizes = if size == 0 { Vec::new() } else { vec![size] };
        Separators { decimal_point: ".".to_owned(), thousands: separator.to_owned(), sizes }
    }

    fn size(&self, number: usize) -> Option<usize> {
        let size = *self.sizes.get(number).or(self.sizes.last())?;
        let ended = self.sizes.iter().take(number + 1).any(|&size| size == i8::MAX as u8 || size == 0);
        (!ended).then_some(size.into())
    }

    /// The digits in groups, with zeros before them up to a width.
    pub(crate) fn group(&self, digits: &str, min_width: usize) -> String {
        let separator_width = self.thousands.chars().count();
        let mut groups: Vec<String> = Vec::new();
        let mut rest = digits;
        let mut width = min_width;
        for number in 0.. {
            let wanted = rest.len().max(width).max(1);
            let size = self.size(number).map_or(wanted, |size| size.min(wanted));
            let (before, group) = rest.split_at(rest.len().saturating_sub(size));
            groups.push("0".repeat(size - group.len()) + group);
            rest = before;
            width = width.saturating_sub(size);
            if rest.is_empty() && width == 0 {
                break;
            }
            width = width.saturating_sub(separator_width);
        }
        groups.reverse();
        groups.join(&self.thousands)
    }
}
