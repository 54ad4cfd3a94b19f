//! `GET /cases/{id}/evidence/{evidence}/page/{page}`: a page of a file as a picture
//! of ours; `…/file`: the file itself, only ever as a download. Whoever reads
//! applications; looking is recorded once an hour, each download by itself.
//!
//! Nothing an applicant sent reaches a browser to be shown: pages are drawn in a
//! process of their own, and both answers are sandboxed (SECURITY line 53).

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use uketsuke_core::application::Application;
use uketsuke_core::audit::{Deed, Reading, note_reading};
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::evidence::{self, Evidence, view};
use uketsuke_core::ids::{ApplicationId, EvidenceId};
use uketsuke_core::storage::{Download, StorageError, StoredKey};
use uketsuke_web::PageResult;

use crate::Office;
use crate::access::{ReadApplications, Staff};

const SANDBOX: &str = "sandbox; default-src 'none'";
/// What an extended parameter may hold unescaped (RFC 8187, attr-char), but letters and digits.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    turn: String,
}

/// A page as a picture: a document's is drawn now, a photo's was drawn when it
/// came in.
pub async fn page(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<(String, String, u32)>,
    Query(asked): Query<Asked>,
) -> PageResult {
    let (case, id, number) = path.into_inner();
    let (application, file) = find(&office, &who, (case, id)).await?;
    let reading = Reading {
        action: "evidence.opened",
        subject_kind: "evidence",
        subject_id: file.id.to_string(),
        facility: application.facility_id,
    };
    note_reading(&office.db, who.actor(), reading).await?;
    let picture = match &file.preview_key {
        Some(key) if number == 1 => whole(read(&office, key).await?).await?,
        Some(_) => return Err(Error::NotFound.into()),
        None => office.viewer.page(&office.storage, &file, number).await?.ok_or(Error::NotFound)?,
    };
    let quarters = asked.turn.parse::<u32>().unwrap_or_default() / 90;
    let picture = actix_web::web::block(move || view::turned(picture, quarters)).await.map_err(Error::internal)??;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/png"))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(picture))
}

/// The file.
pub async fn file(office: Data<Office>, who: Staff<ReadApplications>, path: Path<(String, String)>) -> PageResult {
    let (application, file) = find(&office, &who, path.into_inner()).await?;
    let (id, facility) = (file.id.clone(), application.facility_id);
    office
        .db
        .write(who.actor(), move |tx| {
            let deed = Deed::new("evidence.opened", "evidence", id.as_str()).at_facility(&facility);
            tx.record(deed.with(json!({ "part": "file" })))
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, file.media_type.clone()))
        .insert_header((CONTENT_DISPOSITION, attachment(&file)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    Ok(answer.body(body(read(&office, &file.storage_key).await?)))
}

/// The file of a sent application.
async fn find(
    office: &Office,
    who: &Staff<ReadApplications>,
    (case, id): (String, String),
) -> Result<(Application, Evidence)> {
    let case = ApplicationId::parse(&case).ok_or(Error::NotFound)?;
    let id = EvidenceId::parse(&id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.read(move |c| Ok((desk::get_sent(c, &scope, &case)?, evidence::repo::get(c, &case, &id)?))).await
}

/// A picture of ours, which is small.
async fn whole(mut download: Download) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = download.next_chunk().await.map_err(Error::internal)? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
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
