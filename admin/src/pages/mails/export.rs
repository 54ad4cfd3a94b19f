//! `GET /mails/export?…`: the choice of format for what went out. `POST`:
//! the file. Whoever reads mail.

use actix_web::web::{Data, Query};
use uketsuke_core::db::Conn;
use uketsuke_core::desk;
use uketsuke_core::desk::export::{BATCH, Listing, Sheet};
use uketsuke_core::error::Result;
use uketsuke_core::ids::MailId;
use uketsuke_core::mail::{MailRow, MailState};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::index::Asked;
use super::{erased_words, state_words};
use crate::Office;
use crate::access::{ReadMail, Staff};
use crate::pages::export::{self, Chosen, Place};

const SHEET: Sheet = Sheet {
    key: "mails",
    title: "送信メール",
    columns: &[
        Column::new("作成", 17),
        Column::new("宛先", 34),
        Column::new("件名", 44),
        Column::new("状態", 16),
        Column::new("送信", 17),
        Column::new("最後のエラー", 44),
        Column::new("途中のサーバーからの知らせ", 44),
    ],
};

#[derive(Clone)]
struct Mails {
    state: Option<MailState>,
    recipient: Option<String>,
    after: Option<MailId>,
    ended: bool,
}

impl Listing for Mails {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let state = self.state.map(|state| ("状態", state_words(state).0.to_owned()));
        let recipient = self.recipient.clone().map(|recipient| ("宛先", recipient));
        state.into_iter().chain(recipient).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let page = desk::list_mails(conn, scope, (self.state, self.recipient.as_deref()), self.after.as_ref(), BATCH)?;
        self.ended = page.next.is_none();
        self.after = page.next;
        Ok(page.rows.into_iter().map(cells).collect())
    }
}

fn cells(row: MailRow) -> Vec<Cell> {
    let subject = if row.erased_at.is_some() { erased_words(&row) } else { row.subject };
    vec![
        Cell::Time(row.created_at),
        Cell::text(row.recipient),
        Cell::text(subject),
        Cell::text(state_words(row.state).0),
        row.sent_at.into(),
        Cell::text(row.last_error.unwrap_or_default()),
        Cell::text(row.report.unwrap_or_default()),
    ]
}

fn mails(asked: &Asked) -> (Mails, Place) {
    let ((state, recipient), query) = (asked.filter(), asked.query());
    let place = Place { action: format!("/mails/export?{query}"), back: format!("/mails?{query}"), menu: "/mails" };
    (Mails { state, recipient, after: None, ended: false }, place)
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>, Query(asked): Query<Asked>) -> PageResult {
    let (mails, place) = mails(&asked);
    export::show(&office, &who, mails, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadMail>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (mails, place) = mails(&asked);
    export::send(&office, &who, mails, place, chosen).await
}
