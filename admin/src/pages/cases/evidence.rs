//! `GET /cases/{id}/evidence/{evidence}/preview`: a picture made from a file;
//! `…/file`: the file itself, only ever as a download. Whoever reads
//! applications; each opening is recorded.
//!
//! Nothing an applicant sent is rendered here: previews are pictures that we
//! encoded ourselves, and both answers are sandboxed (SECURITY line 53).

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use uketsuke_core::audit::Deed;
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::evidence::{self, Evidence};
use uketsuke_core::ids::{ApplicationId, EvidenceId};
use uketsuke_core::storage::{Download, StorageError, StoredKey};
use uketsuke_web::PageResult;

use crate::Office;
use crate::access::{ReadApplications, Staff};

const SANDBOX: &str = "sandbox; default-src 'none'";
/// What an extended parameter may hold unescaped (RFC 8187, attr-char), but letters and digits.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The picture.
pub async fn preview(office: Data<Office>, who: Staff<ReadApplications>, path: Path<(String, String)>) -> PageResult {
    let file = open(&office, &who, path.into_inner(), "preview").await?;
    let key = file.preview_key.ok_or(Error::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, "image/png")).insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    Ok(answer.body(body(read(&office, &key).await?)))
}

/// The file.
pub async fn file(office: Data<Office>, who: Staff<ReadApplications>, path: Path<(String, String)>) -> PageResult {
    let file = open(&office, &who, path.into_inner(), "file").await?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, file.media_type.clone()))
        .insert_header((CONTENT_DISPOSITION, attachment(&file)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    Ok(answer.body(body(read(&office, &file.storage_key).await?)))
}

/// Finds the file of a sent application, and records who opened it.
async fn open(
    office: &Office,
    who: &Staff<ReadApplications>,
    (case, id): (String, String),
    part: &'static str,
) -> Result<Evidence> {
    let case = ApplicationId::parse(&case).ok_or(Error::NotFound)?;
    let id = EvidenceId::parse(&id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office
        .db
        .write(who.actor(), move |tx| {
            let application = desk::get_sent(tx.conn(), &scope, &case)?;
            let file = evidence::repo::get(tx.conn(), &case, &id)?;
            let deed = Deed::new("evidence.opened", "evidence", id.as_str()).at_facility(&application.facility_id);
            tx.record(deed.with(json!({ "part": part })))?;
            Ok(file)
        })
        .await
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
