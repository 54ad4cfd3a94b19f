//! Reviewing by the pages: facts beside the master, evidence kept at arm's
//! length, each decision, two reviewers, and whoever comes too late.

use actix_web::http::StatusCode;
use uketsuke_core::application::State;
use uketsuke_core::application::mail::Returned;
use uketsuke_core::application::procedure::{Allowed, Terms};
use uketsuke_core::db::Actor;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{OFFICE, compose_last};

use super::World;
use super::sample::WITH_COSTS;

/// A grey picture of two pixels by two.
pub const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00, 0x00, 0x00, 0x00, 0x57, 0xdd, 0x52, 0xf8, 0x00, 0x00, 0x00, 0x0e, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x68, 0x60, 0x68, 0x68, 0x00, 0x00, 0x06, 0x06, 0x02, 0x01, 0x2c, 0xc1,
    0x50, 0xd7, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// A document without a page.
pub const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n\
    xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n\
    trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n";

#[actix_web::test]
async fn the_case_sets_what_was_typed_beside_the_master() {
    let world = World::new();
    let id = world.sent();
    let (_, mut auditor) = world.staff(Role::Auditor);
    let page = auditor.get(&format!("/cases/{id}")).await;
    page.is(StatusCode::OK).has("相違").has("一致").has("<td>△ なし</td>").has("通知書の名称が登録情報と同じ");
    page.has("さくら<mark>整</mark>骨院").has("さくら<mark>接</mark>骨院");
    page.has_not("この申請を担当する").has_not("承認する");
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get(&format!("/cases/{id}")).await.has("この申請を担当する").has_not("承認する");
}

#[actix_web::test]
async fn drafts_are_nobodys_business() {
    let world = World::new();
    let id = world.draft();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    reviewer.get(&format!("/cases/{id}")).await.is(StatusCode::NOT_FOUND);
    reviewer.get("/queue").await.has("条件に合う申請はありません");
}

#[actix_web::test]
async fn the_queue_narrows_and_the_number_jumps_to_its_case() {
    let world = World::new();
    let id = world.sent();
    let number = world.application(&id).number_text().to_owned();
    let (_, mut browser) = world.staff(Role::Reviewer);
    browser.get("/").await.has("担当なし</a></p><p class=\"figure-number\">1<");
    for (query, found) in [
        ("v=unassigned", true),
        ("v=mine", false),
        ("v=all&kind=judo_therapy&area=13&state=submitted", true),
        ("v=all&kind=pharmacy", false),
        ("v=all&area=47", false),
        ("v=%00&kind=%27--&area=99&state=x&after=nonsense", true),
    ] {
        let page = browser.get(&format!("/queue?{query}")).await;
        assert_eq!(page.is(StatusCode::OK).html.contains(&number), found, "{query}");
    }
    let narrowed = browser.get("/queue?v=all&kind=judo_therapy").await;
    narrowed.has("条件を外す：").has("href=\"/queue?v=all\"");

    for typed in [number.clone(), number.to_lowercase(), format!(" {} ", number.replace('-', "ー"))] {
        let jump = browser.get(&format!("/search?q={}", super::encoded(&typed))).await;
        assert_eq!(jump.location, format!("/cases/{id}"), "{typed}");
    }
    let facility = format!("/facilities/{}", world.applicant.facility());
    assert_eq!(browser.get(&format!("/search?q={}", OFFICE.code)).await.location, facility);
    for words in ["さくら", "taro@example.jp"] {
        let hits = browser.get(&format!("/search?q={}", super::encoded(words))).await;
        hits.is(StatusCode::OK).has(&number).has(&facility);
    }
    browser.get("/search?q=%27%3B+drop+table%00%25_").await.is(StatusCode::OK).has("当てはまる申請はありません");
    browser.get("/search").await.is(StatusCode::OK);
    browser.get("/facilities?words=%00%27&after=%00_%00&kind=%00").await.is(StatusCode::OK);
}

#[actix_web::test]
async fn the_second_reviewer_is_told_who_has_it_and_decides_nothing() {
    let world = World::new();
    let id = world.sent();
    let (_, mut first) = world.staff(Role::Reviewer);
    let (_, mut second) = world.staff(Role::Reviewer);
    let case = format!("/cases/{id}");
    assert_eq!(first.post("/queue/next", &[]).await.location, case);
    assert_eq!(second.post("/queue/next", &[]).await.location, "/");
    second.get("/").await.has("担当者のいない申請はありません");

    second.get(&case).await.has("審査 一郎さんが審査しています").has("11月20日 10時00分").has_not("/approve");
    first.get(&case).await.has("あなたが審査しています").has("/approve");
    for path in ["approve", "return", "reject"] {
        let page = second.get(&format!("{case}/{path}")).await;
        page.is(StatusCode::CONFLICT).has("審査 一郎さんが11月20日 10時00分から審査しています");
        second.post(&format!("{case}/{path}"), &[("revision", "2"), ("step", "send")]).await.is(StatusCode::CONFLICT);
    }
    for path in ["claim", "release"] {
        second.post(&format!("{case}/{path}"), &[]).await.is(StatusCode::CONFLICT);
    }
    assert_eq!(world.application(&id).state, State::InReview);
    assert_eq!(first.post(&format!("{case}/release"), &[]).await.location, "/queue?v=mine");
    assert_eq!(second.post(&format!("{case}/claim"), &[]).await.location, case);
}

#[actix_web::test]
async fn a_stale_decision_tells_who_decided() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let case = format!("/cases/{id}");
    reviewer.post(&format!("{case}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    // The same reviewer in two windows: one puts it back and takes it again.
    reviewer.post(&format!("{case}/release"), &[]).await;
    reviewer.post(&format!("{case}/claim"), &[]).await;
    let stale = [("revision", revision.as_str()), ("quantity", "3")];
    reviewer.post(&format!("{case}/approve"), &stale).await.is(StatusCode::CONFLICT).has("審査を始めました（審査 一郎");

    let now = world.application(&id).revision.to_string();
    let fresh = [("revision", now.as_str()), ("quantity", "3")];
    assert_eq!(reviewer.post(&format!("{case}/approve"), &fresh).await.location, case);
    let again = reviewer.post(&format!("{case}/approve"), &fresh).await;
    again.is(StatusCode::CONFLICT).has("承認しました（審査 一郎").has("登録されていません");
    assert_eq!(world.letters(), ["application_received", "application_approved"], "one letter for one decision");
}

#[actix_web::test]
async fn fewer_devices_need_a_reason() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let approve = format!("/cases/{id}/approve");
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    reviewer.get(&approve).await.has("value=\"3\"").has("申請台数");
    for (quantity, reason, words) in [
        ("4", "", "1から3まで"),
        ("0", "", "1から3まで"),
        ("", "", "承認する台数を入力してください"),
        ("二", "", "数字で入力"),
        ("2", "", "減らす理由を入力してください"),
        ("2", "番号は123456789018", "マイナンバー"),
        ("2", "\u{0}", "目に見えない記号"),
    ] {
        let fields = [("revision", revision.as_str()), ("quantity", quantity), ("reason", reason)];
        let page = reviewer.post(&approve, &fields).await;
        page.is(StatusCode::UNPROCESSABLE_ENTITY).has(words);
    }
    let fields =
        [("revision", revision.as_str()), ("quantity", "２台"), ("reason", "職員数に合わせました"), ("state", "x")];
    assert_eq!(reviewer.post(&approve, &fields).await.location, format!("/cases/{id}"));
    let page = reviewer.get(&format!("/cases/{id}")).await;
    page.has("承認しました").has("職員数に合わせました").has_not("<h2>判断</h2>").has("判断を元に戻せます");
}

#[actix_web::test]
async fn a_lower_amount_needs_a_reason_and_is_reckoned_before_it_is_decided() {
    let world = World::new();
    let id = world.sent_by(1, WITH_COSTS);
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let (case, approve) = (format!("/cases/{id}"), format!("/cases/{id}/approve"));
    reviewer.post(&format!("{case}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    let page = reviewer.get(&approve).await;
    page.has("スマートフォンの費用").has("申請の額：41,000円").has("value=\"41000\"");
    page.has("承認したときの結果").has("20,500円").has("計算し直す");
    let fields = |yen: &'static str, reason: &'static str, step: &'static str| {
        let fixed = [("quantity", "3"), ("yen_1", yen), ("reason_1", reason), ("step", step)];
        [("revision", revision.clone())].into_iter().chain(fixed.map(|(k, v)| (k, v.to_owned()))).collect::<Vec<_>>()
    };
    for (yen, reason, words) in [
        ("", "", "スマートフォンの費用を入力してください"),
        ("三万", "対象外です", "スマートフォンの費用は"),
        ("41,001円", "多くします", "スマートフォンの費用は"),
        ("30,000円", "", "スマートフォンの費用を減らす理由を入力してください"),
        ("30,000円", "番号は123456789018", "マイナンバー"),
    ] {
        for step in ["", "reckon"] {
            let fields = fields(yen, reason, step);
            let fields: Vec<_> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            let answer = reviewer.post(&approve, &fields).await;
            answer.is(StatusCode::UNPROCESSABLE_ENTITY).has(words).has_not("承認したときの結果");
            answer.has(&format!("value=\"{yen}\"")).has(&format!("value=\"{reason}\""));
        }
    }
    let reason = "ケースは助成の対象に含まれません";
    let [reckon, decide] = ["reckon", ""].map(|step| fields("３万円", reason, step));
    let reckon: Vec<_> = reckon.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let reckoned = reviewer.post(&approve, &reckon).await;
    reckoned.is(StatusCode::OK).has("承認したときの結果").has("15,000円").has_not("20,500円");
    reckoned.has("value=\"３万円\"").has(&format!("value=\"{reason}\""));
    assert_eq!(world.application(&id).state, State::InReview, "reckoning decides nothing");
    assert!(world.sample.carried_out.lock().expect("whole").is_empty());
    let decide: Vec<_> = decide.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(reviewer.post(&approve, &decide).await.location, case);
    assert_eq!(world.application(&id).state, State::Approved);
    let part = Allowed { yen: 30_000, reason: reason.to_owned() };
    let terms = Terms { quantity: Some(3), reason: String::new(), allowed: [("1".to_owned(), part)].into() };
    assert_eq!(*world.sample.carried_out.lock().expect("whole"), [terms]);
}

#[actix_web::test]
async fn the_second_person_sees_what_a_lowered_amount_comes_to() {
    let world = World::new();
    let (_, mut admin) = world.staff(Role::Administrator);
    admin.post("/settings/second-person", &[("kind", "usage_start"), ("wanted", "yes")]).await;
    let id = world.sent_by(1, WITH_COSTS);
    let (_, mut first) = world.staff(Role::Approver);
    let (_, mut second) = world.staff(Role::Approver);
    let case = format!("/cases/{id}");
    first.post(&format!("{case}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    let fields =
        [("revision", revision.as_str()), ("quantity", "3"), ("yen_1", "0"), ("reason_1", "期間より前の購入です")];
    assert_eq!(first.post(&format!("{case}/approve"), &fields).await.location, case);
    second.get(&case).await.has("認める額：0円（期間より前の購入です）");
    second.get(&format!("{case}/confirm")).await.has("助成金の額").has("0円");
    let revision = world.application(&id).revision.to_string();
    assert_eq!(second.post(&format!("{case}/confirm"), &[("revision", &revision)]).await.location, case);
    let carried_out = world.sample.carried_out.lock().expect("whole");
    assert_eq!(carried_out.first().and_then(|terms| terms.allowed.get("1")).map(|part| part.yen), Some(0));
}

#[actix_web::test]
async fn a_return_shows_the_exact_letter_before_it_is_sent() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let back = format!("/cases/{id}/return");
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    let r = ("revision", revision.as_str());

    let list = reviewer.get(&back).await;
    list.has("直せるようになる項目：名称")
        .has("直せるようになる項目：書類")
        .has("書類を撮り直してください。")
        .has("10文字以上");
    reviewer.post(&back, &[r]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("差戻しの理由を1つ以上選んでください");
    let short = reviewer.post(&back, &[r, ("fault", "other"), ("text_other", "短い")]).await;
    short
        .is(StatusCode::UNPROCESSABLE_ENTITY)
        .has("10文字以上で入力してください（今は2文字です）")
        .has("短い</textarea>");
    let secret =
        reviewer.post(&back, &[r, ("fault", "other"), ("text_other", "番号は123456789018と書いてあります")]).await;
    secret.is(StatusCode::UNPROCESSABLE_ENTITY).has("マイナンバー");
    let unknown = reviewer.post(&back, &[r, ("fault", "invented")]).await;
    unknown.is(StatusCode::UNPROCESSABLE_ENTITY);

    let faults = [
        r,
        ("fault", "name"),
        ("text_name", "名称は「さくら接骨院」です。"),
        ("fault", "unreadable"),
        ("text_unreadable", "書類を撮り直してください。"),
        ("text_other", "選ばなかった文は送られません。"),
    ];
    let preview = reviewer.post(&back, &faults).await;
    preview
        .is(StatusCode::OK)
        .has("まだ送られていません")
        .has("taro@example.jp")
        .has_not("選ばなかった文は送られません。</");
    assert_eq!(world.application(&id).state, State::InReview, "nothing has happened yet");
    assert_eq!(world.letters(), ["application_received"]);

    let edit = [&faults[..], &[("step", "edit")]].concat();
    reviewer.post(&back, &edit).await.is(StatusCode::OK).has("名称は「さくら接骨院」です。</textarea>").has(" checked");
    let send = [&faults[..], &[("step", "send")]].concat();
    assert_eq!(reviewer.post(&back, &send).await.location, format!("/cases/{id}"));
    let letter =
        world.db.write_blocking(Actor::system(), compose_last::<Returned>).expect("composes").expect("a letter");
    for line in letter.body.lines().filter(|line| !line.trim().is_empty()) {
        preview.has(&line.replace('&', "&#38;"));
    }
    reviewer.get(&format!("/cases/{id}")).await.has("申請者の修正を待っているところ").has("差戻し中");
}

#[actix_web::test]
async fn a_rejection_needs_a_reason_and_a_second_look() {
    let world = World::new();
    let id = world.sent();
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let reject = format!("/cases/{id}/reject");
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let revision = world.application(&id).revision.to_string();
    let fields = |reason: &'static str, step: &'static str| {
        [("revision", revision.clone()), ("reason", reason.into()), ("step", step.into())]
    };
    for (reason, words) in [("", "10文字以上"), ("だめです", "10文字以上"), ("a\u{202e}bcdefghijk", "目に見えない記号")]
    {
        for step in ["preview", "send"] {
            let fields = fields(reason, step);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            reviewer.post(&reject, &fields).await.is(StatusCode::UNPROCESSABLE_ENTITY).has(words);
        }
    }
    let reason = "登録のない施設のため、お受けできません。";
    for (step, state) in [("preview", State::InReview), ("edit", State::InReview), ("send", State::Rejected)] {
        let fields = fields(reason, step);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answer = reviewer.post(&reject, &fields).await;
        assert_eq!(world.application(&id).state, state, "{step}");
        if step != "send" {
            answer.is(StatusCode::OK).has(reason);
        }
    }
    assert_eq!(world.letters(), ["application_received", "application_rejected"]);
}

#[actix_web::test]
async fn evidence_is_shown_as_our_own_picture_or_downloaded() {
    let world = World::new();
    let id = world.draft();
    let png = world.attach(&id, "通知書 \"1\".png", PNG).await;
    let pdf = world.attach(&id, "../通知書.pdf", PDF).await;
    world.send(&id);
    let (_, mut auditor) = world.staff(Role::Auditor);
    let case = auditor.get(&format!("/cases/{id}")).await;
    case.has(&format!("/cases/{id}/evidence/{png}/page?n=1")).has("通知書 &#34;1&#34;.png").has_not("../");

    let picture = auditor.get(&format!("/cases/{id}/evidence/{png}/page")).await;
    picture.is(StatusCode::OK);
    assert_eq!(picture.header("content-type"), "image/png");
    assert!(picture.body.starts_with(b"\x89PNG"));
    auditor.get(&format!("/cases/{id}/evidence/{pdf}/page")).await.is(StatusCode::NOT_FOUND);
    let file = auditor.get(&format!("/cases/{id}/evidence/{pdf}/file")).await;
    assert!(file.body.starts_with(b"%PDF-"));
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5%E6%9B%B8.pdf"
    );
    for answer in [&picture, &file] {
        assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let elsewhere = uketsuke_core::ids::ApplicationId::mint();
    for part in ["file", "page"] {
        auditor.get(&format!("/cases/{elsewhere}/evidence/{png}/{part}")).await.is(StatusCode::NOT_FOUND);
    }
    let (_, mut editor) = world.staff(Role::Editor);
    for part in ["file", "page"] {
        editor.get(&format!("/cases/{id}/evidence/{png}/{part}")).await.is(StatusCode::FORBIDDEN);
    }
}

#[actix_web::test]
async fn a_facility_shows_its_story_without_secrets() {
    let world = World::new();
    world.sent();
    let (_, mut support) = world.staff(Role::Support);
    let page = support.get(&format!("/facilities/{}", world.applicant.facility())).await;
    page.is(StatusCode::OK).has(OFFICE.name).has("山田 太郎").has("taro@example.jp").has("確認済み").has("受付済み");
    page.has_not("口座番号").has_not("生年月日");
    support.get("/facilities?words=%E3%81%95%E3%81%8F%E3%82%89&kind=judo_therapy&prefecture=13").await.has(OFFICE.name);
    support.get("/facilities?kind=pharmacy").await.has("条件に合う施設はありません");
}
