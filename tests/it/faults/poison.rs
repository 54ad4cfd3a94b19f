//! What brings down whoever touches it: a job that ends its process, a row that cannot be
//! read, a file that eats its reader. That one is set aside, the rest goes on.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use serde::Serialize;
use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::db::Actor;
use uketsuke_core::error::Error;
use uketsuke_core::facility::import::{self, Import, Options, Outcome};
use uketsuke_core::facility::kind::FacilityKind::JudoTherapy;
use uketsuke_core::mail::{MemoryMail, Transport};
use uketsuke_core::queue::{self, Job, JobState, MAX_ATTEMPTS};
use uketsuke_core::schema::facilities;
use uketsuke_core::secret::HashCost;
use uketsuke_workers::jobs::Start;
use uketsuke_workers::runner::Runner;

use super::report::{self, Row};
use super::short_or_long;
use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};
use crate::support::hostile;
use crate::support::people::{SAKURA, begin, fill_counts, take_in_hand};

tests! {
    needs Needs::Patience;
    faults_a_job_that_ends_its_process_ends_among_the_dead,
    faults_a_row_that_cannot_be_read_stops_its_list_alone,
    faults_a_file_that_eats_its_reader_stops_nothing_else on Sqlite,
}

const JOB: &str = "A job that aborts the worker's process, before ten others in the queue";
const ROW: &str = "One bad row at the end of a list, as UTF-8 with a mark and as CP932; one byte that is no text";
const FILE: &str = "A PDF that swells to gigabytes in the process that draws it, beside a good one";

/// Names the database that this process is a worker of: its address and the time.
const WORKER: &str = "UKETSUKE_TEST_POISONED_WORKER";
const SIGABRT: i32 = 6;
const OTHERS: usize = 10;

#[derive(Serialize)]
struct Poison;
impl Job for Poison {
    const KIND: &'static str = "poison";
}

#[derive(Serialize)]
struct Plain;
impl Job for Plain {
    const KIND: &'static str = "plain";
}

const JOBS: &[(&str, Start)] =
    &[("poison", |_, _| Box::pin(async { std::process::abort() })), ("plain", |_, _| Box::pin(async { Ok(()) }))];

/// Plays the worker if that is what this process was started for.
pub fn worker() -> Option<ExitCode> {
    let told = std::env::var(WORKER).ok()?;
    let (url, now) = told.rsplit_once(' ').expect("an address and a time");
    let folder = tempfile::tempdir().expect("a folder");
    let evidence = format!("file:{}", folder.path().display());
    let config = Config::from_lookup(|key| match key {
        "UKETSUKE_DATABASE_URL" => Some(url.to_owned()),
        "UKETSUKE_EVIDENCE" => Some(evidence.clone()),
        _ => None,
    });
    let (clock, transport) = (Clock::manual(now.parse().expect("a time")), Transport::Memory(MemoryMail::default()));
    let parts = Parts::with(config.expect("sound"), clock, HashCost::FOR_TESTS, transport).expect("parts");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let runner = Runner::with_jobs(parts.works().expect("works"), JOBS);
    runtime.block_on(runner.drain()).expect("the queue can be read");
    Some(ExitCode::SUCCESS)
}

fn faults_a_job_that_ends_its_process_ends_among_the_dead(app: &TestApp) {
    app.write(|tx| {
        tx.enqueue(&Poison)?;
        (0..OTHERS).try_for_each(|_| tx.enqueue(&Plain).map(drop))
    });
    let count = |state| app.read(move |c| queue::count(c, state));
    let mut killed = 0;
    while count(JobState::Dead) == 0 {
        killed += i32::from(!works_to_the_end(app));
        assert!(killed <= MAX_ATTEMPTS, "it is tried without end");
        // Whoever watches over the process starts it again at once: the job is not due before
        // its lease has ended, a minute later.
        assert!(works_to_the_end(app));
        assert_eq!(count(JobState::Done), OTHERS as i64, "the others do not wait for it");
        app.later(chrono::Duration::seconds(61));
    }
    assert_eq!((killed, count(JobState::Dead)), (MAX_ATTEMPTS, 1));
    app.forgive_dead_jobs();
    report::note(
        app,
        Row {
            number: 27,
            provoked: JOB,
            seen: format!(
                "The worker dies {killed} times and is started again; the ten others are done after the first"
            ),
            lost: "Nothing: the job stands among the dead, where staff see it".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}

/// One life of a worker; whether it ended by itself, with nothing left to do.
fn works_to_the_end(app: &TestApp) -> bool {
    let told = format!("{} {}", app.database_url(), app.clock.now().to_rfc3339());
    let program = std::env::current_exe().expect("this program");
    let ended = Command::new(program).env(WORKER, told).stderr(Stdio::null()).status().expect("it starts");
    assert!(ended.success() || ended.signal() == Some(SIGABRT), "{ended:?}");
    ended.success()
}

fn faults_a_row_that_cannot_be_read_stops_its_list_alone(app: &TestApp) {
    let rows = short_or_long(5_000, 250_000);
    let good: String = (0..rows).map(|n| format!("13{n:08},はな整骨院{n},東京都千代田区1\n")).collect();
    let head = "コード,名称,住所\n";
    let bad = "131,ゆり整骨院,東京都千代田区2\n";
    let cp932 = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let no_text = [&marked(&format!("{head}{good}"))[..], b"1399999999,\x81\xff\x80,x\n"].concat();
    let poisoned = [marked(&format!("{head}{good}{bad}")), cp932(&format!("{head}{good}{bad}")), no_text];
    let mut told = Vec::new();
    for list in &poisoned {
        told.push(imported(app, list).expect_err("nothing of it is taken"));
        assert_eq!(standing(app), 0);
    }
    assert!(told[..2].iter().all(|words| words.contains("10桁")), "{told:?}");
    assert_eq!(imported(app, &cp932(&format!("{head}{good}"))), Ok(rows));
    assert_eq!(standing(app), rows);
    report::note(
        app,
        Row {
            number: 27,
            provoked: ROW,
            seen: format!(
                "The list of {rows} rows is refused as a whole, with line, column and reason; mended, it goes through"
            ),
            lost: "Nothing: no row of a refused list is there, all of the mended one are".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}

/// How many facilities a list opened, or why it was refused.
fn imported(app: &TestApp, list: &[u8]) -> Result<u64, String> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(list).expect("written");
    let as_of = "2026-11-01".parse().expect("a day");
    let options = Options { kind: Some(JudoTherapy), as_of, partial: true, confirmed: false };
    let import = match Import::open(file.path(), options) {
        Ok(import) => import,
        Err(error) => return Err(format!("{error:?}")),
    };
    match app.wait(import::run(&app.parts.db, app.parts.keyring.clone(), Actor::operator(), import)) {
        Ok(Outcome::Applied(report)) => Ok(report.opened),
        Ok(Outcome::Refused(report)) => Err(report.refused_cells.iter().map(|cell| cell.reason.clone()).collect()),
        Err(Error::Invalid(errors)) => Err(errors.of("file").concat()),
        other => panic!("{other:?}"),
    }
}

fn standing(app: &TestApp) -> u64 {
    use diesel::prelude::*;
    app.read(|c| Ok(facilities::table.count().get_result::<i64>(c)?)).unsigned_abs()
}

fn faults_a_file_that_eats_its_reader_stops_nothing_else(app: &TestApp) {
    let mut person = app.with_master().signed_in(SAKURA, "hanako@example.jp");
    begin(&mut person, "書類を添付");
    let good = hostile::pages(1, "", "", hostile::stream("", b"0 0 1 rg 0 0 100 100 re f"), &[]);
    for (name, content) in [("重い.pdf", hostile::swelling_pdf()), ("良い.pdf", good)] {
        person.attach("受領委任承諾通知書", name, &content).press("ファイルを送る").expect(name);
    }
    person.press("次へ進む");
    fill_counts(&mut person, "2", "2");
    person.press("この内容で申請する").expect("受付番号");
    app.run_jobs();
    let number = person.page().all_words("#number").concat();
    let mut office = take_in_hand(app, &number);
    let case = office.page().path.clone();
    let heavy = office.page().link("重い.pdf");
    office.visit(&heavy).expect("この書類を画面に表示できません");
    let light = office.open(&case).link("良い.pdf");
    office.visit(&light).expect("幅に合わせる");
    office.open(&format!("{case}/approve"));
    office.press("承認する");
    app.decisions_stand();
    report::note(
        app,
        Row {
            number: 27,
            provoked: FILE,
            seen:
                "The reviewer reads that the document cannot be shown, and goes on with the other one to the approval"
                    .to_owned(),
            lost: "Nothing: the original is there to be downloaded".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}
