//! The list and its editions, on a database and a store of each test's own.

use chrono::{Duration, NaiveDate};
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::application::ApplicationKind;
use crate::db::{At, Tx};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::FacilityId;
use crate::operation::{self, Source};
use crate::storage::{Area, Storage};
use crate::testing::{self, NewFacility, OFFICE, TestDb, add_facility, add_member, test_db};

struct World {
    db: TestDb,
    storage: Storage,
    _folder: TempDir,
}

fn world() -> World {
    let folder = TempDir::new().expect("a folder");
    World { db: test_db(), storage: Storage::local(folder.path()).expect("a store"), _folder: folder }
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

impl World {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> crate::error::Result<T>) -> T {
        self.db.write_blocking(crate::db::Actor::system(), work).expect("written")
    }

    /// An office that starts on a day.
    fn office(&self, code: &str, name: &str, starts_on: &str) -> FacilityId {
        self.write(|tx| {
            let id = add_facility(tx, NewFacility { code, name, ..OFFICE })?;
            let scope = add_member(tx, &id, &format!("{code}@example.jp"), true)?;
            let grant = testing::approved_as(tx, &scope, ApplicationKind::OperationStart)?;
            operation::record(tx, &grant, &id, day(starts_on), Source::Declared)?;
            Ok(id)
        })
    }

    fn names(&self, sought: &Sought) -> Vec<String> {
        let now: At = self.db.clock.now().into();
        let entries = self.db.read_blocking(|c| page(c, sought, None, now, 100)).expect("reads");
        assert_eq!(self.db.read_blocking(|c| count(c, sought, now)).expect("counts"), entries.len() as i64);
        entries.into_iter().map(|entry| entry.name).collect()
    }

    async fn make(&self) -> bool {
        make_due(&self.db, &self.storage).await.expect("made")
    }

    async fn text(&self, week_on: NaiveDate, part: Part) -> String {
        let file = self.db.read_blocking(|c| find_file(c, week_on, part)).expect("reads").expect("a file");
        let content = self.storage.fetch(&file.storage_key).await.expect("kept");
        assert_eq!(content.sha256(), file.sha256);
        std::fs::read_to_string(content.path()).expect("UTF-8")
    }

    async fn objects(&self) -> usize {
        self.storage.list(Area::Edition, None, 100).await.expect("lists").len()
    }
}

#[test]
fn a_facility_stands_in_the_list_from_its_day_on_while_it_is_open() {
    let world = world();
    let first = world.office("1311111111", "今日の院", "2026-11-20");
    world.office("1311111112", "明日の院", "2026-11-21");
    assert_eq!(world.names(&Sought::default()), ["今日の院"]);
    world.db.clock.advance(Duration::hours(14));
    assert_eq!(world.names(&Sought::default()), ["今日の院", "明日の院"], "from midnight in Japan on");
    world.write(|tx| {
        testing::sql(tx.conn(), "update facilities set closed_on = '2026-11-21' where code = '1311111112'")
    });
    assert_eq!(world.names(&Sought::default()), ["今日の院"]);
    world.write(|tx| operation::end(tx, &first));
    assert_eq!(world.names(&Sought::default()), [""; 0]);
}

#[test]
fn it_is_narrowed_by_place_kind_and_words_and_paged_in_the_order_of_codes() {
    let world = world();
    for (code, name) in
        [("2711111111", "なにわ接骨院"), ("0111111111", "さっぽろ接骨院"), ("1311111111", "さくら整骨院")]
    {
        world.office(code, name, "2026-11-20");
    }
    let sought =
        |place: &str, kind, words: &str| Sought { prefecture: Prefecture::parse(place), kind, words: words.to_owned() };
    assert_eq!(world.names(&Sought::default()), ["さっぽろ接骨院", "さくら整骨院", "なにわ接骨院"]);
    assert_eq!(world.names(&sought("13", None, "")), ["さくら整骨院"]);
    assert_eq!(world.names(&sought("", None, "接骨")), ["さっぽろ接骨院", "なにわ接骨院"]);
    assert_eq!(world.names(&sought("", None, "27-1111-1111")), ["なにわ接骨院"]);
    assert_eq!(world.names(&sought("27", Some(FacilityKind::Midwifery), "")), [""; 0]);
    let now: At = world.db.clock.now().into();
    let two = world.db.read_blocking(|c| page(c, &Sought::default(), None, now, 2)).expect("reads");
    let place = Place::parse(&two[1].place().to_text()).expect("a place");
    let rest = world.db.read_blocking(|c| page(c, &Sought::default(), Some(&place), now, 2)).expect("reads");
    assert_eq!(rest.into_iter().map(|entry| entry.name).collect::<Vec<_>>(), ["なにわ接骨院"]);
}

#[test]
fn its_state_is_another_one_after_whatever_changes_it() {
    let world = world();
    let id = world.office("1311111111", "今日の院", "2026-11-20");
    let state = || {
        let now = world.db.clock.now().into();
        world.db.read_blocking(|c| state(c, now)).expect("reads")
    };
    let mut seen = vec![state(), state()];
    assert_eq!(seen[0], seen[1], "the same while nothing happens");
    seen.pop();
    world.office("1311111112", "明日の院", "2026-11-21");
    seen.push(state());
    world.write(|tx| {
        testing::sql(
            tx.conn(),
            "update facilities set name = '別の院', revision = revision + 1 where code = '1311111111'",
        )
    });
    seen.push(state());
    world.write(|tx| operation::end(tx, &id));
    seen.push(state());
    world.db.clock.advance(Duration::days(1));
    seen.push(state());
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "{seen:?}");
}

#[test]
fn an_edition_is_due_from_monday_at_five_in_japan() {
    for (at, week) in [
        ("2026-11-23T04:59:59+09:00", "2026-11-16"),
        ("2026-11-23T05:00:00+09:00", "2026-11-23"),
        ("2026-11-29T23:00:00+09:00", "2026-11-23"),
        ("2026-11-30T04:00:00+09:00", "2026-11-23"),
        ("2027-01-01T12:00:00+09:00", "2026-12-28"),
    ] {
        assert_eq!(due_week(at.parse().expect("a time")), day(week), "{at}");
    }
}

#[tokio::test]
async fn an_edition_never_changes_and_tells_what_differs_from_the_last() {
    let world = world();
    let stays = world.office("1311111111", "かわる院", "2026-11-01");
    let goes = world.office("1311111112", "きえる院", "2026-11-01");
    world.office("1311111113", "まだの院", "2026-11-24");
    assert!(world.make().await);
    let first = day("2026-11-16");
    let before = world.text(first, Part::ListJson).await;
    let list: Value = serde_json::from_str(&before).expect("JSON");
    let names = |list: &Value| -> Vec<String> {
        let all = list["facilities"].as_array().expect("a list");
        all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(
        (list["edition"].as_str(), names(&list)),
        (Some("2026-11-16"), vec!["かわる院".into(), "きえる院".into()])
    );
    assert!(!world.make().await, "once a week");

    world.write(|tx| {
        operation::end(tx, &goes)?;
        let renamed = format!("update facilities set name = 'かわった院' where id = '{stays}'");
        testing::sql(tx.conn(), &renamed)
    });
    world.office("1311111110", "=新しい院", "2026-11-20");
    world.db.clock.advance(Duration::days(7));
    assert!(world.make().await);
    let second = day("2026-11-23");
    let list: Value = serde_json::from_str(&world.text(second, Part::ListJson).await).expect("JSON");
    // 「まだの院」 begins on the Tuesday of that week.
    assert_eq!(names(&list), ["=新しい院", "かわった院"]);
    let changes: Value = serde_json::from_str(&world.text(second, Part::ChangesJson).await).expect("JSON");
    let told: Vec<(&str, &str)> = changes["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["change"].as_str().unwrap_or(""), one["facility"]["name"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(told, [("added", "=新しい院"), ("changed", "かわった院"), ("removed", "きえる院")]);
    let csv = world.text(second, Part::ChangesCsv).await;
    assert!(csv.contains("\"追加\",\"1311111110\"") && csv.contains("\"'=新しい院\""), "no formula: {csv}");
    let rows = world.db.read_blocking(list_of).expect("reads");
    assert_eq!(rows, [(second, 2, 1, 1, 1), (first, 2, 2, 0, 0)]);
    assert_eq!(world.text(first, Part::ListJson).await, before, "the earlier one is as it was");
}

/// A week, and how many there are, were added, removed and changed.
type Counted = (NaiveDate, i64, i64, i64, i64);

fn list_of(conn: &mut crate::db::Conn) -> crate::error::Result<Vec<Counted>> {
    let row = |e: Edition| (e.week_on, e.facilities, e.added, e.removed, e.changed);
    Ok(list(conn, None, 10)?.into_iter().map(row).collect())
}

#[tokio::test]
async fn two_workers_at_the_hour_make_one_edition() {
    let world = world();
    world.office("1311111111", "今日の院", "2026-11-01");
    let (one, two) = tokio::join!(make_due(&world.db, &world.storage), make_due(&world.db, &world.storage));
    assert_eq!([one.expect("made"), two.expect("made")].iter().filter(|made| **made).count(), 1);
    assert_eq!(world.objects().await, 4, "the loser takes its files away");
    assert_eq!(world.db.read_blocking(list_of).expect("reads").len(), 1);
}

#[tokio::test]
async fn what_a_crash_leaves_is_no_edition_and_is_swept_up() {
    let world = world();
    world.office("1311111111", "今日の院", "2026-11-01");
    // As if the process had died after it kept a file, and before the row.
    let mut upload = world.storage.upload().await.expect("opens");
    upload.write("half".into()).await.expect("writes");
    let half = upload.finish().await.expect("ends");
    world.storage.keep(Area::Edition, half).await.expect("kept");
    assert!(world.make().await);
    assert!(world.text(day("2026-11-16"), Part::ListCsv).await.contains("今日の院"));
    assert_eq!(world.objects().await, 5);
    // Files are dated by the machine's clock: an hour after its today all are old.
    world.db.clock.advance(chrono::Utc::now() - world.db.clock.now() + Duration::days(3));
    crate::evidence::sweep::sweep(&world.db, &world.storage).await.expect("swept");
    assert_eq!(world.objects().await, 4, "the edition's own files stay");
}
