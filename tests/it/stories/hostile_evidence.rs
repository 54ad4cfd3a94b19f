//! Evidence built to do harm, from the applicant's upload to the reviewer's
//! screen: refused with a sentence, or shown as what we drew. That a browser does
//! nothing with it is told by the browser tests.

use std::fs::rename;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use uketsuke_core::evidence::viewer::Ask;
use uketsuke_core::evidence::viewer::child::{COMMAND, Order};
use uketsuke_core::storage::place::StoragePlace;

use crate::support::app::{PROGRAM, TestApp, VIEWER_LIMITS};
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::hostile::{self, ELSEWHERE};
use crate::support::people::{SAKURA, begin, fill_counts, take_in_hand};

tests! {
    hostile_files_are_refused_or_shown_as_our_own_pictures,
    a_file_that_eats_memory_or_time_is_told_and_the_pages_go_on,
    the_process_that_opens_files_has_nothing_and_can_open_nothing,
}

const LABEL: &str = "受領委任承諾通知書";

/// At the step of files.
fn at_files(app: &TestApp) -> Browser {
    let mut person = app.with_master().signed_in(SAKURA, "hanako@example.jp");
    begin(&mut person, "書類を添付");
    person
}

/// Sends what is attached, and opens it as a reviewer who has it in hand.
fn reviewed(app: &TestApp, person: &mut Browser) -> (Browser, String) {
    person.press("次へ進む");
    fill_counts(person, "2", "2");
    person.press("この内容で申請する").expect("受付番号");
    app.run_jobs();
    let number = person.page().all_words("#number").concat();
    let office = take_in_hand(app, &number);
    let path = office.page().path.clone();
    (office, path)
}

fn hostile_files_are_refused_or_shown_as_our_own_pictures(app: &TestApp) {
    let mut person = at_files(app);
    let good = hostile::pages(2, "", "", hostile::stream("", b""), &[]);
    let refused: [(&str, Vec<u8>, &str); 6] = [
        ("通知書.pdf", b"<!DOCTYPE html><script>alert(1)</script>".to_vec(), "ファイルを開けません"),
        ("前置き.pdf", [&b"<script>alert(1)</script>"[..], &good].concat(), "ファイルを開けません"),
        (
            "絵.png",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
            "ファイルを開けません",
        ),
        ("合成.png", b"GIF89a/*\0*/=1;alert(1)".to_vec(), "ファイルを開けません"),
        ("ほか.xlsx", hostile::linked_xlsx(), "ほかのファイルを参照しているExcel"),
        ("爆弾.xlsx", hostile::bomb_xlsx(), "ファイルを開けません"),
    ];
    for (name, content, said) in refused {
        let page = person.attach(LABEL, name, &content).press("ファイルを送る");
        assert_eq!(page.status, 422, "{name}");
        page.expect(said);
    }
    let polyglot = [&good[..], &hostile::calling_xlsx()].concat();
    for (name, content) in [
        ("仕掛け.pdf", hostile::scripted_pdf()),
        ("二重.pdf", polyglot),
        ("続き.png", [uketsuke::demo::cast::NOTICE, b"<script>alert(1)</script>"].concat()),
        ("式.xlsx", hostile::calling_xlsx()),
        ("実体.xlsx", hostile::entity_xlsx()),
    ] {
        person.attach(LABEL, name, &content).press("ファイルを送る").expect(name);
    }
    let (mut office, case) = reviewed(app, &mut person);
    for (name, said) in [
        ("仕掛け.pdf", "開くと動く処理（スクリプトなど）が入っています"),
        ("二重.pdf", "1／2ページ"),
        ("続き.png", "幅に合わせる"),
        ("式.xlsx", "前の値"),
        ("実体.xlsx", "ファイルの中を読み取れませんでした"),
    ] {
        let link = office.open(&case).link(name);
        let page = office.visit(&link);
        page.expect(said).expect_not("root:").expect_not("bin/");
        for hostile in ["<script>alert", "<img src=x", &format!("=\"{ELSEWHERE}"), "app.alert"] {
            assert!(!page.html.contains(hostile), "{name}: {hostile}");
        }
        for picture in page.attributes("img.viewer-image", "src") {
            let answer = office.send(Method::GET, &picture, &[], &[]);
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")), "{name}");
            assert!(answer.body.starts_with(b"\x89PNG") && !answer.text().contains("<script"), "{name}");
            assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        }
        let file = office.page().link("原本をダウンロードする");
        let file = office.send(Method::GET, &file, &[], &[]);
        assert!(file.header("content-disposition").is_some_and(|how| how.starts_with("attachment")), "{name}");
    }
}

fn a_file_that_eats_memory_or_time_is_told_and_the_pages_go_on(app: &TestApp) {
    let mut person = at_files(app);
    for (name, content) in [("重い.pdf", hostile::swelling_pdf()), ("長い.pdf", hostile::endless_pdf())] {
        person.attach(LABEL, name, &content).press("ファイルを送る").expect(name);
    }
    let (mut office, case) = reviewed(app, &mut person);
    for (name, said) in [("重い.pdf", "大きすぎるか複雑すぎる"), ("長い.pdf", "時間がかかりすぎる")]
    {
        let link = office.open(&case).link(name);
        let page = office.visit(&link);
        assert_eq!(page.status, 200);
        page.expect("この書類を画面に表示できません").expect(said).expect("原本をダウンロードする");
        // Told from memory: the file is not tried again at once, and would not be found.
        let StoragePlace::Folder(there) = &app.parts.config.evidence else { panic!("files lie in a folder here") };
        let aside = there.with_extension("aside");
        rename(there, &aside).expect("the files can be moved");
        let page = office.visit(&link);
        assert_eq!(page.status, 200);
        page.expect(said);
        rename(&aside, there).expect("they can be moved back");
    }
    office.follow("読み取れないため差し戻す");
    assert!(office.page().control("書類：読み取れない").checked, "the reason is picked");
}

fn the_process_that_opens_files_has_nothing_and_can_open_nothing(_: &TestApp) {
    let content = hostile::pages(1, "", "", hostile::stream("", b""), &[]);
    let order = Order {
        media_type: "application/pdf".into(),
        size_bytes: content.len() as u64,
        font: None,
        limits: VIEWER_LIMITS,
        ask: Ask { part: 1, width: 100, turn: 0 },
    };
    let order = serde_json::to_string(&order).expect("an order is text");
    let mut process = Command::new(PROGRAM)
        .args([COMMAND, &order])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // It waits for the file now; before it reads, it gives up what it does not need.
    let of = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", process.id())).unwrap_or_default();
    let limit = |name: &str| {
        let all = of("limits");
        let line = all.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.trim_start_matches(name).split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let end = Instant::now() + Duration::from_secs(20);
    while limit("Max open files").first().map(String::as_str) != Some("3") && Instant::now() < end {
        std::thread::yield_now();
    }
    for (name, most) in [("Max open files", "3"), ("Max address space", "1073741824"), ("Max cpu time", "2")] {
        assert_eq!(limit(name)[..2], [most, most], "{name}");
    }
    assert_eq!(of("environ"), "");
    process.stdin.take().expect("a pipe").write_all(&content).expect("fed");
    let said = process.wait_with_output().expect("ends");
    assert!(said.status.success() && said.stdout.windows(4).any(|four| four == b"\x89PNG"));
}
