//! Which version of the client app devices run, for people to read.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{CredentialState, Device};
use crate::client_app::{self, AppFault, AppVersion};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::DeviceId;
use crate::schema::{client_apps, credentials};

/// The version that a device in use runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The version.
    pub app: AppVersion,
    /// Why it is refused, if it is.
    pub fault: Option<AppFault>,
}

/// What these devices run, as far as they said.
///
/// # Errors
/// From the database only.
pub fn running(conn: &mut Conn, of: &[Device]) -> Result<HashMap<DeviceId, Running>> {
    let ids: Vec<&DeviceId> = of.iter().map(|device| &device.id).collect();
    let rows: Vec<(DeviceId, AppVersion)> = credentials::table
        .inner_join(client_apps::table)
        .filter(credentials::device_id.eq_any(ids).and(credentials::state.eq(CredentialState::Active)))
        .select((credentials::device_id, AppVersion::as_select()))
        .load(conn)?;
    let minimums = client_app::minimums(conn)?;
    let running = |app: AppVersion| Running { fault: client_app::judge(&minimums, &app), app };
    Ok(rows.into_iter().map(|(device, app)| (device, running(app))).collect())
}
