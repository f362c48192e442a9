//! The subject: text stored in one, two or four bytes a character.

/// One stored character.
pub trait Unit: Copy {
    /// The code point, or the byte.
    fn code(self) -> u32;

    /// Where `code` first stands.
    fn find(text: &[Self], code: u32) -> Option<usize> {
        text.iter().position(|unit| unit.code() == code)
    }

    /// Where a character other than `code` first stands.
    fn find_other(text: &[Self], code: u32) -> Option<usize> {
        text.iter().position(|unit| unit.code() != code)
    }
}

impl Unit for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }

    fn find(text: &[u8], code: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(code).ok()?, text)
    }
}

impl Unit for u16 {
    #[inline(always)]
    fn code(self) -> u32 {
        self.into()
    }
}

impl Unit for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}
