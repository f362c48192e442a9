//! Keys derived from passwords: PBKDF2 and scrypt.

use objects::prelude::*;
use objects::thread_state::allow_threads;

use crate::digests::hmac::Mac;
use crate::digests::state::State;

/// What C's `int` holds, the limit of OpenSSL's parameters.
const LIMIT: i64 = i32::MAX as i64;

/// PBKDF2 (RFC 8018) with HMAC; as long as the digest if no length is given.
pub fn pbkdf2(
    state: State,
    password: &[u8],
    salt: &[u8],
    iterations: i64,
    length: Option<&Object>,
) -> Result<Ref<Bytes>> {
    if iterations < 1 {
        bail!(ValueError, "iteration value must be greater than 0.");
    }
    if iterations > LIMIT {
        bail!(OverflowError, "iteration value is too great.");
    }
    let length = match length.filter(|length| !length.is_none()) {
        None => state.sizes().digest as i64,
        Some(length) => {
            i64::from_argument(length, &objects::arguments::Place::new("pbkdf2_hmac", "'dklen'"))?
        }
    };
    if state.is_extendable() {
        bail!(ValueError, "no reason supplied");
    }
    if length < 1 {
        bail!(ValueError, "key length must be greater than 0.");
    }
    if length > LIMIT {
        bail!(OverflowError, "key length is too great.");
    }
    Bytes::build(length as usize, |key| {
        allow_threads(|| {
            let mac = Mac::new(state, password);
            let size = mac.sizes().digest;
            for (block, number) in key.chunks_mut(size).zip(1u32..) {
                let mut link = mac.of(&[salt, &number.to_be_bytes()]);
                block.copy_from_slice(&link[..block.len()]);
                for _ in 1..iterations {
                    link = mac.of(&[&link]);
                    block.iter_mut().zip(link.iter()).for_each(|(byte, other)| *byte ^= other);
                }
            }
        });
    })
}

/// scrypt's costs: of memory and time, of a block, of parallel runs.
pub struct Costs {
    n: u64,
    r: u64,
    p: u64,
}

/// A cost that has to be there. `TypeError`.
fn cost(value: Option<&Object>, name: &str) -> Result<u64> {
    let missing = || raise!(TypeError, "{name} is required and must be an unsigned int");
    let Some(value) = value.filter(|value| !value.is_none()) else { return Err(missing()) };
    match value.downcast::<Int>() {
        None => {
            Err(raise!(TypeError, "scrypt() argument '{name}' must be int, not {}", value.class().name()))
        }
        Some(value) => value.to_u64().ok_or_else(missing),
    }
}

impl Costs {
    pub fn parse(n: Option<&Object>, r: Option<&Object>, p: Option<&Object>) -> Result<Costs> {
        let n = cost(n, "n")?;
        if n < 2 || !n.is_power_of_two() {
            bail!(ValueError, "n must be a power of 2.");
        }
        Ok(Costs { n, r: cost(r, "r")?, p: cost(p, "p")? })
    }

    /// Checks the costs against OpenSSL's limits and a limit of memory, where 0 stands for 32 MiB. `ValueError`.
    fn check(&self, max_memory: u64) -> Result<()> {
        let &Costs { n, r, p } = self;
        const MAX_PRODUCT: u64 = (1 << 30) - 1;
        if r == 0 || p == 0 {
            bail!(ValueError, "Invalid parameter combination for n, r, p, maxmem.");
        }
        let too_large = || raise!(ValueError, "[digital envelope routines] memory limit exceeded");
        if r > u32::MAX.into() || p > u32::MAX.into() {
            bail!(ValueError, "[digital envelope routines] parameter too large");
        }
        if p > MAX_PRODUCT / r || (16 * r <= 62 && n >= 1 << (16 * r)) {
            return Err(too_large());
        }
        // The blocks of all parallel runs, and the table of one with two blocks to work in.
        let blocks = p.checked_mul(128 * r);
        let table = n.checked_add(2).and_then(|count| count.checked_mul(128 * r));
        let needed = blocks.zip(table).and_then(|(blocks, table)| blocks.checked_add(table));
        let limit = if max_memory == 0 { 32 << 20 } else { max_memory };
        match needed.is_some_and(|needed| needed <= limit) {
            true => Ok(()),
            false => Err(too_large()),
        }
    }
}

/// scrypt (RFC 7914).
pub fn scrypt(
    password: &[u8],
    salt: &[u8],
    costs: Costs,
    max_memory: i64,
    length: i64,
) -> Result<Ref<Bytes>> {
    if !(0..=LIMIT).contains(&max_memory) {
        bail!(ValueError, "maxmem must be positive and smaller than {LIMIT}");
    }
    if !(1..=LIMIT).contains(&length) {
        bail!(ValueError, "dklen must be greater than 0 and smaller than {LIMIT}");
    }
    costs.check(max_memory as u64)?;
    let invalid = |_| raise!(ValueError, "Invalid parameter combination for n, r, p, maxmem.");
    let parameters = scrypt::Params::new(costs.n.ilog2() as u8, costs.r as u32, costs.p as u32)
        .map_err(|_| invalid(()))?;
    let mut outcome = Ok(());
    let key = Bytes::build(length as usize, |key| {
        outcome = allow_threads(|| scrypt::scrypt(password, salt, &parameters, key));
    })?;
    outcome.map_err(|_| invalid(()))?;
    Ok(key)
}
