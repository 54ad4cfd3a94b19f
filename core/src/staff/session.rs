//! Staff sessions: rows, found by the hash of the cookie's token. They end after
//! 15 idle minutes, 12 hours in all, or at once when the person is disabled.

use chrono::Duration;
use diesel::prelude::*;

use super::model::{Roles, StaffState, Stage};
use super::role::Role;
use crate::audit::Deed;
use crate::db::{Actor, At, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::{StaffId, StaffSessionId};
use crate::schema::{staff, staff_sessions};
use crate::scope::StaffScope;
use crate::secret::{PlainToken, TokenHash};

/// A session ends after this time without a request (SECURITY line 33).
pub const IDLE: Duration = Duration::minutes(15);
/// A session ends after this time whatever happens.
pub const LONGEST: Duration = Duration::hours(12);
/// An ended session is remembered this long, so that a form sent with it finds its owner.
const REMEMBERED: Duration = Duration::days(1);
/// "Last seen" is written at most this often: a page is no reason for a commit.
const SEEN_EVERY: Duration = Duration::seconds(30);
/// Longest browser name kept, characters.
const MAX_USER_AGENT: usize = 200;

/// The one who sits in a session.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The session.
    pub session: StaffSessionId,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// How far the session has come.
    pub stage: Stage,
    roles: Roles,
}

impl Seat {
    /// What this session may see and do: nothing before both factors passed.
    pub fn scope(&self) -> Option<StaffScope> {
        (self.stage == Stage::Full).then(|| StaffScope::mint(self.staff.clone(), self.roles.as_slice().to_vec()))
    }

    /// The roles' words, 「審査担当・承認者」.
    pub fn role_words(&self) -> String {
        self.roles.labels()
    }

    /// The roles.
    pub fn roles(&self) -> &[Role] {
        self.roles.as_slice()
    }
}

type SeatRow = (StaffSessionId, StaffId, String, String, Stage, Roles, At);

/// Finds the live session of a cookie, and notes that it was used.
///
/// # Errors
/// From the database only; a session that ended is `None`.
pub async fn resume(db: &Db, token: &PlainToken) -> Result<Option<Seat>> {
    let hash = token.hash();
    let now: At = db.clock().now().into();
    let Some((session, staff, name, email, stage, roles, seen_at)) = db.read(move |c| find_live(c, &hash, now)).await?
    else {
        return Ok(None);
    };
    let seat = Seat { session, staff, name, email, stage, roles };
    if seen_at + SEEN_EVERY <= now {
        let id = seat.session.clone();
        db.write(Actor::system(), move |tx| touch(tx, &id)).await?;
    }
    Ok(Some(seat))
}

fn find_live(conn: &mut crate::db::Conn, hash: &TokenHash, now: At) -> Result<Option<SeatRow>> {
    Ok(staff_sessions::table
        .inner_join(staff::table)
        .filter(staff_sessions::token_hash.eq(hash))
        .filter(staff_sessions::ends_at.gt(now))
        .filter(staff_sessions::seen_at.gt(now - IDLE))
        .filter(staff::state.eq_any([StaffState::Active, StaffState::Enrolling]))
        .select((
            staff_sessions::id,
            staff::id,
            staff::name,
            staff::email,
            staff_sessions::stage,
            staff::roles,
            staff_sessions::seen_at,
        ))
        .first(conn)
        .optional()?)
}

fn touch(tx: &mut Tx<'_>, id: &StaffSessionId) -> Result<()> {
    let now = tx.now();
    diesel::update(staff_sessions::table.find(id)).set(staff_sessions::seen_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

pub(super) fn open(
    tx: &mut Tx<'_>,
    staff: &StaffId,
    stage: Stage,
    address: &str,
    user_agent: &str,
) -> Result<PlainToken> {
    let (token, now) = (PlainToken::mint(), tx.now());
    diesel::insert_into(staff_sessions::table)
        .values((
            staff_sessions::id.eq(StaffSessionId::mint()),
            staff_sessions::token_hash.eq(token.hash()),
            staff_sessions::staff_id.eq(staff),
            staff_sessions::stage.eq(stage),
            staff_sessions::address.eq(address),
            staff_sessions::user_agent.eq(user_agent.chars().take(MAX_USER_AGENT).collect::<String>()),
            staff_sessions::created_at.eq(now),
            staff_sessions::seen_at.eq(now),
            staff_sessions::ends_at.eq(now + LONGEST),
        ))
        .execute(tx.conn())?;
    Ok(token)
}

/// Opens a session at any stage, without its factors: for tests of pages.
///
/// # Errors
/// From the database only.
#[cfg(any(test, feature = "testing"))]
pub fn open_for_tests(tx: &mut Tx<'_>, staff: &StaffId, stage: Stage) -> Result<PlainToken> {
    open(tx, staff, stage, "192.0.2.1", "test")
}

/// Lifts a session to a higher stage under a new token; the old token ends, so
/// that one fixed before the login is worth nothing after it.
pub(super) fn promote(tx: &mut Tx<'_>, id: &StaffSessionId, stage: Stage) -> Result<PlainToken> {
    let (token, now) = (PlainToken::mint(), tx.now());
    let lower = staff_sessions::table.find(id).filter(staff_sessions::stage.ne(Stage::Full));
    let changed = diesel::update(lower)
        .set((
            staff_sessions::token_hash.eq(token.hash()),
            staff_sessions::stage.eq(stage),
            staff_sessions::seen_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 1 { Ok(token) } else { Err(Error::Conflict) }
}

/// Gives a full session a new token; the old one ends.
pub(super) fn rotate(tx: &mut Tx<'_>, id: &StaffSessionId) -> Result<PlainToken> {
    let token = PlainToken::mint();
    let own = staff_sessions::table.find(id);
    let changed = diesel::update(own).set(staff_sessions::token_hash.eq(token.hash())).execute(tx.conn())?;
    if changed == 1 { Ok(token) } else { Err(Error::Conflict) }
}

/// One of a person's sessions, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = staff_sessions)]
pub struct SessionRow {
    /// Id.
    pub id: StaffSessionId,
    /// The network address it was opened from.
    pub address: String,
    /// The browser, as it named itself.
    pub user_agent: String,
    /// When it was opened.
    pub created_at: At,
    /// When it was last used, to the half minute.
    pub seen_at: At,
}

/// The person's live sessions, the newest first.
///
/// # Errors
/// From the database only.
pub fn list_sessions(conn: &mut crate::db::Conn, staff: &StaffId, now: At) -> Result<Vec<SessionRow>> {
    Ok(staff_sessions::table
        .filter(staff_sessions::staff_id.eq(staff))
        .filter(staff_sessions::stage.eq(Stage::Full))
        .filter(staff_sessions::ends_at.gt(now))
        .filter(staff_sessions::seen_at.gt(now - IDLE))
        .order((staff_sessions::created_at.desc(), staff_sessions::id.desc()))
        .select(SessionRow::as_select())
        .load(conn)?)
}

/// Ends all sessions of a person but this one.
///
/// # Errors
/// From the database only.
pub fn end_other_sessions(tx: &mut Tx<'_>, seat: &Seat) -> Result<()> {
    end_all(tx, &seat.staff, Some(&seat.session))?;
    tx.record(Deed::new("staff.sessions_ended", "staff", seat.staff.as_str()))
}

/// Ends this session at once.
///
/// # Errors
/// From the database only.
pub fn logout(tx: &mut Tx<'_>, seat: &Seat) -> Result<()> {
    diesel::delete(staff_sessions::table.find(&seat.session)).execute(tx.conn())?;
    tx.record(Deed::new("staff.logged_out", "staff", seat.staff.as_str()))
}

/// Ends all sessions of a person, but for the one named.
pub(super) fn end_all(tx: &mut Tx<'_>, staff: &StaffId, but: Option<&StaffSessionId>) -> Result<()> {
    let spared = but.map_or("", StaffSessionId::as_str).to_owned();
    let theirs = staff_sessions::table.filter(staff_sessions::staff_id.eq(staff));
    diesel::delete(theirs.filter(staff_sessions::id.ne(spared))).execute(tx.conn())?;
    Ok(())
}

/// Forgets sessions that ended a day ago or more.
///
/// # Errors
/// From the database only.
pub fn sweep_sessions(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let before = now - REMEMBERED;
    let over = staff_sessions::ends_at.le(before).or(staff_sessions::seen_at.le(before));
    Ok(diesel::delete(staff_sessions::table.filter(over)).execute(tx.conn())?)
}
