//! `GET /mails`: what went out, to whom, and what failed. Never a body: it may
//! hold a link. Whoever reads mail.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::desk;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::MailId;
use uketsuke_core::mail::{MailRow, MailState};
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadMail, Staff};

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/mails.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    states: Vec<Choice>,
    rows: Vec<MailRow>,
    next: String,
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    after: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>, Query(asked): Query<Asked>) -> PageResult {
    let (scope, state, after) = (who.scope.clone(), MailState::parse(&asked.state), MailId::parse(&asked.after));
    let page = office.db.read(move |c| desk::list_mails(c, &scope, state, after.as_ref(), SIZE)).await?;
    let kept = state.map_or("", MailState::as_str);
    html(&Page {
        frame: who.frame("送信メール", "/mails"),
        errors: FieldErrors::default(),
        states: MailState::ALL.iter().map(|state| Choice::new(state.as_str(), words(*state).0)).collect(),
        rows: page.rows,
        next: page.next.map_or(String::new(), |id| format!("/mails?state={kept}&after={id}")),
        asked,
    })
}

/// The words and the tone of a mail's state.
pub(crate) fn words(state: MailState) -> (&'static str, &'static str) {
    match state {
        MailState::Pending => ("送信待ち", "blue-line"),
        MailState::Sent => ("送信済み", "green"),
        MailState::Failed => ("送信できません", "orange"),
        MailState::Needless => ("不要になりました", "grey"),
    }
}
