//! `GET, POST /cases/{id}/reject`: refusing for good: the reason, the exact
//! letter, then it is done. Where a second person decides, it is proposed.
//! Reviewers who hold the application.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::mail::Rejected;
use uketsuke_core::application::model::Proposal;
use uketsuke_core::application::reasons::ReasonAction;
use uketsuke_core::application::{decide, second};
use uketsuke_core::db::Tx;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::letter::{LetterPage, rehearse};
use super::reasons;
use super::review::{Reviewed, read_held};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/reject.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    reasons: Vec<Choice>,
    typed: RejectForm,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RejectForm {
    revision: String,
    canned: String,
    reason: String,
    step: String,
}

impl RejectForm {
    fn fields(&self) -> Vec<(String, String)> {
        [("canned", &self.canned), ("reason", &self.reason)]
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .into()
    }

    fn typed(&self, id: &str) -> Typed {
        Typed::at(&self.revision).with("却下の理由", &self.reason).again(format!("/cases/{id}/reject"), self.fields())
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => html(&page(&office, &who, reviewed, RejectForm::default(), FieldErrors::default()).await?),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Shows the letter first, then refuses; or proposes to.
pub async fn send(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(mut form): Form<RejectForm>,
) -> PageResult {
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, form.typed(&path)).await,
    };
    let canned = reasons::list(&office, &reviewed, ReasonAction::Reject).await?;
    form.reason = reasons::text(&canned, &form.canned, &form.reason);
    if form.step == "edit" {
        return html(&page(&office, &who, reviewed, form, FieldErrors::default()).await?);
    }
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", "却下の理由", read_reason(&form.reason)) else {
        return invalid(&page(&office, &who, reviewed, form, errors).await?);
    };
    let (id, seen, scope) = (reviewed.id().clone(), form.revision.parse().unwrap_or(-1), who.scope.clone());
    let (procedures, second_person) = (office.procedures.clone(), reviewed.second_person);
    let deed = {
        let id = id.clone();
        move |tx: &mut Tx<'_>| match second_person {
            true => second::recommend(tx, &procedures, &scope, (&id, seen), (Proposal::Reject(reason), "")),
            false => decide::reject(tx, &procedures, &scope, (&id, seen), &reason),
        }
    };
    let sent = if form.step == "send" || second_person {
        office.db.write(who.actor(), deed).await.map(|()| None)
    } else {
        rehearse(&office, who.actor(), Rejected { application: id }, deed).await.map(Some)
    };
    match sent {
        Ok(None) => {
            let told = if second_person { "却下の承認を依頼しました" } else { "却下しました" };
            Ok(who.done(format!("/cases/{path}"), told))
        }
        Ok(Some(letter)) => html(&LetterPage {
            frame: who.frame("却下する内容の確認", "/queue").receipt(reviewed.number()),
            action: format!("/cases/{}/reject", reviewed.id()),
            button: "この内容で却下する",
            fields: [vec![("revision".to_owned(), form.revision.clone())], form.fields()].concat(),
            letter,
            reviewed,
        }),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, reviewed, form, errors).await?),
        Err(error) => stale::or_else(&office, &who, &path, error, form.typed(&path)).await,
    }
}

/// Too short is the engine's to judge; what cannot be kept is told here.
fn read_reason(typed: &str) -> Result<String, FieldFault> {
    match fold::lines(typed, decide::REASON_MAX_CHARS) {
        Err(FieldFault::Missing) => Ok(String::new()),
        other => other,
    }
}

async fn page(
    office: &Office,
    who: &Staff<Review>,
    reviewed: Reviewed,
    typed: RejectForm,
    errors: FieldErrors,
) -> Result<Page, Error> {
    let title = if reviewed.second_person { "却下の承認を依頼する" } else { "却下する" };
    let frame = who.frame(title, "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    let reasons = reasons::choices(&reasons::list(office, &reviewed, ReasonAction::Reject).await?);
    Ok(Page { frame, errors, reviewed, reasons, typed })
}
