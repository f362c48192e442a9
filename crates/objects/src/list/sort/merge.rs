//! A stable merge sort that makes use of the order there is already: natural runs, merged as powersort
//! says (Munro and Wild, 2018), with galloping where one run has the upper hand (McIlroy, 1993).
//!
//! The comparison may fail at any point; the slice then still has every item once.

use crate::raise::Result;

/// Runs are made at least this long by insertion, depending on the length of the whole.
const MINIMUM_RUN: usize = 64;
/// How many times in a row one side must win before galloping pays.
const GALLOP: usize = 7;

type Outcome = Result<()>;

/// Sorts by a strict "less than".
pub fn sort<T: Copy>(items: &mut [T], less: &mut impl FnMut(&T, &T) -> Result<bool>) -> Outcome {
    let length = items.len();
    if length < 2 {
        return Ok(());
    }
    let minimum = minimum_run(length);
    let mut sorter = Sorter { items, less, buffer: Vec::new(), gallop: GALLOP };
    // The runs still to be merged, each with the depth in the merge tree of its border to the next.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    let mut end = sorter.make_run(0, minimum)?;
    while end < length {
        let next_end = sorter.make_run(end, minimum)?;
        let power = border_power(start, end, next_end, length);
        while let Some(&(earlier, earlier_power)) = runs.last() {
            if earlier_power <= power {
                break;
            }
            sorter.merge(earlier, start, end)?;
            start = earlier;
            runs.pop();
        }
        runs.push((start, power));
        (start, end) = (end, next_end);
    }
    while let Some((earlier, _)) = runs.pop() {
        sorter.merge(earlier, start, length)?;
        start = earlier;
    }
    Ok(())
}

/// A length between half of [`MINIMUM_RUN`] and all of it, of which the whole is close below a power of two.
fn minimum_run(length: usize) -> usize {
    let mut minimum = length;
    let mut rest = 0;
    while minimum >= MINIMUM_RUN {
        rest |= minimum & 1;
        minimum >>= 1;
    }
    minimum + rest
}

/// The depth at which a perfectly balanced merge tree over the whole has a border between the middles of two
/// neighbouring runs.
fn border_power(start: usize, border: usize, end: usize, length: usize) -> usize {
    // Twice the middles, as fractions of twice the length.
    let mut left = start + border;
    let mut right = border + end;
    let mut power = 0;
    loop {
        power += 1;
        if left >= length {
            left -= length;
            right -= length;
        } else if right >= length {
            return power;
        }
        left <<= 1;
        right <<= 1;
    }
}

/// How many of `count` leading places satisfy a predicate that none behind the first failure satisfies;
/// quick where they are few.
fn count_leading(count: usize, mut holds: impl FnMut(usize) -> Result<bool>) -> Result<usize> {
    let mut known = 0;
    let mut step = 1;
    let mut limit = count;
    while known < count {
        let probe = (known + step - 1).min(count - 1);
        if !holds(probe)? {
            limit = probe;
            break;
        }
        known = probe + 1;
        step <<= 1;
    }
    while known < limit {
        let middle = known + (limit - known) / 2;
        match holds(middle)? {
            true => known = middle + 1,
            false => limit = middle,
        }
    }
    Ok(known)
}

/// [`count_leading`] from the other end.
fn count_trailing(count: usize, mut holds: impl FnMut(usize) -> Result<bool>) -> Result<usize> {
    count_leading(count, |place| holds(count - 1 - place))
}

struct Sorter<'a, T, F> {
    items: &'a mut [T],
    less: &'a mut F,
    buffer: Vec<T>,
    gallop: usize,
}

impl<T: Copy, F: FnMut(&T, &T) -> Result<bool>> Sorter<'_, T, F> {
    fn is_less(&mut self, a: usize, b: usize) -> Result<bool> {
        (self.less)(&self.items[a], &self.items[b])
    }

    /// Makes a run that begins at `start`, and gives its end.
    fn make_run(&mut self, start: usize, minimum: usize) -> Result<usize> {
        let natural = self.natural_run(start)?;
        let end = natural.max((start + minimum).min(self.items.len()));
        for place in natural..end {
            self.insert(start, place)?;
        }
        Ok(end)
    }

    /// The end of the ascending run at `start`; a strictly descending one is turned round.
    fn natural_run(&mut self, start: usize) -> Result<usize> {
        let length = self.items.len();
        let mut end = start + 1;
        if end == length {
            return Ok(end);
        }
        let descending = self.is_less(end, start)?;
        end += 1;
        while end < length && self.is_less(end, end - 1)? == descending {
            end += 1;
        }
        if descending {
            self.items[start..end].reverse();
        }
        Ok(end)
    }

    /// Moves the item at `place` into the sorted run before it, behind those equal to it.
    fn insert(&mut self, start: usize, place: usize) -> Outcome {
        let item = self.items[place];
        let (mut low, mut high) = (start, place);
        while low < high {
            let middle = low + (high - low) / 2;
            match (self.less)(&item, &self.items[middle])? {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        self.items.copy_within(low..place, low + 1);
        self.items[low] = item;
        Ok(())
    }

    /// Merges two neighbouring runs.
    fn merge(&mut self, start: usize, middle: usize, end: usize) -> Outcome {
        let (items, less) = (&*self.items, &mut *self.less);
        // What is in place already, at either end.
        let first = items[middle];
        let start = start + count_leading(middle - start, |i| Ok(!less(&first, &items[start + i])?))?;
        if start == middle {
            return Ok(());
        }
        let last = items[middle - 1];
        let end = end - count_trailing(end - middle, |i| Ok(!less(&items[middle + i], &last)?))?;
        if end == middle {
            return Ok(());
        }
        match middle - start <= end - middle {
            true => self.merge_forwards(start, middle, end),
            false => self.merge_backwards(start, middle, end),
        }
    }

    /// Merges with the left run, the shorter one, moved to the buffer.
    fn merge_forwards(&mut self, start: usize, middle: usize, end: usize) -> Outcome {
        self.buffer.clear();
        self.buffer.extend_from_slice(&self.items[start..middle]);
        let mut state = Forwards { left: 0, right: middle, target: start, end };
        let outcome = self.run_forwards(&mut state);
        // What is left of the buffer fits exactly between the merged part and the rest of the right run.
        let rest = &self.buffer[state.left..];
        self.items[state.target..state.target + rest.len()].copy_from_slice(rest);
        outcome
    }

    fn run_forwards(&mut self, state: &mut Forwards) -> Outcome {
        let Sorter { items, less, buffer, gallop } = self;
        while state.left < buffer.len() && state.right < state.end {
            let (mut left_wins, mut right_wins) = (0, 0);
            while left_wins < *gallop && right_wins < *gallop {
                if less(&items[state.right], &buffer[state.left])? {
                    items[state.target] = items[state.right];
                    state.right += 1;
                    (left_wins, right_wins) = (0, right_wins + 1);
                } else {
                    items[state.target] = buffer[state.left];
                    state.left += 1;
                    (left_wins, right_wins) = (left_wins + 1, 0);
                }
                state.target += 1;
                if state.left == buffer.len() || state.right == state.end {
                    return Ok(());
                }
            }
            loop {
                let right = items[state.right];
                let rest = &buffer[state.left..];
                let from_left = count_leading(rest.len(), |i| Ok(!less(&right, &rest[i])?))?;
                items[state.target..state.target + from_left].copy_from_slice(&rest[..from_left]);
                state.left += from_left;
                state.target += from_left;
                let Some(left) = buffer.get(state.left) else { return Ok(()) };
                let first = state.right;
                let from_right = count_leading(state.end - first, |i| less(&items[first + i], left))?;
                items.copy_within(first..first + from_right, state.target);
                state.right += from_right;
                state.target += from_right;
                if state.right == state.end {
                    return Ok(());
                }
                if from_left < GALLOP && from_right < GALLOP {
                    *gallop += 2;
                    break;
                }
                *gallop = gallop.saturating_sub(1).max(1);
            }
        }
        Ok(())
    }

    /// Merges with the right run, the shorter one, moved to the buffer.
    fn merge_backwards(&mut self, start: usize, middle: usize, end: usize) -> Outcome {
        self.buffer.clear();
        self.buffer.extend_from_slice(&self.items[middle..end]);
        let mut state = Backwards { start, left: middle, right: end - middle, target: end };
        let outcome = self.run_backwards(&mut state);
        let rest = &self.buffer[..state.right];
        self.items[state.target - rest.len()..state.target].copy_from_slice(rest);
        outcome
    }

    fn run_backwards(&mut self, state: &mut Backwards) -> Outcome {
        let Sorter { items, less, buffer, gallop } = self;
        while state.right > 0 && state.left > state.start {
            let (mut left_wins, mut right_wins) = (0, 0);
            while left_wins < *gallop && right_wins < *gallop {
                if less(&buffer[state.right - 1], &items[state.left - 1])? {
                    items[state.target - 1] = items[state.left - 1];
                    state.left -= 1;
                    (left_wins, right_wins) = (left_wins + 1, 0);
                } else {
                    items[state.target - 1] = buffer[state.right - 1];
                    state.right -= 1;
                    (left_wins, right_wins) = (0, right_wins + 1);
                }
                state.target -= 1;
                if state.right == 0 || state.left == state.start {
                    return Ok(());
                }
            }
            loop {
                let right = buffer[state.right - 1];
                let start = state.start;
                let from_left = count_trailing(state.left - start, |i| less(&right, &items[start + i]))?;
                items.copy_within(state.left - from_left..state.left, state.target - from_left);
                state.left -= from_left;
                state.target -= from_left;
                if state.left == state.start {
                    return Ok(());
                }
                let left = items[state.left - 1];
                let from_right = count_trailing(state.right, |i| Ok(!less(&buffer[i], &left)?))?;
                let rest = &buffer[state.right - from_right..state.right];
                items[state.target - from_right..state.target].copy_from_slice(rest);
                state.right -= from_right;
                state.target -= from_right;
                if state.right == 0 {
                    return Ok(());
                }
                if from_left < GALLOP && from_right < GALLOP {
                    *gallop += 2;
                    break;
                }
                *gallop = gallop.saturating_sub(1).max(1);
            }
        }
        Ok(())
    }
}

/// How far a forward merge has come: the next items of the buffer and of the right run, and where the next goes.
struct Forwards {
    left: usize,
    right: usize,
    target: usize,
    end: usize,
}

/// How far a backward merge has come: behind the next items of the left run and of the buffer, and behind
/// where the next goes.
struct Backwards {
    start: usize,
    left: usize,
    right: usize,
    target: usize,
}

#[cfg(test)]
mod tests {
    use super::sort;

    /// Numbers without much order, the same every time.
    fn scrambled(length: usize, distinct: u64) -> Vec<(u64, usize)> {
        let mut state = 88172645463325252u64;
        let next = |index| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % distinct, index)
        };
        (0..length).map(next).collect()
    }

    fn check(items: Vec<(u64, usize)>) {
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        let mut sorted = items;
        sort(&mut sorted, &mut |a, b| Ok(a.0 < b.0)).unwrap_or_else(|_| unreachable!());
        assert_eq!(sorted, expected);
    }

    #[test]
    fn sorts_stably_whatever_the_order() {
        for length in [0, 1, 2, 3, 10, 63, 64, 65, 200, 1000, 5000] {
            for distinct in [1, 2, 10, 1 << 40] {
                check(scrambled(length, distinct));
            }
        }
    }

    #[test]
    fn makes_use_of_order() {
        let mut runs = scrambled(4000, 1 << 40);
        for run in runs.chunks_mut(500) {
            run.sort();
        }
        check(runs.clone());
        runs.sort();
        let mut comparisons = 0;
        sort(&mut runs, &mut |a, b| {
            comparisons += 1;
            Ok(a.0 < b.0)
        })
        .unwrap_or_else(|_| unreachable!());
        assert_eq!(comparisons, 3999);
        runs.reverse();
        check(runs);
    }
}
