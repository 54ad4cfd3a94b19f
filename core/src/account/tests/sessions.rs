//! How sessions live and end.

use super::*;
use crate::error::Error;
use chrono::Duration;

#[tokio::test]
async fn a_session_ends_after_thirty_idle_minutes() {
    let house = House::new();
    house.account(EMAIL).await;
    let (_, token) = house.sign_in(EMAIL, PASSWORD).await;
    for _ in 0..3 {
        house.db.clock.advance(Duration::minutes(29));
        assert!(resume(&house.db, &token).await.unwrap().is_some(), "used in time");
    }
    house.db.clock.advance(Duration::minutes(30));
    assert!(resume(&house.db, &token).await.unwrap().is_none());
    assert!(house.read(|c| find_owner(c, &token)).is_some(), "its owner is still known");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let house = House::new();
    house.account(EMAIL).await;
    let (_, token) = house.sign_in(EMAIL, PASSWORD).await;
    for _ in 0..29 {
        house.db.clock.advance(Duration::minutes(24));
        assert!(resume(&house.db, &token).await.unwrap().is_some());
    }
    house.db.clock.advance(Duration::minutes(24));
    assert!(resume(&house.db, &token).await.unwrap().is_none());
    house.db.clock.advance(Duration::days(1));
    house.write(sweep).unwrap();
    assert!(house.read(|c| find_owner(c, &token)).is_none());
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_nobody_elses() {
    let house = House::new();
    house.account(EMAIL).await;
    house.account("jiro@example.jp").await;
    let (first, first_token) = house.sign_in(EMAIL, PASSWORD).await;
    let (second, second_token) = house.sign_in(EMAIL, PASSWORD).await;
    let (other, other_token) = house.sign_in("jiro@example.jp", PASSWORD).await;
    let now = house.db.clock().now().into();
    let ids =
        |account| house.read(|c| list_sessions(c, account, now)).into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&first.account), [second.id.clone(), first.id.clone()]);

    let foreign = house.write(|tx| end_session(tx, &first.account, &other.id));
    assert!(matches!(foreign, Err(Error::NotFound)));
    house.write(|tx| end_session(tx, &first.account, &first.id)).unwrap();
    assert!(resume(&house.db, &first_token).await.unwrap().is_none());

    let (third, third_token) = house.sign_in(EMAIL, PASSWORD).await;
    house.write(|tx| end_other_sessions(tx, &third)).unwrap();
    assert!(resume(&house.db, &second_token).await.unwrap().is_none());
    assert!(resume(&house.db, &third_token).await.unwrap().is_some());
    assert!(resume(&house.db, &other_token).await.unwrap().is_some());

    house.write(|tx| logout(tx, &third)).unwrap();
    assert!(resume(&house.db, &third_token).await.unwrap().is_none());
    assert!(house.read(|c| find_owner(c, &third_token)).is_none(), "logged out is forgotten at once");
}

#[tokio::test]
async fn a_closed_account_has_no_session() {
    use diesel::prelude::*;
    let house = House::new();
    let account = house.account(EMAIL).await;
    let (_, token) = house.sign_in(EMAIL, PASSWORD).await;
    house
        .write(|tx| {
            let row = crate::schema::accounts::table.find(&account);
            diesel::update(row).set(crate::schema::accounts::state.eq(AccountState::Disabled)).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    assert!(resume(&house.db, &token).await.unwrap().is_none());
}

#[tokio::test]
async fn the_table_knows_no_token() {
    use diesel::prelude::*;
    let house = House::new();
    house.account(EMAIL).await;
    let (_, token) = house.sign_in(EMAIL, PASSWORD).await;
    let stored: String =
        house.read(|c| Ok(crate::schema::sessions::table.select(crate::schema::sessions::token_hash).first(c)?));
    assert_eq!(stored.len(), 64);
    assert!(!stored.contains(token.reveal()));
}
