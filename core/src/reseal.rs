//! After a change of the master key: every sealed value that stands under an older one
//! is opened and sealed anew, so that the older key can go. And which key what still
//! needs.
//!
//! It goes in batches while the program runs. A value is replaced only if it is still
//! what was opened: whoever changes it at the same moment wins, and wrote under the
//! current key anyway. What no configured key opens is named and left alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use crate::audit::{self, Deed};
use crate::db::{Actor, At, Conn, Db, Tx, text_enum};
use crate::device;
use crate::error::Result;
use crate::facility::secret_match;
use crate::ids::{ActivationId, SigningKeyId, StaffId};
use crate::jose::SigningKey;
use crate::schema::{activations, signing_keys, staff, staff_recovery_codes};
use crate::secret::{Keyring, Purpose};

/// Looked at in one step.
const BATCH: i64 = 100;

text_enum! {
    /// What sort of value is sealed.
    pub enum Kind {
        /// The private key that signs answers.
        SigningKeys = "signing_keys",
        /// Second factors of the staff.
        StaffTotp = "staff_totp",
        /// Passwords and codes of devices that wait for their activation.
        Activations = "activations",
    }
}

/// An id and the sealed value of its row.
type Sealed = (String, String);

/// One sealed column.
struct Column {
    kind: Kind,
    /// Id and sealed value of what does not begin like this, after an id.
    rows: fn(&mut Conn, &str, &str) -> Result<Vec<Sealed>>,
    /// How many begin like this.
    count: fn(&mut Conn, &str) -> Result<i64>,
    /// Seals a value anew and puts it in its place: whether it was still there; `None`
    /// when it does not open.
    anew: fn(&mut Tx<'_>, &Keyring, &str, &str) -> Result<Option<bool>>,
}

/// Rows of a column by how the value begins.
macro_rules! rows {
    ($table:ident, $column:ident, $id:ty, $conn:expr, $begin:expr, $after:expr) => {{
        let rows: Vec<($id, Option<String>)> = $table::table
            .filter($table::$column.is_not_null().and($table::$column.ne("")))
            .filter(diesel::dsl::not($table::$column.like($begin).escape('\\')))
            .filter($table::id.gt($after))
            .order($table::id)
            .limit(BATCH)
            .select(($table::id, $table::$column.nullable()))
            .load($conn)?;
        rows.into_iter().filter_map(|(id, sealed)| Some((id.to_string(), sealed?))).collect()
    }};
}

macro_rules! count {
    ($table:ident, $column:ident, $conn:expr, $begin:expr) => {
        $table::table
            .filter($table::$column.is_not_null().and($table::$column.ne("")))
            .filter($table::$column.like($begin).escape('\\'))
            .count()
            .get_result($conn)?
    };
}

/// Every column that holds sealed values; one that comes to hold some belongs here.
const COLUMNS: &[Column] = &[
    Column {
        kind: Kind::SigningKeys,
        rows: |conn, begin, after| Ok(rows!(signing_keys, sealed, SigningKeyId, conn, begin, after)),
        count: |conn, begin| Ok(count!(signing_keys, sealed, conn, begin)),
        anew: |tx, keyring, id, sealed| {
            let Ok(key) = SigningKey::open(keyring, sealed) else { return Ok(None) };
            let same = signing_keys::table.filter(signing_keys::id.eq(id)).filter(signing_keys::sealed.eq(sealed));
            let put = diesel::update(same).set(signing_keys::sealed.eq(key.seal(keyring))).execute(tx.conn())?;
            Ok(Some(put == 1))
        },
    },
    Column {
        kind: Kind::StaffTotp,
        rows: |conn, begin, after| Ok(rows!(staff, totp_sealed, StaffId, conn, begin, after)),
        count: |conn, begin| Ok(count!(staff, totp_sealed, conn, begin)),
        anew: |tx, keyring, id, sealed| {
            let Ok(secret) = keyring.open(Purpose::StaffTotp, id.as_bytes(), sealed) else { return Ok(None) };
            let same = staff::table.filter(staff::id.eq(id)).filter(staff::totp_sealed.eq(sealed));
            let anew = keyring.seal(Purpose::StaffTotp, id.as_bytes(), &secret);
            Ok(Some(diesel::update(same).set(staff::totp_sealed.eq(anew)).execute(tx.conn())? == 1))
        },
    },
    Column {
        kind: Kind::Activations,
        rows: |conn, begin, after| Ok(rows!(activations, sealed, ActivationId, conn, begin, after)),
        count: |conn, begin| Ok(count!(activations, sealed, conn, begin)),
        anew: |tx, keyring, id, sealed| {
            let Some(row) = ActivationId::parse(id) else { return Ok(None) };
            device::seal_anew(tx, keyring, &row, sealed)
        },
    },
];

/// What became of the values of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// The kind.
    pub kind: Kind,
    /// How many stand under the current key now and did not before.
    pub done: usize,
    /// Rows whose value no configured key opens, by their ids.
    pub closed: Vec<String>,
}

/// Seals everything anew that stands under an older key.
///
/// # Errors
/// From the database; what was done till then is done.
pub async fn reseal(db: &Db, actor: &Actor) -> Result<Vec<Resealed>> {
    let mut all = Vec::new();
    for column in COLUMNS {
        let (mut done, mut closed, mut after) = (0, Vec::new(), String::new());
        loop {
            let (keyring, from) = (db.keyring().clone(), after.clone());
            let batch = db.write(actor.clone(), move |tx| reseal_batch(tx, &keyring, column, &from)).await?;
            let Some(last) = batch.last else { break };
            (done, after) = (done + batch.done, last);
            closed.extend(batch.closed);
        }
        all.push(Resealed { kind: column.kind, done, closed });
    }
    Ok(all)
}

struct Batch {
    done: usize,
    closed: Vec<String>,
    last: Option<String>,
}

fn reseal_batch(tx: &mut Tx<'_>, keyring: &Keyring, column: &Column, after: &str) -> Result<Batch> {
    let current = keyring.key_ids().next().unwrap_or_default().to_owned();
    let rows = (column.rows)(tx.conn(), &begin(&current), after)?;
    let mut batch = Batch { done: 0, closed: Vec::new(), last: rows.last().map(|(id, _)| id.clone()) };
    for (id, sealed) in rows {
        // A value of a key that begins alike is no other key's.
        if keyring.is_current(&sealed) {
            continue;
        }
        match (column.anew)(tx, keyring, &id, &sealed)? {
            Some(true) => batch.done += 1,
            Some(false) => {}
            None => batch.closed.push(id),
        }
    }
    if batch.done > 0 {
        let deed = Deed::new("keys.resealed", "keys", &current);
        tx.record(deed.with(json!({ "kind": column.kind, "count": batch.done })))?;
    }
    Ok(batch)
}

/// How a value under this key begins, for `like`.
fn begin(key_id: &str) -> String {
    let key_id = key_id.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("{key_id}.%")
}

/// What stands under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key's id; empty for all keys that are not configured.
    pub id: String,
    /// Sealed values by kind: `reseal` brings them under the current key.
    pub sealed: Vec<(Kind, i64)>,
    /// Match secrets of the master: they move at their next match or import.
    pub match_secrets: i64,
    /// Events of the audit trail: they never move.
    pub audit_events: i64,
}

impl KeyUse {
    /// Whether the program would miss this key, the proof of the trail aside.
    pub fn is_needed(&self) -> bool {
        self.match_secrets > 0 || self.sealed.iter().any(|(_, count)| *count > 0)
    }
}

/// How the keys stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatus {
    /// Key by key, the current first, the unknown last.
    pub keys: Vec<KeyUse>,
    /// Since when the current key writes: the first event under it.
    pub since: Option<DateTime<Utc>>,
    /// Recovery codes of the staff that are not used and were made before: they are hashed
    /// under an older key, and nobody can move them.
    pub older_recovery_codes: i64,
}

/// Counts what stands under which key.
///
/// # Errors
/// From the database only.
pub fn status(conn: &mut Conn, keyring: &Keyring) -> Result<KeyStatus> {
    let matches = secret_match::count_by_key(conn, keyring)?;
    let mut keys = Vec::new();
    for (id, match_secrets) in matches {
        let known = !id.is_empty();
        let like = if known { begin(&id) } else { "%".to_owned() };
        let mut sealed = Vec::new();
        for column in COLUMNS {
            sealed.push((column.kind, (column.count)(conn, &like)?));
        }
        keys.push(KeyUse { id, sealed, match_secrets, audit_events: audit::count_like(conn, &like)? });
    }
    // The last counted everything: what the known keys have is not its own.
    if let Some((unknown, known)) = keys.split_last_mut() {
        for one in known {
            unknown.audit_events -= one.audit_events;
            for (all, own) in unknown.sealed.iter_mut().zip(&one.sealed) {
                all.1 -= own.1;
            }
        }
    }
    let current = begin(keyring.key_ids().next().unwrap_or_default());
    let since: Option<At> = audit::first_like(conn, &current)?;
    let unused = staff_recovery_codes::table.filter(staff_recovery_codes::used_at.is_null());
    let older_recovery_codes = match since {
        Some(since) => unused.filter(staff_recovery_codes::created_at.lt(since)).count().get_result(conn)?,
        None => unused.count().get_result(conn)?,
    };
    Ok(KeyStatus { keys, since: since.map(At::utc), older_recovery_codes })
}

#[cfg(test)]
#[path = "reseal_tests.rs"]
mod tests;
