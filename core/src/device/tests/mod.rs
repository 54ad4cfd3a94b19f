//! The register as facilities, devices and the eligibility service use it, on
//! whichever database the tests run.

mod accounts;
mod activation;
mod apps;
mod check;
mod issue;
mod manage;
mod races;

use diesel::prelude::*;

use super::*;
use crate::db::{Actor, Db, Tx};
use crate::error::Result;
use crate::grant::Grant;
use crate::ids::DeviceId;
use crate::jose::device::DeviceKey;
use crate::jose::{AccessClaims, Jwk};
use crate::schema::activations;
use crate::scope::FacilityScope;
use crate::testing::{self, TestDb, keyring, test_db};
use crate::{registration, testing as t};

const CODE_DAYS: i64 = 30;

/// An office with an approved usage start.
struct Office {
    db: TestDb,
    scope: FacilityScope,
    grant: Grant,
}

/// An office in the register, no devices yet.
fn office() -> Office {
    let db = test_db();
    let scope = testing::office(&db, true);
    let grant = write(&db, |tx| {
        let grant = t::approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        Ok(grant)
    });
    Office { db, scope, grant }
}

/// An office with one issued device.
fn office_with_device() -> (Office, DeviceId) {
    let office = office();
    let id = office.issue(1).remove(0);
    (office, id)
}

fn write<T>(db: &Db, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
    db.write_blocking(Actor::system(), work).unwrap()
}

impl Office {
    fn issue(&self, count: u32) -> Vec<DeviceId> {
        write(&self.db, |tx| issue(tx, &keyring(), &self.grant, count, CODE_DAYS))
    }

    fn device(&self, id: &DeviceId) -> Device {
        self.db.read_blocking(|c| get_in_scope(c, &self.scope, id)).unwrap()
    }

    fn settings(&self, id: &DeviceId) -> Settings {
        write(&self.db, |tx| reveal(tx, &keyring(), &self.scope, id)).1
    }

    fn attempt(&self, id: &DeviceId, key: &DeviceKey) -> Attempt {
        attempt(&self.settings(id), key.jwk())
    }

    fn try_activate(&self, attempt: &Attempt) -> Outcome {
        write(&self.db, |tx| activate(tx, &keyring(), attempt))
    }

    /// Activates with these values; panics when that is refused.
    fn activate(&self, attempt: &Attempt) -> Activated {
        match self.try_activate(attempt) {
            Outcome::Activated(activated) => activated,
            other => panic!("not activated: {other:?}"),
        }
    }

    /// A fresh token of this client, as the token endpoint would make it.
    fn claims(&self, activated: &Activated) -> AccessClaims {
        let now = self.db.clock.now();
        let client =
            self.db.read_blocking(|c| find_client(c, activated.client_id.as_str(), now.into())).unwrap().unwrap();
        let exp = now + chrono::Duration::minutes(10);
        AccessClaims::of(client.id.as_str(), &client.key.thumbprint(), now, exp, client.generation).expect("claims")
    }

    fn check(&self, claims: &AccessClaims) -> Checked {
        self.db.read_blocking(|c| check(c, claims, self.db.clock.now().into())).unwrap()
    }

    /// The texts still sealed for a device.
    fn sealed(&self, id: &DeviceId) -> Vec<Option<String>> {
        let rows = activations::table.filter(activations::device_id.eq(id)).select(activations::sealed);
        self.db.read_blocking(|c| Ok(rows.load(c)?)).unwrap()
    }
}

fn attempt(settings: &Settings, key: Jwk) -> Attempt {
    Attempt {
        facility_code: settings.facility_code.clone(),
        user_id: settings.user_id.clone(),
        password: settings.password.clone(),
        code: settings.code.clone(),
        key,
        metadata: "{}".into(),
        address: "192.0.2.1".into(),
    }
}
