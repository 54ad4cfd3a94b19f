//! 運用開始日登録 (SPEC 4.4): since when, or from when, the facility checks the card.
//! Recorded at once; a later registration replaces an earlier one, which stays as
//! history.

mod filing;
#[cfg(test)]
mod tests;

use askama::Template;
use chrono::{Days, NaiveDate};
use serde_json::Value;
use uketsuke_core::application::procedure::{Checked, Fact, Shortfall, Step, SummaryRow, Terms};
use uketsuke_core::application::{Answers, Application, ApplicationKind, Case, Procedure};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn, Tx};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::grant::Grant;
use uketsuke_core::operation::{self, Contradiction, Source};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::{annex, device, registration};
use uketsuke_web::words;

use crate::field::{Field, TICKED, fields, text};
use filing::Filing;

const DATE_STEP: &str = "date";
const STARTS_ON: Field = Field { name: "starts_on", label: "運用開始日" };
/// The buttons 「今日」 and 「明日」 send this instead of a typed date.
const QUICK: Field = Field { name: "quick", label: "運用開始日" };
const SURE: Field = Field { name: "sure", label: "1年以上先の日付の確認" };
/// The day as understood when it was typed, in ISO form.
const DAY: &str = "day";

/// Days ahead from which we ask whether the year is right.
const FAR_DAYS: u64 = 365;

#[derive(Template)]
#[template(path = "procedures/operation_start/date.html")]
struct DatePage<'a> {
    errors: &'a FieldErrors,
    starts_on: String,
    /// Whether the date was so far ahead that it has to be confirmed.
    far: bool,
    sure: bool,
}

/// 運用開始日登録
#[derive(Debug, Clone, Copy)]
pub struct OperationStart;

/// What was typed, a button before the box.
fn typed_day(typed: &Answers, today: NaiveDate) -> std::result::Result<NaiveDate, FieldFault> {
    match text(typed, QUICK.name) {
        "today" => Ok(today),
        "tomorrow" => Ok(today + Days::new(1)),
        _ => fold::date(text(typed, STARTS_ON.name)),
    }
}

/// The first day it can be: that of the approval.
fn earliest(conn: &mut Conn, facility: &Facility) -> Result<NaiveDate> {
    let entry = registration::find(conn, &facility.id)?.ok_or(Refusal::UsageStartFirst)?;
    Ok(tokyo_date(entry.approved_at.utc()))
}

fn too_early(earliest: NaiveDate) -> FieldFault {
    FieldFault::Sentence(format!(
        "運用開始日は{}以降の日にしてください（利用開始の承認日より前の日は登録できません）",
        words::plain_date(earliest)
    ))
}

impl Procedure for OperationStart {
    fn kind(&self) -> ApplicationKind {
        ApplicationKind::OperationStart
    }

    fn title(&self) -> &'static str {
        self.kind().title()
    }

    fn schema_version(&self) -> i32 {
        filing::SCHEMA_VERSION
    }

    fn steps(&self, _: &Case) -> Vec<Step> {
        vec![fields(DATE_STEP, STARTS_ON.label, &[STARTS_ON.name, QUICK.name, SURE.name])]
    }

    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
        if step.key != DATE_STEP {
            return Err(Error::NotFound);
        }
        let day: Option<NaiveDate> = case.document.mark(DAY).and_then(|day| day.parse().ok());
        let by_button = !text(typed, QUICK.name).is_empty();
        let starts_on = match day {
            Some(day) if by_button => words::plain_date(day),
            _ => text(typed, STARTS_ON.name).to_owned(),
        };
        let sure = text(typed, SURE.name) == TICKED;
        let page = DatePage { errors, starts_on, far: sure || errors.has(SURE.name), sure };
        page.render().map_err(Error::internal)
    }

    fn check(&self, tx: &mut Tx<'_>, _: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
        let (today, earliest) = (tokyo_date(tx.now().utc()), earliest(tx.conn(), &case.facility)?);
        let mut found = Checked::default();
        let day =
            typed_day(typed, today).and_then(|day| if day < earliest { Err(too_early(earliest)) } else { Ok(day) });
        let mut day = found.errors.take(STARTS_ON.name, STARTS_ON.label, day);
        if day.is_some_and(|day| day > today + Days::new(FAR_DAYS)) && text(typed, SURE.name) != TICKED {
            let sentence = "1年以上先の日付です。まちがいがなければ、確認に印を付けてください";
            found.errors.add(SURE.name, SURE.label, FieldFault::Sentence(sentence.to_owned()));
            day = None;
        }
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

    fn review(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<Vec<Fact>> {
        let mut facts: Vec<Fact> = Filing::read(values)?.lines().into_iter().map(Fact::stated).collect();
        if let Some(first_on) = device::first_used_on(conn, &case.facility.id)? {
            facts.push(Fact::known("はじめて資格確認をした日", words::date(first_on)));
        }
        Ok(facts)
    }

    fn standing(&self, conn: &mut Conn, facility: &Facility, now: At) -> Result<Vec<(String, String)>> {
        let mut lines = Vec::new();
        for entry in operation::history(conn, &facility.id)? {
            let label = if entry.ended_at.is_none() { "いまの運用開始日" } else { "前の運用開始日" };
            let recorded = words::date_time_full(entry.recorded_at.utc());
            let by = if entry.source == Source::Annex { "併設の申告により" } else { "" };
            lines.push((label.to_owned(), format!("{}（{recorded}に{by}登録）", words::date(entry.starts_on))));
        }
        let first_on = device::first_used_on(conn, &facility.id)?;
        if let Some(first_on) = first_on {
            lines.push(("はじめて資格確認をした日".to_owned(), words::date(first_on)));
        }
        let current = operation::find(conn, &facility.id)?;
        let today = tokyo_date(now.utc());
        match current.and_then(|entry| operation::contradiction(entry.starts_on, first_on, today)) {
            Some(Contradiction::CheckedBefore { .. }) => lines.push((
                "確かめていただくこと".to_owned(),
                "登録された運用開始日より前に、資格確認が行われています。日付をお確かめください。".to_owned(),
            )),
            Some(Contradiction::NeverChecked) => lines.push((
                "確かめていただくこと".to_owned(),
                "運用開始日を過ぎていますが、資格確認がまだ一度も行われていません。端末の設定と日付をお確かめください。".to_owned(),
            )),
            None => {}
        }
        Ok(lines)
    }

    fn not_offered(&self, conn: &mut Conn, facility: &Facility, verified: bool, now: At) -> Result<Option<Refusal>> {
        let registered = registration::find(conn, &facility.id)?.is_some_and(|entry| entry.holds(now));
        Ok((!(verified && registered)).then_some(Refusal::UsageStartFirst))
    }

    fn approves_itself(&self, _: &mut Conn, _: &Case, _: &Value) -> Result<bool> {
        Ok(true)
    }

    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, _: &Terms) -> Result<()> {
        let starts_on = Filing::read(values)?.starts_on;
        let held = registration::hold(tx, grant.facility())?.filter(|entry| entry.holds(grant.at()));
        if held.is_none_or(|entry| starts_on < tokyo_date(entry.approved_at.utc())) {
            return Err(Refusal::UsageStartFirst.into());
        }
        operation::record(tx, grant, grant.facility(), starts_on, Source::Declared)?;
        match annex::find(tx.conn(), grant.facility())? {
            Some(annex) if annex.is_main(grant.facility()) => crate::annexed::start(tx, grant, &annex, starts_on),
            _ => Ok(()),
        }
    }

    /// Nobody reviews it, so nobody undoes it: it is corrected by another one.
    fn retract(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        Err(Refusal::NotInThisState.into())
    }
}
