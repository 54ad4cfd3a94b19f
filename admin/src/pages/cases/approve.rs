//! `GET, POST /cases/{id}/approve`: the page before approving; fewer devices
//! than asked for need a reason. Reviewers who hold the application.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::application::decide;
use uketsuke_core::application::procedure::{Quantity, Terms};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::review::{Reviewed, read_held};
use super::stale;
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/approve.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    quantity: Option<Quantity>,
    typed: ApproveForm,
    today: NaiveDate,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ApproveForm {
    revision: String,
    quantity: String,
    reason: String,
}

impl ApproveForm {
    fn terms(&self, asked: Option<&Quantity>, errors: &mut FieldErrors) -> Terms {
        let most = asked.map_or(0, |asked| i64::from(asked.asked));
        let quantity = asked.and_then(|_| {
            let reading = fold::number(&self.quantity, 1, most);
            errors.take("quantity", "承認する台数", reading)
        });
        let reason = errors.take("reason", "理由", optional(&self.reason)).unwrap_or_default();
        Terms { quantity: quantity.and_then(|n| u32::try_from(n).ok()), reason }
    }
}

fn optional(reason: &str) -> Result<String, uketsuke_core::form::FieldFault> {
    match fold::lines(reason, decide::REASON_MAX_CHARS) {
        Err(uketsuke_core::form::FieldFault::Missing) => Ok(String::new()),
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
            html(&page(&office, &who, reviewed, quantity, typed, FieldErrors::default()))
        }
        Err(error) => stale::or_else(&office, &who, &path, error).await,
    }
}

/// Approves.
pub async fn approve(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Form(form): Form<ApproveForm>,
) -> PageResult {
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error).await,
    };
    let quantity = reviewed.procedure(&office)?.quantity(&reviewed.values);
    let mut errors = FieldErrors::default();
    let terms = form.terms(quantity.as_ref(), &mut errors);
    if !errors.is_empty() {
        return invalid(&page(&office, &who, reviewed, quantity, form, errors));
    }
    let seen = (reviewed.id().clone(), form.revision.parse().unwrap_or(-1));
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let decided = office
        .db
        .write(who.actor(), move |tx| decide::approve(tx, &procedures, &scope, (&seen.0, seen.1), terms))
        .await;
    match decided {
        Ok(()) => Ok(who.done("/queue?v=mine", &format!("{} を承認しました", reviewed.number()))),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, reviewed, quantity, form, errors)),
        Err(error) => stale::or_else(&office, &who, &path, error).await,
    }
}

fn page(
    office: &Office,
    who: &Staff<Review>,
    reviewed: Reviewed,
    quantity: Option<Quantity>,
    typed: ApproveForm,
    errors: FieldErrors,
) -> Page {
    let frame = who.frame("承認する", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    let today = tokyo_date(office.db.clock().now());
    Page { frame, errors, reviewed, quantity, typed, today }
}
