//! TZ strings: the rules that hold after a zone's last recorded transition (POSIX, and RFC 8536's additions).

use objects::prelude::*;

use super::period::Period;
use crate::datetime::calendar;

/// A day on which clocks change.
#[derive(Clone, Copy)]
enum Day {
    /// `Mm.w.d`: the w-th of a weekday in a month, from Sunday as 0; the fifth is the last.
    Weekday { month: i32, week: i32, weekday: i32 },
    /// `Jn`: without February 29.
    Julian(i32),
    /// `n`: with it.
    OfYear(i32),
}

/// When clocks change: a day of the year, and seconds from its midnight.
#[derive(Clone, Copy)]
struct Change {
    day: Day,
    seconds: i64,
}

impl Change {
    /// Seconds since the epoch by the clock that is changed.
    fn in_year(self, year: i32) -> i64 {
        let new_year = calendar::ordinal(year, 1, 1);
        let ordinal = match self.day {
            Day::Weekday { month, week, weekday } => {
                // From Monday as 0, the day before the month's first.
                let before = calendar::weekday(year, month, 1) + 1;
                let first = (weekday - before).rem_euclid(7) + 1;
                let day = first + (week - 1) * 7;
                let day = if day > calendar::days_in_month(year, month) { day - 7 } else { day };
                calendar::ordinal(year, month, day)
            }
            // CPython counts both from 1, and February 28 behind the leap day.
            Day::Julian(day) => new_year + day - 1 + i32::from(day >= 59 && calendar::is_leap(year)),
            Day::OfYear(day) => new_year + day - 1,
        };
        calendar::to_seconds(ordinal, 0, 0, 0) - calendar::EPOCH + self.seconds
    }
}

/// Daylight saving time: what holds then, and from when to when.
struct Saving {
    period: Period,
    /// How far clocks are set.
    shift: i64,
    start: Change,
    end: Change,
}

/// What holds from a moment on.
pub struct Rule {
    pub standard: Period,
    saving: Option<Saving>,
}

impl Rule {
    /// One period for ever.
    pub fn fixed(period: Period) -> Rule {
        Rule { standard: period, saving: None }
    }

    pub fn is_fixed(&self) -> bool {
        self.saving.is_none()
    }

    /// What holds at a local time.
    pub fn at_local(&self, seconds: i64, fold: bool, year: i32) -> &Period {
        let Some(saving) = &self.saving else { return &self.standard };
        let (mut start, mut end) = (saving.start.in_year(year), saving.end.in_year(year));
        // The period with the smaller offset begins behind the gap and ends behind the fold for the first of
        // two equal times; for the second, it begins before the gap and ends before the fold.
        match fold == (saving.shift >= 0) {
            true => end -= saving.shift,
            false => start += saving.shift,
        }
        self.choose(saving, start, end, seconds)
    }

    /// What holds at a time in UTC, and whether it is the second of two equal local times.
    pub fn at_utc(&self, seconds: i64, year: i32) -> (&Period, bool) {
        let Some(saving) = &self.saving else { return (&self.standard, false) };
        let start = saving.start.in_year(year) - self.standard.offset;
        let end = saving.end.in_year(year) - saving.period.offset;
        // Two equal times follow the moment at which clocks are set back.
        let back = if saving.shift > 0 { end } else { start };
        let fold = (back..back + saving.shift.abs()).contains(&seconds);
        (self.choose(saving, start, end, seconds), fold)
    }

    fn choose<'a>(&'a self, saving: &'a Saving, start: i64, end: i64, seconds: i64) -> &'a Period {
        let is_saving = match start < end {
            true => (start..end).contains(&seconds),
            false => !(end..start).contains(&seconds),
        };
        if is_saving { &saving.period } else { &self.standard }
    }

    /// The rule of a TZ string. `ValueError`.
    pub fn parse(text: &[u8]) -> Result<Rule> {
        let failed = |reason: &str| match Bytes::new(text).as_object().repr() {
            Ok(shown) => raise!(ValueError, "{reason}{shown}"),
            Err(raised) => raised,
        };
        let mut reader = Reader(text);
        let name = reader.abbreviation().ok_or_else(|| failed("Invalid STD format in "))?;
        let offset = reader.offset().ok_or_else(|| failed("Invalid STD offset in "))?;
        let standard = Period::named(offset, 0, name)?;
        if reader.0.is_empty() {
            return Ok(Rule::fixed(standard));
        }
        let name = reader.abbreviation().ok_or_else(|| failed("Invalid DST format in "))?;
        let saving_offset = match reader.0.first() {
            Some(b',') => offset + 3600,
            _ => reader.offset().ok_or_else(|| failed("Invalid DST offset in "))?,
        };
        let mut change = || {
            if !reader.skip(b',') {
                return Err(failed("Missing transition rules in TZ string: "));
            }
            reader.change().ok_or_else(|| failed("Malformed transition rule in TZ string: "))
        };
        let (start, end) = (change()?, change()?);
        if !reader.0.is_empty() {
            return Err(failed("Extraneous characters at end of TZ string: "));
        }
        let shift = saving_offset - offset;
        let saving = Saving { period: Period::named(saving_offset, shift, name)?, shift, start, end };
        Ok(Rule { standard, saving: Some(saving) })
    }
}

/// What is left of a TZ string.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn skip(&mut self, wanted: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Letters, or letters, digits and signs in angle brackets.
    fn abbreviation(&mut self) -> Option<&'a str> {
        let quoted = self.skip(b'<');
        let text = self.0;
        let belongs = |byte: u8| match quoted {
            true => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'),
            false => byte.is_ascii_alphabetic(),
        };
        let length = text.iter().position(|&byte| !belongs(byte)).unwrap_or(text.len());
        self.0 = &text[length..];
        let is_complete = if quoted { self.skip(b'>') } else { length > 0 };
        let name = std::str::from_utf8(&text[..length]).ok();
        name.filter(|_| is_complete)
    }

    /// A number of digits, at least and at most so many.
    fn number(&mut self, least: usize, most: usize) -> Option<i32> {
        let count = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let number = digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
        (count >= least).then_some(number)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds, and the hours.
    fn time(&mut self) -> Option<(i64, i32)> {
        let is_negative = self.skip(b'-');
        if !is_negative {
            self.skip(b'+');
        }
        let hours = self.number(1, 2)?;
        let minutes = if self.skip(b':') { Some(self.number(2, 2)?) } else { None };
        let seconds = if minutes.is_some() && self.skip(b':') { self.number(2, 2)? } else { 0 };
        let total = i64::from(hours) * 3600 + i64::from(minutes.unwrap_or(0)) * 60 + i64::from(seconds);
        Some((if is_negative { -total } else { total }, hours))
    }

    /// An offset from UTC, which TZ strings count westwards.
    fn offset(&mut self) -> Option<i64> {
        let (seconds, hours) = self.time()?;
        (hours <= 24).then_some(-seconds)
    }

    fn change(&mut self) -> Option<Change> {
        let day = if self.skip(b'M') {
            let month = self.number(1, 2).filter(|month| (1..=12).contains(month))?;
            let week = self.skip(b'.').then(|| self.number(1, 1))?.filter(|week| (1..=5).contains(week))?;
            let weekday = self.skip(b'.').then(|| self.number(1, 1))?.filter(|day| *day <= 6)?;
            Day::Weekday { month, week, weekday }
        } else if self.skip(b'J') {
            Day::Julian(self.number(1, 3).filter(|day| (1..=365).contains(day))?)
        } else {
            Day::OfYear(self.number(1, 3).filter(|day| *day <= 365)?)
        };
        let seconds = if self.skip(b'/') { self.time()?.0 } else { 2 * 3600 };
        Some(Change { day, seconds })
    }
}
