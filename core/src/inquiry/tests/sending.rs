//! From a draft to an inquiry: once, not too often, and seen by whom it concerns.

use chrono::Duration;

use crate::error::Error;
use crate::testing::{NewFacility, OFFICE, add_facility, add_member};
use crate::throttle::{INQUIRY_ADDRESS, INQUIRY_MAIL};

use super::*;

#[test]
fn a_question_gets_a_number_and_the_third_business_day() {
    let w = world();
    let asked = w.get(&w.asked());
    // Friday 2026-11-20; Monday is a holiday.
    assert_eq!(asked.expected_on.to_string(), "2026-11-26");
    assert_eq!((asked.state, asked.channel, asked.shared), (State::Waiting, Channel::Web, true));
    assert_eq!(asked.account_id.as_ref(), Some(w.person.account()));
    assert_eq!(asked.facility_id.as_ref(), Some(w.person.facility()));
    assert_eq!(w.bodies(&asked.id), [(Author::Asker, QUESTION.to_owned())]);
    assert_eq!(w.letters(), ["inquiry_received"]);
    let visitors = w.get(&w.asked_by_visitor("visitor@example.jp"));
    assert_eq!((visitors.account_id, visitors.facility_id, visitors.shared), (None, None, false));
    assert_ne!(visitors.number, asked.number);
}

#[test]
fn what_is_sent_twice_is_asked_once() {
    let w = world();
    let sender = sender(visitor(), None);
    let again = || w.by(Actor::system(), |tx| send(tx, &keyring(), &sender, (Offered::Any, EMAIL_MAX)));
    assert_eq!(again().unwrap(), Sent::Nothing);
    w.sends(&sender, &typed("a@example.jp")).unwrap();
    let first = w.sent(&sender.owner);
    assert_eq!(again().unwrap(), Sent::Done);
    assert_eq!(w.sent(&sender.owner).id, first.id);
    assert_eq!(w.letters(), ["inquiry_received"]);
    // What is written after that is a new question.
    w.sends(&sender, &typed("a@example.jp")).unwrap();
    assert_ne!(w.sent(&sender.owner).id, first.id);
    assert_eq!(w.letters().len(), 2);
}

#[test]
fn two_who_press_at_the_same_moment_ask_once() {
    let w = world();
    let sender = sender(visitor(), None);
    w.by(Actor::system(), |tx| save_draft(tx, &sender.owner, &typed("a@example.jp"))).unwrap();
    let results: Vec<_> = std::thread::scope(|threads| {
        let press = || w.by(Actor::system(), |tx| send(tx, &keyring(), &sender, (Offered::Any, EMAIL_MAX)));
        let both = [threads.spawn(press), threads.spawn(press)];
        both.map(|one| one.join().expect("no panic")).into()
    });
    assert!(results.iter().all(|result| matches!(result, Ok(Sent::Done))), "{results:?}");
    assert_eq!(w.letters(), ["inquiry_received"]);
}

#[test]
fn a_draft_is_its_owners_and_gone_after_a_day() {
    let w = world();
    let (mine, theirs) = (visitor(), visitor());
    w.by(Actor::system(), |tx| save_draft(tx, &mine, &typed("a@example.jp"))).unwrap();
    let find = |owner: &Owner| {
        let now = w.db.clock.now().into();
        w.db.read_blocking(|c| find_draft(c, owner, now)).unwrap().map(|draft| draft.typed)
    };
    assert_eq!(find(&mine), Some(typed("a@example.jp")));
    assert_eq!(find(&theirs), None);
    assert_eq!(w.by(Actor::system(), sweep_drafts).unwrap(), 0);
    w.db.clock.advance(Duration::hours(24));
    assert_eq!(find(&mine), None);
    assert_eq!(w.by(Actor::system(), sweep_drafts).unwrap(), 1);
}

#[test]
fn too_many_are_not_taken_and_the_draft_stays() {
    let w = world();
    let here = |n: i32| Actor { address: Some(format!("192.0.2.{n}")), ..Actor::system() };
    let ask = |actor: Actor, email: &str| {
        let sender = sender(visitor(), None);
        let sent = w.by(actor, |tx| {
            save_draft(tx, &sender.owner, &typed(email))?;
            send(tx, &keyring(), &sender, (Offered::Any, EMAIL_MAX))
        });
        (sent.unwrap(), sender.owner)
    };
    for n in 0..INQUIRY_ADDRESS.limit {
        assert_eq!(ask(here(1), &format!("{n}@example.jp")).0, Sent::Done);
    }
    let (refused, owner) = ask(here(1), "more@example.jp");
    let until = w.db.clock.now() + INQUIRY_ADDRESS.window;
    assert_eq!(refused, Sent::Throttled { until: until.into() });
    let now = w.db.clock.now().into();
    assert!(w.db.read_blocking(|c| find_draft(c, &owner, now)).unwrap().is_some(), "nothing has to be typed again");
    // An address that somebody else types is not mailed to without end.
    for n in 0..INQUIRY_MAIL.limit {
        assert_eq!(ask(here(10 + n), "victim@example.jp").0, Sent::Done);
    }
    assert!(matches!(ask(here(99), "Victim@example.jp").0, Sent::Throttled { .. }));
    assert_eq!(ask(here(98), "other@example.jp").0, Sent::Done);
    w.db.clock.advance(INQUIRY_ADDRESS.window);
    assert_eq!(ask(here(1), "more@example.jp").0, Sent::Done);
}

#[test]
fn an_inquiry_is_seen_by_who_asked_and_by_verified_people_of_the_facility() {
    let w = world();
    let (colleague, newcomer, stranger) = w
        .by(Actor::system(), |tx| {
            let colleague = add_member(tx, w.person.facility(), "jiro@example.jp", true)?;
            let newcomer = add_member(tx, w.person.facility(), "new@example.jp", false)?;
            let place = NewFacility { code: "1312345679", ..OFFICE };
            let other = add_facility(tx, place)?;
            Ok((colleague, newcomer, add_member(tx, &other, "other@example.jp", true)?))
        })
        .unwrap();
    let (shared, private) = (w.asked(), w.asked_by(&newcomer, "new@example.jp"));
    let sees = |scope: &FacilityScope, id: &InquiryId| {
        let found = w.db.read_blocking(|c| get_thread(c, scope, id));
        let listed = w.db.read_blocking(|c| list_in_scope(c, scope, None, 20)).unwrap();
        let listed = listed.rows.iter().any(|row| row.id == *id);
        match found {
            Ok(_) => assert!(listed),
            Err(Error::NotFound) => assert!(!listed),
            Err(other) => panic!("{other}"),
        }
        listed
    };
    assert!(sees(&w.person, &shared) && sees(&colleague, &shared));
    assert!(!sees(&newcomer, &shared), "not known to belong to the facility");
    assert!(!sees(&stranger, &shared));
    assert!(sees(&newcomer, &private));
    assert!(!sees(&w.person, &private), "asked by somebody who may be anybody");
    for scope in [&newcomer, &stranger] {
        let wrote = w.by(scope.actor(), |tx| write_again(tx, scope, &shared, QUESTION));
        assert!(matches!(wrote, Err(Error::NotFound)));
        assert!(matches!(w.by(scope.actor(), |tx| resolve(tx, scope, &shared)), Err(Error::NotFound)));
    }
    w.by(colleague.actor(), |tx| write_again(tx, &colleague, &shared, "続きです。")).unwrap();
    assert_eq!(w.bodies(&shared).len(), 2);
}

#[test]
fn a_list_is_turned_page_by_page() {
    let w = world();
    let ids: Vec<InquiryId> = (0..5).map(|_| w.asked_by(&w.person, "taro@example.jp")).collect();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = w.db.read_blocking(|c| list_in_scope(c, &w.person, after.as_ref(), 2)).unwrap();
        seen.extend(page.rows.into_iter().map(|row| row.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids.into_iter().rev().collect::<Vec<_>>());
}
