//! Recovery codes: ten one-time codes for who has lost the authenticator app.
//! They are shown once, kept as keyed hashes, and each is taken once.

use diesel::prelude::*;

use super::mail::RecoveryCodeUsed;
use super::repo;
use super::session::Seat;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::ids::{RecoveryCodeId, StaffId};
use crate::schema::staff_recovery_codes;
use crate::secret::{ActivationCode, Keyring, Purpose, totp};
use crate::throttle;

/// How many a set has.
pub const RECOVERY_CODES: usize = 10;

/// A fresh set, to be shown once. `Debug` prints a constant.
#[derive(Clone)]
pub struct RecoverySet(Vec<String>);

impl RecoverySet {
    /// The codes, grouped in fours.
    pub fn reveal(&self) -> &[String] {
        &self.0
    }
}

impl std::fmt::Debug for RecoverySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoverySet(secret)")
    }
}

/// Makes a new set; the old one ends.
pub(super) fn mint(tx: &mut Tx<'_>, keyring: &Keyring, staff: &StaffId) -> Result<RecoverySet> {
    forget(tx, staff)?;
    let now = tx.now();
    let codes: Vec<ActivationCode> = (0..RECOVERY_CODES).map(|_| ActivationCode::mint()).collect();
    for code in &codes {
        diesel::insert_into(staff_recovery_codes::table)
            .values((
                staff_recovery_codes::id.eq(RecoveryCodeId::mint()),
                staff_recovery_codes::staff_id.eq(staff),
                staff_recovery_codes::mac.eq(keyring.mac(Purpose::RecoveryCode, &data(staff, code))),
                staff_recovery_codes::created_at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    Ok(RecoverySet(codes.iter().map(ActivationCode::grouped).collect()))
}

/// Ends every code of a person.
pub(super) fn forget(tx: &mut Tx<'_>, staff: &StaffId) -> Result<()> {
    let theirs = staff_recovery_codes::table.filter(staff_recovery_codes::staff_id.eq(staff));
    diesel::delete(theirs).execute(tx.conn())?;
    Ok(())
}

/// Takes a code as typed, if it is one of this person's and unused; the person
/// is told by mail. Two requests with one code: one of them gets it.
pub(super) fn take(tx: &mut Tx<'_>, keyring: &Keyring, staff: &StaffId, typed: &str) -> Result<bool> {
    let Ok(code) = ActivationCode::parse(typed) else { return Ok(false) };
    let now = tx.now();
    let unused = staff_recovery_codes::table
        .filter(staff_recovery_codes::staff_id.eq(staff))
        .filter(staff_recovery_codes::mac.eq_any(keyring.macs(Purpose::RecoveryCode, &data(staff, &code))))
        .filter(staff_recovery_codes::used_at.is_null());
    if diesel::update(unused).set(staff_recovery_codes::used_at.eq(now)).execute(tx.conn())? != 1 {
        return Ok(false);
    }
    tx.record(Deed::new("staff.recovery_code_used", "staff", staff.as_str()))?;
    tx.send(&RecoveryCodeUsed { staff: staff.clone() })?;
    Ok(true)
}

/// How many unused codes a person has.
///
/// # Errors
/// From the database only.
pub fn recovery_codes_left(conn: &mut Conn, staff: &StaffId) -> Result<i64> {
    Ok(staff_recovery_codes::table
        .filter(staff_recovery_codes::staff_id.eq(staff))
        .filter(staff_recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)?)
}

/// How asking for a new set ended.
#[derive(Debug)]
pub enum NewSet {
    /// The new set.
    Made(RecoverySet),
    /// The code of the app does not fit.
    Wrong {
        /// Tries left in this window.
        left: i32,
    },
    /// Too many tries.
    Throttled {
        /// When the next try will be looked at.
        until: At,
    },
}

/// Makes a new set for somebody who shows a current code of the app.
///
/// # Errors
/// From the database only.
pub fn new_recovery_codes(tx: &mut Tx<'_>, keyring: &Keyring, seat: &Seat, code: &str) -> Result<NewSet> {
    let key = super::second_factor::throttle_key(&seat.staff);
    let left = match super::login::spend(tx, &key, super::second_factor::TOTP_TRIES)? {
        Ok(left) => left,
        Err(until) => return Ok(NewSet::Throttled { until }),
    };
    let secrets = repo::secrets(tx.conn(), &seat.staff)?;
    if secrets.totp_sealed.is_none() {
        return Ok(NewSet::Wrong { left });
    }
    let secret = super::enrol::open_secret(keyring, &secrets)?;
    match totp::check(&secret, code, tx.now().utc(), secrets.totp_last_step) {
        Some(step) if repo::take_step(tx, &seat.staff, step)? => {}
        _ => return Ok(NewSet::Wrong { left }),
    }
    throttle::clear(tx, &key)?;
    tx.record(Deed::new("staff.recovery_codes_made", "staff", seat.staff.as_str()))?;
    Ok(NewSet::Made(mint(tx, keyring, &seat.staff)?))
}

/// Bound to the person, so that a hash moved to another row fits nobody.
fn data(staff: &StaffId, code: &ActivationCode) -> Vec<u8> {
    format!("{staff}:{}", code.reveal()).into_bytes()
}
