//! `GET /search?q=…`: the box on every page. A 受付番号 leads straight to its
//! case or inquiry, a code that one facility has to that facility; anything else lists what
//! fits. Any of the staff, as far as they may read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::worklist::{self, Filter, From, Row, View};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::{self, FacilityFilter};
use uketsuke_core::error::Result;
use uketsuke_core::facility::Facility;
use uketsuke_core::fold;
use uketsuke_core::inquiry;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::secret::ReceiptNumber;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other};

use crate::Office;
use crate::access::{Anybody, Staff};

/// Hits of each sort.
const SIZE: u16 = 20;
/// Longest search, characters.
const MAX_QUERY: usize = 100;

#[derive(Template)]
#[template(path = "admin/search.html")]
struct Page {
    frame: Frame,
    query: String,
    hits: Hits,
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// What fits.
#[derive(Default)]
struct Hits {
    jump: Option<String>,
    cases: Vec<Row>,
    facilities: Vec<Facility>,
}

/// Jumps or lists.
pub async fn show(office: Data<Office>, who: Staff<Anybody>, Query(asked): Query<Asked>) -> PageResult {
    let query: String = asked.q.trim().chars().filter(|c| !c.is_control()).take(MAX_QUERY).collect();
    let (scope, words, now) = (who.scope.clone(), query.clone(), office.db.clock().now().into());
    let hits = office.db.read(move |c| find(c, &scope, &words, now)).await?;
    if let Some(path) = hits.jump {
        return Ok::<HttpResponse, _>(see_other(path));
    }
    html(&Page { frame: who.frame("検索結果", ""), query, hits })
}

fn find(conn: &mut Conn, scope: &StaffScope, words: &str, now: At) -> Result<Hits> {
    let mut hits = Hits::default();
    if words.is_empty() {
        return Ok(hits);
    }
    if scope.may(Permission::ReadInquiries)
        && let Some(number) = ReceiptNumber::parse(words)
        && let Some(id) = inquiry::worklist::find_by_number(conn, scope, &number)?
    {
        return Ok(Hits { jump: Some(format!("/inquiries/{id}")), ..hits });
    }
    if scope.may(Permission::ReadApplications) {
        if let Some(number) = ReceiptNumber::parse(words)
            && let Some(id) = desk::find_by_number(conn, scope, &number)?
        {
            return Ok(Hits { jump: Some(format!("/cases/{id}")), ..hits });
        }
        let filter = Filter { words: Some(words.to_owned()), ..Filter::default() };
        hits.cases = worklist::list(conn, scope, View::All, &filter, &From::Start, (SIZE, now))?.rows;
    }
    if scope.may(Permission::ReadFacilities) {
        let filter = FacilityFilter { words: words.to_owned(), ..FacilityFilter::default() };
        hits.facilities = desk::search_facilities(conn, scope, &filter, None, SIZE)?.rows;
        hits.jump = only_code(words, &hits.facilities);
    }
    Ok(hits)
}

/// A whole code that one facility has leads to it.
fn only_code(words: &str, facilities: &[Facility]) -> Option<String> {
    let digits = fold::code_digits(words).ok()?;
    match facilities {
        [only] if only.code.as_str() == digits => Some(format!("/facilities/{}", only.id)),
        _ => None,
    }
}
