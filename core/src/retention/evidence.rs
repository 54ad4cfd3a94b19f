//! Files of ended applications. The row stays with hash and size, which prove what was
//! judged; file, preview, places in the viewer and the name go, the name also from what
//! was filed and from the story of the application.
//!
//! Kept longer: what something in a register still rests on, and all files of a
//! facility that has an application under way, whose reviewers look back.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::rule::{Cut, Erased, Key, Leftover, Rule, after, leftovers, untold};
use super::terms::Topic;
use crate::application::{ApplicationKind, State};
use crate::audit::Deed;
use crate::clock::{tokyo_date, tokyo_midnight};
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::evidence::repo::ERASED_NAME;
use crate::ids::{ApplicationEventId, ApplicationId, EvidenceId, FacilityId, FilingId};
use crate::schema::{
    annexes, application_events, applications, devices, evidence, evidence_bookmarks, exemptions, filings,
    operation_starts, payment_batches, payment_items, registrations, subsidy_decisions,
};
use crate::storage::StoredKey;
use crate::subsidy::decision::Outcome;
use crate::subsidy::programme::fiscal_year;

/// Rows looked at in one step of a check.
const PAGE: i64 = 500;

diesel::alias!(applications as others: Others);

/// Files of whatever is no claim of 助成金.
pub(super) const RULE: Rule = Rule {
    topic: Topic::Evidence,
    due: |conn, cut, after, limit| page(conn, (cut.now, cut.at), false, after, limit),
    count_due: |conn, cut| count_due(conn, (cut.now, cut.at), false),
    erase: |tx, cut, id| erase(tx, cut.at, id, Topic::Evidence),
    also: None,
    count_erased: |conn| count_erased(conn, false),
    leftovers: |conn, _| all_leftovers(conn, false),
};

/// Files of claims of 助成金: counted from the end of the fiscal year of the decision, and
/// never before the money went out.
pub(super) const SUBSIDY_RULE: Rule = Rule {
    topic: Topic::SubsidyEvidence,
    due: |conn, cut, after, limit| page(conn, (cut.now, year_start(cut)), true, after, limit),
    count_due: |conn, cut| count_due(conn, (cut.now, year_start(cut)), true),
    erase: |tx, cut, id| erase(tx, year_start(cut), id, Topic::SubsidyEvidence),
    also: None,
    count_erased: |conn| count_erased(conn, true),
    leftovers: |conn, _| all_leftovers(conn, true),
};

/// The start of the fiscal year that the cut lies in: what was decided before, its
/// fiscal year ended a term ago.
fn year_start(cut: Cut) -> At {
    let year = fiscal_year(tokyo_date(cut.at.utc()));
    NaiveDate::from_ymd_opt(year, 4, 1).map_or(cut.at, |day| tokyo_midnight(day).into())
}

/// Ended applications with files whose time is over, and that nothing rests on.
macro_rules! ended {
    ($now:expr, $before:expr, $subsidy:expr) => {{
        let whole =
            evidence::table.filter(evidence::application_id.eq(applications::id)).filter(evidence::erased_at.is_null());
        let registered = registrations::table
            .filter(registrations::facility_id.eq(applications::facility_id))
            .filter(registrations::application_id.eq(applications::id))
            .filter(registrations::ended_at.is_null().or(registrations::ended_at.gt($now).assume_not_null()));
        let operating = operation_starts::table
            .filter(operation_starts::application_id.eq(applications::id))
            .filter(operation_starts::ended_at.is_null());
        let annexed =
            annexes::table.filter(annexes::application_id.eq(applications::id)).filter(annexes::ended_at.is_null());
        let exempt = exemptions::table
            .filter(exemptions::application_id.eq(applications::id))
            .filter(exemptions::ended_at.is_null());
        let used =
            devices::table.filter(devices::application_id.eq(applications::id)).filter(devices::revoked_at.is_null());
        let paid = payment_items::table
            .inner_join(payment_batches::table)
            .filter(payment_items::application_id.eq(subsidy_decisions::application_id))
            .filter(payment_items::released_at.is_null())
            .filter(payment_items::returned_on.is_null())
            .filter(payment_batches::settled_at.is_not_null());
        let unpaid = subsidy_decisions::table
            .filter(subsidy_decisions::application_id.eq(applications::id))
            .filter(subsidy_decisions::outcome.eq(Outcome::Granted))
            .filter(not(exists(paid)));
        let under_way = others
            .filter(others.field(applications::facility_id).eq(applications::facility_id))
            .filter(others.field(applications::state).eq_any(State::open().filter(|state| *state != State::Draft)));
        applications::table
            .filter(applications::state.eq_any(ENDED))
            .filter(applications::updated_at.le($before))
            .filter(applications::kind.eq_any(kinds($subsidy)))
            .filter(exists(whole))
            .filter(not(exists(registered)))
            .filter(not(exists(operating)))
            .filter(not(exists(annexed)))
            .filter(not(exists(exempt)))
            .filter(not(exists(used)))
            .filter(not(exists(unpaid)))
            .filter(not(exists(under_way)))
    }};
}

/// Claims of 助成金, or all other kinds.
fn kinds(subsidy: bool) -> Vec<ApplicationKind> {
    let all = ApplicationKind::ALL.iter().copied();
    all.filter(|kind| (*kind == ApplicationKind::Subsidy) == subsidy).collect()
}

/// States after which nothing happens to an application; `updated_at` is when it ended.
const ENDED: [State; 3] = [State::Approved, State::Rejected, State::Withdrawn];

fn page(conn: &mut Conn, (now, before): (At, At), subsidy: bool, after: &Key, limit: i64) -> Result<Vec<Key>> {
    let rows: Vec<(At, ApplicationId)> = ended!(now, before, subsidy)
        .filter(after!(after, applications::updated_at, applications::id))
        .order((applications::updated_at, applications::id))
        .limit(limit)
        .select((applications::updated_at, applications::id))
        .load(conn)?;
    Ok(rows.into_iter().map(Key::from).collect())
}

fn count_due(conn: &mut Conn, (now, before): (At, At), subsidy: bool) -> Result<i64> {
    Ok(ended!(now, before, subsidy).count().get_result(conn)?)
}

type Whole = (EvidenceId, FacilityId, Option<StoredKey>, Option<StoredKey>, String);

/// All files of one application.
fn erase(tx: &mut Tx<'_>, before: At, id: &str, topic: Topic) -> Result<Erased> {
    let now = tx.now();
    // Held until the end: whoever opens it again comes after and sees the files gone.
    let still = applications::table
        .filter(applications::id.eq(id))
        .filter(applications::state.eq_any(ENDED))
        .filter(applications::updated_at.le(before));
    let held = diesel::update(still).set(applications::revision.eq(applications::revision)).execute(tx.conn())?;
    if held == 0 {
        return Ok(Erased::default());
    }
    let files: Vec<Whole> = evidence::table
        .filter(evidence::application_id.eq(id))
        .filter(evidence::erased_at.is_null())
        .select((
            evidence::id,
            evidence::facility_id,
            evidence::storage_key,
            evidence::preview_key,
            evidence::original_name,
        ))
        .load(tx.conn())?;
    let mut names = HashMap::new();
    let mut erased = Erased { things: files.len(), files: Vec::new() };
    for (file, facility, key, preview, name) in files {
        diesel::update(evidence::table.find(&file))
            .set((
                evidence::storage_key.eq(None::<StoredKey>),
                evidence::preview_key.eq(None::<StoredKey>),
                evidence::original_name.eq(""),
                evidence::erased_at.eq(now),
            ))
            .execute(tx.conn())?;
        diesel::delete(evidence_bookmarks::table.filter(evidence_bookmarks::evidence_id.eq(&file)))
            .execute(tx.conn())?;
        let deed = Deed::new("evidence.erased", "evidence", file.as_str()).at_facility(&facility);
        tx.record(deed.with(json!({ "rule": topic })))?;
        erased.files.extend(key.into_iter().chain(preview));
        names.insert(file.to_string(), name);
    }
    unname_filings(tx, id, &names)?;
    unname_story(tx, id, &names)?;
    Ok(erased)
}

/// Takes the names out of what was filed.
fn unname_filings(tx: &mut Tx<'_>, application: &str, names: &HashMap<String, String>) -> Result<()> {
    let filed: Vec<(FilingId, String)> = filings::table
        .filter(filings::application_id.eq(application))
        .select((filings::id, filings::document))
        .load(tx.conn())?;
    for (id, text) in filed {
        let mut document: Value = serde_json::from_str(&text)?;
        let mut changed = false;
        each_file(&mut document, &mut |file, name| {
            if names.contains_key(file) && !name.is_empty() {
                name.clear();
                changed = true;
            }
        });
        if changed {
            diesel::update(filings::table.find(&id))
                .set(filings::document.eq(document.to_string()))
                .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// Every file that a filing names, wherever its procedure put it: what has an id, a hash
/// and a name.
fn each_file(value: &mut Value, with: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| each_file(one, with)),
        Value::Object(fields) => {
            let id = fields.get("id").and_then(Value::as_str).map(str::to_owned);
            let is_file = fields.contains_key("sha256");
            if let (Some(id), true, Some(Value::String(name))) = (id, is_file, fields.get_mut("name")) {
                with(&id, name);
            }
            fields.values_mut().for_each(|one| each_file(one, with));
        }
        _ => {}
    }
}

/// Takes the names out of what a correction changed, where they stand before a size.
fn unname_story(tx: &mut Tx<'_>, application: &str, names: &HashMap<String, String>) -> Result<()> {
    let steps: Vec<(ApplicationEventId, String)> = application_events::table
        .filter(application_events::application_id.eq(application))
        .select((application_events::id, application_events::detail))
        .load(tx.conn())?;
    for (id, text) in steps {
        let mut detail: Value = serde_json::from_str(&text)?;
        let changes = detail.get_mut("changes").and_then(Value::as_array_mut);
        for side in changes.into_iter().flatten().flat_map(|change| change.as_object_mut()).flatten() {
            if let (true, Value::String(said)) = (matches!(side.0.as_str(), "before" | "after"), side.1) {
                for name in names.values().filter(|name| !name.is_empty()) {
                    *said = said.replace(&format!("{name}（"), &format!("{ERASED_NAME}（"));
                }
            }
        }
        let unnamed = detail.to_string();
        if serde_json::from_str::<Value>(&text)? != detail {
            diesel::update(application_events::table.find(&id))
                .set(application_events::detail.eq(unnamed))
                .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// Rows that were erased by one of the two rules.
macro_rules! gone {
    ($subsidy:expr) => {
        evidence::table
            .inner_join(applications::table)
            .filter(evidence::erased_at.is_not_null())
            .filter(applications::kind.eq_any(kinds($subsidy)))
    };
}

fn count_erased(conn: &mut Conn, subsidy: bool) -> Result<i64> {
    Ok(gone!(subsidy).count().get_result(conn)?)
}

fn all_leftovers(conn: &mut Conn, subsidy: bool) -> Result<Vec<Leftover>> {
    let placed: Vec<EvidenceId> = gone!(subsidy)
        .filter(evidence::storage_key.is_not_null().or(evidence::preview_key.is_not_null()))
        .select(evidence::id)
        .load(conn)?;
    let named: Vec<EvidenceId> =
        gone!(subsidy).filter(evidence::original_name.ne("")).select(evidence::id).load(conn)?;
    let marked: Vec<EvidenceId> = gone!(subsidy)
        .filter(exists(evidence_bookmarks::table.filter(evidence_bookmarks::evidence_id.eq(evidence::id))))
        .select(evidence::id)
        .load(conn)?;
    let mut found: Vec<Leftover> = leftovers(placed, "its place in the store").collect();
    found.extend(leftovers(named, "its name"));
    found.extend(leftovers(marked, "a place in the viewer"));
    found.extend(leftovers(filed_names(conn, subsidy)?, "its name in a filing"));
    if !subsidy {
        let silent: Vec<EvidenceId> = untold!(evidence, "evidence.erased").select(evidence::id).load(conn)?;
        found.extend(leftovers(silent, "no event in the audit trail"));
    }
    Ok(found)
}

/// Erased files that a filing still calls by their name.
fn filed_names(conn: &mut Conn, subsidy: bool) -> Result<Vec<String>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let rows: Vec<(EvidenceId, ApplicationId)> = gone!(subsidy)
            .filter(evidence::id.gt(after.clone()))
            .order(evidence::id)
            .limit(PAGE)
            .select((evidence::id, evidence::application_id))
            .load(conn)?;
        let Some((last, _)) = rows.last() else { return Ok(found) };
        after = last.to_string();
        let erased: Vec<String> = rows.iter().map(|(id, _)| id.to_string()).collect();
        let applications: Vec<ApplicationId> = rows.into_iter().map(|(_, application)| application).collect();
        let texts: Vec<String> =
            filings::table.filter(filings::application_id.eq_any(applications)).select(filings::document).load(conn)?;
        for text in texts {
            let mut document: Value = serde_json::from_str(&text)?;
            each_file(&mut document, &mut |file, name| {
                if !name.is_empty() && erased.iter().any(|id| id == file) {
                    found.push(file.to_owned());
                }
            });
        }
    }
}
