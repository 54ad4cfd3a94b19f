//! `GET /api/v1/notices`.

use chrono::{Duration, NaiveDate};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::notice::{self, Input, Typed};
use uketsuke_core::staff::role::Role;

use super::*;
use crate::device_api::routes::NOTICES;

fn publish(world: &World, title: &str, prefecture: &str) {
    let typed = Typed {
        category: "outage".into(),
        site: "both".into(),
        popup: true,
        title: title.into(),
        body: "復旧を**急いで**います。\n\n[状況](/notices)".into(),
        prefectures: prefecture.split_whitespace().map(str::to_owned).collect(),
        until: NaiveDate::from_ymd_opt(2026, 12, 31),
        ..Typed::default()
    };
    let editor = testing::add_staff(&world.db, Role::Editor);
    let input = Input::read(&typed, &[], world.db.clock.now().into(), FieldErrors::default()).expect("good");
    world.write(|tx| {
        let id = notice::draft(tx, &editor, &input)?;
        notice::publish(tx, &editor, &id)
    });
}

async fn ask(world: &World, query: &str, known: &str) -> Answer {
    let request = TestRequest::get().uri(&format!("{NOTICES}{query}"));
    let known = (!known.is_empty()).then_some(("If-None-Match", known));
    world.send(known.into_iter().fold(request, TestRequest::insert_header)).await
}

fn tag(answer: &Answer) -> String {
    answer.headers.get("ETag").expect("a tag").to_str().expect("text").to_owned()
}

#[actix_web::test]
async fn the_app_gets_what_is_new_and_a_304_for_what_it_has() {
    let world = world();
    let none = ask(&world, "", "").await;
    assert_eq!((none.status, none.json()), (StatusCode::OK, json!({ "notices": [] })));
    assert_eq!(ask(&world, "", &tag(&none)).await.status, StatusCode::NOT_MODIFIED);
    publish(&world, "資格確認ができません", "");
    let one = ask(&world, "", &tag(&none)).await;
    assert_eq!(one.status, StatusCode::OK);
    assert_eq!(one.json()["notices"][0]["title"], "資格確認ができません");
    assert_eq!(one.json()["notices"][0]["severity"], "outage");
    assert_eq!(one.json()["notices"][0]["category"], "outage");
    assert_eq!(one.json()["notices"][0]["body"], "復旧を急いでいます。\n状況", "plain lines, no markup");
    for known in [tag(&one), format!("W/{}", tag(&one)), format!("\"x\", {}", tag(&one)), "*".into()] {
        let again = ask(&world, "", &known).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
        assert_eq!(tag(&again), tag(&one));
    }
    world.db.clock.advance(Duration::days(60));
    assert_eq!(ask(&world, "", &tag(&one)).await.json(), json!({ "notices": [] }), "over");
}

#[actix_web::test]
async fn whoever_says_where_gets_no_notice_for_others() {
    let world = world();
    publish(&world, "大阪の方へ", "27");
    let count = async |query: &str| {
        let answer = ask(&world, query, "").await;
        answer.json()["notices"].as_array().map(Vec::len)
    };
    assert_eq!(count("?prefecture=27").await, Some(1));
    assert_eq!(count("?prefecture=13&kind=judo_therapy").await, Some(0));
    assert_eq!(count("").await, Some(1));
    for wrong in ["?prefecture=48", "?prefecture=%E6%9D%B1%E4%BA%AC%E9%83%BD", "?kind=shop", "?kind=", "?kind=a&kind=b"]
    {
        let answer = ask(&world, wrong, "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(content_type(&answer), "application/problem+json");
    }
}
