//! `GET /settings/holidays/import`: the form for the Cabinet Office's file.
//! `POST`: what it would change. `POST …/import/apply`: changes it. Administrators.
//!
//! Between the two steps the rows travel in the form: they hold nothing that the
//! same person could not add by hand.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::holiday::import::{self, Difference, MAX_BYTES, Row};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::upload::{self, UploadFault};
use uketsuke_web::{PageError, PageResult, html, invalid};

use super::holidays::{MENU, PATH};
use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/holidays_import.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "admin/settings/holidays_import_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    difference: Difference,
    rows: String,
}

impl ConfirmPage {
    fn years(&self) -> String {
        self.difference.years.iter().map(|year| format!("{year}年")).collect::<Vec<_>>().join("、")
    }

    /// Every day that changes: how, and which.
    fn changes(&self) -> Vec<(&'static str, &Row)> {
        let Difference { added, renamed, removed, .. } = &self.difference;
        let parts = [("追加", added), ("変更", renamed), ("削除", removed)];
        parts.into_iter().flat_map(|(word, rows)| rows.iter().map(move |row| (word, row))).collect()
    }
}

/// The rows of the step before.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    rows: String,
}

/// The form.
pub async fn show(who: Staff<ManageSettings>) -> PageResult {
    html(&Page { frame: who.frame("休日の取込", MENU), errors: FieldErrors::default() })
}

/// What the file would change.
pub async fn hand_in(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    request: HttpRequest,
    payload: Payload,
) -> PageResult {
    let sentence = match upload::receive(&request, payload, &office.storage, "file").await {
        Ok(uploaded) if uploaded.content.size_bytes() <= MAX_BYTES => {
            return compare(&office, &who, std::fs::read(uploaded.content.path()).map_err(Error::internal)?).await;
        }
        Ok(_) | Err(UploadFault::TooLarge { .. }) => {
            "ファイルが大きすぎます。内閣府の「syukujitsu.csv」を選んでください"
        }
        Err(UploadFault::Missing(_)) => "ファイルを選んでください",
        Err(UploadFault::Empty) => "中身のないファイルです。別のファイルを選んでください",
        Err(UploadFault::CutOff) => "途中で切れました。もう一度選んでください",
        Err(UploadFault::Forged) => return Err(PageError::Forged),
        Err(UploadFault::Unreadable) => return Err(PageError::Unreadable),
        Err(UploadFault::Storage(_)) => return Err(PageError::fault("the disk does not take the file")),
    };
    let mut errors = FieldErrors::default();
    errors.add("file", "ファイル", FieldFault::Sentence(sentence.to_owned()));
    again(&who, errors)
}

async fn compare(office: &Office, who: &Staff<ManageSettings>, bytes: Vec<u8>) -> PageResult {
    let rows = match import::read(&bytes) {
        Ok(rows) => rows,
        Err(Error::Invalid(errors)) => return again(who, errors),
        Err(other) => return Err(other.into()),
    };
    let lines = rows.iter().map(|row| format!("{},{}\n", row.day, row.name)).collect();
    let scope = who.scope.clone();
    let difference = office.db.read(move |c| import::compare(c, &scope, &rows)).await?;
    html(&ConfirmPage { frame: who.frame("休日の取込の確認", MENU), difference, rows: lines })
}

/// Changes the list.
pub async fn apply(office: Data<Office>, who: Staff<ManageSettings>, Form(sent): Form<Sent>) -> PageResult {
    let rows: Result<Vec<Row>> = import::read(sent.rows.as_bytes());
    let rows = match rows {
        Ok(rows) => rows,
        Err(Error::Invalid(errors)) => return again(&who, errors),
        Err(other) => return Err(other.into()),
    };
    let scope = who.scope.clone();
    let done = office.db.write(who.actor(), move |tx| import::apply(tx, &scope, &rows)).await?;
    let told = format!(
        "休日を取り込みました（追加{}件、変更{}件、削除{}件）",
        done.added.len(),
        done.renamed.len(),
        done.removed.len()
    );
    let year = done.years.last().map_or(String::new(), |year| format!("?year={year}"));
    Ok(who.done(format!("{PATH}{year}"), &told))
}

fn again(who: &Staff<ManageSettings>, errors: FieldErrors) -> PageResult {
    invalid(&Page { frame: who.frame("休日の取込", MENU).error(true), errors })
}
