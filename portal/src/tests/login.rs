//! Signing in and out, resetting, and what happens to a form when the session ends.

use chrono::Duration;

use super::*;

#[actix_web::test]
async fn failures_read_the_same_whether_the_address_is_known_or_not() {
    let world = World::new();
    world.register(EMAIL).await;
    for email in [EMAIL, "nobody@example.jp"] {
        let mut browser = world.visitor();
        for number in 1..=10 {
            let answer = browser.log_in(email, "wrong").await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.has("メールアドレスまたはパスワードが違います。"), "{email} {number}");
            assert!(answer.has(&format!("value=\"{email}\"")));
            let counted = answer.has("回で15分間使えなくなります");
            assert_eq!(counted, (5..10).contains(&number), "{email} {number}");
        }
        let closed = browser.log_in(email, PASSWORD).await;
        assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(closed.has("11月20日 10時15分まで使えません"), "{}", closed.html);
        assert!(closed.headers.contains_key("retry-after"));
    }
    world.db.clock.advance(Duration::minutes(15));
    assert_eq!(world.visitor().log_in(EMAIL, PASSWORD).await.location, "/home");
}

#[actix_web::test]
async fn a_login_gets_a_new_cookie_and_leads_on_only_within_the_site() {
    let world = World::new();
    world.register(EMAIL).await;
    for (next, location) in [
        ("/devices?x=1", "/devices?x=1"),
        ("//evil.example", "/home"),
        ("https://evil.example", "/home"),
        ("", "/home"),
    ] {
        let mut browser = world.visitor();
        browser.cookies.insert("__Host-portal".into(), "fixed by somebody".into());
        let answer = browser.post("/login", &[("email", EMAIL), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.location, location, "{next}");
        assert_eq!(browser.cookies["__Host-portal"].len(), 43);
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn logging_out_ends_the_session_on_the_server() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let stolen = browser.cookies.clone();
    let answer = browser.post("/logout", &[]).await;
    assert_eq!(answer.location, "/logout");
    assert!(answer.headers.contains_key("clear-site-data"));
    assert!(!browser.cookies.contains_key("__Host-portal"));
    assert!(browser.get("/logout").await.has("ログアウトしました"));
    let mut thief = Browser { world: &world, host: OMF, cookies: stolen };
    assert_eq!(thief.get("/account").await.location, "/login?next=%2Faccount");
    assert_eq!(browser.post("/logout", &[]).await.location, "/logout", "twice does no harm");
}

#[actix_web::test]
async fn a_forgotten_password_is_reset_by_mail_and_asking_answers_alike() {
    let world = World::new();
    let mut signed_in = world.signed_in(EMAIL).await;
    world.db.clock.advance(Duration::minutes(2));
    for email in ["nobody@example.jp", EMAIL] {
        assert_eq!(world.visitor().post("/reset", &[("email", email)]).await.location, "/reset/sent");
    }
    let link = world.reset_link();
    let mut browser = world.visitor();
    assert!(browser.get(&link).await.has("新しいパスワード"));
    let bad = browser.post(&link, &[("password", "short"), ("password_again", "short")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.post(&link, &[("password", "Nb4vXc9z"), ("password_again", "Nb4vXc9z")]).await;
    assert_eq!(done.location, "/login");
    assert!(!browser.cookies.contains_key("__Host-portal"), "a link logs nobody in");
    assert!(browser.get("/login").await.has("新しいパスワードを登録しました"));
    assert!(signed_in.get("/account").await.location.starts_with("/login"), "every session has ended");
    assert!(browser.get(&link).await.has("使用済み"));
    assert_eq!(browser.get("/reset/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.log_in(EMAIL, "Nb4vXc9z").await.location, "/home");
}

#[actix_web::test]
async fn a_form_sent_after_the_session_ended_is_kept_for_after_the_login() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    browser.get("/facilities/add").await;
    world.db.clock.advance(Duration::minutes(30));
    let fields = [("kind", "midwifery"), ("memo", "途中まで"), ("password", "never kept")];
    let late = browser.post("/facilities/add", &fields).await;
    assert_eq!(late.location, "/login?next=%2Ffacilities%2Fadd&ended=kept");
    let login = browser.get(&late.location).await;
    assert!(login.has("入力はここまで保存されています") && login.has("value=\"/facilities/add\""));
    let back = browser.post("/login", &[("email", EMAIL), ("password", PASSWORD), ("next", "/facilities/add")]).await;
    assert_eq!(back.location, "/facilities/add");
    let filled = browser.get("/facilities/add").await.html;
    let tick = filled.split("value=\"midwifery\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(tick.is_some_and(|tick| tick.ends_with(" checked")), "filled in again: {tick:?}");
    assert!(!browser.get("/facilities/add").await.has(" checked>"), "once");
}

#[actix_web::test]
async fn a_new_version_of_a_text_is_asked_about_at_the_login() {
    let world = World::new();
    world.register(EMAIL).await;
    world.write(testing::age_consents);
    let mut browser = world.visitor();
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.location, "/consent?next=%2Fhome");
    let page = browser.get("/consent?next=%2Fdevices").await;
    assert!(page.has("利用規約") && page.has("/privacy") && page.has("value=\"/devices\""));
    let no = browser.post("/consent", &[("next", "/devices")]).await;
    assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = "terms:2026-11-01 privacy:2026-11-01";
    assert!(page.has("terms:2026-11-01") && page.has("privacy:2026-11-01"));
    let on = browser.post("/consent", &[("next", "/devices"), ("consent", "yes"), ("shown", shown)]).await.location;
    assert_eq!(browser.get(&on).await.location, "/devices");
    assert_eq!(world.visitor().log_in(EMAIL, PASSWORD).await.location, "/home");
}
