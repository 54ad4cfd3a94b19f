//! A step filled in with Excel instead of boxes. Signed in; whoever may fill in the
//! step itself.
//!
//! - `GET /applications/{id}/form`: the form, with what is filled in so far.
//! - `POST /applications/{id}/form/read`: reads an attached book into the step's boxes;
//!   what stood there is replaced. Sent twice, it does the same twice.

use actix_web::web::{Data, Path};
use serde::Deserialize;
use uketsuke_core::application::draft::save_step;
use uketsuke_core::application::procedure::{FilledIn, Misread, StepContent, StepForm};
use uketsuke_core::error::Error;
use uketsuke_core::evidence::viewer::{Ask, PAGE_WIDTH, ViewFault};
use uketsuke_core::evidence::{Evidence, EvidenceKind};
use uketsuke_core::fold::contains_personal_number;
use uketsuke_core::ids::EvidenceId;
use uketsuke_core::spreadsheet::Format;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::extract::Form;
use uketsuke_web::page::FlashKind;
use uketsuke_web::{PageError, PageResult, flash, see_other};

use super::place::{Place, Then, is_open, step_href};
use super::{FileLine, address, load, must_be_open, procedure};
use crate::Portal;
use crate::session::SignedIn;

/// Sheets of a book that are tried, from the first on.
const SHEETS_TRIED: usize = 3;

/// What the step's page says about its form.
pub(super) struct Offer {
    pub title: &'static str,
    pub address: String,
    pub then: &'static str,
    /// Where a form that is filled in is attached: the step's title and address.
    /// None when files cannot be attached now.
    pub attach: Option<(&'static str, String)>,
    /// The books that are attached.
    pub books: Vec<FileLine>,
}

impl Offer {
    /// The form of this step, if it has one that can be of use now.
    pub fn find(portal: &Portal, place: &Place, then: Then) -> Result<Option<Self>, PageError> {
        let form = procedure(portal, &place.case)?.form(&place.case).filter(|form| form.step == place.step().key);
        let Some(form) = form else { return Ok(None) };
        let takes_files =
            |step: &&_| is_open(&place.case, step) && matches!(step.content, StepContent::Evidence { .. });
        let attach = place.steps.iter().find(takes_files);
        let attach = attach.map(|step| (step.title, step_href(&place.case, step.key)));
        let books = place.case.evidence.iter().filter(|file| is_book(file));
        let books: Vec<_> = books.map(|file| FileLine::of(&portal.storage, file)).collect();
        if attach.is_none() && books.is_empty() {
            return Ok(None);
        }
        let then = if then == Then::Confirm { "confirm" } else { "" };
        let address = format!("{}/form", address(&place.case));
        Ok(Some(Self { title: form.sheet.title, address, then, attach, books }))
    }
}

fn is_book(file: &Evidence) -> bool {
    EvidenceKind::of_media_type(&file.media_type).is_some_and(EvidenceKind::is_table)
}

/// The form, and its step while that can be filled in.
async fn find(portal: &Data<Portal>, who: &SignedIn, id: &str) -> Result<(StepForm, Option<Place>, String), PageError> {
    let case = load(portal, who, id).await?;
    let form = procedure(portal, &case)?.form(&case).ok_or_else(PageError::not_found)?;
    let (_, place) = Place::find(portal, who, id, form.step).await?;
    must_be_open(portal, &case)?;
    Ok((form, place, address(&case)))
}

/// The form as a file.
pub async fn save(portal: Data<Portal>, who: SignedIn, path: Path<String>) -> PageResult {
    let (form, place, otherwise) = find(&portal, &who, &path).await?;
    let Some(place) = place else { return Ok(see_other(otherwise)) };
    let content = form.sheet.write(place.case.application.updated_at).map_err(Error::internal)?;
    let name = format!("{}.{}", form.sheet.title, Format::Xlsx.extension());
    Ok(download::bytes(content, Format::Xlsx.media_type(), Disposition::Save(&name)))
}

/// Which book, and on which way the person is.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    file: String,
    #[serde(default)]
    then: String,
}

/// Reads an attached book into the step's boxes.
pub async fn read(portal: Data<Portal>, who: SignedIn, path: Path<String>, chosen: Form<Chosen>) -> PageResult {
    let (form, place, otherwise) = find(&portal, &who, &path).await?;
    let Some(place) = place else { return Ok(see_other(otherwise)) };
    let file = EvidenceId::parse(&chosen.0.file).ok_or_else(PageError::not_found)?;
    let file =
        place.case.evidence.iter().find(|one| one.id == file && is_book(one)).ok_or_else(PageError::not_found)?;
    let confirm = Then::read(&chosen.0.then) == Then::Confirm;
    let filled = match look(&portal, &place, &form, file).await? {
        Ok(filled) => filled,
        Err(why) => {
            let query = if confirm { "?then=confirm" } else { "" };
            let back = see_other(format!("{}{query}", place.href()));
            return Ok(flash::carry(who.request(), back, FlashKind::Warning, &why));
        }
    };
    let told = told(&form, &filled);
    let (id, scope, procedures) = (place.case.application.id.clone(), who.scope().clone(), portal.procedures.clone());
    let saving =
        portal.db.write(who.actor(), move |tx| save_step(tx, &procedures, &scope, &id, form.step, &filled.answers));
    let errors = saving.await?;
    let query = match (errors.is_empty(), confirm) {
        (true, false) => "",
        (true, true) => "?then=confirm",
        (false, false) => "?faults=shown",
        (false, true) => "?faults=shown&then=confirm",
    };
    let on = see_other(format!("{}{query}", place.href()));
    Ok(flash::carry(who.request(), on, FlashKind::Success, &told))
}

fn told(form: &StepForm, filled: &FilledIn) -> String {
    let read = format!("{}から{}行を読み込みました。内容をお確かめください。", form.sheet.title, filled.lines);
    // What is never kept does not come out of a file either.
    match filled.answers.values().any(|value| contains_personal_number(value)) {
        true => format!("{read}マイナンバー（個人番号）と思われる12桁の番号は、読み込んでいません。"),
        false => read,
    }
}

/// The first sheet that is the form; else the sentence why none is.
async fn look(
    portal: &Data<Portal>,
    place: &Place,
    form: &StepForm,
    file: &Evidence,
) -> Result<Result<FilledIn, String>, PageError> {
    let title = form.sheet.title;
    let mut part = 1;
    for _ in 0..SHEETS_TRIED {
        let ask = Ask { part, width: PAGE_WIDTH, turn: 0 };
        let view = match portal.viewer.look(&portal.storage, file, ask, portal.now().utc()).await? {
            Ok(view) => view,
            Err(ViewFault::NoSuchPart) => break,
            Err(fault) => return Ok(Err(sentence(fault, title))),
        };
        let Some(table) = &view.shown.table else { break };
        match procedure(portal, &place.case)?.read_form(&place.case, table) {
            Ok(filled) => return Ok(Ok(filled)),
            Err(Misread::Refused(why)) => return Ok(Err(why)),
            Err(Misread::NotTheForm) => {}
        }
        let visible = (1..).zip(&table.sheets).filter(|(_, sheet)| !sheet.hidden);
        match visible.map(|(at, _)| at).find(|at| *at > part) {
            Some(next) => part = next,
            None => break,
        }
    }
    Ok(Err(format!(
        "このファイルは、{title}ではないようです。この画面から{title}をダウンロードし、記入して添付してください。"
    )))
}

/// Why the book was not read, for whoever attached it.
fn sentence(fault: ViewFault, title: &str) -> String {
    match fault {
        ViewFault::Broken | ViewFault::NoSuchPart => format!(
            "ファイルの中を読み取れませんでした。壊れているか、パスワードが付いているようです。{title}をExcelで開いて保存し直し、もう一度添付してください。"
        ),
        ViewFault::TooSlow | ViewFault::TooLarge => {
            format!("ファイルの中身が大きすぎるため、読み込めませんでした。{title}だけを保存して、添付してください。")
        }
        ViewFault::HeldBack(scan) => scan.held_back().to_owned(),
        ViewFault::Erased => fault.sentence().to_owned(),
        ViewFault::Busy => {
            "混み合っているため、読み込めませんでした。少し待ってから、もう一度押してください。".to_owned()
        }
    }
}
