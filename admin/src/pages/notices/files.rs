//! The files of a notice. Editors; whoever reads content may open them.
//!
//! - `POST /notices/{id}/files`: attaches one.
//! - `GET /notices/{id}/files/{file}`: the file, `?show=yes` as a picture in the page.
//! - `POST /notices/{id}/files/{file}/remove`: takes it off.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload, Query};
use serde::Deserialize;
use uketsuke_core::attachment::{self, Subject};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::AttachmentId;
use uketsuke_core::notice::{self, MOST_FILES};
use uketsuke_web::{PageResult, download, invalid, upload};

use super::{PATH, parse, show};
use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{answered, hand_in};

/// Attaches a file.
pub async fn add(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> PageResult {
    let id = parse(&path)?;
    let refused = match hand_in(&office.storage, &request, payload).await? {
        Err(refused) => refused,
        Ok(kept) => {
            let (scope, new) = (who.scope.clone(), kept.clone());
            let attached = office.db.write(who.actor(), move |tx| notice::attach_file(tx, &scope, &id, &new)).await;
            attachment::settle(&office.storage, &kept, attached.as_ref().copied()).await;
            match attached {
                Ok(true) => return Ok(who.done(format!("{PATH}/{path}"), "ファイルを添付しました")),
                Ok(false) => format!("添付できるファイルは{MOST_FILES}個までです").into(),
                Err(other) => return answered(&who, &format!("{PATH}/{path}"), Err(other), ""),
            }
        }
    };
    let cut_short = refused.cut_short;
    let page = invalid(&show::page(&office, &who, &path, refused.errors()).await?)?;
    Ok(if cut_short { upload::last(page) } else { page })
}

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
}

/// The file.
pub async fn get(
    office: Data<Office>,
    who: Staff<ReadContent>,
    path: Path<(String, String)>,
    asked: Query<Asked>,
) -> PageResult {
    let (id, file, scope) = (parse(&path.0)?, file_id(&path.1)?, who.scope.clone());
    let file = office
        .db
        .read(move |c| {
            notice::get(c, &scope, &id)?;
            attachment::get(c, Subject::Notice, id.as_str(), &file)
        })
        .await?;
    download::attachment(&office.storage, &file, asked.show == "yes").await
}

/// Takes a file off, unless the text shows it.
pub async fn remove(office: Data<Office>, who: Staff<EditContent>, path: Path<(String, String)>) -> PageResult {
    let (id, file, scope) = (parse(&path.0)?, file_id(&path.1)?, who.scope.clone());
    let removed = office.db.write(who.actor(), move |tx| notice::remove_file(tx, &scope, &id, &file)).await;
    let back = format!("{PATH}/{}", path.0);
    match removed {
        Ok(false) => Ok(who.warned(back, "このファイルは本文に使われています。先に本文から消してください。")),
        other => answered(&who, &back, other.map(drop), "ファイルを外しました"),
    }
}

fn file_id(text: &str) -> Result<AttachmentId> {
    AttachmentId::parse(text).ok_or(Error::NotFound)
}
