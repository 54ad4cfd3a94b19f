//! Programmes and the versions of their rules. A version never changes: whatever
//! was sent under it is judged by it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde_json::json;

use super::rules::{Rules, Window};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::ids::ProgrammeId;
use crate::schema::{subsidy_budgets, subsidy_programmes, subsidy_rules};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// A programme with one version of its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Id.
    pub id: ProgrammeId,
    /// Which version of the rules, from 1.
    pub version: i32,
    /// The rules.
    pub rules: Rules,
}

/// A version with its making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The version.
    pub programme: Programme,
    /// Why it was made.
    pub comment: String,
    /// By whom, as `kind:id`.
    pub by: String,
    /// When.
    pub at: At,
}

/// The fiscal year (年度) of a day: April to March.
pub fn fiscal_year(day: NaiveDate) -> i32 {
    if day.month() >= 4 { day.year() } else { day.year() - 1 }
}

/// 「令和8年度」
pub fn fiscal_year_name(year: i32) -> String {
    match year - 2018 {
        1 => "令和元年度".to_owned(),
        reiwa @ 2.. => format!("令和{reiwa}年度"),
        _ => format!("{year}年度"),
    }
}

/// All programmes with their current rules, in the order shown.
///
/// # Errors
/// From the database, or when stored rules are damaged.
pub fn list(conn: &mut Conn) -> Result<Vec<Programme>> {
    let rows: Vec<(ProgrammeId, i32, String)> = subsidy_rules::table
        .inner_join(subsidy_programmes::table)
        .order((subsidy_programmes::position, subsidy_rules::version))
        .select((subsidy_rules::programme_id, subsidy_rules::version, subsidy_rules::document))
        .load(conn)?;
    let mut newest: Vec<Programme> = Vec::new();
    for (id, version, document) in rows {
        newest.pop_if(|last| last.id == id);
        newest.push(Programme { id, version, rules: serde_json::from_str(&document)? });
    }
    Ok(newest)
}

/// The programme a facility of this kind is offered: the one that takes claims
/// on `day`, else the last of those that did or will.
///
/// # Errors
/// As [`list`].
pub fn offered(conn: &mut Conn, kind: FacilityKind, day: NaiveDate) -> Result<Option<Programme>> {
    let mut own: Vec<Programme> = list(conn)?.into_iter().filter(|one| one.rules.kinds.contains(&kind)).collect();
    own.sort_by_key(|one| (one.rules.window(day) == Window::Open, one.rules.closes_on.unwrap_or(NaiveDate::MAX)));
    Ok(own.pop())
}

/// One version.
///
/// # Errors
/// `NotFound`; `Internal` when stored rules are damaged.
pub fn get(conn: &mut Conn, id: &ProgrammeId, version: i32) -> Result<Programme> {
    let document: String = subsidy_rules::table.find((id, version)).select(subsidy_rules::document).first(conn)?;
    Ok(Programme { id: id.clone(), version, rules: serde_json::from_str(&document)? })
}

/// The versions of a programme, newest first.
///
/// # Errors
/// `NotFound` when there is no such programme.
pub fn versions(conn: &mut Conn, id: &ProgrammeId) -> Result<Vec<Made>> {
    let rows: Vec<(i32, String, String, String, At)> = subsidy_rules::table
        .filter(subsidy_rules::programme_id.eq(id))
        .order(subsidy_rules::version.desc())
        .select((
            subsidy_rules::version,
            subsidy_rules::document,
            subsidy_rules::comment,
            subsidy_rules::made_by,
            subsidy_rules::made_at,
        ))
        .load(conn)?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    let made = |(version, document, comment, by, at): (i32, String, String, String, At)| {
        let programme = Programme { id: id.clone(), version, rules: serde_json::from_str(&document)? };
        Ok(Made { programme, comment, by, at })
    };
    rows.into_iter().map(made).collect()
}

fn may_edit(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ManageSubsidies) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Adds a programme with its first rules.
///
/// # Errors
/// `Forbidden`; `Invalid` for rules that cannot be carried out.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, rules: &Rules, comment: &str) -> Result<ProgrammeId> {
    may_edit(scope)?;
    let (id, now) = (ProgrammeId::mint(), tx.now());
    let last: Option<i32> =
        subsidy_programmes::table.select(diesel::dsl::max(subsidy_programmes::position)).first(tx.conn())?;
    diesel::insert_into(subsidy_programmes::table)
        .values((
            subsidy_programmes::id.eq(&id),
            subsidy_programmes::position.eq(last.unwrap_or(0) + 1),
            subsidy_programmes::created_at.eq(now),
        ))
        .execute(tx.conn())?;
    insert(tx, &id, 1, rules, comment)?;
    Ok(id)
}

/// Makes the next version of a programme's rules; `seen` is the version that was
/// looked at. What was sent before stays under the version of its day.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody made one meanwhile; `Invalid`.
pub fn change(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&ProgrammeId, i32),
    rules: &Rules,
    comment: &str,
) -> Result<()> {
    may_edit(scope)?;
    let newest = versions(tx.conn(), id)?.into_iter().next().map(|made| made.programme.version);
    if newest != Some(seen) {
        return Err(Error::Conflict);
    }
    insert(tx, id, seen + 1, rules, comment)
}

fn insert(tx: &mut Tx<'_>, id: &ProgrammeId, version: i32, rules: &Rules, comment: &str) -> Result<()> {
    rules.validate()?;
    let (by, now, document) = (tx.actor().label(), tx.now(), serde_json::to_string(rules)?);
    let inserted = tx.insert_once(|c| {
        diesel::insert_into(subsidy_rules::table)
            .values((
                subsidy_rules::programme_id.eq(id),
                subsidy_rules::version.eq(version),
                subsidy_rules::document.eq(&document),
                subsidy_rules::comment.eq(comment),
                subsidy_rules::made_by.eq(&by),
                subsidy_rules::made_at.eq(now),
            ))
            .execute(c)
    })?;
    if !inserted {
        return Err(Error::Conflict);
    }
    let told = json!({ "version": version, "rules": rules, "comment": comment });
    tx.record(Deed::new("programme.changed", "subsidy_programmes", id.as_str()).with(told))
}

/// The budget of each fiscal year, yen.
///
/// # Errors
/// From the database only.
pub fn budgets(conn: &mut Conn) -> Result<BTreeMap<(ProgrammeId, i32), i64>> {
    let rows: Vec<(ProgrammeId, i32, i64)> = subsidy_budgets::table
        .select((subsidy_budgets::programme_id, subsidy_budgets::fiscal_year, subsidy_budgets::yen))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, year, yen)| ((id, year), yen)).collect())
}

/// The budget of a programme in a fiscal year, yen; none where none is set.
///
/// # Errors
/// From the database only.
pub fn find_budget(conn: &mut Conn, id: &ProgrammeId, year: i32) -> Result<Option<i64>> {
    Ok(subsidy_budgets::table.find((id, year)).select(subsidy_budgets::yen).first(conn).optional()?)
}

/// Sets the budget of a fiscal year, yen.
///
/// # Errors
/// `Forbidden`; `NotFound` when there is no such programme.
pub fn set_budget(tx: &mut Tx<'_>, scope: &StaffScope, id: &ProgrammeId, year: i32, yen: i64) -> Result<()> {
    may_edit(scope)?;
    versions(tx.conn(), id)?;
    let row =
        (subsidy_budgets::programme_id.eq(id), subsidy_budgets::fiscal_year.eq(year), subsidy_budgets::yen.eq(yen));
    if !tx.insert_once(|c| diesel::insert_into(subsidy_budgets::table).values(row).execute(c))? {
        let own = subsidy_budgets::table.find((id, year));
        diesel::update(own).set(subsidy_budgets::yen.eq(yen)).execute(tx.conn())?;
    }
    let told = json!({ "fiscal_year": year, "yen": yen });
    tx.record(Deed::new("programme.budget_set", "subsidy_programmes", id.as_str()).with(told))
}
