//! The step of files: a list of what is attached, and a form for one more. Its
//! address is the step's own; `edit` hands over to here.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{Data, Payload};
use askama::Template;
use uketsuke_core::application::files::{Handed, take_in};
use uketsuke_core::application::model::Fault;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, StepContent};
use uketsuke_core::error::Error;
use uketsuke_core::evidence::EvidenceFault;
use uketsuke_core::evidence::repo::MAX_FILES;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::storage::StorageError;
use uketsuke_web::fields::Fields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::upload::{ACCEPT, Gate, UploadFault, last, receive};
use uketsuke_web::{PageError, PageResult, flash, html_with, invalid, see_other};

use super::place::{Place, Then};
use super::{FileLine, address, edit, file_lines, shortfalls};
use crate::Portal;
use crate::session::SignedIn;

/// Uploads under way in this process.
static GATE: LazyLock<Gate> = LazyLock::new(Gate::default);

#[derive(Template)]
#[template(path = "portal/applications/evidence.html")]
pub(super) struct Page {
    frame: Frame,
    errors: FieldErrors,
    back: String,
    names: Vec<&'static str>,
    now: usize,
    correcting: bool,
    faults: Vec<Fault>,
    label: &'static str,
    step: &'static str,
    then: &'static str,
    address: String,
    files: Vec<FileLine>,
    room: bool,
    accept: &'static str,
}

/// The page.
pub(super) async fn page(
    portal: &Data<Portal>,
    who: &SignedIn,
    place: &Place,
    then: Then,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let files = file_lines(&portal.storage, &place.case);
    Ok(Page {
        frame: place.frame(who, !errors.is_empty()),
        back: place.way_back(then),
        names: place.names(),
        now: place.at + 1,
        correcting: place.correcting(),
        faults: edit::faults(portal, place).await?,
        label: label(place),
        step: place.step().key,
        then: if then == Then::Confirm { "confirm" } else { "" },
        address: address(&place.case),
        room: files.len() < MAX_FILES,
        files,
        accept: ACCEPT,
        errors,
    })
}

fn label(place: &Place) -> &'static str {
    match place.step().content {
        StepContent::Evidence { label } => label,
        StepContent::Fields { .. } => "書類",
    }
}

/// Takes the form: one more file, or none, and where the pressed button leads.
pub(super) async fn take(portal: &Data<Portal>, who: &SignedIn, place: &Place, payload: Payload) -> PageResult {
    let Ok(_pass) = GATE.enter(who.scope().account().as_str()) else {
        return Ok(last(not_now(portal, who, place, EvidenceFault::Busy).await?));
    };
    let uploaded = match receive(who.request(), payload, &portal.storage, EVIDENCE_FIELD).await {
        Ok(uploaded) => uploaded,
        Err(UploadFault::Missing(fields)) => return lead(portal, who, place, &fields, false).await,
        Err(fault) => return refused(portal, who, place, fault).await,
    };
    let handed = Handed { content: uploaded.content, file_name: uploaded.file_name };
    let id = &place.case.application.id;
    match take_in((&portal.db, &portal.storage), who.actor(), who.scope(), id, handed).await {
        Ok(Ok(_)) => lead(portal, who, place, &uploaded.fields, true).await,
        Ok(Err(fault)) => again(portal, who, place, StatusCode::UNPROCESSABLE_ENTITY, fault).await,
        Err(Error::Unavailable { .. }) => not_now(portal, who, place, EvidenceFault::Unkept).await,
        Err(other) => Err(other.into()),
    }
}

/// Where the pressed button leads, with a file just attached or without one.
async fn lead(portal: &Data<Portal>, who: &SignedIn, place: &Place, fields: &Fields, has_file: bool) -> PageResult {
    match (fields.get("go"), has_file) {
        ("home", _) => Ok(edit::saved(who.request())),
        ("next", true) => Ok(see_other(place.way_on(Then::of(who.request())))),
        ("next", false) => go_on(portal, who, place, Then::of(who.request())).await,
        (_, false) => again(portal, who, place, StatusCode::UNPROCESSABLE_ENTITY, EvidenceFault::Missing).await,
        (_, true) => {
            let back = see_other(here(who, place));
            Ok(flash::carry(who.request(), back, FlashKind::Success, "ファイルを保存しました"))
        }
    }
}

/// This step's address, with the way on that the person is on.
fn here(who: &SignedIn, place: &Place) -> String {
    match Then::of(who.request()) {
        Then::Confirm => format!("{}?then=confirm", place.href()),
        _ => place.href(),
    }
}

/// No file came of it: said on the step's own page.
async fn refused(portal: &Data<Portal>, who: &SignedIn, place: &Place, fault: UploadFault) -> PageResult {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match fault {
        UploadFault::Missing(_) => again(portal, who, place, unprocessable, EvidenceFault::Missing).await,
        UploadFault::Empty => again(portal, who, place, unprocessable, EvidenceFault::Empty).await,
        UploadFault::CutOff => Ok(last(again(portal, who, place, unprocessable, EvidenceFault::CutOff).await?)),
        UploadFault::TooLarge { size_bytes, read_to_end } => {
            let fault = EvidenceFault::TooLarge { size_bytes };
            let page = again(portal, who, place, StatusCode::PAYLOAD_TOO_LARGE, fault).await?;
            Ok(if read_to_end { page } else { last(page) })
        }
        UploadFault::Forged => Err(PageError::Forged),
        UploadFault::Unreadable => Err(PageError::Unreadable),
        UploadFault::Storage(StorageError::TooLarge { .. }) => Err(PageError::TooLarge),
        UploadFault::Storage(error) => {
            tracing::error!(%error, "a file cannot be received");
            Ok(last(not_now(portal, who, place, EvidenceFault::Unkept).await?))
        }
    }
}

/// The file is welcome a little later (503), and the page stays.
async fn not_now(portal: &Data<Portal>, who: &SignedIn, place: &Place, fault: EvidenceFault) -> PageResult {
    let mut page = again(portal, who, place, StatusCode::SERVICE_UNAVAILABLE, fault).await?;
    page.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    Ok(page)
}

async fn again(
    portal: &Data<Portal>,
    who: &SignedIn,
    place: &Place,
    status: StatusCode,
    fault: EvidenceFault,
) -> PageResult {
    tracing::info!(fault = fault.code(), "a file was not taken");
    let mut errors = FieldErrors::default();
    errors.add(EVIDENCE_FIELD, label(place), FieldFault::Sentence(fault.sentence(label(place))));
    let then = Then::of(who.request());
    html_with(status, &page(portal, who, place, then, errors).await?)
}

/// 「次へ進む」: on, if nothing is missing here.
pub(super) async fn go_on(portal: &Data<Portal>, who: &SignedIn, place: &Place, then: Then) -> PageResult {
    let errors = shortfalls(portal, place)?;
    if errors.is_empty() {
        return Ok(see_other(place.way_on(then)));
    }
    invalid(&page(portal, who, place, then, errors).await?)
}
