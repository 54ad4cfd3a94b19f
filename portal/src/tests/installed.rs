//! The published list as anybody reads it.

use uketsuke_core::application::ApplicationKind;
use uketsuke_core::operation::{self, Source};
use uketsuke_core::published::make_due;
use uketsuke_core::testing::{self, NewFacility, OFFICE};

use super::*;

impl World {
    /// An office in the list since a day.
    fn installed(&self, code: &str, name: &str, starts_on: &str) {
        self.write(|tx| {
            let id = testing::add_facility(tx, NewFacility { code, name, ..OFFICE })?;
            let scope = testing::add_member(tx, &id, &format!("{code}@example.jp"), true)?;
            let grant = testing::approved_as(tx, &scope, ApplicationKind::OperationStart)?;
            operation::record(tx, &grant, &id, starts_on.parse().expect("a day"), Source::Declared)
        });
    }
}

#[actix_web::test]
async fn anybody_finds_a_facility_and_takes_the_list_along() {
    let world = World::new();
    let mut visitor = world.visitor();
    let empty = visitor.get("/installed").await;
    assert!(empty.has("0件の施設") && empty.has("条件に合う施設はありません"), "{}", empty.html);
    world.installed("1311111111", "<b>みどり</b>接骨院", "2026-11-20");
    world.installed("2711111111", "なにわ接骨院", "2026-11-01");
    world.installed("1311111112", "あしたの接骨院", "2026-11-21");
    let all = visitor.get("/installed").await;
    assert!(all.has("2件の施設") && all.has("&#60;b&#62;みどり") && !all.has("あしたの接骨院"), "{}", all.html);
    assert!(all.has("2026年11月1日（令和8年）") && all.has("東京都千代田区千代田1-1"), "{}", all.html);
    let osaka = visitor.get("/installed?prefecture=27&kind=judo_therapy&name=%E6%8E%A5%E9%AA%A8").await;
    assert!(osaka.has("1件の施設") && osaka.has("なにわ接骨院") && osaka.has("value=\"接骨\""), "{}", osaka.html);
    assert!(osaka.has("/installed.csv?prefecture=27&#38;kind=judo%5Ftherapy&#38;name="), "{}", osaka.html);
    // What nobody can have chosen is as if nothing were chosen.
    assert!(visitor.get("/installed?prefecture=99&kind=x&after=y").await.has("2件の施設"));
    let long = visitor.get(&format!("/installed?name={}", "a".repeat(101))).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.has("施設名・番号は100文字以内で入力してください"), "{}", long.html);
    let csv = visitor.get("/installed.csv?prefecture=27").await;
    assert!(csv.has("なにわ接骨院") && !csv.has("みどり"), "{}", csv.html);
}

#[actix_web::test]
async fn a_page_holds_fifty_and_leads_to_the_next() {
    let world = World::new();
    for n in 0..51 {
        world.installed(&format!("13200000{n:02}"), &format!("{n}番接骨院"), "2026-11-20");
    }
    let mut visitor = world.visitor();
    let first = visitor.get("/installed?prefecture=13").await;
    assert!(first.has("51件の施設") && first.has("49番接骨院") && !first.has("50番接骨院"));
    let next =
        first.html.split("rel=\"next\"").next().and_then(|head| head.rsplit("href=\"").next()).expect("a next page");
    let second = visitor.get(&next.trim_end_matches(['"', ' ']).replace("&#38;", "&")).await;
    assert!(second.has("50番接骨院") && !second.has("49番接骨院") && !second.has("rel=\"next\""), "{next}");
}

#[actix_web::test]
async fn editions_are_listed_with_their_files() {
    let world = World::new();
    let mut visitor = world.visitor();
    assert!(visitor.get("/installed/editions").await.has("週次版はまだありません"));
    world.installed("1311111111", "みどり接骨院", "2026-11-01");
    assert!(make_due(&world.db, &world.portal.storage).await.expect("made"));
    assert!(visitor.get("/installed/editions").await.has("/installed/editions/2026-11-16"));
    let one = visitor.get("/installed/editions/2026-11-16").await;
    assert!(one.has("2026年11月16日の週") && one.has("list.csv") && one.has("changes.json"), "{}", one.html);
    let csv = visitor.get("/installed/editions/2026-11-16/list.csv").await;
    assert!(csv.has("みどり接骨院"));
    for path in ["2026-11-23", "x", "2026-11-16/x.csv"] {
        assert_eq!(visitor.get(&format!("/installed/editions/{path}")).await.status, StatusCode::NOT_FOUND);
    }
}
