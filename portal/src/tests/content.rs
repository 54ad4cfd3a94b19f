//! Notices, questions, handbooks and texts as readers meet them.

use chrono::Duration;
use uketsuke_core::db::Actor;
use uketsuke_core::notice::Typed;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::content::{load_questions, notice_typed, publish_manual, publish_notice, publish_question};
use uketsuke_core::{faq, legal};

use super::*;

fn unread(answer: &Answer) -> Option<String> {
    let count = answer.html.split("<span class=\"count\">").nth(1)?;
    Some(count.split('<').next()?.to_owned())
}

#[actix_web::test]
async fn notices_are_listed_read_and_counted() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    assert!(browser.get("/notices").await.has("新しいお知らせはありません"));
    assert!(browser.get("/notices?category=rules").await.has("絞り込みを解除する"));
    let for_all = publish_notice(&world.db, &notice_typed("全員の方へ<b>"));
    let tokyo = Typed { prefectures: vec!["13".into()], important: true, ..notice_typed("東京の方へ") };
    publish_notice(&world.db, &tokyo);
    let osaka = Typed { prefectures: vec!["27".into()], ..notice_typed("大阪の方へ") };
    publish_notice(&world.db, &osaka);
    publish_notice(&world.db, &Typed { site: "csm".into(), ..notice_typed("病院の方へ") });
    world.db.clock.advance(Duration::seconds(6));
    let home = browser.get("/home").await;
    assert_eq!(unread(&home), Some("2".to_owned()), "{}", home.html);
    assert!(home.has("全員の方へ&#60;b&#62;") && home.has("東京の方へ") && !home.has("大阪の方へ"));
    let list = browser.get("/notices").await;
    assert!(list.has("東京の方へ") && !list.has("大阪の方へ") && !list.has("病院の方へ") && list.has("未読"));
    let narrowed = browser.get("/notices?category=important").await;
    assert!(narrowed.has("東京の方へ") && !narrowed.has("全員の方へ"));
    let read = browser.get(&format!("/notices/{for_all}")).await;
    assert!(read.has("本文です。") && unread(&read) == Some("1".to_owned()));
    assert_eq!(unread(&browser.get("/home").await), Some("1".to_owned()));
    // A faulty form counts nothing, and still leads there.
    let faulty = browser.post("/account/password", &[]).await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(faulty.has("href=\"/notices\"") && unread(&faulty).is_none());
    // A visitor sees what is for anybody of this site, and nothing is unread.
    let mut visitor = world.visitor();
    let list = visitor.get("/notices").await;
    assert!(list.has("大阪の方へ") && !list.has("病院の方へ") && !list.has("未読"));
    let kinds = visitor.get("/notices?kind=midwifery").await;
    assert!(kinds.has("全員の方へ"));
    let top = visitor.get("/").await;
    assert!(top.has("大阪の方へ") && top.has("お知らせをすべて見る"));
    for missing in ["/notices/x", "/notices/0193a7f0-0000-7000-8000-000000000000"] {
        assert_eq!(visitor.get(missing).await.status, StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn a_long_list_is_read_page_by_page() {
    let world = World::new();
    for n in 1..=23 {
        publish_notice(&world.db, &notice_typed(&format!("第{n}報。")));
        world.db.clock.advance(Duration::minutes(1));
    }
    let mut visitor = world.visitor();
    let first = visitor.get("/notices").await;
    assert!(first.has("第23報。") && first.has("第4報。") && !first.has(">第3報。"));
    let at =
        first.html.find("href=\"/notices?category=&").or_else(|| first.html.find("href=\"/notices?category=&#38;"));
    let next = first.html[at.expect("a next page") + 6..].split('"').next().expect("an address");
    let second = visitor.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
    assert!(second.has(">第3報。") && second.has(">第1報。") && !second.has(">第4報。"));
}

#[actix_web::test]
async fn what_is_urgent_stands_on_every_page_for_those_it_concerns() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let disaster = |title: &str, place: &str| Typed {
        category: "disaster".into(),
        prefectures: vec![place.into()],
        ..notice_typed(title)
    };
    publish_notice(&world.db, &disaster("石川県の施設の方へ", "17"));
    world.db.clock.advance(Duration::seconds(6));
    assert!(!browser.get("/home").await.has("石川県の施設の方へ"), "they are in Tokyo");
    let mut visitor = world.visitor();
    for page in ["/", "/login", "/terms", "/no-such-page"] {
        let answer = visitor.get(page).await;
        assert!(answer.has("class=\"emergency\"") && answer.has("石川県の施設の方へ"), "{page}");
    }
    publish_notice(&world.db, &disaster("東京都の施設の方へ", "13"));
    world.db.clock.advance(Duration::seconds(6));
    assert!(browser.get("/home").await.has("東京都の施設の方へ"));
    assert!(visitor.get("/").await.has("ほか1件"));
    world.db.clock.advance(Duration::days(60));
    assert!(!visitor.get("/").await.has("class=\"emergency\""), "it ends by itself");
}

#[actix_web::test]
async fn the_feed_holds_what_is_shown_and_is_not_sent_twice() {
    let world = World::new();
    let mut visitor = world.visitor();
    let empty = visitor.get("/notices.atom").await;
    assert!(empty.has("<feed") && !empty.has("<entry>"));
    let id = publish_notice(&world.db, &Typed { important: true, ..notice_typed("一報 <b>&") });
    publish_notice(&world.db, &Typed { site: "csm".into(), ..notice_typed("病院の方へ") });
    publish_notice(&world.db, &Typed { prefectures: vec!["27".into()], ..notice_typed("大阪の方へ") });
    let feed = visitor.get("/notices.atom").await;
    assert_eq!(feed.headers.get("content-type").expect("a type"), "application/atom+xml; charset=utf-8");
    assert!(feed.has("一報 &lt;b&gt;&amp;") && feed.has(&format!("urn:uuid:{id}")), "{}", feed.html);
    assert!(feed.has("https://portal.example/notices/") && feed.has("大阪の方へ") && !feed.has("病院の方へ"));
    let tokyo = visitor.get("/notices.atom?prefecture=13").await;
    assert!(!tokyo.has("大阪の方へ") && tokyo.has("一報"));
    let tag = feed.headers.get("etag").expect("a tag").clone();
    let again = visitor.send(TestRequest::get().uri("/notices.atom").insert_header(("if-none-match", tag))).await;
    assert_eq!((again.status, again.html.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[actix_web::test]
async fn a_question_is_found_read_and_judged() {
    let world = World::new();
    load_questions(&world.db.db);
    let id = publish_question(&world.db, "充電器<b>の選び方", "**端末**に付いているものです。");
    let mut visitor = world.visitor();
    let shelves = visitor.get("/faq").await;
    assert!(shelves.has("登録・ログイン") && shelves.has("すべて見る"));
    assert!(visitor.get("/faq?category=device").await.has("充電器&#60;b&#62;の選び方"));
    let found = visitor.get("/faq?q=%E5%85%85%E9%9B%BB%E5%99%A8").await;
    assert!(found.has("<mark>充電器</mark>&#60;b&#62;") && found.has("検索結果（1件）"), "{}", found.html);
    let page = visitor.get(&format!("/faq/{id}")).await;
    assert!(page.has("<strong>端末</strong>") && page.has("役に立ちましたか"));
    for (said, told) in
        [("yes", "ありがとうございました"), ("no", "お問い合わせください"), ("no", "お問い合わせください")]
    {
        let path = format!("/faq/{id}");
        assert_eq!(visitor.post(&format!("{path}/vote"), &[("helpful", said)]).await.location, path);
        assert!(visitor.get(&path).await.has(told));
    }
    let mut browser = world.signed_in(EMAIL).await;
    browser.post(&format!("/faq/{id}/vote"), &[("helpful", "yes")]).await;
    let tally = world.read(|c| faq::tallies(c, std::slice::from_ref(&id)))[&id];
    assert_eq!(tally, faq::Tally { helpful: 1, not: 1 });
}

#[actix_web::test]
async fn a_search_in_vain_leads_on_and_is_remembered() {
    let world = World::new();
    load_questions(&world.db.db);
    let auditor = testing::add_staff(&world.db, Role::Auditor);
    let mut visitor = world.visitor();
    for _ in 0..2 {
        let vain = visitor.get("/faq?q=%E5%86%B7%E8%94%B5%E5%BA%AB").await;
        assert!(vain.has("「冷蔵庫」は見つかりませんでした") && vain.has("/contact?words=%E5%86%B7"), "{}", vain.html);
    }
    let near = visitor.get("/faq?q=%E7%B4%9B%E5%A4%B1%20%E5%86%B7%E8%94%B5%E5%BA%AB").await;
    assert!(near.has("近い質問があります") && near.has("端末を"));
    let misses = world.read(|c| faq::list_misses(c, &auditor, 9));
    assert_eq!((misses.len(), misses[0].words.as_str(), misses[0].times), (2, "冷蔵庫", 2));
    let long = visitor.get(&format!("/faq?q={}", "a".repeat(101))).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(long.has("100文字以内"));
    let hostile = visitor.get("/faq?q=%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!hostile.has("<script>alert"), "{}", hostile.html);
}

#[actix_web::test]
async fn a_handbook_stands_at_its_address() {
    let world = World::new();
    publish_manual(&world.db, "usage-start", "# はじめに\n\nお読みください。");
    let mut visitor = world.visitor();
    assert!(visitor.get("/manuals").await.has("href=\"/manuals/usage-start\""));
    let page = visitor.get("/manuals/usage-start").await;
    assert!(page.has("<h2>はじめに</h2>") && page.has("改訂の履歴") && page.has("はじめての版"));
    for missing in
        ["/manuals/other", "/manuals/usage-start/file", "/manuals/usage-start/files/1", "/manuals/usage-start/files/x"]
    {
        assert_eq!(visitor.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[actix_web::test]
async fn new_terms_are_shown_from_their_day_and_ask_again_at_the_login() {
    let world = World::new();
    world.register(EMAIL).await;
    let editor = testing::add_staff(&world.db, Role::Editor);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 1);
    let now = world.db.clock.now().into();
    let text = legal::Input::read(day, "# 第1条\n\n新しい規約です。", "第1条を改めました。", now, Default::default());
    let text = text.expect("a text");
    let add = |tx: &mut Tx<'_>| legal::add(tx, &editor, legal::Document::Terms, &text);
    world.db.write_blocking(Actor::system(), add).expect("added");
    let mut browser = world.visitor();
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.location, "/home", "its day has not come");
    assert!(!browser.get("/terms").await.has("新しい規約です。"));
    assert_eq!(browser.get("/terms/2026-12-01").await.status, StatusCode::NOT_FOUND);
    world.db.clock.advance(Duration::days(12));
    let mut browser = world.visitor();
    assert!(browser.get("/terms").await.has("新しい規約です。"));
    assert!(browser.get("/terms/2026-11-01").await.has("これは過去の版です"));
    let asked = browser.log_in(EMAIL, PASSWORD).await.location;
    assert!(asked.starts_with("/consent"), "{asked}");
    let page = browser.get(&asked).await;
    assert!(page.has("第1条を改めました。") && page.has("terms:2026-12-01") && !page.has("privacy:"));
    let without = browser.post("/consent", &[("shown", "terms:2026-12-01"), ("next", "/devices")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = [("consent", "yes"), ("shown", "terms:2026-11-01"), ("next", "/devices")];
    let again = browser.post("/consent", &other).await.location;
    assert!(browser.get(&again).await.has("terms:2026-12-01"), "what was not shown is not agreed to");
    let agreed = [("consent", "yes"), ("shown", "terms:2026-12-01 "), ("next", "/devices")];
    let on = browser.post("/consent", &agreed).await.location;
    assert_eq!(browser.get(&on).await.location, "/devices");
    let mut later = world.visitor();
    assert_eq!(later.log_in(EMAIL, PASSWORD).await.location, "/home");
}

#[actix_web::test]
async fn where_flaws_are_told_is_known_once_it_is_configured() {
    use uketsuke_web::security_txt::PATH;
    let mut world = World::with_two_addresses();
    assert_eq!(world.visitor().get(PATH).await.status, StatusCode::NOT_FOUND);
    let contact = |key: &str| (key == "UKETSUKE_SECURITY_CONTACT").then(|| "mailto:security@example.jp".to_owned());
    let config = Config::from_lookup(contact).expect("a contact");
    world.portal = Data::new(Portal { config: config.into(), ..Portal::clone(&world.portal) });
    for (host, origin) in [(OMF, "https://portal.example"), (CSM, "https://csm.example")] {
        let told = world.visitor_at(host).get(PATH).await;
        assert_eq!(told.status, StatusCode::OK);
        let kind = told.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("text/plain; charset=utf-8"));
        assert!(told.html.starts_with("Contact: mailto:security@example.jp\nExpires: "), "{}", told.html);
        assert!(told.html.ends_with(&format!("\nCanonical: {origin}{PATH}\n")), "{}", told.html);
    }
}

#[actix_web::test]
async fn every_screen_has_its_help_and_the_site_map_names_real_pages() {
    let world = World::new();
    load_questions(&world.db.db);
    let mut visitor = world.visitor();
    let page = visitor.get("/register/type").await;
    assert!(page.has("href=\"/help?page=/register/type\""));
    let help = visitor.get("/help?page=/register/type").await;
    assert!(
        help.has("新規ユーザー登録の使い方") && help.has("href=\"/register/type\"") && help.has("/manual#register")
    );
    assert!(help.has("href=\"/faq/"));
    let foreign = visitor.get("/help?page=//evil.example/").await;
    assert!(!foreign.has("evil.example\""), "{}", foreign.html);
    let pages: Vec<&str> = crate::app_routes().iter().map(|route| route.path).collect();
    for (_, places) in crate::pages::sitemap::PLACES {
        for place in places.iter() {
            assert!(pages.contains(&place.href), "{}", place.href);
        }
    }
    for item in uketsuke_web::page::PORTAL_FOOTER {
        assert!(pages.contains(&item.href), "{}", item.href);
    }
    assert!(visitor.get("/sitemap").await.has("アクセシビリティ方針"));
}
