//! `GET /api/v1/notices`: what the client app shows its user when it starts.
//! Anyone; `kind` and `prefecture` leave out what is for others.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use serde_json::{Value, json};
use uketsuke_core::content::markdown;
use uketsuke_core::db::At;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::notice::{self, Audience, Notice};

use super::DeviceApi;
use super::problem::Problem;
use crate::published::Known;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Stable text of 所属機関.
    kind: Option<String>,
    /// JIS X 0401 number, two digits.
    prefecture: Option<String>,
}

impl Asked {
    fn audience(&self) -> Result<Audience, Problem> {
        let wrong =
            |name: &str| Problem::new(StatusCode::BAD_REQUEST, "invalid_request", &format!("{name} is unknown"));
        let kind = self.kind.as_deref().map(|kind| FacilityKind::parse(kind).ok_or_else(|| wrong("kind")));
        let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let prefecture = self
            .prefecture
            .as_deref()
            .map(|number| Prefecture::parse(number).filter(|_| two_digits(number)).ok_or_else(|| wrong("prefecture")));
        Ok(Audience { site: None, kind: kind.transpose()?, prefecture: prefecture.transpose()? })
    }
}

/// The notices of this moment, newest first; 304 for whoever has them already.
pub async fn show(
    api: Data<DeviceApi>,
    asked: Result<Query<Asked>, actix_web::Error>,
    known: Known,
) -> Result<HttpResponse, Problem> {
    let asked =
        asked.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "the query is unreadable"))?;
    let (audience, now) = (asked.audience()?, api.now().into());
    let notices = api.db.read(move |c| notice::popups(c, audience, now)).await?;
    let body = json!({ "notices": notices.iter().map(told).collect::<Vec<_>>() }).to_string();
    // The same notices are the same bytes.
    Ok(known.answer_json(body))
}

fn told(notice: &Notice) -> Value {
    let time = |at: At| at.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({
        "id": notice.id,
        "severity": notice.severity().as_str(),
        "category": notice.category.as_str(),
        "title": notice.title,
        "body": markdown::plain(&notice.body),
        "kinds": notice.for_kinds().iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
        "prefectures": notice.for_prefectures().iter().map(|place| place.as_str()).collect::<Vec<_>>(),
        "starts_at": time(notice.starts_at),
        "ends_at": notice.ends_at.map(time),
    })
}
