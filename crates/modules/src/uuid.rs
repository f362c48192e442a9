//! `_uuid`: UUIDs of the time and the machine, for the module `uuid`.

use std::fs;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use objects::prelude::module;

pub use _uuid::{DEFINITION, initialize};

/// From the beginning of the Gregorian calendar to that of the machine's time, in units of 100 nanoseconds.
const GREGORIAN_OFFSET: u64 = 0x01b2_1dd2_1381_4000;

/// What a UUID is made of besides the time (RFC 4122, 4.2).
struct Clock {
    /// The last time that was given out.
    last: u64,
    /// Changes when the time goes back.
    sequence: u16,
    node: [u8; 6],
}

static CLOCK: Mutex<Option<Clock>> = Mutex::new(None);

/// The address of a network interface, which no other machine has.
fn hardware_address() -> Option<[u8; 6]> {
    let mut names: Vec<_> =
        fs::read_dir("/sys/class/net").ok()?.flatten().map(|entry| entry.path()).collect();
    names.sort();
    names.iter().find_map(|name| {
        let text = fs::read_to_string(name.join("address")).ok()?;
        let bytes: Vec<u8> =
            text.trim().split(':').map(|part| u8::from_str_radix(part, 16)).collect::<Result<_, _>>().ok()?;
        <[u8; 6]>::try_from(bytes).ok().filter(|address| address != &[0; 6])
    })
}

impl Clock {
    fn new() -> Result<Clock, system::errno::Errno> {
        let mut random = [0; 8];
        system::scheduling::getrandom(&mut random, 0)?;
        let [first, second, node @ ..] = random;
        // A random address has the bit set that those of interfaces have not.
        let node = hardware_address().unwrap_or([node[0] | 1, node[1], node[2], node[3], node[4], node[5]]);
        Ok(Clock { last: 0, sequence: u16::from_be_bytes([first, second]), node })
    }

    fn next(&mut self) -> [u8; 16] {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() / 100);
        let now = (now as u64).wrapping_add(GREGORIAN_OFFSET);
        if now < self.last {
            self.sequence = self.sequence.wrapping_add(1);
        }
        // Two within one tick are told apart by the time.
        let time = if now == self.last { now + 1 } else { now };
        self.last = time;
        let low = (time as u32).to_be_bytes();
        let middle = ((time >> 32) as u16).to_be_bytes();
        let high = ((time >> 48) as u16 & 0x0fff | 0x1000).to_be_bytes();
        let sequence = (self.sequence & 0x3fff | 0x8000).to_be_bytes();
        let mut uuid = [0; 16];
        for (place, byte) in uuid.iter_mut().zip([&low[..], &middle, &high, &sequence, &self.node].concat()) {
            *place = byte;
        }
        uuid
    }
}

#[module(name = "_uuid")]
pub mod _uuid {
    use objects::prelude::*;

    use super::{CLOCK, Clock};

    #[constant]
    const has_uuid_generate_time_safe: i32 = 1;

    /// The bytes of a new UUID, and -1: processes do not keep out of each other's way.
    #[function(no_text_signature)]
    fn generate_time_safe() -> Result<(Ref<Bytes>, i32)> {
        let mut clock = CLOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let clock = match &mut *clock {
            Some(clock) => clock,
            none => none.insert(Clock::new().map_err(|error| error.raise())?),
        };
        Ok((Bytes::try_new(&clock.next())?, -1))
    }
}
