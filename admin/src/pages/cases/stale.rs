//! The page for whoever comes too late: who did what to the application
//! meanwhile. Answers 409.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use uketsuke_core::application::model::Event;
use uketsuke_core::application::{State, repo};
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html_with};

use super::review::{self, Reviewed};
use crate::Office;
use crate::access::Staff;

#[derive(Template)]
#[template(path = "admin/cases/stale.html")]
struct Page {
    frame: Frame,
    reviewed: Reviewed,
    last: Option<(Event, String)>,
    state: State,
}

/// Turns "somebody was faster" into the page that says who; other errors pass.
pub async fn or_else<D>(office: &Office, who: &Staff<D>, id: &str, error: Error) -> PageResult {
    match error {
        Error::Conflict | Error::Refused(Refusal::NotInThisState | Refusal::ClaimedByOther) => {
            page(office, who, id).await
        }
        other => Err(other.into()),
    }
}

async fn page<D>(office: &Office, who: &Staff<D>, id: &str) -> Result<HttpResponse, PageError> {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let (reviewed, last) = office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &scope, &id)?;
            let last = repo::history(c, &id)?.into_iter().next();
            let names = actor_names(c, last.iter().map(|event| event.actor.as_str()))?;
            Ok((reviewed, last.map(|event| (event.clone(), names.of(&event.actor)))))
        })
        .await?;
    let frame = who.frame("ほかの人が先に進めています", "/queue").receipt(reviewed.number());
    let state = reviewed.state();
    html_with(StatusCode::CONFLICT, &Page { frame, reviewed, last, state })
}
