//! From the draft to the decision, one reviewer, no detours.

use chrono::Duration;

use super::*;
use crate::application::claim::{claim, claim_next, release};
use crate::application::decide::{approve, reject, return_to_applicant};
use crate::application::state::State;
use crate::application::submit::resubmit;
use crate::application::withdraw::withdraw;
use crate::application::worklist::{self, Filter, From, View};

#[test]
fn what_was_typed_is_kept_even_when_it_is_wrong_but_secrets_and_strange_fields_are_not() {
    let w = world();
    let id = w.draft("", "  メモ　");
    let document = w.get(&id).document().unwrap();
    assert_eq!(document.answer("note"), "  メモ　");
    assert_eq!(document.answers.keys().collect::<Vec<_>>(), ["count", "note"]);
    assert_eq!(document.mark("pin"), Some("seen"));
    assert!(matches!(w.send(&id).unwrap(), Sent::Incomplete(faults) if faults[0].step == "all"));
    assert_eq!(w.get(&id).state, State::Draft);
}

#[test]
fn sending_twice_sends_once() {
    let w = world();
    let id = w.sent("");
    let number = w.get(&id).number;
    assert_eq!(w.send(&id).unwrap(), Sent::Done);
    assert_eq!(w.get(&id).number, number);
    assert_eq!(w.letters(), ["application_received"]);
    assert_eq!(w.get(&id).due_on.unwrap().to_string(), "2026-11-30");
}

#[test]
fn a_match_is_approved_in_the_same_commit_and_a_second_application_is_refused() {
    let w = world();
    let id = w.sent("一致");
    assert_eq!(w.get(&id).state, State::Approved);
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(3)]);
    assert_eq!(w.letters(), ["application_approved_at_once"]);
    let again = w.write(|tx| draft::open(tx, &w.applicant, ApplicationKind::UsageStart));
    assert_eq!(refused(again), Refusal::UsageStartApproved);
}

#[test]
fn of_two_colleagues_with_a_draft_each_only_one_can_send() {
    let w = world();
    let mine = w.draft("1", "");
    let colleague = w.write(|tx| add_member(tx, w.applicant.facility(), "jiro@example.jp", true)).unwrap();
    let theirs = w.write(|tx| draft::open(tx, &colleague, ApplicationKind::UsageStart)).unwrap();
    assert_ne!(mine, theirs, "a draft is its author's own");
    let typed: Answers = [("count".to_owned(), "2".to_owned())].into();
    w.write(|tx| draft::save_step(tx, &w.procedures, &colleague, &theirs, "all", &typed)).unwrap();
    w.send(&mine).unwrap();
    let second = w.write(|tx| submit(tx, &w.procedures, &colleague, &theirs));
    assert_eq!(refused(second), Refusal::UsageStartOpen);
    assert_eq!(w.get(&theirs).state, State::Draft, "nothing of the refused one stays");
}

#[test]
fn nobody_sees_another_facilitys_application_nor_a_stranger_the_facilitys_own() {
    let w = world();
    let id = w.sent("");
    let stranger = w.write(|tx| add_member(tx, w.applicant.facility(), "stranger@example.jp", false)).unwrap();
    let read = |scope: &FacilityScope| w.db.read_blocking(|c| repo::get_in_scope(c, scope, &id));
    assert!(read(&w.applicant).is_ok());
    assert!(matches!(read(&stranger), Err(Error::NotFound)));
}

#[test]
fn a_return_opens_only_the_faulted_field_stops_the_clock_and_comes_back_to_the_same_reviewer() {
    let w = world();
    let id = w.sent("書類");
    let staff = reviewer(&w.db);
    w.write(|tx| claim(tx, &staff, &id)).unwrap();
    let seen = w.get(&id).revision;
    let named = [fault("few", "count", "台数を確かめてください")];
    w.write(|tx| return_to_applicant(tx, &w.procedures, &staff, (&id, seen), &named)).unwrap();
    assert_eq!(w.get(&id).state, State::Returned);

    w.db.clock.advance(Duration::days(14));
    w.save(&id, "2", "勝手に変えた");
    let document = w.get(&id).document().unwrap();
    assert_eq!((document.answer("count"), document.answer("note")), ("2", "書類"));

    assert_eq!(w.write(|tx| resubmit(tx, &w.procedures, &w.applicant, &id)).unwrap(), Sent::Done);
    let back = w.get(&id);
    assert_eq!((back.state, back.assignee_id.as_ref()), (State::InReview, Some(staff.staff())));
    assert_eq!(back.due_on.unwrap().to_string(), "2026-12-11", "five business days from the correction");
    let events = w.db.read_blocking(|c| repo::history(c, &id)).unwrap();
    let changes = events[0].detail().unwrap().changes;
    assert_eq!((changes.len(), changes[0].before.as_str(), changes[0].after.as_str()), (1, "3", "2"));
    assert!(w.db.read_blocking(|c| repo::open_faults(c, &id)).unwrap().is_empty());
}

#[test]
fn a_return_names_at_least_one_known_fault_and_other_needs_words() {
    let w = world();
    let id = w.sent("");
    let staff = reviewer(&w.db);
    w.write(|tx| claim(tx, &staff, &id)).unwrap();
    let seen = w.get(&id).revision;
    for named in [vec![], vec![fault("other", "note", "短い")]] {
        let returned = w.write(|tx| return_to_applicant(tx, &w.procedures, &staff, (&id, seen), &named));
        assert!(matches!(returned, Err(Error::Invalid(_))), "{named:?}");
    }
    let unknown = [fault("few", "note", "別の欄を開けようとする")];
    assert!(w.write(|tx| return_to_applicant(tx, &w.procedures, &staff, (&id, seen), &unknown)).is_err());
    assert_eq!(w.get(&id).state, State::InReview);
}

#[test]
fn fewer_may_be_granted_with_a_reason_but_never_more() {
    let w = world();
    let id = w.sent("");
    let staff = reviewer(&w.db);
    w.write(|tx| claim(tx, &staff, &id)).unwrap();
    let seen = w.get(&id).revision;
    let decide = |quantity: u32, reason: &str| {
        let terms = Terms { quantity: Some(quantity), reason: reason.into(), ..Terms::default() };
        w.write(|tx| approve(tx, &w.procedures, &staff, (&id, seen), terms))
    };
    assert!(matches!(decide(4, "多すぎる"), Err(Error::Invalid(_))));
    assert!(matches!(decide(0, "なし"), Err(Error::Invalid(_))));
    assert!(matches!(decide(2, " "), Err(Error::Invalid(_))));
    decide(2, "職員数に合わせました").unwrap();
    assert_eq!(*w.sample.granted.lock().unwrap(), [Some(2)]);
    assert_eq!(w.letters(), ["application_received", "application_approved"]);
}

#[test]
fn only_the_one_who_holds_it_decides_and_only_on_what_they_saw() {
    let w = world();
    let id = w.sent("");
    let (first, second) = (reviewer(&w.db), reviewer(&w.db));
    w.write(|tx| claim(tx, &first, &id)).unwrap();
    w.write(|tx| claim(tx, &first, &id)).expect("claiming again changes nothing");
    assert_eq!(refused(w.write(|tx| claim(tx, &second, &id))), Refusal::ClaimedByOther);
    let seen = w.get(&id).revision;
    let reason = "書類の施設名が違います。";
    assert_eq!(refused(w.write(|tx| reject(tx, &w.procedures, &second, (&id, seen), reason))), Refusal::ClaimedByOther);
    assert!(matches!(w.write(|tx| reject(tx, &w.procedures, &first, (&id, seen - 1), reason)), Err(Error::Conflict)));
    w.write(|tx| reject(tx, &w.procedures, &first, (&id, seen), reason)).unwrap();
    assert_eq!(refused(w.write(|tx| reject(tx, &w.procedures, &first, (&id, seen), reason))), Refusal::NotInThisState);
    let auditor = crate::testing::add_staff(&w.db, Role::Auditor);
    assert!(matches!(w.write(|tx| claim(tx, &auditor, &id)), Err(Error::Forbidden)));
}

#[test]
fn what_is_put_back_can_be_taken_by_the_next_and_an_empty_queue_gives_none() {
    let w = world();
    let id = w.sent("");
    let (first, second) = (reviewer(&w.db), reviewer(&w.db));
    assert_eq!(w.write(|tx| claim_next(tx, &first)).unwrap().as_ref(), Some(&id));
    assert_eq!(w.write(|tx| claim_next(tx, &second)).unwrap(), None);
    w.write(|tx| release(tx, &first, &id)).unwrap();
    assert_eq!(w.write(|tx| claim_next(tx, &second)).unwrap().as_ref(), Some(&id));
    assert_eq!(w.verbs(&id), [Verb::Submit, Verb::Claim, Verb::Release, Verb::Claim]);
}

#[test]
fn what_was_withdrawn_can_no_longer_be_approved_and_may_be_filed_anew() {
    let w = world();
    let id = w.sent("");
    let staff = reviewer(&w.db);
    w.write(|tx| claim(tx, &staff, &id)).unwrap();
    let seen = w.get(&id).revision;
    w.write(|tx| withdraw(tx, &w.procedures, &w.applicant, &id)).unwrap();
    w.write(|tx| withdraw(tx, &w.procedures, &w.applicant, &id)).expect("a second click finds it done");
    let late = w.write(|tx| approve(tx, &w.procedures, &staff, (&id, seen), Terms::default()));
    assert_eq!(refused(late), Refusal::NotInThisState);
    let anew = w.write(|tx| draft::open_from(tx, &w.applicant, &id)).unwrap();
    assert_eq!(w.get(&anew).document().unwrap().answer("count"), "3");
}

#[test]
fn the_views_count_what_they_list_and_pages_follow_each_other_without_a_gap() {
    let w = world();
    let staff = reviewer(&w.db);
    let id = w.sent("");
    let now = w.db.clock.now().into();
    let page = |view, words: Option<&str>| {
        let filter = Filter { words: words.map(str::to_owned), ..Filter::default() };
        w.db.read_blocking(|c| worklist::list(c, &staff, view, &filter, &From::Start, (1, now))).unwrap()
    };
    assert_eq!(page(View::Unassigned, None).rows.len(), 1);
    assert!(page(View::Unassigned, None).next.is_none());
    for (words, found) in [("さくら", 1), ("ｻｸﾗ", 1), ("1312345678", 1), ("taro@", 1), ("もみじ", 0), ("%", 0)]
    {
        assert_eq!(page(View::All, Some(words)).rows.len(), found, "{words}");
    }
    let number = w.get(&id).number.unwrap();
    assert_eq!(page(View::All, Some(number.as_str())).rows.len(), 1);
    w.write(|tx| claim(tx, &staff, &id)).unwrap();
    let counts = w.db.read_blocking(|c| worklist::counts(c, &staff, now)).unwrap();
    let of = |view| counts.iter().find(|(v, _)| *v == view).unwrap().1;
    assert_eq!((of(View::Mine), of(View::Unassigned), of(View::Overdue), of(View::All)), (1, 0, 0, 1));
}
