//! Notices, by the pages of those who write and look at them.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::notice;
use uketsuke_core::staff::role::Role;

use super::review::PNG;
use super::{Browser, World};

const FORM: [(&str, &str); 9] = [
    ("category", "outage"),
    ("title", "資格確認ができません"),
    ("body", "# いまの状況\n\n復旧を**急いで**います。\n\n- 紙の保険証をお使いください。"),
    ("site", "omf"),
    ("popup", "yes"),
    ("kinds", "judo_therapy"),
    ("prefectures", "13"),
    ("until_era", "ad"),
    ("until_year", "2026"),
];
const REST: [(&str, &str); 2] = [("until_month", "12"), ("until_day", "31")];

fn with(changed: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let all = FORM.iter().chain(&REST).filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    all.chain(changed).copied().collect()
}

async fn drafted(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let answer = browser.post("/notices/new", fields).await;
    assert!(answer.location.starts_with("/notices/0"), "{} {}", answer.location, answer.html);
    answer.location
}

#[actix_web::test]
async fn a_notice_is_written_looked_at_published_and_ended() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get("/notices").await.has("お知らせはありません");
    let broken = editor.post("/notices/new", &FORM).await;
    broken.is(StatusCode::UNPROCESSABLE_ENTITY).has("value=\"資格確認ができません\"").has("表示を終える日");
    let empty = editor.post("/notices/new", &[]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("種類を選んでください").has("見出しを入力してください");
    let path = drafted(&mut editor, &with(&[])).await;
    let shown = editor.get(&path).await;
    shown.has("下書き").has("<h2>いまの状況</h2>").has("<strong>急いで</strong>").has("preview-phone");
    shown.has("施術所等向け総合ポータルサイト・柔道整復師の施術所・東京都").has("から2026年12月31日まで");
    let visible = || {
        let now = world.db.clock.now().into();
        let asked = notice::Audience::at(Site::Omf);
        world.db.read_blocking(|c| notice::latest(c, asked, 9, now)).expect("read").len()
    };
    assert_eq!(visible(), 0);
    editor.get(&format!("{path}/steps/publish")).await.has("対象の方の画面に表示されます");
    assert_eq!(editor.post(&format!("{path}/steps/publish"), &[]).await.location, path);
    editor.get(&path).await.has("公開中").has("お知らせを公開しました");
    assert_eq!(visible(), 1);
    // The button pressed twice, and steps that are not possible any more.
    for step in ["publish", "submit", "discard", "take-back"] {
        assert_eq!(editor.post(&format!("{path}/steps/{step}"), &[]).await.location, path);
        editor.get(&path).await.has("いまの状態ではできない操作です");
    }
    editor.get("/notices").await.has("公開中").has("アプリ").has("障害");
    editor.get("/notices?state=ended").await.has("お知らせはありません");
    editor.post(&format!("{path}/steps/end"), &[]).await;
    assert_eq!(visible(), 0);
    editor.get("/notices?state=ended").await.has("資格確認ができません");
    let copy = editor.get(&format!("/notices/new?from={}", path.rsplit('/').next().expect("an id"))).await;
    copy.has("value=\"資格確認ができません\"").has("急いで");
    editor.get(&format!("{path}/steps/nonsense")).await.is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_draft_is_looked_at_by_a_colleague_and_thrown_away() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    let (_, mut other) = world.staff(Role::Administrator);
    let path = drafted(&mut editor, &with(&[])).await;
    editor.post(&format!("{path}/steps/submit"), &[]).await;
    other.get(&path).await.has("確認待ち").has("下書きに戻す");
    other.post(&format!("{path}/steps/send-back"), &[]).await;
    editor.get(&path).await.has("下書き");
    editor.get(&format!("{path}/steps/discard")).await.has("元に戻せません");
    assert_eq!(editor.post(&format!("{path}/steps/discard"), &[]).await.location, "/notices");
    editor.get(&path).await.is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_scheduled_notice_can_be_called_off_and_its_change_is_a_version() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    let later = with(&[
        ("from_era", "ad"),
        ("from_year", "2026"),
        ("from_month", "12"),
        ("from_day", "1"),
        ("from_time", "9時"),
    ]);
    let path = drafted(&mut editor, &later).await;
    editor.post(&format!("{path}/steps/publish"), &[]).await;
    let shown = editor.get(&path).await;
    shown.has("公開予定").has("2026年12月1日 9時00分から");
    let form = editor.get(&format!("{path}/edit")).await;
    form.has("value=\"9:00\"").has("name=\"seen\" value=\"2\"");
    let changed = [&later[..], &[("seen", "2"), ("comment", "時刻の訂正")]].concat();
    let changed: Vec<_> =
        changed.iter().map(|pair| if pair.0 == "from_time" { ("from_time", "10:30") } else { *pair }).collect();
    assert_eq!(editor.post(&format!("{path}/edit"), &changed).await.location, path);
    let shown = editor.get(&path).await;
    shown.has("2026年12月1日 10時30分から").has("時刻の訂正").has("第2版").has("diff-added");
    let stale = editor.post(&format!("{path}/edit"), &changed).await;
    stale.is(StatusCode::CONFLICT).has("ほかの人がこのお知らせを変更しました").has("value=\"10:30\"");
    editor.post(&format!("{path}/steps/take-back"), &[]).await;
    editor.get(&path).await.has("下書き");
}

#[actix_web::test]
async fn files_are_attached_shown_in_the_text_and_taken_off() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    let path = drafted(&mut editor, &with(&[])).await;
    let files = format!("{path}/files");
    let none = editor.upload(&files, &[], ("", b"")).await;
    none.is(StatusCode::UNPROCESSABLE_ENTITY).has("ファイルを選んでください");
    let script = editor.upload(&files, &[], ("図.png", b"<script>alert(1)</script>")).await;
    script.is(StatusCode::UNPROCESSABLE_ENTITY).has("error-summary");
    assert_eq!(editor.upload(&files, &[], ("図<b>.png", PNG)).await.location, path);
    let shown = editor.get(&path).await;
    shown.has("図&#60;b&#62;.png").has_not("図<b>");
    let at = shown.html.find(&format!("href=\"{files}/")).expect("a link") + 6;
    let file = shown.html[at..].split('"').next().expect("an address").to_owned();
    let saved = editor.get(&file).await;
    saved.is(StatusCode::OK);
    assert!(saved.html.len() > 20);
    let text = with(&[("body", "![流れの図](ない.png)"), ("seen", "1")]);
    let refused = editor.post(&format!("{path}/edit"), &text).await;
    refused.is(StatusCode::UNPROCESSABLE_ENTITY).has("添付されていません");
    assert_eq!(editor.upload(&files, &[], ("zu.png", &[PNG, b"\0"].concat())).await.status, StatusCode::SEE_OTHER);
    let text = with(&[("body", "![流れの図](zu.png)"), ("seen", "1")]);
    assert_eq!(editor.post(&format!("{path}/edit"), &text).await.location, path);
    let shown = editor.get(&path).await;
    shown.has("alt=\"流れの図\"").has("?show=yes\"");
    let used = shown.html.split(&format!("{files}/")).filter_map(|rest| rest.split(['?', '"', '/']).next()).last();
    let used = used.expect("an id").to_owned();
    editor.post(&format!("{files}/{used}/remove"), &[]).await;
    editor.get(&path).await.has("本文に使われています");
    assert_eq!(editor.post(&format!("{file}/remove"), &[]).await.location, path);
    editor.get(&path).await.has("ファイルを外しました").has_not("図&#60;b&#62;.png");
}

#[actix_web::test]
async fn a_disaster_is_told_to_its_prefectures_until_its_end() {
    let world = World::new();
    let (scope, mut editor) = world.staff(Role::Editor);
    editor.get("/notices/new?kind=disaster").await.has("心よりお見舞い申し上げます").has("value=\"disaster\" checked");
    let form = with(&[("category", "disaster"), ("site", "both"), ("kinds", ""), ("prefectures", "")]);
    let form: Vec<_> = form
        .into_iter()
        .filter(|(name, value)| !value.is_empty() || !["kinds", "prefectures"].contains(name))
        .collect();
    let nowhere = editor.post("/notices/new", &form).await;
    nowhere.is(StatusCode::UNPROCESSABLE_ENTITY).has("対象の都道府県を選んでください");
    let form = [&form[..], &[("prefectures", "17"), ("prefectures", "16")]].concat();
    let path = drafted(&mut editor, &form).await;
    editor.post(&format!("{path}/steps/publish"), &[]).await;
    editor.get(&path).await.has("すべての画面の上").has("アプリ").has("富山県、石川県");
    world.db.clock.advance(chrono::Duration::days(60));
    world.db.write_blocking(Actor::system(), notice::tick).expect("ticks");
    let id = uketsuke_core::ids::NoticeId::parse(path.rsplit('/').next().expect("an id")).expect("an id");
    let ended = world.db.read_blocking(|c| notice::get(c, &scope, &id)).expect("read");
    assert_eq!(ended.state, notice::State::Ended);
}

#[actix_web::test]
async fn whoever_only_reads_sees_no_buttons() {
    let world = World::new();
    let (_, mut editor) = world.staff(Role::Editor);
    let path = drafted(&mut editor, &with(&[])).await;
    for role in [Role::Auditor, Role::Support] {
        let (_, mut reader) = world.staff(role);
        reader.get("/notices").await.has("資格確認ができません").has_not("お知らせを書く</a>");
        reader.get(&path).await.has_not("書き直す").has_not("公開する").has_not("添付する");
        reader.get(&format!("{path}/edit")).await.is(StatusCode::FORBIDDEN);
        reader.post(&format!("{path}/steps/publish"), &[]).await.is(StatusCode::FORBIDDEN);
    }
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get(&path).await.is(StatusCode::FORBIDDEN);
}
