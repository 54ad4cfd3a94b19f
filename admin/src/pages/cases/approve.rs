//! `GET, POST /cases/{id}/approve`: the page before approving; fewer devices
//! than asked for need a reason. Where a second person decides, the approval is
//! proposed. Reviewers who hold the application.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::application::model::Proposal;
use uketsuke_core::application::notes::NOTE_MAX_CHARS;
use uketsuke_core::application::procedure::{Quantity, Terms};
use uketsuke_core::application::reasons::{Reason, ReasonAction};
use uketsuke_core::application::{checklist, decide, second};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::reasons;
use super::review::{Reviewed, read_held};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/approve.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    quantity: Option<Quantity>,
    reasons: Vec<Choice>,
    unticked: Vec<&'static str>,
    typed: ApproveForm,
    today: NaiveDate,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApproveForm {
    revision: String,
    quantity: String,
    canned: String,
    reason: String,
    note: String,
    step: String,
}

impl ApproveForm {
    fn terms(&self, asked: Option<&Quantity>, canned: &[Reason], errors: &mut FieldErrors) -> Terms {
        let most = asked.map_or(0, |asked| i64::from(asked.asked));
        let quantity = asked.and_then(|_| {
            let reading = fold::number(&self.quantity, 1, most);
            errors.take("quantity", "承認する台数", reading)
        });
        let fewer = quantity.is_some_and(|quantity| quantity < most);
        let text = reasons::text(if fewer { canned } else { &[] }, &self.canned, &self.reason);
        let reason = errors.take("reason", "理由", optional(&text, decide::REASON_MAX_CHARS)).unwrap_or_default();
        Terms { quantity: quantity.and_then(|n| u32::try_from(n).ok()), reason }
    }

    fn typed(&self, id: &ApplicationId) -> Typed {
        let fields =
            [("quantity", &self.quantity), ("canned", &self.canned), ("reason", &self.reason), ("note", &self.note)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.clone())).into();
        Typed::at(&self.revision)
            .with("承認する台数", &self.quantity)
            .with("減らす理由", &self.reason)
            .with("承認者への伝言", &self.note)
            .again(format!("/cases/{id}/approve"), fields)
    }
}

fn optional(text: &str, max: usize) -> Result<String, FieldFault> {
    match fold::lines(text, max) {
        Err(FieldFault::Missing) => Ok(String::new()),
        other => other,
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => {
            let quantity = reviewed.procedure(&office)?.quantity(&reviewed.values);
            let asked = quantity.as_ref().map_or(String::new(), |quantity| quantity.asked.to_string());
            let typed = ApproveForm { quantity: asked, ..ApproveForm::default() };
            html(&page(&office, &who, reviewed, typed, FieldErrors::default()).await?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Approves, or proposes to.
pub async fn approve(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(form): Form<ApproveForm>,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, form.typed(&id)).await,
    };
    if form.step == "edit" {
        return html(&page(&office, &who, reviewed, form, FieldErrors::default()).await?);
    }
    let quantity = reviewed.procedure(&office)?.quantity(&reviewed.values);
    let canned = reasons::list(&office, &reviewed, ReasonAction::Fewer).await?;
    let mut errors = FieldErrors::default();
    let terms = form.terms(quantity.as_ref(), &canned, &mut errors);
    let note = errors.take("note", "承認者への伝言", optional(&form.note, NOTE_MAX_CHARS)).unwrap_or_default();
    if !errors.is_empty() {
        return invalid(&page(&office, &who, reviewed, form, errors).await?);
    }
    let (scope, procedures, seen) = (who.scope.clone(), office.procedures.clone(), form.revision.parse().unwrap_or(-1));
    let second_person = reviewed.second_person;
    let decided = office
        .db
        .write(who.actor(), move |tx| match second_person {
            true => {
                let proposal = (Proposal::Approve(terms), note.as_str());
                second::recommend(tx, &procedures, &scope, (&id, seen), proposal)
            }
            false => decide::approve(tx, &procedures, &scope, (&id, seen), terms),
        })
        .await;
    match decided {
        Ok(()) => {
            Ok(who.done(format!("/cases/{path}"), if second_person { "承認を依頼しました" } else { "承認しました" }))
        }
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, reviewed, form, errors).await?),
        Err(error) => {
            let typed = form.typed(reviewed.id());
            stale::or_else(&office, &who, &path, error, typed).await
        }
    }
}

async fn page(
    office: &Office,
    who: &Staff<Review>,
    reviewed: Reviewed,
    typed: ApproveForm,
    errors: FieldErrors,
) -> Result<Page, Error> {
    let title = if reviewed.second_person { "承認を依頼する" } else { "承認する" };
    let frame = who.frame(title, "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    let today = tokyo_date(office.db.clock().now());
    let procedure = reviewed.procedure(office)?;
    let quantity = procedure.quantity(&reviewed.values);
    let id = reviewed.id().clone();
    let ticks = office.db.read(move |c| checklist::ticks(c, &id)).await?;
    let items = procedure.checklist(&reviewed.case).into_iter();
    let unticked = items.filter(|item| !ticks.contains_key(item.code)).map(|item| item.text).collect();
    let reasons = reasons::choices(&reasons::list(office, &reviewed, ReasonAction::Fewer).await?);
    Ok(Page { frame, errors, reviewed, quantity, reasons, unticked, typed, today })
}
