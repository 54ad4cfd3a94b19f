//! The rows behind the memory, by pages or by ids: one visit per some thousand.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::memory::{Annex, Credential, Facility, Key};
use super::short::Short;
use crate::client_app::{self, AppFault};
use crate::db::{At, Conn};
use crate::device::{AccountRole, DeviceState};
use crate::error::Result;
use crate::facility::feature::Features;
use crate::facility::kind::FacilityKind;
use crate::ids::bytes_of;
use crate::jose::thumbprint_bytes;
use crate::schema::{annexes, credentials, devices, facilities, registrations};

/// Rows per page of a load.
const PAGE: i64 = 20_000;
/// Ids per query.
const CHUNK: usize = 500;

/// A credential in use as its tables have it.
#[derive(Debug, Queryable)]
pub(super) struct CredentialRow {
    pub id: String,
    thumbprint: String,
    device: String,
    user_id: String,
    state: DeviceState,
    generation: i64,
    role: AccountRole,
    starts_on: Option<NaiveDate>,
    app_id: Option<i32>,
    /// Its facility, to be placed.
    pub facility: String,
}

impl CredentialRow {
    /// As memory holds it; `None` (and no check of it is ever good) when a value is
    /// not what this program writes.
    pub fn placed(&self, facility: u32) -> Option<(Key, Credential)> {
        let credential = (|| {
            let credential = Credential {
                device: bytes_of(&self.device)?,
                thumbprint: thumbprint_bytes(&self.thumbprint)?,
                user_id: Short::new(&self.user_id)?,
                generation: self.generation,
                state: self.state,
                role: self.role,
                starts_on: self.starts_on,
                app: app_key(self.app_id.unwrap_or(0)),
                facility,
            };
            Some((bytes_of(&self.id)?, credential))
        })();
        if credential.is_none() {
            tracing::error!(credential = self.id, "a credential is not as this program writes it: no check finds it");
        }
        credential
    }
}

/// A facility as its tables have it, without what its annex adds.
type BareRow = (String, String, FacilityKind, Option<NaiveDate>, Option<At>, Option<At>, Option<At>, Features);

/// A facility as its tables have it.
#[derive(Debug)]
pub(super) struct FacilityRow {
    pub id: String,
    code: String,
    kind: FacilityKind,
    closed_on: Option<NaiveDate>,
    approved_at: Option<At>,
    ended_at: Option<At>,
    stopped_at: Option<At>,
    features: Features,
    /// Code and closing day of the office it speaks for besides.
    annex: Option<(String, Option<NaiveDate>)>,
}

impl FacilityRow {
    /// Id and facts as memory holds them; `None` as for credentials.
    pub fn facts(&self) -> Option<(Key, Facility)> {
        let facility = Facility {
            code: Short::new(&self.code)?,
            kind: self.kind,
            closed_on: self.closed_on,
            registered: self.approved_at.is_some(),
            ended_at: self.ended_at,
            stopped: self.stopped_at.is_some(),
            features: self.features,
            annex: match &self.annex {
                Some((code, closed_on)) => Some(Annex { code: Short::new(code)?, closed_on: *closed_on }),
                None => None,
            },
        };
        Some((bytes_of(&self.id)?, facility))
    }
}

/// The versions of the client app that are refused.
pub(super) fn refused_apps(conn: &mut Conn) -> Result<HashMap<u32, AppFault>> {
    Ok(client_app::refused(conn)?.into_iter().map(|(id, fault)| (app_key(id), fault)).collect())
}

/// An id as memory holds it; ids begin with 1.
fn app_key(id: i32) -> u32 {
    id.cast_unsigned()
}

/// How many credentials are in use.
pub(super) fn count(conn: &mut Conn) -> Result<i64> {
    Ok(credentials::table.filter(in_use()).count().get_result(conn)?)
}

/// What is in use, in the words of the index over them.
fn in_use() -> SqlLiteral<Bool> {
    sql("credentials.state = 'active'")
}

macro_rules! credentials_in_use {
    () => {
        credentials::table.inner_join(devices::table).filter(in_use()).select((
            credentials::id,
            credentials::thumbprint,
            devices::id,
            devices::user_id,
            devices::state,
            devices::generation,
            devices::role,
            devices::starts_on,
            credentials::app_id,
            devices::facility_id,
        ))
    };
}

macro_rules! facts_of_facilities {
    () => {
        facilities::table.left_join(registrations::table.on(registrations::facility_id.eq(facilities::id))).select((
            facilities::id,
            facilities::code,
            facilities::kind,
            facilities::closed_on,
            registrations::approved_at.nullable(),
            registrations::ended_at.nullable(),
            facilities::devices_stopped_at,
            facilities::features,
        ))
    };
}

/// Every credential in use, a page at a time.
pub(super) fn each_credential(
    conn: &mut Conn,
    mut take: impl FnMut(&mut Conn, Vec<CredentialRow>) -> Result<()>,
) -> Result<()> {
    let mut last = String::new();
    loop {
        // A device has one at most in use. Both tables from the same place on, so that
        // PostgreSQL walks them side by side instead of looking each device up.
        let page: Vec<CredentialRow> = credentials_in_use!()
            .filter(credentials::device_id.gt(&last).and(devices::id.gt(&last)))
            .order(credentials::device_id)
            .limit(PAGE)
            .load(conn)?;
        let Some(end) = page.last() else { return Ok(()) };
        last.clone_from(&end.device);
        take(conn, page)?;
    }
}

/// Adds to each main office the subordinate one it speaks for.
fn with_annexes(conn: &mut Conn, rows: Vec<BareRow>) -> Result<Vec<FacilityRow>> {
    // Few offices are in one: all of a page between its first and last are read at once.
    let ids = || rows.iter().map(|row| row.0.as_str());
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Ok(Vec::new()) };
    let page: Vec<(String, String, Option<NaiveDate>)> = annexes::table
        .inner_join(facilities::table.on(facilities::id.eq(annexes::subordinate_id)))
        .filter(annexes::main_id.ge(first).and(annexes::main_id.le(last)).and(annexes::ended_at.is_null()))
        .select((annexes::main_id, facilities::code, facilities::closed_on))
        .load(conn)?;
    let mut found: HashMap<String, (String, Option<NaiveDate>)> =
        page.into_iter().map(|(main, code, closed_on)| (main, (code, closed_on))).collect();
    let whole = |row: BareRow| {
        let (id, code, kind, closed_on, approved_at, ended_at, stopped_at, features) = row;
        let annex = found.remove(&id);
        FacilityRow { id, code, kind, closed_on, approved_at, ended_at, stopped_at, features, annex }
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// Every facility of the register, a page at a time.
pub(super) fn each_facility(conn: &mut Conn, mut take: impl FnMut(Vec<FacilityRow>)) -> Result<()> {
    let mut last = String::new();
    loop {
        let page: Vec<BareRow> = facts_of_facilities!()
            .filter(registrations::id.is_not_null())
            .filter(facilities::id.gt(&last))
            .order(facilities::id)
            .limit(PAGE)
            .load(conn)?;
        let Some(end) = page.last() else { return Ok(()) };
        last.clone_from(&end.0);
        take(with_annexes(conn, page)?);
    }
}

/// Those of these credentials that are in use.
pub(super) fn credentials_by_id(conn: &mut Conn, ids: &[&str]) -> Result<Vec<CredentialRow>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(CHUNK) {
        rows.extend(credentials_in_use!().filter(credentials::id.eq_any(ids)).load(conn)?);
    }
    Ok(rows)
}

/// Those of these facilities that there are.
pub(super) fn facilities_by_id(conn: &mut Conn, ids: &[&str]) -> Result<Vec<FacilityRow>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let bare = facts_of_facilities!().filter(facilities::id.eq_any(ids)).load(conn)?;
        rows.extend(with_annexes(conn, bare)?);
    }
    Ok(rows)
}
