//! Who is reminded of what, and when it ends.

use chrono::Duration;

use super::*;
use crate::application::ApplicationKind;
use crate::db::Tx;
use crate::grant::Grant;
use crate::ids::DeviceId;
use crate::mail::{MailContext, Message};
use crate::operation::{self, Source};
use crate::scope::FacilityScope;
use crate::secret::PlainToken;
use crate::testing::{self, TestDb, keyring, test_db};
use crate::{device, registration};

struct World {
    db: TestDb,
    scope: FacilityScope,
    devices: Vec<DeviceId>,
}

/// An office that was approved on Friday, 20 November 2026, with two devices issued.
fn world() -> World {
    let db = test_db();
    let scope = testing::office(&db, true);
    let devices = db
        .write_blocking(crate::db::Actor::system(), |tx| {
            let grant: Grant = testing::approved(tx, &scope)?;
            registration::register(tx, &grant, 3)?;
            device::issue(tx, &keyring(), &grant, 2, 90)
        })
        .expect("devices");
    World { db, scope, devices }
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> crate::error::Result<T>) -> T {
        self.db.write_blocking(crate::db::Actor::system(), work).expect("written")
    }

    fn activate(&self) {
        let key = crate::jose::device::DeviceKey::generate();
        let settings = self.write(|tx| device::reveal(tx, &keyring(), &self.scope, &self.devices[0])).1;
        let attempt = device::Attempt {
            facility_code: settings.facility_code,
            user_id: settings.user_id,
            password: settings.password,
            code: settings.code,
            key: key.jwk(),
            metadata: "{}".into(),
            address: "192.0.2.1".into(),
        };
        let outcome = self.write(|tx| device::activate(tx, &keyring(), &attempt));
        assert!(matches!(outcome, device::Outcome::Activated(_)));
    }

    fn start(&self) {
        self.write(|tx| {
            let grant = testing::approved_as(tx, &self.scope, ApplicationKind::OperationStart)?;
            operation::record(tx, &grant, self.scope.facility(), "2026-12-24".parse().unwrap(), Source::Declared)
        });
    }

    /// Runs the daily work for so many days, each at the same hour; on which days of
    /// them a reminder went out, counted from the approval.
    async fn days(&self, from: i64, to: i64) -> Vec<i64> {
        let mut sent = Vec::new();
        for day in from..=to {
            self.db.clock.advance(testing::start() + Duration::days(day) - self.db.clock.now());
            let reminded = remind_all(&self.db).await.expect("reminded");
            assert_eq!(remind_all(&self.db).await.expect("reminded"), 0, "once a day is enough");
            if reminded > 0 {
                sent.push(day);
            }
        }
        sent
    }

    fn letters(&self, name: &str) -> usize {
        let all = self.db.read_blocking(testing::letters).expect("reads");
        all.into_iter().filter(|(letter, _)| letter == name).count()
    }

    fn compose(&self, name: &str) -> Option<Message> {
        let context: MailContext = testing::mail_context();
        let all = self.db.read_blocking(testing::letters).expect("reads");
        let (_, ids) = all.into_iter().rev().find(|(letter, _)| letter == name).expect("a letter");
        self.write(|tx| match name {
            "reminder_devices" => crate::mail::composer::<ReminderDevices>(tx, &ids, &context),
            _ => crate::mail::composer::<ReminderStart>(tx, &ids, &context),
        })
    }
}

#[tokio::test]
async fn without_a_device_people_hear_three_times_on_business_days() {
    let world = world();
    // Day 7 is a Friday, day 14 too; day 30 a Sunday, so Monday.
    assert_eq!(world.days(1, 40).await, [7, 14, 31]);
    assert_eq!(world.letters("reminder_devices"), 3);
    let letter = world.compose("reminder_devices").expect("still lacking");
    assert!(letter.body.contains("使える端末がまだありません"), "{}", letter.body);
}

#[tokio::test]
async fn days_are_counted_by_the_date_whatever_the_hour() {
    let world = world();
    world.write(|tx| testing::sql(tx.conn(), "update registrations set approved_at = '2026-11-20 14:59:00'"));
    // The work runs at 10:00; it was approved a minute before midnight seven days ago.
    assert_eq!(world.days(6, 7).await, [7]);
}

#[tokio::test]
async fn days_on_which_offices_are_closed_are_left_out_and_only_the_newest_step_is_told() {
    let world = world();
    // Days 39 to 44 are 29 December to 3 January: the first business day is the 4th, day 45.
    assert_eq!(world.days(40, 46).await, [45], "30 days are over: one letter, not three");
    assert_eq!(world.letters("reminder_devices"), 1);
    let other = world_approved_before_new_year().await;
    assert_eq!(other, [45], "7 days later it is New Year, so the 4th of January");
}

/// An office approved on 27 December (day 37).
async fn world_approved_before_new_year() -> Vec<i64> {
    let world = world();
    world.write(|tx| testing::sql(tx.conn(), "update registrations set approved_at = '2026-12-27 01:00:00'"));
    world.days(38, 46).await
}

#[tokio::test]
async fn what_is_done_is_not_told() {
    let world = world();
    assert_eq!(world.days(7, 7).await, [7]);
    world.activate();
    assert_eq!(world.compose("reminder_devices"), None, "done before it was sent");
    // From the day of the first device on, seven days later: a Friday.
    assert_eq!(world.days(8, 20).await, [14]);
    assert_eq!((world.letters("reminder_devices"), world.letters("reminder_start")), (1, 1));
    world.start();
    assert_eq!(world.compose("reminder_start"), None);
    assert_eq!(world.days(21, 45).await, [0; 0]);
}

#[tokio::test]
async fn nobody_is_reminded_of_a_use_that_ends_or_an_office_that_closed() {
    for change in [
        "update registrations set ended_at = '2026-11-21 00:00:00'",
        "update facilities set closed_on = '2026-11-21'",
        "update facilities set devices_stopped_at = '2026-11-21 00:00:00'",
    ] {
        let world = world();
        world.write(|tx| testing::sql(tx.conn(), change));
        assert_eq!(world.days(7, 14).await, [0; 0], "{change}");
    }
}

#[tokio::test]
async fn the_link_stops_them_however_often_it_is_pressed() {
    let world = world();
    world.days(7, 7).await;
    let letter = world.compose("reminder_devices").expect("lacking");
    let url = letter.stop_url.expect("a way to stop");
    let token = url.strip_suffix("/one-click").and_then(|url| url.rsplit('/').next()).expect("a token");
    assert!(letter.body.contains(url.trim_end_matches("/one-click")), "people find it too");
    let hash = PlainToken::received(token).hash();
    let now = world.db.clock.now().into();
    let whose = world.db.read_blocking(|c| look_at_stop_link(c, &hash, now)).expect("a link");
    assert_eq!(whose.id, *world.scope.account());
    world.write(|tx| stop_by_link(tx, &hash));
    world.write(|tx| stop_by_link(tx, &hash));
    assert_eq!(world.compose("reminder_devices"), None, "also what waits already");
    assert_eq!(world.letters("reminder_devices"), 1);
    world.days(14, 14).await;
    assert_eq!(world.letters("reminder_devices"), 1, "nobody is left to tell");
    world.write(|tx| go_on(tx, world.scope.account()));
    world.days(31, 31).await;
    assert_eq!(world.letters("reminder_devices"), 2);
}

#[tokio::test]
async fn two_workers_send_each_step_once() {
    let world = world();
    world.db.clock.advance(Duration::days(7));
    let (one, two) = tokio::join!(remind_all(&world.db), remind_all(&world.db));
    assert_eq!(one.expect("reminded") + two.expect("reminded"), 1);
    assert_eq!(world.letters("reminder_devices"), 1);
}
