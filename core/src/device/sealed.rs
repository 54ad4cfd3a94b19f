//! Password and code of a device while it waits for its activation: encrypted
//! in one column, bound to the row, erased at first use.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::ActivationId;
use crate::secret::{ActivationCode, InitialPassword, Keyring, Purpose};

/// Both secrets in the clear; never printed.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    pub password: String,
    pub code: String,
}

impl Sealed {
    pub(super) fn mint() -> Self {
        Self { password: InitialPassword::mint().reveal().to_owned(), code: ActivationCode::mint().reveal().to_owned() }
    }

    pub(super) fn seal(&self, keyring: &Keyring, row: &ActivationId) -> Result<String> {
        let text = serde_json::to_vec(self)?;
        Ok(keyring.seal(Purpose::DeviceSecrets, row.as_str().as_bytes(), &text))
    }

    pub(super) fn open(keyring: &Keyring, row: &ActivationId, sealed: &str) -> Result<Self> {
        let text = keyring.open(Purpose::DeviceSecrets, row.as_str().as_bytes(), sealed).map_err(Error::internal)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
