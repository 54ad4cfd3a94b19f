//! `GET`, `POST /manuals/new`: adds a handbook. `GET`, `POST /manuals/{id}/edit`:
//! changes what is said about it. Editors.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::manual::{self, Input, Manual, Typed};
use uketsuke_web::answer::html_with;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, Staff};
use crate::pages::content::{MENU, sites};

#[derive(Template)]
#[template(path = "admin/manuals/form.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    sites: Vec<Choice>,
    back: String,
    /// The revision that is changed; empty for a new one.
    seen: String,
    overtaken: bool,
}

fn of_fields(fields: &Fields) -> Typed {
    let get = |name: &str| fields.get(name).to_owned();
    Typed {
        slug: get("slug"),
        site: get("site"),
        position: get("position"),
        title: get("title"),
        summary: get("summary"),
    }
}

fn of_manual(manual: &Manual) -> Typed {
    Typed {
        slug: manual.slug.clone(),
        site: manual.site.as_str().to_owned(),
        position: manual.position.to_string(),
        title: manual.title.clone(),
        summary: manual.summary.clone(),
    }
}

fn page(who: &Staff<EditContent>, manual: Option<&Manual>, typed: Typed, errors: FieldErrors) -> Page {
    let title = if manual.is_some() { "手順書の説明を変更する" } else { "手順書を追加する" };
    Page {
        frame: who.frame(title, MENU).error(!errors.is_empty()),
        errors,
        typed,
        sites: sites(),
        back: manual.map_or(PATH.to_owned(), |manual| format!("{PATH}/{}", manual.id)),
        seen: manual.map_or(String::new(), |manual| manual.revision.to_string()),
        overtaken: false,
    }
}

/// The empty form.
pub async fn show_new(who: Staff<EditContent>) -> PageResult {
    let typed = Typed { site: "both".to_owned(), ..Typed::default() };
    html(&page(&who, None, typed, FieldErrors::default()))
}

/// Adds it.
pub async fn add(office: Data<Office>, who: Staff<EditContent>, AllFields(fields): AllFields) -> PageResult {
    let typed = of_fields(&fields);
    let scope = who.scope.clone();
    let added = match Input::read(&typed) {
        Ok(input) => office.db.write(who.actor(), move |tx| manual::add(tx, &scope, &input)).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(id) => Ok(who.done(format!("{PATH}/{id}"), "手順書を追加しました。次に、最初の版を公開してください。")),
        Err(Error::Invalid(errors)) => invalid(&page(&who, None, typed, errors)),
        Err(other) => Err(other.into()),
    }
}

async fn load(office: &Office, who: &Staff<EditContent>, id: &str) -> uketsuke_core::error::Result<Manual> {
    let (scope, id) = (who.scope.clone(), parse(id)?);
    Ok(office.db.read(move |c| manual::get(c, &scope, &id)).await?.manual)
}

/// The form with what it says now.
pub async fn show(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let manual = load(&office, &who, &path).await?;
    html(&page(&who, Some(&manual), of_manual(&manual), FieldErrors::default()))
}

/// Keeps the change.
pub async fn save(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let manual = load(&office, &who, &path).await?;
    let typed = Typed { slug: manual.slug.clone(), ..of_fields(&fields) };
    let (scope, id) = (who.scope.clone(), manual.id.clone());
    let seen: i32 = fields.get("seen").parse().unwrap_or(0);
    let saved = match Input::read(&typed) {
        Ok(input) => office.db.write(who.actor(), move |tx| manual::amend(tx, &scope, (&id, seen), &input)).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(who.done(format!("{PATH}/{path}"), "手順書の説明を変更しました")),
        Err(Error::Invalid(errors)) => {
            let seen = fields.get("seen").to_owned();
            invalid(&Page { seen, ..page(&who, Some(&manual), typed, errors) })
        }
        Err(Error::Conflict) => {
            let now = load(&office, &who, &path).await?;
            let again = Page { overtaken: true, ..page(&who, Some(&now), typed, FieldErrors::default()) };
            html_with(StatusCode::CONFLICT, &again)
        }
        Err(other) => Err(other.into()),
    }
}
