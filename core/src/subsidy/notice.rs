//! Notices of decisions (交付決定通知書, 不交付決定通知書): numbered without gaps in each
//! fiscal year, made once, and kept as they were made.
//!
//! A notice is made when its decision can no longer be undone: a number that is
//! given stays given. First the number, in a transaction of its own; then the file,
//! which is the same however often it is made; last the row that names it.

use chrono::NaiveDate;
use diesel::prelude::*;
use krilla::text::Font;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::decision::{self, Decision};
use super::paper;
use super::programme::{fiscal_year, fiscal_year_name};
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::{Actor, At, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::ApplicationId;
use crate::queue::Job;
use crate::schema::subsidy_notices;
use crate::storage::{Area, Storage, Stored, StoredKey};

/// Makes the notice of a decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoticeJob {
    /// The application that was decided.
    pub application: ApplicationId,
    /// When: a decision that was undone and made anew has a job of its own.
    pub decided_at: At,
}

impl Job for NoticeJob {
    const KIND: &'static str = "subsidy_notice";
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = subsidy_notices)]
pub struct Notice {
    /// The application.
    pub application_id: ApplicationId,
    /// 年度.
    pub fiscal_year: i32,
    /// Its number within the year, from 1.
    pub number: i32,
    /// The day it bears (Asia/Tokyo).
    pub issued_on: NaiveDate,
    /// Its file, once it is made.
    pub storage_key: Option<StoredKey>,
    /// The file's size.
    pub size_bytes: Option<i64>,
    /// The file's SHA-256, hex.
    pub sha256: Option<String>,
}

impl Notice {
    /// 「令和8年度 第12号」
    pub fn name(&self) -> String {
        format!("{} 第{}号", fiscal_year_name(self.fiscal_year), self.number)
    }
}

/// Has the notice made as soon as its decision cannot be undone any more.
///
/// # Errors
/// From the database only.
pub fn order(tx: &mut Tx<'_>, application: &ApplicationId, undo_for: chrono::Duration) -> Result<()> {
    let decided_at = tx.now();
    tx.enqueue_at(&NoticeJob { application: application.clone(), decided_at }, decided_at + undo_for)?;
    Ok(())
}

/// Makes the notice of a decision, unless it is made or the decision was undone.
/// Done twice, or by two at once, it is made once.
///
/// # Errors
/// From the database or the store; the next attempt goes on from there.
pub async fn make(db: &Db, storage: &Storage, font: &Font, job: NoticeJob) -> Result<()> {
    let application = job.application.clone();
    let numbered = db.write(Actor::system(), move |tx| number(tx, &job)).await?;
    let Some((decision, notice)) = numbered else { return Ok(()) };
    if notice.storage_key.is_some() {
        return Ok(());
    }
    let drawn = paper::draw(&decision, &notice, font)?;
    let scratch = storage.scratch().await?;
    tokio::fs::write(scratch.path(), &drawn).await.map_err(Error::internal)?;
    let received = scratch.finish().await?;
    let stored = storage.keep(Area::Notice, received).await?;
    let kept = stored.clone();
    if !db.write(Actor::system(), move |tx| name_file(tx, &application, &kept)).await? {
        storage.delete(&stored.key).await?;
    }
    Ok(())
}

/// The decision with its number, given now if it has none.
fn number(tx: &mut Tx<'_>, job: &NoticeJob) -> Result<Option<(Decision, Notice)>> {
    let application = &job.application;
    let found = decision::find(tx.conn(), application)?.filter(|decision| decision.decided_at == job.decided_at);
    let Some(decision) = found else { return Ok(None) };
    if let Some(notice) = find(tx.conn(), application)? {
        return Ok(Some((decision, notice)));
    }
    let issued_on = tokyo_date(tx.now().utc());
    let year = fiscal_year(issued_on);
    let last: Option<i32> = subsidy_notices::table
        .filter(subsidy_notices::fiscal_year.eq(year))
        .select(diesel::dsl::max(subsidy_notices::number))
        .first(tx.conn())?;
    let row = (
        subsidy_notices::application_id.eq(application),
        subsidy_notices::fiscal_year.eq(year),
        subsidy_notices::number.eq(last.unwrap_or(0) + 1),
        subsidy_notices::issued_on.eq(issued_on),
    );
    // Somebody else took the number: the job comes again and takes the next.
    if !tx.insert_once(|c| diesel::insert_into(subsidy_notices::table).values(row).execute(c))? {
        return Err(Error::Unavailable { retry_after_seconds: 1 });
    }
    let notice = find(tx.conn(), application)?.ok_or(Error::NotFound)?;
    tx.record(
        Deed::new("subsidy.notice_numbered", "applications", application.as_str())
            .at_facility(&decision.facility)
            .with(json!({ "number": notice.name() })),
    )?;
    Ok(Some((decision, notice)))
}

/// Names the file in the row; `false` when another was faster.
fn name_file(tx: &mut Tx<'_>, application: &ApplicationId, stored: &Stored) -> Result<bool> {
    let unnamed = subsidy_notices::table.find(application).filter(subsidy_notices::storage_key.is_null());
    let named = diesel::update(unnamed)
        .set((
            subsidy_notices::storage_key.eq(&stored.key),
            subsidy_notices::size_bytes.eq(i64::try_from(stored.size_bytes).unwrap_or(i64::MAX)),
            subsidy_notices::sha256.eq(&stored.sha256),
        ))
        .execute(tx.conn())?;
    if named == 1 {
        let told = json!({ "sha256": stored.sha256 });
        tx.record(Deed::new("subsidy.notice_made", "applications", application.as_str()).with(told))?;
    }
    Ok(named == 1)
}

/// The notice about an application, if one is numbered.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, application: &ApplicationId) -> Result<Option<Notice>> {
    Ok(subsidy_notices::table.find(application).select(Notice::as_select()).first(conn).optional()?)
}

/// The years whose numbers have a gap: numbers given are 1 to their count.
///
/// # Errors
/// From the database only.
pub fn years_with_gaps(conn: &mut Conn) -> Result<Vec<i32>> {
    let rows: Vec<(i32, i64, Option<i32>)> = subsidy_notices::table
        .group_by(subsidy_notices::fiscal_year)
        .select((subsidy_notices::fiscal_year, diesel::dsl::count_star(), diesel::dsl::max(subsidy_notices::number)))
        .load(conn)?;
    Ok(rows.into_iter().filter(|(_, count, most)| most.map(i64::from) != Some(*count)).map(|row| row.0).collect())
}
