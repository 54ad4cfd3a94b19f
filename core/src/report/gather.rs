//! Brings the small tables up to date: what waits, how things stand, and the days
//! since the last time, one day per transaction. Reading takes no lock that a
//! page would wait for; a run that was killed goes on where it stopped.

use chrono::{Datelike, Days, NaiveDate};
use diesel::prelude::*;

use super::count;
use crate::calendar::midnight;
use crate::clock::tokyo_date;
use crate::db::{Actor, At, Db, Tx};
use crate::error::Result;
use crate::holiday;
use crate::on_backend;
use crate::schema::{daily_counts, report_marks, waiting_counts, weekly_counts};

/// Rows of one INSERT.
const BATCH: usize = 500;
/// Days before the last count that are counted again: a decision can be undone
/// for some minutes.
const AGAIN: Days = Days::new(1);

pub(super) const DAYS: &str = "days";
pub(super) const STANDING: &str = "standing";

/// Counts anew; answers how many days were counted.
///
/// # Errors
/// From the database only.
pub async fn gather(db: &Db) -> Result<usize> {
    let now: At = db.clock().now().into();
    let today = tokyo_date(now.utc());
    standing(db, now, today).await?;
    let from = db.read(move |c| Ok(from(c)?.unwrap_or(today).min(today))).await?;
    let calendar = db.read(holiday::calendar).await?;
    let mut counted = 0;
    for day in from.iter_days().take_while(|day| *day <= today) {
        let calendar = calendar.clone();
        let rows = db.read(move |c| count::day(c, &calendar, day)).await?;
        // A day that is over is counted until its end, today until now.
        let until = now.min(At::from(midnight(day + Days::new(1))));
        db.write(Actor::system(), move |tx| {
            diesel::delete(daily_counts::table.filter(daily_counts::day.eq(day))).execute(tx.conn())?;
            for rows in rows.chunks(BATCH) {
                on_backend!(tx.conn(), c => diesel::insert_into(daily_counts::table).values(rows).execute(c))?;
            }
            mark(tx, DAYS, until)
        })
        .await?;
        counted += 1;
    }
    Ok(counted)
}

/// The first day to count.
fn from(conn: &mut crate::db::Conn) -> Result<Option<NaiveDate>> {
    let last: Option<At> = report_marks::table.find(DAYS).select(report_marks::at).first(conn).optional()?;
    match last {
        Some(at) => Ok(Some(tokyo_date(at.utc()) - AGAIN)),
        None => Ok(count::first_sent_at(conn)?.map(|at| tokyo_date(at.utc()))),
    }
}

async fn standing(db: &Db, now: At, today: NaiveDate) -> Result<()> {
    let week_on = monday(today);
    let (waiting, weekly) = db.read(move |c| Ok((count::waiting(c)?, count::standing(c, now, week_on)?))).await?;
    db.write(Actor::system(), move |tx| {
        diesel::delete(waiting_counts::table).execute(tx.conn())?;
        for rows in waiting.chunks(BATCH) {
            on_backend!(tx.conn(), c => diesel::insert_into(waiting_counts::table).values(rows).execute(c))?;
        }
        diesel::delete(weekly_counts::table.filter(weekly_counts::week_on.eq(week_on))).execute(tx.conn())?;
        for rows in weekly.chunks(BATCH) {
            on_backend!(tx.conn(), c => diesel::insert_into(weekly_counts::table).values(rows).execute(c))?;
        }
        mark(tx, STANDING, now)
    })
    .await
}

/// The Monday of a day's week.
pub(super) fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

fn mark(tx: &mut Tx<'_>, name: &str, at: At) -> Result<()> {
    let row = diesel::update(report_marks::table.find(name)).set(report_marks::at.eq(at));
    if row.execute(tx.conn())? == 0 {
        let values = (report_marks::name.eq(name), report_marks::at.eq(at));
        diesel::insert_into(report_marks::table).values(values).execute(tx.conn())?;
    }
    Ok(())
}
