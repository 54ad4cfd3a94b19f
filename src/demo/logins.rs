//! Who can log in to the demo, and with what.

use serde::{Deserialize, Serialize};

/// The password of everybody in the demo.
pub const PASSWORD: &str = "Tameshi-2026";

/// Everything the demo tells at the start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Logins {
    /// People of the back office.
    pub staff: Vec<StaffLogin>,
    /// People at facilities.
    pub people: Vec<PersonLogin>,
    /// The eligibility service's credential.
    pub service: ServiceLogin,
}

/// A member of the back office.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffLogin {
    /// What they do.
    pub role: String,
    /// The mail address to log in with.
    pub email: String,
    /// The authenticator app's secret, base32.
    pub totp_secret: String,
}

/// A person at a facility.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PersonLogin {
    /// The facility.
    pub facility: String,
    /// The mail address to log in with.
    pub email: String,
    /// Where its application stands, in words.
    pub standing: String,
}

/// What the eligibility service shows at a check.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ServiceLogin {
    /// The OAuth client id.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
}
