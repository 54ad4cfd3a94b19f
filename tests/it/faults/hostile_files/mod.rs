//! Files built to do harm, handed in to the program as people run it: what becomes of
//! each, and what people see. The list is written down where [`TABLE`] says.

mod files;

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::prelude::*;
use uketsuke_core::schema::evidence;
use uketsuke_core::staff::role::Role;
use uketsuke_core::storage::{Area, MAX_FILE_BYTES};

use crate::kill::cast::{self, Facility, Way};
use crate::kill::dice::Dice;
use crate::kill::server::Server;
use crate::kill::walk::up_to_files;
use crate::kill::world::World;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::{Needs, tests};
use crate::support::hostile::{self, ELSEWHERE};
use crate::support::people::{enrol, fill_counts};

tests! {
    needs Needs::Patience;
    faults_hostile_files_are_refused_or_harmless on Sqlite,
}

/// Names the file to write.
const TABLE: &str = "UKETSUKE_HOSTILE_TABLE";
const SCANNER: &str = "UKETSUKE_TEST_CLAMD";
const LABEL: &str = "受領委任承諾通知書";
/// Files of one application.
const MOST_FILES: usize = 10;
/// Longer than anything may take of the program's time.
const LONGEST: Duration = Duration::from_secs(30);
/// Above what the program takes when nothing happens: two decoded pictures, of which
/// each may take 256 MB.
const MOST_MEMORY: u64 = 640 << 20;

const BROKEN: &str = "ファイルを開けません。保存し直してから選んでください";
const MACRO: &str = "マクロ付きのExcel（.xlsm）は受け取れません";
const LINKS: &str = "ほかのファイルを参照しているExcelは受け取れません";
const LOCKED: &str = "パスワード付きのファイルは確認できません";
const PIXELS: &str = "画像が大きすぎます（5,000万画素まで）";
const KIND: &str = "PDF・PNG・JPEG・Excelのどれかにしてください";
const VIRUS: &str = "ウイルスの疑いがあるため受け取れません";
const DRAWN: &str = "幅に合わせる";
const EMPTY: &str = "このシートには何も入力されていません";
const UNREAD: &str = "ファイルの中を読み取れませんでした";

/// A file, in words and in bytes.
struct Hostile {
    what: &'static str,
    name: String,
    content: Vec<u8>,
    /// The name that people see, if it is taken.
    shown: &'static str,
    /// What they read: the applicant if it is refused, the reviewer if it is taken.
    said: &'static str,
}

fn one(what: &'static str, name: &str, content: impl Into<Vec<u8>>, said: &'static str) -> Hostile {
    Hostile { what, name: name.to_owned(), content: content.into(), shown: "", said }
}

fn refused(scanner: bool) -> Vec<Hostile> {
    let good = files::good_pdf("good");
    let part = |part: &str| files::book_with(part, b"x");
    let (vba, pass) = (files::records(&[]), files::records(&[0x2F, 0x00, 0x02, 0x00, 0, 0]));
    let mut all = vec![
        one("A page with a script, named as a PDF", "通知書.pdf", *b"<!DOCTYPE html><script>alert(1)</script>", BROKEN),
        one(
            "A page with a script before a PDF's head",
            "前置き.pdf",
            [&b"<script>alert(1)</script>"[..], &good].concat(),
            BROKEN,
        ),
        one(
            "An SVG with a script, named as a PNG",
            "絵.png",
            *b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            BROKEN,
        ),
        one("A GIF that is JavaScript as well (GIFAR)", "合成.png", *b"GIF89a/*\0*/=1;alert(1)", BROKEN),
        one("A program of Windows, named as a PDF", "通知書2.pdf", *b"MZ\x90\0\x03\0\0\0", BROKEN),
        one("A program of Windows under its own name", "setup.exe", *b"MZ\x90\0\x03\0\0\0", KIND),
        one("A program of Linux, named as a photo", "写真.jpg", *b"\x7fELF\x02\x01\x01\0", BROKEN),
        one("A letter of Word's, named as a book of Excel's", "手紙.xlsx", files::docx(), BROKEN),
        one("A book of Excel's that has macros by its name", "集計.xlsm", *b"PK", MACRO),
        one("… by its own list of parts, named .xlsx", "集計1.xlsx", files::macros_in_disguise(), MACRO),
        one("… by a VBA project, named .xlsx", "集計2.xlsx", part("xl/vbaProject.bin"), MACRO),
        one("… by macro sheets of Excel 4", "集計3.xlsx", part("xl/macrosheets/sheet1.xml"), MACRO),
        one("… by ActiveX controls", "集計4.xlsx", part("xl/activeX/activeX1.bin"), MACRO),
        one(
            "An old book of Excel's with a VBA project",
            "集計5.xls",
            files::compound(&[("/Workbook", &vba), ("/_VBA_PROJECT_CUR/VBA/dir", b"x")]),
            MACRO,
        ),
        one("A book that takes values from another (DDE as well)", "参照.xlsx", hostile::linked_xlsx(), LINKS),
        one("A zip bomb: 300 MB in 300 KB", "爆弾.xlsx", hostile::bomb_xlsx(), BROKEN),
        one("… that says it holds one byte", "爆弾2.xlsx", files::lying_xlsx(), BROKEN),
        one("… of 300 entries that are the same bytes", "爆弾3.xlsx", files::overlapping_xlsx(), BROKEN),
        one("… of 5,000 entries", "爆弾4.xlsx", files::swarm_xlsx(), BROKEN),
        one(
            "A book with a password (in a compound file)",
            "鍵.xlsx",
            files::compound(&[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")]),
            LOCKED,
        ),
        one("An old book with a password", "鍵.xls", files::compound(&[("/Workbook", &pass)]), LOCKED),
        one("A zip archive with a password", "鍵2.xlsx", files::locked_zip(), LOCKED),
        one("A PDF with a password", "鍵.pdf", files::locked_pdf(), LOCKED),
        one("A PNG of 65,535 × 65,535 pixels by its head", "巨大.png", files::vast_png(), PIXELS),
        one("A JPEG of 65,535 × 65,535 pixels by its head", "巨大.jpg", files::vast_jpeg(), PIXELS),
        one("A PDF cut off in the middle", "半分.pdf", &good[..good.len() / 2], BROKEN),
        one(
            "A PNG cut off in the middle",
            "半分.png",
            {
                let png = files::png();
                png[..png.len() / 2].to_vec()
            },
            BROKEN,
        ),
        one(
            "A book cut off in the middle",
            "半分.xlsx",
            {
                let book = part("a");
                book[..book.len() / 2].to_vec()
            },
            BROKEN,
        ),
        one("Nothing at all", "空.pdf", *b"", "中身のないファイルです"),
        one(
            "100 MB and one byte",
            "大きい.pdf",
            vec![b' '; usize::try_from(MAX_FILE_BYTES).expect("fits") + 1],
            "100MBより小さくしてください",
        ),
    ];
    if scanner {
        let virus = files::eicar();
        let text = String::from_utf8_lossy(&virus).into_owned();
        all.extend([
            one("EICAR's test virus, named as a photo (clamd)", "写真.png", virus.clone(), VIRUS),
            one("… in a PDF (clamd)", "通知書3.pdf", files::good_pdf(&text), VIRUS),
            one("… packed in a book (clamd)", "集計6.xlsx", files::book_with("xl/media/a.bin", &virus), VIRUS),
        ]);
    }
    all
}

fn taken() -> Vec<Hostile> {
    let shown = |file: Hostile, shown| Hostile { shown, ..file };
    let plain = |what, name: &'static str, content: Vec<u8>, said| shown(one(what, name, content, said), name);
    let named = |what, name: &str, as_shown| shown(one(what, name, files::good_pdf(as_shown), DRAWN), as_shown);
    let long = format!("{}.pdf", "あ".repeat(300));
    vec![
        plain(
            "A PDF that runs a script, starts a program, asks elsewhere",
            "仕掛け.pdf",
            hostile::scripted_pdf(),
            "開くと動く処理（スクリプトなど）が入っています",
        ),
        plain("A PDF that carries a program", "添付.pdf", files::carrying_pdf(), DRAWN),
        plain(
            "A PDF that is a book of Excel's as well",
            "二重.pdf",
            [&files::good_pdf("two"), &hostile::calling_xlsx()[..]].concat(),
            DRAWN,
        ),
        plain(
            "A PDF whose picture takes gigabytes",
            "重い.pdf",
            hostile::swelling_pdf(),
            "中身が大きすぎるか複雑すぎる",
        ),
        plain("A PDF whose page is as wide as a country", "広い.pdf", files::vast_pdf(), DRAWN),
        plain("A PDF whose tree of pages goes in circles", "輪.pdf", files::circling_pdf(), UNREAD),
        plain("A PDF whose table of objects goes in circles", "輪2.pdf", files::looping_pdf(), DRAWN),
        plain("A PDF of 100,000 brackets in brackets", "深い.pdf", files::deep_pdf(), UNREAD),
        plain("A PDF whose stream is as long as itself", "長さ.pdf", files::endless_length_pdf(), DRAWN),
        plain("A picture that is a page with a script as well", "続き.png", files::picture_with_page(), DRAWN),
        plain("A PNG of 49 million pixels in 50 KB", "膨らむ.png", files::swelling_png(), DRAWN),
        plain("A PNG of one pixel that holds 200 MB of them", "余る.png", files::overfull_png(), DRAWN),
        plain("A PNG with 200 MB of remarks, packed", "注釈.png", files::remarking_png(), DRAWN),
        shown(one("A photo with the place where it was taken", "現場.jpg", files::placed_jpeg(), DRAWN), "現場"),
        plain("A book whose formulas and pictures ask elsewhere", "式.xlsx", hostile::calling_xlsx(), "前の値"),
        plain("A book whose formula starts a program (DDE)", "命令.xlsx", files::dde_xlsx(), "合計"),
        plain(
            "A book that carries an OLE object",
            "埋込.xlsx",
            files::book_with("xl/embeddings/oleObject1.bin", b"MZ\x90"),
            EMPTY,
        ),
        plain(
            "A book that reads a file of the server (XXE), and a billion laughs",
            "実体.xlsx",
            hostile::entity_xlsx(),
            UNREAD,
        ),
        plain("Archives in archives: 100 GB in 3 KB", "入れ子.xlsx", files::nested_xlsx(), EMPTY),
        named("A name that climbs out of its folder", "../../../../etc/cron.d/道.pdf", "道.pdf"),
        named("A name that reads backwards (RTL override)", "請求\u{202e}fdp.exe.pdf", "請求fdp.exe.pdf"),
        named(
            "A name that is a page with a script",
            "<img src=x onerror=alert(1)>.pdf",
            "<img src=x onerror=alert(1)>.pdf",
        ),
        named(
            "A name with quotation marks and line breaks, as browsers send them",
            "引用%22; x=%22%0D%0ASet-Cookie: a=1.pdf",
            "引用%22; x=%22%0D%0ASet-Cookie: a=1.pdf",
        ),
        shown(one("A name of 300 characters", &long, files::good_pdf("long"), DRAWN), "ああああああああああ"),
    ]
}

fn faults_hostile_files_are_refused_or_harmless(app: &TestApp) {
    let scanner = std::env::var(SCANNER).ok();
    let more: Vec<_> = scanner.iter().map(|at| ("UKETSUKE_CLAMD", at.clone())).collect();
    let server = Server::start_with(&app.place, &more);
    let judo = cast::facilities(8).into_iter().filter(|one| one.index % 3 != 2);
    let world = World::open(&server, judo.map(|one| Facility { way: Way::Approved, ..one }).collect());
    let mut people = world.cast.iter().map(|one| up_to_files(&world, one, Dice::new(1, &one.code)));
    let mut office = Browser::coming_from(&world.parts.config.admin_url, "10.9.0.1");
    enrol(&mut office, &world.parts.db, "reviewer@example.jp", Role::Reviewer);
    let idle = memory(&server, "VmRSS");
    fs::write(format!("/proc/{}/clear_refs", server.pid()), "5").expect("our process");

    let mut list = List::default();
    let mut person = people.next().expect("a facility");
    for file in refused(scanner.is_some()) {
        refuse(&world, &mut person, &file);
        list.refused(&file);
    }
    if scanner.is_none() {
        println!("left out: a virus ({SCANNER} is not set; tests/run sets it)");
    }
    for files in taken().chunks(MOST_FILES) {
        let mut person = people.next().expect("a facility");
        for file in files {
            take(&mut person, file);
        }
        let case = hand_in(&mut person, &mut office);
        for file in files {
            look_at(&mut office, &case, file);
            list.taken(file);
        }
    }
    let most = memory(&server, "VmHWM");
    println!("{}: {} files; {} MB when idle, {} MB at most", app.place.name(), list.count(), idle >> 20, most >> 20);
    assert!(most < idle + MOST_MEMORY, "{} MB above idle", (most - idle) >> 20);
    assert!(list.count() >= 25, "{} files only", list.count());
    let log = server.log();
    assert!(!log.lines().any(|line| line.contains("panicked")), "{}", server.log_tail());
    if let Ok(path) = std::env::var(TABLE) {
        fs::write(path, list.text((most - idle) >> 20)).expect("the list can be written");
    }
}

/// Handed in, it is refused with its sentence, and nothing of it is left.
fn refuse(world: &World<'_>, person: &mut Browser, file: &Hostile) {
    let began = Instant::now();
    let page = person.attach(LABEL, &file.name, &file.content).press("ファイルを送る");
    assert!(matches!(page.status, 413 | 422), "{}: {}\n{}", file.what, page.status, page.text());
    assert!(page.says(file.said), "{}: {}", file.what, page.text());
    assert!(began.elapsed() < LONGEST, "{}: {:?}", file.what, began.elapsed());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for area in [Area::Evidence, Area::Preview] {
        let kept = runtime.block_on(world.parts.storage.list(area, None, 10)).expect("listed");
        assert!(kept.is_empty(), "{}: {kept:?}", file.what);
    }
    let staged = fs::read_dir(world.server.evidence_folder().join("staging")).expect("there").count();
    let rows = world.parts.db.read_blocking(|c| Ok(evidence::table.count().get_result::<i64>(c)?)).expect("readable");
    assert_eq!((staged, rows), (0, 0), "{}", file.what);
}

fn take(person: &mut Browser, file: &Hostile) {
    let began = Instant::now();
    let page = person.attach(LABEL, &file.name, &file.content).press("ファイルを送る");
    assert_eq!(page.status, 200, "{}: {}", file.what, page.text());
    assert!(page.says(file.shown), "{}: {}", file.what, page.text());
    assert!(!page.html.contains("<img src=x"), "{}", file.what);
    assert!(began.elapsed() < LONGEST, "{}: {:?}", file.what, began.elapsed());
}

/// Sends the application; answers where a reviewer has it in hand.
fn hand_in(person: &mut Browser, office: &mut Browser) -> String {
    person.press("次へ進む");
    fill_counts(person, "2", "2");
    person.press("この内容で申請する").expect("受付番号");
    let number = person.page().all_words("#number").concat();
    office.open("/queue?v=unassigned");
    office.follow(&number);
    office.press("この申請を担当する");
    office.page().path.clone()
}

/// The reviewer sees our own picture of it, our own words, or that it cannot be shown;
/// the original comes as a download and nothing else.
fn look_at(office: &mut Browser, case: &str, file: &Hostile) {
    let what = file.what;
    let link = office.open(case).link(file.shown);
    let began = Instant::now();
    let page = office.visit(&link);
    assert_eq!(page.status, 200, "{what}: {}", page.text());
    let told = page.all_words("main").concat();
    assert!(
        page.says(file.said),
        "{what}: …{}",
        told.chars().skip(told.chars().count().saturating_sub(900)).collect::<String>()
    );
    for hostile in ["<script>alert", "<img src=x", &format!("=\"{ELSEWHERE}"), "app.alert", "root:"] {
        assert!(!page.html.contains(hostile), "{what}: {hostile}");
    }
    for picture in page.attributes("img.viewer-image", "src") {
        let answer = office.send(Method::GET, &picture, &[], &[]);
        assert!(answer.status == 200 && answer.body.starts_with(b"\x89PNG"), "{what}: {}", answer.status);
        assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"), "{what}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    }
    assert!(began.elapsed() < LONGEST, "{what}: {:?}", began.elapsed());
    let original = office.page().link("原本をダウンロードする");
    let original = office.send(Method::GET, &original, &[], &[]);
    let how = original.header("content-disposition").unwrap_or_default();
    assert!(original.status == 200 && how.starts_with("attachment; filename=\"file."), "{what}: {how}");
    assert_eq!(original.header("set-cookie"), None, "{what}");
    let has_place = original.body.windows(files::PLACE.len()).any(|some| some == files::PLACE);
    assert!(!has_place, "{what}: the place is still in it");
}

/// Bytes, by a name of `/proc/PID/status`.
fn memory(server: &Server, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("our process");
    let line = status.lines().find(|line| line.starts_with(name)).expect("Linux tells it");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).expect("a number") << 10
}

/// The list for people.
#[derive(Default)]
struct List {
    refused: String,
    taken: String,
    count: usize,
}

impl List {
    fn count(&self) -> usize {
        self.count
    }

    fn refused(&mut self, file: &Hostile) {
        self.count += 1;
        let _ = writeln!(self.refused, "| {} | {} | {} | {} |", self.count, file.what, spoken(&file.name), file.said);
    }

    fn taken(&mut self, file: &Hostile) {
        self.count += 1;
        let _ = writeln!(self.taken, "| {} | {} | {} | {} |", self.count, file.what, spoken(&file.name), file.said);
    }

    fn text(&self, megabytes: u64) -> String {
        let Self { refused, taken, count } = self;
        format!(
            "# Files built to do harm, and what becomes of them\n\n\
             Written by a run of the fault suite (`UKETSUKE_HOSTILE_TABLE=docs/operations/hostile-files.md`): all {count} files\n\
             were handed in to the running program, as an applicant does, and a line stands here only when what it says\n\
             was asserted. Handling all of them took {megabytes} MB of memory above idle.\n\n\
             ## Refused\n\n\
             The page says why, the other fields stay, and nothing of the file is left: no row, no object, no temporary file.\n\n\
             | | file | its name | what the applicant reads |\n|---|---|---|---|\n{refused}\n\
             ## Taken, and harmless\n\n\
             A process of its own, without rights, opens them; the reviewer's browser gets a picture that we drew, or our own\n\
             words, never the file. The original is a download in a sandbox, with a name of ours.\n\n\
             | | file | its name | what the reviewer reads |\n|---|---|---|---|\n{taken}"
        )
    }
}

/// A name as a table can hold it.
fn spoken(name: &str) -> String {
    let short: String = name.chars().take(48).collect();
    let dots = if name.chars().count() > 48 { "…" } else { "" };
    format!("`{}{dots}`", short.replace('\u{202e}', "U+202E").replace('|', "\\|"))
}
