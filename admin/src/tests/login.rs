//! From the invitation's link to the home page, by the pages alone.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::secret::PlainToken;
use uketsuke_core::secret::totp::TotpSecret;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{Invitation, InviteForm, add};

use super::{SESSION, World};

const MAIL: &str = "sato@example.jp";
const PASSWORD: &str = "Kaki no tane 7";

fn invited(world: &World) -> PlainToken {
    let form = InviteForm { email: MAIL.into(), name: "佐藤 花子".into(), roles: vec!["reviewer".into()] };
    let invitation = Invitation::try_from(&form).expect("an invitation");
    world.db.write_blocking(Actor::operator(), |tx| add(tx, &invitation)).expect("invited").0
}

/// The secret as text, as the page shows it: base32 in fours.
fn app(html: &str) -> TotpSecret {
    let shown =
        html.split("data-copy=\"登録用の文字\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    let mut bits = 0_u64;
    let (mut count, mut bytes) = (0, Vec::new());
    for c in shown.chars().filter(|c| !c.is_whitespace()) {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).expect("base32") as u64;
        (bits, count) = (bits << 5 | value, count + 5);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    TotpSecret::from_bytes(&bytes).expect("20 bytes")
}

#[actix_web::test]
async fn an_invited_person_comes_in_by_the_pages() {
    let world = World::new();
    let link = format!("/invite/{}", invited(&world).reveal());
    let mut browser = world.visitor();
    browser.get(&link).await.is(StatusCode::OK).has("佐藤 花子").has("審査担当");
    let weak = browser.post(&link, &[("password", "short"), ("password_again", "other")]).await;
    weak.is(StatusCode::UNPROCESSABLE_ENTITY).has("8文字以上").has("パスワードと違います").has_not("short\"");
    let set = browser.post(&link, &[("password", PASSWORD), ("password_again", PASSWORD)]).await;
    assert_eq!((set.status, set.location.as_str()), (StatusCode::SEE_OTHER, "/login"));
    assert!(!browser.cookies.contains_key(SESSION), "the link logs nobody in");
    browser.get(&link).await.is(StatusCode::CONFLICT).has("使用済み");

    let wrong = browser.post("/login", &[("email", MAIL), ("password", "wrong")]).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).has("メールアドレスまたはパスワードが違います").has(MAIL);
    let first = browser.post("/login", &[("email", MAIL), ("password", PASSWORD), ("next", "/queue?v=mine")]).await;
    assert!(first.location.starts_with("/enrol"), "{}", first.location);
    assert!(browser.get("/").await.location.starts_with("/login"), "the password alone opens nothing");
    assert_eq!(browser.get("/login").await.location, "/enrol");
    assert_eq!(browser.get("/second-factor").await.location, "/enrol");

    let page = browser.get("/enrol").await;
    page.is(StatusCode::OK).has("<svg").has_not("style=");
    let app = app(&page.html);
    browser.post("/enrol", &[("code", "000000")]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("確認コードが違うか");
    let before = browser.cookies[SESSION].clone();
    let done = browser.post("/enrol", &[("code", &app.code_at(world.db.clock.now()))]).await;
    done.is(StatusCode::OK).has("一度しか表示されません").has("保管しました");
    assert_eq!(done.html.matches("<li><code").count(), 10, "ten recovery codes, shown once");
    assert_ne!(browser.cookies[SESSION], before, "a new name for a new right");
    browser.get("/").await.is(StatusCode::OK).has("佐藤 花子").has("次の1件を担当する");
    browser.get("/me").await.is(StatusCode::OK).has("10個").has_not("<li><code");

    let mut again = world.visitor();
    let half = again.post("/login", &[("email", MAIL), ("password", PASSWORD), ("next", "/queue")]).await;
    assert_eq!(half.location, "/second-factor?next=%2Fqueue");
    again.get("/second-factor?next=%2Fqueue").await.has("value=\"/queue\"");
    let used = again.post("/second-factor", &[("code", &app.code_at(world.db.clock.now()))]).await;
    used.is(StatusCode::UNPROCESSABLE_ENTITY).has("使用済み");
    world.db.clock.advance(chrono::Duration::seconds(30));
    let code = app.code_at(world.db.clock.now());
    let passed = again.post("/second-factor", &[("code", &code), ("next", "/queue")]).await;
    assert_eq!(passed.location, "/queue");
    again.get("/queue").await.is(StatusCode::OK);
}

#[actix_web::test]
async fn nobody_is_led_away_from_the_site() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Reviewer);
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let page = browser.get(&format!("/login?next={}", super::encoded(next))).await;
        assert_eq!(page.location, "/", "{next}");
    }
}

#[actix_web::test]
async fn an_address_throttled_is_told_until_when() {
    let world = World::new();
    let mut browser = world.visitor();
    for _ in 0..10 {
        browser.post("/login", &[("email", MAIL), ("password", "x")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let closed = browser.post("/login", &[("email", MAIL), ("password", "x")]).await;
    closed.is(StatusCode::TOO_MANY_REQUESTS).has("11月20日").has("までログインできません");
}

#[actix_web::test]
async fn where_flaws_are_told_is_known_to_everybody_once_it_is_configured() {
    use uketsuke_web::security_txt::PATH;
    World::new().visitor().get(PATH).await.is(StatusCode::NOT_FOUND);
    let world = World::told("UKETSUKE_SECURITY_CONTACT", "https://example.jp/security");
    let mut visitor = world.visitor();
    visitor.get(PATH).await.is(StatusCode::OK).has("Contact: https://example.jp/security\nExpires: ");
}

#[actix_web::test]
async fn a_link_that_never_was_is_not_found() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.get("/invite/abc").await.is(StatusCode::NOT_FOUND);
    browser
        .post("/invite/abc", &[("password", PASSWORD), ("password_again", PASSWORD)])
        .await
        .is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn an_administrator_invites_and_sees_everybody() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    let faulty = browser.post("/staff/new", &[("email", "x"), ("name", "<b>\u{7}")]).await;
    faulty.is(StatusCode::UNPROCESSABLE_ENTITY).has("役割を選んでください").has("value=\"x\"").has_not("<b>");
    let fields = [("email", MAIL), ("name", "佐藤 花子"), ("roles", "reviewer"), ("roles", "support")];
    assert_eq!(browser.post("/staff/new", &fields).await.location, "/staff");
    browser.get("/staff").await.is(StatusCode::OK).has("佐藤 花子").has("審査担当・サポート").has("招待中");
    assert_eq!(world.letters(), ["staff_invite"]);
}
