//! Who is told about a closing, how often, and in which words.

use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::*;
use crate::account::AccountState;
use crate::application::{ApplicationKind, State};
use crate::db::{Actor, Conn, Tx};
use crate::error::Result;
use crate::facility::import::closings::FacilityClosings;
use crate::facility::import::{ChangeVerb, Import, Options, Outcome, Report, list_changes, run};
use crate::ids::{ApplicationId, FacilityId, ImportId};
use crate::mail::Message;
use crate::queue::Job;
use crate::schema::{accounts, applications, facilities, jobs};
use crate::scope::FacilityScope;
use crate::secret::ReceiptNumber;
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, compose_last, keyring, letters, test_db};

const TODAY: &str = "2026-11-24";
const AHEAD: &str = "2026-11-30";

struct World {
    db: TestDb,
    facility: FacilityId,
}

impl World {
    fn new() -> Self {
        let db = test_db();
        let facility = db.write_blocking(Actor::system(), |tx| add_facility(tx, OFFICE)).expect("an office");
        Self { db, facility }
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.db.read_blocking(work).expect("read")
    }

    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.db.write_blocking(Actor::system(), work).expect("written")
    }

    fn person(&self, email: &str, verified: bool) -> FacilityScope {
        self.write(|tx| add_member(tx, &self.facility, email, verified))
    }

    fn applies(&self, who: &FacilityScope, state: State) -> ReceiptNumber {
        let number = ReceiptNumber::mint();
        self.write(|tx| {
            let now = tx.now();
            let inserted = diesel::insert_into(applications::table)
                .values((
                    applications::id.eq(ApplicationId::mint()),
                    applications::number.eq((state != State::Draft).then_some(&number)),
                    applications::kind.eq(ApplicationKind::UsageStart),
                    applications::facility_id.eq(who.facility()),
                    applications::account_id.eq(who.account()),
                    applications::state.eq(state),
                    applications::document.eq("{}"),
                    applications::revision.eq(1_i64),
                    applications::created_at.eq(now),
                    applications::updated_at.eq(now),
                ))
                .execute(tx.conn())?;
            Ok(inserted)
        });
        number
    }

    /// Imports a part of the master as of [`TODAY`].
    async fn import(&self, rows: &str) -> Report {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write!(file, "kind,機関コード,名称,廃止日\n{rows}").expect("written");
        let as_of = TODAY.parse().expect("a day");
        let options = Options { kind: None, as_of, partial: true, confirmed: true };
        let import = Import::open(file.path(), options).expect("opens");
        match run(&self.db, keyring(), Actor::operator(), import).await.expect("runs") {
            Outcome::Applied(report) => report,
            other => panic!("not applied: {other:?}"),
        }
    }

    async fn closes_on(&self, day: &str) -> Report {
        self.import(&format!("judo_therapy,{},{},{day}\n", OFFICE.code, OFFICE.name)).await
    }

    /// The imports whose people are to be told.
    fn announced(&self) -> Vec<ImportId> {
        let payloads: Vec<String> = self.read(|c| {
            let of_kind = jobs::table.filter(jobs::kind.eq(FacilityClosings::KIND));
            Ok(of_kind.order(jobs::id).select(jobs::payload).load(c)?)
        });
        let import = |text: &String| serde_json::from_str::<FacilityClosings>(text).expect("a job").import;
        payloads.iter().map(import).collect()
    }

    /// Does what the job does; answers how many pages it took.
    fn tell(&self, import: &ImportId) -> usize {
        let (mut told, mut pages) = (None, 0);
        loop {
            told = self.write(|tx| tell_page(tx, import, told.as_ref()));
            if told.is_none() {
                return pages;
            }
            pages += 1;
        }
    }

    /// The people letters are for, in the order of their accounts.
    fn told(&self) -> Vec<String> {
        let all = self.read(letters);
        let ours = all.iter().filter(|(name, _)| name == "facility_closed");
        let mut ids: Vec<_> = ours.map(|(_, ids)| serde_json::from_str::<FacilityClosed>(ids).expect("ids")).collect();
        ids.sort_by(|a, b| a.account.cmp(&b.account));
        let email =
            |letter: &FacilityClosed| self.read(|c| crate::account::get_account(c, &letter.account)).email.clone();
        ids.iter().map(email).collect()
    }

    fn letter(&self) -> Option<Message> {
        self.write(compose_last::<FacilityClosed>)
    }

    fn verbs(&self) -> Vec<ChangeVerb> {
        self.read(|c| list_changes(c, &self.facility)).into_iter().map(|change| change.verb).collect()
    }
}

#[tokio::test]
async fn a_closing_is_announced_once_for_its_import_and_nothing_else_is() {
    let world = World::new();
    world.import(&format!("judo_therapy,{},別の名前,\njudo_therapy,1399999990,新しい接骨院,\n", OFFICE.code)).await;
    assert!(world.announced().is_empty());
    let report = world.closes_on(AHEAD).await;
    assert_eq!((report.closing, report.changed, report.closed), (1, 0, 0), "a date that lies ahead closes nothing yet");
    let report = world.closes_on(TODAY).await;
    assert_eq!((report.changed, report.closed), (0, 1));
    world.closes_on(TODAY).await;
    world.closes_on("").await;
    assert_eq!(world.announced().len(), 2, "the file that says it again, and the one that reopens, tell nobody");
    assert_eq!(world.verbs()[..3], [ChangeVerb::Reopened, ChangeVerb::Closed, ChangeVerb::Closing]);
    assert_eq!(ChangeVerb::Closing.label(), "廃止の予定が登録されました");
}

#[tokio::test]
async fn the_verified_and_the_applicants_get_one_letter_each_however_often_the_job_runs() {
    let world = World::new();
    let verified = world.person("verified@example.jp", true);
    world.applies(&verified, State::InReview);
    world.person("unknown@example.jp", false);
    let drafting = world.person("drafting@example.jp", false);
    world.applies(&drafting, State::Draft);
    let gone = world.person("gone@example.jp", true);
    let done = world.person("done@example.jp", false);
    world.applies(&done, State::Withdrawn);
    world.write(|tx| {
        let theirs = diesel::update(accounts::table.find(gone.account()));
        Ok(theirs.set(accounts::state.eq(AccountState::Disabled)).execute(tx.conn())?)
    });
    world.write(|tx| {
        let other = add_facility(tx, NewFacility { code: "1399999990", ..OFFICE })?;
        add_member(tx, &other, "elsewhere@example.jp", true)
    });
    world.closes_on(AHEAD).await;
    let import = world.announced().pop().expect("a job");
    for _ in 0..2 {
        assert_eq!(world.tell(&import), 1);
        assert_eq!(world.told(), ["verified@example.jp", "drafting@example.jp"]);
    }
}

#[tokio::test]
async fn every_page_of_a_large_import_is_told() {
    let world = World::new();
    let rows: String = (0..101)
        .map(|n| {
            let code = format!("13{n:08}");
            world.write(|tx| {
                let facility = add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
                add_member(tx, &facility, &format!("p{n}@example.jp"), true)
            });
            format!("judo_therapy,{code},{},{TODAY}\n", OFFICE.name)
        })
        .collect();
    world.import(&rows).await;
    let import = world.announced().pop().expect("a job");
    assert_eq!(world.tell(&import), 2);
    assert_eq!(world.told().len(), 101);
}

#[tokio::test]
async fn the_letter_says_what_ends_when_and_what_to_do_if_that_is_wrong() {
    let world = World::new();
    let person = world.person("taro@example.jp", false);
    let number = world.applies(&person, State::InReview);
    let application = format!("利用開始申請　受付番号 {}\n廃止日からは、この申請を承認できません。\n", number.as_str());
    world.closes_on(AHEAD).await;
    world.tell(&world.announced()[0]);
    let ahead = world.letter().expect("a letter");
    assert_eq!(
        (ahead.to.as_str(), ahead.subject.as_str()),
        ("taro@example.jp", "施設が廃止になる予定です（2026年11月30日）")
    );
    for words in [
        "さくら接骨院\n山田 太郎 様\n\n提出済みの情報によると、この施設は2026年11月30日に廃止になる予定です。\n",
        "機関コード　1312345678\n",
        "この施設の端末は、廃止日から使えなくなります。\n前日までは、これまでどおり使えます。\n",
        &application,
        "支払基金または関東信越厚生局",
        "コールセンターにお知らせください。",
        "/home\n\n----\n施術所等向け総合ポータルサイト\nこのメールは送信専用です。",
    ] {
        assert!(ahead.body.contains(words), "{words} is not in\n{}", ahead.body);
    }
    assert!(!ahead.body.contains("下書き") && !ahead.body.contains("\n\n\n"), "{}", ahead.body);
    let lines = ahead.body.lines().map(|line| line.chars().count()).max();
    assert!(lines <= Some(40), "{lines:?}");

    // Composed on the day itself.
    world.write(|tx| {
        let closed_on: NaiveDate = TODAY.parse().expect("a day");
        Ok(diesel::update(facilities::table.find(&world.facility))
            .set(facilities::closed_on.eq(closed_on))
            .execute(tx.conn())?)
    });
    world.db.clock.advance(chrono::Duration::days(4));
    let past = world.letter().expect("a letter");
    assert_eq!(past.subject, "施設が廃止になりました（2026年11月24日）");
    assert!(past.body.contains("この施設の端末は、廃止日から使えません。"), "{}", past.body);
    assert!(past.body.contains("この申請は、承認できなくなりました。"), "{}", past.body);
}

#[tokio::test]
async fn a_draft_is_called_so_and_a_person_without_applications_reads_of_none() {
    let world = World::new();
    let person = world.person("taro@example.jp", true);
    world.closes_on(AHEAD).await;
    world.tell(&world.announced()[0]);
    assert!(!world.letter().expect("a letter").body.contains("申請について"));
    world.applies(&person, State::Draft);
    let letter = world.letter().expect("a letter");
    assert!(letter.body.contains("申請について\n入力途中の申請（下書き）\n廃止日からは"), "{}", letter.body);
}

#[tokio::test]
async fn a_closing_taken_back_before_the_letter_goes_out_needs_none() {
    let world = World::new();
    let person = world.person("taro@example.jp", true);
    world.closes_on(AHEAD).await;
    world.tell(&world.announced()[0]);
    world.closes_on("").await;
    assert_eq!(world.letter(), None);
    world.closes_on(AHEAD).await;
    world.write(|tx| {
        let theirs = diesel::update(accounts::table.find(person.account()));
        Ok(theirs.set(accounts::state.eq(AccountState::Disabled)).execute(tx.conn())?)
    });
    assert_eq!(world.letter(), None, "nor does somebody who has left");
}
