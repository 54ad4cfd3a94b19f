//! 「オンライン資格確認等システムの認証情報」: with what the eligibility service asks
//! whether a device may. Administrators. A secret is on the page that answers the
//! POST that made it, and nowhere else.

pub mod list;
pub mod new;
pub mod show;
pub mod stop;

use askama::Template;
use uketsuke_core::db::At;
use uketsuke_core::eligibility::{IntrospectionClient, NewClient};
use uketsuke_core::ids::IntrospectionClientId;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, words};

use crate::access::{ManageStaff, Staff};

/// The list's address.
const PATH: &str = "/services";
/// The open entry of the menu.
const MENU: &str = "/settings";

/// A new credential, shown this once.
#[derive(Template)]
#[template(path = "admin/services/made.html")]
struct MadePage {
    frame: Frame,
    made: NewClient,
    /// What becomes of the earlier one; empty if there is none.
    earlier: String,
}

impl MadePage {
    fn new(who: &Staff<ManageStaff>, made: NewClient, earlier: String) -> Self {
        Self { frame: who.frame("新しい認証情報", MENU), made, earlier }
    }
}

/// The id in an address.
fn id_of(text: &str) -> Result<IntrospectionClientId, PageError> {
    IntrospectionClientId::parse(text).ok_or_else(PageError::not_found)
}

/// Where it stands, with the colour of its tag.
fn standing(client: &IntrospectionClient, now: At) -> (&'static str, &'static str) {
    match (client.is_taken(now), client.expires_at) {
        (true, None) => ("使用中", "green"),
        (true, Some(_)) => ("まもなく終了", "orange"),
        (false, _) => ("終了", "grey"),
    }
}

/// Until when it is taken, in words.
fn until(client: &IntrospectionClient) -> String {
    client.expires_at.map_or_else(|| "期限なし".to_owned(), |at| format!("{}まで", words::date_time_full(at.utc())))
}

/// From where it may be used, in words.
fn ranges(client: &IntrospectionClient) -> String {
    if client.address_ranges.is_empty() { "制限なし".to_owned() } else { client.address_ranges.replace(' ', "、") }
}
