//! The sponge of SHA-3 and SHAKE (FIPS 202).

use keccak::{Keccak, State1600};

/// The bytes of the permutation's state.
const WIDTH: usize = 200;

/// A sponge that absorbs.
#[derive(Clone)]
pub struct Sponge {
    lanes: State1600,
    /// How many bytes of each block are absorbed or squeezed: a multiple of eight.
    rate: usize,
    /// How many bytes of the current block are absorbed.
    filled: usize,
    /// The bits that stand behind the data, and the first one of the padding.
    suffix: u8,
    keccak: Keccak,
}

fn add_byte(lanes: &mut State1600, place: usize, byte: u8) {
    lanes[place / 8] ^= u64::from(byte) << (place % 8 * 8);
}

impl Sponge {
    /// An empty sponge; the rate is a multiple of eight below the state's 200 bytes.
    pub fn new(rate: usize, suffix: u8) -> Sponge {
        Sponge { lanes: [0; 25], rate, filled: 0, suffix, keccak: Keccak::new() }
    }

    pub fn rate(&self) -> usize {
        self.rate
    }

    /// The bytes of the state that data does not reach.
    pub fn capacity(&self) -> usize {
        WIDTH - self.rate
    }

    pub fn suffix(&self) -> u8 {
        self.suffix
    }

    pub fn absorb(&mut self, data: &[u8]) {
        let Sponge { lanes, rate, filled, keccak, .. } = self;
        keccak.with_f1600(|permute| {
            let mut data = data;
            if *filled > 0 {
                let (head, rest) = data.split_at(data.len().min(*rate - *filled));
                for &byte in head {
                    add_byte(lanes, *filled, byte);
                    *filled += 1;
                }
                if *filled < *rate {
                    return;
                }
                permute(lanes);
                data = rest;
            }
            let mut blocks = data.chunks_exact(*rate);
            for block in &mut blocks {
                for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
                    *lane ^= u64::from_le_bytes(*word);
                }
                permute(lanes);
            }
            for (place, &byte) in blocks.remainder().iter().enumerate() {
                add_byte(lanes, place, byte);
            }
            *filled = blocks.remainder().len();
        });
    }

    /// Ends the data and fills the output.
    pub fn squeeze(mut self, output: &mut [u8]) {
        add_byte(&mut self.lanes, self.filled, self.suffix);
        add_byte(&mut self.lanes, self.rate - 1, 0x80);
        let Sponge { lanes, rate, keccak, .. } = &mut self;
        keccak.with_f1600(|permute| {
            for block in output.chunks_mut(*rate) {
                permute(lanes);
                for (bytes, lane) in block.chunks_mut(8).zip(lanes.iter()) {
                    bytes.copy_from_slice(&lane.to_le_bytes()[..bytes.len()]);
                }
            }
        });
    }
}
