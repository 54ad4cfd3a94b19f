//! `GET /faq/synonyms`: words that mean the same. Staff who read content.
//! `POST /faq/synonyms`: adds a group; `POST /faq/synonyms/{id}`: changes or removes
//! one. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::error::Error;
use uketsuke_core::faq;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::SynonymsId;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{MENU, TABS};

const PATH: &str = "/faq/synonyms";

#[derive(Template)]
#[template(path = "admin/faq/synonyms.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    groups: Vec<Group>,
    /// A new group, as typed.
    new: Group,
    may_edit: bool,
}

/// A group with its own faults: there are many forms on the page.
#[derive(Default)]
struct Group {
    id: String,
    words: String,
    errors: FieldErrors,
}

async fn page<D>(
    office: &Office,
    who: &Staff<D>,
    typed: Option<(String, String, FieldErrors)>,
) -> uketsuke_core::error::Result<Page> {
    let scope = who.scope.clone();
    let stored = office.db.read(move |c| faq::list_synonyms(c, &scope)).await?;
    let mut groups: Vec<Group> = stored
        .into_iter()
        .map(|group| Group { id: group.id.to_string(), words: group.words, ..Group::default() })
        .collect();
    let mut new = Group::default();
    let bad = typed.is_some();
    if let Some((id, words, errors)) = typed {
        let place = groups.iter_mut().find(|group| group.id == id).unwrap_or(&mut new);
        (place.words, place.errors) = (words, errors);
    }
    let may_edit = who.scope.may(Permission::EditContent);
    Ok(Page { frame: who.frame("同じ意味の言葉", MENU).error(bad), tabs: TABS, groups, new, may_edit })
}

/// The groups.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>) -> PageResult {
    html(&page(&office, &who, None).await?)
}

/// Adds a group.
pub async fn add(office: Data<Office>, who: Staff<EditContent>, AllFields(fields): AllFields) -> PageResult {
    let (scope, words) = (who.scope.clone(), fields.get("words").to_owned());
    let typed = words.clone();
    match office.db.write(who.actor(), move |tx| faq::add_synonyms(tx, &scope, &typed)).await {
        Ok(_) => Ok(who.done(PATH, "同じ意味の言葉を追加しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, Some((String::new(), words, errors))).await?),
        Err(other) => Err(other.into()),
    }
}

/// Changes or removes a group.
pub async fn change(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let id = SynonymsId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, words) = (who.scope.clone(), fields.get("words").to_owned());
    if fields.get("step") == "remove" {
        let removed = office.db.write(who.actor(), move |tx| faq::remove_synonyms(tx, &scope, &id)).await;
        return match removed {
            Ok(()) | Err(Error::NotFound) => Ok(who.done(PATH, "同じ意味の言葉を外しました")),
            Err(other) => Err(other.into()),
        };
    }
    let typed = words.clone();
    match office.db.write(who.actor(), move |tx| faq::change_synonyms(tx, &scope, &id, &typed)).await {
        Ok(()) => Ok(who.done(PATH, "同じ意味の言葉を変更しました")),
        Err(Error::Invalid(errors)) => {
            let typed = (path.into_inner(), words, errors);
            invalid(&page(&office, &who, Some(typed)).await?)
        }
        Err(other) => Err(other.into()),
    }
}
