//! Registering: drafts, letters, bad input.

use super::*;
use crate::db::At;
use crate::error::Error;
use crate::form::FieldFault;
use crate::refusal::Refusal;
use crate::testing::NewFacility;
use chrono::{Duration, NaiveDate};

#[tokio::test]
async fn a_draft_survives_from_step_to_step_and_ends_with_the_registration() {
    let house = House::new();
    let (me, other) = (visitor(), visitor());
    let now: At = house.db.clock().now().into();
    let find = |who: &TokenHash| house.read(|c| find_draft(c, who, now));
    assert_eq!(find(&me).next_step(), Step::Kind);
    house.draft(&me, EMAIL).await;
    assert_eq!(find(&me).next_step(), Step::Check);
    assert_eq!(find(&other), Draft::default(), "another visitor sees nothing");
    house.write(|tx| register(tx, &house.keyring, RULES, &me, true)).unwrap();
    assert_eq!(find(&me), Draft::default());
    assert_eq!(house.read(|c| find_sent(c, &me)).expect("sent").email, EMAIL);
    assert_eq!(house.read(|c| find_sent(c, &other)), None);
}

#[tokio::test]
async fn a_draft_is_forgotten_after_a_week() {
    let house = House::new();
    let me = visitor();
    house.draft(&me, EMAIL).await;
    house.db.clock.advance(Duration::days(7));
    let now: At = house.db.clock().now().into();
    assert_eq!(house.read(|c| find_draft(c, &me, now)), Draft::default());
    house.write(sweep).unwrap();
    house.draft(&me, EMAIL).await;
}

#[tokio::test]
async fn nothing_is_registered_without_consent_or_twice() {
    let house = House::new();
    let me = visitor();
    house.draft(&me, EMAIL).await;
    let refused = house.write(|tx| register(tx, &house.keyring, RULES, &me, false)).unwrap_err();
    assert!(matches!(refused, Error::Invalid(errors) if errors.has("consent")));
    assert!(house.letters().is_empty());
    house.write(|tx| register(tx, &house.keyring, RULES, &me, true)).unwrap();
    let again = house.write(|tx| register(tx, &house.keyring, RULES, &me, true)).unwrap();
    assert_eq!(again, Registered::Incomplete(Step::Kind));
    assert_eq!(house.letters(), ["account_activation"]);
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer_and_another_letter() {
    let house = House::new();
    house.account(EMAIL).await;
    house.db.clock.advance(Duration::minutes(2));
    let me = visitor();
    house.register(&me, "TARO@Example.jp").await;
    assert_eq!(house.letters(), ["account_activation", "account_activated", "account_known"]);
    let letter = house.compose::<mail::AccountKnown>().unwrap();
    assert_eq!(letter.to, EMAIL);
    assert!(
        letter.body.contains("https://portal.example/login") && letter.body.contains("https://portal.example/reset")
    );
    assert_eq!(house.read(|c| find_sent(c, &me)).expect("the page is the same").email, "TARO@example.jp");
}

#[tokio::test]
async fn one_address_is_mailed_five_times_a_day_and_not_twice_a_minute() {
    let house = House::new();
    let me = visitor();
    house.register(&me, EMAIL).await;
    let again = || house.write(|tx| resend(tx, &house.keyring, RULES, &me)).unwrap();
    assert_eq!(again(), MailOutcome::TooSoon);
    for expected in [MailOutcome::Sent; 4].into_iter().chain([MailOutcome::TooMany]) {
        house.db.clock.advance(Duration::seconds(60));
        assert_eq!(again(), expected);
    }
    house.register(&visitor(), EMAIL).await;
    assert_eq!(house.letters().len(), 5, "registering anew is no way around it");
    house.db.clock.advance(Duration::hours(24));
    assert_eq!(again(), MailOutcome::Sent);
}

#[tokio::test]
async fn a_mistyped_address_can_be_changed() {
    let house = House::new();
    let me = visitor();
    house.register(&me, "tarou@example.jp").await;
    let first = house.activation_token();
    let right = crate::fold::email(EMAIL, 40).unwrap();
    let changed = house.write(|tx| change_signup_email(tx, &house.keyring, RULES, &me, &right)).unwrap();
    assert_eq!(changed, MailOutcome::Sent);
    assert_eq!(house.compose::<mail::Activation>().unwrap().to, EMAIL);
    let now: At = house.db.clock().now().into();
    assert_eq!(house.read(|c| look_at_activation(c, &first, now)), Some(Refusal::LinkReplaced));
    let stranger = house.write(|tx| change_signup_email(tx, &house.keyring, RULES, &visitor(), &right));
    assert!(matches!(stranger, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_facility_that_closed_meanwhile_is_refused() {
    let house = House::new();
    let me = visitor();
    let closed = NewFacility { code: "1312345679", closed_on: NaiveDate::from_ymd_opt(2026, 11, 20), ..OFFICE };
    let id = house.write(|tx| testing::add_facility(tx, closed)).unwrap();
    house.draft(&me, EMAIL).await;
    let now: At = house.db.clock().now().into();
    let draft = Draft { facility: Some(id), ..house.read(|c| find_draft(c, &me, now)) };
    house.write(|tx| save_draft(tx, &me, &draft)).unwrap();
    let refused = house.write(|tx| register(tx, &house.keyring, RULES, &me, true));
    assert!(matches!(refused, Err(Error::Refused(Refusal::FacilityClosed))));
    assert!(house.letters().is_empty());
}

#[tokio::test]
async fn one_network_address_registers_thirty_times_an_hour() {
    let house = House::new();
    for number in 0..30 {
        house.register(&visitor(), &format!("taro{number}@example.jp")).await;
    }
    let me = visitor();
    house.draft(&me, EMAIL).await;
    let refused = house.write(|tx| register(tx, &house.keyring, RULES, &me, true));
    assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyTries))));
    house.db.clock.advance(Duration::hours(1));
    house.write(|tx| register(tx, &house.keyring, RULES, &me, true)).unwrap();
}

#[test]
fn every_field_of_the_person_is_judged_and_kept_as_typed() {
    let good = PersonForm {
        family_name: "髙﨑".into(),
        given_name: "𠮷乃".into(),
        phone: "（０３）１２３４ー５６７８".into(),
        email: "Ｔａｒｏ＠example．jp".into(),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
    };
    let read = good.read("1312345678", false, 40);
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    let person = read.person.unwrap();
    assert_eq!((person.family_name.as_str(), person.phone.as_str()), ("髙﨑", "0312345678"));
    assert_eq!(person.email.key(), "taro@example.jp");

    type Change = fn(&mut PersonForm);
    let cases: [(Change, &str, FieldFault); 12] = [
        (|f| f.family_name = String::new(), "family_name", FieldFault::Missing),
        (|f| f.family_name = "あ".repeat(41), "family_name", FieldFault::TooLong { max: 40, now: 41 }),
        (|f| f.given_name = "太\u{202E}郎".into(), "given_name", FieldFault::Unprintable),
        (|f| f.given_name = "太\0郎".into(), "given_name", FieldFault::Unprintable),
        (|f| f.given_name = "123456789018".into(), "given_name", FieldFault::PersonalNumber),
        (|f| f.phone = "1234".into(), "phone", FieldFault::PhoneAreaCode),
        (|f| f.phone = "電話なし".into(), "phone", FieldFault::NotDigits),
        (|f| f.email = "taro".into(), "email", FieldFault::MailShape),
        (|f| f.email = format!("{}@example.jp", "a".repeat(40)), "email", FieldFault::TooLong { max: 40, now: 51 }),
        (|f| f.email = "a@example.jp\r\nBcc: b@example.jp".into(), "email", FieldFault::MailShape),
        (|f| f.password = "1312345678Ab".into(), "password", FieldFault::PasswordContext),
        (|f| f.password_again = "other".into(), "password_again", FieldFault::PasswordsDiffer),
    ];
    for (change, field, fault) in cases {
        let mut form = good.clone();
        change(&mut form);
        let errors = form.read("1312345678", false, 40).errors;
        let found = errors.iter().find(|error| error.field == field);
        assert_eq!(found.map(|error| &error.fault), Some(&fault), "{field}");
    }
}

#[test]
fn a_whole_name_in_the_first_box_is_split_and_a_given_password_is_kept() {
    let form = PersonForm {
        family_name: "山田　太郎".into(),
        phone: "0312345678".into(),
        email: EMAIL.into(),
        ..PersonForm::default()
    };
    let read = form.read("", true, 40);
    let person = read.person.unwrap();
    assert_eq!((person.family_name.as_str(), person.given_name.as_str()), ("山田", "太郎"));
    assert!(read.errors.is_empty() && read.password.is_none());
    let without = form.read("", false, 40);
    assert!(without.errors.has("password") && without.errors.has("password_again"));
}

#[test]
fn a_registration_with_scripts_and_sql_in_it_is_only_text() {
    let form = PersonForm {
        family_name: "'; DROP TABLE accounts; --".into(),
        given_name: "<script>alert(1)</script>😀".into(),
        phone: "0312345678".into(),
        email: EMAIL.into(),
        ..PersonForm::default()
    };
    let person = form.read("", true, 40).person.unwrap();
    assert_eq!(person.given_name, "<script>alert(1)</script>😀");
}
