//! Money, from the claim to the account: claimed, returned, corrected,
//! recommended, decided by somebody else, told by a numbered notice, paid by one
//! file, brought back by the bank, corrected and paid again. Letters, events, sums
//! and the file are asserted.

use std::io::Write;
use std::process::{Command, Stdio};

use actix_web::http::Method;
use chrono::Duration;
use uketsuke_core::application::repo;
use uketsuke_core::bank;
use uketsuke_core::db::At;
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::schema::subsidy_rules;
use uketsuke_core::staff::role::Role;
use uketsuke_core::subsidy::programme;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::device::{Device, reveal_nth};
use crate::support::harness::tests;
use crate::support::people::{SAKURA, application_path, log_in};

tests! {
    a_claim_is_paid_returned_by_the_bank_and_paid_again,
    a_refusal_is_told_by_a_notice_with_its_reason,
}

const MAIL: &str = "hanako@example.jp";

/// The list of banks, and the programme of this kind of facility opened again.
fn prepare(app: &TestApp) {
    app.with_master();
    app.write(|tx| {
        bank::import(tx, bank::SAMPLE.as_bytes())?.map_err(|_| Error::NotFound)?;
        use diesel::prelude::*;
        let first = programme::list(tx.conn())?.remove(0);
        let rules = uketsuke_core::subsidy::rules::Rules { closes_on: None, ..first.rules };
        let now: At = tx.now();
        diesel::insert_into(subsidy_rules::table)
            .values((
                subsidy_rules::programme_id.eq(&first.id),
                subsidy_rules::version.eq(2),
                subsidy_rules::document.eq(serde_json::to_string(&rules)?),
                subsidy_rules::comment.eq("受付の再開"),
                subsidy_rules::made_by.eq("system:"),
                subsidy_rules::made_at.eq(now),
            ))
            .execute(tx.conn())?;
        Ok(())
    });
}

/// A facility with a device in use.
fn in_use(app: &TestApp) -> Browser {
    let mut browser = app.approved(SAKURA, MAIL, 1);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    assert_eq!(Device::new(app).register(&settings).status, 201);
    browser
}

fn fill_line(browser: &mut Browser, yen: &str) {
    browser.fill("1行目の購入日", "令和8年11月2日").fill("1行目の購入した店", "駅前カメラ");
    browser.fill("1行目の品目", "タブレット").fill("1行目の機種・型番", "タブレット10インチ");
    browser.fill("1行目の数量", "1").fill("1行目の金額（税込の合計）", yen);
}

/// Claims; answers the number and the address.
fn claims(browser: &mut Browser, yen: &str) -> (String, String) {
    browser.open("/home").expect("助成金交付申請").expect("申請できます");
    browser.open("/applications/start/subsidy").expect("41,000円").expect("柔道整復師");
    browser.press("助成金交付申請を始める");
    browser.attach("領収書（写）と領収書内訳書", "領収書.png", uketsuke::demo::cast::NOTICE);
    browser.press("ファイルを送る").expect("領収書.png");
    browser.press("次へ進む");
    fill_line(browser, "0円");
    browser.press("次へ進む").expect("1行目の金額");
    assert_eq!(browser.page().control("1行目の購入した店").value, "駅前カメラ", "the rest is kept");
    fill_line(browser, yen);
    browser.press("次へ進む");
    browser.fill("金融機関", "みずほ").fill("支店", "新宿").fill("口座番号", "1234567");
    browser.tick("普通").fill("口座名義（カナ）", "山田太郎");
    browser.press("次へ進む").expect("「山」「田」「太」「郎」は、振込のデータに書けません");
    browser.fill("口座名義（カナ）", "ヤマダ　タロウ");
    browser.press("次へ進む").expect("カメラ").expect("新宿（240）").expect("切り捨て");
    browser.press("この内容で申請する").expect("受付番号");
    let number = browser.page().all_words("#number").concat();
    (number, application_path(browser))
}

fn a_claim_is_paid_returned_by_the_bank_and_paid_again(app: &TestApp) {
    prepare(app);
    let mut facility = in_use(app);
    let (number, path) = claims(&mut facility, "38,500円");
    let case = path.replace("/applications/", "/cases/");
    let mut reviewer = app.staff("reviewer@example.jp", Role::Reviewer);
    reviewer.open(&case).expect("申請額の再計算").expect("ほかにありません");
    reviewer.press("この申請を担当する");
    returns_and_is_corrected(app, &mut reviewer, &mut facility, &path);
    recommends_less(&mut reviewer, &case);
    let own = reviewer.send(Method::GET, &format!("{case}/confirm"), &[], &[]);
    assert_eq!(own.status, 403, "a reviewer does not confirm");
    let mut approver = app.staff("approver@example.jp", Role::Approver);
    approver.open(&case);
    approver.follow("提案を確かめて決める").expect("37,000円").expect("ケースの代金は対象になりません");
    approver.press("提案のとおり承認する").expect("承認しました");
    facility.open(&path).expect("交付決定通知書を作成しています");
    assert_eq!(facility.send(Method::GET, &format!("{path}/notice.pdf"), &[], &[]).status, 404, "not before it stands");
    app.decisions_stand();
    reads_the_notice(&mut facility, &path, &number);
    approver.open(&case).expect("交付決定額").expect("37,000円").expect("振込待ち").expect("令和8年度 第1号");
    let read = approver.send(Method::GET, &format!("{case}/notice.pdf"), &[], &[]);
    assert_eq!((read.status, read.header("content-type")), (200, Some("application/pdf")));
    pays_twice(app, &mut facility, &path);
    events_and_letters(app, &mut facility, &path, &number);
}

/// The line differs from the receipt; the applicant corrects it, and it alone.
fn returns_and_is_corrected(app: &TestApp, reviewer: &mut Browser, facility: &mut Browser, path: &str) {
    reviewer.follow("差し戻す");
    reviewer.tick("購入したもの：領収書と違う");
    reviewer.press("送られるメールを見る").expect("領収書のとおりに入力してください");
    reviewer.press("この内容で差し戻す").expect("差し戻しました");
    app.decisions_stand();
    facility.open(path).expect("修正のお願い").expect("領収書のとおりに入力してください");
    assert_eq!(facility.visit(&format!("{path}/edit/payee")).path, path, "the account is not open");
    facility.open(&format!("{path}/edit/purchases"));
    facility.fill("1行目の金額（税込の合計）", "38,900円");
    facility.press("保存する");
    facility.open(&format!("{path}/confirm")).expect("38,900円");
    facility.press("この内容で申請する").expect("受付番号");
    reviewer.open(&path.replace("/applications/", "/cases/")).expect("38,500円").expect("38,900円");
}

fn recommends_less(reviewer: &mut Browser, case: &str) {
    reviewer.open(case);
    reviewer.follow("承認を依頼する").expect("38,000円");
    reviewer.fill("認める額", "37,500円");
    reviewer.press("承認を依頼する").expect("減らす理由");
    assert_eq!(reviewer.page().status, 422);
    assert_eq!(reviewer.page().control("認める額").value, "37,500円", "what was typed is kept");
    reviewer.fill("減らす理由", "ケースの代金は対象になりません");
    reviewer.press("計算し直す").expect("37,000円");
    reviewer.press("承認を依頼する").expect("承認を依頼しました").expect("承認待ち");
}

fn reads_the_notice(facility: &mut Browser, path: &str, number: &str) {
    facility
        .open(path)
        .expect("37,000円")
        .expect("ケースの代金は対象になりません")
        .expect("お振込みの準備をしています");
    facility.follow("交付決定通知書").expect("令和8年度 第1号").expect("37,000円").expect(number).expect("＊＊＊＊567");
    facility.page().expect_not("1234567");
    let file = facility.send(Method::GET, &format!("{path}/notice.pdf"), &[], &[]);
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/pdf")));
    let again = facility.send(Method::GET, &format!("{path}/notice.pdf"), &[], &[]);
    assert!(file.body == again.body, "it is kept as it was made");
    if let Some(text) = pdf_text(&file.body) {
        for said in [number, "37,000円", "令和8年度第1号", "ケースの代金は対象になりません", "ヤマダタロウ"]
        {
            assert!(text.contains(said), "{said} is not in {text}");
        }
    }
}

/// The words of a PDF, as poppler reads them, without blanks.
fn pdf_text(file: &[u8]) -> Option<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    reader.stdin.take()?.write_all(file).ok()?;
    let output = reader.wait_with_output().expect("it ends");
    Some(String::from_utf8(output.stdout).expect("UTF-8").split_whitespace().collect())
}

/// What a transfer file says, by the published layout: yen and account of each.
fn transfers(file: &[u8]) -> Vec<(i64, String)> {
    assert_eq!(file.len() % 120, 0);
    let all: Vec<&[u8]> = file.chunks(120).collect();
    let kinds: Vec<u8> = all.iter().map(|record| record[0]).collect();
    assert_eq!((kinds[0], &kinds[kinds.len() - 2..]), (b'1', b"89".as_slice()));
    let text = |record: &[u8], first: usize, width: usize| {
        String::from_utf8(record[first - 1..first - 1 + width].to_vec()).expect("digits")
    };
    let lines: Vec<_> = all[1..all.len() - 2]
        .iter()
        .map(|record| (text(record, 81, 10).parse().expect("yen"), text(record, 44, 7)))
        .collect();
    let trailer = all[all.len() - 2];
    let sum: i64 = lines.iter().map(|(yen, _)| yen).sum();
    assert_eq!(text(trailer, 8, 12).parse::<i64>().expect("a sum"), sum);
    assert_eq!(text(trailer, 2, 6).parse::<usize>().expect("a count"), lines.len());
    lines
}

/// Fetches the file of the batch that is open, twice, and notes that it was carried out.
fn pays(clerk: &mut Browser, batch: &str) -> Vec<(i64, String)> {
    clerk.open(batch).expect("準備済み");
    let token = clerk.token();
    let body = crate::support::browser::urlencoded(&[("csrf_token".to_owned(), token)]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let mut fetch = || clerk.send(Method::POST, &format!("{batch}/file"), &form, body.as_bytes());
    let (first, second) = (fetch(), fetch());
    assert_eq!((first.status, second.status), (200, 200));
    assert!(first.body == second.body, "the identical bytes");
    clerk.open(batch).expect("ファイル出力済み");
    clerk.follow("振込が済んだことを記録する");
    clerk.press("振込が済んだことを記録する").expect("振込済み");
    transfers(&first.body)
}

fn batch_of(clerk: &mut Browser) -> String {
    clerk.open("/payments").expect("1件");
    clerk.press("振込データを作る").expect("準備済み");
    clerk.page().path.clone()
}

fn pays_twice(app: &TestApp, facility: &mut Browser, path: &str) {
    let mut clerk = app.staff("admin@example.jp", Role::Administrator);
    let batch = batch_of(&mut clerk);
    assert_eq!(pays(&mut clerk, &batch), [(37_000, "1234567".to_owned())]);
    // The bank sends it back; sessions have ended meanwhile.
    app.later(Duration::days(7));
    let mut clerk = app.staff("clerk@example.jp", Role::Administrator);
    log_in(facility, MAIL);
    facility.open(path).expect("にお振り込みしました");
    clerk.open(&batch);
    clerk.follow("戻った振込を記録する");
    clerk.fill("理由", "該当口座なし");
    clerk.press("記録する").expect("該当口座なし");
    let letter = app.newest_mail_to(MAIL);
    assert!(letter.body.contains("/payee") && !letter.body.contains("1234567"), "{}", letter.body);
    facility.open("/home").expect("振込先の口座を直してください");
    facility.follow("振込先の口座を直す").expect("お振り込みできませんでした").expect("1234567");
    facility.fill("金融機関", "三").fill("支店", "渋谷").fill("口座番号", "7654321").tick("普通");
    facility.fill("口座名義（カナ）", "ヤマダ　タロウ");
    facility.press("この口座に直す").expect("金融機関を下の中から選んでください");
    assert_eq!(facility.page().control("口座番号").value, "7654321", "what was typed is kept");
    facility.tick("三井住友（0009）");
    facility.press("この口座に直す").expect("振込先の口座を直しました").expect("お振込みの準備をしています");
    let again = batch_of(&mut clerk);
    assert_ne!(again, batch);
    assert_eq!(pays(&mut clerk, &again), [(37_000, "7654321".to_owned())]);
    facility.open(path).expect("にお振り込みしました");
    app.run_periodic("check_books");
    clerk.open("/subsidies").expect("すべて合っています");
    let row = clerk.page().all_words("#books tbody tr").join("\n");
    for said in ["38,000円", "37,000円"] {
        assert!(row.contains(said), "{said} is not in {row}");
    }
}

fn events_and_letters(app: &TestApp, facility: &mut Browser, path: &str, number: &str) {
    let id = ApplicationId::parse(path.trim_start_matches("/applications/")).expect("an id");
    let deeds = app.read(|c| {
        use diesel::prelude::*;
        use uketsuke_core::schema::audit_events::dsl;
        let of_it = dsl::audit_events
            .filter(dsl::subject_id.eq(id.as_str()))
            .filter(dsl::action.like("subsidy.%").or(dsl::action.like("payment.%")))
            .order(dsl::position);
        Ok(of_it.select(dsl::action).load::<String>(c)?)
    });
    assert_eq!(
        deeds,
        [
            "subsidy.granted",
            "subsidy.notice_numbered",
            "subsidy.notice_made",
            "subsidy.notice_read",
            "payment.returned",
            "payment.payee_corrected"
        ]
    );
    let verbs: Vec<_> = app.read(|c| repo::history(c, &id)).into_iter().rev().map(|event| event.verb).collect();
    use uketsuke_core::application::Verb::*;
    assert_eq!(verbs, [Submit, Claim, Return, Resubmit, Recommend, Approve]);
    facility
        .open("/records")
        .expect("振込が戻ったことを記録しました")
        .expect("助成金の通知書を開きました")
        .expect("助成金の交付を決定しました");
    let letters: Vec<_> = app.mails_to(MAIL).into_iter().filter(|mail| mail.subject.contains(number)).collect();
    let subjects: Vec<&str> = letters.iter().map(|letter| letter.subject.split('（').next().unwrap_or("")).collect();
    assert_eq!(
        subjects,
        [
            "助成金交付申請を受け付けました",
            "修正のお願い",
            "助成金交付申請を受け付けました",
            "助成金交付申請が承認されました",
            "助成金をお振り込みできませんでした"
        ]
    );
    assert!(letters.iter().all(|letter| !letter.body.contains("37,000")), "amounts stand in the portal only");
}

fn a_refusal_is_told_by_a_notice_with_its_reason(app: &TestApp) {
    prepare(app);
    let mut facility = in_use(app);
    let (_, path) = claims(&mut facility, "41,000円");
    let case = path.replace("/applications/", "/cases/");
    let mut reviewer = app.staff("reviewer@example.jp", Role::Reviewer);
    reviewer.open(&case);
    reviewer.press("この申請を担当する");
    reviewer.follow("却下する");
    reviewer.fill("却下の理由", "添付された書類では、申請された費用を支払ったことを確認できないため、交付できません。");
    reviewer.press("却下の承認を依頼する").expect("承認待ち");
    let mut approver = app.staff("approver@example.jp", Role::Approver);
    approver.open(&case);
    approver.follow("提案を確かめて決める");
    approver.press("提案のとおり却下する").expect("却下しました");
    app.decisions_stand();
    facility.open(&path).expect("助成金不交付決定通知書");
    facility
        .open(&format!("{path}/notice"))
        .expect("助成金不交付決定通知書")
        .expect("確認できないため、交付できません");
    facility.page().expect_not("振込先");
    let mut clerk = app.staff("admin@example.jp", Role::Administrator);
    clerk.open("/payments").expect_not("振込データを作る");
    app.run_periodic("check_books");
    clerk.open("/subsidies").expect("すべて合っています");
}
