//! `GET, POST /queue/views/{id}`: another name for a saved list, and whether
//! colleagues see it. Whoever saved it.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::SavedViewId;
use uketsuke_core::staff::saved_view::VIEW_NAME_MAX_CHARS;
use uketsuke_core::staff::{SavedView, change_view, list_views};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ReadApplications, Staff};

#[derive(Template)]
#[template(path = "admin/queue/view.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    view: SavedView,
    typed: ChangeForm,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    name: String,
    shared: String,
}

/// The form.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, path: Path<String>) -> PageResult {
    let view = own(&office, &who, &path).await?;
    let shared = if view.shared { "yes" } else { "" }.to_owned();
    let typed = ChangeForm { name: view.name.clone(), shared };
    html(&page(&who, view, typed, FieldErrors::default()))
}

/// Changes it.
pub async fn change(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Form(form): Form<ChangeForm>,
) -> PageResult {
    let view = own(&office, &who, &path).await?;
    let mut errors = FieldErrors::default();
    let Some(name) = errors.take("name", "名前", fold::text(&form.name, VIEW_NAME_MAX_CHARS)) else {
        return invalid(&page(&who, view, form, errors));
    };
    let (scope, id, shared) = (who.scope.clone(), view.id.clone(), form.shared == "yes");
    match office.db.write(who.actor(), move |tx| change_view(tx, &scope, &id, &name, shared)).await {
        Ok(()) => Ok(who.done("/queue/views", "保存した条件を変更しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&who, view, form, errors)),
        Err(other) => Err(other.into()),
    }
}

async fn own(office: &Office, who: &Staff<ReadApplications>, id: &str) -> Result<SavedView> {
    let id = SavedViewId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let views = office.db.read(move |c| list_views(c, &scope)).await?;
    let own = |view: &SavedView| view.id == id && view.owner == *who.scope.staff();
    views.into_iter().find(own).ok_or(Error::NotFound)
}

fn page(who: &Staff<ReadApplications>, view: SavedView, typed: ChangeForm, errors: FieldErrors) -> Page {
    Page {
        frame: who.frame("保存した条件を変更する", "/queue").error(!errors.is_empty()), errors, view, typed
    }
}
