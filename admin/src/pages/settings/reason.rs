//! `GET, POST /settings/reasons/{kind}/{action}/{code}`: changing a canned
//! reason, or taking it out of the list; `…/new`: adding one. Administrators.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::ApplicationKind;
use uketsuke_core::application::decide::REASON_MAX_CHARS;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Procedure};
use uketsuke_core::application::reasons::{self, LABEL_MAX_CHARS, Reason, ReasonAction, ReasonInput};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/reason.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    place: Place,
    fields: Vec<Choice>,
    typed: ReasonForm,
}

/// Which list, and which reason of it; `None` for a new one.
struct Place {
    kind: ApplicationKind,
    action: ReasonAction,
    code: Option<String>,
}

impl Place {
    fn address(&self) -> String {
        let code = self.code.as_deref().unwrap_or("new");
        format!("/settings/reasons/{}/{}/{code}", self.kind, self.action)
    }

    fn is_return(&self) -> bool {
        self.action == ReasonAction::Return
    }
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    field: String,
    label: String,
    text: String,
    retired: String,
}

impl From<&Reason> for ReasonForm {
    fn from(reason: &Reason) -> Self {
        Self {
            field: reason.field.clone(),
            label: reason.label.clone(),
            text: reason.text.clone(),
            retired: if reason.retired { "yes".to_owned() } else { String::new() },
        }
    }
}

impl ReasonForm {
    fn read(&self, place: &Place, errors: &mut FieldErrors) -> Option<ReasonInput> {
        let label = errors.take("label", "一覧に出す言葉", fold::text(&self.label, LABEL_MAX_CHARS));
        let text = match fold::lines(&self.text, REASON_MAX_CHARS) {
            // Without a text, the reviewer writes one each time.
            Err(FieldFault::Missing) if place.is_return() => Ok(String::new()),
            other => other,
        };
        let text = errors.take("text", "申請者が読む文", text);
        Some(ReasonInput {
            field: if place.is_return() { self.field.clone() } else { String::new() },
            label: label?,
            text: text?,
            retired: self.retired == "yes",
        })
    }
}

/// An empty form.
pub async fn new(office: Data<Office>, who: Staff<ManageSettings>, path: Path<(String, String)>) -> PageResult {
    let (kind, action) = path.into_inner();
    let place = place(&kind, &action, None)?;
    html(&page(&office, &who, place, ReasonForm::default(), FieldErrors::default())?)
}

/// Adds it.
pub async fn add(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    path: Path<(String, String)>,
    Form(form): Form<ReasonForm>,
) -> PageResult {
    let (kind, action) = path.into_inner();
    keep(&office, &who, place(&kind, &action, None)?, form).await
}

/// The form of one there is.
pub async fn show(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    path: Path<(String, String, String)>,
) -> PageResult {
    let (kind, action, code) = path.into_inner();
    let place = place(&kind, &action, Some(code))?;
    let (procedures, kind) = (office.procedures.clone(), place.kind);
    let all = office.db.read(move |c| reasons::list_all(c, procedures.get(kind)?)).await?;
    let known = all.iter().find(|reason| reason.action == place.action && Some(&reason.code) == place.code.as_ref());
    let typed = ReasonForm::from(known.ok_or(Error::NotFound)?);
    html(&page(&office, &who, place, typed, FieldErrors::default())?)
}

/// Changes it.
pub async fn save(
    office: Data<Office>,
    who: Staff<ManageSettings>,
    path: Path<(String, String, String)>,
    Form(form): Form<ReasonForm>,
) -> PageResult {
    let (kind, action, code) = path.into_inner();
    keep(&office, &who, place(&kind, &action, Some(code))?, form).await
}

async fn keep(office: &Office, who: &Staff<ManageSettings>, place: Place, form: ReasonForm) -> PageResult {
    let mut errors = FieldErrors::default();
    let Some(input) = form.read(&place, &mut errors) else {
        return invalid(&page(office, who, place, form, errors)?);
    };
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let (kind, action, code) = (place.kind, place.action, place.code.clone());
    let saved = office
        .db
        .write(who.actor(), move |tx| {
            reasons::save(tx, procedures.get(kind)?, &scope, (action, code.as_deref()), input)
        })
        .await;
    match saved {
        Ok(_) => Ok(who.done("/settings/reasons", "理由を保存しました")),
        Err(Error::Invalid(errors)) => invalid(&page(office, who, place, form, errors)?),
        Err(other) => Err(other.into()),
    }
}

fn place(kind: &str, action: &str, code: Option<String>) -> Result<Place> {
    let kind = ApplicationKind::parse(kind).ok_or(Error::NotFound)?;
    let action = ReasonAction::parse(action).ok_or(Error::NotFound)?;
    Ok(Place { kind, action, code })
}

fn page(
    office: &Office,
    who: &Staff<ManageSettings>,
    place: Place,
    typed: ReasonForm,
    errors: FieldErrors,
) -> Result<Page> {
    let procedure = office.procedures.get(place.kind)?;
    let title = if place.code.is_some() { "理由を変更する" } else { "理由を追加する" };
    let frame = who.frame(title, "/settings").error(!errors.is_empty());
    Ok(Page { frame, errors, fields: fields(procedure), place, typed })
}

/// The fields that a return of this kind can open, under their labels.
fn fields(procedure: &dyn Procedure) -> Vec<Choice> {
    let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
    for reason in procedure.fault_reasons() {
        let label = match reason.field {
            EVIDENCE_FIELD => "書類",
            _ => reason.label.split('：').next().unwrap_or(reason.label),
        };
        labels.entry(reason.field).or_insert(label);
    }
    labels.into_iter().map(|(field, label)| Choice::new(field, label)).collect()
}
