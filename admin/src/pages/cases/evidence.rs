//! `GET /cases/{id}/evidence/{evidence}/page`: a page of a file as a picture;
//! `…/file`: the file itself, only ever as a download. Whoever reads
//! applications; each opening is recorded, pages once an hour.
//!
//! Nothing an applicant sent is rendered by a browser: pages are pictures that
//! we drew ourselves, and both answers are sandboxed (SECURITY line 53).

use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use uketsuke_core::audit::Deed;
use uketsuke_core::db::{Conn, Tx};
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::evidence::viewer::{Ask, LARGE_WIDTH, PAGE_WIDTH, THUMB_WIDTH, ViewFault};
use uketsuke_core::evidence::{self, Evidence};
use uketsuke_core::ids::{ApplicationId, EvidenceId, FacilityId};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::storage::{Download, StorageError, StoredKey};
use uketsuke_web::PageResult;

use super::viewer::note_opened;
use crate::Office;
use crate::access::{ReadApplications, Staff};

const SANDBOX: &str = "sandbox; default-src 'none'";
/// What an extended parameter may hold unescaped (RFC 8187, attr-char), but letters and digits.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    note_opened(&office, &who, &facility, &file.id).await?;
    let ask = sheet.ask();
    if let Some(key) = file.preview_key.as_ref().filter(|_| ask.width == PAGE_WIDTH && ask.turn == 0) {
        return Ok(picture().body(body(read(&office, key).await?)));
    }
    match office.viewer.look(&office.storage, &file, ask, office.db.clock().now()).await? {
        Ok(view) if !view.png.is_empty() => Ok(picture().body(view.png.clone())),
        Err(ViewFault::Busy) => Err(Error::Unavailable { retry_after_seconds: 5 }.into()),
        // Why is said on the case's page.
        Ok(_) | Err(_) => Err(Error::NotFound.into()),
    }
}

fn picture() -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, "image/png")).insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    answer
}

/// The file; each download is recorded.
pub async fn file(office: Data<Office>, who: Staff<ReadApplications>, path: Path<(String, String)>) -> PageResult {
    let (scope, ids) = (who.scope.clone(), path.into_inner());
    let find = move |tx: &mut Tx<'_>| {
        let (facility, file) = find(tx.conn(), &scope, ids)?;
        let deed = Deed::new("evidence.opened", "evidence", file.id.as_str()).at_facility(&facility);
        tx.record(deed.with(json!({ "part": "file" })))?;
        Ok(file)
    };
    let file = office.db.write(who.actor(), find).await?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, file.media_type.clone()))
        .insert_header((CONTENT_DISPOSITION, attachment(&file)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    Ok(answer.body(body(read(&office, &file.storage_key).await?)))
}

/// A file of a sent application, and whose it is.
fn find(conn: &mut Conn, scope: &StaffScope, (case, id): (String, String)) -> Result<(FacilityId, Evidence)> {
    let case = ApplicationId::parse(&case).ok_or(Error::NotFound)?;
    let id = EvidenceId::parse(&id).ok_or(Error::NotFound)?;
    let application = desk::get_sent(conn, scope, &case)?;
    Ok((application.facility_id, evidence::repo::get(conn, &case, &id)?))
}

async fn read(office: &Office, key: &StoredKey) -> Result<Download> {
    match office.storage.read(key).await {
        Ok(download) => Ok(download),
        Err(StorageError::NotFound) => Err(Error::NotFound),
        Err(other) => Err(Error::internal(other)),
    }
}

fn body(
    download: Download,
) -> SizedStream<impl futures_util::Stream<Item = std::result::Result<actix_web::web::Bytes, StorageError>>> {
    let size = download.size_bytes;
    let chunks = stream::unfold(Some(download), |download| async {
        let mut download = download?;
        match download.next_chunk().await {
            Ok(Some(chunk)) => Some((Ok(chunk), Some(download))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    SizedStream::new(size, Box::pin(chunks))
}

/// A download under its own name (RFC 6266 §4.3), with a plain one for old browsers.
fn attachment(file: &Evidence) -> String {
    let plain = match file.media_type.as_str() {
        "application/pdf" => "evidence.pdf",
        "image/png" => "evidence.png",
        "application/vnd.ms-excel" => "evidence.xls",
        _ => "evidence.xlsx",
    };
    let name = utf8_percent_encode(&file.original_name, ATTRIBUTE);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{name}")
}
