//! Accounts in the database.

use diesel::prelude::*;

use super::model::{Account, AccountState};
use super::person::Person;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::AccountId;
use crate::schema::accounts;
use crate::secret::PasswordHash;

/// An account by id.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &AccountId) -> Result<Account> {
    Ok(accounts::table.find(id).select(Account::as_select()).first(conn)?)
}

/// An account that is in use: whom letters still reach.
///
/// # Errors
/// From the database only.
pub fn find_active(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>> {
    let active = accounts::table.find(id).filter(accounts::state.eq(AccountState::Active));
    Ok(active.select(Account::as_select()).first(conn).optional()?)
}

/// The account with this mail address (in its folded form), open or closed.
pub(super) fn find_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<Account>> {
    let found = accounts::table.filter(accounts::email_key.eq(email_key)).select(Account::as_select());
    Ok(found.first(conn).optional()?)
}

/// What a login is checked against; closed accounts have nothing.
pub(super) fn password_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<(AccountId, PasswordHash)>> {
    Ok(accounts::table
        .filter(accounts::email_key.eq(email_key))
        .filter(accounts::state.eq(AccountState::Active))
        .select((accounts::id, accounts::password_hash))
        .first(conn)
        .optional()?)
}

/// Mail address (folded) and password hash of an account.
pub(super) fn password_of(conn: &mut Conn, id: &AccountId) -> Result<(String, PasswordHash)> {
    Ok(accounts::table.find(id).select((accounts::email_key, accounts::password_hash)).first(conn)?)
}

/// Opens an account; `None` when the address has one already.
pub(super) fn insert(tx: &mut Tx<'_>, person: &Person, password: &PasswordHash) -> Result<Option<AccountId>> {
    let (id, now) = (AccountId::mint(), tx.now());
    let fresh = tx.insert_once(|c| {
        diesel::insert_into(accounts::table)
            .values((
                accounts::id.eq(&id),
                accounts::email.eq(person.email.as_typed()),
                accounts::email_key.eq(person.email.key()),
                accounts::family_name.eq(&person.family_name),
                accounts::given_name.eq(&person.given_name),
                accounts::phone.eq(&person.phone),
                accounts::password_hash.eq(password),
                accounts::state.eq(AccountState::Active),
                accounts::failures.eq(0),
                accounts::password_changed_at.eq(now),
                accounts::revision.eq(1_i64),
                accounts::created_at.eq(now),
                accounts::updated_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(fresh.then_some(id))
}

/// Sets a new password.
pub(super) fn set_password(tx: &mut Tx<'_>, id: &AccountId, password: &PasswordHash) -> Result<()> {
    let now = tx.now();
    diesel::update(accounts::table.find(id))
        .set((
            accounts::password_hash.eq(password),
            accounts::password_changed_at.eq(now),
            accounts::revision.eq(accounts::revision + 1),
            accounts::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Stores the same password hashed at the present cost, unless it was changed meanwhile.
pub(super) fn rehash(tx: &mut Tx<'_>, id: &AccountId, old: &PasswordHash, new: &PasswordHash) -> Result<()> {
    diesel::update(accounts::table.find(id).filter(accounts::password_hash.eq(old)))
        .set(accounts::password_hash.eq(new))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes a login.
pub(super) fn note_login(tx: &mut Tx<'_>, id: &AccountId) -> Result<()> {
    let now = tx.now();
    diesel::update(accounts::table.find(id)).set(accounts::last_login_at.eq(now)).execute(tx.conn())?;
    Ok(())
}
