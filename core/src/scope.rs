//! Whose eyes a query has. Scopes are minted by a session alone, and every
//! query of a site takes one: another facility's row is then a type error, or a
//! `NotFound` that looks like any other.

use crate::db::{Actor, ActorKind};
use crate::ids::{AccountId, FacilityId, StaffId};
use crate::staff::role::{Permission, Role};

/// A signed-in person at the facility chosen in the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilityScope {
    facility: FacilityId,
    account: AccountId,
    verified: bool,
    watching: bool,
}

impl FacilityScope {
    pub(crate) fn mint(facility: FacilityId, account: AccountId, verified: bool) -> Self {
        Self { facility, account, verified, watching: false }
    }

    /// For staff who look at what the facility sees; `nobody` is no person's id.
    pub(crate) fn mint_watching(facility: FacilityId, nobody: AccountId) -> Self {
        Self { facility, account: nobody, verified: true, watching: true }
    }

    /// The facility spoken for.
    pub fn facility(&self) -> &FacilityId {
        &self.facility
    }

    /// The person.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Whether the person is verified as belonging to the facility. Someone who
    /// is not sees nothing of it but what they filed themselves (SPEC 3).
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// Whether these are the eyes of staff: they see what the facility sees, but
    /// no secret of its devices, and change nothing.
    pub fn watching(&self) -> bool {
        self.watching
    }

    /// The person as an actor.
    pub fn actor(&self) -> Actor {
        Actor::new(ActorKind::Account, self.account.as_str())
    }
}

/// A signed-in member of the back office, second factor passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffScope {
    staff: StaffId,
    roles: Vec<Role>,
}

impl StaffScope {
    pub(crate) fn mint(staff: StaffId, roles: Vec<Role>) -> Self {
        Self { staff, roles }
    }

    /// The staff member.
    pub fn staff(&self) -> &StaffId {
        &self.staff
    }

    /// Their roles.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Whether any of their roles may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| role.may(permission))
    }

    /// The staff member as an actor.
    pub fn actor(&self) -> Actor {
        Actor::new(ActorKind::Staff, self.staff.as_str())
    }
}
