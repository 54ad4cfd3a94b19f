//! `POST /manuals/{id}/file`: lays a file ready for the next version.
//! `GET`, `POST /manuals/{id}/version`: publishes it. Editors.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use askama::Template;
use uketsuke_core::attachment;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::manual::{self, VersionInput, Whole};
use uketsuke_web::answer::html_with;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::DateTyped;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, upload};

use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, Staff};
use crate::pages::content::{MENU, answered, hand_in, sent_again};

#[derive(Template)]
#[template(path = "admin/manuals/version.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    whole: Whole,
    typed: Typed,
    /// How many versions there are to see.
    seen: i32,
    overtaken: bool,
    accept: &'static str,
}

#[derive(Template)]
#[template(path = "admin/manuals/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    whole: Whole,
    typed: Typed,
    revised_on: String,
    body: Option<Html>,
    sent: Vec<(String, String)>,
}

#[derive(Default)]
struct Typed {
    label: String,
    revised_on: DateTyped,
    changes: String,
    body: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let get = |name: &str| fields.get(name).to_owned();
        Self {
            label: get("label"),
            revised_on: DateTyped::from_fields(fields, "revised_on"),
            changes: get("changes"),
            body: get("body"),
        }
    }
}

async fn load(office: &Office, who: &Staff<EditContent>, id: &str) -> uketsuke_core::error::Result<Whole> {
    let (scope, id) = (who.scope.clone(), parse(id)?);
    office.db.read(move |c| manual::get(c, &scope, &id)).await
}

fn page(who: &Staff<EditContent>, whole: Whole, typed: Typed, errors: FieldErrors) -> Page {
    Page {
        frame: who.frame("手順書の新しい版", MENU).error(!errors.is_empty()),
        errors,
        seen: whole.versions.first().map_or(0, |newest| newest.sequence),
        whole,
        typed,
        overtaken: false,
        accept: upload::ACCEPT,
    }
}

/// The form, with the text that is in force.
pub async fn show(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let whole = load(&office, &who, &path).await?;
    let typed = Typed {
        revised_on: DateTyped::of(tokyo_date(office.db.clock().now())),
        body: whole.versions.first().map_or(String::new(), |newest| newest.body.clone()),
        ..Typed::default()
    };
    html(&page(&who, whole, typed, FieldErrors::default()))
}

/// Lays a file ready.
pub async fn lay_ready(
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
            let laid = office.db.write(who.actor(), move |tx| manual::lay_ready(tx, &scope, &id, &new)).await;
            attachment::settle(&office.storage, &kept, laid.as_ref().map(|()| true)).await;
            let told = "ファイルを保存しました。次の版と一緒に公開されます。";
            return answered(&who, &format!("{PATH}/{path}/version"), laid, told);
        }
    };
    let (whole, cut_short) = (load(&office, &who, &path).await?, refused.cut_short);
    let typed = Typed { revised_on: DateTyped::of(tokyo_date(office.db.clock().now())), ..Typed::default() };
    let page = invalid(&page(&who, whole, typed, refused.errors()))?;
    Ok(if cut_short { upload::last(page) } else { page })
}

/// Shows the version; at the second step publishes it, or opens the form again.
pub async fn publish(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let whole = load(&office, &who, &path).await?;
    let (typed, mut day) = (Typed::of(&fields), FieldErrors::default());
    if fields.get("step") == "correct" {
        return html(&page(&who, whole, typed, FieldErrors::default()));
    }
    let revised_on = typed.revised_on.read("revised_on", "改訂日", &mut day);
    let words = (typed.label.as_str(), typed.changes.as_str(), typed.body.as_str());
    let input = match VersionInput::read(words, revised_on, whole.ready().is_some(), day) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => return invalid(&page(&who, whole, typed, errors)),
        Err(other) => return Err(other.into()),
    };
    if fields.get("step") != "send" {
        let body = (!typed.body.trim().is_empty()).then(|| markdown::html(&typed.body, |_| None));
        return html(&ConfirmPage {
            frame: who.frame("手順書の新しい版の確認", MENU),
            revised_on: revised_on.map_or(String::new(), uketsuke_web::words::plain_date),
            body,
            whole,
            typed,
            sent: sent_again(&fields),
        });
    }
    let (scope, id) = (who.scope.clone(), whole.manual.id.clone());
    let seen: i32 = fields.get("seen").parse().unwrap_or(-1);
    match office.db.write(who.actor(), move |tx| manual::add_version(tx, &scope, (&id, seen), &input)).await {
        Ok(_) => Ok(who.done(format!("{PATH}/{path}"), "手順書の新しい版を公開しました")),
        Err(Error::Conflict) => {
            let whole = load(&office, &who, &path).await?;
            let again = Page { overtaken: true, ..page(&who, whole, typed, FieldErrors::default()) };
            html_with(StatusCode::CONFLICT, &again)
        }
        Err(other) => Err(other.into()),
    }
}
