//! 「アプリのお知らせ」: what the client app tells its users. Editors.

pub mod list;
pub mod new;
pub mod show;

use uketsuke_core::clock::{tokyo_date, tokyo_midnight};
use uketsuke_core::db::At;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::notice::Notice;
use uketsuke_web::words;

/// The list's address, and the open entry of the menu.
const PATH: &str = "/notices";

/// For whom, in words.
fn audience(kinds: &[FacilityKind], prefectures: &[Prefecture]) -> String {
    let kinds = kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、");
    let places = prefectures.iter().map(|place| place.name()).collect::<Vec<_>>().join("、");
    let or_all = |text: String, all: &str| if text.is_empty() { all.to_owned() } else { text };
    format!("{}・{}", or_all(kinds, "すべての機関"), or_all(places, "全国"))
}

/// From when until when, in words.
fn period(notice: &Notice) -> String {
    let full = |at: At| words::date_time_full(at.utc());
    let last = tokyo_date(notice.ends_at.utc());
    // A notice that has its last day whole ends at the midnight after it.
    let until = match last.pred_opt().filter(|_| tokyo_midnight(last) == notice.ends_at.utc()) {
        Some(day) => words::plain_date(day),
        None => full(notice.ends_at),
    };
    format!("{}から{until}まで", full(notice.starts_at))
}

/// Where it stands, with the colour of its tag.
fn standing(notice: &Notice, now: At) -> (&'static str, &'static str) {
    if notice.is_shown(now) {
        ("表示中", "green")
    } else if notice.is_planned(now) {
        ("予定", "blue-line")
    } else {
        ("終了", "grey")
    }
}
