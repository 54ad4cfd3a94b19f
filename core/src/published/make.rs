//! Making the edition of a week, once: the files are written and kept first, the
//! row that names them last. Whoever comes second finds the row there; whoever
//! dies before it leaves files that no row names, and those are swept up.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, Utc};
use chrono_tz::Asia::Tokyo;
use diesel::connection::{Connection, SimpleConnection};
use diesel::prelude::*;
use serde_json::json;

use super::difference::{Difference, Earlier, Group, rest};
use super::edition::{self, Edition, EditionFile, Part};
use super::entry::{COLUMNS, Line};
use super::live::{Sought, page_of};
use crate::audit::Deed;
use crate::clock::tokyo_time_full;
use crate::db::{Actor, At, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::schema::{edition_files, editions};
use crate::spreadsheet::CsvTable;
use crate::storage::{Area, Received, Scratch, Storage, Stored};

/// The hour of Monday (Asia/Tokyo) at which the week's edition is made.
const HOUR: i64 = 5;
/// Entries read in one step.
const PAGE: i64 = 1_000;

/// The week whose edition is due: that of the last Monday, 05:00 in Japan.
pub fn due_week(now: DateTime<Utc>) -> NaiveDate {
    let day = (now.with_timezone(&Tokyo) - Duration::hours(HOUR)).date_naive();
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// Makes the edition that is due, unless it is there. Answers whether this call
/// made it.
///
/// # Errors
/// From the database or the store; then nothing is published.
pub async fn make_due(db: &Db, storage: &Storage) -> Result<bool> {
    let week_on = due_week(db.clock().now());
    let known = db.read(move |c| Ok((edition::find(c, week_on)?, edition::list(c, Some(week_on), 1)?))).await?;
    let (None, earlier) = known else { return Ok(false) };
    let earlier = match earlier.first() {
        Some(edition) => Some(fetch(db, storage, edition.week_on).await?),
        None => None,
    };
    let (edition, files) = write(db, storage, week_on, earlier).await?;
    let mut kept = Vec::new();
    for (part, content) in files {
        kept.push((part, storage.keep(Area::Edition, content).await?));
    }
    let rows = kept.clone();
    let first = db.write(Actor::system(), move |tx| enter(tx, &edition, rows)).await?;
    if !first {
        for (_, stored) in kept {
            storage.delete(&stored.key).await?;
        }
    }
    Ok(first)
}

/// The list of the edition before, on the local disk.
async fn fetch(db: &Db, storage: &Storage, week_on: NaiveDate) -> Result<Received> {
    let file = db.read(move |c| edition::find_file(c, week_on, Part::ListJson)).await?.ok_or(Error::NotFound)?;
    Ok(storage.fetch(&file.storage_key).await?)
}

/// Enters the edition with its files; `false` when another instance was faster.
fn enter(tx: &mut Tx<'_>, edition: &Edition, files: Vec<(Part, Stored)>) -> Result<bool> {
    if !tx.insert_once(|c| diesel::insert_into(editions::table).values(edition).execute(c))? {
        return Ok(false);
    }
    for (part, stored) in files {
        let row = EditionFile {
            week_on: edition.week_on,
            part,
            storage_key: stored.key,
            size_bytes: i64::try_from(stored.size_bytes).unwrap_or(i64::MAX),
            sha256: stored.sha256,
        };
        diesel::insert_into(edition_files::table).values(&row).execute(tx.conn())?;
    }
    let told = json!({ "facilities": edition.facilities });
    tx.record(Deed::new("edition.made", "editions", &edition.week_on.to_string()).with(told))?;
    Ok(true)
}

type Files = Vec<(Part, Received)>;

async fn write(db: &Db, storage: &Storage, week_on: NaiveDate, earlier: Option<Received>) -> Result<(Edition, Files)> {
    let mut scratches = Vec::new();
    for part in Part::ALL {
        scratches.push((*part, storage.scratch().await?));
    }
    let now: At = db.clock().now().into();
    let (edition, scratches) = db
        .read(move |c| {
            let mut pen = Pen::open(&scratches, week_on, now)?;
            match &earlier {
                Some(earlier) => {
                    let file = File::open(earlier.path()).map_err(Error::internal)?;
                    at_one_moment(c, |c| pen.write(c, BufReader::new(file)))?;
                }
                None => at_one_moment(c, |c| pen.write(c, std::io::empty()))?,
            }
            Ok((pen.finish()?, scratches))
        })
        .await?;
    let mut files = Vec::new();
    for (part, scratch) in scratches {
        files.push((part, scratch.finish().await?));
    }
    Ok((edition, files))
}

/// Everything that is read in here is of one moment.
fn at_one_moment(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<()>) -> Result<()> {
    conn.transaction(|c| {
        if let Conn::Postgres(c) = c {
            c.batch_execute("set transaction isolation level repeatable read, read only")?;
        }
        work(c)
    })
}

/// Writes the four files side by side.
struct Pen {
    edition: Edition,
    list_csv: CsvTable<BufWriter<File>>,
    list_json: BufWriter<File>,
    changes_csv: CsvTable<BufWriter<File>>,
    changes_json: BufWriter<File>,
}

impl Pen {
    fn open(scratches: &[(Part, Scratch)], week_on: NaiveDate, now: At) -> Result<Self> {
        let file = |part: Part| {
            let (_, scratch) = scratches.iter().find(|(of, _)| *of == part).ok_or(Error::NotFound)?;
            Ok::<_, Error>(BufWriter::new(File::create(scratch.path()).map_err(Error::internal)?))
        };
        let changed: Vec<&str> = ["変更の種類"].into_iter().chain(COLUMNS).collect();
        let mut pen = Self {
            edition: Edition { week_on, facilities: 0, added: 0, removed: 0, changed: 0, made_at: now },
            list_csv: CsvTable::new(file(Part::ListCsv)?, &COLUMNS).map_err(Error::internal)?,
            list_json: file(Part::ListJson)?,
            changes_csv: CsvTable::new(file(Part::ChangesCsv)?, &changed).map_err(Error::internal)?,
            changes_json: file(Part::ChangesJson)?,
        };
        let made = tokyo_time_full(now.utc());
        for (json, items) in [(&mut pen.list_json, "facilities"), (&mut pen.changes_json, "changes")] {
            // One entry per line: the next week's edition reads it so.
            write!(json, "{{\"edition\":\"{week_on}\",\"made_at\":\"{made}\",\"{items}\":[")
                .map_err(Error::internal)?;
        }
        Ok(pen)
    }

    fn write(&mut self, conn: &mut Conn, earlier: impl BufRead) -> Result<()> {
        let (mut earlier, mut group) = (Earlier::read(earlier)?, Group::default());
        let (sought, when) = (Sought::default(), (self.edition.week_on, self.edition.made_at));
        let mut after = None;
        loop {
            let page = page_of(conn, &sought, after.as_ref(), when, PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.place());
            for entry in page {
                let line = entry.line();
                self.list(&line)?;
                if let Some(full) = group.push(line) {
                    self.tell(full.against(&mut earlier)?)?;
                }
            }
        }
        self.tell(group.against(&mut earlier)?)?;
        self.tell(rest(&mut earlier)?)
    }

    fn list(&mut self, line: &Line) -> Result<()> {
        let cells = line.cells();
        self.list_csv.row(&cells.each_ref().map(String::as_str)).map_err(Error::internal)?;
        item(&mut self.list_json, self.edition.facilities == 0, &serde_json::to_string(line)?)?;
        self.edition.facilities += 1;
        Ok(())
    }

    fn tell(&mut self, differences: Vec<Difference>) -> Result<()> {
        for difference in differences {
            let first = self.edition.added + self.edition.removed + self.edition.changed == 0;
            let (word, shown, told) = match &difference {
                Difference::Added(line) => ("追加", line, json!({ "change": "added", "facility": line })),
                Difference::Removed(line) => ("削除", line, json!({ "change": "removed", "facility": line })),
                Difference::Changed { before, after } => {
                    ("変更", after.as_ref(), json!({ "change": "changed", "facility": after, "before": before }))
                }
            };
            match &difference {
                Difference::Added(_) => self.edition.added += 1,
                Difference::Removed(_) => self.edition.removed += 1,
                Difference::Changed { .. } => self.edition.changed += 1,
            }
            let cells = shown.cells();
            let cells: Vec<&str> = [word].into_iter().chain(cells.iter().map(String::as_str)).collect();
            self.changes_csv.row(&cells).map_err(Error::internal)?;
            item(&mut self.changes_json, first, &told.to_string())?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Edition> {
        for json in [&mut self.list_json, &mut self.changes_json] {
            json.write_all(b"\n]}\n").and_then(|()| json.flush()).map_err(Error::internal)?;
        }
        self.list_csv.finish().map_err(Error::internal)?;
        self.changes_csv.finish().map_err(Error::internal)?;
        Ok(self.edition)
    }
}

fn item(json: &mut impl Write, first: bool, text: &str) -> Result<()> {
    let before = if first { "\n" } else { ",\n" };
    write!(json, "{before}{text}").map_err(Error::internal)
}
