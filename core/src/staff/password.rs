//! New passwords of staff, and changing one with the present one.

use super::login::{self, ThrottleKeys};
use super::mail::PasswordChanged;
use super::model::StaffMember;
use super::repo;
use super::session::{self, Seat};
use crate::audit::Deed;
use crate::db::{Actor, At, Db};
use crate::error::Result;
use crate::fold::{self, NewPassword};
use crate::form::FieldErrors;
use crate::secret::{Keyring, PasswordHasher, PlainToken};
use crate::throttle::{self, LOGIN_ADDRESS};

/// Words that must not be in a password of this site.
const CONTEXT: [&str; 2] = ["uketsuke", "ポータル"];

/// The two boxes as typed.
#[derive(Clone, Default)]
pub struct NewPasswordForm {
    /// パスワード
    pub password: String,
    /// パスワード（確認用）
    pub password_again: String,
}

/// Reads a new password for this person.
///
/// # Errors
/// The faults of the two boxes.
pub fn read_new_password(
    form: &NewPasswordForm,
    member: &StaffMember,
) -> std::result::Result<NewPassword, FieldErrors> {
    let local_part = member.email.split('@').next().unwrap_or_default();
    let context = [CONTEXT[0], CONTEXT[1], local_part];
    fold::password(&form.password, &form.password_again, &context).map_err(|faults| {
        let mut errors = FieldErrors::default();
        faults.add_to(&mut errors, ("password", "パスワード"), ("password_again", "パスワード（確認用）"));
        errors
    })
}

/// How a change ended.
#[derive(Debug)]
pub enum PasswordChange {
    /// Done; the session goes on under this token, all others have ended.
    Changed(PlainToken),
    /// The present password was another one.
    WrongCurrent {
        /// Tries left in this window.
        left: i32,
    },
    /// Too many wrong tries.
    Throttled {
        /// When the next try will be looked at.
        until: At,
    },
}

/// Sets a new password for the one who knows the present one. Tries count
/// together with those of the login.
///
/// # Errors
/// `Unavailable` when too many passwords are being checked.
pub async fn change_password(
    db: &Db,
    hasher: &PasswordHasher,
    keyring: &Keyring,
    (actor, seat): (Actor, Seat),
    current: &str,
    new: &NewPassword,
) -> Result<PasswordChange> {
    let id = seat.staff.clone();
    let (member, secrets) = db.read(move |c| Ok((repo::get_staff(c, &id)?, repo::secrets(c, &id)?))).await?;
    let keys =
        ThrottleKeys::of(keyring, &login::email_key(&member.email), actor.address.as_deref().unwrap_or_default());
    let gate = keys.clone();
    let left = match db.write(actor.clone(), move |tx| login::spend_try(tx, &gate)).await? {
        Ok(left) => left,
        Err(until) => return Ok(PasswordChange::Throttled { until }),
    };
    if !hasher.verify(current, secrets.password_hash.as_ref()).await?.ok {
        db.write(actor, move |tx| throttle::spend(tx, &keys.address, LOGIN_ADDRESS)).await?;
        return Ok(PasswordChange::WrongCurrent { left });
    }
    let hash = hasher.hash(new.reveal()).await?;
    let changed = db.write(actor, move |tx| {
        throttle::clear(tx, &keys.account)?;
        repo::change_password(tx, &seat.staff, &hash)?;
        tx.record(Deed::new("staff.password_set", "staff", seat.staff.as_str()))?;
        tx.send(&PasswordChanged { staff: seat.staff.clone() })?;
        session::end_all(tx, &seat.staff, Some(&seat.session))?;
        session::rotate(tx, &seat.session)
    });
    changed.await.map(PasswordChange::Changed)
}
