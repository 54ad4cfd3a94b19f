//! Enrolling the second factor: a session whose password was just right sees
//! the secret, puts it into an authenticator app, and proves it by one code.

use super::login::NewSession;
use super::model::{Secrets, Stage};
use super::recovery::RecoverySet;
use super::second_factor::{TOTP_TRIES, throttle_key};
use super::session::Seat;
use super::{login, recovery, repo, session};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::secret::totp::{self, TotpSecret};
use crate::secret::{Keyring, Purpose};
use crate::throttle;

/// Stands before the account in the authenticator app.
const ISSUER: &str = "uketsuke";

/// What the enrolment page shows, to this one person.
pub struct Enrolment {
    /// The `otpauth://` address behind the QR code.
    pub uri: String,
    /// The secret for typing, base32.
    pub secret: String,
}

/// How a confirmation ended.
#[derive(Debug)]
pub enum EnrolOutcome {
    /// Enrolled; a full session under a new token, and the recovery codes.
    Done(NewSession, RecoverySet),
    /// The code does not fit.
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

/// A new secret for somebody who has just given the password; an older one
/// that was never confirmed ends.
pub(super) fn mint_pending(tx: &mut Tx<'_>, keyring: &Keyring, id: &StaffId) -> Result<()> {
    let secret = TotpSecret::mint();
    let sealed = keyring.seal(Purpose::StaffTotp, id.as_str().as_bytes(), secret.reveal_bytes());
    repo::set_pending_totp(tx, id, &sealed)
}

/// What to show to a session that must enrol.
///
/// # Errors
/// `Forbidden` for any other session.
pub fn enrolment(conn: &mut Conn, keyring: &Keyring, seat: &Seat) -> Result<Enrolment> {
    must_enrol(seat)?;
    let secret = open_secret(keyring, &repo::secrets(conn, &seat.staff)?)?;
    Ok(Enrolment { uri: secret.otpauth_uri(ISSUER, &seat.email), secret: secret.reveal_base32() })
}

/// Confirms the secret by a code of the app: the person is active, the session
/// is full and bears a new token.
///
/// # Errors
/// `Forbidden` for a session that has nothing to enrol, `Conflict` when
/// another window was faster.
pub fn confirm_enrolment(tx: &mut Tx<'_>, keyring: &Keyring, seat: &Seat, code: &str) -> Result<EnrolOutcome> {
    must_enrol(seat)?;
    let key = throttle_key(&seat.staff);
    let left = match login::spend(tx, &key, TOTP_TRIES)? {
        Ok(left) => left,
        Err(until) => return Ok(EnrolOutcome::Throttled { until }),
    };
    let secrets = repo::secrets(tx.conn(), &seat.staff)?;
    let secret = open_secret(keyring, &secrets)?;
    let Some(step) = totp::check(&secret, code, tx.now().utc(), None) else {
        return Ok(EnrolOutcome::Wrong { left });
    };
    repo::activate(tx, &secrets, step)?;
    throttle::clear(tx, &key)?;
    tx.record(Deed::new("staff.enrolled", "staff", seat.staff.as_str()))?;
    session::end_all(tx, &seat.staff, Some(&seat.session))?;
    let token = session::promote(tx, &seat.session, Stage::Full)?;
    let codes = recovery::mint(tx, keyring, &seat.staff)?;
    Ok(EnrolOutcome::Done(NewSession { token, stage: Stage::Full }, codes))
}

fn must_enrol(seat: &Seat) -> Result<()> {
    if seat.stage == Stage::Enrolling { Ok(()) } else { Err(Error::Forbidden) }
}

pub(super) fn open_secret(keyring: &Keyring, secrets: &Secrets) -> Result<TotpSecret> {
    let sealed = secrets.totp_sealed.as_deref().ok_or_else(|| Error::boxed("a second factor without a secret"))?;
    let bytes = keyring.open(Purpose::StaffTotp, secrets.id.as_str().as_bytes(), sealed).map_err(Error::internal)?;
    TotpSecret::from_bytes(&bytes).ok_or_else(|| Error::boxed("a TOTP secret of the wrong length"))
}
