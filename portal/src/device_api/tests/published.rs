//! The published list for programs.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use uketsuke_core::application::ApplicationKind;
use uketsuke_core::operation::{self, Source};
use uketsuke_core::published::make_due;

use super::*;
use crate::device_api::routes::{EDITIONS, FACILITIES, FACILITIES_CSV};

impl World {
    fn start(&self, on: &str) {
        let on = on.parse().expect("a day");
        self.write(|tx| {
            let grant = testing::approved_as(tx, &self.scope, ApplicationKind::OperationStart)?;
            operation::record(tx, &grant, self.scope.facility(), on, Source::Declared)
        });
    }

    async fn get(&self, uri: &str) -> Answer {
        self.send(TestRequest::get().uri(uri)).await
    }

    async fn get_again(&self, uri: &str, known: &Answer) -> Answer {
        let tag = known.headers.get(ETAG).expect("a tag").clone();
        self.send(TestRequest::get().uri(uri).insert_header((IF_NONE_MATCH, tag))).await
    }
}

#[actix_web::test]
async fn the_list_is_told_from_the_day_on_and_not_sent_twice() {
    let world = world();
    let before = world.get(FACILITIES_CSV).await;
    world.start("2026-11-20");
    let list = world.get(FACILITIES).await;
    let expected = json!({ "facilities": [{
        "facility_code": testing::OFFICE.code, "facility_kind": "judo_therapy", "name": testing::OFFICE.name,
        "prefecture": "13", "postal_code": "100-0001", "address": "東京都千代田区千代田1-1", "phone": "0312345678",
        "operation_starts_on": "2026-11-20",
    }], "next": null });
    assert_eq!((list.status, list.json()), (StatusCode::OK, expected));
    assert_eq!(world.get_again(FACILITIES, &list).await.status, StatusCode::NOT_MODIFIED);
    let csv = world.get_again(FACILITIES_CSV, &before).await;
    assert_eq!(csv.status, StatusCode::OK, "another list, another tag");
    assert!(csv.text.contains("\r\n\"1312345678\",") && csv.text.starts_with('\u{feff}'), "{}", csv.text);
    assert_eq!(world.get_again(FACILITIES_CSV, &csv).await.status, StatusCode::NOT_MODIFIED);
    let elsewhere = world.get(&format!("{FACILITIES}?prefecture=27")).await.json();
    assert_eq!(elsewhere["facilities"], json!([]));
}

#[actix_web::test]
async fn what_cannot_be_read_is_told_by_name() {
    let world = world();
    for (query, what) in
        [("kind=x", "kind"), ("prefecture=48", "prefecture"), ("after=x", "after"), ("prefecture=1", "prefecture")]
    {
        for path in [FACILITIES, FACILITIES_CSV] {
            if path == FACILITIES_CSV && what == "after" {
                continue;
            }
            let answer = world.get(&format!("{path}?{query}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert!(answer.json()["title"].as_str().is_some_and(|title| title.starts_with(what)), "{}", answer.text);
        }
    }
    assert_eq!(world.get(&format!("{EDITIONS}?before=2026-1-1")).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn an_edition_stays_as_it_was_made() {
    let world = world();
    world.start("2026-11-01");
    assert_eq!(world.get(EDITIONS).await.json(), json!({ "editions": [] }));
    assert!(make_due(&world.db, &world.api.storage).await.expect("made"));
    let edition = world.get(EDITIONS).await.json()["editions"][0].clone();
    assert_eq!((&edition["edition"], &edition["facilities"]), (&json!("2026-11-16"), &json!(1)));
    let files: Vec<String> = serde_json::from_value(edition["files"].clone()).expect("addresses");
    let path = |url: &str| url.strip_prefix(ISSUER).expect("ours").to_owned();
    let mut before = Vec::new();
    for url in &files {
        let answer = world.get(&path(url)).await;
        assert_eq!(answer.status, StatusCode::OK, "{url}");
        assert_eq!(answer.headers.get("cache-control").unwrap(), "public, max-age=31536000, immutable");
        assert_eq!(world.get_again(&path(url), &answer).await.status, StatusCode::NOT_MODIFIED);
        before.push(answer.text);
    }
    world.start("2026-11-19");
    for (url, text) in files.iter().zip(before) {
        assert_eq!(world.get(&path(url)).await.text, text, "{url}");
    }
    for path in ["2026-11-16/other.csv", "2026-11-23/list.csv", "20261116/list.csv", "x/list.csv"] {
        assert_eq!(world.get(&format!("{EDITIONS}/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
