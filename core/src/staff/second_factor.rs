//! The second factor at login: one code, of the app or a recovery code, accepted
//! once.

use chrono::Duration;

use super::enrol::open_secret;
use super::login::{NewSession, spend};
use super::model::Stage;
use super::session::{self, Seat};
use super::{recovery, repo};
use crate::audit::Deed;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::secret::{Keyring, totp};
use crate::throttle::{self, Limit};

/// Codes somebody may try; six digits leave one in 10,000 a day to chance.
pub(super) const TOTP_TRIES: Limit = Limit { limit: 5, window: Duration::minutes(15) };

/// How a code was taken.
#[derive(Debug)]
pub enum SecondFactorOutcome {
    /// Right; a full session under a new token.
    Passed(NewSession),
    /// Wrong, or used before.
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

/// Checks the code of a session that has passed the password: one of the app, or
/// a recovery code.
///
/// # Errors
/// `Forbidden` for a session at any other stage.
pub fn pass_second_factor(tx: &mut Tx<'_>, keyring: &Keyring, seat: &Seat, code: &str) -> Result<SecondFactorOutcome> {
    if seat.stage != Stage::PasswordOnly {
        return Err(Error::Forbidden);
    }
    let key = throttle_key(&seat.staff);
    let left = match spend(tx, &key, TOTP_TRIES)? {
        Ok(left) => left,
        Err(until) => return Ok(SecondFactorOutcome::Throttled { until }),
    };
    let secrets = repo::secrets(tx.conn(), &seat.staff)?;
    let secret = open_secret(keyring, &secrets)?;
    let step = totp::check(&secret, code, tx.now().utc(), secrets.totp_last_step);
    match step {
        Some(step) if repo::take_step(tx, &seat.staff, step)? => {}
        None if recovery::take(tx, keyring, &seat.staff, code)? => {}
        _ => return Ok(SecondFactorOutcome::Wrong { left }),
    }
    throttle::clear(tx, &key)?;
    tx.record(Deed::new("staff.logged_in", "staff", seat.staff.as_str()))?;
    let token = session::promote(tx, &seat.session, Stage::Full)?;
    Ok(SecondFactorOutcome::Passed(NewSession { token, stage: Stage::Full }))
}

pub(super) fn throttle_key(id: &StaffId) -> String {
    format!("staff:totp:{id}")
}
