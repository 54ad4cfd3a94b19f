//! What the one writing thread does with rows: load them all, or bring in what
//! the log says has changed. A change names what to read again, so applying one
//! twice, or one that was seen while loading, does no harm.

use std::collections::HashMap;
use std::sync::Arc;

use super::clients::Clients;
use super::log::{self, Change, Position};
use super::memory::{Key, Memory};
use super::rows::{self, CredentialRow, FacilityRow};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::bytes_of;

/// The tables that checks read, and where facilities have their place in them.
pub(super) struct Writer {
    pub memory: Arc<Memory>,
    facilities: HashMap<Key, u32>,
}

impl Writer {
    /// Everything from the database, and the place in the log from which to catch up.
    pub fn load(conn: &mut Conn, clients: &Clients) -> Result<(Self, Position)> {
        // Before the rows: what changes while they are read is read again.
        let position = log::end(conn)?;
        let room = usize::try_from(rows::count(conn)?).unwrap_or_default();
        let mut writer = Self { memory: Arc::new(Memory::with_room_for(room)), facilities: HashMap::new() };
        writer.memory.refuse(rows::refused_apps(conn)?);
        rows::each_facility(conn, |page| page.iter().for_each(|row| writer.place(row)))?;
        rows::each_credential(conn, |conn, page| writer.put(conn, &page))?;
        clients.load(conn)?;
        Ok((writer, position))
    }

    /// Applies all that was committed since `from`; `None` when the log does not
    /// go on from there, so that everything must be loaded anew.
    pub fn catch_up(&mut self, conn: &mut Conn, clients: &Clients, from: Position) -> Result<Option<Position>> {
        let mut position = from;
        loop {
            let transactions = log::after(conn, position.epoch)?;
            if transactions.is_empty() {
                return Ok(Some(position));
            }
            let Some(next) = log::follow(position.epoch, &transactions) else { return Ok(None) };
            log::each_change(conn, &transactions, |conn, changes| self.apply(conn, clients, changes))?;
            position = next;
        }
    }

    fn apply(&mut self, conn: &mut Conn, clients: &Clients, changes: &[Change]) -> Result<()> {
        let of_kind = |kind: &str| {
            let mut ids: Vec<&str> =
                changes.iter().filter(|change| change.kind == kind).map(|change| change.subject.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        if !of_kind("app").is_empty() {
            self.memory.refuse(rows::refused_apps(conn)?);
        }
        let credentials = of_kind("credential");
        let rows = rows::credentials_by_id(conn, &credentials)?;
        self.put(conn, &rows)?;
        for id in credentials.iter().filter(|id| !rows.iter().any(|row| row.id == **id)) {
            bytes_of(id).iter().for_each(|id| self.memory.remove(id));
        }
        let mut facilities = of_kind("facility");
        // Those without credentials in use come in with their first one.
        facilities.retain(|id| bytes_of(id).is_some_and(|id| self.facilities.contains_key(&id)));
        rows::facilities_by_id(conn, &facilities)?.iter().for_each(|row| self.place(row));
        if !of_kind("client").is_empty() {
            clients.load(conn)?;
        }
        Ok(())
    }

    /// Puts credentials in, their facilities first. A row that cannot be held is
    /// taken out.
    fn put(&mut self, conn: &mut Conn, rows: &[CredentialRow]) -> Result<()> {
        let place = |known: &HashMap<Key, u32>, row: &CredentialRow| {
            bytes_of(&row.facility).and_then(|id| known.get(&id).copied())
        };
        let mut missing: Vec<&str> =
            rows.iter().filter(|row| place(&self.facilities, row).is_none()).map(|row| row.facility.as_str()).collect();
        missing.sort_unstable();
        missing.dedup();
        rows::facilities_by_id(conn, &missing)?.iter().for_each(|row| self.place(row));
        for row in rows {
            match place(&self.facilities, row).and_then(|place| row.placed(place)) {
                Some((id, credential)) => self.memory.put(id, credential),
                None => bytes_of(&row.id).iter().for_each(|id| self.memory.remove(id)),
            }
        }
        Ok(())
    }

    /// Puts a facility's facts in its place.
    fn place(&mut self, row: &FacilityRow) {
        let Some((id, facts)) = row.facts() else {
            tracing::error!(facility = row.id, "a facility is not as this program writes it: its devices stop");
            if let Some(place) = bytes_of(&row.id).and_then(|id| self.facilities.get(&id)) {
                self.memory.close_facility(*place);
            }
            return;
        };
        let next = u32::try_from(self.facilities.len()).expect("fewer than four thousand million facilities");
        let place = *self.facilities.entry(id).or_insert(next);
        self.memory.set_facility(place, facts);
    }
}
