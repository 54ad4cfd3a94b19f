//! THE table of letters: every letter that a module may send, by its name. A
//! new letter is one line here.

use uketsuke_core::account::mail as account;
use uketsuke_core::annex;
use uketsuke_core::application::mail as application;
use uketsuke_core::closing::FacilityClosed;
use uketsuke_core::device;
use uketsuke_core::ending::UsageEnded;
use uketsuke_core::inquiry::mail as inquiry;
use uketsuke_core::mail::{Composer, Letter, composer};
use uketsuke_core::reminder;
use uketsuke_core::staff::mail as staff;
use uketsuke_core::subsidy::payment;

/// A letter's name and what composes it.
pub struct Entry {
    /// As in `templates/mail/`.
    pub name: &'static str,
    /// Writes it from its ids.
    pub compose: Composer,
}

const fn letter<L: Letter>() -> Entry {
    Entry { name: L::NAME, compose: composer::<L> }
}

/// Every letter.
pub const LETTERS: &[Entry] = &[
    letter::<account::Activation>(),
    letter::<account::AccountActivated>(),
    letter::<account::AccountKnown>(),
    letter::<account::PasswordReset>(),
    letter::<account::AccountChanged>(),
    letter::<application::Received>(),
    letter::<application::ApprovedAtOnce>(),
    letter::<application::Approved>(),
    letter::<application::Returned>(),
    letter::<application::Rejected>(),
    letter::<application::Withdrawn>(),
    letter::<annex::AnnexDeclared>(),
    letter::<annex::AnnexEnded>(),
    letter::<UsageEnded>(),
    letter::<payment::TransferReturned>(),
    letter::<reminder::ReminderDevices>(),
    letter::<reminder::ReminderStart>(),
    letter::<FacilityClosed>(),
    letter::<device::ActivatedLetter>(),
    letter::<device::Reissued>(),
    letter::<device::ReissuedLost>(),
    letter::<device::SwapBegun>(),
    letter::<device::FacilityDevices>(),
    letter::<device::Suspended>(),
    letter::<device::Resumed>(),
    letter::<device::Revoked>(),
    letter::<inquiry::InquiryReceived>(),
    letter::<inquiry::InquiryAnswered>(),
    letter::<staff::StaffInvite>(),
    letter::<staff::StaffReset>(),
    letter::<staff::PasswordChanged>(),
    letter::<staff::RecoveryCodeUsed>(),
    letter::<staff::FactorResetAsked>(),
    letter::<staff::FactorReset>(),
];

/// The composer of the letter called `name`.
pub fn find(name: &str) -> Option<Composer> {
    LETTERS.iter().find(|entry| entry.name == name).map(|entry| entry.compose)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_letter_with_texts_is_in_the_table_and_none_twice() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates/mail");
        let with_texts: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().join("subject.txt").exists())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        let in_table: Vec<String> = LETTERS.iter().map(|entry| entry.name.to_owned()).collect();
        assert_eq!(in_table.iter().cloned().collect::<BTreeSet<_>>(), with_texts);
        assert_eq!(in_table.len(), with_texts.len());
    }
}
