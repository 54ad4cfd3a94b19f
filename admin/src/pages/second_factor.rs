//! `GET, POST /second-factor`: the code of the authenticator app, after the
//! password. Sessions that have passed the password alone.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::staff::{SecondFactorOutcome, Stage, pass_second_factor};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, html_with, invalid, see_other};

use super::login::Next;
use super::words::until;
use crate::Office;
use crate::access::{HalfWay, next_gate, seated};

#[derive(Template)]
#[template(path = "admin/second_factor.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    next: String,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
    next: String,
}

/// The form.
pub async fn show(who: HalfWay, query: Query<Next>) -> PageResult {
    match elsewhere(&who) {
        Some(answer) => Ok(answer),
        None => html(&page(&who, query.path())),
    }
}

/// Checks the code; the session is full and bears a new name.
pub async fn pass(office: Data<Office>, request: HttpRequest, who: HalfWay, Form(form): Form<CodeForm>) -> PageResult {
    if let Some(answer) = elsewhere(&who) {
        return Ok(answer);
    }
    let next = Next::of(&form.next);
    let page = page(&who, next.path());
    let (keyring, seat) = (office.keyring.clone(), who.seat.clone());
    let code = form.code;
    let outcome = office.db.write(who.actor(), move |tx| pass_second_factor(tx, &keyring, &seat, &code)).await?;
    match outcome {
        SecondFactorOutcome::Passed(session) => Ok(seated(&request, &session, see_other(next.path()))),
        SecondFactorOutcome::Wrong { left } => invalid(&page.with(wrong(left))),
        SecondFactorOutcome::Throttled { until: at } => {
            html_with(StatusCode::TOO_MANY_REQUESTS, &page.with(throttled(&until(at))))
        }
    }
}

/// A session that must enrol first has no code to give.
fn elsewhere(who: &HalfWay) -> Option<HttpResponse> {
    (who.seat.stage != Stage::PasswordOnly).then(|| see_other(next_gate(who.seat.stage).unwrap_or("/")))
}

fn page(who: &HalfWay, next: &str) -> Page {
    Page { frame: who.frame("確認コードの入力"), errors: FieldErrors::default(), next: next.to_owned() }
}

impl Page {
    fn with(mut self, sentence: String) -> Self {
        self.errors.add("code", "確認コード", FieldFault::Sentence(sentence));
        self.frame = self.frame.error(true);
        self
    }
}

/// A used code reads like a wrong one: the next one comes within 30 seconds.
pub(super) fn wrong(left: i32) -> String {
    format!("確認コードが違うか、使用済みです。新しいコードが表示されてから入力してください（あと{left}回）")
}

pub(super) fn throttled(until: &str) -> String {
    format!("続けて間違えたため、{until}まで入力できません")
}
