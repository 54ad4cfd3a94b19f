//! Business days in Japan: Monday to Friday, without the holidays of the law
//! and the days around New Year (12/29–1/3) on which offices are closed.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// National holidays as the Cabinet Office publishes them (「国民の祝日」について),
/// with substitute holidays, year by year: `(year, [(month, day)])`.
const HOLIDAYS: &[(i32, &[(u32, u32)])] = &[
    (
        2025,
        &[
            (1, 1),
            (1, 13),
            (2, 11),
            (2, 23),
            (2, 24),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 21),
            (8, 11),
            (9, 15),
            (9, 23),
            (10, 13),
            (11, 3),
            (11, 23),
            (11, 24),
        ],
    ),
    (
        2026,
        &[
            (1, 1),
            (1, 12),
            (2, 11),
            (2, 23),
            (3, 20),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (5, 6),
            (7, 20),
            (8, 11),
            (9, 21),
            (9, 22),
            (9, 23),
            (10, 12),
            (11, 3),
            (11, 23),
        ],
    ),
    (
        2027,
        &[
            (1, 1),
            (1, 11),
            (2, 11),
            (2, 23),
            (3, 21),
            (3, 22),
            (4, 29),
            (5, 3),
            (5, 4),
            (5, 5),
            (7, 19),
            (8, 11),
            (9, 20),
            (9, 23),
            (10, 11),
            (11, 3),
            (11, 23),
        ],
    ),
];

/// Whether offices work on this day.
pub fn is_business_day(day: NaiveDate) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    !weekend && !is_holiday(day) && !is_new_year(day)
}

fn is_holiday(day: NaiveDate) -> bool {
    HOLIDAYS.iter().any(|(year, days)| *year == day.year() && days.contains(&(day.month(), day.day())))
}

fn is_new_year(day: NaiveDate) -> bool {
    matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3))
}

/// The `count`-th business day after `day`.
pub fn add_business_days(day: NaiveDate, count: u32) -> NaiveDate {
    let mut left = count;
    let mut at = day;
    while left > 0 {
        at = at + Days::new(1);
        left -= u32::from(is_business_day(at));
    }
    at
}

/// How many business days lie after `from`, up to and including `to`; 0 when
/// `to` is not later.
pub fn business_days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    let days = from.iter_days().skip(1).take_while(|day| *day <= to);
    u32::try_from(days.filter(|day| is_business_day(*day)).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_goes_over_weekends_and_holidays() {
        for (from, count, want) in [
            ("2026-11-20", 1, "2026-11-24"), // Friday, then weekend and 勤労感謝の日
            ("2026-11-20", 5, "2026-11-30"),
            ("2026-09-18", 1, "2026-09-24"), // three holidays in a row
            ("2026-12-28", 1, "2027-01-04"), // New Year
        ] {
            assert_eq!(add_business_days(day(from), count), day(want), "{from} + {count}");
            assert_eq!(business_days_between(day(from), day(want)), count, "{from} to {want}");
        }
    }

    #[test]
    fn nothing_lies_between_a_day_and_an_earlier_one() {
        assert_eq!(business_days_between(day("2026-11-20"), day("2026-11-01")), 0);
    }
}
