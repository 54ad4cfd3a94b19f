//! Files past a real clamd: refused with a virus; closed until they are scanned; and
//! what people see of one that turns out to have a virus later.

use std::net::ToSocketAddrs;

use actix_web::http::Method;
use uketsuke_core::storage::Area;

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::line::{Line, Mode};
use crate::support::people::{SAKURA, begin, fill_counts, take_in_hand};

tests! {
    needs Needs::Variable(SCANNER);
    a_virus_is_refused_and_a_clean_file_is_saved,
    nobody_opens_a_file_before_it_is_scanned,
    a_file_that_turns_out_to_have_a_virus_is_taken_off_before_sending,
}

const SCANNER: &str = "UKETSUKE_TEST_CLAMD";
const LABEL: &str = "受領委任承諾通知書";
const CLOSED: &str = "ウイルスの確認が終わるまで、このファイルは開けません";

/// The file that scanners are tried with (<https://www.eicar.org>), put together here:
/// as one piece it would make scanners of source code shout.
fn eicar() -> String {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// An installation with the scanner, and the line between them.
fn installation(other: &TestApp) -> (TestApp, Line) {
    let server = std::env::var(SCANNER).expect("set by tests/run");
    let line = Line::to(server.to_socket_addrs().expect("an address").next().expect("an address"));
    let address = line.address.to_string();
    (TestApp::start_with(&other.place, &[("UKETSUKE_CLAMD", &address)]), line)
}

fn at_files(app: &TestApp) -> Browser {
    let mut person = app.with_master().signed_in(SAKURA, "hanako@example.jp");
    begin(&mut person, "書類を添付");
    person
}

fn pdf(inside: &str) -> Vec<u8> {
    format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n\
         % {inside}\ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    )
    .into_bytes()
}

fn objects(app: &TestApp) -> usize {
    Area::ALL.iter().map(|area| app.wait(app.parts.storage.list(*area, None, 100)).expect("listed").len()).sum()
}

fn end(app: TestApp) {
    app.run_jobs();
    app.finish();
}

fn a_virus_is_refused_and_a_clean_file_is_saved(other: &TestApp) {
    let (app, _line) = installation(other);
    let mut person = at_files(&app);
    for (name, content) in [("写真.png", eicar().into_bytes()), ("通知書.pdf", pdf(&eicar()))] {
        let page = person.attach(LABEL, name, &content).press("ファイルを送る");
        assert_eq!(page.status, 422, "{name}");
        page.expect("ウイルスの疑いがあるため受け取れません").expect("まだ添付されていません");
    }
    assert_eq!(objects(&app), 0);
    person.attach(LABEL, "通知書.pdf", &pdf("")).press("ファイルを送る").expect("保存済み");
    let href = person.page().link("通知書.pdf");
    assert_eq!(person.send(Method::GET, &href, &[], &[]).body, pdf(""));
    end(app);
}

fn nobody_opens_a_file_before_it_is_scanned(other: &TestApp) {
    let (app, line) = installation(other);
    let mut person = at_files(&app);
    line.set(Mode::Cut);
    person.attach(LABEL, "通知書.png", uketsuke::demo::cast::NOTICE).press("ファイルを送る");
    person.page().expect("ファイルを保存しました").expect("確認中").expect(CLOSED);
    let src = person.page().attributes("img.preview", "src").remove(0);
    let file = src.strip_suffix("/preview").expect("beside the file");
    let refused = person.send(Method::GET, file, &[], &[]);
    assert!(refused.status != 200 && refused.text().contains(CLOSED), "{}", refused.status);
    person.press("次へ進む");
    fill_counts(&mut person, "2", "2");
    person.press("この内容で申請する").expect("受付番号");
    app.run_jobs();

    let number = person.page().all_words("#number").concat();
    let mut office = take_in_hand(&app, &number);
    office.page().expect(CLOSED);
    let link = office.page().link("原本をダウンロードする");
    let refused = office.send(Method::GET, &link, &[], &[]);
    assert!(refused.status != 200 && refused.text().contains(CLOSED), "{}", refused.status);
    let picture = link.replace("/file", "/page");
    assert_ne!(office.send(Method::GET, &picture, &[], &[]).status, 200);

    line.set(Mode::Open);
    app.later(chrono::Duration::minutes(6));
    app.run_periodic("scan_files");
    let case = office.page().path.clone();
    office.open(&case).expect_not(CLOSED);
    assert_eq!(office.send(Method::GET, &link, &[], &[]).status, 200);
    assert_eq!(office.send(Method::GET, &picture, &[], &[]).status, 200);
    end(app);
}

fn a_file_that_turns_out_to_have_a_virus_is_taken_off_before_sending(other: &TestApp) {
    let (app, line) = installation(other);
    let mut person = at_files(&app);
    line.set(Mode::Cut);
    person.attach(LABEL, "通知書.pdf", &pdf(&eicar())).press("ファイルを送る").expect("確認中");
    let files = person.page().path.clone();
    line.set(Mode::Open);
    app.run_periodic("scan_files");
    person.open(&files).expect("使えません").expect("ウイルスの疑いがあるため、このファイルは開けません");
    person.press("次へ進む");
    fill_counts(&mut person, "2", "2");
    person.press("この内容で申請する").expect("そのファイルを外し、別のファイルを添付してください");

    person.open(&files);
    person.press_near("通知書.pdf", "外す：通知書.pdf");
    person.attach(LABEL, "新しい通知書.pdf", &pdf("")).press("ファイルを送る").expect("保存済み");
    let (application, _) = files.split_once("/edit").expect("a step's address");
    person.open(&format!("{application}/confirm"));
    person.press("この内容で申請する").expect("受付番号");
    end(app);
}
