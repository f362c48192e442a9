//! A source in any mode and at any level, from bytes to a code unit: whatever it is, it is compiled or refused.

#![no_main]

use compiler::{ALLOW_TOP_LEVEL_AWAIT, Options, Recursion};
use libfuzzer_sys::fuzz_target;
use literals::Text;
use syntax::Mode;

fuzz_target!(|data: &[u8]| {
    // The first byte chooses how.
    let Some((&choice, source)) = data.split_first() else { return };
    let mode = [Mode::Exec, Mode::Exec, Mode::Eval, Mode::Single][usize::from(choice & 3)];
    let reading = syntax::Options {
        ignore_cookie: choice & 4 != 0,
        type_comments: choice & 8 != 0,
        max_int_digits: 4300,
        ..syntax::Options::default()
    };
    let Ok(mut parsed) = syntax::parse(source, mode, &reading) else { return };
    let _ = compiler::symtable(&parsed.module, &Recursion::default());
    let options = Options {
        optimize: (choice >> 4) % 3,
        flags: if choice & 64 != 0 { ALLOW_TOP_LEVEL_AWAIT } else { 0 },
        recursion: Recursion::default(),
    };
    if let Ok((unit, _)) = compiler::compile(&mut parsed.module, &Text::from("<fuzz>"), &options) {
        assert!(!unit.dump().is_empty());
    }
});
