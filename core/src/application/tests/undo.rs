//! Undoing a decision while nothing has left the house.

use chrono::Duration;

use super::*;
use crate::application::decide::{approve, reject, return_to_applicant};
use crate::application::model::Proposal;
use crate::application::state::State;
use crate::application::{rules, second, undo};
use crate::testing::sign_in;

impl World {
    fn undoes(&self, staff: &StaffScope, id: &ApplicationId) -> Result<()> {
        self.by(staff, |tx| undo::undo(tx, &self.procedures, staff, id))
    }

    fn approves(&self, staff: &StaffScope, (id, seen): (&ApplicationId, i64)) {
        self.by(staff, |tx| approve(tx, &self.procedures, staff, (id, seen), Terms::default())).unwrap();
    }

    fn can_undo(&self, staff: &StaffScope, id: &ApplicationId) -> bool {
        let (application, now) = (self.get(id), self.db.clock.now().into());
        let until = self.db.read_blocking(|c| undo::until(c, &self.procedures, staff, &application, now));
        until.unwrap().is_some()
    }
}

#[test]
fn an_undone_approval_leaves_no_grant_no_letter_and_the_case_in_the_same_hands() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    w.approves(&staff, (&id, seen));
    assert_eq!(w.letters(), ["application_received", "application_approved"]);
    assert!(w.can_undo(&staff, &id));
    w.db.clock.advance(Duration::seconds(299));
    w.undoes(&staff, &id).unwrap();
    let back = w.get(&id);
    assert_eq!((back.state, back.assignee_id.as_ref(), back.decided_at), (State::InReview, Some(staff.staff()), None));
    assert!(w.sample.granted.lock().unwrap().is_empty());
    assert_eq!(w.letters(), ["application_received"], "the letter is called off");
    let public = w.db.read_blocking(|c| repo::public_history(c, &id)).unwrap();
    assert!(public.iter().all(|event| event.verb != Verb::Approve), "the applicant never hears of it");
    w.approves(&staff, (&id, back.revision));
    assert_eq!(w.get(&id).state, State::Approved, "and it can be decided anew");
}

#[test]
fn returns_and_rejections_can_be_undone_too() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    let named = [fault("few", "count", "台数を確かめてください")];
    w.by(&staff, |tx| return_to_applicant(tx, &w.procedures, &staff, (&id, seen), &named)).unwrap();
    w.undoes(&staff, &id).unwrap();
    assert!(w.db.read_blocking(|c| repo::open_faults(c, &id)).unwrap().is_empty());
    let seen = w.get(&id).revision;
    w.by(&staff, |tx| reject(tx, &w.procedures, &staff, (&id, seen), "書類の施設名が違います。")).unwrap();
    w.undoes(&staff, &id).unwrap();
    assert_eq!(w.get(&id).state, State::InReview);
    assert_eq!(w.letters(), ["application_received"]);
}

#[test]
fn after_five_minutes_a_decision_stands() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    w.approves(&staff, (&id, seen));
    w.db.clock.advance(Duration::minutes(5));
    assert!(!w.can_undo(&staff, &id));
    assert_eq!(refused(w.undoes(&staff, &id)), Refusal::UndoOver);
    assert_eq!(w.get(&id).state, State::Approved);
}

#[test]
fn a_decision_whose_letter_is_on_its_way_stands() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    w.approves(&staff, (&id, seen));
    w.db.clock.advance(Duration::minutes(4));
    // As a worker would find it, were the clocks of two machines apart.
    let later = w.db.clock.now() + Duration::minutes(1);
    w.write(|tx| {
        use diesel::prelude::*;
        let jobs = crate::schema::jobs::table;
        let begun = crate::schema::jobs::attempts.eq(1);
        diesel::update(jobs.filter(crate::schema::jobs::run_at.eq(crate::db::At::from(later))))
            .set(begun)
            .execute(tx.conn())?;
        Ok(())
    })
    .unwrap();
    assert_eq!(refused(w.undoes(&staff, &id)), Refusal::UndoOver);
    assert_eq!(w.get(&id).state, State::Approved, "nothing of the undoing stays");
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(3)]);
}

#[test]
fn a_decision_that_the_facility_may_have_seen_stands() {
    let w = world();
    let staff = reviewer(&w.db);
    let (id, seen) = w.claimed(&staff);
    w.approves(&staff, (&id, seen));
    w.db.clock.advance(Duration::minutes(1));
    w.write(|tx| sign_in(tx, &w.applicant)).unwrap();
    assert!(!w.can_undo(&staff, &id));
    assert_eq!(refused(w.undoes(&staff, &id)), Refusal::UndoSeen);
}

#[test]
fn nobody_undoes_a_colleagues_decision_nor_one_twice() {
    let w = world();
    let (staff, other) = (reviewer(&w.db), reviewer(&w.db));
    let (id, seen) = w.claimed(&staff);
    w.approves(&staff, (&id, seen));
    assert_eq!(refused(w.undoes(&other, &id)), Refusal::NotInThisState);
    w.undoes(&staff, &id).unwrap();
    assert_eq!(refused(w.undoes(&staff, &id)), Refusal::NotInThisState);
}

#[test]
fn a_second_persons_decision_goes_back_to_being_proposed() {
    let w = world();
    let admin = crate::testing::add_staff(&w.db, Role::Administrator);
    w.by(&admin, |tx| rules::ask_second_person(tx, &admin, ApplicationKind::UsageStart, true)).unwrap();
    let (first, second) = (reviewer(&w.db), crate::testing::add_staff(&w.db, Role::Approver));
    let (id, seen) = w.claimed(&first);
    let proposal = Proposal::Approve(Terms::default());
    w.by(&first, |tx| second::recommend(tx, &w.procedures, &first, (&id, seen), (proposal, ""))).unwrap();
    let confirm = || {
        let seen = w.get(&id).revision;
        w.by(&second, |tx| second::confirm(tx, &w.procedures, &second, (&id, seen)))
    };
    confirm().unwrap();
    w.undoes(&second, &id).unwrap();
    assert_eq!(w.get(&id).state, State::AwaitingApproval);
    assert!(w.sample.granted.lock().unwrap().is_empty());
    confirm().expect("the one who undid it may decide again");
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(3)]);
}
