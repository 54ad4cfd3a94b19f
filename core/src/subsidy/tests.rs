//! Notices and programmes, on a database of each test's own.

use std::io::Write;
use std::process::{Command, Stdio};

use krilla::text::Font;

use super::decision::{self, Decision, Outcome};
use super::notice::{self, Notice, NoticeJob};
use super::programme::{self, fiscal_year, fiscal_year_name};
use super::{paper, payment};
use crate::db::{Actor, Tx};
use crate::error::{Error, Result};
use crate::fold::wareki;
use crate::ids::ApplicationId;
use crate::pdf::font;
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::storage::{Area, Storage};
use crate::testing::subsidy::granted;
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, add_staff, test_db};

fn a_font() -> Option<Font> {
    let font = font::load(None);
    if font.is_none() {
        eprintln!("left out: no font with Japanese letters on this machine");
    }
    font
}

fn grant(db: &TestDb, n: usize) -> ApplicationId {
    let code = format!("13{:08}", n + 1);
    db.write_blocking(Actor::system(), |tx| {
        let facility = add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
        let scope = add_member(tx, &facility, &format!("{n}@example.jp"), true)?;
        granted(tx, &scope, 38_999)
    })
    .expect("granted")
}

fn find(db: &TestDb, id: &ApplicationId) -> Decision {
    db.read_blocking(|c| decision::find(c, id)).expect("reads").expect("decided")
}

fn notice_of(db: &TestDb, id: &ApplicationId) -> Option<Notice> {
    db.read_blocking(|c| notice::find(c, id)).expect("reads")
}

fn job(db: &TestDb, id: &ApplicationId) -> NoticeJob {
    NoticeJob { application: id.clone(), decided_at: find(db, id).decided_at }
}

fn store() -> (tempfile::TempDir, Storage) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let storage = Storage::local(folder.path()).expect("a store");
    (folder, storage)
}

#[tokio::test]
async fn a_notice_is_made_once_and_kept_as_it_was_made() {
    let Some(font) = a_font() else { return };
    let (db, (_folder, storage)) = (test_db(), store());
    let id = grant(&db, 1);
    let again = |job: NoticeJob| notice::make(&db.db, &storage, &font, job);
    again(job(&db, &id)).await.expect("made");
    let first = notice_of(&db, &id).expect("numbered");
    again(job(&db, &id)).await.expect("nothing to do");
    assert_eq!(notice_of(&db, &id).as_ref(), Some(&first));
    assert_eq!(storage.list(Area::Notice, None, 10).await.expect("lists").len(), 1, "one file");
    assert_eq!((first.name().as_str(), first.issued_on.to_string().as_str()), ("令和8年度 第1号", "2026-11-20"));
    let mut kept = storage.read(first.storage_key.as_ref().expect("a file")).await.expect("there");
    let mut bytes = Vec::new();
    while let Some(chunk) = kept.next_chunk().await.expect("reads") {
        bytes.extend_from_slice(&chunk);
    }
    assert_eq!(crate::secret::sha256_hex(&bytes), first.sha256.clone().expect("its hash"));
    let drawn = paper::draw(&find(&db, &id), &first, &font).expect("drawn");
    assert!(drawn == bytes, "drawn again it is the same, byte for byte");
    // Now the decision stands.
    let undo = db.write_blocking(Actor::system(), |tx| decision::take_back(tx, &id));
    assert!(matches!(undo, Err(Error::Refused(Refusal::UndoOver))));
}

#[tokio::test]
async fn a_decision_that_was_undone_gets_no_notice_and_leaves_no_gap() {
    let Some(font) = a_font() else { return };
    let (db, (_folder, storage)) = (test_db(), store());
    let (undone, stands) = (grant(&db, 1), grant(&db, 2));
    let late = job(&db, &undone);
    db.write_blocking(Actor::system(), |tx| decision::take_back(tx, &undone)).expect("undone");
    notice::make(&db.db, &storage, &font, late).await.expect("nothing to do");
    assert_eq!(notice_of(&db, &undone), None);
    notice::make(&db.db, &storage, &font, job(&db, &stands)).await.expect("made");
    assert_eq!(notice_of(&db, &stands).expect("numbered").number, 1);
}

#[tokio::test]
async fn many_at_once_are_numbered_without_gaps_and_each_year_begins_anew() {
    let Some(font) = a_font() else { return };
    let (db, (_folder, storage)) = (test_db(), store());
    let all: Vec<_> = (0..5).map(|n| grant(&db, n)).collect();
    let made = all.iter().map(|id| {
        let (db, storage, font, job) = (db.db.clone(), storage.clone(), font.clone(), job(&db, id));
        tokio::spawn(async move {
            // Each job comes twice; who finds the number taken comes again.
            for _ in 0..2 {
                while let Err(error) = notice::make(&db, &storage, &font, job.clone()).await {
                    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
                }
            }
        })
    });
    for one in made.collect::<Vec<_>>() {
        one.await.expect("made");
    }
    let mut numbers: Vec<_> = all.iter().map(|id| notice_of(&db, id).expect("numbered").number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=5).collect::<Vec<_>>());
    assert_eq!(db.read_blocking(notice::years_with_gaps).expect("reads"), [0; 0]);
    assert_eq!(storage.list(Area::Notice, None, 100).await.expect("lists").len(), 5, "no file is left over");
    // 2027-04-01 in Tokyo, by a quarter of an hour.
    db.clock
        .advance(chrono::DateTime::parse_from_rfc3339("2027-04-01T00:15:00+09:00").unwrap().to_utc() - db.clock.now());
    let next = grant(&db, 99);
    notice::make(&db.db, &storage, &font, job(&db, &next)).await.expect("made");
    assert_eq!(notice_of(&db, &next).expect("numbered").name(), "令和9年度 第1号");
}

/// The text of a file as a reader of its own finds it, without blanks.
fn text_of(file: &[u8]) -> Option<String> {
    let started = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut reader) = started else {
        eprintln!("left out: pdftotext is not installed");
        return None;
    };
    let mut input = reader.stdin.take().expect("its input");
    let content = file.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&content));
    let output = reader.wait_with_output().expect("ends");
    writer.join().expect("written").expect("written");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // At the foot of each page stands its number, where there are several.
    let is_number =
        |line: &str| line.contains('/') && line.chars().all(|letter| letter.is_ascii_digit() || letter == '/');
    Some(text.lines().filter(|line| !is_number(&bare(line))).map(bare).collect())
}

fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Everything that the page about the same decision says, in its order.
fn said(decision: &Decision, notice: &Notice) -> String {
    let pairs = |rows: Vec<(String, String)>| rows.into_iter().map(|(a, b)| a + &b).collect::<String>();
    let mut all = notice.name();
    all += &wareki(notice.issued_on);
    all += &format!("{}　御中", decision.decided.facility_name);
    all += paper::ISSUER;
    all += paper::title(decision);
    all += paper::sentence(decision);
    all += &pairs(paper::facts(decision));
    all += paper::closing(decision);
    if decision.outcome == Outcome::Granted {
        all += "購入したもの";
        all += &paper::LINE_HEADS.concat();
        all += &paper::lines(decision).concat().concat();
        all += "額の計算";
        all += &paper::STEP_HEADS.concat();
        all += &paper::steps(decision).concat().concat();
        all += "振込先";
        all += &pairs(paper::account(decision));
    }
    bare(&all)
}

#[test]
fn the_text_of_the_file_is_the_decision() {
    let Some(font) = a_font() else { return };
    let db = test_db();
    let id = grant(&db, 1);
    let mut decision = find(&db, &id);
    let notice = Notice {
        application_id: id,
        fiscal_year: 2026,
        number: 12,
        issued_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day"),
        storage_key: None,
        size_bytes: None,
        sha256: None,
    };
    assert_eq!(decision.yen, 38_000);
    decision.decided.lines[0].counted = 38_500;
    decision.decided.lines[0].reason = "ケースの代金は、対象になりません。".to_owned();
    decision.decided.annexed = "さくら鍼灸院（1322222222）".to_owned();
    let file = paper::draw(&decision, &notice, &font).expect("drawn");
    let Some(text) = text_of(&file) else { return };
    assert_eq!(text, said(&decision, &notice));
    assert!(text.contains("交付決定額38,000円") && text.contains("＊＊＊＊456"), "{text}");
    assert!(!text.contains("0123456"), "the number of the account stands in no letter");
    // A refusal has a reason and no account.
    decision.outcome = Outcome::Refused;
    decision.decided.reason = "申請された費用は、対象になる費用ではないため、交付できません。".to_owned();
    let file = paper::draw(&decision, &notice, &font).expect("drawn");
    let text = text_of(&file).expect("read");
    assert_eq!(text, said(&decision, &notice));
    assert!(!text.contains("みずほ") && text.contains("不交付"), "{text}");
    // A letter that no font has does not stop the notice.
    decision.decided.facility_name = "外字\u{e000}接骨院".to_owned();
    let text = text_of(&paper::draw(&decision, &notice, &font).expect("drawn")).expect("read");
    assert!(text.contains("外字〓接骨院"), "{text}");
}

#[test]
fn a_fiscal_year_begins_in_april() {
    for (day, year, name) in [
        ("2027-03-31", 2026, "令和8年度"),
        ("2027-04-01", 2027, "令和9年度"),
        ("2019-04-01", 2019, "令和元年度"),
        ("2019-03-31", 2018, "2018年度"),
    ] {
        let of = fiscal_year(day.parse().expect("a day"));
        assert_eq!((of, fiscal_year_name(of).as_str()), (year, name), "{day}");
    }
}

fn changed(db: &TestDb, who: &StaffScope, seen: i32, comment: &str) -> Result<()> {
    db.write_blocking(who.actor(), |tx: &mut Tx<'_>| {
        let first = programme::list(tx.conn())?.remove(0);
        let rules = super::rules::Rules { closes_on: None, ..first.rules };
        programme::change(tx, who, (&first.id, seen), &rules, comment)
    })
}

#[test]
fn a_programme_is_changed_by_administrators_one_version_after_the_other() {
    let db = test_db();
    let (admin, reviewer) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Reviewer));
    assert!(matches!(changed(&db, &reviewer, 1, "延長"), Err(Error::Forbidden)));
    changed(&db, &admin, 1, "延長").expect("changed");
    assert!(matches!(changed(&db, &admin, 1, "また延長"), Err(Error::Conflict)), "somebody was faster");
    let id = db.read_blocking(programme::list).expect("reads").remove(0).id;
    let versions = db.read_blocking(|c| programme::versions(c, &id)).expect("reads");
    let told: Vec<_> = versions.iter().map(|made| (made.programme.version, made.comment.as_str())).collect();
    assert_eq!(told, [(2, "延長"), (1, "初期設定")]);
    assert!(db.read_blocking(|c| programme::get(c, &id, 1)).expect("reads").rules.closes_on.is_some(), "as it was");
}

#[test]
fn of_one_facility_two_grants_of_a_programme_are_one_too_many() {
    let db = test_db();
    let scope = crate::testing::office(&db, true);
    let once = || db.write_blocking(Actor::system(), |tx| granted(tx, &scope, 41_000));
    once().expect("granted");
    assert!(matches!(once(), Err(Error::Refused(Refusal::SubsidyTaken))));
    assert_eq!(db.read_blocking(payment::count_waiting).expect("reads"), (0, 0), "its notice is not made");
}
