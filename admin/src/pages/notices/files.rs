//! The files of a notice. Editors; whoever reads content may open them.
//!
//! - `POST /notices/{id}/files`: attaches one.
//! - `GET /notices/{id}/files/{file}`: the file, `?show=yes` as a picture in the page.
//! - `POST /notices/{id}/files/{file}/remove`: takes it off.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload, Query};
use serde::Deserialize;
use uketsuke_core::attachment::{self, Subject};
use uketsuke_core::content::markdown;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::AttachmentId;
use uketsuke_core::notice::{self, Action, MOST_FILES};
use uketsuke_core::refusal::Refusal;
use uketsuke_web::{PageResult, download, invalid};

use super::{PATH, parse, show};
use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{HandedIn, answered, closing, hand_in};

/// Attaches a file.
pub async fn add(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> PageResult {
    let id = parse(&path)?;
    let (sentence, closes) = match hand_in(&office.storage, &request, payload).await? {
        HandedIn::None(_) => ("ファイルを選んでください".to_owned(), false),
        HandedIn::Refused(sentence, _, closes) => (sentence, closes),
        HandedIn::Kept(kept, _) => {
            let (scope, new, now) = (who.scope.clone(), kept.clone(), office.db.clock().now().into());
            let attached = office
                .db
                .write(who.actor(), move |tx| {
                    if !notice::get(tx.conn(), &scope, &id)?.standing(now).allows(Action::Amend) {
                        return Err(Refusal::NotInThisState.into());
                    }
                    attachment::attach(tx, Subject::Notice, id.as_str(), &new, MOST_FILES)
                })
                .await;
            if !matches!(attached, Ok(true)) {
                attachment::forget(&office.storage, &kept).await;
            }
            match attached {
                Ok(true) => return Ok(who.done(format!("{PATH}/{path}"), "ファイルを添付しました")),
                Ok(false) => (format!("添付できるファイルは{MOST_FILES}個までです"), false),
                Err(other) => return answered(&who, &format!("{PATH}/{path}"), Err(other), ""),
            }
        }
    };
    let mut errors = FieldErrors::default();
    errors.add("file", "ファイル", FieldFault::Sentence(sentence));
    Ok(closing(invalid(&show::page(&office, &who, &path, errors).await?)?, closes))
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
    let now = office.db.clock().now().into();
    let removed = office
        .db
        .write(who.actor(), move |tx| {
            let notice = notice::get(tx.conn(), &scope, &id)?;
            if !notice.standing(now).allows(Action::Amend) {
                return Err(Refusal::NotInThisState.into());
            }
            let name = attachment::get(tx.conn(), Subject::Notice, id.as_str(), &file)?.original_name;
            let others = attachment::list(tx.conn(), Subject::Notice, &[id.as_str()])?;
            let others: Vec<&str> =
                others.iter().map(|one| one.original_name.as_str()).filter(|other| *other != name).collect();
            if !markdown::faults(&notice.body, &others).is_empty() {
                return Ok(false);
            }
            attachment::remove(tx, Subject::Notice, id.as_str(), &file)?;
            Ok(true)
        })
        .await;
    let back = format!("{PATH}/{}", path.0);
    match removed {
        Ok(false) => Ok(who.warned(back, "このファイルは本文に使われています。先に本文から消してください。")),
        other => answered(&who, &back, other.map(drop), "ファイルを外しました"),
    }
}

fn file_id(text: &str) -> Result<AttachmentId> {
    AttachmentId::parse(text).ok_or(Error::NotFound)
}
