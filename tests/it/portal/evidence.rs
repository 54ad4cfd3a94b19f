//! 書類の添付 through the pages: what is taken, what is said of what is not, and
//! that nothing stays of it.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use actix_web::http::Method;
use uketsuke_core::application::repo;
use uketsuke_core::evidence::Evidence;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::storage::{Area, MAX_FILE_BYTES};

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::people::SAKURA;

tests! {
    a_file_is_attached_shown_saved_and_taken_off,
    a_photo_is_kept_as_a_picture_without_its_place,
    what_cannot_be_taken_is_said_on_the_page_and_leaves_nothing,
    a_hundred_megabytes_and_one_byte_is_said_with_413,
    a_connection_that_breaks_leaves_nothing,
    a_form_without_its_token_is_refused_before_its_file_is_kept,
    a_chosen_file_is_not_lost_by_another_button,
    documents_go_to_the_reviewer,
}

const LABEL: &str = "受領委任承諾通知書";
const NOTICE_PNG: &[u8] = include_bytes!("../../../src/demo/notice.png");

fn pdf(note: &str) -> Vec<u8> {
    format!(
        "%PDF-1.7\n% {note}\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\n\
         endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n\
         trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"
    )
    .into_bytes()
}

/// At the step of files.
fn begin(app: &TestApp) -> Browser {
    let mut browser = app.with_master().signed_in(SAKURA, "hanako@example.jp");
    app.run_jobs();
    browser.open("/applications");
    browser.press("利用開始申請を始める");
    browser.tick("② 書類を添付").press("次へ進む");
    assert_eq!(browser.page().h1(), "書類の添付", "{}", browser.page().text());
    browser
}

fn id(browser: &Browser) -> ApplicationId {
    let path = &browser.page().path;
    ApplicationId::parse(path.split('/').nth(2).expect("an id")).expect("an id")
}

fn attached(app: &TestApp, id: &ApplicationId) -> Vec<Evidence> {
    app.read(|c| {
        let application = repo::get(c, id)?;
        Ok(repo::case(c, application)?.evidence)
    })
}

fn objects(app: &TestApp) -> usize {
    let count = |area| app.wait(app.parts.storage.list(area, None, 1000)).expect("listed").len();
    count(Area::Evidence) + count(Area::Preview)
}

fn a_file_is_attached_shown_saved_and_taken_off(app: &TestApp) {
    let mut browser = begin(app);
    let id = id(&browser);
    let content = pdf("1");
    browser.attach(LABEL, "通知書 (写し).pdf", &content).press("ファイルを送る");
    browser.page().expect("ファイルを保存しました").expect("通知書 (写し).pdf");
    let href = browser.page().link("通知書 (写し).pdf");
    let saved = browser.send(Method::GET, &href, &[], &[]);
    assert_eq!((saved.status, saved.body.as_slice()), (200, content.as_slice()));
    assert!(saved.header("content-disposition").expect("there").starts_with("attachment; filename=\"file.pdf\""));
    assert_eq!(saved.header("content-type"), Some("application/pdf"));
    assert!(saved.header("content-security-policy").expect("there").starts_with("sandbox"));
    assert_eq!(saved.header("x-content-type-options"), Some("nosniff"));

    browser.attach(LABEL, "通知書 (写し).pdf", &content).press("ファイルを送る");
    assert_eq!(attached(app, &id).len(), 1, "sent twice, there once");
    browser.press_near("通知書 (写し).pdf", "外す：通知書 (写し).pdf");
    browser.page().expect("まだ添付されていません");
    let page = browser.press("次へ進む");
    assert_eq!(page.status, 422);
    page.expect(&format!("{LABEL}を選んでください"));
}

fn a_photo_is_kept_as_a_picture_without_its_place(app: &TestApp) {
    let mut browser = begin(app);
    let id = id(&browser);
    browser.attach(LABEL, "../../IMG_0001.png", NOTICE_PNG).press("ファイルを送る");
    browser.page().expect("IMG_0001.png").expect_not("../");
    let [file] = attached(app, &id).try_into().expect("one");
    assert_eq!((file.media_type.as_str(), file.original_name.as_str()), ("image/png", "IMG_0001.png"));
    let src = browser.page().attributes("img.preview", "src").remove(0);
    let picture = browser.send(Method::GET, &src, &[], &[]);
    assert_eq!((picture.status, &picture.body[1..4]), (200, &b"PNG"[..]));
}

fn what_cannot_be_taken_is_said_on_the_page_and_leaves_nothing(app: &TestApp) {
    let mut browser = begin(app);
    let id = id(&browser);
    let cases: [(&str, &[u8], &str); 7] = [
        ("空.pdf", b"", "中身のないファイルです"),
        ("page.html", b"<html><script>alert(1)</script>", "（選ばれたのは html です）"),
        ("名前だけ.pdf", b"MZ\x90\x00", "ファイルを開けません。保存し直してから選んでください"),
        ("表.xlsm", b"PK\x05\x06nothing", "マクロ付きのExcel（.xlsm）は受け取れません"),
        ("絵.png", b"<svg onload=alert(1)>", "ファイルを開けません"),
        ("半分.png", &NOTICE_PNG[..NOTICE_PNG.len() / 2], "ファイルを開けません"),
        ("1234-5678-9018.png", NOTICE_PNG, "ファイルの名前にマイナンバー"),
    ];
    for (name, content, said) in cases {
        let page = browser.attach(LABEL, name, content).press("ファイルを送る");
        assert_eq!(page.status, 422, "{name}: {}", page.text());
        page.expect(said);
        assert!(!page.html.contains("<script>alert"), "{name}");
    }
    let page = browser.press("ファイルを送る");
    assert_eq!(page.status, 422, "none chosen");
    assert_eq!((attached(app, &id).len(), objects(app)), (0, 0));
}

fn a_hundred_megabytes_and_one_byte_is_said_with_413(app: &TestApp) {
    let mut browser = begin(app);
    let mut content = pdf("large");
    content.resize(usize::try_from(MAX_FILE_BYTES).expect("fits") + 1, b' ');
    let page = browser.attach(LABEL, "大きい.pdf", &content).press("ファイルを送る");
    assert_eq!(page.status, 413);
    page.expect("100MBより小さくしてください（今は101MBです）");
    assert_eq!(page.h1(), "書類の添付", "said on the page itself");
    assert_eq!(objects(app), 0);
}

fn a_connection_that_breaks_leaves_nothing(app: &TestApp) {
    let mut browser = begin(app);
    let (id, path, token) = (id(&browser), browser.page().path.clone(), browser.token());
    let host = app.parts.config.portal_url.trim_start_matches("http://").to_owned();
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"evidence\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n"
    );
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {}\r\ncontent-type: multipart/form-data; boundary=b\r\n\
         content-length: 5000000\r\n\r\n",
        browser.cookie_header()
    );
    let mut line = TcpStream::connect(&host).expect("connects");
    line.write_all(head.as_bytes()).expect("sent");
    line.write_all(body.as_bytes()).expect("sent");
    line.write_all(&[b'x'; 200_000]).expect("sent");
    line.shutdown(Shutdown::Both).expect("cut");
    drop(line);
    browser.open(&path);
    assert_eq!((attached(app, &id).len(), objects(app)), (0, 0));
}

fn a_form_without_its_token_is_refused_before_its_file_is_kept(app: &TestApp) {
    let mut browser = begin(app);
    let path = browser.page().path.clone();
    let body =
        "--b\r\ncontent-disposition: form-data; name=\"evidence\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    assert_eq!(browser.send(Method::POST, &path, &kind, body.as_bytes()).status, 403);
    let cross = [kind[0], ("sec-fetch-site", "cross-site")];
    assert_eq!(browser.send(Method::POST, &path, &cross, body.as_bytes()).status, 403);
    browser.forget();
    let signed_out = browser.send(Method::POST, &path, &kind, body.as_bytes());
    assert_eq!(signed_out.status, 303, "to the login");
    assert_eq!(objects(app), 0);
}

fn a_chosen_file_is_not_lost_by_another_button(app: &TestApp) {
    let mut browser = begin(app);
    let id = id(&browser);
    let path = browser.page().path.clone();
    browser.attach(LABEL, "一.pdf", &pdf("1")).press("途中保存してホームへ");
    browser.page().expect("途中まで保存しました");
    browser.open(&path);
    browser.attach(LABEL, "二.pdf", &pdf("2")).press("次へ進む");
    assert_eq!(browser.page().h1(), "職員数と台数");
    assert_eq!(attached(app, &id).len(), 2);
    browser.open(&path);
    browser.press("次へ進む");
    assert_eq!(browser.page().h1(), "職員数と台数", "no further file is needed");
}

fn documents_go_to_the_reviewer(app: &TestApp) {
    let mut browser = begin(app);
    let id = id(&browser);
    browser.attach(LABEL, "通知書.png", NOTICE_PNG).press("ファイルを送る");
    browser.press("次へ進む");
    browser.fill("職員数", "2").fill("申請台数", "3").press("次へ進む");
    browser.tick("この規約を読み、同意します").press("次へ進む");
    browser.page().expect("② 書類を添付").expect("通知書.png");
    browser.press("この内容で申請する");
    browser.page().expect("12月1日ごろまでに").expect_not("承認されました");
    browser.follow("申請の状況を見る");
    browser.page().expect("受付済み").expect("通知書.png");
    app.run_jobs();
    browser.follow("申請を取り下げる");
    browser.press("申請を取り下げる");
    browser.page().expect("申請を取り下げました");
    browser.press("この内容をもとに新しく申請する");
    assert_eq!(browser.page().h1(), "書類の添付", "files are given anew, answers are there");
    browser.open(&format!("{}/edit/count", browser.page().path.split("/edit").next().expect("a path").to_owned()));
    assert_eq!(browser.page().control("申請台数").value, "3");
    assert_eq!(attached(app, &id).len(), 1, "what was sent stays");
    app.run_jobs();
}
