//! People at facilities: registration, activation by mail, login, sessions,
//! passwords, and which facilities a person speaks for.
//!
//! Nothing here ever tells a visitor whether a mail address is known: registering,
//! logging in and resetting answer alike, and the owner is told by mail (SPEC 3).
//! Only a live session mints a [`crate::scope::FacilityScope`].

mod activate;
mod columns;
pub mod consent;
mod draft;
mod handover;
mod kept;
mod login;
pub mod mail;
mod membership;
mod model;
mod password;
mod person;
mod register;
mod repo;
mod reset;
mod session;
mod signup;
mod sweep;
pub mod watch;

pub use activate::{Activated, activate, look_at_activation};
pub use draft::{Draft, Step, discard_draft, find_draft, save_draft, save_password};
pub use handover::{OPEN_WITHIN as HANDOVER_WITHIN, hand_over, look_at_handover, take_over};
pub use kept::{has_kept_form, keep_form, take_kept_form};
pub use login::{Attempt, LoginOutcome, NewSession, login};
pub use membership::{Seat, join, list_facilities, unverify_applicant, verified_people, verify_applicant};
pub use model::{Account, AccountState, ERASED_PERSON, MembershipState, person_name};
pub use password::{PasswordChange, PasswordForm, change_password, read_new_password};
pub use person::{Person, PersonForm, PersonReading};
pub use register::{Registered, register};
pub use repo::{find_active as find_active_account, get as get_account};
pub use reset::{ask_for_reset, look_at_reset, reset_password};
pub use session::{
    Session, SessionRow, end_other_sessions, end_session, find_owner, list_sessions, logout, resume, switch_facility,
    was_in_portal,
};
pub use signup::{MailOutcome, Sent, change_signup_email, find_sent, resend, resend_by_link};
pub use sweep::sweep;

/// What the configuration decides about accounts.
#[derive(Debug, Clone, Copy)]
pub struct AccountRules {
    /// Longest mail address accepted, characters.
    pub email_max_chars: usize,
    /// Life of an activation link, hours.
    pub activation_link_hours: i64,
}

#[cfg(test)]
mod tests;
