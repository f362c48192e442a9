//! The C library's locale, which patterns with `re.LOCALE` follow.

use system::locale;

/// The locale of the process.
pub struct ProcessLocale;

impl ::sre::Locale for ProcessLocale {
    fn to_lower(&self, byte: u8) -> u8 {
        locale::to_lower(byte)
    }

    fn to_upper(&self, byte: u8) -> u8 {
        locale::to_upper(byte)
    }

    fn is_alnum(&self, byte: u8) -> bool {
        locale::is_alphanumeric(byte)
    }
}
