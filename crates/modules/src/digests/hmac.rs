//! HMAC (RFC 2104), over any hash whose digest has a fixed size.

use super::state::{Digest, Sizes, State};

/// A message authentication code being computed.
#[derive(Clone)]
pub struct Mac {
    inner: State,
    outer: State,
}

impl Mac {
    pub fn new(algorithm: State, key: &[u8]) -> Mac {
        let block = algorithm.sizes().block;
        let mut padded = vec![0; block];
        match key.len() <= block {
            true => padded[..key.len()].copy_from_slice(key),
            false => {
                let mut state = algorithm.clone();
                state.update(key);
                let digest = state.finish();
                padded[..digest.len()].copy_from_slice(&digest);
            }
        }
        let (mut inner, mut outer) = (algorithm.clone(), algorithm);
        inner.update(&padded.iter().map(|byte| byte ^ 0x36).collect::<Vec<_>>());
        outer.update(&padded.iter().map(|byte| byte ^ 0x5c).collect::<Vec<_>>());
        Mac { inner, outer }
    }

    /// The name of the hash.
    pub fn name(&self) -> &'static str {
        self.inner.name()
    }

    pub fn sizes(&self) -> Sizes {
        self.inner.sizes()
    }

    pub fn update(&mut self, data: &[u8]) {
        self.inner.update(data);
    }

    pub fn finish(self) -> Digest {
        let Mac { inner, mut outer } = self;
        outer.update(&inner.finish());
        outer.finish()
    }

    /// The code of one message.
    pub fn of(&self, parts: &[&[u8]]) -> Digest {
        let mut mac = self.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finish()
    }
}
