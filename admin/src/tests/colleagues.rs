//! Colleagues by their pages: roles, stopping, and the second factor by two.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;

use super::World;

#[actix_web::test]
async fn an_administrator_changes_roles_and_stops_a_colleague_whose_cases_go_back() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let (scope, mut reviewer) = world.staff(Role::Reviewer);
    let id = world.sent();
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let page = format!("/staff/{}", scope.staff());
    admin.get("/staff").await.has(&page).has("/staff/roles");
    admin.get(&page).await.is(StatusCode::OK).has("利用を停止する");
    let none = admin.post(&format!("{page}/roles"), &[("revision", "0")]).await;
    none.is(StatusCode::UNPROCESSABLE_ENTITY).has("役割を選んでください");
    admin.post(&format!("{page}/roles"), &[("revision", "0"), ("roles", "reviewer"), ("roles", "support")]).await;
    admin.get(&page).await.has("審査担当・サポート").has("役割を変更しました");
    assert!(reviewer.get("/queue").await.location.starts_with("/login"), "rights are read anew");
    admin.post(&format!("{page}/disable"), &[]).await;
    admin.get(&page).await.has("停止しています").has("利用を再開する");
    assert!(world.application(&id).assignee_id.is_none(), "what was in their hands waits again");
    let last = admin.post(&format!("/staff/{}/disable", scope.staff()), &[]).await;
    assert_eq!(last.location, page, "stopping twice changes nothing");
}

#[actix_web::test]
async fn two_administrators_reset_a_second_factor_and_one_cannot() {
    let world = World::new();
    let (_, mut one) = world.staff(Role::Administrator);
    let (_, mut two) = world.staff(Role::Administrator);
    let (scope, _) = world.staff(Role::Reviewer);
    let page = format!("/staff/{}", scope.staff());
    let empty = one.post(&format!("{page}/reset"), &[("reason", " ")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("理由を入力");
    one.post(&format!("{page}/reset"), &[("reason", "電話で本人に確認した")]).await;
    one.get(&page).await.has("別の管理者の確認を待っています").has_not("解除する</button>");
    one.post(&format!("{page}/reset/confirm"), &[]).await;
    one.get(&page).await.has("ご自分が依頼した解除は確認できません");
    two.get(&page).await.has("電話で本人に確認した").has("本人に確かめたので、解除する");
    two.post(&format!("{page}/reset/confirm"), &[]).await;
    two.get(&page).await.has("二段階認証を解除しました").has("二段階認証の登録待ち");
}

#[actix_web::test]
async fn the_table_of_roles_is_the_one_that_decides() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let page = admin.get("/staff/roles").await;
    page.is(StatusCode::OK).has("申請を担当し、審査する").has("監査");
    let yes = uketsuke_core::staff::role::PERMISSIONS.iter().map(|(_, may)| may.len()).sum::<usize>();
    assert_eq!(page.html.matches("○ 可").count(), yes);
    let (own, _) = world.staff(Role::Administrator);
    admin.get(&format!("/staff/{}", own.staff())).await.has("利用を停止する");
}
