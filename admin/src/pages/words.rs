//! Small words that several pages share.

use chrono::{Datelike, NaiveDate};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uketsuke_core::application::State;
use uketsuke_core::calendar::Calendar;
use uketsuke_core::db::At;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_web::words;

/// Until when something is closed: 「11月20日 15時30分」.
pub fn until(at: At) -> String {
    words::date_time(at.utc())
}

/// What stays as it is in a query string (RFC 3986, unreserved).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// A day of a list: 「11月23日（月）」.
pub fn day_of_week(on: NaiveDate) -> String {
    const NAMES: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    format!("{}（{}）", words::day(on), NAMES[on.weekday().num_days_from_monday() as usize])
}

/// A text as part of a query string.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// The tone of a state's tag, the same on every screen.
pub fn tone(state: State) -> &'static str {
    match state {
        State::Draft | State::Withdrawn | State::Discarded => "grey",
        State::Submitted => "blue-line",
        State::InReview | State::AwaitingApproval => "blue",
        State::Returned => "orange",
        State::Approved => "green",
        State::Rejected => "dark",
    }
}

/// How much of the promised time is left: 「あと3営業日」 「今日まで」 「2営業日超過」;
/// nothing where no clock runs.
pub fn time_left(state: State, due_on: Option<NaiveDate>, today: NaiveDate, calendar: &Calendar) -> String {
    let Some(due_on) = due_on.filter(|_| matches!(state, State::Submitted | State::InReview | State::AwaitingApproval))
    else {
        return String::new();
    };
    days_left(due_on, today, calendar)
}

/// How far a promised day is: 「あと3営業日」 「今日まで」 「2営業日超過」.
pub fn days_left(due_on: NaiveDate, today: NaiveDate, calendar: &Calendar) -> String {
    match due_on.cmp(&today) {
        std::cmp::Ordering::Equal => "今日まで".to_owned(),
        std::cmp::Ordering::Greater => format!("あと{}営業日", calendar.business_days_between(today, due_on)),
        std::cmp::Ordering::Less => format!("{}営業日超過", calendar.business_days_between(due_on, today).max(1)),
    }
}

/// A prefecture's name by its number.
pub fn prefecture_name(number: i32) -> &'static str {
    Prefecture::from_number(i64::from(number)).map_or("", Prefecture::name)
}
