//! `_random`: the Mersenne Twister.

use std::cell::RefCell;

use objects::prelude::*;

pub use _random::{DEFINITION, initialize};

/// The size of the state, in words.
const SIZE: usize = 624;
/// How far behind a word the one is that it is mixed with.
const DISTANCE: usize = 397;
const TWIST: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// MT19937 (Matsumoto and Nishimura, 1998).
struct Twister {
    words: [u32; SIZE],
    /// The next word to give out.
    index: usize,
}

impl Twister {
    const UNSEEDED: Twister = Twister { words: [0; SIZE], index: SIZE };

    fn seed_with_number(&mut self, seed: u32) {
        self.words[0] = seed;
        for place in 1..SIZE {
            let previous = self.words[place - 1];
            self.words[place] =
                1_812_433_253u32.wrapping_mul(previous ^ previous >> 30).wrapping_add(place as u32);
        }
        self.index = SIZE;
    }

    fn seed_with_array(&mut self, key: &[u32]) {
        self.seed_with_number(19_650_218);
        let mut place = 1;
        for step in 0..SIZE.max(key.len()) {
            let part = step % key.len();
            let mixed = self.mixed(place, 1_664_525);
            self.words[place] = mixed.wrapping_add(key[part]).wrapping_add(part as u32);
            place = self.advance(place);
        }
        for _ in 1..SIZE {
            self.words[place] = self.mixed(place, 1_566_083_941).wrapping_sub(place as u32);
            place = self.advance(place);
        }
        self.words[0] = UPPER;
    }

    /// A word mixed with the one before it.
    fn mixed(&self, place: usize, factor: u32) -> u32 {
        let previous = self.words[place - 1];
        self.words[place] ^ (previous ^ previous >> 30).wrapping_mul(factor)
    }

    /// The next place; past the end, the second, and the first word is the last.
    fn advance(&mut self, place: usize) -> usize {
        if place + 1 < SIZE {
            return place + 1;
        }
        self.words[0] = self.words[SIZE - 1];
        1
    }

    fn regenerate(&mut self) {
        for place in 0..SIZE {
            let mixed = self.words[place] & UPPER | self.words[(place + 1) % SIZE] & !UPPER;
            let twisted = mixed >> 1 ^ if mixed & 1 != 0 { TWIST } else { 0 };
            self.words[place] = self.words[(place + DISTANCE) % SIZE] ^ twisted;
        }
        self.index = 0;
    }

    fn next(&mut self) -> u32 {
        if self.index >= SIZE {
            self.regenerate();
        }
        let mut word = self.words[self.index];
        self.index += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }

    /// A float in [0, 1) with 53 random bits.
    fn next_f64(&mut self) -> f64 {
        let (high, low) = (self.next() >> 5, self.next() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}

/// `_random.Random`.
#[repr(C)]
pub struct Random {
    base: Object,
    state: RefCell<Twister>,
}

impl Random {
    fn seed_from_system(&self) -> Result<()> {
        let mut bytes = [0u8; SIZE * 4];
        let mut filled = 0;
        while filled < bytes.len() {
            filled += crate::posix::raised(system::scheduling::getrandom(&mut bytes[filled..], 0))?;
        }
        let words: Vec<u32> =
            bytes.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
        self.state.borrow_mut().seed_with_array(&words);
        Ok(())
    }

    /// Seeds with an int's magnitude, or with the hash of anything else.
    fn seed_from(&self, seed: &Object) -> Result<()> {
        let number = match seed.downcast::<Int>() {
            Some(seed) => objects::int::arithmetic::absolute(seed)?,
            None => Int::from_u64(seed.hash()? as u64),
        };
        let mut bytes = vec![0; number.byte_length().next_multiple_of(4).max(4)];
        number.write_bytes(&mut bytes, objects::int::ByteOrder::Little, false)?;
        let words: Vec<u32> =
            bytes.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect();
        self.state.borrow_mut().seed_with_array(&words);
        Ok(())
    }
}

/// Random([seed])
///
/// A source of random numbers, which has a state of its own.
#[class(name = "Random", module = "_random", flags = BASETYPE, generic_getattro)]
impl Random {
    #[slot(tp_new)]
    fn create(class: &Type, arguments: &Tuple, keywords: Option<&Dict>) -> Result<Ref<Random>> {
        if std::ptr::eq(class, &RANDOM) && keywords.is_some_and(|keywords| !keywords.is_empty()) {
            bail!(TypeError, "Random()() takes no keyword arguments");
        }
        let random =
            Ref::new_in(class, Random { base: Object::header(), state: RefCell::new(Twister::UNSEEDED) })?;
        // `random.Random` seeds anew in its `__init__`.
        random.seed_from(arguments)?;
        Ok(random)
    }

    /// random() -> float
    ///
    /// Any of the multiples of 2**-53 from 0 up to, but without, 1.
    #[method]
    fn random(&self) -> f64 {
        self.state.borrow_mut().next_f64()
    }

    /// seed([n]) -> None.
    ///
    /// Without a number, or with None, the seed comes from the system.
    #[method("(n=None, /)")]
    fn seed(&self, n: Option<&Object>) -> Result<()> {
        match n.filter(|n| !n.is_none()) {
            Some(n) => self.seed_from(n),
            None => self.seed_from_system(),
        }
    }

    /// getstate() -> tuple
    ///
    /// The state, by which setstate() makes the same numbers come again.
    #[method]
    fn getstate(&self) -> Result<Ref<Tuple>> {
        let state = self.state.borrow();
        let words = state.words.iter().map(|&word| i64::from(word)).chain([state.index as i64]);
        Tuple::new(words.map(|word| Int::new(word).into_object()).collect::<Vec<_>>())
    }

    /// setstate(state)
    ///
    /// Go back to a state that getstate() has told.
    #[method("(state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let Some(state) = state.downcast::<Tuple>() else { bail!(TypeError, "state vector must be a tuple") };
        let items = state.items();
        if items.len() != SIZE + 1 {
            bail!(ValueError, "state vector is the wrong size");
        }
        let mut words = [0; SIZE];
        for (word, item) in words.iter_mut().zip(items) {
            let Some(item) = item.downcast::<Int>() else { bail!(TypeError, "an integer is required") };
            if item.is_negative() {
                bail!(OverflowError, "can't convert negative value to unsigned int");
            }
            match item.to_u64() {
                Some(value) => *word = value as u32,
                None => bail!(OverflowError, "Python int too large to convert to C unsigned long"),
            }
        }
        let index = items[SIZE].index()?;
        match index.to_i64() {
            Some(index @ 0..=624) => {
                *self.state.borrow_mut() = Twister { words, index: index as usize };
                Ok(())
            }
            _ => Err(raise!(ValueError, "invalid state")),
        }
    }

    /// getrandbits(k) -> int
    ///
    /// Any of the numbers that k bits can stand for. Raises ValueError if k is negative.
    #[method("(k, /)")]
    fn getrandbits(&self, k: i32) -> Result<Ref<Int>> {
        let Ok(mut bits) = u32::try_from(k) else {
            bail!(ValueError, "number of bits must be non-negative");
        };
        let mut state = self.state.borrow_mut();
        if bits == 0 {
            return Ok(Int::zero());
        }
        if bits <= 32 {
            return Ok(Int::new((state.next() >> (32 - bits)).into()));
        }
        let mut bytes = Vec::with_capacity(bits.div_ceil(8) as usize + 4);
        while bits > 0 {
            let word = state.next();
            let taken = bits.min(32);
            bytes.extend((word >> (32 - taken)).to_le_bytes());
            bits -= taken;
        }
        Int::from_bytes(&bytes, objects::int::ByteOrder::Little, false)
    }
}

/// Random numbers of the Mersenne Twister (Matsumoto and Nishimura, 1998).
#[module(name = "_random", classes = [super::RANDOM])]
pub mod _random {}
