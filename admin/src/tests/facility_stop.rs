//! One switch for all devices of a facility.

use actix_web::http::StatusCode;
use uketsuke_core::facility;
use uketsuke_core::staff::role::Role;

use super::World;

#[actix_web::test]
async fn all_devices_of_a_facility_are_stopped_with_a_reason_and_go_on() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Support);
    let id = world.applicant.facility().clone();
    let path = format!("/facilities/{id}");
    browser.get(&format!("{path}/stop")).await.is(StatusCode::OK).has("端末ごとの状態は変わりません");
    let empty = browser.post(&format!("{path}/stop"), &[("reason", "　")]).await;
    empty.is(StatusCode::UNPROCESSABLE_ENTITY).has("停止する理由を入力してください");
    let sent =
        browser.post(&format!("{path}/stop"), &[("reason", "不正な利用の疑いがあるため、<確認>しています。")]).await;
    assert_eq!(sent.location, path);
    browser.get(&path).await.has("すべての端末を停止しています").has("&#60;確認&#62;").has("すべての端末を再開する");
    let stopped = world.db.read_blocking(|c| facility::repo::get(c, &id)).expect("the facility");
    assert!(stopped.devices_stopped_at.is_some());
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/resume"), &[]).await.location, path);
    }
    browser.get(&path).await.has("資格確認を再開しました").has_not("すべての端末を停止しています");
    let going = world.db.read_blocking(|c| facility::repo::get(c, &id)).expect("the facility");
    assert_eq!((going.devices_stopped_at, going.devices_stop_reason.as_str()), (None, ""));
}
