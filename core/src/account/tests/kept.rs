//! Forms kept over the end of a session.

use super::*;
use chrono::Duration;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_kept_form_comes_back_once_to_its_owner_without_secrets() {
    let house = House::new();
    let (me, other) = (house.account(EMAIL).await, house.account("jiro@example.jp").await);
    let typed = pairs(&[
        ("staff_count", "３人"),
        ("memo", "受付 <b>"),
        ("csrf_token", "x"),
        ("password", "x"),
        ("new_Password_again", "x"),
        ("account_number", "1234567"),
        ("born_on_year", "1955"),
        ("activation_code", "x"),
        ("note", "番号は123456789018"),
    ]);
    house.write(|tx| keep_form(tx, &me, "/applications/1", &typed)).unwrap();
    house.write(|tx| keep_form(tx, &me, "/applications/1", &typed)).unwrap();
    let take = |who, path| house.write(|tx| take_kept_form(tx, who, path)).unwrap();
    assert!(take(&other, "/applications/1").is_empty());
    assert!(take(&me, "/applications/2").is_empty());
    assert!(house.read(|c| has_kept_form(c, &me, "/applications/1")));
    assert_eq!(take(&me, "/applications/1"), pairs(&[("staff_count", "３人"), ("memo", "受付 <b>")]));
    assert!(take(&me, "/applications/1").is_empty(), "once");
}

#[tokio::test]
async fn a_kept_form_is_forgotten_after_a_day() {
    let house = House::new();
    let me = house.account(EMAIL).await;
    house.write(|tx| keep_form(tx, &me, "/a", &pairs(&[("x", "1")]))).unwrap();
    house.db.clock.advance(Duration::days(1));
    assert!(house.write(|tx| take_kept_form(tx, &me, "/a")).unwrap().is_empty());
    house.write(|tx| keep_form(tx, &me, "/a", &pairs(&[("x", "1")]))).unwrap();
    house.db.clock.advance(Duration::days(1));
    house.write(sweep).unwrap();
    assert!(!house.read(|c| has_kept_form(c, &me, "/a")));
}

#[tokio::test]
async fn a_form_larger_than_any_of_ours_is_not_kept() {
    let house = House::new();
    let me = house.account(EMAIL).await;
    let long = "あ".repeat(20_000);
    house.write(|tx| keep_form(tx, &me, "/a", &pairs(&[("x", &long)]))).unwrap();
    assert!(!house.read(|c| has_kept_form(c, &me, "/a")));
}
