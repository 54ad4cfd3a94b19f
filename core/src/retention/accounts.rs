//! People of facilities who did not log in for a term, and whose facilities do not use
//! the service any more. Names, phone number, address and password go; so does what
//! they were writing, and their place at facilities. The row stays as a nameless
//! somebody, whom the trail and what they filed refer to; nobody logs in by it.

use chrono::Duration;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::json;

use super::rule::{Cut, Erased, Key, Leftover, Rule, after, leftovers, untold};
use super::terms::Topic;
use crate::account::AccountState;
use crate::application::State;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::evidence;
use crate::ids::{AccountId, ApplicationId, SignupId};
use crate::inquiry::State as InquiryState;
use crate::schema::{
    accounts, applications, facilities, inquiries, inquiry_drafts, kept_forms, link_tokens, memberships, notice_reads,
    registrations, reminder_stops, sessions, signups,
};

/// Signups are forgotten after a week, by the hour; what is older than this was missed.
const SIGNUPS_GONE: Duration = Duration::days(9);

/// Who was last here before the cut and has nothing to come back for: no open facility
/// that is registered or has an application under way, no question that waits.
macro_rules! gone_away {
    ($cut:expr) => {{
        let today = tokyo_date($cut.now.utc());
        let registered = registrations::table
            .filter(registrations::facility_id.eq(facilities::id))
            .filter(registrations::ended_at.is_null().or(registrations::ended_at.gt($cut.now).assume_not_null()));
        let under_way = applications::table
            .filter(applications::facility_id.eq(facilities::id))
            .filter(applications::state.eq_any(State::open().filter(|state| *state != State::Draft)));
        let in_use = memberships::table
            .inner_join(facilities::table)
            .filter(memberships::account_id.eq(accounts::id))
            .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(today).assume_not_null()))
            .filter(exists(registered).or(exists(under_way)));
        let asking = inquiries::table
            .filter(inquiries::account_id.eq(accounts::id.nullable()))
            .filter(inquiries::state.eq_any([InquiryState::Waiting, InquiryState::Answered]));
        long_absent!($cut).filter(not(exists(in_use))).filter(not(exists(asking)))
    }};
}

/// Who never logged in was here when the account was made.
macro_rules! long_absent {
    ($cut:expr) => {
        accounts::table
            .filter(accounts::erased_at.is_null())
            .filter(accounts::created_at.le($cut.at))
            .filter(accounts::last_login_at.is_null().or(accounts::last_login_at.le($cut.at).assume_not_null()))
    };
}

pub(super) const RULE: Rule = Rule {
    topic: Topic::Accounts,
    due: |conn, cut, after, limit| {
        let rows: Vec<(At, AccountId)> = gone_away!(cut)
            .filter(after!(after, accounts::created_at, accounts::id))
            .order((accounts::created_at, accounts::id))
            .limit(limit)
            .select((accounts::created_at, accounts::id))
            .load(conn)?;
        Ok(rows.into_iter().map(Key::from).collect())
    },
    count_due: |conn, cut| Ok(gone_away!(cut).count().get_result(conn)?),
    erase,
    also: None,
    count_erased: |conn| Ok(accounts::table.filter(accounts::erased_at.is_not_null()).count().get_result(conn)?),
    leftovers: all_leftovers,
};

fn erase(tx: &mut Tx<'_>, cut: Cut, id: &str) -> Result<Erased> {
    let now = tx.now();
    // Asked once more with the row in hand: somebody may be logging in.
    let things = diesel::update(long_absent!(cut).filter(accounts::id.eq(id)))
        .set((
            accounts::email.eq(""),
            accounts::email_key.eq(nobody(id)),
            accounts::family_name.eq(""),
            accounts::given_name.eq(""),
            accounts::phone.eq(""),
            accounts::password_hash.eq(""),
            accounts::state.eq(AccountState::Disabled),
            accounts::revision.eq(accounts::revision + 1),
            accounts::updated_at.eq(now),
            accounts::erased_at.eq(now),
        ))
        .execute(tx.conn())?;
    if things == 0 {
        return Ok(Erased::default());
    }
    diesel::delete(sessions::table.filter(sessions::account_id.eq(id))).execute(tx.conn())?;
    diesel::delete(kept_forms::table.filter(kept_forms::account_id.eq(id))).execute(tx.conn())?;
    diesel::delete(link_tokens::table.filter(link_tokens::subject_id.eq(id))).execute(tx.conn())?;
    diesel::delete(notice_reads::table.filter(notice_reads::account_id.eq(id))).execute(tx.conn())?;
    diesel::delete(reminder_stops::table.filter(reminder_stops::account_id.eq(id))).execute(tx.conn())?;
    diesel::delete(memberships::table.filter(memberships::account_id.eq(id))).execute(tx.conn())?;
    diesel::delete(inquiry_drafts::table.filter(inquiry_drafts::owner.eq(format!("account:{id}"))))
        .execute(tx.conn())?;
    let drafts: Vec<ApplicationId> = drafts_of(id).select(applications::id).load(tx.conn())?;
    for draft in &drafts {
        // The sweep takes row and file: nothing of it was ever sent.
        evidence::repo::remove_all(tx, draft)?;
    }
    diesel::update(applications::table.filter(applications::id.eq_any(&drafts)))
        .set(applications::document.eq(NOTHING_TYPED))
        .execute(tx.conn())?;
    tx.record(Deed::new("account.erased", "accounts", id).with(json!({ "rule": Topic::Accounts })))?;
    Ok(Erased { things, files: Vec::new() })
}

/// A draft without an answer.
const NOTHING_TYPED: &str = "{\"answers\":{}}";

#[diesel::dsl::auto_type]
fn drafts_of<'a>(account: &'a str) -> _ {
    let states: [State; 2] = [State::Draft, State::Discarded];
    applications::table.filter(applications::account_id.eq(account)).filter(applications::state.eq_any(states))
}

/// What stands for the address: no address, and another one for everybody.
fn nobody(id: &str) -> String {
    format!("erased:{id}")
}

fn all_leftovers(conn: &mut Conn, now: At) -> Result<Vec<Leftover>> {
    let erased = || accounts::table.filter(accounts::erased_at.is_not_null()).select(accounts::id);
    let named: Vec<AccountId> = erased()
        .filter(
            accounts::email
                .ne("")
                .or(accounts::family_name.ne(""))
                .or(accounts::given_name.ne(""))
                .or(accounts::phone.ne(""))
                .or(accounts::email_key.not_like("erased:%")),
        )
        .load(conn)?;
    let open: Vec<AccountId> =
        erased().filter(accounts::state.ne(AccountState::Disabled).or(accounts::password_hash.ne(""))).load(conn)?;
    let seated: Vec<AccountId> =
        erased().filter(exists(memberships::table.filter(memberships::account_id.eq(accounts::id)))).load(conn)?;
    let here: Vec<AccountId> =
        erased().filter(exists(sessions::table.filter(sessions::account_id.eq(accounts::id)))).load(conn)?;
    let forms: Vec<AccountId> =
        erased().filter(exists(kept_forms::table.filter(kept_forms::account_id.eq(accounts::id)))).load(conn)?;
    let drafted: Vec<AccountId> = applications::table
        .inner_join(accounts::table)
        .filter(accounts::erased_at.is_not_null())
        .filter(applications::state.eq_any([State::Draft, State::Discarded]))
        .filter(applications::document.ne(NOTHING_TYPED))
        .select(accounts::id)
        .distinct()
        .load(conn)?;
    let silent: Vec<AccountId> = untold!(accounts, "account.erased").select(accounts::id).load(conn)?;
    let missed: Vec<SignupId> =
        signups::table.filter(signups::created_at.lt(now - SIGNUPS_GONE)).select(signups::id).load(conn)?;
    let mut found: Vec<_> = leftovers(named, "a name, a number or an address").collect();
    found.extend(leftovers(open, "a way to log in"));
    found.extend(leftovers(seated, "a place at a facility"));
    found.extend(leftovers(here, "a session"));
    found.extend(leftovers(forms, "a form they were filling in"));
    found.extend(leftovers(drafted, "a draft"));
    found.extend(leftovers(silent, "no event in the audit trail"));
    found.extend(leftovers(missed, "a registration never completed that should be forgotten"));
    Ok(found)
}
