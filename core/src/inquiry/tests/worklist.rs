//! The list of those who answer.

use chrono::Duration;

use crate::error::Error;
use crate::inquiry::worklist::{Filter, From, Page, View, counts, find_by_number, list};

use super::*;

impl World {
    fn page(&self, (view, filter): (View, &Filter), from: &From, size: u16) -> Page {
        let now = self.db.clock.now().into();
        self.db.read_blocking(|c| list(c, &self.staff, (view, filter), from, (size, now))).unwrap()
    }

    fn listed(&self, view: View, filter: &Filter) -> Vec<InquiryId> {
        self.page((view, filter), &From::Start, 50).rows.into_iter().map(|row| row.id).collect()
    }

    fn counted(&self) -> Vec<i64> {
        let now = self.db.clock.now().into();
        let counted = self.db.read_blocking(|c| counts(c, &self.staff, now)).unwrap();
        counted.into_iter().map(|(_, count)| count).collect()
    }
}

#[test]
fn every_view_holds_what_it_says() {
    let w = world();
    let all = Filter::default();
    let (mine, free, answered) = (w.asked(), w.asked_by_visitor("a@example.jp"), w.asked_by_visitor("b@example.jp"));
    let seen = w.get(&mine).revision;
    w.staffs(|tx| take(tx, &w.staff, (&mine, seen))).unwrap();
    w.answers(&answered, ANSWER).unwrap();
    assert_eq!(w.listed(View::Mine, &all), std::slice::from_ref(&mine));
    assert_eq!(w.listed(View::Unassigned, &all), std::slice::from_ref(&free));
    assert_eq!(w.listed(View::Answered, &all), std::slice::from_ref(&answered));
    assert_eq!(w.listed(View::All, &all), [mine.clone(), free.clone(), answered]);
    assert_eq!(w.counted(), [1, 1, 0, 0, 1, 3]);
    // Promised for Thursday the 26th: near from Wednesday on, late from Friday on.
    w.db.clock.advance(Duration::days(5));
    assert_eq!(w.listed(View::Due, &all), [mine.clone(), free.clone()]);
    w.db.clock.advance(Duration::days(2));
    assert_eq!(w.counted(), [1, 1, 0, 2, 1, 3]);
    assert_eq!(w.listed(View::Overdue, &all), [mine, free]);
}

#[test]
fn who_writes_again_stands_before_new_questions() {
    let w = world();
    let old = w.asked();
    w.answers(&old, ANSWER).unwrap();
    w.db.clock.advance(Duration::days(5));
    let new = w.asked_by_visitor("a@example.jp");
    let seen = w.get(&new).revision;
    w.staffs(|tx| take(tx, &w.staff, (&new, seen))).unwrap();
    assert_eq!(w.listed(View::Mine, &Filter::default()), std::slice::from_ref(&new));
    w.by(w.person.actor(), |tx| write_again(tx, &w.person, &old, "まだ進めません。")).unwrap();
    assert_eq!(w.listed(View::Mine, &Filter::default()), [old, new]);
}

#[test]
fn words_find_numbers_addresses_facilities_and_names() {
    let w = world();
    let mine = w.asked();
    let sender = sender(visitor(), None);
    let typed = Typed { name: "Suzuki 花子".into(), category: "subsidy".into(), ..typed("Hanako_1@example.jp") };
    w.sends(&sender, &typed).unwrap();
    let theirs = w.sent(&sender.owner).id;
    let number = w.get(&mine).number;
    let find = |words: &str| w.listed(View::All, &Filter { words: Some(words.to_owned()), ..Filter::default() });
    for words in [number.as_str(), "さくら", "さくら接骨院", "1312345678", "taro@", "山田"] {
        assert_eq!(find(words), std::slice::from_ref(&mine), "{words}");
    }
    for words in ["hanako_1@EXAMPLE.jp", "ｈａｎａｋｏ＿1＠example", "ＳＵＺＵＫＩ", "suzuki 花"] {
        assert_eq!(find(words), std::slice::from_ref(&theirs), "{words}");
    }
    assert!(find("hanako%").is_empty() && find("hanakoX1@").is_empty() && find("%").is_empty());
    let by = |filter: Filter| w.listed(View::All, &filter);
    assert_eq!(by(Filter { category: Some(Category::Subsidy), ..Filter::default() }), [theirs]);
    assert!(by(Filter { site: Some(Site::Csm), ..Filter::default() }).is_empty());
    let waits = Filter { words: Some("山田".into()), ..Filter::default() };
    assert!(w.listed(View::Answered, &waits).is_empty(), "words and view hold together");
    assert_eq!(w.db.read_blocking(|c| find_by_number(c, &w.staff, &number)).unwrap(), Some(mine));
}

#[test]
fn pages_follow_each_other_both_ways() {
    let w = world();
    for n in 0..7 {
        w.asked_by_visitor(&format!("{n}@example.jp"));
        if n % 2 == 0 {
            w.db.clock.advance(Duration::days(1));
        }
    }
    let all = Filter::default();
    let turn = |from: &From| w.page((View::All, &all), from, 3);
    let (mut seen, mut from, mut pages) = (Vec::new(), From::Start, Vec::new());
    loop {
        let page = turn(&from);
        let ids: Vec<InquiryId> = page.rows.iter().map(|row| row.id.clone()).collect();
        assert_eq!(page.previous.is_some(), from != From::Start);
        seen.extend(ids.clone());
        pages.push((ids, page.previous));
        match page.next {
            Some(place) => from = From::After(place),
            None => break,
        }
    }
    assert_eq!(seen, w.listed(View::All, &all));
    assert_eq!(pages.len(), 3);
    let back = turn(&From::Before(pages[2].1.clone().expect("a page before")));
    assert_eq!(back.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>(), pages[1].0);
    assert!(back.previous.is_some() && back.next.is_some());
}

#[test]
fn the_list_is_for_those_who_read_inquiries() {
    let w = world();
    w.asked();
    let now = w.db.clock.now().into();
    for role in Role::ALL {
        let scope = add_staff(&w.db, *role);
        let read = w.db.read_blocking(|c| counts(c, &scope, now));
        assert!(read.is_ok(), "{role}");
    }
    let nobody = StaffScope::mint(w.staff.staff().clone(), Vec::new());
    assert!(matches!(w.db.read_blocking(|c| counts(c, &nobody, now)), Err(Error::Forbidden)));
}
