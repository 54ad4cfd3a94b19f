//! The rules of the answer at every card reading: is this device one of ours, in
//! good standing, and for which facility does it speak? Checks are answered from
//! memory (`crate::snapshot`) by these rules; here they are asked of the tables.
//!
//! Asked by the eligibility service; a device itself asks only for its key.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{AccountRole, CredentialState};
use super::standing::{self, Standing};
use super::state::DeviceState;
use crate::client_app::{self, AppFault};
use crate::clock::tokyo_date;
use crate::db::{At, Conn};
use crate::error::{Error, Result};
use crate::facility::feature::Features;
use crate::facility::kind::{ClientForm, FacilityKind};
use crate::ids::{CredentialId, DeviceId, FacilityId};
use crate::jose::{AccessClaims, Jwk, thumbprint_bytes};
use crate::schema::{annexes, credentials, devices, facilities, registrations};

/// The scope every device token has.
pub const SCOPE: &str = "eligibility";

/// What a check answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// In good standing.
    Active(Box<Facts>),
    /// Not, or not known; the reason is for our metrics, never for the asker.
    Inactive(Reason),
}

/// Why a token is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Its time is over, or it is for something else.
    Token,
    /// No such credential, or bound to another key.
    Unknown,
    /// The credential ended: another device took over, or the token is of before
    /// a stop.
    Ended,
    /// The device is suspended.
    Suspended,
    /// The device is revoked, or waits for a new activation.
    Revoked,
    /// The facility is closed.
    FacilityClosed,
    /// The facility's right to use the service ended.
    NotRegistered,
    /// The back office has all devices of the facility stopped.
    FacilityStopped,
    /// Its first day of use is yet to come.
    NotStarted,
    /// The version of its client app is refused.
    App(AppFault),
}

/// For whom an active device speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The device, for its last use.
    pub device: DeviceId,
    /// 機関コード.
    pub facility_code: String,
    /// 所属機関.
    pub facility_kind: FacilityKind,
    /// The code of the office it speaks for besides (従たる施術所).
    pub annex_facility_code: Option<String>,
    /// ID.
    pub user_id: String,
    /// What its holder may do.
    pub role: AccountRole,
    /// Features that are switched on (居宅同意取得型).
    pub features: Features,
}

/// A registered client with what is needed to verify what it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The OAuth client id.
    pub id: CredentialId,
    /// Its public key.
    pub key: Jwk,
    /// The generation a token is stamped with.
    pub generation: i64,
    /// Nothing, or why it gets no token.
    pub inactive: Option<Reason>,
    /// Whether its first token makes it take over from another ([`super::take_over`]).
    pub incoming: bool,
    /// Its first day of use, if there is one.
    pub starts_on: Option<NaiveDate>,
    /// What is switched on, where its form of the client app has features at all.
    pub features: Option<Features>,
}

/// All that one look-up brings.
#[derive(Queryable)]
struct Row {
    facility: FacilityId,
    credential: CredentialState,
    jwk: String,
    thumbprint: String,
    device: DeviceId,
    user_id: String,
    state: DeviceState,
    generation: i64,
    facility_code: String,
    facility_kind: FacilityKind,
    closed_on: Option<NaiveDate>,
    registered_at: Option<At>,
    ended_at: Option<At>,
    facility_stopped_at: Option<At>,
    role: AccountRole,
    starts_on: Option<NaiveDate>,
    features: Features,
    app_id: Option<i32>,
}

fn find(conn: &mut Conn, id: &CredentialId) -> Result<Option<Row>> {
    Ok(credentials::table
        .inner_join(devices::table.inner_join(facilities::table))
        .left_join(registrations::table.on(registrations::facility_id.eq(devices::facility_id)))
        .filter(credentials::id.eq(id))
        .select((
            devices::facility_id,
            credentials::state,
            credentials::jwk,
            credentials::thumbprint,
            devices::id,
            devices::user_id,
            devices::state,
            devices::generation,
            facilities::code,
            facilities::kind,
            facilities::closed_on,
            registrations::approved_at.nullable(),
            registrations::ended_at.nullable(),
            facilities::devices_stopped_at,
            devices::role,
            devices::starts_on,
            facilities::features,
            credentials::app_id,
        ))
        .first(conn)
        .optional()?)
}

/// What decides whether a credential counts, wherever it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The credential.
    pub credential: CredentialState,
    /// Its device.
    pub device: DeviceState,
    /// First day of the facility being closed, if it is.
    pub closed_on: Option<NaiveDate>,
    /// Whether the facility ever stood in the register.
    pub registered: bool,
    /// When its right ended, if it did.
    pub ended_at: Option<At>,
    /// Whether all its devices are stopped.
    pub facility_stopped: bool,
    /// First day of use, if there is one.
    pub starts_on: Option<NaiveDate>,
    /// Why the version of its client app is refused, if it is.
    pub app: Option<AppFault>,
}

impl Basis {
    /// Nothing, or why the device may not do anything at `now`.
    pub fn inactive(&self, now: At) -> Option<Reason> {
        match (self.credential, self.device) {
            (_, DeviceState::Suspended) => return Some(Reason::Suspended),
            (_, DeviceState::Revoked | DeviceState::Issued) => return Some(Reason::Revoked),
            (CredentialState::Ended, DeviceState::Active) => return Some(Reason::Ended),
            (CredentialState::Active | CredentialState::Incoming, DeviceState::Active) => {}
        }
        let registered = self.registered && self.ended_at.is_none_or(|ended| now < ended);
        match standing::judge(self.closed_on, registered, now) {
            Standing::Good if self.facility_stopped => Some(Reason::FacilityStopped),
            Standing::Good if self.starts_on.is_some_and(|on| tokyo_date(now.utc()) < on) => Some(Reason::NotStarted),
            Standing::Good => self.app.map(Reason::App),
            Standing::Closed => Some(Reason::FacilityClosed),
            Standing::NotRegistered => Some(Reason::NotRegistered),
        }
    }
}

impl Row {
    fn inactive(&self, conn: &mut Conn, now: At) -> Result<Option<Reason>> {
        let basis = Basis {
            credential: self.credential,
            device: self.state,
            closed_on: self.closed_on,
            registered: self.registered_at.is_some(),
            ended_at: self.ended_at,
            facility_stopped: self.facility_stopped_at.is_some(),
            starts_on: self.starts_on,
            app: self.app_id.map(|id| client_app::fault_of(conn, id)).transpose()?.flatten(),
        };
        Ok(basis.inactive(now))
    }
}

/// Judges a token whose MAC held, straight from the tables. Checks are answered
/// from memory (`crate::snapshot`); this is what tests hold that against.
///
/// # Errors
/// From the database only.
pub fn check(conn: &mut Conn, claims: &AccessClaims, now: At) -> Result<Checked> {
    if !claims.is_current(now.utc()) {
        return Ok(Checked::Inactive(Reason::Token));
    }
    let Some(row) = find(conn, &CredentialId::from_bytes(claims.client_id))? else {
        return Ok(Checked::Inactive(Reason::Unknown));
    };
    // One that waits for its first use was given no token yet.
    if thumbprint_bytes(&row.thumbprint) != Some(claims.jkt) || row.credential == CredentialState::Incoming {
        return Ok(Checked::Inactive(Reason::Unknown));
    }
    if let Some(reason) = row.inactive(conn, now)? {
        return Ok(Checked::Inactive(reason));
    }
    if row.generation != claims.generation {
        return Ok(Checked::Inactive(Reason::Ended));
    }
    Ok(Checked::Active(Box::new(Facts {
        device: row.device,
        facility_code: row.facility_code,
        facility_kind: row.facility_kind,
        annex_facility_code: annex_code(conn, &row.facility, now)?,
        user_id: row.user_id,
        role: row.role,
        features: row.features,
    })))
}

/// The code of the open office that this one speaks for besides.
fn annex_code(conn: &mut Conn, main: &FacilityId, now: At) -> Result<Option<String>> {
    let subordinate: Option<(String, Option<NaiveDate>)> = annexes::table
        .inner_join(facilities::table.on(facilities::id.eq(annexes::subordinate_id)))
        .filter(annexes::main_id.eq(main).and(annexes::ended_at.is_null()))
        .select((facilities::code, facilities::closed_on))
        .first(conn)
        .optional()?;
    let today = tokyo_date(now.utc());
    Ok(subordinate.filter(|(_, closed_on)| closed_on.is_none_or(|on| today < on)).map(|(code, _)| code))
}

/// A client by its id, to verify what it signs; `None` when there is none.
///
/// # Errors
/// From the database only.
pub fn find_client(conn: &mut Conn, client_id: &str, now: At) -> Result<Option<Client>> {
    let Some(id) = CredentialId::parse(client_id) else { return Ok(None) };
    let Some(row) = find(conn, &id)? else { return Ok(None) };
    let key = Jwk::from_json(&row.jwk).map_err(Error::internal)?;
    let incoming = row.credential == CredentialState::Incoming;
    let has_features = row.facility_kind.entry().client == ClientForm::HomeConsent;
    Ok(Some(Client {
        id,
        key,
        generation: row.generation,
        inactive: row.inactive(conn, now)?,
        incoming,
        starts_on: row.starts_on,
        features: has_features.then_some(row.features),
    }))
}
