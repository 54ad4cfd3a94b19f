//! One deed on many applications by its pages: choosing, the numbers before it,
//! and what came of each.

use actix_web::http::StatusCode;
use uketsuke_core::application::State;
use uketsuke_core::bulk;
use uketsuke_core::ids::{ApplicationId, BulkRunId};
use uketsuke_core::staff::role::Role;

use super::{Answer, Browser, World};

/// Chooses on the list; answers the run's page.
async fn choose(browser: &mut Browser<'_>, action: &str, picked: &[&ApplicationId], more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("action", action), ("query", "v=all&size=20")];
    fields.extend(picked.iter().map(|id| ("pick", id.as_str())));
    fields.extend_from_slice(more);
    browser.post("/queue/bulk", &fields).await
}

async fn work_off(world: &World, at: &str) {
    let id = BulkRunId::parse(at.rsplit('/').next().expect("an address")).expect("an id");
    bulk::work(&world.db, &world.office.procedures, &id).await.expect("worked off");
}

#[actix_web::test]
async fn the_numbers_come_first_then_each_application_has_its_result() {
    let world = World::new();
    let ids: Vec<ApplicationId> = (1..=4).map(|n| world.sent_by(n, "書類")).collect();
    let number = |id: &ApplicationId| world.application(id).number_text().to_owned();
    let (_, mut me) = world.staff(Role::Reviewer);
    let (_, mut colleague) = world.staff(Role::Reviewer);
    colleague.post(&format!("/cases/{}/claim", ids[0]), &[]).await;
    let list = me.get("/queue?v=all&size=20").await;
    list.has("条件に合う申請：4件").has("この画面の4件").has("条件に合う4件すべて").has("まとめて承認する");
    list.has_not("担当者を決める").has("書類");

    let run = choose(&mut me, "claim", &[&ids[0], &ids[1], &ids[2]], &[("target", "picked")]).await;
    let at = run.is(StatusCode::SEE_OTHER).location.clone();
    let plan = me.get(&at).await;
    plan.has("「担当する」の確認").has("ほかの職員が担当している申請：1件").has(&number(&ids[0]));
    plan.has("2件を担当する").has_not("処理しています");
    assert_eq!(world.application(&ids[1]).state, State::Submitted, "nothing is done yet");
    colleague.get(&at).await.is(StatusCode::NOT_FOUND);
    colleague.post(&format!("{at}/start"), &[]).await.is(StatusCode::NOT_FOUND);

    assert_eq!(me.post(&format!("{at}/start"), &[]).await.location, at);
    assert_eq!(me.post(&format!("{at}/start"), &[]).await.location, at, "a second click starts nothing more");
    me.get(&at).await.has("処理しています").has("残りは2件").has("最新の状況を見る");
    colleague.post(&format!("/cases/{}/claim", ids[1]), &[]).await;
    work_off(&world, &at).await;
    let result = me.get(&at).await;
    result.has("できなかった申請があります").has("できました（1）").has("できませんでした（1）").has("対象外（1）");
    result.has(&number(&ids[2])).has("できなかった1件をもう一度選ぶ");
    me.get(&format!("{at}?s=failed")).await.has(&number(&ids[1])).has_not(&number(&ids[2]));
    let again = me.post(&format!("{at}/again"), &[]).await;
    me.get(&again.location).await.has("対象になる申請がないため");
    assert_eq!(me.post(&format!("{}/drop", again.location), &[]).await.location, "/queue?v=all&size=20");
    me.get(&again.location).await.is(StatusCode::NOT_FOUND);
    me.get("/queue/bulk").await.has("終わりました").has(&at);
    assert_eq!(world.application(&ids[3]).state, State::Submitted);
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get(&at).await.is(StatusCode::OK).has_not("もう一度選ぶ");
    auditor.get("/audit?action=bulk.started").await.has("まとめての操作を始めました");
}

#[actix_web::test]
async fn all_that_fit_are_chosen_under_the_conditions_of_the_list() {
    let world = World::new();
    for n in 1..=3 {
        world.sent_by(n, "照合");
    }
    let documents = world.sent_by(4, "書類");
    let (_, mut me) = world.staff(Role::Reviewer);
    me.get("/queue?v=all&method=match").await.has("条件に合う3件すべて").has("確認：照合").has_not(documents.as_str());
    let query = [("target", "fitting"), ("query", "v=unassigned&method=match")];
    let at = choose(&mut me, "approve", &[], &query).await.location;
    me.get(&at).await.has("3件を承認する").has_not("対象外になる申請と理由");
    me.post(&format!("{at}/start"), &[]).await;
    let later = world.sent_by(5, "照合");
    work_off(&world, &at).await;
    me.get(&at).await.has("終わりました").has("できました（3）");
    assert_eq!([&documents, &later].map(|id| world.application(id).state), [State::Submitted; 2]);
    let all = choose(&mut me, "approve", &[], &[("target", "fitting"), ("query", "v=unassigned")]).await.location;
    me.get(&all).await.has("1件を承認する").has("照合で確認していない申請");
}

#[actix_web::test]
async fn nothing_chosen_gives_the_list_back_with_what_was_ticked() {
    let world = World::new();
    let id = world.sent_by(1, "書類");
    let (_, mut me) = world.staff(Role::Approver);
    let none = choose(&mut me, "claim", &[], &[]).await;
    none.is(StatusCode::UNPROCESSABLE_ENTITY).has("申請を1件以上選んでください").has(id.as_str());
    let nobody = choose(&mut me, "assign", &[&id], &[("target", "picked")]).await;
    nobody.is(StatusCode::UNPROCESSABLE_ENTITY).has("担当する職員");
    let ticked = format!("value=\"{id}\" aria-labelledby=\"number-{id}\" checked");
    nobody.has(&ticked);
    choose(&mut me, "everything", &[&id], &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("操作");
    choose(&mut me, "claim", &[], &[("pick", "../../etc")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let gone = ApplicationId::mint();
    choose(&mut me, "claim", &[&gone], &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn approvers_give_what_waits_to_a_reviewer_and_others_may_not() {
    let world = World::new();
    let id = world.sent_by(1, "書類");
    let (to, mut reviewer) = world.staff(Role::Reviewer);
    let (_, mut approver) = world.staff(Role::Approver);
    let (_, mut support) = world.staff(Role::Support);
    let fields = [("target", "picked"), ("to", to.staff().as_str())];
    choose(&mut reviewer, "assign", &[&id], &fields).await.is(StatusCode::FORBIDDEN);
    choose(&mut support, "claim", &[&id], &fields).await.is(StatusCode::FORBIDDEN);
    support.get("/queue").await.has("書き出す").has_not("まとめて承認する");
    let at = choose(&mut approver, "assign", &[&id], &fields).await.location;
    approver.get(&at).await.has("担当する職員").has("審査 一郎").has("1件の担当者を決める");
    approver.post(&format!("{at}/start"), &[]).await;
    work_off(&world, &at).await;
    reviewer.get("/queue?v=mine").await.has(id.as_str());
    reviewer.get(&format!("/cases/{id}")).await.has("担当者を決めました");
}

#[actix_web::test]
async fn the_ticked_ones_go_out_as_a_file() {
    let world = World::new();
    let (one, other) = (world.sent_by(1, "書類"), world.sent_by(2, "書類"));
    let number = |id: &ApplicationId| world.application(id).number_text().to_owned();
    let (_, mut support) = world.staff(Role::Support);
    let at = choose(&mut support, "export", &[&one], &[]).await.location;
    support.get(&at).await.has("1件を書き出します");
    let csv = support.post(&at, &[("format", "csv")]).await;
    csv.is(StatusCode::OK).has(&number(&one)).has_not(&number(&other));
    let all = choose(&mut support, "export", &[], &[("target", "fitting"), ("query", "v=all&kind=clinic")]).await;
    assert_eq!(all.location, "/queue/export?v=all&kind=clinic");
    let shown = format!("{one},{other}");
    let at = choose(&mut support, "export", &[], &[("target", "shown"), ("shown", &shown)]).await.location;
    support.get(&at).await.has("2件を書き出します");
    // A file is not a deed that could be started.
    let run = at.trim_end_matches("/export");
    support.post(&format!("{run}/start"), &[]).await.is(StatusCode::SEE_OTHER);
    let (_, mut colleague) = world.staff(Role::Support);
    colleague.post(&at, &[("format", "csv")]).await.is(StatusCode::NOT_FOUND);
}
