//! `GET`, `POST /notices/new`: begins a notice; `?from=` copies one, `?kind=disaster`
//! fills in the words of 「地域の災害」. `GET`, `POST /notices/{id}/edit`: changes one.
//! Editors.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use uketsuke_core::attachment::{self, Attachment, Subject};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::notice::{self, Action, Notice, State};
use uketsuke_web::answer::html_with;
use uketsuke_web::extract::AllFields;
use uketsuke_web::{PageResult, html, invalid};

use super::form::{NoticeForm, Place, page};
use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, Staff};

/// The longest reason for a change, characters.
const COMMENT_MAX_CHARS: usize = 100;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    kind: String,
}

fn new_place() -> Place {
    Place { title: "お知らせを書く", back: PATH.to_owned(), ..Place::default() }
}

/// The form for a new one.
pub async fn show_new(office: Data<Office>, who: Staff<EditContent>, asked: Query<Asked>) -> PageResult {
    let form = match (asked.from.as_str(), asked.kind.as_str()) {
        ("", "disaster") => NoticeForm::disaster(),
        ("", _) => NoticeForm::fresh(),
        (from, _) => {
            let (scope, id) = (who.scope.clone(), parse(from)?);
            let notice = office.db.read(move |c| notice::get(c, &scope, &id)).await?;
            let fresh = NoticeForm::fresh();
            let mut form = NoticeForm::of(&notice);
            (form.from, form.until) = (fresh.from, fresh.until);
            (form.typed.from_time, form.typed.until_time) = Default::default();
            form
        }
    };
    html(&page(&who, new_place(), form, FieldErrors::default()))
}

/// Keeps a new one as a draft.
pub async fn begin(office: Data<Office>, who: Staff<EditContent>, AllFields(fields): AllFields) -> PageResult {
    let mut form = NoticeForm::read(&fields);
    let input = match form.judge(&[], office.db.clock().now().into()) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => return invalid(&page(&who, new_place(), form, errors)),
        Err(other) => return Err(other.into()),
    };
    let scope = who.scope.clone();
    let id = office.db.write(who.actor(), move |tx| notice::draft(tx, &scope, &input)).await?;
    Ok(who.done(format!("{PATH}/{id}"), "下書きを保存しました。見え方を確かめてから公開してください。"))
}

async fn load(office: &Office, who: &Staff<EditContent>, id: &str) -> Result<(Notice, Vec<Attachment>)> {
    let (scope, id) = (who.scope.clone(), parse(id)?);
    office
        .db
        .read(move |c| {
            let notice = notice::get(c, &scope, &id)?;
            let files = attachment::list(c, Subject::Notice, &[notice.id.as_str()])?;
            Ok((notice, files))
        })
        .await
}

fn place(office: &Office, notice: &Notice) -> Place {
    Place {
        title: "お知らせを書き直す",
        back: format!("{PATH}/{}", notice.id),
        seen: notice.revision.to_string(),
        is_out: notice.standing(office.db.clock().now().into()) == State::Published,
        ..Place::default()
    }
}

/// The form with what it says now.
pub async fn show(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let (notice, _) = load(&office, &who, &path).await?;
    if !notice.standing(office.db.clock().now().into()).allows(Action::Amend) {
        return Ok(who.warned(format!("{PATH}/{path}"), "いまの状態では書き直せません。"));
    }
    let place = place(&office, &notice);
    html(&page(&who, place, NoticeForm::of(&notice), FieldErrors::default()))
}

/// Keeps the change as the next version.
pub async fn save(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let (notice, files) = load(&office, &who, &path).await?;
    let mut form = NoticeForm::read(&fields);
    let attached: Vec<&str> = files.iter().map(|file| file.original_name.as_str()).collect();
    let comment = uketsuke_core::fold::one_line_label(fields.get("comment"), COMMENT_MAX_CHARS);
    let judged = form.judge(&attached, office.db.clock().now().into());
    let at = Place { comment: fields.get("comment").to_owned(), ..place(&office, &notice) };
    let at = Place { seen: fields.get("seen").to_owned(), ..at };
    let (input, comment) = match (judged, comment) {
        (Ok(input), Ok(comment)) => (input, comment),
        (Err(Error::Invalid(errors)), _) => return invalid(&page(&who, at, form, errors)),
        (Err(other), _) => return Err(other.into()),
        (_, Err(fault)) => {
            let mut errors = FieldErrors::default();
            errors.add("comment", "変更の理由", fault);
            return invalid(&page(&who, at, form, errors));
        }
    };
    let (scope, id) = (who.scope.clone(), notice.id.clone());
    let seen: i32 = fields.get("seen").parse().unwrap_or(0);
    let saved = office.db.write(who.actor(), move |tx| notice::amend(tx, &scope, (&id, seen), &input, &comment)).await;
    match saved {
        Ok(()) => Ok(who.done(format!("{PATH}/{path}"), "書き直したお知らせを保存しました")),
        Err(Error::Conflict) => {
            let (now, _) = load(&office, &who, &path).await?;
            let at = Place { overtaken: true, comment: at.comment, ..place(&office, &now) };
            html_with(StatusCode::CONFLICT, &page(&who, at, form, FieldErrors::default()))
        }
        Err(other) => super::super::content::answered(&who, &format!("{PATH}/{path}"), Err(other), ""),
    }
}
