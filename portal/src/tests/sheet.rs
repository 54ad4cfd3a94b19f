//! 領収書内訳書 as a facility's people use it: taken, filled in with Excel, attached,
//! and read into the boxes.

use rust_xlsxwriter::Workbook;
use uketsuke_core::application::files::{Handed, take_in};
use uketsuke_core::application::procedure::StepForm;
use uketsuke_core::application::{ApplicationKind, Case, State, claim, decide, draft, repo, submit};
use uketsuke_core::bank;
use uketsuke_core::evidence::viewer::book;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::ids::{ApplicationId, EvidenceId};
use uketsuke_core::scope::{FacilityScope, StaffScope};
use uketsuke_core::spreadsheet::{Cell, FormSheet};
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{NewFacility, add_staff, start};
use uketsuke_core::{device, registration};
use uketsuke_procedures::Means;

use super::*;

/// A document, as small as one can be.
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n";
const KIND: ApplicationKind = ApplicationKind::Subsidy;
const GOOD: [&str; 6] = ["令和8年11月1日", "駅前カメラ", "タブレット", "タブ１０", "1", "41000"];
const BAD: [&str; 6] = ["2026-11-02", "電気店", "パソコン", "PC-1", "1", "無料"];

/// A 助産所 with a draft, its person signed in.
struct Claim {
    world: World,
    scope: FacilityScope,
    id: ApplicationId,
}

fn place<'a>(code: &'a str, name: &'a str) -> NewFacility<'a> {
    NewFacility { kind: FacilityKind::Midwifery, code, name, ..OFFICE }
}

fn begin(world: &World, place: NewFacility<'_>, email: &str) -> (FacilityScope, ApplicationId) {
    let procedures = &world.portal.procedures;
    world.write(|tx| {
        let facility = testing::add_facility(tx, place)?;
        let scope = testing::add_member(tx, &facility, email, true)?;
        let grant = testing::approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        device::issue(tx, &keyring(), &grant, 1, 30)?;
        testing::sql(tx.conn(), &format!("update devices set state = 'active' where facility_id = '{facility}'"))?;
        let id = draft::start(tx, procedures, &scope, KIND)?;
        Ok((scope, id))
    })
}

fn claim() -> Claim {
    let mut world = World::new();
    let minutes = chrono::Duration::minutes(5);
    let means = Means { keyring: keyring(), activation_code_days: 30, former_code_days: 60, undo_for: minutes };
    let procedures = uketsuke_procedures::all(&means);
    world.portal = Data::new(Portal { procedures: procedures.into(), ..world.portal.get_ref().clone() });
    let (scope, id) = begin(&world, place("1399999999", "ひかり助産所"), "josan@example.jp");
    Claim { world, scope, id }
}

impl Claim {
    fn browser(&self) -> Browser<'_> {
        signed_in(&self.world, &self.scope)
    }

    fn path(&self, rest: &str) -> String {
        format!("/applications/{}{rest}", self.id)
    }

    fn case(&self) -> Case {
        self.world.read(|c| {
            let application = repo::get(c, &self.id)?;
            repo::case(c, application)
        })
    }

    fn answer(&self, name: &str) -> String {
        self.case().document.answer(name).to_owned()
    }

    /// The form as it was downloaded, with these rows filled in.
    fn filled(&self, rows: &[[&str; 6]]) -> FormSheet {
        let case = self.case();
        let form = self.world.portal.procedures.get(KIND).expect("the procedure").form(&case);
        let StepForm { mut sheet, .. } = form.expect("a form");
        for (row, cells) in sheet.rows.iter_mut().zip(rows) {
            row.truncate(1);
            row.extend(cells.map(Cell::text));
        }
        sheet
    }

    async fn attach(&self, name: &str, content: Vec<u8>) -> EvidenceId {
        let portal = &self.world.portal;
        let mut upload = portal.storage.upload().await.expect("opens");
        upload.write(content.into()).await.expect("written");
        let handed = Handed { content: upload.finish().await.expect("received"), file_name: name.to_owned() };
        let doors = (&portal.db, &portal.storage);
        take_in(doors, self.scope.actor(), &self.scope, &self.id, handed).await.expect("kept").expect("good")
    }

    async fn attach_form(&self, name: &str, sheet: &FormSheet) -> EvidenceId {
        self.attach(name, sheet.write(start().into()).expect("a book")).await
    }

    /// Presses the button of a file and opens the page it leads to.
    async fn read(&self, browser: &mut Browser<'_>, file: &EvidenceId) -> (String, Answer) {
        let answer = browser.post(&self.path("/form/read"), &[("file", file.as_str())]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let page = browser.get(&answer.location).await;
        (answer.location, page)
    }

    fn by_applicant<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.world.db.write_blocking(self.scope.actor(), work).expect("written")
    }

    /// Sends it; a reviewer sends it back with a fault.
    fn send_and_return(&self, reviewer: &StaffScope, (field, reason): (&str, &str)) {
        let procedures = &self.world.portal.procedures;
        let revisit = self.case().application.state == State::Returned;
        self.by_applicant(|tx| match revisit {
            true => submit::resubmit(tx, procedures, &self.scope, &self.id),
            false => submit::submit(tx, procedures, &self.scope, &self.id),
        });
        let fault = decide::NamedFault {
            field: field.to_owned(),
            reason: reason.to_owned(),
            text: "入力された内容をお確かめください。".to_owned(),
        };
        let back = |tx: &mut Tx<'_>| {
            // What was corrected is theirs already.
            if !revisit {
                claim::claim(tx, reviewer, &self.id)?;
            }
            let seen = repo::get(tx.conn(), &self.id)?.revision;
            decide::return_to_applicant(tx, procedures, reviewer, (&self.id, seen), &[fault])
        };
        self.world.db.write_blocking(reviewer.actor(), back).expect("returned");
    }
}

fn signed_in<'w>(world: &'w World, scope: &FacilityScope) -> Browser<'w> {
    let mut browser = world.visitor();
    let token = world.write(|tx| testing::sign_in(tx, scope));
    browser.cookies.insert("__Host-portal".to_owned(), token.reveal().to_owned());
    browser
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[actix_web::test]
async fn the_form_is_a_book_with_the_facilitys_data() {
    let claim = claim();
    let mut browser = claim.browser();
    let page = browser.get(&claim.path("/edit/purchases")).await;
    let link = format!("<a href=\"{}\" download>領収書内訳書（Excel）</a>", claim.path("/form"));
    assert!(page.has(&link), "{}", page.html);
    assert!(!page.has("ここに読み込む"), "nothing is attached");
    let fields = &page.html[page.html.find("<form class=\"form\"").expect("the step's form")..];
    let first = &fields[fields.find("type=\"submit\"").expect("a button")..];
    assert!(first.starts_with("type=\"submit\">次へ進む"), "Enter goes on");

    let file = browser.get(&claim.path("/form")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(header(&file, "content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let name = "filename*=UTF-8''%E9%A0%98%E5%8F%8E%E6%9B%B8%E5%86%85%E8%A8%B3%E6%9B%B8.xlsx";
    assert!(header(&file, "content-disposition").ends_with(name), "{file:?}");
    let table = book::first(file.body).expect("a book");
    let cells: Vec<_> = table.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str()).collect();
    assert!(cells.contains(&"1399999999") && cells.contains(&"ひかり助産所"), "{cells:?}");
}

#[actix_web::test]
async fn an_attached_form_fills_the_boxes_and_its_faults_are_shown() {
    let claim = claim();
    let mut browser = claim.browser();
    let typed = [("purchases.3.shop", "前に入力した店"), ("purchases.3.yen", "1")];
    browser.post(&claim.path("/edit/purchases"), &typed).await;
    assert_eq!(claim.answer("purchases.3.shop"), "前に入力した店");
    let file = claim.attach_form("内訳<1>.xlsx", &claim.filled(&[GOOD, BAD, [""; 6]])).await;
    claim.attach("領収書.pdf", PDF.to_vec()).await;
    let page = browser.get(&claim.path("/edit/purchases")).await;
    assert!(page.has("「内訳&#60;1&#62;.xlsx」の内容をここに読み込む"), "{}", page.html);
    assert!(!page.has("「領収書.pdf」") && page.has("置き換わります"));

    for once in [true, false] {
        let (location, page) = claim.read(&mut browser, &file).await;
        assert_eq!(location, claim.path("/edit/purchases?faults=shown"), "first: {once}");
        assert!(page.has("領収書内訳書から2行を読み込みました"), "{}", page.html);
        assert!(page.has("<title>エラー：") && page.has("入力した内容をお確かめください"));
        assert!(page.has("2行目の品目") && page.has("2行目の金額"), "{}", page.html);
        for value in ["令和8年11月1日", "駅前カメラ", "タブ１０", "無料", "PC-1"] {
            assert!(page.has(&format!("value=\"{value}\"")), "{value}");
        }
        assert!(page.has("value=\"tablet\" selected"));
    }
    assert_eq!(claim.answer("purchases.3.shop"), "", "what stood there is replaced");

    let better = claim.attach_form("直した内訳.xlsx", &claim.filled(&[GOOD, [""; 6]])).await;
    let (location, page) = claim.read(&mut browser, &better).await;
    assert_eq!(location, claim.path("/edit/purchases"));
    assert!(page.has("1行を読み込みました") && !page.has("エラー："), "{}", page.html);
    let fields = [("file", better.as_str()), ("then", "confirm")];
    let answer = browser.post(&claim.path("/form/read"), &fields).await;
    assert_eq!(answer.location, claim.path("/edit/purchases?then=confirm"), "back to the check page afterwards");
    let fields = [("file", file.as_str()), ("then", "confirm")];
    let answer = browser.post(&claim.path("/form/read"), &fields).await;
    assert_eq!(answer.location, claim.path("/edit/purchases?faults=shown&then=confirm"));
}

#[actix_web::test]
async fn what_cannot_be_read_is_told_and_changes_nothing() {
    let claim = claim();
    let mut browser = claim.browser();
    browser.post(&claim.path("/edit/purchases"), &[("purchases.1.shop", "前に入力した店")]).await;
    let form = claim.filled(&[GOOD]);
    let other = FormSheet { columns: Vec::new(), rows: Vec::new(), sum: None, ..form.clone() };
    let mut foreign = form.clone();
    foreign.facts[0].1 = OFFICE.code.to_owned();
    let other = claim.attach_form("別の表.xlsx", &other).await;
    let foreign = claim.attach_form("よその内訳.xlsx", &foreign).await;
    let empty = claim.attach_form("白紙.xlsx", &claim.filled(&[[""; 6]])).await;
    let broken = claim.attach_form("壊れた内訳.xlsx", &form).await;
    let pdf = claim.attach("領収書.pdf", PDF.to_vec()).await;
    // What is no book any more.
    let key = claim
        .case()
        .evidence
        .iter()
        .find(|file| file.id == broken)
        .expect("attached")
        .storage_key
        .clone()
        .expect("a file");
    let mut ruined = None;
    for entry in walk(claim.world._folder.path()) {
        if key.as_str().ends_with(entry.file_name().and_then(|name| name.to_str()).unwrap_or("-")) {
            std::fs::write(&entry, b"PK\x03\x04 and no more").expect("written");
            ruined = Some(entry);
        }
    }
    assert!(ruined.is_some(), "{key:?}");

    for (file, why) in [
        (&other, "領収書内訳書ではないようです"),
        (&foreign, "別の施設の内訳書です"),
        (&empty, "内訳書に何も記入されていません"),
        (&broken, "ファイルの中を読み取れませんでした"),
    ] {
        let (location, page) = claim.read(&mut browser, file).await;
        assert_eq!(location, claim.path("/edit/purchases"));
        assert!(page.has("banner-warning") && page.has(why), "{why}: {}", page.html);
        assert_eq!(claim.answer("purchases.1.shop"), "前に入力した店");
    }
    for file in [pdf.as_str(), "", "0193a7f0-0000-7000-8000-000000000000"] {
        let answer = browser.post(&claim.path("/form/read"), &[("file", file)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{file}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[actix_web::test]
async fn a_form_among_other_sheets_is_found() {
    let claim = claim();
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "メモ").expect("written");
    book.add_worksheet().set_hidden(true).write(0, 0, "隠し").expect("written");
    let sheet = book.add_worksheet();
    let headings = ["購入日", "購入した店", "品目", "機種・型番", "数量", "金額（税込の合計）"];
    sheet.write_row(4, 1, headings).expect("written").write_row(5, 1, GOOD).expect("written");
    let file = claim.attach("まとめ.xlsx", book.save_to_buffer().expect("a book")).await;
    let (_, page) = claim.read(&mut claim.browser(), &file).await;
    assert!(page.has("1行を読み込みました"), "{}", page.html);
    assert_eq!(claim.answer("purchases.1.shop"), "駅前カメラ");
}

#[actix_web::test]
async fn personal_numbers_do_not_come_out_of_a_file() {
    let claim = claim();
    let mut row = GOOD;
    row[3] = "123456789018";
    let file = claim.attach_form("内訳.xlsx", &claim.filled(&[row])).await;
    let (location, page) = claim.read(&mut claim.browser(), &file).await;
    assert_eq!(location, claim.path("/edit/purchases?faults=shown"));
    assert!(page.has("12桁の番号は、読み込んでいません") && !page.has("123456789018"), "{}", page.html);
    assert_eq!(claim.answer("purchases.1.model"), "");
}

#[actix_web::test]
async fn forms_and_files_of_another_facility_are_not_found() {
    let claim = claim();
    let file = claim.attach_form("内訳.xlsx", &claim.filled(&[GOOD])).await;
    let (stranger, theirs) = begin(&claim.world, place("1388888888", "あおぞら助産所"), "aozora@example.jp");
    let mut stranger = signed_in(&claim.world, &stranger);
    assert_eq!(stranger.get(&claim.path("/form")).await.status, StatusCode::NOT_FOUND);
    let fields = [("file", file.as_str())];
    assert_eq!(stranger.post(&claim.path("/form/read"), &fields).await.status, StatusCode::NOT_FOUND);
    let own = format!("/applications/{theirs}/form");
    assert_eq!(stranger.get(&own).await.status, StatusCode::OK);
    let own = format!("{own}/read");
    assert_eq!(stranger.post(&own, &fields).await.status, StatusCode::NOT_FOUND, "a file of others below their own");

    let mut nobody = claim.world.visitor();
    assert!(nobody.get(&claim.path("/form")).await.location.starts_with("/login?next="));
    assert!(nobody.post(&claim.path("/form/read"), &fields).await.location.starts_with("/login?next="));
    assert_eq!(claim.answer("purchases.1.shop"), "");
}

#[actix_web::test]
async fn forms_are_read_only_while_the_step_is_open() {
    let claim = claim();
    let mut browser = claim.browser();
    let file = claim.attach_form("内訳.xlsx", &claim.filled(&[GOOD])).await;
    claim.world.write(|tx| bank::import(tx, bank::SAMPLE.as_bytes())).expect("a good list");
    claim.read(&mut browser, &file).await;
    let payee = [
        ("payee.bank", "みずほ銀行"),
        ("payee.branch", "しんじゅく"),
        ("payee.type", "ordinary"),
        ("payee.number", "12345"),
        ("payee.holder", "ひかりじょさんじょ"),
    ];
    assert_eq!(browser.post(&claim.path("/edit/payee"), &payee).await.location, claim.path("/confirm"));

    let reviewer = add_staff(&claim.world.db, Role::Reviewer);
    claim.send_and_return(&reviewer, ("purchases", "purchase_other"));
    let page = browser.get(&claim.path("/edit/purchases")).await;
    assert!(
        page.has("の内容をここに読み込む") && !page.has("（Excel）</a>"),
        "files cannot be attached: {}",
        page.html
    );
    assert_eq!(browser.get(&claim.path("/form")).await.status, StatusCode::OK);
    let (location, page) = claim.read(&mut browser, &file).await;
    assert_eq!(location, claim.path("/edit/purchases"));
    assert!(page.has("1行を読み込みました"));

    claim.send_and_return(&reviewer, ("payee", "payee_other"));
    for answer in [
        browser.get(&claim.path("/form")).await,
        browser.post(&claim.path("/form/read"), &[("file", file.as_str())]).await,
    ] {
        assert_eq!((answer.status, answer.location), (StatusCode::SEE_OTHER, claim.path("")));
    }
    // Other kinds have no form.
    let other = claim.by_applicant(|tx| draft::open(tx, &claim.scope, ApplicationKind::Termination));
    let path = format!("/applications/{other}/form");
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
}
