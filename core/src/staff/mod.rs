//! Members of the back office: invitation, password, second factor, sessions.
//!
//! Nobody signs up here. An administrator, or the operator at the command line,
//! invites; the invited person sets a password and enrols a second factor; only
//! a session that has passed both mints a [`crate::scope::StaffScope`].

mod accept;
mod enrol;
mod factor_reset;
mod invite;
mod kept;
mod login;
pub mod mail;
mod manage;
mod model;
mod password;
mod recovery;
mod repo;
mod reset;
pub mod role;
pub mod saved_view;
mod second_factor;
mod session;
mod settings;
#[cfg(test)]
mod tests;

pub use accept::{accept, look_at_invite};
pub use enrol::{EnrolOutcome, Enrolment, confirm_enrolment, enrolment};
pub use factor_reset::{
    PendingReset, RESET_LIFETIME, ask_reset, confirm_reset, drop_reset, find_pending, reset_by_operator,
};
pub use invite::{Invitation, InviteForm, add, invite};
pub use kept::{KeptForm, drop_kept_form, find_kept_form, find_owner, keep_form, sweep_kept_forms};
pub use login::{Attempt, LoginOutcome, NewSession, login};
pub use manage::{change_roles, disable, enable};
pub use model::{Roles, StaffMember, StaffState, Stage};
pub use password::{NewPasswordForm, PasswordChange, change_password, read_new_password};
pub use recovery::{NewSet, RECOVERY_CODES, RecoverySet, new_recovery_codes, recovery_codes_left};
pub use repo::{get_staff, list_staff, names_of};
pub use reset::{ask_for_reset, look_at_reset, reset_password};
pub use saved_view::{SavedView, change_view, delete_view, list_views, save_view};
pub use second_factor::{SecondFactorOutcome, pass_second_factor};
#[cfg(any(test, feature = "testing"))]
pub use session::open_for_tests;
pub use session::{Seat, SessionRow, end_other_sessions, list_sessions, logout, resume, sweep_sessions};
pub use settings::{QueueColumn, queue_columns, show_columns};
