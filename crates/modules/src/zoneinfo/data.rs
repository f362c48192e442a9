//! A zone's history: the content of a TZif file (RFC 8536).

use objects::prelude::*;

use super::period::Period;
use super::rule::Rule;

/// Transitions, what holds before, between and after them.
pub struct History {
    /// Seconds since the epoch.
    utc: Vec<i64>,
    /// The same by the local clock: for the first and the second of two equal times.
    local: [Vec<i64>; 2],
    /// What holds from each transition on.
    periods: Vec<Period>,
    /// None only without transitions.
    before: Option<Period>,
    after: Rule,
    /// Whether the same holds at all times.
    pub is_fixed: bool,
}

/// An item of the data as C's `long long`.
fn integers(items: &Object) -> Result<Vec<i64>> {
    let items = items.collect_vec()?;
    items
        .iter()
        .map(|item| {
            item.index()?
                .to_i64()
                .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
        })
        .collect()
}

/// How much of each kind of local time is daylight saving: the file says only that it is.
///
/// That is the difference from the standard time before or after; what has no such neighbour is an hour.
fn savings(kinds: &[usize], offsets: &[i64], is_saving: &[bool]) -> Vec<i64> {
    let mut savings = vec![0; offsets.len()];
    let wanted = is_saving.iter().filter(|is_saving| **is_saving).count();
    let mut found = 0;
    for place in 1..kinds.len() {
        if found == wanted {
            return savings;
        }
        let kind = kinds[place];
        if !is_saving[kind] || savings[kind] != 0 {
            continue;
        }
        let mut saving = match kinds[place - 1] {
            previous if !is_saving[previous] => offsets[kind] - offsets[previous],
            _ => 0,
        };
        if saving == 0
            && kind + 1 < offsets.len()
            && let Some(&next) = kinds.get(place + 1)
        {
            if is_saving[next] {
                continue;
            }
            saving = offsets[kind] - offsets[next];
        }
        if saving != 0 {
            found += 1;
            savings[kind] = saving;
        }
    }
    for (saving, is_saving) in savings.iter_mut().zip(is_saving) {
        if *saving == 0 && *is_saving {
            *saving = 3600;
        }
    }
    savings
}

/// Transitions by the local clock: the larger of the offsets before and after for the first of two equal times.
fn local_times(utc: &[i64], kinds: &[usize], offsets: &[i64]) -> [Vec<i64>; 2] {
    let mut local = [Vec::with_capacity(utc.len()), Vec::with_capacity(utc.len())];
    let mut previous = offsets.first().copied().unwrap_or(0);
    for (&moment, &kind) in utc.iter().zip(kinds) {
        let offset = offsets[kind];
        local[0].push(moment.wrapping_add(previous.max(offset)));
        local[1].push(moment.wrapping_add(previous.min(offset)));
        previous = offset;
    }
    local
}

/// How many of sorted moments are not later.
fn count_until(moments: &[i64], moment: i64) -> usize {
    moments.partition_point(|&other| other <= moment)
}

impl History {
    /// From what `zoneinfo._common.load_data` reads. `ValueError` for data that makes no sense.
    pub fn new(data: &Object) -> Result<History> {
        let Some([kinds, utc, offsets, is_saving, names, text]) = data.downcast::<Tuple>().map(Tuple::items)
        else {
            bail!(TypeError, "Invalid data result type: {}", data.repr()?);
        };
        let utc = integers(utc)?;
        let offsets = integers(offsets)?;
        let is_saving =
            is_saving.collect_vec()?.iter().map(|item| item.is_true()).collect::<Result<Vec<bool>>>()?;
        let names = names.collect_vec()?;
        if is_saving.len() != offsets.len() || names.len() != offsets.len() {
            bail!(ValueError, "Invalid number of time types in TZif data");
        }
        let mut places = Vec::with_capacity(utc.len());
        for index in integers(kinds)? {
            match usize::try_from(index).ok().filter(|&index| index < offsets.len()) {
                Some(index) => places.push(index),
                None => bail!(ValueError, "Invalid transition index found while reading TZif: {index}"),
            }
        }
        if places.len() != utc.len() {
            bail!(ValueError, "Invalid number of transitions in TZif data");
        }
        let kinds = places;

        let local = local_times(&utc, &kinds, &offsets);
        let mut all = Vec::with_capacity(offsets.len());
        for (place, saving) in savings(&kinds, &offsets, &is_saving).into_iter().enumerate() {
            all.push(Period::new(offsets[place], saving, names[place].clone())?);
        }
        let first_standard = is_saving.iter().position(|is_saving| !is_saving).unwrap_or(0);
        let before = all.get(first_standard).cloned();
        let after = match text.is_none() || !text.is_true()? {
            false => {
                let Some(text) = text.downcast::<Bytes>() else {
                    bail!(TypeError, "expected bytes, got {}", text.class().name());
                };
                Rule::parse(text.as_bytes())?
            }
            true => {
                let last = kinds.last().copied().or(all.len().checked_sub(1));
                match last.and_then(|last| all.get(last)) {
                    Some(last) => Rule::fixed(last.clone()),
                    None => bail!(ValueError, "No time zone information found."),
                }
            }
        };
        let is_fixed = match &all[..] {
            _ if !after.is_fixed() => false,
            [] => true,
            [only] => only.equals(&after.standard)?,
            _ => false,
        };
        let periods = kinds.iter().map(|&kind| all[kind].clone()).collect();
        Ok(History { utc, local, periods, before, after, is_fixed })
    }

    /// What holds at all times, for a zone of which that can be said.
    pub fn always(&self) -> Option<&Period> {
        self.is_fixed.then_some(&self.after.standard)
    }

    /// What holds at a local time.
    pub fn at_local(&self, seconds: i64, fold: bool, year: i32) -> &Period {
        let local = &self.local[usize::from(fold)];
        match (local.first(), local.last(), &self.before) {
            (Some(&first), _, Some(before)) if seconds < first => before,
            (_, Some(&last), _) if seconds <= last => &self.periods[count_until(local, seconds) - 1],
            _ => self.after.at_local(seconds, fold, year),
        }
    }

    /// What holds at a time in UTC, and whether it is the second of two equal local times.
    pub fn at_utc(&self, seconds: i64, year: i32) -> (&Period, bool) {
        let count = count_until(&self.utc, seconds);
        let before = |transition: usize| match transition.checked_sub(1) {
            Some(previous) => Some(&self.periods[previous]),
            None => self.before.as_ref(),
        };
        let Some(&last) = self.utc.last() else { return self.after.at_utc(seconds, year) };
        if count == 0 {
            return match &self.before {
                Some(before) => (before, false),
                None => self.after.at_utc(seconds, year),
            };
        }
        let (period, fold, transition) = match seconds > last {
            true => {
                let (period, fold) = self.after.at_utc(seconds, year);
                (period, fold, self.utc.len() - 1)
            }
            false => (&self.periods[count - 1], false, count - 1),
        };
        // Where the last transition set clocks back, two equal times follow it.
        let back = before(transition).map_or(0, |before| before.offset - period.offset);
        (period, fold || back > seconds.saturating_sub(self.utc[transition]))
    }
}
