//! Questions, handbooks and the texts one agrees to, by the pages of editors.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::staff::role::Role;
use uketsuke_core::{faq, legal, manual};

use super::World;

const QUESTION: [(&str, &str); 5] = [
    ("question", "充電器はどれを使えばよいですか"),
    ("answer", "端末に付いているものを使ってください。"),
    ("keywords", "じゅうでんき, バッテリー"),
    ("category", "device"),
    ("site", "both"),
];

#[actix_web::test]
async fn a_question_is_written_published_found_changed_and_taken_off() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/faq").await.has("条件に合う質問はありません");
    let empty = editor.post("/faq/new", &[("question", "充電器")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("答えを入力してください").has("value=\"充電器\"");
    let added = editor.post("/faq/new", &QUESTION).await;
    let path = added.location;
    assert!(path.starts_with("/faq/0"), "{path}");
    editor.get(&path).await.has("下書き").has("じゅうでんき、バッテリー").has("specimen-phone");
    let found = |words: &str| world.db.read_blocking(|c| faq::search(c, Site::Csm, words)).expect("read").hits.len();
    assert_eq!(found("バッテリー"), 0);
    for _ in 0..2 {
        assert_eq!(editor.post(&format!("{path}/publish"), &[]).await.location, path);
    }
    assert_eq!(found("バッテリー"), 1);
    editor.get("/faq?q=%E3%81%98%E3%82%85%E3%81%86%E3%81%A7%E3%82%93&state=published").await.has("充電器はどれを");
    editor.get("/faq?category=subsidy").await.has("条件に合う質問はありません");
    let change = |seen: &'static str, site: &'static str| {
        let kept = QUESTION.iter().copied().filter(|(name, _)| *name != "site");
        kept.chain([("site", site), ("seen", seen), ("comment", "サイトを分ける")]).collect::<Vec<_>>()
    };
    assert_eq!(editor.post(&format!("{path}/edit"), &change("2", "omf")).await.location, path);
    assert_eq!(found("バッテリー"), 0, "it speaks to the other site");
    let stale = editor.post(&format!("{path}/edit"), &change("2", "csm")).await;
    stale.is(StatusCode::CONFLICT).has("ほかの人がこの質問を変更しました").has("サイトを分ける");
    editor.get(&path).await.has("第2版").has("サイトを分ける");
    editor.post(&format!("{path}/retire"), &[]).await;
    editor.get(&path).await.has("公開終了");
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get(&path).await.has_not("公開する</button>").has_not("書き直す");
    auditor.get("/faq/new").await.is(StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn editors_see_what_was_searched_in_vain_and_keep_the_synonyms() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/faq/misses").await.has("見つからなかった言葉はありません");
    for _ in 0..3 {
        let note = |tx: &mut uketsuke_core::db::Tx<'_>| faq::note_miss(tx, Site::Omf, "冷蔵庫<b>");
        world.db.write_blocking(Actor::system(), note).expect("noted");
    }
    let misses = editor.get("/faq/misses").await;
    misses.has("冷蔵庫&#60;b&#62;").has("<td class=\"number\">3</td>").has("/faq/new?words=");
    editor.get("/faq/new?words=%E5%86%B7%E8%94%B5%E5%BA%AB").await.has("value=\"冷蔵庫\"");
    editor.get("/faq/synonyms").await.has("整骨院、接骨院");
    let alone = editor.post("/faq/synonyms", &[("words", "冷蔵庫")]).await;
    alone.is(StatusCode::UNPROCESSABLE_ENTITY).has("2つ以上").has("value=\"冷蔵庫\"");
    assert_eq!(editor.post("/faq/synonyms", &[("words", "冷蔵庫, れいぞうこ")]).await.location, "/faq/synonyms");
    let list = editor.get("/faq/synonyms").await;
    let last = list.html.rfind("action=\"/faq/synonyms/").expect("a form") + 8;
    let own = list.html[last..].split('"').next().expect("an address").to_owned();
    let bad = editor.post(&own, &[("words", "、、")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("同じ意味の言葉を入力してください");
    editor.post(&own, &[("words", "冷蔵庫、フリーザー")]).await;
    editor.get("/faq/synonyms").await.has("冷蔵庫、フリーザー");
    for _ in 0..2 {
        assert_eq!(editor.post(&own, &[("words", ""), ("step", "remove")]).await.location, "/faq/synonyms");
    }
    editor.get("/faq/synonyms").await.has_not("フリーザー");
}

const VERSION: [(&str, &str); 7] = [
    ("label", "1.0"),
    ("revised_on_era", "ad"),
    ("revised_on_year", "2026"),
    ("revised_on_month", "11"),
    ("revised_on_day", "20"),
    ("changes", "はじめての版"),
    ("body", "# はじめに\n\nお読みください。"),
];

#[actix_web::test]
async fn a_handbook_gets_versions_and_files() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/manuals").await.has("手順書はまだありません");
    let new = [("title", "利用開始の手引き"), ("slug", "usage-start"), ("site", "omf")];
    editor.post("/manuals/new", &new[..1]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("アドレスを入力してください");
    let path = editor.post("/manuals/new", &new).await.location;
    let twice = editor.post("/manuals/new", &new).await;
    twice.is(StatusCode::UNPROCESSABLE_ENTITY).has("ほかの手順書で使われています");
    editor.get(&path).await.has("版がありません").has("/manuals/usage-start");
    let version = format!("{path}/version");
    let broken = editor.post(&version, &[("seen", "0")]).await;
    broken.is(StatusCode::UNPROCESSABLE_ENTITY).has("版を入力してください").has("本文を入力してください");
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF";
    let refused = editor.upload(&format!("{path}/file"), &[], ("a.exe", b"MZ")).await;
    refused.is(StatusCode::UNPROCESSABLE_ENTITY);
    editor.upload(&format!("{path}/file"), &[], ("手引き.pdf", pdf)).await;
    let shown = editor.post(&version, &[&VERSION[..], &[("seen", "0")]].concat()).await;
    shown.is(StatusCode::OK).has("まだ公開していません").has("<h2>はじめに</h2>");
    let send = |seen: &'static str| [&VERSION[..], &[("seen", seen), ("step", "send")]].concat();
    assert_eq!(editor.post(&version, &send("0")).await.location, path);
    let stale = editor.post(&version, &send("0")).await;
    stale.is(StatusCode::CONFLICT).has("ほかの人が新しい版を公開しました").has("はじめての版");
    let found = |slug: &str| world.db.read_blocking(|c| manual::find(c, Site::Omf, slug));
    assert_eq!(found("usage-start").expect("there").versions.len(), 1);
    editor.get(&path).await.has("公開中").has("はじめての版").has("お読みください");
    editor.post(&format!("{path}/state"), &[("state", "retired")]).await;
    editor.get(&path).await.has("公開終了").has("公開に戻す");
    editor.post(&format!("{path}/state"), &[("state", "nonsense")]).await.is(StatusCode::NOT_FOUND);
    let edit = [("title", "新しい名前"), ("site", "both"), ("seen", "2"), ("slug", "other")];
    assert_eq!(editor.post(&format!("{path}/edit"), &edit).await.location, path);
    assert_eq!(found("usage-start").expect("its address stays").manual.title, "新しい名前");
    editor
        .post(&format!("{path}/edit"), &edit)
        .await
        .is(StatusCode::CONFLICT)
        .has("ほかの人がこの手順書を変更しました");
}

const TEXT: [(&str, &str); 6] = [
    ("from_era", "ad"),
    ("from_year", "2026"),
    ("from_month", "12"),
    ("from_day", "1"),
    ("changes", "第3条を改めました。"),
    ("body", "# 第1条\n\nこの規約は…"),
];

#[actix_web::test]
async fn a_new_version_of_the_terms_waits_for_its_day() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/terms").await.has("いまの版").has("最初の版");
    editor.get("/terms/other/new").await.is(StatusCode::NOT_FOUND);
    let past = TEXT.map(|pair| if pair.0 == "from_month" { ("from_month", "11") } else { pair });
    editor.post("/terms/terms/new", &past).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("明日から1年先まで");
    let shown = editor.post("/terms/terms/new", &TEXT).await;
    shown.is(StatusCode::OK).has("まだ登録していません").has("<h2>第1条</h2>");
    let send = [&TEXT[..], &[("step", "send")]].concat();
    assert_eq!(editor.post("/terms/terms/new", &send).await.location, "/terms");
    let twice = editor.post("/terms/terms/new", &send).await;
    twice.is(StatusCode::UNPROCESSABLE_ENTITY).has("この日から始まる版が、すでにあります").has("第3条を改めました");
    editor.get("/terms").await.has("予定").has("取りやめる");
    editor.get("/terms/terms/new").await.has("この規約は…");
    world.db.clock.advance(chrono::Duration::days(12));
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/terms").await.has("過去の版").has_not("取りやめる");
    assert_eq!(editor.post("/terms/terms/2026-12-01/call-off", &[]).await.status, StatusCode::NOT_FOUND);
    let now = world.db.clock.now().into();
    let versions = world.db.read_blocking(|c| legal::versions_in_force(c, now)).expect("read");
    assert_eq!(versions[0], (legal::Document::Terms, "2026-12-01".to_owned()));
}
