//! `GET, POST /cases/{id}/reject`: refusing for good: the reason, the exact
//! letter, then it is done. Reviewers who hold the application.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::decide;
use uketsuke_core::application::mail::Rejected;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::letter::{LetterPage, rehearse};
use super::review::{Reviewed, read_held};
use super::stale;
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/reject.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    reason: String,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RejectForm {
    revision: String,
    reason: String,
    step: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => html(&page(&who, reviewed, String::new(), FieldErrors::default())),
        Err(error) => stale::or_else(&office, &who, &path, error).await,
    }
}

/// Shows the letter first, then refuses.
pub async fn send(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(form): Form<RejectForm>,
) -> PageResult {
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error).await,
    };
    if form.step == "edit" {
        return html(&page(&who, reviewed, form.reason, FieldErrors::default()));
    }
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", "却下の理由", read_reason(&form.reason)) else {
        return invalid(&page(&who, reviewed, form.reason, errors));
    };
    let (id, seen, scope) = (reviewed.id().clone(), form.revision.parse().unwrap_or(-1), who.scope.clone());
    let deed = {
        let id = id.clone();
        move |tx: &mut uketsuke_core::db::Tx<'_>| decide::reject(tx, &scope, (&id, seen), &reason)
    };
    let sent = match form.step.as_str() {
        "send" => office.db.write(who.actor(), deed).await.map(|()| None),
        _ => rehearse(&office, who.actor(), Rejected { application: id }, deed).await.map(Some),
    };
    match sent {
        Ok(None) => Ok(who.done("/queue?v=mine", &format!("{} を却下しました", reviewed.number()))),
        Ok(Some(letter)) => html(&LetterPage {
            frame: who.frame("却下する内容の確認", "/queue").receipt(reviewed.number()),
            action: format!("/cases/{}/reject", reviewed.id()),
            button: "この内容で却下する",
            fields: vec![("revision".to_owned(), form.revision), ("reason".to_owned(), form.reason)],
            letter,
            reviewed,
        }),
        Err(Error::Invalid(errors)) => invalid(&page(&who, reviewed, form.reason, errors)),
        Err(error) => stale::or_else(&office, &who, &path, error).await,
    }
}

/// Too short is the engine's to judge; what cannot be kept is told here.
fn read_reason(typed: &str) -> Result<String, FieldFault> {
    match fold::lines(typed, decide::REASON_MAX_CHARS) {
        Err(FieldFault::Missing) => Ok(String::new()),
        other => other,
    }
}

fn page(who: &Staff<Review>, reviewed: Reviewed, reason: String, errors: FieldErrors) -> Page {
    let frame = who.frame("却下する", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    Page { frame, errors, reviewed, reason }
}
