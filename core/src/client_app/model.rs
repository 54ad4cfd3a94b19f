//! The rows, and how a device's description names one.

use diesel::prelude::*;
use serde_json::Value;

use super::version::AppFault;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::schema::{client_apps, credentials};

text_enum! {
    /// What the client app runs on.
    pub enum Platform {
        /// Android
        Android = "android",
        /// iOS (iPhone)
        Ios = "ios",
        /// iPadOS
        Ipados = "ipados",
        /// Windows
        Windows = "windows",
    }
}

impl Platform {
    /// The name users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Android => "Android",
            Self::Ios => "iOS（iPhone）",
            Self::Ipados => "iPadOS",
            Self::Windows => "Windows",
        }
    }
}

/// One version of the app, as some device named it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = client_apps)]
pub struct AppVersion {
    /// Id.
    pub id: i32,
    /// What it runs on.
    pub platform: Platform,
    /// As the app names it; may be empty.
    pub version: String,
    /// Since when it is stopped, if it is.
    pub stopped_at: Option<At>,
    /// Why, for staff to read.
    pub stop_reason: String,
    /// When it was first seen.
    pub created_at: At,
}

impl AppVersion {
    /// The version for people.
    pub fn name(&self) -> &str {
        if self.version.is_empty() { "不明" } else { &self.version }
    }
}

/// A version with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The version.
    pub app: AppVersion,
    /// Why it is refused, if it is.
    pub fault: Option<AppFault>,
    /// How many devices in use run it.
    pub devices: i64,
}

/// What a device says it runs (its client metadata, JSON text). What it leaves out
/// is as it was `before`; nothing when no platform is known.
pub(super) fn named_in(metadata: &str, before: Option<AppVersion>) -> Option<(Platform, String)> {
    let told: Value = serde_json::from_str(metadata).unwrap_or_default();
    let platform = told["device"]["platform"].as_str().and_then(Platform::parse);
    let version = told["software_version"].as_str().filter(|version| !version.is_empty()).map(str::to_owned);
    let (platform_before, version_before) = before.map(|app| (app.platform, app.version)).unzip();
    Some((platform.or(platform_before)?, version.or(version_before).unwrap_or_default()))
}

pub(super) fn get(conn: &mut Conn, id: i32) -> Result<Option<AppVersion>> {
    Ok(client_apps::table.find(id).select(AppVersion::as_select()).first(conn).optional()?)
}

pub(super) fn find(conn: &mut Conn, platform: Platform, version: &str) -> Result<Option<AppVersion>> {
    Ok(client_apps::table
        .filter(client_apps::platform.eq(platform).and(client_apps::version.eq(version)))
        .select(AppVersion::as_select())
        .first(conn)
        .optional()?)
}

/// The id of a version, which stays until this transaction ends.
pub(super) fn note(tx: &mut Tx<'_>, platform: Platform, version: &str) -> Result<i32> {
    let now = tx.now();
    let row = (client_apps::platform.eq(platform), client_apps::version.eq(version), client_apps::created_at.eq(now));
    let named = || client_apps::table.filter(client_apps::platform.eq(platform).and(client_apps::version.eq(version)));
    // An update of nothing holds the row against `sweep`.
    let hold = diesel::update(named()).set(client_apps::version.eq(version));
    if hold.execute(tx.conn())? == 0 {
        tx.insert_once(|c| diesel::insert_into(client_apps::table).values(row).execute(c))?;
    }
    let id = named().select(client_apps::id).first(tx.conn()).optional()?;
    id.ok_or(Error::Conflict)
}

/// Forgets versions that no device in use names any more, unless they are stopped.
///
/// # Errors
/// From the database only.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let used =
        credentials::table.filter(credentials::app_id.is_not_null()).select(credentials::app_id.assume_not_null());
    let unused = client_apps::table.filter(client_apps::stopped_at.is_null().and(client_apps::id.ne_all(used)));
    Ok(diesel::delete(unused).execute(tx.conn())?)
}
