//! Figures counted by hand, and at the size of the country the indexes they are
//! counted and read by.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::count::{decided_in, faults_in, sent_in, steps_of_decided_in};
use super::read::{covered, summed};
use super::*;
use crate::application::{ApplicationKind, State, Verb};
use crate::calendar::midnight;
use crate::db::{Actor, At, Tx};
use crate::error::Error;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::{AccountId, ApplicationEventId, ApplicationId, DeviceId, FacilityId, FaultId};
use crate::schema::{application_events, application_faults, applications, daily_counts, devices, weekly_counts};
use crate::staff::role::Role;
use crate::testing::years::three_years;
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, add_staff, plan, test_db};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// 「11-20 10:00」 of 2026 in Japan.
fn at(text: &str) -> At {
    format!("2026-{}:00+09:00", text.replace(' ', "T")).parse::<DateTime<Utc>>().unwrap().into()
}

/// An application and its steps after it was sent.
struct Story<'s> {
    facility: (&'s FacilityId, &'s AccountId),
    state: State,
    sent: &'s str,
    decided: Option<&'s str>,
    due_on: &'s str,
    steps: &'s [(Verb, &'s str, &'s [&'s str])],
}

fn tell(tx: &mut Tx<'_>, story: &Story<'_>) {
    let (id, now) = (ApplicationId::mint(), tx.now());
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(&id),
            applications::number.eq(id.as_str()),
            applications::kind.eq(ApplicationKind::UsageStart),
            applications::facility_id.eq(story.facility.0),
            applications::account_id.eq(story.facility.1),
            applications::state.eq(story.state),
            applications::document.eq("{}"),
            applications::submitted_at.eq(at(story.sent)),
            applications::decided_at.eq(story.decided.map(at)),
            applications::due_on.eq(day(story.due_on)),
            applications::revision.eq(1_i64),
            applications::created_at.eq(now),
            applications::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .expect("an application");
    for (verb, when, faults) in story.steps {
        step(tx, &id, (*verb, when), faults);
    }
}

fn step(tx: &mut Tx<'_>, application: &ApplicationId, (verb, when): (Verb, &str), faults: &[&str]) {
    let event = ApplicationEventId::mint();
    diesel::insert_into(application_events::table)
        .values((
            application_events::id.eq(&event),
            application_events::application_id.eq(application),
            application_events::actor.eq("staff:x"),
            application_events::verb.eq(verb),
            application_events::from_state.eq("x"),
            application_events::to_state.eq("x"),
            application_events::reason.eq(""),
            application_events::detail.eq("{}"),
            application_events::at.eq(at(when)),
        ))
        .execute(tx.conn())
        .expect("a step");
    for fault in faults {
        diesel::insert_into(application_faults::table)
            .values((
                application_faults::id.eq(FaultId::mint()),
                application_faults::application_id.eq(application),
                application_faults::event_id.eq(&event),
                application_faults::field.eq("f"),
                application_faults::reason.eq(fault),
                application_faults::text.eq(""),
            ))
            .execute(tx.conn())
            .expect("a fault");
    }
}

fn device(tx: &mut Tx<'_>, facility: &FacilityId, state: &str, slot: i32) {
    let application: ApplicationId = applications::table
        .filter(applications::facility_id.eq(facility))
        .select(applications::id)
        .first(tx.conn())
        .unwrap();
    let now = tx.now();
    diesel::insert_into(devices::table)
        .values((
            devices::id.eq(DeviceId::mint()),
            devices::facility_id.eq(facility),
            devices::application_id.eq(application),
            devices::slot.eq(slot),
            devices::user_id.eq(format!("W{slot:07}")),
            devices::label.eq(""),
            devices::state.eq(state),
            devices::generation.eq(1_i64),
            devices::revision.eq(1_i64),
            devices::created_at.eq(now),
            devices::updated_at.eq(now),
        ))
        .execute(tx.conn())
        .expect("a device");
}

/// Today is Friday, 20 November 2026, 10:00.
fn world() -> TestDb {
    let db = test_db();
    db.write_blocking(Actor::system(), |tx| {
        let clinic = |code| NewFacility { code, kind: FacilityKind::Clinic, name: "うみ医院", ..OFFICE };
        let places = [
            OFFICE,
            NewFacility { code: "1310000002", ..OFFICE },
            NewFacility { code: "1310000003", ..OFFICE },
            clinic("0110000004"),
            NewFacility { closed_on: Some(day("2026-11-01")), ..clinic("0110000005") },
        ];
        let mut ids = Vec::new();
        for (n, place) in places.into_iter().enumerate() {
            let id = add_facility(tx, place)?;
            let account = add_member(tx, &id, &format!("p{n}@example.jp"), true)?.account().clone();
            ids.push((id, account));
        }
        let of = |n: usize| (&ids[n].0, &ids[n].1);
        let stories = [
            // Monday 10:00 to Tuesday 12:00 by a person: 26 hours.
            Story {
                facility: of(0),
                state: State::Approved,
                sent: "11-09 10:00",
                decided: Some("11-10 12:00"),
                due_on: "2026-11-16",
                steps: &[],
            },
            // Sent late on the 9th by UTC, early on the 10th in Japan; returned with two faults, corrected, returned
            // again and rejected: 23 hours on Tuesday, and 5 after the weekend.
            Story {
                facility: of(1),
                state: State::Rejected,
                sent: "11-10 01:00",
                decided: Some("11-16 05:00"),
                due_on: "2026-11-17",
                steps: &[
                    (Verb::Return, "11-11 00:00", &["unreadable", "name"]),
                    (Verb::Resubmit, "11-15 12:00", &[]),
                    (Verb::Return, "11-16 05:00", &["unreadable"]),
                ],
            },
            // Matched: at once.
            Story {
                facility: of(3),
                state: State::Approved,
                sent: "11-16 09:00",
                decided: Some("11-16 09:00"),
                due_on: "2026-11-24",
                steps: &[(Verb::ApproveAtOnce, "11-16 09:00", &[])],
            },
            // Waiting: one overdue, one on time; one with the applicant.
            Story {
                facility: of(1),
                state: State::Submitted,
                sent: "11-11 10:00",
                decided: None,
                due_on: "2026-11-18",
                steps: &[],
            },
            Story {
                facility: of(2),
                state: State::InReview,
                sent: "11-20 09:00",
                decided: None,
                due_on: "2026-11-30",
                steps: &[],
            },
        ];
        stories.iter().for_each(|story| tell(tx, story));
        device(tx, of(0).0, "active", 1);
        device(tx, of(0).0, "active", 2);
        device(tx, of(3).0, "issued", 1);
        Ok(())
    })
    .expect("a world");
    db
}

fn tokyo() -> Prefecture {
    Prefecture::parse("13").unwrap()
}

fn hokkaido() -> Prefecture {
    Prefecture::parse("01").unwrap()
}

#[tokio::test]
async fn every_figure_is_as_counted_by_hand() {
    let db = world();
    let scope = add_staff(&db, Role::Auditor);
    assert_eq!(db.read_blocking(as_of).unwrap(), None);
    assert_eq!(gather(&db).await.unwrap(), 12, "from the first day on which anything was sent");
    assert_eq!(db.read_blocking(as_of).unwrap(), Some(db.clock().now().into()));
    let all = Filter::last_days(day("2026-11-20"), 90);
    let only = |kind| Filter { kind: Some(kind), ..all.clone() };

    let read = |filter: &Filter| db.read_blocking(|c| waiting(c, &scope, filter)).unwrap();
    assert_eq!(read(&all), [(day("2026-11-18"), tokyo(), 1), (day("2026-11-30"), tokyo(), 1)]);
    assert_eq!(read(&only(FacilityKind::Clinic)), []);

    let days = db.read_blocking(|c| flow(c, &scope, &all)).unwrap();
    assert_eq!((days.len(), days[0].0, days[89].0), (90, day("2026-08-23"), day("2026-11-20")));
    let busy: Vec<_> = days.into_iter().filter(|(_, flow)| *flow != Flow::default()).collect();
    let flow_of = |received, decided, at_once| Flow { received, decided, at_once };
    assert_eq!(
        busy,
        [
            (day("2026-11-09"), flow_of(1, 0, 0)),
            (day("2026-11-10"), flow_of(1, 1, 0)),
            (day("2026-11-11"), flow_of(1, 0, 0)),
            (day("2026-11-16"), flow_of(1, 2, 1)),
            (day("2026-11-20"), flow_of(1, 0, 0)),
        ]
    );
    let places = db.read_blocking(|c| by_place(c, &scope, &all)).unwrap();
    let wanted = [
        ((FacilityKind::JudoTherapy, tokyo()), flow_of(4, 2, 0)),
        ((FacilityKind::Clinic, hokkaido()), flow_of(1, 1, 1)),
    ];
    assert_eq!(places, wanted.into_iter().collect());

    let weeks = db.read_blocking(|c| hours(c, &scope, &all)).unwrap();
    let told: Vec<_> = weeks.iter().map(|(week, spread)| (*week, spread.count(), spread.percentile(50))).collect();
    assert_eq!(told, [(day("2026-11-09"), 1, Some(26)), (day("2026-11-16"), 1, Some(28))]);
    let named = db.read_blocking(|c| reasons(c, &scope, &all)).unwrap();
    assert_eq!(named, [("usage_start/unreadable".to_owned(), 2), ("usage_start/name".to_owned(), 1)]);
    let early = Filter { to: day("2026-11-11"), ..all.clone() };
    assert_eq!(db.read_blocking(|c| reasons(c, &scope, &early)).unwrap().iter().map(|r| r.1).sum::<i64>(), 2);

    let now = db.read_blocking(|c| coverage(c, &scope, &all)).unwrap();
    let standing = |facilities, applied, ready| Coverage { facilities, applied, ready, ..Coverage::default() };
    let wanted = [
        ((FacilityKind::JudoTherapy, tokyo()), standing(3, 3, 1)),
        ((FacilityKind::Clinic, hokkaido()), standing(1, 1, 0)),
    ];
    assert_eq!(now, wanted.into_iter().collect(), "a closed facility does not count");
}

#[tokio::test]
async fn counting_again_changes_nothing_and_goes_on_where_it_stopped() {
    let db = world();
    let scope = add_staff(&db, Role::Auditor);
    gather(&db).await.unwrap();
    let rows = |db: &TestDb| db.read_blocking(|c| Ok(daily_counts::table.count().get_result::<i64>(c)?)).unwrap();
    let before = rows(&db);
    assert_eq!(gather(&db).await.unwrap(), 2, "yesterday and today");
    assert_eq!(rows(&db), before);
    // A week later the office in review was approved; the week before stays as it stood.
    db.clock.advance(chrono::Duration::days(7));
    db.write_blocking(Actor::system(), |tx| {
        let now = tx.now();
        let open = applications::table.filter(applications::state.eq(State::InReview));
        let set = (applications::state.eq(State::Withdrawn), applications::updated_at.eq(now));
        diesel::update(open).set(set).execute(tx.conn())?;
        Ok(())
    })
    .unwrap();
    assert_eq!(gather(&db).await.unwrap(), 9);
    let all = Filter::last_days(day("2026-11-27"), 90);
    let weeks = db.read_blocking(|c| coverage_over_time(c, &scope, &all)).unwrap();
    let standing = |applied, neither| Coverage { facilities: 4, applied, ready: 1, neither, ..Coverage::default() };
    let wanted = [(day("2026-11-16"), standing(4, 0)), (day("2026-11-23"), standing(3, 1))];
    assert_eq!(weeks, wanted.into_iter().collect());
}

#[tokio::test]
async fn figures_are_for_whoever_reads_applications() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    gather(&db).await.unwrap();
    let all = Filter::last_days(day("2026-11-20"), 90);
    let refused = db.read_blocking(|c| {
        assert!(matches!(waiting(c, &editor, &all), Err(Error::Forbidden)));
        assert!(matches!(flow(c, &editor, &all), Err(Error::Forbidden)));
        assert!(matches!(by_place(c, &editor, &all), Err(Error::Forbidden)));
        assert!(matches!(hours(c, &editor, &all), Err(Error::Forbidden)));
        assert!(matches!(reasons(c, &editor, &all), Err(Error::Forbidden)));
        assert!(matches!(coverage_over_time(c, &editor, &all), Err(Error::Forbidden)));
        coverage(c, &editor, &all)
    });
    assert!(matches!(refused, Err(Error::Forbidden)));
}

#[test]
fn days_are_counted_and_read_by_their_indexes() {
    let db = three_years();
    let (from, before): (At, At) = (midnight(day("2026-06-01")).into(), midnight(day("2026-06-02")).into());
    let filter = Filter::last_days(day("2026-08-20"), 90);
    let narrow = Filter { kind: Some(FacilityKind::Clinic), prefecture: Prefecture::parse("13"), ..filter.clone() };
    let plans = db
        .read_blocking(|c| {
            let narrow = summed!(&narrow, [Measure::Received], (daily_counts::day, daily_counts::measure));
            let all = summed!(&filter, [Measure::Received], (daily_counts::day, daily_counts::measure));
            let weeks = covered!(&filter, (weekly_counts::week_on))
                .filter(weekly_counts::week_on.between(filter.from, filter.to));
            Ok([
                ("applications_submitted", plan(c, sent_in(from, before).select(applications::id))?),
                ("applications_decided", plan(c, decided_in(from, before).select(applications::id))?),
                ("applications_decided", plan(c, steps_of_decided_in(from, before).select(application_events::id))?),
                ("application_events_at", plan(c, faults_in(from, before).select(application_faults::reason))?),
                ("daily_counts", plan(c, narrow)?),
                ("daily_counts", plan(c, all)?),
                ("weekly_counts", plan(c, weeks)?),
            ])
        })
        .expect("plans");
    for (index, plan) in plans {
        let by_index = plan.contains("Index") || plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX");
        assert!(by_index && plan.contains(index), "no {index} in\n{plan}");
        for large in ["applications", "application_events", "application_faults", "daily_counts", "weekly_counts"] {
            let scanned = [format!("Seq Scan on {large} "), format!("SCAN {large}\n")];
            assert!(!scanned.iter().any(|scan| format!("{plan}\n").contains(scan)), "{large} in\n{plan}");
        }
    }
}

/// What was published for 17 November 2024: offices of two kinds, how many had
/// applied and how many were ready.
#[tokio::test]
async fn the_published_figures_of_2024_come_out_of_facilities_like_those() {
    let db = test_db();
    let scope = add_staff(&db, Role::Auditor);
    let published = [
        (FacilityKind::JudoTherapy, [47_574, 30_617, 25_683], ["64.4", "54.0"]),
        (FacilityKind::AcupunctureMassage, [35_694, 9_128, 5_927], ["25.6", "16.6"]),
    ];
    for (n, (kind, counts, _)) in published.iter().enumerate() {
        db.read_blocking(|c| crate::testing::country::offices(c, *kind, n as u32 + 1, *counts)).expect("offices");
    }
    gather(&db).await.unwrap();
    let all = Filter::last_days(day("2026-11-20"), 90);
    let places = db.read_blocking(|c| coverage(c, &scope, &all)).unwrap();
    assert!(places.len() > 2, "spread over prefectures");
    for (kind, [facilities, applied, ready], shares) in published {
        let mut sum = Coverage::default();
        places.iter().filter(|(place, _)| place.0 == kind).for_each(|(_, coverage)| sum.add(*coverage));
        let exempt = facilities / 100;
        let neither = facilities - applied - exempt;
        let operating = ready / 2;
        assert_eq!(sum, Coverage { facilities, applied, ready, operating, exempt, neither });
        let share = |part: i64| format!("{:.1}", part as f64 * 100.0 / facilities as f64);
        assert_eq!([share(applied), share(ready)], shares);
    }
}
