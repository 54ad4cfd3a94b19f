//! The server's ES256 keys in their table: one signs, earlier ones stay published
//! for a while, so that what they signed can still be verified. The private part is
//! sealed, and gone as soon as the next key is there.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::Value;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::SigningKeyId;
use crate::jose::SigningKey;
use crate::schema::signing_keys;
use crate::secret::Keyring;

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ListedKey {
    /// Its public part with `kid`, JSON text.
    pub public_jwk: String,
    /// Since when there is it.
    pub created_at: At,
    /// Until when it is published; `None` for the one that signs.
    pub published_until: Option<At>,
}

/// The key that signs, if there is one.
///
/// # Errors
/// `Internal` when the stored key does not open with the configured keys.
pub fn find_signing_key(conn: &mut Conn, keyring: &Keyring) -> Result<Option<SigningKey>> {
    let stored: Option<String> = signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order((signing_keys::created_at.desc(), signing_keys::id.desc()))
        .select(signing_keys::sealed)
        .first(conn)
        .optional()?;
    stored.map(|sealed| SigningKey::open(keyring, &sealed).map_err(Error::internal)).transpose()
}

/// The key that signs; made and stored when there is none. Two processes that start
/// at once may make one each: both are published, either signs.
///
/// # Errors
/// As [`find_signing_key`].
pub fn signing_key(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<SigningKey> {
    match find_signing_key(tx.conn(), keyring)? {
        Some(key) => Ok(key),
        None => make(tx, keyring),
    }
}

/// Puts a new key in the place of the one that signs. That one stays published for
/// `overlap` (other processes sign with it for a minute at most), its private part
/// is destroyed. The new key's id.
///
/// # Errors
/// From the database only.
pub fn rotate_signing_key(tx: &mut Tx<'_>, keyring: &Keyring, overlap: Duration) -> Result<String> {
    let until = tx.now() + overlap;
    diesel::update(signing_keys::table.filter(signing_keys::retired_at.is_null()))
        .set((signing_keys::retired_at.eq(until), signing_keys::sealed.eq("")))
        .execute(tx.conn())?;
    let key = make(tx, keyring)?;
    tx.record(Deed::new("signing_key.rotated", "signing_keys", &key.kid()))?;
    Ok(key.kid())
}

/// Forgets keys that are published no more; tells how many.
///
/// # Errors
/// From the database only.
pub fn sweep_signing_keys(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(signing_keys::table.filter(signing_keys::retired_at.le(now))).execute(tx.conn())?)
}

fn make(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<SigningKey> {
    let (key, now) = (SigningKey::generate(), tx.now());
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::id.eq(SigningKeyId::mint()),
            signing_keys::sealed.eq(key.seal(keyring)),
            signing_keys::public_jwk.eq(key.public_jwk().to_string()),
            signing_keys::created_at.eq(now),
            signing_keys::retired_at.eq(None::<At>),
        ))
        .execute(tx.conn())?;
    Ok(key)
}

/// The public keys, newest first, as they stand in the JWK set at `now`.
///
/// # Errors
/// From the database only.
pub fn public_keys(conn: &mut Conn, now: At) -> Result<Vec<Value>> {
    let published = list_signing_keys(conn)?.into_iter().filter(|key| key.published_until.is_none_or(|at| now < at));
    published.map(|key| serde_json::from_str(&key.public_jwk).map_err(Error::from)).collect()
}

/// All keys there are, newest first.
///
/// # Errors
/// From the database only.
pub fn list_signing_keys(conn: &mut Conn) -> Result<Vec<ListedKey>> {
    Ok(signing_keys::table
        .order((signing_keys::created_at.desc(), signing_keys::id.desc()))
        .select((signing_keys::public_jwk, signing_keys::created_at, signing_keys::retired_at))
        .load(conn)?)
}
