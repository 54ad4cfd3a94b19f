//! A case in several hands: handed over, taken over, proposed and confirmed,
//! undone; what comes too late keeps what was typed.

use actix_web::http::StatusCode;
use chrono::Duration;
use uketsuke_core::application::State;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::staff::role::Role;

use super::{Browser, World};

impl World {
    fn revision(&self, id: &ApplicationId) -> String {
        self.application(id).revision.to_string()
    }
}

/// Claims a sent application.
async fn claimed(world: &World, reviewer: &mut Browser<'_>) -> (ApplicationId, String) {
    let id = world.sent();
    let case = format!("/cases/{id}");
    reviewer.post(&format!("{case}/claim"), &[]).await;
    (id, case)
}

#[actix_web::test]
async fn a_case_is_handed_over_with_a_reason_that_applicants_never_read() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Reviewer);
    let (second_scope, mut second) = world.staff(Role::Approver);
    let (auditor, _) = world.staff(Role::Auditor);
    let (id, case) = claimed(&world, &mut first).await;
    let page = first.get(&format!("{case}/hand-over")).await;
    page.has(second_scope.staff().as_str()).has_not(auditor.staff().as_str());
    let to = ("to", second_scope.staff().as_str());
    let bad = first.post(&format!("{case}/hand-over"), &[("note", "休みのため")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("引き渡す相手").has("休みのため</textarea>");
    first.post(&format!("{case}/hand-over"), &[to]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("理由を入力");
    let done = first.post(&format!("{case}/hand-over"), &[to, ("note", "休みのため")]).await;
    assert_eq!(done.location, "/queue?v=mine");
    second.get(&case).await.has("あなたが審査しています").has("休みのため").has("担当を引き渡しました");
    assert_eq!(world.application(&id).assignee_id.as_ref(), Some(second_scope.staff()));
}

#[actix_web::test]
async fn a_colleagues_case_is_read_only_until_it_is_taken_over() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Reviewer);
    let (_, mut second) = world.staff(Role::Reviewer);
    let (id, case) = claimed(&world, &mut first).await;
    let revision = world.revision(&id);
    second.get(&case).await.has("この画面では見るだけです").has("担当を引き継ぐ").has_not("差し戻す</a>");
    let take = format!("{case}/take-over");
    second.post(&take, &[("revision", &revision)]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("理由を入力");
    let note = ("note", "担当者が休みのため");
    assert_eq!(second.post(&take, &[("revision", &revision), note]).await.location, case);
    second.get(&case).await.has("あなたが審査しています").has("担当者が休みのため");
    let now = world.revision(&id);
    second.post(&format!("{case}/approve"), &[("revision", &now), ("quantity", "3")]).await;
    let typed = "書類の名前が違うため、お受けできません。";
    let fields = [("revision", revision.as_str()), ("reason", typed), ("step", "send")];
    let late = first.post(&format!("{case}/reject"), &fields).await;
    late.is(StatusCode::CONFLICT).has("承認しました").has(typed).has("入力した内容をメモに残す");
    late.has("<td>審査中</td><td><mark>承認済み</mark></td>");
    first.post(&format!("{case}/notes"), &[("note", typed)]).await;
    second.get(&case).await.has(typed);
    assert_eq!(world.application(&id).state, State::Approved);
}

#[actix_web::test]
async fn what_was_typed_too_late_can_be_gone_on_with_or_kept_as_a_note() {
    let world = World::new();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let (id, case) = claimed(&world, &mut reviewer).await;
    let old = world.revision(&id);
    reviewer.post(&format!("{case}/release"), &[]).await;
    reviewer.post(&format!("{case}/claim"), &[]).await;
    let typed = [("revision", old.as_str()), ("quantity", "2"), ("reason", "職員数に合わせました")];
    let stale = reviewer.post(&format!("{case}/approve"), &typed).await;
    stale.is(StatusCode::CONFLICT).has("職員数に合わせました").has("いまの内容で入力を続ける");
    let now = world.revision(&id);
    stale.has(&format!("name=\"revision\" value=\"{now}\""));
    let again = [("revision", now.as_str()), ("quantity", "2"), ("reason", "職員数に合わせました"), ("step", "edit")];
    let form = reviewer.post(&format!("{case}/approve"), &again).await;
    form.is(StatusCode::OK).has("職員数に合わせました</textarea>").has("value=\"2\"");
    assert_eq!(world.application(&id).state, State::InReview, "looking again decides nothing");
}

#[actix_web::test]
async fn where_two_decide_a_reviewer_proposes_and_another_confirms() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    let wanted = [("kind", "usage_start"), ("wanted", "yes")];
    assert_eq!(admin.post("/settings/second-person", &wanted).await.location, "/settings");
    admin.get("/settings").await.has("2人で判断する</td>");
    let (_, mut first) = world.staff(Role::Approver);
    let (_, mut second) = world.staff(Role::Approver);
    let (id, case) = claimed(&world, &mut first).await;
    first.get(&format!("{case}/approve")).await.has("承認を依頼する").has("まだ確かめていないことがあります");
    let revision = world.revision(&id);
    let fields = [("revision", revision.as_str()), ("quantity", "3"), ("note", "写しも確認済み")];
    assert_eq!(first.post(&format!("{case}/approve"), &fields).await.location, case);
    assert_eq!(world.application(&id).state, State::AwaitingApproval);
    assert_eq!(world.letters(), ["application_received"]);

    let own = first.get(&case).await;
    own.has("承認の依頼を取り消す").has_not("提案を確かめて決める");
    let revision = world.revision(&id);
    let confirm = [("revision", revision.as_str())];
    assert_eq!(first.post(&format!("{case}/confirm"), &confirm).await.location, case);
    assert_eq!(world.application(&id).state, State::AwaitingApproval, "nobody confirms what they proposed");

    second.get(&case).await.has("提案を確かめて決める").has("写しも確認済み");
    let page = second.get(&format!("{case}/confirm")).await;
    page.has("承認する台数").has("taro@example.jp").has("提案のとおり承認する").has("写しも確認済み");
    let back = second.post(&format!("{case}/send-back"), &confirm).await;
    back.is(StatusCode::UNPROCESSABLE_ENTITY).has("審査担当への伝言");
    assert_eq!(second.post(&format!("{case}/confirm"), &confirm).await.location, case);
    assert_eq!(world.application(&id).state, State::Approved);
    second.post(&format!("{case}/confirm"), &confirm).await.is(StatusCode::CONFLICT).has("承認しました");
    assert_eq!(world.letters(), ["application_received", "application_approved"]);
}

#[actix_web::test]
async fn a_decision_is_undone_by_a_button_for_five_minutes() {
    let world = World::new();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let (_, mut other) = world.staff(Role::Reviewer);
    let (id, case) = claimed(&world, &mut reviewer).await;
    let approve = |world: &World| [("revision", world.revision(&id)), ("quantity", "3".to_owned())];
    let fields = approve(&world);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    reviewer.post(&format!("{case}/approve"), &fields).await;
    other.get(&case).await.has_not("元に戻す");
    reviewer.get(&case).await.has("判断を元に戻せます").has("10時05分");
    reviewer.get(&format!("{case}/undo")).await.has("元に戻す</button>");
    assert_eq!(reviewer.post(&format!("{case}/undo"), &[]).await.location, case);
    assert_eq!(world.application(&id).state, State::InReview);
    assert_eq!(world.letters(), ["application_received"]);

    let fields = approve(&world);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    reviewer.post(&format!("{case}/approve"), &fields).await;
    world.db.clock.advance(Duration::minutes(5));
    reviewer.get(&case).await.has_not("判断を元に戻せます");
    reviewer.post(&format!("{case}/undo"), &[]).await;
    assert_eq!(world.application(&id).state, State::Approved);
}

#[actix_web::test]
async fn ticks_and_notes_stay_with_the_case() {
    let world = World::new();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let (_, mut support) = world.staff(Role::Support);
    let (_, case) = claimed(&world, &mut reviewer).await;
    reviewer.post(&format!("{case}/checklist"), &[("item", "name")]).await;
    reviewer.get(&case).await.has("value=\"name\" checked");
    reviewer.get(&format!("{case}/approve")).await.has_not("まだ確かめていないことがあります");
    support.get(&case).await.has("（済：審査 一郎");
    let notes = format!("{case}/notes");
    support.post(&notes, &[("note", " ")]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("メモを入力");
    let secret = support.post(&notes, &[("note", "番号は123456789018")]).await;
    secret.is(StatusCode::UNPROCESSABLE_ENTITY).has("マイナンバー").has("番号は123456789018</textarea>");
    assert_eq!(
        support.post(&notes, &[("note", "電話で確認した\n<b>太字</b>")]).await.location,
        format!("{case}#notes")
    );
    reviewer.get(&case).await.has("電話で確認した").has("&#60;b&#62;太字");
}
