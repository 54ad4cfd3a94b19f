//! The procedures (手続): one folder each, and one line here. Nothing in portal,
//! back office or workers names one.

use std::sync::Arc;

use uketsuke_core::application::Procedures;
use uketsuke_core::secret::Keyring;

pub mod annex_cancellation;
pub mod annex_declaration;
mod annexed;
pub mod change;
pub mod device_addition;
pub mod exemption;
mod field;
mod files;
mod matching;
pub mod operation_start;
pub mod subsidy_claim;
pub mod termination;
#[cfg(test)]
mod testing;
pub mod usage_start;

/// What procedures need of the installation.
#[derive(Debug, Clone)]
pub struct Means {
    /// Compares match secrets and seals what is issued.
    pub keyring: Arc<Keyring>,
    /// Life of a device's activation code, days.
    pub activation_code_days: i64,
    /// How long a facility's old code is good after 承継, days.
    pub former_code_days: i64,
    /// How long staff can undo a decision.
    pub undo_for: chrono::Duration,
}

/// Every procedure there is, in the order shown to users.
pub fn all(means: &Means) -> Procedures {
    Procedures::new(vec![
        Arc::new(usage_start::UsageStart::new(means.clone())),
        Arc::new(operation_start::OperationStart),
        Arc::new(device_addition::DeviceAddition::new(means.clone())),
        Arc::new(subsidy_claim::SubsidyClaim::new(means.clone())),
        Arc::new(annex_declaration::AnnexDeclaration::new(means.clone())),
        Arc::new(annex_cancellation::AnnexCancellation),
        Arc::new(exemption::Exemption),
        Arc::new(change::Change::new(means.clone())),
        Arc::new(termination::Termination),
    ])
}
