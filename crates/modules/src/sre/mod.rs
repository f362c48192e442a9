//! `_sre`: patterns, matches and scanners over the engine of crate `sre`.

mod locale;
mod matched;
mod pattern;
mod rewrite;
mod scanner;
mod subject;

use objects::module::Module;
use objects::prelude::*;
use objects::type_object::ready;

use pattern::Pattern;

#[allow(non_upper_case_globals)]
#[module(name = "_sre")]
pub mod module {
    use super::*;

    /// The types are known to the engine alone.
    #[exec]
    fn ready_types(_module: &Module) -> Result<()> {
        [&pattern::PATTERN, &matched::MATCH, &scanner::SCANNER].into_iter().try_for_each(ready)
    }

    #[constant]
    const MAGIC: u32 = ::sre::MAGIC;
    #[constant]
    const CODESIZE: usize = ::sre::CODE_SIZE;
    #[constant]
    const MAXREPEAT: u32 = ::sre::MAX_REPEAT;
    #[constant]
    const MAXGROUPS: u32 = ::sre::MAX_GROUPS;
    #[constant]
    const copyright: &str = " SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ";

    #[function("(pattern, flags, code, groups, groupindex, indexgroup)")]
    fn compile(
        pattern: &Object,
        flags: i32,
        code: &List,
        groups: isize,
        groupindex: &Dict,
        indexgroup: &Tuple,
    ) -> Result<Ref<Pattern>> {
        Pattern::compile(pattern, flags, code, groups, groupindex, indexgroup)
    }

    #[function]
    fn getcodesize() -> usize {
        ::sre::CODE_SIZE
    }

    #[function("(character, /)")]
    fn ascii_iscased(character: i32) -> bool {
        ::sre::is_cased_ascii(character as u32)
    }

    #[function("(character, /)")]
    fn unicode_iscased(character: i32) -> bool {
        ::sre::is_cased_unicode(character as u32)
    }

    #[function("(character, /)")]
    fn ascii_tolower(character: i32) -> i32 {
        ::sre::lower_ascii(character as u32) as i32
    }

    #[function("(character, /)")]
    fn unicode_tolower(character: i32) -> i32 {
        ::sre::lower_unicode(character as u32) as i32
    }
}
