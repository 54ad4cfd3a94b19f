//! Twenty reviewers at once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread;

use super::*;
use crate::application::claim::claim_next;
use crate::application::decide::approve;
use crate::application::state::State;
use crate::testing::{NewFacility, OFFICE, add_facility};

const REVIEWERS: usize = 20;
const APPLICATIONS: usize = 100;

/// As many facilities, each with an application that waits.
fn waiting(w: &World) -> Vec<ApplicationId> {
    (0..APPLICATIONS)
        .map(|n| {
            let code = format!("13{:08}", n + 1);
            let scope = w
                .write(|tx| {
                    let facility = add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
                    add_member(tx, &facility, &format!("{n}@example.jp"), true)
                })
                .unwrap();
            let typed: Answers = [("count".to_owned(), "2".to_owned())].into();
            w.write(|tx| {
                let id = draft::open(tx, &scope, ApplicationKind::UsageStart)?;
                draft::save_step(tx, &w.procedures, &scope, &id, "all", &typed)?;
                submit(tx, &w.procedures, &scope, &id)?;
                Ok(id)
            })
            .unwrap()
        })
        .collect()
}

/// Tries again while all connections are busy: a page would be told to.
fn patiently<T>(work: impl Fn() -> Result<T>) -> Result<T> {
    loop {
        match work() {
            Err(Error::Unavailable { .. }) => {}
            other => return other,
        }
    }
}

#[test]
fn twenty_reviewers_who_take_the_next_one_take_each_application_once() {
    let w = world();
    let all = waiting(&w);
    let taken = Mutex::new(HashMap::<ApplicationId, usize>::new());
    let reviewers: Vec<StaffScope> = (0..REVIEWERS).map(|_| reviewer(&w.db)).collect();
    thread::scope(|scope| {
        for (n, staff) in reviewers.iter().enumerate() {
            let (w, taken) = (&w, &taken);
            scope.spawn(move || {
                while let Some(id) =
                    patiently(|| w.by(staff, |tx| claim_next(tx, staff))).expect("nobody sees an error")
                {
                    let before = taken.lock().unwrap().insert(id.clone(), n);
                    assert_eq!(before, None, "{id} was taken twice");
                }
            });
        }
    });
    let taken = taken.into_inner().unwrap();
    assert_eq!(taken.len(), APPLICATIONS);
    for id in all {
        let application = w.get(&id);
        let holder = reviewers[taken[&id]].staff();
        assert_eq!((application.state, application.assignee_id.as_ref()), (State::InReview, Some(holder)));
        assert_eq!(w.verbs(&id), [Verb::Submit, Verb::Claim], "claimed once in the history too");
    }
}

#[test]
fn of_two_approvals_at_once_one_wins_and_the_other_is_told() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    let results: Vec<Result<()>> = thread::scope(|scope| {
        let one = || {
            scope.spawn(|| {
                patiently(|| w.by(&staff, |tx| approve(tx, &w.procedures, &staff, (&id, seen), Terms::default())))
            })
        };
        [one(), one(), one(), one()].map(|thread| thread.join().unwrap()).into_iter().collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    for late in results.into_iter().filter_map(Result::err) {
        assert!(matches!(late, Error::Conflict | Error::Refused(Refusal::NotInThisState)), "{late:?}");
    }
    assert_eq!(w.get(&id).state, State::Approved);
    assert_eq!(w.letters(), ["application_received", "application_approved"], "one letter");
    assert_eq!(w.verbs(&id), [Verb::Submit, Verb::Claim, Verb::Approve]);
}
