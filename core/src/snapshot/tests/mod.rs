//! Memory as the log of changes keeps it, on whichever database the tests run.

mod answers;
mod changes;
mod history;
mod others;
mod races;

use super::clients::Clients;
use super::log::{self, Position};
use super::writer::Writer;
use super::*;
use crate::db::{Actor, Db, Tx};
use crate::device::{self, Attempt, Outcome};
use crate::grant::Grant;
use crate::jose::device::DeviceKey;
use crate::scope::FacilityScope;
use crate::testing::{self, TestDb, keyring, test_db};
use crate::{eligibility, registration};

/// An office in the register with three issued devices, and a memory fed by hand.
struct World {
    db: TestDb,
    scope: FacilityScope,
    grant: Grant,
    devices: Vec<DeviceId>,
    clients: Clients,
    fed: (Writer, Position),
}

fn world() -> World {
    let db = test_db();
    let scope = testing::office(&db, true);
    let (grant, devices) = write(&db, |tx| {
        let grant = testing::approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        let devices = device::issue(tx, &keyring(), &grant, 3, 30)?;
        Ok((grant, devices))
    });
    let clients = Clients::default();
    let fed = db.read_blocking(|c| Writer::load(c, &clients)).unwrap();
    World { db, scope, grant, devices, clients, fed }
}

fn write<T>(db: &Db, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
    db.write_blocking(Actor::system(), work).unwrap()
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        write(&self.db, work)
    }

    /// Activates a device with its open code; the claims of a token it would get.
    fn activate(&self, n: usize) -> AccessClaims {
        activate(&self.db, &self.scope, &self.devices[n])
    }

    /// Feeds the memory; answers by how many transactions the log grew.
    fn feed(&mut self) -> i64 {
        let (writer, position) = &mut self.fed;
        let (clients, before) = (&self.clients, position.epoch);
        let next = self.db.read_blocking(|c| writer.catch_up(c, clients, position.clone())).unwrap();
        *position = next.expect("the log goes on");
        position.epoch - before
    }

    /// Holds the fed memory against one loaded anew.
    fn compare(&self, after: &str) {
        let clients = Clients::default();
        let (fresh, position) = self.db.read_blocking(|c| Writer::load(c, &clients)).unwrap();
        assert_eq!(self.fed.0.memory.dump(), fresh.memory.dump(), "after {after}");
        assert_eq!(self.fed.1, position, "after {after}");
    }
}

fn activate(db: &TestDb, scope: &FacilityScope, device: &DeviceId) -> AccessClaims {
    let key = DeviceKey::generate();
    let settings = write(db, |tx| device::reveal(tx, &keyring(), scope, device)).1;
    let attempt = Attempt {
        facility_code: settings.facility_code,
        user_id: settings.user_id,
        password: settings.password,
        code: settings.code,
        key: key.jwk(),
        metadata: r#"{"software_version":"3.1.0","device":{"platform":"android"}}"#.into(),
        address: "192.0.2.1".into(),
    };
    let outcome = write(db, |tx| device::activate(tx, &keyring(), &attempt));
    let Outcome::Activated(activated) = outcome else { panic!("not activated: {outcome:?}") };
    let now = db.clock.now();
    let client = db.read_blocking(|c| device::find_client(c, activated.client_id.as_str(), now.into())).unwrap();
    let client = client.unwrap();
    let exp = now + chrono::Duration::minutes(10);
    AccessClaims::of(client.id.as_str(), &client.key.thumbprint(), now, exp, client.generation).expect("claims")
}

/// A snapshot with its thread.
fn snapshot(db: &Db) -> Snapshot {
    let snapshot = Snapshot::start(db, Settings { name: "test".into(), most_stale: Duration::from_secs(30) }).unwrap();
    assert!(snapshot.wait_until_loaded(Duration::from_secs(20)), "it loads");
    snapshot
}
