//! Several members of staff at one inquiry.

use crate::error::Error;
use crate::refusal::Refusal;
use crate::staff;

use super::*;

#[test]
fn of_two_who_answer_at_once_one_wins_and_one_letter_goes() {
    let w = world();
    let id = w.asked();
    let colleague = add_staff(&w.db, Role::Support);
    let seen = w.get(&id).revision;
    let results: Vec<_> = std::thread::scope(|threads| {
        let both = [&w.staff, &colleague].map(|who| {
            let (w, id) = (&w, &id);
            threads.spawn(move || w.by(who.actor(), |tx| answer(tx, who, (id, seen), &given(ANSWER))))
        });
        both.map(|one| one.join().expect("no panic")).into()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(results.iter().filter(|result| matches!(result, Err(Error::Conflict))).count(), 1, "{results:?}");
    assert_eq!(w.bodies(&id).len(), 2);
    assert_eq!(w.letters(), ["inquiry_received", "inquiry_answered"]);
}

#[test]
fn a_colleagues_inquiry_is_answered_only_after_it_was_taken_over() {
    let w = world();
    let id = w.asked();
    let colleague = add_staff(&w.db, Role::Support);
    let seen = w.get(&id).revision;
    w.by(colleague.actor(), |tx| take(tx, &colleague, (&id, seen))).unwrap();
    assert!(matches!(w.answers(&id, ANSWER), Err(Error::Refused(Refusal::InquiryHeld))));
    let late = w.staffs(|tx| take(tx, &w.staff, (&id, seen)));
    assert!(matches!(late, Err(Error::Conflict)), "it changed since it was looked at");
    let now = w.get(&id).revision;
    w.staffs(|tx| take(tx, &w.staff, (&id, now))).unwrap();
    w.staffs(|tx| take(tx, &w.staff, (&id, now))).unwrap();
    w.answers(&id, ANSWER).unwrap();
}

#[test]
fn an_inquiry_goes_to_colleagues_who_answer_and_to_nobody_else() {
    let w = world();
    let id = w.asked();
    let (colleague, reviewer) = (add_staff(&w.db, Role::Administrator), add_staff(&w.db, Role::Reviewer));
    let give = |to: &StaffScope, why| {
        let seen = w.get(&id).revision;
        w.staffs(|tx| hand_over(tx, &w.staff, (&id, seen), (to.staff(), why)))
    };
    assert!(matches!(give(&colleague, None), Err(Error::Conflict)), "nobody has it in hand");
    let seen = w.get(&id).revision;
    w.staffs(|tx| take(tx, &w.staff, (&id, seen))).unwrap();
    assert!(matches!(give(&reviewer, None), Err(Error::Refused(Refusal::NotAnAnswerer))));
    give(&colleague, Some("休みのため")).unwrap();
    assert_eq!(w.get(&id).assignee_id.as_ref(), Some(colleague.staff()));
    assert_eq!(w.bodies(&id)[1], (Author::Note, "休みのため".to_owned()));
    let listed = w.db.read_blocking(|c| list_colleagues(c, &w.staff)).unwrap();
    assert_eq!(listed.iter().map(|member| &member.id).collect::<Vec<_>>(), [colleague.staff()]);
    let seen = w.get(&id).revision;
    assert!(matches!(w.staffs(|tx| release(tx, &w.staff, (&id, seen))), Err(Error::Refused(Refusal::InquiryHeld))));
    w.by(colleague.actor(), |tx| release(tx, &colleague, (&id, seen))).unwrap();
    assert_eq!(w.get(&id).assignee_id, None);
}

#[test]
fn what_a_stopped_colleague_had_in_hand_goes_back() {
    let w = world();
    let id = w.asked();
    let admin = add_staff(&w.db, Role::Administrator);
    let seen = w.get(&id).revision;
    w.staffs(|tx| take(tx, &w.staff, (&id, seen))).unwrap();
    w.by(admin.actor(), |tx| staff::disable(tx, &admin, w.staff.staff())).unwrap();
    assert_eq!(w.get(&id).assignee_id, None);
}
