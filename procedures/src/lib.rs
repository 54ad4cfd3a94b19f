//! The procedures (手続): one folder each, and one line here. Nothing in portal,
//! back office or workers names one.

use std::sync::Arc;

use uketsuke_core::application::Procedures;
use uketsuke_core::secret::Keyring;

pub mod device_addition;
mod field;
pub mod usage_start;

/// What procedures need of the installation.
#[derive(Debug, Clone)]
pub struct Means {
    /// Compares match secrets and seals what is issued.
    pub keyring: Arc<Keyring>,
    /// Life of a device's activation code, days.
    pub activation_code_days: i64,
}

/// Every procedure there is, in the order shown to users.
pub fn all(means: &Means) -> Procedures {
    Procedures::new(vec![
        Arc::new(usage_start::UsageStart::new(means.clone())),
        Arc::new(device_addition::DeviceAddition::new(means.clone())),
    ])
}
