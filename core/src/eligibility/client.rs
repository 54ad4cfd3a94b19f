//! Credentials of the eligibility service: an id and a 256-bit secret, which is
//! stored as a hash. Several may be valid at once, so that they can be rotated.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use super::ranges::Ranges;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::FieldErrors;
use crate::ids::IntrospectionClientId;
use crate::schema::introspection_clients;
use crate::secret::{PlainToken, TokenHash};

/// The longest name of a credential, in characters.
const NAME_MAX_CHARS: usize = 60;

text_enum! {
    /// Whether a credential is taken.
    pub enum ClientState {
        /// It is.
        Active = "active",
        /// No more.
        Ended = "ended",
    }
}

/// A credential, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = introspection_clients)]
pub struct IntrospectionClient {
    /// Its OAuth client id.
    pub id: IntrospectionClientId,
    /// What it is called.
    pub name: String,
    /// Whether it is taken.
    pub state: ClientState,
    /// Since when.
    pub created_at: At,
    /// Until when, if that is set.
    pub expires_at: Option<At>,
    /// From where, as [`Ranges::to_text`] writes it.
    pub address_ranges: String,
}

impl IntrospectionClient {
    /// Whether it is taken at this moment.
    pub fn is_taken(&self, now: At) -> bool {
        self.state == ClientState::Active && self.expires_at.is_none_or(|at| now < at)
    }
}

/// A new credential, to be shown once.
#[derive(Debug)]
pub struct NewClient {
    /// The client id.
    pub id: IntrospectionClientId,
    /// The secret.
    pub secret: PlainToken,
}

/// Makes a credential that is good from anywhere.
///
/// # Errors
/// `Invalid` (field `name`) for an unusable name.
pub fn add(tx: &mut Tx<'_>, name: &str) -> Result<NewClient> {
    add_with(tx, name, "")
}

/// Makes a credential that is good from these networks, as typed.
///
/// # Errors
/// `Invalid` (fields `name`, `ranges`) for what cannot be used.
pub fn add_with(tx: &mut Tx<'_>, name: &str, ranges: &str) -> Result<NewClient> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", "名前", fold::text(name, NAME_MAX_CHARS));
    let ranges = errors.take("ranges", "アドレスの範囲", Ranges::read(ranges));
    let (name, ranges) = errors.into_result(name.zip(ranges))?;
    insert(tx, &name, &ranges.to_text())
}

fn insert(tx: &mut Tx<'_>, name: &str, ranges: &str) -> Result<NewClient> {
    let (new, now) = (NewClient { id: IntrospectionClientId::mint(), secret: PlainToken::mint() }, tx.now());
    diesel::insert_into(introspection_clients::table)
        .values((
            introspection_clients::id.eq(&new.id),
            introspection_clients::name.eq(name),
            introspection_clients::address_ranges.eq(ranges),
            introspection_clients::secret_hash.eq(new.secret.hash()),
            introspection_clients::state.eq(ClientState::Active),
            introspection_clients::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    tx.record(
        Deed::new("eligibility.credential_made", "introspection_clients", new.id.as_str())
            .with(json!({ "name": name })),
    )?;
    Ok(new)
}

/// Makes another credential of the same name and networks; the earlier one is good
/// for `overlap` more, or for its own time if that is shorter.
///
/// # Errors
/// `NotFound` for one that has ended.
pub fn rotate(tx: &mut Tx<'_>, id: &IntrospectionClientId, overlap: Duration) -> Result<NewClient> {
    let (old, until) = (taken(tx, id)?, tx.now() + overlap);
    let until = old.expires_at.map_or(until, |at| at.min(until));
    diesel::update(introspection_clients::table.find(id))
        .set(introspection_clients::expires_at.eq(until))
        .execute(tx.conn())?;
    tx.record(Deed::new("eligibility.credential_rotated", "introspection_clients", id.as_str()))?;
    insert(tx, &old.name, &old.address_ranges)
}

/// Binds a credential to these networks, as typed.
///
/// # Errors
/// `NotFound` for one that has ended, `Invalid` (field `ranges`).
pub fn set_ranges(tx: &mut Tx<'_>, id: &IntrospectionClientId, typed: &str) -> Result<()> {
    let old = taken(tx, id)?;
    let mut errors = FieldErrors::default();
    let ranges = errors.take("ranges", "アドレスの範囲", Ranges::read(typed));
    let ranges = errors.into_result(ranges)?.to_text();
    diesel::update(introspection_clients::table.find(id))
        .set(introspection_clients::address_ranges.eq(&ranges))
        .execute(tx.conn())?;
    let deed = Deed::new("eligibility.credential_bound", "introspection_clients", id.as_str());
    tx.record(deed.changed("address_ranges", &old.address_ranges, &ranges))
}

/// Ends a credential at once; one that has ended stays as it is.
///
/// # Errors
/// `NotFound`.
pub fn stop(tx: &mut Tx<'_>, id: &IntrospectionClientId) -> Result<()> {
    if get(tx.conn(), id)?.state == ClientState::Ended {
        return Ok(());
    }
    diesel::update(introspection_clients::table.find(id))
        .set(introspection_clients::state.eq(ClientState::Ended))
        .execute(tx.conn())?;
    tx.record(Deed::new("eligibility.credential_ended", "introspection_clients", id.as_str()))
}

/// A credential.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &IntrospectionClientId) -> Result<IntrospectionClient> {
    Ok(introspection_clients::table.find(id).select(IntrospectionClient::as_select()).first(conn)?)
}

/// A credential that is taken at present.
fn taken(tx: &mut Tx<'_>, id: &IntrospectionClientId) -> Result<IntrospectionClient> {
    let now = tx.now();
    Some(get(tx.conn(), id)?).filter(|client| client.is_taken(now)).ok_or(Error::NotFound)
}

/// All credentials, oldest first.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn) -> Result<Vec<IntrospectionClient>> {
    Ok(introspection_clients::table
        .order((introspection_clients::created_at, introspection_clients::id))
        .select(IntrospectionClient::as_select())
        .load(conn)?)
}

/// What a check needs to know of a credential that is taken.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct TakenClient {
    pub id: String,
    pub secret_hash: TokenHash,
    pub expires_at: Option<At>,
    pub address_ranges: String,
}

/// Every credential that is taken at present, for the memory of checks. What ends
/// or changes one stands in the log of changes (migration `standing_log`).
pub(crate) fn all_taken(conn: &mut Conn) -> Result<Vec<TakenClient>> {
    Ok(introspection_clients::table
        .filter(introspection_clients::state.eq(ClientState::Active))
        .select((
            introspection_clients::id,
            introspection_clients::secret_hash,
            introspection_clients::expires_at,
            introspection_clients::address_ranges,
        ))
        .load(conn)?)
}
