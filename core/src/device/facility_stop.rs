//! One switch for all devices of a facility: the back office stops them at once and
//! lets them go on. Each device keeps its own state.

use askama::Template;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::{find_active_account, verified_people};
use crate::audit::Deed;
use crate::clock::tokyo_time_full;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::facility::{self, Facility, kind::Site};
use crate::fold;
use crate::form::FieldErrors;
use crate::ids::{AccountId, FacilityId};
use crate::mail::{Letter, MailContext, Message};
use crate::schema::facilities;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The longest reason, in characters.
const REASON_MAX_CHARS: usize = 300;

/// Stops all devices of a facility, with a reason that the facility reads. Those of
/// one that is stopped stay so, with this reason.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`, `Invalid` (field `reason`).
pub fn stop_facility(tx: &mut Tx<'_>, scope: &StaffScope, id: &FacilityId, reason: &str) -> Result<()> {
    let before = may(tx, scope, id)?;
    let mut errors = FieldErrors::default();
    let reason = errors.take("reason", "停止する理由", fold::lines(reason, REASON_MAX_CHARS));
    let reason = errors.into_result(reason)?;
    let since = before.devices_stopped_at.unwrap_or(tx.now());
    set(tx, id, Some(since), &reason)?;
    if before.devices_stopped_at.is_none() {
        tell(tx, id, true)?;
    }
    tx.record(Deed::new("facility.devices_stopped", "facilities", id.as_str()).at_facility(id))
}

/// Lets the devices of a facility go on as each of them stood.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn resume_facility(tx: &mut Tx<'_>, scope: &StaffScope, id: &FacilityId) -> Result<()> {
    if may(tx, scope, id)?.devices_stopped_at.is_none() {
        return Ok(());
    }
    set(tx, id, None, "")?;
    tell(tx, id, false)?;
    tx.record(Deed::new("facility.devices_resumed", "facilities", id.as_str()).at_facility(id))
}

fn may(tx: &mut Tx<'_>, scope: &StaffScope, id: &FacilityId) -> Result<Facility> {
    if scope.may(Permission::ManageDevices) { facility::repo::get(tx.conn(), id) } else { Err(Error::Forbidden) }
}

fn set(tx: &mut Tx<'_>, id: &FacilityId, since: Option<At>, reason: &str) -> Result<()> {
    diesel::update(facilities::table.find(id))
        .set((facilities::devices_stopped_at.eq(since), facilities::devices_stop_reason.eq(reason)))
        .execute(tx.conn())?;
    Ok(())
}

fn tell(tx: &mut Tx<'_>, facility: &FacilityId, stopped: bool) -> Result<()> {
    let at = tx.now();
    for account in verified_people(tx.conn(), facility)? {
        tx.send(&FacilityDevices { facility: facility.clone(), account, stopped, at })?;
    }
    Ok(())
}

/// The devices of a facility were stopped, or go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FacilityDevices {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
    /// Which of the two.
    pub stopped: bool,
    /// When.
    pub at: At,
}

/// All that the letter's templates may show.
struct Facts {
    who: String,
    facility: Facility,
    stopped: bool,
    when: String,
    url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

#[derive(Template)]
#[template(path = "mail/facility_devices/subject.txt", escape = "none")]
struct Subject<'f> {
    f: &'f Facts,
}

#[derive(Template)]
#[template(path = "mail/facility_devices/body.txt", escape = "none")]
struct Body<'f> {
    f: &'f Facts,
}

impl Letter for FacilityDevices {
    const NAME: &'static str = "facility_devices";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let facility = facility::repo::get(tx.conn(), &self.facility)?;
        // What is no longer so is not told.
        if facility.devices_stopped_at.is_some() != self.stopped {
            return Ok(None);
        }
        let Some(person) = find_active_account(tx.conn(), &self.account)? else { return Ok(None) };
        let site = facility.site();
        let f = &Facts {
            who: format!("{} {}", person.family_name, person.given_name),
            facility,
            stopped: self.stopped,
            when: tokyo_time_full(self.at.utc()),
            url: format!("{}/devices", context.portal_url(site)),
            site,
            call_centre: context.call_centre_phone.clone(),
        };
        Ok(Some(Message {
            to: person.email,
            site: Some(site),
            subject: Subject { f }.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }
}
