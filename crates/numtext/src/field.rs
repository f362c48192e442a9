//! A formatted value between its padding.

/// A value as text, with the fill that brings it to its width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub fill: u32,
    /// How often `fill` stands before the head.
    pub left: usize,
    /// Sign and base prefix.
    pub head: String,
    /// How often `fill` stands between head and body.
    pub inner: usize,
    pub body: String,
    /// How often `fill` stands after the body.
    pub right: usize,
}

impl Field {
    /// How many characters that makes.
    pub fn width(&self) -> usize {
        self.left + self.head.chars().count() + self.inner + self.body.chars().count() + self.right
    }

    /// All characters.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let fill = |count| std::iter::repeat_n(self.fill, count);
        fill(self.left)
            .chain(self.head.chars().map(u32::from))
            .chain(fill(self.inner))
            .chain(self.body.chars().map(u32::from))
            .chain(fill(self.right))
    }

    /// As a string; `None` where the fill is a lone surrogate.
    pub fn to_text(&self) -> Option<String> {
        if self.left + self.inner + self.right == 0 {
            return Some([self.head.as_str(), self.body.as_str()].concat());
        }
        self.code_points().map(char::from_u32).collect()
    }
}
