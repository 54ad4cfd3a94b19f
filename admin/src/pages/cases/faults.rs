//! `GET, POST /cases/{id}/return`: sending an application back: faults from the
//! procedure's list, each pinned to a field, each text to be edited; then the
//! exact letter; then it is sent. Reviewers who hold the application.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::decide::{self, NamedFault, OTHER_MIN_CHARS};
use uketsuke_core::application::mail::Returned;
use uketsuke_core::application::procedure::EVIDENCE_FIELD;
use uketsuke_core::application::reasons::{Reason, ReasonAction};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::{Choice, choice_id};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::letter::{LetterPage, rehearse};
use super::reasons;
use super::review::{Reviewed, read_held};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/return.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    rows: Vec<Row>,
}

/// One fault of the list, as typed so far.
struct Row {
    choice: Choice,
    id: String,
    picked: bool,
    text_field: String,
    text_label: String,
    text: String,
    hint: String,
}

/// A fault that is picked already, where a page led here because of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    fault: String,
}

/// The list.
pub async fn show(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    Query(asked): Query<Asked>,
) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => {
            let reasons = reasons::list(&office, &reviewed, ReasonAction::Return).await?;
            let picked = Fields::one("fault", &asked.fault);
            html(&page(&office, &who, (reviewed, &reasons), Some(&picked), FieldErrors::default())?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Shows the letter first, then sends the application back.
pub async fn send(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, typed(&path, &fields)).await,
    };
    let reasons = reasons::list(&office, &reviewed, ReasonAction::Return).await?;
    if fields.get("step") == "edit" {
        return html(&page(&office, &who, (reviewed, &reasons), Some(&fields), FieldErrors::default())?);
    }
    let faults = match named(&reasons, &fields) {
        Ok(faults) => faults,
        Err(errors) => return invalid(&page(&office, &who, (reviewed, &reasons), Some(&fields), errors)?),
    };
    let sent = match fields.get("step") {
        "send" => give_back(&office, &who, &reviewed, &fields, faults).await.map(|()| None),
        _ => preview(&office, &who, &reviewed, &fields, faults).await.map(Some),
    };
    match sent {
        Ok(None) => Ok(who.done(format!("/cases/{path}"), "差し戻しました")),
        Ok(Some(letter)) => html(&LetterPage {
            frame: who.frame("差し戻す内容の確認", "/queue").receipt(reviewed.number()),
            action: format!("/cases/{}/return", reviewed.id()),
            button: "この内容で差し戻す",
            fields: kept(&fields),
            letter,
            reviewed,
        }),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, (reviewed, &reasons), Some(&fields), errors)?),
        Err(error) => stale::or_else(&office, &who, &path, error, typed(&path, &fields)).await,
    }
}

async fn give_back(
    office: &Office,
    who: &Staff<Review>,
    reviewed: &Reviewed,
    fields: &Fields,
    faults: Vec<NamedFault>,
) -> Result<()> {
    let seen = (reviewed.id().clone(), fields.get("revision").parse().unwrap_or(-1));
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    office
        .db
        .write(who.actor(), move |tx| decide::return_to_applicant(tx, &procedures, &scope, (&seen.0, seen.1), &faults))
        .await
}

async fn preview(
    office: &Office,
    who: &Staff<Review>,
    reviewed: &Reviewed,
    fields: &Fields,
    faults: Vec<NamedFault>,
) -> Result<uketsuke_core::mail::Message> {
    let seen = (reviewed.id().clone(), fields.get("revision").parse().unwrap_or(-1));
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let letter = Returned { application: seen.0.clone() };
    rehearse(office, who.actor(), letter, move |tx| {
        decide::return_to_applicant(tx, &procedures, &scope, (&seen.0, seen.1), &faults)
    })
    .await
}

/// The picked faults with their texts. The engine judges number and length;
/// what cannot be kept as text is told here.
fn named(reasons: &[Reason], fields: &Fields) -> std::result::Result<Vec<NamedFault>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut faults = Vec::new();
    for reason in reasons.iter().filter(|reason| fields.all("fault").any(|picked| picked == reason.code)) {
        let typed = fields.get(&text_field(reason)).replace("\r\n", "\n");
        let text = match fold::lines(&typed, decide::REASON_MAX_CHARS) {
            Ok(text) => text,
            // Missing and too long are the engine's to judge, in its own words.
            Err(
                fault
                @ (uketsuke_core::form::FieldFault::Unprintable | uketsuke_core::form::FieldFault::PersonalNumber),
            ) => {
                errors.add(&text_field(reason), &reason.label, fault);
                continue;
            }
            Err(_) => typed,
        };
        faults.push(NamedFault { field: reason.field.clone(), reason: reason.code.clone(), text });
    }
    errors.into_result(Some(faults))
}

/// The fields that travel through the preview.
fn kept(fields: &Fields) -> Vec<(String, String)> {
    let ours = |name: &str| name == "revision" || name == "fault" || name.starts_with("text_");
    fields.pairs().iter().filter(|(name, _)| ours(name)).cloned().collect()
}

/// What would be lost: the texts, and the form to go on with.
fn typed(id: &str, fields: &Fields) -> Typed {
    let texts = fields.pairs().iter().filter(|(name, _)| {
        name.strip_prefix("text_").is_some_and(|code| fields.all("fault").any(|picked| picked == code))
    });
    let typed = texts.fold(Typed::at(fields.get("revision")), |typed, (_, text)| typed.with("差戻しの説明", text));
    let kept = kept(fields).into_iter().filter(|(name, _)| name != "revision").collect();
    typed.again(format!("/cases/{id}/return"), kept)
}

fn text_field(reason: &Reason) -> String {
    format!("text_{}", reason.code)
}

fn page(
    office: &Office,
    who: &Staff<Review>,
    (reviewed, reasons): (Reviewed, &[Reason]),
    fields: Option<&Fields>,
    errors: FieldErrors,
) -> Result<Page> {
    let procedure = reviewed.procedure(office)?;
    let summary = procedure.filed_summary(&reviewed.values)?;
    let label = |field: &str| match field {
        EVIDENCE_FIELD => "書類".to_owned(),
        field => {
            summary.iter().find(|row| row.field == field).map_or_else(|| field.to_owned(), |row| row.label.clone())
        }
    };
    let rows = reasons.iter().enumerate().map(|(n, reason)| row(n, reason, &label(&reason.field), fields)).collect();
    let frame = who.frame("差し戻す", "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    Ok(Page { frame, errors, reviewed, rows })
}

fn row(n: usize, reason: &Reason, opens: &str, fields: Option<&Fields>) -> Row {
    let text_field = text_field(reason);
    let typed = fields.filter(|fields| fields.has(&text_field)).map(|fields| fields.get(&text_field).to_owned());
    let free = reason.text.is_empty();
    Row {
        choice: Choice::new(reason.code.clone(), reason.label.clone()).hint(format!("直せるようになる項目：{opens}")),
        id: choice_id("fault", n),
        picked: fields.is_some_and(|fields| fields.all("fault").any(|picked| picked == reason.code)),
        text_label: format!("「{}」の説明", reason.label),
        text: typed.unwrap_or_else(|| reason.text.clone()),
        hint: if free {
            format!("{OTHER_MIN_CHARS}文字以上で、何を直せばよいかを書いてください。")
        } else {
            String::new()
        },
        text_field,
    }
}
