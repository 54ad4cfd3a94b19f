//! Mails that failed and jobs that were given up: looked at, sent and run again.

use actix_web::http::StatusCode;
use uketsuke_core::db::Actor;
use uketsuke_core::device;
use uketsuke_core::ids::MailId;
use uketsuke_core::mail::{Message, note_failed, record_mail};
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing;

use super::World;

fn failed_mail(world: &World) -> MailId {
    let id = MailId::mint();
    world
        .db
        .write_blocking(Actor::system(), |tx| {
            let message =
                Message { to: "taro@example.jp".into(), subject: "受け付けました".into(), ..Message::default() };
            record_mail(tx, &id, ("application_received", "{}"), &message)?;
            note_failed(tx, &id, "550 5.1.1 no such user", true)
        })
        .expect("a mail");
    id
}

#[actix_web::test]
async fn a_failed_mail_is_found_by_its_address_and_sent_once_more() {
    let world = World::new();
    let id = failed_mail(&world);
    let (_, mut support) = world.staff(Role::Support);
    let (_, mut auditor) = world.staff(Role::Auditor);
    let page = format!("/mails/{id}");
    support.get("/mails?recipient=taro%40example.jp&state=failed").await.has(&page).has("申請受付のお知らせ");
    support.get("/mails?recipient=jiro%40example.jp").await.has_not(&page);
    auditor.get(&page).await.is(StatusCode::OK).has("550 5.1.1").has("1回").has_not("もう一度送る</button>");
    auditor.post(&format!("{page}/resend"), &[]).await.is(StatusCode::FORBIDDEN);
    support.get(&page).await.has("もう一度送る</button>");
    let before = world.letters().len();
    for _ in 0..2 {
        assert_eq!(support.post(&format!("{page}/resend"), &[]).await.location, page);
    }
    assert_eq!(world.letters().len(), before + 1, "a double click sends one");
}

#[actix_web::test]
async fn administrators_run_given_up_jobs_again() {
    let world = World::new();
    world.sent();
    let kill = "update jobs set state = 'dead', last_error = 'the server is away'";
    world.db.read_blocking(|c| testing::sql(c, kill)).expect("a dead job");
    let (_, mut support) = world.staff(Role::Support);
    let (_, mut admin) = world.staff(Role::Administrator);
    support.get("/jobs").await.has("the server is away").has_not("もう一度実行する</button>");
    let page = admin.get("/jobs").await;
    let retry = page.html.split("action=\"").filter_map(|part| part.split('"').next()).find(|a| a.ends_with("/retry"));
    let retry = retry.expect("a button").to_owned();
    support.post(&retry, &[]).await.is(StatusCode::FORBIDDEN);
    assert_eq!(admin.post(&retry, &[]).await.location, "/jobs");
    admin.get("/jobs").await.has("止まった処理はありません");
    world.db.read_blocking(|c| testing::sql(c, kill)).expect("a dead job");
    admin.post("/jobs/retry-all", &[("kind", "mail")]).await;
    admin.get("/jobs").await.has("1件を、もう一度実行するように登録しました");
}

#[actix_web::test]
async fn a_device_is_found_by_its_id_or_its_facility_and_leaves_as_a_file() {
    let world = World::new();
    let (_, mut support) = world.staff(Role::Support);
    support.get("/devices").await.is(StatusCode::OK).has("条件に合う端末はありません").has_not("/devices/export");
    let keyring = testing::keyring();
    world
        .db
        .write_blocking(Actor::system(), |tx| {
            let grant = testing::approved(tx, &world.applicant)?;
            device::issue(tx, &keyring, &grant, 2, 30)
        })
        .expect("devices");
    let named = super::encoded("さくら");
    let listed = support.get(&format!("/devices?words={named}&state=issued")).await;
    listed.is(StatusCode::OK).has("未設定").has("さくら接骨院");
    assert_eq!(listed.html.matches("<tr>").count(), 3, "a heading and two devices");
    support.get(&format!("/devices?words={named}&state=active")).await.has("条件に合う端末はありません");
    support.get("/devices?words=W9999999").await.has("条件に合う端末はありません");
    let file = support.post(&format!("/devices/export?words={named}&state="), &[("format", "csv")]).await;
    assert_eq!(String::from_utf8_lossy(&file.body).matches("さくら接骨院").count(), 2);
}

#[actix_web::test]
async fn a_facility_shows_its_sign_ins_mails_and_notes_to_those_who_may() {
    let world = World::new();
    let id = world.sent();
    let (_, mut support) = world.staff(Role::Support);
    support.post(&format!("/cases/{id}/notes"), &[("note", "折り返しの電話を希望")]).await;
    let path = format!("/facilities/{}", world.applicant.facility());
    support.get(&path).await.has("職員のメモ").has("折り返しの電話を希望").has("利用者に送ったメール").has("/watch");
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get(&path).await.has("折り返しの電話を希望").has_not("利用者に送ったメール").has_not("/watch");
}

#[actix_web::test]
async fn administrators_set_up_to_how_many_devices_a_rule_approves() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    admin.get("/settings/device-limit").await.is(StatusCode::OK).has("value=\"20\"");
    let wrong = admin.post("/settings/device-limit", &[("devices", "多め")]).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).has("value=\"多め\"");
    admin.post("/settings/device-limit", &[("devices", "３台")]).await.is(StatusCode::SEE_OTHER);
    admin.get("/settings/device-limit").await.has("value=\"3\"");
}
