//! Changes and 承継, as use cases on a database of each test's own.

use chrono::Duration;
use tempfile::TempDir;
use uketsuke_core::application::files::{Handed, take_in};
use uketsuke_core::application::submit::Sent;
use uketsuke_core::application::{ApplicationKind, State};
use uketsuke_core::db::Actor;
use uketsuke_core::device::{self, Attempt, Outcome};
use uketsuke_core::facility::{Facility, amend, repo};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::jose::device::DeviceKey;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, NewFacility, OFFICE};

use crate::testing::{Desk, PDF, refused};

const KIND: ApplicationKind = ApplicationKind::Change;
const NEW: &str = "1377777777";

impl Desk {
    fn facility(&self) -> Facility {
        self.db.read_blocking(|c| repo::get(c, self.scope.facility())).expect("reads")
    }

    fn fill(&self, what: &str, typed: &[(&str, &str)]) -> ApplicationId {
        let id = self.begin(&self.scope, KIND).expect("begun");
        assert_eq!(self.save(&self.scope, &id, "what", &[("what", what)]), [""; 0]);
        assert_eq!(self.save(&self.scope, &id, "values", typed), [""; 0]);
        id
    }

    async fn attach(&self, id: &ApplicationId) {
        let folder = TempDir::new().expect("a folder");
        let storage = Storage::local(folder.path()).expect("a store");
        let mut upload = storage.upload().await.expect("opens");
        upload.write(PDF.into()).await.expect("written");
        let handed = Handed { content: upload.finish().await.expect("received"), file_name: "変更届.pdf".into() };
        take_in((&self.db, &storage), self.scope.actor(), &self.scope, id, handed).await.expect("kept").expect("good");
    }

    async fn sent_with_document(&self, what: &str, typed: &[(&str, &str)]) -> ApplicationId {
        let id = self.fill(what, typed);
        let open = self.send(&self.scope, &id).expect("looked at");
        assert!(matches!(open, Sent::Incomplete(open) if open.len() == 1 && open[0].step == "documents"));
        self.attach(&id).await;
        assert_eq!(self.send(&self.scope, &id).expect("sent"), Sent::Done);
        assert_eq!(self.state(&id), State::Submitted);
        id
    }

    /// Sets a device up under a code of the facility.
    fn activate(&self, n: usize, facility_code: &str) -> Outcome {
        let keyring = testing::keyring();
        let device = &self.devices[n];
        let revealing = |tx: &mut uketsuke_core::db::Tx<'_>| device::reveal(tx, &keyring, &self.scope, device);
        let settings = self.db.write_blocking(self.scope.actor(), revealing).expect("shown").1;
        let attempt = Attempt {
            facility_code: facility_code.into(),
            user_id: settings.user_id,
            password: settings.password,
            code: settings.code,
            key: DeviceKey::generate().jwk(),
            metadata: "{}".into(),
            address: "192.0.2.1".into(),
        };
        self.db.write_blocking(Actor::system(), |tx| device::activate(tx, &keyring, &attempt)).expect("judged")
    }
}

#[test]
fn contact_and_phone_number_change_at_once() {
    let desk = Desk::new();
    let typed: &[_] = &[
        ("contact_name", "山田　花子"),
        ("contact_phone", "０３−１１１１−２２２２"),
        ("contact_email", "Hanako@example.jp"),
    ];
    let id = desk.fill("contact", typed);
    assert_eq!(desk.send(&desk.scope, &id).expect("sent"), Sent::Done);
    assert_eq!(desk.state(&id), State::Approved);
    let contact = desk.db.read_blocking(|c| amend::contact(c, desk.scope.facility())).expect("reads").expect("named");
    assert_eq!((contact.name.as_str(), contact.phone.as_str()), ("山田　花子", "0311112222"));
    let before = desk.facility().revision;
    let id = desk.fill("phone", &[("phone", "03-9999-8888")]);
    desk.send(&desk.scope, &id).expect("sent");
    assert_eq!((desk.facility().phone.as_str(), desk.facility().revision), ("0399998888", before + 1));
    let history = desk.db.read_blocking(|c| uketsuke_core::facility::import::list_changes(c, desk.scope.facility()));
    assert_eq!(history.expect("reads")[0].changes().expect("whole").len(), 1);
}

#[tokio::test]
async fn address_and_manager_wait_for_a_reviewer() {
    let desk = Desk::new();
    let typed: &[_] = &[("postal_code", "１００ー０００２"), ("address", "東京都千代田区新町2-2")];
    let id = desk.sent_with_document("address", typed).await;
    assert_eq!(desk.facility().postal_code, "100-0001", "not before it is approved");
    desk.approve(&id).expect("approved");
    let facility = desk.facility();
    assert_eq!((facility.postal_code.as_str(), facility.address.as_str()), ("100-0002", "東京都千代田区新町2-2"));
    let id = desk.sent_with_document("manager", &[("manager_name", "新田 次郎")]).await;
    desk.approve(&id).expect("approved");
    assert_eq!(desk.facility().manager_name, "新田 次郎");
}

#[test]
fn what_is_wrong_is_told_box_by_box() {
    let desk = Desk::new();
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    assert_eq!(desk.save(&desk.scope, &id, "what", &[("what", "name")]).len(), 1);
    desk.save(&desk.scope, &id, "what", &[("what", "address")]);
    let faults = desk.save(&desk.scope, &id, "values", &[("postal_code", "1"), ("address", "大阪府大阪市1-1")]);
    assert!(faults.len() == 2 && faults[1].contains("「東京都」から"), "{faults:?}");
    desk.save(&desk.scope, &id, "what", &[("what", "code")]);
    let faults = desk.save(&desk.scope, &id, "values", &[("new_code", OFFICE.code), ("succession_reason", "other")]);
    assert!(faults.iter().any(|fault| fault.contains("理由の内容を入力")), "{faults:?}");
    let typed: &[_] = &[("new_code", OFFICE.code), ("succession_reason", "founder")];
    let faults = desk.save(&desk.scope, &id, "values", typed);
    assert!(faults.len() == 1 && faults[0].contains("いまの機関コードと同じ"), "{faults:?}");
}

#[tokio::test]
async fn people_devices_and_history_go_on_under_the_new_code_and_the_old_one_ends() {
    let desk = Desk::new();
    let typed: &[_] = &[("new_code", "13-7777-7777"), ("succession_reason", "incorporation")];
    let id = desk.sent_with_document("code", typed).await;
    assert_eq!(refused(desk.approve(&id)), Refusal::CodeUnknown, "the master does not know it yet");
    assert_eq!(desk.state(&id), State::Submitted);
    // The next import opens it, and somebody registers for it.
    let other = desk.other(NewFacility { code: NEW, name: "医療法人さくら", ..OFFICE }, "new@example.jp", false);
    assert!(matches!(desk.activate(0, OFFICE.code), Outcome::Activated(_)));
    desk.approve(&id).expect("approved");
    let facility = desk.facility();
    assert_eq!((facility.code.as_str(), facility.name.as_str()), (NEW, "医療法人さくら"));
    assert_eq!(desk.live_devices(desk.scope.facility()), 2, "the devices are where they were");
    let left = desk.db.read_blocking(|c| repo::get(c, other.facility())).expect("reads");
    assert_eq!((left.code.as_str(), left.name.as_str()), (OFFICE.code, OFFICE.name));
    assert_eq!(left.closed_on.map(|on| on.to_string()).as_deref(), Some("2027-01-19"), "sixty days later");
    let seats = desk.db.read_blocking(|c| uketsuke_core::account::list_facilities(c, other.account())).expect("reads");
    assert_eq!(
        seats.iter().map(|seat| (&seat.facility.id, seat.verified)).collect::<Vec<_>>(),
        [(desk.scope.facility(), false)]
    );
    // Both codes set a device up for so many days, then the new one alone.
    assert!(matches!(desk.activate(1, OFFICE.code), Outcome::Activated(_)));
    desk.db.clock.advance(Duration::days(60));
    let keyring = testing::keyring();
    let again = |tx: &mut uketsuke_core::db::Tx<'_>| {
        device::reissue(tx, &keyring, &desk.scope, &desk.devices[1], device::Replacement::Again, 30)
    };
    desk.db.write_blocking(desk.scope.actor(), again).expect("reissued");
    assert!(matches!(desk.activate(1, OFFICE.code), Outcome::Wrong));
    assert!(matches!(desk.activate(1, NEW), Outcome::Activated(_)));
}

#[tokio::test]
async fn a_code_under_which_somebody_uses_the_service_is_not_taken_over() {
    let desk = Desk::new();
    let typed: &[_] = &[("new_code", NEW), ("succession_reason", "address")];
    let id = desk.sent_with_document("code", typed).await;
    desk.other(NewFacility { code: NEW, ..OFFICE }, "new@example.jp", true);
    assert_eq!(refused(desk.approve(&id)), Refusal::CodeInUse);
    assert_eq!(desk.facility().code.as_str(), OFFICE.code);
}
