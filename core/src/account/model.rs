//! A person's account and their tie to a facility, as stored.

use diesel::prelude::*;

use crate::db::{At, text_enum};
use crate::ids::AccountId;
use crate::schema::accounts;

text_enum! {
    /// Where an account stands. None exists before its mailed link was used.
    pub enum AccountState {
        /// In use.
        Active = "active",
        /// Closed by the back office.
        Disabled = "disabled",
    }
}

text_enum! {
    /// How far a person is known to belong to a facility.
    pub enum MembershipState {
        /// Registered with the facility's code, nothing more: sees nothing of it.
        Unverified = "unverified",
        /// Verified through an approved application, or invited by one who is.
        Verified = "verified",
    }
}

/// An account without its password.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Id.
    pub id: AccountId,
    /// The mail address as its owner writes it.
    pub email: String,
    /// 姓
    pub family_name: String,
    /// 名
    pub given_name: String,
    /// Digits of the phone number.
    pub phone: String,
    /// Where it stands.
    pub state: AccountState,
    /// When the owner last logged in.
    pub last_login_at: Option<At>,
    /// When the password was last set.
    pub password_changed_at: At,
    /// When it was activated.
    pub created_at: At,
}

impl Account {
    /// 「山田 太郎」
    pub fn full_name(&self) -> String {
        person_name(&self.family_name, &self.given_name)
    }
}

/// 「山田 太郎」, also for whoever has no name any more.
pub fn person_name(family: &str, given: &str) -> String {
    if family.is_empty() && given.is_empty() { ERASED_PERSON.to_owned() } else { format!("{family} {given}") }
}

/// Whose name was erased, because they did not come any more.
pub const ERASED_PERSON: &str = "消去済みの利用者";
