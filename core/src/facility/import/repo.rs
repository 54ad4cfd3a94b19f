//! The import's SQL: facilities in batches, their history, and the list of imports.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::compare::{FieldChange, Stored, Values};
use super::report::Report;
use super::row::MasterRow;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::facility::code::FacilityCode;
use crate::facility::kind::FacilityKind;
use crate::facility::search;
use crate::ids::{FacilityChangeId, FacilityId, ImportId};
use crate::on_backend;
use crate::refusal::Refusal;
use crate::schema::{annexes, applications, facilities, facility_changes, facility_imports, memberships, signups};
use crate::storage::StoredKey;

text_enum! {
    /// What happened to a facility's record: by an import, but for the last two.
    pub enum ChangeVerb {
        /// The master names it for the first time.
        Opened = "opened",
        /// Something about it changed.
        Changed = "changed",
        /// It was closed and is named again.
        Reopened = "reopened",
        /// The master no longer names it, or names its closing date.
        Closed = "closed",
        /// The master names a closing date that lies ahead.
        Closing = "closing",
        /// The import that changed it was taken back.
        Undone = "undone",
        /// The facility's own application changed it.
        Amended = "amended",
        /// It goes on under another code (承継).
        Succeeded = "succeeded",
    }
}

impl ChangeVerb {
    /// The words of the history.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Opened => "マスタに登録されました",
            Self::Changed => "マスタの内容が変わりました",
            Self::Reopened => "廃止が取り消されました",
            Self::Closed => "廃止になりました",
            Self::Closing => "廃止の予定が登録されました",
            Self::Undone => "取込が取り消され、前の内容に戻りました",
            Self::Amended => "変更申請により、内容が変わりました",
            Self::Succeeded => "承継により、機関コードが変わりました",
        }
    }
}

text_enum! {
    /// Where an import stands.
    pub enum ImportState {
        /// Handed in and tried; waits for somebody else to apply it.
        Pending = "pending",
        /// Applied.
        Applied = "applied",
        /// Not to be applied.
        Dropped = "dropped",
        /// Applied, and taken back.
        Undone = "undone",
    }
}

impl ImportState {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "確認待ち",
            Self::Applied => "反映済み",
            Self::Dropped => "取りやめ",
            Self::Undone => "取消し済み",
        }
    }
}

/// One import, without its report's text.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = facility_imports)]
pub struct ImportRow {
    /// Id.
    pub id: ImportId,
    /// The file's name as its owner calls it.
    pub file_name: String,
    /// SHA-256 of the file as it was handed in.
    pub sha256: String,
    /// The kind given for rows that name none.
    pub kind: Option<FacilityKind>,
    /// The day the file speaks of.
    pub as_of: NaiveDate,
    /// Whether it is only a part of the master.
    pub partial: bool,
    /// Where the readable rows are staged until they are applied.
    pub staged_key: Option<StoredKey>,
    /// Where every single thing it does is listed, as a CSV.
    pub details_key: Option<StoredKey>,
    report: String,
    /// Where it stands.
    pub state: ImportState,
    /// Who handed it in, as `kind:id`.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: At,
    /// Who applied it.
    pub applied_by: Option<String>,
    /// When.
    pub applied_at: Option<At>,
    /// Who took it back.
    pub undone_by: Option<String>,
    /// When.
    pub undone_at: Option<At>,
}

impl ImportRow {
    /// What it did, or would do.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn report(&self) -> Result<Report> {
        Ok(serde_json::from_str(&self.report)?)
    }
}

/// One import.
///
/// # Errors
/// `NotFound`.
pub fn get_import(conn: &mut Conn, id: &ImportId) -> Result<ImportRow> {
    Ok(facility_imports::table.find(id).select(ImportRow::as_select()).first(conn)?)
}

/// The newest imports.
///
/// # Errors
/// From the database only.
pub fn list_imports(conn: &mut Conn, limit: i64) -> Result<Vec<ImportRow>> {
    Ok(facility_imports::table
        .order((facility_imports::uploaded_at.desc(), facility_imports::id.desc()))
        .limit(limit)
        .select(ImportRow::as_select())
        .load(conn)?)
}

/// A new import about to be noted.
#[derive(Debug, Clone)]
pub(super) struct NewImport {
    pub id: ImportId,
    pub file_name: String,
    pub sha256: String,
    pub kind: Option<FacilityKind>,
    pub as_of: NaiveDate,
    pub partial: bool,
    pub staged_key: Option<StoredKey>,
    pub details_key: Option<StoredKey>,
}

pub(super) fn insert_import(tx: &mut Tx<'_>, new: &NewImport, report: &Report) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().label());
    diesel::insert_into(facility_imports::table)
        .values((
            facility_imports::id.eq(&new.id),
            facility_imports::file_name.eq(&new.file_name),
            facility_imports::sha256.eq(&new.sha256),
            facility_imports::kind.eq(new.kind),
            facility_imports::as_of.eq(new.as_of),
            facility_imports::partial.eq(new.partial),
            facility_imports::staged_key.eq(new.staged_key.clone()),
            facility_imports::details_key.eq(new.details_key.clone()),
            facility_imports::report.eq(serde_json::to_string(report)?),
            facility_imports::state.eq(ImportState::Pending),
            facility_imports::uploaded_by.eq(by),
            facility_imports::uploaded_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends an import that waits: applied with its final report, or dropped. The
/// table itself refuses the same person at both ends.
pub(super) fn end_import(tx: &mut Tx<'_>, id: &ImportId, state: ImportState, report: &Report) -> Result<()> {
    let now = tx.now();
    let by = (state == ImportState::Applied).then(|| tx.actor().label());
    let waiting = facility_imports::table.find(id).filter(facility_imports::state.eq(ImportState::Pending));
    let ended = diesel::update(waiting)
        .set((
            facility_imports::state.eq(state),
            facility_imports::report.eq(serde_json::to_string(report)?),
            facility_imports::staged_key.eq(None::<StoredKey>),
            facility_imports::applied_by.eq(by.clone()),
            facility_imports::applied_at.eq(by.map(|_| now)),
        ))
        .execute(tx.conn())?;
    if ended == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// Whether another import was applied after this one and still holds.
pub(super) fn is_overtaken(conn: &mut Conn, import: &ImportRow) -> Result<bool> {
    let later = facility_imports::table
        .filter(facility_imports::state.eq(ImportState::Applied))
        .filter(facility_imports::id.ne(&import.id))
        .filter(facility_imports::applied_at.ge(import.applied_at));
    Ok(diesel::select(diesel::dsl::exists(later)).get_result(conn)?)
}

/// Notes that an applied import is taken back.
pub(super) fn mark_undone(tx: &mut Tx<'_>, id: &ImportId) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().label());
    let applied = facility_imports::table.find(id).filter(facility_imports::state.eq(ImportState::Applied));
    let undone = diesel::update(applied)
        .set((
            facility_imports::state.eq(ImportState::Undone),
            facility_imports::undone_by.eq(by),
            facility_imports::undone_at.eq(now),
        ))
        .execute(tx.conn())?;
    if undone == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// One import at a time, until the transaction ends. On SQLite the write
/// transaction itself is the lock.
pub(super) fn lock(tx: &mut Tx<'_>) -> Result<()> {
    if let Conn::Sqlite(_) = tx.conn() {
        return Ok(());
    }
    // The first number is any; the second tells installations in one database apart.
    let free: bool = diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(
        "pg_try_advisory_xact_lock(7113002, hashtext(current_schema()))",
    ))
    .get_result(tx.conn())?;
    if free { Ok(()) } else { Err(Refusal::ImportRunning.into()) }
}

/// One entry of a facility's history.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = facility_changes)]
pub struct FacilityChange {
    /// Id.
    pub id: FacilityChangeId,
    /// The import that did it.
    pub import_id: Option<ImportId>,
    /// What it did.
    pub verb: ChangeVerb,
    changes: String,
    /// When.
    pub at: At,
}

impl FacilityChange {
    /// Field by field.
    ///
    /// # Errors
    /// `Internal` when the stored text is damaged.
    pub fn changes(&self) -> Result<Vec<FieldChange>> {
        Ok(serde_json::from_str(&self.changes)?)
    }
}

/// A facility's history, newest first.
///
/// # Errors
/// From the database only.
pub fn list_changes(conn: &mut Conn, facility: &FacilityId) -> Result<Vec<FacilityChange>> {
    Ok(facility_changes::table
        .filter(facility_changes::facility_id.eq(facility))
        .order((facility_changes::at.desc(), facility_changes::id.desc()))
        .limit(200)
        .select(FacilityChange::as_select())
        .load(conn)?)
}

type StoredRow = (
    (FacilityId, FacilityKind, FacilityCode, i64),
    (String, String, String, String, String, String),
    (Option<String>, Option<String>, Option<NaiveDate>, Option<NaiveDate>),
);

fn stored(((id, kind, code, revision), texts, rest): StoredRow) -> Stored {
    let (name, kana, postal_code, address, phone, manager_name) = texts;
    let (account_number_mac, manager_birth_mac, designated_on, closed_on) = rest;
    let values = Values {
        name,
        kana,
        postal_code,
        address,
        phone,
        manager_name,
        account_number_mac,
        manager_birth_mac,
        designated_on,
        closed_on,
    };
    Stored { id, kind, code, revision, values }
}

#[diesel::dsl::auto_type]
fn stored_columns() -> _ {
    (
        (facilities::id, facilities::kind, facilities::code, facilities::revision),
        (
            facilities::name,
            facilities::kana,
            facilities::postal_code,
            facilities::address,
            facilities::phone,
            facilities::manager_name,
        ),
        (
            facilities::account_number_mac,
            facilities::manager_birth_mac,
            facilities::designated_on,
            facilities::closed_on,
        ),
    )
}

/// Every code of one kind that the master knows, closed ones too.
pub(super) fn known_codes(conn: &mut Conn, kind: FacilityKind) -> Result<Vec<FacilityCode>> {
    Ok(facilities::table.filter(facilities::kind.eq(kind)).select(facilities::code).load(conn)?)
}

/// The facilities of one kind with these codes.
pub(super) fn find_stored(conn: &mut Conn, kind: FacilityKind, codes: &[&FacilityCode]) -> Result<Vec<Stored>> {
    let rows: Vec<StoredRow> = facilities::table
        .filter(facilities::kind.eq(kind))
        .filter(facilities::code.eq_any(codes.iter().copied().cloned().collect::<Vec<_>>()))
        .select(stored_columns())
        .load(conn)?;
    Ok(rows.into_iter().map(stored).collect())
}

/// These facilities.
pub(super) fn find_stored_by_id(conn: &mut Conn, ids: &[FacilityId]) -> Result<Vec<Stored>> {
    let rows: Vec<StoredRow> =
        facilities::table.filter(facilities::id.eq_any(ids)).select(stored_columns()).load(conn)?;
    Ok(rows.into_iter().map(stored).collect())
}

/// What an import did to a facility, and what stood there before.
pub(super) struct DoneChange {
    pub id: FacilityChangeId,
    pub facility: FacilityId,
    pub before: Option<Values>,
}

/// A page of what an import did, in the order it did it; what took it back is
/// left out.
pub(super) fn page_of_changes(
    conn: &mut Conn,
    import: &ImportId,
    after: Option<&FacilityChangeId>,
    limit: i64,
) -> Result<Vec<DoneChange>> {
    let mut query = facility_changes::table
        .filter(facility_changes::import_id.eq(import))
        .filter(facility_changes::verb.ne(ChangeVerb::Undone))
        .order(facility_changes::id)
        .limit(limit)
        .select((facility_changes::id, facility_changes::facility_id, facility_changes::before))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(facility_changes::id.gt(after));
    }
    let rows: Vec<(FacilityChangeId, FacilityId, Option<String>)> = query.load(conn)?;
    rows.into_iter()
        .map(|(id, facility, before)| {
            Ok(DoneChange { id, facility, before: before.map(|text| serde_json::from_str(&text)).transpose()? })
        })
        .collect()
}

/// Those of these facilities that somebody belongs to, wants to, or applied for, or
/// that a main office speaks for.
pub(super) fn in_use(conn: &mut Conn, ids: &[FacilityId]) -> Result<HashSet<FacilityId>> {
    let members: Vec<FacilityId> =
        memberships::table.filter(memberships::facility_id.eq_any(ids)).select(memberships::facility_id).load(conn)?;
    let signups: Vec<FacilityId> =
        signups::table.filter(signups::facility_id.eq_any(ids)).select(signups::facility_id).load(conn)?;
    let applied: Vec<FacilityId> = applications::table
        .filter(applications::facility_id.eq_any(ids))
        .select(applications::facility_id)
        .load(conn)?;
    let spoken_for: Vec<FacilityId> =
        annexes::table.filter(annexes::subordinate_id.eq_any(ids)).select(annexes::subordinate_id).load(conn)?;
    Ok(members.into_iter().chain(signups).chain(applied).chain(spoken_for).collect())
}

/// Takes facilities that nobody uses out of the master, with their history.
pub(super) fn remove_facilities(tx: &mut Tx<'_>, ids: &[FacilityId]) -> Result<()> {
    diesel::delete(facility_changes::table.filter(facility_changes::facility_id.eq_any(ids))).execute(tx.conn())?;
    diesel::delete(facilities::table.filter(facilities::id.eq_any(ids))).execute(tx.conn())?;
    Ok(())
}

/// How many facilities of one kind are open on a day.
pub(super) fn count_open(conn: &mut Conn, kind: FacilityKind, on: NaiveDate) -> Result<u64> {
    let open: i64 = facilities::table
        .filter(facilities::kind.eq(kind))
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(on).assume_not_null()))
        .count()
        .get_result(conn)?;
    Ok(open.unsigned_abs())
}

/// A page of the codes of one kind's facilities that are open on a day, in order.
pub(super) fn page_of_open(
    conn: &mut Conn,
    kind: FacilityKind,
    on: NaiveDate,
    after: &str,
    limit: i64,
) -> Result<Vec<FacilityCode>> {
    Ok(facilities::table
        .filter(facilities::kind.eq(kind))
        .filter(facilities::code.gt(after.to_owned()))
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(on).assume_not_null()))
        .order(facilities::code)
        .limit(limit)
        .select(facilities::code)
        .load(conn)?)
}

#[derive(Insertable)]
#[diesel(table_name = facilities)]
struct NewFacility {
    id: FacilityId,
    code: FacilityCode,
    kind: FacilityKind,
    prefecture: i32,
    name: String,
    kana: String,
    postal_code: String,
    address: String,
    phone: String,
    manager_name: String,
    account_number_mac: Option<String>,
    manager_birth_mac: Option<String>,
    designated_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    search_key: String,
    search_grams: String,
    revision: i64,
    created_at: At,
    updated_at: At,
}

impl NewFacility {
    fn of(row: &MasterRow, values: Values, now: At) -> Self {
        let search_key = search::key(&values.name, &values.kana);
        Self {
            id: FacilityId::mint(),
            code: row.code.clone(),
            kind: row.kind,
            prefecture: i32::from(row.code.prefecture().number()),
            search_grams: search::grams(&search_key),
            search_key,
            name: values.name,
            kana: values.kana,
            postal_code: values.postal_code,
            address: values.address,
            phone: values.phone,
            manager_name: values.manager_name,
            account_number_mac: values.account_number_mac,
            manager_birth_mac: values.manager_birth_mac,
            designated_on: values.designated_on,
            closed_on: values.closed_on,
            revision: 0,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Opens facilities; answers their ids in the order given.
pub(super) fn insert_facilities(tx: &mut Tx<'_>, opened: Vec<(&MasterRow, Values)>) -> Result<Vec<FacilityId>> {
    let now = tx.now();
    let rows: Vec<NewFacility> = opened.into_iter().map(|(row, values)| NewFacility::of(row, values, now)).collect();
    on_backend!(tx.conn(), c => diesel::insert_into(facilities::table).values(&rows).execute(c))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Writes a facility's new values, if nobody changed it meanwhile.
pub(super) fn update_facility(tx: &mut Tx<'_>, old: &Stored, new: &Values) -> Result<()> {
    let now = tx.now();
    let search_key = search::key(&new.name, &new.kana);
    let same = facilities::table.find(&old.id).filter(facilities::revision.eq(old.revision));
    let changed = diesel::update(same)
        .set((
            facilities::name.eq(&new.name),
            facilities::kana.eq(&new.kana),
            facilities::postal_code.eq(&new.postal_code),
            facilities::address.eq(&new.address),
            facilities::phone.eq(&new.phone),
            facilities::manager_name.eq(&new.manager_name),
            facilities::account_number_mac.eq(&new.account_number_mac),
            facilities::manager_birth_mac.eq(&new.manager_birth_mac),
            facilities::designated_on.eq(new.designated_on),
            facilities::closed_on.eq(new.closed_on),
            facilities::search_grams.eq(search::grams(&search_key)),
            facilities::search_key.eq(search_key),
            facilities::revision.eq(old.revision + 1),
            facilities::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// One history row about to be written.
pub(super) struct NewChange<'a> {
    pub facility: FacilityId,
    pub verb: ChangeVerb,
    pub changes: &'a [FieldChange],
    /// What the import changed, for taking it back.
    pub before: Option<&'a Values>,
}

impl NewChange<'_> {
    /// One that changes no field.
    pub fn of(facility: FacilityId, verb: ChangeVerb) -> Self {
        Self { facility, verb, changes: &[], before: None }
    }
}

#[derive(Insertable)]
#[diesel(table_name = facility_changes)]
struct ChangeInsert {
    id: FacilityChangeId,
    facility_id: FacilityId,
    import_id: ImportId,
    verb: ChangeVerb,
    changes: String,
    before: Option<String>,
    at: At,
}

/// Writes history rows.
pub(super) fn insert_changes(tx: &mut Tx<'_>, import: &ImportId, changes: Vec<NewChange<'_>>) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    let rows = changes
        .into_iter()
        .map(|change| {
            Ok(ChangeInsert {
                id: FacilityChangeId::mint(),
                facility_id: change.facility,
                import_id: import.clone(),
                verb: change.verb,
                changes: serde_json::to_string(change.changes)?,
                before: change.before.map(serde_json::to_string).transpose()?,
                at: now,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    on_backend!(tx.conn(), c => diesel::insert_into(facility_changes::table).values(&rows).execute(c))?;
    Ok(())
}
