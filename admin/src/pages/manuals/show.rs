//! `GET /manuals/{id}`: a handbook with its table of revisions. `GET
//! /manuals/{id}/files/{file}`: a file of it. Staff who read content.
//! `POST /manuals/{id}/state`: off the list, or back. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::attachment::Attachment;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::error::Error;
use uketsuke_core::manual::{self, State, Whole};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, download, html};

use super::list::standing;
use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{MENU, answered};

#[derive(Template)]
#[template(path = "admin/manuals/show.html")]
struct Page {
    frame: Frame,
    whole: Whole,
    standing: (&'static str, &'static str),
    body: Option<Html>,
    names: ActorNames,
    address: String,
    may_edit: bool,
}

impl Page {
    fn file_address(&self, file: &Attachment) -> String {
        format!("{PATH}/{}/files/{}", self.whole.manual.id, file.id)
    }
}

/// The handbook.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let (whole, names) = office
        .db
        .read(move |c| {
            let whole = manual::get(c, &scope, &id)?;
            let names = actor_names(c, whole.versions.iter().map(|version| version.made_by.as_str()))?;
            Ok((whole, names))
        })
        .await?;
    let newest = whole.versions.first();
    let body = newest.filter(|newest| !newest.body.is_empty()).map(|newest| markdown::html(&newest.body, |_| None));
    html(&Page {
        frame: who.frame(whole.manual.title.as_str(), MENU),
        standing: standing(&whole.manual, newest),
        body,
        names,
        address: format!("{}/manuals/{}", office.config.portal_url, whole.manual.slug),
        may_edit: who.scope.may(Permission::EditContent),
        whole,
    })
}

/// A file of it.
pub async fn file(office: Data<Office>, who: Staff<ReadContent>, path: Path<(String, String)>) -> PageResult {
    let (id, scope) = (parse(&path.0)?, who.scope.clone());
    let whole = office.db.read(move |c| manual::get(c, &scope, &id)).await?;
    let file = whole.files.iter().find(|file| file.id.as_str() == path.1).ok_or(Error::NotFound)?;
    download::attachment(&office.storage, file, false).await
}

/// Takes it off the list, or puts it back.
pub async fn set_state(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let to = State::parse(fields.get("state")).ok_or(Error::NotFound)?;
    let moved = office.db.write(who.actor(), move |tx| manual::set_state(tx, &scope, &id, to)).await;
    let told = match to {
        State::Published => "手順書の一覧に戻しました",
        State::Retired => "手順書の公開を終了しました",
    };
    answered(&who, &format!("{PATH}/{path}"), moved, told)
}
