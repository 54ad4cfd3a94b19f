//! The published list for programs: `GET /api/v1/facilities` (pages of JSON),
//! `/api/v1/facilities.csv` (all of it), `/api/v1/facilities/editions` and the files
//! of an edition. Anyone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;
use uketsuke_core::db::At;
use uketsuke_core::error::Error;
use uketsuke_core::published::{self, Edition, Part};

use super::DeviceApi;
use super::problem::Problem;
use crate::published::{Asked, Known, edition_file, live_csv, week};

/// Entries per page of JSON.
const PAGE: i64 = 500;
/// Editions per page: two years of weeks.
const EDITIONS: i64 = 104;

type Wanted = Result<Query<Asked>, actix_web::Error>;

fn unreadable(what: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_request", &format!("{what} cannot be read"))
}

/// A page of the live list; `next` leads to the one after it.
pub async fn show(api: Data<DeviceApi>, wanted: Wanted, known: Known) -> Result<HttpResponse, Problem> {
    let asked = wanted.map_err(|_| unreadable("the query"))?.into_inner();
    let (sought, after) = asked.strictly().map_err(unreadable)?;
    let now: At = api.now().into();
    let mut entries = api.db.read(move |c| published::page(c, &sought, after.as_ref(), now, PAGE + 1)).await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let next = entries.last().filter(|_| more).map(|last| last.place().to_text());
    let lines: Vec<_> = entries.iter().map(published::Entry::line).collect();
    Ok(known.answer_json(json!({ "facilities": lines, "next": next }).to_string()))
}

/// The whole live list.
pub async fn csv(api: Data<DeviceApi>, wanted: Wanted, known: Known) -> Result<HttpResponse, Problem> {
    let asked = wanted.map_err(|_| unreadable("the query"))?.into_inner();
    let (sought, _) = asked.strictly().map_err(unreadable)?;
    Ok(live_csv(&api.db, sought, &known).await?)
}

/// What may stand in the address of the editions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Before {
    /// Only weeks before this one.
    before: Option<String>,
}

/// The editions there are, newest first.
pub async fn editions(
    api: Data<DeviceApi>,
    wanted: Result<Query<Before>, actix_web::Error>,
    known: Known,
) -> Result<HttpResponse, Problem> {
    let before = wanted.map_err(|_| unreadable("the query"))?.into_inner().before;
    let before = before.map(|before| week(&before).ok_or_else(|| unreadable("before"))).transpose()?;
    let rows = api.db.read(move |c| published::list(c, before, EDITIONS)).await?;
    let told = |edition: &Edition| {
        let file = |part: Part| {
            format!("{}/api/v1/facilities/editions/{}/{}", api.issuer(), edition.week_on, part.file_name())
        };
        json!({
            "edition": edition.week_on,
            "made_at": edition.made_at.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "facilities": edition.facilities,
            "added": edition.added,
            "removed": edition.removed,
            "changed": edition.changed,
            "files": Part::ALL.iter().map(|part| file(*part)).collect::<Vec<_>>(),
        })
    };
    Ok(known.answer_json(json!({ "editions": rows.iter().map(told).collect::<Vec<_>>() }).to_string()))
}

/// A file of an edition.
pub async fn file(api: Data<DeviceApi>, path: Path<(String, String)>, known: Known) -> Result<HttpResponse, Problem> {
    edition_file((&api.db, &api.storage), (&path.0, &path.1), &known).await.map_err(|error| match error {
        Error::NotFound => Problem::new(StatusCode::NOT_FOUND, "not_found", "there is no such edition or file"),
        other => other.into(),
    })
}
