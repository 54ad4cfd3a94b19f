//! お問い合わせ as people use it, signed in or not.

use uketsuke_core::account::find_active_account;
use uketsuke_core::ids::{AccountId, InquiryId};
use uketsuke_core::inquiry::{self, Answer as Given};
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{NewFacility, add_facility, add_member, add_staff, sign_in};

use super::*;

const QUESTION: &str = "アクティベーションコードを入力しましたが、先に進めません。";

fn fields<'a>(email: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("category", "device"), ("text", text), ("name", "山田 太郎"), ("email", email)]
}

impl World {
    /// A person of the office, verified or not, with the browser they are signed in by.
    fn member(&self, code: Option<&str>, email: &str, verified: bool) -> (FacilityScope, Browser<'_>) {
        let (scope, token) = self.write(|tx| {
            let facility = match code {
                Some(code) => add_facility(tx, NewFacility { code, ..OFFICE })?,
                None => {
                    let code = uketsuke_core::facility::code::FacilityCode::parse(OFFICE.code).expect("a code");
                    uketsuke_core::facility::repo::find_all_by_code(tx.conn(), &code)?.remove(0).id
                }
            };
            let scope = add_member(tx, &facility, email, verified)?;
            let token = sign_in(tx, &scope)?;
            Ok((scope, token))
        });
        let mut browser = self.visitor();
        browser.cookies.insert("__Host-portal".into(), token.reveal().to_owned());
        (scope, browser)
    }

    /// Staff answer.
    fn answers(&self, id: &str, text: &str) {
        let (staff, id) = (add_staff(&self.db, Role::Support), InquiryId::parse(id).expect("an id"));
        let seen = self.read(|c| inquiry::get_for_staff(c, &staff, &id)).revision;
        let given = Given { message: uketsuke_core::ids::InquiryMessageId::mint(), text: text.to_owned() };
        self.write(|tx| inquiry::answer(tx, &staff, (&id, seen), &given));
    }
}

/// Asks through the pages; answers the thread's address.
async fn ask(browser: &mut Browser<'_>, email: &str) -> String {
    let typed = [fields(email, QUESTION), vec![("as_person", "yes")]].concat();
    assert_eq!(browser.post("/contact", &typed).await.location, "/contact/check");
    assert_eq!(browser.post("/contact/check", &[("as_person", "yes")]).await.location, "/contact/done");
    let done = browser.get("/contact/done").await;
    let at = done.html.find("/inquiries/").expect("a link to the thread");
    done.html[at..].split('"').next().expect("an address").to_owned()
}

#[actix_web::test]
async fn a_visitor_asks_in_three_pages_and_what_is_sent_twice_is_asked_once() {
    let world = World::new();
    let mut browser = world.visitor();
    assert!(browser.get("/").await.has("href=\"/contact\">お問い合わせ</a>"));
    assert_eq!(browser.get("/contact/check").await.location, "/contact");
    assert_eq!(browser.get("/contact/done").await.location, "/contact");
    assert_eq!(browser.post("/contact/check", &[]).await.location, "/contact");
    let form = browser.get("/contact").await;
    assert!(
        form.has("20文字以上2,000文字以内") && form.has("data-count=\"2000\"") && form.has("（申請についてのとき）")
    );
    assert!(!form.has("施設を切り替える") && !form.has("as_person"));
    assert_eq!(browser.post("/contact", &fields("a@example.jp", QUESTION)).await.location, "/contact/check");
    let check = browser.get("/contact/check").await;
    assert!(check.has(QUESTION) && check.has("端末の設定・アクティベーションコード") && check.has("a@example.jp"));
    assert!(browser.get("/contact").await.has(&format!("{QUESTION}</textarea>")), "going back shows it again");
    assert!(world.letters().is_empty());
    assert_eq!(browser.post("/contact/check", &[]).await.location, "/contact/done");
    let done = browser.get("/contact/done").await;
    assert!(done.has("2026年11月26日まで（3営業日以内）") && done.has("a@example.jp") && done.has("受付番号"));
    assert!(!done.has("/inquiries/") && !done.has(QUESTION));
    assert_eq!(browser.post("/contact/check", &[]).await.location, "/contact/done");
    assert_eq!(world.letters(), ["inquiry_received"]);
    assert!(!browser.get("/contact").await.has(QUESTION), "a new question begins empty");
    assert_eq!(world.visitor().get("/contact/done").await.location, "/contact", "another visitor sees nothing");
}

#[actix_web::test]
async fn every_fault_is_told_and_what_was_typed_is_shown_again() {
    let world = World::new();
    let mut browser = world.visitor();
    let empty = browser.post("/contact", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in [
        "お問い合わせの種類を選んでください",
        "お問い合わせの内容を入力してください",
        "お名前を入力してください",
        "返信先のメールアドレスを入力してください",
    ] {
        assert!(empty.has(told), "{told}");
    }
    let short = browser.post("/contact", &fields("a@example.jp", "短い<b>")).await;
    assert!(short.has("20文字以上で入力してください（今は5文字です）") && short.has("短い&#60;b&#62;</textarea>"));
    let personal = format!("{QUESTION}番号は123456789018です。");
    assert!(
        browser.post("/contact", &fields("a@example.jp", &personal)).await.has("マイナンバー（個人番号）と思われる")
    );
    let number = [fields("a@example.jp", QUESTION), vec![("application", "12345")]].concat();
    assert!(browser.post("/contact", &number).await.has("受付番号は11桁の数字です"));
    assert_eq!(browser.get("/contact/check").await.location, "/contact", "nothing faulty is kept");
}

#[actix_web::test]
async fn a_program_that_fills_every_field_gets_nowhere_and_a_person_presses_once_more() {
    let world = World::new();
    let mut browser = world.visitor();
    let form = browser.get("/contact").await;
    assert!(form.has("aria-hidden=\"true\"") && form.has("tabindex=\"-1\" autocomplete=\"off\""));
    let trapped = [fields("a@example.jp", QUESTION), vec![("website", "https://spam.example")]].concat();
    let page = browser.post("/contact", &trapped).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.has("画面に見えない欄に") && page.has(&format!("{QUESTION}</textarea>")) && page.has("a@example.jp"));
    assert!(!page.has("spam.example"), "the box comes back empty");
    assert_eq!(browser.post("/contact", &fields("a@example.jp", QUESTION)).await.location, "/contact/check");
}

#[actix_web::test]
async fn what_was_searched_for_and_its_category_are_carried_over() {
    let world = World::new();
    let mut browser = world.visitor();
    let words = "%E3%82%B3%E3%83%BC%E3%83%89%3Cb%3E%0A";
    let form = browser.get(&format!("/contact?words={words}&about=device")).await;
    assert!(form.has("「コード&#60;b&#62;」について：\n</textarea>") && form.has("value=\"device\" selected"));
    assert!(browser.get("/contact?about=weather").await.status == StatusCode::OK);
    browser.post("/contact", &fields("a@example.jp", QUESTION)).await;
    let form = browser.get(&format!("/contact?words={words}&about=subsidy")).await;
    assert!(form.has(QUESTION) && form.has("value=\"subsidy\" selected"), "a draft's words are not overwritten");
}

#[actix_web::test]
async fn too_many_are_told_when_to_send_again_and_keep_their_text() {
    let world = World::new();
    for n in 0..5 {
        let mut browser = world.visitor();
        browser.post("/contact", &fields("a@example.jp", QUESTION)).await;
        assert_eq!(browser.post("/contact/check", &[]).await.location, "/contact/done", "{n}");
    }
    let mut browser = world.visitor();
    browser.post("/contact", &fields("a@example.jp", QUESTION)).await;
    let refused = browser.post("/contact/check", &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.has("11月21日 10時00分を過ぎてから") && refused.has(QUESTION) && refused.has("この内容で送る"));
    assert_eq!(refused.headers.get("retry-after").and_then(|value| value.to_str().ok()), Some("86400"));
    assert_eq!(world.letters().len(), 5);
    // The text waits as long as a draft lives, and a correction goes out at once.
    assert!(browser.get("/contact/check").await.has(QUESTION));
    browser.post("/contact", &fields("b@example.jp", QUESTION)).await;
    assert_eq!(browser.post("/contact/check", &[]).await.location, "/contact/done");
}

#[actix_web::test]
async fn whoever_is_signed_in_finds_name_mail_and_facility_filled_in() {
    let world = World::new();
    let (scope, mut browser) = world.member(None, EMAIL, true);
    let number = world.write(|tx| {
        let id = testing::approved(tx, &scope)?.application().clone();
        let number = uketsuke_core::secret::ReceiptNumber::mint();
        testing::sql(tx.conn(), &format!("update applications set number = '{number}' where id = '{id}'"))?;
        Ok(number.to_string())
    });
    let form = browser.get("/contact").await;
    assert!(form.has("value=\"山田 太郎\"") && form.has(&format!("value=\"{EMAIL}\"")) && form.has("さくら接骨院"));
    assert!(form.has(&format!("利用開始申請（{number}）")));
    let foreign = [fields(EMAIL, QUESTION), vec![("application", "1234-5678-901")]].concat();
    assert!(browser.post("/contact", &foreign).await.has("受付番号（申請についてのとき）"));
    let chosen = [fields(EMAIL, QUESTION), vec![("application", number.as_str())]].concat();
    assert_eq!(browser.post("/contact", &chosen).await.location, "/contact/check");
    assert!(browser.get("/contact/check").await.has(&number));
    assert_eq!(browser.post("/contact/check", &[("as_person", "yes")]).await.location, "/contact/done");
    assert!(browser.get("/account").await.has("href=\"/inquiries\""));
    let list = browser.get("/inquiries").await;
    assert!(list.has("お返事待ち") && list.has("端末の設定・アクティベーションコード"));
}

#[actix_web::test]
async fn a_session_that_ends_meanwhile_loses_no_word() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    let typed = [fields(EMAIL, QUESTION), vec![("as_person", "yes")]].concat();
    world.db.clock.advance(chrono::Duration::minutes(31));
    let ended = browser.post("/contact", &typed).await;
    assert_eq!(ended.location, "/login?next=%2Fcontact&ended=kept");
    assert_eq!(browser.log_in(EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/contact").await.has(&format!("{QUESTION}</textarea>")));
    assert_eq!(browser.post("/contact", &typed).await.location, "/contact/check");
    world.db.clock.advance(chrono::Duration::minutes(31));
    let ended = browser.post("/contact/check", &[("as_person", "yes")]).await;
    assert!(ended.location.starts_with("/login?next=%2Fcontact%2Fcheck"), "{}", ended.location);
    browser.log_in(EMAIL, PASSWORD).await;
    assert!(browser.get("/contact/check").await.has(QUESTION));
    let done = browser.post("/contact/check", &[("as_person", "yes")]).await;
    assert_eq!(done.location, "/contact/done");
    assert!(browser.get("/inquiries").await.has("お返事待ち"), "it is the person's, not a visitor's");
}

#[actix_web::test]
async fn a_thread_is_read_written_to_and_solved() {
    let world = World::new();
    let (_, mut browser) = world.member(None, EMAIL, true);
    let thread = ask(&mut browser, EMAIL).await;
    let id = thread.rsplit('/').next().expect("an id");
    let page = browser.get(&thread).await;
    assert!(
        page.has(QUESTION) && page.has("2026年11月26日まで") && page.has("山田 太郎 様") && page.has("解決しました")
    );
    world.answers(id, "アプリを更新してください。<b>");
    let page = browser.get(&thread).await;
    assert!(page.has("アプリを更新してください。&#60;b&#62;") && page.has("窓口からの回答") && page.has("回答済み"));
    assert!(!page.has("審査 一郎"), "staff have no name here");
    let empty = browser.post(&thread, &[("text", "　")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.has("続きの内容を入力してください"));
    assert_eq!(browser.post(&thread, &[("text", "まだ進めません。")]).await.location, thread);
    assert!(browser.get(&thread).await.has("お返事待ち"));
    assert_eq!(browser.post(&thread, &[("text", "まだ進めません。")]).await.location, thread);
    assert_eq!(browser.get(&thread).await.html.matches("まだ進めません。").count(), 1);
    assert_eq!(browser.post(&format!("{thread}/resolve"), &[]).await.location, thread);
    let closed = browser.get(&thread).await;
    assert!(closed.has("終了</span>") && closed.has("続きを書く") && !closed.has(">解決しました</button>"));
}

#[actix_web::test]
async fn a_thread_is_a_404_for_everybody_whom_it_does_not_concern() {
    let world = World::new();
    let (_, mut owner) = world.member(None, EMAIL, true);
    let (_, mut colleague) = world.member(None, "jiro@example.jp", true);
    let (_, mut newcomer) = world.member(None, "new@example.jp", false);
    let (_, mut stranger) = world.member(Some("1300000001"), "other@example.jp", true);
    let thread = ask(&mut owner, EMAIL).await;
    assert!(colleague.get(&thread).await.has(QUESTION), "verified people of the facility share it");
    for browser in [&mut newcomer, &mut stranger] {
        assert_eq!(browser.get(&thread).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&thread, &[("text", "続き")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&format!("{thread}/resolve"), &[]).await.status, StatusCode::NOT_FOUND);
        assert!(browser.get("/inquiries").await.has("お問い合わせはまだありません"));
    }
    let of_newcomer = ask(&mut newcomer, "new@example.jp").await;
    assert_eq!(newcomer.get(&of_newcomer).await.status, StatusCode::OK);
    assert_eq!(owner.get(&of_newcomer).await.status, StatusCode::NOT_FOUND, "asked by somebody who may be anybody");
    assert!(world.visitor().get(&thread).await.location.starts_with("/login"));
    assert_eq!(owner.get("/inquiries/1").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_list_asks_the_database_as_often_with_many_as_with_few() {
    let world = World::new();
    let (scope, mut browser) = world.member(None, EMAIL, true);
    let account: AccountId = scope.account().clone();
    assert!(world.read(|c| find_active_account(c, &account)).is_some());
    let asked = |world: &World| world.db.queries();
    let mut counted = Vec::new();
    for more in [1, 24] {
        for n in 0..more {
            // The throttles are another test's.
            if n % 4 == 0 {
                world.db.clock.advance(chrono::Duration::minutes(25) * 60);
                let token = world.write(|tx| sign_in(tx, &scope));
                browser.cookies.insert("__Host-portal".into(), token.reveal().to_owned());
            }
            ask(&mut browser, &format!("{n}@example.jp")).await;
        }
        let thread = ask(&mut browser, "last@example.jp").await;
        for path in ["/inquiries", thread.as_str()] {
            browser.get(path).await;
            let before = asked(&world);
            assert_eq!(browser.get(path).await.status, StatusCode::OK);
            counted.push(asked(&world) - before);
        }
    }
    assert_eq!(counted[..2], counted[2..], "{counted:?}");
    let first = browser.get("/inquiries").await;
    assert_eq!(first.html.matches("class=\"task-name\"").count(), 20);
    let at = first.html.find("/inquiries?after=").expect("more");
    let next = first.html[at..].split('"').next().expect("an address").to_owned();
    let rest = browser.get(&next).await;
    assert_eq!(rest.html.matches("class=\"task-name\"").count(), 7);
}

/// A picture of one dot.
const PICTURE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

impl Browser<'_> {
    /// Sends a form with a file.
    async fn upload(&mut self, path: &str, (name, bytes): (&str, &[u8])) -> Answer {
        let tie = ["__Host-portal", "__Host-visitor"].iter().find_map(|name| self.cookies.get(*name));
        let token = csrf::token(&self.world.portal.keyring, tie.expect("a cookie"));
        let mut body = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{token}\r\n--X\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n",
            csrf::FIELD
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(b"\r\n--X--\r\n");
        let request = TestRequest::post().uri(path);
        self.send(request.insert_header(("content-type", "multipart/form-data; boundary=X")).set_payload(body)).await
    }
}

#[actix_web::test]
async fn a_picture_goes_along_and_is_read_by_whom_it_concerns() {
    let world = World::new();
    let (_, mut owner) = world.member(None, EMAIL, true);
    let (_, mut stranger) = world.member(Some("1300000001"), "other@example.jp", true);
    assert_eq!(owner.upload("/contact/files", ("画面.png", PICTURE)).await.location, "/contact", "nothing to add to");
    owner.post("/contact", &fields(EMAIL, QUESTION)).await;
    let none = owner.upload("/contact/files", ("", b"")).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.has("href=\"#file\"") && none.has(QUESTION));
    let broken = owner.upload("/contact/files", ("画面.png", b"no picture")).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = vec![0_u8; 10 * 1024 * 1024 + 1];
    assert!(owner.upload("/contact/files", ("画面.png", &large)).await.has("10MBより小さく"));
    assert_eq!(owner.upload("/contact/files", ("画面.png", PICTURE)).await.location, "/contact/check");
    let check = owner.get("/contact/check").await;
    assert!(check.has("画面.png") && check.has("外す：画面.png"));
    let at = check.html.find("/contact/files/0").expect("a button");
    let remove = check.html[at..].split('"').next().expect("an address").to_owned();
    assert_eq!(stranger.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.post(&remove, &[]).await.location, "/contact/check");
    assert!(!owner.get("/contact/check").await.has("画面.png</span>"));
    owner.upload("/contact/files", ("画面.png", PICTURE)).await;
    owner.post("/contact/check", &[("as_person", "yes")]).await;
    let done = owner.get("/contact/done").await;
    let at = done.html.find("/inquiries/").expect("a link");
    let thread = done.html[at..].split('"').next().expect("an address").to_owned();
    let page = owner.get(&thread).await;
    assert!(page.has("画面.png</a>"));
    let at = page.html.find(&format!("{thread}/files/")).expect("a link");
    let file = page.html[at..].split('"').next().expect("an address").to_owned();
    let saved = owner.get(&file).await;
    assert_eq!(saved.status, StatusCode::OK);
    let disposition = saved.headers.get("content-disposition").and_then(|v| v.to_str().ok()).unwrap_or_default();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    assert_eq!(stranger.get(&file).await.status, StatusCode::NOT_FOUND);
    assert!(world.visitor().get(&file).await.location.starts_with("/login"));
}
