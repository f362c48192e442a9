//! Code words that no compiler made are refused, or run to some end; they never crash.

use std::path::Path;

use sre::{Environment, InvalidCode, Locale, Program, State};

struct Plain;

impl Locale for Plain {
    fn to_lower(&self, byte: u8) -> u8 {
        byte
    }

    fn to_upper(&self, byte: u8) -> u8 {
        byte
    }

    fn is_alnum(&self, _: u8) -> bool {
        true
    }
}

#[test]
fn changed_words_do_no_harm() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/random.txt");
    let content = std::fs::read_to_string(file).unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % bound as u64) as usize
    };
    let mut accepted = 0;
    for line in content.lines().filter_map(|line| line.strip_prefix("P str ")) {
        let words: Vec<u32> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        for _ in 0..200 {
            let (groups, mut code) = (words[0] as usize, words[1..].to_vec());
            for _ in 0..1 + next(2) {
                let place = next(code.len());
                code[place] = if next(8) == 0 { u32::MAX } else { next(50) as u32 };
            }
            let Ok(program) = Program::new(&code, groups) else { continue };
            accepted += 1;
            let mut polls = 0;
            let poll = &mut || {
                polls += 1;
                polls < 4
            };
            let environment = &mut Environment { locale: &Plain, poll };
            let _ = State::new(0, 9).search(&program, b"ab1 aB_bb", environment);
        }
    }
    assert!(accepted > 1000);
}

#[test]
fn nonsense_is_refused() {
    for code in [
        &[][..],
        &[2],                     // nothing ends it
        &[17, 97],                // no success
        &[12, 0, 1],              // a group that is not there
        &[18, 0, 1],              // a mark that is not there
        &[24, 9, 0, 1, 2, 19, 1], // a repeat past the end
        &[24, 4, 0, 1, 2, 1, 1],  // a repeat without an until
        &[25, 5, 2, 1, 2, 1, 1],  // fewer at most than at least
        &[16, 0, 1],              // a jump into itself
        &[16, 9, 1],              // a jump past the end
        &[6, 12, 1],              // no such position
        &[14, 4, 9, 18, 0, 1],    // no such category
        &[99, 1],                 // no such operator
        &[8, 1],                  // an operator that is not compiled
    ] {
        assert_eq!(Program::new(code, 0).err(), Some(InvalidCode), "{code:?}");
    }
}
