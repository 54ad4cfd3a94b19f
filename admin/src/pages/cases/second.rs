//! `GET, POST /cases/{id}/confirm`: the second person looks at what a reviewer
//! proposed, with the exact letter, and decides so; `POST …/send-back`: gives it
//! back with a note. `POST …/recall`: the reviewer takes the proposal back.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::mail::{Approved, Rejected};
use uketsuke_core::application::model::Proposal;
use uketsuke_core::application::notes::NOTE_MAX_CHARS;
use uketsuke_core::application::second;
use uketsuke_core::db::At;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::mail::Message;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::letter::rehearse;
use super::review::{self, Reviewed};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Approve, Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/confirm.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    proposed: Proposed,
    letter: Message,
    outcome: Vec<(String, String)>,
    note: String,
}

/// A case with what is proposed for it.
struct Proposed {
    reviewed: Reviewed,
    proposal: Proposal,
    by: String,
    at: At,
    note: String,
}

/// What is sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SecondForm {
    revision: String,
    note: String,
}

impl SecondForm {
    fn seen(&self) -> i64 {
        self.revision.parse().unwrap_or(-1)
    }

    fn typed(&self) -> Typed {
        Typed::at(&self.revision).with("審査担当への伝言", &self.note)
    }
}

/// What is proposed, and the letter that would go out.
pub async fn show(office: Data<Office>, who: Staff<Approve>, path: Path<String>) -> PageResult {
    answer(&office, &who, &path, String::new(), FieldErrors::default()).await
}

/// Decides as proposed.
pub async fn confirm(
    office: Data<Office>,
    who: Staff<Approve>,
    path: Path<String>,
    Form(form): Form<SecondForm>,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, procedures, seen) = (who.scope.clone(), office.procedures.clone(), form.seen());
    let decided = office.db.write(who.actor(), move |tx| second::confirm(tx, &procedures, &scope, (&id, seen))).await;
    let case = format!("/cases/{path}");
    match decided {
        Ok(Proposal::Approve(_)) => Ok(who.done(case, "承認しました")),
        Ok(Proposal::Reject(_)) => Ok(who.done(case, "却下しました")),
        Err(Error::Refused(refusal @ Refusal::FourEyes)) => Ok(who.warned(case, refusal.sentence())),
        Err(error) => stale::or_else(&office, &who, &path, error, form.typed()).await,
    }
}

/// Gives it back to its reviewer.
pub async fn send_back(
    office: Data<Office>,
    who: Staff<Approve>,
    path: Path<String>,
    Form(form): Form<SecondForm>,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::default();
    let Some(note) = errors.take("note", "審査担当への伝言", fold::lines(&form.note, NOTE_MAX_CHARS)) else {
        return answer(&office, &who, &path, form.note, errors).await;
    };
    let (scope, seen) = (who.scope.clone(), form.seen());
    let sent = office.db.write(who.actor(), move |tx| second::send_back(tx, &scope, (&id, seen), &note)).await;
    let case = format!("/cases/{path}");
    match sent {
        Ok(()) => Ok(who.done(case, "審査担当に差し戻しました")),
        Err(Error::Refused(refusal @ Refusal::FourEyes)) => Ok(who.warned(case, refusal.sentence())),
        Err(error) => stale::or_else(&office, &who, &path, error, form.typed()).await,
    }
}

/// Takes one's own proposal back.
pub async fn recall(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    match office.db.write(who.actor(), move |tx| second::recall(tx, &scope, &id)).await {
        Ok(()) => Ok(who.done(format!("/cases/{path}"), "承認の依頼を取り消しました。審査を続けてください。")),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

async fn answer(office: &Office, who: &Staff<Approve>, id: &str, note: String, errors: FieldErrors) -> PageResult {
    let shown = async {
        let proposed = read(office, who, id).await?;
        let letter = letter(office, who, &proposed).await?;
        let outcome = match &proposed.proposal {
            Proposal::Approve(terms) => proposed.reviewed.outcome(office, terms.clone()).await?,
            Proposal::Reject(_) => Vec::new(),
        };
        Ok((proposed, letter, outcome))
    };
    let (proposed, letter, outcome) = match shown.await {
        Ok(shown) => shown,
        Err(Error::Refused(refusal @ Refusal::FourEyes)) => {
            return Ok(who.warned(format!("/cases/{id}"), refusal.sentence()));
        }
        Err(error) => {
            return stale::or_else(office, who, id, error, Typed::nothing().with("審査担当への伝言", &note)).await;
        }
    };
    let frame = who.frame("提案された判断", "/queue").receipt(proposed.reviewed.number()).error(!errors.is_empty());
    let bad = !errors.is_empty();
    let page = Page { frame, errors, proposed, letter, outcome, note };
    if bad { invalid(&page) } else { html(&page) }
}

async fn read(office: &Office, who: &Staff<Approve>, id: &str) -> Result<Proposed> {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &procedures, &scope, &id)?;
            let proposed = match reviewed.state() {
                uketsuke_core::application::State::AwaitingApproval => second::proposal(c, &id)?,
                _ => None,
            };
            let Some((event, proposal)) = proposed else { return Err(Error::Conflict) };
            if !second::may_confirm(c, &scope, &id)? {
                return Err(Refusal::FourEyes.into());
            }
            let by = actor_names(c, std::iter::once(event.actor.as_str()))?.of(&event.actor);
            Ok(Proposed { reviewed, proposal, by, at: event.at, note: event.detail()?.note })
        })
        .await
}

/// The letter that would go out, composed as the worker would.
async fn letter(office: &Office, who: &Staff<Approve>, proposed: &Proposed) -> Result<Message> {
    let (id, seen) = (proposed.reviewed.id().clone(), proposed.reviewed.revision());
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let application = id.clone();
    let deed =
        move |tx: &mut uketsuke_core::db::Tx<'_>| second::confirm(tx, &procedures, &scope, (&id, seen)).map(drop);
    match &proposed.proposal {
        Proposal::Approve(_) => rehearse(office, who.actor(), Approved { application }, deed).await,
        Proposal::Reject(_) => rehearse(office, who.actor(), Rejected { application }, deed).await,
    }
}
