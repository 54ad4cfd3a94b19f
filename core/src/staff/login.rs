//! The first factor. Unknown address, wrong password and disabled person are
//! one answer after the same work (SECURITY lines 1, 4, 11).

use super::model::{Secrets, StaffState, Stage};
use super::{enrol, repo, session};
use crate::audit::Deed;
use crate::db::{Actor, ActorKind, At, Db, Tx};
use crate::error::Result;
use crate::fold;
use crate::secret::{Keyring, PasswordHasher, PlainToken, Purpose, Verified};
use crate::throttle::{self, LOGIN_ACCOUNT, LOGIN_ADDRESS, Limit};

/// Somebody trying to log in.
#[derive(Clone)]
pub struct Attempt {
    /// The mail address as typed.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// The network address.
    pub address: String,
    /// The browser, as it names itself.
    pub user_agent: String,
}

/// A session just opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// For the cookie; known nowhere else.
    pub token: PlainToken,
    /// What comes next.
    pub stage: Stage,
}

/// How a try ended.
#[derive(Debug)]
pub enum LoginOutcome {
    /// The password was right.
    Opened(NewSession),
    /// Address or password is wrong; so many tries are left.
    Wrong {
        /// Tries left in this window.
        left: i32,
    },
    /// Too many tries; nothing was checked.
    Throttled {
        /// When the next try will be looked at.
        until: At,
    },
}

/// Checks address and password, and opens a session that still lacks the
/// second factor.
///
/// # Errors
/// `Unavailable` when too many passwords are being checked.
pub async fn login(db: &Db, hasher: &PasswordHasher, keyring: &Keyring, attempt: Attempt) -> Result<LoginOutcome> {
    let email_key = email_key(&attempt.email);
    let keys = ThrottleKeys::of(keyring, &email_key, &attempt.address);
    let gate_keys = keys.clone();
    let actor = Actor { address: Some(attempt.address.clone()), ..Actor::new(ActorKind::Visitor, "") };
    let gate = db.write(actor.clone(), move |tx| spend_try(tx, &gate_keys)).await?;
    let left = match gate {
        Ok(left) => left,
        Err(until) => return Ok(LoginOutcome::Throttled { until }),
    };
    let secrets = db.read(move |c| repo::secrets_by_email(c, &email_key)).await?;
    let usable = secrets.filter(may_log_in);
    let stored = usable.as_ref().and_then(|s| s.password_hash.as_ref());
    let verified = hasher.verify(&attempt.password, stored).await?;
    match usable.filter(|_| verified.ok) {
        Some(secrets) => {
            let rehashed = match verified {
                Verified { rehash: true, .. } => Some(hasher.hash(&attempt.password).await?),
                _ => None,
            };
            let keyring = keyring.clone();
            db.write(actor, move |tx| {
                if let Some(hash) = &rehashed {
                    repo::rehash(tx, &secrets.id, hash)?;
                }
                throttle::clear(tx, &keys.account)?;
                open(tx, &keyring, &secrets, &attempt)
            })
            .await
            .map(LoginOutcome::Opened)
        }
        None => {
            db.write(actor, move |tx| throttle::spend(tx, &keys.address, LOGIN_ADDRESS)).await?;
            Ok(LoginOutcome::Wrong { left })
        }
    }
}

fn may_log_in(secrets: &Secrets) -> bool {
    matches!(secrets.state, StaffState::Enrolling | StaffState::Active)
}

/// What is typed may be no address at all; it is then simply an unknown one.
pub(super) fn email_key(typed: &str) -> String {
    // A NUL cannot even be looked for in PostgreSQL.
    let as_it_is = |_| typed.trim().to_lowercase().replace('\0', "");
    fold::email(typed, 254).map_or_else(as_it_is, |email| email.key().to_owned())
}

fn open(tx: &mut Tx<'_>, keyring: &Keyring, secrets: &Secrets, attempt: &Attempt) -> Result<NewSession> {
    let stage = match secrets.state {
        StaffState::Active => Stage::PasswordOnly,
        _ => {
            enrol::mint_pending(tx, keyring, &secrets.id)?;
            Stage::Enrolling
        }
    };
    tx.record(Deed::new("staff.password_passed", "staff", secrets.id.as_str()))?;
    let token = session::open(tx, &secrets.id, stage, &attempt.address, &attempt.user_agent)?;
    Ok(NewSession { token, stage })
}

/// The counters of one try. The address itself never stands in the table.
#[derive(Clone)]
pub(super) struct ThrottleKeys {
    pub account: String,
    pub address: String,
}

impl ThrottleKeys {
    pub fn of(keyring: &Keyring, email_key: &str, address: &str) -> Self {
        let mac = |text: &str| keyring.mac(Purpose::ThrottleKey, text.as_bytes());
        Self {
            account: format!("staff:login:account:{}", mac(email_key)),
            address: format!("staff:login:address:{}", mac(address)),
        }
    }
}

/// Counts the try against the account before the password is looked at, so
/// that a hundred tries at once are a hundred tries. The address is charged for
/// failures only: a whole office may sit behind one.
pub(super) fn spend_try(tx: &mut Tx<'_>, keys: &ThrottleKeys) -> Result<std::result::Result<i32, At>> {
    let now = tx.now();
    let address = throttle::look(tx.conn(), &keys.address, LOGIN_ADDRESS, now)?;
    if address.left == 0 {
        return Ok(Err(address.until));
    }
    spend(tx, &keys.account, LOGIN_ACCOUNT)
}

/// Counts one try: how many are left, or until when none is.
pub(super) fn spend(tx: &mut Tx<'_>, key: &str, limit: Limit) -> Result<std::result::Result<i32, At>> {
    let now = tx.now();
    match throttle::spend(tx, key, limit)? {
        Some(allowance) => Ok(Ok(allowance.left)),
        None => Ok(Err(throttle::look(tx.conn(), key, limit, now)?.until)),
    }
}
