//! The proof that an application was approved. Registers demand one, and only
//! the filing engine's decision makes one: nothing enters a register without.

use crate::db::At;
use crate::ids::{AccountId, ApplicationId, FacilityId};

/// Proof of approval of one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    facility: FacilityId,
    application: ApplicationId,
    applicant: AccountId,
    at: At,
}

impl Grant {
    /// Made by a decision that has just been written; see `application::decide`.
    pub(crate) fn new(facility: FacilityId, application: ApplicationId, applicant: AccountId, at: At) -> Self {
        Self { facility, application, applicant, at }
    }

    /// The facility that is granted something.
    pub fn facility(&self) -> &FacilityId {
        &self.facility
    }

    /// The application that was approved.
    pub fn application(&self) -> &ApplicationId {
        &self.application
    }

    /// Who applied.
    pub fn applicant(&self) -> &AccountId {
        &self.applicant
    }

    /// When it was approved.
    pub fn at(&self) -> At {
        self.at
    }
}
