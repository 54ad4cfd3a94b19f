//! `GET /terms`: the texts people agree to, with their versions. Staff who read
//! content. `POST /terms/{document}/{version}/call-off`: calls off one that does not
//! hold yet. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::legal::{self, Document, Text};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html, words};

use super::{PATH, parse};
use crate::Office;
use crate::access::{EditContent, ReadContent, Staff};
use crate::pages::content::{MENU, TABS, answered};

#[derive(Template)]
#[template(path = "admin/legal/list.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    documents: Vec<(Document, Vec<Row>)>,
    names: ActorNames,
    may_edit: bool,
    /// The day of the version that came with the program.
    first_from: String,
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
            from: in_words(&text.version),
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
        first_from: in_words(legal::FIRST),
    })
}

/// The day that a version is called by.
fn in_words(version: &str) -> String {
    version.parse().map_or_else(|_| version.to_owned(), |on: chrono::NaiveDate| words::plain_date(on))
}

/// Calls off a version to come.
pub async fn call_off(office: Data<Office>, who: Staff<EditContent>, path: Path<(String, String)>) -> PageResult {
    let (document, version, scope) = (parse(&path.0)?, path.1.clone(), who.scope.clone());
    let done = office.db.write(who.actor(), move |tx| legal::call_off(tx, &scope, document, &version)).await;
    answered(&who, PATH, done, "予定していた版を取りやめました")
}
