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

use super::state_words;
use crate::Office;
use crate::access::{ReadMail, Staff};
use crate::pages::words::encoded;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/mails/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    states: Vec<Choice>,
    rows: Vec<MailRow>,
    next: String,
    export: String,
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    recipient: String,
    after: String,
}

impl Asked {
    /// State and recipient.
    pub(super) fn filter(&self) -> (Option<MailState>, Option<String>) {
        let recipient = Some(self.recipient.trim().to_owned()).filter(|recipient| !recipient.is_empty());
        (MailState::parse(&self.state), recipient)
    }

    /// The conditions as a query string.
    pub(super) fn query(&self) -> String {
        let (state, recipient) = self.filter();
        let recipient = encoded(&recipient.unwrap_or_default());
        format!("state={}&recipient={recipient}", state.map_or("", MailState::as_str))
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>, Query(asked): Query<Asked>) -> PageResult {
    let (scope, filter, after) = (who.scope.clone(), asked.filter(), MailId::parse(&asked.after));
    let page = office
        .db
        .read(move |c| desk::list_mails(c, &scope, (filter.0, filter.1.as_deref()), after.as_ref(), SIZE))
        .await?;
    let kept = asked.query();
    html(&Page {
        frame: who.frame("送信メール", "/mails"),
        errors: FieldErrors::default(),
        states: MailState::ALL.iter().map(|state| Choice::new(state.as_str(), state_words(*state).0)).collect(),
        rows: page.rows,
        export: format!("/mails/export?{kept}"),
        next: page.next.map_or(String::new(), |id| format!("/mails?{kept}&after={id}")),
        asked,
    })
}
