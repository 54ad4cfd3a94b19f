//! Sessions of facility people: rows, found by the hash of the cookie's token.
//! They end after 30 idle minutes or 12 hours, or when their owner ends them.
//! A cookie may also be of staff who look along (`watch`).

use chrono::Duration;
use diesel::prelude::*;

use super::model::{AccountState, MembershipState};
use super::watch;
use crate::audit::Deed;
use crate::db::{Actor, ActorKind, At, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::{AccountId, FacilityId, SessionId, StaffId};
use crate::schema::{accounts, facilities, memberships, sessions};
use crate::scope::FacilityScope;
use crate::secret::{PlainToken, TokenHash};

/// A session ends after this time without a request (SPEC 3).
pub const IDLE: Duration = Duration::minutes(30);
/// A session ends after this time whatever happens.
pub const LONGEST: Duration = Duration::hours(12);
/// "Last seen" is written at most this often: a page is no reason for a commit.
const SEEN_EVERY: Duration = Duration::seconds(30);
/// An ended session is remembered this long, so that a form sent with it finds its owner.
pub(super) const REMEMBERED: Duration = Duration::days(1);

/// A live session: who, and for which facility.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// The person.
    pub account: AccountId,
    /// 「山田 太郎」
    pub person: String,
    /// The facility in hand.
    pub facility_name: String,
    /// Its kind, which decides the portal it belongs to.
    pub kind: FacilityKind,
    /// Its prefecture.
    pub prefecture: Prefecture,
    /// Whether there is another facility to switch to.
    pub can_switch: bool,
    pub(super) eyes: Eyes,
    pub(super) scope: FacilityScope,
}

/// Whose eyes a session has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Eyes {
    /// The person's own.
    Own,
    /// Those of this member of staff.
    Staff(StaffId),
}

impl Session {
    /// What this session may see.
    pub fn scope(&self) -> &FacilityScope {
        &self.scope
    }

    /// Whoever looks, as an actor: the person, or the member of staff.
    pub fn actor(&self) -> Actor {
        match &self.eyes {
            Eyes::Own => Actor::new(ActorKind::Account, self.account.as_str()),
            Eyes::Staff(staff) => Actor::new(ActorKind::Staff, staff.as_str()),
        }
    }
}

type LiveRow = (SessionId, At, AccountId, String, String, Option<FacilityId>);
type SeatRow = (FacilityId, String, FacilityKind, Prefecture, MembershipState);

/// Finds the live session of a cookie, and notes that it was used.
///
/// # Errors
/// From the database only; a session that ended is `None`.
pub async fn resume(db: &Db, token: &PlainToken) -> Result<Option<Session>> {
    let hash = token.hash();
    let now: At = db.clock().now().into();
    let asked = hash.clone();
    let Some((session, seen_at)) = db.read(move |c| find_live(c, &asked, now)).await? else {
        return db.read(move |c| watch::find(c, &hash, now)).await;
    };
    if seen_at + SEEN_EVERY <= now {
        let id = session.id.clone();
        db.write(Actor::system(), move |tx| touch(tx, &id)).await?;
    }
    Ok(Some(session))
}

fn find_live(conn: &mut Conn, hash: &TokenHash, now: At) -> Result<Option<(Session, At)>> {
    let row: Option<LiveRow> = sessions::table
        .inner_join(accounts::table)
        .filter(sessions::token_hash.eq(hash))
        .filter(sessions::ends_at.gt(now))
        .filter(sessions::seen_at.gt(now - IDLE))
        .filter(accounts::state.eq(AccountState::Active))
        .select((
            sessions::id,
            sessions::seen_at,
            accounts::id,
            accounts::family_name,
            accounts::given_name,
            sessions::facility_id,
        ))
        .first(conn)
        .optional()?;
    let Some((id, seen_at, account, family, given, chosen)) = row else { return Ok(None) };
    let seats = seats(conn, &account)?;
    let can_switch = seats.len() > 1;
    let in_hand = seats.iter().position(|seat| Some(&seat.0) == chosen.as_ref()).unwrap_or(0);
    let Some((facility, facility_name, kind, prefecture, state)) = seats.into_iter().nth(in_hand) else {
        return Ok(None);
    };
    let scope = FacilityScope::mint(facility, account.clone(), state == MembershipState::Verified);
    let person = format!("{family} {given}");
    let eyes = Eyes::Own;
    Ok(Some((Session { id, account, person, facility_name, kind, prefecture, can_switch, eyes, scope }, seen_at)))
}

fn seats(conn: &mut Conn, account: &AccountId) -> Result<Vec<SeatRow>> {
    Ok(memberships::table
        .inner_join(facilities::table)
        .filter(memberships::account_id.eq(account))
        .order((memberships::created_at, memberships::id))
        .select((facilities::id, facilities::name, facilities::kind, facilities::prefecture, memberships::state))
        .load(conn)?)
}

fn touch(tx: &mut Tx<'_>, id: &SessionId) -> Result<()> {
    let now = tx.now();
    diesel::update(sessions::table.find(id)).set(sessions::seen_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Whether anybody of the facility was in the portal at `since` or later. "Last
/// seen" is coarse: who was there a little before counts as well.
///
/// # Errors
/// From the database only.
pub fn was_in_portal(conn: &mut Conn, facility: &FacilityId, since: At) -> Result<bool> {
    let people = memberships::table.filter(memberships::facility_id.eq(facility)).select(memberships::account_id);
    let seen = sessions::table
        .filter(sessions::account_id.eq_any(people))
        .filter(sessions::seen_at.gt(since - SEEN_EVERY))
        .select(sessions::id);
    Ok(seen.first::<SessionId>(conn).optional()?.is_some())
}

/// Opens a session, and tells the facility in hand; the token is for the cookie
/// and known nowhere else.
pub(super) fn open(
    tx: &mut Tx<'_>,
    account: &AccountId,
    address: &str,
    user_agent: &str,
) -> Result<(PlainToken, Option<FacilityId>)> {
    let (token, now) = (PlainToken::mint(), tx.now());
    let facility = last_facility(tx.conn(), account)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(SessionId::mint()),
            sessions::token_hash.eq(token.hash()),
            sessions::account_id.eq(account),
            sessions::facility_id.eq(&facility),
            sessions::address.eq(address),
            sessions::user_agent.eq(user_agent),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::ends_at.eq(now + LONGEST),
        ))
        .execute(tx.conn())?;
    Ok((token, facility))
}

/// The facility of the person's newest session; else a verified one; else the first.
fn last_facility(conn: &mut Conn, account: &AccountId) -> Result<Option<FacilityId>> {
    let last: Option<Option<FacilityId>> = sessions::table
        .filter(sessions::account_id.eq(account))
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .select(sessions::facility_id)
        .first(conn)
        .optional()?;
    let seats = seats(conn, account)?;
    let held = last.flatten().filter(|last| seats.iter().any(|seat| &seat.0 == last));
    let verified = seats.iter().find(|seat| seat.4 == MembershipState::Verified);
    Ok(held.or_else(|| verified.or(seats.first()).map(|seat| seat.0.clone())))
}

/// Gives a session a new token; the old one ends. For changes of rights.
pub(super) fn rotate(tx: &mut Tx<'_>, id: &SessionId) -> Result<PlainToken> {
    let token = PlainToken::mint();
    let changed =
        diesel::update(sessions::table.find(id)).set(sessions::token_hash.eq(token.hash())).execute(tx.conn())?;
    if changed == 1 { Ok(token) } else { Err(Error::Conflict) }
}

/// Takes another of the person's facilities in hand, under a new token.
///
/// # Errors
/// `NotFound` when the person has no seat there.
pub fn switch_facility(tx: &mut Tx<'_>, session: &Session, facility: &FacilityId) -> Result<PlainToken> {
    if !seats(tx.conn(), &session.account)?.iter().any(|seat| &seat.0 == facility) {
        return Err(Error::NotFound);
    }
    diesel::update(sessions::table.find(&session.id)).set(sessions::facility_id.eq(facility)).execute(tx.conn())?;
    tx.record(Deed::new("account.switched", "accounts", session.account.as_str()).at_facility(facility))?;
    rotate(tx, &session.id)
}

/// One of a person's sessions, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// Id.
    pub id: SessionId,
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
pub fn list_sessions(conn: &mut Conn, account: &AccountId, now: At) -> Result<Vec<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::ends_at.gt(now))
        .filter(sessions::seen_at.gt(now - IDLE))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .select(SessionRow::as_select())
        .load(conn)?)
}

/// Ends this session at once.
///
/// # Errors
/// From the database only.
pub fn logout(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    if session.scope.watching() {
        return watch::end(tx, session);
    }
    diesel::delete(sessions::table.find(&session.id)).execute(tx.conn())?;
    let deed = Deed::new("account.logged_out", "accounts", session.account.as_str());
    tx.record(deed.at_facility(session.scope.facility()))
}

/// Ends one of the person's own sessions.
///
/// # Errors
/// `NotFound` when it is not theirs, or over.
pub fn end_session(tx: &mut Tx<'_>, account: &AccountId, id: &SessionId) -> Result<()> {
    let own = sessions::table.find(id).filter(sessions::account_id.eq(account));
    if diesel::delete(own).execute(tx.conn())? == 0 {
        return Err(Error::NotFound);
    }
    tx.record(Deed::new("account.session_ended", "accounts", account.as_str()))
}

/// Ends all sessions of a person but this one.
///
/// # Errors
/// From the database only.
pub fn end_other_sessions(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    end_all(tx, &session.account, Some(&session.id))
}

pub(super) fn end_all(tx: &mut Tx<'_>, account: &AccountId, but: Option<&SessionId>) -> Result<()> {
    let spared = but.map_or("", SessionId::as_str).to_owned();
    let theirs = sessions::table.filter(sessions::account_id.eq(account)).filter(sessions::id.ne(spared));
    diesel::delete(theirs).execute(tx.conn())?;
    Ok(())
}

/// Whose session a cookie was, if it ended by itself not long ago.
///
/// # Errors
/// From the database only.
pub fn find_owner(conn: &mut Conn, token: &PlainToken) -> Result<Option<AccountId>> {
    let row = sessions::table.filter(sessions::token_hash.eq(token.hash())).select(sessions::account_id);
    Ok(row.first(conn).optional()?)
}

/// Forgets sessions that ended a day ago or more.
pub(super) fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let before = tx.now() - REMEMBERED;
    let over = sessions::ends_at.le(before).or(sessions::seen_at.le(before));
    Ok(diesel::delete(sessions::table.filter(over)).execute(tx.conn())?)
}
