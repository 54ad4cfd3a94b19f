//! `GET /terms`: the texts people agree to, with their versions. Staff who read
//! content. `GET`, `POST /terms/{document}/new`: the next version; `POST
//! /terms/{document}/{version}/call-off`: calls off one that does not hold yet.
//! Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::legal::{self, Document, Input, Text};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::extract::AllFields;
use uketsuke_web::form::DateTyped;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html, invalid, words};

use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{MENU, TABS, answered, sent_again};

const PATH: &str = "/terms";

#[derive(Template)]
#[template(path = "admin/legal/list.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    documents: Vec<(Document, Vec<Row>)>,
    names: ActorNames,
    may_edit: bool,
}

impl Page {
    /// How the version that came with the program stands.
    fn first_standing(&self, rows: &[Row]) -> (&'static str, &'static str) {
        if rows.iter().any(|row| row.standing == IN_FORCE) { PAST } else { IN_FORCE }
    }
}

const IN_FORCE: (&str, &str) = ("いまの版", "green");
const PAST: (&str, &str) = ("過去の版", "grey");

struct Row {
    from: String,
    standing: (&'static str, &'static str),
    is_to_come: bool,
    text: Text,
}

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

fn parse(text: &str) -> Result<Document> {
    Document::parse(text).ok_or(Error::NotFound)
}

/// The texts.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>) -> PageResult {
    let scope = who.scope.clone();
    let (texts, names) = office
        .db
        .read(move |c| {
            let mut texts = Vec::new();
            for document in Document::ALL {
                texts.push((*document, legal::list_all(c, &scope, *document)?));
            }
            let made_by = texts.iter().flat_map(|(_, texts)| texts).map(|text| text.made_by.as_str());
            let names = actor_names(c, made_by)?;
            Ok((texts, names))
        })
        .await?;
    let today = tokyo_date(office.db.clock().now()).to_string();
    let rows = |texts: Vec<Text>| {
        let in_force = texts.iter().find(|text| text.version <= today).map(|text| text.version.clone());
        let row = |text: Text| Row {
            from: text.version.parse().map_or(text.version.clone(), |on: chrono::NaiveDate| words::plain_date(on)),
            standing: match &in_force {
                _ if text.version > today => ("予定", "blue-line"),
                Some(version) if *version == text.version => IN_FORCE,
                _ => PAST,
            },
            is_to_come: text.version > today,
            text,
        };
        texts.into_iter().map(row).collect()
    };
    html(&Page {
        frame: who.frame("規約", MENU),
        tabs: TABS,
        documents: texts.into_iter().map(|(document, texts)| (document, rows(texts))).collect(),
        names,
        may_edit: who.scope.may(Permission::EditContent),
    })
}

fn form(who: &Staff<EditContent>, document: Document, from: DateTyped, errors: FieldErrors) -> FormPage {
    let title = format!("{}の新しい版", document.label());
    let frame = who.frame(title, MENU).error(!errors.is_empty());
    FormPage { frame, errors, from, changes: String::new(), body: String::new() }
}

/// The form, with the text that editors made last.
pub async fn show_new(office: Data<Office>, who: Staff<EditContent>, path: Path<String>) -> PageResult {
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

/// Calls off a version to come.
pub async fn call_off(office: Data<Office>, who: Staff<EditContent>, path: Path<(String, String)>) -> PageResult {
    let (document, version, scope) = (parse(&path.0)?, path.1.clone(), who.scope.clone());
    let done = office.db.write(who.actor(), move |tx| legal::call_off(tx, &scope, document, &version)).await;
    answered(&who, PATH, done, "予定していた版を取りやめました")
}
