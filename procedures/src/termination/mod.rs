//! 利用終了申請 (SPEC 4.6): on the given day, at 00:00 in Japan, the use ends with all
//! that hangs on it (`uketsuke_core::ending`). Recorded at once, and taken back
//! until then.

mod filing;
#[cfg(test)]
mod tests;

use askama::Template;
use chrono::{Days, NaiveDate};
use serde_json::Value;
use uketsuke_core::application::procedure::{Checked, Shortfall, Step, SummaryRow, Terms};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure, repo};
use uketsuke_core::clock::{tokyo_date, tokyo_midnight};
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::registration::{self, ends_later_by};
use uketsuke_web::words;

use crate::field::{Field, TICKED, fields, text, ticked};
use filing::Filing;

const END_STEP: &str = "end";
const ENDS_ON: Field = Field { name: "ends_on", label: "利用を終了する日" };
const REASON: Field = Field { name: "reason", label: "終了する理由" };
const AGREED: Field = Field { name: "agreed", label: "止まるものの確認" };
/// The day as understood when it was typed, in ISO form.
const DAY: &str = "day";

/// The farthest day that can be set, days ahead.
const MOST_DAYS: u64 = 366;
/// Longest reason, characters.
const MAX_REASON: usize = 200;

#[derive(Template)]
#[template(path = "procedures/termination/end.html")]
struct EndPage<'a> {
    errors: &'a FieldErrors,
    ends_on: &'a str,
    reason: &'a str,
    agreed: bool,
}

/// 利用終了申請
#[derive(Debug, Clone, Copy)]
pub struct Termination;

fn day_within(typed: &str, today: NaiveDate) -> std::result::Result<NaiveDate, FieldFault> {
    let day = fold::date(typed)?;
    let (first, last) = (today + Days::new(1), today + Days::new(MOST_DAYS));
    let sentence = if day < first {
        format!("利用を終了する日は、明日（{}）以降の日にしてください", words::plain_date(first))
    } else if day > last {
        format!("利用を終了する日は、{}までの日にしてください", words::plain_date(last))
    } else {
        return Ok(day);
    };
    Err(FieldFault::Sentence(sentence))
}

/// A reason may be left out.
fn reason(typed: &str) -> std::result::Result<String, FieldFault> {
    if typed.trim().is_empty() { Ok(String::new()) } else { fold::lines(typed, MAX_REASON) }
}

fn agreed(typed: &str) -> std::result::Result<(), FieldFault> {
    ticked(typed, "止まるものを確かめて、印を付けてください")
}

impl Procedure for Termination {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::Termination
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        vec![fields(END_STEP, "終了する日", &[ENDS_ON.name, REASON.name, AGREED.name])]
    }

    fn draw(&self, step: &Step, _: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        if step.key != END_STEP {
            return Err(Error::NotFound);
        }
        let (ends_on, reason) = (text(typed, ENDS_ON.name), text(typed, REASON.name));
        let page = EndPage { errors, ends_on, reason, agreed: text(typed, AGREED.name) == TICKED };
        page.render().map_err(Error::internal)
    }

    fn check(&self, tx: &mut Tx<'_>, _: &Step, _: &Case, typed: &Answers) -> Result<Checked> {
        let today = tokyo_date(tx.now().utc());
        let mut found = Checked::default();
        let day = day_within(text(typed, ENDS_ON.name), today);
        let day = found.errors.take(ENDS_ON.name, ENDS_ON.label, day);
        found.errors.take(REASON.name, REASON.label, reason(text(typed, REASON.name)));
        found.errors.take(AGREED.name, AGREED.label, agreed(text(typed, AGREED.name)));
        found.marks.push((DAY, day.map(|day| day.to_string())));
        Ok(found)
    }

    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>> {
        filing::file(case)
    }

    fn summary(&self, case: &Case) -> Vec<SummaryRow> {
        filing::summary(case)
    }

    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>> {
        Ok(Filing::read(values)?.lines())
    }

    fn standing(&self, conn: &mut Conn, facility: &Facility, _: At) -> Result<Vec<(String, String)>> {
        let ends_at = registration::find(conn, &facility.id)?.and_then(|entry| entry.ended_at);
        let line = |at: At| ("利用を終了する日".to_owned(), words::date(tokyo_date(at.utc())));
        Ok(ends_at.map(line).into_iter().collect())
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        Ok(match registration::find(conn, &facility.id)? {
            _ if !verified => Some(Refusal::UsageStartFirst),
            None => Some(Refusal::UsageStartFirst),
            Some(entry) if !entry.holds(now) || entry.ended_at.is_some() => Some(Refusal::EndsAlready),
            Some(_) if repo::has_open(conn, &facility.id)? => Some(Refusal::OthersOpen),
            Some(_) => None,
        })
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(true)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        let ends_on = Filing::read(values)?.ends_on;
        if ends_on <= tokyo_date(tx.now().utc()) {
            return Err(Refusal::DayPassed.into());
        }
        registration::end_at(tx, grant, tokyo_midnight(ends_on).into())
    }

    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()> {
        registration::go_on(tx, &application.facility_id, &application.id)
    }

    fn may_take_back(&self, conn: &mut Conn, application: &Application, now: At) -> Result<bool> {
        let entry = registration::find(conn, &application.facility_id)?;
        Ok(entry.is_some_and(|entry| ends_later_by(&entry, &application.id, now)))
    }
}
