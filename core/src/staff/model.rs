//! A member of staff as stored, and the stages of a staff session.

use diesel::prelude::*;

use super::role::Role;
use crate::db::{At, text_column, text_enum};
use crate::ids::StaffId;
use crate::schema::staff;
use crate::secret::PasswordHash;

text_enum! {
    /// Where a member of staff stands.
    pub enum StaffState {
        /// Invited, without a password yet.
        Invited = "invited",
        /// Has a password; the second factor is still to be enrolled.
        Enrolling = "enrolling",
        /// Works here.
        Active = "active",
        /// May no longer log in.
        Disabled = "disabled",
    }
}

text_enum! {
    /// How far a session has come.
    pub enum Stage {
        /// The password was right; the second factor is asked for.
        PasswordOnly = "password_only",
        /// The password was right; a second factor must be enrolled first.
        Enrolling = "enrolling",
        /// Both factors were right.
        Full = "full",
    }
}

/// The roles of one person, kept as text with commas between.
#[derive(Debug, Clone, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Roles {
    text: String,
    list: Vec<Role>,
}

impl Roles {
    /// These roles, each once, in the order of their declaration.
    pub fn of(roles: &[Role]) -> Self {
        let list: Vec<Role> = Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
        let text = list.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",");
        Self { text, list }
    }

    /// Reads `reviewer,support`; `None` when any of it is no role.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(Role::parse).collect::<Option<Vec<_>>>().map(|roles| Self::of(&roles))
    }

    /// The roles.
    pub fn as_slice(&self) -> &[Role] {
        &self.list
    }

    /// The words staff read, 「審査担当・承認者」.
    pub fn labels(&self) -> String {
        self.list.iter().map(|role| role.label()).collect::<Vec<_>>().join("・")
    }
}

text_column!(Roles, |text| Roles::parse(&text), |value| value.text.as_str());

/// A member of staff, without anything secret.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct StaffMember {
    /// Id.
    pub id: StaffId,
    /// The mail address, which is also the login.
    pub email: String,
    /// The name colleagues read.
    pub name: String,
    /// What this person may.
    pub roles: Roles,
    /// Where this person stands.
    pub state: StaffState,
    /// The last login with both factors.
    pub last_login_at: Option<At>,
    /// Counts changes, for compare-and-set.
    pub revision: i64,
    /// When this person was invited.
    pub created_at: At,
    /// When address and factors were erased, a term after they left.
    pub erased_at: Option<At>,
}

/// What a login checks against; never leaves this module.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub(super) struct Secrets {
    pub id: StaffId,
    pub password_hash: Option<PasswordHash>,
    pub totp_sealed: Option<String>,
    pub totp_last_step: Option<i64>,
    pub state: StaffState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_in_any_order_and_kept_once() {
        let roles = Roles::parse("support, reviewer,support").expect("roles");
        assert_eq!(roles.as_slice(), [Role::Reviewer, Role::Support]);
        assert_eq!(roles.labels(), "審査担当・サポート");
        assert_eq!(Roles::parse("reviewer,king"), None);
        assert_eq!(Roles::parse(""), Some(Roles::of(&[])));
    }
}
