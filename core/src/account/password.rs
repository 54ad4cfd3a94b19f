//! Changing the password with the present one, and the two boxes every new
//! password is typed into.

use serde::Deserialize;

use super::login::Counters;
use super::mail::{AccountChanged, Change};
use super::session::{self, Session};
use super::{Account, repo};
use crate::audit::Deed;
use crate::db::{Actor, At, Conn, Db, Tx};
use crate::error::Result;
use crate::fold::{self, NewPassword};
use crate::form::FieldErrors;
use crate::ids::AccountId;
use crate::secret::{Keyring, PasswordHash, PasswordHasher, PlainToken};

/// Names of the portal: no password may hold them.
const SITE_WORDS: [&str; 3] = ["uketsuke", "portal", "ポータル"];

/// The fields of the form exactly as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    /// 今のパスワード; unused where a mailed link stands for it.
    pub current: String,
    /// 新しいパスワード
    pub password: String,
    /// 新しいパスワード（確認用）
    pub password_again: String,
}

/// Reads the two boxes for a new password. `context` must not be in it.
pub(super) fn read_boxes(errors: &mut FieldErrors, raw: &str, again: &str, context: &[&str]) -> Option<NewPassword> {
    let context: Vec<&str> = context.iter().chain(&SITE_WORDS).copied().filter(|word| !word.is_empty()).collect();
    match fold::password(raw, again, &context) {
        Ok(password) => Some(password),
        Err(faults) => {
            faults.add_to(errors, ("password", "パスワード"), ("password_again", "パスワード（確認用）"));
            None
        }
    }
}

/// Reads a new password for an account that exists.
///
/// # Errors
/// The faults of the two boxes.
pub fn read_new_password(form: &PasswordForm, account: &Account) -> std::result::Result<NewPassword, FieldErrors> {
    let mut errors = FieldErrors::default();
    let local = account.email.split('@').next().unwrap_or_default();
    let password = read_boxes(&mut errors, &form.password, &form.password_again, &[local]);
    errors.into_result(password)
}

/// How a change ended.
#[derive(Debug)]
pub enum PasswordChange {
    /// Done; the session goes on under this token, all others have ended.
    Changed(PlainToken),
    /// The present password was another one.
    WrongCurrent,
    /// Too many wrong tries.
    Throttled {
        /// When the next try will be looked at.
        until: At,
    },
}

/// Sets a new password for the one who knows the present one.
///
/// # Errors
/// `Unavailable` when too many passwords are being checked.
pub async fn change_password(
    db: &Db,
    hasher: &PasswordHasher,
    keyring: &Keyring,
    actor: Actor,
    session: Session,
    current: &str,
    new: &NewPassword,
) -> Result<PasswordChange> {
    let id = session.account.clone();
    let (email_key, stored) = db.read(move |c| repo::password_of(c, &id)).await?;
    let counters = Counters::of(keyring, &email_key, actor.address.as_deref().unwrap_or_default());
    let gate = counters.clone();
    if let Err(until) = db.write(actor.clone(), move |tx| gate.count_try(tx)).await? {
        return Ok(PasswordChange::Throttled { until });
    }
    if !hasher.verify(current, Some(&stored)).await?.ok {
        db.write(actor, move |tx| counters.count_failure(tx)).await?;
        return Ok(PasswordChange::WrongCurrent);
    }
    let hash = hasher.hash(new.reveal()).await?;
    let changed = db.write(actor, move |tx| {
        counters.forget(tx)?;
        set(tx, &session.account, &hash)?;
        session::end_all(tx, &session.account, Some(&session.id))?;
        session::rotate(tx, &session.id)
    });
    changed.await.map(PasswordChange::Changed)
}

/// Sets the password, tells the owner by mail and the trail.
pub(super) fn set(tx: &mut Tx<'_>, account: &AccountId, hash: &PasswordHash) -> Result<()> {
    repo::set_password(tx, account, hash)?;
    tx.record(Deed::new("account.password_changed", "accounts", account.as_str()))?;
    tx.send(&AccountChanged { account: account.clone(), change: Change::Password })?;
    Ok(())
}

/// The counters of an account's logins, to be forgiven.
pub(super) fn counters(conn: &mut Conn, keyring: &Keyring, account: &AccountId) -> Result<Counters> {
    let (email_key, _) = repo::password_of(conn, account)?;
    Ok(Counters::of(keyring, &email_key, ""))
}
