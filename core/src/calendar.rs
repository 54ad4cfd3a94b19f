//! Business days in Japan: Monday to Friday, without the listed holidays and the
//! days around New Year (12/29–1/3) on which offices are closed.
//!
//! A [`Calendar`] is a value: `holiday::calendar` reads it in the transaction
//! that counts, so that all processes count alike, and a changed list holds at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use chrono_tz::Asia::Tokyo;

use crate::clock::tokyo_date;

/// The list of holidays, to count by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
}

impl FromIterator<NaiveDate> for Calendar {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(holidays: I) -> Self {
        Self { holidays: holidays.into_iter().collect() }
    }
}

impl Calendar {
    /// Whether this day is listed, or one of those around New Year, whatever its weekday.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        is_new_year(day) || self.holidays.contains(&day)
    }

    /// Whether offices work on this day.
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !self.is_holiday(day)
    }

    /// The `count`-th business day after `day`.
    pub fn add_business_days(&self, day: NaiveDate, count: u32) -> NaiveDate {
        let mut left = count;
        let mut at = day;
        while left > 0 {
            at = at + Days::new(1);
            left -= u32::from(self.is_business_day(at));
        }
        at
    }

    /// How many business days lie after `from`, up to and including `to`; 0 when
    /// `to` is not later.
    pub fn business_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let days = from.iter_days().skip(1).take_while(|day| *day <= to);
        u32::try_from(days.filter(|day| self.is_business_day(*day)).count()).unwrap_or(u32::MAX)
    }

    /// The time between two instants as far as it falls on business days; a whole
    /// business day is 24 hours, midnight to midnight in Japan.
    pub fn business_time(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        let last = tokyo_date(to);
        let days = tokyo_date(from).iter_days().take_while(|day| *day <= last);
        let worked = days.filter(|day| self.is_business_day(*day)).map(|day| {
            let (begins, ends) = (midnight(day), midnight(day + Days::new(1)));
            (to.min(ends) - from.max(begins)).max(Duration::zero())
        });
        worked.fold(Duration::zero(), |sum, part| sum + part)
    }
}

/// When a day begins in Japan.
pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    // Japan has no daylight saving: each local time is one instant.
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(Tokyo);
    local.earliest().map_or(DateTime::UNIX_EPOCH, |at| at.with_timezone(&Utc))
}

fn is_new_year(day: NaiveDate) -> bool {
    matches!((day.month(), day.day()), (12, 29..=31) | (1, 1..=3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holiday::published;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_goes_over_weekends_and_holidays() {
        let calendar = published();
        for (from, count, want) in [
            ("2026-11-20", 1, "2026-11-24"), // Friday, then weekend and 勤労感謝の日
            ("2026-11-20", 5, "2026-11-30"),
            ("2026-09-18", 1, "2026-09-24"), // three holidays in a row
            ("2026-12-28", 1, "2027-01-04"), // New Year
            ("2024-05-02", 1, "2024-05-07"),
        ] {
            assert_eq!(calendar.add_business_days(day(from), count), day(want), "{from} + {count}");
            assert_eq!(calendar.business_days_between(day(from), day(want)), count, "{from} to {want}");
        }
    }

    #[test]
    fn nothing_lies_between_a_day_and_an_earlier_one() {
        assert_eq!(published().business_days_between(day("2026-11-20"), day("2026-11-01")), 0);
    }

    #[test]
    fn an_added_day_moves_what_comes_after() {
        let with = Calendar::from_iter([day("2026-11-25")]);
        assert_eq!(with.add_business_days(day("2026-11-24"), 1), day("2026-11-26"));
        assert_eq!(Calendar::default().add_business_days(day("2026-11-24"), 1), day("2026-11-25"));
    }

    #[test]
    fn business_time_counts_the_hours_of_business_days() {
        let calendar = published();
        let at = |text: &str| format!("{text}+09:00").parse::<DateTime<Utc>>().unwrap();
        for (from, to, hours) in [
            ("2026-11-20T10:00:00", "2026-11-20T15:00:00", 5),
            ("2026-11-20T10:00:00", "2026-11-24T10:00:00", 24), // 14 on Friday, 10 on Tuesday
            ("2026-11-21T10:00:00", "2026-11-23T22:00:00", 0),  // a long weekend
            ("2026-11-23T22:00:00", "2026-11-24T01:00:00", 1),
            ("2026-11-20T10:00:00", "2026-11-20T09:00:00", 0),
            ("2026-11-16T00:00:00", "2026-11-21T00:00:00", 120),
        ] {
            assert_eq!(calendar.business_time(at(from), at(to)).num_hours(), hours, "{from} to {to}");
        }
    }
}
