//! Credentials of the eligibility service: an id and a 256-bit secret, which is
//! stored as a hash. Several may be valid at once, so that they can be rotated.

use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
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
}

/// A new credential, to be shown once.
#[derive(Debug)]
pub struct NewClient {
    /// The client id.
    pub id: IntrospectionClientId,
    /// The secret.
    pub secret: PlainToken,
}

/// Makes a credential.
///
/// # Errors
/// `Invalid` (field `name`) for an unusable name.
pub fn add(tx: &mut Tx<'_>, name: &str) -> Result<NewClient> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", "名前", fold::text(name, NAME_MAX_CHARS));
    let name = errors.into_result(name)?;
    let (new, now) = (NewClient { id: IntrospectionClientId::mint(), secret: PlainToken::mint() }, tx.now());
    diesel::insert_into(introspection_clients::table)
        .values((
            introspection_clients::id.eq(&new.id),
            introspection_clients::name.eq(&name),
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
}

/// Every credential that is taken at present, for the memory of checks. What ends
/// or changes one stands in the log of changes (migration `standing_log`).
pub(crate) fn all_taken(conn: &mut Conn) -> Result<Vec<TakenClient>> {
    Ok(introspection_clients::table
        .filter(introspection_clients::state.eq(ClientState::Active))
        .select((introspection_clients::id, introspection_clients::secret_hash, introspection_clients::expires_at))
        .load(conn)?)
}

/// The credential this id and secret belong to; `None` for anything else.
///
/// # Errors
/// From the database only.
pub fn authenticate(conn: &mut Conn, id: &str, secret: &PlainToken, now: At) -> Result<Option<IntrospectionClientId>> {
    // Hashes of 256-bit secrets are compared by the database: what a comparison's
    // time could tell is of no use to find one.
    Ok(introspection_clients::table
        .filter(introspection_clients::id.eq(id).and(introspection_clients::secret_hash.eq(secret.hash())))
        .filter(introspection_clients::state.eq(ClientState::Active))
        .filter(
            introspection_clients::expires_at.is_null().or(introspection_clients::expires_at.gt(now).assume_not_null()),
        )
        .select(introspection_clients::id)
        .first(conn)
        .optional()?)
}
