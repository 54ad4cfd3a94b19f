//! When the call centre answers: 平日 8:00–18:00, 土曜 8:00–16:00, never on Sundays,
//! holidays and from 12/29 to 1/3 (SPEC 6); all of it in Japan.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Asia::Tokyo;

use crate::calendar::Calendar;
use crate::clock::tokyo_date;

/// When it opens.
const OPENS: u32 = 8;
/// How far ahead the next opening is looked for; the longest rest is a week or two.
const AHEAD_DAYS: usize = 60;

/// Whether somebody answers at this moment.
pub fn is_open(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let (day, time) = (tokyo_date(at), at.with_timezone(&Tokyo).time());
    closes(calendar, day).is_some_and(|closes| time >= o_clock(OPENS) && time < o_clock(closes))
}

/// The next moment after `at` at which it opens.
pub fn next_opening(calendar: &Calendar, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let days = tokyo_date(at).iter_days().take(AHEAD_DAYS).filter(|day| closes(calendar, *day).is_some());
    let opens = |day: NaiveDate| Tokyo.from_local_datetime(&day.and_time(o_clock(OPENS))).single();
    days.filter_map(opens).map(|opens| opens.to_utc()).find(|opens| *opens > at)
}

/// The hour at which it closes on this day; none when it stays closed.
fn closes(calendar: &Calendar, day: NaiveDate) -> Option<u32> {
    match day.weekday() {
        _ if calendar.is_holiday(day) => None,
        Weekday::Sun => None,
        Weekday::Sat => Some(16),
        _ => Some(18),
    }
}

fn o_clock(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holiday::published;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}+09:00").parse().unwrap()
    }

    #[test]
    fn the_desk_answers_in_its_hours_alone() {
        let calendar = published();
        for (when, open) in [
            ("2026-11-24T07:59:59", false), // a Tuesday
            ("2026-11-24T08:00:00", true),
            ("2026-11-24T17:59:59", true),
            ("2026-11-24T18:00:00", false),
            ("2026-11-28T07:59:59", false), // a Saturday
            ("2026-11-28T08:00:00", true),
            ("2026-11-28T15:59:59", true),
            ("2026-11-28T16:00:00", false),
            ("2026-11-29T10:00:00", false), // a Sunday
            ("2026-11-23T10:00:00", false), // 勤労感謝の日, a Monday
            ("2025-05-03T10:00:00", false), // 憲法記念日, a Saturday
            ("2026-12-28T17:59:59", true),  // a Monday
            ("2026-12-29T10:00:00", false),
            ("2026-12-31T10:00:00", false),
            ("2027-01-02T10:00:00", false), // a Saturday
            ("2027-01-03T10:00:00", false),
            ("2027-01-04T07:59:59", false),
            ("2027-01-04T08:00:00", true),
        ] {
            assert_eq!(is_open(&calendar, at(when)), open, "{when}");
        }
    }

    #[test]
    fn the_next_opening_lies_behind_every_rest() {
        let calendar = published();
        for (after, opens) in [
            ("2026-11-24T07:59:59", "2026-11-24T08:00:00"),
            ("2026-11-24T08:00:00", "2026-11-25T08:00:00"),
            ("2026-11-27T18:00:00", "2026-11-28T08:00:00"), // Friday evening
            ("2026-11-28T16:00:00", "2026-11-30T08:00:00"), // over a Sunday
            ("2026-11-21T16:00:00", "2026-11-24T08:00:00"), // Sunday, then a holiday
            ("2026-12-28T18:00:00", "2027-01-04T08:00:00"), // over New Year
        ] {
            assert_eq!(next_opening(&calendar, at(after)), Some(at(opens)), "{after}");
        }
    }

    #[test]
    fn a_day_that_administrators_added_is_one_of_rest() {
        let added = Calendar::from_iter(["2026-11-25".parse().unwrap()]);
        assert!(!is_open(&added, at("2026-11-25T10:00:00")) && is_open(&added, at("2026-11-24T10:00:00")));
    }
}
