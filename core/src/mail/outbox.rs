//! What went out, to whom and when; never the body, which may hold a link.

use diesel::prelude::*;

use super::Message;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
use crate::ids::MailId;
use crate::schema::mails;

text_enum! {
    /// Where an outgoing mail stands.
    pub enum MailState {
        /// Composed, not yet taken by the mail server.
        Pending = "pending",
        /// Taken by the mail server.
        Sent = "sent",
        /// Refused for good.
        Failed = "failed",
        /// Needless at a later attempt; an earlier one may have sent it without
        /// living to note that.
        Needless = "needless",
        /// Taken by the mail server, but a server on the way reported that it was not
        /// delivered.
        Bounced = "bounced",
    }
}

/// One outgoing mail, as the back office lists it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct MailRow {
    /// Also its Message-ID.
    pub id: MailId,
    /// Which letter.
    pub letter: String,
    /// The recipient's address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// Where it stands.
    pub state: MailState,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// When it was first composed.
    pub created_at: At,
    /// When the mail server took it.
    pub sent_at: Option<At>,
    /// How often the mail server was asked.
    pub tries: i32,
    /// When recipient and subject were erased, because their term was over.
    pub erased_at: Option<At>,
    ids: Option<String>,
    /// What a server on the way reported last.
    pub report: Option<String>,
    /// When that was read.
    pub reported_at: Option<At>,
}

impl MailRow {
    /// Whether its letter can be sent once more.
    pub fn can_resend(&self) -> bool {
        self.ids.is_some() && self.state != MailState::Pending
    }
}

/// Notes a composed mail with its letter's name and ids; again at a later attempt
/// changes nothing.
///
/// # Errors
/// From the database only.
pub fn record_mail(tx: &mut Tx<'_>, id: &MailId, (letter, ids): (&str, &str), message: &Message) -> Result<()> {
    let now = tx.now();
    tx.insert_once(|c| {
        diesel::insert_into(mails::table)
            .values((
                mails::id.eq(id),
                mails::letter.eq(letter),
                mails::ids.eq(ids),
                mails::tries.eq(0),
                mails::recipient.eq(&message.to),
                mails::subject.eq(message.subject_line()),
                mails::state.eq(MailState::Pending),
                mails::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Notes that the mail server took it. A report that it was not delivered may be here
/// already, when an earlier attempt did not live to note this.
///
/// # Errors
/// From the database only.
pub fn note_sent(tx: &mut Tx<'_>, id: &MailId) -> Result<()> {
    let now = tx.now();
    diesel::update(mails::table.filter(mails::id.eq(id)).filter(mails::state.ne(MailState::Bounced)))
        .set((
            mails::state.eq(MailState::Sent),
            mails::sent_at.eq(now),
            mails::last_error.eq(None::<String>),
            mails::tries.eq(mails::tries + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes that it was not taken; `for_good` when no later try can help.
///
/// # Errors
/// From the database only.
pub fn note_failed(tx: &mut Tx<'_>, id: &MailId, error: &str, for_good: bool) -> Result<()> {
    let state = if for_good { MailState::Failed } else { MailState::Pending };
    diesel::update(mails::table.filter(mails::id.eq(id)))
        .set((mails::state.eq(state), mails::last_error.eq(Some(error)), mails::tries.eq(mails::tries + 1)))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes that it has become needless; changes nothing if it was never composed.
///
/// # Errors
/// From the database only.
pub fn note_needless(tx: &mut Tx<'_>, id: &MailId) -> Result<()> {
    let composed = mails::table.filter(mails::id.eq(id)).filter(mails::state.eq(MailState::Pending));
    diesel::update(composed).set(mails::state.eq(MailState::Needless)).execute(tx.conn())?;
    Ok(())
}

/// Whether the mail server took it already, at an attempt that could not say so.
///
/// # Errors
/// From the database only.
pub fn was_sent(conn: &mut Conn, id: &MailId) -> Result<bool> {
    let state: Option<MailState> = mails::table.find(id).select(mails::state).first(conn).optional()?;
    Ok(matches!(state, Some(MailState::Sent | MailState::Bounced)))
}
