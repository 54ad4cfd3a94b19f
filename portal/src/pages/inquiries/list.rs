//! `GET /inquiries`: the list, newest first. Signed in.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry::{self, Inquiry};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Portal;
use crate::session::SignedIn;

/// Rows on one page.
const SIZE: u16 = 20;

#[derive(Template)]
#[template(path = "portal/inquiries/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Inquiry>,
    first: String,
    next: String,
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

impl Page {
    fn hint(row: &Inquiry) -> String {
        let asked = uketsuke_web::words::date_time(row.created_at.utc());
        format!("受付番号 {}　受付 {asked}", row.number)
    }
}

/// The list.
pub async fn show(portal: Data<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> PageResult {
    let (scope, after) = (who.scope().clone(), InquiryId::parse(&asked.after));
    let is_first = after.is_none();
    let page = portal.db.read(move |c| inquiry::list_in_scope(c, &scope, after.as_ref(), SIZE)).await?;
    html(&Page {
        frame: who.frame("お問い合わせの一覧"),
        rows: page.rows,
        first: if is_first { String::new() } else { "/inquiries".to_owned() },
        next: page.next.map_or_else(String::new, |id| format!("/inquiries?after={id}")),
    })
}
