//! Logging in, and what slows guessing down.

use super::*;
use crate::secret::HashCost;
use chrono::Duration;

#[tokio::test]
async fn every_failure_is_one_answer_after_one_hash() {
    let house = House::new();
    let account = house.account(EMAIL).await;
    house.account("closed@example.jp").await;
    house
        .write(|tx| {
            use diesel::prelude::*;
            let row = crate::schema::accounts::table.filter(crate::schema::accounts::email_key.eq("closed@example.jp"));
            diesel::update(row).set(crate::schema::accounts::state.eq(AccountState::Disabled)).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    for (email, password) in [
        (EMAIL, "wrong"),
        ("nobody@example.jp", PASSWORD),
        ("closed@example.jp", PASSWORD),
        ("not an address", PASSWORD),
        ("'; DROP TABLE accounts; --", "\0"),
        ("a\0b", PASSWORD),
        ("😀\u{202E}", "123456789018"),
    ] {
        let before = house.hasher.hash_calls();
        let outcome = house.try_login(email, password, "192.0.2.1").await;
        assert!(matches!(outcome, LoginOutcome::Wrong { left: 9 }), "{email}: {outcome:?}");
        assert_eq!(house.hasher.hash_calls() - before, 1, "{email}");
    }
    assert_eq!(house.sign_in("ＴＡＲＯ@example.jp", PASSWORD).await.0.account, account);
}

#[tokio::test]
async fn ten_failures_close_an_account_for_a_quarter_of_an_hour_known_or_not() {
    let house = House::new();
    house.account(EMAIL).await;
    for email in [EMAIL, "nobody@example.jp"] {
        for left in (0..10).rev() {
            let outcome = house.try_login(email, "wrong", &format!("192.0.2.{left}")).await;
            assert!(matches!(outcome, LoginOutcome::Wrong { left: l } if l == left), "{email} {left}: {outcome:?}");
        }
        let before = house.hasher.hash_calls();
        assert!(matches!(house.try_login(email, PASSWORD, "192.0.2.99").await, LoginOutcome::Throttled { .. }));
        assert_eq!(house.hasher.hash_calls(), before, "nothing is looked at");
    }
    house.db.clock.advance(Duration::minutes(15));
    house.sign_in(EMAIL, PASSWORD).await;
    assert!(matches!(house.try_login(EMAIL, "wrong", "192.0.2.1").await, LoginOutcome::Wrong { left: 9 }), "forgiven");
}

#[tokio::test]
async fn one_network_address_has_fifty_failures_over_all_accounts() {
    let house = House::new();
    house.account(EMAIL).await;
    for number in 0..50 {
        house.try_login(&format!("n{number}@example.jp"), "wrong", "192.0.2.7").await;
    }
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.7").await, LoginOutcome::Throttled { .. }));
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.8").await, LoginOutcome::Opened(_)));
}

#[tokio::test]
async fn after_a_hundred_failures_in_a_row_the_right_password_waits_for_the_next_day() {
    let house = House::new();
    house.account(EMAIL).await;
    for number in 0..100 {
        if number % 10 == 0 {
            house.db.clock.advance(Duration::minutes(15));
        }
        let outcome = house.try_login(EMAIL, "wrong", &format!("192.0.2.{number}")).await;
        assert!(matches!(outcome, LoginOutcome::Wrong { .. }), "{number}: {outcome:?}");
    }
    house.db.clock.advance(Duration::minutes(15));
    assert!(matches!(house.try_login(EMAIL, PASSWORD, "192.0.2.200").await, LoginOutcome::Throttled { .. }));
    house.db.clock.advance(Duration::hours(24));
    house.sign_in(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn a_raised_cost_makes_the_hash_anew_at_the_next_login() {
    let mut house = House::new();
    house.account(EMAIL).await;
    let stored = |house: &House| house.read(|c| Ok(repo::password_by_email(c, EMAIL)?.unwrap().1));
    let before = stored(&house);
    house.hasher = PasswordHasher::start_with(1, HashCost { memory_kib: 16, passes: 1 }).unwrap();
    house.sign_in(EMAIL, PASSWORD).await;
    let after = stored(&house);
    assert_ne!(before, after);
    assert!(after.as_str().contains("m=16,"), "{}", after.as_str());
    house.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(stored(&house), after);
}

#[tokio::test]
async fn the_second_login_tells_when_the_first_was() {
    let house = House::new();
    house.account(EMAIL).await;
    let first = house.db.clock().now();
    let last = |outcome| match outcome {
        LoginOutcome::Opened(new) => new.last_login_at,
        other => panic!("{other:?}"),
    };
    assert_eq!(last(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await), None);
    house.db.clock.advance(Duration::days(1));
    assert_eq!(last(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await), Some(first.into()));
}

#[tokio::test]
async fn a_new_version_of_a_text_asks_again() {
    use diesel::prelude::*;
    let house = House::new();
    let account = house.account(EMAIL).await;
    house
        .write(|tx| {
            let old = crate::schema::consents::table.filter(crate::schema::consents::document.eq("terms"));
            diesel::update(old).set(crate::schema::consents::version.eq("2001-01-01")).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    let needed = |outcome| matches!(outcome, LoginOutcome::Opened(new) if new.consent_needed);
    assert!(needed(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await));
    let now = house.db.clock().now().into();
    let missing = house.read(|c| consent::missing(c, &account, now));
    assert_eq!(missing, [(consent::Document::Terms, crate::legal::FIRST.to_owned())]);
    let other = [(consent::Document::Terms, "2000-01-01".to_owned())];
    house.write(|tx| consent::record_shown(tx, &account, &other)).unwrap();
    assert_eq!(house.read(|c| consent::missing(c, &account, now)), missing, "what was shown does not hold");
    house.write(|tx| consent::record_shown(tx, &account, &missing)).unwrap();
    house.write(|tx| consent::record_shown(tx, &account, &missing)).unwrap();
    assert!(!needed(house.try_login(EMAIL, PASSWORD, "192.0.2.1").await));
}
