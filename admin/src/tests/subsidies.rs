//! Programmes, budgets and books of 助成金, by the pages of those who keep them.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{sql, subsidy::granted};
use uketsuke_core::{books, subsidy::programme};

use super::payments::{grant, link, paid};
use super::{Answer, World};

const NEW: [(&str, &str); 11] = [
    ("name", "訪問看護の試行"),
    ("kinds", "judo_therapy"),
    ("kinds", "midwifery"),
    ("rate", "２／３"),
    ("part_1_label", "端末等"),
    ("part_1_items", "tablet"),
    ("part_1_cap", "60,000円"),
    ("total_cap", "60000"),
    ("rounding", "100"),
    ("bought_from", "令和8年4月1日"),
    ("opens_on", "2026-04-01"),
];

fn with<'t>(changed: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    let kept = NEW.iter().copied().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed.iter().copied()).collect()
}

#[actix_web::test]
async fn a_programme_is_shown_before_it_is_saved() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    admin.get("/subsidies").await.has("施術所等（資格確認限定型）").has("受付終了").has("申請も決定もまだありません");
    admin.get("/subsidies/new").await.has("制度を追加する").has("区分1の品目");
    let shown = admin.post("/subsidies/new", &with(&[("comment", "試行のため")])).await;
    shown.is(StatusCode::OK).has("まだ保存していません").has("40,000円").has("2/3").has("令和8年");
    let count = || world.db.read_blocking(programme::list).expect("reads").len();
    assert_eq!(count(), 5, "nothing is saved yet");
    let corrected = admin.post("/subsidies/new", &with(&[("comment", "試行のため"), ("step", "correct")])).await;
    corrected.is(StatusCode::OK).has("value=\"60,000円\"").has_not("まだ保存していません");
    let saved = admin.post("/subsidies/new", &with(&[("comment", "試行のため"), ("step", "send")])).await;
    assert!(saved.location.starts_with("/subsidies/0"), "{}", saved.location);
    let twice = admin.post("/subsidies/new", &with(&[("comment", "試行のため"), ("step", "send")])).await;
    assert_eq!(twice.location, saved.location, "a double click adds no second programme");
    assert_eq!(count(), 6);
    admin.get(&saved.location).await.has("訪問看護の試行").has("試行のため").has("100円未満を切り捨て");
}

#[actix_web::test]
async fn rules_that_cannot_be_carried_out_are_refused_with_what_was_typed() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    for (changed, said) in [
        (vec![], "変更の理由を入力"),
        (vec![("comment", "x"), ("name", "")], "制度の名前を入力"),
        (vec![("comment", "x"), ("rate", "4/3")], "1/1000から1まで"),
        (vec![("comment", "x"), ("rate", "0.75")], "分数で入力"),
        (vec![("comment", "x"), ("part_1_cap", "0")], "1円から100億円まで"),
        (vec![("comment", "x"), ("part_1_items", "boat")], "区分1の品目を選んで"),
        (vec![("comment", "x"), ("part_2_label", "二つめ")], "区分2の上限額を入力"),
        (
            vec![("comment", "x"), ("part_2_label", "二"), ("part_2_items", "tablet"), ("part_2_cap", "1")],
            "同じ品目を2つの区分に入れることはできません",
        ),
        (vec![("comment", "x"), ("closes_on", "2026-03-31")], "開始日かそれより後の日"),
        (vec![("comment", "x"), ("rounding", "7")], "端数処理の単位を選んで"),
        (vec![("comment", "x"), ("kinds", "boats")], "対象の所属機関を1つ以上"),
        (vec![("comment", "x"), ("opens_on", "いつか")], "受付の開始日"),
    ] {
        let answer = admin.post("/subsidies/new", &with(&changed)).await;
        answer.is(StatusCode::UNPROCESSABLE_ENTITY).has(said);
        let kept = changed.iter().find(|(name, _)| ["rate", "part_1_cap", "closes_on", "opens_on"].contains(name));
        if let Some((_, typed)) = kept {
            answer.has(&format!("value=\"{typed}\""));
        }
    }
}

#[actix_web::test]
async fn of_two_administrators_the_slower_one_is_told_and_loses_nothing() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Administrator);
    let (_, mut second) = world.staff(Role::Administrator);
    let id = world.db.read_blocking(programme::list).expect("reads").remove(0).id;
    let path = format!("/subsidies/{id}/edit");
    first.get(&path).await.has("value=\"10/10\"").has("value=\"41000\"");
    let change = |name: &'static str, step: &'static str| {
        with(&[("name", name), ("comment", "名前の見直し"), ("seen", "1"), ("step", step)])
    };
    let shown = first.post(&path, &change("施術所等（新）", "")).await;
    shown.has("変わります").has("送ったときの内容のまま審査されます").has("0件").has("40,000円に変わります");
    assert_eq!(first.post(&path, &change("施術所等（新）", "send")).await.location, format!("/subsidies/{id}"));
    let twice = first.post(&path, &change("施術所等（新）", "send")).await;
    assert_eq!(twice.location, format!("/subsidies/{id}"), "a double click is no quarrel with oneself");
    let told = second.post(&path, &change("施術所等（別案）", "send")).await;
    told.is(StatusCode::CONFLICT)
        .has("ほかの人がこの制度を変更しました")
        .has("施術所等（別案）")
        .has("いまは第2版です：名前の見直し（")
        .has("制度の名前：施術所等（資格確認限定型）→施術所等（新）")
        .has("name=\"seen\" value=\"2\"");
    let history = first.get(&format!("/subsidies/{id}")).await;
    history.has("施術所等（新）").has("第2版").has("名前の見直し").has("施術所等（資格確認限定型）→施術所等（新）");
    history.has_not("別案").has_not("第3版");
    let same = with(&[("name", "施術所等（新）"), ("comment", "もう一度"), ("seen", "2"), ("step", "")]);
    second.post(&path, &same).await.is(StatusCode::OK).has("変わる項目がありません").has_not("変わります</td>");
    // Before what is typed is judged against the newest version, it has to be readable.
    let bad = with(&[("name", ""), ("comment", "別案"), ("seen", "1"), ("step", "send")]);
    second.post(&path, &bad).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("name=\"seen\" value=\"1\"");
}

#[actix_web::test]
async fn books_show_grants_against_the_budget_and_what_does_not_agree() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let claim = world.db.write_blocking(Actor::system(), |tx| granted(tx, &world.applicant, 41_000)).expect("granted");
    let id = world.db.read_blocking(programme::list).expect("reads").remove(0).id;
    let budget = format!("/subsidies/{id}/budget");
    let bad = admin.post(&budget, &[("fiscal_year", "26"), ("yen", "たくさん")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("value=\"26\"").has("value=\"たくさん\"");
    assert_eq!(
        admin.post(&budget, &[("fiscal_year", "２０２６"), ("yen", "40,000円")]).await.location,
        format!("/subsidies/{id}")
    );
    admin.get(&format!("/subsidies/{id}")).await.has("令和8年度").has("40,000円").has("予算を設定しました");
    admin.get("/subsidies").await.has("1件・41,000円").has("-1,000円（超過）").has("まだ点検していません");
    books::check_night(&world.db.db).await.expect("checked");
    admin.get("/subsidies").await.has("すべて合っています");
    world.db.read_blocking(|c| sql(c, "update subsidy_decisions set yen = 40999")).expect("changed");
    books::check_night(&world.db.db).await.expect("checked");
    admin.get("/subsidies").await.has("合わないものが1件あります").has(&format!("/cases/{claim}"));
    admin.get("/subsidies/books/export").await.is(StatusCode::OK).has("助成金の帳簿");
    let file = admin.post("/subsidies/books/export", &[("format", "csv")]).await;
    file.is(StatusCode::OK).has("40999").has("施術所等").has("令和8年度");
}

#[actix_web::test]
async fn readers_change_nothing() {
    let world = World::new();
    let id = world.db.read_blocking(programme::list).expect("reads").remove(0).id;
    for role in [Role::Reviewer, Role::Approver, Role::Auditor] {
        let (_, mut reader) = world.staff(role);
        reader.get("/subsidies").await.is(StatusCode::OK).has_not("制度を追加する");
        reader.get(&format!("/subsidies/{id}")).await.is(StatusCode::OK).has_not("予算を設定する</button>");
        reader.get("/subsidies/new").await.is(StatusCode::FORBIDDEN);
        reader.post(&format!("/subsidies/{id}/budget"), &[]).await.is(StatusCode::FORBIDDEN);
    }
}

/// The figures of the first row of the books.
fn figures(answer: &Answer) -> Vec<String> {
    let table = answer.html.split("id=\"books\"").nth(1).expect("the books");
    let row = table.split("<tbody>").nth(1).and_then(|rows| rows.split("</tr>").next()).expect("a row");
    let cells = row.split("<td class=\"number\">").skip(1);
    cells.map(|cell| cell.split("</td>").next().unwrap_or_default().to_owned()).collect()
}

#[actix_web::test]
async fn books_follow_a_grant_until_it_comes_back() {
    const NONE: &str = "0件・0円";
    const ONE: &str = "1件・41,000円";
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    grant(&world, 1, "あおぞら接骨院", 41_000);
    let of_four = |answer: &Answer| figures(answer)[3..7].to_vec();
    assert_eq!(of_four(&admin.get("/subsidies").await), [ONE, NONE, NONE, NONE], "it waits");
    let batch = admin.post("/payments", &[("pay_on", "2026-11-26")]).await.location;
    assert_eq!(of_four(&admin.get("/subsidies").await), [NONE, ONE, NONE, NONE], "it is under way");
    admin.post(&format!("{batch}/dissolve"), &[]).await;
    let batch = paid(&mut admin).await;
    assert_eq!(of_four(&admin.get("/subsidies").await), [NONE, NONE, ONE, NONE], "it is paid");
    world.db.clock.advance(chrono::Duration::days(7));
    let (_, mut admin) = world.staff(Role::Administrator);
    let back = link(&admin.get(&batch).await, &format!("{batch}/items/"));
    admin.post(&back, &[("returned_on", "2026-11-27"), ("because", "該当口座なし")]).await;
    let page = admin.get("/subsidies").await;
    assert_eq!(of_four(&page), [ONE, NONE, NONE, ONE], "it came back and waits");
    assert_eq!(figures(&page)[7..], ["未設定", ""]);
    books::check_night(&world.db.db).await.expect("checked");
    admin.get("/subsidies").await.has("すべて合っています");
}

#[actix_web::test]
async fn long_and_strange_names_are_shown_as_they_are_typed() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let long = "訪問看護".repeat(50);
    let saved = admin.post("/subsidies/new", &with(&[("comment", "<b>"), ("name", &long), ("step", "send")])).await;
    admin.get("/subsidies").await.has(&long);
    admin.get(&saved.location).await.has(&long).has_not("<b>");
    let longer = format!("{long}。");
    let answer = admin.post("/subsidies/new", &with(&[("comment", "x"), ("name", &longer)])).await;
    answer.is(StatusCode::UNPROCESSABLE_ENTITY).has("200文字以内").has(&longer);
    for (name, value) in
        [("comment", &*longer), ("comment", "x\u{0}"), ("name", "二\n行"), ("total_cap", "99999999999999")]
    {
        let changed = [("comment", "x"), (name, value)];
        admin.post("/subsidies/new", &with(&changed)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[actix_web::test]
async fn a_house_without_programmes_says_so() {
    let world = World::new();
    let empty = "delete from subsidy_rules; delete from subsidy_programmes";
    for statement in empty.split("; ") {
        world.db.read_blocking(|c| sql(c, statement)).expect("emptied");
    }
    let (_, mut admin) = world.staff(Role::Administrator);
    admin.get("/subsidies").await.has("制度はまだありません").has("制度を追加する").has("まだ点検していません");
    let unknown = world.applicant.facility();
    admin.get(&format!("/subsidies/{unknown}")).await.is(StatusCode::NOT_FOUND);
    admin.get(&format!("/subsidies/{unknown}/edit")).await.is(StatusCode::NOT_FOUND);
}
