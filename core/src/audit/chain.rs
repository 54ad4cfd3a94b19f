//! The chain: each event's keyed hash is over its fields, its position and the
//! hash of the event before. The last position and hash stand in one row of
//! their own, under a keyed hash as well, so that a cut-off tail is missed.
//!
//! Events are written at the very end of their transaction. On PostgreSQL the
//! head's row is thus locked for one insert and the commit only, and always
//! last, so that no two transactions wait for each other; on SQLite there is one
//! writer at a time anyway.

use diesel::prelude::*;

use super::AuditEvent;
use crate::db::{Actor, Conn, Db};
use crate::error::{Error, Result};
use crate::ids::FacilityId;
use crate::schema::{audit_events, audit_heads};
use crate::secret::{Keyring, Purpose};

/// The only row of `audit_heads`.
const HEAD: i32 = 1;
/// Events per insert: below every database's limit of parameters.
const BATCH: usize = 500;

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Head {
    /// The last position; 0 when there is no event.
    pub position: i64,
    /// The last event's keyed hash.
    pub chain: String,
    pub(super) mac: String,
}

impl Head {
    /// Whether nobody without the key wrote it.
    pub(super) fn is_genuine(&self, keyring: &Keyring) -> bool {
        let empty = self.position == 0 && self.chain.is_empty() && self.mac.is_empty();
        empty || keyring.verify_named_mac(Purpose::Audit, &head_data(self.position, &self.chain), &self.mac)
    }
}

/// The end of the chain as it stands: to be noted elsewhere.
///
/// # Errors
/// From the database only.
pub fn head(conn: &mut Conn) -> Result<Head> {
    Ok(audit_heads::table
        .find(HEAD)
        .select((audit_heads::position, audit_heads::chain, audit_heads::mac))
        .first(conn)?)
}

/// Adds events to the end of the chain.
pub(crate) fn append(conn: &mut Conn, keyring: &Keyring, mut events: Vec<AuditEvent>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let mut at = taken_head(conn, events.len())?;
    for event in &mut events {
        link(keyring, &mut at, event);
    }
    for batch in events.chunks(BATCH) {
        crate::on_backend!(conn, c => diesel::insert_into(audit_events::table).values(batch).execute(c))?;
    }
    set_head(conn, keyring, &at)
}

/// Locks the head for this transaction and answers where the chain ends.
fn taken_head(conn: &mut Conn, more: usize) -> Result<Head> {
    let more = i64::try_from(more).map_err(Error::internal)?;
    diesel::update(audit_heads::table.find(HEAD))
        .set(audit_heads::position.eq(audit_heads::position + more))
        .execute(conn)?;
    let head = head(conn)?;
    Ok(Head { position: head.position - more, ..head })
}

fn link(keyring: &Keyring, at: &mut Head, event: &mut AuditEvent) {
    at.position += 1;
    at.chain = keyring.named_mac(Purpose::Audit, &data(event, at.position, &at.chain));
    event.position = Some(at.position);
    event.chain = Some(at.chain.clone());
}

fn set_head(conn: &mut Conn, keyring: &Keyring, head: &Head) -> Result<()> {
    let mac = keyring.named_mac(Purpose::Audit, &head_data(head.position, &head.chain));
    diesel::update(audit_heads::table.find(HEAD))
        .set((audit_heads::position.eq(head.position), audit_heads::chain.eq(&head.chain), audit_heads::mac.eq(mac)))
        .execute(conn)?;
    Ok(())
}

/// Gives the events of before the chain their positions, in the order of their
/// time; answers how many. A second run finds nothing to do.
///
/// # Errors
/// From the database only.
pub fn seal_earlier(db: &Db) -> Result<usize> {
    let mut sealed = 0;
    loop {
        let keyring = db.keyring().clone();
        let now = db.write_blocking(Actor::system(), |tx| seal_batch(tx.conn(), &keyring))?;
        sealed += now;
        if now < BATCH {
            return Ok(sealed);
        }
    }
}

fn seal_batch(conn: &mut Conn, keyring: &Keyring) -> Result<usize> {
    // The head first: of two processes at once, the second waits here and finds what is left.
    let mut at = taken_head(conn, 0)?;
    let mut events: Vec<AuditEvent> = audit_events::table
        .filter(audit_events::position.is_null())
        .order((audit_events::at, audit_events::id))
        .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .select(AuditEvent::as_select())
        .load(conn)?;
    for event in &mut events {
        link(keyring, &mut at, event);
        diesel::update(audit_events::table.find(&event.id))
            .set((audit_events::position.eq(event.position), audit_events::chain.eq(&event.chain)))
            .execute(conn)?;
    }
    if !events.is_empty() {
        set_head(conn, keyring, &at)?;
    }
    Ok(events.len())
}

/// Whether an event's hash is that of its fields at this place.
pub(super) fn fits(keyring: &Keyring, event: &AuditEvent, position: i64, before: &str) -> bool {
    let chain = event.chain.as_deref().unwrap_or_default();
    keyring.verify_named_mac(Purpose::Audit, &data(event, position, before), chain)
}

/// All fields in a fixed order, each with its length in front, so that no text
/// can pass for two.
fn data(event: &AuditEvent, position: i64, before: &str) -> Vec<u8> {
    let mut data = b"audit event 1".to_vec();
    data.extend(position.to_be_bytes());
    data.extend(event.at.utc().timestamp_micros().to_be_bytes());
    let required = [
        before,
        event.id.as_str(),
        event.actor_kind.as_str(),
        &event.actor_id,
        &event.action,
        &event.subject_kind,
        &event.subject_id,
        &event.detail,
    ];
    required.into_iter().for_each(|text| put(&mut data, Some(text)));
    put(&mut data, event.facility_id.as_ref().map(FacilityId::as_str));
    put(&mut data, event.request_id.as_deref());
    put(&mut data, event.address.as_deref());
    put(&mut data, event.changes.as_deref());
    data
}

fn put(data: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => data.push(0),
        Some(text) => {
            data.push(1);
            data.extend((text.len() as u64).to_be_bytes());
            data.extend(text.as_bytes());
        }
    }
}

fn head_data(position: i64, chain: &str) -> Vec<u8> {
    let mut data = b"audit head 1".to_vec();
    data.extend(position.to_be_bytes());
    put(&mut data, Some(chain));
    data
}
