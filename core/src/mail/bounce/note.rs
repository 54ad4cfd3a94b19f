//! What becomes of our letter when a server reports on it.

use diesel::prelude::*;
use serde_json::json;

use super::report::{Action, Fate, Report};
use crate::audit::Deed;
use crate::db::Tx;
use crate::error::Result;
use crate::ids::MailId;
use crate::mail::MailState;
use crate::schema::mails;

/// Notes a report; `false` when it is about no letter of ours, or not to that recipient.
///
/// # Errors
/// From the database only.
pub(super) fn note(tx: &mut Tx<'_>, report: &Report) -> Result<bool> {
    let found: Option<(String, MailState)> =
        mails::table.find(&report.mail).select((mails::recipient, mails::state)).first(tx.conn()).optional()?;
    let Some((recipient, state)) = found else { return Ok(false) };
    let recipient = recipient.to_ascii_lowercase();
    let Some(fate) = report.fates.iter().find(|fate| fate.recipients.contains(&recipient)) else { return Ok(false) };
    match (state, fate.action) {
        (MailState::Bounced, _) => {}
        (_, Action::Failed) => bounced(tx, &report.mail, fate)?,
        (_, Action::Delayed | Action::Delivered) => tell(tx, &report.mail, fate)?,
    }
    Ok(true)
}

fn bounced(tx: &mut Tx<'_>, id: &MailId, fate: &Fate) -> Result<()> {
    let not_yet = mails::table.filter(mails::id.eq(id)).filter(mails::state.ne(MailState::Bounced));
    let changed = diesel::update(not_yet).set(mails::state.eq(MailState::Bounced)).execute(tx.conn())?;
    if changed == 0 {
        return Ok(());
    }
    tell(tx, id, fate)?;
    tx.record(Deed::new("mail.bounced", "mails", id.as_str()).with(json!({ "status": fate.status })))
}

fn tell(tx: &mut Tx<'_>, id: &MailId, fate: &Fate) -> Result<()> {
    let now = tx.now();
    let what = match fate.action {
        Action::Failed => "届きませんでした",
        Action::Delayed => "遅れています",
        Action::Delivered => "届きました",
    };
    let words = [what, &fate.status, &fate.reason].into_iter().filter(|word| !word.is_empty());
    let report = words.collect::<Vec<_>>().join(" ");
    diesel::update(mails::table.find(id))
        .set((mails::report.eq(report), mails::reported_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}
