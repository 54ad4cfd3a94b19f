//! 各種申請: fill in, check, send, follow, correct. What a kind of application
//! asks comes from its procedure; these pages name none.
//!
//! Every page takes a signed-in person; what they may see is the scope's to say,
//! and another facility's application is not found.

pub mod confirm;
pub mod done;
pub mod edit;
pub mod end;
mod evidence;
pub mod files;
pub mod list;
mod money;
pub mod notice;
pub mod payee;
mod place;
pub mod sheet;
pub mod show;
pub mod start;

use actix_web::web::Data;
use uketsuke_core::application::{Case, Procedure, State, repo};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Error;
use uketsuke_core::evidence::Evidence;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scan::ScanState;
use uketsuke_core::storage::Storage;
use uketsuke_web::{PageError, words};

use self::place::Place;
use crate::Portal;
use crate::session::SignedIn;

/// The id in an address.
fn parse(id: &str) -> Result<ApplicationId, PageError> {
    ApplicationId::parse(id).ok_or_else(PageError::not_found)
}

/// An application as far as this person may see it. What was thrown away is gone.
async fn load(portal: &Data<Portal>, who: &SignedIn, id: &str) -> Result<Case, PageError> {
    let (id, scope) = (parse(id)?, who.scope().clone());
    let case = portal.db.read(move |c| {
        let application = repo::get_in_scope(c, &scope, &id)?;
        if application.state == State::Discarded {
            return Err(Error::NotFound);
        }
        repo::case(c, application)
    });
    Ok(case.await?)
}

/// Refuses to fill in or send what nobody can approve any more.
fn must_be_open(portal: &Portal, case: &Case) -> Result<(), PageError> {
    match case.facility.is_closed(tokyo_date(portal.now().utc())) && case.application.state.is_editable() {
        true => Err(Refusal::FacilityClosed.into()),
        false => Ok(()),
    }
}

/// The procedure of a case.
fn procedure<'p>(portal: &'p Portal, case: &Case) -> Result<&'p dyn Procedure, PageError> {
    Ok(portal.procedures.get(case.application.kind)?)
}

/// What still stands in the way on a step, as it is kept.
fn shortfalls(portal: &Portal, place: &Place) -> Result<FieldErrors, PageError> {
    let missing = procedure(portal, &place.case)?.file(&place.case).err().unwrap_or_default();
    let mut errors = FieldErrors::default();
    for one in missing.into_iter().filter(|one| one.step == place.step().key) {
        errors.add(&one.error.field, &one.error.label, one.error.fault);
    }
    Ok(errors)
}

/// The address of an application's pages.
fn address(case: &Case) -> String {
    format!("/applications/{}", case.application.id)
}

/// An attached file as pages list it.
struct FileLine {
    id: String,
    name: String,
    size: String,
    has_preview: bool,
    /// Where it stands: 保存済み, 確認中, 使えません.
    state: &'static str,
    /// That and when it was erased, if it was.
    erased: String,
    /// Why it does not open.
    held_back: Option<&'static str>,
}

impl FileLine {
    fn of(storage: &Storage, file: &Evidence) -> Self {
        let held_back = (!storage.may_open(file.scan)).then(|| file.scan.held_back());
        let erased = file.erased_at.map_or_else(String::new, |at| words::erased(at.utc()));
        Self {
            erased,
            state: match (file.scan, &held_back) {
                (ScanState::Infected, _) => "使えません",
                (_, Some(_)) => "確認中",
                (_, None) => "保存済み",
            },
            held_back,
            id: file.id.to_string(),
            name: file.name().to_owned(),
            size: words::file_size(file.size()),
            has_preview: file.preview_key.is_some(),
        }
    }
}

fn file_lines(storage: &Storage, case: &Case) -> Vec<FileLine> {
    case.evidence.iter().map(|file| FileLine::of(storage, file)).collect()
}
