//! `GET, POST /cases/{id}/hand-over`: giving an application to a colleague.
//! `GET, POST /cases/{id}/take-over`: taking it from the colleague who has it.
//! Either needs a reason. Reviewers.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::notes::NOTE_MAX_CHARS;
use uketsuke_core::application::{State, pass_on};
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::{ApplicationId, StaffId};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::staff::StaffMember;
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::review::{self, Reviewed, read_held};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/hand_over.html")]
struct HandOverPage {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    colleagues: Vec<Choice>,
    typed: PassOnForm,
}

#[derive(Template)]
#[template(path = "admin/cases/take_over.html")]
struct TakeOverPage {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    typed: PassOnForm,
}

/// What is typed on either page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PassOnForm {
    revision: String,
    to: String,
    note: String,
}

impl PassOnForm {
    fn typed(&self) -> Typed {
        Typed::at(&self.revision).with("理由", &self.note)
    }

    fn read_note(&self, errors: &mut FieldErrors) -> Option<String> {
        errors.take("note", "理由", fold::lines(&self.note, NOTE_MAX_CHARS))
    }
}

/// Asks to whom, and why.
pub async fn ask_hand_over(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => {
            html(&hand_over_page(&office, &who, reviewed, PassOnForm::default(), FieldErrors::default()).await?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Gives it away.
pub async fn hand_over(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(form): Form<PassOnForm>,
) -> PageResult {
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, form.typed()).await,
    };
    let mut errors = FieldErrors::default();
    let to = errors.take("to", "引き渡す相手", StaffId::parse(&form.to).ok_or(FieldFault::NotChosen));
    let (Some(to), Some(note)) = (to, form.read_note(&mut errors)) else {
        return invalid(&hand_over_page(&office, &who, reviewed, form, errors).await?);
    };
    let (scope, id) = (who.scope.clone(), reviewed.id().clone());
    match office.db.write(who.actor(), move |tx| pass_on::hand_over(tx, &scope, &id, &to, &note)).await {
        Ok(()) => Ok(who.done("/queue?v=mine", &format!("{} を引き渡しました", reviewed.number()))),
        Err(Error::Refused(refusal @ Refusal::NotAReviewer)) => {
            errors.add("to", "引き渡す相手", FieldFault::Sentence(refusal.sentence().to_owned()));
            invalid(&hand_over_page(&office, &who, reviewed, form, errors).await?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, form.typed()).await,
    }
}

/// Asks why.
pub async fn ask_take_over(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held_by_other(&office, &who, &path).await {
        Ok(reviewed) => html(&take_over_page(&who, reviewed, PassOnForm::default(), FieldErrors::default())),
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Takes it.
pub async fn take_over(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(form): Form<PassOnForm>,
) -> PageResult {
    let reviewed = match read_held_by_other(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, form.typed()).await,
    };
    let mut errors = FieldErrors::default();
    let Some(note) = form.read_note(&mut errors) else {
        return invalid(&take_over_page(&who, reviewed, form, errors));
    };
    let (scope, id, seen) = (who.scope.clone(), reviewed.id().clone(), form.revision.parse().unwrap_or(-1));
    match office.db.write(who.actor(), move |tx| pass_on::take_over(tx, &scope, (&id, seen), &note)).await {
        Ok(()) => Ok(who.done(format!("/cases/{path}"), "この申請の担当を引き継ぎました")),
        Err(error) => stale::or_else(&office, &who, &path, error, form.typed()).await,
    }
}

/// A case that a colleague holds.
async fn read_held_by_other(office: &Office, who: &Staff<Review>, id: &str) -> Result<Reviewed, Error> {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let reviewed = office.db.read(move |c| review::read(c, &procedures, &scope, &id)).await?;
    let theirs = reviewed.state() == State::InReview && !reviewed.mine;
    if theirs { Ok(reviewed) } else { Err(Error::Conflict) }
}

async fn hand_over_page(
    office: &Office,
    who: &Staff<Review>,
    reviewed: Reviewed,
    typed: PassOnForm,
    errors: FieldErrors,
) -> Result<HandOverPage, Error> {
    let scope = who.scope.clone();
    let colleagues = office.db.read(move |c| pass_on::list_colleagues(c, &scope)).await?;
    let choice = |member: &StaffMember| {
        Choice::new(member.id.to_string(), format!("{}（{}）", member.name, member.roles.labels()))
    };
    let colleagues = colleagues.iter().map(choice).collect();
    let frame = who.frame("担当を引き渡す", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    Ok(HandOverPage { frame, errors, reviewed, colleagues, typed })
}

fn take_over_page(who: &Staff<Review>, reviewed: Reviewed, typed: PassOnForm, errors: FieldErrors) -> TakeOverPage {
    let frame = who.frame("担当を引き継ぐ", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    TakeOverPage { frame, errors, reviewed, typed }
}
