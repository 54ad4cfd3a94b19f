//! Devices across facilities: by ID, or by whose they are.

use diesel::prelude::*;

use super::must;
use crate::db::{At, Backend, Conn, containing, lower};
use crate::device::DeviceState;
use crate::error::Result;
use crate::facility::search::{self, Hits};
use crate::fold;
use crate::ids::{DeviceId, FacilityId};
use crate::schema::{devices, facilities};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// What the list is narrowed to; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// A device's ID, or its facility's code, part of its name, its phone.
    pub words: String,
    /// Where it stands.
    pub state: Option<DeviceState>,
}

/// One device in the list.
#[derive(Debug, Clone, Queryable)]
pub struct DeviceRow {
    /// Id.
    pub id: DeviceId,
    /// 「ID」, one of its kind within its facility.
    pub user_id: String,
    /// 端末識別メモ.
    pub label: String,
    /// 氏名 of whoever holds it (居宅同意取得型), else empty.
    pub holder_name: String,
    /// Where it stands.
    pub state: DeviceState,
    /// When it was issued.
    pub created_at: At,
    /// When it was last checked, to within a batch.
    pub last_used_at: Option<At>,
    /// Whose it is.
    pub facility_id: FacilityId,
    /// 機関コード.
    pub facility_code: String,
    /// The facility's name.
    pub facility_name: String,
}

/// One page of devices, the newest first.
#[derive(Debug, Clone)]
pub struct DevicePage {
    /// The rows.
    pub rows: Vec<DeviceRow>,
    /// The last row's id, if more follow.
    pub next: Option<DeviceId>,
}

/// Devices of any facility, the newest first, older than the one given. Ids sort
/// by time.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn search_devices(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &DeviceFilter,
    after: Option<&DeviceId>,
    size: u16,
) -> Result<DevicePage> {
    must(scope, Permission::ReadFacilities)?;
    let query = page_query(conn, filter, after)?;
    let mut rows: Vec<DeviceRow> = query.limit(i64::from(size) + 1).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok(DevicePage { rows, next })
}

type Columns = (
    devices::id,
    devices::user_id,
    devices::label,
    devices::holder_name,
    devices::state,
    devices::created_at,
    devices::last_used_at,
    facilities::id,
    facilities::code,
    facilities::name,
);

#[diesel::dsl::auto_type]
fn joined() -> _ {
    devices::table.inner_join(facilities::table)
}

type PageQuery = diesel::helper_types::IntoBoxed<'static, diesel::helper_types::Select<joined, Columns>, Backend>;

/// A page without its limit.
pub(super) fn page_query(conn: &mut Conn, filter: &DeviceFilter, after: Option<&DeviceId>) -> Result<PageQuery> {
    let columns: Columns = (
        devices::id,
        devices::user_id,
        devices::label,
        devices::holder_name,
        devices::state,
        devices::created_at,
        devices::last_used_at,
        facilities::id,
        facilities::code,
        facilities::name,
    );
    let mut query = joined().select(columns).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(devices::state.eq(state));
    }
    if let Some(id) = after {
        query = query.filter(devices::id.lt(id.clone()));
    }
    let words = filter.words.trim();
    if let Some(user_id) = known_user_id(conn, words)? {
        query = query.filter(lower(devices::user_id).eq(user_id));
    } else if !words.is_empty() {
        query = match search::seek(conn, words)? {
            Hits::Facilities(ids) => query.filter(devices::facility_id.eq_any(ids)),
            Hits::Named(parts) => parts
                .iter()
                .fold(query, |query, part| query.filter(facilities::search_key.like(containing(part)).escape('\\'))),
        };
    }
    Ok(query.order(devices::id.desc()))
}

/// What was typed in small letters, if some device has it for its ID.
fn known_user_id(conn: &mut Conn, words: &str) -> Result<Option<String>> {
    let typed = fold::narrowed(words).to_ascii_lowercase();
    if typed.is_empty() {
        return Ok(None);
    }
    let known = devices::table.filter(lower(devices::user_id).eq(typed)).select(lower(devices::user_id));
    Ok(known.first(conn).optional()?)
}
