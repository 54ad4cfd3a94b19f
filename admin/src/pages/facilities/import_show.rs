//! `GET /facilities/imports/{id}`: what an import did, or would do.
//! `POST …/apply`: does it, by somebody else than who handed it in.
//! `POST …/drop`: gives it up. `GET …/details`: every single change as a CSV.
//! `GET, POST …/undo`: asks, and takes an applied one back. Administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::audit::Deed;
use uketsuke_core::clock::tokyo_stamp;
use uketsuke_core::db::Tx;
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::import::undo::undo_for_staff;
use uketsuke_core::facility::import::{ImportRow, ImportState, Outcome, Report, get_import, pending};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::ImportId;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ImportMaster, Staff};

#[derive(Template)]
#[template(path = "admin/facilities/import_show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    import: ImportRow,
    report: Report,
    names: ActorNames,
    own: bool,
}

impl Page {
    fn waits(&self) -> bool {
        self.import.state == ImportState::Pending
    }

    /// More refused cells than the report keeps.
    fn refused_more(&self) -> bool {
        self.report.refused > self.report.refused_cells.len() as u64
    }

    fn can_undo(&self) -> bool {
        self.import.state == ImportState::Applied
    }

    fn can_apply(&self) -> bool {
        self.waits() && self.import.staged_key.is_some() && !self.own
    }
}

#[derive(Template)]
#[template(path = "admin/facilities/import_undo.html")]
struct UndoPage {
    frame: Frame,
    import: ImportRow,
    report: Report,
}

/// The tick beside the button.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ApplyForm {
    confirmed: String,
}

/// The report.
pub async fn show(office: Data<Office>, who: Staff<ImportMaster>, path: Path<String>) -> PageResult {
    let id = ImportId::parse(&path).ok_or(Error::NotFound)?;
    html(&page(&office, &who, id, None, FieldErrors::default()).await?)
}

/// Applies it.
pub async fn apply(
    office: Data<Office>,
    who: Staff<ImportMaster>,
    path: Path<String>,
    Form(form): Form<ApplyForm>,
) -> PageResult {
    let id = ImportId::parse(&path).ok_or(Error::NotFound)?;
    let confirmed = form.confirmed == "yes";
    match pending::apply(&office.db, office.keyring.clone(), &office.storage, &who.scope, &id, confirmed).await? {
        Outcome::Applied(_) => Ok(who.done(format!("/facilities/imports/{id}"), "マスタに反映しました")),
        Outcome::NeedsConfirmation(report) => {
            let mut errors = FieldErrors::default();
            let sentence = "多くの施設が廃止になります。まちがいなければ、印を付けてください".to_owned();
            errors.add("confirmed", "確認", FieldFault::Sentence(sentence));
            invalid(&page(&office, &who, id, Some(report), errors).await?)
        }
        Outcome::Refused(report) => invalid(&page(&office, &who, id, Some(report), FieldErrors::default()).await?),
    }
}

/// Gives it up.
pub async fn give_up(office: Data<Office>, who: Staff<ImportMaster>, path: Path<String>) -> PageResult {
    let id = ImportId::parse(&path).ok_or(Error::NotFound)?;
    pending::give_up(&office.db, &office.storage, &who.scope, &id).await?;
    Ok(who.done("/facilities/import", "取込を取りやめました"))
}

/// Every single change, to download.
pub async fn details(office: Data<Office>, who: Staff<ImportMaster>, path: Path<String>) -> PageResult {
    let import = read(&office, &path).await?;
    let key = import.details_key.as_ref().ok_or(Error::NotFound)?;
    let file = office.storage.read(key).await.map_err(Error::from)?;
    let id = import.id.clone();
    let record = move |tx: &mut Tx<'_>| {
        tx.record(Deed::new("facility.import_details_downloaded", "facility_imports", id.as_str()))
    };
    office.db.write(who.actor(), record).await?;
    let name = format!("取込結果_{}.csv", tokyo_stamp(import.uploaded_at.utc()));
    Ok(download::answer(file, "text/csv; charset=utf-8", Disposition::Save(&name)))
}

/// Asks before taking it back.
pub async fn ask_undo(office: Data<Office>, who: Staff<ImportMaster>, path: Path<String>) -> PageResult {
    let import = read(&office, &path).await?;
    if import.state != ImportState::Applied {
        return Err(Refusal::NotInThisState.into());
    }
    let report = import.report()?;
    html(&UndoPage { frame: who.frame("取込の取消し", "/facilities/import"), import, report })
}

/// Takes it back.
pub async fn undo(office: Data<Office>, who: Staff<ImportMaster>, path: Path<String>) -> PageResult {
    let id = ImportId::parse(&path).ok_or(Error::NotFound)?;
    let undone = undo_for_staff(&office.db, &who.scope, id.clone()).await?;
    let mut told = format!(
        "取込を取り消しました。元に戻した施設：{}件、マスタから外した施設：{}件",
        undone.restored, undone.removed
    );
    if undone.closed > 0 {
        told.push_str(&format!("、すでに使われているため廃止にした施設：{}件", undone.closed));
    }
    Ok(who.done(format!("/facilities/imports/{id}"), &told))
}

async fn read(office: &Office, id: &str) -> Result<ImportRow> {
    let id = ImportId::parse(id).ok_or(Error::NotFound)?;
    office.db.read(move |c| get_import(c, &id)).await
}

/// The page, with the stored report or a newer one.
async fn page(
    office: &Office,
    who: &Staff<ImportMaster>,
    id: ImportId,
    newer: Option<Report>,
    errors: FieldErrors,
) -> Result<Page> {
    let (import, names) = office
        .db
        .read(move |c| {
            let import = get_import(c, &id)?;
            let labels = [Some(import.uploaded_by.as_str()), import.applied_by.as_deref(), import.undone_by.as_deref()];
            let names = actor_names(c, labels.into_iter().flatten())?;
            Ok((import, names))
        })
        .await?;
    let report = match newer {
        Some(report) => report,
        None => import.report()?,
    };
    let own = import.uploaded_by == who.scope.actor().label();
    let frame = who.frame("取込の結果", "/facilities/import").error(!errors.is_empty());
    Ok(Page { frame, errors, import, report, names, own })
}
