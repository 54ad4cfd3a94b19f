//! Canned reasons, kept by administrators and used by reviewers.

use actix_web::http::StatusCode;
use uketsuke_core::staff::role::Role;

use super::World;

const LIST: &str = "/settings/reasons";

#[actix_web::test]
async fn a_changed_reason_is_what_reviewers_find() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let id = world.sent();
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let one = format!("{LIST}/usage_start/return/name");
    admin.get(LIST).await.has("名称が違う").has(&one);
    admin.get(&one).await.has("名称を通知書のとおりに直してください。</textarea>");
    let empty = admin.post(&one, &[("field", "name"), ("label", ""), ("text", "直してください")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("一覧に出す言葉").has("直してください</textarea>");
    let fields = [("field", "name"), ("label", "名称の違い"), ("text", "名称を直してください。")];
    assert_eq!(admin.post(&one, &fields).await.location, LIST);
    admin.get(LIST).await.has("変更あり");
    reviewer.get(&format!("/cases/{id}/return")).await.has("名称の違い").has("名称を直してください。</textarea>");
    let retired = [fields[0], fields[1], fields[2], ("retired", "yes")];
    admin.post(&one, &retired).await;
    reviewer.get(&format!("/cases/{id}/return")).await.has_not("名称の違い");
    admin.get(LIST).await.has("使わない");
}

#[actix_web::test]
async fn a_chosen_reason_stands_for_an_empty_text() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let id = world.sent();
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let new = format!("{LIST}/usage_start/reject/new");
    admin.post(&new, &[("label", "対象外")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let text = "対象の施設ではないため、お受けできません。";
    admin.post(&new, &[("label", "対象外"), ("text", text)]).await;
    let page = reviewer.get(&format!("/cases/{id}/reject")).await;
    let code = page.html.split("<option value=\"").find(|part| part.contains(">対象外<")).expect("an option");
    let code = code.split('"').next().expect("its value");
    let revision = world.application(&id).revision.to_string();
    let fields = [("revision", revision.as_str()), ("canned", code), ("reason", ""), ("step", "preview")];
    reviewer
        .post(&format!("/cases/{id}/reject"), &fields)
        .await
        .is(StatusCode::OK)
        .has(text)
        .has("まだ送られていません");
}

#[actix_web::test]
async fn strange_lists_do_not_exist() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    for path in ["usage_start/dance/new", "dancing/return/new", "usage_start/return/nobody"] {
        admin.get(&format!("{LIST}/{path}")).await.is(StatusCode::NOT_FOUND);
    }
}
