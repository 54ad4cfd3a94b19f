//! Password and code of a device while it waits for its activation: encrypted
//! in one column, bound to the row, erased at first use.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::issue::password_data;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::ActivationId;
use crate::schema::activations;
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

    /// What is looked up and compared of it, under the current key: code, password.
    pub(super) fn macs(&self, keyring: &Keyring, row: &ActivationId) -> (String, String) {
        (
            keyring.mac(Purpose::ActivationCode, self.code.as_bytes()),
            keyring.mac(Purpose::DevicePassword, &password_data(row, &self.password)),
        )
    }

    pub(super) fn open(keyring: &Keyring, row: &ActivationId, sealed: &str) -> Result<Self> {
        let text = keyring.open(Purpose::DeviceSecrets, row.as_str().as_bytes(), sealed).map_err(Error::internal)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// Seals a waiting device's secrets under the current key, and hashes them anew with it:
/// what is typed is found without the older key. Whether the row still held `sealed`;
/// `None` when that does not open.
///
/// # Errors
/// From the database only.
pub(crate) fn seal_anew(tx: &mut Tx<'_>, keyring: &Keyring, row: &ActivationId, sealed: &str) -> Result<Option<bool>> {
    let Ok(secrets) = Sealed::open(keyring, row, sealed) else { return Ok(None) };
    let (code, password) = secrets.macs(keyring, row);
    let same = activations::table.find(row).filter(activations::sealed.eq(sealed));
    let put = diesel::update(same)
        .set((
            activations::sealed.eq(secrets.seal(keyring, row)?),
            activations::code_mac.eq(code),
            activations::password_mac.eq(password),
        ))
        .execute(tx.conn())?;
    Ok(Some(put == 1))
}
