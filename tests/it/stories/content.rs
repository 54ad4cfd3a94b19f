//! What the desk publishes: a scheduled notice in pages, feed and API for its
//! audience and its time; an anonymous question that becomes one of the frequent
//! ones; new terms that ask again.

use actix_web::http::Method;
use chrono::{DateTime, Duration, Utc};
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::http::{agent, send};
use crate::support::people::{SAKURA, log_in};

tests! {
    a_scheduled_notice_appears_and_disappears_on_time_for_its_audience,
    what_a_visitor_asked_becomes_an_answer_for_everybody,
    new_terms_ask_everybody_again_at_the_next_login,
}

const MAIL: &str = "hanako@example.jp";
const TITLE: &str = "夜間の点検のお知らせ";

/// Turns the clock to this minute, Tokyo time.
fn until(app: &TestApp, time: &str) {
    let at: DateTime<Utc> = format!("{time}:00+09:00").parse().expect("a time");
    app.later(at - app.clock.now());
    // Pages go on for a few seconds with what they told before.
    app.later(Duration::seconds(6));
}

/// Titles that the API tells this audience.
fn in_app(app: &TestApp, query: &str) -> Vec<String> {
    let url = format!("{}/api/v1/notices{query}", app.device_api());
    let answer = send(&agent(), Method::GET, &url, &[], &[]).json();
    let notices = answer["notices"].as_array().expect("notices").clone();
    notices.iter().map(|notice| notice["title"].as_str().expect("a title").to_owned()).collect()
}

/// Where a notice can be met: the list, the top page, the feed, the API, the top of
/// every page.
fn met(app: &TestApp, mut browser: Browser, query: &str) -> [bool; 5] {
    let says = |browser: &mut Browser, path: &str, place: &str| {
        browser.visit(path).all_words(place).iter().any(|words| words.contains(TITLE))
    };
    let list = says(&mut browser, "/notices", ".news-title");
    let top = says(&mut browser, "/", ".news-title");
    let feed = browser.send(Method::GET, &format!("/notices.atom{query}"), &[], &[]);
    assert_eq!(feed.status, 200);
    let api = in_app(app, query).contains(&TITLE.to_owned());
    let everywhere = says(&mut browser, "/accessibility", ".emergency");
    [list, top, feed.text().contains(TITLE), api, everywhere]
}

fn write(editor: &mut Browser) -> String {
    editor.open("/notices");
    editor.follow("お知らせを書く");
    editor.tick("障害").fill("見出し", TITLE).fill("本文", "点検のあいだは使えません。\n\n- **22時**から");
    editor.tick("アプリを開いたときに表示する").tick("緊急のお知らせとして、すべての画面の上に表示する");
    editor.tick("柔道整復師の施術所").tick("東京都");
    editor.fill_date("表示を始める日", ["西暦", "2026", "12", "1"]).fill("始める時刻", "21:30");
    editor.press("下書きを保存して、見え方を確かめる").expect("表示を終える日");
    editor.fill_date("表示を終える日", ["西暦", "2026", "12", "2"]).fill("終える時刻", "6:00");
    editor.press("下書きを保存して、見え方を確かめる").expect("下書きを保存しました");
    editor.follow("公開する").expect("柔道整復師の施術所・東京都");
    editor.press("公開する").expect("公開予定");
    editor.page().attributes("a[href$='/edit']", "href").concat().trim_end_matches("/edit").to_owned()
}

fn a_scheduled_notice_appears_and_disappears_on_time_for_its_audience(app: &TestApp) {
    app.with_master();
    let mut editor = app.staff("editor@example.jp", Role::Editor);
    let path = write(&mut editor);
    let nowhere = [false; 5];
    let audience = "?kind=judo_therapy&prefecture=13";
    assert_eq!(met(app, app.portal(), audience), nowhere);
    until(app, "2026-12-01T21:29");
    assert_eq!(met(app, app.portal(), audience), nowhere, "a minute before");
    until(app, "2026-12-01T21:30");
    assert_eq!(met(app, app.portal(), audience), [true; 5]);
    app.run_periodic("show_notices");
    assert_eq!(met(app, app.portal(), audience), [true; 5], "written down, it stays");
    // For its audience only.
    let tokyo = app.signed_in(SAKURA, MAIL);
    app.run_jobs();
    assert_eq!(met(app, tokyo, audience), [true; 5]);
    for others in ["?kind=judo_therapy&prefecture=27", "?kind=midwifery&prefecture=13"] {
        assert!(in_app(app, others).is_empty(), "{others}");
        let feed = app.portal().send(Method::GET, &format!("/notices.atom{others}"), &[], &[]).text();
        assert!(!feed.contains(TITLE), "{others}");
    }
    let listed = app.portal().open("/notices?kind=midwifery").all_words(".news-title");
    assert!(listed.is_empty(), "the list of midwives does not have it: {listed:?}");
    let mut editor = again(app);
    editor.open(&path).expect("公開中");
    until(app, "2026-12-02T05:59");
    assert_eq!(met(app, app.portal(), audience), [true; 5]);
    until(app, "2026-12-02T06:00");
    assert_eq!(met(app, app.portal(), audience), nowhere);
    app.run_periodic("show_notices");
    let mut editor = again(app);
    editor.open(&path).expect("終了");
    let portal_path = path.clone();
    assert_eq!(app.portal().visit(&portal_path).status, 404);
}

/// The editor after a night: sessions have ended.
fn again(app: &TestApp) -> Browser {
    app.staff(&format!("editor{}@example.jp", app.clock.now().timestamp()), Role::Editor)
}

fn what_a_visitor_asked_becomes_an_answer_for_everybody(app: &TestApp) {
    let question = "充電器はどれを使えばよいですか。山田花子の施設では市販のものを使っています。";
    let answer = "端末に付いている充電器をお使いください。";
    let mut visitor = app.portal();
    visitor.open("/faq").expect("質問はまだありません");
    visitor.fill("調べたい言葉", "充電器");
    visitor.press("探す").expect("「充電器」は見つかりませんでした");
    visitor.follow("この言葉で問い合わせる");
    assert!(visitor.page().control("お問い合わせの内容").value.contains("充電器"), "the words are carried over");
    visitor.fill("お問い合わせの種類", "端末の設定").fill("お問い合わせの内容", question);
    visitor.fill("お名前", "山田 花子").fill("返信先のメールアドレス", MAIL);
    visitor.press("確認へ進む").expect(question);
    visitor.press("この内容で送る").expect("お問い合わせを受け付けました");
    let number = visitor.page().all_words("#number").concat();

    let mut support = app.staff("support@example.jp", Role::Support);
    support.open("/inquiries?v=unassigned");
    support.follow(&number);
    support.follow("回答する");
    support.fill("回答", answer);
    support.press("送られるメールを見る").expect("まだ送られていません");
    support.press("この内容で回答する").expect("回答済み");
    let inquiry = support.page().path.clone();
    assert!(app.newest_mail_to(MAIL).body.contains(answer));

    let mut editor = app.staff("editor@example.jp", Role::Editor);
    editor.open("/faq/misses").expect("充電器");
    editor.open(&inquiry);
    editor.follow("よくある質問にする").expect("お問い合わせへの回答から作っています");
    assert_eq!(editor.page().control("質問").value, "充電器はどれを使えばよいですか");
    assert_eq!(editor.page().control("答え").value, answer);
    assert!(!editor.page().says("山田花子"), "who asked is left out");
    editor.fill("言い換え", "じゅうでんき、ACアダプター");
    editor.press("下書きを保存する").expect("下書きを保存しました").expect("もとになったお問い合わせ");
    assert!(!app.portal().visit("/faq?q=%E5%85%85%E9%9B%BB%E5%99%A8").says(answer), "not before it is published");
    editor.press("公開する").expect("質問を公開しました");

    let mut other = app.portal();
    other.open("/faq");
    other.fill("調べたい言葉", "ａｃあだぷたー");
    other.press("探す").expect("検索結果（1件）").expect(answer);
    other.follow("充電器はどれを使えばよいですか").expect(answer);
    other.press("役に立った").expect("ありがとうございました");
    editor.open("/faq").expect("充電器はどれを使えばよいですか");
}

fn new_terms_ask_everybody_again_at_the_next_login(app: &TestApp) {
    app.with_master();
    app.signed_in(SAKURA, MAIL);
    app.run_jobs();
    let mut editor = app.staff("editor@example.jp", Role::Editor);
    editor.open("/terms");
    editor.follow("利用規約の新しい版を作る");
    editor.fill_date("始まる日", ["西暦", "2026", "12", "1"]);
    editor.fill("変わったところ", "第3条を改めました。").fill("本文", "# 第1条\n\n新しい規約です。");
    editor.press("見え方を確かめる").expect("新しい規約です。");
    editor.press("この版を登録する").expect("予定");
    let mut person = app.portal();
    log_in(&mut person, MAIL);
    person.open("/home").expect("次にすること");
    until(app, "2026-12-01T00:00");
    let mut person = app.portal();
    person.open("/terms").expect("新しい規約です。");
    log_in(&mut person, MAIL);
    person.page().expect("規約が新しくなりました").expect("第3条を改めました。").expect_not("プライバシーポリシー2026");
    person.press("同意して進む").expect("同意するに印を付けてください");
    person.tick("新しい内容に同意する");
    person.press("同意して進む").expect("次にすること");
    let given = app.read(|c| {
        use diesel::prelude::*;
        use uketsuke_core::schema::consents;
        let versions = consents::table.filter(consents::document.eq("terms")).select(consents::version);
        Ok(versions.order(consents::version).load::<String>(c)?)
    });
    assert_eq!(given, ["2026-11-01", "2026-12-01"]);
    let mut later = app.portal();
    log_in(&mut later, MAIL);
    later.page().expect("次にすること");
}
