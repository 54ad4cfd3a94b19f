//! Four eyes: a reviewer proposes, somebody who never had it in hand decides.

use super::*;
use crate::application::claim::release;
use crate::application::decide::{approve, reject, return_to_applicant};
use crate::application::model::Proposal;
use crate::application::pass_on::{hand_over, take_over};
use crate::application::second::{confirm, may_confirm, proposal, recall, recommend, send_back};
use crate::application::state::State;
use crate::application::submit::resubmit;
use crate::application::{rules, withdraw};

/// A world in which two decide.
fn two() -> World {
    let w = world();
    let admin = crate::testing::add_staff(&w.db, Role::Administrator);
    w.by(&admin, |tx| rules::ask_second_person(tx, &admin, ApplicationKind::UsageStart, true)).unwrap();
    w
}

fn approver(db: &Db) -> StaffScope {
    crate::testing::add_staff(db, Role::Approver)
}

impl World {
    fn proposes(&self, staff: &StaffScope, id: &ApplicationId, proposal: Proposal) -> Result<()> {
        let seen = self.get(id).revision;
        self.by(staff, |tx| recommend(tx, &self.procedures, staff, (id, seen), (proposal, "確かめました")))
    }

    fn confirms(&self, staff: &StaffScope, id: &ApplicationId) -> Result<Proposal> {
        let seen = self.get(id).revision;
        self.by(staff, |tx| confirm(tx, &self.procedures, staff, (id, seen)))
    }
}

fn two_devices() -> Proposal {
    Proposal::Approve(Terms { quantity: Some(2), reason: "職員数に合わせました".into(), ..Terms::default() })
}

#[test]
fn the_second_person_grants_exactly_what_was_proposed() {
    let w = two();
    let (first, second) = (reviewer(&w.db), approver(&w.db));
    let (id, seen) = w.claimed(&first);
    let alone = w.by(&first, |tx| approve(tx, &w.procedures, &first, (&id, seen), Terms::default()));
    assert_eq!(refused(alone), Refusal::NeedsSecondPerson);
    let alone = w.by(&first, |tx| reject(tx, &w.procedures, &first, (&id, seen), "書類の施設名が違います。"));
    assert_eq!(refused(alone), Refusal::NeedsSecondPerson);

    w.proposes(&first, &id, two_devices()).unwrap();
    assert_eq!(w.get(&id).state, State::AwaitingApproval);
    assert!(w.sample.granted.lock().unwrap().is_empty(), "a proposal grants nothing");
    assert_eq!(w.letters(), ["application_received"], "and tells nobody");
    assert_eq!(w.confirms(&second, &id).unwrap(), two_devices());
    assert_eq!(w.get(&id).state, State::Approved);
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(2)]);
    assert_eq!(w.letters(), ["application_received", "application_approved"]);
    assert_eq!(w.get(&id).last_reviewer_id.as_ref(), Some(first.staff()));
}

#[test]
fn nobody_who_had_it_in_hand_decides_on_any_path() {
    let w = two();
    let [claimed, handed, took, gave_up] = [0; 4].map(|_| approver(&w.db));
    let id = w.sent("");
    w.by(&gave_up, |tx| claim(tx, &gave_up, &id)).unwrap();
    w.by(&gave_up, |tx| release(tx, &gave_up, &id)).unwrap();
    w.by(&claimed, |tx| claim(tx, &claimed, &id)).unwrap();
    w.by(&claimed, |tx| hand_over(tx, &claimed, &id, handed.staff(), "引き渡し")).unwrap();
    let seen = w.get(&id).revision;
    w.by(&took, |tx| take_over(tx, &took, (&id, seen), "引き継ぎ")).unwrap();
    w.proposes(&took, &id, two_devices()).unwrap();
    for staff in [&claimed, &handed, &took, &gave_up] {
        assert!(!w.db.read_blocking(|c| may_confirm(c, staff, &id)).unwrap());
        assert_eq!(refused(w.confirms(staff, &id)), Refusal::FourEyes);
    }
    let only_reviews = reviewer(&w.db);
    assert!(matches!(w.confirms(&only_reviews, &id), Err(Error::Forbidden)));
    assert!(w.sample.granted.lock().unwrap().is_empty());
    w.confirms(&approver(&w.db), &id).unwrap();
}

#[test]
fn a_proposal_given_back_comes_to_its_reviewer_and_its_giver_may_decide_the_next() {
    let w = two();
    let (first, second) = (reviewer(&w.db), approver(&w.db));
    let (id, _) = w.claimed(&first);
    w.proposes(&first, &id, two_devices()).unwrap();
    let seen = w.get(&id).revision;
    w.by(&second, |tx| send_back(tx, &second, (&id, seen), "台数を確かめてください")).unwrap();
    let back = w.get(&id);
    assert_eq!((back.state, back.assignee_id.as_ref()), (State::InReview, Some(first.staff())));
    let rejection = Proposal::Reject("書類の施設名が申請と違います。".into());
    w.proposes(&first, &id, rejection.clone()).unwrap();
    assert_eq!(w.confirms(&second, &id).unwrap(), rejection);
    assert_eq!(w.get(&id).state, State::Rejected);
}

#[test]
fn a_return_ends_an_earlier_proposal_and_the_history_keeps_it() {
    let w = two();
    let (first, second) = (reviewer(&w.db), approver(&w.db));
    let (id, _) = w.claimed(&first);
    w.proposes(&first, &id, two_devices()).unwrap();
    w.by(&first, |tx| recall(tx, &first, &id)).unwrap();
    let (seen, named) = (w.get(&id).revision, [fault("few", "count", "台数を確かめてください")]);
    w.by(&first, |tx| return_to_applicant(tx, &w.procedures, &first, (&id, seen), &named)).unwrap();
    w.save(&id, "1", "");
    w.write(|tx| resubmit(tx, &w.procedures, &w.applicant, &id)).unwrap();
    assert_eq!(refused(w.confirms(&second, &id)), Refusal::NotInThisState, "the old proposal does not count");
    w.proposes(&first, &id, Proposal::Approve(Terms::default())).unwrap();
    w.confirms(&second, &id).unwrap();
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(1)]);
    use Verb::*;
    assert_eq!(w.verbs(&id), [Submit, Claim, Recommend, Recall, Return, Resubmit, Recommend, Approve]);
    let public: Vec<Verb> =
        w.db.read_blocking(|c| repo::public_history(c, &id)).unwrap().into_iter().rev().map(|e| e.verb).collect();
    assert_eq!(public, [Submit, Claim, Return, Resubmit, Approve]);
}

#[test]
fn of_two_second_persons_one_decides_and_the_other_is_told() {
    let w = two();
    let (first, a, b) = (reviewer(&w.db), approver(&w.db), approver(&w.db));
    let (id, _) = w.claimed(&first);
    w.proposes(&first, &id, two_devices()).unwrap();
    let seen = w.get(&id).revision;
    w.by(&a, |tx| confirm(tx, &w.procedures, &a, (&id, seen))).unwrap();
    let late = w.by(&b, |tx| confirm(tx, &w.procedures, &b, (&id, seen)));
    assert_eq!(refused(late), Refusal::NotInThisState);
    assert_eq!(w.sample.granted.lock().unwrap().len(), 1);
}

#[test]
fn what_is_proposed_can_be_withdrawn_and_is_still_decided_when_the_rule_ends() {
    let w = two();
    let admin = crate::testing::add_staff(&w.db, Role::Administrator);
    let (first, second) = (reviewer(&w.db), approver(&w.db));
    let (id, _) = w.claimed(&first);
    w.proposes(&first, &id, two_devices()).unwrap();
    w.by(&admin, |tx| rules::ask_second_person(tx, &admin, ApplicationKind::UsageStart, false)).unwrap();
    assert!(w.db.read_blocking(|c| proposal(c, &id)).unwrap().is_some());
    w.write(|tx| withdraw::withdraw(tx, &w.procedures, &w.applicant, &id)).unwrap();
    assert_eq!(refused(w.confirms(&second, &id)), Refusal::NotInThisState);
    assert_eq!(w.get(&id).state, State::Withdrawn);
}

#[test]
fn administrators_alone_set_who_decides() {
    let w = world();
    for role in Role::ALL.iter().filter(|role| **role != Role::Administrator) {
        let staff = crate::testing::add_staff(&w.db, *role);
        let set = w.by(&staff, |tx| rules::ask_second_person(tx, &staff, ApplicationKind::UsageStart, true));
        assert!(matches!(set, Err(Error::Forbidden)), "{role}");
    }
}
