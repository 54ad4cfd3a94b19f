//! What the back office reads across the house: facilities with their people,
//! applications and history; mail that went out; jobs that died; and who did
//! what, by name.
//!
//! Every function takes a `StaffScope` and asks it for the permission. Nothing
//! here writes.

mod actors;
mod applications;
pub mod export;
mod facilities;
mod outgoing;
mod subjects;
#[cfg(test)]
mod tests;

pub use actors::{ActorNames, actor_names};
pub use applications::{FacilityApplication, find_by_number, get_sent, list_of_facility};
pub use facilities::{FacilityFilter, FacilityPage, Member, get_facility, list_members, search_facilities};
pub use outgoing::{DeadJob, MailPage, get_mail, list_dead_jobs, list_mails};
pub use subjects::{SubjectNames, subject_names};

use crate::error::{Error, Result};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

fn must(scope: &StaffScope, permission: Permission) -> Result<()> {
    if scope.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
}
