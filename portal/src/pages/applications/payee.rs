//! `GET` and `POST /applications/{id}/payee`: correcting the account to which a
//! grant is paid, once its transfer came back. Verified people.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::application::Case;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::payee::{self, Payee, Unclear};
use uketsuke_core::subsidy::payment;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::payee::PayeeFields;
use uketsuke_web::{PageError, PageResult, flash, html, invalid, see_other};

use super::{address, load, money};
use crate::Portal;
use crate::session::Verified;

#[derive(Template)]
#[template(path = "portal/applications/payee.html")]
struct Page<'a> {
    frame: Frame,
    errors: &'a FieldErrors,
    address: String,
    now: Payee,
    fields: PayeeFields<'a>,
}

/// The form, empty: the old account was wrong. What was typed before the session
/// ended stands there again.
pub async fn show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
    let Some((case, now)) = held(&portal, &who, &id).await? else {
        return Ok(see_other(format!("/applications/{id}")));
    };
    let kept = who.kept_fields().await?;
    html(&page(&who, &case, now, (&kept, &Unclear::default())))
}

/// Keeps the account, or shows what is unclear about it.
pub async fn save(portal: Data<Portal>, who: Verified, id: Path<String>, AllFields(typed): AllFields) -> PageResult {
    // A second click: it is corrected already.
    let Some((case, now)) = held(&portal, &who, &id).await? else { return Ok(done(&who, &id)) };
    let names: Vec<(String, String)> =
        payee::NAMES.iter().map(|name| ((*name).to_owned(), typed.get(name).to_owned())).collect();
    let (scope, application) = (who.scope().clone(), case.application.id.clone());
    let saved = portal.db.write(who.actor(), move |tx| {
        let typed = Fields::from(names);
        let read = payee::read(tx.conn(), |name| typed.get(name))?;
        match read {
            Ok(to) => payment::correct_payee(tx, &scope, &application, &to).map(|()| None),
            Err(unclear) => Ok(Some(unclear)),
        }
    });
    match saved.await {
        Ok(None) | Err(Error::Refused(Refusal::NotInThisState)) => Ok(done(&who, &id)),
        Ok(Some(unclear)) => invalid(&page(&who, &case, now, (&typed, &unclear))),
        Err(other) => Err(other.into()),
    }
}

/// The case and the account that did not work, while one waits to be corrected.
async fn held(portal: &Data<Portal>, who: &Verified, id: &str) -> Result<Option<(Case, Payee)>, PageError> {
    let case = load(portal, who, id).await?;
    let money = money::of(portal, &case).await?.ok_or_else(PageError::not_found)?;
    Ok(money.is_held().then_some((case, money.decision.payee)))
}

fn done(who: &Verified, id: &str) -> HttpResponse {
    let told = "振込先の口座を直しました。次の振込のときに、あらためてお振り込みします。";
    flash::carry(who.request(), see_other(format!("/applications/{id}")), FlashKind::Success, told)
}

fn page<'a>(who: &Verified, case: &Case, now: Payee, (typed, unclear): (&'a Fields, &'a Unclear)) -> Page<'a> {
    let frame = who.frame("振込先の口座を直す").receipt(case.application.number_text());
    let fields = PayeeFields::new(|name| typed.get(name), &unclear.errors).choosing(&unclear.banks, &unclear.branches);
    Page {
        frame: frame.error(!unclear.errors.is_empty()),
        errors: &unclear.errors,
        address: address(case),
        now,
        fields,
    }
}
