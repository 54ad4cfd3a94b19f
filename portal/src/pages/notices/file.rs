//! `GET /notices/{id}/files/{file}`: a file of a notice that is shown; `?show=yes` as
//! the picture in its text. Anyone.

use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use uketsuke_core::attachment::{self, Subject};
use uketsuke_core::error::Error;
use uketsuke_core::ids::AttachmentId;
use uketsuke_core::notice;
use uketsuke_web::{PageResult, download, site};

use super::parse;
use crate::{Anyone, Portal};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
}

/// The file.
pub async fn get(portal: Data<Portal>, who: Anyone, path: Path<(String, String)>, asked: Query<Asked>) -> PageResult {
    let (id, site, now) = (parse(&path.0)?, site::which(who.request()), portal.now());
    let file = AttachmentId::parse(&path.1).ok_or(Error::NotFound)?;
    let file = portal
        .db
        .read(move |c| {
            notice::find_shown(c, site, &id, now)?;
            attachment::get(c, Subject::Notice, id.as_str(), &file)
        })
        .await?;
    download::attachment(&portal.storage, &file, asked.show == "yes").await
}
