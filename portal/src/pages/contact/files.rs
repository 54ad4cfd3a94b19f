//! `POST /contact/files`: one more file for a question that is being written.
//! `POST /contact/files/{file}/remove`: one less. Anyone with a draft. A file is
//! judged by its content, like evidence.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use uketsuke_core::attachment;
use uketsuke_core::error::Error;
use uketsuke_core::evidence::EvidenceError;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::AttachmentId;
use uketsuke_core::inquiry::{self, FILE_MAX_BYTES, MOST_FILES, Owner};
use uketsuke_core::storage::StorageError;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::FlashKind;
use uketsuke_web::request::Visitor;
use uketsuke_web::upload::{Gate, UploadFault, Uploaded, last, receive};
use uketsuke_web::{PageError, PageResult, flash, html_with, see_other};

use super::check;
use crate::{Anyone, Portal};

/// Uploads of one person, and of everybody, under way in this process: fewer than
/// for applications, because anybody may.
static GATE: LazyLock<Gate> = LazyLock::new(|| Gate::new(1, 8));

const LABEL: &str = "資料のファイル";

/// Takes a file in.
pub async fn attach(portal: Data<Portal>, who: Anyone, visitor: Visitor, payload: Payload) -> PageResult {
    let owner = super::owner(&who, &visitor);
    let name = match &owner {
        Owner::Account(id) => id.to_string(),
        Owner::Visitor(hash) => hash.as_str().to_owned(),
    };
    let _pass = GATE.enter(&name).map_err(|_| PageError::Core(Error::Unavailable { retry_after_seconds: 30 }))?;
    let keyring = portal.keyring.clone();
    let uploaded = match receive(who.request(), payload, &portal.storage, "file").await {
        Ok(uploaded) => uploaded,
        Err(fault) => return refused(&portal, &who, &visitor, fault).await,
    };
    super::still_signed_in(&who, uploaded.fields.get("as_person")).await?;
    if uploaded.content.size_bytes() > FILE_MAX_BYTES {
        return again(&portal, &who, &visitor, TOO_LARGE).await;
    }
    if !portal.db.write(who.actor(), move |tx| inquiry::may_upload(tx, &keyring)).await? {
        return again(&portal, &who, &visitor, TOO_OFTEN).await;
    }
    keep(&portal, &who, &visitor, (owner, uploaded)).await
}

async fn keep(
    portal: &Data<Portal>,
    who: &Anyone,
    visitor: &Visitor,
    (owner, uploaded): (Owner, Uploaded),
) -> PageResult {
    let kept = match attachment::keep(&portal.storage, uploaded.content, &uploaded.file_name).await {
        Ok(kept) => kept,
        Err(EvidenceError::Fault(fault)) => return again(portal, who, visitor, &fault.sentence(LABEL)).await,
        Err(EvidenceError::Storage(error)) => return Err(Error::from(error).into()),
    };
    let new = kept.clone();
    let attached = portal.db.write(who.actor(), move |tx| inquiry::attach_to_draft(tx, &owner, &new)).await;
    attachment::settle(&portal.storage, &kept, attached.as_ref().copied()).await;
    match attached {
        Ok(true) => {
            let back = see_other("/contact/check");
            Ok(flash::carry(who.request(), back, FlashKind::Success, "ファイルを保存しました"))
        }
        Ok(false) => again(portal, who, visitor, &format!("添えられるファイルは{MOST_FILES}つまでです")).await,
        Err(Error::NotFound) => Ok(see_other("/contact")),
        Err(other) => Err(other.into()),
    }
}

const TOO_LARGE: &str = "資料のファイルは10MBより小さくしてください。写真は小さくして送るか、1枚ずつ送ってください";
const TOO_OFTEN: &str = "短い間にたくさんのファイルが送られたため、いったん受け付けを止めています。1時間ほどたってから送るか、ファイルを添えずに送ってください";

/// No file came of it: said on the page of the check.
async fn refused(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor, fault: UploadFault) -> PageResult {
    match fault {
        UploadFault::Missing(_) => again(portal, who, visitor, "資料のファイルを選んでください").await,
        UploadFault::Empty => again(portal, who, visitor, "中身のないファイルです。別のファイルを選んでください").await,
        UploadFault::CutOff => Ok(last(again(portal, who, visitor, "途中で切れました。もう一度送ってください").await?)),
        UploadFault::TooLarge { read_to_end, .. } => {
            let page = again(portal, who, visitor, TOO_LARGE).await?;
            Ok(if read_to_end { page } else { last(page) })
        }
        UploadFault::Forged => Err(PageError::Forged),
        UploadFault::Unreadable => Err(PageError::Unreadable),
        UploadFault::Storage(StorageError::TooLarge { .. }) => Err(PageError::TooLarge),
        UploadFault::Storage(error) => Err(Error::from(error).into()),
    }
}

async fn again(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor, sentence: &str) -> PageResult {
    let mut errors = FieldErrors::default();
    errors.add("file", LABEL, FieldFault::Sentence(sentence.to_owned()));
    match check::page(portal, who, visitor, errors).await? {
        Some(page) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &page),
        None => Ok(see_other("/contact")),
    }
}

/// Takes a file off.
pub async fn remove(
    portal: Data<Portal>,
    who: Anyone,
    visitor: Visitor,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let file = AttachmentId::parse(&path).ok_or(Error::NotFound)?;
    let owner = super::owner(&who, &visitor);
    portal.db.write(who.actor(), move |tx| inquiry::remove_from_draft(tx, &owner, &file)).await?;
    Ok(flash::carry(who.request(), see_other("/contact/check"), FlashKind::Success, "ファイルを外しました"))
}
