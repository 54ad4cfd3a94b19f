//! `GET, POST /applications/{id}/edit/{step}`: one step of the form. Each is
//! saved as it is sent, right or wrong. Signed in; the author of a draft, or a
//! member who corrects a returned application.
//!
//! A step of fields is drawn by its procedure; one of files by `evidence`, which
//! also takes the multipart body.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use uketsuke_core::application::draft::save_step;
use uketsuke_core::application::model::Fault;
use uketsuke_core::application::procedure::{Step, StepContent, opens};
use uketsuke_core::application::{Answers, repo};
use uketsuke_core::form::FieldErrors;
use uketsuke_web::fields::Fields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, extract, flash, html, invalid, see_other};

use super::place::{Place, Then, fields, shows_faults};
use super::sheet::Offer;
use super::{address, evidence, must_be_open, procedure, shortfalls};
use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/edit.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    back: String,
    names: Vec<&'static str>,
    now: usize,
    correcting: bool,
    faults: Vec<Fault>,
    sheet: Option<Offer>,
    fields: String,
    button: &'static str,
}

/// The step, with what was filled in so far.
pub async fn show(portal: Data<Portal>, who: SignedIn, path: Path<(String, String)>) -> PageResult {
    let (case, place) = Place::find(&portal, &who, &path.0, &path.1).await?;
    let Some(place) = place else { return Ok(see_other(address(&case))) };
    must_be_open(&portal, &place.case)?;
    let then = Then::of(who.request());
    let mut errors = FieldErrors::default();
    if matches!(place.step().content, StepContent::Evidence { .. }) {
        return html(&evidence::page(&portal, &who, &place, then, errors).await?);
    }
    if shows_faults(who.request()) {
        errors = shortfalls(&portal, &place)?;
    }
    let mut typed = place.case.document.answers.clone();
    typed.extend(answers(place.step(), &who.kept_fields().await?));
    html(&page(&portal, &who, &place, then, &typed, errors).await?)
}

/// Saves the step.
pub async fn save(
    portal: Data<Portal>,
    who: SignedIn,
    path: Path<(String, String)>,
    request: HttpRequest,
    payload: Payload,
) -> PageResult {
    let (case, place) = Place::find(&portal, &who, &path.0, &path.1).await?;
    let Some(place) = place else { return Ok(see_other(address(&case))) };
    if is_upload(&request) {
        return evidence::take(&portal, &who, &place, payload).await;
    }
    let sent = extract::sent(&request)?;
    let then = if sent.has("then") { Then::read(sent.get("then")) } else { Then::of(&request) };
    match place.step().content {
        // A browser that cannot send files still gets on.
        StepContent::Evidence { .. } => evidence::go_on(&portal, &who, &place, then).await,
        // A try is spent only by the button that says so.
        StepContent::Fields { secret, .. } if then == Then::Home && !secret.is_empty() => Ok(saved(&request)),
        StepContent::Fields { .. } => save_fields(&portal, &who, place, then, &sent).await,
    }
}

async fn save_fields(portal: &Data<Portal>, who: &SignedIn, place: Place, then: Then, sent: &Fields) -> PageResult {
    let typed = answers(place.step(), sent);
    let (id, key, scope) = (place.case.application.id.clone(), place.step().key, who.scope().clone());
    let (procedures, answers) = (portal.procedures.clone(), typed.clone());
    let saving = portal.db.write(who.actor(), move |tx| save_step(tx, &procedures, &scope, &id, key, &answers));
    let errors = saving.await?;
    if then == Then::Home {
        return Ok(saved(who.request()));
    }
    // What was saved may have changed the steps.
    let (case, place) = Place::find(portal, who, place.case.application.id.as_str(), key).await?;
    match (place, errors.iter().next()) {
        (Some(place), None) => Ok(see_other(place.way_on(then))),
        (Some(place), Some(_)) => invalid(&page(portal, who, &place, then, &typed, errors).await?),
        (None, None) => Ok(see_other(address(&case))),
        (None, Some(first)) => {
            let why = first.sentence();
            Ok(flash::carry(who.request(), see_other(address(&case)), FlashKind::Warning, &why))
        }
    }
}

fn is_upload(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"multipart/"))
}

pub(super) fn saved(request: &HttpRequest) -> HttpResponse {
    let text = "途中まで保存しました。ホームから続きを入力できます。";
    flash::carry(request, see_other("/home"), FlashKind::Success, text)
}

/// Of what was sent, the step's own fields.
fn answers(step: &Step, sent: &Fields) -> Answers {
    let StepContent::Fields { kept, secret, .. } = step.content else { return Answers::new() };
    let own = kept.iter().chain(secret).filter(|name| sent.has(name));
    own.map(|name| ((*name).to_owned(), sent.get(name).to_owned())).collect()
}

async fn page(
    portal: &Data<Portal>,
    who: &SignedIn,
    place: &Place,
    then: Then,
    typed: &Answers,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let StepContent::Fields { button, .. } = place.step().content else { return Err(PageError::not_found()) };
    let drawn = procedure(portal, &place.case)?.draw(place.step(), &place.case, typed, &errors)?;
    Ok(Page {
        frame: place.frame(who, !errors.is_empty()),
        back: place.way_back(then),
        names: place.names(),
        now: place.at + 1,
        correcting: place.correcting(),
        faults: faults(portal, place).await?,
        sheet: Offer::find(portal, place, then)?,
        fields: drawn,
        button: if place.correcting() { "保存する" } else { button },
        errors,
    })
}

/// What the reviewer said about this step's fields.
pub(super) async fn faults(portal: &Data<Portal>, place: &Place) -> Result<Vec<Fault>, PageError> {
    if !place.correcting() {
        return Ok(Vec::new());
    }
    let (id, own) = (place.case.application.id.clone(), fields(place.step()));
    let mut faults = portal.db.read(move |c| repo::open_faults(c, &id)).await?;
    faults.retain(|fault| own.iter().any(|field| opens(&fault.field, field)));
    Ok(faults)
}
