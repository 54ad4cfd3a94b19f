//! What workers do for the register: end codes whose time is over, write when
//! devices were last used, forget used `jti` values.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamp};

use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{ActivationId, DeviceId};
use crate::schema::{activations, devices, used_jtis};
use crate::secret::PlainToken;

/// How many codes one run ends, so that no transaction grows long.
const BATCH: i64 = 500;

/// Ends codes that expired unused and erases their secrets; tells how many.
/// Call again while it ends a full batch.
///
/// # Errors
/// From the database only.
pub fn expire_activations(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let due: Vec<(ActivationId, DeviceId)> = activations::table
        .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
        .filter(activations::expires_at.le(now))
        .order((activations::expires_at, activations::id))
        .limit(BATCH)
        .select((activations::id, activations::device_id))
        .load(tx.conn())?;
    let mut ended = 0;
    for (code, device) in due {
        let changed = diesel::update(activations::table.find(&code))
            .filter(activations::used_at.is_null().and(activations::ended_at.is_null()))
            .set((activations::ended_at.eq(now), activations::sealed.eq(None::<String>)))
            .execute(tx.conn())?;
        if changed == 1 {
            ended += 1;
            tx.record(Deed::new("device.code_expired", "devices", device.as_str()))?;
        }
    }
    Ok(ended)
}

/// Writes when devices were last used; an older moment never replaces a newer.
///
/// # Errors
/// From the database only.
pub fn write_last_used(tx: &mut Tx<'_>, uses: &[(DeviceId, At)]) -> Result<()> {
    if let Conn::Postgres(c) = tx.conn() {
        return write_last_used_at_once(c, uses);
    }
    for (device, at) in uses {
        let older = devices::last_used_at.is_null().or(devices::last_used_at.lt(*at).assume_not_null());
        diesel::update(devices::table.filter(devices::id.eq(device)).filter(older))
            .set(devices::last_used_at.eq(*at))
            .execute(tx.conn())?;
        diesel::update(devices::table.filter(devices::id.eq(device)).filter(devices::first_used_at.is_null()))
            .set(devices::first_used_at.eq(*at))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// As one statement, which here costs a tenth.
fn write_last_used_at_once(conn: &mut PgConnection, uses: &[(DeviceId, At)]) -> Result<()> {
    let (ids, times): (Vec<&str>, Vec<At>) = uses.iter().map(|(device, at)| (device.as_str(), *at)).unzip();
    diesel::sql_query(
        "update devices set last_used_at = used.at, first_used_at = coalesce(first_used_at, used.at) from unnest($1, $2) as used (id, at) \
         where devices.id = used.id and (last_used_at is null or last_used_at < used.at)",
    )
    .bind::<Array<Text>, _>(ids)
    .bind::<Array<Timestamp>, _>(times)
    .execute(conn)?;
    Ok(())
}

/// Notes a `jti` of `sender` until `until`; `false` when it was used before, on
/// whichever instance (RFC 7523 §3, RFC 9449 §11.1).
///
/// # Errors
/// From the database only.
pub fn use_jti(tx: &mut Tx<'_>, sender: &str, jti: &str, until: DateTime<Utc>) -> Result<bool> {
    // Hashed, so that whatever a sender puts in is one short key.
    let key = PlainToken::received(&format!("{sender} {jti}")).hash();
    let until = At::from(until);
    tx.insert_once(|c| {
        diesel::insert_into(used_jtis::table)
            .values((used_jtis::key.eq(key.as_str()), used_jtis::expires_at.eq(until)))
            .execute(c)
    })
}

/// Forgets `jti` values past their time.
///
/// # Errors
/// From the database only.
pub fn sweep_jtis(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(used_jtis::table.filter(used_jtis::expires_at.lt(now))).execute(tx.conn())?)
}
