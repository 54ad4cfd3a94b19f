//! Whether letters to an address arrive, by what is known of the newest.

use chrono::Duration;
use diesel::prelude::*;

use super::MailState;
use crate::db::{At, Conn};
use crate::error::Result;
use crate::schema::mails;

/// A letter that was taken counts as arrived when no server has complained so long: a
/// relay takes everything first, and has an answer within minutes.
const SILENCE: Duration = Duration::minutes(30);

/// Since when letters to this address do not arrive; `None` while nothing is known
/// against it. The newest letter decides of which the outcome is known: refused or come
/// back, or taken and not complained of. So it ends by itself when one arrives, and when
/// the address is changed.
///
/// # Errors
/// From the database only.
pub fn unreachable_since(conn: &mut Conn, address: &str, now: At) -> Result<Option<At>> {
    let quiet = mails::state.eq(MailState::Sent).and(mails::sent_at.lt(now - SILENCE).assume_not_null());
    let lost = mails::state.eq_any([MailState::Failed, MailState::Bounced]);
    let newest: Option<(MailState, At)> = mails::table
        .filter(mails::recipient.eq(address))
        .filter(lost.or(quiet))
        .order(mails::id.desc())
        .select((mails::state, mails::created_at))
        .first(conn)
        .optional()?;
    Ok(newest.filter(|(state, _)| *state != MailState::Sent).map(|(_, at)| at))
}
