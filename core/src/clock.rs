//! Time as a parameter: nothing else in the product reads the clock, so tests
//! turn it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, SubsecRound, TimeZone, Timelike, Utc};
use chrono_tz::Asia::Tokyo;

/// Where "now" comes from: the system, or a hand that a test turns.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since the epoch, turned by hand.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is turned.
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// Now, to the microsecond (what both databases keep).
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Manual(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
            }
        }
    }

    /// Turns a manual clock forward; the system's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// The date in Asia/Tokyo at an instant: all `_on` columns hold such dates.
pub fn tokyo_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Tokyo).date_naive()
}

/// The first moment of a day in Asia/Tokyo.
pub fn tokyo_midnight(day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN);
    // Japan has no summer time: midnight is there once a day.
    Tokyo.from_local_datetime(&local).single().map_or_else(|| local.and_utc(), |at| at.to_utc())
}

/// `20261120-1530` in Japan, for the names of files.
pub fn tokyo_stamp(at: DateTime<Utc>) -> String {
    at.with_timezone(&Tokyo).format("%Y%m%d-%H%M").to_string()
}

/// `2026-11-20 15:30:12` in Japan, for files.
pub fn tokyo_time_full(at: DateTime<Utc>) -> String {
    at.with_timezone(&Tokyo).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// 「11月20日 15時30分」 in Japan, for letters.
pub fn tokyo_time(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&Tokyo);
    format!("{}月{}日 {}時{:02}分", at.month(), at.day(), at.hour(), at.minute())
}
