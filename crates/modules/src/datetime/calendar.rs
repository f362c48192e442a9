//! The proleptic Gregorian calendar, in numbers: day 1 is January 1 of the year 1.

pub const MIN_YEAR: i32 = 1;
pub const MAX_YEAR: i32 = 9999;

/// The last day.
pub const MAX_ORDINAL: i32 = 3_652_059;

const DAYS_IN_MONTH: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

const DAYS_IN_4_YEARS: i32 = 4 * 365 + 1;
const DAYS_IN_100_YEARS: i32 = 25 * DAYS_IN_4_YEARS - 1;
const DAYS_IN_400_YEARS: i32 = 4 * DAYS_IN_100_YEARS + 1;

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month from 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    DAYS_IN_MONTH[month as usize - 1] + i32::from(month == 2 && is_leap(year))
}

/// Days of the year before a month.
pub fn days_before_month(year: i32, month: i32) -> i32 {
    DAYS_BEFORE_MONTH[month as usize - 1] + i32::from(month > 2 && is_leap(year))
}

/// Days before January 1 of a year from 1 on.
fn days_before_year(year: i32) -> i32 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// The number of a day.
pub fn ordinal(year: i32, month: i32, day: i32) -> i32 {
    days_before_year(year) + days_before_month(year, month) + day
}

/// The day of a number from 1 on.
pub fn from_ordinal(ordinal: i32) -> (i32, i32, i32) {
    let day = ordinal - 1;
    let (n400, day) = (day / DAYS_IN_400_YEARS, day % DAYS_IN_400_YEARS);
    let (n100, day) = (day / DAYS_IN_100_YEARS, day % DAYS_IN_100_YEARS);
    let (n4, day) = (day / DAYS_IN_4_YEARS, day % DAYS_IN_4_YEARS);
    let (n1, day) = (day / 365, day % 365);
    let year = n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1;
    // The last day of a leap year, of which the divisions know nothing.
    if n1 == 4 || n100 == 4 {
        return (year - 1, 12, 31);
    }
    // An estimate that is right or one too large.
    let mut month = (day + 50) >> 5;
    if days_before_month(year, month) > day {
        month -= 1;
    }
    (year, month, day - days_before_month(year, month) + 1)
}

/// The day of the week, from Monday as 0.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 {
    (ordinal(year, month, day) + 6) % 7
}

/// The number of the Monday with which the first week of an ISO year begins: that week has the first Thursday.
pub fn first_monday(year: i32) -> i32 {
    let first = ordinal(year, 1, 1);
    let weekday = (first + 6) % 7;
    match weekday > 3 {
        true => first - weekday + 7,
        false => first - weekday,
    }
}

/// ISO year, week and day of the week, from Monday as 1.
pub fn iso(year: i32, month: i32, day: i32) -> (i32, i32, i32) {
    let today = ordinal(year, month, day);
    let mut year = year;
    let mut start = first_monday(year);
    if today < start {
        // The first day of the first year is a Monday, so there is a year before.
        year -= 1;
        start = first_monday(year);
    } else if today >= start + 52 * 7 && today >= first_monday(year + 1) {
        year += 1;
        start = first_monday(year);
    }
    let days = today - start;
    (year, days / 7 + 1, days % 7 + 1)
}

/// Seconds from midnight of day 0 to a moment.
pub fn to_seconds(ordinal: i32, hour: i32, minute: i32, second: i32) -> i64 {
    ((i64::from(ordinal) * 24 + i64::from(hour)) * 60 + i64::from(minute)) * 60 + i64::from(second)
}

/// The epoch of POSIX in these seconds.
pub const EPOCH: i64 = 719_163 * 24 * 3600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_comes_back() {
        let mut expected = (1, 1, 1);
        for number in 1..=MAX_ORDINAL {
            assert_eq!(from_ordinal(number), expected);
            let (year, month, day) = expected;
            assert_eq!(ordinal(year, month, day), number);
            expected = match (day == days_in_month(year, month), month) {
                (false, _) => (year, month, day + 1),
                (true, 12) => (year + 1, 1, 1),
                (true, _) => (year, month + 1, 1),
            };
        }
        assert_eq!(expected, (MAX_YEAR + 1, 1, 1));
    }
}
