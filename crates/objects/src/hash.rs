//! Hashing of bytes with a secret: SipHash-2-4, for `str`, `bytes` and what hashes like them.

use std::sync::atomic::{AtomicU64, Ordering};

/// `_Py_HashSecret`: the key in the first two words; the third is for other users of randomness.
#[unsafe(export_name = "_Py_HashSecret")]
pub static SECRET: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

/// The bytes of the secret.
pub const SECRET_SIZE: usize = 24;

/// Sets the secret: at start-up, before anything is hashed.
pub fn set_secret(bytes: [u8; SECRET_SIZE]) {
    for (word, bytes) in SECRET.iter().zip(bytes.as_chunks::<8>().0) {
        word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed);
    }
}

/// The secret that `PYTHONHASHSEED` expands to; seed 0 means no secret.
pub fn secret_from_seed(seed: u32) -> [u8; SECRET_SIZE] {
    let mut secret = [0; SECRET_SIZE];
    if seed != 0 {
        let mut state = seed;
        for byte in &mut secret {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            *byte = (state >> 16) as u8;
        }
    }
    secret
}

/// SipHash-2-4 with a key of its own, not the secret: `_imp.source_hash`.
pub fn keyed(key: u64, data: &[u8]) -> u64 {
    sip_2_4_with([key, 0], data)
}

/// The hash of some bytes: 0 for none, never -1.
#[inline]
pub fn bytes(data: &[u8]) -> isize {
    if data.is_empty() {
        return 0;
    }
    match sip_2_4(data) as isize {
        -1 => -2,
        hash => hash,
    }
}

/// The hash of an address, whose lowest bits say little.
#[inline(always)]
pub fn pointer<T>(address: *const T) -> isize {
    match (address as usize).rotate_right(4) as isize {
        -1 => -2,
        hash => hash,
    }
}

struct State([u64; 4]);

impl State {
    #[inline(always)]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*b);
        *a = a.wrapping_add(*d);
        *b = b.rotate_left(17) ^ *c;
        *d = d.rotate_left(21) ^ *a;
        *c = c.rotate_left(32);
    }

    #[inline(always)]
    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.round();
        self.0[0] ^= word;
    }
}

fn sip_2_4(data: &[u8]) -> u64 {
    sip_2_4_with([&SECRET[0], &SECRET[1]].map(|word| word.load(Ordering::Relaxed)), data)
}

fn sip_2_4_with([k0, k1]: [u64; 2], data: &[u8]) -> u64 {
    let mut state = State([
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ]);
    let (words, rest) = data.as_chunks::<8>();
    for word in words {
        state.absorb(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = data.len() as u8;
    state.absorb(u64::from_le_bytes(last));
    state.0[2] ^= 0xff;
    for _ in 0..4 {
        state.round();
    }
    state.0.into_iter().fold(0, |all, word| all ^ word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes as CPython 3.9 has them under `PYTHONHASHSEED`.
    #[test]
    fn hashes_are_those_of_the_seed() {
        let cases: [(u32, &[u8], isize); 5] = [
            (42, b"a", 4770961679805687079),
            (42, b"abc", -4501618152524544106),
            (42, b"hello world", 693089421441443404),
            (42, b"abcdefgh", -6663629221394151904),
            (42, &[b'a'; 100], -1618861251556048348),
        ];
        for (seed, data, expected) in cases {
            set_secret(secret_from_seed(seed));
            assert_eq!(bytes(data), expected);
        }
        set_secret(secret_from_seed(0));
        assert_eq!(bytes(b"abc"), 4596069200710135518);
        assert_eq!(bytes(b""), 0);
    }
}
