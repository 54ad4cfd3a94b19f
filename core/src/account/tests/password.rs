//! Resetting and changing passwords.

use super::*;
use crate::db::At;
use crate::error::Error;
use crate::refusal::Refusal;
use chrono::Duration;

const NEW: &str = "Nb4vXc9z";

fn ask(house: &House, email: &str) {
    let email = crate::fold::email(email, 254).unwrap();
    house.write(|tx| ask_for_reset(tx, &house.keyring, RULES, &email, None)).unwrap();
}

fn reset_token(house: &House) -> TokenHash {
    token_in(&house.compose::<mail::PasswordReset>().expect("a letter"), "/reset/")
}

async fn reset(house: &House, token: &TokenHash, password: &str) -> Result<()> {
    let hash = house.hasher.hash(password).await.unwrap();
    house.write(|tx| reset_password(tx, &house.keyring, token, &hash))
}

async fn change(house: &House, session: &Session, current: &str) -> PasswordChange {
    let form = PasswordForm { password: NEW.into(), password_again: NEW.into(), ..PasswordForm::default() };
    let account = house.read(|c| get_account(c, &session.account));
    let new = read_new_password(&form, &account).unwrap();
    let actor = visitor_actor("192.0.2.1");
    change_password(&house.db, &house.hasher, &house.keyring, actor, session.clone(), current, &new).await.unwrap()
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_and_ends_every_session() {
    let house = House::new();
    house.account(EMAIL).await;
    house.db.clock.advance(Duration::minutes(2));
    let (_, token) = house.sign_in(EMAIL, PASSWORD).await;
    ask(&house, EMAIL);
    let letter = house.compose::<mail::PasswordReset>().unwrap();
    assert!(letter.body.contains("11月20日 11時02分"), "{}", letter.body);
    let link = token_in(&letter, "/reset/");
    reset(&house, &link, NEW).await.unwrap();
    assert!(resume(&house.db, &token).await.unwrap().is_none());
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await, LoginOutcome::Wrong { .. }));
    house.sign_in(EMAIL, NEW).await;
    assert_eq!(house.letters().last().map(String::as_str), Some("account_changed"));
    assert_eq!(house.compose::<mail::AccountChanged>().unwrap().subject, "登録情報が変わりました");
    assert!(matches!(reset(&house, &link, PASSWORD).await, Err(Error::Refused(Refusal::LinkUsed))));
}

#[tokio::test]
async fn asking_answers_alike_and_mails_only_owners() {
    let house = House::new();
    house.account(EMAIL).await;
    house.register(&visitor(), "waiting@example.jp").await;
    house.db.clock.advance(Duration::minutes(2));
    let before = house.letters().len();
    for email in ["nobody@example.jp", "waiting@example.jp", EMAIL] {
        ask(&house, email);
    }
    assert_eq!(house.letters()[before..], ["account_activation", "account_reset"]);
    ask(&house, EMAIL);
    assert_eq!(house.letters().len(), before + 2, "not twice a minute");
}

#[tokio::test]
async fn a_reset_link_lives_an_hour_and_a_newer_one_replaces_it() {
    let house = House::new();
    house.account(EMAIL).await;
    house.db.clock.advance(Duration::minutes(2));
    ask(&house, EMAIL);
    let old = reset_token(&house);
    house.db.clock.advance(Duration::minutes(2));
    ask(&house, EMAIL);
    let new = reset_token(&house);
    let look = |token: &TokenHash| {
        let now: At = house.db.clock().now().into();
        house.db.read_blocking(|c| look_at_reset(c, token, now))
    };
    assert!(matches!(look(&old), Err(Error::Refused(Refusal::LinkReplaced))));
    assert!(look(&new).is_ok());
    house.db.clock.advance(Duration::hours(1));
    assert!(matches!(look(&new), Err(Error::Refused(Refusal::LinkExpired))));
    assert!(matches!(reset(&house, &new, NEW).await, Err(Error::Refused(Refusal::LinkExpired))));
    house.sign_in(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn a_reset_lets_the_owner_in_after_too_many_failures() {
    let house = House::new();
    house.account(EMAIL).await;
    house.db.clock.advance(Duration::minutes(2));
    for number in 0..10 {
        house.try_login(EMAIL, "wrong", &format!("192.0.2.{number}")).await;
    }
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.50").await, LoginOutcome::Throttled { .. }));
    ask(&house, EMAIL);
    let link = reset_token(&house);
    reset(&house, &link, NEW).await.unwrap();
    house.sign_in(EMAIL, NEW).await;
}

#[tokio::test]
async fn a_change_needs_the_present_password_and_ends_the_other_sessions() {
    let house = House::new();
    house.account(EMAIL).await;
    let (mine, my_token) = house.sign_in(EMAIL, PASSWORD).await;
    let (_, other_token) = house.sign_in(EMAIL, PASSWORD).await;
    assert!(matches!(change(&house, &mine, "wrong").await, PasswordChange::WrongCurrent));
    house.sign_in(EMAIL, PASSWORD).await;
    let PasswordChange::Changed(new_token) = change(&house, &mine, PASSWORD).await else { panic!("refused") };
    assert!(resume(&house.db, &my_token).await.unwrap().is_none(), "a new token");
    assert!(resume(&house.db, &other_token).await.unwrap().is_none());
    assert!(resume(&house.db, &new_token).await.unwrap().is_some());
    assert_eq!(house.letters().last().map(String::as_str), Some("account_changed"));
    house.sign_in(EMAIL, NEW).await;
}

#[tokio::test]
async fn guessing_the_present_password_is_counted_like_logging_in() {
    let house = House::new();
    house.account(EMAIL).await;
    let (mine, _) = house.sign_in(EMAIL, PASSWORD).await;
    for _ in 0..10 {
        assert!(matches!(change(&house, &mine, "wrong").await, PasswordChange::WrongCurrent));
    }
    assert!(matches!(change(&house, &mine, PASSWORD).await, PasswordChange::Throttled { .. }));
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await, LoginOutcome::Throttled { .. }));
}
