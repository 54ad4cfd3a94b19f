//! One deed on many applications, as the job works it off.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::thread;

use diesel::prelude::*;

use super::*;
use crate::application::rules::ask_second_person;
use crate::application::state::State;
use crate::application::submit::resubmit;
use crate::application::worklist::{Filter, View};
use crate::application::{claim, decide, second};
use crate::bulk::{self, Action, Bar, Choice, Chosen, ItemState, RunState, Tally};
use crate::ids::{BulkRunId, StaffId};
use crate::schema::staff;
use crate::testing::{NewFacility, OFFICE, add_facility, add_staff};

/// A facility of its own with an application that waits.
fn sent_by(w: &World, n: usize, note: &str) -> ApplicationId {
    let code = format!("13{n:08}");
    let typed: Answers = [("count", "2"), ("note", note)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    w.write(|tx| {
        let facility = add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
        let scope = add_member(tx, &facility, &format!("{n}@example.jp"), true)?;
        let id = draft::open(tx, &scope, ApplicationKind::UsageStart)?;
        draft::save_step(tx, &w.procedures, &scope, &id, "all", &typed)?;
        submit(tx, &w.procedures, &scope, &id)?;
        Ok(id)
    })
    .unwrap()
}

fn many(w: &World, count: usize, note: &str) -> Vec<ApplicationId> {
    (1..=count).map(|n| sent_by(w, n, note)).collect()
}

fn plan(w: &World, who: &StaffScope, action: Action, to: Option<&StaffId>, ids: &[ApplicationId]) -> Result<BulkRunId> {
    let chosen = Chosen::These(ids.to_vec());
    let choice = Choice { action, to: to.cloned(), chosen, query: "v=all".into() };
    w.by(who, |tx| bulk::freeze(tx, &w.procedures, who, choice))
}

fn start(w: &World, who: &StaffScope, run: &BulkRunId) {
    w.by(who, |tx| bulk::start(tx, who, run)).unwrap();
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn work_off(w: &World, run: &BulkRunId) {
    wait(bulk::work(&w.db, &w.procedures, run)).unwrap();
}

fn tally(w: &World, run: &BulkRunId) -> Tally {
    w.db.read_blocking(|c| bulk::tally(c, run)).unwrap()
}

/// How many of (left out, waiting, done, failed).
fn figures(w: &World, run: &BulkRunId) -> [i64; 4] {
    let tally = tally(w, run);
    [ItemState::LeftOut, ItemState::Waiting, ItemState::Done, ItemState::Failed].map(|state| tally.of(state))
}

#[test]
fn what_cannot_be_claimed_is_left_out_and_what_changes_meanwhile_fails_alone() {
    let w = world();
    let (me, colleague) = (reviewer(&w.db), reviewer(&w.db));
    let ids = many(&w, 6, "");
    w.by(&me, |tx| claim::claim(tx, &me, &ids[0])).unwrap();
    w.by(&colleague, |tx| claim::claim(tx, &colleague, &ids[1])).unwrap();
    let run = plan(&w, &me, Action::Claim, None, &ids).unwrap();
    assert_eq!(figures(&w, &run), [2, 4, 0, 0]);
    assert_eq!(tally(&w, &run).bars(ItemState::LeftOut), [(Bar::Own, 1), (Bar::Others, 1)]);
    // Until somebody says go nothing happens.
    work_off(&w, &run);
    assert_eq!(w.get(&ids[2]).state, State::Submitted);
    start(&w, &me, &run);
    start(&w, &me, &run);
    w.by(&colleague, |tx| claim::claim(tx, &colleague, &ids[2])).unwrap();
    work_off(&w, &run);
    assert_eq!(figures(&w, &run), [2, 0, 3, 1]);
    assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::Others, 1)]);
    assert_eq!(w.get(&ids[2]).assignee_id.as_ref(), Some(colleague.staff()));
    for id in &ids[3..] {
        assert_eq!(w.get(id).assignee_id.as_ref(), Some(me.staff()));
        assert_eq!(w.verbs(id), [Verb::Submit, Verb::Claim]);
    }
    let found = w.db.read_blocking(|c| bulk::get_run(c, &me, &run)).unwrap();
    assert_eq!(found.state, RunState::Done);
    assert!(matches!(w.db.read_blocking(|c| bulk::get_run(c, &colleague, &run)), Err(Error::NotFound)));
    // What failed can be chosen again; it is then left out for what it is.
    let again = w.by(&me, |tx| bulk::freeze_again(tx, &w.procedures, &me, &run)).unwrap();
    assert_eq!(figures(&w, &again), [1, 0, 0, 0]);
}

#[test]
fn what_came_later_or_was_corrected_since_is_not_touched() {
    let w = world();
    let me = reviewer(&w.db);
    let ids = many(&w, 2, "");
    let chosen = Chosen::Fitting(View::Unassigned, Filter::default());
    let choice = Choice { action: Action::Claim, to: None, chosen, query: String::new() };
    let run = w.by(&me, |tx| bulk::freeze(tx, &w.procedures, &me, choice)).unwrap();
    let later = sent_by(&w, 9, "");
    start(&w, &me, &run);
    // Claimed and put back: it stands where it stood, but is not what was looked at.
    w.by(&me, |tx| claim::claim(tx, &me, &ids[0])).unwrap();
    w.by(&me, |tx| claim::release(tx, &me, &ids[0])).unwrap();
    work_off(&w, &run);
    assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::Changed, 1)]);
    assert_eq!(
        [&ids[0], &ids[1], &later].map(|id| w.get(id).state),
        [State::Submitted, State::InReview, State::Submitted]
    );
}

/// Polls so often and then drops the work, as a crash would.
async fn cut_off<T>(work: impl Future<Output = T>, polls: usize) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(move |context| match left.checked_sub(1) {
        None => Poll::Ready(None),
        Some(fewer) => {
            left = fewer;
            work.as_mut().poll(context).map(Some)
        }
    })
    .await
}

#[test]
fn a_run_that_is_cut_off_goes_on_and_does_nothing_twice() {
    let w = world();
    let me = reviewer(&w.db);
    let ids = many(&w, 12, "照合");
    let run = plan(&w, &me, Action::Approve, None, &ids).unwrap();
    start(&w, &me, &run);
    let mut cuts = 0;
    while wait(cut_off(bulk::work(&w.db, &w.procedures, &run), 3)).is_none() {
        cuts += 1;
        assert!(cuts < 100, "it never ends");
    }
    assert!(cuts > 2, "it was cut off {cuts} times only");
    assert_eq!(figures(&w, &run), [0, 0, 12, 0]);
    for id in &ids {
        assert_eq!(w.verbs(id), [Verb::Submit, Verb::Claim, Verb::Approve]);
    }
    assert_eq!(w.sample.granted.lock().unwrap().len(), 12, "granted once each");
    assert_eq!(w.letters().iter().filter(|letter| *letter == "application_approved").count(), 12);
}

#[test]
fn two_workers_at_one_run_do_each_application_once() {
    let w = world();
    let me = reviewer(&w.db);
    let ids = many(&w, 20, "照合");
    let run = plan(&w, &me, Action::Approve, None, &ids).unwrap();
    start(&w, &me, &run);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| while wait(bulk::work(&w.db, &w.procedures, &run)).is_err() {});
        }
    });
    assert_eq!(figures(&w, &run), [0, 0, 20, 0]);
    for id in &ids {
        assert_eq!(w.verbs(id), [Verb::Submit, Verb::Claim, Verb::Approve]);
    }
    assert_eq!(w.sample.granted.lock().unwrap().len(), 20);
}

#[test]
fn only_what_was_matched_and_does_not_differ_is_approved_together() {
    let w = world();
    let (me, colleague) = (reviewer(&w.db), reviewer(&w.db));
    let plain = sent_by(&w, 1, "照合");
    let differs = sent_by(&w, 2, "照合、相違");
    let documents = sent_by(&w, 3, "書類");
    let theirs = sent_by(&w, 4, "照合");
    let closed = sent_by(&w, 5, "照合");
    let mine = sent_by(&w, 6, "照合");
    w.by(&colleague, |tx| claim::claim(tx, &colleague, &theirs)).unwrap();
    w.by(&me, |tx| claim::claim(tx, &me, &mine)).unwrap();
    let facility = w.get(&closed).facility_id;
    w.write(|tx| {
        use crate::schema::facilities;
        let yesterday = crate::clock::tokyo_date(tx.now().utc()).pred_opt();
        diesel::update(facilities::table.find(&facility))
            .set(facilities::closed_on.eq(yesterday))
            .execute(tx.conn())?;
        Ok(())
    })
    .unwrap();
    let all = [&plain, &differs, &documents, &theirs, &closed, &mine].map(Clone::clone);
    let run = plan(&w, &me, Action::Approve, None, &all).unwrap();
    assert_eq!(tally(&w, &run).bars(ItemState::LeftOut), [(Bar::Others, 1), (Bar::Documents, 1), (Bar::Closed, 1)]);
    start(&w, &me, &run);
    work_off(&w, &run);
    assert_eq!(figures(&w, &run), [3, 0, 2, 1]);
    assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::Differs, 1)]);
    assert_eq!([&plain, &mine].map(|id| w.get(id).state), [State::Approved; 2]);
    // Nothing of the failed one stays, the claim neither.
    assert_eq!((w.get(&differs).state, w.verbs(&differs)), (State::Submitted, vec![Verb::Submit]));

    let two = sent_by(&w, 7, "照合");
    let run = plan(&w, &me, Action::Approve, None, std::slice::from_ref(&two)).unwrap();
    start(&w, &me, &run);
    let boss = add_staff(&w.db, Role::Administrator);
    w.by(&boss, |tx| ask_second_person(tx, &boss, ApplicationKind::UsageStart, true)).unwrap();
    work_off(&w, &run);
    assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::SecondPerson, 1)]);
    let run = plan(&w, &me, Action::Approve, None, std::slice::from_ref(&two)).unwrap();
    assert_eq!(tally(&w, &run).bars(ItemState::LeftOut), [(Bar::SecondPerson, 1)]);
}

#[test]
fn approvers_say_who_reviews_and_may_still_be_the_second_person() {
    let w = world();
    let (approver, to) = (add_staff(&w.db, Role::Approver), reviewer(&w.db));
    let ids = many(&w, 3, "");
    assert!(matches!(plan(&w, &to, Action::Assign, Some(to.staff()), &ids), Err(Error::Forbidden)));
    assert!(matches!(plan(&w, &approver, Action::Assign, None, &ids), Err(Error::Invalid(_))));
    assert!(matches!(plan(&w, &approver, Action::Claim, None, &[]), Err(Error::Invalid(_))));
    let run = plan(&w, &approver, Action::Assign, Some(to.staff()), &ids).unwrap();
    start(&w, &approver, &run);
    work_off(&w, &run);
    assert_eq!(figures(&w, &run), [0, 0, 3, 0]);
    for id in &ids {
        assert_eq!((w.get(id).assignee_id.as_ref(), w.verbs(id)), (Some(to.staff()), vec![Verb::Submit, Verb::Assign]));
        let last = w.db.read_blocking(|c| repo::history(c, id)).unwrap().remove(0);
        assert_eq!(last.actor, format!("staff:{}", approver.staff()));
        assert_eq!(last.detail().unwrap().holder.as_ref(), Some(to.staff()));
        assert!(w.db.read_blocking(|c| second::may_confirm(c, &approver, id)).unwrap(), "assigning is not reviewing");
    }
    let auditor = add_staff(&w.db, Role::Auditor);
    let late = sent_by(&w, 9, "");
    let run = plan(&w, &approver, Action::Assign, Some(auditor.staff()), &[late]).unwrap();
    start(&w, &approver, &run);
    work_off(&w, &run);
    assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::NotAReviewer, 1)]);
}

#[test]
fn each_item_is_done_with_the_rights_of_that_moment() {
    let w = world();
    for (n, change) in [("roles", "support"), ("state", "disabled")].iter().enumerate() {
        let me = reviewer(&w.db);
        let id = sent_by(&w, n + 1, "");
        let run = plan(&w, &me, Action::Claim, None, std::slice::from_ref(&id)).unwrap();
        start(&w, &me, &run);
        w.write(|tx| {
            let row = staff::table.find(me.staff());
            match change {
                ("roles", roles) => diesel::update(row).set(staff::roles.eq(*roles)).execute(tx.conn())?,
                (_, state) => diesel::update(row).set(staff::state.eq(*state)).execute(tx.conn())?,
            };
            Ok(())
        })
        .unwrap();
        work_off(&w, &run);
        assert_eq!(tally(&w, &run).bars(ItemState::Failed), [(Bar::Rights, 1)], "{change:?}");
        assert_eq!(w.get(&id).state, State::Submitted);
    }
}

#[test]
fn a_plan_that_nobody_starts_is_forgotten_and_what_ran_stays() {
    let w = world();
    let me = reviewer(&w.db);
    let ids = many(&w, 2, "");
    let kept = plan(&w, &me, Action::Claim, None, &ids[..1]).unwrap();
    start(&w, &me, &kept);
    work_off(&w, &kept);
    let dropped = plan(&w, &me, Action::Claim, None, &ids[1..]).unwrap();
    w.by(&me, |tx| bulk::drop_plan(tx, &me, &dropped)).unwrap();
    assert!(matches!(w.by(&me, |tx| bulk::drop_plan(tx, &me, &kept)), Err(Error::NotFound)));
    plan(&w, &me, Action::Claim, None, &ids[1..]).unwrap();
    assert_eq!(w.write(bulk::sweep_plans).unwrap(), 0);
    w.db.clock.advance(chrono::Duration::hours(25));
    assert_eq!(w.write(bulk::sweep_plans).unwrap(), 1);
    let runs = w.db.read_blocking(|c| bulk::list_runs(c, &me)).unwrap();
    assert_eq!(runs.iter().map(|run| &run.id).collect::<Vec<_>>(), [&kept]);
}

#[test]
fn the_next_one_is_first_what_came_back_corrected() {
    let w = world();
    let me = reviewer(&w.db);
    let (id, seen) = w.claimed(&me);
    let other = sent_by(&w, 1, "");
    let faults = [fault("few", "count", "台数を確かめてください")];
    w.by(&me, |tx| decide::return_to_applicant(tx, &w.procedures, &me, (&id, seen), &faults)).unwrap();
    w.save(&id, "4", "");
    w.write(|tx| resubmit(tx, &w.procedures, &w.applicant, &id)).unwrap();
    let next = |staff: &StaffScope| w.by(staff, |tx| claim::claim_next(tx, staff)).unwrap();
    assert_eq!(next(&reviewer(&w.db)), Some(other), "a colleague takes what waits");
    assert_eq!(next(&me), Some(id.clone()));
    let seen = w.get(&id).revision;
    w.by(&me, |tx| decide::approve(tx, &w.procedures, &me, (&id, seen), Terms::default())).unwrap();
    assert_eq!(next(&me), None);
}
