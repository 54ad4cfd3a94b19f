//! `GET /faq/{id}`: one entry as readers see it, its voices and versions. Staff who
//! read content. `POST /faq/{id}/publish`, `…/retire`: on the shelf, off it. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::content::{Line, version};
use uketsuke_core::faq::{self, Entry, State, Tally};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{MENU, VersionRow, answered, version_rows};

#[derive(Template)]
#[template(path = "admin/faq/show.html")]
struct Page {
    frame: Frame,
    entry: Entry,
    answer: Html,
    tally: Tally,
    versions: Vec<VersionRow>,
    may_edit: bool,
    /// The way back to the inquiry it was written from, for those who may.
    inquiry: String,
}

/// The entry.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let (entry, tally, versions) = office
        .db
        .read(move |c| {
            let entry = faq::get(c, &scope, &id)?;
            let tally = faq::tallies(c, std::slice::from_ref(&id))?.remove(&id).unwrap_or_default();
            let versions = version_rows(c, version::Subject::Faq, id.as_str())?;
            Ok((entry, tally, versions))
        })
        .await?;
    html(&Page {
        frame: who.frame(entry.question.as_str(), MENU),
        answer: markdown::html(&entry.answer, |_| None),
        tally,
        versions,
        may_edit: who.scope.may(Permission::EditContent),
        inquiry: entry.inquiry_id.as_ref().map_or(String::new(), |id| format!("/inquiries/{id}")),
        entry,
    })
}

/// Puts it on the shelf.
pub async fn publish(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let done = office.db.write(who.actor(), move |tx| faq::publish(tx, &scope, &id)).await;
    answered(&who, &format!("{PATH}/{path}"), done, "質問を公開しました")
}

/// Takes it off.
pub async fn retire(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let done = office.db.write(who.actor(), move |tx| faq::retire(tx, &scope, &id)).await;
    answered(&who, &format!("{PATH}/{path}"), done, "質問の公開を終了しました")
}
