//! `GET`, `POST /login`: signing in with mail address and password. Anyone.
//!
//! Every failure reads the same, whether the address is known or not.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::{self, Attempt, LoginOutcome, NewSession};
use uketsuke_core::db::At;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::answer::{encoded, local_path};
use uketsuke_web::extract::Form;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::request::user_agent;
use uketsuke_web::site::Site;
use uketsuke_web::{PageResult, flash, html, html_with, invalid, see_other, words};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/login/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
    next: String,
    ended: Option<&'static str>,
}

impl Page {
    fn new(who: &Anyone, errors: FieldErrors, form: &LoginForm) -> Self {
        let frame = who.frame("ログイン").error(!errors.is_empty());
        Self { frame, errors, email: form.email.clone(), next: form.next.clone(), ended: None }
    }
}

/// What the address of the page says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    next: String,
    ended: String,
}

/// What was sent.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    email: String,
    password: String,
    next: String,
}

/// The form; who is signed in already goes on.
pub async fn show(who: Anyone, asked: Query<Asked>) -> PageResult {
    let next = local_path(&asked.next).unwrap_or_default().to_owned();
    if who.signed_in.is_some() {
        return Ok(see_other(local_path(&next).unwrap_or("/home")));
    }
    let form = LoginForm { next, ..LoginForm::default() };
    let ended = ended_words(&asked.ended);
    html(&Page { ended, ..Page::new(&who, FieldErrors::default(), &form) })
}

fn ended_words(ended: &str) -> Option<&'static str> {
    match ended {
        "kept" => Some(
            "30分操作がなかったため、ログアウトしました。入力はここまで保存されています。ログインすると、続きから始められます。",
        ),
        "idle" => Some("30分操作がなかったため、ログアウトしました。もう一度ログインしてください。"),
        _ => None,
    }
}

/// Signs in.
pub async fn login(portal: Data<Portal>, who: Anyone, request: HttpRequest, form: Form<LoginForm>) -> PageResult {
    let form = form.0;
    let errors = missing(&form);
    if !errors.is_empty() {
        return invalid(&Page::new(&who, errors, &form));
    }
    let attempt =
        Attempt { email: form.email.clone(), password: form.password.clone(), user_agent: user_agent(&request) };
    let outcome = account::login(&portal.db, &portal.hasher, &portal.keyring, who.actor(), attempt).await?;
    match outcome {
        LoginOutcome::Opened(session) => Ok(opened(&request, &form.next, &session)),
        LoginOutcome::Wrong { left } => invalid(&Page::new(&who, fault(wrong_words(left)), &form)),
        LoginOutcome::Throttled { until } => throttled(&portal, &who, &form, until),
    }
}

fn missing(form: &LoginForm) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, label, value) in [("email", "メールアドレス", &form.email), ("password", "パスワード", &form.password)]
    {
        if value.trim().is_empty() {
            errors.add(field, label, FieldFault::Missing);
        }
    }
    errors
}

fn fault(sentence: String) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("email", "メールアドレス", FieldFault::Sentence(sentence));
    errors
}

/// From the fifth failure on the words tell how many tries are left.
fn wrong_words(left: i32) -> String {
    let wrong = "メールアドレスまたはパスワードが違います。";
    match left {
        0 => format!("{wrong}続けて間違えたため、15分間使えなくなりました。パスワードの再設定をお使いください"),
        1..=5 => format!("{wrong}あと{left}回で15分間使えなくなります"),
        _ => format!("{wrong}もう一度入力してください"),
    }
}

fn throttled(portal: &Portal, who: &Anyone, form: &LoginForm, until: At) -> PageResult {
    let sentence = format!(
        "続けて間違えたため、{}まで使えません。お急ぎのときは、パスワードの再設定をお使いください",
        words::date_time(until.utc())
    );
    let mut answer = html_with(StatusCode::TOO_MANY_REQUESTS, &Page::new(who, fault(sentence), form))?;
    let seconds = (until - portal.now()).num_seconds().max(1);
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}

fn opened(request: &HttpRequest, next: &str, session: &NewSession) -> HttpResponse {
    let next = local_path(next).unwrap_or("/home");
    let path = if session.consent_needed { consent_path(next) } else { next.to_owned() };
    let mut answer = see_other(path);
    sign_in(request, &mut answer, session.token.reveal());
    match session.last_login_at {
        Some(at) => {
            let text = format!("ログインしました。前回のログインは{}です。", words::date_time_full(at.utc()));
            flash::carry(request, answer, FlashKind::Info, &text)
        }
        None => answer,
    }
}

fn consent_path(next: &str) -> String {
    format!("/consent?next={}", encoded(next))
}

/// Sets the session's cookie; it ends with the browser.
pub(crate) fn sign_in(request: &HttpRequest, answer: &mut HttpResponse, token: &str) {
    let site = Site::of(request);
    // A token always fits a header.
    let _ = answer.add_cookie(&site.cookie(site.cookies.session, token, None));
}
