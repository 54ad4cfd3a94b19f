//! `POST /queue/views`: saving this list under a name. `GET /queue/views`: one's
//! own saved lists; `POST /queue/views/{id}/delete`. Whoever reads applications.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{SavedViewId, StaffId};
use uketsuke_core::staff::saved_view::VIEW_NAME_MAX_CHARS;
use uketsuke_core::staff::{SavedView, delete_view, list_views, save_view};
use uketsuke_web::extract::{AllFields, Form};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadApplications, Staff};

#[derive(Template)]
#[template(path = "admin/queue/views.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: ViewForm,
    chips: Vec<(String, String)>,
    views: Vec<SavedView>,
    me: StaffId,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ViewForm {
    name: String,
    shared: String,
    query: String,
}

/// One's own, and the form for the list one comes from.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    let typed = ViewForm { query: asked.query(), ..ViewForm::default() };
    html(&page(&office, &who, typed, FieldErrors::default()).await?)
}

/// Saves it; the same name again replaces what it stood for.
pub async fn save(office: Data<Office>, who: Staff<ReadApplications>, Form(mut form): Form<ViewForm>) -> PageResult {
    // Only what the list itself would say is kept.
    form.query = Asked::read(&form.query).query();
    let mut errors = FieldErrors::default();
    let Some(name) = errors.take("name", "名前", fold::text(&form.name, VIEW_NAME_MAX_CHARS)) else {
        return invalid(&page(&office, &who, form, errors).await?);
    };
    let (scope, query, shared) = (who.scope.clone(), form.query.clone(), form.shared == "yes");
    match office.db.write(who.actor(), move |tx| save_view(tx, &scope, &name, &query, shared)).await {
        Ok(()) => Ok(who.done(format!("/queue?{}", form.query), "一覧の条件を保存しました")),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, form, errors).await?),
        Err(other) => Err(other.into()),
    }
}

/// Deletes one of one's own.
pub async fn delete(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let id = SavedViewId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.write(who.actor(), move |tx| delete_view(tx, &scope, &id)).await?;
    Ok(who.done("/queue/views", "保存した条件を削除しました"))
}

async fn page(
    office: &Office,
    who: &Staff<ReadApplications>,
    typed: ViewForm,
    errors: FieldErrors,
) -> Result<Page, Error> {
    let scope = who.scope.clone();
    let (views, staff) =
        office.db.read(move |c| Ok((list_views(c, &scope)?, uketsuke_core::staff::list_staff(c)?))).await?;
    let me = who.scope.staff().clone();
    let frame = who.frame("保存した条件", "/queue").error(!errors.is_empty());
    Ok(Page { frame, errors, chips: Asked::read(&typed.query).chips(&staff), views, typed, me })
}
