//! The states of a device account and the one table of what leads from one to
//! the next; buttons, rules and tests derive from it.

use crate::db::text_enum;
use crate::error::{Error, Result};
use crate::refusal::Refusal;

text_enum! {
    /// Where a device account stands.
    pub enum DeviceState {
        /// Waits for its activation code to be typed.
        Issued = "issued",
        /// A device holds its credential.
        Active = "active",
        /// Stopped for the time being, e.g. because the device is lost.
        Suspended = "suspended",
        /// Ended for good.
        Revoked = "revoked",
    }
}

/// What can happen to a device account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceVerb {
    /// A device typed the code; an earlier credential ends.
    Activate,
    /// A new code; the old credential holds until the new device activates.
    Reissue,
    /// A new code; the old credential ends at once.
    ReissueLost,
    /// A new code for another device; the old credential holds until that one is
    /// first used.
    Swap,
    /// The other device typed its code, and waits for its first use.
    ActivateBeside,
    /// The other device asked for its first token; the earlier credential ends.
    TakeOver,
    /// The device itself is done: its credential ends, another may be set up.
    GiveUp,
    /// Stop for the time being.
    Suspend,
    /// Go on after a stop.
    Resume,
    /// End for good.
    Revoke,
}

impl DeviceVerb {
    /// Every verb.
    pub const ALL: [Self; 10] = [
        Self::Activate,
        Self::Reissue,
        Self::ReissueLost,
        Self::Swap,
        Self::ActivateBeside,
        Self::TakeOver,
        Self::GiveUp,
        Self::Suspend,
        Self::Resume,
        Self::Revoke,
    ];

    /// What the audit trail calls it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Activate => "device.activated",
            Self::Reissue => "device.reissued",
            Self::ReissueLost => "device.reissued_lost",
            Self::Swap => "device.swap_begun",
            Self::ActivateBeside => "device.swap_activated",
            Self::TakeOver => "device.swapped",
            Self::GiveUp => "device.given_up",
            Self::Suspend => "device.suspended",
            Self::Resume => "device.resumed",
            Self::Revoke => "device.revoked",
        }
    }

    /// Whether the credential in use ends with it.
    pub const fn ends_credential(self) -> bool {
        matches!(self, Self::Activate | Self::ReissueLost | Self::TakeOver | Self::GiveUp | Self::Revoke)
    }

    /// Whether a credential that waits for its first use ends with it.
    pub const fn ends_incoming(self) -> bool {
        (self.ends_credential() && !matches!(self, Self::TakeOver)) || matches!(self, Self::Reissue | Self::Swap)
    }

    /// Whether tokens given before go on.
    pub const fn keeps_tokens(self) -> bool {
        matches!(self, Self::Reissue | Self::Swap | Self::ActivateBeside | Self::TakeOver)
    }

    /// Whether a code not yet used ends with it.
    pub const fn ends_code(self) -> bool {
        matches!(self, Self::Reissue | Self::ReissueLost | Self::Swap | Self::Revoke)
    }
}

/// One step of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Where it starts.
    pub from: DeviceState,
    /// What happens.
    pub verb: DeviceVerb,
    /// Where it leads.
    pub to: DeviceState,
}

const fn t(from: DeviceState, verb: DeviceVerb, to: DeviceState) -> Transition {
    Transition { from, verb, to }
}

/// Every step there is; what is not listed does not happen.
pub const TRANSITIONS: &[Transition] = {
    use DeviceState::*;
    use DeviceVerb::*;
    &[
        t(Issued, Activate, Active),
        t(Active, Activate, Active),
        t(Issued, Reissue, Issued),
        t(Active, Reissue, Active),
        t(Active, ReissueLost, Issued),
        t(Active, Swap, Active),
        t(Active, ActivateBeside, Active),
        t(Active, TakeOver, Active),
        t(Suspended, ReissueLost, Issued),
        t(Active, GiveUp, Issued),
        t(Suspended, GiveUp, Issued),
        t(Active, Suspend, Suspended),
        t(Suspended, Resume, Active),
        t(Issued, Revoke, Revoked),
        t(Active, Revoke, Revoked),
        t(Suspended, Revoke, Revoked),
    ]
};

impl DeviceState {
    /// Whether this verb is possible now: what a button's presence asks.
    pub fn allows(self, verb: DeviceVerb) -> bool {
        self.after(verb).is_ok()
    }

    /// The state after `verb`.
    ///
    /// # Errors
    /// [`Refusal::DeviceState`] when the table has no such step.
    pub fn after(self, verb: DeviceVerb) -> Result<Self> {
        TRANSITIONS
            .iter()
            .find(|step| step.from == self && step.verb == verb)
            .map(|step| step.to)
            .ok_or(Error::Refused(Refusal::DeviceState))
    }

    /// The word users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Issued => "未設定",
            Self::Active => "設定済み",
            Self::Suspended => "停止中",
            Self::Revoked => "失効",
        }
    }

    /// The colour of its tag (`docs/templates.md`).
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Issued => "blue-line",
            Self::Active => "green",
            Self::Suspended => "orange",
            Self::Revoked => "dark",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stands_once_and_nothing_leaves_the_revoked_state() {
        for step in TRANSITIONS {
            let alike = TRANSITIONS.iter().filter(|s| s.from == step.from && s.verb == step.verb);
            assert_eq!(alike.count(), 1, "{step:?}");
            assert_ne!(step.from, DeviceState::Revoked);
        }
        assert!(DeviceVerb::ALL.iter().all(|verb| !DeviceState::Revoked.allows(*verb)));
    }

    #[test]
    fn a_suspended_device_is_resumed_replaced_or_revoked_and_never_activated() {
        let may: Vec<_> = DeviceVerb::ALL.into_iter().filter(|v| DeviceState::Suspended.allows(*v)).collect();
        assert_eq!(may, [DeviceVerb::ReissueLost, DeviceVerb::GiveUp, DeviceVerb::Resume, DeviceVerb::Revoke]);
    }
}
