//! 照合: does what somebody typed match what the master knows of the facility?
//!
//! 口座番号 and birth dates are kept as keyed hashes and compared as such. Tries
//! are counted in the transaction that compares, so that no number of parallel
//! requests gets a sixth guess. An answer never says which part was wrong.
//!
//! Each hash names the key it was made under. After the key was changed, a hash
//! moves to the new one when its secret is next seen: at a match, or in the next
//! file of the master ([`count_by_key`] tells how many have not yet).

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kind::MatchSecret;
use super::repo::Facility;
use crate::db::{Conn, Tx, containing};
use crate::error::Result;
use crate::fold::AccountNumber;
use crate::ids::AccountId;
use crate::schema::facilities;
use crate::secret::{Keyring, Purpose};
use crate::throttle::{self, MATCH_ACCOUNT, MATCH_FACILITY};

/// A match secret as folded from what was typed; it never prints.
#[derive(Clone, PartialEq, Eq)]
pub enum TypedSecret {
    /// 口座番号
    AccountNumber(AccountNumber),
    /// 施術管理者の生年月日
    ManagerBirthDate(NaiveDate),
}

impl std::fmt::Debug for TypedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedSecret(..)")
    }
}

impl TypedSecret {
    /// Which secret it is.
    pub fn sort(&self) -> MatchSecret {
        match self {
            Self::AccountNumber(_) => MatchSecret::AccountNumber,
            Self::ManagerBirthDate(_) => MatchSecret::ManagerBirthDate,
        }
    }

    /// What is hashed. The sort goes in, so that a date never passes for a number.
    fn text(&self) -> String {
        match self {
            Self::AccountNumber(number) => account_number_text(number),
            Self::ManagerBirthDate(date) => birth_date_text(*date),
        }
    }
}

fn account_number_text(number: &AccountNumber) -> String {
    format!("account:{}", number.as_str())
}

fn birth_date_text(date: NaiveDate) -> String {
    format!("birth:{}", date.format("%Y%m%d"))
}

/// The hash of a 口座番号 as the master keeps it.
pub fn mac_account_number(keyring: &Keyring, number: &AccountNumber) -> String {
    keyring.named_mac(Purpose::MatchSecret, account_number_text(number).as_bytes())
}

/// The hash of a birth date as the master keeps it.
pub fn mac_birth_date(keyring: &Keyring, date: NaiveDate) -> String {
    keyring.named_mac(Purpose::MatchSecret, birth_date_text(date).as_bytes())
}

/// The hashes of a secret under every key, the current one first: for the
/// import, which reads a secret once and compares later.
pub fn macs(keyring: &Keyring, typed: &TypedSecret) -> Vec<String> {
    keyring.named_macs(Purpose::MatchSecret, typed.text().as_bytes())
}

/// What a try came to. All are outcomes to remember, none is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOutcome {
    /// It matches.
    Matched,
    /// It does not.
    Wrong {
        /// Tries left to this person.
        left: i32,
    },
    /// No tries are left to this person, or to the facility today.
    Closed,
    /// The master holds nothing to compare with.
    NothingToCompare,
}

/// Compares, and counts the try. A match forgets the person's wrong tries.
///
/// # Errors
/// From the database only.
pub fn check(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    facility: &Facility,
    account: &AccountId,
    typed: &TypedSecret,
) -> Result<MatchOutcome> {
    let Some(mac) = stored_mac(tx, facility, typed.sort())? else {
        return Ok(MatchOutcome::NothingToCompare);
    };
    let Some(left) = spend_try(tx, facility, account)? else {
        return Ok(MatchOutcome::Closed);
    };
    if keyring.verify_named_mac(Purpose::MatchSecret, typed.text().as_bytes(), &mac) {
        throttle::clear(tx, &account_key(facility, account))?;
        if !keyring.is_current(&mac) {
            hash_anew(tx, keyring, facility, typed)?;
        }
        return Ok(MatchOutcome::Matched);
    }
    Ok(if left > 0 { MatchOutcome::Wrong { left } } else { MatchOutcome::Closed })
}

/// Whether this person can still try, without counting.
///
/// # Errors
/// From the database only.
pub fn tries_left(tx: &mut Tx<'_>, facility: &Facility, account: &AccountId) -> Result<i32> {
    let now = tx.now();
    let person = throttle::look(tx.conn(), &account_key(facility, account), MATCH_ACCOUNT, now)?.left;
    let all = throttle::look(tx.conn(), &facility_key(facility), MATCH_FACILITY, now)?.left;
    Ok(person.min(all))
}

/// Counts the try before anything is compared: the counters' rows are the gate.
/// A closed facility costs the person no try.
fn spend_try(tx: &mut Tx<'_>, facility: &Facility, account: &AccountId) -> Result<Option<i32>> {
    if tries_left(tx, facility, account)? < 1 {
        return Ok(None);
    }
    let Some(person) = throttle::spend(tx, &account_key(facility, account), MATCH_ACCOUNT)? else {
        return Ok(None);
    };
    let Some(all) = throttle::spend(tx, &facility_key(facility), MATCH_FACILITY)? else {
        return Ok(None);
    };
    Ok(Some(person.left.min(all.left)))
}

/// For good: `throttle::sweep` spares keys that begin so.
fn account_key(facility: &Facility, account: &AccountId) -> String {
    format!("match:account:{account}:{}", facility.id)
}

fn facility_key(facility: &Facility) -> String {
    format!("match:facility:{}", facility.id)
}

fn stored_mac(tx: &mut Tx<'_>, facility: &Facility, sort: MatchSecret) -> Result<Option<String>> {
    let row = facilities::table.find(&facility.id);
    Ok(match sort {
        MatchSecret::AccountNumber => row.select(facilities::account_number_mac).first(tx.conn())?,
        MatchSecret::ManagerBirthDate => row.select(facilities::manager_birth_mac).first(tx.conn())?,
    })
}

/// The secret is known at this moment only. The facility's revision stays: a
/// match holds for it.
fn hash_anew(tx: &mut Tx<'_>, keyring: &Keyring, facility: &Facility, typed: &TypedSecret) -> Result<()> {
    let mac = keyring.named_mac(Purpose::MatchSecret, typed.text().as_bytes());
    let row = diesel::update(facilities::table.find(&facility.id));
    match typed.sort() {
        MatchSecret::AccountNumber => row.set(facilities::account_number_mac.eq(mac)).execute(tx.conn())?,
        MatchSecret::ManagerBirthDate => row.set(facilities::manager_birth_mac.eq(mac)).execute(tx.conn())?,
    };
    Ok(())
}

/// How many match secrets stand under which key, by its id in the order of the
/// keyring; the last row, with an empty id, counts those under keys that are
/// not configured: they can never match.
///
/// # Errors
/// From the database only.
pub fn count_by_key(conn: &mut Conn, keyring: &Keyring) -> Result<Vec<(String, i64)>> {
    let mut counts = Vec::new();
    let mut known = 0;
    for id in keyring.key_ids() {
        let count = count_like(conn, &format!("{}.%", containing(id).trim_matches('%')))?;
        known += count;
        counts.push((id.to_owned(), count));
    }
    counts.push((String::new(), count_like(conn, "%")? - known));
    Ok(counts)
}

fn count_like(conn: &mut Conn, pattern: &str) -> Result<i64> {
    let all = facilities::table;
    let numbers: i64 =
        all.filter(facilities::account_number_mac.like(pattern).escape('\\')).count().get_result(conn)?;
    let dates: i64 = all.filter(facilities::manager_birth_mac.like(pattern).escape('\\')).count().get_result(conn)?;
    Ok(numbers + dates)
}

#[cfg(test)]
#[path = "secret_match_tests.rs"]
mod tests;
