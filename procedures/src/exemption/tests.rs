//! Declaring why an office does not take part.

use uketsuke_core::application::submit::Sent;
use uketsuke_core::application::{ApplicationKind, State};
use uketsuke_core::error::Error;
use uketsuke_core::exemption::{self, ExemptionReason};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::testing::{CLINIC, NewFacility, OFFICE};

use crate::testing::{Desk, acupuncture, refused};

const KIND: ApplicationKind = ApplicationKind::Exemption;

#[test]
fn an_office_that_does_not_take_part_declares_why_and_takes_it_back() {
    let desk = Desk::new();
    let office = desk.other(acupuncture(), "hari@example.jp", false);
    let typed: &[_] = &[("reason", "visually_impaired"), ("true", "yes")];
    let id = desk.file(&office, KIND, ("reason", typed)).expect("declared");
    let held = || desk.db.read_blocking(|c| exemption::find(c, office.facility())).expect("reads");
    assert_eq!(held().expect("holds").reason, ExemptionReason::VisuallyImpaired);
    let known = uketsuke_core::testing::scope(office.facility(), office.account(), true);
    assert_eq!(refused(desk.begin(&known, KIND)), Refusal::ExemptAlready);
    // Somebody else who registered with the code neither learns of it nor touches it.
    let stranger = desk.system(|tx| uketsuke_core::testing::add_member(tx, office.facility(), "x@example.jp", false));
    assert_eq!(refused(desk.begin(&stranger, KIND)), Refusal::NotVerified);
    assert!(matches!(desk.withdraw(&stranger, &id), Err(Error::NotFound)));
    let seen = |scope: &uketsuke_core::scope::FacilityScope| {
        let now = desk.db.clock.now().into();
        desk.db.read_blocking(|c| uketsuke_core::progress::of(c, scope, now)).expect("reads").exemption
    };
    assert_eq!((seen(&stranger), seen(&office)), (None, Some(ExemptionReason::VisuallyImpaired)));
    // Whoever declared it takes it back.
    desk.withdraw(&office, &id).expect("taken back");
    assert_eq!((desk.state(&id), held()), (State::Withdrawn, None));
    desk.begin(&office, KIND).expect("another one can be declared");
}

#[test]
fn a_reason_with_a_day_asks_for_it_and_each_kind_has_its_own() {
    let desk = Desk::new();
    let office = desk.other(NewFacility { code: "1333333333", ..OFFICE }, "judo@example.jp", false);
    let id = desk.begin(&office, KIND).expect("begun");
    let faults = desk.save(&office, &id, "reason", &[("reason", "closing"), ("true", "yes")]);
    assert!(faults[0].contains("廃止・休止・辞退する日を入力"), "{faults:?}");
    let faults = desk.save(&office, &id, "reason", &[("reason", "visually_impaired")]);
    assert!(faults.len() == 2 && faults[0].contains("選んでください"), "not for judo therapy: {faults:?}");
    let typed: &[_] = &[("reason", "closing"), ("takes_effect_on", "令和9年3月31日"), ("true", "yes")];
    assert_eq!(desk.save(&office, &id, "reason", typed), [""; 0]);
    assert_eq!(desk.send(&office, &id).expect("sent"), Sent::Done);
    let held = desk.db.read_blocking(|c| exemption::find(c, office.facility())).expect("reads").expect("holds");
    assert_eq!(held.takes_effect_on.map(|on| on.to_string()).as_deref(), Some("2027-03-31"));
}

#[test]
fn an_office_that_takes_part_and_kinds_without_the_duty_declare_nothing() {
    let desk = Desk::new();
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::TakesPart);
    let clinic = desk.other(CLINIC, "incho@example.jp", true);
    assert!(matches!(desk.begin(&clinic, KIND), Err(Error::NotFound)));
}
