//! The server's ES256 key in its table: one in use, earlier ones published
//! until they are removed, all sealed.

use diesel::prelude::*;
use serde_json::Value;

use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::SigningKeyId;
use crate::jose::SigningKey;
use crate::schema::signing_keys;
use crate::secret::Keyring;

/// The key in use; made and stored when there is none. Two processes that start
/// at once may make one each: both are published, either signs.
///
/// # Errors
/// `Internal` when the stored key does not open with the configured keys.
pub fn signing_key(tx: &mut Tx<'_>, keyring: &Keyring) -> Result<SigningKey> {
    let stored: Option<String> = signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .order((signing_keys::created_at.desc(), signing_keys::id.desc()))
        .select(signing_keys::sealed)
        .first(tx.conn())
        .optional()?;
    match stored {
        Some(sealed) => SigningKey::open(keyring, &sealed).map_err(Error::internal),
        None => make(tx, keyring),
    }
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

/// The public keys, newest first, as they stand in the JWK set.
///
/// # Errors
/// From the database only.
pub fn public_keys(conn: &mut Conn) -> Result<Vec<Value>> {
    let texts: Vec<String> = signing_keys::table
        .order((signing_keys::created_at.desc(), signing_keys::id.desc()))
        .select(signing_keys::public_jwk)
        .load(conn)?;
    texts.iter().map(|text| serde_json::from_str(text).map_err(Error::from)).collect()
}
