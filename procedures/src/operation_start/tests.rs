//! Registering the first day, as use cases on a database of each test's own. Every
//! test begins on 20 November 2026, the day on which the office was approved.

use chrono::NaiveDate;
use uketsuke_core::application::{ApplicationKind, State};
use uketsuke_core::db::Actor;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::operation::{self, OperationStart as Entry, Source};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{device, testing};

use super::{Answers, Procedure};
use crate::testing::{Desk, refused};

const KIND: ApplicationKind = ApplicationKind::OperationStart;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

impl Desk {
    fn starts(&self) -> Vec<Entry> {
        self.db.read_blocking(|c| operation::history(c, self.scope.facility())).expect("reads")
    }

    fn register(&self, typed: &str) -> ApplicationId {
        self.file(&self.scope, KIND, ("date", &[("starts_on", typed)])).expect("registered")
    }
}

#[test]
fn every_way_of_writing_a_date_is_taken_past_or_planned() {
    let desk = Desk::new();
    for (typed, want) in [
        ("2026-11-20", "2026-11-20"),
        ("2026/11/21", "2026-11-21"),
        ("令和8年11月22日", "2026-11-22"),
        ("２０２６－１１－２３", "2026-11-23"),
        ("R8.11.24", "2026-11-24"),
        ("2026年12月1日", "2026-12-01"),
        ("　2027.1.5 ", "2027-01-05"),
    ] {
        let id = desk.register(typed);
        assert_eq!(desk.state(&id), State::Approved, "{typed}");
        assert_eq!(desk.starts()[0].starts_on, day(want), "{typed}");
    }
    assert_eq!(desk.letters(), ["application_approved_at_once"; 7]);
    desk.db.clock.advance(chrono::Duration::days(60));
    desk.register("2026-11-25");
    assert_eq!(desk.starts()[0].starts_on, day("2026-11-25"), "a past day, registered later");
}

#[test]
fn a_correction_keeps_what_stood_before() {
    let desk = Desk::new();
    let (first, second) = (desk.register("2026-12-01"), desk.register("2026-12-10"));
    let starts = desk.starts();
    let seen: Vec<_> = starts.iter().map(|s| (s.starts_on, s.ended_at.is_none(), &s.application_id)).collect();
    assert_eq!(seen, [(day("2026-12-10"), true, &second), (day("2026-12-01"), false, &first)]);
    desk.register("2026-12-10");
    assert_eq!(desk.starts().len(), 2, "the same day again changes nothing");
    let lines = desk.db.read_blocking(|c| {
        let facility = uketsuke_core::facility::repo::get(c, desk.scope.facility())?;
        super::OperationStart.standing(c, &facility, desk.db.clock.now().into())
    });
    let labels: Vec<String> = lines.expect("reads").into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["いまの運用開始日", "前の運用開始日"]);
}

#[test]
fn what_cannot_be_is_told_and_kept_as_typed() {
    let desk = Desk::new();
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    for (typed, part) in [
        ("2026-11-19", "運用開始日は2026年11月20日以降の日にしてください"),
        ("", "運用開始日を入力してください"),
        ("きのう", "運用開始日"),
        ("2026-13-01", "運用開始日"),
    ] {
        let faults = desk.save(&desk.scope, &id, "date", &[("starts_on", typed)]);
        assert!(faults.len() == 1 && faults[0].contains(part), "{typed}: {faults:?}");
    }
    let far = desk.save(&desk.scope, &id, "date", &[("starts_on", "2028-11-20")]);
    assert!(far[0].contains("1年以上先"), "{far:?}");
    let sent = desk.send(&desk.scope, &id).expect("looked at");
    assert!(matches!(sent, uketsuke_core::application::submit::Sent::Incomplete(_)), "{sent:?}");
    let sure = desk.save(&desk.scope, &id, "date", &[("starts_on", "2028-11-20"), ("sure", "yes")]);
    assert_eq!(sure, [""; 0]);
    desk.send(&desk.scope, &id).expect("sent");
    assert_eq!(desk.starts()[0].starts_on, day("2028-11-20"));
}

#[test]
fn the_buttons_mean_the_day_on_which_they_are_pressed() {
    let desk = Desk::new();
    for (value, want) in [("today", "2026-11-20"), ("tomorrow", "2026-11-21")] {
        let id = desk.begin(&desk.scope, KIND).expect("begun");
        assert_eq!(desk.save(&desk.scope, &id, "date", &[("quick", value)]), [""; 0]);
        desk.db.clock.advance(chrono::Duration::minutes(1));
        desk.send(&desk.scope, &id).expect("sent");
        assert_eq!(desk.starts()[0].starts_on, day(want));
    }
    // A typed date beside a pressed button: the button speaks.
    let typed: Answers =
        [("quick", "today"), ("starts_on", "2027-01-01")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(super::typed_day(&typed, day("2026-11-20")), Ok(day("2026-11-20")));
}

#[test]
fn nobody_registers_before_the_usage_start_or_after_its_end() {
    let desk = Desk::new();
    let stranger = testing::scope(desk.scope.facility(), desk.scope.account(), false);
    assert_eq!(refused(desk.begin(&stranger, KIND)), Refusal::UsageStartFirst);
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    desk.save(&desk.scope, &id, "date", &[("starts_on", "2026-11-20")]);
    desk.system(|tx| testing::sql(tx.conn(), "update registrations set ended_at = '2026-01-01 00:00:00'"));
    assert_eq!(refused(desk.send(&desk.scope, &id)), Refusal::UsageStartFirst);
    assert_eq!((desk.state(&id), desk.starts()), (State::Draft, Vec::new()));
}

#[test]
fn a_first_check_before_the_declared_day_is_told() {
    let desk = Desk::new();
    desk.register("2026-12-01");
    let used = desk.db.clock.now().into();
    let uses = [(desk.devices[0].clone(), used)];
    desk.db.write_blocking(Actor::system(), |tx| device::write_last_used(tx, &uses)).expect("written");
    let later = [(desk.devices[0].clone(), used + chrono::Duration::days(9))];
    desk.db.write_blocking(Actor::system(), |tx| device::write_last_used(tx, &later)).expect("written");
    let (first, lines) = desk
        .db
        .read_blocking(|c| {
            let facility = uketsuke_core::facility::repo::get(c, desk.scope.facility())?;
            let lines = super::OperationStart.standing(c, &facility, desk.db.clock.now().into())?;
            Ok((device::first_used_on(c, &facility.id)?, lines))
        })
        .expect("reads");
    assert_eq!(first, Some(day("2026-11-20")), "the first check stays the first");
    assert!(lines.iter().any(|(_, value)| value.contains("運用開始日より前に、資格確認が行われています")), "{lines:?}");
    assert_eq!(desk.starts()[0].source, Source::Declared);
}
