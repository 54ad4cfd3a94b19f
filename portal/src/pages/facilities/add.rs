//! `GET`, `POST /facilities/add`, `GET /facilities/add/code`,
//! `POST /facilities/add/code`, `POST /facilities/add/join`: one more facility
//! for the same login, unverified at first. Signed in.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account;
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, flash, html, invalid, see_other};

use super::list::take_in_hand;
use crate::pages::lookup::{CodeForm, CodePage, look_up};
use crate::pages::register::kind::choices;
use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/facilities/add.html")]
struct KindPage {
    frame: Frame,
    errors: FieldErrors,
    kind: String,
    kinds: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "portal/facilities/code.html")]
struct CodeStep {
    frame: Frame,
    errors: FieldErrors,
    code: CodePage,
}

#[derive(Template)]
#[template(path = "portal/facilities/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    facility: Facility,
    advice: Option<&'static str>,
    typed: CodeForm,
}

/// The kind, in the address or a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct KindForm {
    kind: String,
}

/// Kind and code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    kind: String,
    prefecture: String,
    code: String,
}

impl JoinForm {
    fn code(&self) -> CodeForm {
        CodeForm { prefecture: self.prefecture.clone(), code: self.code.clone() }
    }
}

fn kind_page(who: &Person, errors: FieldErrors, kind: &str) -> KindPage {
    let frame = who.frame("施設を追加する").error(!errors.is_empty());
    KindPage { frame, errors, kind: kind.to_owned(), kinds: choices() }
}

fn code_page(who: &Person, errors: FieldErrors, kind: FacilityKind, typed: CodeForm) -> CodeStep {
    let frame = who.frame("追加する施設を確認します").error(!errors.is_empty());
    CodeStep { frame, errors, code: CodePage::new(kind, typed) }
}

/// The kinds.
pub async fn show(who: Person) -> PageResult {
    let kept = who.kept_fields().await?;
    html(&kind_page(&who, FieldErrors::default(), kept.get("kind")))
}

/// On to the code.
pub async fn choose(who: Person, form: Form<KindForm>) -> PageResult {
    match FacilityKind::parse(&form.0.kind) {
        Some(kind) => Ok(see_other(format!("/facilities/add/code?kind={}", kind.id()))),
        None => {
            let mut errors = FieldErrors::default();
            errors.add("kind", "所属機関", FieldFault::NotChosen);
            invalid(&kind_page(&who, errors, ""))
        }
    }
}

/// The code's fields.
pub async fn show_code(who: Person, asked: Query<KindForm>) -> PageResult {
    match FacilityKind::parse(&asked.kind) {
        Some(kind) => html(&code_page(&who, FieldErrors::default(), kind, CodeForm::default())),
        None => Ok(see_other("/facilities/add")),
    }
}

/// Looks the code up and asks 「この施設ですか」.
pub async fn find(portal: Data<Portal>, who: Person, form: Form<JoinForm>) -> PageResult {
    let Some(kind) = FacilityKind::parse(&form.0.kind) else { return Ok(see_other("/facilities/add")) };
    match look_up(&portal, kind, &form.0.code()).await? {
        Err(errors) => invalid(&code_page(&who, errors, kind, form.0.code())),
        Ok(facility) => {
            let advice = facility.code.advice(kind);
            html(&ConfirmPage { frame: who.frame("この施設ですか"), facility, advice, typed: form.0.code() })
        }
    }
}

/// 「はい」: adds the facility and takes it in hand.
pub async fn join(portal: Data<Portal>, who: Person, request: HttpRequest, form: Form<JoinForm>) -> PageResult {
    let Some(kind) = FacilityKind::parse(&form.0.kind) else { return Ok(see_other("/facilities/add")) };
    let facility = match look_up(&portal, kind, &form.0.code()).await? {
        Ok(facility) => facility,
        Err(errors) => return invalid(&code_page(&who, errors, kind, form.0.code())),
    };
    let (account, id) = (who.scope().account().clone(), facility.id.clone());
    portal.db.write(who.actor(), move |tx| account::join(tx, &account, &id)).await?;
    let answer = take_in_hand(&portal, &who, &request, facility.id).await?;
    let text = format!("{}を追加しました。", facility.name);
    Ok(flash::carry(&request, answer, FlashKind::Success, &text))
}
