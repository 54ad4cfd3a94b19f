//! What the back office reads across the house: facilities with their people,
//! applications, devices and history; mail that went out; jobs that died; and who did
//! what, by name.
//!
//! Every function takes a `StaffScope` and asks it for the permission. Nothing
//! here writes.

mod actors;
mod applications;
mod devices;
pub mod export;
mod facilities;
mod outgoing;
mod subjects;
#[cfg(test)]
mod tests;

pub use actors::{ActorNames, actor_names};
pub use applications::{FacilityApplication, find_by_number, get_sent, list_of_facility};
pub use devices::{DeviceFilter, DevicePage, DeviceRow, search_devices};
pub use facilities::{
    FacilityFilter, FacilityPage, Member, SignIn, get_facility, list_members, list_sign_ins, search_facilities,
};
pub use outgoing::{DeadJob, MailPage, get_mail, list_dead_jobs, list_mails, mails_to_members};
pub use subjects::{SubjectNames, subject_names};

use crate::error::{Error, Result};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

fn must(scope: &StaffScope, permission: Permission) -> Result<()> {
    if scope.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
}
