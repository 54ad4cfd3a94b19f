//! `GET`, `POST /terms/{document}/new`: the next version of a text, shown before it is
//! kept. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::legal::{self, Document, Input};
use uketsuke_web::extract::AllFields;
use uketsuke_web::form::DateTyped;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, words};

use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, Staff};
use crate::pages::content::{MENU, sent_again};

#[derive(Template)]
#[template(path = "admin/legal/form.html")]
struct FormPage {
    frame: Frame,
    errors: FieldErrors,
    from: DateTyped,
    changes: String,
    body: String,
}

#[derive(Template)]
#[template(path = "admin/legal/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    from: String,
    changes: String,
    body: Html,
    sent: Vec<(String, String)>,
}

fn form(who: &Staff<EditContent>, document: Document, from: DateTyped, errors: FieldErrors) -> FormPage {
    let title = format!("{}の新しい版", document.label());
    let frame = who.frame(title, MENU).error(!errors.is_empty());
    FormPage { frame, errors, from, changes: String::new(), body: String::new() }
}

/// The form, with the text that editors made last.
pub async fn show(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
    let (document, scope) = (parse(&path)?, who.scope.clone());
    let texts = office.db.read(move |c| legal::list_all(c, &scope, document)).await?;
    let from = DateTyped { era: "ad".to_owned(), ..DateTyped::default() };
    let body = texts.into_iter().next().map_or(String::new(), |newest| newest.body);
    html(&FormPage { body, ..form(&who, document, from, FieldErrors::default()) })
}

/// Shows the version; at the second step keeps it, or opens the form again.
pub async fn add(
    office: Data<Office>,
    who: Staff<EditContent>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let document = parse(&path)?;
    let from = DateTyped::from_fields(&fields, "from");
    let typed = |page: FormPage| FormPage {
        changes: fields.get("changes").to_owned(),
        body: fields.get("body").to_owned(),
        ..page
    };
    if fields.get("step") == "correct" {
        return html(&typed(form(&who, document, from, FieldErrors::default())));
    }
    let mut day = FieldErrors::default();
    let on = from.read("from", "始まる日", &mut day);
    let now = office.db.clock().now().into();
    let input = match Input::read(on, fields.get("body"), fields.get("changes"), now, day) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => return invalid(&typed(form(&who, document, from, errors))),
        Err(other) => return Err(other.into()),
    };
    if fields.get("step") != "send" {
        return html(&ConfirmPage {
            frame: who.frame(format!("{}の新しい版の確認", document.label()), MENU),
            from: words::plain_date(input.from),
            changes: input.changes,
            body: markdown::html(&input.body, |_| None),
            sent: sent_again(&fields),
        });
    }
    let scope = who.scope.clone();
    match office.db.write(who.actor(), move |tx| legal::add(tx, &scope, document, &input)).await {
        Ok(()) => Ok(who.done(PATH, "新しい版を登録しました。始まる日から、ログインのときに同意をお願いします。")),
        Err(Error::Conflict) => {
            let mut errors = FieldErrors::default();
            let sentence = "この日から始まる版が、すでにあります。別の日にするか、予定の版を取りやめてください";
            errors.add("from", "始まる日", FieldFault::Sentence(sentence.to_owned()));
            invalid(&typed(form(&who, document, from, errors)))
        }
        Err(other) => Err(other.into()),
    }
}
