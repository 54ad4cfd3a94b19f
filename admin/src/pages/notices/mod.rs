//! 「お知らせ」: written, looked at, shown, ended. Editors; auditors and support read.

pub mod edit;
pub mod files;
pub mod form;
pub mod list;
pub mod show;
pub mod steps;

use std::collections::HashMap;

use uketsuke_core::attachment::Attachment;
use uketsuke_core::clock::{tokyo_date, tokyo_midnight};
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::db::At;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::{Input, Notice};
use uketsuke_web::words;

/// The list's address.
const PATH: &str = "/notices";

fn parse(id: &str) -> Result<NoticeId> {
    NoticeId::parse(id).ok_or(Error::NotFound)
}

/// For whom, in words.
fn audience(input: &Input) -> String {
    let kinds = input.kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、");
    let places = input.prefectures.iter().map(|place| place.name()).collect::<Vec<_>>().join("、");
    let or_all = |text: String, all: &str| if text.is_empty() { all.to_owned() } else { text };
    format!("{}・{}・{}", input.site.label(), or_all(kinds, "すべての機関"), or_all(places, "全国"))
}

/// From when until when, in words.
fn period(starts_at: Option<At>, ends_at: Option<At>) -> String {
    let full = |at: At| words::date_time_full(at.utc());
    let from = starts_at.map_or("公開したとき".to_owned(), full);
    let until = match ends_at {
        None => "（終わりは決めない）".to_owned(),
        Some(end) => {
            let last = tokyo_date(end.utc());
            // One that has its last day whole ends at the midnight after it.
            let whole = last.pred_opt().filter(|_| tokyo_midnight(last) == end.utc());
            format!("{}まで", whole.map_or_else(|| full(end), words::plain_date))
        }
    };
    format!("{from}から{until}")
}

/// The text as readers will see it, its pictures from the office.
fn drawn(notice: &Notice, files: &[Attachment]) -> Html {
    let pictures: HashMap<&str, String> = files
        .iter()
        .filter(|file| file.is_picture())
        .map(|file| (file.original_name.as_str(), format!("{PATH}/{}/files/{}?show=yes", notice.id, file.id)))
        .collect();
    markdown::html(&notice.body, |name| pictures.get(name).cloned())
}
