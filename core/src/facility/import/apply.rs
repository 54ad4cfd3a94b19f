//! Rows in batches against the master: counted in a dry run, written in a real one.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::Options;
use super::compare::{FieldChange, Stored, Values};
use super::repo::{self, ChangeVerb, NewChange};
use super::report::{NamedFacility, Report};
use super::row::MasterRow;
use super::tally::Tally;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::facility::code::FacilityCode;
use crate::facility::kind::FacilityKind;
use crate::ids::ImportId;

/// Rows taken together: one query, one insert.
pub(super) const BATCH: usize = 500;

/// Where a run goes: nowhere, or into this transaction under this import.
pub(super) enum Target<'a, 'c> {
    Dry(&'a mut Conn),
    Real(&'a mut Tx<'c>, ImportId),
}

impl Target<'_, '_> {
    fn conn(&mut self) -> &mut Conn {
        match self {
            Self::Dry(conn) => conn,
            Self::Real(tx, _) => tx.conn(),
        }
    }
}

/// A facility to be changed, with what it becomes. Without a verb nobody sees a
/// change: its secrets' hashes move to the current key.
struct Change {
    old: Stored,
    new: Values,
    verb: Option<ChangeVerb>,
    line: u64,
    fields: Vec<FieldChange>,
}

/// Which facilities the master knew before the run, kind by kind. Only they are
/// looked up: on a table that was empty when the transaction began, PostgreSQL
/// plans without statistics and would read all of it for every batch.
#[derive(Default)]
pub(super) struct Known(HashMap<FacilityKind, HashSet<u64>>);

impl Known {
    fn of(
        &mut self,
        conn: &mut Conn,
        kind: FacilityKind,
        options: &Options,
        report: &mut Report,
    ) -> Result<&HashSet<u64>> {
        match self.0.entry(kind) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let codes = repo::known_codes(conn, kind)?;
                report.kind(kind).open_before = repo::count_open(conn, kind, options.as_of)?;
                Ok(place.insert(codes.iter().map(|code| key(kind, code.as_str())).collect()))
            }
        }
    }
}

/// Kind and code as small as they get: ten digits are below 2^34.
pub(super) fn key(kind: FacilityKind, code: &str) -> u64 {
    (kind as u64) << 34 | code.parse::<u64>().unwrap_or(0)
}

/// Takes a batch of rows, each facility at most once.
pub(super) fn take_batch(
    target: &mut Target<'_, '_>,
    options: &Options,
    known: &mut Known,
    rows: &[MasterRow],
    tally: &mut Tally<'_>,
) -> Result<()> {
    let mut stored = stored(target.conn(), options, known, rows, &mut tally.report)?;
    let (mut opened, mut changed) = (Vec::new(), Vec::new());
    for row in rows {
        tally.report.kind(row.kind).named += 1;
        match stored.remove(&key(row.kind, row.code.as_str())) {
            None => {
                tally.opened(row)?;
                opened.push((row, Values::opening(row)));
            }
            Some(old) => match change(old, row, options) {
                Some(change) => changed.push(change),
                None => tally.report.unchanged += 1,
            },
        }
    }
    open(target, opened)?;
    write_changes(target, changed, tally)
}

/// The rows' facilities as the master has them.
fn stored(
    conn: &mut Conn,
    options: &Options,
    known: &mut Known,
    rows: &[MasterRow],
    report: &mut Report,
) -> Result<HashMap<u64, Stored>> {
    let mut kinds: Vec<FacilityKind> = rows.iter().map(|row| row.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut found = HashMap::new();
    for kind in kinds {
        let known = known.of(conn, kind, options, report)?;
        let of_kind = rows.iter().filter(|row| row.kind == kind).map(|row| &row.code);
        let codes: Vec<_> = of_kind.filter(|code| known.contains(&key(kind, code.as_str()))).collect();
        if !codes.is_empty() {
            let stored = repo::find_stored(conn, kind, &codes)?;
            found.extend(stored.into_iter().map(|s| (key(s.kind, s.code.as_str()), s)));
        }
    }
    Ok(found)
}

fn change(old: Stored, row: &MasterRow, options: &Options) -> Option<Change> {
    let new = old.values.after(row);
    if new == old.values {
        return None;
    }
    let fields = old.values.changes_by(&new, row);
    let closed = |values: &Values| values.closed_on.is_some_and(|on| on <= options.as_of);
    let dated_ahead = new.closed_on != old.values.closed_on && new.closed_on > Some(options.as_of);
    let verb = match (closed(&old.values), closed(&new)) {
        _ if fields.is_empty() => None,
        (true, false) => Some(ChangeVerb::Reopened),
        (false, true) => Some(ChangeVerb::Closed),
        _ if dated_ahead => Some(ChangeVerb::Closing),
        _ => Some(ChangeVerb::Changed),
    };
    Some(Change { old, new, verb, line: row.line, fields })
}

fn open(target: &mut Target<'_, '_>, opened: Vec<(&MasterRow, Values)>) -> Result<()> {
    let Target::Real(tx, import) = target else { return Ok(()) };
    if opened.is_empty() {
        return Ok(());
    }
    let ids = repo::insert_facilities(tx, opened)?;
    let history = ids.into_iter().map(|facility| NewChange::of(facility, ChangeVerb::Opened));
    repo::insert_changes(tx, import, history.collect())
}

fn write_changes(target: &mut Target<'_, '_>, changes: Vec<Change>, tally: &mut Tally<'_>) -> Result<()> {
    for change in &changes {
        match change.verb {
            Some(verb) => tally.changed(verb, change.old.kind, &named(change.line, &change.old), &change.fields)?,
            None => {
                tally.report.unchanged += 1;
                tally.report.rehashed += 1;
            }
        }
    }
    let Target::Real(tx, import) = target else { return Ok(()) };
    let mut history = Vec::new();
    for change in &changes {
        repo::update_facility(tx, &change.old, &change.new)?;
        if let Some(verb) = change.verb {
            let facility = change.old.id.clone();
            history.push(NewChange { facility, verb, changes: &change.fields, before: Some(&change.old.values) });
        }
    }
    repo::insert_changes(tx, import, history)
}

/// Walks the codes of a kind's open facilities and closes those the file did not
/// name; only these are read whole.
pub(super) fn close_unnamed(
    target: &mut Target<'_, '_>,
    options: &Options,
    kind: FacilityKind,
    is_named: impl Fn(&str) -> bool,
    tally: &mut Tally<'_>,
) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = repo::page_of_open(target.conn(), kind, options.as_of, &after, 5_000)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.as_str().to_owned();
        let gone: Vec<&FacilityCode> = page.iter().filter(|code| !is_named(code.as_str())).collect();
        for codes in gone.chunks(BATCH) {
            let mut stored = repo::find_stored(target.conn(), kind, codes)?;
            stored.sort_by(|one, other| one.code.cmp(&other.code));
            write_changes(target, stored.into_iter().map(|old| closing(old, options)).collect(), tally)?;
        }
    }
}

fn closing(old: Stored, options: &Options) -> Change {
    let new = Values { closed_on: Some(options.as_of), ..old.values.clone() };
    let fields = old.values.changes_to(&new);
    Change { old, new, verb: Some(ChangeVerb::Closed), line: 0, fields }
}

fn named(line: u64, stored: &Stored) -> NamedFacility {
    NamedFacility { line, code: stored.code.as_str().to_owned(), name: stored.values.name.clone() }
}
