//! `GET /cases/{id}/evidence/{evidence}/page`: a page of a file as a picture;
//! `…/file`: the file itself, only ever as a download. Whoever reads
//! applications; each opening is recorded, pages once an hour.
//!
//! Nothing an applicant sent is rendered by a browser: pages are pictures that
//! we drew ourselves, and both answers are sandboxed (SECURITY line 53).

use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;
use uketsuke_core::audit::Deed;
use uketsuke_core::db::{Conn, Tx};
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::evidence::viewer::{Ask, LARGE_WIDTH, PAGE_WIDTH, THUMB_WIDTH, ViewFault};
use uketsuke_core::evidence::{self, Evidence, EvidenceKind};
use uketsuke_core::ids::{ApplicationId, EvidenceId, FacilityId};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::storage::StorageError;
use uketsuke_web::PageResult;
use uketsuke_web::download::{self, Disposition};

use super::viewer::note_opened;
use crate::Office;
use crate::access::{ReadApplications, Staff};

const PNG: &str = "image/png";

/// Which page, and how.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sheet {
    n: String,
    turn: String,
    size: String,
}

impl Sheet {
    fn ask(&self) -> Ask {
        let width = match self.size.as_str() {
            "thumb" => THUMB_WIDTH,
            "large" => LARGE_WIDTH,
            _ => PAGE_WIDTH,
        };
        let turn = self.turn.parse().ok().filter(|turn| matches!(turn, 90 | 180 | 270)).unwrap_or(0);
        Ask { part: self.n.parse().unwrap_or(1), width, turn }
    }
}

/// A page as a picture.
pub async fn page(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<(String, String)>,
    Query(sheet): Query<Sheet>,
) -> PageResult {
    let (scope, ids) = (who.scope.clone(), path.into_inner());
    let (facility, file) = office.db.read(move |c| find(c, &scope, ids)).await?;
    file.key()?;
    note_opened(&office, &who, &facility, &file.id).await?;
    let ask = sheet.ask();
    if let Some(key) = file.preview_key.as_ref().filter(|_| ask.width == PAGE_WIDTH && ask.turn == 0) {
        if !office.storage.may_open(file.scan) {
            return Err(Error::from(StorageError::HeldBack(file.scan)).into());
        }
        let preview = office.storage.read(key).await.map_err(Error::from)?;
        return Ok(download::answer(preview, PNG, Disposition::Show));
    }
    match office.viewer.look(&office.storage, &file, ask, office.db.clock().now()).await? {
        Ok(view) if !view.png.is_empty() => Ok(download::bytes(view.png.clone(), PNG, Disposition::Show)),
        Err(ViewFault::Busy) => Err(Error::Unavailable { retry_after_seconds: 5 }.into()),
        // Why is said on the case's page.
        Ok(_) | Err(_) => Err(Error::NotFound.into()),
    }
}

/// The file; each download is recorded.
pub async fn file(office: Data<Office>, who: Staff<ReadApplications>, path: Path<(String, String)>) -> PageResult {
    let (scope, ids) = (who.scope.clone(), path.into_inner());
    let find = move |tx: &mut Tx<'_>| {
        let (facility, file) = find(tx.conn(), &scope, ids)?;
        file.key()?;
        let deed = Deed::new("evidence.opened", "evidence", file.id.as_str()).at_facility(&facility);
        tx.record(deed.with(json!({ "part": "file" })))?;
        Ok(file)
    };
    let file = office.db.write(who.actor(), find).await?;
    let kind = EvidenceKind::of_media_type(&file.media_type).ok_or(Error::NotFound)?;
    let content = office.storage.open(file.key()?, file.scan).await.map_err(Error::from)?;
    Ok(download::answer(content, kind.media_type(), Disposition::Save(&file.download_name())))
}

/// A file of a sent application, and whose it is.
fn find(conn: &mut Conn, scope: &StaffScope, (case, id): (String, String)) -> Result<(FacilityId, Evidence)> {
    let case = ApplicationId::parse(&case).ok_or(Error::NotFound)?;
    let id = EvidenceId::parse(&id).ok_or(Error::NotFound)?;
    let application = desk::get_sent(conn, scope, &case)?;
    Ok((application.facility_id, evidence::repo::get(conn, &case, &id)?))
}
