//! What is refused, who sets it, and how a device learns of it.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use serde_json::json;

use super::model::{self, AppVersion, Known, Platform};
use super::version::{AppFault, is_older, is_plain};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::refusal::Refusal;
use crate::schema::{client_app_minimums, client_apps, credentials};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The longest reason of a stop, in characters.
const REASON_MAX_CHARS: usize = 300;

/// The lowest version per platform.
pub type Minimum = HashMap<Platform, String>;

/// Every minimum that is set.
///
/// # Errors
/// From the database only.
pub fn minimums(conn: &mut Conn) -> Result<Minimum> {
    let rows: Vec<(Platform, String)> = client_app_minimums::table.load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Why a version is refused with these minimums, if it is.
pub(crate) fn judge(minimums: &Minimum, app: &AppVersion) -> Option<AppFault> {
    match minimums.get(&app.platform) {
        _ if app.stopped_at.is_some() => Some(AppFault::Stopped),
        Some(minimum) if is_older(&app.version, minimum) => Some(AppFault::TooOld),
        _ => None,
    }
}

/// Every version that is refused, by id.
///
/// # Errors
/// From the database only.
pub fn refused(conn: &mut Conn) -> Result<HashMap<i32, AppFault>> {
    let minimums = minimums(conn)?;
    let apps: Vec<AppVersion> = client_apps::table.select(AppVersion::as_select()).load(conn)?;
    Ok(apps.iter().filter_map(|app| Some((app.id, judge(&minimums, app)?))).collect())
}

/// Why the version with this id is refused, if it is.
///
/// # Errors
/// From the database only.
pub fn fault_of(conn: &mut Conn, id: i32) -> Result<Option<AppFault>> {
    let Some(app) = model::get(conn, id)? else { return Ok(None) };
    Ok(judge(&minimums(conn)?, &app))
}

/// The id of the version that a device's description names, to be kept with its
/// credential. What it leaves out is as in `before`; nothing when no platform is known.
///
/// # Errors
/// `Refused` for a version that is refused.
pub(crate) fn admit(tx: &mut Tx<'_>, metadata: &str, before: Option<i32>) -> Result<Option<i32>> {
    let before = before.map(|id| model::get(tx.conn(), id)).transpose()?.flatten();
    let Some((platform, version)) = model::named_in(metadata, before) else { return Ok(None) };
    let known = model::find(tx.conn(), platform, &version)?;
    if known.is_some_and(|app| app.stopped_at.is_some()) {
        return Err(Refusal::AppStopped.into());
    }
    if minimums(tx.conn())?.get(&platform).is_some_and(|minimum| is_older(&version, minimum)) {
        return Err(Refusal::AppTooOld.into());
    }
    model::note(tx, platform, &version).map(Some)
}

fn may(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ManageSettings) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Every version that is known, by platform, newest version first.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Known>> {
    may(scope)?;
    let minimums = minimums(conn)?;
    let apps: Vec<AppVersion> = client_apps::table.select(AppVersion::as_select()).load(conn)?;
    let devices = devices_by_app(conn)?;
    let known = |app: AppVersion| Known {
        fault: judge(&minimums, &app),
        devices: devices.get(&app.id).copied().unwrap_or(0),
        app,
    };
    let mut all: Vec<Known> = apps.into_iter().map(known).collect();
    all.sort_by(|one, other| {
        let newer = is_older(&one.app.version, &other.app.version).cmp(&is_older(&other.app.version, &one.app.version));
        one.app.platform.cmp(&other.app.platform).then(newer).then(other.app.version.cmp(&one.app.version))
    });
    Ok(all)
}

/// Devices in use per version.
fn devices_by_app(conn: &mut Conn) -> Result<HashMap<i32, i64>> {
    let rows: Vec<(i32, i64)> = credentials::table
        .filter(credentials::app_id.is_not_null().and(credentials::state.eq("active")))
        .group_by(credentials::app_id)
        .select((credentials::app_id.assume_not_null(), count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// One version.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: i32) -> Result<Known> {
    list(conn, scope)?.into_iter().find(|known| known.app.id == id).ok_or(Error::NotFound)
}

/// How many devices in use would be refused with this minimum, and are not now.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn in_use_below(conn: &mut Conn, scope: &StaffScope, platform: Platform, minimum: &str) -> Result<i64> {
    let all = list(conn, scope)?;
    let of_platform = all.iter().filter(|known| known.app.platform == platform && known.fault.is_none());
    Ok(of_platform.filter(|known| is_older(&known.app.version, minimum)).map(|known| known.devices).sum())
}

/// Reads a minimum; an empty one takes it away.
///
/// # Errors
/// `Invalid` (field `version`).
pub fn read_minimum(typed: &str) -> Result<String> {
    let version = fold::narrowed(typed.trim());
    if version.is_empty() || is_plain(&version) {
        return Ok(version);
    }
    let mut errors = FieldErrors::default();
    let text = "バージョンは「3.1.0」のように、数字と点で入力してください";
    errors.add("version", "バージョン", FieldFault::Sentence(text.to_owned()));
    Err(errors.into())
}

/// Sets the lowest version of a platform's app, or takes it away.
///
/// # Errors
/// `Forbidden` without the permission; as [`read_minimum`].
pub fn set_minimum(tx: &mut Tx<'_>, scope: &StaffScope, platform: Platform, typed: &str) -> Result<()> {
    may(scope)?;
    let version = read_minimum(typed)?;
    let before = minimums(tx.conn())?.remove(&platform).unwrap_or_default();
    if version == before {
        return Ok(());
    }
    diesel::delete(client_app_minimums::table.find(platform)).execute(tx.conn())?;
    if !version.is_empty() {
        let row = (client_app_minimums::platform.eq(platform), client_app_minimums::version.eq(&version));
        if !tx.insert_once(|c| diesel::insert_into(client_app_minimums::table).values(row).execute(c))? {
            return Err(Error::Conflict);
        }
    }
    let deed = Deed::new("client_app.minimum_changed", "client_apps", platform.as_str());
    tx.record(deed.changed("version", before, version))
}

/// Stops one version, with a reason. One that is stopped stays so, with this reason.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`, `Invalid` (field `reason`).
pub fn stop(tx: &mut Tx<'_>, scope: &StaffScope, id: i32, reason: &str) -> Result<()> {
    let app = get(tx.conn(), scope, id)?.app;
    let mut errors = FieldErrors::default();
    let reason = errors.take("reason", "停止する理由", fold::lines(reason, REASON_MAX_CHARS));
    let reason = errors.into_result(reason)?;
    let since = app.stopped_at.unwrap_or(tx.now());
    diesel::update(client_apps::table.find(id))
        .set((client_apps::stopped_at.eq(since), client_apps::stop_reason.eq(&reason)))
        .execute(tx.conn())?;
    record(tx, "client_app.stopped", &app)
}

/// Lets a stopped version go on.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn resume(tx: &mut Tx<'_>, scope: &StaffScope, id: i32) -> Result<()> {
    let app = get(tx.conn(), scope, id)?.app;
    if app.stopped_at.is_none() {
        return Ok(());
    }
    diesel::update(client_apps::table.find(id))
        .set((client_apps::stopped_at.eq(None::<At>), client_apps::stop_reason.eq("")))
        .execute(tx.conn())?;
    record(tx, "client_app.resumed", &app)
}

fn record(tx: &mut Tx<'_>, action: &'static str, app: &AppVersion) -> Result<()> {
    let detail = json!({ "platform": app.platform, "version": app.version });
    tx.record(Deed::new(action, "client_apps", &app.id.to_string()).with(detail))
}
