//! Opening an account by its mailed link.

use super::*;
use crate::db::At;
use crate::error::Error;
use crate::refusal::Refusal;
use chrono::Duration;

fn look(house: &House, token: &TokenHash) -> Option<Refusal> {
    let now: At = house.db.clock().now().into();
    house.read(|c| look_at_activation(c, token, now))
}

#[tokio::test]
async fn looking_changes_nothing_and_the_button_opens_the_account() {
    let house = House::new();
    house.register(&visitor(), EMAIL).await;
    let letter = house.compose::<mail::Activation>().unwrap();
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), (EMAIL, "登録を完了してください"));
    assert!(letter.body.contains("11月20日 13時00分"), "{}", letter.body);
    let token = token_in(&letter, "/activate/");
    for _ in 0..50 {
        assert_eq!(look(&house, &token), None);
    }
    assert_eq!(house.write(|tx| activate(tx, &token)).unwrap(), Activated::Now);
    assert_eq!(look(&house, &token), Some(Refusal::LinkUsed));
    assert_eq!(house.write(|tx| activate(tx, &token)).unwrap(), Activated::Before);
    assert_eq!(house.letters(), ["account_activation", "account_activated"]);

    let (session, _) = house.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(session.facility_name, "さくら接骨院");
    assert!(!session.scope().verified(), "nobody is verified by registering");
    let now = house.db.clock().now().into();
    assert!(house.read(|c| consent::missing(c, &session.account, now)).is_empty());
}

#[tokio::test]
async fn an_expired_link_offers_a_new_mail() {
    let house = House::new();
    house.register(&visitor(), EMAIL).await;
    let old = house.activation_token();
    house.db.clock.advance(Duration::hours(3));
    assert_eq!(look(&house, &old), Some(Refusal::LinkExpired));
    let refused = house.write(|tx| activate(tx, &old));
    assert!(matches!(refused, Err(Error::Refused(Refusal::LinkExpired))));
    let sent = house.write(|tx| resend_by_link(tx, &house.keyring, RULES, &old)).unwrap();
    assert_eq!(sent, MailOutcome::Sent);
    assert_eq!(look(&house, &old), Some(Refusal::LinkReplaced));
    let new = house.activation_token();
    assert_eq!(house.write(|tx| activate(tx, &new)).unwrap(), Activated::Now);
    let used = house.write(|tx| resend_by_link(tx, &house.keyring, RULES, &new));
    assert!(matches!(used, Err(Error::Refused(Refusal::LinkUsed))));
}

#[tokio::test]
async fn of_two_registrations_for_one_address_the_first_activated_counts() {
    let house = House::new();
    house.register(&visitor(), EMAIL).await;
    let one = house.activation_token();
    house.db.clock.advance(Duration::minutes(2));
    house.register(&visitor(), EMAIL).await;
    let other = house.activation_token();
    assert_eq!(house.write(|tx| activate(tx, &other)).unwrap(), Activated::Now);
    assert_eq!(house.write(|tx| activate(tx, &one)).unwrap(), Activated::Before);
    assert_eq!(house.letters().iter().filter(|name| *name == "account_activated").count(), 1);
}

#[tokio::test]
async fn a_registration_nobody_activates_vanishes_after_a_week() {
    let house = House::new();
    let me = visitor();
    house.register(&me, EMAIL).await;
    let token = house.activation_token();
    house.db.clock.advance(Duration::days(7));
    assert!(house.write(sweep).unwrap() >= 1);
    assert_eq!(house.read(|c| find_sent(c, &me)), None);
    assert!(matches!(house.write(|tx| resend_by_link(tx, &house.keyring, RULES, &token)), Err(Error::NotFound)));
    assert!(house.compose::<mail::Activation>().is_none(), "a late letter is needless");
}

#[tokio::test]
async fn a_link_nobody_ever_got_is_not_found() {
    let house = House::new();
    let token = PlainToken::mint().hash();
    assert!(matches!(house.write(|tx| activate(tx, &token)), Err(Error::NotFound)));
}

#[tokio::test]
async fn one_button_pressed_by_many_at_once_opens_one_account() {
    let house = House::new();
    house.register(&visitor(), EMAIL).await;
    let token = house.activation_token();
    let press = || {
        let token = token.clone();
        house.db.write(visitor_actor("192.0.2.1"), move |tx| activate(tx, &token))
    };
    let presses: [_; 4] = [press(), press(), press(), press()];
    let [a, b, c, d] = presses;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let opened = [a, b, c, d].into_iter().filter(|done| matches!(done, Ok(Activated::Now))).count();
    assert_eq!(opened, 1);
    assert_eq!(house.letters().iter().filter(|name| *name == "account_activated").count(), 1);
}
