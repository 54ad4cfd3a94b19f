//! The register of device accounts 「資格確認アカウント」: issued by an approved
//! application, shown to the facility, activated by a device, checked at every
//! card.
//!
//! Facilities act through a `FacilityScope`, staff through a `StaffScope`,
//! devices by what they know and sign.

mod activate;
mod app;
mod check;
mod create;
pub mod diagnose;
mod ending;
mod facility_stop;
mod holder;
mod issue;
mod itself;
mod mail;
mod manage;
mod model;
mod places;
mod repo;
mod reveal;
mod sealed;
mod standing;
mod state;
mod swap;
mod upkeep;

#[cfg(test)]
mod tests;

pub use activate::{Activated, Attempt, Outcome, activate};
pub use app::{Running, running};
pub use check::{Basis, Checked, Client, Facts, Reason, SCOPE, check, find_client};
pub use create::{amend, create};
pub use ending::{first_used_on, revoke_all};
pub use facility_stop::{FacilityDevices, resume_facility, stop_facility};
pub use holder::{HolderTyped, ID_CHARS};
pub use issue::issue;
pub use itself::{Registration, change_key, end_tokens, find_registration, give_up};
pub use mail::{Activated as ActivatedLetter, Reissued, ReissuedLost, Resumed, Revoked, Suspended, SwapBegun};
pub use manage::{
    Replacement, look_at_stop_link, manage_for_staff, reissue, resume, revoke, set_label, suspend, suspend_by_link,
};
pub use model::{AccountRole, CodeStanding, CredentialState, Device, LABEL_MAX_CHARS, PER_APPLICATION, TRIES_PER_CODE};
pub use places::{Places, give, places, places_by_application, take_back};
pub use repo::{code_standings, count_active, get_for_staff, get_in_scope, list_for_staff, list_in_scope};
pub use reveal::{Settings, reveal, reveal_all};
pub(crate) use sealed::seal_anew;
pub use state::{DeviceState, DeviceVerb, TRANSITIONS, Transition};
pub use swap::{SwapStanding, swap_standing, take_over};
pub use upkeep::{expire_activations, sweep_jtis, use_jti, write_last_used};
