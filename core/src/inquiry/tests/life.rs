//! The machine: every state against everything that can be done.

use chrono::Duration;
use diesel::prelude::*;

use crate::error::Error;
use crate::refusal::Refusal;
use crate::schema::inquiries;

use super::*;

impl World {
    /// An inquiry of the person's in this state, in the support's hands.
    fn in_state(&self, state: State) -> InquiryId {
        // The throttle on one address is another test's.
        self.db.clock.advance(Duration::hours(25));
        let id = self.asked();
        let holder = self.staff.staff().clone();
        self.by(Actor::system(), |tx| {
            let row = diesel::update(inquiries::table.find(&id));
            row.set((inquiries::state.eq(state), inquiries::assignee_id.eq(holder))).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
        id
    }
}

#[test]
fn one_verb_leads_from_a_state_to_one_state_and_every_state_can_be_reached() {
    for (i, a) in TRANSITIONS.iter().enumerate() {
        let twins = TRANSITIONS[i + 1..].iter().filter(|b| b.from == a.from && b.verb == a.verb);
        assert_eq!(twins.count(), 0, "{a:?}");
    }
    for state in State::ALL.iter().filter(|state| **state != State::Waiting) {
        assert!(TRANSITIONS.iter().any(|t| t.to == *state), "{state}");
    }
    assert_eq!(verbs(State::Merged, Party::Staff).count() + verbs(State::Merged, Party::Asker).count(), 0);
}

#[test]
fn every_state_allows_what_the_table_says_and_nothing_else() {
    let w = world();
    let colleague = add_staff(&w.db, Role::Support);
    for state in State::ALL {
        for verb in Verb::ALL {
            let id = w.in_state(*state);
            let seen = w.get(&id).revision;
            let by_person = w.person.actor();
            let done = match verb {
                Verb::Write => w.by(by_person, |tx| write_again(tx, &w.person, &id, "続きです。")),
                Verb::Resolve if *state == State::Closed => continue,
                Verb::Resolve => w.by(by_person, |tx| resolve(tx, &w.person, &id)),
                Verb::Answer => w.answers(&id, ANSWER),
                Verb::Take => w.by(colleague.actor(), |tx| take(tx, &colleague, (&id, seen))),
                Verb::Release => w.staffs(|tx| release(tx, &w.staff, (&id, seen))),
                Verb::HandOver => w.staffs(|tx| hand_over(tx, &w.staff, (&id, seen), (colleague.staff(), None))),
                Verb::Close => w.staffs(|tx| close(tx, &w.staff, (&id, seen))),
                Verb::Reopen => w.staffs(|tx| reopen(tx, &w.staff, (&id, seen))),
                // It has no button: the next test is its own.
                Verb::Expire => continue,
                Verb::Merge => {
                    let into = w.in_state(State::Waiting);
                    let at = w.get(&into).revision;
                    w.staffs(|tx| merge(tx, &w.staff, (&id, seen), (&into, at)))
                }
                Verb::TakeIn => {
                    let from = w.in_state(State::Waiting);
                    let at = w.get(&from).revision;
                    w.staffs(|tx| merge(tx, &w.staff, (&from, at), (&id, seen)))
                }
            };
            let now = w.get(&id).state;
            match transition(*state, *verb) {
                Some(arrow) => assert_eq!((done.is_ok(), now), (true, arrow.to), "{state} {verb}: {done:?}"),
                None => {
                    assert!(matches!(done, Err(Error::Refused(Refusal::InquiryState))), "{state} {verb}: {done:?}");
                    assert_eq!(now, *state, "{state} {verb}");
                }
            }
        }
    }
}

#[test]
fn a_thread_goes_to_and_fro_and_stays_in_the_same_hands() {
    let w = world();
    let id = w.asked();
    w.answers(&id, ANSWER).unwrap();
    let answered = w.get(&id);
    assert_eq!((answered.state, answered.assignee_id.as_ref()), (State::Answered, Some(w.staff.staff())));
    w.db.clock.advance(Duration::days(5));
    let write = |text: &str| w.by(w.person.actor(), |tx| write_again(tx, &w.person, &id, text)).unwrap();
    write("まだ進めません。");
    let again = w.get(&id);
    assert_eq!((again.state, again.assignee_id.as_ref()), (State::Waiting, Some(w.staff.staff())));
    // Wednesday 2026-11-25: who waited before is promised the next business day.
    assert_eq!(again.expected_on.to_string(), "2026-11-26");
    write("まだ進めません。");
    assert_eq!(w.bodies(&id).len(), 3, "the button pressed twice");
    write("再起動しても同じです。");
    assert_eq!(w.bodies(&id).len(), 4);
    assert_eq!(w.get(&id).expected_on, again.expected_on, "a promise is not put off by writing");
    assert_eq!(w.letters(), ["inquiry_received", "inquiry_answered"]);
}

#[test]
fn what_is_solved_is_closed_and_can_be_written_to_again() {
    let w = world();
    let id = w.asked();
    let solve = || w.by(w.person.actor(), |tx| resolve(tx, &w.person, &id));
    solve().unwrap();
    solve().unwrap();
    let closed = w.get(&id);
    assert_eq!(closed.state, State::Closed);
    assert!(closed.closed_at.is_some());
    w.by(w.person.actor(), |tx| write_again(tx, &w.person, &id, "やはり進めません。")).unwrap();
    let open = w.get(&id);
    assert_eq!((open.state, open.closed_at), (State::Waiting, None));
}

#[test]
fn an_answered_inquiry_is_closed_after_thirty_quiet_days() {
    let w = world();
    let (answered, waiting) = (w.asked(), w.asked_by_visitor("a@example.jp"));
    w.answers(&answered, ANSWER).unwrap();
    let tidy = || w.by(Actor::system(), close_quiet).unwrap();
    w.db.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_eq!(tidy(), 0);
    w.db.clock.advance(Duration::seconds(1));
    assert_eq!(tidy(), 1);
    assert_eq!((w.get(&answered).state, w.get(&waiting).state), (State::Closed, State::Waiting));
}

#[test]
fn notes_are_the_staffs_alone_and_hold_nobody_up() {
    let w = world();
    let id = w.asked();
    let seen = w.get(&id).revision;
    w.staffs(|tx| add_note(tx, &w.staff, &id, "電話でも確認済み")).unwrap();
    assert_eq!(w.get(&id).revision, seen);
    let thread = w.db.read_blocking(|c| get_thread(c, &w.person, &id)).unwrap();
    assert_eq!(thread.messages.len(), 1);
    assert_eq!(w.bodies(&id)[1], (Author::Note, "電話でも確認済み".to_owned()));
}

#[test]
fn whoever_may_not_answer_changes_nothing() {
    let w = world();
    let id = w.asked();
    let auditor = add_staff(&w.db, Role::Auditor);
    let seen = w.get(&id).revision;
    let refused = [
        w.by(auditor.actor(), |tx| take(tx, &auditor, (&id, seen))),
        w.by(auditor.actor(), |tx| answer(tx, &auditor, (&id, seen), &given(ANSWER))),
        w.by(auditor.actor(), |tx| add_note(tx, &auditor, &id, "x")),
        w.by(auditor.actor(), |tx| close(tx, &auditor, (&id, seen))),
        w.by(auditor.actor(), |tx| merge(tx, &auditor, (&id, seen), (&id, seen))),
    ];
    assert!(refused.iter().all(|result| matches!(result, Err(Error::Forbidden))), "{refused:?}");
    assert!(w.db.read_blocking(|c| get_for_staff(c, &auditor, &id)).is_ok());
    assert_eq!(w.get(&id).revision, seen);
}
