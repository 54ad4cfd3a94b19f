//! One's own login: the password, other sessions, and what was typed when a
//! session had ended.

use actix_web::http::StatusCode;
use diesel::prelude::*;
use uketsuke_core::db::Actor;
use uketsuke_core::link::{self, LinkPurpose};
use uketsuke_core::schema::staff;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{Stage, get_staff, open_for_tests};

use super::{Browser, SESSION, World};

const OLD: &str = "Mukashi-no-aikotoba-2025";
const NEW: &str = "Atarashii-aikotoba-2026";

/// Another session of the same person.
fn elsewhere<'w>(world: &'w World, scope: &StaffScope) -> Browser<'w> {
    let open = |tx: &mut uketsuke_core::db::Tx<'_>| open_for_tests(tx, scope.staff(), Stage::Full);
    let token = world.db.write_blocking(Actor::system(), open).expect("a session");
    let mut browser = world.visitor();
    browser.cookies.insert(SESSION.to_owned(), token.reveal().to_owned());
    browser
}

#[actix_web::test]
async fn a_letter_typed_while_the_session_ran_out_is_sent_after_the_login() {
    let world = World::new();
    let id = world.sent();
    let (scope, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    world.db.clock.advance(chrono::Duration::minutes(16));
    let path = format!("/cases/{id}/notes");
    let late = reviewer.post(&path, &[("note", "電話で確認した内容を書きました")]).await;
    late.is(StatusCode::SEE_OTHER);
    assert_eq!(late.location, "/login?next=%2Fkept&ended=kept");
    reviewer.get(&late.location).await.has("送ろうとした内容は残っています");
    let mut back = elsewhere(&world, &scope);
    let page = back.get("/kept").await;
    page.is(StatusCode::OK).has("電話で確認した内容を書きました").has("まだ送られていません");
    assert!(!page.html.contains(&format!("value=\"{}\"", reviewer.token().await)), "the old token is not kept");
    let (_, mut other) = world.staff(Role::Reviewer);
    assert_eq!(other.get("/kept").await.location, "/", "nobody else finds it");
    let again = back.post("/kept", &[("note", "電話で確認した内容を書きました")]).await;
    again.is(StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(again.location, path);
    back.post(&again.location, &[("note", "電話で確認した内容を書きました")]).await.is(StatusCode::SEE_OTHER);
    back.get(&format!("/cases/{id}")).await.has("電話で確認した内容を書きました");
    assert_eq!(back.get("/kept").await.location, "/", "once is enough");
}

#[actix_web::test]
async fn a_new_password_needs_the_present_one_and_ends_the_other_sessions() {
    let world = World::new();
    let (scope, mut browser) = world.staff(Role::Support);
    let mut other = elsewhere(&world, &scope);
    let hash = world.office.hasher.hash(OLD).await.expect("a hash");
    world
        .db
        .write_blocking(Actor::system(), |tx| {
            let own = staff::table.find(scope.staff());
            Ok(diesel::update(own).set(staff::password_hash.eq(hash)).execute(tx.conn())?)
        })
        .expect("a password");
    browser.get("/me").await.has("ログイン中の端末").has("ほかの端末をすべてログアウトする");
    let missing = browser.post("/me/password", &[("password", "short"), ("password_again", "other")]).await;
    missing.is(StatusCode::UNPROCESSABLE_ENTITY).has("今のパスワードを入力してください");
    let new = [("password", NEW), ("password_again", NEW)];
    let wrong = browser.post("/me/password", &[&[("current", "x")], &new[..]].concat()).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).has("今のパスワードが違います").has_not(NEW);
    other.get("/me").await.is(StatusCode::OK);
    let done = browser.post("/me/password", &[&[("current", OLD)], &new[..]].concat()).await;
    assert_eq!(done.location, "/me");
    browser.get("/me").await.has("パスワードを変更しました").has_not("ほかの端末をすべてログアウトする");
    assert!(other.get("/me").await.location.starts_with("/login"), "signed out elsewhere");
    assert_eq!(world.letters(), ["staff_password_changed"]);
    let again = browser.post("/me/password", &[&[("current", OLD)], &new[..]].concat()).await;
    again.is(StatusCode::UNPROCESSABLE_ENTITY).has("今のパスワードが違います");
}

#[actix_web::test]
async fn other_sessions_are_ended_by_a_button() {
    let world = World::new();
    let (scope, mut browser) = world.staff(Role::Auditor);
    let mut other = elsewhere(&world, &scope);
    browser.post("/me/sessions/end-others", &[]).await;
    browser.get("/me").await.has("すべてログアウトしました");
    assert!(other.get("/").await.location.starts_with("/login"));
}

#[actix_web::test]
async fn whoever_left_a_column_out_does_not_see_it_and_others_do() {
    let world = World::new();
    world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get("/queue?v=all").await.has(">所属機関</th>").has(">担当者</th>");
    reviewer.post("/me/columns", &[("columns", "holder"), ("columns", "no such column")]).await;
    let list = reviewer.get("/queue?v=all").await;
    list.has("審査一覧の列を変更しました")
        .has(">担当者</th>")
        .has(">期限</th>")
        .has_not(">所属機関</th>")
        .has_not(">経過</th>");
    let (_, mut other) = world.staff(Role::Reviewer);
    other.get("/queue?v=all").await.has(">所属機関</th>");
}

#[actix_web::test]
async fn a_forgotten_password_is_set_anew_by_a_mailed_link_once() {
    let world = World::new();
    let (scope, mut signed_in) = world.staff(Role::Reviewer);
    let known = world.db.read_blocking(|c| get_staff(c, scope.staff())).expect("reads").email;
    let mut visitor = world.visitor();
    visitor.post("/reset", &[("email", "no address")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let strange = visitor.post("/reset", &[("email", "nobody@example.jp")]).await;
    let asked = visitor.post("/reset", &[("email", &known)]).await;
    assert_eq!((strange.location, strange.status), (asked.location, asked.status), "one answer for all");
    assert_eq!(world.letters(), ["staff_reset"]);
    let mint = |tx: &mut uketsuke_core::db::Tx<'_>| {
        link::mint(tx, LinkPurpose::StaffReset, scope.staff().as_str(), chrono::Duration::hours(1))
    };
    let token = world.db.write_blocking(Actor::system(), mint).expect("a link");
    let path = format!("/reset/{}", token.reveal());
    visitor.get(&path).await.is(StatusCode::OK).has("すべての端末でログアウト");
    let weak = visitor.post(&path, &[("password", "short"), ("password_again", "short")]).await;
    weak.is(StatusCode::UNPROCESSABLE_ENTITY);
    signed_in.get("/me").await.is(StatusCode::OK);
    let set = visitor.post(&path, &[("password", NEW), ("password_again", NEW)]).await;
    assert_eq!(set.location, "/login");
    assert!(signed_in.get("/me").await.location.starts_with("/login"), "every session ended");
    let half = visitor.post("/login", &[("email", &known), ("password", NEW)]).await;
    assert!(half.location.starts_with("/second-factor"), "the code is still asked for: {}", half.location);
    let again = world.visitor().post(&path, &[("password", OLD), ("password_again", OLD)]).await;
    again.is(StatusCode::CONFLICT).has("使用済み");
}
