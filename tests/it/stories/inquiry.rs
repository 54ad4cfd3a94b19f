//! Somebody asks, somebody answers: a visitor by mail alone, a facility in its
//! thread, a caller through whoever took the call.

use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::people::SAKURA;

tests! {
    a_visitor_asks_and_gets_the_answer_by_mail,
    a_facility_asks_reads_the_thread_and_writes_again,
    what_nobody_writes_to_any_more_is_closed_by_itself,
}

const QUESTION: &str = "アクティベーションコードを入力しましたが、先に進めません。";
const READY: &str = "アプリを最新のものに更新してから、もう一度入力してください。";

/// Asks on the open page; answers the number.
fn ask(browser: &mut Browser, question: &str) -> String {
    browser.fill("お問い合わせの種類", "端末の設定").fill("お問い合わせの内容", question);
    browser.press("確認へ進む").expect(question).expect("端末の設定・アクティベーションコード");
    browser.press("この内容で送る").expect("お問い合わせを受け付けました").expect("3営業日以内");
    browser.page().all_words("#number").concat()
}

fn a_visitor_asks_and_gets_the_answer_by_mail(app: &TestApp) {
    let mut visitor = app.portal();
    visitor.open("/");
    visitor.follow("お問い合わせ");
    visitor.fill("お名前", "山田 花子").fill("返信先のメールアドレス", "hanako@example.jp");
    let number = ask(&mut visitor, QUESTION);
    visitor.page().expect("hanako@example.jp").expect("2026年11月27日");
    let letter = app.newest_mail_to("hanako@example.jp");
    assert!(letter.subject.contains(&number) && letter.body.contains("11月27日"), "{}", letter.body);
    assert!(!letter.body.contains(QUESTION) && letter.body.contains("返信されても届きません"), "{}", letter.body);

    let mut office = app.staff("support@example.jp", Role::Support);
    office.open("/inquiries/canned");
    office.follow("回答を追加する");
    office.fill("お問い合わせの種類", "端末の設定").fill("一覧に出す言葉", "コードが通らない").fill("回答の文", READY);
    office.press("保存する").expect("回答を追加しました");
    office.open("/inquiries?v=unassigned").expect("山田 花子");
    office.follow(&number).expect(QUESTION);
    office.press("担当する").expect("あなたが担当しています");
    office.follow("回答する");
    office.fill("よく使う回答", "コードが通らない");
    office.press("この文を下の欄に入れる");
    office.press("送られるメールを見る").expect("まだ送られていません").expect(READY);
    assert_eq!(app.mails_to("hanako@example.jp").len(), 1, "a preview sends nothing");
    office.press("この内容で回答する").expect("回答しました").expect("回答済み");

    let letter = app.newest_mail_to("hanako@example.jp");
    assert_eq!(letter.subject, format!("お問い合わせへの回答（{number}）"));
    assert!(letter.body.contains(READY) && letter.body.contains("/contact"), "{}", letter.body);
    assert!(!letter.body.contains("/inquiries/"), "{}", letter.body);
}

fn a_facility_asks_reads_the_thread_and_writes_again(app: &TestApp) {
    app.with_master();
    let mut person = app.approved(SAKURA, "taro@example.jp", 1);
    person.open("/contact").expect(SAKURA.name);
    let number = ask(&mut person, QUESTION);
    person.follow("お問い合わせの画面へ").expect(QUESTION).expect("お返事待ち");
    let thread = person.page().path.clone();

    let mut office = app.staff("support@example.jp", Role::Support);
    office.open("/inquiries?v=unassigned");
    office.follow(&number).expect(SAKURA.name).expect(SAKURA.code);
    let case = office.page().path.clone();
    office.follow("回答する");
    office.fill("回答", READY);
    office.press("送られるメールを見る").expect(&thread);
    office.press("この内容で回答する");
    assert_eq!(app.mailed_path("taro@example.jp", "/inquiries/"), thread);

    // Somebody else asks in the meantime.
    app.later(chrono::Duration::days(3));
    let mut visitor = app.portal();
    visitor.open("/contact");
    visitor.fill("お名前", "鈴木").fill("返信先のメールアドレス", "suzuki@example.jp");
    let other = ask(&mut visitor, "登録のメールが届きません。どうすればよいでしょうか。");

    let mut person = app.portal();
    crate::support::people::log_in(&mut person, "taro@example.jp");
    person.open("/account");
    person.follow("お問い合わせの一覧を見る").expect("回答済み");
    person.open(&thread).expect(READY).expect("窓口からの回答");
    person.fill("続きの内容", "更新しましたが、同じ画面のままです。");
    person.press("送る").expect("お送りしました").expect("お返事待ち");

    let mut office = app.office();
    app.log_in_again(&mut office, "support@example.jp");
    office.open("/inquiries?v=mine").expect(&number).expect_not(&other);
    let first = office.open("/inquiries?v=all").all_words("#inquiries tbody th").remove(0);
    assert_eq!(first, number, "who writes again stands before new questions");
    office.open(&case).expect("更新しましたが、同じ画面のままです。").expect("あなたが担当しています");
    office.follow("担当を引き渡す").expect("引き渡せる職員がいません");
    office.open(&case);
    office.follow("メモを残す");
    office.fill("メモ", "電話でも確認する");
    office.press("メモを残す").expect("電話でも確認する");
    person.open(&thread).expect_not("電話でも確認する");
    person.press("解決しました").expect("終了");
    app.run_jobs();
}

fn what_nobody_writes_to_any_more_is_closed_by_itself(app: &TestApp) {
    let mut office = app.staff("support@example.jp", Role::Support);
    office.open("/inquiries");
    office.follow("電話でのお問い合わせを登録する");
    office.fill("お名前", "鈴木 花子").fill("電話番号", "090-1234-5678").fill("メールアドレス", "suzuki@example.jp");
    office.fill("ポータルサイト", "医療機関等").fill("お問い合わせの種類", "画面の使い方");
    office
        .fill("お問い合わせの内容", "印刷の仕方が分からない。")
        .fill("その場での回答", "「このページを印刷する」を押してください。");
    office.press("登録する").expect("回答済み").expect("医療機関等向け総合ポータルサイト");
    let case = office.page().path.clone();
    let letter = app.newest_mail_to("suzuki@example.jp");
    assert!(letter.body.contains("鈴木 花子 様") && letter.body.contains("このページを印刷する"), "{}", letter.body);
    app.later(chrono::Duration::days(31));
    app.run_periodic("close_quiet_inquiries");
    let mut office = app.office();
    app.log_in_again(&mut office, "support@example.jp");
    office.open(&case).expect("終了");
    office.press("再開する").expect("お返事待ち");
    app.run_jobs();
}
