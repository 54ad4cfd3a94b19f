//! Logging in. Unknown address, wrong password and closed account are one
//! answer after the same work (SECURITY lines 1, 4, 11, 12).

use chrono::Duration;

use super::{consent, repo, session};
use crate::audit::Deed;
use crate::db::{Actor, ActorKind, At, Db, Tx};
use crate::error::Result;
use crate::fold;
use crate::ids::AccountId;
use crate::secret::{Keyring, PasswordHasher, PlainToken, Purpose};
use crate::throttle::{self, LOGIN_ACCOUNT, LOGIN_ADDRESS, Limit};

/// After so many failures in a row the password is not looked at until the day
/// is over or the mailed reset was used (NIST SP 800-63B-4, 3.2.2).
const LOGIN_STREAK: Limit = Limit { limit: 100, window: Duration::hours(24) };

/// Somebody trying to log in.
#[derive(Clone)]
pub struct Attempt {
    /// The mail address as typed.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// The browser, as it names itself.
    pub user_agent: String,
}

/// A session just opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// For the cookie; known nowhere else.
    pub token: PlainToken,
    /// When the owner was here last.
    pub last_login_at: Option<At>,
    /// A text has a new version: ask for consent first.
    pub consent_needed: bool,
}

/// How a try ended.
#[derive(Debug)]
pub enum LoginOutcome {
    /// Signed in.
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

/// Checks address and password and opens a session. `actor` carries the
/// network address the try came from.
///
/// # Errors
/// `Unavailable` when too many passwords are being checked.
pub async fn login(
    db: &Db,
    hasher: &PasswordHasher,
    keyring: &Keyring,
    actor: Actor,
    attempt: Attempt,
) -> Result<LoginOutcome> {
    let email_key = email_key(&attempt.email);
    let counters = Counters::of(keyring, &email_key, actor.address.as_deref().unwrap_or_default());
    let gate = counters.clone();
    let left = match db.write(actor.clone(), move |tx| gate.count_try(tx)).await? {
        Ok(left) => left,
        Err(until) => return Ok(LoginOutcome::Throttled { until }),
    };
    let known = db.read(move |c| repo::password_by_email(c, &email_key)).await?;
    let verified = hasher.verify(&attempt.password, known.as_ref().map(|(_, hash)| hash)).await?;
    let Some((account, old)) = known.filter(|_| verified.ok) else {
        db.write(actor, move |tx| counters.count_failure(tx)).await?;
        return Ok(LoginOutcome::Wrong { left });
    };
    let anew = if verified.rehash { Some(hasher.hash(&attempt.password).await?) } else { None };
    let person = Actor { kind: ActorKind::Account, id: account.to_string(), ..actor };
    let opened = db.write(person, move |tx| {
        if let Some(new) = &anew {
            repo::rehash(tx, &account, &old, new)?;
        }
        counters.forget(tx)?;
        open(tx, &account, &attempt.user_agent)
    });
    opened.await.map(LoginOutcome::Opened)
}

fn open(tx: &mut Tx<'_>, account: &AccountId, user_agent: &str) -> Result<NewSession> {
    let (now, address) = (tx.now(), tx.actor().address.clone().unwrap_or_default());
    let last_login_at = repo::get(tx.conn(), account)?.last_login_at;
    let (token, facility) = session::open(tx, account, &address, user_agent)?;
    repo::note_login(tx, account)?;
    let deed = Deed::new("account.logged_in", "accounts", account.as_str());
    tx.record(facility.iter().fold(deed, |deed, facility| deed.at_facility(facility)))?;
    let consent_needed = !consent::missing(tx.conn(), account, now)?.is_empty();
    Ok(NewSession { token, last_login_at, consent_needed })
}

/// What is typed may be no address at all; it is then simply an unknown one.
/// (A NUL, which PostgreSQL cannot even look for, is left out.)
fn email_key(typed: &str) -> String {
    let as_it_is = |_| typed.trim().to_lowercase().replace('\0', "");
    fold::email(typed, 254).map_or_else(as_it_is, |email| email.key().to_owned())
}

/// The counters of one try, named by keyed hashes.
#[derive(Clone)]
pub(super) struct Counters {
    account: String,
    streak: String,
    address: String,
}

impl Counters {
    pub(super) fn of(keyring: &Keyring, email_key: &str, address: &str) -> Self {
        let mac = |text: &str| keyring.mac(Purpose::ThrottleKey, text.as_bytes());
        Self {
            account: format!("login:account:{}", mac(email_key)),
            streak: format!("login:streak:{}", mac(email_key)),
            address: format!("login:address:{}", mac(address)),
        }
    }

    /// Counts a try before the password is looked at, so that a hundred tries at
    /// once are a hundred tries; tells how many are left, or until when none is.
    pub(super) fn count_try(&self, tx: &mut Tx<'_>) -> Result<std::result::Result<i32, At>> {
        let now = tx.now();
        for (key, limit) in [(&self.address, LOGIN_ADDRESS), (&self.streak, LOGIN_STREAK)] {
            let allowance = throttle::look(tx.conn(), key, limit, now)?;
            if allowance.left == 0 {
                return Ok(Err(allowance.until));
            }
        }
        match throttle::spend(tx, &self.account, LOGIN_ACCOUNT)? {
            Some(allowance) => Ok(Ok(allowance.left)),
            None => Ok(Err(throttle::look(tx.conn(), &self.account, LOGIN_ACCOUNT, now)?.until)),
        }
    }

    /// A failure also counts against the network address and the streak.
    pub(super) fn count_failure(&self, tx: &mut Tx<'_>) -> Result<()> {
        throttle::spend(tx, &self.address, LOGIN_ADDRESS)?;
        throttle::spend(tx, &self.streak, LOGIN_STREAK)?;
        Ok(())
    }

    /// A success forgives the account; the network address is not forgiven.
    pub(super) fn forget(&self, tx: &mut Tx<'_>) -> Result<()> {
        throttle::clear(tx, &self.account)?;
        throttle::clear(tx, &self.streak)
    }
}
