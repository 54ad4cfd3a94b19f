//! A desk for tests: an office that uses the service, a person of it, and the
//! way of an application from its beginning to its decision.

use uketsuke_core::application::draft::{self, save_step};
use uketsuke_core::application::submit::{Sent, submit};
use uketsuke_core::application::{Answers, ApplicationKind, Procedures, State, decide, repo, withdraw};
use uketsuke_core::application::{claim, procedure::Terms};
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::ids::{ApplicationId, DeviceId, FacilityId};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{self, NewFacility, OFFICE, TestDb, add_facility, add_member, add_staff, test_db};
use uketsuke_core::{device, registration};

use crate::Means;

/// A document, as small as one can be.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n";

/// The 施術管理者's birth date of [`acupuncture`].
pub(crate) const BIRTH: [(&str, &str); 4] = [
    ("secret_birth_era", "showa"),
    ("secret_birth_year", "30"),
    ("secret_birth_month", "4"),
    ("secret_birth_day", "3"),
];

/// An acupuncture office in the same place as [`OFFICE`].
pub(crate) fn acupuncture() -> NewFacility<'static> {
    let manager_birth = chrono::NaiveDate::from_ymd_opt(1955, 4, 3);
    NewFacility {
        kind: FacilityKind::AcupunctureMassage,
        code: "1322222222",
        name: "さくら鍼灸院",
        manager_birth,
        ..OFFICE
    }
}

/// What procedures need of the installation.
pub(crate) fn means() -> Means {
    Means {
        keyring: testing::keyring(),
        activation_code_days: 30,
        former_code_days: 60,
        undo_for: chrono::Duration::minutes(5),
    }
}

/// See the module.
pub(crate) struct Desk {
    pub db: TestDb,
    pub procedures: Procedures,
    pub scope: FacilityScope,
    pub devices: Vec<DeviceId>,
}

impl Desk {
    /// A judo-therapy office with two devices issued.
    pub fn new() -> Self {
        let db = test_db();
        let procedures = crate::all(&crate::testing::means());
        let scope = testing::office(&db, true);
        let devices = use_service(&db, &scope);
        Self { db, procedures, scope, devices }
    }

    /// Puts another office into the master, with a person who is verified there or not.
    pub fn other(&self, place: NewFacility<'_>, email: &str, verified: bool) -> FacilityScope {
        self.system(|tx| {
            let facility = add_facility(tx, place)?;
            add_member(tx, &facility, email, verified)
        })
    }

    pub fn system<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).expect("written")
    }

    pub fn begin(&self, scope: &FacilityScope, kind: ApplicationKind) -> Result<ApplicationId> {
        self.db.write_blocking(scope.actor(), |tx| draft::start(tx, &self.procedures, scope, kind))
    }

    /// Saves a step; the sentences about what is wrong.
    pub fn save(&self, scope: &FacilityScope, id: &ApplicationId, step: &str, typed: &[(&str, &str)]) -> Vec<String> {
        let typed: Answers = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let saving = |tx: &mut Tx<'_>| save_step(tx, &self.procedures, scope, id, step, &typed);
        let errors = self.db.write_blocking(scope.actor(), saving).expect("saved");
        errors.iter().map(|error| error.sentence()).collect()
    }

    pub fn send(&self, scope: &FacilityScope, id: &ApplicationId) -> Result<Sent> {
        self.db.write_blocking(scope.actor(), |tx| submit(tx, &self.procedures, scope, id))
    }

    /// Begins, fills in one step, sends.
    pub fn file(
        &self,
        scope: &FacilityScope,
        kind: ApplicationKind,
        (step, typed): (&str, &[(&str, &str)]),
    ) -> Result<ApplicationId> {
        let id = self.begin(scope, kind)?;
        assert_eq!(self.save(scope, &id, step, typed), [""; 0]);
        assert_eq!(self.send(scope, &id)?, Sent::Done);
        Ok(id)
    }

    pub fn withdraw(&self, scope: &FacilityScope, id: &ApplicationId) -> Result<()> {
        self.db.write_blocking(scope.actor(), |tx| withdraw::withdraw(tx, &self.procedures, scope, id))
    }

    /// A reviewer claims and approves.
    pub fn approve(&self, id: &ApplicationId) -> Result<()> {
        let reviewer = add_staff(&self.db, Role::Reviewer);
        self.db.write_blocking(reviewer.actor(), |tx| {
            claim::claim(tx, &reviewer, id)?;
            let seen = repo::get(tx.conn(), id)?.revision;
            decide::approve(tx, &self.procedures, &reviewer, (id, seen), Terms::default())
        })
    }

    pub fn state(&self, id: &ApplicationId) -> State {
        self.db.read_blocking(|c| repo::get(c, id)).expect("reads").state
    }

    /// Names of the letters sent so far.
    pub fn letters(&self) -> Vec<String> {
        self.db.read_blocking(testing::letters).expect("reads").into_iter().map(|(name, _)| name).collect()
    }

    pub fn live_devices(&self, facility: &FacilityId) -> u32 {
        self.db.read_blocking(|c| device::places(c, facility)).expect("counts").live
    }
}

/// Enters an office into the register, with two devices.
pub(crate) fn use_service(db: &TestDb, scope: &FacilityScope) -> Vec<DeviceId> {
    db.write_blocking(Actor::system(), |tx| {
        let grant = testing::approved(tx, scope)?;
        registration::register(tx, &grant, 3)?;
        device::issue(tx, &testing::keyring(), &grant, 2, 30)
    })
    .expect("devices")
}

/// Why it was refused.
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?} is no refusal"),
    }
}
