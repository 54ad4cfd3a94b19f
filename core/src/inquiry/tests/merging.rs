//! One asker, several questions, one thread.

use crate::error::Error;
use crate::refusal::Refusal;
use crate::testing::{NewFacility, OFFICE, add_facility, add_member};

use super::*;

impl World {
    fn merges(&self, from: &InquiryId, into: &InquiryId) -> Result<()> {
        let (at, into_at) = (self.get(from).revision, self.get(into).revision);
        self.staffs(|tx| merge(tx, &self.staff, (from, at), (into, into_at)))
    }
}

#[test]
fn messages_move_and_every_asker_gets_the_answer() {
    let w = world();
    let first = w.asked();
    w.answers(&first, ANSWER).unwrap();
    let second = w.asked_by(&w.person, "office@example.jp");
    let due = w.get(&second).expected_on;
    let number = w.get(&first).number;
    let target = w.db.read_blocking(|c| find_target(c, &w.staff, &second, &number)).unwrap();
    assert_eq!(target.id, first);
    w.merges(&second, &first).unwrap();
    let (merged, into) = (w.get(&second), w.get(&first));
    assert_eq!((merged.state, merged.merged_into.as_ref()), (State::Merged, Some(&first)));
    assert_eq!((into.state, into.expected_on), (State::Waiting, due));
    assert_eq!((w.bodies(&first).len(), w.bodies(&second).len()), (3, 0));
    let thread = w.db.read_blocking(|c| get_thread(c, &w.person, &second)).unwrap();
    assert_eq!(thread.into, Some(number));
    let before = w.letters().len();
    w.answers(&first, "あわせてお答えします。").unwrap();
    assert_eq!(w.letters().len(), before + 2, "two addresses, two letters");
}

#[test]
fn who_asked_twice_by_one_address_reads_one_letter() {
    let w = world();
    let (first, second) = (w.asked_by_visitor("a@example.jp"), w.asked_by_visitor("A@example.jp"));
    w.merges(&second, &first).unwrap();
    let before = w.letters().len();
    w.answers(&first, ANSWER).unwrap();
    assert_eq!(w.letters().len(), before + 1);
}

#[test]
fn what_was_merged_before_follows() {
    let w = world();
    let [a, b, c] = [(); 3].map(|()| w.asked());
    w.merges(&a, &b).unwrap();
    w.merges(&b, &c).unwrap();
    assert_eq!(w.get(&a).merged_into.as_ref(), Some(&c));
    assert_eq!(w.bodies(&c).len(), 3);
    // The number of a merged one leads to where its messages are.
    let d = w.asked();
    let number = w.get(&a).number;
    assert_eq!(w.db.read_blocking(|conn| find_target(conn, &w.staff, &d, &number)).unwrap().id, c);
}

#[test]
fn nobody_gets_to_read_what_somebody_else_asked() {
    let w = world();
    let (other, newcomer) = w
        .by(Actor::system(), |tx| {
            let other = add_facility(tx, NewFacility { code: "1312345679", ..OFFICE })?;
            let newcomer = add_member(tx, w.person.facility(), "new@example.jp", false)?;
            Ok((add_member(tx, &other, "other@example.jp", true)?, newcomer))
        })
        .unwrap();
    let mine = w.asked();
    let others = [
        ("another facility's", w.asked_by(&other, "taro@example.jp")),
        ("an unverified person's", w.asked_by(&newcomer, "taro@example.jp")),
        ("an account's into a visitor's", w.asked_by_visitor("taro@example.jp")),
    ];
    for (whose, theirs) in &others {
        let number = w.get(theirs).number;
        let found = w.db.read_blocking(|c| find_target(c, &w.staff, &mine, &number));
        assert!(matches!(found, Err(Error::Refused(Refusal::InquiryOfOther))), "{whose}");
        assert!(matches!(w.merges(&mine, theirs), Err(Error::Refused(Refusal::InquiryOfOther))), "{whose}");
    }
    assert!(matches!(w.merges(&mine, &mine), Err(Error::Refused(Refusal::InquiryOfOther))));
    // A visitor with the same address can be answered in the account's thread.
    w.merges(&others[2].1, &mine).unwrap();
}

#[test]
fn a_merge_that_comes_too_late_changes_nothing() {
    let w = world();
    let (first, second) = (w.asked(), w.asked());
    let (at, into_at) = (w.get(&second).revision, w.get(&first).revision);
    w.answers(&first, ANSWER).unwrap();
    let late = w.staffs(|tx| merge(tx, &w.staff, (&second, at), (&first, into_at)));
    assert!(matches!(late, Err(Error::Conflict)));
    assert_eq!((w.get(&second).state, w.bodies(&second).len()), (State::Waiting, 1));
}
