//! `GET, POST /login`: mail address and password. Anyone.
//!
//! A wrong address and a wrong password are one answer. The session that opens
//! here still lacks the second factor and sees nothing but its page.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::staff::{self, Attempt, LoginOutcome};
use uketsuke_web::answer::local_path;
use uketsuke_web::errors::Ended;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::request::{ClientAddress, user_agent};
use uketsuke_web::{PageResult, html, html_with, invalid, see_other};

use super::words::until;
use crate::access::{next_gate, seat, seated};
use crate::{Office, frame};

#[derive(Template)]
#[template(path = "admin/login.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
    next: String,
    ran_out: bool,
    kept: bool,
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    /// A path of ours; anything else is ignored.
    next: String,
    /// Set when a session has just run out.
    ended: String,
}

impl Next {
    /// A path as a form sent it.
    pub fn of(text: &str) -> Self {
        Self { next: text.to_owned(), ended: String::new() }
    }

    /// The path, or home.
    pub fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    email: String,
    password: String,
    next: String,
}

/// The form; or, with a session, where that session stands.
pub async fn show(request: HttpRequest, query: Query<Next>) -> PageResult {
    if let Some(seat) = seat(&request).await? {
        return Ok(see_other(gate_or(next_gate(seat.stage), query.path())));
    }
    html(&Page {
        ran_out: !query.ended.is_empty(),
        kept: query.ended == Ended::Kept.as_str(),
        ..page(&request, "", query.path())
    })
}

/// Checks both and opens a session.
pub async fn log_in(
    office: Data<Office>,
    request: HttpRequest,
    address: ClientAddress,
    Form(form): Form<LoginForm>,
) -> PageResult {
    let next = Next::of(&form.next);
    let attempt = Attempt {
        email: form.email.clone(),
        password: form.password,
        address: address.to_string(),
        user_agent: user_agent(&request),
    };
    let page = page(&request, &form.email, next.path());
    match staff::login(&office.db, &office.hasher, &office.keyring, attempt).await? {
        LoginOutcome::Opened(session) => {
            let to = see_other(gate_or(next_gate(session.stage), next.path()));
            Ok(seated(&request, &session, to))
        }
        LoginOutcome::Wrong { left } => invalid(&page.with(wrong(left))),
        LoginOutcome::Throttled { until: at } => {
            let told = format!("続けて間違えたため、{}までログインできません", until(at));
            html_with(StatusCode::TOO_MANY_REQUESTS, &page.with(told))
        }
    }
}

/// The gate, remembering where to go behind it.
fn gate_or(gate: Option<&str>, next: &str) -> String {
    match gate {
        Some(gate) if next == "/" => gate.to_owned(),
        Some(gate) => format!("{gate}?next={}", super::words::encoded(next)),
        None => next.to_owned(),
    }
}

fn page(request: &HttpRequest, email: &str, next: &str) -> Page {
    Page {
        frame: frame::of(request, "ログイン"),
        errors: FieldErrors::default(),
        email: email.to_owned(),
        next: next.to_owned(),
        ran_out: false,
        kept: false,
    }
}

impl Page {
    fn with(mut self, sentence: String) -> Self {
        self.errors.add("email", "メールアドレス", FieldFault::Sentence(sentence));
        self.frame = self.frame.error(true);
        self
    }
}

/// From the fifth wrong try on, how many are left.
fn wrong(left: i32) -> String {
    let sentence = "メールアドレスまたはパスワードが違います";
    if left > 5 {
        sentence.to_owned()
    } else {
        format!("{sentence}。あと{left}回で15分間使えなくなります")
    }
}
