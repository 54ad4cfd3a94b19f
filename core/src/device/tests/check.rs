//! The answer at every card, and what workers write.

use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::clock::tokyo_date;
use crate::db::At;
use crate::facility::kind::FacilityKind;
use crate::schema::{facilities, registrations};
use crate::testing::OFFICE;

fn active() -> (Office, DeviceId, AccessClaims) {
    let (office, id) = office_with_device();
    let activated = office.activate(&office.attempt(&id, &DeviceKey::generate()));
    let claims = office.claims(&activated);
    (office, id, claims)
}

#[test]
fn an_active_device_speaks_for_its_facility() {
    let (office, id, claims) = active();
    let Checked::Active(facts) = office.check(&claims) else { panic!("inactive") };
    assert_eq!(facts.device, id);
    assert_eq!(facts.facility_code, OFFICE.code);
    assert_eq!(facts.facility_kind, FacilityKind::JudoTherapy);
    assert_eq!(facts.facility_kind.entry().client.as_str(), "qualification_only");
    assert_eq!((facts.role, facts.annex_facility_code), (AccountRole::General, None));
    assert!(facts.features.is_empty());
}

#[test]
fn a_token_counts_for_its_time_client_key_and_generation_only() {
    let (office, _, good) = active();
    let cases = [
        (AccessClaims { exp: office.db.clock.now().timestamp(), ..good }, Reason::Token),
        (AccessClaims { client_id: [1; 16], ..good }, Reason::Unknown),
        (AccessClaims { jkt: [1; 32], ..good }, Reason::Unknown),
        (AccessClaims { generation: good.generation - 1, ..good }, Reason::Ended),
    ];
    for (claims, reason) in cases {
        assert_eq!(office.check(&claims), Checked::Inactive(reason));
    }
    assert!(matches!(office.check(&good), Checked::Active(_)));
}

#[test]
fn a_facility_s_devices_stop_on_its_closing_date_in_japan() {
    let (office, _, claims) = active();
    let today = tokyo_date(office.db.clock.now());
    for (closed_on, active) in [(today.succ_opt().unwrap(), true), (today, false), (today.pred_opt().unwrap(), false)] {
        write(&office.db, |tx| {
            Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(closed_on)).execute(tx.conn())?)
        });
        let checked = office.check(&claims);
        assert_eq!(matches!(checked, Checked::Active(_)), active, "{closed_on}");
        assert!(active || checked == Checked::Inactive(Reason::FacilityClosed));
    }
}

#[test]
fn the_closing_date_begins_at_midnight_in_japan() {
    let (office, _, claims) = active();
    let closed_on = NaiveDate::from_ymd_opt(2026, 11, 30).unwrap();
    write(&office.db, |tx| {
        Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(closed_on)).execute(tx.conn())?)
    });
    for (at, active) in [("2026-11-29T14:59:59.999999Z", true), ("2026-11-29T15:00:00Z", false)] {
        let at: DateTime<Utc> = at.parse().unwrap();
        office.db.clock.advance(at - office.db.clock.now());
        let claims = AccessClaims { exp: (at + chrono::Duration::minutes(10)).timestamp(), ..claims };
        assert_eq!(matches!(office.check(&claims), Checked::Active(_)), active, "{at}");
    }
}

#[test]
fn the_end_of_the_registration_ends_the_devices() {
    let (office, _, claims) = active();
    let now: At = office.db.clock.now().into();
    write(&office.db, |tx| {
        Ok(diesel::update(registrations::table).set(registrations::ended_at.eq(now)).execute(tx.conn())?)
    });
    assert_eq!(office.check(&claims), Checked::Inactive(Reason::NotRegistered));
    write(&office.db, |tx| Ok(diesel::delete(registrations::table).execute(tx.conn())?));
    assert_eq!(office.check(&claims), Checked::Inactive(Reason::NotRegistered));
}

#[test]
fn an_older_use_never_replaces_a_newer() {
    let (office, id, _) = active();
    let now: At = office.db.clock.now().into();
    let later = now + chrono::Duration::seconds(5);
    for (written, kept) in [(now, now), (later, later), (now, later)] {
        write(&office.db, |tx| write_last_used(tx, &[(id.clone(), written), (DeviceId::mint(), written)]));
        assert_eq!(office.device(&id).last_used_at, Some(kept));
    }
}

#[test]
fn a_jti_is_used_once_per_sender_and_forgotten_in_time() {
    let office = office();
    let until = office.db.clock.now() + chrono::Duration::seconds(120);
    let use_it = |sender: &str, jti: &str| write(&office.db, |tx| use_jti(tx, sender, jti, until));
    assert_eq!([use_it("a", "1"), use_it("a", "1"), use_it("b", "1"), use_it("a", "2")], [true, false, true, true]);
    assert_eq!(write(&office.db, sweep_jtis), 0);
    office.db.clock.advance(chrono::Duration::seconds(121));
    assert_eq!(write(&office.db, sweep_jtis), 3);
}
