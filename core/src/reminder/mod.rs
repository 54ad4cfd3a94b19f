//! Reminders (SPEC 4.4): facilities that were approved and have no device in use, and
//! those that have one and no day of starting. On business days, each step once,
//! never about what is done, and stopped by a link without a login (RFC 8058).

mod due;
mod mail;
mod stop;
#[cfg(test)]
mod tests;

use crate::db::text_enum;

pub use due::remind_all;
pub use mail::{ReminderDevices, ReminderStart};
pub use stop::{are_stopped, go_on, look_at_stop_link, stop, stop_by_link};

text_enum! {
    /// What people are reminded of.
    pub enum ReminderKind {
        /// Approved, and no device is in use (M-11).
        Devices = "devices",
        /// A device is in use, and no day of starting is registered (M-12).
        Start = "start",
    }
}

impl ReminderKind {
    /// After how many days (SPEC 4.4).
    pub const fn steps(self) -> &'static [i64] {
        match self {
            Self::Devices => &[7, 14, 30],
            Self::Start => &[7, 21],
        }
    }

    /// The step that is due after so many days; only the newest, if several are.
    pub fn step_after(self, days: i64) -> Option<i32> {
        let step = self.steps().iter().rev().find(|step| **step <= days);
        step.and_then(|step| i32::try_from(*step).ok())
    }
}
