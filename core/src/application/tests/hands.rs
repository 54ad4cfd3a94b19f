//! From hand to hand: hand over, take over, notes and ticks.

use super::*;
use crate::application::decide::approve;
use crate::application::pass_on::{hand_over, list_colleagues, take_over};
use crate::application::state::State;
use crate::application::{checklist, notes, versions};

#[test]
fn who_was_handed_an_application_decides_and_who_gave_it_does_not() {
    let w = world();
    let (first, second) = (reviewer(&w.db), reviewer(&w.db));
    let (id, seen) = w.claimed(&first);
    w.by(&first, |tx| hand_over(tx, &first, &id, second.staff(), "今日は休みます")).unwrap();
    let late = w.by(&first, |tx| approve(tx, &w.procedures, &first, (&id, seen), Terms::default()));
    assert_eq!(refused(late), Refusal::ClaimedByOther);
    let seen = w.get(&id).revision;
    w.by(&second, |tx| approve(tx, &w.procedures, &second, (&id, seen), Terms::default())).unwrap();
    let events = w.db.read_blocking(|c| repo::history(c, &id)).unwrap();
    let handed = events.iter().find(|event| event.verb == Verb::HandOver).unwrap();
    let detail = handed.detail().unwrap();
    assert_eq!((detail.holder.as_ref(), detail.note.as_str()), (Some(second.staff()), "今日は休みます"));
    assert_eq!(handed.reason, "", "what staff tell each other is no reason for the applicant");
}

#[test]
fn an_application_is_handed_to_reviewers_alone() {
    let w = world();
    let (first, auditor) = (reviewer(&w.db), crate::testing::add_staff(&w.db, Role::Auditor));
    let (id, _) = w.claimed(&first);
    let handed = w.by(&first, |tx| hand_over(tx, &first, &id, auditor.staff(), "監査へ"));
    assert_eq!(refused(handed), Refusal::NotAReviewer);
    assert!(w.db.read_blocking(|c| list_colleagues(c, &first)).unwrap().is_empty());
    assert_eq!(w.get(&id).assignee_id.as_ref(), Some(first.staff()));
}

#[test]
fn taking_over_tells_why_and_works_on_what_was_seen_only() {
    let w = world();
    let (first, second, third) = (reviewer(&w.db), reviewer(&w.db), reviewer(&w.db));
    let (id, seen) = w.claimed(&first);
    w.by(&second, |tx| take_over(tx, &second, (&id, seen), "担当者が休みのため")).unwrap();
    let late = w.by(&third, |tx| take_over(tx, &third, (&id, seen), "同時に"));
    assert!(matches!(late, Err(Error::Conflict)), "the second who takes over is told");
    let now = w.get(&id);
    assert_eq!((now.state, now.assignee_id.as_ref()), (State::InReview, Some(second.staff())));
    let before = w.db.read_blocking(|c| versions::at_revision(c, &id, seen)).unwrap().unwrap();
    let after = w.db.read_blocking(|c| versions::at_revision(c, &id, now.revision)).unwrap().unwrap();
    assert_eq!((before.holder.as_ref(), after.holder.as_ref()), (Some(first.staff()), Some(second.staff())));
}

#[test]
fn ticks_belong_to_what_was_filed_and_to_who_ticked_first() {
    let w = world();
    let (first, second) = (reviewer(&w.db), reviewer(&w.db));
    let (id, _) = w.claimed(&first);
    let keep = |staff: &StaffScope, items: &[&str]| {
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        w.by(staff, |tx| checklist::keep(tx, &w.procedures, staff, &id, &items))
    };
    keep(&first, &["name", "unknown"]).unwrap();
    keep(&first, &["name", "page"]).unwrap();
    keep(&first, &["page"]).unwrap();
    let ticks = w.db.read_blocking(|c| checklist::ticks(c, &id)).unwrap();
    assert_eq!(ticks.keys().collect::<Vec<_>>(), ["page"]);
    assert_eq!(refused(keep(&second, &[])), Refusal::ClaimedByOther);
}

#[test]
fn notes_are_the_staffs_own_and_follow_the_facility() {
    let w = world();
    let (staff, auditor) = (reviewer(&w.db), crate::testing::add_staff(&w.db, Role::Auditor));
    let (id, _) = w.claimed(&staff);
    w.by(&staff, |tx| notes::add(tx, &staff, &id, "電話で確認済み")).unwrap();
    assert!(matches!(w.by(&auditor, |tx| notes::add(tx, &auditor, &id, "書けない")), Err(Error::Forbidden)));
    let draft = w.db.read_blocking(|c| notes::list_of_facility(c, &auditor, w.applicant.facility())).unwrap();
    let texts: Vec<&str> = draft.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["電話で確認済み"]);
}
